"""Splits into training and test spectra, the same for every model."""

import numbers
import warnings

import numpy as np
from sklearn.model_selection import LeaveOneGroupOut, StratifiedGroupKFold, StratifiedKFold

from skspectra._words import count

LEAVE_ONE_GROUP_OUT = "leave-one-group-out"
N_DRAWS = 100


def make_splits(y, groups=None, cv=5, n_repeats=1, random_state=0, *, X=None, classes=None):
    """Return the outer splits, after checking that the data allow them.

    Parameters
    ----------
    y : ndarray of shape (n_samples,) or (n_samples, n_labels)
        The labels, or a 0/1 matrix.
    groups : ndarray of shape (n_samples,), default=None
        Group of each spectrum; no group is split between training and test.
    cv : int, "leave-one-group-out", list of (train, test) or splitter, default=5
        Number of shuffled folds, stratified for single labels and with every label on both sides
        for a matrix; the splits themselves, as indices or masks; or an object of scikit-learn
        that makes them.
    n_repeats : int, default=1
        Number of times that the folds are drawn; used only with a number of folds.
    random_state : int, default=0
        Seed of the folds.
    X : ndarray of shape (n_samples, n_points), default=None
        The spectra, for a splitter.
    classes : ndarray of shape (n_classes,), default=None
        Names of the labels, for errors.

    Returns
    -------
    splits : list of (ndarray, ndarray)
        Training and test indices.

    Raises
    ------
    ValueError
        If there are fewer than two classes, if a class has too few spectra or if there are too
        few groups for the folds, or if a split trains on one class only, has no test spectra,
        shares spectra between training and test, occurs twice or divides a group.
    """
    classes = np.unique(y) if classes is None else classes
    if len(classes) < 2:
        raise ValueError(f"only one class, {str(classes[0])!r}: there is nothing to tell apart")
    if isinstance(cv, str):
        if cv != LEAVE_ONE_GROUP_OUT:
            raise ValueError(f"cv must be a number, {LEAVE_ONE_GROUP_OUT!r} or a list, got {cv!r}")
        if groups is None:
            raise ValueError(f"{LEAVE_ONE_GROUP_OUT} needs groups")
        _check_counts(y, groups, 3, 2, classes)
        splits = list(LeaveOneGroupOut().split(y, y, groups))
    elif isinstance(cv, numbers.Integral) and not isinstance(cv, bool):
        if cv < 2 or n_repeats < 1:
            raise ValueError(f"cv={cv}, n_repeats={n_repeats}: must be cv >= 2, n_repeats >= 1")
        n_needed = cv if y.ndim == 2 else 2
        if groups is not None:
            _check_counts(y, groups, max(cv, 3), n_needed, classes)
        else:
            _check_counts(y, None, cv, max(cv, 4), classes)
        splits = [
            split
            for repeat in range(n_repeats)
            for split in _folds(y, groups, int(cv), random_state + repeat)
        ]
    else:
        splits = _given_splits(cv, y, groups, X)
    check_splits(splits, y, groups, classes)
    return splits


def _given_splits(cv, y, groups, X):
    """Return the splits of a list or a splitter as arrays of indices."""
    if hasattr(cv, "split"):
        cv = cv.split(np.zeros(len(y)) if X is None else X, y, groups)
    try:
        pairs = [tuple(split) for split in cv]
    except TypeError:
        raise ValueError(
            f"cv must be a number, {LEAVE_ONE_GROUP_OUT!r}, a list of (train, test) or a splitter "
            f"of scikit-learn, got {cv!r}"
        ) from None
    if not pairs:
        raise ValueError("cv is an empty list of splits")
    splits, seen = [], {}
    for i, pair in enumerate(pairs, start=1):
        if len(pair) != 2:
            raise ValueError(
                f"split {i} of cv must be (train, test), but it has {len(pair)} parts"
            )
        splits.append(tuple(_as_rows(part, len(y), i) for part in pair))
        first = seen.setdefault(tuple(np.sort(part).tobytes() for part in splits[-1]), i)
        if first != i:
            raise ValueError(f"the splits {first} and {i} of cv are the same")
    return splits


