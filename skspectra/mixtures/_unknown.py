"""Peaks that nothing explains, and whether they speak of an unknown substance."""

import numpy as np
from scipy.ndimage import maximum_filter1d

# Least height of a peak in units of its uncertainty.
_CLEAR = 5.0
# Peaks must stand out of the points within so many widths.
_SURROUNDINGS = 2.5
# Ghosts of a line are at most this part of it.
_GHOST_PART = 0.05
# The score that 2 % of simulated patterns without an unknown phase exceed.
THRESHOLD = 220.0


def expected_ghosts(places, model, x, width, ratios):
    """Return the largest ghost of a strong line to be expected at each place.

    Parameters
    ----------
    places : ndarray of shape (n_places,)
        Angles 2theta, in degrees.
    model : ndarray of shape (n_points,)
        What is explained.
    x : ndarray of shape (n_points,)
        Its axis.
    width : float
        Width of the lines, within which the strong line is looked for.
    ratios : ndarray of shape (n_ghosts,)
        Wavelengths of the ghosts, as multiples of that of the strong line.

    Returns
    -------
    largest : ndarray of shape (n_places,)
        Heights.
    """
    largest = np.zeros(len(places))
    for ratio in ratios:
        sine = np.sin(np.radians(places / 2)) / ratio
        source = 2 * np.degrees(np.arcsin(np.minimum(sine, 1.0)))
        for offset in (-width, -width / 2, 0.0, width / 2, width):
            strong = np.interp(source + offset, x, model, left=0.0, right=0.0)
            largest = np.maximum(largest, np.where(sine < 1, strong, 0.0))
    return _GHOST_PART * largest


def unexplained_peaks(solution, ratios):
    """Return peaks that nothing explains: place, height, and height over its uncertainty."""
    search = solution.search
    if search is None:
        return np.zeros((0, 3))
    x, amplitude, precision = search.unit_peaks(_SURROUNDINGS)
    clear = amplitude * np.sqrt(precision)
    inner = (clear[1:-1] > clear[:-2]) & (clear[1:-1] >= clear[2:]) & (clear[1:-1] > _CLEAR)
    places = np.flatnonzero(inner) + 1
    model = np.zeros(len(x))
    for item in solution.found:
        model += item.amount * item.spectrum
    width = search.width if search.components.has_width else 0.0
    expected = expected_ghosts(x[places], model, x, width, ratios)
    # Beside a line that is explained, what is left is an error of its profile.
    reach = max(1, round(width / search.components.step)) if width else 0
    near = maximum_filter1d(model, 2 * reach + 1)
    real = amplitude[places] > np.maximum(expected, near[places])
    places = places[real]
    order = np.argsort(-clear[places])
    places = places[order]
    return np.stack([x[places], amplitude[places], clear[places]], axis=1)


def unknown_score(peaks):
    """Return the evidence of an unknown substance, in units of the threshold."""
    return float((peaks[:, 2] ** 2).sum() / THRESHOLD)
