import csv
import os
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import GaussianNB

from skspectra import __version__, comparison
from skspectra._cli import main

ROWS = "label,sample,10,20,30\n" + "".join(
    f"{label},{label}{i},{i % 3},{2 if label == 'a' else 5},{i % 2}\n"
    for i in range(12)
    for label in "ab"
)
ONE_GROUP = "label,sample,10,20\n" + "".join(f"a,a{i},1,2\nb,only,1,2\n" for i in range(9))


def few_models(n_points, *, search=False, **options):
    model = GaussianNB()
    models = {
        "majority class": (DummyClassifier(), None),
        "raw SVC": (model, {"var_smoothing": [1e-9, 1e-3]}),
        "pooled SVC": (model, {"var_smoothing": [1e-9, 1e-3]}),
    }
    return models if search else {name: model for name, (model, _) in models.items()}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command line in an empty folder with fast models; return status, output, errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(comparison, "default_models", few_models)

    def run(*arguments, content=None):
        if content is not None:
            (tmp_path / "data.csv").write_bytes(
                content if isinstance(content, bytes) else content.encode()
            )
            arguments = ["data.csv", *arguments]
        status = main(["compare", *map(str, arguments)])
        return status, *capsys.readouterr()

    return run


def check_error(outcome, *words):
    status, _, errors = outcome
    assert status == 2
    assert errors.startswith("skspectra: error: ")
    assert errors.count("\n") == 1
    for word in words:
        assert word in errors


def test_version(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"skspectra {__version__}\n"


def test_parsing_loads_nothing_heavy():
    code = (
        "import sys; from skspectra._cli import _parser; _parser(); print('numpy' in sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert found.stdout == "False\n"


def test_module_is_a_command():
    command = [sys.executable, "-m", "skspectra", "compare", "none.csv", "--target", "x"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert found.stderr == "skspectra: error: none.csv: No such file or directory\n"


def test_file(run, tmp_path):
    content = ROWS.replace("sample", "note")
    status, text, errors = run("--target", "label", "--shift", 1, content=content)
    assert status == 0
    assert "data.csv: 24 spectra of 3 points, 10 to 30" in text
    assert "classes (label): a 12, b 12" in text
    assert "columns not used: note" in text
    assert "no --group: every spectrum counts as independent\n" in text
    assert "\nSettings: splits 5 folds x 2 repeats; groups none; seed 0; margin 0.02; " in text
    assert "the verdict holds at 95 %:" in text
    assert "pooled SVC vs raw SVC: " in text
    assert "[30/30] split 10/10" in errors
    files = {path.name for path in (tmp_path / "comparison").iterdir()}
    assert files >= {"comparison.csv", "pairs.csv", "confusion.csv", "shift.csv", "comparison.png"}
    assert all(name in text for name in files)
    with (tmp_path / "comparison" / "settings.csv").open() as file:
        settings = {row["name"]: row["value"] for row in csv.DictReader(file)}
    assert (settings["normalize"], settings["data"]) == ("max", "data.csv")


def test_metadata_that_repeats_is_named(run):
    content = ROWS.replace("sample", "note").replace("a7", "a6")
    _, text, _ = run("--target", "label", "--no-search", content=content)
    assert "counts as independent; values repeat in note\n" in text


def test_long_lists_are_cut(run):
    content = ",label,10,20\n" + "".join(f"m,k{i:02},{i},1\n" for i in range(12)) * 5
    _, text, _ = run("--target", "label", "--no-search", content=content)
    assert "k09 5 and 2 more\ncolumns not used: column 1\n" in text


def test_groups_and_options(run, tmp_path):
    status, text, _ = run(
        *("--target", "label", "--group", "sample", "--splits", 3, "--repeats", 1),
        *("--no-search", "--normalize", "snv", "--seed", 7, "--output", "a/b"),
        content=ROWS,
    )
    assert status == 0
    assert "groups (sample): 24" in text
    with (tmp_path / "a" / "b" / "comparison.csv").open() as file:
        assert {row["n_candidates"] for row in csv.DictReader(file)} == {"1"}


def test_without_matplotlib(run, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    (tmp_path / "comparison").mkdir()
    for name in ("comparison.png", "parameters.csv", "notes.txt"):
        (tmp_path / "comparison" / name).touch()
    status, text, _ = run("--target", "label", "--no-search", content=ROWS)
    assert status == 0
    assert 'no figure: matplotlib is not installed (pip install "skspectra[plot]")' in text
    left = {path.name for path in (tmp_path / "comparison").iterdir()}
    assert "notes.txt" in left
    assert not left & {"comparison.png", "parameters.csv"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ["line 1 is empty"]),
        ("label,sample,10,20\n", ["only a header"]),
        (b"PK\x03\x04\xff\xfe\x00", ["not a text file"]),
        (ROWS.replace("label", "kind"), ["no column 'label'", "'kind', 'sample'"]),
        (ROWS.replace("sample", "kind"), ["no column 'sample'", "'label', 'kind'"]),
        (ROWS.replace("a,a2,2", "a,a2,high"), ["line 6", "column '10'", "'high'"]),
        (ROWS.replace("a,a2,2", "a,a2,"), ["line 6", "column '10'", "empty"]),
        (ROWS.replace("a,a2,2", "a,a2,nan"), ["line 6", "column '10'", "'nan'"]),
        (ROWS.replace("a,a2,2", "a,a2,inf"), ["line 6", "column '10'", "'inf'"]),
        (ROWS.replace("a,a2,2", "a,a2,2,2"), ["line 6", "6 fields", "5"]),
        (ROWS.replace("a,a2,2", ",a2,2"), ["line 6", "column 'label'", "empty"]),
        (ROWS.replace("a,a2,2", "a,,2"), ["line 6", "column 'sample'", "empty"]),
        (ROWS.replace("20", "10.0"), ["'10' and '10.0'", "same point"]),
        (ROWS.replace("20,30", "x,y"), ["1 columns"]),
        (ROWS.replace("\nb", "\na"), ["only one class, 'a'"]),
        (ROWS[: ROWS.index("a,a2")], ["4 groups", "at least 5"]),
        (ONE_GROUP, ["class 'b' has 1 group, but 5 folds need 2"]),
    ],
)
def test_bad_files(run, content, words):
    outcome = run("--target", "label", "--group", "sample", content=content)
    check_error(outcome, "data.csv", *words)


def test_too_few_rows_of_a_class(run):
    content = ROWS + "c,c1,1,2,3\n" * 3
    check_error(run("--target", "label", content=content), "class 'c' has 3 spectra", "5 folds")


def test_too_few_groups_to_search(run):
    content = "label,sample,10,20\n" + "a,x,1,2\nb,y,1,2\na,z,1,2\nb,z,1,2\n" * 4
    outcome = run(
        *("--target", "label", "--group", "sample", "--leave-one-group-out"), content=content
    )
    check_error(outcome, "data.csv: there are too few data to search parameters")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.csv", "--target", "x"], ["none.csv: No such file"]),
        ([".", "--target", "x"], ["no files of spectra"]),
        (["x.csv"], ["--target"]),
        (["--target", "x"], ["--target needs FILES"]),
        (["--leave-one-group-out"], ["--leave-one-group-out needs FILES"]),
        (["x.csv", "--target", "x", "--leave-one-group-out"], ["needs --group"]),
        (["--splits", "-3"], ["--splits", "-3"]),
        (["--splits", "1"], ["whole number >= 2"]),
        (["--repeats", "0"], ["whole number >= 1"]),
        (["--shift", "1deg"], ["--shift", "give points"]),
        (["--shift", "1.5"], ["'1.5'"]),
        (["--seed", "-1"], ["--seed"]),
        (["--seed", "4294967294"], ["--seed", "from 0 to 4294967293"]),
        (["--output", ""], ["--output"]),
        (["--output", "n" * 300], ["name too long"]),
        (["--output", "/proc/x"], ["/proc/x"]),
        (["--normalize", "min"], ["'min'"]),
        (["--unknown"], ["--unknown", "see 'skspectra --help'"]),
    ],
)
def test_bad_options(run, arguments, words):
    check_error(run(*arguments), *words)


