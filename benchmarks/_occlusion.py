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

N_POINTS = 600
N_PEAKS = 10
N_DRAWS = 40
N_PER_CLASS = 40
LAW = {"n_points": N_POINTS, "max_shift": 2, "sigma": (2.0, 3.0), "noise": 0.01}


def small_cnn(n_points, *, convolution, pooling, activation, **_):
    """Return a network of two convolutions that is trained in a second."""
    layers = []
    for channels, filters in ((1, 8), (8, 16)):
        layers += [convolution(channels, filters, 9), activation(), pooling(4, 4)]
    return [*layers, nn.Flatten()]


MODELS = {
    "pooled SVC": lambda: PooledSVC(),
    "pooled MLP": lambda: PooledMLP(n_threads=1, random_state=0),
    "extra trees": lambda: make_pipeline(
        SpectrumNormalizer(), ExtraTreesClassifier(100, random_state=0)
    ),
    "logistic regression": lambda: make_pipeline(
        SpectrumNormalizer(), LogisticRegression(C=100, max_iter=5000)
    ),
    "small CNN": lambda: SpectralCNN(
        small_cnn, lr=3e-3, n_iter_no_change=15, max_epochs=80, n_threads=1, random_state=0
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
    sets = [make_spectra(table, N_PER_CLASS, random_state=seed, **LAW) for seed in seeds]
    return *sets, where


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


@study(
    "occlusion.csv",
    [
        {"case": [case], "model": MODELS, "mode": modes, "seed": range(5)}
        for case, modes in (
            ("minor peak", ["exchange", "line"]),
            ("two peaks", ["keep", "exchange"]),
            ("nothing", ["exchange", "line", "keep"]),
        )
    ]
    + [
        {
            "case": ["time"],
            "model": ["pooled SVC"],
            "mode": ["exchange", "line", "keep"],
            "seed": range(5),
        }
    ],
    "draws counted true share median_seconds",
)
def occlusion(case, model, mode, seed):
    """Windows found by `occlusion_importance` on held-out spectra, 40 draws for each seed.

    Two classes of 600 points have ten peaks, on 1 % noise, in 40 training and 40 test spectra of
    each. "minor peak": one of them, of 12 to 20 % of the strongest, is in one class only. True
    counts the draws in which the best window holds it. "two peaks": two such peaks are in one
    class only. True counts the draws in which the two best windows that do not overlap pass the
    control and hold one each. "nothing": the classes are the same. True counts the draws in which
    any window passes. "time": 1,000 spectra of 5,000 points in 25 classes; all windows at the
    defaults. Draws in which a model classifies at most 90 % of the test spectra of the first two
    cases are not counted.
    """
    rng = np.random.default_rng([seed, sum(case.encode())])
    n_counted = n_true = 0
    seconds = []
    if case == "time":
        table = draw_challenge_table(random_state=seed)[:25]
        (X, y), (X_test, y_test) = (
            make_spectra(table, 40, random_state=[seed, part]) for part in range(2)
        )
        fitted = MODELS[model]().fit(X, y)
        start = time.perf_counter()
        occlusion_importance(fitted, X_test, y_test, mode=mode, random_state=seed)
        return 1, "", "", "", f"{time.perf_counter() - start:.1f}"
    for draw in range(N_DRAWS):
        (X, y), (X_test, y_test), where = planted(case, rng)
        fitted = MODELS[model]().fit(X, y)
        if case != "nothing" and fitted.score(X_test, y_test) <= 0.9:
            continue
        start = time.perf_counter()
        result = occlusion_importance(fitted, X_test, y_test, mode=mode, random_state=draw)
        seconds.append(time.perf_counter() - start)
        n_counted += 1
        n_true += is_true(case, result, where)
    share = f"{n_true / n_counted:.3f}" if n_counted else ""
    return N_DRAWS, n_counted, n_true, share, f"{np.median(seconds):.2f}" if seconds else ""
