"""Class tables, which list the peaks of each class."""

import numpy as np

from skspectra.datasets._validation import PeakList, check_size

_STEP = 70  # points between neighbouring classes of a position triplet
_HEIGHT_STEP = 0.075  # the same for a height triplet
_MINOR_HEIGHT = 0.035
_JITTER = 3
_DISTANCE = 140  # smallest distance between two peaks, before jitter
_MARGIN = 300  # smallest distance of a peak from the ends of the axis, before jitter

_CHALLENGE = [
    # minor peak
    ([700, 3000], [0.7, 1]),
    ([700, 1800, 3000], [0.7, 0.035, 1]),
    ([700, 3000, 4200], [0.7, 1, 0.035]),
    ([920, 1115], [1, 0.4]),
    ([923, 1112, 1500], [1, 0.4, 0.035]),
    ([918, 1116, 1630], [1, 0.4, 0.035]),
    ([500, 2100], [0.9, 1]),
    ([500, 2100, 2260], [0.9, 1, 0.035]),
    ([500, 2100, 2260, 2750], [0.9, 1, 0.035, 0.035]),
    # position
    ([700, 3000], [1, 0.7]),
    ([700, 3070], [1, 0.7]),
    ([700, 3140], [1, 0.7]),
    ([1230, 2103], [0.15, 1]),
    ([1300, 2101], [0.15, 1]),
    ([1370, 2098], [0.15, 1]),
    ([1230, 1750, 4700], [0.15, 0.2, 1]),
    ([1300, 1820, 4700], [0.15, 0.2, 1]),
    ([1370, 1890, 4700], [0.15, 0.2, 1]),
    # height
    ([920, 1500], [0.08, 1]),
    ([920, 1500], [0.155, 1]),
    ([920, 1500], [0.23, 1]),
    ([1147, 2261], [1, 0.2]),
    ([1151, 2258], [1, 0.275]),
    ([1153, 2262], [1, 0.35]),
    ([302, 2750, 4198], [0.08, 1, 0.22]),
    ([300, 2750, 4200], [0.155, 1, 0.21]),
    ([299, 2750, 4202], [0.23, 1, 0.23]),
]


def draw_class_table(n_classes=500, *, n_points=5000, margin=100, max_peaks=10, random_state=None):
    """Draw a table of random classes, as the published 500-class set was drawn.

    ``draw_class_table(random_state=2022)`` *is* the published table. Any other seed gives a new
    table of the same kind, on which nothing has been tuned yet.

    Parameters
    ----------
    n_classes : int, default=500
        Number of classes (>= 1).
    n_points : int, default=5000
        Length of the axis, in points.
    margin : int, default=100
        Positions are drawn from `margin` to ``n_points - margin - 1``, in points
        (0 <= margin < n_points / 2).
    max_peaks : int, default=10
        Largest number of peaks of a class (>= 1); further peaks are dropped.
    random_state : int, Generator, RandomState or None, default=None
        Passed to :func:`numpy.random.default_rng`.

    Returns
    -------
    list of PeakList
        One pair of `positions` (int64, ascending) and `heights` (float64, the largest is 1) of
        shape (n_peaks,) per class.

    Raises
    ------
    ValueError
        If `n_classes` or `max_peaks` is below 1, or if `margin` leaves no point.
    TypeError
        If a number is not an integer.

    See Also
    --------
    make_spectra : Draw spectra from a table.
    make_benchmark : The published set itself.

    Notes
    -----
    The number of peaks is ``round(gamma(1.2, 1.2) + 2)``. Positions are uniform. Heights are
    uniform among 1, 2, ..., 100, divided by the largest of the class and rounded to three
    decimals. All peaks are drawn first, then those beyond `max_peaks` are dropped, and the rest
    is sorted by position. If two peaks of a class share a point, the later one is visible.

    References
    ----------
    J. Schuetzke, N. J. Szymanski, M. Reischl, "Validating neural networks for spectroscopic
    classification on a universal synthetic dataset", npj Computational Materials 9, 100 (2023).
    doi:10.1038/s41524-023-01055-y

    Examples
    --------
    >>> from skspectra.datasets import draw_class_table
    >>> table = draw_class_table(random_state=2022)
    >>> len(table), sum(len(peaks.positions) for peaks in table)
    (500, 1749)
    """
    n_classes = check_size("n_classes", n_classes)
    n_points = check_size("n_points", n_points)
    margin = check_size("margin", margin, 0)
    max_peaks = check_size("max_peaks", max_peaks)
    if n_points <= 2 * margin:
        raise ValueError(f"margin == {margin}, must be < n_points / 2 (n_points={n_points}).")
    rng = np.random.default_rng(random_state)
    table = []
    for _ in range(n_classes):
        n_peaks = round(rng.gamma(1.2, 1.2) + 2)
        positions = rng.integers(margin, n_points - margin, n_peaks)[:max_peaks]
        heights = rng.integers(1, 100, n_peaks, endpoint=True)[:max_peaks]
        order = np.argsort(positions, kind="stable")
        heights = np.round(heights / heights.max(), 3)
        table.append(PeakList(positions[order], heights[order]))
    return table


