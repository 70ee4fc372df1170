"""Broadening of diffraction peaks by small crystallites."""

from numbers import Real

import numpy as np
from sklearn.utils._param_validation import Interval

from skspectra.augmentation._axis import check_angles
from skspectra.augmentation._base import BaseAugmenter
from skspectra.augmentation._blocks import check_order, in_blocks, uniform
from skspectra.augmentation._spread import from_spectrum, spectrum
from skspectra.profiles import scherrer_width, transfer

# A mixture of two profiles whose widths differ by this factor is like a profile between them.
_LEVEL = 1.2
_SIZE = [Interval(Real, 1e-3, np.inf, closed="both")]


def _mixture(widths):
    """Return a few widths from the smallest to the largest, and their shares at each point."""
    low, high = widths.min(), widths.max()
    n_levels = 1 + int(np.ceil(np.log(high / low) / np.log(_LEVEL)))
    levels = np.geomspace(low, high, n_levels)
    return levels, np.array([np.interp(widths, levels, share) for share in np.eye(n_levels)])


class CrystalliteSizeAugmenter(BaseAugmenter):
    """Training diffractograms of small crystallites, by Scherrer's formula.

    Each pattern is convolved with a profile whose width grows with the angle. Convolution only
    adds width. So 50 to 200 nm suit measured patterns, which already have the width of the
    instrument, and 5 to 30 nm suit simulated stick patterns.

    Parameters
    ----------
    x_axis : array-like of shape (n_points,) or (2,)
        Angles 2theta in degrees, ascending, at least 0 and below 180; or the two ends of an
        evenly spaced axis.
    wavelength : float
        Wavelength of the radiation, in angstrom (1.5406 for Cu K-alpha1). It is never assumed.
    min_size : float, default=50.0
        Smallest size of the crystallites, in nm (>= 0.001). Reference [1]_ uses 5 to 30 for
        simulated patterns.
    max_size : float, default=200.0
        Largest size, in nm, at least `min_size`. Infinite crystallites do not broaden peaks. If
        both sizes are infinite, every pattern stays as it is.
    shape_factor : float, default=0.9
        Scherrer's K for a width that is the full width at half maximum and a size that is the cube
        root of the volume. K is 0.83 to 0.89 for cubes and spheres, and larger for the integral
        breadth [2]_.
    eta : float, default=0.5
        Share of the Lorentzian in the profile. 0 is a Gaussian, 1 is a Lorentzian (a broad
        distribution of sizes), and values between them are a pseudo-Voigt.
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
    BroadeningAugmenter : Broadening that is the same along the whole axis.
    DiffractionShiftAugmenter : Peaks shifted by strain and a misaligned instrument.

    Notes
    -----
    A crystallite of size ``L`` broadens a peak at ``theta`` by ``K wavelength / (L cos(theta))``.
    This is the full width at half maximum, in radians of 2theta. Widths (not sizes) are drawn
    uniformly, between the widths of `max_size` and `min_size`, so that strong broadening is not
    rare. Every point is spread by the profile of its own angle, which preserves areas and the sum
    over a pattern. Where the step of `x_axis` jumps, a background gets a step too. Resample such
    patterns to an evenly spaced axis first.

    References
    ----------
    .. [1] Szymanski, N. J., Bartel, C. J., Zeng, Y., Tu, Q., Ceder, G., "Probabilistic deep
       learning approach to automate the interpretation of multi-phase diffraction spectra",
       Chem. Mater. 33, 4204 (2021). :doi:`10.1021/acs.chemmater.1c01071`
    .. [2] Langford, J. I., Wilson, A. J. C., "Scherrer after sixty years: a survey and some new
       results in the determination of crystallite size", J. Appl. Cryst. 11, 102 (1978).
       :doi:`10.1107/S0021889878012844`

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.augmentation import CrystalliteSizeAugmenter
    >>> X = np.zeros((1, 8001))
    >>> X[0, 4000] = 1  # at 50 degrees 2theta
    >>> augmenter = CrystalliteSizeAugmenter((40, 60), 1.5406, min_size=20, max_size=20)
    >>> wide = augmenter.fit_transform(X)[0]
    >>> round(int((wide > wide.max() / 2).sum()) * 20 / 8000, 2)  # degrees
    0.44
    """

    _parameter_constraints = {
        **BaseAugmenter._parameter_constraints,
        "x_axis": ["array-like"],
        "wavelength": [Interval(Real, 0, np.inf, closed="neither")],
        "min_size": _SIZE,
        "max_size": _SIZE,
        "shape_factor": [Interval(Real, 0, np.inf, closed="neither")],
        "eta": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        x_axis,
        wavelength,
        min_size=50.0,
        max_size=200.0,
        shape_factor=0.9,
        eta=0.5,
        random_state=None,
    ):
        self.x_axis = x_axis
        self.wavelength = wavelength
        self.min_size = min_size
        self.max_size = max_size
        self.shape_factor = shape_factor
        self.eta = eta
        self.random_state = random_state

    def _resolve(self, n_points):
        """Return the width that crystallites of 1 nm give at each point, in points."""
        check_order(self, "min_size", "max_size")
        angles = np.radians(check_angles(self.x_axis, n_points))
        width = scherrer_width(angles, 1.0, self.wavelength, self.shape_factor)
        # A single point has no step.
        return width / np.gradient(angles) if n_points > 1 else width

    def _perturb(self, X, rng):
        widths = self._resolve(X.shape[1])
        if self.min_size == np.inf:
            return X.copy()
        levels, shares = _mixture(widths)
        levels, shares = levels.astype(X.dtype), shares.astype(X.dtype)

        def broaden(block):
            range_ = 1 / self.max_size, 1 / self.min_size
            inverse_size = uniform(rng, *range_, (len(block), 1), X.dtype)
            total = np.zeros_like(block)
            for level, share in zip(levels, shares, strict=True):
                part = spectrum(block * share)
                part *= transfer(level * inverse_size, self.eta, X.shape[1])
                total += part
            return from_spectrum(total)

        return in_blocks(broaden, X)
