import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.utils._param_validation import InvalidParameterError
from torch import nn

from skspectra import MaxPoolDownsampler, PeakShiftAugmenter, PooledMLP, PooledSVC
from skspectra.datasets import make_spectra
from skspectra.neural import _layers as layers
from skspectra.preprocessing import compress, normalize

TABLE = [([20, 60], [1.0, 0.5]), ([35, 60], [1.0, 0.5]), ([20, 85], [1.0, 0.5])]

short = pytest.mark.filterwarnings(
    f"ignore::{ConvergenceWarning.__module__}.{ConvergenceWarning.__name__}"
)


def spectra(n_samples=12, seed=0, n_points=110):
    law = {"n_points": n_points, "max_shift": 3, "sigma": (1.0, 2.0)}
    return make_spectra(TABLE, n_samples, random_state=seed, **law)


def net(**parameters):
    defaults = {"max_epochs": 3, "batch_size": 16, "n_threads": 1, "random_state": 0}
    return PooledMLP(**defaults | parameters)


def built(model, X, y):
    model.fit(X, y)
    return list(model._build(len(model.classes_)))


@pytest.mark.parametrize("n_steps", [1, 8])
def test_learns(n_steps):
    (X, y), (test, truth) = spectra(20), spectra(20, seed=1)
    model = net(n_steps=n_steps, max_epochs=60, n_iter_no_change=8).fit(X, y)
    assert model.score(test, truth) > 0.9


def test_defaults_are_those_of_the_committed_figures():
    assert PooledMLP().get_params() == {
        **{"pool_size": "auto", "stride": "auto", "pooling": "max", "normalize": "max"},
        **{"compression": "adaptive", "n_steps": 1, "hidden_layer_sizes": (512, 256)},
        **{"dropout": 0.3, "augmenter": None, "max_epochs": 500, "batch_size": 128, "lr": 2e-3},
        **{"early_stopping": True, "validation_fraction": 0.1, "n_iter_no_change": 50},
        **{"class_weight": None, "device": "auto", "n_threads": None, "random_state": None},
        **{"verbose": False},
    }


@short
@pytest.mark.parametrize(
    ("parameters", "size", "stride"),
    [
        ({}, 8, 2),
        ({"n_steps": 8}, 8, 1),
        ({"pool_size": 17}, 17, 4),
        ({"pool_size": 17, "n_steps": 2}, 17, 2),
        ({"pool_size": 17, "stride": 9}, 17, 9),
        ({"pool_size": 500}, 200, 50),
    ],
)
def test_windows(parameters, size, stride):
    X, y = spectra(n_points=200)
    model = net(**parameters).fit(X, y)
    assert (model.pool_size_, model.stride_) == (size, stride)
    expected = MaxPoolDownsampler(size, stride).fit(X)
    np.testing.assert_array_equal(model.features_["pool"].starts_, expected.starts_)


@short
def test_a_stride_beyond_the_window_loses_maxima():
    with pytest.warns(UserWarning, match="stride=9 is larger than pool_size=3"):
        net(pool_size=3, stride=9).fit(*spectra())


@short
@pytest.mark.parametrize("n_points", [1, 2, 7, 30, 103])
def test_no_point_is_dropped(n_points):
    """A peak anywhere, the last points included, reaches the network."""
    X = np.eye(n_points)
    model = net(compression="none", early_stopping=False).fit(
        np.concatenate([X, 2 * X + 1]), np.repeat([0, 1], n_points)
    )
    assert (model._prepare(X.copy()).max(axis=1) == 1).all()


@short
@pytest.mark.parametrize("pooling", ["max", "mean", "decimate"])
@pytest.mark.parametrize("law", ["adaptive", "sqrt", "log", "none"])
@pytest.mark.parametrize("norm", ["max", "area"])
def test_the_front_is_that_of_the_transformers(pooling, law, norm):
    """The adaptive law is a layer of the network, the others come before it."""
    X, y = spectra()
    model = net(pool_size=9, pooling=pooling, compression=law, normalize=norm)
    found = model.fit(X, y)._prepare(X.copy())
    assert found.dtype == np.float32
    pooled = MaxPoolDownsampler(9, "auto", pooling).fit_transform(normalize(X, norm))
    floor = model.features_["compress"].floor
    expected = pooled if law == "adaptive" else compress(pooled, law, floor)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(
        model.features_.transform(X), compress(pooled, law, floor), rtol=1e-5, atol=1e-7
    )
    assert any(isinstance(layer, layers.Compress) for layer in built(model, X, y)) == (
        law == "adaptive"
    )


@short
@pytest.mark.parametrize("law", ["sqrt", "log"])
def test_negative_intensities_that_are_clipped_get_a_word(law):
    X, y = spectra()
    with pytest.warns(UserWarning, match="of the absolute intensity is negative") as record:
        model = net(compression=law, normalize="none").fit(X - 0.5, y)
    with pytest.warns(UserWarning, match="of the absolute intensity is negative") as again:
        model.predict(X - 0.5)
    # Once for all batches and epochs.
    clipped = [w for w in (*record, *again) if "is clipped at 0" in str(w.message)]
    assert [warning.filename for warning in clipped] == 2 * [__file__]


