"""Background added to training spectra."""

from numbers import Real

import numpy as np
from numpy.polynomial.chebyshev import chebvander
from sklearn.utils._param_validation import Interval

from skspectra._grid import check_axis
from skspectra.augmentation._base import BaseAugmenter
from skspectra.augmentation._blocks import heights, in_blocks, uniform

_DEGREE = 5
# Smallest and largest full width at half maximum of the hump, as shares of the axis.
_HUMP = (0.1, 0.4)
_SHARE = [Interval(Real, 0, np.inf, closed="left")]


def _series(rng, basis, n_samples):
    """Draw polynomials with minimum 0 and maximum 1."""
    curves = uniform(rng, -1, 1, (n_samples, _DEGREE), basis.dtype) @ basis
    curves -= curves.min(axis=1, keepdims=True)
    span = curves.max(axis=1, keepdims=True)
    span[span == 0] = 1
    curves /= span
    return curves


def _humps(rng, n_samples, n_points, dtype):
    """Draw Gaussians of height 1 centred anywhere on the axis."""
    centre = uniform(rng, 0, 1, (n_samples, 1), dtype)
    width = uniform(rng, *_HUMP, (n_samples, 1), dtype)
    humps = np.linspace(0, 1, n_points, dtype=dtype) - centre
    humps /= width
    humps *= humps
    humps *= dtype.type(-4 * np.log(2))
    return np.exp(humps, out=humps)


class BackgroundAugmenter(BaseAugmenter):
    """Training spectra with an added background: a smooth curve, a broad hump, air scattering.

    Fluorescence, glass, sample holders and air add slowly varying curves below the peaks. The
    three kinds are added together, are never below 0, and get a new height in every spectrum.
    This augmenter is useless where a baseline is subtracted first.

    Parameters
    ----------
    max_curve : float, default=0.1
        Largest height of a random polynomial of degree 5, as a share of the height of the spectrum
        (maximum minus minimum; >= 0).
    max_hump : float, default=0.1
        Largest height of a broad Gaussian, such as the halo of an amorphous phase, as a share of
        the height of the spectrum (>= 0). The Gaussian is centred anywhere on the axis, and its
        full width at half maximum is 10 to 40 % of the axis.
    max_air : float, default=0.0
        Largest height of scattering by air at the start of the axis, as a share of the height of
        the spectrum (>= 0). The scattering falls as ``1 / x``, so it needs `x_axis`.
    x_axis : array-like of shape (n_points,) or (2,), default=None
        The ``x`` of `max_air`, usually angles 2theta in degrees: ascending values above 0, or the
        two ends of an evenly spaced axis. Only `max_air` uses it.
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

    Notes
    -----
    Heights are uniform from 0 to their maximum. The polynomial is a Chebyshev series whose
    coefficients are uniform from -1 to 1. It is then scaled to run from 0 to its height.

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.augmentation import BackgroundAugmenter
    >>> X = np.zeros((3, 100))
    >>> X[:, 50] = 1
    >>> variants = BackgroundAugmenter(max_air=0.2, x_axis=(5, 90)).fit_transform(X)
    >>> bool((variants >= X).all())
    True
    """

    _parameter_constraints = {
        **BaseAugmenter._parameter_constraints,
        "max_curve": _SHARE,
        "max_hump": _SHARE,
        "max_air": _SHARE,
        "x_axis": ["array-like", None],
    }

    def __init__(self, max_curve=0.1, max_hump=0.1, max_air=0.0, x_axis=None, random_state=None):
        self.max_curve = max_curve
        self.max_hump = max_hump
        self.max_air = max_air
        self.x_axis = x_axis
        self.random_state = random_state

    def _resolve(self, n_points):
        """Return the curve of scattering by air, which is 1 at the start of the axis."""
        if self.max_air == 0:
            return None
        if self.x_axis is None:
            raise ValueError(f"max_air={self.max_air} needs x_axis, which is None.")
        values = check_axis(self.x_axis, n_points, ends=True)
        if values[0] <= 0:
            raise ValueError(
                f"x_axis starts at {values[0]:g}; with max_air > 0 it must start above 0."
            )
        return values[0] / values

    def _perturb(self, X, rng):
        n_points = X.shape[1]
        air = self._resolve(n_points)
        basis = chebvander(np.linspace(-1, 1, n_points), _DEGREE)[:, 1:].T.astype(X.dtype)

        def lift(block):
            n_samples, height, lifted = len(block), heights(block), block.copy()
            for largest, curves in (
                (self.max_curve, lambda: _series(rng, basis, n_samples)),
                (self.max_hump, lambda: _humps(rng, n_samples, n_points, X.dtype)),
                (self.max_air, lambda: np.tile(air.astype(X.dtype), (n_samples, 1))),
            ):
                if largest:
                    amount = height * uniform(rng, 0, largest, (n_samples, 1), X.dtype)
                    added = curves()
                    added *= amount
                    lifted += added
            return lifted

        return in_blocks(lift, X)
