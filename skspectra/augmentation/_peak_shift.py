"""Shifted peaks."""

from numbers import Integral

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from skspectra.augmentation._base import BaseAugmenter

# Values worked on at a time, so that the temporary arrays stay in the processor's cache.
_BLOCK = 2**16


def _smooth_displacements(rng, n_samples, n_points, max_shift, length_scale, dtype):
    """Draw a displacement for every point: straight lines between uniform knots.

    The knots are `length_scale` points apart and start anywhere: no place on the axis is special.
    """
    n_knots = -(-(n_points + length_scale - 1) // length_scale) + 1
    knots = rng.uniform(-max_shift, max_shift, (n_samples, n_knots)).astype(dtype)
    ramp = np.arange(length_scale, dtype=dtype) / dtype.type(length_scale)
    lines = (np.diff(knots)[:, :, None] * ramp + knots[:, :-1, None]).reshape(n_samples, -1)
    first = rng.integers(length_scale, size=n_samples) + np.arange(n_samples) * lines.shape[1]
    return lines.ravel().take(first[:, None] + np.arange(n_points))


def _move(X, displacement):
    """Move the points of each row to the right; linear interpolation, edge values held."""
    n_samples, n_points = X.shape
    source = np.arange(n_points, dtype=X.dtype) - displacement
    np.clip(source, 0, n_points - 1, out=source)
    whole = np.floor(source)
    source -= whole
    left = whole.astype(np.intp)
    left += np.arange(n_samples)[:, None] * n_points
    flat = X.ravel()
    moved = flat.take(left)
    # Past the very last point the weight is 0, so the wrong neighbour read there does not count.
    right = flat.take(left + 1, mode="clip")
    right *= source
    np.subtract(1, source, out=source)
    moved *= source
    moved += right
    return moved


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
    mode : {"local", "global"}, default="local"
        "local" moves neighbouring regions differently and smoothly (strain, several phases),
        "global" the whole axis by one displacement (zero error).
    length_scale : int or "auto", default="auto"
        Points over which the displacement of "local" changes, at least ``2 * max_shift``: below
        that, points would overtake each other. "auto" is ``8 * max_shift``. Not used by "global".
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
    draw : Draw variants outside a Pipeline, for pictures and tests.

    Notes
    -----
    A displacement is uniform in ``[-max_shift, max_shift]``: one for a spectrum
    ("global"), or one at each knot, knots `length_scale` points apart with a random start, joined
    by straight lines ("local"). Values between two points are interpolated linearly: on a peak of
    standard deviation ``s`` points they are wrong by at most a share of ``1 / (8 s**2)`` of its
    height. Beyond the ends of the axis the edge values are held.

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
        "mode": [StrOptions({"local", "global"})],
        "length_scale": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
    }

    def __init__(self, max_shift="auto", mode="local", length_scale="auto", random_state=None):
        self.max_shift = max_shift
        self.mode = mode
        self.length_scale = length_scale
        self.random_state = random_state

    def _perturb(self, X, rng):
        n_samples, n_points = X.shape
        max_shift = max(1, n_points // 100) if self.max_shift == "auto" else int(self.max_shift)
        if max_shift == 0:
            return X.copy()
        length_scale = 8 * max_shift if self.length_scale == "auto" else int(self.length_scale)
        if self.mode == "local" and length_scale < 2 * max_shift:
            raise ValueError(
                f"length_scale={length_scale} is less than 2 * max_shift = {2 * max_shift}: "
                "points would overtake each other; raise length_scale or lower max_shift."
            )
        variants = np.empty_like(X, order="C")
        n_rows = max(1, _BLOCK // n_points)
        for start in range(0, n_samples, n_rows):
            block = X[start : start + n_rows]
            if self.mode == "global":
                displacement = rng.uniform(-max_shift, max_shift, (len(block), 1)).astype(X.dtype)
            else:
                displacement = _smooth_displacements(
                    rng, len(block), n_points, max_shift, length_scale, X.dtype
                )
            variants[start : start + n_rows] = _move(block, displacement)
        return variants
