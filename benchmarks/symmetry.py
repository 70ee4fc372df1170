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
import os
import re
import time
from collections import Counter
from pathlib import Path
from zlib import crc32

import _crystals as crystals
import gemmi
import moyopy
import numpy as np
from _symmetry import figures_of_merit, line_list, log_q, peaks, pooled, render
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline

from skspectra import MaxPoolDownsampler, PooledMLP, PooledSVC, SpectralCNN
from skspectra.diffraction import Phase
from skspectra.diffraction._structure import B_DEFAULT, _symmetric
from skspectra.preprocessing import IntensityCompressor

RANGE = (5.0, 90.0)
RESULTS = Path(__file__).parent / "results"
DATA = Path(os.environ.get("SKSPECTRA_DATA", "data"))


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


# Seed of the patterns of the real structures; chunk k of the random crystals has seed k.
REAL_SEED = 10**6


def inputs(options):
    """Render the patterns of each chunk, and keep what models are given of them."""
    for path in sorted(options.cache.glob("crystals????.npz")):
        target = path.with_name(path.name.replace("crystals", "inputs"))
        if not target.exists():
            with np.load(path) as table:
                keep_inputs(dict(table), int(path.stem[-4:]), target)
    target = options.cache / "inputs_real.npz"
    if not target.exists():
        found = [("AFLOW prototypes", structure) for structure in real_structures(options)]
        for path in sorted((DATA / "xrd_reference_structures").glob("*/*.cif")):
            found.append(("reference structures", Phase.from_cif(path)._structure))
        table = line_table(structure for _, structure in found)
        keep_inputs(table, REAL_SEED, target, set=np.array([name for name, _ in found]))


def keep_inputs(table, seed, target, **more):
    """Keep the inputs of the crystals of a table in a file, with their space groups."""
    start = time.process_time()
    X = render(table, np.arange(len(table["space_group"])), seed)
    lines = peaks(X)
    found = {
        "two-theta": pooled(X),
        "log q": log_q(X, lines),
        "first lines": line_list(lines),
        "figures of merit": figures_of_merit(lines),
    }
    unfinished = target.with_suffix(".unfinished.npz")
    np.savez(unfinished, space_group=table["space_group"], **found, **more)
    unfinished.rename(target)
    print(target.name, f"{time.process_time() - start:.1f} s", flush=True)


LABELS = ("crystal system", "lattice", "extinction class", "space group")
N_TEST = 7_000
SIZES = (1_000, 5_000, 20_000, 40_000)


def make_model(given, name, label, seed):
    """Return one of the models, with its settings."""
    if name == "majority class":
        return DummyClassifier()
    if name == "extra trees":
        # Trees of many labels would not fit into memory.
        few = label in ("crystal system", "lattice")
        trees = ExtraTreesClassifier(
            200 if few else 100,
            min_samples_leaf=2 if few else 5,
            max_features="sqrt" if given in PATTERNS else 0.3,
            random_state=seed,
        )
        if given not in PATTERNS:
            return trees
        return make_pipeline(MaxPoolDownsampler(5), IntensityCompressor("sqrt"), trees)
    if name == "pooled SVC":
        return PooledSVC(pool_size=8, stride=4, C=10)
    if name == "pooled MLP":
        return PooledMLP(
            pool_size=4, stride=2, n_iter_no_change=10, n_threads=1, random_state=seed
        )
    return SpectralCNN("cnn2", n_iter_no_change=5, n_threads=1, random_state=seed)


PATTERNS = ("two-theta", "log q")
BOTH = "first lines and figures of merit"


def arms():
    """Return label, input, model, number of crystals and seed of everything that is scored."""
    system, lines = "crystal system", ("first lines", "figures of merit", BOTH)
    found = []
    for n in SIZES:
        found += [(label, "two-theta", "majority class", n, 0) for label in LABELS]
        found += [(system, given, "extra trees", n, 0) for given in (*PATTERNS, *lines)]
        found += [(label, BOTH, "extra trees", n, 0) for label in LABELS[1:]]
        found += [(system, given, "pooled MLP", n, 0) for given in PATTERNS]
    # What takes longest has fewer crystals, and comes late.
    found += [(system, given, "pooled SVC", n, 0) for n in SIZES[:3] for given in PATTERNS]
    found += [(system, given, "SpectralCNN", n, 0) for n in SIZES[:2] for given in PATTERNS]
    for n in SIZES[:3]:
        found += [(system, given, "extra trees", n, 1) for given in (*PATTERNS, *lines)]
        found += [(system, given, "pooled MLP", n, 1) for given in PATTERNS]
    return [*found, (system, "log q", "SpectralCNN", SIZES[2], 0)]


