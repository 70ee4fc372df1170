"""What the defaults of PooledSVC and of shifted copies were chosen by.

Five freshly drawn challenge-like tables, 50 training spectra a class, 2,700 fresh test spectra
each; one setting is changed at a time. Windows and ways of compressing are tried under noise and
on a background too, as in classical.py, and compressing on a constant background. Accuracy is
read against the Bayes optimum of the table.
Adds rows to results/defaults.csv; a model whose rows are there is not run again.
Usage: python benchmarks/defaults.py
"""

from functools import partial
from pathlib import Path

import numpy as np
from _rows import add_row, read_rows
from classical import DISTURBANCES, disturb
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from skspectra import AugmentedClassifier, MaxPoolDownsampler, PeakShiftAugmenter, PooledSVC
from skspectra.datasets import bayes_optimum, draw_challenge_table, make_spectra
from skspectra.preprocessing import compress, normalize

RESULTS = Path(__file__).resolve().parent / "results" / "defaults.csv"
COLUMNS = ("model", "disturbance", "table_seed", "accuracy", "optimum", "share_of_optimum")
TABLE_SEEDS = range(100, 105)


def copies(n_copies=10, shifts=None, **parameters):
    """PooledSVC on the originals plus copies."""
    shifts = shifts or PeakShiftAugmenter()
    return AugmentedClassifier(PooledSVC(**parameters), shifts, n_copies, random_state=0)


def pooled(pool, compress=compress):
    """PooledSVC with other features."""
    steps = FunctionTransformer(normalize), pool, FunctionTransformer(compress)
    return make_pipeline(*steps, StandardScaler(with_std=False), SVC(C=100))


def adaptive(X, rank, n_scatters):
    """Compress as by default, but about another level or linear within more or less."""
    ordered = np.sort(X, axis=1)
    level = ordered[:, [int(rank * (X.shape[1] - 1))]]
    above = X - level
    return above / np.sqrt(np.abs(above) + n_scatters * (level - ordered[:, :1]) + 1e-9)


MODELS = {
    "raw SVC": PooledSVC(1, 1, compression="none"),
    "PooledSVC, defaults (200/50, C=100)": PooledSVC(),
    "PooledSVC, pool 50/12": PooledSVC(50),
    "PooledSVC, pool 200/100": PooledSVC(200, 100),
    "PooledSVC, pool 200/25": PooledSVC(200, 25),
    "PooledSVC, two scales, 400/100 and 200/50": pooled(
        make_union(MaxPoolDownsampler(400), MaxPoolDownsampler(200))
    ),
    "PooledSVC, decimation": PooledSVC(pooling="decimate"),
    "PooledSVC, C=10": PooledSVC(C=10.0),
    "PooledSVC, C=1000": PooledSVC(C=1000.0),
    "copies, defaults (10 copies, max_shift 50, length_scale 400)": copies(),
    "copies, max_shift 12": copies(shifts=PeakShiftAugmenter(12)),
    "copies, max_shift 25": copies(shifts=PeakShiftAugmenter(25)),
    "copies, max_shift 100": copies(shifts=PeakShiftAugmenter(100)),
    "copies, length_scale 200": copies(shifts=PeakShiftAugmenter(50, length_scale=200)),
    "copies, length_scale 1600": copies(shifts=PeakShiftAugmenter(50, length_scale=1600)),
    "copies, global shifts": copies(shifts=PeakShiftAugmenter(50, mode="global")),
    "copies, pool 100/25": copies(pool_size=100),
    "copies, pool 300/75": copies(pool_size=300),
    "copies, mean pooling": copies(pooling="mean"),
    "copies, 3 copies": copies(3),
    "copies, 20 copies": copies(20),
}
# Tried under every disturbance.
DISTURBED = {
    "PooledSVC, pool 100/25": PooledSVC(100),
    "PooledSVC, pool 300/75": PooledSVC(300),
    "PooledSVC, pool 400/100": PooledSVC(400),
    "PooledSVC, mean pooling": PooledSVC(pooling="mean"),
    "PooledSVC, adaptive": PooledSVC(),
    "PooledSVC, square root": PooledSVC(compression="sqrt"),
    "PooledSVC, no compression": PooledSVC(compression="none"),
    "PooledSVC, logarithm": PooledSVC(compression="log"),
    "PooledSVC, logarithm, floor 0.001": PooledSVC(compression="log", floor=1e-3),
    "PooledSVC, logarithm, floor 0.1": PooledSVC(compression="log", floor=0.1),
    **{
        f"PooledSVC, adaptive, level at {rank}, {n} scatters": pooled(
            MaxPoolDownsampler(), partial(adaptive, rank=rank, n_scatters=n)
        )
        for rank, n in ((1 / 8, 5), (1 / 8, 80), (1 / 16, 20), (1 / 4, 20), (1 / 2, 20))
    },
}
# The same background under all spectra, as a share of the height.
CONSTANT = {"constant 1 %": 0.01, "constant 3 %": 0.03, "constant 10 %": 0.1}
RUNS = [(name, "none") for name in MODELS]
RUNS += [(name, disturbance) for name in DISTURBED for disturbance in DISTURBANCES]
RUNS += [
    (f"PooledSVC, {name}", disturbance)
    for name in ("adaptive", "square root", "no compression")
    for disturbance in CONSTANT
]


def disturb_or_raise(X, disturbance, random_state):
    """Return the spectra with noise, with a background, or all raised alike."""
    if disturbance in CONSTANT:
        return X + CONSTANT[disturbance] * X.max(axis=1, keepdims=True)
    return disturb(X, disturbance, random_state)


def main():
    """Fit every model that has no rows on every table and print the shares of the optimum."""
    tables = []
    for seed in TABLE_SEEDS:
        table = draw_challenge_table(random_state=seed)
        train = make_spectra(table, 50, dtype=np.float32, random_state=[seed, 1])
        test = make_spectra(table, 100, dtype=np.float32, random_state=[seed, 2])
        tables.append((seed, train, test, bayes_optimum(table, n_samples=2000, random_state=0)))
    models = MODELS | DISTURBED
    done = {(row["model"], row["disturbance"]) for row in read_rows(RESULTS, COLUMNS)}
    for name, disturbance in RUNS:
        if (name, disturbance) in done:
            continue
        shares, rows = [], []
        for seed, (X, y), (X_test, y_test), optimum in tables:
            model = models[name].fit(disturb_or_raise(X, disturbance, [seed, 1]), y)
            accuracy = model.score(disturb_or_raise(X_test, disturbance, [seed, 2]), y_test)
            shares.append(accuracy / optimum.accuracy)
            figures = (f"{value:.4f}" for value in (accuracy, optimum.accuracy, shares[-1]))
            rows.append([name, disturbance, seed, *figures])
        for row in rows:
            add_row(RESULTS, row)
        title = f"{name}, disturbance {disturbance}"
        print(f"{title:68s} {np.mean(shares):.3f} (sd {np.std(shares, ddof=1):.3f})", flush=True)


if __name__ == "__main__":
    main()
