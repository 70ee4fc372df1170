"""Shifts of diffraction peaks by strain, zero error and sample displacement."""

from numbers import Real

import numpy as np
from sklearn.utils._param_validation import Interval

from skspectra.augmentation._axis import Axis, check_angles
from skspectra.augmentation._base import BaseAugmenter
from skspectra.augmentation._blocks import in_blocks


def _origin(observed, strain, zero_shift, displacement):
    """Return the angle of an observed peak without strain, zero error and displacement.

    All angles are in radians, and `displacement` is ``2 s / R``. Strain moves the peak first,
    then the instrument.
    """
    shifted = observed - zero_shift
    diffracted = shifted
    if np.any(displacement):
        # Each pass leaves a share of the error of at most displacement / 2.
        for _ in range(3):
            diffracted = shifted + displacement * np.cos(diffracted / 2)
    sine = (1 + strain) * np.sin(np.clip(diffracted, 0, np.pi) / 2)
    return 2 * np.arcsin(np.minimum(sine, 1))


class DiffractionShiftAugmenter(BaseAugmenter):
    """Training diffractograms with strained lattices and a misaligned instrument.

    The peaks of a powder pattern move for three reasons, each with its own law. Lattice strain
    moves peaks at high angles more than those at low angles, sample displacement does the
    opposite, and a zero error moves all peaks equally. The strain is isotropic: all lattice
    spacings scale by one factor. Anisotropic strain would need the crystal structure.

    Parameters
    ----------
    x_axis : array-like of shape (n_points,) or (2,)
        Angles 2theta in degrees, ascending, at least 0 and below 180; or the two ends of an
        evenly spaced axis.
    max_strain : float, default=0.005
        Largest relative change of the lattice spacings, in either direction (0 to below 0.5).
        Residual strain causes changes of up to 0.005. A change of composition causes up to 0.03,
        which reference [1]_ uses for simulated patterns.
    max_zero_shift : float, default=0.05
        Largest zero error, in degrees 2theta, in either direction. Values up to 0.5 are used for
        simulated patterns.
    max_displacement : float, default=0.1
        Largest displacement of the sample from the axis of the goniometer, in mm, in either
        direction; at most 5 % of `goniometer_radius`.
    goniometer_radius : float, default=200.0
        Radius of the goniometer circle, in mm. Only `max_displacement` uses it.
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
    skspectra.PeakShiftAugmenter : Independent shifts of regions or peaks, without a law.
    CrystalliteSizeAugmenter : Peaks broadened by small crystallites.

    Notes
    -----
    Strain ``e`` turns ``d`` into ``(1 + e) d``, and by Bragg's law a peak moves from ``theta`` to
    ``theta'`` with ``sin(theta') = sin(theta) / (1 + e)``; the wavelength cancels. Then
    ``2theta`` changes by ``z - 2 s cos(theta') / R`` radians, with the zero error ``z``, the
    displacement ``s`` and the radius ``R`` [2]_. The numbers ``e``, ``z`` and ``s`` are uniform
    between minus and plus their maximum. Values are interpolated linearly; beyond the ends of the
    axis the edge values are held.

    References
    ----------
    .. [1] Szymanski, N. J., Bartel, C. J., Zeng, Y., Tu, Q., Ceder, G., "Probabilistic deep
       learning approach to automate the interpretation of multi-phase diffraction spectra",
       Chem. Mater. 33, 4204 (2021). :doi:`10.1021/acs.chemmater.1c01071`
    .. [2] Pecharsky, V. K., Zavalij, P. Y., "Fundamentals of powder diffraction and structural
       characterization of materials", 2nd ed., Springer (2009).
       :doi:`10.1007/978-0-387-09579-0`

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.augmentation import DiffractionShiftAugmenter
    >>> X = np.zeros((3, 4001))
    >>> X[:, 3000] = 1  # the peak is at 70 degrees
    >>> augmenter = DiffractionShiftAugmenter((10, 90), max_strain=0.01, random_state=0)
    >>> 10 + 80 / 4000 * augmenter.fit_transform(X).argmax(axis=1)
    array([...])
    """

    _parameter_constraints = {
        **BaseAugmenter._parameter_constraints,
        "x_axis": ["array-like"],
        "max_strain": [Interval(Real, 0, 0.5, closed="left")],
        "max_zero_shift": [Interval(Real, 0, 180, closed="left")],
        "max_displacement": [Interval(Real, 0, np.inf, closed="left")],
        "goniometer_radius": [Interval(Real, 0, np.inf, closed="neither")],
    }

    def __init__(
        self,
        x_axis,
        max_strain=0.005,
        max_zero_shift=0.05,
        max_displacement=0.1,
        goniometer_radius=200.0,
        random_state=None,
    ):
        self.x_axis = x_axis
        self.max_strain = max_strain
        self.max_zero_shift = max_zero_shift
        self.max_displacement = max_displacement
        self.goniometer_radius = goniometer_radius
        self.random_state = random_state

    def _resolve(self, n_points):
        if self.max_displacement > 0.05 * self.goniometer_radius:
            raise ValueError(
                f"max_displacement={self.max_displacement} mm is more than 5 % of "
                f"goniometer_radius={self.goniometer_radius} mm."
            )
        return np.radians(check_angles(self.x_axis, n_points))

    def _perturb(self, X, rng):
        axis = Axis(self._resolve(X.shape[1]))
        displacement = 2 * self.max_displacement / self.goniometer_radius
        largest = np.array([self.max_strain, np.radians(self.max_zero_shift), displacement])
        if not largest.any():
            return X.copy()

        def shift(block):
            drawn = largest * rng.uniform(-1, 1, (len(block), 3))
            amounts = np.split(drawn.astype(X.dtype), 3, axis=1)
            return axis.move(block, lambda angles: _origin(angles.astype(X.dtype), *amounts))

        return in_blocks(shift, X)
