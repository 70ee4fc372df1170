"""One model on one split: search, fit, predict."""

import time
import warnings
from typing import NamedTuple

import numpy as np
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import get_routing_for_object
from sklearn.utils.validation import has_fit_parameter

from skspectra._validation import as_indicator
from skspectra.comparison._labels import encode
from skspectra.comparison._verdict import stratified_mean


class Run(NamedTuple):
    """The predictions and the times of one model on one split.

    ``predicted`` has shape (n_shifts, 2, n_test), with both directions of each shift, and holds
    numbers of classes. Numbers from ``n_classes`` on stand for ``others``, labels that are not
    among the classes. For multilabel spectra it holds 0 and 1, with a last axis of
    n_labels. ``candidate`` is the number of the chosen candidate of the grid, -1 without one.
    """

    predicted: np.ndarray
    predicted_holdout: np.ndarray | None
    others: tuple
    candidate: int
    converged: bool
    search_seconds: float
    fit_seconds: float
    predict_seconds: float
    total_seconds: float


def shift_spectra(X, shift):
    """Shift whole spectra along the axis and fill the gap with the value of that edge.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_points)
        The spectra.
    shift : int
        Displacement in points; positive values shift to higher indices.

    Returns
    -------
    X_shifted : ndarray of shape (n_samples, n_points)
        A shifted copy.

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.comparison import shift_spectra
    >>> shift_spectra(np.array([[0, 5, 1, 2]]), 1)
    array([[0, 0, 5, 1]])
    """
    n_points = X.shape[1]
    return X[:, np.clip(np.arange(n_points) - shift, 0, n_points - 1)]


def run_model(
    estimator, grid, X, y, classes, train, test, *, inner, shifts, X_holdout=None, groups=None
):
    """Search, fit and predict, and measure the time of each step.

    Parameters
    ----------
    estimator : estimator
        The classifier; it is cloned.
    grid : dict, list of dict or None
        Parameter grid to search for the best balanced accuracy (multilabel: exact match).
    X, y : ndarrays of shape (n_samples, n_points) and (n_samples,) or (n_samples, n_labels)
        All spectra and labels.
    classes : ndarray of shape (n_classes,)
        The sorted labels.
    train, test : ndarrays of shape (n_train,) and (n_test,)
        Rows of the training and of the test spectra.
    inner : list of (ndarray, ndarray)
        Inner splits of the training part; used only with ``grid``.
    shifts : list of int
        Displacements of the test spectra, in points; the first is 0.
    X_holdout : ndarray of shape (n_holdout, n_points), default=None
        Further spectra to predict.
    groups : ndarray of shape (n_samples,), default=None
        Group of each spectrum, for models whose ``fit`` takes it: networks that hold out training
        spectra, and searches inside the model.

    Returns
    -------
    run : Run
        The predictions and times.
    """
    begin = time.perf_counter()
    X_test, groups = X[test], None if groups is None else groups[train]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model, candidate, search_seconds, fit_seconds = fit_model(
            estimator, grid, X[train], y[train], groups, inner
        )
    unfinished = [w for w in caught if issubclass(w.category, ConvergenceWarning)]
    for warning in caught:
        if warning not in unfinished:
            warnings.warn(warning.message, stacklevel=2)

    others = []

    def predict(X):
        return _predict(model, X, y.shape[1:], classes, others)

    start = time.perf_counter()
    plain = predict(X_test)
    predict_seconds = time.perf_counter() - start
    predicted = [
        [plain if shift == 0 else predict(shift_spectra(X_test, sign * shift)) for sign in (-1, 1)]
        for shift in shifts
    ]
    return Run(
        predicted=np.array(predicted),
        predicted_holdout=None if X_holdout is None else predict(X_holdout),
        others=tuple(others),
        candidate=candidate,
        converged=bool(getattr(final_estimator(model), "converged_", not unfinished)),
        search_seconds=search_seconds,
        fit_seconds=fit_seconds,
        predict_seconds=predict_seconds,
        total_seconds=time.perf_counter() - begin,
    )


