"""Noise and background of one spectrum, estimated from itself."""

import numpy as np
from scipy.interpolate import BSpline
from scipy.ndimage import uniform_filter1d


def smooth_terms(n_points, n_terms):
    """Return smooth background terms: cubic B-splines over the points, one per column."""
    if n_terms < 4:
        return np.linspace(-1, 1, n_points)[:, None] ** np.arange(n_terms)
    knots = np.linspace(0, 1, n_terms - 2)
    knots = np.concatenate([[0.0] * 3, knots, [1.0] * 3])
    return BSpline.design_matrix(np.linspace(0, 1, n_points), knots, 3).toarray()


def background(y, terms, noise):
    """Return a background under the peaks, by least squares that lets peaks stand out.

    Parameters
    ----------
    y : ndarray of shape (n_points,)
        The spectrum.
    terms : ndarray of shape (n_points, n_terms)
        Smooth terms.
    noise : ndarray of shape (n_points,)
        Standard deviation of each point.

    Returns
    -------
    curve : ndarray of shape (n_points,)
        The background.
    """
    weights = np.ones(len(y))
    scaled, target = terms / noise[:, None], y / noise
    curve = np.zeros(len(y))
    for _ in range(12):
        gram = (scaled * weights[:, None]).T @ scaled
        gram[np.diag_indices_from(gram)] += 1e-9 * np.trace(gram) / len(gram) + 1e-12
        found = np.linalg.solve(gram, scaled.T @ (weights * target))
        curve = terms @ found
        above = (y - curve) / noise
        weights = np.where(above > 1.5, 1 / (1 + (above - 1.5) ** 2), 1.0)
    return curve


def noise(y):
    """Return the standard deviation of the noise at each point, from the spectrum itself.

    Second differences between neighbours and between points five apart are both looked at,
    because interpolated spectra look too smooth next door. The variance is taken to be a constant
    plus a share of the level, the Poisson law with a factor that is not known.

    Parameters
    ----------
    y : ndarray of shape (n_points,)
        The spectrum.

    Returns
    -------
    deviation : ndarray of shape (n_points,)
        Standard deviation of each point (> 0).
    """
    n = len(y)
    scale = max(np.abs(y).max(initial=0.0), np.finfo(float).tiny)
    if n < 20:
        return np.full(n, 0.01 * scale)
    level = uniform_filter1d(y, min(11, n // 4))
    estimates = []
    for lag in (1, 5) if n > 200 else (1,):
        middle = slice(lag, n - lag)
        second = y[: -2 * lag] - 2 * y[middle] + y[2 * lag :]
        # The median of squares of windows, so that peaks do not count.
        n_windows = max(1, min(40, len(second) // 25))
        windows = np.array_split(second**2, n_windows)
        levels = np.array_split(level[middle], n_windows)
        # The median of chi-squared is 0.455, and second differences have variance 6.
        variance = np.array([np.median(w) for w in windows]) / 0.455 / 6
        mean = np.array([np.median(v) for v in levels])
        estimates.append((mean, variance))
    floor = (1e-5 * scale) ** 2
    if y.min() >= 0 and n > 200:
        ratios = [v / np.maximum(m, 1e-4 * scale) for m, v in estimates]
        factor = max(_lower_half(ratio) for ratio in ratios)
        variance = np.maximum(factor * np.maximum(level, 1e-3 * scale), floor)
    else:
        variance = np.full(n, max(floor, max(_lower_half(v) for _, v in estimates)))
    return np.sqrt(variance)


def _lower_half(values):
    """Return what windows without sharp peaks have, of those that vary at all.

    Where counts are low, or values were rounded, whole windows of a dark background are constant.
    They say nothing about the noise elsewhere.
    """
    return np.quantile(values[values > 0], 0.4) if (values > 0).any() else 0.0
