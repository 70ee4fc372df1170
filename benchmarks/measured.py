"""All models of the comparison on measured spectra, each searched, and what is recommended.

Balanced accuracy out of fold, in grouped folds, or leaving out one instrument at a time. Every
model searches its twelve candidates inside the training part, in three folds that keep groups
together. The sets must be in the folder that SKSPECTRA_DATA names (one folder per set, each with
a data.npz); they are not part of the package.

results/measured_folds.csv gets a row for each set, split and model; what has a row is not
measured again. From these rows come

* measured.csv: the score of each model and its 95 % interval;
* measured_pairs.csv: the difference of some pairs in points, its interval and the verdict;
* recommendation.csv: the model chosen inside the training part by the rule of recommendation
  from all models, against the same choice from the recipes of chemometrics alone.

Usage: SKSPECTRA_DATA=... python benchmarks/measured.py [--sets NAME ...] [--models NAME ...]
       [--finish]
"""

import argparse
import csv
import os
import sys
import time
import warnings
from collections import Counter

import numpy as np
from _study import RESULTS, read_rows, write_rows
from _windows import MEASURED, load_measured
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skspectra.comparison import default_models
from skspectra.comparison._best_of import choose_by_folds
from skspectra.comparison._evidence import score_interval
from skspectra.comparison._models import (
    CHEMOMETRIC,
    COST_ORDER,
    MAJORITY,
    POOLED_LR,
    POOLED_MLP,
    POOLED_SVC,
    RAW_LR,
    RAW_SVC,
    RIDGE,
    SHIFTED_SVC,
)
from skspectra.comparison._splits import make_inner_splits, make_splits
from skspectra.comparison._verdict import (
    estimate_by_groups,
    estimate_by_splits,
    judge,
    resolution,
    stratified_mean,
)
from skspectra.preprocessing import band_width

SETS = list(MEASURED)
PAIRS = [
    (POOLED_SVC, RAW_SVC),
    (POOLED_LR, RAW_LR),
    (POOLED_SVC, RIDGE),
    (POOLED_MLP, RIDGE),
    (SHIFTED_SVC, POOLED_MLP),
    (RIDGE, RAW_LR),
]
FOLDS = RESULTS / "measured_folds.csv"
HEADER = ["set", "split", "model", "inner_scores", "parameters", "right", "seconds"]


def load(data):
    """Return spectra, labels, groups and splits of a set; of the purees every third spectrum."""
    X, y, groups, folds = load_measured(data)
    if data == "purees, mid-IR":
        X, y = X[::3], y[::3]
    return X, y, groups, make_splits(y, groups, folds, 1, 0)


def describe(parameters):
    """Return the parameters that were chosen on one line."""
    lines = (f"{name.rpartition('__')[2]}={value}" for name, value in parameters.items())
    return " ".join("; ".join(lines).split())


def measure(data, wanted):
    """Search, fit and score the models on every split of a set that has no row yet."""
    X, y, groups, splits = load(data)
    inner = make_inner_splits(splits, y, groups, 3, 0)
    models = default_models(X.shape[1], band_width=band_width(X), search=True)
    done = {(row["set"], row["split"], row["model"]) for row in read_rows(FOLDS)}
    for i, (train, test) in enumerate(splits):
        for name, (model, grid) in models.items():
            if (data, str(i), name) in done or (wanted and name not in wanted):
                continue
            start = time.perf_counter()
            search = GridSearchCV(
                clone(model), grid or {}, scoring="balanced_accuracy", cv=inner[i]
            ).fit(X[train], y[train])
            right = (search.predict(X[test]) == y[test]).astype(int)
            held = search.cv_results_
            folds = [
                held[f"split{k}_test_score"][search.best_index_] for k in range(len(inner[i]))
            ]
            row = [
                *(data, i, name, " ".join(f"{score:.4f}" for score in folds)),
                describe(search.best_params_),
                *("".join(map(str, right)), f"{time.perf_counter() - start:.2f}"),
            ]
            if not FOLDS.exists():
                write_rows(FOLDS, HEADER, [])
            with FOLDS.open("a", newline="", encoding="utf-8") as file:
                csv.writer(file).writerow(row)
            print(*row[:4], row[4], row[-1], sep="  ", flush=True)


def estimator(strata, groups, splits, split_of):
    """Return the function that estimates a score, as the comparison does."""
    ratio = sum(len(test) for _, test in splits) / sum(len(train) for train, _ in splits)

    def estimate(gain, floor=0.0):
        if groups is not None:
            return estimate_by_groups(gain, strata, groups, floor)
        return estimate_by_splits(gain, strata, split_of, ratio, floor)

    return estimate


