"""What all figures share: where the CSV files are, colours, and how cells are read."""

import csv
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("agg")

DOC = Path(__file__).resolve().parents[1]
RESULTS = DOC.parent / "benchmarks" / "results"
FIGURES = DOC / "_figures"
BLUE, ORANGE, LIGHT, GREY = "#0072B2", "#D55E00", "#56B4E9", "#7F7F7F"


def read(name):
    """Return the rows of a CSV file as dictionaries."""
    with (RESULTS / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def number(cell):
    """Return the mean of a cell such as "81.5 ± 0.6"."""
    return float(cell.split(" ")[0]) if cell else np.nan
