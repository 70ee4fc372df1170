"""The spectra that several studies share."""

from functools import cache

import numpy as np

from skspectra.datasets import bayes_optimum, draw_challenge_table, make_spectra

NOISE = {"none": 0.0, "0.2 % noise": 0.002, "1 % noise": 0.01}
DISTURBANCES = (*NOISE, "background")
# The same background under all spectra, as a share of the height.
CONSTANT = {"constant 1 %": 0.01, "constant 3 %": 0.03, "constant 10 %": 0.1}


@cache
def table_spectra(number, *sizes, **law):
    """Return spectra and labels of a fresh challenge-like table.

    There is one such pair for each pair of spectra per class and stream of the seed in `sizes`.
    """
    table = draw_challenge_table(random_state=number)
    return [
        make_spectra(table, n, dtype=np.float32, random_state=[number, stream], **law)
        for n, stream in sizes
    ]


@cache
def table_optimum(number):
    """Return the best possible accuracy on a fresh challenge-like table."""
    table = draw_challenge_table(random_state=number)
    return bayes_optimum(table, n_samples=2000, random_state=0).accuracy


def disturb(X, disturbance, random_state):
    """Return the spectra with white noise, with a random background, or all raised alike."""
    rng = np.random.default_rng(random_state)
    height = X.max(axis=1, keepdims=True)
    if disturbance in CONSTANT:
        return X + CONSTANT[disturbance] * height
    if disturbance in NOISE:
        noise = rng.standard_normal(X.shape, dtype=np.float32) if NOISE[disturbance] else 0
        return X + NOISE[disturbance] * height * noise
    basis = np.polynomial.chebyshev.chebvander(np.linspace(-1, 1, X.shape[1]), 5).T
    background = rng.uniform(-1, 1, (len(X), len(basis))) @ basis
    background -= background.min(axis=1, keepdims=True)
    background *= rng.uniform(0, 0.2, (len(X), 1)) / background.max(axis=1, keepdims=True)
    return (X + height * background).astype(np.float32)
