"""Simulated powder patterns of mixtures, from the lines of their phases."""

from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
from numpy.polynomial.chebyshev import chebvander

from skspectra.diffraction._phase import check_names, check_range
from skspectra.diffraction._profile import InstrumentProfile
from skspectra.diffraction._wavelengths import wavelengths as wavelengths_of
from skspectra.profiles import pseudo_voigts, scherrer_width

# March and Dollase's factor is tabulated at these r and interpolated between them.
_R = np.geomspace(0.2, 1.0, 65)
# Directions of texture, as indices on the axes of the conventional cell.
_AXES = ((0, 0, 1), (1, 0, 0), (0, 1, 0), (1, 1, 0), (1, 1, 1), (1, 0, 1))
# Patterns computed at a time: few enough for the cache of a processor.
_BLOCK = 8


class PowderPatterns(NamedTuple):
    """Simulated powder patterns, and what they were made of.

    Parameters
    ----------
    X : ndarray of shape (n_patterns, n_points)
        The patterns.
    Y : ndarray of int of shape (n_patterns, n_phases)
        1 where a phase is in a pattern.
    W : ndarray of shape (n_patterns, n_phases)
        Weight fractions; each row adds to 1.
    drawn : dict of str to ndarray
        What was drawn: ``size`` (nm, inf without broadening), ``microstrain``, ``strain`` (the
        coefficients of ``Phase.strains``), ``texture`` (March-Dollase r) and ``texture_axis``
        (hkl), each with one entry per pattern and phase, nan where the phase is absent;
        ``displacement`` and ``zero_shift`` in degrees, one per pattern.
    """

    X: np.ndarray
    Y: np.ndarray
    W: np.ndarray
    drawn: dict


class _Source:
    """What is needed of a phase to draw its lines in any pattern."""

    def __init__(self, phase, wavelength, low, high, polarization, slit, max_strain):
        # Strain moves lines into the range and out of it.
        margin = 2.0 + np.degrees(4 * max_strain)
        ends = max(low - margin, 0.0), min(high + margin, 180.0)
        phase.lines(wavelength, (low, high))  # an error where there is none
        lines = phase.lines(wavelength, ends, polarization=polarization, slit=slit)
        self.d, self.wavelength = lines.d, lines.wavelength
        self.intensity = lines.intensity
        if phase.mass is not None:
            self.intensity = self.intensity / (phase.mass * phase.volume)
        self.strains, self.direction = phase.strains, lines.direction
        u = lines.direction
        self.products = np.stack(
            [u[:, i] * u[:, j] * (1 + (i != j)) for i in range(3) for j in range(i, 3)]
        )
        self.is_card = phase.mass is None
        self.textures = [] if self.is_card else [self._texture(phase, axis) for axis in _AXES]

    def _texture(self, phase, axis):
        """Return the factor of each line at each r of the table, for texture along an axis."""
        edges = np.linalg.inv(phase.basis).T
        unit = np.array(axis) @ edges
        unit = unit / np.linalg.norm(unit)
        axes = np.unique((phase.rotations @ unit).round(9), axis=0)
        squared = (self.direction @ axes.T) ** 2
        return np.stack([((r**2 - 1 / r) * squared + 1 / r).clip(1e-9) ** -1.5 for r in _R]).mean(
            axis=2
        )

    def spacings(self, coefficients):
        """Return the spacings in a strained cell, for one strain."""
        if self.is_card:
            return self.d * (1 + coefficients[0])
        return strained(self.d, self.products, np.tensordot(coefficients, self.strains, 1))

    def factors(self, axis, r):
        """Return the factors of texture along one of the axes."""
        if self.is_card or r == 1:
            return 1.0
        place = np.log(r / _R[0]) / np.log(_R[-1] / _R[0]) * (len(_R) - 1)
        i = min(int(place), len(_R) - 2)
        share = place - i
        table = self.textures[axis]
        return (1 - share) * table[i] + share * table[i + 1]