def test_output_is_a_file(run, tmp_path):
    (tmp_path / "taken").touch()
    check_error(run("--target", "label", "--output", "taken", content=ROWS), "taken")
    check_error(run("--target", "label", "--output", "taken/in", content=ROWS), "taken")
    check_error(run("--target", "label", "--output", "a/../taken/in", content=ROWS), "taken")


def test_results_of_other_data_are_not_overwritten(run, tmp_path):
    options = ("--target", "label", "--no-search", "--models", "raw SVC")
    assert run(*options, content=ROWS)[0] == 0
    before = (tmp_path / "comparison" / "comparison.csv").read_bytes()
    (tmp_path / "other.csv").write_text(ROWS)
    check_error(
        run("other.csv", *options),
        "comparison holds the results of data.csv; name another folder with --output, or remove "
        "this one",
    )
    check_error(
        run("--target", "sample", content=ROWS), "comparison holds the results of data.csv;"
    )
    check_error(run(), "comparison holds the results of data.csv;")
    assert (tmp_path / "comparison" / "comparison.csv").read_bytes() == before
    # A corrected label, or a file called in another way, are the same data.
    changed = ROWS.replace("a,a0,", "b,a0,")
    assert run(*options, content=changed)[0] == 0
    assert (tmp_path / "comparison" / "comparison.csv").read_bytes() != before
    assert run("../" + tmp_path.name + "/data.csv", *options)[0] == 0
    (tmp_path / "files").mkdir()
    table = "file,label,sample\n"
    for i in range(12):
        (tmp_path / "files" / f"{i}.xy").write_text(f"1 {i}\n2 {i % 2}\n3 0\n")
        table += f"{i}.xy,{'ab'[i % 2]},{'cd'[i % 2]}\n"
    (tmp_path / "labels.csv").write_text(table)
    named = ("files", "--labels", "labels.csv", *options[2:], "-o", "of files")
    assert run(*named)[0] == 0
    assert run(*named, "--target", "label")[0] == 0
    check_error(run(*named, "--target", "sample"), "of files holds the results of files;")
    assert run("other.csv", *options, "-o", "others")[0] == 0