@short
@pytest.mark.parametrize("normalize", ["max", "area", "none"])
def test_the_floor_of_the_logarithm_is_that_of_the_svc(normalize):
    X, y = spectra()
    model = net(compression="log", normalize=normalize).fit(100 * X, y)
    expected = PooledSVC(compression="log", normalize=normalize).fit(100 * X, y).floor_
    assert model.features_["compress"].floor == expected


@short
def test_layers():
    X, y = spectra(n_points=200)
    kinds = [type(layer) for layer in built(net(n_steps=8), X, y)]
    dense = [nn.Linear, nn.ReLU, nn.Dropout]
    assert kinds == [
        *(nn.Unflatten, layers.Compress, layers.Steps, nn.Flatten, layers.Center),
        *(*dense[:2], nn.Dropout, *dense[:2], nn.Dropout, nn.Linear),
    ]
    sizes = [
        layer.out_features
        for layer in built(net(hidden_layer_sizes=[7, 6, 5], dropout=0), X, y)
        if isinstance(layer, nn.Linear)
    ]
    assert sizes == [7, 6, 5, 3]
    linear = built(net(hidden_layer_sizes=()), X, y)
    assert [type(layer) for layer in linear if list(layer.parameters())] == [nn.Linear]
    assert not any(isinstance(layer, nn.Dropout) for layer in linear)
    one = [layer for layer in built(net(hidden_layer_sizes=9), X, y) if hasattr(layer, "weight")]
    assert [layer.out_features for layer in one] == [9, 3]


@pytest.mark.parametrize("sizes", [(5, 0), (5, 2.5), ("a",), (-1,), (True,), ((5, 6), (7, 8))])
def test_bad_sizes_of_hidden_layers(sizes):
    with pytest.raises(ValueError, match=r"hidden_layer_sizes=.* must hold whole numbers"):
        net(hidden_layer_sizes=sizes).fit(*spectra())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("pool_size", 0), ("stride", 1.5), ("pooling", "none"), ("normalize", "l2")),
        *(("compression", "cube"), ("n_steps", 0), ("hidden_layer_sizes", "512")),
        *(("dropout", 1.0), ("lr", "auto"), ("max_epochs", "auto")),
    ],
)
def test_invalid_parameters(name, value):
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter of PooledMLP"):
        net(**{name: value}).fit(*spectra())


@short
@pytest.mark.parametrize(
    "change",
    [
        {"pool_size": 3},
        {"pooling": "mean"},
        {"normalize": "none"},
        {"compression": "none"},
        {"n_steps": 3},
        {"hidden_layer_sizes": (4,)},
        {"dropout": 0},
    ],
    ids=lambda change: next(iter(change)),
)
def test_set_params_after_fit_changes_nothing_before_the_next_fit(change):
    X, y = spectra()
    model = net().fit(100 * X, y)
    before = model.predict_proba(100 * X)
    model.set_params(**change)
    np.testing.assert_array_equal(model.predict_proba(100 * X), before)


@short
@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_features_are_named_by_the_axis(container):
    library = pytest.importorskip(container)
    X, y = spectra()
    names = [f"{20 + i / 10:.1f}" for i in range(110)]
    frame = library.DataFrame(dict(zip(names, X.T, strict=True)))
    model = net(pool_size=10, stride=10, augmenter=PeakShiftAugmenter(2)).fit(frame, y)
    assert model.features_.get_feature_names_out()[:2].tolist() == [
        *("max(20.0..20.9)", "max(21.0..21.9)")
    ]
    np.testing.assert_array_equal(
        model.predict(frame),
        net(pool_size=10, stride=10, augmenter=PeakShiftAugmenter(2)).fit(X, y).predict(X),
    )


@short
def test_searchable():
    X, y = spectra()
    grid = {"pool_size": [4, 8], "n_steps": [1, 2], "hidden_layer_sizes": [(8,), (8, 4)]}
    search = GridSearchCV(net(), grid, cv=2).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@short
def test_warnings_of_flat_spectra_point_at_the_caller():
    X, y = spectra()
    flat = np.zeros((3, 110))
    with pytest.warns(UserWarning, match="are all zero or constant") as fitted:
        model = net().fit(np.concatenate([X, flat]), [*y, 0, 1, 2], flat, [0, 1, 2])
    with pytest.warns(UserWarning, match="are all zero or constant") as predicted:
        model.predict(flat)
    found = [w for w in (*fitted, *predicted) if "constant" in str(w.message)]
    assert [str(warning.message).split(" are")[0] for warning in found] == [
        *("3 of 39 spectra in X", "3 of 3 spectra in X_val", "3 of 3 spectra in X")
    ]
    assert {warning.filename for warning in found} == {__file__}


@short
@pytest.mark.parametrize("compression", ["adaptive", "log"])
def test_features_are_those_of_the_pipeline_before_the_network(compression):
    X, y = spectra()
    model = net(compression=compression).fit(X, y)
    expected = model.features_.transform(X)
    np.testing.assert_array_equal(model.transform_features(X), expected)
    svc = PooledSVC(compression=compression).fit(X, y)
    np.testing.assert_allclose(svc.transform_features(X), expected)
    with pytest.raises(NotFittedError):
        net().transform_features(X)
