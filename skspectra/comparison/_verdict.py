"""The rule that turns differences of scores into verdicts: pure functions, no models.

A *gain* is one number per test prediction: 1 if the model was correct and 0 if it was not. For a
pair of models it is the difference of their gains (-1, 0 or 1). A score is the mean over
``strata`` of the mean gain in each stratum. With the true classes as strata it is the balanced
accuracy (or a difference of two of them), with a single stratum the accuracy.
"""

from itertools import count
from typing import NamedTuple

import numpy as np
from scipy import special

from skspectra.comparison._evidence import NO_EVIDENCE, evidence, what_decides

LEVEL = 0.95
MARGIN = 0.02
MIN_INDEPENDENT = 5
N_DRAWS = 2000
BLOCK = 200


class Estimate(NamedTuple):
    """A score or a difference of scores, with the numbers that give its interval."""

    value: float
    standard_error: float
    df: int


class PairResult(NamedTuple):
    """The verdict on one pair of models.

    Parameters
    ----------
    model_a, model_b : str
        The models; "better" and "worse" refer to the first.
    difference : float
        Balanced accuracy of the first minus that of the second, as a fraction.
    low, high : float
        Confidence interval of the difference, at the level given by Holm's rule and within +-1;
        NaN if there is none.
    p_value : float
        Smallest 1 - level at which the verdict would hold, corrected by Holm's rule.
    verdict : {"better", "worse", "equivalent", "cannot tell", "not converged"}
        The verdict.
    reason : str
        The reason for the verdict, in words.
    probability_better, probability_equivalent, probability_worse : float, default=nan
        Probabilities that the first model is better by more than the margin, equivalent within
        it, and worse. They belong to this pair alone, see :func:`evidence`; NaN if there are none.
    needed : str, default=""
        About how many more spectra or groups would decide the pair; empty where it is decided or
        where this cannot be said.
    """

    model_a: str
    model_b: str
    difference: float
    low: float
    high: float
    p_value: float
    verdict: str
    reason: str
    probability_better: float = np.nan
    probability_equivalent: float = np.nan
    probability_worse: float = np.nan
    needed: str = ""


def stratified_mean(gain, strata):
    """Return the mean gain of each stratum that occurs, averaged over these strata."""
    n_in_stratum = np.bincount(strata)
    present = n_in_stratum > 0
    return float(np.mean(np.bincount(strata, weights=gain)[present] / n_in_stratum[present]))


def resolution(strata, units):
    """Return the change of the score that one independent unit of the rarest stratum makes.

    No standard error is smaller than this change. If two models agree on every one of n units,
    the observed variance is zero, but this does not prove that they are equal. With this floor
    they count as equivalent within 2 points only from about 100 to 140 units on. That is close to
    the "rule of three" (no event in n trials leaves a rate of 3/n possible).

    Parameters
    ----------
    strata : ndarray of shape (n_predictions,), int
        Stratum of each prediction.
    units : ndarray of shape (n_predictions,)
        The spectrum or the group of spectra that each prediction belongs to.

    Returns
    -------
    resolution : float
        ``1 / (n_strata * units in the stratum that has fewest)``.
    """
    n_units = count_units(strata, units)
    return 1.0 / (len(n_units) * min(n_units))


def count_units(strata, units):
    """Return how many different units each stratum has."""
    return [len(np.unique(units[strata == stratum])) for stratum in np.unique(strata)]


def estimate_by_splits(gain, strata, splits, ratio, floor=0.0):
    """Estimate a score from several splits, with a correction for overlapping training sets.

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
        its own training and test spectra.
    floor : float, default=0.0
        Least standard error, see :func:`resolution`.

    Returns
    -------
    estimate : Estimate
        The mean over J splits, the standard error ``sqrt((1/J + ratio) * s**2)``, where s is the
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
    """Estimate a score from all predictions together, by resampling whole groups.

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
        of freedom, where G is the number of groups in the stratum that has fewest (G = 1 gives no
        standard error). A stratum that is missing in a draw is left out of the mean of that draw.

    Notes
    -----
    The fitted models are held fixed, so the interval does not include the effect of another
    training set. The few groups are assumed to be the larger source of error.
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
    """Return the half-width of the two-sided confidence interval (NaN if there is none)."""
    if estimate.df < 1:
        return np.nan
    return float(-special.stdtrit(estimate.df, (1 - level) / 2) * estimate.standard_error)


