"""The accuracy that no classifier of generated spectra can exceed."""

import numpy as np
from sklearn.utils import Bunch

from skspectra.datasets._generate import draw_peaks, varied_peaks
from skspectra.datasets._validation import PeakList, check_amount, check_size, check_table

_TOP = 2.0  # heights are clipped to 0.._TOP


def bayes_optimum(
    table,
    *,
    n_points=5000,
    max_shift=50,
    height_variation=0.05,
    fixed_reference=True,
    normalized=False,
    n_samples=200,
    random_state=None,
):
    """Estimate the accuracy of the best possible rule for spectra of a class table.

    Classes overlap: a minor peak may be clipped to zero, and peaks of different classes may have
    the same positions or heights. So 100 % is impossible, and a score should be compared with
    this accuracy, which no classifier can exceed. All classes are assumed to be equally frequent,
    and every peak to be read exactly from a spectrum (no noise, no background).

    Parameters
    ----------
    table : sequence of (positions, heights) pairs
        The class table, as for :func:`make_spectra`.
    n_points : int, default=5000
        Length of the axis, in points.
    max_shift : int, default=50
        Largest displacement of a peak, in points, as for :func:`make_spectra`.
    height_variation : float, default=0.05
        Largest change of a height, as for :func:`make_spectra`.
    fixed_reference : bool, default=True
        Whether a peak of height exactly 1.0 keeps it, as for :func:`make_spectra`.
    normalized : bool, default=False
        Whether only the ratios of the heights are known, as in spectra divided by their maximum.
        True requires that all heights vary and are not clipped at 2.
    n_samples : int, default=200
        Spectra drawn per class (>= 1). The standard error falls with the square root of this.
    random_state : int, Generator, RandomState or None, default=None
        Passed to :func:`numpy.random.default_rng`.

    Returns
    -------
    :class:`~sklearn.utils.Bunch`
        A dictionary with these attributes.

        accuracy : float
            The estimate, between 0 and 1.
        standard_error : float
            The standard error of the estimate (0 for ``n_samples=1``, where it is unknown).
        per_class : ndarray of shape (n_classes,)
            Share of the spectra of each class that the rule classifies correctly; the classes of a
            tie count equally. The mean of these shares also estimates the accuracy, a little less
            precisely.

    Raises
    ------
    ValueError
        If the table or an option is not as :func:`make_spectra` allows, or if `normalized` is
        True and heights are fixed or clipped at 2.
    TypeError
        If a number is of the wrong type.

    See Also
    --------
    make_spectra : Draw spectra of this kind.

    Notes
    -----
    The peaks of `n_samples` spectra of each class are drawn, and the posterior probabilities of
    all classes are computed exactly. The accuracy is the mean of the largest posterior.

    The likelihood of a class is the sum over all ways in which its peaks can have written the
    visible points. Either a peak wrote a point: then it contributes the share of its window that
    falls on the point (after clipping to the axis), times the density of its height,
    ``1 / (2 height_variation)``. Or the peak is invisible, because it was clipped to height 0 or
    overwritten by a later peak. A height that some peak takes with positive probability (a fixed
    height, or 2 after clipping) counts with this probability and has no density. So a class that
    could take this height only by a draw from a density is excluded.

    One case is neglected: a peak clipped to height 0 that falls on an earlier peak of its own
    class erases that peak. For two peaks nearer than ``2 max_shift`` this has a probability of at
    most ``1 / (2 max_shift)`` times that of the clipping (.15 % for the published heights). It
    cannot happen to peaks farther apart, as in the challenge tables.

    Dividing each spectrum by its maximum loses nothing if the highest peak of every class is
    fixed at the same height. With ``fixed_reference=False`` it loses information, and
    ``normalized=True`` integrates the likelihood over all heights with the known ratios.

    The time grows as 2 to the power of the number of peaks of a class. Only classes that can be
    confused are compared. ``normalized=True`` takes several times as long.

    References
    ----------
    J. Schuetzke, N. J. Szymanski, M. Reischl, "Validating neural networks for spectroscopic
    classification on a universal synthetic dataset", npj Computational Materials 9, 100 (2023).
    doi:10.1038/s41524-023-01055-y (the distribution of the spectra)

    Examples
    --------
    Two classes of one peak whose windows share half of their points:

    >>> from skspectra.datasets import bayes_optimum
    >>> table = [([300], [1.0]), ([350], [1.0])]
    >>> optimum = bayes_optimum(table, n_samples=10000, random_state=0)
    >>> round(optimum.accuracy, 2)
    0.75
    """
    n_points = check_size("n_points", n_points)
    n_samples = check_size("n_samples", n_samples)
    max_shift = check_size("max_shift", max_shift, 0)
    height_variation = check_amount("height_variation", height_variation)
    table = check_table(table, n_points)
    if max_shift == 0:
        table = [_last_on_each_point(peaks) for peaks in table]
    laws = [_Law(peaks, n_points, max_shift, height_variation, fixed_reference) for peaks in table]
    if normalized:
        _check_continuous(laws)
    drawn = draw_peaks(
        table,
        n_samples,
        n_points=n_points,
        max_shift=max_shift,
        height_variation=height_variation,
        fixed_reference=fixed_reference,
        sigma=(1.0, 1.0),
        rng=np.random.default_rng(random_state),
    )
    atoms = np.unique(np.concatenate([[_TOP], *(law.low[~law.varied] for law in laws)]))
    rule = _likelihood_of_ratios if normalized else _likelihood
    largest, right = np.ones((2, len(laws), n_samples))
    for true, rivals in enumerate(_find_rivals(laws, normalized)):
        if len(rivals) == 1:
            continue
        likelihood = _likelihoods(rule, [laws[k] for k in rivals], drawn[true], atoms)
        posterior = likelihood / likelihood.sum(axis=0)
        largest[true] = posterior.max(axis=0)
        best = np.isclose(posterior, largest[true], rtol=1e-9, atol=0)
        right[true] = best[rivals.index(true)] / best.sum(axis=0)
    variance = largest.var(axis=1, ddof=1).mean() if n_samples > 1 else 0.0
    return Bunch(
        accuracy=float(largest.mean()),
        standard_error=float(np.sqrt(variance / largest.size)),
        per_class=right.mean(axis=1),
    )


