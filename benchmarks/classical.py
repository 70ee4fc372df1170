"""Classical models on raw, pooled and compressed spectra, clean, noisy and on a background.

Five freshly drawn challenge-like tables, 50 training spectra a class, 5,022 fresh test spectra,
both disturbed alike: white noise of 0.2 % or 1 % of the maximum, or a background, a random
Chebyshev series of order 5 that reaches up to 20 % of the maximum. Accuracy is read against the
Bayes optimum of the table without disturbance.
Adds rows to results/classical.csv; a fit whose row is there is not run again.
results/classical_summary.csv, which the guide shows, is made from it.
Usage: python benchmarks/classical.py [--models NAME ...] [--tables N ...]
"""

import argparse
import csv
import time
import warnings
from functools import cache
from pathlib import Path

import numpy as np
from _pipelines import CLASSIFIERS, INPUTS, make_model
from _rows import add_row, read_rows, with_spread
from sklearn.exceptions import ConvergenceWarning

from skspectra import AugmentedClassifier, PeakShiftAugmenter
from skspectra.datasets import bayes_optimum, draw_challenge_table, make_spectra

RESULTS = Path(__file__).resolve().parent / "results" / "classical.csv"
SUMMARY = RESULTS.with_name("classical_summary.csv")
COLUMNS = (
    *("model", "input", "disturbance", "table", "accuracy", "optimum", "share_of_optimum"),
    *("fit_seconds", "predict_seconds"),
)
NOISE = {"none": 0.0, "0.2 % noise": 0.002, "1 % noise": 0.01}
BACKGROUND = "background"
DISTURBANCES = (*NOISE, BACKGROUND)
# Fitted to the originals and ten shifted copies of each.
COPIES = " + 10 shift copies"
MODELS = [(name, given) for name in CLASSIFIERS for given in INPUTS]
MODELS += [
    (f"{name}{COPIES}", "compressed") for name in ("SVM", "logistic regression", "extra trees")
]
# Minutes a fit on thousands of noisy points: run without disturbance only.
SLOW = [("decision tree", "raw")]


def build(name, given):
    """Return a model by its name and what it is given."""
    base = name.removesuffix(COPIES)
    model = make_model(base, given)
    if base == name:
        return model
    return AugmentedClassifier(model, PeakShiftAugmenter(), 10, random_state=0)


def disturb(X, disturbance, random_state):
    """Return the spectra with noise or a background."""
    rng = np.random.default_rng(random_state)
    height = X.max(axis=1, keepdims=True)
    if disturbance in NOISE:
        noise = rng.standard_normal(X.shape, dtype=np.float32) if NOISE[disturbance] else 0
        return X + NOISE[disturbance] * height * noise
    basis = np.polynomial.chebyshev.chebvander(np.linspace(-1, 1, X.shape[1]), 5).T
    background = rng.uniform(-1, 1, (len(X), len(basis))) @ basis
    background -= background.min(axis=1, keepdims=True)
    background *= rng.uniform(0, 0.2, (len(X), 1)) / background.max(axis=1, keepdims=True)
    return (X + height * background).astype(np.float32)


@cache
def draw(number):
    """Return training and test spectra of a fresh table and its optimum."""
    table = draw_challenge_table(random_state=number)
    train, test = (
        make_spectra(table, n, dtype=np.float32, random_state=[number, stream])
        for stream, n in enumerate((50, 186))
    )
    return train, test, bayes_optimum(table, n_samples=2000, random_state=0).accuracy


def measure(model, disturbance, number):
    """Fit a model on a disturbed table and return its row."""
    (X, y), (X_test, y_test), optimum = draw(number)
    X, X_test = disturb(X, disturbance, [number, 0]), disturb(X_test, disturbance, [number, 1])
    built = build(*model)
    start = time.perf_counter()
    built.fit(X, y)
    fitted = time.perf_counter()
    accuracy = built.score(X_test, y_test)
    seconds = fitted - start, time.perf_counter() - fitted
    figures = (f"{value:.4f}" for value in (accuracy, optimum, accuracy / optimum))
    return [*model, disturbance, number, *figures, *(f"{second:.2f}" for second in seconds)]


def summarize():
    """Write the mean share of the optimum and its spread, and the times without disturbance."""
    groups = {}
    for row in read_rows(RESULTS, COLUMNS):
        key = row["model"], row["input"]
        groups.setdefault(key, {}).setdefault(row["disturbance"], []).append(row)
    with SUMMARY.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["model", "input", *DISTURBANCES, "fit (s)", "predict (s)"])
        for key in MODELS:
            if key not in groups:
                continue
            shares = [
                [100 * float(row["share_of_optimum"]) for row in groups[key].get(disturbance, [])]
                for disturbance in DISTURBANCES
            ]
            seconds = [
                f"{np.median([float(row[name]) for row in groups[key]['none']]):.1f}"
                for name in ("fit_seconds", "predict_seconds")
            ]
            writer.writerow([*key, *map(with_spread, shares), *seconds])


def main():
    """Run what has no row yet and write the summary."""
    names = list(dict.fromkeys(name for name, _ in MODELS))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", choices=names, default=names)
    parser.add_argument("--tables", nargs="+", type=int, default=list(range(200, 205)))
    options = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    for model in MODELS:
        for number in options.tables if model[0] in options.models else ():
            for disturbance in ("none",) if model in SLOW else DISTURBANCES:
                rows = read_rows(RESULTS, COLUMNS)
                key = (*model, disturbance, str(number))
                if key not in {tuple(row[name] for name in COLUMNS[:4]) for row in rows}:
                    row = measure(model, disturbance, number)
                    add_row(RESULTS, row)
                    print(*row, sep="  ", flush=True)
    summarize()


if __name__ == "__main__":
    main()
