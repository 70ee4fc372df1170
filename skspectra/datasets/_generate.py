"""Generate spectra from a class table: draw peaks, then broaden them."""

from typing import NamedTuple

import numpy as np
from numpy.polynomial.chebyshev import chebvander
from scipy.ndimage import gaussian_filter1d

from skspectra.datasets._validation import (
    check_amount,
    check_dtype,
    check_sigma,
    check_size,
    check_table,
)

_TRUNCATE = 4.0
_BACKGROUND_DEGREE = 5


class Peaks(NamedTuple):
    """The peaks of several spectra of one class, in the order in which they are written.

    Parameters
    ----------
    positions : ndarray of shape (n_samples, n_peaks), dtype int64
        Positions of the peaks, in points.
    heights : ndarray of shape (n_samples, n_peaks), dtype float64
        Heights before broadening.
    sigma : ndarray of shape (n_samples,), dtype float64
        Standard deviation of the Gaussian of each spectrum, in points.
    """

    positions: np.ndarray
    heights: np.ndarray
    sigma: np.ndarray


def make_spectra(
    table,
    n_samples_per_class,
    *,
    n_points=5000,
    max_shift=50,
    height_variation=0.05,
    fixed_reference=True,
    sigma=(2.0, 5.0),
    noise=0.0,
    background=0.0,
    dtype=np.float64,
    random_state=None,
):
    """Draw spectra from a class table, with independent shifts and heights of all peaks.

    Spectra are drawn as for the published synthetic sets [1]_. They are *not* normalised, because
    the models divide each spectrum by its own maximum, and some tests need the heights as drawn.

    Parameters
    ----------
    table : sequence of (positions, heights) pairs
        One pair of 1-D arrays of equal length per class, see :class:`PeakList`. Positions are
        integers from 0 to ``n_points - 1``; heights are from 0 to 2.
    n_samples_per_class : int
        Spectra of each class (>= 1).
    n_points : int, default=5000
        Length of the axis, in points (>= 1).
    max_shift : int, default=50
        A peak at `p` is moved to an integer drawn from ``p - max_shift`` to
        ``p + max_shift - 1``, which is then clipped to the axis. With 0 peaks stay in place and
        no position is drawn.
    height_variation : float, default=0.05
        A height `h` is drawn uniformly from ``h - height_variation`` to
        ``h + height_variation`` and clipped to 0..2. With 0 heights stay the same and no height
        is drawn.
    fixed_reference : bool, default=True
        Whether a peak of height exactly 1.0 keeps this height, as in the published challenge; no
        height is drawn for such a peak. With False every height varies, as in the published
        500-class set.
    sigma : float or pair of float, default=(2.0, 5.0)
        Standard deviation of the Gaussian that broadens a spectrum, in points. From a pair it is
        drawn uniformly for each spectrum. A number, or a pair of equal numbers, is used for all
        spectra, and no width is drawn.
    noise : float, default=0.0
        Standard deviation of white Gaussian noise, as a fraction of the spectrum's maximum.
    background : float, default=0.0
        Height of a smooth background, as a fraction of the spectrum's maximum. The background is
        a random Chebyshev series of degree 5 with minimum 0 and maximum `background`.
    dtype : {np.float32, np.float64}, default=np.float64
        Type of `X`. Spectra are computed in float64 and rounded once.
    random_state : int, Generator, RandomState or None, default=None
        Passed to :func:`numpy.random.default_rng`.

    Returns
    -------
    X : ndarray of shape (n_classes * n_samples_per_class, n_points)
        The spectra, ordered by class.
    y : ndarray of shape (n_classes * n_samples_per_class,), dtype int64
        Index of the class in `table`.

    Raises
    ------
    ValueError
        If a position is not on the axis or not an integer, if a height is outside 0..2, if the
        two arrays of a class differ in length, or if an option is outside the range given above.
    TypeError
        If a number is of the wrong type.

    See Also
    --------
    draw_class_table : Draw a table of random classes.
    draw_challenge_table : Draw a table of classes that are hard to tell apart.
    bayes_optimum : The accuracy that no classifier of such spectra can exceed.

    Notes
    -----
    Random numbers are drawn class by class. For each spectrum all positions are drawn first, then
    all heights, then sigma. Backgrounds, and after them noise, are drawn after the peaks of the
    whole set, so that with the same seed the peaks do not depend on `noise` and `background`.

    The heights are written at the positions (of two peaks on one point the later one stays),
    and the spectrum is convolved by ``scipy.ndimage.gaussian_filter1d(..., mode="constant")``.
    Only the surroundings of the peaks are computed, with values that are the same to the last bit.

    References
    ----------
    .. [1] J. Schuetzke, N. J. Szymanski, M. Reischl, "Validating neural networks for
       spectroscopic classification on a universal synthetic dataset", npj Computational
       Materials 9, 100 (2023). doi:10.1038/s41524-023-01055-y

    Examples
    --------
    >>> from skspectra.datasets import make_spectra
    >>> table = [([300, 700], [1.0, 0.5]), ([300, 800], [1.0, 0.5])]
    >>> X, y = make_spectra(table, 3, n_points=1000, random_state=0)
    >>> X.shape, y
    ((6, 1000), array([0, 0, 0, 1, 1, 1]))
    """
    n_points = check_size("n_points", n_points)
    table = check_table(table, n_points)
    noise = check_amount("noise", noise)
    background = check_amount("background", background)
    dtype = check_dtype(dtype)
    rng = np.random.default_rng(random_state)
    drawn = draw_peaks(
        table,
        check_size("n_samples_per_class", n_samples_per_class),
        n_points=n_points,
        max_shift=check_size("max_shift", max_shift, 0),
        height_variation=check_amount("height_variation", height_variation),
        fixed_reference=fixed_reference,
        sigma=check_sigma(sigma),
        rng=rng,
    )
    X, y = render(drawn, n_points, dtype)
    if noise or background:
        maxima = X.max(axis=1)
        if background:
            _add_background(X, background * maxima, rng)
        if noise:
            _add_noise(X, noise * maxima, rng)
    return X, y


