"""The joint fit of all substances found in a spectrum: amounts, moves, widths, displacement."""

import numpy as np
from scipy.optimize import nnls

from skspectra.mixtures._search import PRIOR


def fit_together(search, n_iterations=4):
    """Fit the substances that a search has found, and the displacement, in place.

    Parameters
    ----------
    search : Search
        The search.
    n_iterations : int, default=4
        Steps of the fit.
    """
    components, found = search.components, search.found
    for step in range(n_iterations):
        slopes = []
        for item in found:
            item.spectrum, slope, item.single = components.render(
                item.index, item.moves, item.width, search.displacement, split=True
            )
            slopes.append(slope)
        explained = _Explained(search)
        _fit_amounts(search, explained)
        if step < n_iterations - 1:
            _move(search, slopes, explained)
    search.width = np.median([item.width for item in found]) if found else search.width
    search.project(found)


class _Explained:
    """What is explained beside substances: the background, freely, and errors of single lines.

    The errors have a prior, so that texture moves no line and changes no amount.
    """

    def __init__(self, search):
        self.found = search.found
        singles = [item.single * search.weight[:, None] for item in self.found]
        self.columns = np.concatenate([search.smooth, *singles], axis=1)
        self.square = self.columns.T @ self.columns
        self.n_smooth = search.smooth.shape[1]
        self.prior = np.ones(len(self.square))
        self.prior[: self.n_smooth] = 1e-9

    def products(self, J, target):
        """Return ``J' P J`` and ``J' P target`` of columns J, P leaving out what is explained."""
        parts = [np.full(item.single.shape[1], item.error) for item in self.found]
        scale = np.concatenate([np.ones(self.n_smooth), *parts])
        square = self.square * np.outer(scale, scale)
        square[np.diag_indices_from(square)] += self.prior
        J = np.column_stack([J, target])
        cross = scale[:, None] * (self.columns.T @ J)
        solved = np.linalg.solve(square, cross)
        whole = J[:, :-1].T @ J - cross[:, :-1].T @ solved
        return whole[:, :-1], whole[:, -1]


def _fit_amounts(search, explained):
    """Fit the amounts of all substances, none below 0."""
    if not search.found:
        return
    spectra = np.stack([item.spectrum for item in search.found], axis=1)
    spectra = spectra * search.weight[:, None]
    # The errors of lines are shares of the amounts.
    for _ in range(2):
        square, product = explained.products(spectra, search.target)
        scale = np.sqrt(np.maximum(np.diag(square), 1e-300))
        values, vectors = np.linalg.eigh(square / np.outer(scale, scale))
        root = np.sqrt(np.maximum(values, 1e-12))
        amounts = nnls(root[:, None] * vectors.T, (vectors.T @ (product / scale)) / root)[0]
        for item, amount in zip(search.found, amounts / scale, strict=True):
            item.amount = float(amount)


def _move(search, slopes, explained):
    """Take one step in moves, widths and the displacement."""
    components, found = search.components, search.found
    columns, past, spread = [], [], []
    displaced = 0.0
    for item, slope in zip(found, slopes, strict=True):
        n_moves = len(item.moves)
        columns.append(item.spectrum[:, None])
        columns.append(item.amount * slope[:, : n_moves + components.has_width])
        displaced = displaced + item.amount * slope[:, -1]
        past += [0.0, *item.moves]
        spread += [np.inf, *[PRIOR * search.max_move] * n_moves]
        if components.has_width:
            past.append(item.width - search.width)
            spread.append(0.5 * search.width)
    if search.max_displacement:
        columns.append(displaced[:, None])
        past.append(search.displacement)
        spread.append(0.5 * search.max_displacement)
    J = np.concatenate(columns, axis=1) * search.weight[:, None]
    model = sum(item.amount * item.spectrum for item in found) * search.weight
    square, product = explained.products(J, search.target - model)
    precision = 1 / np.array(spread) ** 2
    product -= precision * np.array(past)
    square[np.diag_indices_from(square)] += precision
    square[np.diag_indices_from(square)] *= 1.02
    square[np.diag_indices_from(square)] += 1e-12 * np.trace(square)
    _apply(search, np.linalg.solve(square, product))


def _apply(search, change):
    place = 0
    largest = search.max_move
    for item in search.found:
        place += 1
        n_moves = len(item.moves)
        step = np.clip(change[place : place + n_moves], -0.3 * largest, 0.3 * largest)
        item.moves = np.clip(item.moves + step, -largest, largest)
        place += n_moves
        if search.components.has_width:
            width = np.clip(item.width + change[place], 0.7 * item.width, 1.5 * item.width)
            item.width = float(np.clip(width, 0.35 * search.width, 3.0 * search.width))
            place += 1
    if search.max_displacement:
        limit = search.max_displacement
        moved = search.displacement + np.clip(change[place], -0.3 * limit, 0.3 * limit)
        search.displacement = float(np.clip(moved, -limit, limit))