def challenge_table():
    """Return the published table of 27 classes that are hard to tell apart.

    The classes form nine triplets: classes 0-8 differ in a minor peak, classes 9-17 in positions,
    classes 18-26 in heights. Even the best possible rule classifies only 86.5 % of their spectra
    correctly.

    Returns
    -------
    list of PeakList
        The 27 classes: `positions` (int64, in points of an axis of 5000) and `heights`
        (float64, the largest is 1), each of shape (n_peaks,).

    See Also
    --------
    draw_challenge_table : Draw a new table of the same kind.
    make_challenge : The published spectra.
    bayes_optimum : The accuracy of the best possible rule.

    References
    ----------
    J. Schuetzke, N. J. Szymanski, M. Reischl, "Validating neural networks for spectroscopic
    classification on a universal synthetic dataset", npj Computational Materials 9, 100 (2023).
    doi:10.1038/s41524-023-01055-y

    Examples
    --------
    >>> from skspectra.datasets import challenge_table
    >>> table = challenge_table()
    >>> len(table), table[1].positions, table[1].heights
    (27, array([ 700, 1800, 3000]), array([0.7  , 0.035, 1.   ]))
    """
    return [
        PeakList(np.array(positions, dtype=np.int64), np.array(heights, dtype=np.float64))
        for positions, heights in _CHALLENGE
    ]


def draw_challenge_table(*, random_state=None):
    """Draw a new table of 27 classes as hard to tell apart as the published challenge.

    The published table is a single draw, and much has been tuned on it. A fairer measure of a
    classifier is its mean score on fresh tables, each divided by the :func:`bayes_optimum` of
    the table.

    Parameters
    ----------
    random_state : int, Generator, RandomState or None, default=None
        Passed to :func:`numpy.random.default_rng`.

    Returns
    -------
    list of PeakList
        27 classes in the order of :func:`challenge_table` (three minor-peak, three position and
        three height triplets): `positions` (int64, ascending, in points of an axis of 5000) and
        `heights` (float64), each of shape (n_peaks,).

    See Also
    --------
    challenge_table : The published table.
    bayes_optimum : The accuracy of the best possible rule.

    Notes
    -----
    The small differences that make the published triplets hard are kept, and the positions of the
    peaks are drawn. One peak of each class has height exactly 1; it is the same peak in all
    classes of a triplet.

    ==========  ===============================================================================
    triplet     classes a, b, c
    ==========  ===============================================================================
    minor 1     two peaks; b and c have a third peak of height .035, at different places
    minor 2     as minor 1, and both peaks jitter
    minor 3     two peaks; b has a third peak of height .035, c has this peak and a fourth one
    position 1  two peaks; the one that is not the reference (.4 to .95) moves by 70 per class
    position 2  two peaks; the weak one (.15 to .3) moves by 70 per class, the reference jitters
    position 3  three peaks; two weak peaks (.15 to .3) move together by 70 per class
    height 1    two peaks; the weak one (.08 to .2 in a) grows by .075 per class
    height 2    as height 1, and both peaks jitter
    height 3    three peaks; one grows as in height 1, the third (.15 to .3) varies by up to .01,
                and all but the reference jitter
    ==========  ===============================================================================

    Other heights are uniform among .4, .45, ..., .95. Jitter is a shift by -3 to 3 points, drawn
    for each class. Peaks of a triplet are at least 134 points apart (140 before jitter) and at
    least 297 points from the ends of the axis. Peaks that move from class to class move to the
    right. A triplet is drawn again if one of its classes is similar to a class of an earlier
    triplet, that is, if each peak above .1 of either class has a peak of the other class within
    100 points.

    References
    ----------
    J. Schuetzke, N. J. Szymanski, M. Reischl, "Validating neural networks for spectroscopic
    classification on a universal synthetic dataset", npj Computational Materials 9, 100 (2023).
    doi:10.1038/s41524-023-01055-y

    Examples
    --------
    >>> from skspectra.datasets import draw_challenge_table
    >>> table = draw_challenge_table(random_state=0)
    >>> [int(p) for p in table[10].positions - table[9].positions if p]
    [70]
    """
    rng = np.random.default_rng(random_state)
    table = []
    for draw in [_draw_minor, _draw_position, _draw_height]:
        for variant in range(3):
            triplet = draw(rng, variant)
            while any(_similar(new, old) for new in triplet for old in table):
                triplet = draw(rng, variant)
            table.extend(triplet)
    return table


