"""CSV files to which runs add rows, so that long studies can be split and go on."""

import csv

import numpy as np


def read_rows(path, columns):
    """Return the rows of a file as dictionaries; make it where there is none."""
    if not path.exists():
        add_row(path, columns)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def add_row(path, row):
    """Add one row."""
    with path.open("a", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow(row)


def with_spread(values, style=".1f"):
    """Return the mean and, of several values, the standard deviation."""
    if not len(values):
        return ""
    spread = f" ± {np.std(values, ddof=1):.1f}" if len(values) > 1 else ""
    return f"{np.mean(values):{style}}{spread}"