def _search(estimator, candidates, X, y, groups, folds):
    """Return the number of the candidate whose mean score over the folds is best.

    This is what GridSearchCV does, which cannot give groups to some candidates only.
    """
    scores = np.zeros((len(candidates), len(folds)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for i, parameters in enumerate(candidates):
            for j, (train, test) in enumerate(folds):
                model = with_parameters(estimator, parameters)
                part = None if groups is None else groups[train]
                fitted = _fit(model, X[train], y[train], part)
                scores[i, j] = _score(fitted, X[test], y[test])
    return int(np.argmax(scores.mean(axis=1)))


def _fit(model, X, y, groups):
    """Return the fitted model; parts of it that take groups in ``fit`` are given them."""
    if groups is None:
        return model.fit(X, y)
    model = clone(model)
    with config_context(enable_metadata_routing=True):
        for part in _parts(model):
            if hasattr(part, "set_fit_request") and has_fit_parameter(part, "groups"):
                part.set_fit_request(groups=True)
        try:
            takes_groups = get_routing_for_object(model).consumes("fit", ["groups"])
        # Some wrappers of scikit-learn pass nothing on.
        except NotImplementedError:
            takes_groups = False
        if takes_groups:
            return model.fit(X, y, groups=groups)
    return model.fit(X, y)


def _parts(value):
    """Yield an estimator and all that it holds, also in grids."""
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from _parts(part)
    elif isinstance(value, dict):
        yield from _parts(list(value.values()))
    elif hasattr(value, "get_params") and not isinstance(value, type):
        yield value
        yield from _parts(list(value.get_params(deep=False).values()))


def fit_model(estimator, grid, X, y, groups, inner):
    """Search and fit.

    Parameters
    ----------
    estimator : estimator
        The classifier; it is cloned.
    grid : dict, list of dict or None
        Parameter grid to search for the best balanced accuracy (multilabel: exact match).
    X, y : ndarrays of shape (n_train, n_points) and (n_train,) or (n_train, n_labels)
        The training spectra and labels.
    groups : ndarray of shape (n_train,) or None
        Group of each spectrum.
    inner : list of (ndarray, ndarray)
        Splits of the training spectra; used only with ``grid``.

    Returns
    -------
    model : estimator
        The fitted classifier.
    candidate : int
        Number of the chosen candidate of the grid, -1 without one.
    search_seconds, fit_seconds : float
        Times of the search and of the fit.
    """
    start, candidate, model = time.perf_counter(), -1, clone(estimator)
    if grid:
        candidate = _search(estimator, ParameterGrid(grid), X, y, groups, inner)
        model = with_parameters(estimator, ParameterGrid(grid)[candidate])
    searched = time.perf_counter()
    model = _fit(model, X, y, groups)
    return model, candidate, searched - start, time.perf_counter() - searched


def with_parameters(estimator, parameters):
    """Return an unfitted clone of an estimator that has these parameters."""
    values = {name: clone(value, safe=False) for name, value in parameters.items()}
    return clone(estimator).set_params(**values)


def _predict(model, X, shape, classes, others):
    """Return predictions as numbers of classes, or as a 0/1 matrix of `shape` per spectrum."""
    predicted = model.predict(X)
    if shape:
        predicted = as_indicator(predicted, "what the model predicts").astype(np.int8)
    predicted = np.asarray(predicted)
    if predicted.shape != (len(X), *shape):
        raise ValueError(
            f"predict returned an array of shape {predicted.shape}, but it must be "
            f"{(len(X), *shape)}"
        )
    return predicted if shape else encode(predicted, classes, others)


def final_estimator(model):
    """Return the fitted classifier inside searches, pipelines and wrappers."""
    while True:
        if hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        elif isinstance(model, Pipeline):
            model = model.steps[-1][1]
        elif hasattr(model, "estimator_"):
            model = model.estimator_
        else:
            return model


def _score(model, X, y):
    """Return the balanced accuracy, or the share of exact matches of a 0/1 matrix."""
    if y.ndim == 2:
        predicted = as_indicator(model.predict(X), "what the model predicts")
        return float((predicted == y).all(axis=1).mean())
    classes, codes = np.unique(y, return_inverse=True)
    right = encode(np.asarray(model.predict(X)), classes, []) == codes
    return stratified_mean(right.astype(float), codes)
