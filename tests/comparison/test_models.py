import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid

from skspectra.comparison import default_models, default_pairs
from skspectra.comparison._models import (
    NET,
    POOLED_LR,
    POOLED_SVC,
    RAW_LR,
    RAW_SVC,
    SHIFTED_SVC,
    scale_for_logistic,
)
from skspectra.comparison._result import model_family


@pytest.mark.parametrize("n_points", [20, 448, 5000])
def test_every_searched_model_has_four_candidates(n_points):
    models = default_models(n_points, search=True, full=True)
    sizes = {name: len(ParameterGrid(grid)) for name, (_, grid) in models.items() if grid}
    assert set(sizes.values()) == {4}
    assert set(models) - set(sizes) == {"majority class"}
    for model, grid in models.values():
        for parameters in ParameterGrid(grid or {}):
            clone(model).set_params(**parameters)


def test_families():
    models = default_models(100, full=True)
    families = {name: model_family(model) for name, model in models.items()}
    assert families["majority class"] == "baseline"
    assert {name for name, family in families.items() if family == "raw"} == {"raw SVC", RAW_LR}
    assert {name for name, family in families.items() if family == "net"} == {
        NET,
        "published cnn2",
        "published cnn6",
    }
    assert families[SHIFTED_SVC] == "pooled"


@pytest.mark.parametrize("full", [False, True])
def test_pairs_cover_every_model(full):
    models = default_models(100, full=full)
    pairs = default_pairs(models)
    assert {name for pair in pairs for name in pair} == set(models)
    assert len({frozenset(pair) for pair in pairs}) == len(pairs)


@pytest.mark.parametrize("norm", ["max", "area", "snv", "none"])
def test_classical_models_learn_whatever_the_normalisation(norm):
    rng = np.random.default_rng(0)
    y = np.repeat(["a", "b"], 30)
    centre = np.repeat([60, 140], 30) + rng.integers(-2, 3, 60)
    X = 100 * np.exp(-(((np.arange(200) - centre[:, None]) / 4) ** 2))
    for name, model in default_models(200, normalize=norm).items():
        if model_family(model) in ("raw", "pooled"):
            assert model.fit(X, y).score(X, y) == 1, name


def test_settings_that_the_figures_were_measured_with():
    models = default_models(5000)
    assert models[SHIFTED_SVC].n_copies == 10
    raw = models[RAW_SVC]
    assert (raw.pool_size, raw.stride, raw.compression, raw.C) == (1, 1, "none", 100)
    assert [models[name][-1].C for name in (RAW_LR, POOLED_LR)] == [100, 10]
    grids = {name: model[1] for name, model in default_models(5000, search=True).items()}
    assert grids[POOLED_SVC] == {"pool_size": [25, 50, 100, 200]}
    assert grids[RAW_SVC] == {"C": [1, 10, 100, 1000]}
    assert grids[RAW_LR] == {"logisticregression__C": [0.1, 1, 10, 100]}


def test_spectra_of_unit_area_get_unit_mean_for_logistic_regression():
    X = np.array([[1.0, 3], [2, 2]])
    assert scale_for_logistic(X, "area").tolist() == [[0.5, 1.5], [1, 1]]
    assert scale_for_logistic(X, "max").tolist() == [[1 / 3, 1], [1, 1]]
