"""The plan of a comparison: everything is checked here, before the first fit."""

import numbers
from collections.abc import Mapping
from itertools import combinations
from typing import NamedTuple

import numpy as np
from sklearn.base import clone, is_regressor
from sklearn.model_selection import ParameterGrid
from sklearn.utils import check_array, check_consistent_length, column_or_1d

from skspectra import _grid
from skspectra._validation import as_indicator
from skspectra.comparison._labels import check_column, check_labels
from skspectra.comparison._run import with_parameters
from skspectra.comparison._splits import (
    check_disjoint,
    describe_splits,
    make_inner_splits,
    make_splits,
)
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
    search_cv: int
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
    y, classes = check_labels(y)
    groups = None if groups is None else check_column(groups, "groups")
    check_consistent_length(X, y, groups, names)
    names = None if names is None else np.asarray(column_or_1d(names)).astype(str)
    x_axis = None if x_axis is None else _grid.check_axis(x_axis, X.shape[1])
    holdout = None if holdout is None else _check_holdout(holdout, X, y)
    models, grids, n_candidates = _check_models(models)
    pairs, margin = check_pairs(pairs, models), check_margin(margin)
    n_repeats = _check_integer(n_repeats, "n_repeats", 1)
    search_cv = _check_integer(search_cv, "search_cv", 2)
    if max_shift is None:
        max_shift = max(1, round(X.shape[1] / 200))
    max_shift = _check_integer(max_shift, "max_shift", 0)
    seed = _check_seed(random_state, n_repeats)
    splits = make_splits(y, groups, cv, n_repeats, seed, X=X, classes=classes)
    if independent:
        if groups is not None or isinstance(cv, (numbers.Integral, str)):
            raise ValueError("independent=True needs a list of splits as cv, and no groups")
        check_disjoint(splits)
    inner_splits = [None] * len(splits)
    if any(grids.values()):
        inner_splits = make_inner_splits(splits, y, groups, search_cv, seed, classes=classes)
    return Plan(
        X=X,
        y=y,
        groups=groups,
        classes=classes,
        models=models,
        grids=grids,
        n_candidates=n_candidates,
        splits=splits,
        inner_splits=inner_splits,
        search_cv=search_cv,
        independent=bool(independent),
        holdout=holdout,
        shifts=sorted({0, round(max_shift / 2), max_shift, 2 * max_shift}),
        max_shift=max_shift,
        pairs=pairs,
        margin=margin,
        random_state=seed,
        settings={
            "splits": describe_splits(cv, n_repeats, len(splits), independent),
            "groups": "none" if groups is None else "kept together",
            "seed": seed,
            "margin": margin,
            "level": LEVEL,
        },
        names=names,
        x_axis=x_axis,
        unit=unit,
    )


def _check_integer(value, name, least):
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        raise ValueError(f"{name} must be a whole number >= {least}, got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be >= {least}, got {value}")
    return int(value)


def _check_seed(random_state, n_repeats):
    """Return the seed as a whole number, also where it is drawn here."""
    if random_state is None:
        random_state = np.random.default_rng().integers(2**31)
    elif isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(2**31 - 1)
    elif isinstance(random_state, np.random.Generator):
        random_state = random_state.integers(2**31)
    seed = _check_integer(random_state, "random_state", 0)
    if seed > (highest := 2**32 - 1 - n_repeats):
        raise ValueError(f"random_state must be at most {highest}, got {seed}")
    return seed


def _check_holdout(holdout, X, y):
    if not isinstance(holdout, (tuple, list)) or len(holdout) != 2:
        shape = getattr(holdout, "shape", None)
        got = f"an array of shape {shape}" if shape else f"a {type(holdout).__name__}"
        raise ValueError(f"holdout must be None or (X, y), two arrays, got {got}")
    X_holdout, y_holdout = holdout
    X_holdout = check_array(X_holdout, dtype=[np.float64, np.float32])
    if y.ndim == 2:
        y_holdout = as_indicator(y_holdout, "y of the holdout")
    else:
        y_holdout = check_column(y_holdout, "y of the holdout")
    check_consistent_length(X_holdout, y_holdout)
    if X_holdout.shape[1] != X.shape[1]:
        raise ValueError(f"holdout has {X_holdout.shape[1]} points, but X has {X.shape[1]}")
    if y_holdout.shape[1:] != y.shape[1:]:
        raise ValueError(f"holdout has labels of shape {y_holdout.shape}, but y has {y.shape}")
    return X_holdout, y_holdout


def _check_models(models):
    """Check the budgets and return estimators, grids and numbers of candidates by name."""
    if not isinstance(models, Mapping) or not models:
        raise ValueError(f"models must be a dictionary of at least one model, got {models!r}")
    estimators, grids, n_candidates = {}, {}, {}
    for name, model in models.items():
        if not isinstance(name, str):
            raise ValueError(f"names of models must be strings, got {name!r}")
        searched = isinstance(model, tuple)
        if searched and len(model) != 2:
            raise ValueError(f"{name}: a tuple must be (estimator, grid), got {model!r}")
        estimators[name], grids[name] = model if searched else (model, None)
        _check_estimator(name, estimators[name], grids[name])
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


def _check_estimator(name, estimator, grid):
    """Refuse what is no classifier, and a grid with a parameter that the classifier lacks."""
    if isinstance(estimator, type) or not (
        hasattr(estimator, "fit") and hasattr(estimator, "predict")
    ):
        raise ValueError(f"{name}: needs an estimator with fit and predict, got {estimator!r}")
    if is_regressor(estimator):
        raise ValueError(f"{name}: {type(estimator).__name__} is a regressor, not a classifier")
    try:
        clone(estimator)
        for parameters in ParameterGrid(grid) if grid else []:
            with_parameters(estimator, parameters)
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"{name}: {error}") from error


def check_pairs(pairs, models):
    """Return the pairs as a list of tuples of two names of models."""
    if isinstance(pairs, str):
        if pairs != "all":
            raise ValueError(f"pairs must be 'all' or a list of pairs of names, got {pairs!r}")
        return list(combinations(models, 2))
    pairs = [tuple(pair) for pair in pairs]
    for i, pair in enumerate(pairs):
        if len(pair) != 2 or pair[0] == pair[1] or not set(pair) <= set(models):
            raise ValueError(f"pairs must be two different names of models, got {pair}")
        if set(pair) in map(set, pairs[:i]):
            raise ValueError(f"pairs holds the pair {pair} twice")
    return pairs


def check_margin(margin):
    """Return the margin as a float, or raise a ValueError."""
    if isinstance(margin, bool) or not isinstance(margin, numbers.Real) or not 0 <= margin < 1:
        raise ValueError(
            f"margin must be a finite share >= 0 and < 1 (0.02 for 2 points), got {margin!r}"
        )
    return float(margin)
