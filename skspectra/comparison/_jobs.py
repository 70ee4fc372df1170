"""All jobs of a plan: one model on one split each, side by side if there are several workers."""

import numbers
import re
import sys
import warnings
from contextlib import contextmanager
from statistics import fmean

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from joblib.parallel import get_active_backend
from threadpoolctl import threadpool_limits

from skspectra.comparison._model_result import model_family
from skspectra.comparison._run import fit_model, run_model
from skspectra.comparison._splits import make_inner_splits


def run_jobs(plan, *, n_jobs=None, store=None, progress=None):
    """Fit and score every model on every split.

    Parameters
    ----------
    plan : Plan
        The data, the splits and the models.
    n_jobs : int, default=None
        Number of jobs at a time, as joblib takes it.
    store : Store, default=None
        Where finished runs are looked up and kept.
    progress : callable, default=None
        Function that is called with one line of text after each job.

    Returns
    -------
    runs : dict of str to list of Run
        One run per split for each model.
    """
    n_workers = _check_workers(n_jobs)
    n_splits = len(plan.splits)
    runs = {name: [None] * n_splits for name in plan.models}
    if store is not None:
        for name, i in _jobs(plan):
            runs[name][i] = store.load(name, i)
        n_kept = sum(run is not None for done in runs.values() for run in done)
        if n_kept and progress is not None:
            progress(f"{n_kept} of {n_splits * len(runs)} fits are taken from {store.folder}")
    seen = set()
    parallel = Parallel(
        n_jobs=n_jobs, batch_size=1, pre_dispatch="n_jobs", return_as="generator_unordered"
    )
    outcomes = parallel(_queue(plan, runs, n_workers, _share(plan)))
    try:
        for name, i, run, caught in outcomes:
            runs[name][i] = run
            if store is not None:
                store.save(name, i, run)
            _pass_on(caught, name, _title(name, i, n_splits), seen)
            if progress is not None:
                progress(_progress_line(runs, name, i, n_workers))
    finally:
        # After Ctrl-C or an error no further job is started, and those that run are ended.
        outcomes.close()
    return runs


def fit_on_all(estimator, grid, X, y, groups, *, classes, search_cv=3, random_state=0):
    """Return a model, searched where there is a grid, and fitted on all spectra with one thread.

    Parameters
    ----------
    estimator : estimator
        The classifier; it is cloned.
    grid : dict, list of dict or None
        Parameter grid to search.
    X, y, groups : ndarrays of shape (n_samples, ...), or None for groups
        Spectra, labels and groups.
    classes : ndarray of shape (n_classes,)
        Names of the labels, for errors.
    search_cv : int, default=3
        Number of folds of the search.
    random_state : int, default=0
        Seed of the folds.

    Returns
    -------
    model : estimator
        The fitted model.
    """
    inner = None
    if grid:
        everything = [(np.arange(len(X)), [])]
        (inner,) = make_inner_splits(
            everything, y, groups, search_cv, random_state, classes=classes
        )
    with one_thread():
        return fit_model(estimator, grid, X, y, groups, inner)[0]


def _check_workers(n_jobs):
    """Return the number of workers that joblib takes `n_jobs` for."""
    whole = isinstance(n_jobs, numbers.Integral) and not isinstance(n_jobs, bool)
    if n_jobs is not None and (not whole or n_jobs == 0):
        raise ValueError(f"n_jobs must be None or a whole number other than 0, got {n_jobs!r}")
    n_workers = effective_n_jobs(n_jobs)
    backend, _ = get_active_backend()
    if n_workers > 1 and getattr(backend, "uses_threads", False):
        raise ValueError(
            "jobs in threads would share their random numbers and limits of threads; use joblib's "
            "backend 'loky' or 'dask', or n_jobs=1"
        )
    return n_workers


def _jobs(plan):
    return [(name, i) for i in range(len(plan.splits)) for name in plan.models]


def _share(plan):
    """Return what all jobs need; a cluster keeps a copy on each of its machines.

    Without this the only copy of something could be lost with the machine that has it.
    """
    shared = plan.X, plan.y, plan.classes, plan.groups
    client = getattr(get_active_backend()[0], "client", None)
    return shared if client is None else client.scatter([shared], broadcast=True, hash=False)[0]


def _queue(plan, runs, n_workers, shared):
    """Yield the jobs that are left, as calls; with several workers the longest first.

    How long a model takes is known from its first run. Models without one come first, those with
    networks and many candidates before the others.
    """
    waiting = [(name, i) for name, i in _jobs(plan) if runs[name][i] is None]
    guesses = {name: _guess(plan, name) for name in plan.models}
    started = set()
    while waiting:
        if n_workers > 1:

            def cost(job):
                seconds = _seconds(runs[job[0]])
                return (job[0] not in started, fmean(seconds) if seconds else guesses[job[0]])

            job = max(waiting, key=cost)
        else:
            job = waiting[0]
        waiting.remove(job)
        name, i = job
        started.add(name)
        yield delayed(_run_job)(
            name,
            i,
            len(plan.splits),
            plan.models[name],
            plan.grids[name],
            shared,
            plan.splits[i],
            inner=plan.inner_splits[i] if plan.grids[name] else None,
            shifts=plan.shifts,
            X_holdout=plan.holdout[0] if plan.holdout is not None and i == 0 else None,
        )


def _guess(plan, name):
    """Return a number that is larger for models that are likely to take longer."""
    family = model_family(plan.models[name])
    return plan.n_candidates[name] * {"net": 100, "baseline": 0}.get(family, 1)


def _run_job(name, i, n_splits, estimator, grid, shared, split, **options):
    """Run one model on one split with one thread, and return the warnings beside the run."""
    with warnings.catch_warnings(record=True) as caught, one_thread():
        warnings.simplefilter("always")
        try:
            X, y, classes, groups = shared
            run = run_model(estimator, grid, X, y, classes, *split, groups=groups, **options)
        except Exception as error:
            error.add_note(f"while comparing models: {_title(name, i, n_splits)}")
            raise
    return name, i, run, [(warning.category, str(warning.message)) for warning in caught]


@contextmanager
def one_thread():
    """Limit BLAS, OpenMP and torch to one thread, and restore their numbers of threads."""
    # torch is not imported for this: where no model has loaded it, it has no threads.
    torch = sys.modules.get("torch")
    n_threads = torch.get_num_threads() if torch else None
    try:
        with threadpool_limits(1):
            if torch:
                torch.set_num_threads(1)
            yield
    finally:
        if torch:
            torch.set_num_threads(n_threads)


def _title(name, i, n_splits):
    return f"{name}, split {i + 1} of {n_splits}"


def _pass_on(caught, name, title, seen):
    """Pass each warning of a model on once, with the model and the split in front."""
    for category, message in caught:
        key = name, category, re.sub(r"[\d.]+", "", message)
        if key not in seen:
            seen.add(key)
            warnings.warn(f"{title}: {message}", category, stacklevel=4)


def _seconds(done):
    return [run.total_seconds for run in done if run is not None]


def _progress_line(runs, name, i, n_workers):
    seconds = {model: _seconds(done) for model, done in runs.items()}
    n_splits, n_done = len(runs[name]), sum(map(len, seconds.values()))
    known = {model: fmean(times) for model, times in seconds.items() if times}
    typical = fmean(known.values())
    left = sum(
        (n_splits - len(times)) * known.get(model, typical) for model, times in seconds.items()
    )
    return (
        f"[{n_done}/{n_splits * len(runs)}] split {i + 1}/{n_splits}, {name}: "
        f"{runs[name][i].total_seconds:.1f} s, about {left / n_workers:.0f} s left"
    )
