import numpy as np
import pytest
import sklearn
from sklearn import config_context
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC
from sklearn.utils._param_validation import InvalidParameterError
from sklearn.utils.fixes import parse_version

from skspectra import MaxPoolDownsampler, PooledSVC
from skspectra.datasets import make_spectra
from skspectra.preprocessing import compress, normalize

version = parse_version(sklearn.__version__)
TABLE = [
    ([40, 100, 180], [1.0, 0.6, 0.2]),
    ([60, 120, 180], [1.0, 0.6, 0.2]),
    ([40, 140, 220], [1.0, 0.6, 0.2]),
    ([80, 140, 260], [1.0, 0.6, 0.2]),
]


def spectra(n_samples=10, seed=0, table=TABLE, **options):
    options = {"n_points": 300, "max_shift": 6, "sigma": (1.0, 2.0), "noise": 0.01} | options
    return make_spectra(table, n_samples, random_state=seed, **options)


def plain_pipeline(model):
    """What a fitted PooledSVC stands for, built by hand."""
    return make_pipeline(
        FunctionTransformer(normalize, kw_args={"norm": model.normalize}),
        MaxPoolDownsampler(model.pool_size, model.stride, model.pooling),
        FunctionTransformer(
            compress, kw_args={"law": model.compression, "floor": model.floor_ or 1}
        ),
        StandardScaler(with_std=False),
        SVC(C=model.C, kernel=model.kernel, gamma=model.gamma, class_weight=model.class_weight),
    )


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"pool_size": 12, "stride": 3, "pooling": "mean", "C": 0.5},
        {"pooling": "decimate", "normalize": "area", "compression": "sqrt"},
        {"normalize": "snv", "kernel": "linear"},
        {
            "normalize": "none",
            "compression": "log",
            "floor": 0.02,
            "gamma": 0.1,
            "class_weight": "balanced",
        },
        {"compression": "none", "kernel": "poly", "gamma": "auto"},
        {"kernel": "sigmoid", "C": 1},
    ],
    ids=str,
)
@pytest.mark.parametrize("n_classes", [2, 4])
def test_like_a_pipeline_built_by_hand(parameters, n_classes):
    X, y = spectra(noise=0, table=TABLE[:n_classes])
    test, _ = spectra(noise=0, table=TABLE[:n_classes], seed=1)
    model = PooledSVC(**parameters).fit(X, y)
    expected = plain_pipeline(model).fit(X, y)
    np.testing.assert_array_equal(model.predict(test), expected.predict(test))
    scores = model.decision_function(test)
    assert scores.shape == ((len(test),) if n_classes == 2 else (len(test), 4))
    np.testing.assert_allclose(scores, expected.decision_function(test), rtol=1e-6, atol=1e-8)


def test_the_pipeline_it_holds_is_public_and_predicts_the_same():
    X, y = spectra()
    model = PooledSVC().fit(X, y)
    assert isinstance(model.pipeline_, Pipeline)
    np.testing.assert_array_equal(model.pipeline_.predict(X), model.predict(X))
    np.testing.assert_allclose(
        model.pipeline_.decision_function(X), model.decision_function(X), rtol=1e-6, atol=1e-8
    )


@pytest.mark.parametrize("n_classes", [2, 4])
def test_string_labels(n_classes):
    X, y = spectra(table=TABLE[:n_classes])
    names = np.array(["quartz", "calcite", "halite", "rutile"])
    model = PooledSVC().fit(X, names[y])
    assert model.classes_.tolist() == sorted(names[:n_classes])
    assert set(model.predict(X)) <= set(names)
    # Numbered in another order, so votes on a tie may differ: hardly ever.
    assert (model.predict(X) == names[PooledSVC().fit(X, y).predict(X)]).mean() > 0.95


def test_several_phases_are_one_svm_a_phase():
    X, y = spectra()
    y = np.column_stack([y < 2, y % 2, y == 3]).astype(int)
    model = PooledSVC().fit(X, y)
    steps = plain_pipeline(model).steps
    expected = Pipeline([*steps[:-1], ("svm", OneVsRestClassifier(steps[-1][1]))]).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), expected.predict(X))
    np.testing.assert_allclose(
        model.decision_function(X), expected.decision_function(X), rtol=1e-6, atol=1e-8
    )
    assert model.classes_.tolist() == [0, 1, 2]
    assert model.score(X, y) > 0.9


