"""The rule that turns differences of scores into words: pure functions, no models.

A *gain* is one number per test prediction: 1 where the model was right and 0 where it was wrong,
or, for a pair, the difference of the two (-1, 0 or 1). A score is the mean over ``strata`` of the
mean gain in each; with the true classes as strata it is the balanced accuracy (or a difference
of two), with a single stratum the accuracy.
"""

from itertools import count
from typing import NamedTuple

import numpy as np
from scipy import stats

LEVEL = 0.95
MARGIN = 0.02
MIN_INDEPENDENT = 5
N_DRAWS = 2000
BLOCK = 200


class Estimate(NamedTuple):
    """A score or a difference of scores, and what its interval follows from."""

    value: float
    standard_error: float
    df: int


class PairResult(NamedTuple):
    """The verdict on one pair of models.

    Parameters
    ----------
    model_a, model_b : str
        The models; "better" and "worse" are said of the first.
    difference : float
        Balanced accuracy of the first minus that of the second, as a fraction.
    low, high : float
        Interval of the difference, at the level that Holm's rule leaves; NaN without one.
    p_value : float
        Smallest 1 - level at which the verdict would stand, corrected by Holm's rule.
    verdict : {"better", "worse", "equivalent", "cannot tell", "not converged"}
        The verdict.
    reason : str
        Why, in words.
    """

    model_a: str
    model_b: str
    difference: float
    low: float
    high: float
    p_value: float
    verdict: str
    reason: str


def stratified_mean(gain, strata):
    """Return the mean over the strata present of the mean gain in each."""
    n_in_stratum = np.bincount(strata)
    present = n_in_stratum > 0
    return float(np.mean(np.bincount(strata, weights=gain)[present] / n_in_stratum[present]))


def resolution(strata, units):
    """Return the change of the score that one independent unit of the rarest stratum makes.

    No standard error is taken below it. Where two models agree on every one of n units, the
    observed variance is zero, which does not prove them equal: with this floor they count as
    equivalent within 2 points only from about 100 to 140 units on, close to the "rule of three"
    (no event in n trials leaves a rate of 3/n possible).

    Parameters
    ----------
    strata : ndarray of shape (n_predictions,), int
        Stratum of each prediction.
    units : ndarray of shape (n_predictions,)
        Which spectrum, or which group of spectra, each prediction belongs to.

    Returns
    -------
    resolution : float
        ``1 / (n_strata * units in the stratum that has fewest)``.
    """
    n_units = count_units(strata, units)
    return 1.0 / (len(n_units) * min(n_units))


def count_units(strata, units):
    """Return how many different units each stratum present has."""
    return [len(np.unique(units[strata == stratum])) for stratum in np.unique(strata)]


def estimate_by_splits(gain, strata, splits, ratio, floor=0.0):
    """Estimate a score from several splits, correcting for training sets that overlap.

    Parameters
    ----------
    gain : ndarray of shape (n_predictions,)
        Gain of each prediction.
    strata : ndarray of shape (n_predictions,), int
        Stratum of each prediction.
    splits : ndarray of shape (n_predictions,), int
        Number of the split that each prediction belongs to, from 0 without gaps.
    ratio : float
        ``n_test / n_train`` of a cross-validation split; 0 for independent replicates, each with
        training and test spectra of its own.
    floor : float, default=0.0
        Least standard error, see :func:`resolution`.

    Returns
    -------
    estimate : Estimate
        The mean over J splits, the standard error ``sqrt((1/J + ratio) * s**2)`` with s the
        standard deviation between splits (NaN for a single split), and J - 1 degrees of freedom.

    References
    ----------
    C. Nadeau, Y. Bengio, "Inference for the Generalization Error", Machine Learning 52, 239
    (2003), doi 10.1023/A:1024068626366.
    """
    n_splits = int(splits.max()) + 1
    scores = [stratified_mean(gain[splits == j], strata[splits == j]) for j in range(n_splits)]
    if n_splits == 1:
        return Estimate(scores[0], np.nan, 0)
    standard_error = np.sqrt((1 / n_splits + ratio) * np.var(scores, ddof=1))
    return Estimate(float(np.mean(scores)), float(max(standard_error, floor)), n_splits - 1)


def estimate_by_groups(gain, strata, groups, floor=0.0, n_draws=N_DRAWS, random_state=0):
    """Estimate a score from all predictions together, resampling whole groups.

    Parameters
    ----------
    gain : ndarray of shape (n_predictions,)
        Gain of each prediction.
    strata : ndarray of shape (n_predictions,), int
        Stratum of each prediction.
    groups : ndarray of shape (n_predictions,)
        Group of each prediction.
    floor : float, default=0.0
        Least standard error, see :func:`resolution`.
    n_draws : int, default=2000
        Number of bootstrap draws.
    random_state : int, default=0
        Seed of the draws. The same seed draws the same groups for every model.

    Returns
    -------
    estimate : Estimate
        The score, the bootstrap's standard error times ``sqrt(G / (G - 1))``, and G - 1 degrees
        of freedom, with G the groups of the stratum that has fewest (for G = 1 no standard
        error). A stratum that a draw lacks is left out of that draw's mean.

    Notes
    -----
    The fitted models are held fixed, so what another training set would have changed is not in
    the interval; the groups, which are few, are taken to be the larger part.
    """
    names, members = np.unique(groups, return_inverse=True)
    n_groups, n_strata = len(names), int(strata.max()) + 1
    cells = members * n_strata + strata
    shape = (n_groups, n_strata)
    gains = np.bincount(cells, weights=gain, minlength=n_groups * n_strata).reshape(shape)
    sizes = np.bincount(cells, minlength=n_groups * n_strata).reshape(shape).astype(float)
    value = stratified_mean(gain, strata)
    n_rarest = min(count_units(strata, groups))
    if n_rarest == 1:
        return Estimate(value, np.nan, 0)

    rng = np.random.default_rng(random_state)
    draws = []
    for n in np.diff(np.append(np.arange(0, n_draws, BLOCK), n_draws)):
        weights = rng.multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=n)
        drawn = weights @ sizes
        means = (weights @ gains) / np.where(drawn > 0, drawn, 1)
        draws.extend(means.sum(axis=1) / np.count_nonzero(drawn, axis=1))
    standard_error = np.sqrt(n_rarest / (n_rarest - 1)) * np.std(draws, ddof=1)
    return Estimate(value, float(max(standard_error, floor)), n_rarest - 1)


