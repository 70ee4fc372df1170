"""From stored predictions to scores and verdicts: pure functions, nothing is fitted here."""

from collections import Counter
from statistics import median

import numpy as np
from sklearn.metrics import f1_score
from sklearn.model_selection import ParameterGrid

from skspectra._words import count
from skspectra.comparison._advice import cost_order, recommend
from skspectra.comparison._code import python_code
from skspectra.comparison._evidence import score_interval
from skspectra.comparison._labels import decode
from skspectra.comparison._model_result import ModelResult, model_family
from skspectra.comparison._plan import check_margin, check_pairs
from skspectra.comparison._result import Comparison
from skspectra.comparison._run import with_parameters
from skspectra.comparison._verdict import (
    LEVEL,
    MIN_INDEPENDENT,
    count_units,
    estimate_by_groups,
    estimate_by_splits,
    judge,
    resolution,
)

BALANCED, PLAIN = "balanced accuracy", "accuracy"
METRICS = BALANCED, PLAIN


def analyse(plan, runs, *, pairs=None, margin=None, metric=BALANCED):
    """Turn the predictions of all models on all splits into scores and verdicts.

    Parameters
    ----------
    plan : Plan
        The data, the splits and the models.
    runs : dict of str to list of Run
        What each model predicted, one run per split.
    pairs : "all" or list of (str, str), default=None
        Pairs of models to give a verdict on; None means those of the plan.
    margin : float, default=None
        Smallest difference that matters; None means that of the plan.
    metric : {"balanced accuracy", "accuracy"} or callable, default="balanced accuracy"
        What the verdicts compare. A callable takes true and predicted labels and returns one
        number from 0 to 1 per prediction, whose mean is compared.

    Returns
    -------
    result : Comparison
        The result.
    """
    pairs = plan.pairs if pairs is None else check_pairs(pairs, plan.models)
    margin = plan.margin if margin is None else check_margin(margin)
    if not callable(metric) and metric not in METRICS:
        raise ValueError(f"metric must be one of {METRICS} or a callable, got {metric!r}")
    rows = np.concatenate([test for _, test in plan.splits])
    sizes = [len(test) for _, test in plan.splits]
    split_of = np.repeat(np.arange(len(sizes)), sizes)
    units = rows if plan.groups is None else plan.groups[rows]
    multilabel = plan.y.ndim == 2
    truth = plan.y[rows] if multilabel else np.searchsorted(plan.classes, plan.y)[rows]
    one_stratum = np.zeros(len(rows), dtype=int)
    strata = one_stratum if multilabel else truth
    ratio = 0.0 if plan.independent else sum(sizes) / sum(len(train) for train, _ in plan.splits)

    def estimate(gain, strata, floor=0.0):
        if plan.groups is not None:
            seed = plan.random_state
            return estimate_by_groups(gain, strata, units, floor, random_state=seed)
        return estimate_by_splits(gain, strata, split_of, ratio, floor)

    too_few = _too_few(None if multilabel else plan.classes, strata, units, plan.groups)
    n_units = len(np.unique(units))
    results, codes, labels, gains = [], {}, {}, {}
    for name in plan.models:
        # Numbers from n_classes on mean labels that are not among the classes: never right.
        codes[name] = np.concatenate([run.predicted for run in runs[name]], axis=2)
        labels[name] = _labels(plan, runs[name])
        right = codes[name] == truth
        right = right.all(axis=-1) if multilabel else right
        gain = right.mean(axis=1)
        gains[name] = gain[0]
        if callable(metric):
            gains[name] = _gain(metric, plan.y[rows], labels[name][0, 0])
        balanced, plain = estimate(gain[0], strata), estimate(gain[0], one_stratum)
        results.append(
            ModelResult(
                model=name,
                family=model_family(plan.models[name]),
                **_with_interval(
                    "balanced_accuracy", balanced, 1 / resolution(strata, units), too_few
                ),
                **_with_interval("accuracy", plain, n_units, too_few),
                under_shift=tuple(estimate(row, strata).value for row in gain),
                holdout=_holdout_accuracy(plan, runs[name][0]),
                converged=all(run.converged for run in runs[name]),
                n_candidates=plan.n_candidates[name],
                fit_seconds=median(run.fit_seconds for run in runs[name]),
                search_seconds=median(run.search_seconds for run in runs[name]),
                predict_seconds=median(run.predict_seconds for run in runs[name]),
                parameters=_parameters(plan.grids[name], runs[name]),
                **(
                    _f1(truth, codes[name][0, 0])
                    if multilabel
                    else _accepted(gain[0], codes[name][0, 0] < len(plan.classes))
                ),
            )
        )
    judged = one_stratum if metric != BALANCED else strata
    floor = resolution(judged, units)
    verdicts = judge(
        {(a, b): estimate(gains[a] - gains[b], judged, floor) for a, b in pairs},
        margin=margin,
        not_converged=[result.model for result in results if not result.converged],
        too_few=too_few,
        floor=floor,
        n_units=n_units,
        unit="spectra" if plan.groups is None else "groups",
    )
    able = [result.model for result in results if result.family != "baseline"]
    order = cost_order(
        [result.model for result in results if result.converged and result.model in able]
    )
    scores = {name: estimate(gains[name], judged) for name in order}
    best = max(order, key=lambda name: scores[name].value, default=None)
    recommendation = recommend(
        scores,
        {
            name: estimate(gains[best] - gains[name], judged, floor)
            for name in order
            if name != best
        },
        order,
        margin=margin,
        low={
            name: np.nan if too_few else score_interval(score, 1 / floor)[0]
            for name, score in scores.items()
        },
        guess=np.nan if callable(metric) else _guess(plan.y[rows], judged),
        too_few=too_few,
        rest="no model converged" if able else "there is nothing but a baseline",
    )
    if recommendation.model:
        chosen = next(result for result in results if result.model == recommendation.model)
        code = _code(plan.models[chosen.model], chosen.parameters)
        recommendation = recommendation._replace(code=code)
    return Comparison(
        models=results,
        pairs=verdicts,
        recommendation=recommendation,
        guess=_guess(plan.y[rows], strata),
        classes=plan.classes,
        confusion={} if multilabel else _confusion(truth, codes, len(plan.classes)),
        shifts=np.array(plan.shifts),
        max_shift=plan.max_shift,
        n_splits=len(plan.splits),
        margin=margin,
        level=LEVEL,
        settings=plan.settings | {"margin": margin} | _name_of(metric),
        plan=plan,
        runs=runs,
        rows=rows,
        split_of=split_of,
        y_true=plan.y[rows],
        predicted=labels,
        groups=plan.groups,
        names=plan.names,
        x_axis=plan.x_axis,
        unit=plan.unit,
    )


