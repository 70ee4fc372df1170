"""The pure substances of a mixture: how each looks when its lines move and widen."""

import numpy as np

# Lines reach this many full widths to either side.
_REACH = 8
# Lines below this share of the strongest are left out of a rough spectrum.
_ROUGH = 0.005
# Share of the Lorentzian in a line.
_ETA = 0.6
_LN2 = np.log(2)


class LineComponents:
    """Substances that are lists of diffraction lines, from a table of phases.

    A line of angle 2theta has the width ``width / cos(theta)``. Strain moves lines by ``ln d``.

    Parameters
    ----------
    table : PhaseTable
        The table, or anything with the same attributes.
    x_axis : ndarray of shape (n_points,)
        Angles 2theta, in degrees.
    """

    has_width = True

    def __init__(self, table, x_axis):
        self.x = x_axis
        self.step = np.median(np.diff(x_axis))
        self.n = len(table.names)
        self.n_moves = np.array(table.n_strains)
        self.lines = []
        for i in range(self.n):
            part = slice(table.start[i], table.start[i + 1])
            u = table.direction[part]
            strains = table.strains[i, : table.n_strains[i]]
            slopes = np.einsum("li,kij,lj->lk", u, strains, u)
            # The lines of a card have no direction, and its strain is the same for all.
            slopes[~u.any(axis=1)] = 1.0
            self.lines.append(
                (
                    np.log(table.d[part]),
                    np.log(table.wavelength[part] / 2),
                    np.array(table.intensity[part]),
                    slopes,
                )
            )

    def places(self, i, moves, moved=0.0):
        """Return ``theta`` of the lines of a substance in a strained cell, and the slopes."""
        ln_d, ln_half, _, slopes = self.lines[i]
        sine = np.exp(ln_half - ln_d - moved - slopes @ moves)
        return np.arcsin(np.minimum(sine, 1.0)), slopes

    def angles(self, i, moves, displacement):
        """Return the angles 2theta of the lines that lie on the axis, in degrees."""
        theta, _ = self.places(i, moves)
        angles = np.degrees(2 * theta) + displacement * np.cos(theta)
        return angles[(angles >= self.x[0]) & (angles <= self.x[-1])]

    def render(self, i, moves, width, displacement=0.0, moved=0.0, split=False, rough=False):
        """Return the spectrum of a substance and its derivatives.

        Parameters
        ----------
        i : int
            The substance.
        moves : ndarray
            Coefficients of the strains.
        width : float
            Full width of the lines at 0 degrees.
        displacement : float, default=0.0
            Displacement, in degrees times cos theta.
        moved : float or ndarray, default=0.0
            What is added to ``ln d`` of each line.
        split : bool, default=False
            Whether the strongest lines are returned one by one, too.
        rough : bool, default=False
            Whether tails and weak lines are left out, to save time.

        Returns
        -------
        spectrum : ndarray of shape (n_points,)
            The spectrum for an amount of 1.
        slopes : ndarray of shape (n_points, n_moves + 2)
            Derivatives by the moves, the width and the displacement.
        single : ndarray of shape (n_points, n_single)
            Only with `split`: groups of lines, the strongest ones.
        """
        theta, slopes = self.places(i, moves, moved)
        cosine = np.maximum(np.cos(theta), 0.05)
        area = self.lines[i][2]
        place = np.degrees(2 * theta) + displacement * cosine
        full = width / cosine
        keep = (place > self.x[0] - 20 * width) & (place < self.x[-1] + 20 * width)
        if rough:
            keep &= area > _ROUGH * area.max()
        if not keep.any():
            empty = np.zeros((len(self.x), len(moves) + 2))
            return (empty[:, 0], empty, empty[:, :0]) if split else (empty[:, 0], empty)
        theta, cosine, area, place, full = (v[keep] for v in (theta, cosine, area, place, full))
        slopes = slopes[keep]
        half = int(np.ceil((3 if rough else _REACH) * full.max() / self.step))
        centre = np.searchsorted(self.x, place)
        index = centre[:, None] + np.arange(-half, half + 1)
        inside = (index >= 0) & (index < len(self.x))
        index = np.clip(index, 0, len(self.x) - 1)
        t = (self.x[index] - place[:, None]) / full[:, None]
        shape, by_place = _profile(t)
        scale = (area / full)[:, None] * inside
        values = scale * shape
        by_place *= scale / full[:, None]
        flat, n = index.ravel(), len(self.x)

        def scattered(weights):
            return np.bincount(flat, weights.ravel(), minlength=n)

        columns = np.empty((n, len(moves) + 2))
        by_strain = -2 * np.degrees(np.tan(theta))
        for k in range(len(moves)):
            columns[:, k] = scattered(by_place * (by_strain * slopes[:, k])[:, None])
        columns[:, -2] = scattered(by_place * t * (full / width)[:, None] - values / width)
        columns[:, -1] = scattered(by_place * cosine[:, None])
        spectrum = scattered(values)
        if not split:
            return spectrum, columns
        return spectrum, columns, self._single(place, full, area, values, index)

    def _single(self, place, full, area, values, index):
        """Return the strongest groups of lines that no eye could separate, one per column."""
        order = np.argsort(place)
        near = np.diff(place[order]) < 0.7 * full[order][1:]
        group = np.empty(len(place), int)
        group[order] = np.concatenate([[0], np.cumsum(~near)])
        total = np.bincount(group, area)
        kept = np.argsort(-total)[:_N_SINGLE]
        kept = kept[total[kept] > 0.01 * total.max()]
        number = np.full(len(total), -1)
        number[kept] = np.arange(len(kept))
        mine = number[group] >= 0
        n = len(self.x)
        flat = number[group][mine][:, None] * n + index[mine]
        found = np.bincount(flat.ravel(), values[mine].ravel(), minlength=n * len(kept))
        return found.reshape(len(kept), n).T


