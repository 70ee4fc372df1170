"""The choice between models as one search, so that it can be cross-validated itself."""

from collections.abc import Iterable
from functools import partial
from itertools import accumulate, pairwise
from numbers import Integral

import numpy as np
from sklearn.model_selection import GridSearchCV, ParameterGrid, check_cv
from sklearn.pipeline import Pipeline

from skspectra.comparison._advice import choose
from skspectra.comparison._plan import check_margin
from skspectra.comparison._verdict import MARGIN, Estimate

# Folds that agree on a difference do not make it certain.
_LEAST_ERROR = 1e-3


def best_of(models, *, cv=5, scoring="balanced_accuracy", margin=MARGIN, n_jobs=None):
    """Return a search that chooses a model and its parameters by the rule of recommendation.

    The search is scikit-learn's own, over a Pipeline with one step, ``"model"``. So the whole
    choice can be cross-validated, and the score then holds for the model that will be chosen,
    which the best score of several models does not: it is too good.

    Parameters
    ----------
    models : dict of str to estimator or (estimator, grid)
        The models by name, from cheap to expensive, as :func:`default_models` returns them.
    cv : int, splitter or iterable, default=5
        The folds; see :class:`sklearn.model_selection.GridSearchCV`. Take a splitter that keeps
        groups together, and pass ``groups`` to ``fit``, if spectra belong together.
    scoring : str or callable, default="balanced_accuracy"
        The score. Take "accuracy", the share of exact matches, for multilabel spectra.
    margin : float, default=0.02
        Smallest difference that matters, from 0 to below 1.
    n_jobs : int, default=None
        Number of jobs; None means 1.

    Returns
    -------
    search : sklearn.model_selection.GridSearchCV
        The unfitted search. After ``fit``, ``best_params_["model"]`` is the model that was
        chosen, and :func:`best_name` tells its name.

    Raises
    ------
    ValueError
        If there are no models, or if `margin` is not from 0 to below 1.

    See Also
    --------
    compare : Compare the models, with verdicts.

    Notes
    -----
    Of each model the parameters with the best mean score are taken. Then the first model wins
    whose probability of being worse than the best one by more than `margin` is below 20 %, from
    the differences of the scores of the folds, with the correction of Nadeau and Bengio for
    training sets that overlap. The correction needs the sizes of test and training sets: they are
    taken from the ``test_size`` of a splitter that has one as a share, from splits that are given
    as a list, and otherwise from the number of folds. Where fewer than two folds leave no
    probability, it is the first within one standard error of the best.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.model_selection import cross_val_score
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn.svm import SVC
    >>> from skspectra.comparison import best_name, best_of
    >>> X, y = make_blobs(n_samples=60, n_features=20, random_state=0)
    >>> models = {"1-NN": KNeighborsClassifier(1), "SVM": (SVC(), {"C": [1, 100]})}
    >>> search = best_of(models, cv=3)
    >>> cross_val_score(search, X, y, cv=3).mean()
    np.float64(1.0)
    >>> best_name(search.fit(X, y))
    '1-NN'
    """
    if not models:
        raise ValueError("models is empty: there is nothing to choose from")
    margin = check_margin(margin)
    if isinstance(cv, Iterable) and not hasattr(cv, "split") and not isinstance(cv, str):
        # A generator of splits would be empty after its first use.
        cv = list(cv)
    estimators, grids, sizes = [], [], []
    for model in models.values():
        estimator, grid = model if isinstance(model, tuple) else (model, None)
        few = [grid or {}] if not isinstance(grid, list) else grid
        estimators.append(estimator)
        sizes.append(len(ParameterGrid(few)))
        for one in few:
            searched = {f"model__{name}": values for name, values in one.items()}
            grids.append({"model": [estimator], **searched})
    n_repeats = getattr(cv if hasattr(cv, "split") else check_cv(cv), "n_repeats", 1)
    rule = partial(
        _choose_candidate,
        names=list(models),
        sizes=sizes,
        margin=margin,
        n_repeats=n_repeats,
        ratio=_test_ratio(cv),
    )
    return GridSearchCV(
        Pipeline([("model", estimators[0])]),
        grids,
        scoring=scoring,
        refit=rule,
        cv=cv,
        n_jobs=n_jobs,
        error_score="raise",
    )


def best_name(search):
    """Return the name of the model that a search of :func:`best_of` has chosen.

    Parameters
    ----------
    search : sklearn.model_selection.GridSearchCV
        The fitted search.

    Returns
    -------
    name : str
        The name in `models`.
    """
    stops = list(accumulate(search.refit.keywords["sizes"]))
    return search.refit.keywords["names"][int(np.searchsorted(stops, search.best_index_, "right"))]


def _test_ratio(cv):
    """Return the size of test sets divided by that of training sets; None if it is not known."""
    if isinstance(cv, list):
        n_train, n_test = np.sum([[_n_rows(part) for part in split] for split in cv], axis=0)
        return float(n_test / n_train)
    if not hasattr(cv, "test_size"):
        return None
    test, train = cv.test_size, getattr(cv, "train_size", None)
    if test is None and train is None:
        test = getattr(cv, "_default_test_size", None)
    if isinstance(test, Integral) and isinstance(train, Integral):
        return test / train
    if any(isinstance(size, Integral) for size in (test, train)) or test is train is None:
        return None
    test = 1 - train if test is None else test
    return float(test / (1 - test if train is None else train))


def _n_rows(part):
    part = np.asarray(part)
    return int(part.sum()) if part.dtype == bool else len(part)


def _choose_candidate(cv_results, *, names, sizes, margin, n_repeats, ratio):
    """Return the number of the candidate to take; candidates of one model stand together."""
    n_splits = sum(key.startswith("split") for key in cv_results)
    folds = np.array([cv_results[f"split{i}_test_score"] for i in range(n_splits)])
    means = folds.mean(axis=0)
    starts = np.cumsum([0, *sizes])
    best = [start + int(np.argmax(means[start:stop])) for start, stop in pairwise(starts)]
    return best[choose_by_folds(folds[:, best], names, margin, n_repeats, ratio)]


def choose_by_folds(folds, names, margin=MARGIN, n_repeats=1, ratio=None):
    """Return the number of the model to take, by the rule of recommendation.

    Parameters
    ----------
    folds : ndarray of shape (n_splits, n_models)
        Score of each model on each split.
    names : list of str
        The models, from cheap to expensive.
    margin : float, default=0.02
        Smallest difference that matters.
    n_repeats : int, default=1
        Number of times that the folds were drawn; it tells what share of the data a split tests.
    ratio : float, default=None
        Size of the test sets divided by that of the training sets; None means that of folds.

    Returns
    -------
    number : int
        The column of the model.
    """
    if ratio is None:
        n_folds = len(folds) / n_repeats
        ratio = 1 / (n_folds - 1) if n_folds > 1 else 0.0

    def estimate(values):
        if len(values) < 2:
            return Estimate(float(values[0]), np.nan, 0)
        error = np.sqrt((1 / len(values) + ratio) * values.var(ddof=1))
        return Estimate(float(values.mean()), float(max(error, _LEAST_ERROR)), len(values) - 1)

    top = int(np.argmax(folds.mean(axis=0)))
    scores = {name: estimate(column) for name, column in zip(names, folds.T, strict=True)}
    shortfalls = {
        name: estimate(folds[:, top] - column) for name, column in zip(names, folds.T, strict=True)
    }
    return names.index(choose(scores, shortfalls, names, margin).model)
