"""Compare models on the same splits, with equal search budgets."""

from skspectra.comparison._analyse import analyse
from skspectra.comparison._jobs import run_jobs
from skspectra.comparison._plan import make_plan
from skspectra.comparison._prospects import design_of, prospects
from skspectra.comparison._store import Store
from skspectra.comparison._verdict import MARGIN


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
    n_jobs=None,
    results=None,
    names=None,
    x_axis=None,
    unit=None,
    progress=None,
):
    """Compare classifiers of spectra and say which differences the data support.

    All models are fitted and scored on the same splits. Each model searches the same number of
    candidates, and only inside the training part. Everything is checked before the first fit.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_points)
        The spectra.
    y : array-like of shape (n_samples,) or (n_samples, n_labels)
        The labels, all of one kind, or a 0/1 matrix for multilabel spectra. A spectrum of a matrix
        counts as right if all its labels are right.
    models : dict of str to estimator or (estimator, dict)
        The models by name, from cheap to expensive, which matters for the recommendation. In
        ``(estimator, grid)`` the grid, a dictionary of lists, is searched
        for the best balanced accuracy. ``(estimator, None)`` has nothing to search and is exempt
        from the rule of equal budgets.
    groups : array-like of shape (n_samples,), default=None
        Group of each spectrum. Spectra of one group (replicates of one sample, spectra of one
        instrument) are never divided between training and test.
    cv : int, "leave-one-group-out", list of (train, test) or splitter, default=5
        Number of stratified folds, the splits themselves as indices or masks, or a splitter of
        scikit-learn. Splits may share spectra; intervals are corrected for it.
    n_repeats : int, default=2
        Number of times that the folds are drawn; used only with a number of folds.
    independent : bool, default=False
        Whether the splits in ``cv`` are replicates that share neither training nor test spectra.
        This is checked.
    search_cv : int, default=3
        Number of inner folds of a search, at least 2; fewer where a class or the groups allow no
        more.
    holdout : tuple (X, y), default=None
        Further test spectra, scored only by the models of the first split.
    max_shift : int, default=None
        Displacement of the test spectra in the shift test, in points (>= 0). None means
        ``max(1, round(n_points / 200))``. Scores are also computed at half and at twice this
        displacement. Each score is averaged over both directions.
    pairs : "all" or list of (str, str), default="all"
        Pairs of models to give a verdict on. Choose them before you see results: every further
        pair makes the verdicts on the others less precise.
    margin : float, default=0.02
        Smallest difference of balanced accuracy that matters, from 0 to below 1.
    random_state : int, RandomState instance or None, default=0
        Seed of the splits and of the resampling of groups. None draws one, which the settings of
        the result tell. Models keep their own seeds.
    n_jobs : int, default=None
        Number of jobs at a time. A job is one model on one split, and -1 means all processors.
        None means 1, or what ``joblib.parallel_config`` says. Every job has one thread, so the
        results are the same for any number.
    results : str or path-like, default=None
        Folder for the runs, one small file each, written as they come. What is there for the same
        data, splits, models and versions is not fitted again: after Ctrl-C or a crash, with more
        models, or with other pairs or another margin. Models with ``random_state=None``, and those
        that contain lambdas, functions or classes from outside installed modules, are fitted
        again each time; the settings of the result name them.
    names : array-like of shape (n_samples,), default=None
        Name of each spectrum, for instance of its file, for tables of predictions.
    x_axis : array-like of shape (n_points,), default=None
        The axis of the spectra, for figures.
    unit : str, default=None
        Unit of `x_axis`.
    progress : callable, default=None
        Function that is called with lines of text, for instance ``print``: first what the data can
        decide, then one line after each job, with an estimate of the time that is left.

    Returns
    -------
    result : Comparison
        Scores, times, verdicts, confusion matrices and the shift curve.

    Raises
    ------
    ValueError
        If an argument is not what is described here, if the search budgets differ, if there are
        too few data for the splits, or if training spectra are among the test spectra. An error
        from a model is passed on with a note that names the model and the split.
    OSError
        If the folder `results` cannot be created or written to.

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
    plan = make_plan(
        X,
        y,
        models,
        groups=groups,
        cv=cv,
        n_repeats=n_repeats,
        independent=independent,
        search_cv=search_cv,
        holdout=holdout,
        max_shift=max_shift,
        pairs=pairs,
        margin=margin,
        random_state=random_state,
        names=names,
        x_axis=x_axis,
        unit=unit,
    )
    if progress is not None and not callable(progress):
        raise ValueError(f"progress must be a function of one line of text, got {progress!r}")
    for line in prospects(design_of(plan), plan.margin) if progress is not None else []:
        progress(line)
    store = None if results is None else Store(results, plan)
    if store is not None and store.forgotten:
        reasons = [f"{name} ({reason})" for name, reason in store.forgotten.items()]
        plan.settings["fitted again each time"] = "; ".join(reasons)
    return analyse(plan, run_jobs(plan, n_jobs=n_jobs, store=store, progress=progress))
