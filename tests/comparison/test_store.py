import os
import subprocess
import sys
import time
from functools import partial

import numpy as np
import pytest
import sklearn
from sklearn.dummy import DummyClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from skspectra import AugmentedClassifier, PeakShiftAugmenter, PooledSVC
from skspectra.comparison import compare, default_models
from skspectra.comparison._plan import make_plan
from skspectra.comparison._store import NotRemembered, Store, describe
from skspectra.preprocessing import normalize

N_FITS = 20


@pytest.fixture(scope="module")
def blobs():
    rng = np.random.default_rng(0)
    y = np.tile(["a", "b"], 20)
    return rng.normal(0, 1, (40, 8)) + (y == "a")[:, None], y


@pytest.fixture
def fits(monkeypatch):
    """The numbers of training spectra of all fits of naive Bayes and of 1-NN's like."""
    seen = []
    for kind in (GaussianNB, DummyClassifier):
        original = kind.fit

        def fit(self, X, y, original=original, **options):
            seen.append(type(self).__name__)
            return original(self, X, y, **options)

        monkeypatch.setattr(kind, "fit", fit)
    return seen


def models():
    return {"Bayes": GaussianNB(), "guess": DummyClassifier(random_state=0)}


def same(a, b):
    assert a.models == b.models
    for name in a.predicted:
        np.testing.assert_array_equal(a.predicted[name], b.predicted[name])


def test_nothing_is_fitted_twice(blobs, fits, tmp_path):
    first = compare(*blobs, models(), results=tmp_path / "new")
    assert len(fits) == N_FITS
    again = compare(*blobs, models(), results=tmp_path / "new")
    assert len(fits) == N_FITS
    same(first, again)
    assert len(list((tmp_path / "new").iterdir())) == N_FITS
    assert all(path.stat().st_size < 5000 for path in (tmp_path / "new").iterdir())


def test_other_options_need_no_fit(blobs, fits, tmp_path):
    compare(*blobs, models(), results=tmp_path)
    lines = []
    compare(
        *blobs,
        models() | {"more": GaussianNB(var_smoothing=1e-3)},
        results=tmp_path,
        margin=0.1,
        pairs=[("guess", "Bayes")],
        progress=lines.append,
    )
    assert fits[N_FITS:] == 10 * ["GaussianNB"]
    lines = lines[-11:]
    assert lines[0] == f"20 of 30 fits are taken from {tmp_path}"
    assert lines[1].startswith("[21/30] split 1/10, more")
    compare(*blobs, {"another name": GaussianNB()}, results=tmp_path)
    assert len(fits) == N_FITS + 10


