"""Predictions of a fitted one-vs-one SVC by matrix products instead of libsvm's loops.

Sums are taken in another order than libsvm's, so that decisions differ in the last bits: the same
class wins but where a decision is zero to within rounding.
"""

import numpy as np
from scipy.sparse import csr_array
from sklearn.metrics.pairwise import pairwise_kernels

# Most bytes of kernel values and decisions held at a time.
_BLOCK_BYTES = 2**27
# With at least as many classes, only those decisions are taken that a prediction depends on.
_MANY_CLASSES = 100


def _kernels(svc, X, values_a_row=0):
    """Yield the kernel of a few rows with the support vectors; so many values come beside it."""
    row_bytes = 8 * (len(svc.support_vectors_) + values_a_row)
    n_rows = max(1, _BLOCK_BYTES // row_bytes)
    keywords = {"gamma": svc.gamma, "degree": svc.degree, "coef0": svc.coef0}
    for start in range(0, len(X), n_rows):
        rows = X[start : start + n_rows]
        yield pairwise_kernels(
            rows, svc.support_vectors_, metric=svc.kernel, filter_params=True, **keywords
        )


def _decisions(svc, X):
    """Yield the decisions of all pairs of classes for a few rows at a time.

    Of shape (n_pairs, n_rows), in the order (0, 1), (0, 2), ...; above 0 the first class wins.
    """
    n_classes = len(svc.classes_)
    # A support vector has a say in the decisions between its class and any other.
    row, vector = np.nonzero(svc.dual_coef_)
    own = np.repeat(np.arange(n_classes), svc.n_support_)[vector]
    other = row + (row >= own)
    first, second = np.minimum(own, other), np.maximum(own, other)
    pair = first * (2 * n_classes - first - 1) // 2 + second - first - 1
    coefficients = csr_array(
        (svc.dual_coef_[row, vector], (pair, vector)),
        shape=(len(svc.intercept_), len(svc.support_vectors_)),
    )
    for kernel in _kernels(svc, X, 2 * len(svc.intercept_)):
        decisions = coefficients @ np.ascontiguousarray(kernel.T)
        decisions += svc.intercept_[:, None]
        yield decisions


def _count(of_first, of_second, n_classes):
    """Add up for every class what each of its pairs gives it, as first or as second class."""
    counts = np.zeros((n_classes, of_first.shape[1]))
    stop = 0
    for i in range(n_classes - 1):
        start, stop = stop, stop + n_classes - 1 - i
        counts[i] += of_first[start:stop].sum(axis=0)
        counts[i + 1 :] += of_second[start:stop]
    return counts.T


class _Duels:
    """Decisions between one class and all others."""

    def __init__(self, svc):
        n_classes = len(svc.classes_)
        self.coefficients = svc.dual_coef_
        self.stops = np.cumsum(svc.n_support_)
        self.starts = self.stops - svc.n_support_
        self.not_empty = np.flatnonzero(svc.n_support_)
        self.intercepts = np.zeros((n_classes, n_classes))
        self.intercepts[np.triu_indices(n_classes, 1)] = svc.intercept_
        self.intercepts += self.intercepts.T

    def wins(self, i, kernel):
        """Return for rows of the kernel against which classes class `i` wins; overwrite them."""
        start, stop = self.starts[i], self.stops[i]
        own = kernel[:, start:stop] @ self.coefficients[:, start:stop].T
        # Row k of the coefficients belongs to class k, or k + 1 from a vector's own class on.
        kernel[:, :start] *= self.coefficients[i - 1, :start]
        kernel[:, start:stop] = 0
        if stop < kernel.shape[1]:
            kernel[:, stop:] *= self.coefficients[i, stop:]
        decisions = np.insert(own, i, 0, axis=1) + self.intercepts[i]
        others = np.add.reduceat(kernel, self.starts[self.not_empty], axis=1)
        decisions[:, self.not_empty] += others
        wins = decisions > 0
        wins[:, :i] = ~wins[:, :i]
        wins[:, i] = False
        return wins


def _winners(svc, X):
    """Yield the class with most votes, the first one of several, for a few rows at a time.

    The class of the most similar support vector meets all others; whoever loses to it has a vote
    less than one could have. Then the class that could have most votes meets all others, until
    that class is one whose votes are counted. Nearly always the first one beats all.
    """
    n_classes = len(svc.classes_)
    duels = _Duels(svc)
    class_of_vector = np.repeat(np.arange(n_classes), svc.n_support_)
    for kernel in _kernels(svc, X, n_classes):
        most_votes = np.full((len(kernel), n_classes), n_classes - 1)
        counted = np.zeros(most_votes.shape, dtype=bool)
        candidates = class_of_vector[kernel.argmax(axis=1)]
        rows = np.arange(len(kernel))
        while len(rows):
            rows = rows[np.argsort(candidates[rows], kind="stable")]
            first_rows = np.flatnonzero(np.diff(candidates[rows])) + 1
            for group in np.split(rows, first_rows):
                candidate = candidates[group[0]]
                wins = duels.wins(candidate, kernel[group])
                most_votes[group] -= wins & ~counted[group]
                most_votes[group, candidate] = wins.sum(axis=1)
                counted[group, candidate] = True
            candidates = most_votes.argmax(axis=1)
            rows = rows[~counted[rows, candidates[rows]]]
        yield candidates


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
    n_classes = len(svc.classes_)
    if n_classes == 2:
        winners = [decisions > 0 for decisions in _two_class_decisions(svc, X)]
    elif n_classes < _MANY_CLASSES:
        wins = (decisions > 0 for decisions in _decisions(svc, X))
        winners = [_count(won, ~won, n_classes).argmax(axis=1) for won in wins]
    else:
        winners = list(_winners(svc, X))
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
    n_classes = len(svc.classes_)
    if n_classes == 2:
        return np.concatenate(list(_two_class_decisions(svc, X)))
    scores = []
    for decisions in _decisions(svc, X):
        won = decisions >= 0
        totals = _count(decisions, -decisions, n_classes)
        scores.append(_count(won, ~won, n_classes) + totals / (3 * (np.abs(totals) + 1)))
    return np.concatenate(scores)


def _two_class_decisions(svc, X):
    for kernel in _kernels(svc, X):
        yield kernel @ svc.dual_coef_[0] + svc.intercept_[0]
