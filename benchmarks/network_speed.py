"""Time a training step of SpectralCNN against the plainest correct PyTorch loop.

The plain loop has the same layers with nn.Conv1d, all spectra normalised beforehand in one tensor,
the same batches of 128, fused Adam, and nothing else: it keeps no history and no best weights.
Both train on spectra of the published challenge, without a validation set or augmentation. "whole"
is SpectralCNN with all spectra of a batch at once in the convolutions, too. Every run is a process
of its own, in turns A B A B; a step lasts from the end of one optimiser step to the end of the
next, and the first two do not count. Memory is the peak of the process.
Writes results/network_speed.csv, a row a run. Usage: python benchmarks/network_speed.py [n_runs]
"""

import csv
import resource
import subprocess
import sys
import time
import warnings
from pathlib import Path
from statistics import median

import numpy as np

RESULTS = Path(__file__).resolve().parent / "results" / "network_speed.csv"
# Batches of 128 in an epoch, epochs, how many times as many runs, and what is timed: a step of
# ours takes milliseconds, which scatter more than seconds.
BOTH = ("plain", "SpectralCNN")
WORK = {
    "poolnet": (10, 80, 5, BOTH),
    "poolnet_fine": (10, 80, 5, BOTH),
    "cnn2": (7, 2, 1, (*BOTH, "whole")),
    "vgg": (7, 2, 1, BOTH),
    "inc3": (6, 1, 1, BOTH),
    "cnn6": (6, 1, 1, (*BOTH, "whole")),
    "resnet": (4, 1, 1, BOTH),
}


def plain_convolution(in_channels, out_channels, kernel_size, stride=1):
    """Return what nn.Conv1d makes of the published "same" padding."""
    from torch import nn

    class PaddedConv1d(nn.Conv1d):
        def forward(self, x):
            padding = max((-(-x.shape[-1] // stride) - 1) * stride + kernel_size - x.shape[-1], 0)
            return super().forward(nn.functional.pad(x, (padding // 2, padding - padding // 2)))

    return PaddedConv1d(in_channels, out_channels, kernel_size, stride)


def fit_plainly(name, X, y, n_epochs):
    """Train as a PyTorch user would."""
    import torch
    from torch import nn

    from skspectra.neural._architectures import ZOO

    architecture = ZOO[name]
    keywords = {} if name.startswith("poolnet") else {"convolution": plain_convolution}
    network = nn.Sequential(
        nn.Unflatten(1, (1, X.shape[1])),
        *architecture.layers(X.shape[1], **keywords),
        nn.LazyLinear(27),
    )
    network.eval()(torch.zeros(1, X.shape[1]))
    network.train()
    optimizer = torch.optim.Adam(network.parameters(), lr=architecture.lr, fused=True)
    X, y = torch.from_numpy(X / X.max(axis=1, keepdims=True)), torch.from_numpy(y)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(X)).split(architecture.batch_size):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(X[rows]), y[rows]).backward()
            optimizer.step()


def fit_ours(name, X, y, n_epochs):
    """Train with SpectralCNN."""
    from skspectra import SpectralCNN

    SpectralCNN(name, early_stopping=False, max_epochs=n_epochs, random_state=0).fit(X, y)


def run_once(what, name):
    """Print seconds a step and the peak of memory in MiB of this process."""
    from torch.optim.optimizer import register_optimizer_step_post_hook

    from skspectra.datasets import make_challenge
    from skspectra.neural._layers import Network

    warnings.simplefilter("ignore")
    n_batches, n_epochs, *_ = WORK[name]
    data = make_challenge(dtype=np.float32)
    rows = np.random.default_rng(0).permutation(len(data.X_train))[: 128 * n_batches]
    if what == "whole":
        Network.part = 128 * data.X_train.shape[1]
    times = []
    register_optimizer_step_post_hook(lambda *_: times.append(time.perf_counter()))
    fit = fit_plainly if what == "plain" else fit_ours
    fit(name, data.X_train[rows], data.y_train[rows], n_epochs)
    step = np.diff(times)[1:].mean()
    print(step, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main(n_runs=3):
    """Run every network in turns, write the rows and print the ratios of the medians."""
    rows = []
    for name, (*_, times, whats) in WORK.items():
        for run in range(times * n_runs):
            for what in whats:
                child = subprocess.run(
                    [sys.executable, __file__, what, name],
                    capture_output=True,
                    text=True,
                    check=True,
                )
                step, memory = map(float, child.stdout.split())
                rows.append((name, what, run, f"{step:.5f}", f"{memory:.0f}"))
                print(*rows[-1], flush=True)
        step, memory = (
            {w: median(float(r[column]) for r in rows if r[:2] == (name, w)) for w in whats}
            for column in (3, 4)
        )
        for what in whats[1:]:
            print(
                f"{name}, {what}: {step['plain'] / step[what]:.2f} times as fast as plain, "
                f"{memory[what] / memory['plain']:.2f} times the memory",
                flush=True,
            )
        with RESULTS.open("w", newline="", encoding="utf-8") as file:
            header = ("architecture", "what", "run", "seconds_a_step", "peak_mib")
            csv.writer(file).writerows([header, *rows])


if __name__ == "__main__":
    if len(sys.argv) == 3:
        run_once(*sys.argv[1:])
    else:
        main(*map(int, sys.argv[1:]))
