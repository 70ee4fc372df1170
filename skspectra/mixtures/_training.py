"""What training spectra teach: spectra of the substances, and the stopping rule."""

import warnings

import numpy as np
from scipy.optimize import nnls

from skspectra.mixtures._solver import MARGIN

# Margins that mixtures can choose from.
_MARGINS = np.array([0.4, 0.6, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0, 6.0, 10.0, 20.0])


def pure_spectra(X, Y, amounts, names):
    """Return one spectrum per substance.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_points)
        Spectra.
    Y : ndarray of shape (n_samples, n_classes)
        0/1 matrix.
    amounts : ndarray of shape (n_samples, n_classes) or None
        Known amounts; then spectra are those of an amount of 1.
    names : ndarray of str
        Names of the classes, for the warnings.

    Returns
    -------
    spectra : ndarray of shape (n_classes, n_points)
        The spectra; 0 where no row holds the class.
    """
    absent = np.flatnonzero(~(Y == 1).any(axis=0))
    if len(absent):
        warnings.warn(
            f"No row holds {', '.join(names[absent][:5])}; without a spectrum it cannot be found.",
            stacklevel=3,
        )
    if amounts is not None:
        return np.linalg.lstsq(amounts, X, rcond=None)[0]
    pure = Y.sum(axis=1) == 1
    spectra = np.zeros((Y.shape[1], X.shape[1]))
    for k in range(Y.shape[1]):
        rows = pure & (Y[:, k] == 1)
        if rows.any():
            spectra[k] = X[rows].mean(axis=0)
    missing = np.flatnonzero(~(pure[:, None] & (Y == 1)).any(axis=0) & (Y == 1).any(axis=0))
    if len(missing):
        mixed = np.flatnonzero(Y[:, missing].any(axis=1))
        _estimate(spectra, missing, X[mixed], Y[mixed])
        warnings.warn(
            f"No row is pure {', '.join(names[missing][:5])}; what stands for it is estimated "
            f"from {len(mixed)} mixtures, and is less certain than a pure spectrum.",
            stacklevel=3,
        )
    return spectra


def _estimate(spectra, missing, X, Y, n_iterations=20):
    """Fill in spectra that are seen in mixtures only, by alternating least squares."""
    for k in missing:
        rows = X[Y[:, k] == 1]
        if len(rows):
            spectra[k] = np.maximum(rows.min(axis=0), 0)
    if not len(X):
        return
    for _ in range(n_iterations):
        shares = np.zeros(Y.shape)
        for share, row, y in zip(shares, X, Y, strict=True):
            present = np.flatnonzero(y)
            share[present] = nnls(spectra[present].T, row)[0]
        for k in missing:
            weight = shares[:, k]
            if weight @ weight == 0:
                continue
            others = X - shares @ spectra + np.outer(weight, spectra[k])
            scale = weight.max()
            spectra[k] = np.maximum(weight @ others / (weight @ weight), 0) * scale


def tune(solver, X, Y):
    """Return the margin with which most mixtures are found exactly, the usual one if in doubt.

    Parameters
    ----------
    solver : Solver
        The solver.
    X : ndarray of shape (n_mixtures, n_points)
        Mixtures.
    Y : ndarray of shape (n_mixtures, n_classes)
        What is in them.

    Returns
    -------
    margin : float
        The margin.
    """
    if not len(X):
        return MARGIN
    exact = np.zeros(len(_MARGINS))
    for row, y in zip(X[:50], Y[:50], strict=True):
        solver.margin = 0.0
        steps = solver.solve(row).steps
        for k, margin in enumerate(_MARGINS):
            chosen = set()
            for index, gain, highest in steps:
                if gain <= margin * highest:
                    break
                chosen.add(int(index))
            exact[k] += chosen == set(np.flatnonzero(y).tolist())
    best = _MARGINS[exact == exact.max()]
    return float(best[np.abs(np.log(best / MARGIN)).argmin()])
