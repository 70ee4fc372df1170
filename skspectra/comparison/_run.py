"""One model on one split: search, fit, predict."""

import time
import warnings
from typing import NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from skspectra.comparison._verdict import stratified_mean


class Run(NamedTuple):
    """The predictions, the parameters and the times of one model on one split.

    Predictions are numbers of classes; ``predicted`` has shape (n_shifts, 2, n_test), with both
    directions of each shift.
    """

    predicted: np.ndarray
    predicted_holdout: np.ndarray | None
    parameters: dict
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


def run_model(estimator, grid, X, y, classes, train, test, *, inner, shifts, X_holdout=None):
    """Search, fit and predict, and measure the time of each step.

    Parameters
    ----------
    estimator : estimator
        The classifier; it is cloned.
    grid : dict or None
        Parameter grid to search for the best balanced accuracy.
    X, y : ndarrays of shape (n_samples, n_points) and (n_samples,)
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

    Returns
    -------
    run : Run
        The predictions and times.
    """
    parameters, begin = {}, time.perf_counter()
    X_train, y_train, X_test = X[train], y[train], X[test]
    if grid:
        search = GridSearchCV(
            clone(estimator),
            grid,
            scoring=_balanced_accuracy,
            cv=inner,
            refit=False,
            error_score="raise",
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            parameters = search.fit(X_train, y_train).best_params_
    search_seconds = time.perf_counter() - begin

    values = {name: clone(value, safe=False) for name, value in parameters.items()}
    model = clone(estimator).set_params(**values)
    start = time.perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X_train, y_train)
    fit_seconds = time.perf_counter() - start
    unfinished = [w for w in caught if issubclass(w.category, ConvergenceWarning)]
    for warning in caught:
        if warning not in unfinished:
            warnings.warn(warning.message, stacklevel=2)

    start = time.perf_counter()
    plain = model.predict(X_test)
    predict_seconds = time.perf_counter() - start
    predicted = [
        [
            plain if shift == 0 else model.predict(shift_spectra(X_test, sign * shift))
            for sign in (-1, 1)
        ]
        for shift in shifts
    ]
    predicted_holdout = None if X_holdout is None else model.predict(X_holdout)
    return Run(
        predicted=np.searchsorted(classes, np.array(predicted)),
        predicted_holdout=None
        if X_holdout is None
        else np.searchsorted(classes, predicted_holdout),
        parameters=parameters,
        converged=bool(getattr(final_estimator(model), "converged_", not unfinished)),
        search_seconds=search_seconds,
        fit_seconds=fit_seconds,
        predict_seconds=predict_seconds,
        total_seconds=time.perf_counter() - begin,
    )


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


def _balanced_accuracy(model, X, y):
    codes = np.unique(y, return_inverse=True)[1]
    return stratified_mean((model.predict(X) == y).astype(float), codes)
