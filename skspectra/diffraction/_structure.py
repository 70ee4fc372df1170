"""Crystal structures from CIF files, with the symmetry that their atoms really have."""

from collections import Counter
from typing import NamedTuple

import numpy as np

# Atoms nearer than this (in angstrom) are one atom: images of a special position, or elements
# that share a site.
_SAME = 0.05
# Distance within which symmetry is looked for, in angstrom, from the first that works.
_TOLERANCES = (0.01, 0.003, 0.001)
# Occupancies that share a site may exceed 1 by rounding.
_FULL = 1.02
B_DEFAULT = 0.6


class Structure(NamedTuple):
    """A conventional cell with the atoms and the rotations of its space group.

    Parameters
    ----------
    basis : ndarray of shape (3, 3)
        Edges of the cell, in angstrom, one per row.
    positions : ndarray of shape (n_atoms, 3)
        Fractional coordinates.
    sites : ndarray of shape (n_atoms,)
        Index of each atom's kind.
    kinds : list of tuple
        For each kind of site, the elements on it: atomic number, occupancy, B in angstrom^2.
    rotations : ndarray of shape (n_rotations, 3, 3)
        Rotations of the space group, in fractional coordinates.
    space_group : int
        Number of the space group.
    remarks : list of str
        What was assumed.
    """

    basis: np.ndarray
    positions: np.ndarray
    sites: np.ndarray
    kinds: list
    rotations: np.ndarray
    space_group: int
    remarks: list


def need(name):
    """Import `gemmi` or `moyopy`, or say which extra brings it."""
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(
            f"Structures need {name}; install the extra: pip install 'skspectra[diffraction]'. "
            "Phase.from_lines works without it."
        ) from error


def read_structure(path):
    """Read a CIF file and find the symmetry of the structure in it.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    Structure
        The conventional cell.

    Raises
    ------
    ValueError
        If the file holds no structure that can be used; the message names the file, the reason
        and what to do.
    """
    gemmi = need("gemmi")
    small = _small_structure(path, gemmi)
    small.setup_cell_images()
    cell = small.cell
    basis = np.array(cell.orth.mat.tolist()).T
    rotations, shifts = _operations(path, small, gemmi)
    positions, contents, remarks = [], [], []
    n_assumed = 0
    for site in small.sites:
        if not 0 <= site.occ <= 1.0005:
            raise ValueError(
                f"{path}: site {site.label} has occupancy {site.occ:g}; it must be 0 to 1. "
                "Correct the file."
            )
        if site.element.atomic_number < 1:
            raise ValueError(
                f"{path}: site {site.label} has the unknown element {site.type_symbol!r}. "
                "Write its symbol into _atom_site_type_symbol."
            )
        if site.occ == 0:
            continue
        if not np.isfinite(site.fract.tolist()).all():
            raise ValueError(
                f"{path}: site {site.label} lacks a coordinate. Write it, or leave the site out."
            )
        b_factor, assumed = _displacement(site, cell)
        n_assumed += assumed
        images = _images(np.array(site.fract.tolist()), rotations, shifts, basis)
        positions.append(images)
        contents += [(site.element.atomic_number, round(site.occ, 3), b_factor)] * len(images)
    if not positions:
        raise ValueError(
            f"{path}: no atom with coordinates and an occupancy above 0; a list of the sites "
            "(_atom_site_label, _atom_site_fract_x and so on) is needed."
        )
    if n_assumed:
        remarks.append(
            f"{n_assumed} of {len(small.sites)} sites have no displacement factor in the file; "
            f"B = {B_DEFAULT} was assumed."
        )
    return _symmetric(path, basis, np.concatenate(positions), contents, remarks)


def _small_structure(path, gemmi):
    try:
        document = gemmi.cif.read(str(path))
    except (ValueError, RuntimeError, OSError) as error:
        raise ValueError(f"{path}: this is no CIF file that can be read: {error}") from error
    blocks = [block for block in document if block.find_values("_atom_site_fract_x")]
    if len(blocks) != 1:
        raise ValueError(
            f"{path}: {len(blocks)} of its {len(document)} data blocks list atoms "
            "(_atom_site_fract_x); exactly one is needed. Put each structure into a file of its "
            "own, with its sites."
        )
    small = gemmi.make_small_structure_from_block(blocks[0])
    parameters = np.array(small.cell.parameters)
    if not small.cell.is_crystal() or not np.isfinite(parameters).all() or small.cell.volume < 1:
        raise ValueError(
            f"{path}: the cell is missing or impossible: {parameters.tolist()}. Write its edges "
            "(_cell_length_a, in angstrom) and angles (_cell_angle_alpha, in degrees)."
        )
    return small


