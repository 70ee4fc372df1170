"""Labels: what is accepted as one, and the numbers that stand for them in stored predictions."""

import numbers

import numpy as np
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from skspectra._validation import as_indicator

OTHER = "other"


def check_labels(y, name="y"):
    """Check labels and return them with their classes.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_labels)
        Labels of one kind (strings, numbers or booleans), or a 0/1 matrix with one column per
        label.
    name : str, default="y"
        What the argument is called in errors.

    Returns
    -------
    y : ndarray of shape (n_samples,) or (n_samples, n_labels)
        The labels, or the matrix.
    classes : ndarray of shape (n_classes,)
        The sorted labels, or the names of the columns (their numbers where they have none).

    Raises
    ------
    ValueError
        If labels are missing or of several kinds, if a matrix does not hold 0 and 1 only, or if
        a column of it is the same for every spectrum.
    """
    columns = getattr(y, "columns", None)
    if hasattr(y, "toarray") or (np.ndim(y) == 2 and np.shape(y)[1] > 1):
        y = as_indicator(y, name).astype(int)
        classes = np.arange(y.shape[1]) if columns is None else np.asarray(columns).astype(str)
        constant = y.min(axis=0) == y.max(axis=0)
        if constant.any():
            where = "every spectrum" if y[0, constant.argmax()] else "no spectrum"
            raise ValueError(
                f"label {str(classes[constant.argmax()])!r} of {name} is in {where}, so there is "
                "nothing to tell apart; drop its column"
            )
        return y, classes
    y = check_column(y, name)
    check_classification_targets(y)
    return y, np.unique(y)


def check_column(values, name):
    """Return labels or groups of one kind as an array that sorts, or raise a ValueError."""
    array = np.asarray(values)
    # A list of several kinds would become an array of strings.
    if not isinstance(values, np.ndarray) or array.dtype.kind == "T":
        array = np.asarray(values, dtype=object)
    if array.dtype != object:
        column = column_or_1d(array)
        if column.dtype.kind == "f" and not np.isfinite(column).all():
            raise ValueError(
                f"{name} is missing or infinite in row {_first(~np.isfinite(column))}"
            )
        return column
    column = column_or_1d(array)
    kinds = np.array([_kind(value) for value in column.tolist()])
    odd = kinds == ""
    if odd.any():
        raise ValueError(
            f"{name} must hold strings or numbers, but row {_first(odd)} holds "
            f"{column[_first(odd)]!r}"
        )
    if len(set(kinds.tolist())) > 1:
        other = _first(kinds != kinds[0])
        raise ValueError(
            f"{name} must hold labels of one kind, but row 0 holds {column[0]!r} (a {kinds[0]}) "
            f"and row {other} {column[other]!r} (a {kinds[other]})"
        )
    return np.array(column.tolist())


def _kind(value):
    if isinstance(value, str):
        return "string"
    if isinstance(value, (bool, np.bool_)):
        return "boolean"
    return "number" if isinstance(value, numbers.Real) and np.isfinite(value) else ""


def _first(condition):
    return int(np.argmax(condition))


def encode(predicted, classes, others):
    """Return numbers for predicted labels.

    Parameters
    ----------
    predicted : ndarray
        Predicted labels, of any shape.
    classes : ndarray of shape (n_classes,)
        The labels that have the numbers from 0.
    others : list
        Further labels seen so far, which have the numbers from ``n_classes``. Labels that a model
        predicts without having been trained on them are appended to it.

    Returns
    -------
    codes : ndarray of int
        The numbers, in the shape of `predicted`.
    """
    numbers_ = {label: i for i, label in enumerate([*classes.tolist(), *others])}
    codes = []
    for label in predicted.ravel().tolist():
        if label not in numbers_:
            numbers_[label] = len(numbers_)
            others.append(label if isinstance(label, (str, int, float)) else str(label))
        codes.append(numbers_[label])
    return np.array(codes, dtype=np.int32).reshape(predicted.shape)


def decode(codes, classes, others):
    """Return the labels that numbers of :func:`encode` stand for."""
    if not others:
        return classes[codes]
    labels = [*classes.tolist(), *others]
    same = len({_kind(label) for label in labels}) == 1
    return np.array(labels, dtype=None if same else object)[codes]
