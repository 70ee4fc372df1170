"""Patterns of random crystals, and what models of symmetry are given of them."""

import numpy as np
from scipy.ndimage import gaussian_filter1d, minimum_filter1d, uniform_filter1d
from scipy.signal import find_peaks

from skspectra.diffraction import InstrumentProfile, wavelengths
from skspectra.profiles import pseudo_voigts, scherrer_width

TWO_THETA = np.arange(5, 90, 0.02)
BLOCK = 50
# Bins of ln(q / q of the first strong line).
LN_Q = np.linspace(-0.8, 2.2, 1001)
# The first strong line is the first one of this share of the highest.
STRONG = 0.1
N_LINES = 20
# Angles of lines are taken to be right to this many degrees.
TOLERANCE = 0.05


def render(table, rows, seed):
    """Return patterns of copper K-alpha as measured: widths, preparation, background and noise.

    Each crystal has an instrument and a preparation of its own. Intensities of lines are off by
    10 %, which stands for texture and few grains.

    Parameters
    ----------
    table : dict of str to ndarray
        Lines of crystals, as :func:`symmetry.line_table` makes them.
    rows : ndarray of int of shape (n_patterns,)
        The crystals.
    seed : int
        Seed of the first block of patterns; the next blocks have the next seeds.

    Returns
    -------
    X : ndarray of float32 of shape (n_patterns, n_points)
        The patterns, divided by their maxima.
    """
    X = np.empty((len(rows), len(TWO_THETA)), np.float32)
    for number, first in enumerate(range(0, len(rows), BLOCK)):
        block = rows[first : first + BLOCK]
        X[first : first + BLOCK] = _block(table, block, np.random.default_rng([seed, number]))
    return X


def _block(table, rows, rng):
    pairs = wavelengths("CuKa")
    lengths = table["start"][rows + 1] - table["start"][rows]
    lines = np.concatenate([np.arange(*table["start"][row : row + 2]) for row in rows])
    owner = np.repeat(np.arange(len(rows)), lengths)
    sine = np.sin(np.radians(table["two_theta"][lines] / 2.0))
    area = table["intensity"][lines] * np.exp(0.1 * rng.standard_normal(len(lines)))
    n = len(rows)
    profile = [
        InstrumentProfile(
            u=rng.uniform(0, 0.03),
            v=rng.uniform(-0.01, 0),
            w=rng.uniform(0.004, 0.015),
            x=rng.uniform(0.01, 0.05),
            y=rng.uniform(0.01, 0.05),
        )
        for _ in range(n)
    ]
    size = np.degrees(scherrer_width(0.0, 1.0, pairs[0, 0])) / rng.uniform(20, 300, n)
    microstrain = rng.uniform(0, 0.001, n)
    shift, zero = rng.uniform(-0.05, 0.05, n), rng.uniform(-0.02, 0.02, n)
    parts = []
    for wavelength, share in pairs:
        ratio = sine * wavelength / pairs[0, 0]
        inside = ratio < 1
        theta = np.arcsin(ratio[inside])
        whose = owner[inside]
        place = np.degrees(2 * theta) + zero[whose] + shift[whose] * np.cos(theta)
        width, eta = np.empty(len(place)), np.empty(len(place))
        for i in range(n):
            mine = slice(*np.searchsorted(whose, [i, i + 1]))
            width[mine], eta[mine] = profile[i].widths(place[mine], size[i], microstrain[i])
        parts.append((whose, place, share * area[inside], width, eta))
    whole = [np.concatenate(values) for values in zip(*parts, strict=True)]
    X = pseudo_voigts(TWO_THETA, *whole, n)
    X /= X.max(axis=1, keepdims=True)
    x = (TWO_THETA - 5) / 85
    level = rng.uniform(0.005, 0.1, (n, 1)) * (
        1 + rng.uniform(0, 2, (n, 1)) * np.exp(-x / rng.uniform(0.05, 0.2, (n, 1)))
    )
    X += level * (1 + rng.uniform(-0.3, 0.3, (n, 1)) * (x - 0.5))
    counts = np.exp(rng.uniform(np.log(1500), np.log(60_000), (n, 1)))
    X = rng.poisson(counts * X)
    return X / X.max(axis=1, keepdims=True)


