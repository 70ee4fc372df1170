"""From files to predictions: show, fit, predict and example."""

import csv
import os
import runpy
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sklearn
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

from skspectra import PooledSVC, comparison, io
from skspectra._cli import _data, _fit, _predict, main
from skspectra._cli._models import with_window
from skspectra.io._model_file import tells_unlike
from skspectra.uncertainty import ConformalClassifier

CASES = runpy.run_path(str(Path(__file__).parents[1] / "io" / "test_malformed.py"))["CASES"]


def few_models(n_points, *, search=False, **options):
    models = {
        "majority class": (DummyClassifier(), None),
        "raw SVC": (GaussianNB(), {"var_smoothing": [1e-9, 1e-3]}),
        "pooled SVC": (PooledSVC(), {"C": [1.0, 100.0]}),
    }
    return models if search else {name: model for name, (model, _) in models.items()}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a command in a folder of its own, with fast models; return status, output, errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(comparison, "default_models", few_models)

    def run(*arguments):
        status = main([str(argument) for argument in arguments])
        return status, *capsys.readouterr()

    return run


def write_spectra(folder, n_files=30, start=100, stop=200):
    """Write two-column files of two classes in three dialects, and labels.csv."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    rows = []
    for i in range(n_files):
        label = ("quartz", "calcite")[i % 2]
        place = {"quartz": 130, "calcite": 165}[label]
        x = np.arange(start, stop + 1, 1.0)
        suffix, separator, step = [("csv", ";", 1), ("txt", "\t", 1), ("xy", " ", -2)][i % 3]
        x = x[::step]
        y = 100 * np.exp(-(((x - place) / 3) ** 2)) + rng.uniform(0, 3, len(x))
        lines = [f"{a:.1f}{separator}{b:.4f}" for a, b in zip(x, y, strict=True)]
        text = "\n".join(lines) + "\n"
        if separator == ";":
            text = text.replace(".", ",")
        if separator == "\t":
            text = "Raman shift (cm-1)\tcounts\n" + text
        name = f"s{i}.{suffix}"
        (folder / name).write_text(text)
        rows.append(f"{name},{label},sample{i // 2}")
    (folder / "labels.csv").write_text("\n".join(["file,mineral,sample", *rows]) + "\n")


def read_table(path):
    with Path(path).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def spectra(tmp_path):
    write_spectra(tmp_path / "train")


def test_four_commands_on_three_dialects_with_a_wrong_file(run, spectra, tmp_path):
    (tmp_path / "train" / "notes.txt").write_text("Dear all,\nplease find enclosed\n")
    status, text, errors = run("show", "train", "-o", "spectra.png")
    assert status == 1
    assert "train: 30 spectra of 101 points in 30 files, 100 to 200 cm-1" in text
    assert "10 of 30 files were resampled" in text
    assert "classes: calcite 15, quartz 15" in text
    assert text.endswith("next: skspectra compare train --labels train/labels.csv\n")
    assert (tmp_path / "spectra.png").stat().st_size > 10_000
    assert errors.startswith("skspectra: warning: left out: train/notes.txt: line 1: 'Dear all,'")

    labels = ("--labels", "train/labels.csv")
    status, text, errors = run("compare", "train", *labels, "--no-search", "--shift", "2cm-1")
    assert status == 1
    assert "moved 2 pts" in text
    assert "The recommended model in Python:" in text
    assert {"report.html", "predictions.csv"} <= {p.name for p in Path("comparison").iterdir()}
    assert {row["name"] for row in read_table("comparison/predictions.csv")} >= {"s0.csv"}

    status, text, errors = run("fit", "train", *labels, "--no-search", "-o", "minerals.skops")
    assert status == 1
    assert "no --model, so the models are compared first\n" in text
    assert "was fitted on 30 spectra and written to minerals.skops\n" in text
    assert text.endswith("\nuse it: skspectra predict minerals.skops FILES\n")
    assert Path("minerals_comparison/comparison.csv").exists()
    file = io.load("minerals.skops")
    assert file.scores["balanced accuracy"] > 0.9
    assert (file.unit, file.n_training, len(file.x_axis)) == ("cm-1", 30, 101)
    assert file.verdict.startswith("Take ")

    new = tmp_path / "new"
    write_spectra(new, 6)
    x = np.arange(90, 211)
    np.savetxt(new / "flat.xy", np.column_stack([x, np.full(len(x), 7)]))
    np.savetxt(new / "part.xy", np.column_stack([x[30:90], x[30:90] % 7]))
    np.savetxt(new / "odd.xy", np.column_stack([x, x % 10]))
    (new / "bad.txt").write_text("Dear all,\n")
    status, text, errors = run("predict", "minerals.skops", "new", "-o", "predictions.csv")
    assert status == 1
    assert text == "10 predictions were written to predictions.csv\n4 of them have a remark\n"
    assert "cannot be read: new/bad.txt: line 1: 'Dear all,'" in errors
    rows = {row["file"]: row for row in read_table("predictions.csv")}
    assert list(next(iter(rows.values()))) == list(_predict.COLUMNS)
    found = [(rows[f"s{i}.{['csv', 'txt', 'xy'][i % 3]}"]) for i in range(6)]
    assert [row["label"] for row in found] == ["quartz", "calcite"] * 3
    assert {row["second"] for row in found} == {"quartz", "calcite"}
    assert {row["remark"] for row in found} == {""}
    assert all(float(row["score"]) > float(row["second_score"]) for row in found)
    (tmp_path / "deep" / "new").mkdir(parents=True)
    errors = run("predict", "minerals.skops", "deep")[2]
    assert errors.endswith("no files but folders (new); name the folders themselves\n")
    errors = run("show", "deep")[2]
    assert errors.endswith("themselves, or take them as labels with --labels folder\n")
    assert rows["bad.txt"]["remark"] == "cannot be read"
    assert rows["bad.txt"]["label"] == ""
    assert rows["part.xy"]["remark"] == "axis not covered"
    assert "constant" in rows["flat.xy"]["remark"]
    assert rows["odd.xy"]["remark"] == "unlike anything it was trained on"

    status, text, _ = run("show", "minerals.skops")
    assert status == 0
    assert "axis:          101 points, 100 to 200 cm-1\n" in text
    assert "balanced accuracy" in text


def test_a_model_by_name(run, spectra):
    labels = ("--labels", "train/labels.csv", "--group", "sample")
    status, text, _ = run("fit", "train", *labels, "--model", "Pooled svc", "-o", "m.skops")
    assert status == 0
    assert "15 groups are too few to tell what a new group looks like" in text
    file = io.load("m.skops")
    assert file.scores == {}
    assert file.verdict == "fitted without a comparison, so its score is not known"
    assert file.model.estimator.C in (1.0, 100.0)
    # Single spectra calibrate.
    assert file.model.n_calibration_ == 30
    assert not Path("m_comparison").exists()


@pytest.mark.parametrize(("n_files", "searched"), [(3, False), (4, True), (19, False)])
def test_one_model_needs_no_folds(run, tmp_path, n_files, searched):
    write_spectra(tmp_path / "few", n_files)
    arguments = ("fit", "few", "--labels", "few/labels.csv", "--model", "pooled SVC")
    more = () if searched else ("--no-search",)
    status, text, _ = run(*arguments, *more, "-o", "m.skops")
    assert status == 0
    can_tell = n_files >= 19
    assert ("spectra are too few to tell what is unlike them" in text) != can_tell
    _, _, errors = run("predict", "m.skops", "few")
    told = "m.skops cannot tell what is unlike its training spectra, so every spectrum gets one of"
    assert (told in errors) != can_tell
    _, text, _ = run("show", "m.skops")
    can = "can" if can_tell else "cannot"
    assert f"novelty:       it {can} tell what is unlike its training spectra\n" in text
    assert f"trained on:    {n_files} spectra\n" in text


def test_a_search_needs_two_spectra_of_a_class(run, tmp_path):
    write_spectra(tmp_path / "few", 3)
    arguments = ("fit", "few", "--labels", "few/labels.csv", "--model", "pooled SVC")
    check_error(
        run(*arguments, "-o", "m.skops"),
        "few: there are too few data to search parameters",
        "; --no-search keeps the default parameters",
    )


def test_a_model_that_cannot_reject_says_so():
    rng = np.random.default_rng(0)
    X, y = rng.normal(0, 1, (18, 5)) + 5 * np.eye(2, 5)[np.arange(18) % 2], np.arange(18) % 2
    model = ConformalClassifier(GaussianNB(), random_state=0).fit(X, y)
    assert not tells_unlike(model)
    assert tells_unlike(model, 1 / 19)
    assert not tells_unlike(model.estimator_)
    rows = _predict.label_spectra(X + 1e3, io.ModelFile(model, classes=[0, 1]))
    assert not any(unlike for *_, unlike in rows)


class GroupRecorder(GaussianNB):
    """Keeps the groups that it was fitted with."""

    def fit(self, X, y, groups=None):
        self.seen_ = groups
        return super().fit(X, y)


@pytest.mark.parametrize("n_groups", [15, 30])
def test_the_model_in_the_file_was_fitted_with_groups(spectra, tmp_path, n_groups):
    data = io.read_spectra(
        tmp_path / "train", labels=tmp_path / "train/labels.csv", group="sample"
    )
    data = replace(data, groups=np.arange(30) % n_groups)
    with sklearn.config_context(enable_metadata_routing=True):
        model = GroupRecorder().set_fit_request(groups=True)
        model.fit(data.X, data.y, groups=data.groups)
    found = _fit._add_novelty(model, data, 0)
    assert found.n_calibration_ == 30
    np.testing.assert_array_equal(found.estimator_.seen_, data.groups)
    if n_groups == 30:
        assert [len(part.seen_) for part in found.estimators_] == [24] * 5


def test_a_model_that_requested_groups_can_be_stored(tmp_path):
    X, y = np.eye(20), np.arange(20) % 2
    with sklearn.config_context(enable_metadata_routing=True):
        model = GaussianNB().set_fit_request(sample_weight=True).fit(X, y)
    io.save(model, tmp_path / "m.skops", x_axis=np.arange(20.0))
    assert (io.load(tmp_path / "m.skops").model.predict(X) == model.predict(X)).all()
    assert hasattr(model, "_metadata_request")


def check_error(outcome, *words):
    status, text, errors = outcome
    assert status == 2
    assert errors.startswith("skspectra: error: ")
    assert errors.count("\n") == 1
    for word in words:
        assert word in errors
    assert text in ("", "labels from train/labels.csv\n") or " of 101 points" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fit", "train", "--labels", "train/labels.csv"], ["-o/--output"]),
        (["fit", "train", "-o", "m.skops"], ["labels are needed"]),
        (
            ["fit", "train", "--labels", "train/labels.csv", "-o", "m.skops", "--model", "no"],
            ["--model", "'no'", "pooled SVC"],
        ),
        (["fit", "train", "--labels", "folder", "-o", "none/m.skops"], ["none/m.skops", "folder"]),
        (["fit", "train", "--labels", "folder", "-o", "train"], ["train", "it is a folder"]),
        (
            ["compare", "train", "--labels", "train/labels.csv", "--models", "a,raw SVC"],
            ["--models", "'a'", "there are majority class, raw SVC"],
        ),
        (
            ["compare", "train", "--labels", "train/labels.csv", "--models", "poled SVC"],
            ["no model 'poled SVC'; did you mean 'pooled SVC'? There are"],
        ),
        (
            ["compare", "train", "--labels", "train/labels.csv", "--models", "pooled mpl"],
            ["did you mean 'pooled MLP'?"],
        ),
        (
            ["compare", "train", "--labels", "train/labels.csv", "--models", "Published cnn2"],
            ["--models: 'published cnn2' takes part only with --full"],
        ),
        (
            ["compare", "train", "--labels", "train/labels.csv", "--shift", "2deg"],
            ["--shift", "deg", "cm-1"],
        ),
        (["compare", "train", "--labels", "train/labels.csv", "--range", "300", "400"], ["300"]),
        (["show", "train", "--range", "400", "300"], ["must be below the second"]),
        (["list", "train"], ["invalid choice: 'list'", "see 'skspectra --help'"]),
        (
            ["compare", "train", "--labels", "train/labels.csv", "--min-class", "20"],
            ["train: no class: there is nothing"],
        ),
        (["compare", "train", "--labels", "train/labels.csv", "--n-jobs", "0"], ["--n-jobs"]),
        (
            ["compare", "train", "--labels", "train/labels.csv", "--splits", "17"],
            ["class 'calcite' has 15 spectra, but 17 folds need 17", "--splits 15"],
        ),
        (["predict", "none.skops", "train"], ["none.skops", "No such file"]),
        (["predict", "train", "none.skops"], ["train is no model; the model comes first"]),
        (["predict", "train/s0.csv", "fake.skops"], ["train/s0.csv is no model; the model"]),
        (["predict", "fake.skops", "fake.skops"], ["fake.skops is a model and holds no spectra"]),
        (["predict", "fake.skops", "train"], ["fake.skops: not a model file of skspectra"]),
        (["show", "fake.skops"], ["fake.skops: not a model file of skspectra"]),
        (["show", "none.skops"], ["none.skops: No such file"]),
        (["show", "train", "fake.skops"], ["fake.skops is a model and holds no spectra"]),
        (["compare", "fake.skops", "--labels", "name"], ["fake.skops is a model and holds no"]),
        (["predict", "train/s0.csv", "train"], ["train/s0.csv: not a model file"]),
        (["show", "none"], ["none", "No such file"]),
        (["show", "train/s0.csv", "-o", "a.unknown"], ["a.unknown", "unknown"]),
        (["example", "train"], ["train: there are files in it"]),
    ],
)
def test_bad_options(run, spectra, tmp_path, arguments, words):
    (tmp_path / "fake.skops").write_text("no model")
    before = sorted(tmp_path.rglob("*"))
    check_error(run(*arguments), *words)
    assert sorted(tmp_path.rglob("*")) == before


def test_strict_stops_at_a_bad_file(run, spectra, tmp_path, monkeypatch):
    # Nothing is written before the last file is read.
    monkeypatch.setattr(_predict, "N_TOGETHER", 5)
    (tmp_path / "train" / "z.txt").write_text("Dear all,\n")
    check_error(run("show", "train", "--strict"), "train/z.txt: line 1")
    run("fit", "train", "--labels", "train/labels.csv", "--model", "raw SVC", "-o", "m.skops")
    check_error(run("predict", "m.skops", "train", "-o", "p.csv", "--strict"), "train/z.txt")
    assert not (tmp_path / "p.csv").exists()


def test_no_file_can_be_predicted(run, spectra, tmp_path):
    run("fit", "train", "--labels", "train/labels.csv", "--model", "raw SVC", "-o", "m.skops")
    (tmp_path / "a.txt").write_text("Dear all,\n")
    status, _, errors = run("predict", "m.skops", "a.txt", "-o", "p.csv")
    assert status == 2
    assert errors.endswith("no file could be predicted; the reasons are above\n")
    assert not (tmp_path / "p.csv").exists()


def test_without_skops_nothing_is_fitted(run, spectra, monkeypatch, tmp_path):
    from skspectra._cli import _fit

    monkeypatch.setattr(_fit, "find_spec", lambda name: None)
    before = sorted(tmp_path.rglob("*"))
    outcome = run("fit", "train", "--labels", "train/labels.csv", "-o", "m.skops")
    check_error(outcome, 'pip install "skspectra[files]"')
    assert outcome[1] == ""
    assert sorted(tmp_path.rglob("*")) == before


def test_nothing_to_recommend(run, tmp_path):
    write_spectra(tmp_path / "train", 40)
    rows = (tmp_path / "train" / "labels.csv").read_text().splitlines()
    # Labels that have nothing to do with the spectra.
    rows[1:] = [f"{row.split(',')[0]},{'ab'[i // 3 % 2]},x" for i, row in enumerate(rows[1:])]
    (tmp_path / "train" / "labels.csv").write_text("\n".join(rows))
    status, _, errors = run(
        *("fit", "train", "--labels", "train/labels.csv", "--no-search", "-o", "m.skops")
    )
    assert status == 2
    assert "No model is recommended" in errors
    assert "Choose a model yourself with --model." in errors
    assert not (tmp_path / "m.skops").exists()


def test_several_labels(run, spectra, tmp_path):
    path = tmp_path / "train" / "labels.csv"
    rows = path.read_text().splitlines()
    rows[1:] = [
        row.replace("quartz", "quartz+water").replace(
            "calcite", ("calcite", "calcite;water")[i % 2]
        )
        for i, row in enumerate(rows[1::2] + rows[2::2])
    ]
    path.write_text("\n".join(rows))
    status, text, _ = run("show", "train")
    assert "'calcite;water' is taken as one label; with --multilabel it is several" in text
    arguments = ("train", "--labels", "train/labels.csv", "--multilabel")
    status, text, _ = run("compare", *arguments, "--models", "pooled SVC", "--no-search")
    assert status == 0
    assert "classes: calcite 15, quartz 15, water" in text
    status, text, _ = run("fit", *arguments, "--model", "pooled SVC", "-o", "m.skops")
    assert status == 0
    status, text, _ = run("predict", "m.skops", "train/s0.csv", "train/s1.txt")
    assert text.splitlines()[1].startswith("s0.csv,quartz+water,")


def test_small_classes_can_be_left_out(run, spectra, tmp_path):
    path = tmp_path / "train" / "labels.csv"
    path.write_text(path.read_text().replace("s1.txt,calcite", "s1.txt,opal"))
    arguments = ("compare", "train", "--labels", "train/labels.csv", "--no-search")
    check_error(run(*arguments), "class 'opal' has 1 spectrum", "--min-class 5 leaves it out")
    status, text, _ = run(*arguments, "--min-class", 5, "--models", "raw SVC")
    assert status == 0
    assert "--min-class 5: left out are opal (1); 29 spectra stay" in text


def test_range_and_window(run, spectra):
    status, text, _ = run(
        *("compare", "train", "--labels", "train/labels.csv", "--range", 120, 180),
        *("--window", "4cm-1", "--models", "pooled SVC", "--no-search"),
    )
    assert status == 0
    assert "30 spectra of 101 points" not in text
    assert "30 spectra of 61 points in 30 files, 120 to 180 cm-1" in text
    assert "PooledSVC(pool_size=4)" in text


# On 700 points the smallest default window is a single point.
@pytest.mark.parametrize("n_points", [700, 1000])
def test_windows_are_searched_around_the_given_one(n_points):
    models = comparison.default_models(n_points, search=True, networks=False)
    found = with_window(models, 40, n_points)
    estimator, grid = found["pooled SVC"]
    assert estimator.get_params()["classify__pool_size"] == 40
    assert grid[0]["classify__pool_size"] == [10, 20, 30, 40, 60, 80]
    # Windows of one point pool nothing, and stay.
    assert found["extra trees"][1][0]["pool__pool_size"] == [1]
    comparison.default_pairs(found)
    assert {len(grid) for _, grid in found.values() if grid} == {
        len(grid) for _, grid in models.values() if grid
    }


def test_ctrl_c_keeps_finished_fits(run, spectra, monkeypatch, tmp_path):
    fit, n_fits = GaussianNB.fit, []

    def stop(self, X, y):
        n_fits.append(1)
        if len(n_fits) == 4:
            raise KeyboardInterrupt
        return fit(self, X, y)

    monkeypatch.setattr(GaussianNB, "fit", stop)
    arguments = ("compare", "train", "--labels", "train/labels.csv", "--no-search")
    status, _, errors = run(*arguments)
    assert status == 130
    assert "finished fits are kept in" in errors
    assert errors.endswith("the same command goes on from there\n")
    status, _, errors = run(*arguments)
    assert status == 0
    # 10 splits: the fourth is fitted twice, and the others once.
    assert len(n_fits) == 11


def test_ctrl_c_keeps_finished_predictions(run, spectra, monkeypatch):
    run("fit", "train", "--labels", "train/labels.csv", "--model", "raw SVC", "-o", "m.skops")
    monkeypatch.setattr(_predict, "N_TOGETHER", 4)
    read, n_read = _predict._read, []

    def stop(*arguments):
        n_read.append(1)
        if len(n_read) == 10:
            raise KeyboardInterrupt
        return read(*arguments)

    monkeypatch.setattr(_predict, "_read", stop)
    status, _, errors = run("predict", "m.skops", "train", "-o", "p.csv")
    assert status == 130
    assert errors == "skspectra: interrupted, but 8 predictions are in p.csv\n"
    assert len(read_table("p.csv")) == 8


def test_long_work_says_so(run, spectra, monkeypatch):
    from skspectra._cli import _shared

    monkeypatch.setattr(_predict, "PATIENCE", -1.0)
    monkeypatch.setattr(_shared, "PATIENCE", 0.0)
    labels = ("--labels", "train/labels.csv")
    _, _, errors = run("fit", "train", *labels, "--model", "raw SVC", "-o", "m.skops")
    assert "reading: 0 s" in errors
    assert "fitting raw SVC: 0 s" in errors
    _, _, errors = run("predict", "m.skops", "train", "-o", "p.csv")
    assert "[30/30] 0 s" in errors


def scored(model):
    """Return what is written for two spectra by a model of three classes."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 4)) + 4 * np.eye(3, 4)[np.arange(30) % 3]
    model.fit(X, np.array(["a", "b", "c"])[np.arange(30) % 3])
    file = io.ModelFile(model, classes=["a", "b", "c"])
    return _predict.label_spectra(X[:2], file), model, X[:2]


