import copy
import errno
import io
import json
import os
import pickle
import re
import runpy
import subprocess
import sys
import textwrap
import warnings
import zipfile
import zlib
from importlib import import_module
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import skspectra
from skspectra import (
    AugmentedClassifier,
    MaxPoolDownsampler,
    PeakShiftAugmenter,
    PooledMLP,
    PooledSVC,
    SpectralCNN,
    _pickling,
)
from skspectra.augmentation import BaseAugmenter
from skspectra.io import ModelFile, _archive, _model_file, _trusted, load, save, trusted_types
from skspectra.preprocessing import IntensityCompressor, SavitzkyGolayFilter, SpectrumNormalizer
from skspectra.uncertainty import ConformalClassifier

HERE = Path(__file__).parent
damage = runpy.run_path(str(HERE / "damage.py"))["damage"]
METHODS = ("predict", "predict_proba", "decision_function", "p_values", "novelty_p_values")
AXIS = np.linspace(10, 90, 120)


def toy():
    """Two peaks at places that any version of NumPy computes alike."""
    y = np.repeat(["calcite", "quartz"], 20)
    X = (np.arange(40 * 120).reshape(40, 120) * 7919 % 1009) / 10090
    X[:20, 30] += 1
    X[20:, 70] += 1
    return X, y


MODELS = {
    "PooledSVC": PooledSVC(),
    "PooledMLP": PooledMLP(
        n_iter_no_change=3, augmenter=PeakShiftAugmenter(2), n_threads=1, random_state=0
    ),
    "SpectralCNN": SpectralCNN(
        "mozaffari", lr=2e-3, n_iter_no_change=3, n_threads=1, random_state=0
    ),
    "AugmentedClassifier": AugmentedClassifier(
        PooledSVC(), PeakShiftAugmenter(2), 2, random_state=0
    ),
    "ours": make_pipeline(
        SpectrumNormalizer("snv"),
        SavitzkyGolayFilter(5),
        MaxPoolDownsampler(6),
        IntensityCompressor(),
        LogisticRegression(),
    ),
    "scikit-learn's": make_pipeline(StandardScaler(), PCA(5), LinearDiscriminantAnalysis()),
    "views": make_pipeline(
        StandardScaler(with_std=False),
        TruncatedSVD(5, random_state=0),
        LinearDiscriminantAnalysis(solver="lsqr"),
    ),
    "conformal": ConformalClassifier(PooledSVC(), random_state=0),
    "trees": ExtraTreesClassifier(5, random_state=0),
    "search": GridSearchCV(PooledSVC(), {"pool_size": [3, 6]}, cv=2),
    "calibrated": CalibratedClassifierCV(PooledSVC(), cv=2),
}


@pytest.fixture(scope="module")
def fitted():
    X, y = toy()
    return {name: clone(model).fit(X, y) for name, model in MODELS.items()}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.skops"


def outputs(model, X):
    return {method: getattr(model, method)(X) for method in METHODS if hasattr(model, method)}


FRESH_PROCESS = """
import sys

events = []
sys.addaudithook(lambda name, _: events.append(name) if name == "pickle.find_class" else None)
import numpy as np
from skspectra.io import load

folder = sys.argv[1]
X = np.load(f"{folder}/X.npy")
for i in range(int(sys.argv[2])):
    model = load(f"{folder}/{i}.skops").model
    methods = sys.argv[3:]
    found = {name: getattr(model, name)(X) for name in methods if hasattr(model, name)}
    np.savez(f"{folder}/{i}.npz", **found)
print(len(events))
"""


def test_the_same_bits_in_a_fresh_process_without_unpickling(fitted, tmp_path):
    X, _ = toy()
    np.save(tmp_path / "X.npy", X)
    for i, model in enumerate(fitted.values()):
        save(model, tmp_path / f"{i}.skops")
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            "-c",
            FRESH_PROCESS,
            str(tmp_path),
            str(len(fitted)),
            *METHODS,
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "0\n"
    for i, model in enumerate(fitted.values()):
        with np.load(tmp_path / f"{i}.npz") as found:
            expected = outputs(model, X)
            assert set(found) == set(expected)
            for name, values in expected.items():
                np.testing.assert_array_equal(found[name], values, strict=True)


def test_multilabel(path):
    X, y = toy()
    Y = np.column_stack([y == "calcite", y == "quartz"]).astype(int)
    model = PooledSVC().fit(X, Y)
    save(model, path, classes=["calcite", "quartz"])
    file = load(path)
    np.testing.assert_array_equal(file.model.predict(X), model.predict(X), strict=True)
    assert file.classes == ["calcite", "quartz"]


