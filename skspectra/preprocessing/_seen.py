"""Spectra as a fitted classifier sees them: after the steps before it, and as its features."""

import numpy as np
from sklearn.pipeline import Pipeline

from skspectra.preprocessing._intensity import compress, normalize
from skspectra.preprocessing._max_pool import MaxPoolDownsampler


def flatten(estimator):
    """Return the fitted steps of an estimator in their order; the last one is the classifier."""
    estimator = getattr(estimator, "best_estimator_", estimator)
    if not isinstance(estimator, Pipeline):
        return [estimator]
    steps = [step for _, step in estimator.steps if step is not None and step != "passthrough"]
    return [inner for step in steps for inner in flatten(step)]


def as_array(result):
    """Return a data frame or a sparse matrix as an array."""
    for name in ("to_numpy", "toarray"):
        if hasattr(result, name):
            return getattr(result, name)()
    return result


def transform_steps(estimator, X):
    """Yield the fitted steps before the classifier, each with the spectra after it."""
    for step in flatten(estimator)[:-1]:
        X = step.transform(X)
        yield step, X


def model_features(estimator, X, norm="max"):
    """Return spectra as a fitted classifier sees them.

    A classifier that says so itself (`transform_features`) is asked, also at the end of a Pipeline
    and inside a search. For any other classifier these are the spectra after the steps before it.
    Where there are no steps, spectra are normalised, pooled and compressed at the defaults,
    because peaks that move would make raw spectra of one class as different as those of two.

    Parameters
    ----------
    estimator : estimator
        A fitted classifier, Pipeline or search.
    X : array-like of shape (n_samples, n_points)
        Spectra, as the estimator takes them.
    norm : {"max", "area", "snv", "none"}, default="max"
        How spectra are normalised where there are no steps.

    Returns
    -------
    features : ndarray of shape (n_samples, n_features)
        The features, in double precision.
    """
    *steps, last = flatten(estimator)
    for _, after in transform_steps(estimator, X):
        X = after
    if hasattr(last, "transform_features"):
        X = last.transform_features(X)
    elif not steps:
        X = normalize(np.asarray(as_array(X), dtype=np.float64), norm)
        X = compress(MaxPoolDownsampler().fit_transform(X))
    return np.asarray(as_array(X), dtype=np.float64)