def test_scores_are_probabilities_where_there_are_any():
    rows, model, X = scored(LogisticRegression())
    expected = np.sort(model.predict_proba(X))
    assert [row[0] for row in rows] == ["a", "b"]
    np.testing.assert_allclose([float(row[1]) for row in rows], expected[:, -1], rtol=1e-3)
    np.testing.assert_allclose([float(row[3]) for row in rows], expected[:, -2], rtol=1e-3)


def test_scores_are_decisions_or_empty_otherwise():
    rows, model, X = scored(PooledSVC(1, 1, normalize="none"))
    expected = np.sort(model.decision_function(X))
    np.testing.assert_allclose([float(row[1]) for row in rows], expected[:, -1], rtol=1e-3)
    from sklearn.multiclass import OutputCodeClassifier

    rows, _, _ = scored(OutputCodeClassifier(GaussianNB(), random_state=0))
    assert [row[1:4] for row in rows] == [("", "", "")] * 2


def write_table(path, n_rows=60, bad=()):
    rows = [f"{'ab'[i % 2]},{i % 2 + i % 3},{'' if i in bad else i % 5},9" for i in range(n_rows)]
    path.write_text("\n".join(["label,10,20,30", *rows]) + "\n")


def test_rows_that_were_to_be_dropped_are_no_error(run, tmp_path):
    write_table(tmp_path / "table.csv", bad=[4])
    arguments = ("table.csv", "--target", "label", "--drop-incomplete", "--unit", "cm-1")
    status, text, errors = run("show", *arguments)
    assert status == 1
    assert "table.csv: 59 spectra of 3 points" in text
    end = "next: skspectra compare table.csv --target label, with the other options as here\n"
    assert text.endswith(end)
    assert "left out: table.csv:line 6: column '20': the cell is empty" in errors
    status, text, errors = run("fit", *arguments, "--model", "raw SVC", "-o", "m.skops")
    assert status == 1
    assert "was fitted on 59 spectra" in text


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("a.csv", "a.csv"),
        ("a:0.xy", "a:0.xy"),
        ("a:0.csv:line 3", "a:0.csv"),
        ("table:line 3", "table"),
        ("a.csv:column 2", "a.csv"),
        ("a.csv:quartz: wet", "a.csv"),
        ("a.wdf:12", "a.wdf"),
    ],
)
def test_files_are_told_from_their_rows(name, file):
    assert _data.file_of(name) == file


