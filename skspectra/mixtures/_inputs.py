"""Checks of what is given to fit."""

from numbers import Real

import numpy as np
from sklearn.utils import check_array, column_or_1d
from sklearn.utils.multiclass import type_of_target

from skspectra._grid import check_axis
from skspectra._validation import as_indicator
from skspectra.preprocessing._max_pool import column_axis


def as_matrix(y, names):
    """Return a 0/1 matrix for labels, its classes, and whether it was one already.

    Parameters
    ----------
    y : ndarray of shape (n_samples,) or (n_samples, n_classes)
        Labels or a 0/1 matrix.
    names : Index or None
        Column names of `y`, if it was a frame.

    Returns
    -------
    Y : ndarray of shape (n_samples, n_classes)
        The matrix.
    classes : ndarray of shape (n_classes,)
        The labels, or numbers of the columns.
    class_names : ndarray of str of shape (n_classes,)
        Their names.
    is_matrix : bool
        Whether `y` was a 0/1 matrix.
    """
    if y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    if y.ndim == 2:
        Y = as_indicator(y, "y")
        classes = np.arange(Y.shape[1])
        given = classes if names is None else names
    else:
        if type_of_target(y) not in ("binary", "multiclass"):
            raise ValueError(f"Unknown label type: {type_of_target(y)}.")
        classes = np.unique(y)
        Y = (y[:, None] == classes).astype(int)
        given = classes
    return Y, classes, np.array([str(name) for name in given]), y.ndim == 2


def find_axis(x_axis, X, n_points, shift):
    """Return the axis that was given, or else that of the columns, or numbers of the points."""
    name, given = "x_axis", x_axis
    if x_axis is None:
        name, given = "the axis of the columns", column_axis(X)
    if given is None and shift != "none":
        raise ValueError(
            f"shift={shift!r} needs an axis; give x_axis, or a frame whose column names are "
            "numbers."
        )
    # Where nothing moves, names that do not ascend are as good as any: nobody offered an axis.
    if given is None or (x_axis is None and shift == "none" and (np.diff(given) <= 0).any()):
        return np.arange(float(n_points))
    axis = check_axis(given, n_points, name=name)
    if shift == "strain" and not 0 <= axis[0] < axis[-1] < 180:
        raise ValueError(
            f"{name} reaches from {axis[0]:g} to {axis[-1]:g}; angles 2theta must be at least "
            "0 and below 180 degrees."
        )
    return axis


def check_ignored(ignore, n_points):
    """Return spectra of what is no substance, one per row."""
    if ignore is None:
        return np.zeros((0, n_points))
    ignored = check_array(ignore, dtype=np.float64, input_name="ignore")
    if ignored.shape[1] != n_points:
        raise ValueError(
            f"ignore has {ignored.shape[1]} points per row and X {n_points}; they must agree."
        )
    return ignored


def check_amounts(amounts, Y, is_matrix):
    """Return amounts as a matrix like `Y`."""
    amounts = check_array(amounts, dtype=np.float64, input_name="amounts", ensure_2d=False)
    if amounts.ndim == 1 and not is_matrix:
        amounts = amounts[:, None] * Y
    if amounts.shape != Y.shape or (amounts < 0).any():
        raise ValueError(
            f"amounts has shape {amounts.shape}; it must be {Y.shape}, one column per class, "
            "and hold no negative number."
        )
    against = np.argwhere((amounts == 0) & (Y == 1))
    if len(against):
        row, column = against[0]
        raise ValueError(
            f"amounts[{row}, {column}] is 0, but y says that row {row} holds this class; they "
            "must agree."
        )
    return amounts


def check_standard(given, classes, class_names, weighed):
    """Return the number of the internal standard and its weight fraction, or None.

    Raises
    ------
    ValueError
        If it is no class, if its fraction is not between 0 and 1, or if its amount is not known.
    """
    if given is None:
        return None
    if len(given) != 2 or not isinstance(given[1], Real) or not 0 < given[1] < 1:
        raise ValueError(
            f"internal_standard={given!r} must be a class and its weight fraction, a number "
            "between 0 and 1."
        )
    places = [
        place
        for place, (label, text) in enumerate(zip(classes, class_names, strict=True))
        if label == given[0] or text == str(given[0])
    ]
    if not places:
        known = ", ".join(map(str, class_names[:5])) + (", ..." if len(class_names) > 5 else "")
        raise ValueError(
            f"internal_standard={given!r}: there is no class {given[0]!r}; they are {known}."
        )
    if not weighed[places[0]]:
        raise ValueError(
            f"internal_standard={given!r}: amounts of {given[0]!r} are not known. Give its "
            "structure instead of a reference card, or amounts of measured spectra to fit."
        )
    return places[0], given[1]
