"""Studies of augmentation: whether it pays, and what it makes models robust against."""

import os
import warnings
from functools import cache
from pathlib import Path

import numpy as np
from _data import table_optimum, table_spectra
from _models import fit_watching, with_copies
from _speed import timed
from _study import RESULTS, shares, study, with_spread, write_rows
from sklearn.metrics import recall_score
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut, StratifiedGroupKFold
from sklearn.pipeline import make_pipeline

from skspectra import PeakShiftAugmenter, PooledMLP, PooledSVC
from skspectra.augmentation import (
    BackgroundAugmenter,
    BroadeningAugmenter,
    CalibrationAugmenter,
    DiffractionShiftAugmenter,
    ExtraPeakAugmenter,
    IntensityAugmenter,
    NoiseAugmenter,
    draw,
)

# In the order of the measurement; the axis is in 1/cm.
INSTRUMENT = {
    "calibration": CalibrationAugmenter(x_axis=(150, 2000)),
    "resolution": BroadeningAugmenter(),
    "background": BackgroundAugmenter(),
    "noise": NoiseAugmenter(),
}
ALL_FOUR, CHOSEN = "all four of the instrument", "chosen inside"
AUGMENTERS = {
    "none": None,
    "shifts": PeakShiftAugmenter(),
    **INSTRUMENT,
    ALL_FOUR: make_pipeline(*INSTRUMENT.values()),
}
MODELS = ("PooledSVC", "pooled MLP")
# The right one first, then what stands beside it.
ORDER = {
    "tables": ("none", "shifts"),
    "raman": ("none", "calibration", ALL_FOUR, CHOSEN, "shifts", *list(INSTRUMENT)[1:]),
}


def make_model(name, augmenter, seed):
    """Return a model that trains with an augmenter."""
    if augmenter == CHOSEN:
        model = make_model(name, "calibration", seed)
        candidates = [AUGMENTERS["shifts"], *INSTRUMENT.values()]
        grid = [{"n_copies": [0]}, {"augmenter": candidates}]
        splits = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
        return GridSearchCV(model, grid, cv=splits, scoring="balanced_accuracy")
    augmenter = AUGMENTERS[augmenter]
    if name == "pooled MLP":
        return PooledMLP(augmenter=augmenter, n_threads=1, random_state=seed)
    return PooledSVC() if augmenter is None else with_copies(PooledSVC(), augmenter, 10, seed)


def score_table(number, name, augmenter):
    """Return accuracy and optimum on a fresh table."""
    train, validation, test = table_spectra(number, (50, 0), (10, 1), (186, 2))
    model = fit_watching(make_model(name, augmenter, number), train, validation)
    return *shares(model.score(*test), table_optimum(number)), ""


def score_raman(number, name, augmenter):
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
    return f"{recall.mean():.4f}", "", "", f"{recall[materials != 'TiO2'].mean():.4f}"


def summarize_augmentation(rows):
    """Write means and spreads, and what an augmenter gains over none, round by round."""
    scores = {}
    for row in rows:
        key = row["arm"], row["model"], row["augmenter"]
        figures = [row[c] for c in ("score", "share_of_optimum", "score_without_TiO2")]
        scores.setdefault(key, {})[row["number"]] = [100 * float(f or "nan") for f in figures]
    table = []
    for key in ((arm, m, augmenter) for arm in ORDER for m in MODELS for augmenter in ORDER[arm]):
        if key in scores:
            rounds, base = scores[key], scores.get((*key[:2], "none"), {})
            gains = [rounds[n][0] - base[n][0] for n in rounds if n in base]
            gain = "" if key[2] == "none" else with_spread(gains, "+.1f")
            score, *rest = np.transpose(list(rounds.values()))
            rest = ["" if np.isnan(values).any() else f"{values.mean():.1f}" for values in rest]
            table.append([*key, len(rounds), with_spread(score), gain, *rest])
    columns = ["set", "model", "augmenter", "rounds", "accuracy (%)", "gain (points)"]
    columns += ["of the best possible (%)", "without TiO2 (%)"]
    write_rows(RESULTS / "augmentation_pays_summary.csv", columns, table)


