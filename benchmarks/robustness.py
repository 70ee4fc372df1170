"""Accuracy against the perturbation of the test spectra, with and without training on it.

One perturbation at a time, and nothing else that varies with it: spectra are drawn from
challenge-like tables with every peak at its place (max_shift=0), heights within 0.02, so that
neighbouring classes do not overlap, and widths as usual. Models train on 20 such spectra a class
(the network watches 5 more, unperturbed), once without an augmenter and once with that of the
perturbation at its training range; an SVM on raw points only without. (Of noise there is a curve
of a network whose watched spectra are noisy, too.) All are tested on 20 fresh
spectra a class of the same law, which the augmenter perturbs by 0, 0.5, 1, 1.5 and 2 times that
range: at 1 as in training, beyond that by more than any model has seen. Classes of these tables
differ by slight peaks, places and heights, so a wide perturbation takes away the difference
itself: what counts is the distance between the curves, not their height.

One row a model, perturbation and table is added to results/robustness.csv; what is there is not
run again. results/robustness.png, which the guide shows, is the mean over the tables.
Usage: python benchmarks/robustness.py [--perturbations NAME ...] [--tables N ...] [--figure]
"""

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
from _rows import add_row, read_rows

from skspectra import AugmentedClassifier, PeakShiftAugmenter, PooledSVC, SpectralCNN
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
from skspectra.datasets import draw_challenge_table, make_spectra

RESULTS = Path(__file__).resolve().parent / "results" / "robustness.csv"
COLUMNS = ("perturbation", "table", "model", "augmented", "factor", "accuracy", "fit_seconds")
FACTORS = (0, 0.5, 1, 1.5, 2)
ANGLES = (10, 90)  # degrees 2theta

# The augmenter of so many times its training range, what that range is, and its unit.
PERTURBATIONS = {
    "shifts by region": (
        lambda f: PeakShiftAugmenter(round(50 * f), length_scale=400),
        *(50, "largest shift (points)"),
    ),
    "lattice strain": (
        lambda f: DiffractionShiftAugmenter(ANGLES, 0.01 * f, 0, 0),
        *(1, "largest strain (%)"),
    ),
    "calibration": (
        lambda f: CalibrationAugmenter(24 * f, 24 * f, 12 * f),
        *(60, "largest shift at the ends (points)"),
    ),
    "broadening": (
        lambda f: BroadeningAugmenter(10 * f),
        *(10, "largest added width (points)"),
    ),
    "intensities": (
        lambda f: IntensityAugmenter(0.3 * f),
        *(30, "largest change of a peak (%)"),
    ),
    "noise": (
        lambda f: NoiseAugmenter(0.01 * f),
        *(1, "standard deviation (% of height)"),
    ),
    "background": (
        lambda f: BackgroundAugmenter(0.1 * f, 0.1 * f),
        *(20, "largest curve plus hump (% of height)"),
    ),
    "impurities": (
        lambda f: ExtraPeakAugmenter(3, 0.1 * f),
        *(10, "highest of up to 3 peaks (% of height)"),
    ),
}
MODELS = {
    "SVC on raw points": lambda: PooledSVC(1, 1, compression="none"),
    "PooledSVC": PooledSVC,
    "SpectralCNN": lambda: SpectralCNN(n_threads=1, random_state=0),
}

# Colours of Okabe and Ito, which colour-blind readers can tell apart; filled: trained on it.
RAW, POOLED, NET = (
    {"color": color, "marker": marker, "markersize": 5, "linestyle": "--", "markerfacecolor": "w"}
    for color, marker in (("#777777", "^"), ("#0072B2", "o"), ("#D55E00", "s"))
)
FILLED = {"linestyle": "-", "markerfacecolor": None}
# Copies of raw spectra take libsvm minutes a fit.
CURVES = {
    ("SVC on raw points", "no"): RAW,
    ("PooledSVC", "no"): POOLED,
    ("PooledSVC", "yes"): POOLED | FILLED,
    ("SpectralCNN", "no"): NET,
    ("SpectralCNN", "yes"): NET | FILLED,
    # Only what leaves hardly a variant near the original.
    ("SpectralCNN", "validation too"): NET | FILLED | {"linestyle": ":", "marker": "D"},
}
WATCHED = ("noise", "background")
LABELS = {
    "no": "not trained on it",
    "yes": "trained on it",
    "validation too": "validated on it too",
}


