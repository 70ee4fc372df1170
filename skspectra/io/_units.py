"""Units of the axis: conversions, and lengths on an axis written with their unit."""

import re
from dataclasses import replace

import numpy as np

from skspectra import _grid

# Units of an axis, and other ways to write them.
UNITS = {
    "deg": ("°", "degree", "degrees", "2theta"),
    "cm-1": ("1/cm", "cm^-1", "cm⁻¹", "wavenumber"),
    "nm": ("nanometer", "nanometre"),
    "angstrom": ("å", "a", "d"),
    "1/angstrom": ("1/å", "1/a", "å-1", "a-1", "q", "angstrom-1"),
    "ppm": (),
    "eV": ("ev",),
    "ln angstrom": (),
}
_SCATTERING = ("deg", "angstrom", "1/angstrom")
_OPTICAL = ("nm", "cm-1")


def unit_name(text):
    """Return the usual name of a unit; a text that is not known is returned as it is."""
    plain = text.strip()
    for name, others in UNITS.items():
        if plain.lower() in (name.lower(), *others):
            return name
    return plain


def check_unit(unit):
    """Return the usual name of a unit that a caller gave, or None; raise where it is unknown."""
    if unit is None:
        return None
    name = unit_name(unit) if isinstance(unit, str) else unit
    if name not in UNITS:
        raise ValueError(
            f"unit={unit!r} is not known; it must be one of {', '.join(UNITS)}, or be left out "
            "where the axis is in something else"
        )
    return name


def remark_on_unit(text):
    """Return what to say of a unit that a file or an object states and that is not known."""
    return f"its axis is in {text!r}, which is no unit that is known, so it is not converted"


def convert_points(x, unit, new_unit, *, wavelength=None, laser=None):
    """Convert points of an axis from one unit to another.

    It knows the units of diffraction, "deg" (2theta), "angstrom" (d) and "1/angstrom" (Q), and
    those of light, "nm" and "cm-1". With `laser` "cm-1" is a Raman shift from that wavelength.

    Parameters
    ----------
    x : array-like of shape (n_points,)
        The points.
    unit : str
        Their unit.
    new_unit : str
        The unit asked for.
    wavelength : float, default=None
        Wavelength of the radiation in angstrom, needed from or to "deg". There is no default.
    laser : float, default=None
        Wavelength of the laser in nm.

    Returns
    -------
    x_new : ndarray of shape (n_points,), float64
        The points in the order of `x`, which may now descend.

    Raises
    ------
    ValueError
        If the units do not go together, if a wavelength is missing, or if a point has no
        counterpart, such as a d below half the wavelength.

    Examples
    --------
    >>> from skspectra.io import convert_points
    >>> convert_points([28.44, 47.30], "deg", "angstrom", wavelength=1.5406).round(3)
    array([3.136, 1.92 ])
    >>> convert_points([532.0, 561.4], "nm", "cm-1", laser=532).round(1)
    array([  0. , 984.4])
    """
    x = np.asarray(x, dtype=np.float64)
    unit, new_unit = unit_name(unit), unit_name(new_unit)
    if unit == new_unit:
        return x.copy()
    if {unit, new_unit} <= {*_SCATTERING}:
        return _from_d(_to_d(x, unit, wavelength), new_unit, wavelength)
    if {unit, new_unit} <= {*_OPTICAL}:
        return _convert_light(x, unit, laser)
    raise ValueError(
        f"{unit!r} cannot be converted to {new_unit!r}; known are conversions between "
        f"{', '.join(map(repr, _SCATTERING))} and between {' and '.join(map(repr, _OPTICAL))}."
    )


def _need_wavelength(wavelength):
    if wavelength is None or not 0 < wavelength < np.inf:
        raise ValueError(
            f"wavelength={wavelength!r} must be a positive number of angstrom; angles mean "
            "nothing without it."
        )
    return wavelength


def _need_positive(x, what):
    if not (x > 0).all():
        raise ValueError(f"{what} must be positive; {x[~(x > 0)][0]:g} is among the points.")
    return x


def _to_d(x, unit, wavelength):
    if unit == "angstrom":
        return _need_positive(x, "d")
    if unit == "1/angstrom":
        return 2 * np.pi / _need_positive(x, "Q")
    if not ((x > 0) & (x < 180)).all():
        wrong = x[~((x > 0) & (x < 180))][0]
        raise ValueError(
            f"angles 2theta must be above 0 and below 180 degrees; {wrong:g} is among the points."
        )
    return _need_wavelength(wavelength) / (2 * np.sin(np.radians(x) / 2))


def _from_d(d, unit, wavelength):
    if unit == "angstrom":
        return d
    if unit == "1/angstrom":
        return 2 * np.pi / d
    sines = _need_wavelength(wavelength) / (2 * d)
    if not (sines < 1).all():
        raise ValueError(
            f"d={d.min():.6g} angstrom is not above half the wavelength, {wavelength / 2:.6g}; "
            "no angle belongs to it, so crop the spectra."
        )
    return 2 * np.degrees(np.arcsin(sines))


