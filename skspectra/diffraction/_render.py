"""From the lines of phases and drawn parameters to powder patterns."""

import numpy as np
from numpy.polynomial.chebyshev import chebvander

from skspectra.profiles import pseudo_voigts

# March and Dollase's factor is tabulated at these r and interpolated between them.
_R = np.geomspace(0.2, 1.0, 65)
# Directions of texture, as indices on the axes of the conventional cell.
AXES = ((0, 0, 1), (1, 0, 0), (0, 1, 0), (1, 1, 0), (1, 1, 1), (1, 0, 1))


class Source:
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
        self.textures = [] if self.is_card else [self._texture(phase, axis) for axis in AXES]

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


def render(two_theta, sources, profile, W, size_width, drawn, block):
    rows, places, areas, widths, microstrains = [], [], [], [], []
    axis_of = {axis: i for i, axis in enumerate(AXES)}
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


def finish(X, background, counts_at_max, rng):
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
