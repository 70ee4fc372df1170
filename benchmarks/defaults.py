"""What the defaults of PooledSVC, the augmentation and the small net were chosen by.

Five freshly drawn challenge-like tables, 50 training spectra a class, 2,700 fresh test spectra
each; one setting is changed at a time. Accuracy is read against the Bayes optimum of the table.
Writes results/defaults.csv. Usage: python benchmarks/defaults.py
"""

import csv
from pathlib import Path

import numpy as np

from skspectra import AugmentedClassifier, PeakShiftAugmenter, PooledSVC, SpectralCNN
from skspectra.datasets import bayes_optimum, draw_challenge_table, make_spectra

RESULTS = Path(__file__).resolve().parent / "results" / "defaults.csv"
TABLE_SEEDS = range(100, 105)


def copies(n_copies=10, shifts=None, **parameters):
    """PooledSVC on the originals plus copies."""
    shifts = shifts or PeakShiftAugmenter()
    return AugmentedClassifier(PooledSVC(**parameters), shifts, n_copies, random_state=0)


def net(**parameters):
    """The small net."""
    return SpectralCNN(random_state=0, n_threads=1, **parameters)


MODELS = {
    "raw SVC": PooledSVC(1, 1, compression="none"),
    "PooledSVC, defaults (200/50, log, floor 0.01, C=100)": PooledSVC(),
    "PooledSVC, pool 50/12": PooledSVC(50),
    "PooledSVC, pool 100/25": PooledSVC(100),
    "PooledSVC, pool 400/100": PooledSVC(400),
    "PooledSVC, pool 200/100": PooledSVC(200, 100),
    "PooledSVC, pool 200/25": PooledSVC(200, 25),
    "PooledSVC, mean pooling": PooledSVC(pooling="mean"),
    "PooledSVC, decimation": PooledSVC(pooling="decimate"),
    "PooledSVC, no compression": PooledSVC(compression="none"),
    "PooledSVC, square root": PooledSVC(compression="sqrt"),
    "PooledSVC, floor 0.001": PooledSVC(floor=1e-3),
    "PooledSVC, floor 0.1": PooledSVC(floor=0.1),
    "PooledSVC, C=10": PooledSVC(C=10.0),
    "PooledSVC, C=1000": PooledSVC(C=1000.0),
    "copies, defaults (10 copies, max_shift 50, length_scale 400)": copies(),
    "copies, max_shift 12": copies(shifts=PeakShiftAugmenter(12)),
    "copies, max_shift 25": copies(shifts=PeakShiftAugmenter(25)),
    "copies, max_shift 100": copies(shifts=PeakShiftAugmenter(100)),
    "copies, length_scale 200": copies(shifts=PeakShiftAugmenter(50, length_scale=200)),
    "copies, length_scale 1600": copies(shifts=PeakShiftAugmenter(50, length_scale=1600)),
    "copies, global shifts": copies(shifts=PeakShiftAugmenter(50, mode="global")),
    "copies, 3 copies": copies(3),
    "copies, 20 copies": copies(20),
    "net, defaults": net(),
    "net, shifted": net(augmenter=PeakShiftAugmenter()),
    "net, shifted, linear hidden layers": net(
        augmenter=PeakShiftAugmenter(), hidden_activation="linear"
    ),
    "net, shifted, mean pooling": net(augmenter=PeakShiftAugmenter(), pooling="mean"),
}


def main():
    """Fit every model on every table and write the shares of the optimum."""
    tables = []
    for seed in TABLE_SEEDS:
        table = draw_challenge_table(random_state=seed)
        train = make_spectra(table, 50, dtype=np.float32, random_state=[seed, 1])
        test = make_spectra(table, 100, dtype=np.float32, random_state=[seed, 2])
        tables.append((seed, train, test, bayes_optimum(table, n_samples=2000, random_state=0)))
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["model", "table_seed", "accuracy", "optimum", "share_of_optimum"])
        for name, model in MODELS.items():
            shares = []
            for seed, train, test, optimum in tables:
                accuracy = model.fit(*train).score(*test)
                shares.append(accuracy / optimum.accuracy)
                row = [name, seed, accuracy, optimum.accuracy, shares[-1]]
                writer.writerow(row[:2] + [f"{value:.4f}" for value in row[2:]])
            print(
                f"{name:62s} {np.mean(shares):.3f} (sd {np.std(shares, ddof=1):.3f})", flush=True
            )


if __name__ == "__main__":
    main()
