"""What one estimate says by itself: probabilities, the interval of a score, and what is missing.

These are pure functions of a value, its standard error and its degrees of freedom.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import special

# The prior of a true difference of balanced accuracies: Student's t around zero. It was chosen
# in benchmarks/study.py evidence.
PRIOR_SCALE = 0.03
PRIOR_DF = 3
N_POINTS = 4000
MOST_TIMES = 100


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
        Scale of the prior, Student's t with 3 degrees of freedom around zero, cut at +-1. A prior
        of infinite scale is flat.

    Returns
    -------
    evidence : Evidence
        The probabilities; NaN for an estimate without a standard error.

    Notes
    -----
    With a flat prior the posterior is Student's t around the difference. For repeated splits this
    is the correlated t test of Benavoli et al., whose standard error is that of Nadeau and
    Bengio. The prior pulls large differences on few data towards zero: in a simulation the
    probabilities are then closer to what comes true.

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
    [0.83, 0.17, 0.0]
    """
    value, standard_error, df = estimate
    if df < 1:
        return NO_EVIDENCE
    # Each quantile stands for an equal share of the posterior under a flat prior.
    differences = value + standard_error * _quantiles(df)
    weights = np.abs(differences) <= 1
    if np.isfinite(prior_scale):
        weights = weights * (1 + (differences / prior_scale) ** 2 / PRIOR_DF) ** -(
            (PRIOR_DF + 1) / 2
        )
    shares = weights / weights.sum()
    better, worse = shares[differences > margin].sum(), shares[differences < -margin].sum()
    return Evidence(float(better), float(max(0.0, 1 - better - worse)), float(worse))


@lru_cache
def _quantiles(df):
    return special.stdtrit(df, (np.arange(N_POINTS) + 0.5) / N_POINTS)


def score_interval(estimate, n_units, level=0.95):
    """Return the confidence interval of a score, which stays within 0 and 1.

    It is the interval of Clopper and Pearson for as many independent trials as the standard error
    stands for. So it is not of zero width where no error, or nothing but errors, was seen.

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

    References
    ----------
    E. L. Korn, B. I. Graubard, "Confidence Intervals for Proportions with Small Expected Number
    of Positive Counts Estimated from Survey Data", Survey Methodology 24, 193 (1998).

    Examples
    --------
    >>> from skspectra.comparison._evidence import score_interval
    >>> from skspectra.comparison._verdict import Estimate
    >>> [round(edge, 3) for edge in score_interval(Estimate(1.0, 0.0, 9), n_units=60)]
    [0.923, 1.0]
    """
    value, standard_error, df = estimate
    if df < 1:
        return np.nan, np.nan
    tail = (1 - level) / 2
    variance, smallest = value * (1 - value), standard_error**2
    n_trials = min(n_units, variance / smallest) if smallest > 0 and variance > 0 else n_units
    # With few degrees of freedom the standard error is uncertain: fewer trials stand for it.
    n_trials *= (special.ndtri(tail) / special.stdtrit(df, tail)) ** 2
    hits = value * n_trials
    low = special.betaincinv(hits, n_trials - hits + 1, tail) if hits > 0 else 0.0
    high = special.betaincinv(hits + 1, n_trials - hits, 1 - tail) if hits < n_trials else 1.0
    return float(low), float(high)


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
            "as it is: take the cheaper model"
        )
    needed = _two_digits(n_units * enough[0])
    return (
        f"about {max(needed, n_units + 1):,} {unit} instead of {n_units:,} would decide it, if "
        "the difference stays as it is"
    )


def _two_digits(number):
    step = 10 ** max(0, int(np.floor(np.log10(number))) - 1)
    return int(np.ceil(number / step) * step)