def test_dropped_rows_stay_in_the_predictions(run, tmp_path):
    write_table(tmp_path / "table.csv")
    unit = ("--unit", "cm-1")
    run("fit", "table.csv", "--target", "label", *unit, "--model", "raw SVC", "-o", "m.skops")
    write_table(tmp_path / "new.csv", 6, bad=[4])
    arguments = ("predict", "m.skops", "new.csv", "--drop-incomplete", "-o", "p.csv")
    status, _, errors = run(*arguments)
    assert status == 1
    assert "cannot be read: new.csv:line 6: column '20': the cell is empty" in errors
    rows = {row["file"]: row for row in read_table("p.csv")}
    assert len(rows) == 6
    assert rows["new.csv:line 6"]["remark"] == "cannot be read"
    assert [row["label"] for row in rows.values()].count("") == 1


def test_remarks_on_new_files_are_said_once(run, spectra, tmp_path):
    run("fit", "train", "--labels", "train/labels.csv", "--model", "raw SVC", "-o", "m.skops")
    x = np.arange(100, 201)
    for name in ("a.xy", "b.xy"):
        np.savetxt(tmp_path / name, np.column_stack([x, x % 7, 0.1 + x % 3]))
    status, text, errors = run("predict", "m.skops", "a.xy", "b.xy")
    assert status == 0
    assert text.startswith("file,label")
    assert errors.count("a.xy: a third column was taken for standard deviations") == 1
    assert "b.xy" not in errors