def summarize():
    """Write the three tables from the rows."""
    rows = read_rows(FOLDS)
    sets = [data for data in SETS if any(row["set"] == data for row in rows)]
    table = {name: [name] for name in COST_ORDER if any(row["model"] == name for row in rows)}
    pairs = {pair: [f"{pair[0]} - {pair[1]}"] for pair in PAIRS}
    choices = []
    for data in sets:
        _, y, groups, splits = load(data)
        tests = np.concatenate([test for _, test in splits])
        strata = np.unique(y, return_inverse=True)[1][tests]
        units = tests if groups is None else groups[tests]
        split_of = np.repeat(np.arange(len(splits)), [len(test) for _, test in splits])
        estimate = estimator(strata, units if groups is not None else None, splits, split_of)
        cells = {(r["model"], int(r["split"])): r for r in rows if r["set"] == data}
        names = [name for name in table if all((name, i) in cells for i in range(len(splits)))]
        gains, inner = {}, {}
        for name in names:
            mine = [cells[name, i] for i in range(len(splits))]
            gains[name] = np.concatenate([[*map(float, row["right"])] for row in mine])
            inner[name] = [np.array(row["inner_scores"].split(), dtype=float) for row in mine]
        n_units = min(len(np.unique(units[strata == k])) for k in np.unique(strata))
        for name, row in table.items():
            if name not in gains:
                row.append("")
                continue
            found = estimate(gains[name])
            low, high = score_interval(found, 1 / resolution(strata, units))
            interval = f" ({low:.3f} to {high:.3f})" if n_units >= 5 and name != MAJORITY else ""
            row.append(f"{found.value:.3f}{interval}")
        floor = resolution(strata, units)
        estimates = {
            (a, b): estimate(gains[a] - gains[b], floor) for a, b in PAIRS if {a, b} <= set(gains)
        }
        few = "" if n_units >= 5 else "too few"
        verdicts = judge(estimates, margin=0.02, not_converged=[], too_few=few)
        for pair in set(PAIRS) - set(estimates):
            pairs[pair].append("")
        for (pair, row), verdict in zip(estimates.items(), verdicts, strict=True):
            low_high = f" ({100 * verdict.low:+.1f} to {100 * verdict.high:+.1f})"
            interval = "" if np.isnan(verdict.low) else low_high
            pairs[pair].append(f"{100 * row.value:+.1f}{interval}: {verdict.verdict}")
        if set(CHEMOMETRIC) <= set(names):
            choices.append([data, *recommend(names, inner, gains, strata, split_of)])
    for name, tables in (("measured", table), ("measured_pairs", pairs)):
        header = ["model" if tables is table else "difference in points", *sets]
        write_rows(RESULTS / f"{name}.csv", header, [r for r in tables.values() if any(r[1:])])
    losses = [float(row[5]) for row in choices]
    means = ["mean", "", "", "", "", f"{np.mean(losses):.1f}", "", ""]
    means += [f"{np.mean([float(row[8]) for row in choices]):.1f}"]
    columns = ["set", "recommended", "score", "chemometric choice", "its score", "loss in points"]
    columns += ["best recipe on the test data", "its score", "regret in points"]
    write_rows(RESULTS / "recommendation.csv", columns, [*choices, means])
    for row in [*choices, means]:
        print(*row, sep="  ")


def recommend(names, inner, gains, strata, split_of):
    """Return what the rule chooses from all models and from the recipes, with the scores.

    The choice is made anew in every split, inside its training part.
    """
    chosen = []
    for allowed in (names, [name for name in names if name in CHEMOMETRIC]):
        picks = []
        for i in range(split_of.max() + 1):
            folds = np.column_stack([inner[name][i] for name in allowed])
            picks.append(allowed[choose_by_folds(folds, allowed)])
        gain = np.select(
            [split_of == i for i in range(len(picks))], [gains[name] for name in picks]
        )
        counts = ", ".join(f"{name} {n}" for name, n in Counter(picks).most_common())
        chosen.append((counts, 100 * stratified_mean(gain, strata)))
    (ours, score), (theirs, reference) = chosen
    scores = {name: 100 * stratified_mean(gains[name], strata) for name in names}
    best = max((name for name in names if name in CHEMOMETRIC), key=scores.get)
    return (
        *(ours, f"{score:.1f}", theirs, f"{reference:.1f}", f"{reference - score:.1f}"),
        *(best, f"{scores[best]:.1f}", f"{scores[best] - score:.1f}"),
    )


def main():
    """Measure what is missing and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", default=SETS, choices=SETS)
    parser.add_argument("--models", nargs="+", default=[], choices=COST_ORDER)
    parser.add_argument("--finish", action="store_true", help="only write the tables")
    options = parser.parse_args()
    if not os.environ.get("SKSPECTRA_DATA"):
        sys.exit("SKSPECTRA_DATA must name the folder that holds the measured sets.")
    warnings.simplefilter("ignore")
    if not options.finish:
        for data in options.sets:
            measure(data, options.models)
    summarize()


if __name__ == "__main__":
    main()
