"""Splits into training and test spectra, the same for every model."""

import warnings

import numpy as np
from sklearn.model_selection import LeaveOneGroupOut, StratifiedGroupKFold, StratifiedKFold

LEAVE_ONE_GROUP_OUT = "leave-one-group-out"


def make_splits(y, groups=None, cv=5, n_repeats=1, random_state=0):
    """Return the outer splits, after checking that the data allow them.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        The labels.
    groups : ndarray of shape (n_samples,), default=None
        Group of each spectrum; no group is split between training and test.
    cv : int, "leave-one-group-out" or list of (train, test) index arrays, default=5
        Number of stratified, shuffled folds, or the splits themselves.
    n_repeats : int, default=1
        Number of times that the folds are drawn; used only with a number of folds.
    random_state : int, default=0
        Seed of the folds.

    Returns
    -------
    splits : list of (ndarray, ndarray)
        Training and test indices.

    Raises
    ------
    ValueError
        If there are fewer than two classes, if a class has too few spectra or if there are too
        few groups for the folds, or if a split trains on one class only, has no test spectra or
        divides a group.
    """
    classes, counts = np.unique(y, return_counts=True)
    if len(classes) < 2:
        raise ValueError(f"only one class, {str(classes[0])!r}: there is nothing to tell apart")
    if isinstance(cv, str):
        if cv != LEAVE_ONE_GROUP_OUT:
            raise ValueError(f"cv must be a number, {LEAVE_ONE_GROUP_OUT!r} or a list, got {cv!r}")
        if groups is None:
            raise ValueError(f"{LEAVE_ONE_GROUP_OUT} needs groups")
        _check_groups(y, groups, 3)
        splits = list(LeaveOneGroupOut().split(y, y, groups))
    elif isinstance(cv, (int, np.integer)):
        if cv < 2 or n_repeats < 1:
            raise ValueError(f"cv={cv}, n_repeats={n_repeats}: must be cv >= 2, n_repeats >= 1")
        if groups is not None:
            _check_groups(y, groups, max(cv, 3))
        elif counts.min() < max(cv, 4):
            raise ValueError(
                f"class {str(classes[counts.argmin()])!r} has {counts.min()} spectra, but "
                f"{cv} folds need at least {max(cv, 4)}"
            )
        splits = [
            split
            for repeat in range(n_repeats)
            for split in _folds(y, groups, int(cv), random_state + repeat)
        ]
    else:
        splits = [(np.asarray(train), np.asarray(test)) for train, test in cv]
        if not splits:
            raise ValueError("cv is an empty list of splits")
    _check_splits(splits, y, groups)
    return splits


def make_inner_splits(splits, y, groups=None, n_splits=3, random_state=0):
    """Return the inner splits of each outer split, for the search of parameters.

    Parameters
    ----------
    splits : list of (ndarray, ndarray)
        The outer splits.
    y : ndarray of shape (n_samples,)
        The labels.
    groups : ndarray of shape (n_samples,), default=None
        Group of each spectrum; no group is divided between inner training and test.
    n_splits : int, default=3
        Number of folds. It is reduced, but not below 2, if the rarest class or the groups allow
        no more.
    random_state : int, default=0
        Seed of the folds.

    Returns
    -------
    inner_splits : list of list of (ndarray, ndarray)
        Indices into the training part of each outer split.

    Raises
    ------
    ValueError
        If a fold would train on one class only.
    """
    inner_splits = []
    for train, _ in splits:
        inner_y, inner_groups = y[train], None if groups is None else groups[train]
        if groups is None:
            n_units = np.unique(inner_y, return_counts=True)[1].min()
        else:
            n_units = len(np.unique(inner_groups))
        folds = _folds(inner_y, inner_groups, int(max(2, min(n_splits, n_units))), random_state)
        try:
            _check_splits(folds, inner_y, inner_groups)
        except ValueError as error:
            raise ValueError(f"there are too few data to search parameters: {error}") from None
        inner_splits.append(folds)
    return inner_splits


def describe_splits(cv, n_repeats, n_splits, independent):
    """Return a short text that says how the splits were made."""
    if isinstance(cv, str):
        return cv
    if isinstance(cv, (int, np.integer)):
        return f"{cv} folds x {n_repeats} repeats"
    return f"{n_splits} {'independent replicates' if independent else 'given splits'}"


def _folds(y, groups, n_splits, random_state):
    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    folds = kind(n_splits, shuffle=True, random_state=random_state)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        return list(folds.split(y, y, groups))


def _check_groups(y, groups, n_needed):
    n_groups = len(np.unique(groups))
    if n_groups < n_needed:
        raise ValueError(f"{n_groups} groups, but at least {n_needed} are needed")
    for label in np.unique(y):
        names = np.unique(groups[y == label])
        if len(names) < 2:
            raise ValueError(
                f"class {str(label)!r} occurs in one group only ({str(names[0])!r}), so no split "
                "can both train and test on it"
            )


def _check_splits(splits, y, groups):
    for i, (train, test) in enumerate(splits, start=1):
        if len(test) == 0:
            raise ValueError(f"split {i} of {len(splits)} has nothing to test on")
        if len(np.unique(y[train])) < 2:
            raise ValueError(f"split {i} of {len(splits)} would train on fewer than two classes")
        shared = [] if groups is None else np.intersect1d(groups[train], groups[test])
        if len(shared):
            raise ValueError(
                f"group {str(shared[0])!r} is in training and test of split {i} of {len(splits)}"
            )