class FewSpectra:
    """What `save` reads of skspectra.io.Spectra."""

    X, y = toy()
    x_axis, unit, wavelength, classes = AXIS, "deg", 1.5406, None


def test_what_a_file_holds(fitted, path):
    save(
        fitted["PooledSVC"],
        path,
        spectra=FewSpectra,
        scores={"balanced accuracy": 0.93, "splits": "5 folds"},
        verdict="better than guessing",
    )
    file = load(path)
    np.testing.assert_array_equal(file.x_axis, AXIS, strict=True)
    assert (file.unit, file.wavelength, file.n_training) == ("deg", 1.5406, 40)
    assert file.classes == ["calcite", "quartz"]
    assert file.scores == {"balanced accuracy": 0.93, "splits": "5 folds"}
    assert file.versions["skspectra"] == skspectra.__version__
    assert re.fullmatch("[0-9a-f]{64}", file.training_hash)
    assert repr(file) == "ModelFile: PooledSVC for spectra of 120 points, 2 classes"
    assert str(file).splitlines()[:9] == [
        "model:         PooledSVC()",
        "axis:          120 points, 10 to 90 deg",
        "wavelength:    1.5406 angstrom",
        "classes:       calcite, quartz",
        "trained on:    40 spectra",
        f"their SHA-256: {file.training_hash}",
        "novelty:       it cannot tell what is unlike its training spectra",
        "scores:        balanced accuracy 0.930, splits 5 folds",
        "verdict:       better than guessing",
    ]
    assert str(file).splitlines()[9].startswith("written with:  skspectra ")


def test_the_hash_knows_the_spectra_and_not_their_order_in_memory(fitted, path):
    def hash_of(**changes):
        spectra = type("Spectra", (FewSpectra,), changes)
        save(fitted["PooledSVC"], path, spectra=spectra)
        return load(path).training_hash

    X, y = toy()
    assert hash_of() == hash_of(X=np.asfortranarray(X))
    changed = X.copy()
    changed[3, 4] += 1e-9
    # Labels of a frame are objects; what counts is what they say, not where they lie.
    assert hash_of() == hash_of(y=np.array([str(label) for label in y], dtype=object))
    mixed = [hash_of(y=np.array([None, *("".join(["a", "b"]) for _ in y[1:])])) for _ in "ab"]
    assert mixed[0] == mixed[1]
    hashes = {hash_of(), hash_of(X=changed), hash_of(y=y[::-1]), hash_of(x_axis=AXIS + 1)}
    assert len(hashes) == 4


def test_a_model_without_more(fitted, path):
    save(fitted["PooledSVC"], path)
    file = load(path)
    assert (file.x_axis, file.unit, file.n_training, file.training_hash) == (None, None, None, "")
    assert "axis:          not known" in str(file)
    assert isinstance(file, ModelFile)
    with pytest.raises(ValueError, match="unit='furlong' is not known"):
        save(fitted["PooledSVC"], path, unit="furlong")


def double(X):
    return 2 * X


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (make_pipeline(FunctionTransformer(double), PooledSVC()), "double"),
        (make_pipeline(FunctionTransformer(lambda X: X), PooledSVC()), "<lambda>"),
        (SpectralCNN(lambda *a, **k: [], max_epochs=1), "not fitted"),
        (HistGradientBoostingClassifier(max_iter=1), "TreePredictor"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_the_reason(model, words, path):
    if not isinstance(model, SpectralCNN):
        model = clone(model).fit(*toy())
    with pytest.raises(ValueError, match=words):
        save(model, path)
    assert not path.exists()


def test_an_architecture_of_ones_own_is_refused(fitted, path):
    model = clone(fitted["SpectralCNN"])
    vars(model).update(vars(fitted["SpectralCNN"]), architecture=double)
    with pytest.raises(ValueError, match=r"double, which is not on the list.*joblib can store"):
        save(model, path)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"x_axis": AXIS[:-1]}, r"shape \(119,\) for spectra of 120 points"),
        ({"x_axis": AXIS[::-1]}, "ascending"),
        ({"x_axis": [*AXIS[:-1], np.nan]}, "finite"),
        ({"scores": {"a": double}}, "numbers and texts only"),
    ],
)
def test_what_does_not_fit(fitted, path, more, words):
    with pytest.raises(ValueError, match=words):
        save(fitted["PooledSVC"], path, **more)
    assert not path.exists()


