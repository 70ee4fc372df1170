"""Predictions of a fitted one-vs-one SVC by matrix products instead of libsvm's loops."""

import numpy as np
from sklearn.metrics.pairwise import pairwise_kernels

# Most bytes of kernel values and pair decisions held at a time.
_BLOCK_BYTES = 2**26


def _columns(svc):
    """Yield, class by class, its support vectors and their coefficients and intercepts.

    Against class j > i the coefficients keep their sign, against j < i they turn it, so that a
    positive decision always speaks for class i; half of each intercept goes to either side.
    """
    n_classes = len(svc.classes_)
    intercepts = np.zeros((n_classes, n_classes))
    intercepts[np.triu_indices(n_classes, 1)] = svc.intercept_ / 2
    intercepts -= intercepts.T
    stops = np.cumsum(svc.n_support_)
    for i, (start, stop) in enumerate(zip(stops - svc.n_support_, stops, strict=True)):
        coefficients = np.insert(svc.dual_coef_[:, start:stop], i, 0, axis=0)
        coefficients[:i] *= -1
        yield slice(start, stop), coefficients.T, intercepts[i]


def _blocks(svc, X):
    """Yield for a few rows at a time what speaks for class i against class j.

    Of shape (n_rows, n_classes, n_classes): i wins against j where it exceeds its transpose. For
    two classes the decisions themselves, of shape (n_rows,).
    """
    n_classes = len(svc.classes_)
    row_bytes = 8 * (len(svc.support_vectors_) + 2 * n_classes**2)
    n_rows = max(1, _BLOCK_BYTES // row_bytes)
    keywords = {"gamma": svc.gamma, "degree": svc.degree, "coef0": svc.coef0}
    columns = [] if n_classes == 2 else list(_columns(svc))
    for start in range(0, len(X), n_rows):
        rows = X[start : start + n_rows]
        kernel = pairwise_kernels(
            rows, svc.support_vectors_, metric=svc.kernel, filter_params=True, **keywords
        )
        if n_classes == 2:
            yield kernel @ svc.dual_coef_[0] + svc.intercept_[0]
            continue
        pro = np.empty((len(rows), n_classes, n_classes))
        for i, (support, coefficients, intercept) in enumerate(columns):
            pro[:, i] = kernel[:, support] @ coefficients + intercept
        yield pro


def _votes(pro):
    return (pro > pro.transpose(0, 2, 1)).sum(axis=2)


def predict(svc, X):
    """Return what ``svc.predict(X)`` returns.

    Parameters
    ----------
    svc : sklearn.svm.SVC
        Fitted on dense data with a number as `gamma`, ``break_ties=False``.
    X : ndarray of shape (n_samples, n_features)
        Features.

    Returns
    -------
    y : ndarray of shape (n_samples,)
        The class with most votes, the first one where several have as many.
    """
    if len(svc.classes_) == 2:
        winners = [decision > 0 for decision in _blocks(svc, X)]
    else:
        winners = [_votes(pro).argmax(axis=1) for pro in _blocks(svc, X)]
    return svc.classes_[np.concatenate(winners).astype(np.intp)]


def decision_function(svc, X):
    """Return what ``svc.decision_function(X)`` returns with ``decision_function_shape="ovr"``.

    Parameters
    ----------
    svc : sklearn.svm.SVC
        Fitted on dense data with a number as `gamma`.
    X : ndarray of shape (n_samples, n_features)
        Features.

    Returns
    -------
    scores : ndarray of shape (n_samples, n_classes) or (n_samples,)
        Votes, plus less than half a vote for the sum of the decisions; for two classes the
        decision itself.
    """
    if len(svc.classes_) == 2:
        return np.concatenate(list(_blocks(svc, X)))
    scores = []
    for pro in _blocks(svc, X):
        total = pro.sum(axis=2) - pro.sum(axis=1)
        scores.append(_votes(pro) + total / (3 * (np.abs(total) + 1)))
    return np.concatenate(scores)
