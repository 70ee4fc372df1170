import csv
import os
from pathlib import Path

import numpy as np
import pytest

# SciPy reads it when it is imported; without it scikit-learn skips its array API check.
os.environ.setdefault("SCIPY_ARRAY_API", "1")

DATA = Path(
    os.environ.get("SKSPECTRA_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
)


@pytest.fixture(scope="session")
def measured():
    """Return a function that loads one of the measured sets, or skips the test."""

    def load(name):
        path = DATA / name / "data.npz"
        if not path.exists():
            pytest.skip(f"{path} is absent; set SKSPECTRA_DATA to the folder of measured spectra")
        with np.load(path) as data:
            return dict(data)

    return load


@pytest.fixture(scope="session")
def reference_structures():
    """Return the folder of reference structures, or skip the test."""
    path = DATA / "xrd_reference_structures"
    if not path.is_dir():
        pytest.skip(f"{path} is absent; set SKSPECTRA_DATA to the folder of measured spectra")
    return path


@pytest.fixture
def write_csv(tmp_path):
    """Return a function that writes spectra and columns of metadata as a CSV file."""

    def write(X, x_axis, delimiter=",", **columns):
        path = tmp_path / "spectra.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file, delimiter=delimiter)
            writer.writerow([*columns, *x_axis])
            for *labels, row in zip(*columns.values(), X.tolist(), strict=True):
                writer.writerow([*labels, *row])
        return path

    return write
