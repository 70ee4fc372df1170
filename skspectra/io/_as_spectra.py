"""Take spectra from arrays and from the objects of other libraries, none of which is imported."""

import numpy as np

from skspectra.io._absorbance import settle_transmittance
from skspectra.io._checks import in_order
from skspectra.io._spectra import Spectra
from skspectra.io._text import as_number
from skspectra.io._units import UNITS, check_unit, remark_on_unit, unit_name


def as_spectra(
    obj,
    *,
    x_axis=None,
    unit=None,
    wavelength=None,
    y=None,
    groups=None,
    names=None,
    transmittance=None,
):
    """Return spectra from anything that has an axis and values.

    Parameters
    ----------
    obj : object
        One of: a tuple ``(X, x_axis)`` or a list of pairs ``(x, values)`` on one axis; a pandas
        DataFrame whose columns are the axis, or a Series whose index is; an xarray DataArray; a
        spectrochempy NDDataset; a HyperSpy signal; a `Spectra`; or an array with `x_axis`.
    x_axis : array-like of shape (n_points,), default=None
        The axis, where `obj` does not hold it; it may descend.
    unit : str, default=None
        Unit of the axis, where `obj` does not tell it: "deg" (2theta), "cm-1", "nm", "ppm", "eV",
        "angstrom" (d) or "1/angstrom" (Q).
    wavelength : float, default=None
        Wavelength of the radiation in angstrom.
    y : array-like of shape (n_samples,) or (n_samples, n_classes), default=None
        The labels.
    groups : array-like of shape (n_samples,), default=None
        The groups.
    names : array-like of shape (n_samples,), default=None
        The names; by default those that `obj` holds, or else numbers from 0.
    transmittance : {"convert", "keep"}, default=None
        What to do where `obj` says that it holds transmittance, as in :func:`read_spectra`.

    Returns
    -------
    spectra : Spectra
        The spectra on an ascending axis, float32 or else float64.

    Raises
    ------
    ValueError
        If no axis is found, if shapes do not fit, if values are not finite, if `unit` is unknown,
        or if `obj` holds transmittance and `transmittance` is None.

    Examples
    --------
    >>> import pandas as pd
    >>> from skspectra.io import as_spectra
    >>> frame = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], columns=["20.5", "20.0"])
    >>> as_spectra(frame, unit="deg").X
    array([[2., 1.],
           [4., 3.]])
    """
    if isinstance(obj, Spectra):
        found = obj
    else:
        found = _take(obj, x_axis)
        x_axis = None
    X, axis = np.asarray(found.X), np.asarray(found.x_axis if x_axis is None else x_axis)
    if X.dtype != np.float32:
        X = X.astype(np.float64)
    axis = axis.astype(np.float64)
    X = X.reshape(-1, X.shape[-1]) if X.ndim else X.reshape(1, 1)
    if axis.ndim != 1 or X.shape[1] != len(axis) or len(axis) < 2:
        raise ValueError(
            f"values of shape {X.shape} and an axis of shape {axis.shape} do not fit; the last "
            "dimension must be the axis, of two points or more."
        )
    if not (np.isfinite(X).all() and np.isfinite(axis).all()):
        raise ValueError("the spectra or their axis hold values that are not finite.")
    X, quantity, remark = settle_transmittance(
        X, found.quantity, "keep" if isinstance(obj, Spectra) else transmittance, "the object"
    )
    order = in_order("x_axis", axis, lambda i: f"point {i}")
    own = found.names if names is None else names
    own = range(len(X)) if own is None else own
    unit = check_unit(unit)
    remarks = [remark] if remark else []
    if unit is None and found.unit is not None:
        unit = unit_name(found.unit)
        if unit not in UNITS and not isinstance(obj, Spectra):
            remarks.append(remark_on_unit(unit))
    if y is None:
        y = found.y
    if groups is None:
        groups = found.groups
    sized = {"y": y, "groups": groups, "names": own}
    for what, values in sized.items():
        if values is not None and len(values) != len(X):
            raise ValueError(f"{what} has {len(values)} entries for {len(X)} spectra.")
    return Spectra(
        np.ascontiguousarray(X[:, order]),
        axis[order],
        unit,
        found.wavelength if wavelength is None else wavelength,
        np.array([str(name) for name in own]),
        None if y is None else _plain(y),
        found.classes,
        None if groups is None else _plain(groups),
        found.metadata,
        quantity,
        (*found.remarks, *remarks),
        found.skipped,
    )


