"""Symmetry from one powder pattern: what models trained on random crystals can tell.

Tasks, in the order in which they are run:

- ``statistics``: count space groups and elements in the list of entries of the Crystallography
  Open Database that the package dara-xrd ships, and sites and distances in the prototypes of the
  AFLOW library that the package robocrys ships (``--sources`` names the folder into which both
  were unpacked), into ``results/symmetry_statistics.csv``;
- ``generate``: random crystals and their lines, in files of ``--chunk`` crystals in the folder
  ``--cache``; files that are there stay;
- ``check``: are the random crystals what they should be? Into ``results/symmetry_check.csv``;
- ``inputs``: patterns of the crystals and of real structures, and what models are given of them;
- ``score``: accuracy against the number of training crystals, ``results/symmetry.csv``. Rows that
  are there stay. Train and test crystals share no prototype;
- ``real``: the same models on simulated patterns of real structures, ``symmetry_real.csv``. Their
  predictions are kept by ``score`` and are looked at once, when nothing is changed any more.
"""

import argparse
import csv
import os
import time
from collections import Counter
from pathlib import Path
from zlib import crc32

import _crystals as crystals
import numpy as np
from _open_data import (
    database_statistics,
    per_atom,
    prototype_statistics,
    real_structures,
)
from _symmetry import figures_of_merit, line_list, log_q, peaks, pooled, render
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline

from skspectra import MaxPoolDownsampler, PooledMLP, PooledSVC, SpectralCNN
from skspectra.diffraction import Phase, read_phases
from skspectra.preprocessing import IntensityCompressor

RANGE = (5.0, 90.0)
RESULTS = Path(__file__).parent / "results"
DATA = Path(os.environ.get("SKSPECTRA_DATA", "data"))


def write(name, rows):
    """Write rows, which are dictionaries with the same keys, as a CSV file."""
    with open(RESULTS / name, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def statistics(options):
    """Count what random crystals are drawn from."""
    rows = database_statistics(options.sources)
    write("symmetry_statistics.csv", rows + prototype_statistics(real_structures(options.sources)))


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
    for path in sorted(options.cache.glob("crystals????.npz"))[
        : options.crystals // options.chunk
    ]:
        target = path.with_name(path.name.replace("crystals", "inputs"))
        if not target.exists():
            with np.load(path) as table:
                keep_inputs(dict(table), int(path.stem[-4:]), target)
    target = options.cache / "inputs_real.npz"
    if not target.exists():
        found = [("AFLOW prototypes", structure) for structure in real_structures(options.sources)]
        for folder in ("li_la_zr_o", "li_mn_ti_o_f"):
            for phase in read_phases(DATA / "xrd_reference_structures" / folder):
                found.append(("reference structures", phase._structure))
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
N_TEST = 3_000
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
    # What takes longest has fewer crystals.
    for n in SIZES[:2]:
        found += [(system, given, "pooled SVC", n, 0) for given in PATTERNS]
        found += [(system, given, "extra trees", n, 1) for given in (*PATTERNS, *lines)]
        found += [(system, given, "pooled MLP", n, 1) for given in PATTERNS]
        found.append((system, "log q", "SpectralCNN", n, 0))
    found.append((system, "two-theta", "SpectralCNN", SIZES[0], 0))
    return [*found, (system, "log q", "pooled SVC", SIZES[2], 0)]


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
        # Each seed has crystals of its own.
        chosen = train[seed * n : (seed + 1) * n]
        if len(chosen) < n:
            continue
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
    """Return training and test crystals, which share no prototype, and all space groups.

    The test crystals are the same however many chunks have inputs, from some 20 on.
    """
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
    with (RESULTS / "symmetry.csv").open(newline="") as file:
        write("symmetry_summary.csv", summary(list(csv.DictReader(file)), rows))


def summary(rows, real_rows):
    """Return one row per label, input and model, with the mean of the seeds by number of crystals.

    Real structures are those of the model with the most crystals and the first seed.
    """
    found = {}
    for row in rows:
        cells = found.setdefault((row["label"], row["input"], row["model"]), {})
        cells.setdefault(int(row["n_train"]), []).append(float(row["accuracy"]))
    out = []
    for key, cells in found.items():
        line = dict(zip(KEYS[:3], key, strict=True))
        line |= {f"{n:,}": f"{np.mean(cells[n]):.3f}" if n in cells else "" for n in SIZES}
        for name in ("AFLOW prototypes", "reference structures"):
            mine = [
                row
                for row in real_rows
                if (row["set"], *(row[k] for k in KEYS[:3])) == (name, *key) and row["seed"] == 0
            ]
            line[name.split()[0]] = ""
            if mine:
                last = max(mine, key=lambda row: row["n_train"])
                half = (last["high"] - last["low"]) / 2
                line[name.split()[0]] = f"{last['accuracy']:.2f} ± {half:.2f}"
        out.append(line)
    return sorted(out, key=lambda line: LABELS.index(line["label"]))


def check(options):
    """Compare random crystals with what they should be like, into ``symmetry_check.csv``."""
    tables = [np.load(path) for path in sorted(options.cache.glob("crystals????.npz"))]
    drawn, right = np.sum([table["drawn"] for table in tables], axis=0).tolist()
    names = np.concatenate([table["prototype"] for table in tables])
    seconds = sum(float(table["seconds"]) for table in tables)
    found = sum(len(crystals.wyckoff_positions(number)) for number in range(1, 231))
    some = [crystal.structure for crystal in crystals.make_crystals(500, 0)]
    known = real_structures(options.sources)
    of_which, shares_ = crystals.read_statistics()["space_group", ""]
    wanted, got = Counter(), Counter()
    for number, share in zip(of_which, shares_, strict=True):
        wanted[crystals.crystal_system(int(number))] += share
    for number in np.concatenate([table["space_group"] for table in tables]):
        got[crystals.crystal_system(int(number))] += 1 / len(names)
    rows = [
        ("crystals", len(names), ""),
        ("crystals drawn", drawn, ""),
        ("share whose symmetry is as asked for", round(right / drawn, 4), 1),
        ("prototypes", len(np.unique(names)), ""),
        ("Wyckoff positions found in the 230 space groups", found, 1731),
        ("milliseconds per crystal and its lines", round(1000 * seconds / len(names), 1), ""),
        ("median volume per atom (A^3)", per_atom(some), per_atom(known)),
        *((f"share, {name}", round(got[name], 3), round(wanted[name], 3)) for name in wanted),
    ]
    write(
        "symmetry_check.csv",
        [dict(zip(("what", "found", "aim"), row, strict=True)) for row in rows],
    )


def main():
    """Run one task."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    tasks = {f.__name__: f for f in (statistics, generate, check, inputs, score, real)}
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
