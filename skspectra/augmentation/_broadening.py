"""Broader peaks, as from an instrument of lower resolution."""

from numbers import Real

from sklearn.utils._param_validation import Interval

from skspectra.augmentation._base import BaseAugmenter
from skspectra.augmentation._blocks import check_order, in_blocks, uniform
from skspectra.augmentation._spread import from_spectrum, reach, spectrum, spread_gaussian
from skspectra.profiles import transfer

# Up to this width, in points, a sum over points is faster than cosine transforms.
_NARROW = 6
_WIDTH = [Interval(Real, 0, 1e9, closed="both")]


class BroadeningAugmenter(BaseAugmenter):
    """Training spectra of lower resolution, equally broadened along the whole axis.

    Each spectrum is convolved with a profile of its own random width. Convolution only adds
    width: peaks get lower and wider and keep their area, and noise is smoothed too. So add noise
    after broadening, not before.

    Parameters
    ----------
    max_width : float, default=5.0
        Largest full width at half maximum of the profile, in points (>= 0). 0 leaves every
        spectrum as it is.
    min_width : float, default=0.0
        Smallest width, in points, from 0 to `max_width`. Set it above 0 for stick patterns, in
        which a peak is a single point.
    eta : float, default=0.0
        Share of the Lorentzian in the profile. 0 is a Gaussian (slits, detectors), 1 is a
        Lorentzian (lifetimes, pressure), and values between them are a pseudo-Voigt.
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
    CrystalliteSizeAugmenter : Broadening that grows with the diffraction angle.

    Notes
    -----
    The width is uniform between `min_width` and `max_width`. The squares of Gaussian widths add
    up, Lorentzian widths add up as they are. The profile is applied by fast cosine transforms, so
    the time does not depend on its width (but Gaussians of up to 6 points take less time).
    Spectra are mirrored beyond their ends. The profile is sampled at whole points, so a profile
    of less than about two points is narrower than `width` says.

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.augmentation import BroadeningAugmenter
    >>> X = np.zeros((3, 100))
    >>> X[:, 50] = 1
    >>> variants = BroadeningAugmenter(max_width=10, random_state=0).fit_transform(X)
    >>> variants.max(axis=1)
    array([...])
    >>> variants.sum(axis=1).round(6)
    array([1., 1., 1.])
    """

    _parameter_constraints = {
        **BaseAugmenter._parameter_constraints,
        "max_width": _WIDTH,
        "min_width": _WIDTH,
        "eta": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(self, max_width=5.0, min_width=0.0, eta=0.0, random_state=None):
        self.max_width = max_width
        self.min_width = min_width
        self.eta = eta
        self.random_state = random_state

    def _resolve(self, n_points):
        check_order(self, "min_width", "max_width")

    def _perturb(self, X, rng):
        self._resolve(X.shape[1])
        if self.max_width == 0:
            return X.copy()
        narrow = self.max_width <= _NARROW and reach(self.max_width) <= X.shape[1]

        def broaden(block):
            width = uniform(rng, self.min_width, self.max_width, (len(block), 1), X.dtype)
            if narrow and self.eta == 0:
                return spread_gaussian(block, width)
            transformed = spectrum(block)
            transformed *= transfer(width, self.eta, X.shape[1])
            return from_spectrum(transformed)

        return in_blocks(broaden, X)
