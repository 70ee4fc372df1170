"""How long files take to read, and how much memory."""

import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
from _speed import alone, in_turns, peak_mib
from _study import study

N_FILES, N_FILE_POINTS = 1000, 5000
N_ROWS, N_ROW_POINTS = 1000, 30_000


def write_files(folder):
    """Write files of two columns, whose axes start at seven slightly different places."""
    rng = np.random.default_rng(0)
    texts = []
    for i in range(7):
        axis = np.linspace(5 + 0.001 * i, 90, N_FILE_POINTS)
        rows = zip(axis.tolist(), rng.poisson(200, N_FILE_POINTS).tolist(), strict=True)
        texts.append("\n".join(f"{x:.5f} {y:.2f}" for x, y in rows))
    for i in range(N_FILES):
        (folder / f"{i}.xy").write_text(texts[i % 7], encoding="utf-8")


def write_table(folder):
    """Write a table with a label and a spectrum per row, of 300 MB; ten spectra are repeated."""
    rng = np.random.default_rng(0)
    rows = [
        ",".join(f"{value:.5f}" for value in rng.normal(500, 100, N_ROW_POINTS).tolist())
        for _ in range(10)
    ]
    with (folder / "table.csv").open("w", encoding="utf-8") as file:
        file.write("label," + ",".join(f"{x:.3f}" for x in range(N_ROW_POINTS)) + "\n")
        file.writelines(f"c{i % 9},{rows[i % 10]}\n" for i in range(N_ROWS))


def read_files(folder):
    from skspectra.io import read_spectra

    return read_spectra(folder).X


def read_table(folder):
    from skspectra.io import read_spectra

    return read_spectra(Path(folder) / "table.csv", target="label").X


def read_table_with_pandas(folder):
    import pandas as pd

    return pd.read_csv(Path(folder) / "table.csv")


def _measure(function, folder):
    """Return processor time without imports, the peak of memory, and how many arrays that is."""
    import pandas  # noqa: F401

    import skspectra.io  # noqa: F401

    start = time.process_time()
    result = function(folder)
    seconds, peak = time.process_time() - start, peak_mib()
    size = result.shape[0] * (N_ROW_POINTS if "table" in function.__name__ else result.shape[1])
    return seconds, peak, peak / (size * 8 / 2**20)


INPUTS = {
    "1000 files of 5000 points": (write_files, {"read_spectra": read_files}),
    "table of 1000 x 30000": (
        write_table,
        {"pandas.read_csv": read_table_with_pandas, "read_spectra": read_table},
    ),
}


@study("reading.csv", [{"input": list(INPUTS)}], "what run seconds peak_mib peak_over_array")
def reading(name):
    """Processor time and peak of memory of reading, in turns with pandas where it reads the same.

    The files are read and brought onto one axis. Each run is a process of its own with one
    thread; imports are not timed, but are in the peak, with pandas imported for both.
    """
    write, readers = INPUTS[name]
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))
        jobs = {what: partial(alone, _measure, read, folder) for what, read in readers.items()}
        rows = in_turns(name, jobs, 2)
    return [
        (what, run, f"{seconds:.2f}", f"{peak:.0f}", f"{over:.2f}")
        for what, run, seconds, peak, over in rows
    ]
