"""What to do next: before a comparison from the counts, after it from its numbers."""

import numbers
from typing import NamedTuple

import numpy as np

from skspectra.comparison._evidence import evidence
from skspectra.comparison._models import COST_ORDER
from skspectra.comparison._wording import percent

ACCEPTED_RISK = 0.2


class Recommendation(NamedTuple):
    """The model to take, why, and how to build it.

    Parameters
    ----------
    model : str
        Name of the model; empty if none is recommended.
    reason : str
        Why, in one or two sentences.
    code : str, default=""
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


def cost_order(names):
    """Return names of models from cheap to expensive.

    Parameters
    ----------
    names : list of str
        The names.

    Returns
    -------
    order : list of str
        In the order of the table of models if all are in it, otherwise as they were given.
    """
    return sorted(names, key=COST_ORDER.index) if set(names) <= set(COST_ORDER) else list(names)


def recommend(scores, shortfalls, order, *, margin, low, guess, too_few="", rest=""):
    """Recommend a model, in words.

    Parameters
    ----------
    scores, shortfalls, order, margin
        See :func:`choose`. ``order`` may be empty.
    low : dict of str to float
        Lower end of the interval of each score; NaN where there is none.
    guess : float
        The score of always naming the most frequent class; NaN if it is not known.
    too_few : str, default=""
        Why no interval or probability can be stated; empty if they can.
    rest : str, default=""
        Why there is no model in ``order``.

    Returns
    -------
    recommendation : Recommendation
        The recommendation, without code.
    """
    if not order:
        return Recommendation("", f"No model is recommended: {rest}.")
    if too_few:
        shortfalls = {}
    model, best, risk = choose(scores, shortfalls, order, margin)
    reached = f"{100 * scores[model].value:.1f} %"
    guessing = f"guessing, which gives {100 * guess:.1f} %"
    if low[best] <= guess:
        return Recommendation(
            "",
            f"No model is recommended: even the best one, {best}, is not shown to do better than "
            f"{guessing} ({100 * scores[best].value:.1f} %, interval from {100 * low[best]:.1f} "
            "%). Measure more spectra, or look for what tells the classes apart.",
        )
    points = f"{100 * margin:g} points"
    if np.isnan(risk):
        reason = (
            f"Take {model}: it scores {reached}, and it is the cheapest within one standard error "
            f"of the highest score ({best}, {100 * scores[best].value:.1f} %). No probability can "
            f"be stated: {too_few or 'one split or group gives no interval'}."
        )
    elif model != best:
        reason = (
            f"Take {model}: it scores {reached} and is the cheapest whose probability of being "
            f"worse than the best by more than {points} is below {100 * ACCEPTED_RISK:g} % "
            f"({percent(risk)}; the best is {best} with {100 * scores[best].value:.1f} %)."
        )
    elif model == order[0]:
        reason = f"Take {model}: it has the highest score ({reached}) and is the cheapest, too."
    else:
        reason = (
            f"Take {model}: it has the highest score ({reached}), and each cheaper model is worse "
            f"by more than {points} with a probability of {100 * ACCEPTED_RISK:g} % or more."
        )
    if np.isfinite(guess):
        reason += (
            f" It does better than {guessing}."
            if low[model] > guess
            else f" It cannot be said whether it does better than {guessing}."
        )
    return Recommendation(model, reason)


def at_edges(chosen, grid):
    """Return the parameters that most searches chose at an end of their grid.

    Parameters
    ----------
    chosen : sequence of dict
        What the search of each split chose.
    grid : dict, list of dict or None
        The grid that was searched.

    Returns
    -------
    edges : list of (str, object, str, int)
        Name of the parameter, its value at the end, "lower" or "upper", and the number of splits
        that chose it. The values of all parts of a grid count together. Only numbers with three or
        more values above 0 have an end; a whole number of 1 can go no lower.
    """
    tried = {}
    for one_grid in [grid] if isinstance(grid, dict) else grid or []:
        for name, values in one_grid.items():
            tried.setdefault(name, set()).update(filter(_is_number, values))
    found = {}
    for parameters in chosen:
        for name, value in parameters.items():
            values = tried.get(name, ())
            if len(values) < 3 or min(values) <= 0 or not _is_number(value):
                continue
            if value == max(values):
                found.setdefault((name, value, "upper"), []).append(1)
            elif value == min(values) and not (isinstance(value, int) and value == 1):
                found.setdefault((name, value, "lower"), []).append(1)
    return [(*key, len(n)) for key, n in found.items() if 2 * len(n) > len(chosen)]


def _is_number(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def always_wrong(rows, wrong):
    """Return the rows that every model gets wrong whenever it is tested on them.

    Parameters
    ----------
    rows : ndarray of shape (n_predictions,), int
        Row of each prediction.
    wrong : ndarray of shape (n_models, n_predictions), bool
        Whether each model was wrong.

    Returns
    -------
    rows : ndarray of shape (n_hard,), int
        The rows, in ascending order.
    """
    different, members = np.unique(rows, return_inverse=True)
    n_wrong = np.bincount(members, weights=wrong.all(axis=0))
    return different[n_wrong == np.bincount(members)]
