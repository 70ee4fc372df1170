"""Predictions of a fitted one-vs-one SVC by matrix products instead of libsvm's loops.

Sums are taken in another order than in libsvm, so decisions differ in the last bits. A decision
that is zero to within rounding counts as zero, whatever other spectra are in the same call. The
second class then wins, as in libsvm if a decision is exactly zero.
"""

import numpy as np
from sklearn.metrics.pairwise import pairwise_kernels

# Largest number of bytes of kernel values, decisions and their copies held at a time.
_BLOCK_BYTES = 2**27
# A decision is zero up to this share of the sum that its terms could reach.
_ROUNDING = 1e-12


def _by_blocks(function, svc, X, values_per_row):
    """Call `function` with the kernel of a few rows at a time and join what it returns.

    The second argument of `function` is the largest absolute kernel value of each row. A block
    holds `values_per_row` values per row, including the kernel with all support vectors.
    """
    n_rows = max(1, _BLOCK_BYTES // (8 * values_per_row))
    keywords = {"gamma": svc.gamma, "degree": svc.degree, "coef0": svc.coef0}
    results = []
    for start in range(0, len(X), n_rows):
        rows = X[start : start + n_rows]
        kernel = pairwise_kernels(
            rows, svc.support_vectors_, metric=svc.kernel, filter_params=True, **keywords
        )
        heights = np.maximum(kernel.max(axis=1), -kernel.min(axis=1))
        results.append(function(kernel, heights))
        # Without this the kernel would stay in memory while the next one is computed.
        del kernel
    return np.concatenate(results)


class _Pairs:
    """Decisions for all pairs of classes, in the order (0, 1), (0, 2), ..."""

    def __init__(self, svc):
        self.n_classes = n_classes = len(svc.classes_)
        self.coefficients, self.intercepts = svc.dual_coef_, svc.intercept_
        self.stops = np.cumsum(svc.n_support_)
        self.starts = self.stops - svc.n_support_
        # The pairs whose first class is i are those from bounds[i] to bounds[i + 1].
        self.bounds = np.cumsum([0, *range(n_classes - 1, 0, -1)])
        self.sizes = np.zeros(len(self.intercepts))
        for i in range(n_classes):
            self.sizes[self.of_class(i)] += np.abs(self.of_vectors(i)).sum(axis=1)

    def of_class(self, i):
        """Return the indices of the pairs of class `i` with all other classes."""
        before = np.arange(i)
        after = np.arange(self.n_classes - 1 - i)
        return np.append(self.bounds[before] + i - before - 1, self.bounds[i] + after)

    def of_vectors(self, i):
        """Return the coefficients of the vectors of class `i`, with one row per pair."""
        return self.coefficients[:, self.starts[i] : self.stops[i]]

    def scores(self, kernel, heights):
        """Return the votes plus less than half a vote for the sum of the decisions."""
        decisions = np.zeros((len(self.intercepts), len(kernel)))
        for i in range(self.n_classes):
            vectors = kernel[:, self.starts[i] : self.stops[i]]
            decisions[self.of_class(i)] += self.of_vectors(i) @ vectors.T
        votes, totals = np.zeros((2, self.n_classes, len(kernel)))
        for i in range(self.n_classes - 1):
            pairs = slice(self.bounds[i], self.bounds[i + 1])
            of_class = decisions[pairs]
            of_class += self.intercepts[pairs, None]
            won = of_class > _ROUNDING * self.sizes[pairs, None] * heights
            votes[i] += won.sum(axis=0)
            votes[i + 1 :] += ~won
            totals[i] += of_class.sum(axis=0)
            totals[i + 1 :] -= of_class
        return (votes + totals / (3 * (np.abs(totals) + 1))).T


class _Duels:
    """Decisions between one class and all other classes."""

    def __init__(self, svc):
        self.n_classes = n_classes = len(svc.classes_)
        self.coefficients = svc.dual_coef_
        self.stops = np.cumsum(svc.n_support_)
        self.starts = self.stops - svc.n_support_
        self.not_empty = np.flatnonzero(svc.n_support_)
        self.class_of_vector = np.repeat(np.arange(n_classes), svc.n_support_)
        self.intercepts = np.zeros((n_classes, n_classes))
        self.intercepts[np.triu_indices(n_classes, 1)] = svc.intercept_
        self.intercepts += self.intercepts.T

    def _wins(self, i, kernel, heights):
        """Return against which classes class `i` wins; the rows of `kernel` are overwritten."""
        start, stop = self.starts[i], self.stops[i]
        # Row k of the coefficients belongs to class k, or to k + 1 from the vector's own class on.
        of_own = np.insert(self.coefficients[:, start:stop], i, 0, axis=0)
        of_others = np.zeros(kernel.shape[1])
        of_others[:start] = self.coefficients[i - 1, :start]
        if stop < len(of_others):
            of_others[stop:] = self.coefficients[i, stop:]
        decisions = kernel[:, start:stop] @ of_own.T
        decisions += self.intercepts[i]
        kernel *= of_others
        starts = self.starts[self.not_empty]
        decisions[:, self.not_empty] += np.add.reduceat(kernel, starts, axis=1)
        sizes = np.abs(of_own).sum(axis=1)
        sizes[self.not_empty] += np.add.reduceat(np.abs(of_others), starts)
        wins = decisions > _ROUNDING * heights[:, None] * sizes
        wins[:, :i] = ~wins[:, :i]
        wins[:, i] = False
        return wins

    def winners(self, kernel, heights):
        """Return the class with most votes, the first one if several have as many.

        The class of the most similar support vector is compared with all others, and each class
        that loses has one vote less than it could have. Then the class that could have most votes
        is compared with all others, and so on, until the votes of that class have been counted.
        Nearly always the first class beats all others.
        """
        most_votes = np.full((len(kernel), self.n_classes), self.n_classes - 1)
        counted = np.zeros(most_votes.shape, dtype=bool)
        candidates = self.class_of_vector[kernel.argmax(axis=1)]
        rows = np.arange(len(kernel))
        while len(rows):
            rows = rows[np.argsort(candidates[rows], kind="stable")]
            first_rows = np.flatnonzero(np.diff(candidates[rows])) + 1
            for group in np.split(rows, first_rows):
                candidate = candidates[group[0]]
                wins = self._wins(candidate, kernel[group], heights[group])
                most_votes[group] -= wins & ~counted[group]
                most_votes[group, candidate] = wins.sum(axis=1)
                counted[group, candidate] = True
            candidates = most_votes.argmax(axis=1)
            rows = rows[~counted[rows, candidates[rows]]]
        return candidates


def predict(svc, X):
    """Return what ``svc.predict(X)`` returns.

    Parameters
    ----------
    svc : sklearn.svm.SVC
        It is fitted on dense data with a number as `gamma` and with ``break_ties=False``.
    X : ndarray of shape (n_samples, n_features)
        Features.

    Returns
    -------
    y : ndarray of shape (n_samples,)
        The class with most votes, the first one if several have as many.
    """
    n_classes = len(svc.classes_)
    if n_classes == 2:
        return svc.classes_[(decision_function(svc, X) > 0).astype(np.intp)]
    # These are the kernel, a copy of it, and for each class votes, decisions and their copies.
    values_per_row = 2 * len(svc.support_vectors_) + 6 * n_classes
    return svc.classes_[_by_blocks(_Duels(svc).winners, svc, X, values_per_row)]


def decision_function(svc, X):
    """Return what ``svc.decision_function(X)`` returns with ``decision_function_shape="ovr"``.

    Parameters
    ----------
    svc : sklearn.svm.SVC
        It is fitted on dense data with a number as `gamma`.
    X : ndarray of shape (n_samples, n_features)
        Features.

    Returns
    -------
    scores : ndarray of shape (n_samples, n_classes) or (n_samples,)
        Votes plus less than half a vote for the sum of the decisions. For two classes the score
        is the decision itself.
    """
    n_classes, n_vectors = len(svc.classes_), len(svc.support_vectors_)
    if n_classes == 2:
        coefficients = svc.dual_coef_[0]
        size = np.abs(coefficients).sum()

        def decide(kernel, heights):
            decisions = kernel @ coefficients + svc.intercept_[0]
            return np.where(np.abs(decisions) > _ROUNDING * size * heights, decisions, 0)

        return _by_blocks(decide, svc, X, n_vectors)
    # These are the kernel, the decisions, and for each class votes, totals and copied decisions.
    values_per_row = n_vectors + len(svc.intercept_) + 6 * n_classes
    return _by_blocks(_Pairs(svc).scores, svc, X, values_per_row)
