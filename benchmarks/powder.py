"""Powder patterns: how fast they are simulated, and how well their phases are found.

The folder of measured sets and structures is named by SKSPECTRA_DATA. ``speed`` writes
``results/powder_speed.csv``, ``choose`` the settings of the search on simulated patterns,
``results/powder_choose.csv``.
"""

import argparse
import csv
import os
import time
from pathlib import Path

import numpy as np
from _powder import TWO_THETA, hard_patterns

from skspectra.diffraction import make_powder_patterns, make_table, read_phases
from skspectra.mixtures import UnmixingClassifier, _search, _solver

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
    own = read_phases(Path(__file__).parent / "structures")
    return read_phases(folder / "li_la_zr_o") + own


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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["speed", "choose"])
    {"speed": speed, "choose": choose}[parser.parse_args().what]()