def _operations(path, small, gemmi):
    """Return rotations and shifts: those listed in the file, or those of its symbol."""
    cell = small.cell
    names = [name for name in (small.spacegroup_hall, small.spacegroup_hm) if name]
    group = None
    if small.spacegroup_hall:
        try:
            group = gemmi.find_spacegroup_by_ops(gemmi.symops_from_hall(small.spacegroup_hall))
        except (ValueError, RuntimeError):
            group = None
    ambiguous = False
    if group is None and small.spacegroup_hm:
        found = [
            gemmi.find_spacegroup_by_name(small.spacegroup_hm, cell.alpha, cell.gamma, prefer)
            for prefer in ("1", "2")
        ]
        group = found[1]
        ambiguous = None not in found and found[0].ext != found[1].ext
    if small.symops:
        listed = [gemmi.Op(text) for text in small.symops]
        if group is not None and len(group.operations()) != len(listed):
            raise ValueError(
                f"{path}: it lists {len(listed)} symmetry operations, but {names[-1]!r} has "
                f"{len(group.operations())}. Correct the symbol or complete the operations."
            )
    elif group is None:
        raise ValueError(
            f"{path}: no symmetry operations, and the space-group symbol "
            f"{names[-1] if names else '(none)'!r} is unknown. Write the operations into "
            "_space_group_symop_operation_xyz, or correct the symbol."
        )
    elif ambiguous:
        raise ValueError(
            f"{path}: {small.spacegroup_hm!r} has two origins, and neither operations nor a "
            f"setting tell which; write {small.spacegroup_hm + ':1'!r}, "
            f"{small.spacegroup_hm + ':2'!r} or the operations."
        )
    else:
        listed = list(group.operations())
    rotations = np.array([op.rot for op in listed]) / gemmi.Op.DEN
    shifts = np.array([op.tran for op in listed]) / gemmi.Op.DEN
    return rotations, shifts


def _displacement(site, cell):
    """Return B of a site in angstrom^2, and whether it had to be assumed."""
    u_iso = site.u_iso
    if u_iso == 0 and site.aniso.nonzero():
        u = site.aniso
        tensor = np.array([[u.u11, u.u12, u.u13], [u.u12, u.u22, u.u23], [u.u13, u.u23, u.u33]])
        reciprocal = np.array(cell.frac.mat.tolist())
        lengths = np.sqrt((reciprocal**2).sum(axis=1))
        edges = np.array(cell.orth.mat.tolist()) * lengths
        u_iso = np.trace(edges @ tensor @ edges.T) / 3
    if u_iso <= 0:
        return B_DEFAULT, True
    return round(8 * np.pi**2 * u_iso, 4), False


def _images(position, rotations, shifts, basis):
    """Return the images of one site, those of a special position once."""
    images = (rotations @ position + shifts) % 1
    kept = []
    for image in images:
        for i, (first, total, count) in enumerate(kept):
            apart = image - first
            apart -= np.round(apart)
            if np.linalg.norm(apart @ basis) < _SAME:
                kept[i] = (first, total + apart, count + 1)
                break
        else:
            kept.append((image, np.zeros(3), 1))
    return np.array([first + total / count for first, total, count in kept])


def _symmetric(path, basis, positions, contents, remarks):
    """Return the conventional cell of what is given, with the symmetry that is found."""
    moyopy = need("moyopy")
    owner = _owners(positions, basis)
    kinds, sites = [], []
    for first in np.unique(owner):
        here = Counter()
        for i in np.flatnonzero(owner == first):
            number, occupancy, b_factor = contents[i]
            here[number, b_factor] += occupancy
        kind = tuple(sorted((z, round(occ, 3), b) for (z, b), occ in here.items()))
        total = sum(occ for _, occ, _ in kind)
        if total > _FULL:
            raise ValueError(
                f"{path}: the occupancies of the atoms at {positions[first].round(4).tolist()} "
                f"add to {total:g}; they must not exceed 1. Correct the file."
            )
        if kind not in kinds:
            kinds.append(kind)
        sites.append(kinds.index(kind))
    positions = positions[np.unique(owner)]
    for tolerance in _TOLERANCES:
        cell = moyopy.Cell(basis.tolist(), positions.tolist(), [site + 1 for site in sites])
        try:
            found = moyopy.MoyoDataset(cell, symprec=tolerance)
            # A second look, because rotations are given on the axes of the cell handed in.
            standard = moyopy.MoyoDataset(found.std_cell, symprec=tolerance)
        except (ValueError, RuntimeError):
            continue
        if found.number == standard.number:
            break
    else:
        raise ValueError(
            f"{path}: no symmetry was found, so atoms may be too near to each other. Check the "
            "cell and the coordinates."
        )
    rotations = np.unique(np.array(standard.operations.rotations), axis=0)
    return Structure(
        np.array(found.std_cell.basis),
        np.array(found.std_cell.positions),
        np.array(found.std_cell.numbers) - 1,
        kinds,
        rotations,
        found.number,
        remarks,
    )


def _owners(positions, basis):
    """Return for each atom the first one at its place."""
    owner = np.arange(len(positions))
    for i in range(len(positions)):
        apart = positions[i + 1 :] - positions[i]
        apart -= np.round(apart)
        near = np.linalg.norm(apart @ basis, axis=1) < _SAME
        owner[i + 1 :][near] = np.minimum(owner[i + 1 :][near], owner[i])
    return owner
