"""What to do next: before a comparison from the counts, after it from its numbers."""

from typing import NamedTuple

import numpy as np

from skspectra.comparison._evidence import evidence

ACCEPTED_RISK = 0.2


class Recommendation(NamedTuple):
    """The model to take, why, and how to build it.

    Parameters
    ----------
    model : str
        Name of the model; empty if none is recommended.
    reason : str
        Why, in one or two sentences.
    code : str
        Lines of Python that build the model, unfitted; empty if none is recommended.
    """

    model: str
    reason: str
    code: str = ""


class Choice(NamedTuple):
    """The model that the rule of recommendation picks.

    Parameters
    ----------
    model : str
        The model to take.
    best : str
        The model with the highest score.
    risk : float
        Probability that the best is better than the model by more than the margin; 0 for the best
        itself, and NaN where no probability can be stated.
    """

    model: str
    best: str
    risk: float


def choose(scores, shortfalls, order, margin, accepted_risk=ACCEPTED_RISK):
    """Pick the cheapest model that is probably not much worse than the best one.

    Parameters
    ----------
    scores : dict of str to Estimate
        The score of each model that may be picked.
    shortfalls : dict of str to Estimate
        What each model lacks to the best one: the score of the best minus that of the model. No
        probability is stated for a model that is missing here or has no standard error.
    order : list of str
        The models of ``scores`` from cheap to expensive.
    margin : float
        Smallest difference that matters.
    accepted_risk : float, default=0.2
        A model is passed over if it is worse than the best by more than the margin with this
        probability or a higher one.

    Returns
    -------
    choice : Choice
        The first model in ``order`` whose probability is lower. Where no probability can be
        stated, the first within one standard error of the best score.
    """
    best = max(order, key=lambda name: scores[name].value)
    risks = {name: evidence(shortfall, margin).better for name, shortfall in shortfalls.items()}
    risks[best] = 0.0
    if all(np.isfinite(risks.get(name, np.nan)) for name in order):
        model = next(name for name in order if risks[name] < accepted_risk)
        return Choice(model, best, risks[model])
    error = np.nan_to_num(scores[best].standard_error)
    enough = scores[best].value - error
    model = next(name for name in order if scores[name].value >= enough)
    return Choice(model, best, np.nan)