def pooled(X):
    """Return the plain input: the maximum of every four points, on the axis of angles."""
    n_points = X.shape[1] // 4 * 4
    return X[:, :n_points].reshape(len(X), -1, 4).max(axis=2)


def peaks(X):
    """Return angle and height of the lines that are seen in each pattern, K-alpha 2 left out."""
    found = []
    for row in X:
        root = np.sqrt(gaussian_filter1d(row.astype(float), 1.5))
        noise = np.median(abs(np.diff(root[::5]))) / 0.95
        places, seen = find_peaks(root, prominence=max(5 * noise, 0.04))
        heights = root[places] ** 2 - (root[places] - seen["prominences"]) ** 2
        angles = TWO_THETA[places]
        sine = np.sin(np.radians(angles / 2))
        second = np.degrees(2 * np.arcsin(np.minimum(sine * 1.544427 / 1.540593, 1)))
        ghost = (abs(angles[:, None] - second) < TOLERANCE) & (heights[:, None] < heights)
        found.append((angles[~ghost.any(axis=1)], heights[~ghost.any(axis=1)]))
    return found


def log_q(X, lines):
    """Return the input without scale: the pattern over ln(q / q of the first strong line).

    A level that changes slowly is taken off, and a bin holds the maximum of its points.
    """
    low = uniform_filter1d(minimum_filter1d(gaussian_filter1d(X, 2), 101), 101)
    clear = np.maximum(X - low, 0)
    ln_q = np.log(np.sin(np.radians(TWO_THETA / 2)))
    out = np.zeros((len(X), len(LN_Q) - 1), np.float32)
    for i, (angles, heights) in enumerate(lines):
        strong = heights >= STRONG * heights.max(initial=0)
        first = angles[strong][0] if strong.any() else TWO_THETA[clear[i].argmax()]
        edges = np.searchsorted(ln_q, LN_Q + np.log(np.sin(np.radians(first / 2))))
        inside = np.flatnonzero(edges[:-1] < len(ln_q))
        # A bin between two points holds the next one.
        starts = edges[inside]
        out[i, inside] = np.maximum.reduceat(clear[i], starts)
        out[i, inside[edges[inside + 1] == 0]] = 0
    return out


def line_list(lines):
    """Return for each pattern ratios of the first lines, their heights and their number.

    Returns
    -------
    ndarray of float32 of shape (n_patterns, 3 * n_lines + 2)
        (q / q of the first line)^2, the increase from line to line, heights, number of lines,
        and how many lines are there per increase of q^2.
    """
    out = np.full((len(lines), 3 * N_LINES + 2), -1, np.float32)
    for row, (angles, heights) in zip(out, lines, strict=True):
        if not len(angles):
            continue
        squared = np.sin(np.radians(angles[:N_LINES] / 2)) ** 2
        ratio = squared / squared[0]
        n = len(ratio)
        row[:n] = ratio
        row[N_LINES : N_LINES + n - 1] = np.diff(ratio)
        row[2 * N_LINES : 2 * N_LINES + n] = heights[:N_LINES] / heights.max()
        row[-2:] = len(angles), n / ratio[-1]
    return out


