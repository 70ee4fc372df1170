"""The search for the substances of one spectrum: greedy, with moves fitted, against decoys."""

import copy
from dataclasses import dataclass, field

import numpy as np

# Part of the signal that profiles are wrong by, at every point on its own.
KAPPA = 0.10
# Part that the intensity of each line is wrong by: texture and few grains.
TEXTURE = 0.5
# Candidates whose moves are fitted, after screening.
N_CANDIDATES = 6
# Spread of strains that is expected, as a share of the largest.
PRIOR = 0.5
# What screening leaves of a strain, as a share of the largest.
_ROUGHLY = 0.3
# How much wider lines are at first, at least.
_WIDER = 1.8
_N_ITERATIONS = 3


@dataclass
class Found:
    """One substance in a spectrum, with its fitted moves.

    Parameters
    ----------
    index : int
        The substance.
    moves : ndarray
        Strains or offset.
    width : float
        Width of its lines.
    amount : float
        Its coefficient.
    gain : float
        By how much it lowers chi-squared, the others present.
    """

    index: int
    moves: np.ndarray
    width: float
    amount: float = 0.0
    gain: float = 0.0
    spectrum: np.ndarray = field(default=None, repr=False)
    single: np.ndarray = field(default=None, repr=False)

    @property
    def error(self):
        """How far the height of a line may be off, as a factor of its spectrum."""
        return max(self.amount, 1e-300) * TEXTURE