def test_unit_and_wavelength_are_those_of_the_model(run, spectra):
    arguments = ("train", "--labels", "train/labels.csv", "--model", "raw SVC", "-o", "m.skops")
    assert run("fit", *arguments, "--wavelength", 1.5406)[0] == 0
    predict = ("predict", "m.skops", "train/s0.csv")
    check_error(run(*predict, "--unit", "deg"), "--unit deg: the model", "in cm-1")
    check_error(run(*predict, "--wavelength", 0.7093), "--wavelength 0.7093: the", "at 1.5406")
    check_error(run(*predict, "--wavelength", "MoKa"), "--wavelength MoKa: the", "at 1.5406")
    check_error(run(*predict, "--wavelength", "CuKx"), "--wavelength CuKx is unknown", "CrKa")
    assert run(*predict, "--wavelength", "CuKa")[0] == 0
    assert run(*predict, "--unit", "1/cm", "--wavelength", 1.5418)[0] == 0


def test_a_wavelength_may_be_the_name_of_a_line(run, spectra):
    for line, shown in (("CuKa", "1.54059"), ("MoKa2", "0.713607"), ("0.7", "0.7")):
        status, text, _ = run("show", "train", "--wavelength", line)
        assert (status, f", wavelength {shown} angstrom\n" in text) == (0, True)
    check_error(run("show", "train", "--wavelength", "-1"), "--wavelength -1.0 must hold positive")


