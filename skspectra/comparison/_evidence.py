"""What one estimate says by itself: probabilities, the interval of a score, and what is missing.

These are pure functions of a value, its standard error and its degrees of freedom.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import special

from skspectra.comparison._wording import two_digits

# Median size of a true difference of balanced accuracies before anything is seen. A quarter of the
# differences is then below 1.2 points and a quarter above 7; 16 differences between pooled and raw
# models on measured sets had 1.1, 2.9 (median) and 9.
PRIOR_SCALE = 0.03
MOST_TIMES = 100
_EVERYWHERE = np.linspace(-1, 1, 801)


class Evidence(NamedTuple):
    """Probabilities that the first model of a pair is better, equivalent or worse.

    Parameters
    ----------
    better, equivalent, worse : float
        The probability that the true difference is above the margin, within it, and below minus
        the margin. They add up to 1, and are NaN where nothing can be stated.
    """

    better: float
    equivalent: float
    worse: float


NO_EVIDENCE = Evidence(np.nan, np.nan, np.nan)


def evidence(estimate, margin, prior_scale=PRIOR_SCALE):
    """Return the probabilities that a difference is above, within and below the margin.

    Parameters
    ----------
    estimate : Estimate
        The difference of two scores, with its standard error and its degrees of freedom.
    margin : float
        Smallest difference that matters.
    prior_scale : float, default=0.03
        Median size of a true difference, before anything is seen: the prior is Cauchy's
        distribution around zero, cut at +-1. An infinite scale makes it flat.

    Returns
    -------
    evidence : Evidence
        The probabilities; NaN for an estimate without a standard error.

    Notes
    -----
    With a flat prior the posterior is Student's t around the difference. For repeated splits this
    is the correlated t test of Benavoli et al., whose standard error is that of Nadeau and
    Bengio. The prior pulls large differences on few data towards zero, because in a simulation
    the probabilities are then closer to what comes true. It has long tails, so that a large
    difference on many data stays what it is.

    References
    ----------
    A. Benavoli, G. Corani, J. Demsar, M. Zaffalon, "Time for a Change: a Tutorial for Comparing
    Multiple Classifiers Through Bayesian Analysis", JMLR 18(77), 1-36 (2017).

    Examples
    --------
    >>> from skspectra.comparison._evidence import evidence
    >>> from skspectra.comparison._verdict import Estimate
    >>> chances = evidence(Estimate(0.05, 0.02, 9), margin=0.02)
    >>> [round(chance, 2) for chance in chances]
    [0.78, 0.21, 0.01]
    """
    value, standard_error, df = estimate
    if df < 1:
        return NO_EVIDENCE
    near = np.clip(value + standard_error * _quantiles(df), -1, 1)
    grid = np.sort(np.concatenate([_EVERYWHERE, near, [-margin, margin]]))
    log_likelihood = -(df + 1) / 2 * np.log1p(((grid - value) / standard_error) ** 2 / df)
    density = np.exp(log_likelihood - log_likelihood.max()) / (1 + (grid / prior_scale) ** 2)
    mass = np.diff(grid) * (density[1:] + density[:-1]) / 2
    middle = (grid[1:] + grid[:-1]) / 2
    better, worse = (
        mass[where].sum() / mass.sum() for where in (middle > margin, middle < -margin)
    )
    return Evidence(float(better), float(max(0.0, 1 - better - worse)), float(worse))


@lru_cache
def _quantiles(df):
    return special.stdtrit(df, (np.arange(800) + 0.5) / 800)


def score_interval(estimate, n_units, level=0.95):
    """Return the confidence interval of a score, which stays within 0 and 1.

    It is an interval for a share of independent trials, for as many trials as the standard error
    stands for. So it has a width where no error, or nothing but errors, was seen.

    Parameters
    ----------
    estimate : Estimate
        The score, with its standard error and its degrees of freedom.
    n_units : float
        Number of independent trials that the score can stand for at most: the number of strata
        times the number of spectra (or groups) in the stratum that has fewest.
    level : float, default=0.95
        Confidence.

    Returns
    -------
    low, high : float
        The interval; NaN for an estimate without a standard error.

    Notes
    -----
    A standard error s of the score p stands for ``p (1 - p) / s**2`` trials, fewer where its
    degrees of freedom are few (Korn and Graubard). For them Jeffreys' interval is taken, and that
    of Clopper and Pearson where the score is 0 or 1 (Brown, Cai and DasGupta).

    References
    ----------
    E. L. Korn, B. I. Graubard, "Confidence Intervals for Proportions with Small Expected Number
    of Positive Counts Estimated from Survey Data", Survey Methodology 24, 193 (1998).

    L. D. Brown, T. T. Cai, A. DasGupta, "Interval Estimation for a Binomial Proportion",
    Statistical Science 16, 101 (2001), doi 10.1214/ss/1009213286.

    Examples
    --------
    >>> from skspectra.comparison._evidence import score_interval
    >>> from skspectra.comparison._verdict import Estimate
    >>> [round(edge, 3) for edge in score_interval(Estimate(1.0, 0.0, 9), n_units=60)]
    [0.94, 1.0]
    """
    value, standard_error, df = estimate
    if df < 1:
        return np.nan, np.nan
    tail, n_trials = (1 - level) / 2, n_units
    if 0 < value < 1 and standard_error > 0:
        # With few degrees of freedom the standard error is uncertain: fewer trials stand for it.
        uncertainty = (special.stdtrit(df, tail) / special.ndtri(tail)) ** 2
        n_trials = min(n_units, value * (1 - value) / standard_error**2 / uncertainty)
    hits, misses = value * n_trials, (1 - value) * n_trials
    low = special.betaincinv(hits + 0.5, misses + 0.5, tail)
    high = special.betaincinv(hits + 0.5, misses + 0.5, 1 - tail)
    if hits <= 0:
        low, high = 0.0, 1 - tail ** (1 / n_trials)
    if misses <= 0:
        low, high = tail ** (1 / n_trials), 1.0
    # Where the trials are very few, Jeffreys' interval may leave the score itself out.
    return float(min(low, value)), float(max(high, value))


def what_decides(estimate, width, margin, n_units, unit, *, floored=False, df_grows=False):
    """Say in words about how many more data would decide a pair.

    Parameters
    ----------
    estimate : Estimate
        The difference of two scores.
    width : float
        Half-width of its interval.
    margin : float
        Smallest difference that matters.
    n_units : int
        Number of independent units, spectra or groups, that there are.
    unit : str
        What they are called, in the plural.
    floored : bool, default=False
        Whether the standard error is the least one, that of a single unit, which falls with the
        number of units and not with its root.
    df_grows : bool, default=False
        Whether the degrees of freedom grow with the units, as they do with groups.

    Returns
    -------
    text : str
        For instance "about 260 spectra instead of 120 would decide it, if the difference stays as
        it is".
    """
    gap = abs(abs(estimate.value) - margin)
    times = np.geomspace(1, MOST_TIMES, 400)
    df = np.maximum((estimate.df + 1) * times - 1, 1) if df_grows else estimate.df
    tail = special.stdtr(estimate.df, -width / estimate.standard_error)
    errors = estimate.standard_error / (times if floored else np.sqrt(times))
    enough = times[-special.stdtrit(df, tail) * errors < gap]
    if not len(enough):
        return (
            f"not even {MOST_TIMES} times as many {unit} would decide it if the difference stays "
            "as it is"
        )
    needed = two_digits(n_units * enough[0])
    return (
        f"about {max(needed, n_units + 1):,} {unit} instead of {n_units:,} would decide it, if "
        "the difference stays as it is"
    )