def _convert_light(x, unit, laser):
    if laser is None:
        return 1e7 / _need_positive(x, "wavelengths and wavenumbers")
    _need_positive(np.array([laser]), "laser, a wavelength in nm,")
    if unit == "nm":
        return 1e7 * (1 / laser - 1 / _need_positive(x, "wavelengths"))
    return 1e7 / _need_positive(1e7 / laser - x, "1e7 / laser minus the Raman shift")


def convert_axis(spectra, unit, *, wavelength=None, laser=None):
    """Return spectra on an axis in another unit; values are sorted again where it reverses.

    Parameters
    ----------
    spectra : Spectra
        The spectra, whose `unit` must be known.
    unit : str
        The unit asked for, one that :func:`convert_points` knows, or "ln angstrom": the natural
        logarithm of d on an even grid, where a uniform strain moves all peaks by the same
        distance. Its step is that of the high-angle end, so that no peak is lost.
    wavelength : float, default=None
        Wavelength of the radiation in angstrom; None takes that of `spectra`.
    laser : float, default=None
        Wavelength of the laser in nm; with it "cm-1" is a Raman shift.

    Returns
    -------
    converted : Spectra
        The same intensities (no Jacobian is applied), with a remark.

    Raises
    ------
    ValueError
        If the unit of `spectra` is unknown, or as :func:`convert_points` does.

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.io import Spectra, convert_axis
    >>> spectra = Spectra(np.array([[1.0, 2, 3]]), np.array([20.0, 30, 40]), unit="deg")
    >>> converted = convert_axis(spectra, "angstrom", wavelength=1.5406)
    >>> converted.x_axis.round(3), converted.X
    (array([2.252, 2.976, 4.436]), array([[3., 2., 1.]]))
    """
    if spectra.unit is None:
        raise ValueError("the unit of the spectra is unknown; read them with unit=...")
    wavelength = spectra.wavelength if wavelength is None else wavelength
    new_unit = unit_name(unit)
    is_log = new_unit == "ln angstrom"
    target = "angstrom" if is_log else new_unit
    points = convert_points(
        spectra.x_axis, spectra.unit, target, wavelength=wavelength, laser=laser
    )
    if is_log:
        points = np.log(points)
    order = slice(None) if points[-1] > points[0] else slice(None, None, -1)
    points, X = points[order], spectra.X[:, order]
    if is_log:
        # Points are closest at small d, which is at high angles.
        n_points = int(np.floor((points[-1] - points[0]) / np.diff(points).min())) + 1
        if n_points > 50 * len(points):
            raise ValueError(
                f"an even grid of ln d would have {n_points} points, because 2theta reaches "
                f"{spectra.x_axis[-1]:g}; crop the spectra."
            )
        even = np.linspace(points[0], points[-1], n_points)
        points, X = even, _grid.regrid(X, points, even)
    remark = f"the axis was converted from {spectra.unit} to {new_unit}"
    return replace(
        spectra,
        X=np.ascontiguousarray(X),
        x_axis=points,
        unit=new_unit,
        wavelength=wavelength,
        remarks=(*spectra.remarks, remark),
    )


def to_points(length, x_axis, unit=None):
    """Return a length on an axis in points, for instance "0.4deg", "8cm-1" or "12".

    Parameters
    ----------
    length : str or int
        A number with the unit of the axis, or a whole number of points.
    x_axis : array-like of shape (n_points,)
        The axis; its mean step counts.
    unit : str, default=None
        Unit of the axis; None where nobody said, and then any known unit is taken for it.

    Returns
    -------
    n_points : int
        The nearest whole number of points; at least 1 for a length above 0.

    Raises
    ------
    ValueError
        If `length` is no such text, is negative, or has another unit than the axis or an unknown
        one.

    Examples
    --------
    >>> from skspectra.io import to_points
    >>> to_points("0.4deg", [10, 10.02, 10.04], "deg"), to_points("12", [10, 10.02, 10.04])
    (20, 12)
    """
    found = re.fullmatch(r"\s*(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)\s*(.*?)\s*", str(length))
    if not found:
        raise ValueError(
            f"{length!r} is no length on the axis; give points such as 12, or a number with the "
            "unit of the axis such as 0.4deg."
        )
    number, asked = float(found[1]), found[2]
    if not asked:
        if number != int(number):
            raise ValueError(
                f"{length!r} is no whole number of points; add the unit if it is a length on "
                "the axis."
            )
        return int(number)
    if unit is None:
        check_unit(asked)
    elif unit_name(asked) != unit_name(unit):
        raise ValueError(f"{length!r} is in {asked}, but the axis is in {unit}.")
    return max(1, round(number / _grid.mean_step(x_axis))) if number else 0