def test_rejected_spectra_have_a_label_without_scores():
    rng = np.random.default_rng(0)
    y = np.array(["a", "b"])[np.arange(60) % 2]
    X = rng.normal(size=(60, 4)) + 4 * np.eye(2, 4)[np.arange(60) % 2]
    model = ConformalClassifier(LogisticRegression(), unknown_label="none", random_state=0)
    model.fit(X, y)
    X = np.vstack([X[:1], [[0.0, 0.0, 50.0, -50.0]]])
    first, second = _predict.label_spectra(X, io.ModelFile(model, classes=["a", "b"]))
    assert first[0] == "a"
    assert float(first[1]) > 0.5
    assert second == ("none", "", "", "", True)


def test_trees_and_neighbors_have_a_score_for_several_labels():
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=(40, 2))
    X = rng.normal(size=(40, 4)) + 4 * np.hstack([y, 1 - y])
    model = KNeighborsClassifier(3).fit(X, y)
    expected = np.stack([proba[:, 1] for proba in model.predict_proba(X)], axis=1)
    for one in (model, ConformalClassifier(model, random_state=0).fit(X, y)):
        rows = _predict.label_spectra(X, io.ModelFile(one, classes=["a", "b"]))
        for row, present, score in zip(rows, model.predict(X), expected, strict=True):
            least = f"{score[present == 1].min():.4g}" if present.any() else ""
            assert row[1:4] == (least, "", "")


