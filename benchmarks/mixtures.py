"""Find the phases of two- and three-phase mixtures made from the challenge classes.

A mixture is a weighted sum of two or three spectra of different classes, each from the training
law and normalised; the weights are uniform between 0.3 and 1. 1,350 mixtures to train on, 270 to
validate, 2,000 to test. A mixture is an exact match if all of its phases and no others are found;
F1 is the mean over the 27 phases. Many classes differ by one peak of 0.035, which a second phase
easily hides: nobody can be right throughout.
Adds rows to results/mixtures.csv; a fit whose row is there is not run again.
Usage: python benchmarks/mixtures.py [--models NAME ...] [--seeds N ...] [--threads N]
"""

import argparse
import time
from functools import partial
from pathlib import Path

import numpy as np
from _rows import add_row, read_rows
from sklearn.metrics import f1_score

from skspectra import AugmentedClassifier, PeakShiftAugmenter, PooledSVC, SpectralCNN
from skspectra.datasets import challenge_table, make_spectra
from skspectra.preprocessing import normalize

RESULTS = Path(__file__).resolve().parent / "results" / "mixtures.csv"
COLUMNS = ("model", "seed", "exact_match", "exact_match_2", "exact_match_3", "f1", "fit_seconds")
N_CLASSES = 27


def make_mixtures(n_samples, random_state):
    """Return mixed spectra and the 0/1 matrix of their phases."""
    rng = np.random.default_rng(random_state)
    n_each = -(-3 * n_samples // N_CLASSES)
    seed = rng.integers(2**32)
    X, _ = make_spectra(challenge_table(), n_each, dtype=np.float32, random_state=seed)
    X = normalize(X).reshape(N_CLASSES, n_each, -1)
    mixed = np.zeros((n_samples, X.shape[2]), dtype=np.float32)
    phases = np.zeros((n_samples, N_CLASSES), dtype=int)
    for row in range(n_samples):
        chosen = rng.permutation(N_CLASSES)[: 2 + row % 2]
        phases[row, chosen] = 1
        for k in chosen:
            mixed[row] += rng.uniform(0.3, 1) * X[k, rng.integers(n_each)]
    return mixed, phases


def classical(n_copies, random_state, n_threads):
    """Return PooledSVC, one against the rest, with shifted copies."""
    if not n_copies:
        return PooledSVC()
    return AugmentedClassifier(
        PooledSVC(), PeakShiftAugmenter(), n_copies, random_state=random_state
    )


MODELS = {
    "ours": partial(SpectralCNN, augmenter=PeakShiftAugmenter()),
    "ours, fine": partial(SpectralCNN, "poolnet_fine", augmenter=PeakShiftAugmenter()),
    "ours, no shifts": SpectralCNN,
    "cnn2, ReLU": partial(SpectralCNN, "cnn2", hidden_activation="relu"),
    "PooledSVC": partial(classical, 0),
    "PooledSVC, 10 copies": partial(classical, 10),
}


def measure(name, seed, n_threads):
    """Fit one model and return its row."""
    X, y = make_mixtures(1350, [seed, 0])
    validation = make_mixtures(270, [seed, 1])
    X_test, y_test = make_mixtures(2000, [seed, 2])
    model = MODELS[name](random_state=seed, n_threads=n_threads)
    start = time.perf_counter()
    if isinstance(model, SpectralCNN):
        model.fit(X, y, X_val=validation[0], y_val=validation[1])
    else:
        model.fit(X, y)
    seconds = time.perf_counter() - start
    found = model.predict(X_test)
    right = (found == y_test).all(axis=1)
    n_phases = y_test.sum(axis=1)
    shares = (right.mean(), right[n_phases == 2].mean(), right[n_phases == 3].mean())
    scores = *shares, f1_score(y_test, found, average="macro", zero_division=0)
    return [name, seed, *(f"{score:.4f}" for score in scores), f"{seconds:.1f}"]


def main():
    """Run what has no row yet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    for seed in options.seeds:
        for name in options.models:
            done = {(row["model"], int(row["seed"])) for row in read_rows(RESULTS, COLUMNS)}
            if (name, seed) not in done:
                row = measure(name, seed, options.threads)
                add_row(RESULTS, row)
                print(*row, sep="  ", flush=True)


if __name__ == "__main__":
    main()
