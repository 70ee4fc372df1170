"""From stored predictions to scores and verdicts: pure functions, nothing is fitted here."""

from statistics import median

import numpy as np

from skspectra.comparison._plan import check_pairs
from skspectra.comparison._result import Comparison, ModelResult, model_family
from skspectra.comparison._verdict import (
    LEVEL,
    MIN_INDEPENDENT,
    count_units,
    estimate_by_groups,
    estimate_by_splits,
    half_width,
    judge,
    resolution,
)


def analyse(plan, runs, *, pairs=None, margin=None):
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

    Returns
    -------
    result : Comparison
        The result.
    """
    pairs = plan.pairs if pairs is None else check_pairs(pairs, plan.models)
    margin = plan.margin if margin is None else margin
    rows = np.concatenate([test for _, test in plan.splits])
    sizes = [len(test) for _, test in plan.splits]
    split_of = np.repeat(np.arange(len(sizes)), sizes)
    units = rows if plan.groups is None else plan.groups[rows]
    truth = np.searchsorted(plan.classes, plan.y)[rows]
    strata, one_stratum = truth, np.zeros(len(rows), dtype=int)
    ratio = 0.0 if plan.independent else sum(sizes) / sum(len(train) for train, _ in plan.splits)

    def estimate(gain, strata, floor=0.0):
        if plan.groups is not None:
            seed = plan.random_state
            return estimate_by_groups(gain, strata, units, floor, random_state=seed)
        return estimate_by_splits(gain, strata, split_of, ratio, floor)

    too_few = _too_few(plan.classes[np.unique(strata)], strata, units, plan.groups)
    results, codes, gains = [], {}, {}
    for name in plan.models:
        codes[name] = np.concatenate([run.predicted for run in runs[name]], axis=2)
        gain = (codes[name] == truth).mean(axis=1)
        gains[name] = gain[0]
        balanced, plain = estimate(gain[0], strata), estimate(gain[0], one_stratum)
        results.append(
            ModelResult(
                model=name,
                family=model_family(plan.models[name]),
                balanced_accuracy=balanced.value,
                balanced_accuracy_interval=np.nan if too_few else half_width(balanced),
                accuracy=plain.value,
                accuracy_interval=np.nan if too_few else half_width(plain),
                under_shift=tuple(estimate(row, strata).value for row in gain),
                holdout=_holdout_accuracy(plan, runs[name][0]),
                converged=all(run.converged for run in runs[name]),
                n_candidates=plan.n_candidates[name],
                fit_seconds=median(run.fit_seconds for run in runs[name]),
                search_seconds=median(run.search_seconds for run in runs[name]),
                predict_seconds=median(run.predict_seconds for run in runs[name]),
                parameters=tuple(run.parameters for run in runs[name]),
            )
        )
    floor = resolution(strata, units)
    verdicts = judge(
        {(a, b): estimate(gains[a] - gains[b], strata, floor) for a, b in pairs},
        margin=margin,
        not_converged=[result.model for result in results if not result.converged],
        too_few=too_few,
    )
    return Comparison(
        models=results,
        pairs=verdicts,
        classes=plan.classes,
        confusion={name: _confusion(truth, codes[name][0, 0], plan) for name in codes},
        shifts=np.array(plan.shifts),
        max_shift=plan.max_shift,
        n_splits=len(plan.splits),
        margin=margin,
        level=LEVEL,
        settings=plan.settings | {"margin": margin},
        plan=plan,
        runs=runs,
        rows=rows,
        split_of=split_of,
        y_true=plan.y[rows],
        predicted={name: plan.classes[code] for name, code in codes.items()},
        groups=plan.groups,
        names=plan.names,
        x_axis=plan.x_axis,
        unit=plan.unit,
    )


def _confusion(truth, predicted, plan):
    n_classes = len(plan.classes)
    cells = np.bincount(truth * n_classes + predicted, minlength=n_classes**2)
    return cells.reshape(n_classes, n_classes)


def _holdout_accuracy(plan, run):
    if plan.holdout is None:
        return np.nan
    return float(np.mean(plan.classes[run.predicted_holdout] == plan.holdout[1]))


def _too_few(classes, strata, units, groups):
    counts = count_units(strata, units)
    if min(counts) >= MIN_INDEPENDENT:
        return ""
    label = classes[int(np.argmin(counts))]
    kind = "spectra" if groups is None else "groups"
    return f"class {str(label)!r} has {min(counts)} {kind}, fewer than {MIN_INDEPENDENT}"
