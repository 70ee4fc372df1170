"""Simulated powder patterns of mixtures, from the lines of their phases."""

from numbers import Integral, Real
from typing import NamedTuple

import numpy as np

from skspectra._grid import check_axis
from skspectra.diffraction._checks import check_names, check_range
from skspectra.diffraction._profile import InstrumentProfile
from skspectra.diffraction._render import AXES, Source, finish, render
from skspectra.diffraction._wavelengths import wavelengths as wavelengths_of
from skspectra.profiles import scherrer_width

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


def make_powder_patterns(
    phases,
    n_patterns,
    *,
    two_theta,
    wavelength,
    n_phases=None,
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
    n_phases : int or (int, int), default=None
        Number of phases in a pattern, or the least and the largest one. None is from 1 to 3, or to
        the number of `phases` where there are fewer.
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
        Counts at the highest point without the background, which set the noise. With 0 there is
        no noise, and that point has the height 1.
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
    two_theta = check_axis(two_theta, name="two_theta")
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
    sources = [Source(phase, pairs, low, high, polarization, slit, max_strain) for phase in phases]
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
        X[block] = render(two_theta, sources, profile, W, width, drawn, block)
        finish(X[block], background, counts_at_max, rng)
    return PowderPatterns(X, (W > 0).astype(np.int64), W, drawn)


def _check(name, value, low, high, kind=Real):
    if not isinstance(value, kind) or not low <= value <= high:
        raise ValueError(f"{name}={value!r} must be a number from {low:g} to {high:g}.")


def _counts(n_phases, n_known):
    if n_phases is None:
        return 1, min(3, n_known)
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
        "texture_axis": rng.integers(len(AXES), size=W.shape),
    }
    for p, source in enumerate(sources):
        drawn["strain"][:, p, len(source.strains) :] = np.nan
    drawn["texture_axis"] = np.array(AXES, float)[drawn["texture_axis"]]
    for values in drawn.values():
        values[absent] = np.nan
    return drawn