def test_fit_keeps_the_results_of_other_data(run, tmp_path, capsys):
    assert run("--target", "label", "--no-search", content=ROWS)[0] == 0
    (tmp_path / "other.csv").write_text(ROWS)
    options = ["--target", "label", "--results", "comparison", "-o", "m.skops"]
    assert main(["fit", "other.csv", *options]) == 2
    assert "data.csv; name another folder with --results" in capsys.readouterr().err


def test_more_splits_than_groups(run):
    outcome = run("--target", "label", "--group", "sample", "--splits", 25, content=ROWS)
    check_error(outcome, "data.csv: there are 24 groups, but 25 folds need at least 25")


def test_nobody_reads_the_output(run, tmp_path):
    (tmp_path / "data.csv").write_text(ROWS)
    code = (
        "import sys; from sklearn.dummy import DummyClassifier; "
        "from skspectra import _cli, comparison; "
        "comparison.default_models = lambda *a, **k: {'raw SVC': DummyClassifier()}; "
        "sys.exit(_cli.main(['compare', 'data.csv', '--target', 'label', '--no-search']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
    )
    process.stdout.close()
    errors = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait() == 141
    assert "Error" not in errors
    assert (tmp_path / "comparison" / "comparison.csv").exists()


def test_terminals_that_lack_characters(tmp_path):
    (tmp_path / "data.csv").write_text(ROWS.replace("\na,", "\n\u03b1,"), encoding="utf-8")
    command = [sys.executable, "-m", "skspectra", "compare", "data.csv", "--target", "label"]
    found = subprocess.run(
        [*command, "--splits", "20"],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert found.returncode == 2
    assert b"classes (label): b 12, ? 12" in found.stdout


def test_the_disk_fills_up(run, monkeypatch):
    def fail(self, folder):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(comparison.Comparison, "to_csv", fail)
    outcome = run("--target", "label", "--no-search", content=ROWS)
    assert outcome[0] == 2
    assert outcome[2].endswith("error: cannot write to comparison: No space left on device\n")


def test_interrupt(run, monkeypatch, tmp_path):
    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(comparison, "compare", interrupt)
    status, _, errors = run("--target", "label", content=ROWS)
    assert status == 130
    assert errors == "skspectra: interrupted, nothing was written\n"
    assert not (tmp_path / "comparison").exists()


def test_programming_errors_keep_their_traceback(run, monkeypatch):
    def fail(*arguments, **options):
        raise ValueError("a bug")

    monkeypatch.setattr(comparison, "compare", fail)
    with pytest.raises(ValueError, match="a bug"):
        run("--target", "label", content=ROWS)


def test_warnings_are_one_line(run, monkeypatch):
    import warnings

    monkeypatch.setattr(
        comparison,
        "default_models",
        lambda *a, **k: warnings.warn("odd", stacklevel=1) or few_models(3),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        _, _, errors = run("--target", "label", "--no-search", content=ROWS)
    assert errors.startswith("skspectra: warning: odd\nWith 24 spectra")


def test_all_models_on_meats(measured, write_csv, tmp_path, capsys, monkeypatch):
    from skspectra import neural

    monkeypatch.setattr(neural, "PooledMLP", partial(neural.PooledMLP, max_epochs=3))
    meats = measured("quadram_meats_ir")
    path = write_csv(
        meats["X"][:, ::-8], meats["axis"][::-8], meat=meats["y"], sample=meats["sample"]
    )
    status = main(
        f"compare {path} --target meat --group sample --splits 2 --repeats 1 --no-search "
        f"--output {tmp_path / 'out'}".split()
    )
    text = capsys.readouterr().out
    assert status == 0
    assert "120 spectra of 56 points" in text
    with (tmp_path / "out" / "comparison.csv").open() as file:
        rows = {row["model"]: row for row in csv.DictReader(file)}
    assert {row["family"] for row in rows.values()} == {"baseline", "raw", "pooled", "net"}
    assert float(rows["raw SVC"]["accuracy"]) > 0.85
    assert "pooled MLP vs majority class: not converged" in text


def test_raman_leaving_one_instrument_out(measured, write_csv, run):
    raman = measured("raman_calibrants_multi_instrument")
    path = write_csv(
        raman["X"][:, ::16],
        raman["axis"][::16],
        ";",
        material=raman["material"],
        instrument=raman["instrument"],
    )
    status, text, _ = run(
        *(path, "--target", "material", "--group", "instrument"),
        *("--leave-one-group-out", "--no-search"),
    )
    assert status == 0
    assert f"groups (instrument): {len(np.unique(raman['instrument']))}" in text
    assert "class 'TiO2' has 2 groups, fewer than 5" in text
