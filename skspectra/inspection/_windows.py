"""Windows of the axis, and what is put in their place."""

import numpy as np

from skspectra.preprocessing import band_width
from skspectra.preprocessing._max_pool import window_starts

# Windows of fewer points than one fiftieth of the axis would take long and look alike.
_MOST_PER_AXIS = 50
# Fewer points show no width of a peak.
_FEWEST_POINTS = 8


def place_windows(X, width):
    """Return the first point of each window and the width; each overlaps the next by half."""
    n_points = X.shape[1]
    if width == "auto":
        peak = int(np.ceil(2 * band_width(X))) if n_points >= _FEWEST_POINTS else 0
        width = min(n_points, max(peak, n_points // _MOST_PER_AXIS, 3))
    return window_starts(n_points, width, max(1, width // 2)), width


def line(X, start, stop):
    """Return the straight line of each spectrum from one end of a window to the other.

    An end is the mean of the nearest points outside of the window, an eighth of its width and at
    least three. Where there are fewer than three on one side, the line is level; where there are
    on neither, it is the mean of the window.
    """
    n_points = X.shape[1]
    size = max(3, (stop - start) // 8)
    sides = [(max(0, start - size), start), (stop, min(n_points, stop + size))]
    sides = [(first, last) for first, last in sides if last - first >= 3] or [(start, stop)]
    (first, left), (last, right) = (
        ((a + b - 1) / 2, X[:, a:b].mean(axis=1, keepdims=True)) for a, b in (sides[0], sides[-1])
    )
    if first == last:
        return np.repeat(left, stop - start, axis=1)
    ramp = ((np.arange(start, stop) - first) / (last - first)).astype(X.dtype)
    return left + (right - left) * ramp


def draw_others(n_samples, rng):
    """Return for each spectrum the number of another one, each used once."""
    order = rng.permutation(n_samples)
    others = np.empty(n_samples, dtype=int)
    others[order] = np.roll(order, 1)
    return others
