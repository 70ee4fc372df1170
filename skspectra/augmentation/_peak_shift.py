"""Random shifts of peaks."""

from numbers import Real

import numpy as np
from scipy.optimize import isotonic_regression
from sklearn.utils._param_validation import Interval, StrOptions

from skspectra.augmentation._axis import check_axis
from skspectra.augmentation._base import BaseAugmenter
from skspectra.augmentation._blocks import in_blocks, row_generators, uniform
from skspectra.augmentation._peaks import detect, draw_per_peak
from skspectra.augmentation._resample import displace, join, resample, window


def _local_sources(rng, n_samples, n_points, max_shift, length_scale, dtype):
    """Draw where the value of each point comes from, with displacements interpolated from knots.

    The knots are `length_scale` points apart and start at random, so that no place on the axis
    is special.
    """
    n_knots = -(-(n_points + length_scale - 1) // length_scale) + 1
    shifts = uniform(rng, -max_shift, max_shift, (n_samples, n_knots), dtype)
    first = rng.integers(length_scale, size=n_samples)
    points = np.arange(n_points, dtype=dtype)
    if length_scale <= n_points:
        return points - window(join(shifts, length_scale), first, n_points)
    # Full lines from knot to knot would need memory that grows with length_scale without limit.
    return points - resample(shifts, (points + first[:, None].astype(dtype)) / length_scale)


def _part(displacements, room):
    """Return the nearest displacements for which no peak overtakes the next one.

    `room` is the sum of the gaps before each peak, because two peaks may approach each other by
    the gap between them. Least squares under this condition is isotonic regression.
    """
    return isotonic_regression(displacements + room).x - room


def _peak_sources(X, rng, max_shift, prominence):
    """Draw where the value of each point comes from, with one displacement per peak.

    The displacement is constant within a peak and changes linearly from one peak to the next.
    """
    n_samples, n_points = X.shape
    # Peaks that overlap move together, so that the dip between them is not stretched.
    peaks = detect(X, prominence).joined()
    counts = peaks.per_row(n_samples)
    drawn = draw_per_peak(row_generators(rng, n_samples), counts, max_shift)
    # All spectra are put on one axis, so far apart that no peak reaches the next spectrum.
    start = np.arange(n_samples) * (n_points + 6.0 * max_shift + 4)
    origin = start[peaks.row]
    outer = np.zeros((2, n_samples))
    if len(drawn):
        gaps = np.concatenate([[0], np.cumsum(peaks.left[1:] - peaks.right[:-1])])
        first = np.searchsorted(peaks.row, np.arange(n_samples))
        drawn = _part(drawn, gaps - gaps[first[peaks.row]] + origin)
        found = counts > 0
        outer[:, found] = drawn[first[found]], drawn[(first + counts - 1)[found]]
    # The displacement of the outermost peaks goes on to the ends of the axis.
    ends = start - 2 * max_shift - 1, start + n_points + 2 * max_shift
    feet = np.column_stack([peaks.left + origin, peaks.right + origin]).ravel()
    knots = np.concatenate([ends[0], feet, ends[1]])
    moves = np.concatenate([outer[0], np.repeat(drawn, 2), outer[1]])
    # The order is that before the moves: rounding might change it where a gap is used up.
    order = np.argsort(knots, kind="stable")
    moves = moves[order]
    knots = np.maximum.accumulate(knots[order] + moves)
    points = np.arange(n_points, dtype=float)
    return (points - np.interp(start[:, None] + points, knots, moves)).astype(X.dtype)


def _in_points(length, step, name):
    """Return a length in points; `step` is None where the length is in points already."""
    if step is not None:
        return round(length / step)
    if length != int(length):
        raise ValueError(f"{name}={length} must be a whole number of points; give x_axis if not.")
    return int(length)


class PeakShiftAugmenter(BaseAugmenter):
    """Training spectra with shifted peaks; test spectra stay as they are.

    Peaks move with strain, composition, sample height and calibration, and models that look at
    single points (SVMs and trees on raw spectra) then fail. In a Pipeline this augmenter replaces
    every training spectrum by one variant. Classical models do much better on the originals plus
    copies, which :class:`AugmentedClassifier` provides.

    Parameters
    ----------
    max_shift : int, float or "auto", default="auto"
        Largest displacement of a peak (>= 0), in points, or in units of `x_axis` where that is
        given; then it is rounded to points. 0 leaves every spectrum as it is. "auto" is 1 % of
        the points, at least 1.
    mode : {"local", "global", "peak"}, default="local"
        "local" moves neighbouring regions differently but smoothly (strain, several phases).
        "global" moves the whole axis by one displacement (zero error). "peak" moves every peak
        that is found by its own displacement.
    length_scale : int, float or "auto", default="auto"
        Length over which the displacement of "local" changes, in the unit of `max_shift` and at
        least ``2 * max_shift``: below that, points would overtake each other. "auto" is
        ``8 * max_shift``. Only "local" uses it.
    prominence : float, default=0.02
        Least rise of a peak above its surroundings, as a share of the height of the spectrum
        (maximum minus minimum). A peak also rises by at least six standard deviations of the
        noise. Only "peak" uses it.
    x_axis : array-like of shape (n_points,) or (2,), default=None
        The axis of the spectra, ascending, or the two ends of an evenly spaced axis. Lengths are
        divided by the mean step of the axis. None says that lengths are in points.
    random_state : int, RandomState instance or None, default=None
        An int draws the same variants at every ``fit_transform``. None draws from fresh entropy,
        never from NumPy's global generator.

    Attributes
    ----------
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, if `X` had string column names in ``fit``.

    See Also
    --------
    AugmentedClassifier : Fit any classifier on the originals plus shifted copies.
    augmentation.DiffractionShiftAugmenter : Shifts that obey Bragg's law.
    augmentation.CalibrationAugmenter : Offset and stretch of the whole axis.
    augmentation.draw : Draw variants outside a Pipeline, for pictures and tests.

    Notes
    -----
    Displacements are uniform in ``[-max_shift, max_shift]``. "global" draws one per spectrum.
    "local" draws one at each knot and joins them by straight lines; the knots are `length_scale`
    points apart and start at random. "peak" draws one per peak; it is constant from foot to foot
    and changes linearly between the peaks. Peaks that overlap move together. Peaks that would
    overtake each other get the nearest displacements for which they do not (isotonic regression).

    Values between two points are interpolated linearly. On a peak of standard deviation ``s``
    points the error is at most ``1 / (8 s**2)`` of its height. Beyond the ends of the axis the
    edge values are held.

    A peak is not found if its top is an end of the axis, or if it is wider than a quarter of the
    axis. Where the values are low counts, a peak rises by at least six counts.

    A Pipeline with ``memory=`` caches what ``fit_transform`` returned, so every later fit trains
    on the same variants.

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra import PeakShiftAugmenter
    >>> X = np.zeros((3, 100))
    >>> X[:, 50] = 1
    >>> augmenter = PeakShiftAugmenter(max_shift=10, random_state=0)
    >>> augmenter.fit_transform(X).argmax(axis=1)
    array([...])
    >>> augmenter.transform(X).argmax(axis=1)
    array([50, 50, 50])
    """

    _parameter_constraints = {
        **BaseAugmenter._parameter_constraints,
        "max_shift": [Interval(Real, 0, None, closed="left"), StrOptions({"auto"})],
        "mode": [StrOptions({"local", "global", "peak"})],
        "length_scale": [Interval(Real, 0, None, closed="neither"), StrOptions({"auto"})],
        "prominence": [Interval(Real, 0, 1, closed="neither")],
        "x_axis": ["array-like", None],
    }

    def __init__(
        self,
        max_shift="auto",
        mode="local",
        length_scale="auto",
        prominence=0.02,
        x_axis=None,
        random_state=None,
    ):
        self.max_shift = max_shift
        self.mode = mode
        self.length_scale = length_scale
        self.prominence = prominence
        self.x_axis = x_axis
        self.random_state = random_state

    def _resolve(self, n_points):
        step = None
        if self.x_axis is not None:
            if n_points < 2:
                # A single point has no step, and nowhere to go.
                return 0, 1
            axis = check_axis(self.x_axis, n_points, ends=True)
            step = (axis[-1] - axis[0]) / (n_points - 1)
        max_shift, length_scale = self.max_shift, self.length_scale
        if max_shift == "auto":
            max_shift = max(1, n_points // 100)
        else:
            max_shift = _in_points(max_shift, step, "max_shift")
        if length_scale == "auto":
            return max_shift, max(1, 8 * max_shift)
        length_scale = _in_points(length_scale, step, "length_scale")
        if self.mode == "local" and length_scale < max(1, 2 * max_shift):
            raise ValueError(
                f"length_scale={length_scale} is less than 2 * max_shift = {2 * max_shift}: "
                "points would overtake each other; raise length_scale or lower max_shift."
            )
        return max_shift, length_scale

    def _perturb(self, X, rng):
        n_points = X.shape[1]
        max_shift, length_scale = self._resolve(n_points)
        if max_shift == 0:
            return X.copy()

        def shift(block):
            if self.mode == "global":
                return displace(block, rng.uniform(-max_shift, max_shift, len(block)))
            if self.mode == "peak":
                sources = _peak_sources(block, rng, max_shift, self.prominence)
            else:
                sources = _local_sources(
                    rng, len(block), n_points, max_shift, length_scale, X.dtype
                )
            return resample(block, sources)

        return in_blocks(shift, X)
