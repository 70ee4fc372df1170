"""Time the published 500-class set: make_benchmark against the plain loop over spectra.

The plain loop draws one number at a time and filters the whole axis of every spectrum. Both give
the same bits (checked here). One run of each is not counted: it makes the system hand over the
memory (1.4 GB each). Usage: python benchmarks/generate.py [n_runs]
"""

import csv
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np
from scipy.ndimage import gaussian_filter1d

from skspectra.datasets import draw_class_table, make_benchmark
from skspectra.datasets._published import draw_benchmark


def plain_loop():
    """Return training with validation (class by class), and test spectra."""
    rng = np.random.default_rng(2022)
    X = np.zeros((30_000, 5000))
    rows = iter(X)
    for peaks in draw_class_table(random_state=2022):
        for _ in range(60):
            row = next(rows)
            positions = [rng.integers(p - 50, p + 50) for p in peaks.positions]
            for p, h in zip(positions, peaks.heights, strict=True):
                row[min(max(p, 0), 4999)] = min(max(rng.uniform(h - 0.05, h + 0.05), 0), 2)
            gaussian_filter1d(row, rng.uniform(2, 5), mode="constant", output=row)
    X_test = np.zeros((4500, 5000))
    rows = iter(X_test)
    for peaks in draw_benchmark()[1]:
        for positions, heights, sigma in zip(*peaks, strict=True):
            row = next(rows)
            for p, h in zip(positions, heights, strict=True):
                row[p] = h
            gaussian_filter1d(row, sigma, mode="constant", output=row)
    return X, X_test


def main(n_runs=7):
    """Check, time in turns, write the table and print the ratio of the medians."""
    X, X_test = plain_loop()
    data = make_benchmark()
    same = X.reshape(500, 60, 5000)
    for k in range(500):
        np.testing.assert_array_equal(data.X_train[50 * k : 50 * k + 50], same[k, :50])
        np.testing.assert_array_equal(data.X_validation[10 * k : 10 * k + 10], same[k, 50:])
    np.testing.assert_array_equal(data.X_test, X_test)
    del X, X_test, data, same

    rows = []
    for run in range(n_runs):
        for what, generate in [("plain loop", plain_loop), ("make_benchmark", make_benchmark)]:
            start = time.perf_counter()
            result = generate()
            seconds = time.perf_counter() - start
            del result
            rows.append((what, run, round(seconds, 3)))
            print(*rows[-1])
    medians = {
        w: median(s for v, _, s in rows if v == w) for w in ("plain loop", "make_benchmark")
    }
    ratio = medians["plain loop"] / medians["make_benchmark"]
    print(f"medians {medians}, ratio {ratio:.2f}")
    path = Path(__file__).parent / "results" / "generate.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("what", "run", "seconds"), *rows])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