def test_class_weight_moves_the_boundary():
    table = [([100, 150], [1.0, 0.50]), ([100, 150], [1.0, 0.52])]
    X, y = spectra(40, table=table, noise=0)
    few = np.flatnonzero((y == 0) | (np.arange(len(y)) % 8 == 0))
    X, y = X[few], y[few]
    counts = [
        (PooledSVC(C=1e-2, class_weight=weight).fit(X, y).predict(X) == 1).sum()
        for weight in (None, "balanced", {1: 100.0})
    ]
    assert counts[0] < counts[1] <= counts[2]


@pytest.mark.parametrize("level", [-1, 5])
def test_a_background_that_all_share_drops_out(level):
    (X, y), (test, _) = spectra(), spectra(seed=1)
    model = PooledSVC(normalize="none")
    expected = model.fit(X, y).decision_function(test)
    found = model.fit(X + level, y).decision_function(test + level)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("n_peaks", [2, 20])
def test_compression_suits_few_peaks_and_many_on_a_background(n_peaks):
    """Classes differ by a minor peak; how high a spectrum stands differs from row to row."""
    rng = np.random.default_rng(0)
    positions = np.sort(rng.choice(np.arange(100, 2050, 25), n_peaks, replace=False))
    heights = np.linspace(1, 0.2, n_peaks)
    table = [([*positions, p], [*heights, 0.035]) for p in (2150, 2250, 2350, 2450)]
    options = {"n_points": 2500, "max_shift": 10, "noise": 0, "height_variation": 0.02}
    (X, y), (test, truth) = (
        spectra(40, seed, table, **options | {"sigma": (2.0, 4.0)}) for seed in (0, 1)
    )
    scores = {}
    under, under_test = (rng.uniform(0, 0.1, (len(rows), 1)) for rows in (X, test))
    for raised in (False, True):
        for name in ("adaptive", "sqrt"):
            model = PooledSVC(compression=name).fit(X + raised * under, y)
            scores[name, raised] = model.score(test + raised * under_test, truth)
    assert scores["adaptive", False] == scores["sqrt", False] > 0.8
    assert scores["adaptive", True] > scores["sqrt", True] + 0.05


def test_noise_raises_the_floor():
    quiet, loud, louder = (fitted_floor(spectra(4, noise=noise)[0]) for noise in (0, 0.02, 0.05))
    assert 0 < quiet < loud < louder
    assert louder / loud == pytest.approx(2.5, rel=0.2)


def test_floor_follows_the_height_of_the_spectra():
    X, _ = spectra(4, noise=0.02)
    assert fitted_floor(1000 * X) == pytest.approx(1000 * fitted_floor(X))


def test_a_given_floor_is_taken():
    assert PooledSVC(compression="log", floor=0.03).fit(*spectra(4)).floor_ == 0.03


@pytest.mark.parametrize("law", ["adaptive", "sqrt", "none"])
def test_only_the_logarithm_looks_for_a_floor(law, monkeypatch):
    def fail(X):
        raise AssertionError("nobody asked")

    monkeypatch.setattr("skspectra.preprocessing._front._noise", fail)
    model = PooledSVC(compression=law).fit(*spectra(4))
    assert model.floor_ is None
    with pytest.raises(AssertionError, match="nobody asked"):
        PooledSVC(compression="log").fit(*spectra(4))


def test_flat_spectra_are_named():
    X, y = spectra()
    X[3], X[7] = 0, 5
    # A line that is missed by a first look at some points.
    X[9] = 0
    X[9, 1] = 1
    message = "^2 of 40 spectra in X are all zero or constant, so nothing shows their class"
    with pytest.warns(UserWarning, match=message):
        model = PooledSVC().fit(X, y)
    with pytest.warns(UserWarning, match=message):
        assert np.isfinite(model.decision_function(X)).all()
    PooledSVC(1).fit(X[:, :1], y).predict(X[:, :1])


@pytest.mark.filterwarnings("ignore:.* are all zero or constant:UserWarning")
def test_zero_spectra():
    X, y = np.zeros((4, 20)), [0, 0, 1, 1]
    assert np.isfinite(PooledSVC().fit(X, y).decision_function(X)).all()


