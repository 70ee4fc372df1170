"""Study of the window that pooled models take by themselves."""

import os
from pathlib import Path

import numpy as np
from _data import table_optimum, table_spectra
from _models import make_classical, with_copies
from _study import RESULTS, study, write_rows
from sklearn.metrics import balanced_accuracy_score

from skspectra import PeakShiftAugmenter, PooledMLP, PooledSVC
from skspectra.comparison._splits import make_splits
from skspectra.preprocessing import band_width

OUT = "leave-one-group-out"
# Folder, label, group, folds.
MEASURED = {
    "meats, mid-IR": ("quadram_meats_ir", "y", "sample", 5),
    "olive oils, mid-IR": ("quadram_oliveoil_ir", "y", "sample", 5),
    "purees, mid-IR": ("quadram_purees_ir", "y", None, 3),
    "wines red or not, NMR": ("ku_wine_nmr", "red", None, 5),
    "wines malolactic, NMR": ("ku_wine_nmr", "malolactic", None, 5),
    "Raman calibrants": ("raman_calibrants_multi_instrument", "material", "instrument", OUT),
}
TABLES = [f"table {number}" for number in range(600, 604)]
# Windows in shares of the axis, and in band widths but never wider than 8 % of the axis.
RULES = {"4 % of the axis": 0.04, "2 % of the axis": 0.02, "0.3 % of the axis": 0.003}
WIDTHS = {f"{n} band widths": n for n in (1, 2, 4, 8, 16, 32)}
WIDEST = 0.08
FEW = ["4 % of the axis", "32 band widths"]
OTHERS = ["SVM, shift copies", "logistic regression", "MLP", "MLP, shifts"]


def load_measured(data):
    """Return spectra, labels, groups and folds of a measured set, without titanium dioxide."""
    name, label, group, folds = MEASURED[data]
    held = np.load(Path(os.environ["SKSPECTRA_DATA"]) / name / "data.npz")
    X, y = held["X"], held[label].astype(str)
    groups = None if group is None else held[group].astype(str)
    if label == "material":
        keep = y != "TiO2"
        X, y, groups = X[keep], y[keep], groups[keep]
    return X, y, groups, folds


def window(rule, X):
    """Return the points per window that a rule gives for spectra."""
    n_points = X.shape[1]
    if rule in RULES:
        return max(1, round(RULES[rule] * n_points))
    return max(1, round(min(WIDTHS[rule] * band_width(X), WIDEST * n_points)))


def make_model(name, size):
    """Return a model of pooled spectra with this window."""
    if name == "SVM, shift copies":
        return with_copies(PooledSVC(size))
    if name == "MLP":
        return PooledMLP(size, n_threads=1, random_state=0)
    if name == "MLP, shifts":
        return PooledMLP(size, augmenter=PeakShiftAugmenter(), n_threads=1, random_state=0)
    if name == "SVM":
        return PooledSVC(size)
    model = make_classical("logistic regression", "compressed")
    return model.set_params(maxpooldownsampler__pool_size=size)


def summarize(rows):
    """Write one line per model and rule with a column per set."""
    sets = [data for data in (*TABLES, *MEASURED) if any(row["data"] == data for row in rows)]
    cells = {(row["model"], row["rule"], row["data"]): row["score"] for row in rows}
    table = []
    for model, rule in dict.fromkeys((row["model"], row["rule"]) for row in rows):
        scores = [cells.get((model, rule, data), "") for data in sets]
        means = []
        for part in (TABLES, MEASURED):
            found = [cells.get((model, rule, data)) for data in part]
            means.append(f"{np.mean([*map(float, found)]):.4f}" if all(found) else "")
        table.append([model, rule, *means, *scores])
    columns = ["model", "rule", "mean of tables", "mean of measured", *sets]
    write_rows(RESULTS / "windows_summary.csv", columns, table)


@study(
    "windows.csv",
    [
        {"model": ["SVM"], "rule": [*RULES, *WIDTHS], "data": [*TABLES, *MEASURED]},
        {"model": OTHERS, "rule": FEW, "data": [*TABLES, *MEASURED]},
    ],
    "band_width pool_size score",
    summarize,
)
def windows(name, rule, data):
    """Which rule for the window is best, on fresh tables and on measured sets.

    On tables: 50 training spectra per class, 2,700 fresh test spectra, the share of the best
    possible accuracy. On measured sets: balanced accuracy out of fold, in the splits of
    measured.py, but without a search. All rules are tried with the SVM, and the best of them on
    the tables also with the other models that share the default.
    """
    if data in TABLES:
        number = int(data.split()[1])
        (X, y), (X_test, y_test) = table_spectra(number, (50, 0), (100, 1))
        size = window(rule, X)
        model = make_model(name, size).fit(X, y)
        score = model.score(X_test, y_test) / table_optimum(number)
        return f"{band_width(X):.1f}", size, f"{score:.4f}"
    X, y, groups, folds = load_measured(data)
    size, predicted = window(rule, X), np.empty_like(y)
    for train, test in make_splits(y, groups, folds, 1, 0):
        predicted[test] = make_model(name, size).fit(X[train], y[train]).predict(X[test])
    return f"{band_width(X):.1f}", size, f"{balanced_accuracy_score(y, predicted):.4f}"
