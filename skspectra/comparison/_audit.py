"""What about the data could mislead a comparison: plain findings, no model is fitted."""

from typing import NamedTuple

import numpy as np

from skspectra._words import count
from skspectra.comparison._verdict import MIN_INDEPENDENT
from skspectra.comparison._wording import listed


class Finding(NamedTuple):
    """Something in the data that a person should know.

    Parameters
    ----------
    code : str
        Short name: "duplicates across labels", "duplicates across groups", "duplicates",
        "constant spectra", "one group", "rare class" or "label order".
    title : str
        What was found, as a sentence.
    action : str
        What to do about it, as a sentence.
    rows : tuple of int, default=()
        Rows of X that it concerns; empty if it concerns whole classes.
    """

    code: str
    title: str
    action: str
    rows: tuple = ()


def audit(X, y, groups=None, names=None):
    """Look for what could mislead a comparison of models.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_points)
        The spectra.
    y : ndarray of shape (n_samples,) or (n_samples, n_labels)
        The labels, or a 0/1 matrix.
    groups : ndarray of shape (n_samples,), default=None
        Group of each spectrum.
    names : ndarray of shape (n_samples,), default=None
        Name of each spectrum; without it rows are named by their number, from 0.

    Returns
    -------
    findings : list of Finding
        What was found, the worst first; empty if nothing was.

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.comparison._audit import audit
    >>> X = np.random.default_rng(0).normal(size=(12, 30))
    >>> X[7] = X[3]
    >>> y = np.array(["a", "b"] * 6)
    >>> audit(X, y)[0].title
    '2 spectra are exact copies of others: rows 3 and 7.'
    """
    return [
        *_duplicates(X, y, groups, names),
        *_constant(X, names),
        *(_classes(y, groups) if y.ndim == 1 else []),
    ]


def find_duplicates(X):
    """Return sets of rows that are exactly equal.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_points)
        The spectra.

    Returns
    -------
    sets : list of ndarray
        The rows of each set of two or more equal spectra. Constant spectra are left out.
    """
    hashes = np.array([hash(row.tobytes()) for row in X])
    order = np.argsort(hashes, kind="stable")
    parts = np.split(order, 1 + np.flatnonzero(np.diff(hashes[order])))
    sets = [
        part
        for part in parts
        if len(part) > 1 and np.ptp(X[part[0]]) > 0 and (X[part] == X[part[0]]).all()
    ]
    return sorted(sets, key=lambda part: part[0])


def _duplicates(X, y, groups, names):
    plain, across_labels, across_groups = [], [], []
    for part in find_duplicates(X):
        if len(np.unique(y[part], axis=0)) > 1:
            across_labels.extend(part.tolist())
        elif groups is not None and len(np.unique(groups[part])) > 1:
            across_groups.extend(part.tolist())
        else:
            plain.extend(part.tolist())
    if across_labels:
        yield Finding(
            "duplicates across labels",
            f"{len(across_labels)} spectra are exact copies of others with another label: "
            f"{name_rows(across_labels, names)}.",
            "One of the labels is wrong: correct it, or remove the copies.",
            tuple(across_labels),
        )
    if across_groups:
        yield Finding(
            "duplicates across groups",
            f"{len(across_groups)} spectra are exact copies of others in another group: "
            f"{name_rows(across_groups, names)}.",
            "They can be in training and test at once, which makes every score too high: remove "
            "them or give them the same group.",
            tuple(across_groups),
        )
    if plain:
        yield Finding(
            "duplicates",
            f"{len(plain)} spectra are exact copies of others: {name_rows(plain, names)}.",
            "Without groups a copy can be in training and test at once, which makes every score "
            "too high: remove the copies."
            if groups is None
            else "They are in the same group, so they do no harm, but they are no further data.",
            tuple(plain),
        )


def _constant(X, names):
    rows = np.flatnonzero(np.ptp(X, axis=1) == 0).tolist()
    if rows:
        is_zero = not X[rows].any()
        yield Finding(
            "constant spectra",
            f"{_spectra(rows)} {'zero' if is_zero else 'constant'} everywhere: "
            f"{name_rows(rows, names)}.",
            "They hold no information: remove them, and look for why they are empty.",
            tuple(rows),
        )


def _classes(y, groups):
    classes, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    if groups is not None:
        group_codes = np.unique(groups, return_inverse=True)[1]
        cells = np.unique(np.stack([codes, group_codes]), axis=1)
        counts = np.bincount(cells[0], minlength=len(classes))
        alone = [f"{str(label)!r}" for label in classes[counts == 1]]
        if alone:
            yield Finding(
                "one group",
                f"{_plural('class', alone)} {listed(alone)} {'is' if len(alone) == 1 else 'are'} "
                "in one group only.",
                "What is measured may be the group (its instrument or sample) and not the class: "
                "measure the class in further groups, or leave it out.",
            )
    rare = [
        f"{str(label)!r} ({n})"
        for label, n in zip(classes, counts, strict=True)
        if n < MIN_INDEPENDENT
    ]
    if rare:
        unit = "spectra" if groups is None else "groups"
        yield Finding(
            "rare class",
            f"{_plural('class', rare)} {listed(rare)} {'has' if len(rare) == 1 else 'have'} fewer "
            f"than {MIN_INDEPENDENT} {unit}.",
            f"No interval and no verdict can be given with {'it' if len(rare) == 1 else 'them'}: "
            f"add {unit}, or leave {'it' if len(rare) == 1 else 'them'} out.",
        )
    n_changes = np.count_nonzero(np.diff(codes))
    if n_changes == len(classes) - 1 and len(y) >= 4 * len(classes):
        yield Finding(
            "label order",
            "The spectra are sorted by label.",
            "If they were also measured in this order, a drift of the instrument looks like a "
            "difference between classes: measure the classes in mixed order to be sure.",
        )


def name_rows(rows, names=None, most=8):
    """Return rows in words, by their names where they have one.

    Parameters
    ----------
    rows : sequence of int
        The rows.
    names : ndarray of shape (n_samples,), default=None
        Names of all rows.
    most : int, default=8
        How many are listed; the rest is counted.

    Returns
    -------
    text : str
        For instance "rows 3 and 7", or "a.spc, b.spc and 12 more".
    """
    words = [str(row) if names is None else str(names[row]) for row in rows]
    prefix = "" if names is not None else "row " if len(words) == 1 else "rows "
    return prefix + listed(words, most)


def _spectra(rows):
    return f"{count(len(rows), 'spectra')} {'is' if len(rows) == 1 else 'are'}"


def _plural(word, items):
    return word if len(items) == 1 else f"{word}es"
