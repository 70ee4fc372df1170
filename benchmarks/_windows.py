"""Study of the window that PooledSVC takes by itself: a share of the axis or of the band width."""

import os
from pathlib import Path

import numpy as np
from _data import table_optimum, table_spectra
from _study import RESULTS, study, write_rows
from sklearn.base import clone
from sklearn.metrics import balanced_accuracy_score

from skspectra import PooledSVC
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


def summarize(rows):
    """Write one line per rule with a column per set."""
    sets = [data for data in (*TABLES, *MEASURED) if any(row["data"] == data for row in rows)]
    cells = {(row["rule"], row["data"]): row["score"] for row in rows}
    table = []
    for rule in (*RULES, *WIDTHS):
        scores = [cells.get((rule, data), "") for data in sets]
        means = [
            np.mean([float(cells[rule, data]) for data in part if (rule, data) in cells] or [0])
            for part in (TABLES, MEASURED)
        ]
        table.append([rule, *(f"{mean:.4f}" for mean in means), *scores])
    columns = ["rule", "mean of tables", "mean of measured", *sets]
    write_rows(RESULTS / "windows_summary.csv", columns, table)


@study(
    "windows.csv",
    [{"rule": [*RULES, *WIDTHS], "data": [*TABLES, *MEASURED]}],
    "band_width pool_size score",
    summarize,
)
def windows(rule, data):
    """Which rule for the window of PooledSVC is best, on fresh tables and on measured sets.

    On tables: 50 training spectra per class, 2,700 fresh test spectra, the share of the best
    possible accuracy. On measured sets: balanced accuracy out of fold, as in measured.py but
    without a search, in one repeat.
    """
    if data in TABLES:
        number = int(data.split()[1])
        (X, y), (X_test, y_test) = table_spectra(number, (50, 0), (100, 1))
        size = window(rule, X)
        score = PooledSVC(size).fit(X, y).score(X_test, y_test) / table_optimum(number)
        return f"{band_width(X):.1f}", size, f"{score:.4f}"
    X, y, groups, folds = load_measured(data)
    size, predicted = window(rule, X), np.empty_like(y)
    for train, test in make_splits(y, groups, folds, 1, 0):
        predicted[test] = clone(PooledSVC(size)).fit(X[train], y[train]).predict(X[test])
    return f"{band_width(X):.1f}", size, f"{balanced_accuracy_score(y, predicted):.4f}"