def _draw_minor(rng, variant):
    positions = _draw_positions(rng, [0, 0, 0, 0])
    heights = np.array([1.0, _draw_strong(rng), _MINOR_HEIGHT, _MINOR_HEIGHT])
    kept = [[0, 1], [0, 1, 2], [0, 1, 2, 3] if variant == 2 else [0, 1, 3]]
    jitter = _draw_jitter(rng, [0, 1], 4) if variant == 1 else np.zeros((3, 4), dtype=np.int64)
    return [
        _sorted(positions[peaks] + shift[peaks], heights[peaks])
        for peaks, shift in zip(kept, jitter, strict=True)
    ]


def _draw_position(rng, variant):
    moving = [1, 2] if variant == 2 else [1]
    n_peaks = 1 + len(moving)
    steps = np.isin(np.arange(n_peaks), moving) * _STEP
    positions = _draw_positions(rng, 2 * steps)
    weak = _draw_strong(rng) if variant == 0 else _draw_weak(rng, len(moving))
    heights = np.append(1.0, weak)
    jitter = _draw_jitter(rng, [0] if variant == 1 else [], n_peaks)
    return [_sorted(positions + k * steps + jitter[k], heights) for k in range(3)]


def _draw_height(rng, variant):
    n_peaks = 3 if variant == 2 else 2
    positions = _draw_positions(rng, [0] * n_peaks)
    heights = np.array([1.0, rng.integers(8, 20, endpoint=True) / 100])
    jitter = _draw_jitter(rng, [[], [0, 1], [1, 2]][variant], n_peaks)
    triplet = []
    third = _draw_weak(rng, 1)
    for k in range(3):
        present = heights + [0, k * _HEIGHT_STEP]
        if variant == 2:
            present = np.append(present, third + rng.integers(-1, 1, endpoint=True) / 100)
        triplet.append(_sorted(positions + jitter[k], present.round(3)))
    return triplet


def _draw_positions(rng, widths):
    """Draw start positions of peaks that move to the right by up to `widths` and stay apart."""
    widths = np.asarray(widths)
    while True:
        starts = rng.integers(_MARGIN, 5000 - _MARGIN - widths)
        order = np.argsort(starts)
        gaps = starts[order][1:] - (starts + widths)[order][:-1]
        if (gaps >= _DISTANCE).all():
            return starts


def _draw_jitter(rng, peaks, n_peaks):
    """Draw shifts of shape (3, n_peaks) that are 0 for all but `peaks`."""
    jitter = np.zeros((3, n_peaks), dtype=np.int64)
    jitter[:, peaks] = rng.integers(-_JITTER, _JITTER, (3, len(peaks)), endpoint=True)
    return jitter


def _draw_strong(rng):
    return rng.integers(8, 19, endpoint=True) / 20


def _draw_weak(rng, size):
    return rng.integers(15, 30, size, endpoint=True) / 100


def _sorted(positions, heights):
    order = np.argsort(positions)
    return PeakList(positions[order], heights[order])


def _similar(a, b):
    """Return whether each peak above .1 of either class has one of the other within 100 points."""
    near = np.abs(a.positions[:, None] - b.positions) <= 100
    seen_a, seen_b = near.any(axis=1) | (a.heights <= 0.1), near.any(axis=0) | (b.heights <= 0.1)
    return bool(seen_a.all() and seen_b.all())