def score(options):
    """Fit models to more and more crystals, and score them on crystals of other prototypes."""
    path = RESULTS / "symmetry.csv"
    rows = []
    if path.exists():
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
    done = {tuple(str(row[k]) for k in KEYS) for row in rows}
    wanted = [arm for arm in arms() if tuple(map(str, arm)) not in done]
    if options.only:
        wanted = [
            arm
            for arm in wanted
            if any(part in " | ".join(map(str, arm)) for part in options.only)
        ]
    train, test, groups = split(options)
    print(len(train), "crystals for training,", len(test), "for tests", flush=True)
    for arm in wanted:
        label, given, name, n, seed = arm
        if n > len(train):
            continue
        chosen = np.random.default_rng(seed).permutation(train)[:n]
        X = load_inputs(options, given)
        y = np.array([crystals.labels(int(group))[label] for group in groups])
        model = make_model(given, name, label, seed)
        start = time.process_time()
        model.fit(X[chosen], y[chosen])
        seconds = time.process_time() - start
        predicted = model.predict(X[test])
        rows.append(
            dict(zip(KEYS, arm, strict=True))
            | share_of(predicted == y[test])
            | {
                "balanced": round(balanced_accuracy_score(y[test], predicted), 4),
                "n_labels": len(np.unique(y[chosen])),
                "fit_seconds": round(seconds, 1),
            }
        )
        print(rows[-1], flush=True)
        write("symmetry.csv", rows)
        keep_real(options, arm, model)


KEYS = ("label", "input", "model", "n_train", "seed")


def share_of(hits):
    """Return a share with Wilson's interval of 95 %."""
    n, k, z = len(hits), int(np.sum(hits)), 1.959964
    middle = (k + z * z / 2) / (n + z * z)
    half = z * np.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    low, high = round(float(middle - half), 4), round(float(middle + half), 4)
    return {"n_test": n, "accuracy": round(k / n, 4), "low": low, "high": high}


def split(options):
    """Return training and test crystals, which share no prototype, and all space groups."""
    tables = [np.load(path) for path in sorted(options.cache.glob("crystals????.npz"))]
    tables = tables[: len(list(options.cache.glob("inputs????.npz")))]
    prototypes = np.concatenate([table["prototype"] for table in tables])
    groups = np.concatenate([table["space_group"] for table in tables])
    is_test = np.array([crc32(name.encode()) % 100 < 15 for name in prototypes.tolist()])
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)[:N_TEST], groups


def load_inputs(options, given, name="inputs????.npz"):
    """Return one of the inputs, or two side by side, of all crystals."""
    paths = sorted(options.cache.glob(name))
    columns = []
    for part in given.split(" and "):
        blocks = []
        for path in paths:
            with np.load(path) as found:
                blocks.append(found[part])
        columns.append(np.concatenate(blocks))
    return np.concatenate(columns, axis=1)


def keep_real(options, arm, model):
    """Keep the predictions for real structures, to be looked at once all models are fitted."""
    folder = options.cache / "predictions"
    folder.mkdir(exist_ok=True)
    predicted = model.predict(load_inputs(options, arm[1], "inputs_real.npz"))
    np.savez(folder / ("_".join(map(str, arm)) + ".npz"), predicted=predicted)


def real(options):
    """Score the predictions for real structures that `score` kept."""
    with np.load(options.cache / "inputs_real.npz") as found:
        names, groups = found["set"], found["space_group"]
    rows = []
    for arm in arms():
        path = options.cache / "predictions" / ("_".join(map(str, arm)) + ".npz")
        if not path.exists():
            continue
        with np.load(path) as kept:
            predicted = kept["predicted"]
        y = np.array([crystals.labels(int(group))[arm[0]] for group in groups])
        for name in np.unique(names):
            here = names == name
            rows.append(
                {"set": name}
                | dict(zip(KEYS, arm, strict=True))
                | share_of(predicted[here] == y[here])
            )
    write("symmetry_real.csv", rows)


def main():
    """Run one task."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    tasks = {f.__name__: f for f in (statistics, generate, inputs, score, real)}
    parser.add_argument("task", choices=list(tasks))
    parser.add_argument("--sources", type=Path, help="folder of dara-xrd and robocrys, unpacked")
    parser.add_argument("--cache", type=Path, help="folder of the crystals")
    parser.add_argument("--crystals", type=int, default=50_000)
    parser.add_argument("--chunk", type=int, default=1_000)
    parser.add_argument("--only", nargs="+", help="parts of the names of what is scored")
    options = parser.parse_args()
    tasks[options.task](options)


if __name__ == "__main__":
    main()