def test_the_example_is_measured_files_in_three_dialects(run, tmp_path):
    status, text, _ = run("example", "raman")
    assert status == 0
    assert "71 files and labels.csv were written to raman" in text
    assert "skspectra fit raman --labels raman/labels.csv" in text
    assert {path.suffix for path in (tmp_path / "raman").iterdir()} == {".csv", ".txt", ".xy"}
    spectra = io.read_spectra("raman", labels="raman/labels.csv", group="instrument")
    assert (len(spectra), spectra.unit, len(set(spectra.groups))) == (71, "cm-1", 10)
    from skspectra.datasets import load_raman_calibrants

    data = load_raman_calibrants()
    inside = np.isin(data.x_axis, spectra.x_axis)
    name = next(name for name in spectra.names if "FNMT" in name)
    row = spectra.names.tolist().index(name)
    own = data.X[(data.groups == spectra.groups[row]) & (data.y == spectra.y[row])][:, inside]
    assert abs(own - spectra.X[row]).max(axis=1).min() < 1e-3 * np.ptp(spectra.X[row])


OPTIONS = {"labels": "--labels", "target": "--target", "layout": "--layout", "unit": "--unit"}


def as_arguments(i, case):
    """Return a command for a malformed input; half of them train, the others only look."""
    _, what, options, _ = case
    arguments = [f"{OPTIONS[name]}={value}" for name, value in options.items()]
    command = "compare" if options and i % 2 else "show"
    return [command, what, *arguments]


