"""Simulated powder patterns with what measured ones have, to choose constants on."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from skspectra.diffraction import InstrumentProfile, make_powder_patterns

TWO_THETA = np.linspace(10, 80, 3501)
# Copper K-alpha1 and K-alpha2, K-beta and tungsten L-alpha, in angstrom.
LINES = np.array([1.540593, 1.544427, 1.392234, 1.476400])
BATCH = 10


def drawn_profile(rng):
    """Return the profile of an instrument, as laboratories have them."""
    return InstrumentProfile(
        u=rng.uniform(0, 0.04),
        v=rng.uniform(-0.01, 0),
        w=rng.uniform(0.004, 0.02),
        x=rng.uniform(0.01, 0.06),
        y=rng.uniform(0.01, 0.06),
    )


def hard_patterns(
    phases,
    n_patterns,
    seed,
    n_phases=(1, 3),
    min_fraction=0.1,
    hard=1.0,
    wide_laws=False,
    batch=BATCH,
):
    """Draw patterns in batches; each batch is another instrument and another sample preparation.

    Cells are off by up to 1 % in each of their strains, March-Dollase's r is 0.7 to 1. Not in the
    generator of the package are: the asymmetry at low angles, intensities of single lines that are
    off (few grains), ghosts of K-beta and tungsten, an amorphous hump, fluorescence, air
    scattering, and noise that is not Poisson or was smoothed by interpolation.

    With `wide_laws`, lines are also wider in some places than in others (crystallites that are no
    spheres), a nickel filter has its edge, and a knife cuts the air scattering off.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for start in range(0, n_patterns, batch):
        n = min(batch, n_patterns - start)
        ghosts = rng.uniform(0, 0.01, 2) * (rng.random(2) < 0.4)
        shares = np.array([2 / 3, 1 / 3, *ghosts])
        made = make_powder_patterns(
            phases,
            n,
            two_theta=TWO_THETA,
            wavelength=np.stack([LINES, np.maximum(shares, 1e-9)], axis=1),
            n_phases=n_phases,
            min_fraction=min_fraction,
            profile=drawn_profile(rng),
            min_size=rng.choice([20.0, 50.0, 200.0]),
            max_microstrain=0.001,
            max_strain=0.01 * hard,
            max_texture=0.3 * hard,
            max_displacement=0.08,
            max_zero_shift=0.03,
            background=0,
            counts_at_max=0,
            random_state=rng.integers(2**32),
        )
        X = np.stack([_measured(row, rng, hard, wide_laws) for row in made.X])
        parts.append((X, made.Y, made.W))
    return tuple(np.concatenate(values) for values in zip(*parts, strict=True))


def _measured(row, rng, hard, wide_laws):
    """Return counts for a clean pattern whose maximum is 1."""
    x = TWO_THETA
    if rng.random() < 0.5:
        # Axial divergence: a tail to low angles that vanishes at 60 degrees.
        tail = rng.uniform(0.02, 0.10) * np.clip((60 - x) / 50, 0, 1)
        share = rng.uniform(0.1, 0.3)
        row = (1 - share) * row + share * np.interp(x + tail, x, row)
    if wide_laws and rng.random() < 0.5:
        # Wider lines in places that change slowly, by 0.1 to 0.25 degrees.
        wide = gaussian_filter1d(row, rng.uniform(2, 5))
        share = gaussian_filter1d(rng.standard_normal(len(x)), 40) * np.sqrt(
            2 * 40 * np.sqrt(np.pi)
        )
        share = np.clip(share, 0, 1)
        row = (1 - share) * row + share * wide
    if wide_laws and rng.random() < 0.4:
        row = row + rng.uniform(0, 0.04) * _filtered(row)
    # Few grains: the height changes smoothly from place to place, more slowly than a line.
    change = gaussian_filter1d(rng.standard_normal(len(x)), 12) * np.sqrt(2 * 12 * np.sqrt(np.pi))
    row = row * np.exp(rng.uniform(0, 0.15) * hard * change)
    row = row / row.max()
    level = rng.uniform(0.005, 0.15)
    shape = 0.4 + rng.uniform(0, 2) * np.exp(-(x - 10) / rng.uniform(4, 15))
    shape = shape + rng.uniform(-0.3, 0.3) * (x - 45) / 35
    if wide_laws and rng.random() < 0.3:
        # A knife cuts the air scattering off, and the slope changes at one angle.
        place = rng.uniform(12, 40)
        shape = shape + rng.uniform(-0.05, 0.05) * np.minimum(x - place, 0)
    if rng.random() < 0.4:
        shape = shape + rng.uniform(0.2, 1.5) * np.exp(
            -0.5 * ((x - rng.uniform(18, 32)) / rng.uniform(4, 7)) ** 2
        )
    counts = np.exp(rng.uniform(np.log(1500), np.log(60_000)))
    row = counts * (row + level * np.maximum(shape, 0.05))
    factor = rng.uniform(0.4, 1.0)
    noisy = row + np.sqrt(factor * row) * rng.standard_normal(len(x))
    if rng.random() < 0.25:
        noisy = gaussian_filter1d(noisy, rng.uniform(0.5, 1.2))
    return np.maximum(noisy, 0).astype(np.float32)


