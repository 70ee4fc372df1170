"""What random crystals are drawn from, counted in open data.

The Crystallography Open Database is in the public domain. The package dara-xrd (MIT) ships a list
of its inorganic entries, with formulas and space groups. The package robocrys (MIT) ships
structures of the AFLOW library of crystallographic prototypes: M. J. Mehl and others, Comput.
Mater. Sci. 136, S1 (2017), doi:10.1016/j.commatsci.2017.01.017. Neither package is imported.
"""

import gzip
import json
import re
from collections import Counter

import _crystals as crystals
import gemmi
import moyopy
import numpy as np

from skspectra.diffraction._structure import B_DEFAULT, _symmetric


def load(path):
    """Return the contents of a compressed JSON file."""
    with gzip.open(path) as file:
        return json.load(file)


def database_statistics(sources):
    """Count space groups, numbers of elements and elements of the entries of the database."""
    entries = load(sources / "dara/data/cod_filtered_info_2024.json.gz")
    entries = {(formula, group) for found in entries.values() for formula, _, group, _ in found}
    elements = [set(re.findall("[A-Z][a-z]?", formula)) for formula, _ in entries]
    source = "COD entries with different formula or space group, after dara-xrd 1.3.0"
    rows = shares("space_group", "", [group for _, group in entries], source)
    for kind in ("low", "middle", "cubic"):
        here = [
            len(found)
            for found, (_, group) in zip(elements, entries, strict=True)
            if crystals.kind_of(group) == kind
        ]
        rows += shares("n_elements", kind, here, source)
    known = {s for s in set().union(*elements) if 0 < gemmi.Element(s).atomic_number < 99} - {"D"}
    every = [s for found in elements for s in found if s in known]
    rows += shares("element", "", every, source)
    return rows


def shares(statistic, of, values, source):
    """Return one row per value with its share."""
    return [
        {
            "statistic": statistic,
            "of": of,
            "value": value,
            "share": f"{count / len(values):.6f}",
            "n": len(values),
            "source": source,
        }
        for value, count in sorted(Counter(values).items())
    ]


def real_structures(sources):
    """Return the structures of the AFLOW prototypes, with the symmetry that is found."""
    table = load(sources / "robocrys/condense/mineral_db.json.gz")
    found = []
    for row in table["data"]:
        atoms = [(site["species"], site["abc"]) for site in row[0]["sites"]]
        if any(len(species) != 1 or species[0]["occu"] != 1 for species, _ in atoms):
            continue
        numbers = [gemmi.Element(species[0]["element"]).atomic_number for species, _ in atoms]
        basis = np.array(row[0]["lattice"]["matrix"])
        contents = [(z, 1.0, B_DEFAULT) for z in numbers]
        positions = np.array([place for _, place in atoms])
        found.append(_symmetric(row[1], basis, positions, contents, []))
    return found


def prototype_statistics(structures):
    """Return numbers of sites, their freedom, volumes, distances and shapes of cells."""
    more, free, volume, contact, lower, uniaxial, angles = {}, {}, [], [], [], [], []
    for found in structures:
        cell = moyopy.Cell(
            found.basis.tolist(),
            found.positions.tolist(),
            [found.kinds[site][0][0] for site in found.sites],
        )
        data = moyopy.MoyoDataset(cell, symprec=0.01)
        standard = data.std_cell
        positions, numbers = np.array(standard.positions), np.array(standard.numbers)
        basis = np.array(standard.basis)
        again = moyopy.MoyoDataset(standard, symprec=0.01)
        rotations = np.array(again.operations.rotations, float)
        shifts = np.array(again.operations.translations)
        kind = crystals.kind_of(data.number)
        firsts = np.unique(again.orbits)
        more.setdefault(kind, []).append(len(firsts) - len(set(numbers.tolist())))
        radii = np.array([gemmi.Element(int(z)).covalent_r for z in numbers])
        ratios = []
        for first in firsts:
            matrix = crystals.projection(rotations, shifts, positions[first])[0]
            free.setdefault(kind, []).append(round(np.trace(matrix)))
            near = crystals.distances(positions[first], positions, basis)
            ratios.append((near / (radii[first] + radii)).min())
        contact.append(min(ratios))
        volume.append(abs(np.linalg.det(basis)) / len(positions))
        edges = np.linalg.norm(basis, axis=1)
        system = crystals.crystal_system(data.number)
        if system in ("tetragonal", "trigonal", "hexagonal"):
            uniaxial.append(np.log(edges[2] / edges[0]))
        elif system != "cubic":
            lower.append(np.log(edges[1:] / edges[0]))
            if system == "monoclinic":
                angles.append(np.degrees(np.arccos(basis[0] @ basis[2] / edges[0] / edges[2])))
    source = "AFLOW prototypes, after robocrys 0.2.13"
    rows = []
    for kind in more:
        rows += shares("more_sites", kind, more[kind], source)
        rows += shares("free", kind, free[kind], source)
    lower = np.array(lower)
    for statistic, of, values in (
        ("volume_per_atom", "", volume),
        # One structure in ten has shorter distances than any accepted crystal.
        ("contact", "", [c for c in contact if c >= np.quantile(contact, 0.1)]),
        ("ln_b_a", "lower", lower[:, 0]),
        ("ln_c_a", "lower", lower[:, 1]),
        ("ln_c_a", "uniaxial", uniaxial),
        ("angle", "monoclinic", angles),
    ):
        for share in np.linspace(0.05, 0.95, 10):
            rows.append(
                {
                    "statistic": statistic + "_quantile",
                    "of": of,
                    "value": f"{np.quantile(values, share):.4f}",
                    "share": f"{share:.2f}",
                    "n": len(values),
                    "source": source,
                }
            )
    return rows


def per_atom(structures):
    """Return the median volume per atom."""
    return round(
        float(np.median([abs(np.linalg.det(s.basis)) / len(s.positions) for s in structures])), 1
    )