def _plain(values):
    """Return labels as an array, and those that are text as an array of text."""
    values = np.asarray(values)
    is_text = values.dtype == object and all(isinstance(value, str) for value in values.flat)
    return values.astype(str) if is_text and values.size else values


def _take(obj, x_axis):
    """Return a `Spectra` of what an object holds, as it is."""
    if x_axis is not None:
        return Spectra(_values(obj), np.asarray(x_axis))
    for take in (_from_hyperspy, _from_frame, _from_series, _from_xarray, _from_nddataset):
        found = take(obj)
        if found is not None:
            return found
    if isinstance(obj, tuple) and len(obj) == 2 and np.ndim(obj[1]) == 1:
        first = np.asarray(obj[0])
        # A tuple (x, values) of two vectors is one spectrum, (X, x_axis) are many.
        if first.ndim == 1:
            return Spectra(np.asarray(obj[1])[None], first)
        return Spectra(first, np.asarray(obj[1]))
    if isinstance(obj, list | tuple) and obj and all(np.shape(pair)[:1] == (2,) for pair in obj):
        pairs = [(np.asarray(x, dtype=np.float64), np.asarray(values)) for x, values in obj]
        first = pairs[0][0]
        if any(not np.array_equal(first, x) for x, _ in pairs):
            raise ValueError(
                "the pairs have different axes; bring each onto one with resample first."
            )
        return Spectra(np.stack([values for _, values in pairs]), first)
    raise ValueError(
        f"no axis is found in an object of type {type(obj).__name__}; give x_axis, or a tuple "
        "(X, x_axis)."
    )


def _values(obj):
    return np.asarray(getattr(obj, "magnitude", obj))


def _numbers(labels):
    """Return labels of an axis as numbers, or raise with the first that is none."""
    values = [as_number(str(label)) for label in labels]
    if None in values:
        wrong = labels[values.index(None)]
        raise ValueError(
            f"{str(wrong)!r} is no point of an axis; drop such columns, and give labels and "
            "groups with y and groups."
        )
    return np.array(values)


def _from_frame(obj):
    if not (hasattr(obj, "columns") and hasattr(obj, "to_numpy") and np.ndim(obj) == 2):
        return None
    axis = _numbers(list(obj.columns))
    return Spectra(obj.to_numpy(), axis, names=getattr(obj, "index", None))


def _from_series(obj):
    if not (hasattr(obj, "index") and hasattr(obj, "to_numpy") and np.ndim(obj) == 1):
        return None
    name = getattr(obj, "name", None)
    names = None if name is None else [name]
    return Spectra(obj.to_numpy()[None], _numbers(list(obj.index)), names=names)


def _from_xarray(obj):
    if not (hasattr(obj, "coords") and hasattr(obj, "dims") and hasattr(obj, "values")):
        return None
    last = obj.dims[-1]
    if last not in obj.coords:
        raise ValueError(f"the last dimension {last!r} has no coordinate, so there is no axis.")
    axis = obj.coords[last]
    unit = getattr(axis, "attrs", {}).get("units")
    return Spectra(np.asarray(obj.values), np.asarray(axis.values), unit)


def _from_nddataset(obj):
    if not (hasattr(obj, "x") and hasattr(obj, "data") and hasattr(obj.x, "data")):
        return None
    unit = getattr(obj.x, "units", None)
    title = str(getattr(obj, "title", "") or "").lower()
    quantity = next((q for q in ("transmittance", "absorbance") if q in title), None)
    return Spectra(
        np.asarray(obj.data), np.asarray(obj.x.data), _unit_text(unit), quantity=quantity
    )


def _from_hyperspy(obj):
    manager = getattr(obj, "axes_manager", None)
    if manager is None or not hasattr(obj, "data"):
        return None
    axes = list(manager.signal_axes)
    if len(axes) != 1:
        raise ValueError(f"the signal has {len(axes)} signal axes; one is needed.")
    return Spectra(np.asarray(obj.data), np.asarray(axes[0].axis), _unit_text(axes[0].units))


def _unit_text(unit):
    """Return a unit as text; "1 / centimeter" and "cm⁻¹" of pint are "cm-1"."""
    text = "" if unit is None else str(unit).strip()
    known = {
        "1 / centimeter": "cm-1",
        "1/centimeter": "cm-1",
        "nanometer": "nm",
        "electron_volt": "eV",
        "part_per_million": "ppm",
        "degree": "deg",
    }
    return known.get(text, text) if text and text != "<undefined>" else None
