"""Powder patterns: how fast they are simulated.

The folder of measured sets and structures is named by SKSPECTRA_DATA. ``speed`` writes
``results/powder_speed.csv``.
"""

import argparse
import csv
import os
import time
from pathlib import Path

import numpy as np

from skspectra.diffraction import make_powder_patterns, read_phases

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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["speed"])
    {"speed": speed}[parser.parse_args().what]()
