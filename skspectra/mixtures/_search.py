"""The search for the substances of one spectrum: greedy, with moves fitted, against decoys."""

import copy
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import nnls

# Part of the signal that profiles are wrong by, at every point on its own.
KAPPA = 0.10
# Part that the intensity of each line is wrong by: texture and few grains.
TEXTURE = 0.5
# Candidates whose moves are fitted, after screening.
N_CANDIDATES = 6
# Spread of strains that is expected, as a share of the largest.
_PRIOR = 0.5
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
        self.terms = terms * self.weight[:, None]
        self.components = components
        self.max_move, self.max_displacement = max_move, max_displacement
        self.displacement, self.width = 0.0, width
        self.found = []
        self.project(self.found)

    def project(self, others):
        """Take the background and the line errors of some substances as explained."""
        columns, priors = [self.terms], [np.zeros(self.terms.shape[1])]
        for item in others:
            columns.append((item.spectrum * self.weight)[:, None])
            priors.append(np.zeros(1))
            if item.single.shape[1]:
                scale = max(item.amount, 1e-300) * TEXTURE
                columns.append(item.single * (scale * self.weight)[:, None])
                priors.append(np.ones(item.single.shape[1]))
        self.design = np.concatenate(columns, axis=1)
        norm = np.sqrt((self.design**2).sum(axis=0))
        # Free columns are scaled, so that the matrix stays well conditioned.
        prior = np.concatenate(priors)
        scale = np.where(prior > 0, 1.0, np.maximum(norm, 1e-300))
        self.design = self.design / scale
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
        wide = [1.8] if components.has_width and width is None else []
        width, damping = self.width if width is None else width, 1e-2
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
            spread = np.full(free, _PRIOR * self.max_move)
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

    def refine_all(self, n_iterations=4):
        """Fit moves, widths and amounts of all substances found, and the displacement."""
        components, found = self.components, self.found
        for step in range(n_iterations):
            parts = [
                components.render(
                    item.index, item.moves, item.width, self.displacement, split=True
                )
                for item in found
            ]
            for item, (spectrum, _, single) in zip(found, parts, strict=True):
                item.spectrum, item.single = spectrum, single
            self.amounts()
            if step == n_iterations - 1:
                break
            # Line errors are explained, so that texture moves no line.
            self.project([])
            singles = [
                item.single * (item.amount * TEXTURE * self.weight)[:, None] for item in found
            ]
            extra = np.concatenate([self.design, *singles], axis=1)
            gram = extra.T @ extra
            prior = np.ones(len(gram))
            prior[: self.design.shape[1]] = 1e-9
            gram[np.diag_indices_from(gram)] += prior
            columns, past, spread = [], [], []
            displaced = 0.0
            for item, (spectrum, slopes, _) in zip(found, parts, strict=True):
                n_moves = len(item.moves)
                columns.append(spectrum[:, None])
                columns.append(item.amount * slopes[:, : n_moves + components.has_width])
                displaced = displaced + item.amount * slopes[:, -1]
                past += [0.0, *item.moves]
                spread += [np.inf, *[_PRIOR * self.max_move] * n_moves]
                if components.has_width:
                    past.append(item.width - self.width)
                    spread.append(0.5 * self.width)
            if self.max_displacement:
                columns.append(displaced[:, None])
                past.append(self.displacement)
                spread.append(0.5 * self.max_displacement)
            J = np.concatenate(columns, axis=1) * self.weight[:, None]
            model = sum(item.amount * item.spectrum for item in found) * self.weight
            cross = extra.T @ J
            solved = np.linalg.solve(
                gram, np.column_stack([cross, extra.T @ (self.target - model)])
            )
            square = J.T @ J - cross.T @ solved[:, :-1]
            product = J.T @ (self.target - model) - cross.T @ solved[:, -1]
            precision = 1 / np.array(spread) ** 2
            product -= precision * np.array(past)
            square[np.diag_indices_from(square)] += precision
            square[np.diag_indices_from(square)] *= 1.02
            square[np.diag_indices_from(square)] += 1e-12 * np.trace(square)
            self._apply(np.linalg.solve(square, product))
        self.width = np.median([item.width for item in found]) if found else self.width
        self.project(found)

    def _apply(self, change):
        place = 0
        for item in self.found:
            place += 1
            n_moves = len(item.moves)
            step = np.clip(
                change[place : place + n_moves], -0.3 * self.max_move, 0.3 * self.max_move
            )
            item.moves = np.clip(item.moves + step, -self.max_move, self.max_move)
            place += n_moves
            if self.components.has_width:
                width = np.clip(item.width + change[place], 0.7 * item.width, 1.5 * item.width)
                item.width = float(np.clip(width, 0.35 * self.width, 3.0 * self.width))
                place += 1
        if self.max_displacement:
            limit = self.max_displacement
            moved = self.displacement + np.clip(change[place], -0.3 * limit, 0.3 * limit)
            self.displacement = float(np.clip(moved, -limit, limit))

    def amounts(self):
        """Fit the amounts of all substances found, line errors explained, none below 0."""
        if not self.found:
            return
        self.project([])
        spectra = np.stack([item.spectrum for item in self.found], axis=1) * self.weight[:, None]
        singles = [item.single for item in self.found]
        if any(single.shape[1] for single in singles):
            for _ in range(2):
                scaled = [
                    item.single * (max(item.amount, 1e-300) * TEXTURE * self.weight)[:, None]
                    for item in self.found
                ]
                extra = np.concatenate([self.design, *scaled], axis=1)
                gram = extra.T @ extra
                prior = np.ones(len(gram))
                prior[: self.design.shape[1]] = 1e-9
                gram[np.diag_indices_from(gram)] += prior
                cross = extra.T @ np.column_stack([spectra, self.target])
                solved = np.linalg.solve(gram, cross)
                square = spectra.T @ spectra - cross[:, :-1].T @ solved[:, :-1]
                product = spectra.T @ self.target - cross[:, :-1].T @ solved[:, -1]
                self._solve(square, product)
        else:
            square, product = self.products(spectra)
            self._solve(square, product)

    def _solve(self, square, product):
        """Set the amounts that solve the normal equations, none below 0."""
        scale = np.sqrt(np.maximum(np.diag(square), 1e-300))
        square = square / np.outer(scale, scale)
        values, vectors = np.linalg.eigh(square)
        root = np.sqrt(np.maximum(values, 1e-12))
        amounts = nnls(root[:, None] * vectors.T, (vectors.T @ (product / scale)) / root)[0]
        for item, amount in zip(self.found, amounts / scale, strict=True):
            item.amount = float(amount)

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
        other.terms = self.terms * (other.weight / self.weight)[:, None]
        other.found = [found for found in self.found if found is not item]
        other.project(other.found)
        return other

    def unit_peaks(self):
        """Return the amplitude of a lone line at each point of what is left, and its precision."""
        x = self.components.x
        if not self.components.has_width:
            precision = self.weight**2
            return x, self.left * self.weight / precision, precision
        step = self.components.step
        half = max(1, round(1.2 * self.width / step))
        t = np.arange(-half, half + 1) * step / self.width
        kernel = np.exp(-4 * np.log(2) * t**2)
        # What is left is whitened; each point counts by its own deviation.
        product = np.convolve(self.left * self.weight, kernel, mode="same")
        precision = np.convolve(self.weight**2, kernel**2, mode="same")
        return x, product / np.maximum(precision, 1e-300), precision
