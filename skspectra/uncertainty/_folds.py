"""Folds in which every spectrum calibrates once, and the rows of what belongs to spectra."""

import warnings
from numbers import Integral

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    check_cv,
)
from sklearn.utils import _safe_indexing


def make_folds(cv, X, y, groups, seed):
    """Return the number of the fold in which each spectrum is left out.

    Parameters
    ----------
    cv : int, splitter, list of (train, test) index arrays or None
        A number is that of stratified, shuffled folds (not stratified for multilabel spectra).
        None is 5.
    X : ndarray of shape (n_samples, n_points)
        Spectra.
    y : ndarray of shape (n_samples,) or (n_samples, n_labels)
        Labels.
    groups : ndarray of shape (n_samples,) or None
        Group of each spectrum; no group may be in two folds.
    seed : int
        Shuffles the folds where `cv` is a number.

    Returns
    -------
    fold : ndarray of shape (n_samples,), dtype int
        From 0 to the number of folds minus one.

    Raises
    ------
    ValueError
        If there are fewer spectra or groups than folds, if a spectrum is not left out exactly
        once, or if a group is divided.
    """
    cv = 5 if cv is None else cv
    if isinstance(cv, Integral):
        _check_enough(cv, y, groups)
        if groups is None:
            kind = StratifiedKFold if y.ndim == 1 else KFold
        else:
            kind = StratifiedGroupKFold if y.ndim == 1 else GroupKFold
        splitter = kind(cv, shuffle=True, random_state=seed)
    else:
        splitter = check_cv(cv, y, classifier=True)
    with warnings.catch_warnings():
        # A class with fewer spectra than folds calibrates in some of them.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        tests = [test for _, test in splitter.split(X, y, groups)]
    fold, times = np.zeros(len(X), dtype=int), np.zeros(len(X), dtype=int)
    tests = [test for test in tests if len(test)]
    for number, test in enumerate(tests):
        fold[test] = number
        times[test] += 1
    if (times != 1).any():
        row = int(np.flatnonzero(times != 1)[0])
        raise ValueError(
            f"cv={cv!r} leaves spectrum {row} out {times[row]} times, but each spectrum must be "
            "in exactly one test fold."
        )
    if groups is not None:
        for name in np.unique(groups):
            if len(np.unique(fold[groups == name])) > 1:
                raise ValueError(f"cv={cv!r} divides group {name!s} between folds.")
    return fold


def _check_enough(cv, y, groups):
    n_units, what = len(y), "spectra"
    if groups is not None:
        n_units, what = len(np.unique(groups)), "groups"
    elif y.ndim == 1:
        n_units, what = np.unique(y, return_counts=True)[1].max(), "spectra in the largest class"
    if n_units < cv:
        raise ValueError(
            f"cv={cv} folds need at least as many, but there are {n_units} {what} "
            f"(n_samples={len(y)}); lower cv."
        )


def is_frame(X):
    """Return whether `X` is a data frame, whose column names an estimator should see."""
    return hasattr(X, "columns")


def rows_of(X, rows):
    """Return rows of an array or of a data frame."""
    return _safe_indexing(X, rows)


def rows_of_params(params, rows, n_samples):
    """Return arguments of ``fit`` for some of the spectra.

    What has one value per spectrum is cut, except for a validation set (``X_val``, ``y_val``).
    """
    return {
        name: rows_of(values, rows)
        if np.ndim(values) and len(values) == n_samples and not name.endswith("_val")
        else values
        for name, values in params.items()
    }