def test_forty_malformed_inputs_are_one_line_each(run, tmp_path, monkeypatch):
    n_run = 0
    for i, (name, case) in enumerate(CASES.items()):
        if name == "no permission" and os.geteuid() == 0:
            continue
        folder = tmp_path / f"case{i}"
        folder.mkdir()
        for file, content in case[0].items():
            (folder / file).parent.mkdir(exist_ok=True)
            content = content if isinstance(content, bytes) else content.encode()
            (folder / file).write_bytes(content)
        if name == "no permission":
            (folder / "a.xy").chmod(0)
        monkeypatch.chdir(folder)
        before = sorted(folder.rglob("*"))
        status, _, errors = run(*as_arguments(i, case))
        assert status == 2, name
        assert errors.startswith("skspectra: error: "), name
        assert errors.count("\n") == 1, name
        assert not {"layout=", "transmittance="} & set(errors.split()), name
        assert sorted(folder.rglob("*")) == before, name
        n_run += 1
    assert n_run >= 40


def test_malformed_input_loads_nothing_heavy(tmp_path):
    (tmp_path / "a.csv").write_text("label,1,2,3\na,1,2,x\n")
    (tmp_path / "b.csv").write_text("label,1,2,3\na,1,2,3\nb,1,2,3\n")
    write_spectra(tmp_path / "train", 8)
    commands = [
        ["compare", "a.csv", "--target", "label"],
        ["compare", "b.csv", "--target", "label"],
        ["compare", "train", "--labels", "train/labels.csv"],
        ["fit", "a.csv", "--target", "label", "-o", "m.skops"],
        ["predict", "a.csv", "b.csv"],
        ["show", "none.xy"],
        ["show", "train", "-o", "none/a.png"],
    ]
    script = (
        "import sys\nfrom skspectra._cli import main\n"
        f"print(*[main(command) for command in {commands!r}])\n"
        "print(*({'sklearn', 'scipy', 'pandas', 'torch', 'joblib', 'matplotlib', 'skops'}"
        " & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    *_, statuses, loaded = done.stdout.split("\n")[:-1]
    assert statuses == " ".join(["2"] * len(commands)), done.stderr
    assert loaded == ""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal on Windows")
def test_ctrl_c_in_a_terminal(tmp_path):
    write_spectra(tmp_path / "train", 30)
    command = [sys.executable, "-m", "skspectra", "compare", "train"]
    process = subprocess.Popen(
        [*command, "--labels", "train/labels.csv", "--models", "pooled SVC,extra trees"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr:
        if line.startswith("[3/"):
            process.send_signal(signal.SIGINT)
            break
    errors = process.stderr.read()
    process.stdout.close()
    process.stderr.close()
    assert process.wait() == 130
    assert "interrupted, but" in errors
    assert "Traceback" not in errors
    assert len(list((tmp_path / "comparison" / "runs").iterdir())) >= 3


def test_predictions_never_replace_the_model(tmp_path, capsys):
    model = tmp_path / "m.skops"
    model.write_bytes(b"precious")
    (tmp_path / "a.xy").write_text("1 2\n2 3\n3 4\n")
    arguments = ["predict", str(model), str(tmp_path / "a.xy"), "-o", str(model)]
    assert main(arguments) == 2
    assert "this is the model file" in capsys.readouterr().err
    assert model.read_bytes() == b"precious"