@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_features_are_named_by_the_axis(container):
    library = pytest.importorskip(container)
    X, y = spectra()
    names = [f"{20 + i / 10:.1f}" for i in range(300)]
    frame = library.DataFrame(dict(zip(names, X.T, strict=True)))
    model = PooledSVC(10, 10).fit(frame, y)
    assert model.pipeline_[:-1].get_feature_names_out()[:2].tolist() == [
        *("max(20.0..20.9)", "max(21.0..21.9)")
    ]
    np.testing.assert_allclose(model.pipeline_["pool"].centers_[:2], [20.45, 21.45])
    expected = PooledSVC(10, 10).fit(X, y).predict(X)
    for predict in (model.predict, model.pipeline_.predict):
        np.testing.assert_array_equal(predict(frame), expected)


def test_a_frame_may_have_an_index_of_numbers():
    pd = pytest.importorskip("pandas")
    X, y = spectra()
    names = [f"{20 + i / 10:.1f}" for i in range(300)]
    frame = pd.DataFrame(X, columns=names, index=np.linspace(300, 400, len(X)))
    np.testing.assert_array_equal(PooledSVC().fit(frame, y).predict(frame), y)


def test_warnings_point_at_the_caller(monkeypatch):
    """The second look at the spectra works in blocks."""
    monkeypatch.setattr("skspectra._validation._BLOCK", 600)
    X, y = spectra()
    X[5:15] = 3
    with pytest.warns(UserWarning, match="^10 of 40 spectra in X are all zero") as fitted:
        model = PooledSVC().fit(X, y)
    with pytest.warns(UserWarning, match="^10 of 40 spectra in X are all zero") as predicted:
        model.predict(X)
    assert [warning.filename for warning in (*fitted, *predicted)] == 2 * [__file__]


@pytest.mark.parametrize("values", [(-1, 1), (1, 2)])
def test_a_matrix_of_other_values_than_0_and_1_is_refused(values):
    X, y = spectra()
    matrix = np.where(np.eye(4)[y] == 1, *values)
    with pytest.raises(ValueError, match=r"y is multilabel, so it must be a 0/1 matrix; it holds"):
        PooledSVC().fit(X, matrix)


def test_minor_peak():
    """Two phases that differ by a peak of 3.5 % of the largest."""
    main = [40, 100, 180, 230], [1.0, 0.7, 0.5, 0.3]
    table = [main, ([*main[0], 270], [*main[1], 0.035])]
    options = {"table": table, "noise": 0, "height_variation": 0.01}
    (X, y), (test, truth) = spectra(50, **options), spectra(100, seed=1, **options)
    assert PooledSVC().fit(X, y).score(test, truth) > 0.95
    assert PooledSVC(compression="none").fit(X, y).score(test, truth) < 0.7


def test_more_robust_to_shifts_than_an_svm_on_raw_spectra():
    (X, y), (test, truth) = spectra(5, max_shift=15), spectra(40, seed=1, max_shift=15)
    raw = SVC(C=100).fit(X, y).score(test, truth)
    pooled = PooledSVC(pool_size=20).fit(X, y).score(test, truth)
    assert pooled > 0.85
    assert pooled > raw + 0.2


TEMPERATURE = pytest.param(
    "temperature", marks=pytest.mark.skipif(version < parse_version("1.8"), reason="new in 1.8")
)


@pytest.mark.parametrize("method", ["sigmoid", TEMPERATURE])
def test_calibration(method):
    X, y = spectra(12)
    calibrated = CalibratedClassifierCV(PooledSVC(), method=method, ensemble=False, cv=3)
    model = calibrated.fit(X, y)
    proba = model.predict_proba(spectra(12, seed=1)[0])
    assert proba.shape == (48, 4)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    assert proba[np.arange(48), np.repeat(range(4), 12)].mean() > 0.6


def test_flat_parameters_are_searchable():
    X, y = spectra(6)
    grid = {"pool_size": [3, 12], "compression": ["log", "none"], "C": [1, 100]}
    search = GridSearchCV(PooledSVC(), grid, cv=2).fit(X, y)
    assert search.best_estimator_.pipeline_["pool"].pool_size_ in (3, 12)


def test_negative_intensities_warn():
    X, y = spectra(4)
    with pytest.warns(UserWarning, match="of the absolute intensity is negative"):
        model = PooledSVC(compression="sqrt").fit(X - X.mean(), y)
    with pytest.warns(UserWarning, match="of the absolute intensity is negative"):
        model.predict(X - X.mean())
    PooledSVC().fit(X - X.mean(), y).predict(X - X.mean())


