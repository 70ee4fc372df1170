"""Time PooledSVC against the scikit-learn Pipeline that it holds, at 2, 27 and 500 classes.

2 classes: the first two of the 27 of the published challenge, of which as many fresh spectra are
predicted as the published set of 500 classes has to validate and to test. 1 and 20 spectra are the
median of many calls. Both predict in turns, who is first alternates from run to run, and both have
one thread; a few spectra before do not count. 500 classes run once: that takes minutes.
Decision values are compared on up to 500 spectra: scikit-learn holds those of all pairs. Memory is
the most that PooledSVC holds in Python while it predicts, or scores those 500, measured in another
call.
Writes results/svc_speed.csv, a row a run; rows of numbers of classes not asked for stay.
Usage: python benchmarks/svc_speed.py [n_runs] [n_classes ...]
"""

import csv
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

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
    "decision_function_mib",
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


def peak_mib(function, X):
    """Return the most memory that a call holds."""
    tracemalloc.start()
    function(X)
    memory = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return memory


def compare(model, X, ours_first, n_calls):
    """Predict both ways; return seconds (medians), differences and memory."""
    both = {"ours": model.predict, "svc": model.pipeline_.predict}
    seconds, labels = {who: [] for who in both}, {}
    for _ in range(n_calls):
        for who in both if ours_first else reversed(both):
            labels[who], time_of_call = timed(both[who], X)
            seconds[who].append(time_of_call)
    few = X[:: -(-len(X) // 500)]
    scores, wanted = model.decision_function(few), model.pipeline_.decision_function(few)
    return (
        *(f"{np.median(seconds[who]):.5f}" for who in both),
        (labels["ours"] != labels["svc"]).sum(),
        f"{(np.abs(scores - wanted) / np.maximum(np.abs(wanted), 1e-12)).max():.1e}",
        f"{peak_mib(model.predict, X):.1f}",
        f"{peak_mib(model.decision_function, few):.1f}",
    )


def run_once(n_classes, run):
    """Fit, predict both ways, and print a row for each number of spectra."""
    X, y, X_test = load(n_classes)
    model, fit_seconds = timed(PooledSVC().fit, X, y)
    model.predict(X_test[:5])
    model.pipeline_.predict(X_test[:5])
    n_vectors = len(model.pipeline_[-1].support_vectors_)
    for n_predicted, n_calls in ((1, 51), (20, 21), (len(X_test), 1)):
        some = X_test[:: len(X_test) // n_predicted][:n_predicted]
        values = compare(model, some, run % 2 == 0, n_calls)
        print(n_classes, len(X), n_vectors, n_predicted, run, f"{fit_seconds:.4f}", *values)


def main(n_runs=3, *wanted):
    """Run each number of classes in turns, a process a run, and write the rows."""
    wanted = wanted or (2, 27, 500)
    with RESULTS.open(newline="", encoding="utf-8") as file:
        rows = [row for row in list(csv.reader(file))[1:] if int(row[0]) not in wanted]
    for run in range(n_runs):
        for n_classes in wanted:
            if run and n_classes == 500:
                continue
            child = subprocess.run(
                [sys.executable, __file__, "--once", str(n_classes), str(run)],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            print(child.stdout, end="", flush=True)
            rows += [line.split() for line in child.stdout.splitlines()]
    rows.sort(key=lambda row: (int(row[0]), int(row[3]), int(row[4])))
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *rows])


if __name__ == "__main__":
    if "--once" in sys.argv:
        with threadpool_limits(1):
            run_once(*map(int, sys.argv[2:]))
    else:
        main(*map(int, sys.argv[1:]))