@study(
    "augmentation_pays.csv",
    [
        {"arm": [arm], "number": numbers, "model": models, "augmenter": augmenters}
        for arm, numbers, models, augmenters in (
            ("tables", range(200, 205), MODELS, ORDER["tables"]),
            ("raman", range(5), MODELS, [name for name in ORDER["raman"] if name != CHOSEN]),
            # A search around networks would take hours.
            ("raman", range(5), ["PooledSVC"], [CHOSEN]),
        )
    ],
    "score optimum share_of_optimum score_without_TiO2 seconds",
    summarize_augmentation,
)
def augmentation(arm, number, name, augmenter):
    """Does augmentation pay? The same models with and without, on new tables and instruments.

    tables: five fresh challenge-like tables with 50 training spectra per class (the network
        watches 10 more) and 5,022 fresh test spectra; accuracy. Peaks move there, each on its own,
        so the right augmenter is PeakShiftAugmenter, at its defaults.
    raman: four materials on twelve instruments, one of which is left out at a time; balanced
        accuracy out of fold, five seeds of augmenter and network. Before any score was seen
        CalibrationAugmenter, at its defaults, was taken to be the right one: samples are the same,
        so what differs is the instrument, and a line of the same silicon is read several 1/cm
        apart. Resolution, fluorescence, noise and shifts by no law stand beside it, one by one,
        and the four of the instrument in a row. None was chosen by its score. "chosen inside" is
        what may be chosen: the augmenter, or none, that does best in an inner cross-validation by
        instrument. This arm needs the folder that SKSPECTRA_DATA names; the spectra are not part
        of the package.
    """
    measure = score_table if arm == "tables" else score_raman
    seconds, figures = timed(measure, number, name, augmenter)
    return *figures, f"{seconds:.1f}"


FACTORS = (0, 0.5, 1, 1.5, 2)
# The augmenter of so many times its training range.
PERTURBATIONS = {
    "shifts by region": lambda f: PeakShiftAugmenter(round(50 * f), length_scale=400),
    "lattice strain": lambda f: DiffractionShiftAugmenter((10, 90), 0.01 * f, 0, 0),
    "calibration": lambda f: CalibrationAugmenter(24 * f, 24 * f, 12 * f),
    "broadening": lambda f: BroadeningAugmenter(10 * f),
    "intensities": lambda f: IntensityAugmenter(0.3 * f),
    "noise": lambda f: NoiseAugmenter(0.01 * f),
    "background": lambda f: BackgroundAugmenter(0.1 * f, 0.1 * f),
    "impurities": lambda f: ExtraPeakAugmenter(3, 0.1 * f),
}
# What the training range is, and its unit.
RANGES = {
    "shifts by region": (50, "largest shift (points)"),
    "lattice strain": (1, "largest strain (%)"),
    "calibration": (60, "largest shift at the ends (points)"),
    "broadening": (10, "largest added width (points)"),
    "intensities": (30, "largest change of a peak (%)"),
    "noise": (1, "standard deviation (% of height)"),
    "background": (20, "largest curve plus hump (% of height)"),
    "impurities": (10, "highest of up to 3 peaks (% of height)"),
}
PERTURBED = {
    "SVC on raw points": lambda: PooledSVC(1, 1, compression="none"),
    "PooledSVC": PooledSVC,
    "pooled MLP": lambda: PooledMLP(n_threads=1, random_state=0),
}

WATCHED = "validation too"
# Colours of Okabe and Ito, which colour-blind readers can tell apart. There is no SVC on copies of
# raw points: libsvm takes minutes per fit.
CURVES = {
    ("SVC on raw points", "no"): ("#777777", "^--"),
    ("PooledSVC", "no"): ("#0072B2", "o--"),
    ("PooledSVC", "yes"): ("#0072B2", "o-"),
    ("pooled MLP", "no"): ("#D55E00", "s--"),
    ("pooled MLP", "yes"): ("#D55E00", "s-"),
    ("pooled MLP", WATCHED): ("#D55E00", "D:"),
}
LABELS = {"no": "not trained on it", "yes": "trained on it", WATCHED: "validated on it too"}


