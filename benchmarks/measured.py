"""Raw and pooled classical models on measured spectra, with the same search budget.

Balanced accuracy out of fold, in grouped five-fold cross-validation twice, or leaving out one
instrument at a time. Every model searches four candidates inside the training part: a raw one its
regularisation, a pooled and compressed one its window. Mixtures are multilabel: mean F1 over the
phases, grouped by mixture.
The sets must be in the folder that SKSPECTRA_DATA names (one folder per set, each with a
data.npz); they are not part of the package. results/measured.csv is written, and
results/measured_pairs.csv with pooled minus raw in points of balanced accuracy, its interval and
the verdict.
Usage: SKSPECTRA_DATA=... python benchmarks/measured.py
"""

import os
import sys
import warnings
from pathlib import Path

import numpy as np
from _models import make_classical, with_copies
from _study import RESULTS, write_rows
from sklearn.exceptions import ConvergenceWarning, UndefinedMetricWarning
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV, GroupKFold

from skspectra import PeakShiftAugmenter, PooledMLP, PooledSVC
from skspectra.comparison import compare

# Folder, name of the label, of the group (None: every spectrum on its own), splits, repeats.
SETS = {
    "Raman calibrants": (
        *("raman_calibrants_multi_instrument", "material", "instrument", "leave-one-group-out", 1),
    ),
    "meats, mid-IR": ("quadram_meats_ir", "y", "sample", 5, 2),
    "olive oils, mid-IR": ("quadram_oliveoil_ir", "y", "sample", 5, 2),
    "purees, mid-IR": ("quadram_purees_ir", "y", None, 5, 2),
}
MIXTURES = "dara_precursor_mixtures"
# What a raw model searches: four values.
REGULARISATION = {
    "nearest neighbour": {"kneighborsclassifier__n_neighbors": [1, 3, 5, 9]},
    "logistic regression": {"logisticregression__C": [1, 10, 100, 1000]},
    "extra trees": {"extratreesclassifier__min_samples_leaf": [1, 2, 4, 8]},
    "SVM": {"C": [1, 10, 100, 1000]},
}
# What a pooled model searches: windows, as shares of the axis.
WINDOWS = (0.01, 0.02, 0.04, 0.08)


def models(n_points):
    """Return the models by name, each with what it searches."""
    found = {}
    windows = [max(1, round(share * n_points)) for share in WINDOWS]
    for name, grid in REGULARISATION.items():
        found[f"{name}, raw"] = make_classical(name, "raw"), grid
        key = "pool_size" if name == "SVM" else "maxpooldownsampler__pool_size"
        found[f"{name}, pooled"] = make_classical(name, "compressed"), {key: windows}
    copies = with_copies(PooledSVC()), {"estimator__pool_size": windows}
    found |= {"SVM, pooled, shift copies": copies, "SVM, pooled, defaults": (PooledSVC(), None)}
    for name, n_steps in (("pooled MLP", 1), ("pooled MLP, 8 steps", 8)):
        settings = {"n_steps": n_steps, "n_threads": 1, "random_state": 0}
        found[f"{name}, defaults"] = PooledMLP(**settings), None
        shifted = PooledMLP(augmenter=PeakShiftAugmenter(), **settings)
        found[f"{name}, defaults, shifts"] = shifted, None
    return found


def known(interval):
    """Return the interval, or nothing where the groups were too few for one."""
    return "" if "nan" in interval else interval


def score_mixtures(model, grid, X, y, groups):
    """Return the mean and the spread of F1 over three repeats."""
    scores = []
    for seed in range(3):
        predicted = np.zeros_like(y)
        for train, test in GroupKFold(5, shuffle=True, random_state=seed).split(X, y, groups):
            inner = GroupKFold(3).split(X[train], y[train], groups[train])
            search = GridSearchCV(model, grid or {}, scoring="f1_macro", cv=list(inner))
            predicted[test] = search.fit(X[train], y[train]).predict(X[test])
        scores.append(f1_score(y, predicted, average="macro", zero_division=0))
    return f"{np.mean(scores):.3f} ± {np.std(scores, ddof=1):.3f}"


def main():
    """Score every model on every set."""
    folder = os.environ.get("SKSPECTRA_DATA")
    if not folder:
        sys.exit("SKSPECTRA_DATA must name the folder that holds the measured sets.")
    warnings.simplefilter("ignore", ConvergenceWarning)
    warnings.simplefilter("ignore", UndefinedMetricWarning)
    table = {name: [name] for name in models(100)}
    pairs = [(f"{name}, pooled", f"{name}, raw") for name in REGULARISATION]
    verdicts = {name: [name] for name in REGULARISATION}
    for data, (name, label, group, cv, n_repeats) in SETS.items():
        held = np.load(Path(folder) / name / "data.npz")
        groups = None if group is None else held[group]
        X, y = held["X"], held[label]
        result = compare(
            *(X, y, models(X.shape[1])),
            **{"groups": groups, "cv": cv, "n_repeats": n_repeats, "pairs": pairs},
        )
        for found in result.models:
            low, high = found.balanced_accuracy_low, found.balanced_accuracy_high
            interval = known(f" ({low:.3f} to {high:.3f})")
            table[found.model].append(f"{found.balanced_accuracy:.3f}{interval}")
        for (_, raw), pair in zip(pairs, result.pairs, strict=True):
            interval = known(f" ({100 * pair.low:+.1f} to {100 * pair.high:+.1f})")
            gain = f"{100 * pair.difference:+.1f}{interval}: {pair.verdict}"
            verdicts[raw.removesuffix(", raw")].append(gain)
        print(data, *(" ".join(row) for row in (*table.values(), *verdicts.values())), sep="\n")
    held = np.load(Path(folder) / MIXTURES / "data.npz")
    y = (held["W"] > 0).astype(int)
    for name, (model, grid) in models(held["X"].shape[1]).items():
        several = "logistic" not in name and "copies" not in name
        score = score_mixtures(model, grid, held["X"], y, held["mix"]) if several else ""
        table[name].append(score)
        print(name, score, flush=True)
    columns = ["model", *SETS, "mixtures, XRD (F1)"]
    write_rows(RESULTS / "measured.csv", columns, table.values())
    write_rows(RESULTS / "measured_pairs.csv", ["pooled minus raw", *SETS], verdicts.values())


if __name__ == "__main__":
    main()
