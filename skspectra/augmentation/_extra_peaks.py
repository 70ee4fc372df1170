"""Peaks that do not belong to the sample."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import Interval

from skspectra.augmentation._base import BaseAugmenter
from skspectra.augmentation._blocks import blocks, check_order, heights, uniform

_AMOUNT = [Interval(Real, 0, np.inf, closed="left")]


class ExtraPeakAugmenter(BaseAugmenter):
    """Training spectra with peaks of impurities, or with spikes of cosmic rays.

    Both are a few peaks that may stand anywhere on the axis; they differ in width. By default the
    peaks are small and wide, as those of impurities are. With ``max_height=1, max_width=0`` they
    are spikes of a single point, as cosmic rays leave in Raman spectra.

    Parameters
    ----------
    max_peaks : int, default=3
        Largest number of peaks in a spectrum (>= 0). 0 leaves every spectrum as it is.
    max_height : float, default=0.1
        Largest height of a peak, as a share of the height of the spectrum (maximum minus minimum;
        >= 0). Peaks higher than 0.1 may turn the spectrum into one of another class.
    max_width : float, default=20.0
        Largest full width at half maximum, in points (>= 0). Use the width of the sample's own
        peaks for impurities, and 0 for spikes.
    min_width : float, default=0.0
        Smallest width, in points, from 0 to `max_width`.
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
    NoiseAugmenter : Electronic noise and counting noise.
    BackgroundAugmenter : Slow changes of the background.

    Notes
    -----
    All peaks are Gaussians. Their number is uniform from 0 to `max_peaks`, their heights are
    uniform from 0 to `max_height`, their widths are uniform from `min_width` to `max_width`, and
    their tops are at any points of the axis.

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.augmentation import ExtraPeakAugmenter
    >>> X = np.zeros((4, 100))
    >>> X[:, 50] = 1
    >>> spikes = ExtraPeakAugmenter(max_peaks=2, max_width=0, random_state=0).fit_transform(X) - X
    >>> np.count_nonzero(spikes, axis=1)
    array([...])
    """

    _parameter_constraints = {
        **BaseAugmenter._parameter_constraints,
        "max_peaks": [Interval(Integral, 0, None, closed="left")],
        "max_height": _AMOUNT,
        "max_width": [Interval(Real, 0, 1e9, closed="both")],
        "min_width": [Interval(Real, 0, 1e9, closed="both")],
    }

    def __init__(
        self, max_peaks=3, max_height=0.1, max_width=20.0, min_width=0.0, random_state=None
    ):
        self.max_peaks = max_peaks
        self.max_height = max_height
        self.max_width = max_width
        self.min_width = min_width
        self.random_state = random_state

    def _resolve(self, n_points):
        check_order(self, "min_width", "max_width")

    def _perturb(self, X, rng):
        n_points = X.shape[1]
        self._resolve(n_points)
        variants = np.array(X, order="C")
        # At twice its full width a Gaussian has 2e-5 of its height.
        reach = min(int(np.ceil(2 * self.max_width)), n_points)
        around = np.arange(min(2 * reach + 1, n_points))
        for rows in blocks(len(X), len(around)):
            n_samples = rows.stop - rows.start
            shape = (n_samples, self.max_peaks)
            number = rng.integers(self.max_peaks + 1, size=(n_samples, 1))
            top = rng.integers(n_points, size=shape)
            width = rng.uniform(self.min_width, self.max_width, shape)
            height = heights(X[rows]) * uniform(rng, 0, self.max_height, shape, X.dtype)
            height[np.arange(self.max_peaks) >= number] = 0
            # A width of 0 is a single point.
            rate = (-4 * np.log(2) / np.maximum(width, 0.1) ** 2).astype(X.dtype)
            # The window stays on the axis, so peaks at its ends lose the tails beyond it.
            first = np.clip(top - reach, 0, n_points - len(around))
            index = np.arange(rows.start, rows.stop)[:, None]
            for i in range(self.max_peaks):
                places = first[:, i, None] + around
                profile = np.exp(
                    rate[:, i, None] * ((places - top[:, i, None]) ** 2).astype(X.dtype)
                )
                variants[index, places] += height[:, i, None] * profile
        return variants