def p_value(estimate, margin=MARGIN):
    """Return the smallest 1 - level at which the interval still allows a decision.

    This is twice the least of three one-sided p-values: for better by more than the margin, for
    worse by more than the margin, and for within the margin (the larger of two one-sided tests).

    Parameters
    ----------
    estimate : Estimate
        The difference of two scores.
    margin : float, default=0.02
        Smallest difference that matters.

    Returns
    -------
    p : float
        The p-value, between 0 and 1.
    """
    value, standard_error, df = estimate
    above = special.stdtr(df, (margin - value) / standard_error)
    below = special.stdtr(df, (margin + value) / standard_error)
    inside = special.stdtr(df, (abs(value) - margin) / standard_error)
    return float(min(1.0, 2 * min(above, below, inside)))


def holm(p_values, level=LEVEL):
    """Correct for several comparisons by Holm's step-down rule.

    Parameters
    ----------
    p_values : array-like of shape (n_pairs,)
        One p-value per pair.
    level : float, default=0.95
        Confidence in all decisions together.

    Returns
    -------
    adjusted : ndarray of shape (n_pairs,)
        Adjusted p-values, to be compared with ``1 - level``.
    levels : ndarray of shape (n_pairs,)
        Level of the interval of each pair. It is ``1 - (1 - level) / (n_pairs - rank)``; from the
        first undecided rank on, all pairs have the level of this rank, so that intervals and
        decisions agree.

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


def judge(
    estimates,
    *,
    margin=MARGIN,
    level=LEVEL,
    not_converged=(),
    too_few="",
    floor=0.0,
    n_units=0,
    unit="spectra",
):
    """Give a verdict on every pair of models.

    Parameters
    ----------
    estimates : dict of (str, str) to Estimate
        Difference of scores of each pair, first model minus second model.
    margin : float, default=0.02
        Smallest difference that matters.
    level : float, default=0.95
        Confidence in all verdicts together.
    not_converged : collection of str, default=()
        Models whose training did not converge; the verdict on their pairs is "not converged".
    too_few : str, default=""
        The reason why there are too few data for any verdict or interval; empty if there are
        enough.
    floor : float, default=0.0
        The least standard error that the estimates were given, see :func:`resolution`.
    n_units : int, default=0
        Number of independent units that there are, to say how many would decide a pair; 0 if this
        is not to be said.
    unit : {"spectra", "groups"}, default="spectra"
        What the independent units are.

    Returns
    -------
    pairs : list of PairResult
        One result per pair, in the order of ``estimates``. The verdict is "better" if the whole
        interval is above ``margin``, "worse" if it is below ``-margin``, "equivalent" if it is
        between the two, and "cannot tell" otherwise.
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
        chances, needed = NO_EVIDENCE, ""
        if pair in usable:
            p, width = adjusted[position[pair]], half_width(estimate, levels[position[pair]])
            low, high = max(-1.0, estimate.value - width), min(1.0, estimate.value + width)
            chances = evidence(estimate, margin)
        unfinished = [model for model in pair if model in not_converged]
        if unfinished:
            verdict, reason = "not converged", f"{' and '.join(unfinished)} did not converge"
        elif pair not in usable:
            verdict, reason = "cannot tell", too_few or "one split or group gives no interval"
        else:
            verdict, reason = _verdict(low, high, margin)
        if verdict == "cannot tell" and pair in usable and n_units:
            known = {"floored": estimate.standard_error <= floor, "df_grows": unit == "groups"}
            needed = what_decides(estimate, width, margin, n_units, unit, **known)
        numbers = estimate.value, low, high, float(p)
        pairs.append(PairResult(*pair, *numbers, verdict, reason, *chances, needed))
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
