"""Phases of powder patterns as rows, files and figures."""

import csv
import os
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest

from skspectra.diffraction import Phase, PhaseTable, make_powder_patterns, make_table
from skspectra.mixtures import identify

CARDS = [
    Phase.from_lines("a", [4.2, 3.1, 2.2, 1.9, 1.6], [60, 100, 50, 30, 20]),
    Phase.from_lines("b", [3.9, 2.8, 2.4, 1.7, 1.5], [30, 100, 80, 40, 10]),
    Phase.from_lines("c", [5.1, 3.5, 2.55, 2.05, 1.75], [40, 100, 30, 60, 20]),
]
ANGLES = np.arange(15, 70, 0.02)


@pytest.fixture(scope="module")
def table():
    return make_table(CARDS, wavelength="CuKa", two_theta_range=(15, 70))


@pytest.fixture(scope="module")
def made():
    return make_powder_patterns(
        CARDS, 4, two_theta=ANGLES, wavelength="CuKa", n_phases=2, min_fraction=0.2, random_state=0
    )


@pytest.fixture(scope="module")
def found(table, made):
    return identify((ANGLES, made.X, ["p", "q", "r", "s"]), table)


def test_rows(found, made):
    for row, y, name in zip(found.patterns, made.Y, "pqrs", strict=True):
        assert row["file"] == name
        assert sorted(row["phases"].split("+")) == [c for c, k in zip("abc", y, strict=True) if k]
        assert row["unknown"] == "no"
        assert row["unexplained"] < 0.02
    assert len(found.phases) == made.Y.sum()
    for row in found.phases:
        assert np.isnan(row["amount"])  # cards have no weight
        assert 0 < row["detection_limit"] < row["contribution"] < 1


def test_files(found, tmp_path):
    found.to_csv(tmp_path / "out")
    with open(tmp_path / "out" / "phases.csv", newline="") as file:
        reader = csv.reader(file)
        assert next(reader) == ["file", "phase", "amount", "contribution", "detection_limit"]
        assert len(list(reader)) == len(found.phases)
    with open(tmp_path / "out" / "patterns.csv", newline="") as file:
        reader = csv.reader(file)
        assert next(reader) == ["file", "phases", "unexplained", "unknown", "remark"]
        assert len(list(reader)) == 4


def test_figure(found, tmp_path):
    backend = matplotlib.get_backend()
    figure = found.plot(0)
    upper, lower = figure.axes
    assert len(upper.lines) == 2 + 2 * len(found.explanations[0].found)
    np.testing.assert_array_equal(lower.lines[0].get_ydata(), found.explanations[0].left)
    figure.savefig(tmp_path / "x.png")
    assert matplotlib.get_backend() == backend


def test_spectra_with_attributes(table, made, found):
    spectra = SimpleNamespace(x_axis=ANGLES, X=made.X, names=["p", "q", "r", "s"])
    assert identify(spectra, table).patterns == found.patterns


def test_an_unknown_phase_is_said(made):
    known = make_table(CARDS[:2], wavelength="CuKa", two_theta_range=(15, 70))
    rows = identify((ANGLES, made.X), known).patterns
    assert [row["unknown"] == "yes" for row in rows] == (made.Y[:, 2] == 1).tolist()
    for row, y in zip(rows, made.Y, strict=True):
        if y[2]:
            assert row["unexplained"] > 0.1


def test_patterns_without_a_phase(table):
    rng = np.random.default_rng(0)
    X = np.stack([np.ones(len(ANGLES)), rng.poisson(100, len(ANGLES))])
    flat, noise = identify((ANGLES, X), table).patterns
    assert flat["phases"] == noise["phases"] == ""
    assert flat["remark"] == "flat pattern; no phase found"
    assert noise["remark"] == "no phase found"
    assert flat["unknown"] == noise["unknown"] == "yes"


def test_a_hump_is_no_phase(table, made):
    hump = 0.5 * made.X.max() * np.exp(-0.5 * ((ANGLES - 24) / 4) ** 2)
    rng = np.random.default_rng(0)
    X = rng.poisson(made.X + hump)
    for row, y in zip(identify((ANGLES, X), table).patterns, made.Y, strict=True):
        assert sorted(row["phases"].split("+")) == [c for c, k in zip("abc", y, strict=True) if k]
        assert row["unknown"] == "no"


def test_tables_are_kept_in_files(table, made, found, tmp_path):
    table.save(tmp_path / "t.npz")
    again = PhaseTable.load(tmp_path / "t.npz")
    assert identify((ANGLES, made.X, ["p", "q", "r", "s"]), again).patterns == found.patterns
    (tmp_path / "bad.npz").write_bytes(b"no table")
    with pytest.raises(ValueError, match="no table of phases"):
        PhaseTable.load(tmp_path / "bad.npz")
    with pytest.raises(FileNotFoundError):
        PhaseTable.load(tmp_path / "missing.npz")


def test_damaged_tables_are_no_tables(table, tmp_path):
    file = tmp_path / "t.npz"
    table.save(file)
    good = file.read_bytes()
    places = np.linspace(0, len(good) - 1, 60).astype(int)
    damaged = [good[:place] for place in places]
    damaged += [good[:place] + bytes(40) + good[place + 40 :] for place in places[:40]]
    for data in damaged:
        file.write_bytes(data)
        with pytest.raises(ValueError, match="no table of phases"):
            PhaseTable.load(file)
    np.save(tmp_path / "t.npy", np.ones(3))
    with pytest.raises(ValueError, match="no table of phases"):
        PhaseTable.load(tmp_path / "t.npy")


def test_a_table_that_cannot_be_written_leaves_the_file(table, tmp_path, monkeypatch):
    table.save(tmp_path / "t.npz")
    good = (tmp_path / "t.npz").read_bytes()

    def stop(*arguments):
        raise OSError("no space")

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(OSError, match="no space"):
        table.save(tmp_path / "t.npz")
    assert (tmp_path / "t.npz").read_bytes() == good
    assert [path.name for path in tmp_path.iterdir()] == ["t.npz"]


def test_amounts_that_cannot_be_are_remarked(table, made):
    weighed = type(table)(**vars(table) | {"weighed": np.ones(3, bool), "absorption": np.ones(3)})
    name = "abc"[made.Y[0].argmax()]
    for share, told in ((0.9, True), (0.1, False)):
        found = identify((ANGLES, made.X[:1]), weighed, internal_standard=(name, share))
        total = sum(row["amount"] for row in found.phases)
        assert (total > 1) == told
        remark = f"amounts add to {100 * total:.0f} % of the sample, which cannot be"
        assert (remark in found.patterns[0]["remark"]) == told


def test_bad_patterns(table, made):
    with pytest.raises(ValueError, match="make the table for the range"):
        identify((ANGLES + 10, made.X), table)
    X = made.X.copy()
    X[2, 5] = np.nan
    with pytest.raises(ValueError, match="r: 1 of its values are not finite"):
        identify((ANGLES, X, list("pqrs")), table)
    with pytest.raises(ValueError, match=r"x_axis has shape \(5,\) for spectra of 2750"):
        identify((ANGLES[:5], made.X), table)
    with pytest.raises(ValueError, match=r"x_axis\[1\]=69.96 .* must be ascending"):
        identify((ANGLES[::-1], made.X[:, ::-1]), table)
    with pytest.raises(ValueError, match="1 names for 4 patterns"):
        identify((ANGLES, made.X, ["p"]), table)
