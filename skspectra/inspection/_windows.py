"""Windows of the axis, and what is put in their place."""

import numpy as np
from scipy.signal import find_peaks

from skspectra.preprocessing._max_pool import window_starts

# Spectra that are searched for peaks, which show their width as well as all of them.
_N_SEARCHED = 100
# A peak rises above its surroundings by this share of the height and by so many scatters of noise.
_PROMINENCE = 0.05
_NOISE_FACTOR = 6
# Windows of fewer points than one fiftieth of the axis would take long and look alike.
_MOST_PER_AXIS = 50
_FEWEST_POINTS = 3


def peak_width(X):
    """Return the median full width at half height of the peaks of spectra, in points, or 0."""
    widths = [0.0]
    for spectrum in X[:: -(-len(X) // _N_SEARCHED)].astype(np.float64):
        bends = np.abs(spectrum[1:-1] - (spectrum[:-2] + spectrum[2:]) / 2)
        noise = np.median(bends) / 0.6745 / np.sqrt(1.5) if len(bends) else 0
        least = max(_PROMINENCE * np.ptp(spectrum), _NOISE_FACTOR * noise)
        if least > 0 and len(spectrum) > 2:
            found = find_peaks(spectrum, prominence=least, width=0, rel_height=0.5)[1]["widths"]
            widths = [*(width for width in widths if width), *found] or [0.0]
    return float(np.median(widths))


def place_windows(X, width):
    """Return the first point of each window and the width; each overlaps the next by half."""
    n_points = X.shape[1]
    if width == "auto":
        width = max(int(np.ceil(2 * peak_width(X))), n_points // _MOST_PER_AXIS, _FEWEST_POINTS)
        width = min(width, n_points)
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