def _indices():
    """Return the coefficients of the squares of 1/a and 1/c for each lattice."""
    h, k, ell = (v.ravel() for v in np.mgrid[0:10, 0:10, 0:13])
    three, square, hexagonal = h * h + k * k + ell * ell, h * h + k * k, h * h + h * k + k * k
    body = (h + k + ell) % 2 == 0
    face = (h % 2 == k % 2) & (k % 2 == ell % 2)
    # Of h, k and k, h one is on the obverse rhombohedral lattice, for either sign of l.
    rhombohedral = ((h - k + ell) % 3 == 0) | ((k - h + ell) % 3 == 0)
    every = np.full(len(h), True)
    kinds = {
        "cP": (three, 0 * h, every),
        "cI": (three, 0 * h, body),
        "cF": (three, 0 * h, face),
        "tP": (square, ell * ell, every),
        "tI": (square, ell * ell, body),
        "hP": (hexagonal, ell * ell, every),
        "hR": (hexagonal, ell * ell, rhombohedral),
    }
    return {
        name: np.unique(np.stack([a[keep], c[keep]], axis=1), axis=0)[1:].astype(np.float32)
        for name, (a, c, keep) in kinds.items()
    }


INDICES = _indices()


def figures_of_merit(lines):
    """Index the first lines in the plainest way, and return how well each lattice explains them.

    Cells are tried that give low indices to one (cubic) or two of the first lines. The figure of
    merit is that of de Wolff, J. Appl. Cryst. 1, 108 (1968), doi:10.1107/S002188986800508X: the
    mean difference between observed and calculated lines, in units of the mean distance of the
    calculated ones.

    Returns
    -------
    ndarray of float32 of shape (n_patterns, 2 * n_lattices)
        Logarithm of the largest figure of merit, and the share of lines within the tolerance.
    """
    out = np.zeros((len(lines), 2 * len(INDICES)), np.float32)
    for row, (angles, _) in zip(out, lines, strict=True):
        observed = angles[:N_LINES]
        if len(observed) < 2:
            continue
        squared = np.sin(np.radians(observed / 2)) ** 2
        slack = np.sin(np.radians(observed)) * np.radians(TOLERANCE) / 2
        for i, (name, indices) in enumerate(INDICES.items()):
            row[2 * i : 2 * i + 2] = _best_cell(name, indices, squared, slack)
    return out


def _best_cell(name, indices, squared, slack):
    """Return the logarithm of the best figure of merit, and the share of lines it explains."""
    if name[0] == "c":
        low = np.unique(indices[:, 0])[:8]
        a = (squared[:3, None] / low).ravel()
        cells = np.stack([a, np.zeros_like(a)], axis=1)
    else:
        low = indices[(indices[:, 0] <= 4) & (indices[:, 1] <= 16)]
        low = low[np.argsort(low.sum(axis=1), kind="stable")][:14]
        pairs = [(i, j) for i in range(len(low)) for j in range(len(low))]
        matrices = np.array([low[list(pair)] for pair in pairs])
        matrices = matrices[abs(np.linalg.det(matrices)) > 0.5]
        first = np.array([(i, j) for i in range(4) for j in range(i + 1, 4) if j < len(squared)])
        inverse = np.linalg.inv(matrices)
        cells = np.einsum("mij,pj->mpi", inverse, squared[first]).reshape(-1, 2)
        cells = cells[(cells > 0.002).all(axis=1)]
    # At most six calculated lines an observed one.
    best = (0.0, 0.0)
    top = squared[-1] + slack[-1]
    for start in range(0, len(cells), 256):
        part = cells[start : start + 256].astype(np.float32)
        lines = part @ indices.T
        n_lines = (lines <= top).sum(axis=1)
        keep = (n_lines <= 6 * len(squared)) & (n_lines > 0)
        if not keep.any():
            continue
        lines, n_lines = lines[keep], n_lines[keep]
        # The first lines alone leave few cells.
        few = min(6, len(squared))
        apart = abs(lines[:, None] - squared[:few, None].astype(np.float32)).min(axis=2)
        keep = (apart < 2 * slack[:few]).sum(axis=1) >= few - 1
        if not keep.any():
            continue
        apart = abs(lines[keep][:, None] - squared[:, None].astype(np.float32)).min(axis=2)
        mean = np.maximum(apart, slack / 5).mean(axis=1)
        merit = np.log1p(top / (2 * mean * n_lines[keep]))
        i = merit.argmax()
        best = max(best, (float(merit[i]), float((apart[i] < slack).mean())))
    return best