class Search:
    """The state of the search in one spectrum.

    Parameters
    ----------
    y : ndarray of shape (n_points,)
        The spectrum.
    deviation : ndarray of shape (n_points,)
        Standard deviation of each point: noise, and the share of profile errors.
    terms : ndarray of shape (n_points, n_terms)
        Smooth background terms.
    components : LineComponents or DenseComponents
        The substances.
    max_move : float
        Largest strain or offset.
    max_displacement : float
        Largest displacement.
    width : float
        Width of lines to start from.
    """

    def __init__(self, y, deviation, terms, components, max_move, max_displacement, width):
        self.y = y
        self.weight = 1 / deviation
        self.target = y * self.weight
        self.terms = terms
        self.components = components
        self.max_move, self.max_displacement = max_move, max_displacement
        self.displacement, self.width = 0.0, width
        self.wide = []
        if components.has_width:
            # Screening knows strains roughly, and lines must see each other from so far away.
            middle = np.radians((components.x[0] + components.x[-1]) / 4)
            reach = np.degrees(2 * np.tan(middle)) * _ROUGHLY * max_move
            first = max(_WIDER, reach / width)
            self.wide = [first / 2**i for i in range(1 + int(max(0, np.log2(first / _WIDER))))]
        self.found = []
        self.smooth = unit_columns(terms * self.weight[:, None])
        self.project(self.found)

    def project(self, others):
        """Take the background and the line errors of some substances as explained."""
        columns, priors = [self.smooth], [np.zeros(self.smooth.shape[1])]
        for item in others:
            columns.append(unit_columns((item.spectrum * self.weight)[:, None]))
            priors.append(np.zeros(1))
            if item.single.shape[1]:
                columns.append(item.single * (item.error * self.weight)[:, None])
                priors.append(np.ones(item.single.shape[1]))
        self.design = np.concatenate(columns, axis=1)
        prior = np.concatenate(priors)
        gram = self.design.T @ self.design
        gram[np.diag_indices_from(gram)] += prior + 1e-9
        self.inverse = np.linalg.inv(gram)
        self.left = self.target - self.design @ (self.inverse @ (self.design.T @ self.target))

    def products(self, J):
        """Return ``J' P J`` and ``J' P y`` of columns J, P leaving out what is explained."""
        cross = self.design.T @ J
        return J.T @ J - cross.T @ self.inverse @ cross, J.T @ self.left

    def gain(self, spectrum):
        """Return the gain and the amount of a spectrum beside what is explained."""
        t = spectrum * self.weight
        square, product = self.products(t[:, None])
        if square[0, 0] <= 1e-12 * (t @ t) or product[0] <= 0:
            return 0.0, 0.0
        return product[0] ** 2 / square[0, 0], product[0] / square[0, 0]

    def refine(self, index, moves, moved=0.0, n_iterations=_N_ITERATIONS, width=None):
        """Fit moves and width of one substance beside what is explained.

        Parameters
        ----------
        index : int
            The substance.
        moves : ndarray
            Where to start.
        moved : float or ndarray, default=0.0
            Of a decoy, how its lines are moved.
        n_iterations : int, default=3
            Steps of the fit.
        width : float, default=None
            Width to start from; None starts with wide lines, which see each other from farther
            away.

        Returns
        -------
        Found
            The fitted substance.
        """
        components = self.components
        best = Found(index, moves, self.width)
        n_moves = len(moves)
        wide = self.wide if width is None else []
        width, damping = self.width if width is None else width, 1e-2
        n_iterations += max(0, len(wide) - 1)
        for step in range(n_iterations):
            factor = wide[step] if step < len(wide) else 1.0
            spectrum, slopes = components.render(
                index, moves, factor * width, self.displacement, moved, rough=True
            )
            gain, amount = self.gain(spectrum)
            if factor == 1.0 and gain > best.gain:
                best = Found(index, moves, width, amount, gain, spectrum)
            if gain == 0 or step == n_iterations - 1:
                break
            free = n_moves + (components.has_width and factor == 1.0)
            if free == 0:
                break
            J = np.concatenate([spectrum[:, None], amount * slopes[:, :free]], axis=1)
            J *= self.weight[:, None]
            square, product = self.products(J)
            product = product - square[:, 0] * amount
            spread = np.full(free, PRIOR * self.max_move)
            past = np.append(moves, 0.0)[:free].copy()
            if free > n_moves:
                spread[-1], past[-1] = 0.5 * self.width, width - self.width
            square[1:, 1:][np.diag_indices(free)] += 1 / spread**2
            product[1:] -= past / spread**2
            square[np.diag_indices_from(square)] *= 1 + damping
            change = np.linalg.solve(square, product)[1:]
            limit = 0.3 * self.max_move
            moves = np.clip(
                moves + np.clip(change[:n_moves], -limit, limit), -self.max_move, self.max_move
            )
            if free > n_moves:
                width = np.clip(width + change[-1], 0.6 * width, 1.6 * width)
                width = np.clip(width, 0.35 * self.width, 3.0 * self.width)
        return best

    def gains(self):
        """Return by how much each substance found lowers chi-squared, the others present."""
        for item in self.found:
            self.project([other for other in self.found if other is not item])
            item.gain = self.gain(item.spectrum)[0]
        self.project(self.found)
        return np.array([item.gain for item in self.found])

    def without(self, item, kappa):
        """Return a search as if one of the substances found were not there.

        Its own signal then makes no profile error.
        """
        other = copy.copy(self)
        model = sum(found.amount * found.spectrum for found in self.found)
        own = item.amount * item.spectrum
        variance = self.weight**-2.0
        less = np.maximum(variance - kappa**2 * own * (2 * model - own), 0.01 * variance)
        other.weight = less**-0.5
        other.target = (self.y - own) * other.weight
        other.smooth = unit_columns(self.terms * other.weight[:, None])
        other.found = [found for found in self.found if found is not item]
        other.project(other.found)
        return other

    def unit_peaks(self, surroundings=None):
        """Return the amplitude of a lone line at each point of what is left, and its precision.

        Parameters
        ----------
        surroundings : float, default=None
            If given, a level of the points within so many widths is fitted, too, so that a hump is
            no line.

        Returns
        -------
        x, amplitude, precision : ndarray of shape (n_points,)
            The axis, the amplitudes and the reciprocals of their variances.
        """
        x = self.components.x
        squared = self.weight**2
        if not self.components.has_width:
            return x, self.left * self.weight / squared, squared
        step = self.components.step
        # No window is longer than the spectrum.
        longest = (len(x) - 1) // 2
        half = min(max(1, round(1.2 * self.width / step)), longest)
        t = np.arange(-half, half + 1) * step / self.width
        kernel = np.exp(-4 * np.log(2) * t**2)
        # What is left is whitened; each point counts by its own deviation.
        left = self.left * self.weight
        product = np.convolve(left, kernel, mode="same")
        precision = np.convolve(squared, kernel**2, mode="same")
        if surroundings is not None:
            around = min(max(half, round(surroundings * self.width / step)), longest)
            ones = np.ones(2 * around + 1)
            total = np.convolve(squared, ones, mode="same")
            share = np.convolve(squared, kernel, mode="same") / total
            product = product - share * np.convolve(left, ones, mode="same")
            precision = np.maximum(precision - share**2 * total, 1e-9 * precision)
        return x, product / np.maximum(precision, 1e-300), precision


def unit_columns(columns):
    """Return columns of norm 1, so that matrices of their products stay well conditioned."""
    return columns / np.maximum(np.sqrt((columns**2).sum(axis=0)), 1e-300)
