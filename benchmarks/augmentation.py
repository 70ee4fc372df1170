"""Does augmentation pay? The same models with and without, on new tables and on other instruments.

tables: five freshly drawn challenge-like tables, 50 training spectra a class (the network watches
    10 more), 5,022 fresh test spectra; accuracy. Peaks move there, each on its own, so the right
    augmenter is the one for peaks that move by no law: PeakShiftAugmenter, at its defaults.
raman: four materials on twelve instruments, one of which is left out at a time; balanced accuracy
    out of fold, five seeds of augmenter and network. Before any score was seen the right augmenter
    was taken to be CalibrationAugmenter, at its defaults: samples are the same, so what differs is
    the instrument, and a line of the same silicon is read several per cm apart. Whatever else
    differs stands beside it, one by one and all in a row, at defaults: resolution, fluorescence,
    noise, and shifts by no law. None of these was chosen by its score. "chosen inside" is what may
    be chosen: the augmenter, or none, that does best in an inner cross-validation by instrument.

One row a fit (raman: a round of fits) is added to results/augmentation_pays.csv; what has a row
is not run again. results/augmentation_pays_summary.csv, which the guide shows, is made from it.
raman needs the folder that SKSPECTRA_DATA names; the spectra are not part of the package.
Usage: python benchmarks/augmentation.py {tables,raman,summary} [--models NAME ...]
       [--augmenters NAME ...] [--numbers N ...]
"""

import argparse
import csv
import os
import time
import warnings
from pathlib import Path

import numpy as np
from _rows import add_row, read_rows, with_spread
from networks import table_data
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import recall_score
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut, StratifiedGroupKFold
from sklearn.pipeline import make_pipeline

from skspectra import AugmentedClassifier, PeakShiftAugmenter, PooledSVC, SpectralCNN
from skspectra.augmentation import (
    BackgroundAugmenter,
    BroadeningAugmenter,
    CalibrationAugmenter,
    NoiseAugmenter,
)

RESULTS = Path(__file__).resolve().parent / "results" / "augmentation_pays.csv"
SUMMARY = RESULTS.with_name("augmentation_pays_summary.csv")
COLUMNS = (
    *("arm", "number", "model", "augmenter", "score", "optimum", "share_of_optimum"),
    *("score_without_TiO2", "seconds"),
)
MODELS = ("PooledSVC", "SpectralCNN")
RAMAN_AXIS = (150, 2000)  # per cm
AUGMENTERS = {
    "none": None,
    "shifts": PeakShiftAugmenter(),
    "calibration": CalibrationAugmenter(x_axis=RAMAN_AXIS),
    "resolution": BroadeningAugmenter(),
    "background": BackgroundAugmenter(),
    "noise": NoiseAugmenter(),
}
# In the order of the measurement.
INSTRUMENT = ("calibration", "resolution", "background", "noise")
AUGMENTERS["all four of the instrument"] = make_pipeline(*[AUGMENTERS[n] for n in INSTRUMENT])
CHOSEN = "chosen inside"
# The right one first, then what stands beside it; the numbers of the rounds.
ARMS = {
    "tables": (("none", "shifts"), range(200, 205)),
    "raman": (
        ("none", "calibration", "all four of the instrument", CHOSEN)
        + ("shifts", "resolution", "background", "noise"),
        range(5),
    ),
}


def make_model(name, augmenter, seed):
    """Return a model that trains with an augmenter."""
    if augmenter == CHOSEN:
        model = make_model(name, "calibration", seed)
        candidates = [AUGMENTERS[n] for n in ("shifts", *INSTRUMENT)]
        grid = [{"n_copies": [0]}, {"augmenter": candidates}]
        splits = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
        return GridSearchCV(model, grid, cv=splits, scoring="balanced_accuracy")
    augmenter = AUGMENTERS[augmenter]
    if name == "SpectralCNN":
        return SpectralCNN(augmenter=augmenter, n_threads=1, random_state=seed)
    if augmenter is None:
        return PooledSVC()
    return AugmentedClassifier(PooledSVC(), augmenter, random_state=seed)