def test_an_unfitted_model(path):
    with pytest.raises(NotFittedError):
        save(PooledSVC(), path)


def test_a_full_disk_leaves_the_old_file(fitted, path, monkeypatch):
    save(fitted["PooledSVC"], path)
    before = path.read_bytes()

    def fail(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        save(fitted["trees"], path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit on Windows")
def test_a_write_that_stops_half_way_leaves_the_old_file(fitted, path):
    save(fitted["PooledSVC"], path)
    before = path.read_bytes()
    script = """
    import resource, signal, sys
    import numpy as np
    from skspectra.io import load, save

    model = load(sys.argv[1]).model
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
    try:
        save(model, sys.argv[1], unit="nm")
    except OSError as error:
        print(error.strerror)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "File too large\n"
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.fixture(scope="module")
def content(fitted, tmp_path_factory):
    path = tmp_path_factory.mktemp("content") / "model.skops"
    save(fitted["ours"], path, x_axis=AXIS)
    return path.read_bytes()


@pytest.mark.parametrize("seed", range(100))
def test_a_damaged_file_is_an_error_before_it_is_opened(content, path, seed, monkeypatch):
    damaged, _ = damage(content, np.random.default_rng(seed))
    path.write_bytes(damaged)
    monkeypatch.setattr(_model_file, "import_skops", lambda: pytest.fail("skops was reached"))
    words = "not a model file|the file is damaged|the archive has"
    with pytest.raises(ValueError, match=rf"model\.skops: ({words})"):
        load(path)


def reseal(archive):
    return b"skspectra-model %d %s\n" % (len(archive), _archive.checksum(archive)) + archive


@pytest.mark.parametrize("seed", range(30))
def test_damage_with_a_checksum_that_fits_runs_no_code(content, path, seed):
    archive = content.partition(b"\n")[2]
    damaged, way = damage(archive, np.random.default_rng(seed))
    path.write_bytes(reseal(damaged))
    if way == "lengthen":
        return
    with pytest.raises(ValueError, match=r"model\.skops: not a model file that can be read"):
        load(path)


def test_a_type_that_is_not_on_the_list(content, path):
    archive = content.partition(b"\n")[2]
    # A name of equal length, so that the archive's sizes and offsets stay as they are.
    name = b"_spectrum_normalizer"
    changed = archive.replace(name, name[::-1])
    with zipfile.ZipFile(io.BytesIO(archive)) as old:
        crc = old.getinfo("schema.json").CRC
        schema = old.read("schema.json")
    new = zlib.crc32(schema.replace(name, name[::-1]))
    changed = changed.replace(crc.to_bytes(4, "little"), new.to_bytes(4, "little"))
    path.write_bytes(reseal(changed))
    with pytest.raises(ValueError, match="rezilamron_murtceps_"):
        load(path)


def test_an_array_that_says_it_is_huge(content, path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content.partition(b"\n")[2])) as old:
        members = {name: old.read(name) for name in old.namelist()}
    name = next(name for name in members if name.endswith(".npy"))
    shape = re.search(rb"'shape': \((\d+),", members[name])[1]
    members[name] = members[name].replace(b"(%s," % shape, b"(%s," % (b"9" * len(shape)))
    with zipfile.ZipFile(buffer, "w") as new:
        for member, text in members.items():
            new.writestr(member, text)
    path.write_bytes(reseal(buffer.getvalue()))
    with pytest.raises(ValueError, match="another size than it says"):
        load(path)


def test_parts_that_overlap(content, path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("schema.json", "{}" * 1000)
        for i in range(99):
            # The directory names the same bytes again and again.
            again = copy.copy(file.filelist[0])
            again.filename = f"{i}.json"
            file.filelist.append(again)
    path.write_bytes(reseal(buffer.getvalue()))
    with pytest.raises(ValueError, match="parts are larger than the file"):
        load(path)


def test_trees_are_checked(fitted, path, monkeypatch):
    save(fitted["trees"], path)
    monkeypatch.setattr(_trusted, "_check_tree", lambda tree: [].index(tree))
    with pytest.raises(ValueError, match="is not in list"):
        load(path)


def test_a_tree_that_points_nowhere(fitted, path):
    save(fitted["trees"], path)
    model = load(path).model
    _trusted.check_trees(model)
    for field, value in (("right_child", 10**6), ("left_child", 0), ("feature", 120)):
        tree = load(path).model.estimators_[2].tree_
        state = tree.__getstate__()
        state["nodes"] = state["nodes"].copy()
        state["nodes"][field][0] = value
        tree.__setstate__(state)
        with pytest.raises(ValueError, match="a decision tree is damaged"):
            _trusted.check_trees({"model": [tree]})


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.skops")
    with pytest.raises(IsADirectoryError):
        load(tmp_path)
    (tmp_path / "text.skops").write_text("2theta,intensity\n")
    with pytest.raises(ValueError, match=r"text\.skops: not a model file of skspectra"):
        load(tmp_path / "text.skops")


def test_a_later_format_is_named(content, path, fitted, monkeypatch):
    monkeypatch.setattr(_model_file, "_FORMAT", 2)
    save(fitted["ours"], path)
    monkeypatch.setattr(_model_file, "_FORMAT", 1)
    with pytest.raises(ValueError, match="a later version wrote it"):
        load(path)


def test_without_skops(fitted, path, monkeypatch):
    monkeypatch.setitem(sys.modules, "skops", None)
    monkeypatch.setitem(sys.modules, "skops.io", None)
    with pytest.raises(ImportError, match=r'pip install "skspectra\[files\]"'):
        save(fitted["ours"], path)


def estimators():
    for room in skspectra._ROOMS:
        module = import_module(f"skspectra.{room}")
        for name in module.__all__:
            thing = getattr(module, name)
            if isinstance(thing, type) and issubclass(thing, BaseEstimator):
                yield thing


CONCRETE = sorted({*estimators()} - {BaseAugmenter}, key=lambda cls: cls.__name__)


def test_every_public_estimator_is_on_the_list():
    assert {f"{cls.__module__}.{cls.__name__}" for cls in CONCRETE} <= set(trusted_types())


@pytest.mark.parametrize("name", trusted_types())
def test_every_name_on_the_list_exists(name):
    module, _, attribute = name.rpartition(".")
    assert callable(getattr(import_module(module), attribute))


@pytest.mark.parametrize("file", sorted(HERE.glob("models/*.skops")), ids=lambda path: path.name)
def test_files_of_older_versions_stay_readable(file):
    """Each was written by its version, see models/write.py."""
    X, y = toy()
    with warnings.catch_warnings():
        # It may have been written with another version of scikit-learn.
        warnings.simplefilter("ignore")
        found = load(file)
        assert found.model.predict(X).tolist() == y.tolist()
    np.testing.assert_array_equal(found.x_axis, AXIS)
    assert (found.unit, found.classes) == ("deg", ["calcite", "quartz"])
    assert file.name.startswith(found.versions["skspectra"])


def test_a_file_of_this_version_is_kept():
    assert list(HERE.glob(f"models/{skspectra.__version__}-*.skops"))


@pytest.mark.parametrize("cls", CONCRETE, ids=lambda cls: cls.__name__)
def test_pickles_of_every_estimator_know_their_version(cls):
    model = cls.__new__(cls)
    state = model.__getstate__()
    assert state["_skspectra_version"] == skspectra.__version__
    model.__setstate__(state)
    assert "_skspectra_version" not in vars(model)
    with pytest.warns(UserWarning, match=f"{cls.__name__} was pickled with skspectra 0.0.1"):
        model.__setstate__({"_skspectra_version": "0.0.1"})
    with pytest.warns(UserWarning, match="with skspectra an unknown version"):
        model.__setstate__({})


def test_pickle_and_joblib_warn_of_another_version(fitted, tmp_path, monkeypatch):
    model = fitted["PooledSVC"]
    monkeypatch.setattr(_pickling, "__version__", "0.0.1")
    pickled = pickle.dumps(model)
    joblib.dump(model, tmp_path / "model.joblib")
    save(model, tmp_path / "model.skops")
    monkeypatch.undo()
    for read, source in [(pickle.loads, pickled), (joblib.load, tmp_path / "model.joblib")]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            read(source)
        words = "PooledSVC was pickled with skspectra 0.0.1 and is used with "
        assert any(str(warning.message).startswith(words) for warning in caught)
    # A model file of another version is read without a warning: it stays readable.
    load(tmp_path / "model.skops")


def test_about_is_plain_text_in_the_file(content):
    assert b'"x_axis": [10.0, ' in content
    archive = content.partition(b"\n")[2]
    assert json.loads(_archive.check_archive(archive)["about.json"])["format"] == 1