class _Law:
    """Distribution of the peaks of one class: windows of positions and ranges of heights."""

    def __init__(self, peaks, n_points, max_shift, height_variation, fixed_reference):
        self.varied = varied_peaks(peaks.heights, height_variation, fixed_reference)
        spread = np.where(self.varied, height_variation, 0.0)
        self.low, self.high = peaks.heights - spread, peaks.heights + spread
        self.left = peaks.positions - max_shift
        self.right = peaks.positions + max(max_shift - 1, 0)
        self.n_places = max(2 * max_shift, 1)
        self.end = n_points - 1
        share = -self.low / np.where(self.varied, self.high - self.low, 1.0)
        self.invisible = np.where(self.varied, share.clip(0, 1), self.low == 0)

    def place(self, positions):
        """Return the probability of each peak to be at each of (n, m) positions."""
        q = positions[:, None, :]
        left, right = self.left[:, None], self.right[:, None]
        first = np.where(q == 0, left, np.maximum(left, q))
        last = np.where(q == self.end, right, np.minimum(right, q))
        return (last - first + 1).clip(0) / self.n_places

    def height(self, heights, atoms):
        """Return the probability or density of each peak at each of (n, m) heights."""
        g = heights[:, None, :]
        low, high, varied = self.low[:, None], self.high[:, None], self.varied[:, None]
        width = np.where(varied, high - low, 1.0)
        atom = np.where(varied, (g == _TOP) * (high - _TOP).clip(0) / width, g == low)
        density = varied * ((low <= g) & (g <= high)) / width
        return np.where(np.isin(g, atoms), atom, density)


def _check_continuous(laws):
    """Raise a ValueError if a peak takes some height with positive probability."""
    for number, law in enumerate(laws):
        bad = ~law.varied | (law.high > _TOP)
        if bad.any():
            height, highest = (law.low + law.high)[bad][0] / 2, law.high[bad][0]
            remedy = (
                "use fixed_reference=False and height_variation > 0, or, where the highest peak "
                "of every class is fixed at the same height, normalized=False"
                if height == highest
                else f"height_variation takes it to {highest:g}, where it is clipped"
            )
            raise ValueError(
                f"normalized=True needs heights that vary up to at most {_TOP:g}; class {number} "
                f"has a peak of height {height:g}: {remedy}."
            )


