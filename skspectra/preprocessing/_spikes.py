"""Find the spikes of cosmic rays, in single spectra or among replicates."""

import numpy as np
from scipy.ndimage import maximum_filter1d

# All constants were chosen on simulated spectra, not on measured spectra. With these constants no
# spectrum is changed among 480,000 with one Gaussian peak (sigma from 0.6 points, white noise of 0
# to 10 %), nine among 180,000 in which five such peaks overlap in 200 points, four among 400,000
# of ten points of white noise, and none of longer noise. In white noise 99.8 % of the spikes of
# one point are found from 40 standard deviations on, and as many of those of two points from 150.

# Points examined to either side of a spike; one of them is needed only for the last step.
_BESIDE = 4

# The steps beside a spike are at most these shares of its height; a sampled peak has a larger one.
# The sharpest peak to be kept is a Gaussian of sigma = 0.6 points. At the worst place between the
# points the larger of the two steps next to its top is 0.33 of the height of a spike of one point,
# and 0.066 of that of two points. At the first and the last point only one side is visible, and
# a peak that is centred within half a point outside the axis must be kept there too.
_SHARES = {1: 0.2, 2: 0.05}
_SHARE_AT_ENDS = 0.05
# Another peak nearby may hide a step, but its own steps are large. So all steps must be small:
# beside one point on at least one side (the other side may hold another spike), beside two points
# on both sides, because the smaller of the two steps next to the top of a sharp peak is then only
# 0.039 of its height.
_QUIET = 0.2
# The shares are reduced by this much noise in the steps, in units of the threshold's scatters. A
# sharp peak in noise then passes for a spike with a chance of less than one in 1000.
_ALLOWANCE = 0.2

# Replicates differ, so a spike must exceed the median within so many points by this share.
_REACH = 2
_EXCESS = 0.5


def scatter(values):
    """Return a robust standard deviation of each row, as a column.

    It is that of Iglewicz and Hoaglin, from the median absolute deviation from the median. Where
    this is zero, because more than half of the values are alike, it is taken from the mean
    absolute deviation. The largest twentieth is left out of that mean, because spikes must not
    raise their own threshold.
    """
    deviations = np.abs(values - np.median(values, axis=1, keepdims=True))
    result = np.median(deviations, axis=1, keepdims=True) / 0.6745
    alike = result[:, 0] == 0
    n_kept = values.shape[1] - values.shape[1] // 20
    if alike.any():
        smallest = np.partition(deviations[alike], n_kept - 1, axis=1)[:, :n_kept]
        result[alike] = 1.2533 * smallest.mean(axis=1, keepdims=True)
    return result


def narrow_spikes(X, threshold):
    """Find spikes of one or two points in each spectrum on its own.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_points)
        Spectra of at least ten points.
    threshold : float
        How far a spike stands above both of its neighbours, in scatters of the differences.

    Returns
    -------
    spikes : ndarray of shape (n_samples, n_points)
        Whether each point belongs to a spike.
    """
    n_points = X.shape[1]
    # Dividing by a power of two changes no digit, and then no difference can overflow.
    X = np.ldexp(X, -np.frexp(np.abs(X).max(axis=1, keepdims=True))[1])
    # The lower limit keeps errors of rounding from being taken for spikes.
    noise = np.maximum(scatter(np.diff(X, axis=1)), np.finfo(X.dtype).eps)
    mirrored = np.pad(X, ((0, 0), (_BESIDE, _BESIDE)), mode="reflect")
    spikes = np.zeros(X.shape, dtype=bool)
    for width, share in _SHARES.items():
        # A spike of two points can be told from a sharp peak only if both sides are visible.
        margin = 0 if width == 1 else 2
        first, last = margin, n_points - width - margin + 1
        left = mirrored[:, _BESIDE + first - 1 : _BESIDE + last - 1]
        right = mirrored[:, _BESIDE + first + width : _BESIDE + last + width]
        lowest = np.minimum(X[:, first:last], X[:, first + width - 1 : last + width - 1])
        height = lowest - np.maximum(left, right)
        rows, starts = np.nonzero(height > threshold * noise)
        height, room = height[rows, starts], _ALLOWANCE * threshold * noise[rows, 0]
        starts += first
        at_end = (width == 1) & ((starts == 0) | (starts == n_points - 1))
        limit = np.where(at_end, _SHARE_AT_ENDS, share) * height
        away = np.arange(_BESIDE)
        sides = [
            mirrored[rows[:, None], _BESIDE + starts[:, None] + place]
            for place in (-1 - away, width + away)
        ]
        steps = np.stack([side[:, :-1] - side[:, 1:] for side in sides])
        # The flank of a wide peak is steep but straight, so its steps are alike.
        bends = steps[..., 0] - steps[..., 1]
        level = (steps[..., 0] <= limit - room) | (bends <= limit - np.sqrt(3) * room)
        quiet = (np.abs(steps) <= (_QUIET * height - room)[:, None]).all(axis=2)
        found = level.all(axis=0) & (quiet.any(axis=0) if width == 1 else quiet.all(axis=0))
        rows, starts = rows[found], starts[found]
        for point in range(width):
            spikes[rows, starts + point] = True
    return spikes