def measure_tables(number, name, augmenter):
    """Return accuracy and optimum on a fresh table."""
    train, validation, test, _, optimum = table_data(number)
    watched = {"X_val": validation[0], "y_val": validation[1]} if name == "SpectralCNN" else {}
    accuracy = make_model(name, augmenter, number).fit(*train, **watched).score(*test)
    return [f"{accuracy:.4f}", f"{optimum:.4f}", f"{accuracy / optimum:.4f}", ""]


def measure_raman(number, name, augmenter):
    """Return balanced accuracy out of fold, of all materials and of those but TiO2.

    The two instruments that measured TiO2 measured nothing else.
    """
    folder = Path(os.environ["SKSPECTRA_DATA"]) / "raman_calibrants_multi_instrument"
    held = np.load(folder / "data.npz")
    X, y, instruments = held["X"], held["material"], held["instrument"]
    predicted = np.empty_like(y)
    for train, test in LeaveOneGroupOut().split(X, y, instruments):
        model = make_model(name, augmenter, number)
        groups = {"groups": instruments[train]} if augmenter == CHOSEN else {}
        predicted[test] = model.fit(X[train], y[train], **groups).predict(X[test])
    materials = np.unique(y)
    recall = recall_score(y, predicted, labels=materials, average=None)
    return [f"{recall.mean():.4f}", "", "", f"{recall[materials != 'TiO2'].mean():.4f}"]


MEASURES = {
    "tables": measure_tables,
    "raman": measure_raman,
}


def summarize():
    """Write means and spreads, and what an augmenter gains over none, round by round."""
    scores = {}
    for row in read_rows(RESULTS, COLUMNS):
        key = row["arm"], row["model"], row["augmenter"]
        figures = [row[c] for c in ("score", "share_of_optimum", "score_without_TiO2")]
        scores.setdefault(key, {})[row["number"]] = [100 * float(f or "nan") for f in figures]
    with SUMMARY.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["set", "model", "augmenter", "rounds", "accuracy (%)", "gain (points)"]
            + ["of the best possible (%)", "without TiO2 (%)"]
        )
        for arm in ARMS:
            for model in MODELS:
                for augmenter in ARMS[arm][0]:
                    rounds = scores.get((arm, model, augmenter), {})
                    if rounds:
                        base = scores.get((arm, model, "none"), {})
                        gains = [rounds[n][0] - base[n][0] for n in rounds if n in base]
                        gain = "" if augmenter == "none" else with_spread(gains, "+.1f")
                        score, *rest = np.transpose(list(rounds.values()))
                        rest = ["" if np.isnan(v).any() else f"{v.mean():.1f}" for v in rest]
                        figures = [len(rounds), with_spread(score), gain, *rest]
                        writer.writerow([arm, model, augmenter, *figures])


def main():
    """Run what has no row yet and write the summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("arm", choices=[*ARMS, "summary"])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    parser.add_argument("--augmenters", nargs="+", choices=[*AUGMENTERS, CHOSEN])
    parser.add_argument("--numbers", nargs="+", type=int)
    options = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    # A search around networks would take hours.
    tasks = [
        (options.arm, str(number), model, augmenter)
        for augmenter in options.augmenters or ARMS.get(options.arm, [()])[0]
        for number in options.numbers or ARMS[options.arm][1]
        for model in options.models
        if (model, augmenter) != ("SpectralCNN", CHOSEN)
    ]
    for task in tasks:
        rows = read_rows(RESULTS, COLUMNS)
        if task not in {tuple(row[c] for c in COLUMNS[:4]) for row in rows}:
            start = time.perf_counter()
            figures = MEASURES[options.arm](int(task[1]), *task[2:])
            row = [*task, *figures, f"{time.perf_counter() - start:.1f}"]
            add_row(RESULTS, row)
            print(row, flush=True)
    summarize()


if __name__ == "__main__":
    main()