def _likelihoods(rule, laws, drawn, atoms):
    """Return the likelihoods of the drawn points by `rule`, of shape (n_laws, n_samples)."""
    positions, heights = drawn.positions, drawn.heights
    seen = heights > 0
    for later in range(1, positions.shape[1]):
        hidden = (positions[:, :later] == positions[:, [later]]) & seen[:, [later]]
        seen[:, :later] &= ~hidden
    order = np.argsort(~seen, axis=1, kind="stable")
    n_seen = seen.sum(axis=1)
    likelihood = np.empty((len(laws), len(seen)))
    for m in np.unique(n_seen):
        rows = np.flatnonzero(n_seen == m)
        columns = order[rows, :m]
        q, g = positions[rows[:, None], columns], heights[rows[:, None], columns]
        for k, law in enumerate(laws):
            likelihood[k, rows] = rule(law, q, g, atoms)
    return likelihood


def _likelihood(law, positions, heights, atoms):
    """Sum over the ways in which the peaks of a class can have written m points of n spectra.

    The peaks are taken from the last to the first. ``ways[:, s]`` is the weight of all cases in
    which the peaks taken so far wrote exactly the points whose bits are set in `s`. A peak wrote
    a point that no later peak wrote, or it is invisible: clipped to 0, or on a point that a later
    peak wrote.
    """
    n_samples, m = positions.shape
    sets = np.arange(2**m)
    has = (sets[None, :] >> np.arange(m)[:, None]) & 1
    place = law.place(positions)
    write = place * law.height(heights, atoms)
    # Spectra of another class mostly have a point that no peak of this class can have written.
    possible = write.any(axis=1).all(axis=1)
    place, write = place[possible], write[possible]
    ways = np.zeros((len(write), len(sets)))
    ways[:, 0] = 1.0
    for peak in reversed(range(len(law.low))):
        gone = law.invisible[peak]
        taken = ways * (gone + (1 - gone) * (place[:, peak] @ has))
        for point in range(m):
            without = sets[has[point] == 0]
            taken[:, without | 1 << point] += ways[:, without] * write[:, peak, [point]]
        ways = taken
    likelihood = np.zeros(n_samples)
    likelihood[possible] = ways[:, -1]
    return likelihood


def _likelihood_of_ratios(law, positions, heights, atoms):
    """Integrate the likelihood over all heights that have the ratios of `heights`.

    The likelihood is constant between two scales at which a height enters or leaves the range of
    a peak.
    """
    n_samples, m = heights.shape
    if m == 0:
        return _likelihood(law, positions, heights, atoms)
    ends = np.concatenate([law.low, law.high]).clip(0)
    scales = np.sort((ends[:, None] / heights[:, None, :]).reshape(n_samples, -1), axis=1)
    total = np.zeros(n_samples)
    for lower, upper in zip(scales.T[:-1], scales.T[1:], strict=True):
        scaled = heights * (lower + upper)[:, None] / 2
        total += (upper**m - lower**m) / m * _likelihood(law, positions, scaled, atoms)
    return total


def _find_rivals(laws, normalized):
    """Return for each class the classes, including itself, that might have written its points.

    Each peak that is always visible needs a peak of the other class that reaches the same
    positions and heights, in both directions. This condition is necessary, not sufficient. For
    normalised spectra only the positions are compared.
    """
    owner = np.repeat(np.arange(len(laws)), [len(law.low) for law in laws])
    parts = [
        np.concatenate([getattr(law, name) for law in laws])
        for name in ["left", "right", "low", "high"]
    ]
    left, right = (part.clip(0, laws[0].end) for part in parts[:2])
    low, high = (part.clip(0, _TOP) for part in parts[2:])
    starts = np.searchsorted(owner, np.arange(len(laws)))
    always = np.concatenate([_always_seen(law) for law in laws])
    explained = np.empty((len(laws), len(laws)), dtype=bool)
    for k, start in enumerate(starts):
        own = slice(start, start + len(laws[k].low))
        near = (left[own, None] <= right) & (left <= right[own, None])
        if not normalized:
            near &= (low[own, None] <= high) & (low <= high[own, None])
        found = np.logical_or.reduceat(near, starts, axis=1)
        explained[k] = found[always[own]].all(axis=0)
    return [np.flatnonzero(row).tolist() for row in explained & explained.T]


def _always_seen(law):
    """Return which peaks can be neither clipped to 0 nor overwritten."""
    left, right = law.left.clip(0, law.end), law.right.clip(0, law.end)
    meet = (left[:, None] <= right) & (left <= right[:, None])
    return (law.invisible == 0) & ~np.triu(meet, 1).any(axis=1)


def _last_on_each_point(peaks):
    """Drop the peaks that a later peak on the same point always overwrites."""
    last = [p not in peaks.positions[i + 1 :] for i, p in enumerate(peaks.positions)]
    return PeakList(peaks.positions[last], peaks.heights[last])
