"""Compare models on the same splits, with equal search budgets."""

import re
import warnings
from contextlib import contextmanager
from itertools import combinations
from statistics import fmean, median

import numpy as np
from sklearn.model_selection import ParameterGrid
from sklearn.utils import check_array, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from skspectra.comparison._result import Comparison, ModelResult, model_family
from skspectra.comparison._run import run_model
from skspectra.comparison._splits import describe_splits, make_inner_splits, make_splits
from skspectra.comparison._verdict import (
    LEVEL,
    MARGIN,
    MIN_INDEPENDENT,
    count_units,
    estimate_by_groups,
    estimate_by_splits,
    half_width,
    judge,
    resolution,
)


def compare(
    X,
    y,
    models,
    *,
    groups=None,
    cv=5,
    n_repeats=2,
    independent=False,
    search_cv=3,
    holdout=None,
    max_shift=None,
    pairs="all",
    margin=MARGIN,
    random_state=0,
    progress=None,
):
    """Compare classifiers of spectra and say which differences the data support.

    All models are fitted and scored one after another on the same splits. Each searches the same
    number of candidates, inside the training part only.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_points)
        The spectra.
    y : array-like of shape (n_samples,)
        The labels.
    models : dict of str to estimator or (estimator, dict)
        The models by name. In ``(estimator, grid)`` the grid, a dictionary of lists, is searched
        for the best balanced accuracy. ``(estimator, None)`` has nothing to search and is exempt
        from the rule of equal budgets.
    groups : array-like of shape (n_samples,), default=None
        Group of each spectrum. Spectra of one group (replicates of one sample, spectra of one
        instrument) are never divided between training and test.
    cv : int, "leave-one-group-out" or list of (train, test) index arrays, default=5
        Number of stratified folds, or the splits themselves.
    n_repeats : int, default=2
        Number of times that the folds are drawn.
    independent : bool, default=False
        Whether the splits in ``cv`` are replicates that share neither training nor test spectra.
    search_cv : int, default=3
        Number of inner folds of a search.
    holdout : tuple (X, y), default=None
        Further test spectra, scored only by the models of the first split.
    max_shift : int, default=None
        Displacement of the test spectra in the shift test, in points. None means
        ``max(1, round(n_points / 200))``. Scores are also computed at half and at twice this
        displacement. Each score is averaged over both directions.
    pairs : "all" or list of (str, str), default="all"
        Pairs of models to give a verdict on. Choose them before you see results: every further
        pair makes the verdicts on the others less precise.
    margin : float, default=0.02
        Smallest difference of balanced accuracy that matters.
    random_state : int, default=0
        Seed of the splits and of the resampling of groups. Models keep their own seeds.
    progress : callable, default=None
        Function that is called with one line of text after each fit, for instance ``print``.

    Returns
    -------
    result : Comparison
        Scores, times, verdicts, confusion matrices and the shift curve.

    Raises
    ------
    ValueError
        If the search budgets differ, if there are too few data for the splits, or if ``holdout``
        does not match ``X``. An error from a model is passed on with a note that names the model
        and the split.

    See Also
    --------
    ComparisonDisplay : Draw the result as a figure.

    Notes
    -----
    Without groups a score is the mean over splits, and its confidence interval is the corrected
    resampled t interval of Nadeau and Bengio (or, with ``independent``, the usual t interval of
    the replicates). With groups a score is that of all out-of-fold predictions together, and its
    interval comes from resampling groups. By Holm's rule all verdicts hold together at 95 %. The
    interval of a score holds for this score alone.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skspectra.comparison import compare
    >>> X, y = make_blobs(n_samples=60, n_features=20, random_state=0)
    >>> models = {"1-NN": KNeighborsClassifier(1), "majority class": DummyClassifier()}
    >>> compare(X, y, models).pairs[0].verdict
    'better'
    """
    X = check_array(X, dtype=[np.float64, np.float32])
    y = column_or_1d(y)
    check_classification_targets(y)
    check_consistent_length(X, y, groups)
    groups = None if groups is None else column_or_1d(groups)
    holdout = None if holdout is None else _check_holdout(holdout, X)
    if independent and (groups is not None or isinstance(cv, (int, str))):
        raise ValueError("independent=True needs a list of splits as cv, and no groups")
    models, grids, n_candidates = _check_models(models)
    pairs = _check_pairs(pairs, models)
    if max_shift is None:
        max_shift = max(1, round(X.shape[1] / 200))
    splits = make_splits(y, groups, cv, n_repeats, random_state)
    inner_splits = [None] * len(splits)
    if any(grids.values()):
        inner_splits = make_inner_splits(splits, y, groups, search_cv, random_state)

    shifts = sorted({0, round(max_shift / 2), max_shift, 2 * max_shift})
    runs = {name: [] for name in models}
    seen, n_jobs = set(), len(splits) * len(models)
    for i, ((train, test), inner) in enumerate(zip(splits, inner_splits, strict=True)):
        parts = X[train], y[train], X[test]
        X_holdout = holdout[0] if holdout is not None and i == 0 else None
        for name, estimator in models.items():
            with _named(name, f"{name}, split {i + 1} of {len(splits)}", seen):
                run = run_model(
                    estimator,
                    grids[name],
                    *parts,
                    inner=inner,
                    shifts=shifts,
                    X_holdout=X_holdout,
                )
            runs[name].append(run)
            if progress is not None:
                progress(_progress_line(runs, name, n_jobs, i + 1, len(splits)))

    classes, codes = np.unique(y, return_inverse=True)
    tests = np.concatenate([test for _, test in splits])
    strata, one_stratum = codes[tests], np.zeros(len(tests), dtype=int)
    units = tests if groups is None else groups[tests]

    def estimate(gain, strata, floor=0.0):
        if groups is not None:
            return estimate_by_groups(gain, strata, units, floor, random_state=random_state)
        sizes = [len(test) for _, test in splits], [len(train) for train, _ in splits]
        ratio = 0.0 if independent else sum(sizes[0]) / sum(sizes[1])
        split_of = np.repeat(np.arange(len(splits)), sizes[0])
        return estimate_by_splits(gain, strata, split_of, ratio, floor)

    too_few = _too_few(classes[np.unique(strata)], strata, units, groups)
    results, confusion, gains = [], {}, {}
    for name, estimator in models.items():
        predicted = np.concatenate([run.predicted for run in runs[name]], axis=2)
        gain = (predicted == y[tests]).mean(axis=1)
        gains[name] = gain[0]
        cells = strata * len(classes) + np.searchsorted(classes, predicted[0, 0])
        confusion[name] = np.bincount(cells, minlength=len(classes) ** 2).reshape(
            2 * [len(classes)]
        )
        balanced, plain = estimate(gain[0], strata), estimate(gain[0], one_stratum)
        held_out = runs[name][0].predicted_holdout
        results.append(
            ModelResult(
                model=name,
                family=model_family(estimator),
                balanced_accuracy=balanced.value,
                balanced_accuracy_interval=np.nan if too_few else half_width(balanced),
                accuracy=plain.value,
                accuracy_interval=np.nan if too_few else half_width(plain),
                under_shift=tuple(estimate(row, strata).value for row in gain),
                holdout=np.nan if holdout is None else float(np.mean(held_out == holdout[1])),
                converged=all(run.converged for run in runs[name]),
                n_candidates=n_candidates[name],
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
        classes=classes,
        confusion=confusion,
        shifts=np.array(shifts),
        max_shift=max_shift,
        n_splits=len(splits),
        margin=margin,
        level=LEVEL,
        settings={
            "splits": describe_splits(cv, n_repeats, len(splits), independent),
            "groups": "none" if groups is None else "kept together",
            "seed": random_state,
            "margin": margin,
            "level": LEVEL,
        },
    )


def _check_holdout(holdout, X):
    X_holdout, y_holdout = holdout
    X_holdout = check_array(X_holdout, dtype=[np.float64, np.float32])
    check_consistent_length(X_holdout, y_holdout)
    if X_holdout.shape[1] != X.shape[1]:
        raise ValueError(f"holdout has {X_holdout.shape[1]} points, but X has {X.shape[1]}")
    return X_holdout, column_or_1d(y_holdout)


def _check_models(models):
    """Check the budgets and return estimators, grids and numbers of candidates by name."""
    estimators, grids, n_candidates = {}, {}, {}
    for name, model in models.items():
        searched = isinstance(model, tuple)
        estimators[name], grids[name] = model if searched else (model, None)
        n_candidates[name] = len(ParameterGrid(grids[name])) if grids[name] else 1
    budgets = {
        name: n
        for name, n in n_candidates.items()
        if grids[name] or not isinstance(models[name], tuple)
    }
    if len(set(budgets.values())) > 1:
        listed = ", ".join(f"{name}: {n}" for name, n in budgets.items())
        raise ValueError(f"models must have equal search budgets, got candidates {listed}")
    return estimators, grids, n_candidates


def _check_pairs(pairs, models):
    if isinstance(pairs, str):
        if pairs != "all":
            raise ValueError(f"pairs must be 'all' or a list of pairs of names, got {pairs!r}")
        return list(combinations(models, 2))
    pairs = [tuple(pair) for pair in pairs]
    for pair in pairs:
        if len(set(pair)) != 2 or not set(pair) <= set(models):
            raise ValueError(f"pairs must be two different names of models, got {pair}")
    return pairs


@contextmanager
def _named(model, name, seen):
    """Add the name to errors and warnings, and pass each warning on once per model."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield
        except Exception as error:
            error.add_note(f"while comparing models: {name}")
            raise
    for warning in caught:
        key = model, warning.category, re.sub(r"[\d.]+", "", str(warning.message))
        if key not in seen:
            seen.add(key)
            warnings.warn(f"{name}: {warning.message}", warning.category, stacklevel=4)


def _progress_line(runs, name, n_jobs, split, n_splits):
    seconds = {model: [run.total_seconds for run in done] for model, done in runs.items()}
    n_done = sum(map(len, seconds.values()))
    known = {model: fmean(times) for model, times in seconds.items() if times}
    typical = fmean(known.values())
    left = sum(
        (n_splits - len(times)) * known.get(model, typical) for model, times in seconds.items()
    )
    return (
        f"[{n_done}/{n_jobs}] split {split}/{n_splits}, {name}: {seconds[name][-1]:.1f} s, "
        f"about {left:.0f} s left"
    )


def _too_few(classes, strata, units, groups):
    counts = count_units(strata, units)
    if min(counts) >= MIN_INDEPENDENT:
        return ""
    label = classes[int(np.argmin(counts))]
    kind = "spectra" if groups is None else "groups"
    return f"class {str(label)!r} has {min(counts)} {kind}, fewer than {MIN_INDEPENDENT}"