def draw_peaks(
    table, n_samples, *, n_points, max_shift, height_variation, fixed_reference, sigma, rng
):
    """Draw the peaks of `n_samples` spectra of every class, without computing a spectrum.

    Parameters
    ----------
    table : list of PeakList
        The checked class table.
    n_samples : int
        Spectra per class.
    n_points : int
        Length of the axis, in points.
    max_shift : int
        Largest displacement, in points.
    height_variation : float
        Largest change of a height.
    fixed_reference : bool
        Whether a peak of height exactly 1.0 keeps this height.
    sigma : pair of float
        Range of the widths, in points.
    rng : numpy.random.Generator
        The source of random numbers.

    Returns
    -------
    list of Peaks
        One entry per class.
    """
    drawn = []
    for peaks in table:
        varied = varied_peaks(peaks.heights, height_variation, fixed_reference)
        low, high = (
            peaks.heights[varied] - height_variation,
            peaks.heights[varied] + height_variation,
        )
        if sigma[0] < sigma[1]:
            low, high = np.append(low, sigma[0]), np.append(high, sigma[1])
        left, right = peaks.positions - max_shift, peaks.positions + max_shift
        positions = np.tile(peaks.positions, (n_samples, 1))
        uniform = np.empty((n_samples, len(low)))
        for i in range(n_samples):
            if max_shift:
                positions[i] = rng.integers(left, right)
            if len(low):
                uniform[i] = rng.uniform(low, high)
        heights = np.tile(peaks.heights, (n_samples, 1))
        heights[:, varied] = uniform[:, : varied.sum()]
        widths = uniform[:, -1] if sigma[0] < sigma[1] else np.full(n_samples, sigma[0])
        drawn.append(Peaks(positions.clip(0, n_points - 1), heights.clip(0, 2), widths))
    return drawn


def varied_peaks(heights, height_variation, fixed_reference):
    """Return which peaks draw a height: all but references, or none if there is no variation."""
    return (heights != 1.0 if fixed_reference else np.ones(len(heights), bool)) & (
        height_variation > 0
    )


def render(drawn, n_points, dtype):
    """Turn the peaks of each class into spectra.

    Parameters
    ----------
    drawn : list of Peaks
        One entry per class.
    n_points : int
        Length of the axis, in points.
    dtype : dtype
        Type of the spectra.

    Returns
    -------
    X : ndarray of shape (n_samples, n_points)
        The spectra, ordered by class.
    y : ndarray of shape (n_samples,), dtype int64
        Index of the class.
    """
    counts = [len(peaks.sigma) for peaks in drawn]
    X = np.zeros((sum(counts), n_points), dtype=dtype)
    stop = 0
    for count, peaks in zip(counts, drawn, strict=True):
        start, stop = stop, stop + count
        _render_class(X[start:stop], peaks)
    return X, np.repeat(np.arange(len(drawn), dtype=np.int64), counts)


def _render_class(out, peaks):
    """Write broadened peaks into the zeros of `out`, bit for bit as if each row were filtered.

    Peaks farther apart than twice the radius of the kernel have no common point. A peak that
    stands alone is its height times the kernel, because the filter adds only zeros to this
    product. A group of peaks is filtered on its own short piece of the axis.
    """
    order = np.argsort(peaks.positions, axis=1, kind="stable")
    positions = np.take_along_axis(peaks.positions, order, axis=1).tolist()
    heights = np.take_along_axis(peaks.heights, order, axis=1).tolist()
    n_peaks, n_points = order.shape[1], out.shape[1]
    for row, place, height, sigma in zip(
        out, positions, heights, peaks.sigma.tolist(), strict=True
    ):
        radius = int(_TRUNCATE * sigma + 0.5)
        kernel = np.zeros(2 * radius + 1)
        kernel[radius] = 1.0
        kernel = gaussian_filter1d(kernel, sigma, mode="constant", truncate=_TRUNCATE)
        first = 0
        while first < n_peaks:
            end = first + 1
            while end < n_peaks and place[end] - place[end - 1] <= 2 * radius:
                end += 1
            start = place[first] - radius
            if end == first + 1:
                piece = height[first] * kernel
            else:
                piece = np.zeros(place[end - 1] + radius + 1 - start)
                for i in range(first, end):
                    piece[place[i] - start] = height[i]
                piece = gaussian_filter1d(piece, sigma, mode="constant", truncate=_TRUNCATE)
            cut = max(start, 0)
            row[cut : start + len(piece)] = piece[cut - start : n_points - start]
            first = end


def _add_background(X, amplitudes, rng):
    """Add to each row, in place, a random Chebyshev series scaled to 0..amplitude."""
    basis = chebvander(np.linspace(-1, 1, X.shape[1]), _BACKGROUND_DEGREE)[:, 1:]
    for row, amplitude in zip(X, amplitudes, strict=True):
        curve = basis @ rng.uniform(-1, 1, _BACKGROUND_DEGREE)
        curve -= curve.min()
        row += curve * (amplitude / (curve.max() or 1.0))


def _add_noise(X, deviations, rng):
    """Add white Gaussian noise to each row, in place."""
    for row, deviation in zip(X, deviations, strict=True):
        row += deviation * rng.standard_normal(X.shape[1])
