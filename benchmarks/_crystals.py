"""Random crystals of any space group, with statistics from open data.

The idea is that of Schopmans, Reiser and Friederich, "Neural networks trained on synthetically
generated crystals can extract structural information from ICSD powder X-ray diffractograms",
Digital Discovery 2, 1414 (2023), doi:10.1039/D3DD00071K. The statistics are not theirs: they are
in ``results/symmetry_statistics.csv``, which ``symmetry.py statistics`` counts in open data.
"""

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import gemmi
import moyopy
import numpy as np

from skspectra.diffraction._structure import Structure

STATISTICS = Path(__file__).parent / "results" / "symmetry_statistics.csv"
# Random points per group by which special positions are found.
N_TRIALS = 400
# Tries at a crystal of one space group, before another group is drawn.
N_TRIES = 100
# Atoms in a conventional cell: more are drawn anew.
MOST_ATOMS = 200
# Translations to neighbouring cells.
CELLS = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
# Operations that are tried for the absences of an extinction class.
HKL = np.stack(np.meshgrid(*[np.arange(-4, 5)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)


class Crystal(NamedTuple):
    """A random crystal.

    Parameters
    ----------
    structure : Structure
        Cell, atoms and rotations.
    prototype : str
        Space group and, for each element, multiplicity and free coordinates of its sites.
    """

    structure: Structure
    prototype: str


def make_crystals(n, random_state=None, counts=None):
    """Yield random crystals; the symmetry found in each is that of the space group asked for.

    Parameters
    ----------
    n : int
        Number of crystals.
    random_state : int or Generator, default=None
        Passed to :func:`numpy.random.default_rng`.
    counts : dict, default=None
        If given, ``counts["drawn"]`` and ``counts["as asked"]`` are raised: how many crystals
        were drawn, and how many of them had the symmetry asked for.

    Yields
    ------
    Crystal
        A crystal.
    """
    rng = np.random.default_rng(random_state)
    statistics = read_statistics()
    counts = {} if counts is None else counts
    made = 0
    while made < n:
        number = int(drawn(statistics["space_group", ""], rng))
        volume = between(statistics["volume_per_atom_quantile", ""][0], rng)
        for _ in range(N_TRIES):
            crystal = _crystal(number, volume, statistics, rng)
            if crystal is None:
                # Where atoms find no place, the cell grows a little.
                volume *= 1.02
                continue
            right = found_space_group(crystal.structure) == number
            counts["drawn"] = counts.get("drawn", 0) + 1
            counts["as asked"] = counts.get("as asked", 0) + right
            if right:
                made += 1
                yield crystal
                break


@cache
def read_statistics():
    """Return the values and shares of each statistic."""
    table = defaultdict(lambda: ([], []))
    with STATISTICS.open(newline="") as file:
        for row in csv.DictReader(file):
            values, shares = table[row["statistic"], row["of"]]
            value = row["value"]
            values.append(value if row["statistic"] == "element" else float(value))
            shares.append(float(row["share"]))
    return {
        key: (np.array(values), None if key[0].endswith("quantile") else normalised(shares))
        for key, (values, shares) in table.items()
    }


def normalised(shares):
    """Return shares that add to 1."""
    return np.array(shares) / np.sum(shares)


def crystal_system(number):
    """Return the crystal system of a space group."""
    return gemmi.get_spacegroup_reference_setting(number).crystal_system_str()


def kind_of(number):
    """Return the coarse kind of symmetry that the number of sites is counted for."""
    return "low" if number < 16 else "cubic" if number > 194 else "middle"


@cache
def operations(number):
    """Return rotations and translations of a space group in its reference setting."""
    listed = list(gemmi.get_spacegroup_reference_setting(number).operations())
    rotations = np.array([op.rot for op in listed]) / gemmi.Op.DEN
    return rotations, np.array([op.tran for op in listed]) / gemmi.Op.DEN


def projection(rotations, shifts, point):
    """Return the projection ``(P, p)`` onto the points of the same site symmetry, and its order.

    The mean over the operations that leave a point where it is maps every point ``x`` onto a
    point ``P x + p`` that they leave where it is.
    """
    moved = rotations @ point + shifts - point
    cells = np.round(moved)
    fixed = abs(moved - cells).max(axis=1) < 1e-4
    shift = (shifts - cells)[fixed].mean(axis=0)
    return rotations[fixed].mean(axis=0), shift, int(fixed.sum())


@cache
def wyckoff_positions(number):
    """Return the Wyckoff positions of a space group, which are found numerically.

    A random point is moved onto the elements of up to three random operations; the projection
    onto the points that share its site symmetry stands for the position.

    Returns
    -------
    list of tuple
        Number of free coordinates, the projection, and the operations that give each image of a
        point once.
    """
    rotations, shifts = operations(number)
    rng = np.random.default_rng(number)
    found = []
    for trial in range(N_TRIALS):
        point, rows, values = rng.random(3), [], []
        for _ in range(1 + trial % 3 if trial else 0):
            i = rng.integers(len(rotations))
            cell = np.round(rotations[i] @ point + shifts[i] - point)
            a = np.concatenate([*rows, rotations[i] - np.eye(3)]).reshape(-1, 3)
            b = np.concatenate([*values, cell - shifts[i]])
            moved = point - np.linalg.pinv(a, rcond=1e-6) @ (a @ point - b)
            if abs(a @ moved - b).max() < 1e-8:
                point, rows, values = moved, [a], [b]
        matrix, shift, order = projection(rotations, shifts, point)
        free = round(np.trace(matrix))
        generic = matrix @ rng.random(3) + shift
        if projection(rotations, shifts, generic)[2] != order:
            continue
        same = [f for f in found if f[0] == free and len(f[3]) == len(rotations) // order]
        if not any(_equivalent(generic, f[1], f[2], rotations, shifts) for f in same):
            images = ((rotations @ generic + shifts) * 1e6).round() % 1_000_000
            once = np.unique(images, axis=0, return_index=True)[1]
            found.append((free, matrix, shift, np.sort(once)))
    return sorted(found, key=lambda f: (len(f[3]), f[0]))


def _equivalent(point, matrix, shift, rotations, shifts):
    """Return whether some image of a point lies on the position of a projection."""
    images = ((rotations @ point + shifts) % 1)[:, None] + CELLS
    return (abs(images @ matrix.T + shift - images).max(axis=-1) < 1e-6).any()


def _crystal(number, volume, statistics, rng):
    """Return a crystal, or None where no place was found for its atoms."""
    rotations, shifts = operations(number)
    available = wyckoff_positions(number)
    kind = kind_of(number)
    # Entries of more elements are few, and most of them are minerals with shared sites.
    n_elements = int(min(drawn(statistics["n_elements", kind], rng), 8))
    n_sites = n_elements + int(drawn(statistics["more_sites", kind], rng))
    values, shares = statistics["element", ""]
    elements = rng.choice(values, n_elements, replace=False, p=shares)
    # Each element has a site, and the other sites have any of them.
    owner = np.concatenate([np.arange(n_elements), rng.integers(n_elements, size=50)])[:n_sites]
    chosen = _choose(available, n_sites, statistics["free", kind], rng)
    if chosen is None:
        return None
    radii = np.array([gemmi.Element(str(z)).covalent_r for z in elements])[owner]
    multiplicity = np.array([len(available[i][3]) for i in chosen])
    basis = _basis(number, volume * multiplicity.sum(), statistics, rng)
    least = statistics["contact_quantile", ""][0][0]
    order = np.argsort([available[i][0] for i in chosen], kind="stable")
    sites, placed = [], np.empty((0, 3))
    for site in order:
        free, matrix, shift, images_of = available[chosen[site]]
        contact = least * (radii[site] + radii[np.array([*sites, *[site] * len(images_of)])])
        for _ in range(40 if free else 1):
            point = matrix @ rng.random(3) + shift
            images = rotations[images_of] @ point + shifts[images_of]
            if (distances(point, np.concatenate([placed, images]), basis) >= contact).all():
                break
        else:
            return None
        placed = np.concatenate([placed, images])
        sites += [site] * len(images)
    b_factors = rng.uniform(0.3, 1.2, n_sites).round(2)
    kinds = [
        ((gemmi.Element(str(elements[owner[s]])).atomic_number, 1.0, float(b_factors[s])),)
        for s in range(n_sites)
    ]
    parts = defaultdict(list)
    for s in range(n_sites):
        parts[owner[s]].append(f"{multiplicity[s]}.{available[chosen[s]][0]}")
    prototype = f"{number}:" + "|".join(sorted(",".join(sorted(part)) for part in parts.values()))
    unique = np.unique(rotations.round().astype(int), axis=0)
    return Crystal(Structure(basis, placed, np.array(sites), kinds, unique, number, []), prototype)


def _choose(available, n_sites, free, rng):
    """Return the Wyckoff position of each site; one without free coordinates is used once."""
    values, shares = free
    weight = dict(zip(values.astype(int).tolist(), shares, strict=True))
    chosen, left = [], list(range(len(available)))
    total = 0
    for _ in range(n_sites):
        possible = [i for i in left if total + len(available[i][3]) <= MOST_ATOMS]
        if not possible:
            return None
        kinds = np.array([available[i][0] for i in possible])
        # A kind that is there gets its share, divided among its positions; small ones first.
        size = np.array([1 / len(available[i][3]) for i in possible])
        p = np.array([weight.get(k, 0.0) for k in kinds]) + 1e-6
        for k in np.unique(kinds):
            p[kinds == k] *= size[kinds == k] / size[kinds == k].sum()
        i = possible[rng.choice(len(possible), p=p / p.sum())]
        chosen.append(i)
        total += len(available[i][3])
        if available[i][0] == 0:
            left.remove(i)
    return chosen


def _basis(number, volume, statistics, rng):
    """Return the edges of a cell of some volume, one per row, in the reference setting.

    Angles of triclinic cells are as far from 90 degrees as those of monoclinic ones, because there
    is but one triclinic prototype.
    """
    system = crystal_system(number)

    def shape(name, of):
        return between(statistics[name + "_quantile", of][0], rng)

    ratios = np.exp([0.0, shape("ln_b_a", "lower"), shape("ln_c_a", "lower")])
    angles = np.full(3, 90.0)
    if system == "cubic":
        ratios = np.ones(3)
    elif system in ("tetragonal", "trigonal", "hexagonal"):
        ratios = np.array([1.0, 1.0, np.exp(shape("ln_c_a", "uniaxial"))])
        angles[2] = 90.0 if system == "tetragonal" else 120.0
    elif system == "monoclinic":
        angles[1] = shape("angle", "monoclinic")
    elif system == "triclinic":
        angles = 90 + rng.choice([-1, 1], 3) * [
            shape("angle", "monoclinic") - 90 for _ in range(3)
        ]
    cell = gemmi.UnitCell(*ratios, *angles)
    basis = np.array(cell.orth.mat.tolist()).T
    if not np.isfinite(basis).all() or abs(np.linalg.det(basis)) < 0.3 * ratios.prod():
        # Angles that no cell has, or an all but flat one.
        return _basis(number, volume, statistics, rng)
    return basis * (volume / abs(np.linalg.det(basis))) ** (1 / 3)


def drawn(statistic, rng):
    """Draw one of the values of a statistic."""
    return rng.choice(statistic[0], p=statistic[1])


def between(quantiles, rng):
    """Draw a number whose equidistant quantiles are given."""
    return float(np.interp(rng.random() * (len(quantiles) - 1), range(len(quantiles)), quantiles))


def distances(point, others, basis):
    """Return the shortest distance to each of the others, all images of the point among them."""
    apart = others - point
    apart -= np.round(apart)
    squared = (((apart[:, None] + CELLS) @ basis) ** 2).sum(axis=-1)
    itself = squared < 1e-6
    if itself.sum() == 1:
        squared[itself] = np.inf
    return np.sqrt(squared.min(axis=1))


def found_space_group(structure, tolerance=0.01):
    """Return the number of the space group that moyopy finds, or 0."""
    cell = moyopy.Cell(
        structure.basis.tolist(),
        structure.positions.tolist(),
        [structure.kinds[site][0][0] for site in structure.sites],
    )
    try:
        return moyopy.MoyoDataset(cell, symprec=tolerance).number
    except (ValueError, RuntimeError):
        return 0


@cache
def labels(number):
    """Return crystal system, lattice system with centring, extinction class and space group."""
    group = gemmi.get_spacegroup_reference_setting(number)
    system = group.crystal_system_str()
    letter = {"triclinic": "a", "monoclinic": "m", "orthorhombic": "o", "tetragonal": "t"}
    letter = letter.get(system, "c" if system == "cubic" else "h")
    centring = group.hm[0]
    lattice = letter + ("S" if centring in "ABC" and letter in "mo" else centring)
    absent = group.operations().systematic_absences(HKL)
    return {
        "crystal system": system,
        "lattice": lattice,
        "extinction class": f"{letter}{crc32(np.asarray(absent).tobytes()):08x}",
        "space group": str(number),
    }