def _as_rows(part, n_samples, i):
    rows = np.asarray(part)
    if rows.ndim != 1 or (len(rows) and rows.dtype.kind not in "iub"):
        raise ValueError(f"split {i} of cv must hold indices of rows or masks, got {part!r}")
    if rows.dtype.kind == "b":
        if len(rows) != n_samples:
            raise ValueError(
                f"split {i} of cv has a mask of {len(rows)} values for {n_samples} spectra"
            )
        return np.flatnonzero(rows)
    rows = rows.astype(int)
    outside = rows[(rows < 0) | (rows >= n_samples)]
    if len(outside):
        raise ValueError(
            f"split {i} of cv names row {outside[0]}, but rows go from 0 to {n_samples - 1}"
        )
    values, counts = np.unique(rows, return_counts=True)
    if (counts > 1).any():
        raise ValueError(f"split {i} of cv names row {values[counts > 1][0]} twice in one part")
    return rows


def check_disjoint(splits):
    """Raise a ValueError if two splits share a training or test spectrum."""
    owner = {}
    for i, split in enumerate(splits, start=1):
        for row in np.concatenate(split).tolist():
            if owner.setdefault(row, i) != i:
                raise ValueError(
                    f"independent=True, but row {row} is in the splits {owner[row]} and {i}; "
                    "splits that share spectra are not independent"
                )