def _filtered(row):
    """Return what white radiation between the edge of nickel and K-alpha adds, of area 1."""
    ln_sine = np.log(np.sin(np.radians(TWO_THETA / 2)))
    area = np.concatenate([[0.0], np.cumsum((row[1:] + row[:-1]) / 2 * np.diff(ln_sine))])
    width = np.log(1.540593 / 1.488070)
    return (np.interp(ln_sine + width, ln_sine, area) - area) / width


def other_patterns(phases, n_patterns, seed, step):
    """Draw patterns by laws that neither the package nor `hard_patterns` uses, line by line.

    Profiles are Pearson VII, widths have a law of their own, the background is a power law and
    humps, texture is along an edge of the cell, and intensities are off by 7 %.

    Returns the angles, the patterns, which phases are in them, weight fractions, and whether every
    phase has a free line of 2 % of the maximum and of five standard deviations.
    """
    rng = np.random.default_rng(seed)
    x = np.arange(10, 80, step)
    X, W = np.zeros((n_patterns, len(x))), np.zeros((n_patterns, len(phases)))
    free = np.zeros(n_patterns, bool)
    for i in range(n_patterns):
        present = rng.permutation(len(phases))[: rng.integers(1, 4)]
        weights = 0.1 + (1 - 0.1 * len(present)) * rng.dirichlet(np.ones(len(present)))
        W[i, present] = weights
        shift = rng.uniform(-0.08, 0.08)
        widths = rng.uniform(0.06, 0.14), rng.uniform(0.0, 0.12), rng.uniform(1.2, 5.0)
        parts = [
            weight * _other_phase(phases[p], x, shift, widths, rng)
            for p, weight in zip(present, weights, strict=True)
        ]
        total = np.sum(parts, axis=0)
        counts = np.exp(rng.uniform(np.log(2000), np.log(50_000))) / total.max()
        parts = [counts * part for part in parts]
        total = counts * total
        air = rng.uniform(0, 0.2) * (x / 10) ** -rng.uniform(1, 2.5)
        hump = rng.uniform(0, 0.08) * np.exp(-(((x - rng.uniform(18, 35)) / 8) ** 2))
        level = total.max() * (rng.uniform(0.005, 0.08) + air + hump)
        X[i] = rng.poisson(total + level)
        clear = 5 * np.sqrt(total + level) + 0.02 * total.max()
        free[i] = all(((part > clear / 2) & (part > 0.8 * total)).any() for part in parts)
    return x, X, W > 0, W, free


def _other_phase(phase, x, shift, widths, rng):
    """Return the pattern of one phase for a weight of 1."""
    lines = phase.lines("CuKa", (8, 84))
    strain = np.eye(3) + np.tensordot(
        rng.uniform(-0.01, 0.01, len(phase.strains)), phase.strains, 1
    )
    inverse = np.linalg.inv(strain)
    spacing = lines.d / np.linalg.norm(lines.direction @ inverse, axis=1)
    axis = phase.basis[rng.integers(3)]
    axes = phase.rotations @ (axis / np.linalg.norm(axis))
    r = rng.uniform(0.7, 1)
    cosine = (lines.direction @ axes.T) ** 2
    factor = ((r**2 * cosine + (1 - cosine) / r) ** -1.5).mean(axis=1)
    area = lines.intensity * factor * np.exp(0.07 * rng.standard_normal(len(factor)))
    theta = np.arcsin(lines.wavelength / 2 / spacing)
    place = np.degrees(2 * theta) + shift * np.cos(theta)
    size = rng.uniform(0, 0.15)
    total = np.zeros(len(x))
    for p, t, a in zip(place, theta, area / (phase.mass * phase.volume), strict=True):
        full = np.sqrt(widths[0] ** 2 + (widths[1] * np.tan(t)) ** 2 + (size / np.cos(t)) ** 2)
        m = widths[2]
        total += a / full * (1 + 4 * (2 ** (1 / m) - 1) * ((x - p) / full) ** 2) ** -m
    return total
