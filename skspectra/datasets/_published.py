"""The two published synthetic sets of spectra, computed instead of downloaded."""

import numpy as np
from sklearn.utils import Bunch

from skspectra.datasets._generate import Peaks, draw_peaks, render
from skspectra.datasets._tables import challenge_table, draw_class_table
from skspectra.datasets._validation import check_dtype

_SEED = 2022
_N_TRAIN, _N_VALIDATION = 50, 10
_LAW = {"n_points": 5000, "max_shift": 50, "height_variation": 0.05, "sigma": (2.0, 5.0)}

_SOURCE = """
Source: J. Schuetzke, N. J. Szymanski, M. Reischl, "Validating neural networks for spectroscopic
classification on a universal synthetic dataset", npj Computational Materials 9, 100 (2023),
doi:10.1038/s41524-023-01055-y. The spectra are not downloaded but computed bit for bit by the
procedure of the paper.
"""

_BENCHMARK_DESCR = (
    """Synthetic spectra of 500 random classes
=======================================

25,000 training, 5,000 validation and 4,500 test spectra (50, 10 and 9 per class, ordered by
class) of 5,000 points. A class has 2 to 10 peaks, drawn once.

Training and validation: each peak moves independently by -50 to +49 points, and its height
changes independently by up to 0.05, both uniformly. The width (sigma) of a spectrum is uniform
from 2 to 5 points.
Test: nothing is drawn. All peaks of a spectrum move together by 0, -30 or +30 points (17 for
classes 8 and 318), and their heights change together by 0, +0.04 or -0.04 (0.025 for classes 164,
219, 281 and 347), except for peaks of height 1. Sigma is 2.
There is no noise and no background. The spectra are not normalised: divide each by its maximum.
"""
    + _SOURCE
)

_CHALLENGE_DESCR = (
    """Synthetic spectra of 27 classes that are hard to tell apart
===========================================================

1,350 training, 270 validation and 162 test spectra (50, 10 and 6 per class, ordered by class) of
5,000 points. The classes form nine triplets: three triplets differ in a minor peak, three in the
position of one or two peaks, three in the height of one peak.

Training and validation: each peak moves independently by -50 to +49 points, and its height
changes independently by up to 0.05, both uniformly. A peak of height 1 keeps its height. The
width (sigma) of a spectrum is uniform from 2 to 5 points.
Test: nothing is drawn. Peaks are shifted by 30 points, and heights (except height 1) are changed
by 0.03, mostly towards the neighbouring classes. Sigma is 2.
There is no noise and no background. The spectra are not normalised: divide each by its maximum.

The best possible rule classifies 86.5 % of spectra like the training spectra correctly
(bayes_optimum). Most test spectra could come from more than one class, so the test score says
little about how close a model comes to that rule.
"""
    + _SOURCE
)


def make_benchmark(*, dtype=np.float64, return_X_y=False):
    """Generate the published set of 500 random classes: 34,500 spectra of 5,000 points.

    The spectra are computed bit for bit as published, in seconds. They take 1.4 GB of
    memory in float64, half of it in float32.

    Parameters
    ----------
    dtype : {np.float32, np.float64}, default=np.float64
        Type of the spectra. They are computed in float64 and rounded once.
    return_X_y : bool, default=False
        Whether to return only the training spectra and their classes.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        A dictionary with these attributes.

        X_train : ndarray of shape (25000, 5000)
            The training spectra, ordered by class, not normalised.
        y_train : ndarray of shape (25000,), dtype int64
            The classes, 0 to 499.
        X_validation, y_validation : ndarray of shape (5000, 5000) and (5000,)
            The validation spectra, drawn by the same law.
        X_test, y_test : ndarray of shape (4500, 5000) and (4500,)
            The test spectra, a fixed grid of nine per class.
        table : list of PeakList
            The 500 classes, see :func:`draw_class_table`.
        target_names : ndarray of shape (500,), dtype str
            The numbers of the classes.
        DESCR : str
            A description of the set.
    (X_train, y_train) : tuple of ndarray
        If `return_X_y` is True.

    Raises
    ------
    ValueError
        If `dtype` is neither float32 nor float64.

    See Also
    --------
    make_challenge : The published set of 27 hard classes.
    make_spectra : Fresh spectra from any table.

    References
    ----------
    J. Schuetzke, N. J. Szymanski, M. Reischl, "Validating neural networks for spectroscopic
    classification on a universal synthetic dataset", npj Computational Materials 9, 100 (2023).
    doi:10.1038/s41524-023-01055-y

    Examples
    --------
    >>> from skspectra.datasets import make_benchmark
    >>> data = make_benchmark(dtype="float32")  # doctest: +SKIP
    >>> data.X_test.shape  # doctest: +SKIP
    (4500, 5000)
    """
    table = draw_class_table(random_state=_SEED)
    names = np.array([str(k) for k in range(len(table))])
    train, test = draw_benchmark()
    return _bunch(table, train, test, names, _BENCHMARK_DESCR, dtype, return_X_y)