def strained(d, products, strain):
    """Return lattice spacings in a strained cell, exactly.

    Parameters
    ----------
    d : ndarray of shape (n_lines,)
        Spacings in the cell as it is.
    products : ndarray of shape (6, n_lines)
        Products of the components of the unit vectors along the reciprocal-lattice vectors, those
        of two different components doubled.
    strain : ndarray of shape (3, 3)
        The strain.

    Returns
    -------
    d : ndarray of shape (n_lines,)
        Spacings in the strained cell: ``(1 + e) d`` for an isotropic strain ``e``.
    """
    inverse = np.linalg.inv(np.eye(3) + strain)
    metric = inverse @ inverse.T
    packed = metric[np.triu_indices(3)]
    return d / np.sqrt(packed @ products)


def make_powder_patterns(
    phases,
    n_patterns,
    *,
    two_theta,
    wavelength,
    n_phases=(1, 3),
    min_fraction=0.05,
    profile=None,
    min_size=100.0,
    max_microstrain=0.0005,
    max_strain=0.002,
    max_texture=0.1,
    max_displacement=0.02,
    max_zero_shift=0.01,
    background=0.05,
    counts_at_max=10_000,
    polarization=1.0,
    slit="fixed",
    dtype=np.float64,
    random_state=None,
):
    """Simulate powder patterns of mixtures whose phases and amounts are known.

    Every option that varies the patterns is small by default, and 0 switches it off. Amounts are
    drawn as weight fractions, and intensities follow from them.

    Parameters
    ----------
    phases : list of Phase
        The phases, each with a name of its own.
    n_patterns : int
        Number of patterns (>= 1).
    two_theta : array-like of shape (n_points,)
        Angles of the points, ascending, in degrees.
    wavelength : float, str or sequence of (float, float)
        As in :func:`wavelengths`; it is never assumed.
    n_phases : int or (int, int), default=(1, 3)
        Number of phases in a pattern, or the least and the largest one.
    min_fraction : float, default=0.05
        Least weight fraction of a phase that is present.
    profile : InstrumentProfile, default=None
        Widths that the instrument gives. None is a typical laboratory diffractometer.
    min_size : float, default=100.0
        Size of the smallest crystallites, in nm. Their widths are drawn uniformly between 0 and
        that of this size.
    max_microstrain : float, default=0.0005
        Largest microstrain, drawn uniformly from 0.
    max_strain : float, default=0.002
        Largest coefficient of each strain of a cell within its symmetry, in either direction
        (below 0.05).
    max_texture : float, default=0.1
        March and Dollase's r is drawn uniformly from ``1 - max_texture`` to 1 (at most 0.8), along
        a direction of low indices, averaged over the equivalent directions.
    max_displacement : float, default=0.02
        Largest displacement, in either direction: lines move by it times cos theta, in degrees.
    max_zero_shift : float, default=0.01
        Largest zero error, in degrees, in either direction.
    background : float, default=0.05
        Largest height of a smooth background, as a share of the highest peak.
    counts_at_max : float, default=10_000
        Counts at the highest point, which set the noise. With 0 there is no noise, and the
        highest point of each pattern is 1.
    polarization : float, default=1.0
        As in :meth:`Phase.lines`.
    slit : {"fixed", "automatic"}, default="fixed"
        As in :meth:`Phase.lines`.
    dtype : {np.float32, np.float64}, default=np.float64
        Type of the patterns.
    random_state : int, Generator or None, default=None
        Passed to :func:`numpy.random.default_rng`.

    Returns
    -------
    PowderPatterns
        The patterns `X`, the phases `Y`, weight fractions `W` and what else was drawn.

    Raises
    ------
    ValueError
        If a phase has no line in the range, if two have one name, or if an option is outside the
        range given above.

    Notes
    -----
    Reference cards have no known scattering per mass: their `W` is the share that a phase of the
    median scattering power would have.

    References
    ----------
    W. A. Dollase, "Correction of intensities for preferred orientation in powder diffractometry:
    application of the March model", J. Appl. Cryst. 19, 267 (1986).
    :doi:`10.1107/S0021889886089458`

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.diffraction import Phase, make_powder_patterns
    >>> phases = [
    ...     Phase.from_lines("a", [3.1, 2.2], [100, 50]),
    ...     Phase.from_lines("b", [2.8, 1.9], [100, 80]),
    ... ]
    >>> two_theta = np.arange(20, 60, 0.02)
    >>> made = make_powder_patterns(
    ...     phases, 4, two_theta=two_theta, wavelength="CuKa", n_phases=1, random_state=0
    ... )
    >>> made.X.shape, made.W.sum(axis=1)
    ((4, 2000), array([1., 1., 1., 1.]))
    """
    phases = list(phases)
    check_names(phases)
    two_theta = np.array(two_theta, float)
    if two_theta.ndim != 1 or len(two_theta) < 2 or not (np.diff(two_theta) > 0).all():
        raise ValueError("two_theta must be one row of ascending angles, at least 2.")
    low, high = check_range((two_theta[0], two_theta[-1]))
    fewest, most = _counts(n_phases, len(phases))
    _check("n_patterns", n_patterns, 1, np.inf, Integral)
    _check("min_fraction", min_fraction, 0, 1 / most)
    for name, value, largest in (
        ("min_size", min_size, np.inf),
        ("max_microstrain", max_microstrain, 0.1),
        ("max_strain", max_strain, 0.05),
        ("max_texture", max_texture, 0.8),
        ("max_displacement", max_displacement, 5),
        ("max_zero_shift", max_zero_shift, 5),
        ("background", background, np.inf),
        ("counts_at_max", counts_at_max, np.inf),
    ):
        _check(name, value, 0, largest)
    rng = np.random.default_rng(random_state)
    profile = InstrumentProfile() if profile is None else profile
    pairs = wavelengths_of(wavelength)
    sources = [
        _Source(phase, pairs, low, high, polarization, slit, max_strain) for phase in phases
    ]
    totals = [source.intensity.sum() for source in sources]
    known = [total for total, s in zip(totals, sources, strict=True) if not s.is_card]
    for source, total in zip(sources, totals, strict=True):
        if source.is_card:
            source.intensity = source.intensity * (np.median(known) if known else 1.0) / total
    W = _amounts(rng, n_patterns, len(phases), fewest, most, min_fraction)
    drawn = _draw(rng, W, sources, max_microstrain, max_strain, max_texture)
    drawn["displacement"] = max_displacement * rng.uniform(-1, 1, n_patterns)
    drawn["zero_shift"] = max_zero_shift * rng.uniform(-1, 1, n_patterns)
    smallest = np.degrees(scherrer_width(0.0, min_size, pairs[0, 0])) if min_size else 0.0
    with np.errstate(divide="ignore"):
        width = np.where(W > 0, smallest * rng.uniform(0, 1, W.shape), np.nan)
        drawn["size"] = np.degrees(scherrer_width(0.0, 1.0, pairs[0, 0])) / width
    X = np.empty((n_patterns, len(two_theta)), dtype)
    for start in range(0, n_patterns, _BLOCK):
        block = slice(start, min(start + _BLOCK, n_patterns))
        X[block] = _render(two_theta, sources, profile, W, width, drawn, block)
        _finish(X[block], background, counts_at_max, rng)
    return PowderPatterns(X, (W > 0).astype(np.int64), W, drawn)