_N_SINGLE = 40


def _profile(t):
    """Return a pseudo-Voigt of width 1 and minus its derivative, which is that by its place."""
    square = t * t
    lorentzian = _ETA * 2 / np.pi / (1 + 4 * square)
    gaussian = (1 - _ETA) * 2 * np.sqrt(_LN2 / np.pi) * np.exp(-4 * _LN2 * square)
    slope = lorentzian * (8 * t) / (1 + 4 * square) + gaussian * (8 * _LN2) * t
    return lorentzian + gaussian, slope


class DenseComponents:
    """Substances that are measured spectra; they move as a whole or not at all.

    Their widths are not fitted. A measured spectrum is as wide as its own instrument made it; to
    fit a narrower one would be to deconvolve it, which raises noise.

    Parameters
    ----------
    spectra : ndarray of shape (n_substances, n_points)
        One spectrum per substance.
    x_axis : ndarray of shape (n_points,)
        The axis.
    shift : {"strain", "offset", "none"}
        How they move: by Bragg's law, by an offset, or not.
    """

    has_width = False

    def __init__(self, spectra, x_axis, shift):
        self.x = x_axis
        self.step = np.median(np.diff(x_axis)) if len(x_axis) > 1 else 1.0
        self.spectra = spectra
        self.shift = shift
        self.n = len(spectra)
        self.n_moves = np.full(self.n, 0 if shift == "none" else 1)

    def angles(self, i, moves, displacement):
        """Return no angles, because a spectrum is not a list of lines."""
        return np.zeros(0)

    def render(self, i, moves, width=1.0, displacement=0.0, moved=0.0, split=False, rough=False):
        """Return the spectrum of a substance and its derivatives, as for lines."""
        spectrum = self.spectra[i]
        if np.any(moved):
            spectrum = np.roll(spectrum, int(moved))
        columns = np.zeros((len(self.x), len(moves) + 2))
        if self.shift != "none":
            source = self._source(moves, displacement)
            slope = np.interp(source, self.x, np.gradient(spectrum, self.x))
            if self.shift == "offset":
                columns[:, 0] = -slope
            else:
                theta = np.radians(self.x / 2)
                columns[:, 0] = slope * 2 * np.degrees(np.tan(theta))
                columns[:, -1] = -slope * np.cos(theta)
            spectrum = np.interp(source, self.x, spectrum)
        if split:
            return spectrum, columns, np.zeros((len(self.x), 0))
        return spectrum, columns

    def _source(self, moves, displacement=0.0):
        """Return the place that each point of a moved spectrum comes from."""
        if self.shift == "offset":
            return self.x - moves[0]
        back = self.x - displacement * np.cos(np.radians(self.x / 2))
        sine = np.sin(np.radians(back / 2)) * np.exp(moves[0])
        return np.degrees(2 * np.arcsin(np.clip(sine, -1.0, 1.0)))

    def moved(self, i, moves, rolled):
        """Return the spectrum of a substance alone."""
        spectrum = np.roll(self.spectra[i], rolled) if rolled else self.spectra[i]
        if self.shift == "none" or not np.any(moves):
            return spectrum
        return np.interp(self._source(moves), self.x, spectrum)
