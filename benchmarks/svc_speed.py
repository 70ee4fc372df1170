"""Time PooledSVC against the scikit-learn Pipeline that it holds, at 2, 27 and 500 classes.

2 classes: the first two of the 27 of the published challenge, of which as many fresh spectra are
predicted as the published set of 500 classes has to validate and to test. Both predict in turns,
after a few spectra that do not count. Decision values are compared on 500 spectra: scikit-learn
holds those of all pairs. Memory is the most that PooledSVC holds in Python while it predicts,
measured in another call.
Writes results/svc_speed.csv, a row a run. Usage: python benchmarks/svc_speed.py [n_runs]
"""

import csv
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np

from skspectra import PooledSVC
from skspectra.datasets import challenge_table, make_benchmark, make_challenge, make_spectra

RESULTS = Path(__file__).resolve().parent / "results" / "svc_speed.csv"
COLUMNS = (
    "n_classes",
    "n_train",
    "n_support_vectors",
    "n_predicted",
    "run",
    "fit_seconds",
    "predict_seconds",
    "svc_predict_seconds",
    "labels_that_differ",
    "largest_relative_difference_of_scores",
    "predict_mib",
)


def load(n_classes):
    """Return training spectra, their labels, and spectra to predict."""
    if n_classes == 500:
        data = make_benchmark(dtype=np.float32)
        return data.X_train, data.y_train, np.concatenate([data.X_validation, data.X_test])
    data = make_challenge(dtype=np.float32)
    train = data.y_train < n_classes
    table = challenge_table()[:n_classes]
    X_test, _ = make_spectra(table, -(-9500 // n_classes), random_state=0, dtype=np.float32)
    return data.X_train[train], data.y_train[train], X_test[:9500]


def timed(function, *args):
    """Return what a call returns and the seconds that it takes."""
    start = time.perf_counter()
    result = function(*args)
    return result, time.perf_counter() - start


def run_once(n_classes):
    """Fit, predict both ways, and print a row."""
    X, y, X_test = load(n_classes)
    model, fit_seconds = timed(PooledSVC().fit, X, y)
    few = X_test[:: len(X_test) // 500]
    model.predict(few[:5])
    model.pipeline_.predict(few[:5])
    labels, seconds = timed(model.predict, X_test)
    expected, svc_seconds = timed(model.pipeline_.predict, X_test)
    tracemalloc.start()
    model.predict(X_test)
    memory = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    scores, wanted = model.decision_function(few), model.pipeline_.decision_function(few)
    difference = (np.abs(scores - wanted) / np.maximum(np.abs(wanted), 1e-12)).max()
    times = (f"{value:.4f}" for value in (fit_seconds, seconds, svc_seconds))
    n_vectors = len(model.pipeline_[-1].support_vectors_)
    differ = (labels != expected).sum()
    print(len(X), n_vectors, len(X_test), *times, differ, f"{difference:.1e}", f"{memory:.0f}")


def main(n_runs=3):
    """Run each number of classes in turns, a process a run, and write the rows."""
    rows = []
    for run in range(n_runs):
        for n_classes in (2, 27, 500):
            child = subprocess.run(
                [sys.executable, __file__, "--once", str(n_classes)],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            values = child.stdout.split()
            rows.append((n_classes, *values[:3], run, *values[3:]))
            print(*rows[-1], flush=True)
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *sorted(rows, key=lambda row: row[0])])


if __name__ == "__main__":
    if "--once" in sys.argv:
        run_once(int(sys.argv[-1]))
    else:
        main(*map(int, sys.argv[1:]))
