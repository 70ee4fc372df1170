"""Study of what occlusion finds, where the answer is known."""

import time

import numpy as np
from _study import study
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from torch import nn

from skspectra import PooledMLP, PooledSVC, SpectralCNN
from skspectra.datasets import draw_challenge_table, make_spectra
from skspectra.inspection import occlusion_importance
from skspectra.preprocessing import SpectrumNormalizer

N_POINTS = 400
N_PEAKS = 10
N_DRAWS = 40
MODES = {
    "minor peak": ["exchange", "line"],
    "two peaks": ["keep"],
    "nothing": ["exchange", "line", "keep"],
}
N_TRAIN, N_TEST = 40, 20
LAW = {"n_points": N_POINTS, "max_shift": 2, "sigma": (2.0, 3.0), "noise": 0.01}


def small_cnn(n_points):
    """Return the layers of a network of two convolutions that is trained in a second."""
    layers = []
    for channels, filters in ((1, 8), (8, 16)):
        layers += [nn.Conv1d(channels, filters, 9, padding="same"), nn.ReLU(), nn.MaxPool1d(4)]
    return [*layers, nn.Flatten(), nn.LazyLinear(64), nn.ReLU()]


MODELS = {
    "pooled SVC": lambda: PooledSVC(),
    "pooled MLP": lambda: PooledMLP(n_iter_no_change=20, n_threads=1, random_state=0),
    "extra trees": lambda: make_pipeline(
        SpectrumNormalizer(), ExtraTreesClassifier(random_state=0)
    ),
    "logistic regression": lambda: make_pipeline(
        SpectrumNormalizer(), LogisticRegression(C=100, max_iter=5000)
    ),
    "small CNN": lambda: SpectralCNN(
        small_cnn, lr=3e-3, n_iter_no_change=10, max_epochs=60, n_threads=1, random_state=0
    ),
}


def planted(case, rng):
    """Return the spectra of a training and a test set, their labels, and the planted peaks."""
    spacing = N_POINTS // (N_PEAKS + 2)
    places = np.arange(1, N_PEAKS + 1) * spacing + rng.integers(0, spacing // 2, N_PEAKS)
    heights = rng.uniform(0.3, 0.95, N_PEAKS)
    heights[rng.integers(N_PEAKS)] = 1.0
    table = [(places.tolist(), heights.tolist())] * 2
    where = []
    if case != "nothing":
        n_planted = {"minor peak": 1, "two peaks": 2}[case]
        chosen = rng.choice(np.flatnonzero(heights < 1), n_planted, replace=False)
        heights[chosen] = rng.uniform(0.12, 0.2, n_planted)
        others = np.setdiff1d(np.arange(N_PEAKS), chosen)
        where = places[chosen]
        table = [(places.tolist(), heights.tolist()), (places[others], heights[others])]
    seeds = rng.integers(2**31, size=2)
    sizes = zip((N_TRAIN, N_TEST), seeds, strict=True)
    return *(make_spectra(table, n, random_state=seed, **LAW) for n, seed in sizes), where


def holds(result, window, place):
    """Return whether a window holds a peak."""
    start, stop = result.windows[window]
    return start <= place < stop


def found_both(result, where):
    """Return whether the best window and the best one apart from it hold the two peaks."""
    start, stop = result.windows.T
    first = result.importances_mean.argmax()
    apart = (start >= stop[first]) | (stop <= start[first])
    second = np.where(apart, result.importances_mean, -np.inf).argmax()
    a, b = where
    return bool(result.passes[[first, second]].all()) and (
        (holds(result, first, a) and holds(result, second, b))
        or (holds(result, first, b) and holds(result, second, a))
    )


def is_true(case, result, where):
    """Return what is counted in a case."""
    if case == "nothing":
        return bool(result.passes.any())
    if case == "minor peak":
        return holds(result, result.importances_mean.argmax(), where[0])
    return found_both(result, where)


def median(seconds):
    """Return the median as text, nothing of nothing."""
    return f"{np.median(seconds):.2f}" if seconds else ""


def time_of_all_windows(model, mode, seed):
    """Return the CPU seconds for 1,000 spectra of 5,000 points."""
    table = draw_challenge_table(random_state=seed)[:25]
    train, test = (make_spectra(table, 40, random_state=[seed, part]) for part in range(2))
    fitted = MODELS[model]().fit(*train)
    start = time.process_time()
    occlusion_importance(fitted, *test, mode=mode, random_state=seed)
    return time.process_time() - start


@study(
    "occlusion.csv",
    [
        {"case": MODES, "model": MODELS, "seed": range(5)},
        {"case": ["time"], "model": ["pooled SVC"], "seed": range(5)},
    ],
    "mode draws counted true cpu_seconds",
)
def occlusion(case, model, seed):
    """Windows found by `occlusion_importance` on held-out spectra, 40 draws for each seed.

    Two classes of 400 points have ten peaks, on 1 % noise, in 40 training and 20 test spectra of
    each. "minor peak": one of them, of 12 to 20 % of the strongest, is in one class only. True
    counts the draws in which the best window holds it. "two peaks": two such peaks are in one
    class only. True counts the draws in which the two best windows that do not overlap pass the
    control and hold one each. "nothing": the classes are the same. True counts the draws in which
    any window passes. Draws in which a model classifies at most 90 % of the test spectra of the
    first two cases are not counted. The time is the median of a call, on one core.

    "time": 1,000 spectra of 5,000 points in 25 classes, all windows, at the defaults.
    """
    if case == "time":
        modes = MODES["nothing"]
        return [
            (mode, 1, "", "", f"{time_of_all_windows(model, mode, seed):.2f}") for mode in modes
        ]
    rng = np.random.default_rng([seed, *case.encode()])
    true, seconds = ({mode: [] for mode in MODES[case]} for _ in range(2))
    for draw in range(N_DRAWS):
        train, test, where = planted(case, rng)
        fitted = MODELS[model]().fit(*train)
        if case != "nothing" and fitted.score(*test) <= 0.9:
            continue
        for mode in MODES[case]:
            start = time.process_time()
            result = occlusion_importance(fitted, *test, mode=mode, random_state=draw)
            seconds[mode].append(time.process_time() - start)
            true[mode].append(is_true(case, result, where))
    return [
        (mode, N_DRAWS, len(true[mode]), sum(map(int, true[mode])), median(seconds[mode]))
        for mode in MODES[case]
    ]
