"""Substances that nothing can tell apart: the table fitted to itself."""

import numpy as np

# Two substances are alike if each explains this part of the other's spectrum.
_ALIKE = 0.93
# Pairs whose signatures agree less are not looked at.
_NEAR = 0.75
# Noise of the spectra that are fitted, as a share of the highest point.
_NOISE = 0.01
_WIDTH = 0.15


def alike(solver):
    """Return a number for each substance; those that nothing can tell apart have the same.

    Every substance is taken as a spectrum with a little noise, and others of a similar signature
    are fitted to it with their shifts.

    Parameters
    ----------
    solver : Solver
        The solver.

    Returns
    -------
    labels : ndarray of int of shape (n_substances,)
        Numbers of the groups.
    """
    n = solver.components.n
    labels = np.arange(n)
    if n < 2 or len(solver.components.x) < 30:
        return labels
    signatures = solver.screen.signatures(max(solver.max_move, 0.002)).astype(np.float32)
    for start in range(0, n, 512):
        likeness = signatures[start : start + 512] @ signatures.T
        for i, j in np.argwhere(likeness > _NEAR):
            i += start
            if i < j and labels[i] != labels[j] and _explain_each_other(solver, i, j):
                labels[labels == labels[j]] = labels[i]
    return labels


def _explain_each_other(solver, i, j):
    return all(explained(solver, *pair) > _ALIKE for pair in ((i, j), (j, i)))


def explained(solver, i, j):
    """Return the part of the spectrum of substance `i` that substance `j` explains."""
    components, screen = solver.components, solver.screen
    width = _WIDTH if solver.lines else 1.0
    still = np.zeros(components.n_moves[i])
    y = components.render(i, still, width)[0]
    if y.max() <= 0:
        return 0.0
    search = solver.likeness(y / y.max(), width, _NOISE)
    whole = search.gain(search.components.render(i, still, width)[0])[0]
    _, moves = screen.scores(screen.pooled(*search.unit_peaks()), rows=np.array([j]))
    found = search.refine(j, moves[0, : components.n_moves[j]], n_iterations=8)
    return found.gain / max(whole, 1e-300)
