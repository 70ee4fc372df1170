"""Substances that nothing can tell apart: the table fitted to itself."""

import numpy as np

# A substance is like another if it explains this part of its spectrum, and the other way round.
_ALIKE = 0.93
# Pairs of a large table that are looked at for each substance.
_N_NEAR = 4
# Tables beyond this size are searched only among the nearest by screening of their lines.
_NOISE = 0.01


def alike(solver):
    """Return a number for each substance; those that nothing can tell apart have the same.

    Every substance is taken as a spectrum with a little noise, and the others are fitted to it with
    their shifts.

    Parameters
    ----------
    solver : Solver
        The solver.

    Returns
    -------
    labels : ndarray of int of shape (n_substances,)
        Numbers of the groups.
    """
    components = solver.components
    n = components.n
    labels = np.arange(n)
    if n < 2 or len(components.x) < 30:
        return labels
    explained = {}
    for i in range(n):
        explained.update({(i, j): part for j, part in _nearest(solver, i)})
    for (i, j), part in explained.items():
        if part > _ALIKE and explained.get((j, i), part) > _ALIKE:
            labels[labels == labels[j]] = labels[i]
    return labels


def _nearest(solver, i):
    """Yield the substances nearest to one, and the part of its spectrum that each explains."""
    components = solver.components
    width = 0.15 if solver.lines else 1.0
    y = components.render(i, np.zeros(components.n_moves[i]), width)[0]
    if y.max() <= 0:
        return
    search = solver.likeness(y / y.max(), width, _NOISE)
    gains, moves = solver.screen.scores(solver.screen.pooled(*search.unit_peaks()))
    gains[i] = 0
    whole = search.gain(
        search.components.render(i, np.zeros(components.n_moves[i]), width)[0]
    )[0]
    for j in np.argsort(-gains)[:_N_NEAR]:
        # Screening is generous; what it gives little cannot explain much.
        if gains[j] > 0.3 * whole:
            found = search.refine(j, moves[j, : components.n_moves[j]], n_iterations=8)
            yield int(j), found.gain / max(whole, 1e-300)
