"""skspectra identify, on the powder patterns that the package ships."""

import csv

import numpy as np
import pytest

from skspectra._cli import main

pytest.importorskip("gemmi")
pytest.importorskip("moyopy")


@pytest.fixture(scope="module")
def powder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("example") / "powder"
    assert main(["example", str(folder), "--diffraction"]) == 0
    return folder


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_weighed_mixtures(powder, tmp_path, capsys):
    found, table = tmp_path / "found", tmp_path / "phases.npz"
    source = ["--phases", str(powder / "structures"), "--wavelength", "CuKa"]
    patterns = str(powder / "patterns")
    status = main(["identify", patterns, *source, "-o", str(found), "--save-table", str(table)])
    assert status == 0
    weighed = {row.pop("file"): row for row in rows(powder / "weights.csv")}
    for row in rows(found / "patterns.csv"):
        present = {name for name, share in weighed[row["file"]].items() if float(share) > 0}
        assert {phase.partition("_")[0] for phase in row["phases"].split(" + ")} == present
        assert row["unknown"] == "no"
        assert (found / f"{row['file']}.png").stat().st_size > 10_000
    errors = [
        abs(float(row["amount"]) - float(weighed[row["file"]][row["phase"].partition("_")[0]]))
        for row in rows(found / "phases.csv")
    ]
    assert np.mean(errors) < 0.1
    assert "ZnO_186 41 %" in capsys.readouterr().out
    # The table alone gives the same.
    again = tmp_path / "again"
    one = next((powder / "patterns").glob("V2O5*"))
    assert main(["identify", str(one), "--phases", str(table), "-o", str(again)]) == 0
    before = [row for row in rows(found / "phases.csv") if row["file"].startswith("V2O5")]
    assert [row["phase"] for row in rows(again / "phases.csv")] == [row["phase"] for row in before]


def test_a_missing_phase_is_told(powder, tmp_path, capsys):
    one = str(next((powder / "patterns").glob("V2O5*")))
    source = ["--phases", str(powder / "structures"), "--wavelength", "CuKa"]
    options = ["--elements", "Mn", "C", "O", "-o", str(tmp_path / "found")]
    assert main(["identify", one, *source, *options]) == 0
    assert "UNKNOWN phase" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ([], "none is assumed: give --wavelength"),
        (["--wavelength", "Cu"], "'Cu' is unknown"),
        (["--wavelength", "-1"], "wavelength"),
        (["--wavelength", "CuKa", "--elements", "Xx"], "Xx"),
        (["--wavelength", "CuKa", "--internal-standard", "ZnO"], "PHASE=FRACTION"),
        (["--wavelength", "CuKa", "--internal-standard", "Si=0.2"], "Si"),
        (["--wavelength", "CuKa", "--unit", "cm-1"], "2theta in degrees"),
    ],
)
def test_bad_input(powder, tmp_path, capsys, more, message):
    one = str(next((powder / "patterns").glob("V2O5*")))
    source = ["--phases", str(powder / "structures"), "-o", str(tmp_path / "found")]
    assert main(["identify", one, *source, *more]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "found").exists()


def test_phases_that_are_no_table(powder, tmp_path, capsys):
    one = str(next((powder / "patterns").glob("V2O5*")))
    assert main(["identify", one, "--phases", one, "-o", str(tmp_path / "found")]) == 2
    assert "no table of phases" in capsys.readouterr().err
    assert main(["identify", one, "--phases", "nowhere", "-o", str(tmp_path / "found")]) == 2
    assert "nowhere" in capsys.readouterr().err
