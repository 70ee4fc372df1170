"""Find the peaks of spectra."""

from typing import NamedTuple

import numpy as np
from scipy.signal import find_peaks

from skspectra.augmentation._blocks import heights

# A peak rises above its surroundings by at least this many standard deviations of the noise.
_NOISE_FACTOR = 6
# A peak ends this many half widths from its top, where a Gaussian has 0.2 % of its height.
_REACH = 3


class Peaks(NamedTuple):
    """Peaks of a block of spectra, ordered by row and by position; they do not overlap."""

    row: np.ndarray
    left: np.ndarray
    right: np.ndarray

    def per_row(self, n_rows):
        """Count the peaks of each row."""
        return np.bincount(self.row, minlength=n_rows)

    def joined(self):
        """Return the peaks with those that touch each other joined into one."""
        apart = (self.left[1:] > self.right[:-1]) | (self.row[1:] > self.row[:-1])
        # The slices keep the arrays empty where there are no peaks.
        starts, stops = (
            np.concatenate(parts)[: len(self.row)] for parts in (([True], apart), (apart, [True]))
        )
        return Peaks(self.row[starts], self.left[starts], self.right[stops])


def _are_counts(X, bends, least):
    """Return for each row whether its values are low counts rather than lines on a flat baseline.

    In both cases most values are the same. Counts are whole multiples of one step, which is the
    least bend, and they occur anywhere, also within two points of each other. Lines are farther
    apart, and where some lines are not, the heights are seldom multiples of one number. Large
    multiples are ignored, because within rounding errors any number is a large multiple.
    """
    multiples = bends / least[:, None]
    whole = (np.abs(multiples - np.rint(multiples)) < 0.05) | (multiples > 20)
    up = 2 * X[:, 1:-1] - X[:, :-2] - X[:, 2:] > least[:, None] / 2
    close = (up[:, 1:] & up[:, :-1]).any(axis=1) | (up[:, 2:] & up[:, :-2]).any(axis=1)
    return whole.all(axis=1) & close


def _noise(X):
    """Return the standard deviation of the noise of each row, from second differences.

    The differences are taken over several lags, all of them short compared with the axis, because
    neighbours are alike where spectra were smoothed or interpolated. The noise of low counts is
    at least one count: most counts may be the same, which makes their typical difference 0.
    """
    n_points = X.shape[1]
    step = max(1, n_points // 512)
    bends = [
        np.abs(X[:, : -2 * lag : step] - 2 * X[:, lag:-lag:step] + X[:, 2 * lag :: step])
        for lag in (1, 2, 4, 8)
        if lag == 1 or n_points >= 100 * lag
    ]
    typical = np.max([np.median(bend, axis=1) for bend in bends], axis=0) / (0.6745 * 6**0.5)
    # Peaks without noise have many tiny differences; a few lines have few differences at all.
    seen = bends[0] > 1e-4 * heights(X)
    least = np.where(seen, bends[0], np.inf).min(axis=1)
    rows = np.flatnonzero((seen.mean(axis=1) > 0.1) & (least > typical))
    rows = rows[_are_counts(X[rows], np.where(seen, bends[0], 0)[rows], least[rows])]
    typical[rows] = least[rows]
    return typical


def detect(X, prominence):
    """Find the peaks of each row.

    The surroundings of a peak are an eighth of the axis to either side. A peak rises above them by
    at least `prominence` times the height of the spectrum (maximum minus minimum) and by at least
    six standard deviations of the noise. The higher of the two sides counts. A peak reaches three
    half widths to either side, but not beyond the lowest point before the next peak.
    """
    n_samples, n_points = X.shape
    if n_points < 3:
        empty = np.empty(0, dtype=int)
        return Peaks(empty, empty, empty)
    thresholds = np.maximum(prominence * heights(X)[:, 0], _NOISE_FACTOR * _noise(X))
    # All rows are searched as one line, with infinite values between them that no peak crosses.
    walled = np.full((n_samples, n_points + 1), np.inf)
    walled[:, :-1] = X
    line = walled.ravel()
    # The prominence implies this least height; stating it saves time on noise.
    lowest = np.repeat(X.min(axis=1) + thresholds, n_points + 1)
    tops, found = find_peaks(
        line,
        height=(lowest, np.finfo(float).max),
        prominence=np.repeat(thresholds, n_points + 1),
        width=0,
        # If its surroundings were the whole axis, a peak on a broad hump would get its width.
        wlen=max(3, n_points // 4),
    )
    row = tops // (n_points + 1)
    start = row * (n_points + 1)
    left = np.floor(tops - _REACH * (tops - found["left_ips"])).astype(int)
    right = np.ceil(tops + _REACH * (found["right_ips"] - tops)).astype(int)
    left, right = np.maximum(left, start), np.minimum(right, start + n_points - 1)
    for i in np.flatnonzero(right[:-1] > left[1:]):
        right[i] = left[i + 1] = tops[i] + line[tops[i] : tops[i + 1] + 1].argmin()
    return Peaks(row, left - start, right - start)


def draw_per_peak(generators, counts, largest):
    """Draw a number from ``[-largest, largest]`` for each peak; each row has its own generator."""
    drawn = [rng.uniform(-largest, largest, n) for rng, n in zip(generators, counts, strict=True)]
    return np.concatenate(drawn)
