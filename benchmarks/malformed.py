"""Measure what an error of the command line costs, for every malformed input of the tests.

``python benchmarks/malformed.py`` gives each input to ``skspectra`` in a process of its own and
writes ``results/malformed.csv``: exit status, lines on the error stream, files written, and the
processor time beyond that of ``python -c "import numpy"``, the median of three.
"""

import os
import runpy
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from _study import RESULTS, write_rows

TESTS = Path(__file__).resolve().parents[1] / "tests"
N_RUNS = 3


def processor_time(command, folder):
    """Return status, error lines and seconds of processor time of a command."""
    before = os.times()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    after = os.times()
    seconds = after.children_user - before.children_user
    seconds += after.children_system - before.children_system
    return done.returncode, done.stderr.count("\n"), seconds


def main():
    cases = runpy.run_path(str(TESTS / "cli" / "test_files.py"))
    numpy = [sys.executable, "-c", "import numpy"]
    rows = []
    for i, (name, case) in enumerate(cases["CASES"].items()):
        if name == "no permission":
            # As root everything can be read; a test has this case.
            continue
        with tempfile.TemporaryDirectory() as folder:
            for file, content in case[0].items():
                path = Path(folder) / file
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
            before = sorted(Path(folder).rglob("*"))
            command = [sys.executable, "-m", "skspectra", *cases["as_arguments"](i, case)]
            runs = [processor_time(command, folder) for _ in range(N_RUNS)]
            bases = [processor_time(numpy, folder)[2] for _ in range(N_RUNS)]
            n_written = len(set(Path(folder).rglob("*")) - set(before))
        more = statistics.median(run[2] for run in runs) - statistics.median(bases)
        rows.append((name, command[3], *runs[0][:2], n_written, f"{more:.2f}"))
        print(*rows[-1], sep=", ", flush=True)
    header = ["input", "command", "exit_status", "error_lines", "files_written", "seconds_more"]
    write_rows(RESULTS / "malformed.csv", header, rows)


if __name__ == "__main__":
    main()