@cache
def fit_perturbed(number, name, augmented, perturbation):
    """Return the seconds of a fit and the model, whose augmenter is that of the perturbation."""
    law = {"max_shift": 0, "height_variation": 0.02}
    train, validation, _ = table_spectra(number, (20, 0), (5, 1), (20, 2), **law)
    model = PERTURBED[name]()
    if perturbation:
        augmenter = PERTURBATIONS[perturbation](1)
        if augmented == WATCHED:
            X, y = validation
            validation = draw(augmenter, X, np.random.default_rng(0)), y
        if name == "pooled MLP":
            model.set_params(augmenter=augmenter)
        else:
            model = with_copies(model, augmenter)
    return timed(fit_watching, model, train, validation)


def plot_robustness(rows):
    """Draw the mean accuracy over the tables against the perturbation, one panel for each."""
    from matplotlib.figure import Figure

    scores = {}
    for row in rows:
        curve = row["perturbation"], row["model"], row["augmented"]
        points = scores.setdefault(curve, {}).setdefault(float(row["factor"]), [])
        points.append(100 * float(row["accuracy"]))
    figure = Figure(figsize=(13, 6.6), layout="constrained")
    axes = figure.subplots(2, 4, sharey=True)
    for ax, (perturbation, (size, unit)) in zip(axes.flat, RANGES.items(), strict=True):
        ax.axvspan(0, size, color="0.93")
        for (name, augmented), (color, style) in CURVES.items():
            points = scores.get((perturbation, name, augmented), {})
            means = [np.mean(points[factor]) for factor in sorted(points)]
            x = [size * factor for factor in sorted(points)]
            look = {"color": color, "markersize": 5, "label": f"{name}, {LABELS[augmented]}"}
            ax.plot(x, means, style, markerfacecolor="w" if augmented == "no" else None, **look)
        ax.set_title(perturbation, fontweight="bold")
        ax.set(xlabel=unit, xticks=[size * factor for factor in FACTORS], ylim=(0, 103))
        ax.grid(alpha=0.3)
    for ax in axes[:, 0]:
        ax.set_ylabel("accuracy (%)")
    axes[0, 0].text(1, 3, "training range", fontsize=9)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    figure.savefig(RESULTS / "robustness.png", dpi=130)


@study(
    "robustness.csv",
    [
        {
            # Noise and background leave hardly a variant near the original.
            "perturbation": ["noise", "background"] if augmented == WATCHED else PERTURBATIONS,
            "table": range(300, 302),
            "model": [name],
            "augmented": [augmented],
        }
        for name, augmented in CURVES
    ],
    "factor accuracy fit_seconds",
    plot_robustness,
)
def robustness(perturbation, number, name, augmented):
    """Accuracy against the perturbation of the test spectra, with and without training on it.

    One perturbation is tried at a time, and nothing else varies with it: spectra come from
    challenge-like tables with every peak at its place (max_shift=0), heights within 0.02, so that
    neighbouring classes do not overlap, and widths as usual. Models train on 20 such spectra per
    class (the network watches 5 more, unperturbed), once without an augmenter and once with that
    of the perturbation at its training range; an SVM on raw points only without. For noise and
    background there is also a network whose watched spectra are perturbed. All are tested on 20
    fresh spectra per class of the same law, which the augmenter perturbs by 0, 0.5, 1, 1.5 and 2
    times that range. Classes of these tables differ by slight peaks, places and heights, so a
    wide perturbation takes away the difference itself: what counts is the distance between the
    curves, not their height.
    """
    warnings.simplefilter("ignore")
    law = {"max_shift": 0, "height_variation": 0.02}
    X, y = table_spectra(number, (20, 0), (5, 1), (20, 2), **law)[2]
    trained_on = "" if augmented == "no" else perturbation
    seconds, model = fit_perturbed(number, name, augmented, trained_on)
    rows = []
    for factor in FACTORS:
        # The same draws for all models.
        augmenter = PERTURBATIONS[perturbation](factor)
        variant = draw(augmenter, X, np.random.default_rng(number))
        rows.append((factor, f"{model.score(variant, y):.4f}", f"{seconds:.1f}"))
    return rows
