"""Compare speeds, in turns.

Usage: python benchmarks/speed.py NAME [--COLUMNs VALUE ...] [--again] [--finish]

NAME is networks, pooling, svc, generate, augmentation, reading or engine; the options are those of
study.py.
"""

import tempfile
import time
import tracemalloc
import warnings
from functools import partial
from pathlib import Path

# Importing them registers their comparisons.
import _augmentation_speed  # noqa: F401
import _engine  # noqa: F401
import _reading  # noqa: F401
import numpy as np
import torch
from _speed import alone, in_turns, peak_mib, seconds_of, timed
from _study import main, study
from scipy.ndimage import gaussian_filter1d
from threadpoolctl import threadpool_limits
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook

from skspectra import MaxPoolDownsampler, PooledMLP, PooledSVC, SpectralCNN
from skspectra.datasets import (
    _published,
    challenge_table,
    draw_class_table,
    make_benchmark,
    make_challenge,
    make_spectra,
)
from skspectra.neural import _architectures, _layers

POOLED = {"pooled MLP": 1, "pooled MLP, 8 steps": 8}  # steps
# Batches of 128 in an epoch, epochs, how many times as many runs, and what is timed: a step of a
# pooled MLP takes milliseconds, which scatter more than seconds.
NETWORKS = {
    "pooled MLP": (10, 80, 5, ("plain", "PooledMLP")),
    "pooled MLP, 8 steps": (10, 80, 5, ("plain", "PooledMLP")),
    "cnn2": (7, 2, 1, ("plain", "SpectralCNN", "whole")),
    "vgg": (7, 2, 1, ("plain", "SpectralCNN")),
    "inc3": (6, 1, 1, ("plain", "SpectralCNN")),
    "cnn6": (6, 1, 1, ("plain", "SpectralCNN", "whole")),
    "resnet": (4, 1, 1, ("plain", "SpectralCNN")),
}