def _check(name, value, low, high, kind=Real):
    if not isinstance(value, kind) or not low <= value <= high:
        raise ValueError(f"{name}={value!r} must be a number from {low:g} to {high:g}.")


def _counts(n_phases, n_known):
    pair = (n_phases, n_phases) if isinstance(n_phases, Integral) else tuple(n_phases)
    if len(pair) != 2 or not 1 <= pair[0] <= pair[1] <= n_known:
        raise ValueError(
            f"n_phases={n_phases!r} must be a number or an ascending pair of numbers from 1 to "
            f"{n_known}, the number of phases."
        )
    return pair


def _amounts(rng, n_patterns, n_known, fewest, most, min_fraction):
    count = rng.integers(fewest, most + 1, n_patterns)
    rank = rng.random((n_patterns, n_known)).argsort(axis=1).argsort(axis=1)
    W = np.where(rank < count[:, None], rng.exponential(size=(n_patterns, n_known)), 0.0)
    W *= (1 - min_fraction * count[:, None]) / W.sum(axis=1, keepdims=True)
    W[rank < count[:, None]] += min_fraction
    return W / W.sum(axis=1, keepdims=True)


def _draw(rng, W, sources, max_microstrain, max_strain, max_texture):
    absent = W == 0
    n_strains = max(len(source.strains) for source in sources)
    drawn = {
        "microstrain": max_microstrain * rng.uniform(0, 1, W.shape),
        "strain": max_strain * rng.uniform(-1, 1, (*W.shape, n_strains)),
        "texture": 1 - max_texture * rng.uniform(0, 1, W.shape),
        "texture_axis": rng.integers(len(_AXES), size=W.shape),
    }
    for p, source in enumerate(sources):
        drawn["strain"][:, p, len(source.strains) :] = np.nan
    drawn["texture_axis"] = np.array(_AXES, float)[drawn["texture_axis"]]
    for values in drawn.values():
        values[absent] = np.nan
    return drawn


