"""skspectra identify, on the powder patterns that the package ships."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from skspectra._cli import _identify, main
from skspectra.diffraction import PhaseTable, make_table, read_phases

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
        assert {phase.partition("_")[0] for phase in row["phases"].split("+")} == present
        assert row["unknown"] == "no"
        assert (found / f"{row['file']}.png").stat().st_size > 10_000
    errors = [
        abs(float(row["amount"]) - float(weighed[row["file"]][row["phase"].partition("_")[0]]))
        for row in rows(found / "phases.csv")
    ]
    assert np.mean(errors) < 0.1
    text = capsys.readouterr().out
    assert "ZnO_186 41 %" in text
    assert text.endswith(f"amounts and detection limits are in {found / 'phases.csv'}\n")
    # The table alone gives the same.
    again = tmp_path / "again"
    one = next((powder / "patterns").glob("V2O5*"))
    assert main(["identify", str(one), "--phases", str(table), "-o", str(again)]) == 0
    before = [row for row in rows(found / "phases.csv") if row["file"].startswith("V2O5")]
    assert [row["phase"] for row in rows(again / "phases.csv")] == [row["phase"] for row in before]


def test_a_missing_phase_is_told(powder, tmp_path, capsys):
    one = str(next((powder / "patterns").glob("V2O5*")))
    source = ["--phases", str(powder / "structures"), "--wavelength", "CuKa"]
    options = ["--elements", "mn", "C", "o", "-o", str(tmp_path / "found")]
    assert main(["identify", one, *source, *options]) == 0
    text = capsys.readouterr().out
    assert "\nAmounts are weight fractions of the identified crystalline part.\n" in text
    assert "UNKNOWN phase" in text
    assert ": phases.csv, patterns.csv and 1 figure\n" in text


def test_a_flat_pattern_has_no_phase(powder, tmp_path, capsys):
    for height in (0, 5):
        flat, found = tmp_path / "flat.xy", tmp_path / "found"
        flat.write_text("".join(f"{20 + i / 50:.2f} {height}\n" for i in range(2000)))
        source = ["--phases", str(powder / "structures"), "--wavelength", "CuKa"]
        assert main(["identify", str(flat), *source, "-o", str(found)]) == 0
        assert "flat.xy: no phase found, UNKNOWN (flat pattern)\n" in capsys.readouterr().out
        (row,) = rows(found / "patterns.csv")
        assert (row["phases"], row["unknown"]) == ("", "yes")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ([], "none is assumed: give --wavelength"),
        (["--wavelength", "Cu"], "--wavelength Cu is unknown"),
        (["--wavelength", "-1"], "wavelength"),
        (["--wavelength", "CuKa", "--elements", "Xx"], "Xx"),
        (["--wavelength", "CuKa", "--internal-standard", "ZnO"], "PHASE=FRACTION"),
        (
            ["--wavelength", "CuKa", "--internal-standard", "Si=0.2"],
            "--internal-standard Si=0.2: there is no class",
        ),
        (["--wavelength", "CuKa", "--polarization", "3"], "--polarization 3.0 must be 0 to 1"),
        (["--wavelength", "CuKa", "--unit", "cm-1"], "2theta in degrees"),
    ],
)
def test_bad_input(powder, tmp_path, capsys, more, message):
    one = str(next((powder / "patterns").glob("V2O5*")))
    source = ["--phases", str(powder / "structures"), "-o", str(tmp_path / "found")]
    assert main(["identify", one, *source, *more]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "found").exists()


@pytest.fixture(scope="module")
def table(powder, tmp_path_factory):
    path = tmp_path_factory.mktemp("table") / "phases.npz"
    phases = read_phases(powder / "structures")
    make_table(phases, wavelength="CuKa", two_theta_range=(10, 80)).save(path)
    return path


@pytest.mark.parametrize(
    ("more", "said", "message"),
    [
        (
            ["--wavelength", "MoKa"],
            "",
            "made for 1.54059 and 1.54443 angstrom, but the patterns were measured at 0.709317",
        ),
        (["--wavelength", "CuKa1"], "", "but the patterns were measured at 1.54059; give"),
        (["--wavelength", "Cu"], "", "--wavelength Cu is unknown"),
        ([], "0.7093", "measured at 0.7093; give the folder of CIF files"),
        (["--wavelength", "CuKa"], "0.7093", "--wavelength CuKa: the files say"),
        (["--polarization", "0.8"], "", "--polarization 0.8: the intensities of a saved table"),
        (["--slit", "automatic"], "", "--slit automatic: the intensities of a saved table"),
    ],
)
def test_options_that_contradict_a_table(
    powder, table, tmp_path, capsys, monkeypatch, more, said, message
):
    if said:
        tell_wavelength(monkeypatch, float(said))
    one = str(next((powder / "patterns").glob("V2O5*")))
    found = tmp_path / "found"
    assert main(["identify", one, "--phases", str(table), "-o", str(found), *more]) == 2
    assert message in capsys.readouterr().err
    assert not found.exists()


def tell_wavelength(monkeypatch, wavelength):
    """Let the files say at which wavelength they were measured."""
    read = _identify.read
    monkeypatch.setattr(
        _identify, "read", lambda options: replace(read(options), wavelength=wavelength)
    )


def test_options_that_contradict_the_files(powder, tmp_path, capsys, monkeypatch):
    tell_wavelength(monkeypatch, 0.7093)
    one = str(next((powder / "patterns").glob("V2O5*")))
    source = ["--phases", str(powder / "structures"), "-o", str(tmp_path / "found")]
    assert main(["identify", one, *source, "--wavelength", "CuKa"]) == 2
    assert "--wavelength CuKa: the files say" in capsys.readouterr().err


def test_cards_have_shares_of_the_fitted_area(powder, table, tmp_path, capsys):
    """An axis may start at 0 degrees, and a card has no weight."""
    whole = PhaseTable.load(table)
    cards = replace(whole, weighed=np.zeros(len(whole), bool), two_theta_range=np.array([0, 80]))
    cards.save(tmp_path / "cards.npz")
    one = next((powder / "patterns").glob("V2O5*"))
    measured = np.loadtxt(one)
    measured = measured[measured[:, 0] < 80]
    angles = np.arange(0, measured[0, 0] - 0.01, measured[1, 0] - measured[0, 0])
    longer = np.concatenate(
        [np.stack([angles, np.full(len(angles), measured[0, 1])], 1), measured]
    )
    np.savetxt(tmp_path / "longer.xy", longer)
    options = ["--phases", str(tmp_path / "cards.npz"), "-o", str(tmp_path / "found")]
    assert main(["identify", str(tmp_path / "longer.xy"), *options]) == 0
    text = capsys.readouterr().out
    assert "% of the fitted area" in text
    assert "weight fractions" not in text


def test_phases_that_are_no_table(powder, tmp_path, capsys):
    one = str(next((powder / "patterns").glob("V2O5*")))
    assert main(["identify", one, "--phases", one, "-o", str(tmp_path / "found")]) == 2
    assert "no table of phases" in capsys.readouterr().err
    structure = str(next((powder / "structures").glob("*.cif")))
    assert main(["identify", one, "--phases", structure, "-o", str(tmp_path / "found")]) == 2
    assert "is one structure file; give a folder" in capsys.readouterr().err
    assert main(["identify", one, "--phases", "nowhere", "-o", str(tmp_path / "found")]) == 2
    assert "nowhere" in capsys.readouterr().err
