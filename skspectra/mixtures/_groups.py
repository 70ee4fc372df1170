"""Substances that nothing can tell apart: the table fitted to itself."""

import numpy as np

# Two substances are alike if each explains this part of the other's spectrum.
_ALIKE = 0.93
# Pairs whose signatures agree less are not looked at.
_NEAR = 0.75
# Screening must give this part before shifts are fitted.
_PROMISING = 0.6
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
    if solver.lines:
        signatures = solver.screen.signatures(max(solver.max_move, 0.002))
    else:
        signatures = np.array([solver.bare(row) for row in solver.components.spectra])
        norms = np.linalg.norm(signatures, axis=1, keepdims=True)
        signatures /= np.maximum(norms, 1e-300)
    signatures = signatures.astype(np.float32)
    for i in range(n):
        others = np.flatnonzero(signatures[i + 1 :] @ signatures[i] > _NEAR) + i + 1
        others = others[labels[others] != labels[i]]
        for j in explained(solver, i, others):
            if explained(solver, j, np.array([i])):
                labels[labels == labels[j]] = labels[i]
    return labels


def explained(solver, i, others):
    """Return those of the `others` that explain nearly all of the spectrum of substance `i`."""
    if not len(others):
        return []
    components, screen = solver.components, solver.screen
    width = _WIDTH if solver.lines else 1.0
    still = np.zeros(components.n_moves[i])
    y = components.render(i, still, width)[0]
    signal = solver.bare(y)
    if signal.max() <= 0:
        return []
    search = solver.likeness(y, signal, width, _NOISE)
    whole = search.gain(search.components.render(i, still, width)[0])[0]
    gains, moves = screen.scores(screen.pooled(*search.unit_peaks()), rows=others)
    found = []
    for j, gain, move in zip(others, gains, moves, strict=True):
        # Screening is generous: what it gives little cannot explain much. But it knows nothing of
        # the background of measured spectra.
        if not solver.lines or gain > _PROMISING * whole:
            fitted = search.refine(j, move[: components.n_moves[j]], n_iterations=8)
            if fitted.gain > _ALIKE * whole:
                found.append(int(j))
    return found