def _render(two_theta, sources, profile, W, size_width, drawn, block):
    rows, places, areas, widths, microstrains = [], [], [], [], []
    axis_of = {axis: i for i, axis in enumerate(_AXES)}
    for i in range(block.start, block.stop):
        for p in np.flatnonzero(W[i]):
            source = sources[p]
            strain = drawn["strain"][i, p, : len(source.strains)]
            ratio = source.wavelength / (2 * source.spacings(strain))
            axis = axis_of[tuple(drawn["texture_axis"][i, p].astype(int))]
            area = source.intensity * source.factors(axis, drawn["texture"][i, p])
            rows.append(np.full(len(ratio), i - block.start))
            places.append(ratio)
            areas.append(W[i, p] * area)
            widths.append(np.full(len(ratio), size_width[i, p]))
            microstrains.append(np.full(len(ratio), drawn["microstrain"][i, p]))
    rows, areas = np.concatenate(rows), np.concatenate(areas)
    theta = np.arcsin(np.minimum(np.concatenate(places), 1.0))
    width, eta = profile.widths(
        np.degrees(2 * theta), np.concatenate(widths), np.concatenate(microstrains)
    )
    zero, displacement = drawn["zero_shift"][block], drawn["displacement"][block]
    places = np.degrees(2 * theta) + zero[rows] + displacement[rows] * np.cos(theta)
    return pseudo_voigts(two_theta, rows, places, areas, width, eta, block.stop - block.start)


def _finish(X, background, counts_at_max, rng):
    """Scale the patterns and add a smooth background and counting noise, in place."""
    highest = X.max(axis=1, keepdims=True)
    X /= np.where(highest > 0, highest, 1.0)
    if background:
        curve = (
            rng.uniform(-1, 1, (len(X), 5))
            @ chebvander(np.linspace(-1, 1, X.shape[1]), 5)[:, 1:].T
        )
        curve -= curve.min(axis=1, keepdims=True)
        curve *= background * rng.uniform(0, 1, (len(X), 1)) / curve.max(axis=1, keepdims=True)
        X += curve
    if counts_at_max:
        X *= counts_at_max
        X[...] = rng.poisson(X)
