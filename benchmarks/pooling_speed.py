"""Time MaxPoolDownsampler against X.max() over the same array and against torch's max_pool1d.

10,000 spectra of 5,000 points, everything on one thread, in turns. "signed" holds negative
numbers too, "fortran" is in Fortran order, "mapped" is read from a file that the system has in
memory. torch (float32, C order, strides above 1) gets no anchored last window and looks for no
NaN.
Writes results/pooling_speed.csv, a row a run. Usage: python benchmarks/pooling_speed.py [n_runs]
"""

import csv
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from skspectra import MaxPoolDownsampler

RESULTS = Path(__file__).resolve().parent / "results" / "pooling_speed.csv"
AUTO = [(size, size // 4) for size in (20, 50, 100, 200, 500, 1000)]
DISJOINT = [(size, size) for size in (50, 200, 500)]
# What X is, and the windows: pool_size and stride.
WINDOWS = {
    "float32": [*AUTO, *DISJOINT, (50, 25), (50, 4), (50, 1), (500, 50), (500, 12), (500, 1)],
    "float32, signed": [(50, 12), (50, 50), (500, 125)],
    "float32, fortran": [(50, 12), (50, 50), (500, 125)],
    "float32, mapped": [(50, 12), (50, 50), (500, 125)],
    "float64": [(50, 12), (50, 50), (500, 125)],
}


def make_spectra(what, folder):
    """Return random numbers: where the largest ones stand does not matter to the speed."""
    X = np.random.default_rng(0).random((10_000, 5000), dtype=np.float32)
    if what.endswith("signed"):
        return X - np.float32(0.1)
    if what.endswith("fortran"):
        return np.asfortranarray(X)
    if what.endswith("mapped"):
        path = Path(folder) / "X.npy"
        np.save(path, X)
        return np.load(path, mmap_mode="r")
    return X.astype(what)


def time_once(function):
    """Return the seconds that a call takes."""
    start = time.perf_counter()
    result = function()
    seconds = time.perf_counter() - start
    del result
    return seconds


def main(n_runs=9):
    """Run everything in turns, write the rows and print the ratios of the medians."""
    torch.set_num_threads(1)
    rows = []
    for what, windows in WINDOWS.items():
        with tempfile.TemporaryDirectory() as folder:
            X = make_spectra(what, folder)
            for size, stride in windows:
                pool = MaxPoolDownsampler(size, stride).fit(X[:1])
                functions = {"X.max": X.max, "ours": lambda pool=pool, X=X: pool.transform(X)}
                if what == "float32" and stride > 1:
                    functions["torch"] = lambda X=X, size=size, stride=stride: (
                        torch.nn.functional.max_pool1d(torch.from_numpy(X)[:, None], size, stride)
                    )
                times = {who: [] for who in functions}
                # The first turn makes the system hand over the memory.
                for run in range(-1, n_runs):
                    for who, function in functions.items():
                        seconds = time_once(function)
                        if run >= 0:
                            times[who].append(seconds)
                            rows.append((what, size, stride, who, run, f"{seconds:.5f}"))
                medians = {who: median(values) for who, values in times.items()}
                ratios = ", ".join(
                    f"{medians[who] / medians['ours']:.2f} of {who}"
                    for who in functions
                    if who != "ours"
                )
                print(
                    f"{what}, window {size}, stride {stride}: {medians['ours']:.4f} s, "
                    f"speed {ratios}",
                    flush=True,
                )
            del X
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        header = ("what", "pool_size", "stride", "who", "run", "seconds")
        csv.writer(file).writerows([header, *rows])


if __name__ == "__main__":
    with threadpool_limits(1):
        main(*map(int, sys.argv[1:]))