def spectra(number):
    """Return training, validation and test spectra of a table."""
    table = draw_challenge_table(random_state=number)
    law = {"max_shift": 0, "height_variation": 0.02, "dtype": np.float32}
    return [
        make_spectra(table, n, random_state=[number, stream], **law)
        for stream, n in enumerate((20, 5, 20))
    ]


def fit(name, augmenter, train, validation):
    """Fit a model, with copies or with an augmenter in it where there is one."""
    model = MODELS[name]()
    if name == "SpectralCNN":
        model.set_params(augmenter=augmenter)
        return model.fit(*train, X_val=validation[0], y_val=validation[1])
    if augmenter is not None:
        model = AugmentedClassifier(model, augmenter, random_state=0)
    return model.fit(*train)


def measure(number, perturbations):
    """Add the rows of one table that are not there."""
    train, validation, (X, y) = spectra(number)
    done = {tuple(row[c] for c in COLUMNS[:4]) for row in read_rows(RESULTS, COLUMNS)}
    for name, augmented in CURVES:
        model = None
        for perturbation in perturbations:
            key = (perturbation, str(number), name, augmented)
            if key in done or (augmented == "validation too" and perturbation not in WATCHED):
                continue
            make = PERTURBATIONS[perturbation][0]
            if model is None or augmented != "no":
                augmenter = None if augmented == "no" else make(1)
                watched = validation
                if augmented == "validation too":
                    watched = (
                        draw(augmenter, validation[0], np.random.default_rng(0)),
                        validation[1],
                    )
                start = time.perf_counter()
                model = fit(name, augmenter, train, watched)
                seconds = f"{time.perf_counter() - start:.1f}"
            # The same draws for all models.
            variants = [draw(make(f), X, np.random.default_rng(number)) for f in FACTORS]
            for factor, perturbed in zip(FACTORS, variants, strict=True):
                accuracy = f"{model.score(perturbed, y):.4f}"
                add_row(RESULTS, [*key, factor, accuracy, seconds])
            print(*key, accuracy, seconds, flush=True)


def plot():
    """Draw accuracy against perturbation, a panel for each."""
    import matplotlib.pyplot as plt

    scores = {}
    for row in read_rows(RESULTS, COLUMNS):
        curve = row["perturbation"], row["model"], row["augmented"]
        points = scores.setdefault(curve, {}).setdefault(float(row["factor"]), [])
        points.append(100 * float(row["accuracy"]))
    figure, axes = plt.subplots(2, 4, figsize=(13, 6.6), sharey=True, layout="constrained")
    panels = zip(axes.flat, PERTURBATIONS.items(), strict=True)
    for ax, (perturbation, (_, size, unit)) in panels:
        ax.axvspan(0, size, color="0.93")
        for (name, augmented), style in CURVES.items():
            points = scores.get((perturbation, name, augmented), {})
            means = [np.mean(points[factor]) for factor in sorted(points)]
            label = f"{name}, {LABELS[augmented]}"
            ax.plot([size * f for f in sorted(points)], means, label=label, **style)
        ax.set_title(perturbation, fontweight="bold")
        ax.set_xlabel(unit)
        ax.set_xticks([size * factor for factor in FACTORS])
        ax.set_ylim(0, 103)
        ax.grid(alpha=0.3)
    for ax in axes[:, 0]:
        ax.set_ylabel("accuracy (%)")
    axes[0, 0].text(1, 3, "training range", fontsize=9)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    figure.savefig(RESULTS.with_suffix(".png"), dpi=130)


def main():
    """Run what has no row yet and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = list(PERTURBATIONS)
    parser.add_argument("--perturbations", nargs="+", choices=names, default=names)
    parser.add_argument("--tables", nargs="+", type=int, default=[300, 301])
    parser.add_argument("--figure", action="store_true", help="draw only")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if not options.figure:
        for number in options.tables:
            measure(number, options.perturbations)
    plot()


if __name__ == "__main__":
    main()
