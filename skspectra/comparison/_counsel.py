"""A finished comparison in sentences that say what to do."""

import numpy as np

from skspectra._grid import mean_step
from skspectra.comparison._advice import always_wrong, at_edges
from skspectra.comparison._parameters import in_axis_units
from skspectra.comparison._wording import listed

MOST_LISTED = 8
# Where more of the spectra are named wrongly by every model, it is not their labels.
MOST_WRONG = 0.1


def give_advice(result):
    """Return what follows from a comparison, one finding a sentence or two.

    Parameters
    ----------
    result : Comparison
        The comparison.

    Returns
    -------
    sentences : list of str
        From side issues to the recommendation, which comes last.
    """
    return [
        *(f"{finding.title} {finding.action}" for finding in result.audit),
        *_not_converged(result),
        *_edges(result),
        *_hard(result),
        *_shifts(result),
        *filter(None, [result.conclusion()]),
        *_undecided(result),
        result.recommendation.reason,
    ]


def hard_spectra(result):
    """Return the spectra that every model gets wrong.

    Parameters
    ----------
    result : Comparison
        The comparison.

    Returns
    -------
    hard : list of (int, str, str)
        Row, label, and what the models say instead, most often first. Baselines and models that
        did not converge are left out, and nothing is found with fewer than two models. Those
        come first on whose label the models agree: theirs may be wrong.
    """
    names = [m.model for m in result.models if m.family != "baseline" and m.converged]
    if len(names) < 2:
        return []
    said = np.stack([result.predicted[name][0, 0] for name in names])
    wrong = said != result.y_true
    wrong = wrong.any(axis=-1) if wrong.ndim == 3 else wrong
    hard = []
    for row in always_wrong(result.rows, wrong):
        here = result.rows == row
        answers = said[:, here].reshape(-1, *said.shape[2:])
        words = [label_text(answer, result.classes) for answer in answers]
        often = sorted(set(words), key=lambda word: (-words.count(word), word))
        label = label_text(result.y_true[here][0], result.classes)
        hard.append((int(row), label, " or ".join(often[:2])))
    return sorted(hard, key=lambda one: " or " in one[2])


def label_text(label, classes):
    """Return a label as text; that of a row of a 0/1 matrix joins its labels by "+"."""
    if np.ndim(label):
        return "+".join(str(name) for name in classes[np.asarray(label) == 1]) or "none"
    return str(label)


def axis_text(result, shift):
    """Return a displacement in points, and in units of the axis where it is known."""
    text = f"{shift} point{'' if shift == 1 else 's'}"
    step = mean_step(result.x_axis)
    if step is None:
        return text
    return f"{text} ({' '.join(filter(None, [f'{shift * step:.2g}', result.unit]))})"


def _not_converged(result):
    names = [model.model for model in result.models if not model.converged]
    if names:
        them = "it" if len(names) == 1 else "them"
        yield (
            f"{listed(names)} did not converge, so nothing is said about {them}: give {them} more "
            "iterations (max_iter, max_epochs)."
        )


def _edges(result):
    if result.plan is None:
        return
    for model in result.models:
        for name, value, side, n in at_edges(model.parameters, result.plan.grids[model.model]):
            further = "larger" if side == "upper" else "smaller"
            text = in_axis_units({name: value}, result.x_axis, result.unit)[name]
            yield (
                f"{model.model}: {name.split('__')[-1]} = {text}, the {side} end of its grid, "
                f"was chosen in {n} of {len(model.parameters)} splits. Search {further} values, "
                "too: the model may be better than shown."
            )


def _hard(result):
    hard = hard_spectra(result)
    if not hard:
        return
    n = len(np.unique(result.rows))
    begin = f"{len(hard)} of {n} spectra are" if len(hard) > 1 else f"One of {n} spectra is"
    if len(hard) > MOST_WRONG * n:
        yield (
            f"{begin} named wrongly by every model. So many are hardly wrong labels: the classes "
            "overlap."
        )
        return
    words = [
        f"{'row ' + str(row) if result.names is None else result.names[row]} "
        f"(label {label}, taken for {said})"
        for row, label, said in hard
    ]
    yield (
        f"{begin} named wrongly by every model: {listed(words, MOST_LISTED)}. Check "
        f"{'their labels, first where all models agree' if len(hard) > 1 else 'its label'}."
    )


def _shifts(result):
    taken = next((m for m in result.models if m.model == result.recommendation.model), None)
    if taken is None or result.max_shift == 0:
        return
    stable = max(result.models, key=result.at_max_shift)
    moved = axis_text(result, result.max_shift)
    text = f"If spectra are moved by {moved}, {taken.model} {_falls(result, taken)}"
    gain = result.at_max_shift(stable) - result.at_max_shift(taken)
    if gain > result.margin:
        yield (
            f"{text}, and {stable.model} {_falls(result, stable)}: it loses least where "
            "instruments differ by so much."
        )
    else:
        yield f"{text}; no model holds more than {100 * result.margin:g} points better."


def _falls(result, model):
    before, after = 100 * model.under_shift[0], 100 * result.at_max_shift(model)
    if round(before) == round(after):
        return f"stays at {before:.0f} %"
    return f"{'falls' if after < before else 'rises'} from {before:.0f} to {after:.0f} %"


def _undecided(result):
    taken = result.recommendation.model
    best = max(
        (m for m in result.models if m.converged and m.family != "baseline"),
        key=lambda model: model.balanced_accuracy,
        default=None,
    )
    for pair in result.pairs:
        both = {pair.model_a, pair.model_b}
        if pair.needed and best is not None and both == {taken, best.model}:
            yield f"Whether {taken} or {best.model} is better cannot be told: {pair.needed}."