def half_width(estimate, level=LEVEL):
    """Return the half-width of the two-sided interval of an estimate (NaN without one)."""
    if estimate.df < 1:
        return np.nan
    return float(stats.t.isf((1 - level) / 2, estimate.df) * estimate.standard_error)


def p_value(estimate, margin=MARGIN):
    """Return the smallest 1 - level at which the interval still clears a decision boundary.

    That is twice the least of three one-sided p-values: better by more than the margin, worse by
    more than the margin, and within the margin (the larger of two one-sided tests).

    Parameters
    ----------
    estimate : Estimate
        The difference of two scores.
    margin : float, default=0.02
        Smallest difference that matters.

    Returns
    -------
    p : float
        Between 0 and 1.
    """
    value, standard_error, df = estimate
    above = stats.t.sf((value - margin) / standard_error, df)
    below = stats.t.sf((-value - margin) / standard_error, df)
    inside = stats.t.sf((margin - abs(value)) / standard_error, df)
    return float(min(1.0, 2 * min(above, below, inside)))


def holm(p_values, level=LEVEL):
    """Correct for several comparisons by Holm's step-down rule.

    Parameters
    ----------
    p_values : array-like of shape (n_pairs,)
        One p-value a pair.
    level : float, default=0.95
        Confidence in all decisions together.

    Returns
    -------
    adjusted : ndarray of shape (n_pairs,)
        Adjusted p-values, to be compared with ``1 - level``.
    levels : ndarray of shape (n_pairs,)
        Level of each pair's interval: that of its rank, ``1 - (1 - level) / (n_pairs - rank)``,
        and from the first undecided rank on that one's, so that intervals and decisions agree.

    References
    ----------
    S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of
    Statistics 6, 65 (1979).
    """
    p_values = np.asarray(p_values, dtype=float)
    n_pairs, alpha = len(p_values), 1 - level
    adjusted, levels = np.empty(n_pairs), np.empty(n_pairs)
    highest, divisor = 0.0, n_pairs
    for rank, i in enumerate(np.argsort(p_values, kind="stable")):
        if highest < alpha:
            divisor = n_pairs - rank
        highest = max(highest, min(1.0, (n_pairs - rank) * p_values[i]))
        adjusted[i], levels[i] = highest, 1 - alpha / divisor
    return adjusted, levels


def judge(estimates, *, margin=MARGIN, level=LEVEL, not_converged=(), too_few=""):
    """Give a verdict on every pair of models.

    Parameters
    ----------
    estimates : dict of (str, str) to Estimate
        Difference of scores, first minus second model, of each pair.
    margin : float, default=0.02
        Smallest difference that matters.
    level : float, default=0.95
        Confidence in all verdicts together.
    not_converged : collection of str, default=()
        Models whose training did not converge: their pairs get no verdict.
    too_few : str, default=""
        Why the data are too few for any verdict or interval; empty where they are not.

    Returns
    -------
    pairs : list of PairResult
        In the order of ``estimates``. The verdict is "better" where the interval lies wholly
        above ``margin``, "worse" where wholly below ``-margin``, "equivalent" where wholly
        between the two, "cannot tell" otherwise, or "not converged".
    """
    usable = {
        pair: estimate
        for pair, estimate in estimates.items()
        if estimate.df > 0 and not too_few and not set(pair) & set(not_converged)
    }
    adjusted, levels = holm([p_value(estimate, margin) for estimate in usable.values()], level)
    position = dict(zip(usable, count()))
    pairs = []
    for pair, estimate in estimates.items():
        low = high = p = np.nan
        if pair in usable:
            p, width = adjusted[position[pair]], half_width(estimate, levels[position[pair]])
            low, high = estimate.value - width, estimate.value + width
        unfinished = [model for model in pair if model in not_converged]
        if unfinished:
            verdict, reason = "not converged", f"{' and '.join(unfinished)} did not converge"
        elif too_few or pair not in usable:
            verdict, reason = "cannot tell", too_few or "one split or group gives no interval"
        else:
            verdict, reason = _verdict(low, high, margin)
        pairs.append(PairResult(*pair, estimate.value, low, high, float(p), verdict, reason))
    return pairs


def _verdict(low, high, margin):
    points = 100 * margin
    if low > margin:
        return "better", f"the interval lies above +{points:g} points"
    if high < -margin:
        return "worse", f"the interval lies below -{points:g} points"
    if -margin < low and high < margin:
        return "equivalent", f"the interval lies within {points:g} points of zero"
    crossed = [
        f"{sign}{points:g}"
        for sign, edge in (("-", -margin), ("+", margin))
        if low <= edge <= high
    ]
    return "cannot tell", f"the interval reaches across {' and '.join(crossed)} points"
