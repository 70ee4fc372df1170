"""Read 1,000 damaged model files: which error, how long, how much memory.

``python benchmarks/model_files.py`` damages files of two models in five ways and writes
``results/damaged_files.csv``. In the rows "checksum made anew" someone has changed the archive and
written a checksum that fits; such a file may hold a model that reads, but it runs no code.
"""

import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
from _study import RESULTS, write_rows

from skspectra import PooledMLP, PooledSVC
from skspectra.io import save
from skspectra.io._archive import checksum

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "io"))
from damage import damage

N_FILES = 1000


def make_files(folder):
    """Return the content of a file of each model."""
    rng = np.random.default_rng(0)
    y = np.repeat(["calcite", "quartz"], 20)
    X = rng.uniform(0, 0.1, (40, 1000))
    X[:20, 300] += 1
    X[20:, 700] += 1
    models = PooledSVC(), PooledMLP(n_threads=1, random_state=0)
    contents = []
    for model in models:
        path = folder / "model.skops"
        save(model.fit(X, y), path, x_axis=np.arange(1000), unit="cm-1")
        contents.append(path.read_bytes())
    return contents


READ = """
import sys, time
from pathlib import Path
from skspectra.io import load

for path in sorted(Path(sys.argv[1]).iterdir()):
    outcome, started = "read", time.perf_counter()
    try:
        load(path)
    except Exception as error:
        outcome = type(error).__name__
    way = path.name.split("-")[1]
    seconds = time.perf_counter() - started
    # The peak of getrusage would be that of the parent process.
    status = Path("/proc/self/status").read_text()
    print(way, outcome, seconds, int(status.partition("VmHWM:")[2].split()[0]) / 1024)
"""


def damage_and_seal(content, rng):
    archive, way = damage(content.partition(b"\n")[2], rng)
    return b"skspectra-model %d %s\n" % (len(archive), checksum(archive)) + archive, way


def read_all(contents, do_damage, rng):
    """Damage and read files in a fresh process; return its lines as (way, outcome, s, MB)."""
    with tempfile.TemporaryDirectory() as folder:
        for i in range(N_FILES):
            content, way = do_damage(contents[i % len(contents)], rng)
            (Path(folder) / f"{i:04}-{way}-").write_bytes(content)
        done = subprocess.run(
            [sys.executable, "-c", READ, folder], capture_output=True, text=True, check=True
        )
    return [line.split() for line in done.stdout.splitlines()]


def main():
    rng = np.random.default_rng(1)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        contents = make_files(Path(folder))
    for kind, do_damage in [("as it is", damage), ("checksum made anew", damage_and_seal)]:
        outcomes = defaultdict(list)
        for way, outcome, *cost in read_all(contents, do_damage, rng):
            outcomes[way, outcome].append([float(number) for number in cost])
        for (way, outcome), costs in sorted(outcomes.items()):
            slowest, peak = np.max(costs, axis=0)
            rows.append((kind, way, outcome, len(costs), f"{slowest:.4f}", f"{peak:.0f}"))
    header = ["checksum", "damage", "outcome", "n_files", "slowest_seconds", "peak_mb"]
    write_rows(RESULTS / "damaged_files.csv", header, rows)
    for row in rows:
        print(*row, sep=", ")


if __name__ == "__main__":
    main()