def bridge(X, spikes):
    """Return `X` with straight lines in place of spikes; at an end, with the nearest value."""
    rows = np.flatnonzero(spikes.any(axis=1))
    bad, points = spikes[rows], np.arange(X.shape[1])
    last = X.shape[1] - 1
    left = np.maximum.accumulate(np.where(bad, -1, points), axis=1)
    right = np.minimum.accumulate(np.where(bad, last + 1, points)[:, ::-1], axis=1)[:, ::-1]
    left, right = np.where(left < 0, right, left), np.where(right > last, left, right)
    values = X[rows]
    low = np.take_along_axis(values, left, axis=1)
    high = np.take_along_axis(values, right, axis=1)
    share = ((points - left) / np.maximum(right - left, 1)).astype(X.dtype)
    result = X.copy()
    result[rows] = np.where(bad, (1 - share) * low + share * high, values)
    return result


def _scaled(X, reference):
    """Return `X` on the scale of `reference`, and the offsets and factors that undo this."""
    offset = np.median(X, axis=1, keepdims=True)
    above = reference - np.median(reference)
    # The factor is the median of the ratios, each weighted by the square of its denominator. It
    # is like that of least squares, but the few points of spikes have no influence.
    weights = np.square(above / (np.abs(above).max() or 1))
    ratios = (X - offset) / np.where(above == 0, 1, above)
    order = np.argsort(ratios, axis=1)
    total = np.cumsum(weights[order], axis=1)
    middle = np.argmax(total >= total[:, -1:] / 2, axis=1)[:, None]
    factor = np.take_along_axis(ratios, np.take_along_axis(order, middle, axis=1), axis=1)
    factor = np.where(factor > 0, factor, 1).astype(X.dtype)
    return (X - offset) / factor + np.median(reference), offset, factor


def spikes_among_replicates(X, threshold):
    """Find spikes of any width, which stand out from the median of the spectra.

    Parameters
    ----------
    X : ndarray of shape (n_replicates, n_points)
        At least three spectra of one sample, on any scale and with any offset.
    threshold : float
        How far a spike stands above the median, in scatters of the differences from it.

    Returns
    -------
    spikes : ndarray of shape (n_replicates, n_points)
        Whether each point belongs to a spike.
    expected : ndarray of shape (n_replicates, n_points)
        The median on the scale of each spectrum.
    """
    exponent = np.frexp(np.abs(X).max())[1]
    X = np.ldexp(X, -exponent)
    reference = np.median(X, axis=0)
    reference = np.median(_scaled(X, reference)[0], axis=0)
    scaled, offset, factor = _scaled(X, reference)
    level = np.median(reference)
    highest = maximum_filter1d(reference, 2 * _REACH + 1, mode="nearest")
    # With three spectra each is the median itself at a third of the points, which hides its noise.
    noise = np.maximum(scatter(scaled - reference), scatter(np.diff(scaled, axis=1)))
    noise = np.maximum(noise, np.finfo(X.dtype).eps * np.abs(scaled).max(axis=1, keepdims=True))
    spikes = scaled - highest > threshold * noise + _EXCESS * np.maximum(highest - level, 0)
    return spikes, np.ldexp((reference - level) * factor + offset, exponent)
