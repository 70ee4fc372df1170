"""Peaks that nothing explains, and whether they speak of an unknown substance."""

import numpy as np
from scipy.ndimage import maximum_filter1d

# K-beta and tungsten L-alpha as multiples of the wavelength in use, for copper; other anodes have
# a K-beta of much the same ratio.
_GHOSTS = np.array([1.392234, 1.476400]) / 1.540593
# Least height of a peak in units of its uncertainty.
_CLEAR = 5.0
# Ghosts of a line are at most this part of it.
_GHOST_PART = 0.05
# Peaks count up to this height, in units of their uncertainty.
_HIGHEST = 30.0
# The score that 3 % of simulated patterns without an unknown phase exceed.
THRESHOLD = 200.0


class Ghosts:
    """Where strong lines have ghosts that are no phase."""

    def __init__(self, wavelengths):
        self.ratios = None if wavelengths is None else _GHOSTS

    def near(self, places, model, x, width):
        """Return the largest ghost to be expected at each place."""
        largest = np.zeros(len(places))
        if self.ratios is None:
            return largest
        for ratio in self.ratios:
            sine = np.sin(np.radians(places / 2)) / ratio
            source = 2 * np.degrees(np.arcsin(np.minimum(sine, 1.0)))
            for offset in (-width, -width / 2, 0.0, width / 2, width):
                strong = np.interp(source + offset, x, model, right=0.0)
                largest = np.maximum(largest, np.where(sine < 1, strong, 0.0))
        return _GHOST_PART * largest


def unexplained_peaks(solution, ghosts):
    """Return peaks that nothing explains: place, height, and height over its uncertainty."""
    search = solution.search
    if search is None:
        return np.zeros((0, 3))
    x, amplitude, precision = search.unit_peaks()
    clear = amplitude * np.sqrt(precision)
    inner = (clear[1:-1] > clear[:-2]) & (clear[1:-1] >= clear[2:]) & (clear[1:-1] > _CLEAR)
    places = np.flatnonzero(inner) + 1
    model = np.zeros(len(x))
    for item in solution.found:
        model += item.amount * item.spectrum
    width = search.width if search.components.has_width else 0.0
    expected = ghosts.near(x[places], model, x, width)
    # Beside a line that is explained, what is left is an error of its profile.
    reach = max(1, round(width / search.components.step)) if width else 0
    near = maximum_filter1d(model, 2 * reach + 1)
    real = amplitude[places] > np.maximum(expected, near[places])
    places = places[real]
    order = np.argsort(-clear[places])
    places = places[order]
    return np.stack([x[places], amplitude[places], clear[places]], axis=1)


def unknown_score(solution, peaks):
    """Return the evidence of an unknown substance, in units of the threshold."""
    if solution.search is None:
        return 0.0
    return float((np.minimum(peaks[:, 2], _HIGHEST) ** 2).sum() / THRESHOLD)
