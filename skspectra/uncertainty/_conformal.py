"""Conformal p-values from conformity scores: pure functions that know no model.

A score says how badly a label fits a spectrum (larger is worse). Its p-value is the share of
calibration spectra, the new spectrum included, whose own score is at least as large.
"""

import zlib

import numpy as np

# Levels such as 1 - 0.9 are not exact in binary.
TOLERANCE = 1e-10


def group_weights(groups):
    """Return weights by which each group counts as one spectrum.

    Replicates of one sample are no independent evidence. Averaged over all ways to take one
    spectrum of each group [1]_, the p-value is the one with these weights.

    Parameters
    ----------
    groups : ndarray of shape (n_samples,)
        The group of each spectrum.

    Returns
    -------
    weights : ndarray of shape (n_samples,)
        One divided by the number of spectra in the group. They sum to the number of groups.

    References
    ----------
    .. [1] Dunn, R., Wasserman, L., Ramdas, A., "Distribution-free prediction sets for two-layer
       hierarchical models", J. Am. Stat. Assoc. 118, 2491 (2023).
       :doi:`10.1080/01621459.2022.2060112`
    """
    _, index, counts = np.unique(groups, return_inverse=True, return_counts=True)
    return 1 / counts[index]


def tie_numbers(X, seed):
    """Return a number from 0 to 1 for each spectrum, by which ties of scores are broken.

    The number is drawn from `seed` and the spectrum itself in single precision, so a spectrum has
    the same number alone and among others, and in both precisions.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_points)
        Spectra.
    seed : int
        Another seed gives other numbers.

    Returns
    -------
    numbers : ndarray of shape (n_samples,)
        Uniform in [0, 1).
    """
    # Numbers beyond single precision become infinite, which is no matter here.
    with np.errstate(over="ignore"):
        sums = [zlib.crc32(row.astype(np.float32).tobytes(), seed) for row in X]
    return np.array(sums, dtype=np.float64) / 2**32


def weight_above(scores, ties, weights, new_scores, new_ties):
    """Return the total weight of the calibration spectra that score at least as high.

    Parameters
    ----------
    scores, ties, weights : ndarray of shape (n_calibration,)
        Calibration spectra. Where scores are equal, the larger tie number counts as higher.
    new_scores : ndarray of shape (n_samples, n_classes)
        Scores of new spectra.
    new_ties : ndarray of shape (n_samples,)
        Tie numbers of the new spectra.

    Returns
    -------
    weight : ndarray of shape (n_samples, n_classes)
        The term of one fold in the numerator of :func:`p_values`.
    """
    order = np.lexsort((ties, scores))
    scores, ties = scores[order], ties[order]
    above = np.append(np.cumsum(weights[order][::-1])[::-1], 0.0)
    start = np.searchsorted(scores, new_scores, "left")
    stop = np.searchsorted(scores, new_scores, "right")
    # Most scores are equal to no other; equal ones come in few runs.
    tied = stop > start
    new_ties = np.broadcast_to(new_ties[:, None], new_scores.shape)
    place = start.copy()
    for first in np.unique(start[tied]):
        among = tied & (start == first)
        run = ties[first : stop[among][0]]
        place[among] = first + np.searchsorted(run, new_ties[among], "left")
    return above[place]


def p_values(total_weight, n_units):
    """Return ``(weight + 1) / (n + 1)``, the cross-conformal p-value [1]_.

    Without groups the weight is the number of calibration spectra, over all folds, whose score
    under the model of their fold is at least that of the new spectrum under the same model. With
    one fold it is the p-value of split-conformal prediction.

    Parameters
    ----------
    total_weight : ndarray
        Weight of the calibration spectra that score at least as high, summed over the folds.
    n_units : int or ndarray
        Number of calibration spectra, or of groups.

    Returns
    -------
    p : ndarray
        From ``1 / (n + 1)`` to 1.

    References
    ----------
    .. [1] Vovk, V., "Cross-conformal predictors", Ann. Math. Artif. Intell. 74, 9 (2015).
       :doi:`10.1007/s10472-013-9368-4`
    """
    return np.minimum((total_weight + 1) / (np.asarray(n_units) + 1), 1.0)


def check_rate(rate, n_units, what):
    """Raise a ValueError if no p-value of `n_units` calibration units can be as small as `rate`.

    Parameters
    ----------
    rate : float
        Largest p-value that rejects.
    n_units : int
        Number of calibration spectra or groups.
    what : str
        The parameter and what was counted, for the message.
    """
    if rate < 1 / (n_units + 1) - TOLERANCE:
        needed = int(np.ceil(1 / rate - 1 - TOLERANCE))
        raise ValueError(
            f"{what}: the smallest p-value of n={n_units} is 1 / (n + 1) = "
            f"{1 / (n_units + 1):.3g}, but {rate:.3g} is asked for, which needs n={needed}."
        )