def _with_interval(name, estimate, n_units, too_few):
    low, high = (np.nan, np.nan) if too_few else score_interval(estimate, n_units)
    return {name: estimate.value, f"{name}_low": low, f"{name}_high": high}


def _guess(y, strata):
    """Return the score of always giving the most frequent label."""
    n_strata = len(np.unique(strata))
    if n_strata > 1:
        return 1 / n_strata
    return float(np.unique(y, axis=0, return_counts=True)[1].max() / len(y))


def _code(estimator, chosen):
    """Return the lines that build a model with the parameters that most splits chose."""
    often = Counter(map(repr, chosen)).most_common(1)[0][0]
    parameters = next(one for one in chosen if repr(one) == often)
    try:
        return python_code(with_parameters(estimator, parameters))
    except ValueError as error:
        return f"# The model cannot be written as lines of Python: {error}"


def _name_of(metric):
    if metric == BALANCED:
        return {}
    return {"metric": getattr(metric, "__name__", str(metric))}


def _labels(plan, runs):
    """Return the predicted labels of all splits, of shape (n_shifts, 2, n_predictions, ...)."""
    if plan.y.ndim == 2:
        return np.concatenate([run.predicted for run in runs], axis=2)
    parts = [decode(run.predicted, plan.classes, run.others) for run in runs]
    if len({part.dtype.kind for part in parts}) > 1:
        parts = [part.astype(object) for part in parts]
    return np.concatenate(parts, axis=2)


def _gain(metric, y_true, predicted):
    gain = np.asarray(metric(y_true, predicted), dtype=float)
    if gain.shape != (len(y_true),) or not ((gain >= 0) & (gain <= 1)).all():
        raise ValueError(
            f"metric must return {len(y_true)} numbers from 0 to 1, one per prediction; it "
            f"returned an array of shape {gain.shape}"
        )
    return gain


def _parameters(grid, runs):
    candidates = ParameterGrid(grid) if grid else None
    return tuple(candidates[run.candidate] if run.candidate >= 0 else {} for run in runs)


def _f1(truth, predicted):
    """Return the F1 scores of 0/1 matrices, from the predictions of all splits together."""
    return {
        f"f1_{average}": float(f1_score(truth, predicted, average=average, zero_division=0))
        for average in ("micro", "macro", "samples")
    }


def _accepted(right, accepted):
    """Return the share of spectra that were given a known label, and the accuracy on them."""
    return {
        "share_accepted": float(accepted.mean()),
        "accuracy_on_accepted": float(right[accepted].mean()) if accepted.any() else np.nan,
    }


def _confusion(truth, codes, n_classes):
    """Return confusion matrices, with a last column for other labels where any model needs it."""
    plain = {name: np.minimum(predicted[0, 0], n_classes) for name, predicted in codes.items()}
    n_columns = max(n_classes, 1 + max(predicted.max() for predicted in plain.values()))
    return {
        name: np.bincount(truth * n_columns + predicted, minlength=n_classes * n_columns).reshape(
            n_classes, n_columns
        )
        for name, predicted in plain.items()
    }


def _holdout_accuracy(plan, run):
    if plan.holdout is None:
        return np.nan
    y = plan.holdout[1]
    if y.ndim == 2:
        return float((run.predicted_holdout == y).all(axis=1).mean())
    return float(np.mean(decode(run.predicted_holdout, plan.classes, run.others) == y))


def _too_few(classes, strata, units, groups):
    counts = count_units(strata, units)
    if min(counts) >= MIN_INDEPENDENT:
        return ""
    kind = "spectra" if groups is None else "groups"
    if classes is None:
        there = "there is" if min(counts) == 1 else "there are"
        return f"{there} {count(min(counts), kind)}, fewer than {MIN_INDEPENDENT}"
    label = classes[np.unique(strata)[int(np.argmin(counts))]]
    return f"class {str(label)!r} has {count(min(counts), kind)}, fewer than {MIN_INDEPENDENT}"
