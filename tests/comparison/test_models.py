import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import Pipeline

from skspectra import PooledSVC
from skspectra.comparison import default_models, default_pairs
from skspectra.comparison._model_result import model_family
from skspectra.comparison._models import (
    CHEMOMETRIC,
    COST_ORDER,
    LINEAR_SVM,
    MAJORITY,
    NEIGHBOR,
    PCA_LDA,
    PLS_DA,
    POOLED_LR,
    POOLED_MLP,
    POOLED_SVC,
    RAW_LR,
    RAW_SVC,
    RIDGE,
    SHIFT_NN,
    SHIFTED_SVC,
    TREES,
)
from skspectra.comparison._table import derivative_windows, window_sizes


def peaks(n_points=200):
    rng = np.random.default_rng(0)
    y = np.repeat(["a", "b"], 30)
    centre = np.repeat([0.3 * n_points, 0.7 * n_points], 30) + rng.integers(-2, 3, 60)
    return 100 * np.exp(-(((np.arange(n_points) - centre[:, None]) / 4) ** 2)), y


@pytest.mark.parametrize("n_points", [20, 448, 5000])
@pytest.mark.parametrize("multilabel", [False, True])
def test_every_searched_model_has_twelve_different_candidates(n_points, multilabel):
    models = default_models(n_points, search=True, full=True, multilabel=multilabel)
    assert list(models) == COST_ORDER
    assert models[MAJORITY][1] is None
    for name, (model, grid) in models.items():
        if name != MAJORITY:
            candidates = [str(parameters) for parameters in ParameterGrid(grid)]
            assert len(candidates) == 12, name
            assert len(set(candidates)) >= (12 if n_points > 20 else 8), name
        for parameters in ParameterGrid(grid or {}):
            clone(model).set_params(**parameters)


def test_families():
    families = {name: model_family(model) for name, model in default_models(100).items()}
    assert families[MAJORITY] == "baseline"
    assert {name for name, family in families.items() if family == "raw"} == {
        *CHEMOMETRIC,
        RAW_LR,
        RAW_SVC,
    }
    assert {name for name, family in families.items() if family == "net"} == {POOLED_MLP}
    assert {name for name, family in families.items() if family == "pooled"} == {
        *(NEIGHBOR, TREES, POOLED_SVC, POOLED_LR, SHIFTED_SVC),
    }


@pytest.mark.parametrize("full", [False, True])
def test_pairs_are_few_and_different(full):
    models = default_models(100, full=full)
    pairs = default_pairs(models)
    assert len(pairs) == (15 if full else 7)
    assert len({frozenset(pair) for pair in pairs}) == len(pairs)
    assert {(POOLED_SVC, RAW_SVC), (POOLED_SVC, RIDGE), (SHIFTED_SVC, POOLED_MLP)} <= set(pairs)
    classical = default_models(100, networks=False)
    assert set(classical) == set(default_models(100)) - {POOLED_MLP}
    assert len(default_pairs(classical)) == 3


@pytest.mark.parametrize("norm", ["max", "area", "snv", "none"])
def test_classical_models_learn_whatever_the_normalisation(norm):
    X, y = peaks()
    for name, model in default_models(200, normalize=norm, networks=False).items():
        if name != MAJORITY:
            assert model.fit(X, y).score(X, y) == 1, name


def test_multilabel_models_predict_matrices():
    X, y = peaks()
    labels = np.column_stack([y == "a", y == "b", np.arange(60) % 2])
    models = default_models(200, networks=False, multilabel=True, search=True)
    for name, (model, grid) in models.items():
        first = next(iter(ParameterGrid(grid or {})))
        predicted = clone(model).set_params(**first).fit(X, labels.astype(int)).predict(X)
        assert predicted.shape == (60, 3), name
        if name not in (MAJORITY, SHIFT_NN):
            assert (predicted[:, :2] == labels[:, :2]).mean() > 0.9, name


def test_derivatives_and_baselines_are_what_the_names_say():
    grids = {name: grid for name, (_, grid) in default_models(1000, search=True).items()}
    for name in CHEMOMETRIC:
        assert {g for part in grids[name] for g in part["derive__deriv"]} == {0, 1, 2}
    for name in (RIDGE, LINEAR_SVM, RAW_SVC, NEIGHBOR, SHIFT_NN, POOLED_SVC):
        assert any("baseline" in part for part in grids[name]), name


def test_windows_of_derivatives_follow_the_band_width_in_axis_units():
    x_axis = np.linspace(400, 1800, 701)
    models = default_models(701, x_axis=x_axis, band_width=42.0, search=True)
    windows = {w for part in models[RIDGE][1] for w in part["derive__window_length"]}
    assert windows == {11, 21, 41}
    in_points = default_models(701, band_width=21.0, search=True)
    assert {w for part in in_points[RIDGE][1] for w in part["derive__window_length"]} == windows
    assert models[RIDGE][0]["derive"].window_length == 21


@pytest.mark.parametrize(
    ("width", "windows"), [(3, [5, 7, 9]), (15, [7, 15, 29]), (35, [17, 35, 69])]
)
def test_derivative_windows(width, windows):
    assert derivative_windows(width) == windows


@pytest.mark.parametrize(
    ("n_points", "sizes"),
    [(20, [1, 2, 3, 4, 5, 6]), (1000, [2, 5, 10, 20, 40, 80]), (3, [1, 2, 3, 3, 3, 3])],
)
def test_windows_of_pools(n_points, sizes):
    assert window_sizes(n_points) == sizes


def test_components_are_capped_by_the_spectra():
    X, y = peaks()
    rows = [0, 1, 2, 30, 31, 32]
    for name in (PCA_LDA, PLS_DA):
        model, grid = default_models(200, search=True, networks=False)[name]
        for parameters in ParameterGrid(grid):
            fitted = clone(model).set_params(**parameters).fit(X[rows], y[rows])
            assert fitted.score(X[rows], y[rows]) >= 0.5, parameters


def test_settings_that_the_figures_were_measured_with():
    models = default_models(5000)
    assert models[SHIFTED_SVC].n_copies == 10
    raw = models[RAW_SVC][-1]
    assert (raw.pool_size, raw.stride, raw.compression, raw.C) == (1, 1, "none", 100)
    assert models[POOLED_LR][-1].C == 100
    assert models[RAW_LR][-1].tol == models[POOLED_LR][-1].tol == 1e-4
    assert isinstance(models[POOLED_SVC], Pipeline)
    assert isinstance(models[POOLED_SVC][-1], PooledSVC)
    assert models[RIDGE]["derive"].window_length == 49


@pytest.mark.parametrize("width", [0, -3, np.nan, np.inf])
def test_bad_band_width(width):
    with pytest.raises(ValueError, match=r"band_width=.* must be a positive number"):
        default_models(100, band_width=width)


def test_bad_axis():
    with pytest.raises(ValueError, match="x_axis must be ascending"):
        default_models(3, x_axis=[3, 2, 1])