def make_challenge(*, dtype=np.float64, return_X_y=False):
    """Generate the published set of 27 classes that are hard to tell apart.

    The 1,782 spectra of 5,000 points are computed bit for bit as published. They take 71 MB of
    memory in float64.

    Parameters
    ----------
    dtype : {np.float32, np.float64}, default=np.float64
        Type of the spectra. They are computed in float64 and rounded once.
    return_X_y : bool, default=False
        Whether to return only the training spectra and their classes.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        A dictionary with these attributes.

        X_train : ndarray of shape (1350, 5000)
            The training spectra, ordered by class, not normalised.
        y_train : ndarray of shape (1350,), dtype int64
            The classes, 0 to 26.
        X_validation, y_validation : ndarray of shape (270, 5000) and (270,)
            The validation spectra, drawn by the same law.
        X_test, y_test : ndarray of shape (162, 5000) and (162,)
            The test spectra, a fixed grid of six per class.
        table : list of PeakList
            The 27 classes, see :func:`challenge_table`.
        target_names : ndarray of shape (27,), dtype str
            Names such as "minor 1a", "position 2c" and "height 3b": the kind of difference in the
            triplet, the number of the triplet, and the class in the triplet.
        DESCR : str
            A description of the set.
    (X_train, y_train) : tuple of ndarray
        If `return_X_y` is True.

    Raises
    ------
    ValueError
        If `dtype` is neither float32 nor float64.

    See Also
    --------
    make_benchmark : The published set of 500 random classes.
    draw_challenge_table : Draw a new table of the same kind.
    bayes_optimum : The accuracy of the best possible rule.

    References
    ----------
    J. Schuetzke, N. J. Szymanski, M. Reischl, "Validating neural networks for spectroscopic
    classification on a universal synthetic dataset", npj Computational Materials 9, 100 (2023).
    doi:10.1038/s41524-023-01055-y

    Examples
    --------
    >>> from skspectra.datasets import make_challenge
    >>> data = make_challenge()
    >>> data.X_train.shape, data.X_validation.shape, data.X_test.shape
    ((1350, 5000), (270, 5000), (162, 5000))
    >>> print(data.target_names[data.y_test[0]])
    minor 1a
    """
    kinds = ["minor", "position", "height"]
    names = np.array([f"{kind} {k}{c}" for kind in kinds for k in (1, 2, 3) for c in "abc"])
    train, test = draw_challenge()
    return _bunch(challenge_table(), train, test, names, _CHALLENGE_DESCR, dtype, return_X_y)


def draw_benchmark():
    """Return the peaks of the 500-class set, of training and validation first, then of test."""
    table = draw_class_table(random_state=_SEED)
    test = [
        _grid(
            peaks,
            shifts=np.array([0, -1, 1]) * (17 if k in (8, 318) else 30),
            changes=np.array([0, 1, -1]) * (0.025 if k in (164, 219, 281, 347) else 0.04),
        )
        for k, peaks in enumerate(table)
    ]
    return _draw(table, fixed_reference=False), test


def draw_challenge():
    """Return the peaks of the challenge, of training and validation first, then of test."""
    table = challenge_table()
    around, down, up = [0, -30, 30], [0, -0.03], [0, 0.03]
    both = [0, 0.03, -0.03]
    layout = (
        [(around, down)] * 9
        + [([0, 30], both), ([-30, 30], both), ([0, -30], both)] * 3
        + [(around, up), (around, [-0.03, 0.03]), (around, down)] * 3
    )
    test = [
        _grid(peaks, shifts=np.array(shifts), changes=np.array(changes))
        for peaks, (shifts, changes) in zip(table, layout, strict=True)
    ]
    return _draw(table, fixed_reference=True), test


def _draw(table, fixed_reference):
    rng = np.random.default_rng(_SEED)
    n_samples = _N_TRAIN + _N_VALIDATION
    return draw_peaks(table, n_samples, fixed_reference=fixed_reference, rng=rng, **_LAW)


def _grid(peaks, shifts, changes):
    """Return the peaks for every change of height and every shift of each; height 1 stays."""
    n_samples = len(shifts) * len(changes)
    positions = peaks.positions + np.tile(shifts, len(changes))[:, None]
    changes = np.repeat(changes, len(shifts))[:, None]
    heights = np.where(peaks.heights == 1.0, 1.0, peaks.heights + changes)
    limit = _LAW["n_points"] - 1
    return Peaks(positions.clip(0, limit), heights.clip(0, 2), np.full(n_samples, 2.0))


def _bunch(table, drawn, test, target_names, descr, dtype, return_X_y):
    dtype = check_dtype(dtype)
    n_points = _LAW["n_points"]
    train = [Peaks(*(part[:_N_TRAIN] for part in peaks)) for peaks in drawn]
    X_train, y_train = render(train, n_points, dtype)
    if return_X_y:
        return X_train, y_train
    validation = [Peaks(*(part[_N_TRAIN:] for part in peaks)) for peaks in drawn]
    X_validation, y_validation = render(validation, n_points, dtype)
    X_test, y_test = render(test, n_points, dtype)
    return Bunch(
        X_train=X_train,
        y_train=y_train,
        X_validation=X_validation,
        y_validation=y_validation,
        X_test=X_test,
        y_test=y_test,
        table=table,
        target_names=target_names,
        DESCR=descr,
    )
