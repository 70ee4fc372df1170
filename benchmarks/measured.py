"""The recommended models, at their defaults, on measured spectra.

Grouped or leave-one-instrument-out balanced accuracy, out of fold. Needs the four sets in the
folder that SKSPECTRA_DATA names (one folder a set, each with a data.npz); they are not part of
the package. Writes results/measured.csv: mean, least and largest value of three repeats.
Usage: SKSPECTRA_DATA=... python benchmarks/measured.py
"""

import csv
import os
import sys
import warnings
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import LeaveOneGroupOut, StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC

from skspectra import (
    AugmentedClassifier,
    MaxPoolDownsampler,
    PeakShiftAugmenter,
    PooledSVC,
    SpectralCNN,
)
from skspectra.preprocessing import compress, normalize

RESULTS = Path(__file__).resolve().parent / "results" / "measured.csv"
# Folder, name of the label, of the group (None: every spectrum on its own), left out one by one?
SETS = {
    "Raman calibrants": ("raman_calibrants_multi_instrument", "material", "instrument", True),
    "meats, mid-IR": ("quadram_meats_ir", "y", "sample", False),
    "olive oils, mid-IR": ("quadram_oliveoil_ir", "y", "sample", False),
    "purees, mid-IR": ("quadram_purees_ir", "y", None, False),
}
N_REPEATS = 3


def not_centred():
    """PooledSVC without its centring."""
    floor = {"compression": "log", "floor": 1e-2}
    return make_pipeline(
        FunctionTransformer(normalize),
        MaxPoolDownsampler(),
        FunctionTransformer(compress, kw_args=floor),
        SVC(C=100),
    )


def models(seed):
    """Return the models by name."""
    shifts = PeakShiftAugmenter()
    net = SpectralCNN(n_threads=1, random_state=seed)
    return {
        "raw SVC": PooledSVC(1, 1, compression="none"),
        "PooledSVC": PooledSVC(),
        "PooledSVC, no compression": PooledSVC(compression="none"),
        "PooledSVC, not centred": not_centred(),
        "PooledSVC + shift copies": AugmentedClassifier(PooledSVC(), shifts, random_state=seed),
        "small net": net,
        "small net, shifted": SpectralCNN(**(net.get_params(deep=False) | {"augmenter": shifts})),
    }


def main():
    """Score every model on every set and write one row each."""
    folder = os.environ.get("SKSPECTRA_DATA")
    if not folder:
        sys.exit("SKSPECTRA_DATA must name the folder that holds the measured sets.")
    warnings.simplefilter("ignore", ConvergenceWarning)
    rows = {title: [title] for title in models(0)}
    for data, (name, label, group, one_out) in SETS.items():
        held = np.load(Path(folder) / name / "data.npz")
        X, y = held["X"], held[label]
        groups = np.arange(len(y)) if group is None else held[group]
        for title, row in rows.items():
            scores = []
            for seed in range(N_REPEATS):
                splits = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
                splits = LeaveOneGroupOut() if one_out else splits
                model = models(seed)[title]
                predicted = cross_val_predict(model, X, y, groups=groups, cv=splits)
                scores.append(balanced_accuracy_score(y, predicted))
            row.append(f"{np.mean(scores):.3f} ({min(scores):.3f} to {max(scores):.3f})")
            print(f"{data:20s} {title:28s} {row[-1]}", flush=True)
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["model", *SETS], *rows.values()])


if __name__ == "__main__":
    main()
