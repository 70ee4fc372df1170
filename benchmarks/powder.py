"""Powder patterns: how fast they are simulated, and how well their phases are found.

The folder of measured sets and structures is named by SKSPECTRA_DATA. Every task writes a CSV
file, ``results/powder_TASK.csv``:

- ``speed``: patterns simulated a second;
- ``choose``: settings of the search, on simulated patterns;
- ``scale``: time, memory and right answers for tables of 100 to 10,000 phases;
- ``unknown``: missing phases that are noticed, and false alarms, in simulated patterns;
- ``other``: exact answers on patterns of other laws than those that constants were chosen on;
- ``measured``: the two measured sets, to be scored once, when nothing is changed any more; its
  shares and intervals are in ``powder_summary.csv``.
"""

import argparse
import csv
import os
import resource
import time
from pathlib import Path

import numpy as np
from _powder import TWO_THETA, hard_patterns, other_patterns

from skspectra import datasets
from skspectra.diffraction import PhaseTable, make_powder_patterns, make_table, read_phases
from skspectra.mixtures import UnmixingClassifier, _search, _solver
from skspectra.mixtures._results import explain

RESULTS = Path(__file__).parent / "results"
DATA = Path(os.environ.get("SKSPECTRA_DATA", "data"))


def write(name, rows):
    """Write rows, which are dictionaries with the same keys, as a CSV file."""
    with open(RESULTS / name, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def speed():
    """Time `make_powder_patterns` on 56 structures whose lines are known."""
    phases = read_phases(DATA / "xrd_reference_structures" / "li_mn_ti_o_f")
    two_theta = np.linspace(10, 80, 3501)
    rows = []
    for n_phases in (1, 2, 3):

        def seconds(n_patterns, n_phases=n_phases):
            start = time.process_time()
            make_powder_patterns(
                phases,
                n_patterns,
                two_theta=two_theta,
                wavelength="CuKa",
                n_phases=n_phases,
                random_state=0,
            )
            return time.process_time() - start

        seconds(1)
        for run in range(5):
            both = seconds(1), seconds(501)
            rows.append(
                {
                    "n_phases": n_phases,
                    "n_points": len(two_theta),
                    "wavelength": "CuKa",
                    "run": run,
                    "patterns_per_second": round(500 / (both[1] - both[0])),
                    "seconds_before_the_first": round(both[0], 3),
                }
            )
            print(rows[-1], flush=True)
    write("powder_speed.csv", rows)


def structures(which):
    """Return the phases of one of the two tables that constants are chosen with."""
    folder = DATA / "xrd_reference_structures"
    if which == "Li-Mn-Ti-O-F":
        return read_phases(folder / "li_mn_ti_o_f")
    own = Path(datasets.__file__).parent / "data"
    return read_phases(folder / "li_la_zr_o") + read_phases(own)


TABLES = ["Li-Mn-Ti-O-F", "Li-La-Zr-O and precursors"]
SETTINGS = [
    {},
    {"KAPPA": 0.05},
    {"KAPPA": 0.2},
    {"TEXTURE": 0.25},
    {"TEXTURE": 1.0},
    {"TAILS": 0.0},
    {"TAILS": 0.6},
]
MARGINS = [1.0, 1.25, 1.6, 2.0, 2.5, 3.2]
LEAST = [50, 100, 200, 400, 800]


def choose(n_patterns=60):
    """Find the phases of simulated mixtures with one setting changed at a time."""
    rows = []
    for which in TABLES:
        phases = structures(which)
        X, Y, _ = hard_patterns(phases, n_patterns, 100)
        table = make_table(phases, wavelength="CuKa", two_theta_range=(10, 80))
        for setting in SETTINGS:
            kept = {name: value(name) for name in ("KAPPA", "TEXTURE", "TAILS")}
            assign(setting)
            model = UnmixingClassifier(TWO_THETA, shift="strain").fit_table(table)
            solver = model._solver
            solver.margin, _solver.LEAST_GAIN["lines"] = 1.0, 50.0
            paths = [solver.solve(row.astype(float)).steps for row in X]
            assign(kept)
            for margin in MARGINS:
                for least in LEAST:
                    exact = [
                        stopped(path, margin, least, solver.groups) == wanted(y, solver.groups)
                        for path, y in zip(paths, Y, strict=True)
                    ]
                    rows.append(
                        {
                            "table": which,
                            **{name.lower(): v for name, v in (kept | setting).items()},
                            "margin": margin,
                            "least_gain": least,
                            "n_patterns": len(X),
                            "exact": round(float(np.mean(exact)), 4),
                        }
                    )
            best = max(row["exact"] for row in rows[-len(MARGINS) * len(LEAST) :])
            print(which, setting, best, flush=True)
            write("powder_choose.csv", rows)


def value(name):
    """Return a constant of the search."""
    return getattr(_solver, name, None) or getattr(_search, name)


def assign(constants):
    """Change constants of the search, wherever they are used."""
    for module in (_search, _solver):
        for name, new in constants.items():
            if hasattr(module, name):
                setattr(module, name, new)


def stopped(path, margin, least, groups):
    """Return the groups that a stopping rule would have taken from a path of the search."""
    taken = []
    for index, gain, highest in path:
        if gain <= max(margin * highest, least):
            break
        taken.append(groups[index])
    return sorted(taken)


def wanted(y, groups):
    """Return the groups of the phases that are there."""
    return sorted(groups[np.flatnonzero(y)])


def scale():
    """Time and memory of tables of 100 to 10,000 phases, and what screening loses."""
    phases = structures(TABLES[0])
    base = make_table(phases, wavelength="CuKa", two_theta_range=(10, 80))
    made = make_powder_patterns(
        phases,
        10,
        two_theta=TWO_THETA,
        wavelength="CuKa",
        min_fraction=0.1,
        max_strain=0.008,
        max_texture=0.3,
        random_state=1,
    )
    rows = []
    for n_phases in (100, 1000, 10_000):
        table = grown(base, n_phases)
        start = time.process_time()
        model = UnmixingClassifier(TWO_THETA, shift="strain").fit_table(table)
        fitted = time.process_time()
        model.predict(made.X[:2])  # what is prepared once
        ready = time.process_time()
        found = model.predict(made.X)
        done = time.process_time()
        groups = model._solver.groups
        exact = [
            set(groups[np.flatnonzero(p)]) == set(groups[np.flatnonzero(y)])
            for p, y in zip(found, made.Y, strict=True)
        ]
        rows.append(
            {
                "n_phases": n_phases,
                "fit_seconds": round(fitted - start, 2),
                "seconds_per_pattern": round((done - ready) / len(made.X), 3),
                "exact": np.mean(exact),
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "exact_without_screening": "",
            }
        )
        if n_phases == 100:
            kept, _solver.N_CANDIDATES = _solver.N_CANDIDATES, n_phases
            found = model.predict(made.X)
            _solver.N_CANDIDATES = kept
            rows[-1]["exact_without_screening"] = np.mean(
                [
                    set(groups[np.flatnonzero(p)]) == set(groups[np.flatnonzero(y)])
                    for p, y in zip(found, made.Y, strict=True)
                ]
            )
        print(rows[-1], flush=True)
        write("powder_scale.csv", rows)


def grown(base, n_phases):
    """Return a larger table: after the phases of `base`, copies with other cells and spacings."""
    rng = np.random.default_rng(0)
    fields = {name: [] for name in ("d", "wavelength", "intensity", "direction")}
    counts, owner = [], np.arange(n_phases) % len(base)
    for k, i in enumerate(owner):
        part = slice(base.start[i], base.start[i + 1])
        d = base.d[part]
        if k >= len(base):
            spacing, inverse = np.unique(d.round(7), return_inverse=True)
            moved = rng.uniform(-0.25, 0.25) + rng.uniform(-0.03, 0.03, len(spacing))
            d = d * np.exp(moved)[inverse]
        for name, values in fields.items():
            values.append(d if name == "d" else getattr(base, name)[part])
        counts.append(len(d))
    return PhaseTable(
        np.array([f"{base.names[i]} {k}" for k, i in enumerate(owner)]),
        np.concatenate([[0], np.cumsum(counts)]),
        *(np.concatenate(values) for values in fields.values()),
        base.strains[owner],
        base.n_strains[owner],
        base.weighed[owner],
        base.absorption[owner],
        base.wavelengths,
        base.two_theta_range,
    )


BINS = [(0.05, 0.1), (0.1, 0.2), (0.2, 0.5), (0.5, 1.01)]


def unknown(n_patterns=30):
    """Leave one phase of each simulated mixture out, with its group, and see who notices."""
    rng = np.random.default_rng(0)
    events = []
    for which in TABLES:
        phases = structures(which)
        X, Y, W = hard_patterns(phases, n_patterns, 200, min_fraction=0.05)
        table = make_table(phases, wavelength="CuKa", two_theta_range=(10, 80))
        model = UnmixingClassifier(TWO_THETA, shift="strain").fit_table(table)
        for row, y, w in zip(X.astype(float), Y, W, strict=True):
            k = rng.choice(np.flatnonzero(y))
            solution = model._solver.solve(row)
            found = set(model._solver.groups[np.flatnonzero(solution.amounts)])
            exact = found == set(model._solver.groups[np.flatnonzero(y)])
            alarm = explain(model._known, row, solution).unknown
            without = model._solver.solve(row, without={model._solver.groups[k]})
            events.append((which, w[k], exact, alarm, explain(model._known, row, without).unknown))
    rows = []
    for which in TABLES:
        here = [event for event in events if event[0] == which]
        rows.append(counted(which, "exact", [e[2] for e in here]))
        rows.append(counted(which, "false alarms", [e[3] for e in here]))
        for low, high in BINS:
            caught = [e[4] for e in here if low <= e[1] < high]
            name = f"caught, {100 * low:.0f} to {min(100 * high, 100):.0f} wt%"
            rows.append(counted(which, name, caught))
    write("powder_unknown.csv", rows)
    for row in rows:
        print(row)


def counted(which, what, hits):
    """Return a row with a share and Wilson's interval of 95 %."""
    n, k, z = len(hits), int(np.sum(hits)), 1.959964
    if n == 0:
        return {"set": which, "what": what, "n": 0, "hits": 0, "share": "", "low": "", "high": ""}
    middle = (k + z * z / 2) / (n + z * z)
    half = z * np.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    share, low, high = (round(float(v), 3) for v in (k / n, middle - half, middle + half))
    return {
        "set": which,
        "what": what,
        "n": n,
        "hits": k,
        "share": share,
        "low": low,
        "high": high,
    }


def other(n_patterns=20):
    """Find the phases of patterns that were simulated by other laws, on axes of several steps."""
    rows = []
    for which in TABLES:
        phases = structures(which)
        for step in (0.0131, 0.02, 0.05):
            x, X, Y, W, free = other_patterns(phases, n_patterns, 1000 + round(step * 1e4), step)
            table = make_table(phases, wavelength="CuKa", two_theta_range=(10, 80))
            model = UnmixingClassifier(x, shift="strain").fit_table(table)
            groups = model._solver.groups
            solutions = [model._solver.solve(row) for row in X]
            right, named, errors = [], [], []
            for solution, y, w in zip(solutions, Y, W, strict=True):
                found = solution.amounts > 0
                right.append(set(groups[np.flatnonzero(found)]) == set(groups[np.flatnonzero(y)]))
                named.append((found == y).all())
                amounts = solution.amounts / (solution.amounts.sum() or 1.0)
                errors.append(abs(amounts - w)[found | y].mean())
            right, named = np.array(right), np.array(named)
            rows += [
                {"step": step} | counted(which, "exact by group", right),
                {"step": step} | counted(which, "exact by name", named),
                {"step": step}
                | counted(which, "exact by group, all with a free line", right[free]),
                {"step": step}
                | counted(which, "amount error", [])
                | {"n": len(X), "share": round(float(np.mean(errors)), 4)},
            ]
            print(*rows[-4:], sep="\n", flush=True)
            write("powder_other.csv", rows)


def formula(name):
    """Return the formula in the name of a structure."""
    return name.rpartition("_")[0]


def measured():
    """Score the two measured sets by formula; amounts against weights where they are known."""
    with np.load(DATA / "limntiof_xrd_mixtures" / "data.npz") as z:
        sets = {"Li-Mn-Ti-O-F": (z["axis"], z["X"], z["names"], None, z["phases"])}
    with np.load(DATA / "dara_precursor_mixtures" / "data.npz") as z:
        weights = z["W"] / z["W"].sum(axis=1, keepdims=True)
        names = [f"{m} {s}" for m, s in zip(z["mix"], z["scan"], strict=True)]
        sets["precursors"] = (z["axis"], z["X"], names, weights, z["phases"])
        mixes = z["mix"]
    own = structures(TABLES[0])
    every = {phase.name: phase for which in TABLES for phase in structures(which)}
    rows, summary = [], []
    for which, (axis, X, names, weights, labels) in sets.items():
        phases = own if which == "Li-Mn-Ti-O-F" else list(every.values())
        table = make_table(phases, wavelength="CuKa", two_theta_range=(axis[0], axis[-1]))
        model = UnmixingClassifier(axis, shift="strain").fit_table(table)
        for i, (row, name) in enumerate(zip(X.astype(float), names, strict=True)):
            if weights is None:
                true = dict.fromkeys(str(name).split("+"), np.nan)
            else:
                true = {str(p): w for p, w in zip(labels, weights[i], strict=True) if w > 0}
            rows += scored(which, str(name), row, true, model)
        here = [row for row in rows if row["set"] == which]
        whole = [row for row in here if not row["left_out"]]
        exact = [row["exact"] for row in whole]
        summary.append(counted(which, "exact patterns", exact))
        alarms = [row["unknown"] for row in whole]
        if weights is not None:
            both = [all(np.array(exact)[mixes == mix]) for mix in np.unique(mixes)]
            summary.append(counted(which, "mixtures right in both scans", both))
            for what in ("amount_error", "equal_error"):
                value = round(float(np.mean([row[what] for row in whole])), 4)
                summary.append(counted(which, what, []) | {"n": len(whole), "share": value})
            scans = [name.rpartition(" ")[2] for name in names]
            for scan in sorted(set(scans)):
                some = [a for a, s in zip(alarms, scans, strict=True) if s == scan]
                summary.append(counted(which, f"false alarms, {scan}", some))
        else:
            summary.append(counted(which, "false alarms", alarms))
        for low, high in [*BINS, (0.2, 1.01)]:
            caught = [r["unknown"] for r in here if r["left_out"] and low <= r["share"] < high]
            name = f"caught, {100 * low:.0f} to {min(100 * high, 100):.0f} wt%"
            summary.append(counted(which, name, caught))
    write("powder_measured.csv", rows)
    write("powder_summary.csv", summary)
    for row in summary:
        print(row)


def scored(which, name, row, true, model):
    """Return the row of a pattern, and one more for each of its phases that is left out."""
    solver, classes = model._solver, model.classes_
    solution = solver.solve(row)
    explanation = explain(model._known, row, solution)
    amounts = {}
    for i in np.flatnonzero(solution.amounts):
        key = formula(classes[i])
        amounts[key] = amounts.get(key, 0.0) + solution.amounts[i] / solution.amounts.sum()
    union = sorted({*true, *amounts})
    errors = [abs(amounts.get(p, 0.0) - true.get(p, 0.0)) for p in union]
    equal = [abs(1 / len(true) - weight) for weight in true.values()]
    common = {"set": which, "pattern": name, "true": " + ".join(sorted(true))}
    rows = [
        common
        | {
            "left_out": "",
            "share": "",
            "found": " + ".join(sorted(amounts)),
            "structures": " + ".join(map(str, explanation.found)),
            "exact": set(amounts) == set(true),
            "amount_error": round(float(np.mean(errors)), 4),
            "equal_error": round(float(np.mean(equal)), 4),
            "unknown": explanation.unknown,
            "score": round(explanation.score, 3),
        }
    ]
    for phase, weight in true.items():
        chosen = [i for i in np.flatnonzero(solution.amounts) if formula(classes[i]) == phase]
        named = [i for i in range(len(classes)) if formula(classes[i]) == phase]
        without = {solver.groups[i] for i in chosen or named}
        less = explain(model._known, row, solver.solve(row, without=without))
        # Without weights, the fitted share stands in.
        share = amounts.get(phase, np.nan) if np.isnan(weight) else weight
        rows.append(
            rows[0]
            | {
                "left_out": phase,
                "share": round(float(share), 4),
                "found": " + ".join(sorted({formula(name) for name in less.found})),
                "structures": " + ".join(map(str, less.found)),
                "exact": "",
                "amount_error": "",
                "equal_error": "",
                "unknown": less.unknown,
                "score": round(less.score, 3),
            }
        )
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    tasks = {f.__name__: f for f in (speed, choose, scale, unknown, other, measured)}
    parser.add_argument("what", choices=list(tasks))
    tasks[parser.parse_args().what]()