def make_inner_splits(splits, y, groups=None, n_splits=3, random_state=0, *, classes=None):
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
    classes : ndarray of shape (n_classes,), default=None
        Names of the labels, for errors.

    Returns
    -------
    inner_splits : list of list of (ndarray, ndarray)
        Indices into the training part of each outer split.

    Raises
    ------
    ValueError
        If a fold would train on one class only, or would lack a label of a 0/1 matrix.
    """
    classes = np.unique(y) if classes is None else classes
    inner_splits = []
    for train, _ in splits:
        inner_y, inner_groups = y[train], None if groups is None else groups[train]
        if y.ndim == 2:
            n_units = count_labels(inner_y, inner_groups).min()
        elif groups is None:
            n_units = np.unique(inner_y, return_counts=True)[1].min()
        else:
            n_units = len(np.unique(inner_groups))
        try:
            folds = _folds(
                inner_y, inner_groups, int(max(2, min(n_splits, n_units))), random_state
            )
            check_splits(folds, inner_y, inner_groups, classes)
        except ValueError as error:
            raise ValueError(f"there are too few data to search parameters: {error}") from None
        inner_splits.append(folds)
    return inner_splits


def describe_splits(cv, n_repeats, n_splits, independent):
    """Return a short text that says how the splits were made."""
    if isinstance(cv, str):
        return cv
    if isinstance(cv, numbers.Integral):
        return f"{cv} folds x {count(n_repeats, 'repeats')}"
    if hasattr(cv, "split"):
        return f"{count(n_splits, 'splits')} of {type(cv).__name__}"
    return count(n_splits, "independent replicates" if independent else "given splits")


def _folds(y, groups, n_splits, random_state):
    if y.ndim == 2:
        return _label_folds(y, groups, n_splits, random_state)
    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    folds = kind(n_splits, shuffle=True, random_state=random_state)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        return list(folds.split(y, y, groups))


def _label_folds(y, groups, n_splits, random_state):
    """Return shuffled folds of a 0/1 matrix, drawn until every label is in every test part.

    Then every label is in every training part, too. Spectra, or groups of them, are dealt out as
    in K. Sechidis, G. Tsoumakas, I. Vlahavas, "On the Stratification of Multi-label Data", ECML
    PKDD 2011, 145, doi 10.1007/978-3-642-23808-6_10.
    """
    units = np.arange(len(y)) if groups is None else np.unique(groups, return_inverse=True)[1]
    present = np.zeros((units.max() + 1, y.shape[1]), dtype=int)
    np.maximum.at(present, units, y)
    rng = np.random.default_rng(random_state)
    for _ in range(N_DRAWS):
        fold = _deal(present, n_splits, rng)
        if (np.eye(n_splits)[fold].T @ present > 0).all():
            parts = fold[units]
            return [
                (np.flatnonzero(parts != i), np.flatnonzero(parts == i)) for i in range(n_splits)
            ]
    raise ValueError(
        f"{N_DRAWS} draws of {n_splits} folds had none with every label in training and test; the "
        f"rarest label is in "
        f"{count(present.sum(axis=0).min(), 'spectra' if groups is None else 'groups')}, so use "
        "fewer folds"
    )


def _deal(present, n_splits, rng):
    """Return a fold for each row of a 0/1 matrix, the rows of the rarest label first."""
    fold = np.full(len(present), -1)
    sizes, counts = np.zeros(n_splits), np.zeros((n_splits, present.shape[1]))
    nothing = np.zeros(n_splits)
    for label in [*np.argsort(present.sum(axis=0), kind="stable"), None]:
        rows = fold < 0 if label is None else (fold < 0) & (present[:, label] == 1)
        for row in rng.permutation(np.flatnonzero(rows)):
            have = nothing if label is None else counts[:, label]
            chosen = np.lexsort((rng.random(n_splits), sizes, have))[0]
            fold[row] = chosen
            sizes[chosen] += 1
            counts[chosen] += present[row]
    return fold


def count_labels(y, groups=None):
    """Return in how many spectra, or in how many groups, each column of a 0/1 matrix has a 1."""
    if groups is None:
        return y.sum(axis=0)
    return np.array([len(np.unique(groups[column == 1])) for column in y.T])


def _check_counts(y, groups, n_groups_needed, n_needed, classes):
    """Refuse too few groups, and classes or labels in too few spectra or groups."""
    n_groups = None if groups is None else len(np.unique(groups))
    if n_groups is not None and n_groups < n_groups_needed:
        raise ValueError(f"{count(n_groups, 'groups')}, but at least {n_groups_needed} are needed")
    if y.ndim == 2:
        counts = count_labels(y, groups)
    elif groups is None:
        counts = np.unique(y, return_counts=True)[1]
    else:
        counts = np.array([len(np.unique(groups[y == label])) for label in classes])
    rarest = int(counts.argmin())
    if counts[rarest] >= n_needed:
        return
    kind = "label" if y.ndim == 2 else "class"
    label = f"{kind} {str(classes[rarest])!r}"
    if groups is None:
        n = int(counts[rarest])
        # However few the folds, four spectra are needed.
        last = "leave it out, or use fewer folds" if n >= 4 else "or leave it out"
        raise ValueError(
            f"{label} has {count(n, 'spectra')}, but {n_groups_needed} folds "
            f"need at least {n_needed}: measure more of it, merge it with another {kind}, {last}"
        )
    if y.ndim == 2 and n_needed > 2:
        raise ValueError(
            f"{label} occurs in {count(counts[rarest], 'groups')}, but {n_needed} folds need it "
            f"in at least {n_needed}"
        )
    has_it = y[:, rarest] == 1 if y.ndim == 2 else y == classes[rarest]
    raise ValueError(
        f"{label} occurs in one group only ({str(groups[has_it][0])!r}), so no split can both "
        "train and test on it"
    )


def check_splits(splits, y, groups, classes):
    """Raise a ValueError if a split cannot be used, with its number."""
    for i, (train, test) in enumerate(splits, start=1):
        where = f"split {i} of {len(splits)}"
        if len(test) == 0:
            raise ValueError(f"{where} has nothing to test on")
        both = np.intersect1d(train, test)
        if len(both):
            raise ValueError(f"row {both[0]} is in training and test of {where}")
        if y.ndim == 2:
            constant = y[train].min(axis=0) == y[train].max(axis=0) if len(train) else [True]
            if np.any(constant):
                label = str(classes[int(np.argmax(constant))])
                raise ValueError(
                    f"{where} would train on spectra that all have, or all lack, the label "
                    f"{label!r}"
                )
        elif len(np.unique(y[train])) < 2:
            raise ValueError(f"{where} would train on fewer than two classes")
        shared = [] if groups is None else np.intersect1d(groups[train], groups[test])
        if len(shared):
            raise ValueError(f"group {str(shared[0])!r} is in training and test of {where}")
