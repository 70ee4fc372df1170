"""What our networks were chosen by: one thing of poolnet is changed at a time.

Freshly drawn challenge-like tables (none of those of networks.py), 50 training and 10 validation
spectra a class, 2,700 fresh test spectra each, read against the Bayes optimum of the table; also
the same test spectra with white noise of 0.2 % of the height, which no training spectrum has. All
variants but one train on shifted spectra.
Adds rows to results/network_design.csv; a fit whose row is there is not run again.
Usage: python benchmarks/network_design.py [--variants NAME ...] [--tables N ...] [--threads N]
"""

import argparse
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
from _rows import add_row, read_rows
from classical import disturb
from torch import nn

from skspectra import PeakShiftAugmenter, SpectralCNN
from skspectra.datasets import bayes_optimum, draw_challenge_table, make_spectra
from skspectra.neural import _layers as layers

RESULTS = Path(__file__).resolve().parent / "results" / "network_design.csv"
COLUMNS = (
    *("variant", "table", "accuracy", "optimum", "share_of_optimum", "noisy_accuracy"),
    *("epochs", "fit_seconds"),
)


class Pools(nn.Module):
    """Maxima of windows of several sizes, one behind the other."""

    def __init__(self, scales):
        super().__init__()
        self.scales = scales

    def forward(self, x):
        pools = [
            nn.functional.max_pool1d(
                nn.functional.pad(x, (0, (size - x.shape[-1]) % stride), mode="replicate"),
                size,
                stride,
            )
            for size, stride in self.scales
        ]
        return torch.cat(pools, -1)


class Root(nn.Module):
    """Square root, with the sign."""

    def forward(self, x):
        return x.sign() * x.abs().sqrt()


class Logarithm(nn.Module):
    """Logarithm above 1 % of the height, with the sign."""

    def forward(self, x):
        return x.sign() * (x.abs() / 0.01).log1p()


def variant(
    n_points,
    *,
    scales=((200, 50),),
    compress=layers.Compress,
    n_steps=1,
    units=(512, 256),
    dropout=0.3,
):
    """Return poolnet with other windows, another compression or other dense layers."""
    n_features = n_steps * sum(
        (n_points - size + stride - 1) // stride + 1 for size, stride in scales
    )
    dense = [
        layer
        for number, n_units in enumerate(units)
        for layer in layers.hidden(n_units, nn.ReLU, dropout if number else 0)
    ]
    first = [Pools(scales), compress(), layers.Steps(n_steps), nn.Flatten()]
    return [*first, layers.Center(n_features), *dense, *layers.drop(dropout)]


VARIANTS = {
    "poolnet": {},
    "1024 and 512 units": {"units": (1024, 512)},
    "dropout 0.1": {"dropout": 0.1},
    "windows 400/100": {"scales": ((400, 100),)},
    "windows 200/50 and 100/25": {"scales": ((200, 50), (100, 25))},
    "windows 200/25": {"scales": ((200, 25),)},
    "values in 8 steps": {"n_steps": 8},
    "windows 200/25, values in 8 steps": {"scales": ((200, 25),), "n_steps": 8},
    "square root": {"compress": Root},
    "logarithm": {"compress": Logarithm},
    "no compression": {"compress": nn.Identity},
    "linear hidden layers": {"hidden_activation": "linear"},
    "mean pooling": {"pooling": "mean"},
    "no shifts": {"augmenter": None},
}
PARAMETERS = ("hidden_activation", "pooling", "augmenter")


def make_network(changes, n_threads):
    """Return the network with `changes` to parameters of SpectralCNN or to `variant`."""
    if set(changes) <= set(PARAMETERS):
        changes = {"augmenter": PeakShiftAugmenter(), **changes}
        return SpectralCNN(random_state=0, n_threads=n_threads, **changes)
    return SpectralCNN(
        partial(variant, **changes),
        lr=2e-3,
        n_iter_no_change=50,
        augmenter=PeakShiftAugmenter(),
        random_state=0,
        n_threads=n_threads,
    )


def measure(name, number, n_threads):
    """Fit one variant on one table and return its row."""
    table = draw_challenge_table(random_state=number)
    train, validation, test = (
        make_spectra(table, n, dtype=np.float32, random_state=[number, stream])
        for n, stream in ((50, 1), (10, 3), (100, 2))
    )
    optimum = bayes_optimum(table, n_samples=2000, random_state=0).accuracy
    model = make_network(VARIANTS[name], n_threads)
    start = time.perf_counter()
    model.fit(*train, X_val=validation[0], y_val=validation[1])
    seconds = time.perf_counter() - start
    accuracy = model.score(*test)
    noisy = model.score(disturb(test[0], "0.2 % noise", [number, 4]), test[1])
    figures = (f"{value:.4f}" for value in (accuracy, optimum, accuracy / optimum, noisy))
    return [name, number, *figures, model.n_iter_, f"{seconds:.1f}"]


def main():
    """Run what has no row yet and print the means."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--tables", nargs="+", type=int, default=list(range(100, 105)))
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    for name in options.variants:
        for number in options.tables:
            rows = read_rows(RESULTS, COLUMNS)
            if (name, number) not in {(row["variant"], int(row["table"])) for row in rows}:
                add_row(RESULTS, measure(name, number, options.threads))
        rows = [row for row in read_rows(RESULTS, COLUMNS) if row["variant"] == name]
        shares = [float(row["share_of_optimum"]) for row in rows]
        noisy = [float(row["noisy_accuracy"]) / float(row["optimum"]) for row in rows]
        spread = np.std(shares, ddof=1) if len(shares) > 1 else np.nan
        print(
            f"{name:26s} {np.mean(shares):.3f} (sd {spread:.3f}, n {len(shares)}), "
            f"with noise {np.mean(noisy):.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