def test_float32_is_close_to_float64():
    (X, y), (test, _) = spectra(), spectra(seed=1)
    double = PooledSVC().fit(X, y)
    single = PooledSVC().fit(X.astype(np.float32), y)
    np.testing.assert_allclose(
        single.decision_function(test.astype(np.float32)),
        double.decision_function(test),
        atol=0.02,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pool_size", 0),
        ("stride", 1.5),
        ("pooling", "sum"),
        ("normalize", "l2"),
        ("compression", "cube"),
        ("floor", 0),
        ("C", 0),
        ("kernel", "precomputed"),
        ("gamma", -1.0),
        ("class_weight", "equal"),
    ],
)
def test_invalid_parameters(name, value):
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter of PooledSVC"):
        PooledSVC(**{name: value}).fit([[0.0, 1], [1, 0]], [0, 1])


def test_one_class():
    with pytest.raises(ValueError, match="class"):
        PooledSVC().fit([[0.0, 1], [1, 0]], [1, 1])


@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_a_global_output_container_changes_nothing(container):
    pytest.importorskip(container)
    X, y = spectra()
    expected = PooledSVC().fit(X, y).predict(X)
    with config_context(transform_output=container):
        np.testing.assert_array_equal(PooledSVC().fit(X, y).predict(X), expected)


def test_a_failed_fit_leaves_no_old_model():
    X, y = spectra()
    model = PooledSVC().fit(X, y)
    with pytest.raises(ValueError, match="class"):
        model.fit(abs(X), np.zeros(len(X)))
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_multilabel_spectra_take_no_dict_of_weights():
    X, y = spectra()
    with pytest.raises(ValueError, match="multilabel spectra"):
        PooledSVC(class_weight={1: 5}).fit(X, np.eye(4, dtype=int)[y])


def test_prediction_in_blocks(monkeypatch):
    X, y = spectra()
    model = PooledSVC().fit(X, y)
    expected = model.decision_function(X)
    monkeypatch.setattr("skspectra.preprocessing._front._BLOCK", 1000)
    monkeypatch.setattr("skspectra.svm._votes._BLOCK_BYTES", 10_000)
    np.testing.assert_allclose(model.decision_function(X), expected, rtol=1e-9)
    np.testing.assert_array_equal(model.predict(X), model.pipeline_.predict(X))


def test_features_are_what_the_steps_before_centring_give():
    X, y = spectra()
    X = X.astype(np.float32)
    model = PooledSVC().fit(X, y)
    found = model.transform_features(X)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, model.pipeline_[:-2].transform(X))
    with pytest.raises(NotFittedError):
        PooledSVC().transform_features(X)


def fitted_floor(X, normalize="none"):
    y = np.arange(len(X)) % 2
    return PooledSVC(compression="log", normalize=normalize).fit(X, y).floor_


def lines(heights, n_points=40):
    """Spectra without noise, of one point each that is not zero."""
    X = np.zeros((len(heights), n_points))
    X[np.arange(len(heights)), np.arange(len(heights)) % n_points] = heights
    return X


def test_floor_without_noise_is_1_percent_of_the_median_height():
    X = lines([1.0, 1, 2, 10, 90])
    assert fitted_floor(X) == pytest.approx(0.02)
    assert fitted_floor(X, normalize="max") == pytest.approx(0.01)


def test_floor_is_three_standard_deviations_of_noise():
    """Whatever peaks stand in it: two lines, of which 1 % would be less."""
    X = np.random.default_rng(0).normal(0, 0.1, (200, 500))
    X[:, [100, 300]] = 20
    assert fitted_floor(X) == pytest.approx(0.3, rel=0.03)
    assert fitted_floor(X, normalize="max") == pytest.approx(0.015, rel=0.03)


@pytest.mark.parametrize(("n_points", "expected"), [(2, 0.03), (3, 9 / 0.6745 / 1.5**0.5)])
def test_floor_of_few_points(n_points, expected):
    """Of two there is no second difference, of three there is one."""
    X = np.zeros((4, n_points))
    X[:, 1] = 3
    assert fitted_floor(X) == pytest.approx(expected)


@pytest.mark.parametrize(("n_samples", "step", "median"), [(1000, 2, 50.5), (2001, 3, 1)])
def test_floor_is_that_of_every_nth_of_many_spectra(n_samples, step, median):
    """Of a thousand at most."""
    heights = np.full(n_samples, 100.0)
    heights[::step] = 1
    assert fitted_floor(lines(heights)) == pytest.approx(0.01 * median)


@pytest.mark.filterwarnings("ignore:.* are all zero or constant:UserWarning")
def test_floor_of_zero_spectra():
    assert fitted_floor(np.zeros((4, 20))) == 0.01
