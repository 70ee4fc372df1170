"""The plan of a comparison: everything is checked here, before the first fit."""

from itertools import combinations
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import ParameterGrid
from sklearn.utils import check_array, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from skspectra.comparison._splits import describe_splits, make_inner_splits, make_splits
from skspectra.comparison._verdict import LEVEL


class Plan(NamedTuple):
    """Checked data, models and splits: what the jobs and the analysis need.

    ``splits`` are the (training, test) rows of X, ``inner_splits`` the inner ones of each split,
    as rows of its training part (None where nothing is searched). ``holdout`` is None or further
    test spectra and their labels. ``independent`` says that no two splits share a spectrum.
    """

    X: np.ndarray
    y: np.ndarray
    groups: np.ndarray | None
    classes: np.ndarray
    models: dict
    grids: dict
    n_candidates: dict
    splits: list
    inner_splits: list
    independent: bool
    holdout: tuple | None
    shifts: list
    max_shift: int
    pairs: list
    margin: float
    random_state: int
    settings: dict
    names: np.ndarray | None
    x_axis: np.ndarray | None
    unit: str | None


def make_plan(
    X,
    y,
    models,
    *,
    groups=None,
    cv=5,
    n_repeats=2,
    independent=False,
    search_cv=3,
    holdout=None,
    max_shift=None,
    pairs="all",
    margin=0.02,
    random_state=0,
    names=None,
    x_axis=None,
    unit=None,
):
    """Check the arguments of :func:`compare` and return the plan that they stand for."""
    X = check_array(X, dtype=[np.float64, np.float32])
    y = column_or_1d(y)
    check_classification_targets(y)
    check_consistent_length(X, y, groups, names)
    groups = None if groups is None else column_or_1d(groups)
    holdout = None if holdout is None else _check_holdout(holdout, X)
    if independent and (groups is not None or isinstance(cv, (int, str))):
        raise ValueError("independent=True needs a list of splits as cv, and no groups")
    models, grids, n_candidates = _check_models(models)
    pairs = check_pairs(pairs, models)
    if max_shift is None:
        max_shift = max(1, round(X.shape[1] / 200))
    splits = make_splits(y, groups, cv, n_repeats, random_state)
    inner_splits = [None] * len(splits)
    if any(grids.values()):
        inner_splits = make_inner_splits(splits, y, groups, search_cv, random_state)
    return Plan(
        X=X,
        y=y,
        groups=groups,
        classes=np.unique(y),
        models=models,
        grids=grids,
        n_candidates=n_candidates,
        splits=splits,
        inner_splits=inner_splits,
        independent=independent,
        holdout=holdout,
        shifts=sorted({0, round(max_shift / 2), max_shift, 2 * max_shift}),
        max_shift=max_shift,
        pairs=pairs,
        margin=margin,
        random_state=random_state,
        settings={
            "splits": describe_splits(cv, n_repeats, len(splits), independent),
            "groups": "none" if groups is None else "kept together",
            "seed": random_state,
            "margin": margin,
            "level": LEVEL,
        },
        names=None if names is None else np.asarray(names),
        x_axis=None if x_axis is None else np.asarray(x_axis),
        unit=unit,
    )


def _check_holdout(holdout, X):
    X_holdout, y_holdout = holdout
    X_holdout = check_array(X_holdout, dtype=[np.float64, np.float32])
    check_consistent_length(X_holdout, y_holdout)
    if X_holdout.shape[1] != X.shape[1]:
        raise ValueError(f"holdout has {X_holdout.shape[1]} points, but X has {X.shape[1]}")
    return X_holdout, column_or_1d(y_holdout)


def _check_models(models):
    """Check the budgets and return estimators, grids and numbers of candidates by name."""
    estimators, grids, n_candidates = {}, {}, {}
    for name, model in models.items():
        searched = isinstance(model, tuple)
        estimators[name], grids[name] = model if searched else (model, None)
        n_candidates[name] = len(ParameterGrid(grids[name])) if grids[name] else 1
    budgets = {
        name: n
        for name, n in n_candidates.items()
        if grids[name] or not isinstance(models[name], tuple)
    }
    if len(set(budgets.values())) > 1:
        listed = ", ".join(f"{name}: {n}" for name, n in budgets.items())
        raise ValueError(f"models must have equal search budgets, got candidates {listed}")
    return estimators, grids, n_candidates


def check_pairs(pairs, models):
    """Return the pairs as a list of tuples of two names of models."""
    if isinstance(pairs, str):
        if pairs != "all":
            raise ValueError(f"pairs must be 'all' or a list of pairs of names, got {pairs!r}")
        return list(combinations(models, 2))
    pairs = [tuple(pair) for pair in pairs]
    for pair in pairs:
        if len(set(pair)) != 2 or not set(pair) <= set(models):
            raise ValueError(f"pairs must be two different names of models, got {pair}")
    return pairs
