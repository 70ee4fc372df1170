"""All jobs of a plan: one model on one split each."""

import re
import warnings
from contextlib import contextmanager
from statistics import fmean

from skspectra.comparison._run import run_model


def run_jobs(plan, *, progress=None):
    """Fit and score every model on every split.

    Parameters
    ----------
    plan : Plan
        The data, the splits and the models.
    progress : callable, default=None
        Function that is called with one line of text after each job.

    Returns
    -------
    runs : dict of str to list of Run
        One run per split for each model.
    """
    runs = {name: [] for name in plan.models}
    seen, n_splits = set(), len(plan.splits)
    for i in range(n_splits):
        for name in plan.models:
            with _named(name, f"{name}, split {i + 1} of {n_splits}", seen):
                run = run_model(
                    plan.models[name],
                    plan.grids[name],
                    plan.X,
                    plan.y,
                    plan.classes,
                    *plan.splits[i],
                    inner=plan.inner_splits[i],
                    shifts=plan.shifts,
                    X_holdout=plan.holdout[0] if plan.holdout is not None and i == 0 else None,
                )
            runs[name].append(run)
            if progress is not None:
                progress(_progress_line(runs, name, i + 1, n_splits))
    return runs


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


def _progress_line(runs, name, split, n_splits):
    seconds = {model: [run.total_seconds for run in done] for model, done in runs.items()}
    n_done = sum(map(len, seconds.values()))
    known = {model: fmean(times) for model, times in seconds.items() if times}
    typical = fmean(known.values())
    left = sum(
        (n_splits - len(times)) * known.get(model, typical) for model, times in seconds.items()
    )
    n_jobs = n_splits * len(runs)
    return (
        f"[{n_done}/{n_jobs}] split {split}/{n_splits}, {name}: {seconds[name][-1]:.1f} s, "
        f"about {left:.0f} s left"
    )
