"""Studies of the networks: against published ones, what ours was chosen by, mixtures."""

from functools import partial

import numpy as np
import torch
from _data import disturb, table_optimum, table_spectra
from _models import N_THREADS, NETWORKS, PUBLISHED, PUBLISHED_NETWORKS, fit_watching, with_copies
from _speed import timed
from _study import RESULTS, shares, study, with_spread, write_rows
from sklearn.base import clone
from sklearn.metrics import f1_score
from torch import nn

from skspectra import PeakShiftAugmenter, PooledMLP, PooledSVC, SpectralCNN
from skspectra.datasets import (
    bayes_optimum,
    challenge_table,
    draw_class_table,
    make_benchmark,
    make_challenge,
    make_spectra,
)
from skspectra.neural import _layers as layers
from skspectra.preprocessing import normalize


def network_data(arm, number):
    """Return training, validation, fresh and grid spectra of an arm, and the optimum."""
    if arm == "tables":
        return *table_spectra(number, (50, 0), (10, 1), (186, 2)), None, table_optimum(number)
    if arm == "challenge":
        data, table, n_fresh = make_challenge(dtype=np.float32), challenge_table(), 186
    else:
        data, table, n_fresh = (
            make_benchmark(dtype=np.float32),
            draw_class_table(random_state=2022),
            40,
        )
    law = {"fixed_reference": arm == "challenge"}
    fresh = make_spectra(table, n_fresh, dtype=np.float32, random_state=[2022, 3], **law)
    # Where no height is fixed, dividing by the maximum loses the scale.
    law["normalized"] = arm == "classes"
    optimum = bayes_optimum(table, n_samples=54_000 // len(table), random_state=0, **law)
    train, validation = (data.X_train, data.y_train), (data.X_validation, data.y_validation)
    return train, validation, fresh, (data.X_test, data.y_test), optimum.accuracy


def summarize_networks(rows):
    """Write means and spreads of the rows of every arm and model."""
    groups = {}
    for row in rows:
        groups.setdefault((row["arm"], row["model"]), []).append(row)
    table = []
    for (arm, model), some in sorted(groups.items()):
        accuracies = [100 * float(row["accuracy"]) for row in some]
        share = 100 * np.mean([float(row["share_of_optimum"]) for row in some])
        grid = [100 * int(row["grid_right"]) / int(row["grid_n"]) for row in some if row["grid_n"]]
        published = PUBLISHED.get(model, "") if arm == "challenge" else ""
        epochs = f"{np.mean([int(row['epochs']) for row in some]):.0f}"
        figures = with_spread(accuracies), f"{share:.1f}", with_spread(grid), published, epochs
        table.append([arm, model, len(some), *figures])
    columns = ["set", "network", "fits", "accuracy (%)", "of the best possible (%)"]
    columns += ["published grid (%)", "as published (%)", "epochs"]
    write_rows(RESULTS / "networks_summary.csv", columns, table)


BOTH = ["pooled MLP", "pooled MLP, 8 steps"]
UNSHIFTED = ["pooled MLP, no shifts, patience 10", "pooled MLP, no shifts, patience 25"]


@study(
    "networks.csv",
    [
        {"arm": [arm], "number": numbers, "model": models}
        for arm, numbers, models in (
            ("challenge", range(5), [*BOTH, "cnn2", "cnn2, ReLU"]),
            ("challenge", range(1), PUBLISHED_NETWORKS),
            ("tables", range(200, 205), [*BOTH, "cnn2, ReLU"]),
            ("tables", range(200, 202), ["cnn6"]),
            ("classes", range(1), ["pooled MLP, patience 10", *UNSHIFTED]),
            ("classes", range(3), ["pooled MLP, 8 steps, no shifts, patience 25"]),
        )
    ],
    "converged epochs best_epoch fit_seconds threads validation accuracy optimum share_of_optimum"
    " grid_right grid_n",
    summarize_networks,
)
def networks(arm, number, name):
    """Train the networks on the published sets and on fresh challenge-like tables.

    challenge: the published training and validation spectra; `number` is the seed of the network.
        Beside 5,022 fresh spectra of the training law stands the published test grid, which
        decides nothing.
    tables: fresh challenge-like tables, of which `number` is the seed, each with 50 training and
        10 validation spectra per class and 5,022 fresh test spectra.
    classes: the 500 published classes, with 20,000 fresh spectra of the training law and the grid.
    """
    train, validation, fresh, grid, optimum = network_data(arm, number)
    model = clone(NETWORKS[name])
    model.set_params(random_state=number, n_threads=N_THREADS, verbose=True)
    seconds, _ = timed(fit_watching, model, train, validation)
    right = "" if grid is None else int((model.predict(grid[0]) == grid[1]).sum())
    return (
        *(model.converged_, model.n_iter_, model.best_epoch_, f"{seconds:.1f}", N_THREADS),
        *(f"{model.score(*validation):.4f}", *shares(model.score(*fresh), optimum)),
        *(right, "" if grid is None else len(grid[1])),
    )


class Apply(nn.Module):
    """A function of tensors as a layer."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def pool(x, scales):
    """Return the maxima of windows of several sizes, one behind the other."""
    return torch.cat([nn.functional.max_pool1d(x, *scale) for scale in scales], -1)


def variant(n_points, *, scales=((200, 50),), compress=None, activation=nn.ReLU):
    """Return the layers of a pooled MLP with what is no parameter of the estimator."""
    n_features = sum((n_points - size) // stride + 1 for size, stride in scales)
    first = Apply(partial(pool, scales=scales))
    compressor = Apply(compress) if compress else layers.Compress()
    dense = layers.hidden((512, 256), activation, 0.3)
    return [first, compressor, nn.Flatten(), layers.Center(n_features), *dense]


def with_layers(**changes):
    """Return a network of the layers of `variant` that trains as a pooled MLP does."""
    architecture = partial(variant, **changes)
    shifts = PeakShiftAugmenter()
    return SpectralCNN(architecture, augmenter=shifts, lr=2e-3, n_iter_no_change=50)


shifted = partial(PooledMLP, augmenter=PeakShiftAugmenter())
VARIANTS = {
    "pooled MLP": shifted(),
    "1024 and 512 units": shifted(hidden_layer_sizes=(1024, 512)),
    "dropout 0.1": shifted(dropout=0.1),
    "windows 400/100": shifted(pool_size=400, stride=100),
    "windows 200/50 and 100/25": with_layers(scales=((200, 50), (100, 25))),
    "windows 200/25": shifted(pool_size=200, stride=25),
    "values in 8 steps": shifted(pool_size=200, stride=50, n_steps=8),
    "windows 200/25, values in 8 steps": shifted(pool_size=200, stride=25, n_steps=8),
    # These laws keep the sign; the logarithm is one above 1 % of the height.
    "square root": with_layers(compress=lambda x: x.sign() * x.abs().sqrt()),
    "logarithm": with_layers(compress=lambda x: x.sign() * (x.abs() / 0.01).log1p()),
    "no compression": shifted(compression="none"),
    "linear hidden layers": with_layers(activation=nn.Identity),
    "mean pooling": shifted(pooling="mean"),
    "no shifts": PooledMLP(),
}


@study(
    "network_design.csv",
    [{"variant": VARIANTS, "table": range(100, 105)}],
    "accuracy optimum share_of_optimum noisy_accuracy epochs fit_seconds",
)
def network_design(name, number):
    """What the pooled MLP was chosen by: one thing is changed at a time.

    There are five fresh challenge-like tables, none of those of the study `networks`, each with 50
    training and 10 validation spectra per class and 2,700 fresh test spectra. Accuracy is read
    against the Bayes optimum of the table; the same test spectra are also tried with white noise
    of 0.2 % of the height, which no training spectrum has. All variants but one train on shifted
    spectra.
    """
    train, validation, (X, y) = table_spectra(number, (50, 1), (10, 3), (100, 2))
    model = clone(VARIANTS[name]).set_params(random_state=0, n_threads=N_THREADS)
    seconds, _ = timed(fit_watching, model, train, validation)
    noisy = model.score(disturb(X, "0.2 % noise", [number, 4]), y)
    figures = shares(model.score(X, y), table_optimum(number))
    return *figures, f"{noisy:.4f}", model.n_iter_, f"{seconds:.1f}"


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


MIXED = [*BOTH, "cnn2, ReLU", "PooledSVC", "PooledSVC, 10 copies"]


@study(
    "mixtures.csv",
    [{"model": MIXED, "seed": range(3)}],
    "exact_match exact_match_2 exact_match_3 f1 fit_seconds",
)
def mixtures(name, seed):
    """Find the phases of two- and three-phase mixtures made from the challenge classes.

    A mixture is a weighted sum of two or three spectra of different classes, each drawn from the
    training law and normalised; the weights are uniform between 0.3 and 1. There are 1,350
    mixtures to train on, 270 to validate and 2,000 to test. A mixture is an exact match if all of
    its phases and no others are found; F1 is the mean over the 27 phases. Many classes differ by
    one peak of 0.035, which a second phase easily hides: nobody can always be right.
    """
    train, validation = make_mixtures(1350, [seed, 0]), make_mixtures(270, [seed, 1])
    X, y = make_mixtures(2000, [seed, 2])
    if name in NETWORKS:
        model = clone(NETWORKS[name]).set_params(random_state=seed, n_threads=N_THREADS)
    else:
        model = PooledSVC() if name == "PooledSVC" else with_copies(PooledSVC(), random_state=seed)
    seconds, _ = timed(fit_watching, model, train, validation)
    found = model.predict(X)
    right, n_phases = (found == y).all(axis=1), y.sum(axis=1)
    scores = [right.mean(), *(right[n_phases == n].mean() for n in (2, 3))]
    scores.append(f1_score(y, found, average="macro", zero_division=0))
    return *(f"{score:.4f}" for score in scores), f"{seconds:.1f}"
