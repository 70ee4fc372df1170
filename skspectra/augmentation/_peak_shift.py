"""Shifted peaks."""

from numbers import Integral, Real

import numpy as np
from scipy.optimize import isotonic_regression
from sklearn.utils._param_validation import Interval, StrOptions

from skspectra.augmentation._base import BaseAugmenter
from skspectra.augmentation._blocks import in_blocks, row_generators, uniform
from skspectra.augmentation._peaks import detect, draw_per_peak
from skspectra.augmentation._resample import displace, join, resample, window


def _local_sources(rng, n_samples, n_points, max_shift, length_scale, dtype):
    """Draw where the values of each point come from: displacements between uniform knots.

    The knots are `length_scale` points apart and start anywhere: no place on the axis is special.
    """
    n_knots = -(-(n_points + length_scale - 1) // length_scale) + 1
    shifts = uniform(rng, -max_shift, max_shift, (n_samples, n_knots), dtype)
    first = rng.integers(length_scale, size=n_samples)
    points = np.arange(n_points, dtype=dtype)
    if length_scale <= n_points:
        return points - window(join(shifts, length_scale), first, n_points)
    # Lines from knot to knot would be longer than the axis, without limit.
    return points - resample(shifts, (points + first[:, None].astype(dtype)) / length_scale)


def _part(displacements, room):
    """Return the nearest displacements with which no peak overtakes the next one.

    `room` is the sum of the gaps before each peak: a peak may come nearer to the next one by the
    gap between them. Least squares under that condition is isotonic regression.
    """
    return isotonic_regression(displacements + room).x - room


def _peak_sources(X, rng, max_shift, prominence):
    """Draw where the values of each point come from: a displacement of its own for each peak.

    It is the same all over a peak, and a straight line from one peak to the next.
    """
    n_samples, n_points = X.shape
    # The dip between peaks that overlap must not be drawn out: they move together.
    peaks = detect(X, prominence).joined()
    counts = peaks.per_row(n_samples)
    drawn = draw_per_peak(row_generators(rng, n_samples), counts, max_shift)
    # All spectra on one axis, so far apart that no peak reaches the next spectrum.
    start = np.arange(n_samples) * (n_points + 6.0 * max_shift + 4)
    origin = start[peaks.row]
    outer = np.zeros((2, n_samples))
    if len(drawn):
        gaps = np.concatenate([[0], np.cumsum(peaks.left[1:] - peaks.right[:-1])])
        first = np.searchsorted(peaks.row, np.arange(n_samples))
        drawn = _part(drawn, gaps - gaps[first[peaks.row]] + origin)
        found = counts > 0
        outer[:, found] = drawn[first[found]], drawn[(first + counts - 1)[found]]
    # Outside of the outermost peaks their displacement goes on.
    ends = start - 2 * max_shift - 1, start + n_points + 2 * max_shift
    feet = np.column_stack([peaks.left + origin, peaks.right + origin]).ravel()
    knots = np.concatenate([ends[0], feet, ends[1]])
    moves = np.concatenate([outer[0], np.repeat(drawn, 2), outer[1]])
    # In the order before the moves, which rounding might change where a gap is used up.
    order = np.argsort(knots, kind="stable")
    moves = moves[order]
    knots = np.maximum.accumulate(knots[order] + moves)
    points = np.arange(n_points, dtype=float)
    return (points - np.interp(start[:, None] + points, knots, moves)).astype(X.dtype)


class PeakShiftAugmenter(BaseAugmenter):
    """Training spectra with shifted peaks; test spectra are left alone.

    Peaks move with strain, composition, sample height and calibration, and models that look at
    single points (SVMs and trees on raw spectra) fail when they do. In a Pipeline this replaces
    every training spectrum by one variant; for classical models originals plus copies work much
    better: :class:`AugmentedClassifier`.

    Parameters
    ----------
    max_shift : int or "auto", default="auto"
        Largest displacement of a peak, in points (>= 0). 0 leaves every spectrum as it is. "auto"
        is 1 % of the points, at least 1.
    mode : {"local", "global", "peak"}, default="local"
        "local" moves neighbouring regions differently and smoothly (strain, several phases),
        "global" the whole axis by one displacement (zero error), "peak" every peak that is found
        by a displacement of its own.
    length_scale : int or "auto", default="auto"
        Points over which the displacement of "local" changes, at least ``2 * max_shift``: below
        that, points would overtake each other. "auto" is ``8 * max_shift``. Only for "local".
    prominence : float, default=0.02
        How far a peak rises above its surroundings, as a share of the height of the spectrum
        (maximum minus minimum); at least six standard deviations of the noise in any case. Only
        for "peak".
    random_state : int, RandomState instance or None, default=None
        An int draws the same variants at every ``fit_transform``. None draws from fresh entropy,
        never from NumPy's global generator.

    Attributes
    ----------
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, where `X` had string column names in ``fit``.

    See Also
    --------
    AugmentedClassifier : Fit any classifier on the originals plus shifted copies.
    augmentation.DiffractionShiftAugmenter : Shifts that obey Bragg's law.
    augmentation.CalibrationAugmenter : Offset and stretch of the whole axis.
    augmentation.draw : Draw variants outside a Pipeline, for pictures and tests.

    Notes
    -----
    A displacement is uniform in ``[-max_shift, max_shift]``: one for a spectrum
    ("global"), or one at each knot, knots `length_scale` points apart with a random start, joined
    by straight lines ("local"), or one for each peak ("peak"), the same from foot to foot, with
    straight lines between the peaks. Peaks that overlap move together, and none overtakes another:
    those that would get the nearest displacements with which they do not (isotonic regression).
    Values between two points are interpolated linearly: on a peak of
    standard deviation ``s`` points they are wrong by at most a share of ``1 / (8 s**2)`` of its
    height. Beyond the ends of the axis the edge values are held.

    A peak whose top is an end of the axis is not found, nor one wider than a quarter of the axis.
    Where values are few counts, a peak rises by six at least.

    A Pipeline with ``memory=`` caches what ``fit_transform`` returned, so it trains on the same
    draw at every later fit.

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
        "max_shift": [Interval(Integral, 0, None, closed="left"), StrOptions({"auto"})],
        "mode": [StrOptions({"local", "global", "peak"})],
        "length_scale": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "prominence": [Interval(Real, 0, 1, closed="neither")],
    }

    def __init__(
        self,
        max_shift="auto",
        mode="local",
        length_scale="auto",
        prominence=0.02,
        random_state=None,
    ):
        self.max_shift = max_shift
        self.mode = mode
        self.length_scale = length_scale
        self.prominence = prominence
        self.random_state = random_state

    def _resolve(self, n_points):
        max_shift = max(1, n_points // 100) if self.max_shift == "auto" else int(self.max_shift)
        length_scale = self.length_scale
        if length_scale == "auto":
            length_scale = max(1, 8 * max_shift)
        elif self.mode == "local" and length_scale < 2 * max_shift:
            raise ValueError(
                f"length_scale={length_scale} is less than 2 * max_shift = {2 * max_shift}: "
                "points would overtake each other; raise length_scale or lower max_shift."
            )
        return max_shift, int(length_scale)

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