@pytest.mark.parametrize(
    ("change", "n_again"),
    [
        ({}, 0),
        ({"X": 1e-9}, 20),
        ({"y": 1}, 20),
        ({"groups": np.arange(40) // 2}, 20),
        ({"max_shift": 2}, 20),
        ({"random_state": 1}, 10),
        ({"random_state": 2}, 20),
        ({"n_repeats": 3}, 10),
        ({"n_repeats": 1}, 0),
        ({"holdout": True}, 2),
        ({"models": {"Bayes": GaussianNB(var_smoothing=1e-3)}}, 10),
        ({"models": {"Bayes": GaussianNB(priors=[0.5, 0.5])}}, 10),
        ({"models": {"guess": DummyClassifier(random_state=1)}}, 10),
    ],
)
def test_what_a_run_depends_on(blobs, fits, tmp_path, change, n_again):
    X, y = blobs
    compare(X, y, models(), results=tmp_path)
    X = X + change.pop("X", 0) * np.eye(*X.shape)
    if change.pop("y", 0):
        y = np.concatenate([y[1::-1], y[2:]])
    if change.pop("holdout", False):
        change["holdout"] = X[:4], y[:4]
    compare(**{"X": X, "y": y, "models": models(), "results": tmp_path} | change)
    assert len(fits) == N_FITS + n_again


@pytest.mark.parametrize("what", ["y", "groups"])
def test_labels_and_groups_count_where_splits_are_given(blobs, fits, tmp_path, what):
    X, y = blobs
    given = {"X": X, "y": y, "models": models(), "groups": np.arange(40) // 4}
    given |= {"cv": [(np.arange(20), np.arange(20, 40))], "results": tmp_path}
    compare(**given)
    given[what] = np.concatenate([given[what][1::-1], given[what][2:]])
    if what == "groups":
        given[what] = np.arange(40) // 5 // 2
    compare(**given)
    assert len(fits) == 4


def test_versions(blobs, fits, tmp_path, monkeypatch):
    compare(*blobs, models(), results=tmp_path)
    monkeypatch.setattr("skspectra.__version__", "99")
    compare(*blobs, models(), results=tmp_path)
    assert len(fits) == 2 * N_FITS


def test_version_of_the_package_of_a_class(blobs, fits, tmp_path, monkeypatch):
    assert describe(GaussianNB)[1] == (
        f"sklearn.naive_bayes.GaussianNB scikit-learn {sklearn.__version__}"
    )
    assert describe(PooledSVC)[1] == f"{PooledSVC.__module__}.PooledSVC"
    compare(*blobs, models(), results=tmp_path)
    monkeypatch.setattr("skspectra.comparison._store._version_of_package", lambda module: "99")
    compare(*blobs, models(), results=tmp_path)
    assert len(fits) == 2 * N_FITS


def test_searches_and_rejections_come_back(blobs, tmp_path):
    grid = {"augmenter": [PeakShiftAugmenter(0), PeakShiftAugmenter(1)]}
    model = AugmentedClassifier(SVC(random_state=0), PeakShiftAugmenter(1), random_state=0)
    holdout = blobs[0][:3], blobs[1][:3]
    arguments = {"models": {"SVC": (model, grid)}, "holdout": holdout, "results": tmp_path}
    augmenters = PeakShiftAugmenter(1, random_state=0), PeakShiftAugmenter(2, random_state=0)
    model.set_params(augmenter=augmenters[0])
    grid["augmenter"] = list(augmenters)
    first, second = (compare(*blobs, **arguments) for _ in range(2))
    assert first.models[0].parameters[0]["augmenter"] in augmenters
    same(first, second)


def test_multilabel_comes_back(blobs, fits, tmp_path):
    Y = np.stack([np.arange(40) % 2, np.arange(40) % 3 == 0], axis=1).astype(int)
    first, second = (
        compare(blobs[0], Y, {"guess": DummyClassifier(random_state=0)}, results=tmp_path)
        for _ in range(2)
    )
    assert len(fits) == 10
    np.testing.assert_array_equal(first.predicted["guess"], second.predicted["guess"])
    assert first.pairs == second.pairs


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 nonsense", "cut", "flip", "other shape"])
def test_a_damaged_file_is_fitted_again(blobs, fits, tmp_path, damage):
    expected = compare(*blobs, models(), results=tmp_path)
    path = sorted(tmp_path.iterdir())[3]
    content = path.read_bytes()
    if damage == "cut":
        damage = content[: len(content) // 2]
    elif damage == "flip":
        middle = len(content) // 3
        damage = content[:middle] + bytes(255 - b for b in content[middle:][:20])
        damage += content[len(damage) :]
    elif damage == "other shape":
        with np.load(path) as arrays:
            parts = dict(arrays)
        parts["predicted"] = parts["predicted"][:, :, 1:]
        np.savez_compressed(path, **parts)
        damage = path.read_bytes()
    path.write_bytes(damage)
    again = compare(*blobs, models(), results=tmp_path)
    assert len(fits) == N_FITS + 1
    for name in expected.predicted:
        np.testing.assert_array_equal(expected.predicted[name], again.predicted[name])
    compare(*blobs, models(), results=tmp_path)
    assert len(fits) == N_FITS + 1


class Local(GaussianNB):
    """A class that may be edited between two runs."""


def local(X):
    return X


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (DummyClassifier(), "random_state=None draws anew"),
        (make_pipeline(StandardScaler(), DummyClassifier()), "dummyclassifier__random_state=None"),
        (DummyClassifier(random_state=np.random.RandomState(0)), "RandomState"),
        (make_pipeline(FunctionTransformer(lambda X: X), GaussianNB()), "<lambda>"),
        (make_pipeline(FunctionTransformer(local), GaussianNB()), "may have been edited"),
        (make_pipeline(FunctionTransformer(partial(local)), GaussianNB()), "may have been edited"),
        (Local(), "may have been edited"),
        (FrozenEstimator(GaussianNB()), "cannot be compared"),
        (make_pipeline(FunctionTransformer(np.eye(2).dot), GaussianNB()), "no name to know it by"),
    ],
)
def test_what_is_never_remembered(model, reason):
    with pytest.raises(NotRemembered, match=reason):
        describe(model)


@pytest.mark.parametrize("options", [{}, {"search": True, "full": True}, {"multilabel": True}])
def test_all_default_models_are_remembered(options):
    for model in default_models(100, **options).values():
        assert describe(model)


def test_the_settings_say_what_is_fitted_again(blobs, fits, tmp_path):
    given = {"Bayes": GaussianNB(), "guess": DummyClassifier()}
    for _ in range(2):
        result = compare(*blobs, given, results=tmp_path)
    assert fits.count("GaussianNB") == 10
    assert fits.count("DummyClassifier") == 20
    assert result.settings["fitted again each time"] == (
        "guess (random_state=None draws anew in each fit; give it a number)"
    )


def test_descriptions_differ_where_behaviour_does():
    values = [
        *(None, True, 1, 1.0, "1", np.float32(1), [1], (1,), {"a": 1}, {"a": 2}, max, min),
        *(np.ones(2), np.zeros(2), np.ones((2, 1)), np.ones(2, dtype=int), np.sqrt, normalize),
        *(partial(normalize, norm="max"), partial(normalize, norm="snv"), SVC, PooledSVC),
        *(PooledSVC(), PooledSVC(C=2), make_pipeline(PooledSVC()), LogisticRegression),
        make_pipeline(FunctionTransformer(normalize), GaussianNB()),
        make_pipeline(FunctionTransformer(normalize, kw_args={"norm": "snv"}), GaussianNB()),
    ]
    described = [repr(describe(value)) for value in values]
    assert len(set(described)) == len(values)
    assert described == [repr(describe(value)) for value in values]


def test_the_data_are_read_in_parts(blobs, tmp_path):
    X = np.ascontiguousarray(np.repeat(blobs[0], 2, axis=1)[:, ::2])
    views = X, np.repeat(X, 2, axis=1)[:, ::2], np.asfortranarray(X)
    keys = {Store(tmp_path, make_plan(X, blobs[1], models())).path("Bayes", 0) for X in views}
    assert len(keys) == 1


def test_the_folder_cannot_be_made(blobs, fits, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        compare(*blobs, models(), results=tmp_path / "file")
    assert fits == []


SLOW = """
import sys, time
import numpy as np
from sklearn.naive_bayes import GaussianNB
from skspectra.comparison import compare, default_models

original = GaussianNB.fit
def fit(self, X, y):
    time.sleep(0.1)
    print("fit", flush=True)
    return original(self, X, y)
GaussianNB.fit = fit
y = np.arange(40) % 2
X = np.random.default_rng(0).normal(y[:, None], 1, (40, 5))
result = compare(X, y, {"Bayes": GaussianNB()}, results=sys.argv[1])
print(result.models[0].accuracy)
"""


def test_killed_and_started_again(tmp_path):
    command = [sys.executable, "-c", SLOW, str(tmp_path / "runs")]
    whole = subprocess.run(
        [*command[:-1], str(tmp_path / "other")], capture_output=True, text=True
    )
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    while len(list((tmp_path / "runs").glob("*.npz"))) < 4 if process.poll() is None else False:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    n_kept = len(list((tmp_path / "runs").glob("*.npz")))
    assert 4 <= n_kept < 10
    again = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ))
    assert again.stdout.count("fit") == 10 - n_kept
    assert again.stdout.split()[-1] == whole.stdout.split()[-1]
