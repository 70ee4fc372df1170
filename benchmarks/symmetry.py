"""Symmetry from one powder pattern: what models trained on random crystals can tell.

Tasks, in the order in which they are run:

- ``statistics``: count space groups and elements in the list of entries of the Crystallography
  Open Database that the package dara-xrd ships, and sites and distances in the prototypes of the
  AFLOW library that the package robocrys ships (``--sources`` names the folder into which both
  were unpacked), into ``results/symmetry_statistics.csv``;
- ``generate``: random crystals and their lines, in files of ``--chunk`` crystals in the folder
  ``--cache``; files that are there stay;
- ``score``: accuracy against the number of training crystals, ``results/symmetry.csv``. Rows that
  are there stay. Train and test crystals share no prototype;
- ``real``: the same models on simulated patterns of real structures, to be scored once.
"""

import argparse
import csv
import gzip
import json
import re
import time
from collections import Counter
from pathlib import Path

import _crystals as crystals
import gemmi
import moyopy
import numpy as np

from skspectra.diffraction import Phase
from skspectra.diffraction._structure import B_DEFAULT, _symmetric

RANGE = (5.0, 90.0)
RESULTS = Path(__file__).parent / "results"


def write(name, rows):
    """Write rows, which are dictionaries with the same keys, as a CSV file."""
    with open(RESULTS / name, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def load(path):
    """Return the contents of a compressed JSON file."""
    with gzip.open(path) as file:
        return json.load(file)


def statistics(options):
    """Count what random crystals are drawn from."""
    entries = load(options.sources / "dara/data/cod_filtered_info_2024.json.gz")
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
    rows += prototype_statistics(real_structures(options))
    write("symmetry_statistics.csv", rows)


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


def real_structures(options):
    """Return the structures of the AFLOW prototypes, with the symmetry that is found."""
    table = load(options.sources / "robocrys/condense/mineral_db.json.gz")
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
            near = crystals._distances(positions[first], positions, basis)
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


# Lines weaker than this share of the strongest are left out.
WEAKEST = 5e-4


def generate(options):
    """Draw crystals and keep their lines, in chunks that stay where they are."""
    options.cache.mkdir(parents=True, exist_ok=True)
    for chunk in range(-(-options.crystals // options.chunk)):
        path = options.cache / f"crystals{chunk:04}.npz"
        if path.exists():
            continue
        start, counts = time.process_time(), {}
        kept = list(crystals.make_crystals(options.chunk, [17, chunk], counts=counts))
        table = line_table(crystal.structure for crystal in kept)
        table["prototype"] = np.array([crystal.prototype for crystal in kept])
        table["drawn"] = np.array([counts["drawn"], counts["as asked"]])
        table["seconds"] = np.array(time.process_time() - start)
        unfinished = path.with_suffix(".unfinished.npz")
        np.savez(unfinished, **table)
        unfinished.rename(path)
        print(path.name, counts, f"{float(table['seconds']):.1f} s", flush=True)


def line_table(structures):
    """Return angles and intensities of the lines of structures, one after the other."""
    places, heights, groups = [], [], []
    for structure in structures:
        lines = Phase("", structure).lines("CuKa1", RANGE)
        strong = lines.intensity > WEAKEST * lines.intensity.max()
        places.append(lines.two_theta[strong].astype(np.float32))
        heights.append((lines.intensity[strong] / lines.intensity.max()).astype(np.float32))
        groups.append(structure.space_group)
    return {
        "start": np.cumsum([0, *map(len, places)]),
        "two_theta": np.concatenate(places),
        "intensity": np.concatenate(heights),
        "space_group": np.array(groups),
    }


def main():
    """Run one task."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    tasks = {f.__name__: f for f in (statistics, generate)}
    parser.add_argument("task", choices=list(tasks))
    parser.add_argument("--sources", type=Path, help="folder of dara-xrd and robocrys, unpacked")
    parser.add_argument("--cache", type=Path, help="folder of the crystals")
    parser.add_argument("--crystals", type=int, default=60_000)
    parser.add_argument("--chunk", type=int, default=1_000)
    options = parser.parse_args()
    tasks[options.task](options)


if __name__ == "__main__":
    main()
