"""Spectra recorded on a wrongly calibrated axis."""

from numbers import Real

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from skspectra._grid import check_axis
from skspectra.augmentation._axis import Axis
from skspectra.augmentation._base import BaseAugmenter
from skspectra.augmentation._blocks import in_blocks

# The shares of the length of the axis that "auto" stands for: offset, linear, quadratic.
_AUTO = (1e-3, 1e-3, 5e-4)
_AMOUNT = [Interval(Real, 0, np.inf, closed="left"), StrOptions({"auto"})]


class CalibrationAugmenter(BaseAugmenter):
    """Training spectra recorded on a wrongly calibrated axis (Raman, infrared).

    The axes of instruments differ by an offset, a stretch and a curvature. All peaks move
    together and smoothly: their order stays the same, and their distances nearly so.

    Parameters
    ----------
    max_offset : float or "auto", default="auto"
        Largest displacement of the whole axis, in units of `x_axis` (>= 0). "auto" is 0.1 % of the
        length of the axis: 3 per cm on a Raman spectrum from 200 to 3200 per cm.
    max_linear : float or "auto", default="auto"
        Largest displacement of the two ends relative to the middle by a linear stretch, in units
        of `x_axis` (>= 0). "auto" is 0.1 % of the length of the axis.
    max_quadratic : float or "auto", default="auto"
        Largest displacement of both ends to the same side by a quadratic term, in units of
        `x_axis` (>= 0). "auto" is 0.05 % of the length of the axis. At an end of the axis the
        three displacements add up. ``max_linear + 2 * max_quadratic`` must be less than half the
        length of the axis: beyond that, points would overtake each other.
    x_axis : array-like of shape (n_points,) or (2,), default=None
        The axis of the spectra, for instance wavenumbers, ascending, or the two ends of an
        evenly spaced axis. None numbers the points, and the displacements are in points.
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
    skspectra.PeakShiftAugmenter : Independent shifts of regions or peaks.
    DiffractionShiftAugmenter : Shifts of the whole pattern in powder diffraction.

    Notes
    -----
    With ``u`` from -1 to 1 along the axis, the variant at ``x`` has the value of the spectrum at
    ``x - (a + b u + c u**2)``. The numbers ``a``, ``b`` and ``c`` are uniform between minus and
    plus their maximum. Values are interpolated linearly; beyond the ends of the axis the edge
    values are held.

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.augmentation import CalibrationAugmenter
    >>> X = np.zeros((3, 1001))
    >>> X[:, 500] = 1  # the band is at 1700 per cm
    >>> augmenter = CalibrationAugmenter(max_offset=9, x_axis=(200, 3200), random_state=0)
    >>> 200 + 3 * augmenter.fit_transform(X).argmax(axis=1)
    array([...])
    """

    _parameter_constraints = {
        **BaseAugmenter._parameter_constraints,
        "max_offset": _AMOUNT,
        "max_linear": _AMOUNT,
        "max_quadratic": _AMOUNT,
        "x_axis": ["array-like", None],
    }

    def __init__(
        self,
        max_offset="auto",
        max_linear="auto",
        max_quadratic="auto",
        x_axis=None,
        random_state=None,
    ):
        self.max_offset = max_offset
        self.max_linear = max_linear
        self.max_quadratic = max_quadratic
        self.x_axis = x_axis
        self.random_state = random_state

    def _resolve(self, n_points):
        if self.x_axis is None:
            values = np.arange(n_points, dtype=float)
        else:
            values = check_axis(self.x_axis, n_points, ends=True)
        length = values[-1] - values[0]
        asked = self.max_offset, self.max_linear, self.max_quadratic
        largest = [
            share * length if amount == "auto" else amount
            for share, amount in zip(_AUTO, asked, strict=True)
        ]
        steepest = largest[1] + 2 * largest[2]
        if n_points > 1 and steepest >= length / 2:
            raise ValueError(
                f"max_linear + 2 * max_quadratic = {steepest:g} is not less "
                f"than {length / 2:g}, half the length of the axis: points would overtake each "
                "other."
            )
        return values, np.array(largest, dtype=float)

    def _perturb(self, X, rng):
        values, largest = self._resolve(X.shape[1])
        if not largest.any():
            return X.copy()
        axis = Axis(values)
        middle, half = (values[0] + values[-1]) / 2, (values[-1] - values[0]) / 2 or 1.0

        def shift(block):
            drawn = largest * rng.uniform(-1, 1, (len(block), 3))
            offset, linear, quadratic = np.split(drawn, 3, axis=1)

            def origin(x):
                u = (x - middle) / half
                return x - (offset + linear * u + quadratic * u**2)

            return axis.move(block, origin)

        return in_blocks(shift, X)