def plain_layers(name, n_points):
    """Return the layers of a network with nn.Conv1d and the published "same" padding."""
    if name in POOLED:
        n_steps, size = POOLED[name], n_points // 25
        stride = size // (4 if n_steps == 1 else 8)
        n_features = n_steps * ((n_points - size) // stride + 1)
        steps = [_layers.Steps(n_steps)] if n_steps > 1 else []
        first = [nn.MaxPool1d(size, stride), _layers.Compress(), *steps, nn.Flatten()]
        return [*first, _layers.Center(n_features), *_layers.hidden((512, 256), nn.ReLU, 0.3)]

    class PaddedConv1d(nn.Conv1d):
        def forward(self, x):
            (size,), (stride,) = self.kernel_size, self.stride
            padding = max((-(-x.shape[-1] // stride) - 1) * stride + size - x.shape[-1], 0)
            return super().forward(nn.functional.pad(x, (padding // 2, padding - padding // 2)))

    return _architectures.ZOO[name](n_points, convolution=PaddedConv1d)


def fit_plainly(name, X, y, n_epochs):
    """Train as a PyTorch user would."""
    start = nn.Unflatten(1, (1, X.shape[1]))
    network = nn.Sequential(start, *plain_layers(name, X.shape[1]), nn.LazyLinear(27))
    network.eval()(torch.zeros(1, X.shape[1]))
    network.train()
    lr = 2e-3 if name in POOLED else 3e-4
    optimizer = torch.optim.Adam(network.parameters(), lr=lr, fused=True)
    X, y = torch.from_numpy(X / X.max(axis=1, keepdims=True)), torch.from_numpy(y)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(X)).split(128):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(X[rows]), y[rows]).backward()
            optimizer.step()


def time_steps(what, name):
    """Return the seconds of a training step and the peak of memory in MiB of this process."""
    warnings.simplefilter("ignore")
    n_batches, n_epochs, *_ = NETWORKS[name]
    data = make_challenge(dtype=np.float32)
    rows = np.random.default_rng(0).permutation(len(data.X_train))[: 128 * n_batches]
    X, y = data.X_train[rows], data.y_train[rows]
    if what == "whole":
        _layers.Network.part = 128 * X.shape[1]
    times = []
    register_optimizer_step_post_hook(lambda *_: times.append(time.perf_counter()))
    if what == "plain":
        fit_plainly(name, X, y, n_epochs)
    else:
        model = PooledMLP(n_steps=POOLED[name]) if name in POOLED else SpectralCNN(name)
        model.set_params(early_stopping=False, max_epochs=n_epochs, random_state=0).fit(X, y)
    return np.diff(times)[1:].mean(), peak_mib()


@study("network_speed.csv", [{"architecture": NETWORKS}], "what run seconds_a_step peak_mib")
def networks(name):
    """Time a training step of SpectralCNN and PooledMLP against the plainest PyTorch loop.

    The plain loop has the same layers with nn.Conv1d, all spectra normalised beforehand in one
    tensor, the same batches of 128 and fused Adam, and nothing else: it keeps no history and no
    best weights. Both train on spectra of the published challenge, without a validation set or
    augmentation. "whole" is SpectralCNN with all spectra of a batch at once in the convolutions,
    too. Every run is a process of its own, in turns A B A B. A step lasts from the end of one
    optimiser step to the end of the next, and the first two do not count. Memory is the peak of
    the process.
    """
    *_, times, arms = NETWORKS[name]
    jobs = {what: partial(alone, time_steps, what, name) for what in arms}
    rows = in_turns(name, jobs, 3 * times)
    return [(what, run, f"{step:.5f}", f"{mib:.0f}") for what, run, step, mib in rows]


AUTO = [(size, size // 4) for size in (20, 50, 100, 200, 500, 1000)]
DISJOINT = [(size, size) for size in (50, 200, 500)]
FEW = [(50, 12), (50, 50), (500, 125)]
# What X is, and the windows: pool_size and stride.
WINDOWS = {
    "float32": [*AUTO, *DISJOINT, (50, 25), (50, 4), (50, 1), (500, 50), (500, 12), (500, 1)],
    **{f"float32, {what}": FEW for what in ("signed", "fortran", "mapped")},
    "float64": FEW,
}


def make_array(what, folder):
    """Return random numbers: where the largest ones stand does not matter to the speed."""
    X = np.random.default_rng(0).random((10_000, 5000), dtype=np.float32)
    if what.endswith("signed"):
        return X - np.float32(0.1)
    if what.endswith("fortran"):
        return np.asfortranarray(X)
    if what.endswith("mapped"):
        path = Path(folder) / "X.npy"
        np.save(path, X)
        return np.load(path, mmap_mode="r")
    return X.astype(what)


@study("pooling_speed.csv", [{"what": WINDOWS}], "pool_size stride who run seconds")
def pooling(what):
    """Time MaxPoolDownsampler against X.max() over the same array and torch's max_pool1d.

    There are 10,000 spectra of 5,000 points, and everything has one thread. "signed" holds
    negative numbers too, "fortran" is in Fortran order, "mapped" is read from a file that the
    system has in memory. torch (float32, C order, strides above 1) gets no anchored last window
    and looks for no NaN.
    """
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        X = make_array(what, folder)
        for size, stride in WINDOWS[what]:
            pool = MaxPoolDownsampler(size, stride).fit(X[:1])
            calls = {"X.max": X.max, "ours": partial(pool.transform, X)}
            if what == "float32" and stride > 1:
                tensor = torch.from_numpy(X)[:, None]
                calls["torch"] = partial(torch.nn.functional.max_pool1d, tensor, size, stride)
            jobs = {who: seconds_of(call) for who, call in calls.items()}
            # The first turn makes the system hand over the memory.
            for who, run, seconds in in_turns(f"{what}, {size}/{stride}", jobs, 9, warm_up=1):
                rows.append((size, stride, who, run, f"{seconds:.5f}"))
    return rows


def svc_spectra(n_classes):
    """Return training spectra, their labels, and spectra to predict."""
    if n_classes == 500:
        data = make_benchmark(dtype=np.float32)
        return data.X_train, data.y_train, np.concatenate([data.X_validation, data.X_test])
    data = make_challenge(dtype=np.float32)
    train = data.y_train < n_classes
    table = challenge_table()[:n_classes]
    X_test, _ = make_spectra(table, -(-9500 // n_classes), random_state=0, dtype=np.float32)
    return data.X_train[train], data.y_train[train], X_test[:9500]


def held_mib(function, X):
    """Return the most memory that a call holds in Python."""
    tracemalloc.start()
    function(X)
    memory = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return f"{memory:.1f}"


def compare_svc(model, X, ours_first, n_calls):
    """Predict both ways; return seconds (medians), differences and memory."""
    both = {"ours": model.predict, "svc": model.pipeline_.predict}
    seconds, labels = {who: [] for who in both}, {}
    for _ in range(n_calls):
        for who in both if ours_first else reversed(both):
            time_of_call, labels[who] = timed(both[who], X)
            seconds[who].append(time_of_call)
    few = X[:: -(-len(X) // 500)]
    scores, wanted = model.decision_function(few), model.pipeline_.decision_function(few)
    return (
        *(f"{np.median(seconds[who]):.5f}" for who in both),
        (labels["ours"] != labels["svc"]).sum(),
        f"{(np.abs(scores - wanted) / np.maximum(np.abs(wanted), 1e-12)).max():.1e}",
        *(held_mib(model.predict, X), held_mib(model.decision_function, few)),
    )


def fit_svc(n_classes, run):
    """Fit, predict both ways, and return one row for each number of spectra."""
    rows = []
    with threadpool_limits(1):
        X, y, X_test = svc_spectra(n_classes)
        fit_seconds, model = timed(PooledSVC().fit, X, y)
        model.predict(X_test[:5])
        model.pipeline_.predict(X_test[:5])
        fit = len(X), len(model.pipeline_[-1].support_vectors_)
        for n_predicted, n_calls in ((1, 51), (20, 21), (len(X_test), 1)):
            some = X_test[:: len(X_test) // n_predicted][:n_predicted]
            figures = compare_svc(model, some, run % 2 == 0, n_calls)
            rows.append((*fit, n_predicted, run, f"{fit_seconds:.4f}", *figures))
    return rows


@study(
    "svc_speed.csv",
    [{"n_classes": [2, 27, 500]}],
    "n_train n_support_vectors n_predicted run fit_seconds predict_seconds svc_predict_seconds"
    " labels_that_differ largest_relative_difference_of_scores predict_mib decision_function_mib",
)
def svc(n_classes):
    """Time PooledSVC against the scikit-learn Pipeline that it holds, at 2, 27 and 500 classes.

    2 classes are the first two of the 27 of the published challenge, of which as many fresh
    spectra are predicted as the published set of 500 classes has to validate and to test. The
    times of 1 and 20 spectra are the median of many calls. Both predict in turns, who is first
    alternates from run to run, and both have one thread; a few spectra before do not count. Each
    run is a process of its own; there is one of 500 classes, which takes minutes. Decision values
    are compared on up to 500 spectra: scikit-learn holds those of all pairs. Memory is the most
    that PooledSVC holds in Python while it predicts, or scores those 500, measured in another
    call.
    """
    runs = range(1 if n_classes == 500 else 3)
    rows = [row for run in runs for row in alone(fit_svc, n_classes, run)]
    return sorted(rows, key=lambda row: row[2:4])


def plain_loop():
    """Return training with validation (class by class), and test spectra."""
    rng = np.random.default_rng(2022)
    X = np.zeros((30_000, 5000))
    rows = iter(X)
    for peaks in draw_class_table(random_state=2022):
        for _ in range(60):
            row = next(rows)
            positions = [rng.integers(p - 50, p + 50) for p in peaks.positions]
            for p, h in zip(positions, peaks.heights, strict=True):
                row[min(max(p, 0), 4999)] = min(max(rng.uniform(h - 0.05, h + 0.05), 0), 2)
            gaussian_filter1d(row, rng.uniform(2, 5), mode="constant", output=row)
    X_test = np.zeros((4500, 5000))
    rows = iter(X_test)
    for peaks in _published.draw_benchmark()[1]:
        for positions, heights, sigma in zip(*peaks, strict=True):
            row = next(rows)
            row[positions] = heights
            gaussian_filter1d(row, sigma, mode="constant", output=row)
    return X, X_test


@study("generate.csv", [{}], "what run seconds")
def generate():
    """Time the published 500-class set: make_benchmark against the plain loop over spectra.

    The plain loop draws one number at a time and filters the whole axis of every spectrum. Both
    give the same bits, which is checked first. That run of each does not count: it makes the
    system hand over the memory (1.4 GB each).
    """
    (X, X_test), data = plain_loop(), make_benchmark()
    X = X.reshape(500, 60, 5000)
    np.testing.assert_array_equal(data.X_train.reshape(500, 50, 5000), X[:, :50])
    np.testing.assert_array_equal(data.X_validation.reshape(500, 10, 5000), X[:, 50:])
    np.testing.assert_array_equal(data.X_test, X_test)
    del X, X_test, data
    calls = {"plain loop": plain_loop, "make_benchmark": make_benchmark}
    jobs = {name: seconds_of(call) for name, call in calls.items()}
    rows = in_turns("500 classes", jobs, 7)
    return [(name, run, round(seconds, 3)) for name, run, seconds in rows]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    with threadpool_limits(1):
        main(__doc__)
