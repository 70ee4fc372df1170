"""The reflections of a structure in classes, and the strains that keep its symmetry."""

import numpy as np

# Reflections that are looked at, at most: about those of a cubic cell of 80 angstrom to 0.77.
_MOST = 1e7


def reflections(structure, d_min):
    """Return the reflections of a structure, one per Laue class.

    Parameters
    ----------
    structure : Structure
        The structure.
    d_min : float
        Smallest lattice spacing, in angstrom.

    Returns
    -------
    hkl : ndarray of shape (n_classes, 3)
        One reflection of each class.
    multiplicity : ndarray of shape (n_classes,)
        Number of reflections in the class.
    d : ndarray of shape (n_classes,)
        Lattice spacings, in angstrom.
    direction : ndarray of shape (n_classes, 3)
        Unit vectors along the reciprocal-lattice vectors.
    sums : list of ndarray of shape (n_classes,)
        Sums of the phase factors of the atoms, for each kind of site.

    Raises
    ------
    ValueError
        If the cell is so large that the reflections would not fit into memory.
    """
    reciprocal = np.linalg.inv(structure.basis).T
    lengths = np.linalg.norm(structure.basis, axis=1)
    largest = np.floor(lengths / d_min).astype(int)
    count = np.prod(2.0 * largest + 1)
    if count > _MOST:
        raise ValueError(
            f"its edges of {', '.join(f'{length:.0f}' for length in lengths)} angstrom give "
            f"{count:.0e} reflections, too many. Correct the cell, or narrow the range."
        )
    grid = [np.arange(-n, n + 1) for n in largest]
    hkl = np.stack(np.meshgrid(*grid, indexing="ij"), axis=-1).reshape(-1, 3)
    squared = ((hkl @ reciprocal) ** 2).sum(axis=1)
    hkl = hkl[(squared <= d_min**-2) & (squared > 0)]
    size = 2 * int(largest.max(initial=0)) * 3 + 3
    weights = np.array([size**2, size, 1])
    # The largest code among all equivalent reflections and their mates names the class.
    code = np.full(len(hkl), -np.inf)
    for rotation in structure.rotations:
        equivalent = (hkl @ rotation) @ weights
        code = np.maximum(code, np.abs(equivalent))
    own = hkl @ weights
    multiplicity = np.unique(code, return_counts=True)[1]
    # As representative, the class member that has the code itself.
    members = np.flatnonzero(own == code)
    order = np.argsort(code[members], kind="stable")
    hkl = hkl[members[order]]
    vectors = hkl @ reciprocal
    d = 1 / np.linalg.norm(vectors, axis=1)
    sums = []
    for kind in range(len(structure.kinds)):
        phases = 2 * np.pi * (hkl @ structure.positions[structure.sites == kind].T)
        sums.append(np.exp(1j * phases).sum(axis=1))
    strength = sum(abs(geometric) for geometric in sums)
    kept = strength > 1e-6 * len(structure.sites)
    return (
        hkl[kept],
        multiplicity[kept],
        d[kept],
        (vectors * d[:, None])[kept],
        [geometric[kept] for geometric in sums],
    )


def symmetric_strains(rotations):
    """Return the symmetric tensors that all rotations leave alone, scaled to a maximum of 1."""
    found = []
    for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)):
        tensor = np.zeros((3, 3))
        tensor[i, j] = tensor[j, i] = 1
        mean = np.mean([r @ tensor @ r.T for r in rotations], axis=0)
        for other in found:
            mean = mean - other * (mean * other).sum() / (other * other).sum()
        if abs(mean).max() > 1e-6:
            found.append(mean / abs(mean).max())
    return np.array(found)
