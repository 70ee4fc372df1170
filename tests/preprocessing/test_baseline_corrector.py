import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from pybaselines import Baseline
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
from sklearn.utils._param_validation import InvalidParameterError

from skspectra.preprocessing import BaselineCorrector

POINTS = np.arange(200)


def peaks_on_a_curve(n_samples=4):
    """Peaks at 60 and 140, on parabolas of different heights, and the peaks alone."""
    rng = np.random.default_rng(0)
    peaks = sum(np.exp(-(((POINTS - c) / 3) ** 2)) for c in (60, 140))
    heights = rng.uniform(1, 3, (n_samples, 1))
    background = heights * (1 + (POINTS / 200 - 0.4) ** 2)
    return peaks + background + rng.normal(0, 0.01, (n_samples, 200)), peaks


X, PEAKS = peaks_on_a_curve()


@pytest.mark.parametrize("method", ["arpls", "asls", "snip", "imodpoly"])
def test_what_is_left_is_the_peaks(method):
    parameters = {
        "arpls": {"lam": 1e4},
        "asls": {"lam": 1e4, "p": 1e-2},
        "snip": {"max_half_window": 15},
        "imodpoly": None,
    }
    corrected = BaselineCorrector(method, parameters[method]).fit_transform(X)
    assert np.abs(corrected - PEAKS).max() < 0.15
    assert np.abs(corrected[:, [60, 140]] - 1).max() < 0.1


def test_it_is_the_method_of_pybaselines():
    corrected = BaselineCorrector("airpls", {"lam": 1e4}).fit_transform(X)
    for row, result in zip(X, corrected, strict=True):
        np.testing.assert_allclose(result, row - Baseline().airpls(row, lam=1e4)[0], atol=1e-12)


def test_each_spectrum_on_its_own():
    together = BaselineCorrector().fit_transform(X)
    np.testing.assert_array_equal(BaselineCorrector().fit(X).transform(X[2:3]), together[2:3])


def test_computed_in_float64_and_given_back_in_float32():
    spectra = X.astype(np.float32)
    before = spectra.copy()
    result = BaselineCorrector().fit_transform(spectra)
    expected = BaselineCorrector().fit_transform(spectra.astype(np.float64))
    np.testing.assert_array_equal(result, expected.astype(np.float32), strict=True)
    np.testing.assert_array_equal(spectra, before)


@pytest.mark.parametrize(
    "method", ["arpls", "asls", "snip", "fabc", "std_distribution", "dietrich"]
)
@pytest.mark.parametrize("level", [0, 3, -2, 1e-300])
def test_a_constant_spectrum_is_all_baseline(method, level):
    """Warnings are errors here: pybaselines divides by zero, or says that `lam` is too low."""
    spectra = np.full((2, 200), float(level))
    assert not BaselineCorrector(method).fit_transform(spectra).any()


@pytest.mark.parametrize("n_points", [1, 2, 5, 9])
def test_few_points_are_left_as_they_are(n_points):
    np.testing.assert_array_equal(
        BaselineCorrector().fit_transform(X[:, :n_points]), X[:, :n_points]
    )


def test_names_are_kept():
    frame = pd.DataFrame(X, columns=[str(place) for place in POINTS])
    model = BaselineCorrector().set_output(transform="pandas").fit(frame)
    assert model.transform(frame).columns.tolist() == frame.columns.tolist()


def test_parameters_are_searchable():
    spectra, _ = peaks_on_a_curve(12)
    y = np.repeat([0, 1], 6)
    spectra[y == 1] += 0.3 * np.exp(-(((POINTS - 100) / 3) ** 2))
    model = Pipeline([("baseline", BaselineCorrector()), ("svc", SVC())])
    grid = {"baseline__parameters": [None, {"lam": 1e3}, {"lam": 1e7}]}
    search = GridSearchCV(model, grid, cv=3).fit(spectra, y)
    assert search.best_params_["baseline__parameters"] in grid["baseline__parameters"]


@pytest.mark.parametrize("n_points", [3, 200])
@pytest.mark.parametrize(
    ("method", "parameters", "message"),
    [
        ("arpl", None, r"method='arpl' is not .*similar names: 'arpls', .*https://pybaselines"),
        ("qqqq", None, r"method='qqqq' is not a method of pybaselines for .*spectra; all methods"),
        # It corrects all spectra by one baseline.
        ("collab_pls", None, "method='collab_pls' is not a method of pybaselines for single"),
        ("_override_x", None, "method='_override_x' is not a method"),
        ("banded_solver", None, "method='banded_solver' is not a method"),
        ("arpls", {"lamb": 1}, "'lamb'.*; the method takes lam, diff_order, max_iter, tol, weig"),
        ("arpls", {"data": 1}, "multiple values for argument 'data'"),
    ],
)
def test_unknown_methods_and_parameters(method, parameters, message, n_points):
    with pytest.raises(ValueError, match=message):
        BaselineCorrector(method, parameters).fit(X[:, :n_points])


@pytest.mark.parametrize(("name", "value"), [("method", 3), ("method", None), ("parameters", 1e5)])
def test_invalid_parameters(name, value):
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter of BaselineCorr"):
        BaselineCorrector(**{name: value}).fit(X)


def test_errors_of_the_method_name_the_row():
    model = BaselineCorrector("arpls", {"lam": -1.0}).fit(X)
    with pytest.raises(ValueError, match="lam") as raised:
        model.transform(np.vstack([np.ones(200), X]))
    assert raised.value.__notes__ == ["This is method='arpls' on row 1 of X."]


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore:almost all baseline points")
def test_a_baseline_that_is_not_finite_is_an_error():
    model = BaselineCorrector().fit(X)
    with pytest.raises(ValueError, match="baseline is not finite") as raised:
        model.transform(X * [[1], [1e300], [1], [1]])
    assert "row 1" in raised.value.__notes__[0]


def test_without_pybaselines(monkeypatch):
    fitted = BaselineCorrector().fit(X)
    monkeypatch.setitem(sys.modules, "pybaselines", None)
    for call in (BaselineCorrector().fit, fitted.transform):
        with pytest.raises(ImportError, match=r'pip install "skspectra\[baseline\]"'):
            call(X)


def test_importing_the_room_does_not_load_pybaselines():
    script = "import sys, skspectra.preprocessing; print('pybaselines' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False"]
