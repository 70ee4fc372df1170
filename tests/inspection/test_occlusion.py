import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import ExtraTreesClassifier, VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, Normalizer, StandardScaler
from sklearn.svm import SVC
from torch import nn

from skspectra import (
    AugmentedClassifier,
    PeakShiftAugmenter,
    PooledMLP,
    PooledSVC,
    SpectralCNN,
)
from skspectra.datasets import make_spectra
from skspectra.inspection import _occlusion, occlusion_importance
from skspectra.inspection._hold import HeldModel
from skspectra.inspection._windows import draw_others
from skspectra.preprocessing import SavitzkyGolayFilter, SpectrumNormalizer, normalize

# A few epochs are enough to learn from, and few are fast.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Training did not stop:sklearn.exceptions.ConvergenceWarning"
)

N_POINTS = 120
# The classes differ at 60 and at 90; the strongest peak, at 30, is the same.
TABLE = [
    ([30, 60, 105], [1.0, 0.4, 0.3]),
    ([30, 90, 105], [1.0, 0.4, 0.3]),
    ([30, 75, 105], [1.0, 0.4, 0.3]),
]
LAW = {"n_points": N_POINTS, "max_shift": 1, "sigma": 1.5, "noise": 0.01}
NET = {"max_epochs": 15, "n_iter_no_change": 15, "n_threads": 1, "random_state": 0}
NET["early_stopping"] = False


def spectra(seed, n_classes=2, n=12, **law):
    X, y = make_spectra(TABLE[:n_classes], n, random_state=seed, **LAW | law)
    gain = np.random.default_rng(seed).uniform(0.5, 20, (len(X), 1))
    return X * gain, np.array(["a", "b", "c"])[y]


@pytest.fixture(scope="module")
def train():
    return spectra(0)


@pytest.fixture(scope="module")
def test():
    return spectra(1)


@pytest.fixture(scope="module")
def svc(train):
    return PooledSVC().fit(*train)


def slow_line(x, start, stop):
    """The straight line between the means of three points on either side, point by point."""
    x = x.copy()
    left, right = x[max(0, start - 3) : start], x[stop : stop + 3]
    if len(left) < 3:
        left = right
    if len(right) < 3:
        right = left
    a, b = left.mean(), right.mean()
    for i in range(start, stop):
        x[i] = a + (b - a) * (i - (start - 2)) / ((stop + 1) - (start - 2))
    return x


def slow_importances(model, X, y, windows, mode, others=None):
    """Loss of the decision of the true class, spectrum by spectrum; `model` does not normalise."""
    X = normalize(X)
    means = [X[y == label].mean(axis=0) for label in model.classes_]
    background = np.mean(means, axis=0)

    def decision(x, label):
        value = model.decision_function(x[None])[0]
        return value if label == model.classes_[1] else -value

    losses = np.zeros((len(windows), len(X)))
    for w, (start, stop) in enumerate(windows):
        for i, (x, label) in enumerate(zip(X, y, strict=True)):
            if mode == "keep":
                altered = background.copy()
                altered[start:stop] = x[start:stop]
                losses[w, i] = decision(altered, label) - decision(background, label)
                continue
            if mode == "line":
                altered = slow_line(x, start, stop)
            else:
                altered = x.copy()
                altered[start:stop] = X[others[i], start:stop]
            losses[w, i] = decision(x, label) - decision(altered, label)
    return losses


@pytest.mark.parametrize("mode", ["line", "exchange", "keep"])
@pytest.mark.parametrize("block", [2**22, 3 * N_POINTS, 1])
def test_it_is_what_a_loop_gives(train, test, svc, mode, block, monkeypatch):
    monkeypatch.setattr(_occlusion, "_BLOCK", block)
    X, y = test
    result = occlusion_importance(svc, X, y, width=14, mode=mode, n_repeats=1, random_state=3)
    unscaled = PooledSVC(normalize="none").fit(normalize(train[0]), train[1])
    others = draw_others(len(X), np.random.default_rng(3))
    losses = slow_importances(unscaled, X, y, result.windows, mode, others)
    np.testing.assert_allclose(result.per_spectrum, losses.T, atol=1e-9)
    per_class = [losses[:, y == label].mean(axis=1) for label in svc.classes_]
    np.testing.assert_allclose(result.per_class, per_class, atol=1e-9)
    np.testing.assert_allclose(result.importances_mean, np.mean(per_class, axis=0), atol=1e-9)
    assert result.importances.shape == (len(result.windows), 1)
    assert not result.importances_std.any()


def test_windows_overlap_by_half_and_reach_the_end(svc, test):
    result = occlusion_importance(svc, *test, width=16, x_axis=(10, 70), random_state=0)
    starts, stops = result.windows.T
    assert starts.tolist() == [*range(0, 105, 8)]
    assert (stops - starts == 16).all()
    assert stops[-1] == N_POINTS
    axis = np.linspace(10, 70, N_POINTS)
    np.testing.assert_array_equal(result.limits, np.column_stack([axis[starts], axis[stops - 1]]))
    np.testing.assert_allclose(result.centers, (axis[starts] + axis[stops - 1]) / 2)
    np.testing.assert_array_equal(result.x_axis, axis)


def test_the_automatic_width_is_twice_that_of_a_peak(svc, test):
    # The full width at half height of a Gaussian of 1.5 points is 3.53 points.
    assert occlusion_importance(svc, *test, random_state=0).width == 8


@pytest.mark.parametrize("mode", ["exchange", "keep"])
def test_the_windows_that_differ_pass_and_no_others(svc, test, mode):
    result = occlusion_importance(svc, *test, mode=mode, random_state=0)
    start, stop = result.windows[result.passes].T
    hold = [(start <= place) & (place < stop) for place in (60, 90)]
    assert all(one.any() for one in hold)
    # Windows are 8 points wide, and peaks end within 6 points.
    near = [(start <= place + 6) & (place - 6 < stop) for place in (60, 90)]
    assert np.any(near, axis=0).all()
    np.testing.assert_array_equal(result.passes, result.importances_mean > result.level)
    np.testing.assert_array_equal(result.passes, result.p_values <= 0.05)


def small_cnn(n_points):
    return [nn.Conv1d(1, 4, 5), nn.ReLU(), nn.MaxPool1d(4), nn.Flatten()]


def by_area(X):
    return X / np.abs(X).sum(axis=1, keepdims=True) * X.shape[1]


SCALED = {
    "svc": PooledSVC(),
    "snv": PooledSVC(normalize="snv"),
    "mlp": PooledMLP(**NET),
    "cnn": SpectralCNN(small_cnn, lr=0.01, **NET),
    "step": make_pipeline(SpectrumNormalizer("area"), LogisticRegression(C=1e4)),
    "foreign step": make_pipeline(Normalizer(), "passthrough", LogisticRegression()),
    "function": make_pipeline(FunctionTransformer(by_area), LogisticRegression()),
    "two steps": make_pipeline(SpectrumNormalizer("area"), PooledSVC()),
    "later": make_pipeline(SavitzkyGolayFilter(5, 2), PooledSVC()),
    "nested": make_pipeline(make_pipeline(SavitzkyGolayFilter(5, 2), SpectrumNormalizer()), SVC()),
    "search": GridSearchCV(PooledSVC(), {"normalize": ["area"]}, cv=2),
    "search in a Pipeline": make_pipeline(
        SavitzkyGolayFilter(5, 2), GridSearchCV(PooledSVC(), {"C": [10, 100]}, cv=2)
    ),
    "copies": AugmentedClassifier(PooledSVC(), PeakShiftAugmenter(2), n_copies=2, random_state=0),
    "calibrated": CalibratedClassifierCV(PooledSVC(), cv=2),
}


@pytest.mark.parametrize("name", SCALED)
@pytest.mark.parametrize("mode", ["line", "exchange", "keep"])
def test_the_scale_is_held(train, test, name, mode):
    """Whether spectra are scaled before makes no difference, and the classifier stays as it is."""
    model = SCALED[name].fit(*train)
    before = pickle.dumps(model)
    X, y = test
    options = {"mode": mode, "width": 20, "random_state": 0}
    raw = occlusion_importance(model, X, y, **options)
    scaled = occlusion_importance(model, normalize(X), y, **options)
    largest = np.abs(raw.per_spectrum).max()
    np.testing.assert_allclose(raw.per_spectrum, scaled.per_spectrum, atol=1e-3 * largest)
    assert pickle.dumps(model) == before


class Height(ClassifierMixin, BaseEstimator):
    """Tell spectra by the height at one point, after SpectrumNormalizer."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.n_features_in_ = X.shape[1]
        return self

    def decision_function(self, X):
        return X[:, 5] - 0.5

    def predict(self, X):
        return self.classes_[(self.decision_function(X) > 0).astype(int)]


@pytest.mark.parametrize("norm", ["max", "area", "snv"])
def test_the_loss_of_the_strongest_peak_raises_no_other(norm):
    X = np.tile([0.0, 0, 10, 0, 0, 3, 0, 0], (6, 1)) * np.arange(1, 7)[:, None]
    X[3:, 5] *= 2
    y = np.repeat([0, 1], 3)
    model = make_pipeline(SpectrumNormalizer(norm), Height()).fit(X, y)
    result = occlusion_importance(model, X, y, width=2, mode="line", random_state=0)
    without_5 = (result.windows[:, 0] > 5) | (result.windows[:, 1] <= 5)
    assert without_5.sum() == 5
    np.testing.assert_allclose(result.per_spectrum[:, without_5], 0, atol=1e-12)
    assert (result.per_spectrum[:, ~without_5] != 0).any()


def smooth(X):
    return (X[:, :-2] + X[:, 1:-1] + X[:, 2:]) / 3


def test_steps_that_change_the_scale_one_after_the_other(train, test):
    """The scale of a later step is that of the spectra after all steps before it."""
    later = [FunctionTransformer(smooth), SpectrumNormalizer("snv"), FunctionTransformer(smooth)]
    model = make_pipeline(SpectrumNormalizer("area"), *later, PooledSVC()).fit(*train)
    X = test[0]
    held = HeldModel(model, X, X, "decision_function", lambda response, _: response[:, None])
    assert held.is_held
    np.testing.assert_array_equal(held.X, normalize(X, "area"))
    altered = held.X.copy()
    altered[:, 20:40] = 0
    found = held.respond(altered, np.arange(len(X)))[:, 0]

    before = smooth(normalize(X, "area"))
    center, spread = before.mean(axis=1, keepdims=True), before.std(axis=1, keepdims=True)
    again = smooth((before - center) / spread)
    largest = np.abs(again).max(axis=1, keepdims=True)
    last = smooth((smooth(altered) - center) / spread) / largest
    svc = PooledSVC(normalize="none").fit(normalize(model[:-1].transform(train[0])), train[1])
    np.testing.assert_allclose(found, svc.decision_function(last), atol=1e-6)
    # On this scale they can be compared with each other.
    scaled = smooth(smooth(held.scale * held.X + held.offset))
    np.testing.assert_allclose(scaled, again / largest, atol=1e-9)


def test_the_front_is_done_once(train, test):
    """Windows are taken out of spectra that are smoothed already."""
    model = make_pipeline(SavitzkyGolayFilter(9, 2), PooledSVC()).fit(*train)
    X, y = test
    result = occlusion_importance(model, X, y, width=10, mode="line", random_state=0)
    direct = PooledSVC().fit(model[0].transform(train[0]), train[1])
    expected = occlusion_importance(
        direct, model[0].transform(X), y, width=10, mode="line", random_state=0
    )
    np.testing.assert_allclose(result.importances, expected.importances)


def test_a_scaler_of_single_points_is_no_front(train, test):
    model = make_pipeline(StandardScaler(), SVC()).fit(*train)
    held = HeldModel(model, *test[:1] * 2, "decision_function", lambda one, _: one[:, None])
    np.testing.assert_array_equal(held.X, test[0])


def test_a_scale_that_cannot_be_held_is_said(train, test):
    model = KNeighborsClassifier(metric="cosine").fit(*train)
    with pytest.warns(UserWarning, match="KNeighborsClassifier scales spectra in a way"):
        occlusion_importance(model, *test, random_state=0)


def test_different_scales_at_once_are_said(train, test):
    model = VotingClassifier([("max", PooledSVC()), ("area", PooledSVC(normalize="area"))])
    with pytest.warns(UserWarning, match="VotingClassifier scales spectra in a way"):
        occlusion_importance(model.fit(*train), *test, random_state=0)


def test_a_classifier_of_raw_spectra_gets_them_as_they_are(test):
    X, y = test
    model = ExtraTreesClassifier(20, random_state=0).fit(X, y)
    result = occlusion_importance(model, X, y, mode="line", width=20, random_state=0)
    altered = X.copy()
    altered[:, 50:70] = [slow_line(x, 50, 70)[50:70] for x in X]
    columns = (y == "b").astype(int)
    loss = np.subtract(*(model.predict_proba(Z)[np.arange(len(y)), columns] for Z in (X, altered)))
    np.testing.assert_allclose(result.per_spectrum[:, 5], loss)


@pytest.mark.parametrize("method", ["predict_proba", "predict_log_proba", "decision_function"])
def test_three_classes_by_hand(method):
    X, y = spectra(0, 3)
    model = make_pipeline(SpectrumNormalizer(), LogisticRegression(C=1e3)).fit(X, y)
    result = occlusion_importance(
        model, X, y, response_method=method, mode="line", width=20, random_state=0
    )
    Z = normalize(X)
    altered = np.array([slow_line(x, 50, 70) for x in Z])
    values = []
    for spectra_ in (Z, altered):
        raw = getattr(model[-1], method)(spectra_)
        own = raw[np.arange(len(y)), np.searchsorted(model.classes_, y)]
        if method != "predict_proba":
            own = own - (raw.sum(axis=1) - own) / 2
        values.append(own)
    np.testing.assert_allclose(result.per_spectrum[:, 5], values[0] - values[1])
    assert result.response_method == method


def test_accuracy(svc, test):
    result = occlusion_importance(svc, *test, response_method="predict", random_state=0)
    assert result.baseline == svc.score(*test)
    assert set(np.unique(result.per_spectrum * 5)) <= set(range(-5, 6))


def test_what_may_be_lost_by_default(train, test):
    net = PooledMLP(**NET).fit(*train)
    assert occlusion_importance(net, *test).response_method == "predict_proba"
    assert occlusion_importance(net, *test, mode="keep").response_method == "predict_log_proba"


def test_probabilities_of_zero_have_a_logarithm(train, test):
    model = make_pipeline(SpectrumNormalizer(), ExtraTreesClassifier(20, random_state=0))
    result = occlusion_importance(model.fit(*train), *test, mode="keep", random_state=0)
    # The smallest probability of 20 trees is 1/20, so half of it stands for 0.
    assert np.abs(result.per_spectrum).max() <= 2 * np.log(40) + 1e-9


def test_classes_weigh_the_same_however_many_spectra_they_have(svc, test):
    X, y = test
    rows = np.r_[np.flatnonzero(y == "a")[:3], np.flatnonzero(y == "b")]
    result = occlusion_importance(svc, X[rows], y[rows], random_state=0)
    np.testing.assert_allclose(result.importances_mean, result.per_class.mean(axis=0))


def test_a_class_that_is_absent():
    X, y = spectra(0, 3)
    model = PooledSVC().fit(X, y)
    result = occlusion_importance(model, X[y != "b"], y[y != "b"], mode="keep", random_state=0)
    assert np.isnan(result.per_class[1]).all()
    assert np.isnan(result.class_means[1]).all()
    assert np.isfinite(result.importances_mean).all()


def multilabel():
    X, _ = make_spectra([([30], [1.0])], 24, n_points=N_POINTS, max_shift=0, sigma=1.5)
    rng = np.random.default_rng(0)
    Y = rng.integers(0, 2, (24, 2))
    Y[:2] = [[0, 1], [1, 0]]
    peaks, _ = make_spectra(
        [([60], [0.4]), ([90], [0.4])], 1, n_points=N_POINTS, max_shift=0, sigma=1.5
    )
    return X + Y @ peaks, Y


@pytest.mark.parametrize(
    "model",
    [PooledSVC(), PooledMLP(**NET), ExtraTreesClassifier(20, random_state=0)],
    ids=["svc", "mlp", "trees"],
)
@pytest.mark.parametrize("mode", ["exchange", "keep"])
def test_multilabel(model, mode):
    X, Y = multilabel()
    result = occlusion_importance(model.fit(X, Y), X, Y, mode=mode, random_state=0)
    assert result.classes.tolist() == [0, 1]
    for label, place in enumerate((60, 90)):
        start, stop = result.windows[result.per_class[label].argmax()]
        # The peaks end within 7 points.
        assert start - 7 <= place < stop + 7
    np.testing.assert_allclose(result.importances_mean, result.per_class.mean(axis=0))


def test_a_label_counts_half_for_those_that_have_it():
    X, Y = multilabel()
    model = PooledSVC().fit(X, Y)
    result = occlusion_importance(model, X, Y, width=20, mode="line", random_state=0)
    altered = normalize(X)
    altered[:, 50:70] = np.array([slow_line(x, 50, 70)[50:70] for x in altered])
    unscaled = PooledSVC(normalize="none").fit(normalize(X), Y)
    loss = (2 * Y - 1) * (
        unscaled.decision_function(normalize(X)) - unscaled.decision_function(altered)
    )
    expected = [
        (one[y == 0].mean() + one[y == 1].mean()) / 2 for one, y in zip(loss.T, Y.T, strict=True)
    ]
    np.testing.assert_allclose(result.per_class[:, 5], expected, atol=1e-6)
    np.testing.assert_allclose(result.per_spectrum[:, 5], loss.mean(axis=1), atol=1e-6)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_columns_are_the_axis(train, test, library):
    frames = pytest.importorskip(library)
    names = [f"{angle:.2f}" for angle in np.linspace(10, 69.5, N_POINTS)]
    args = {"columns": names} if library == "pandas" else {"schema": names}
    X_train, X = (frames.DataFrame(one[0], **args) for one in (train, test))
    for model in (
        PooledSVC(),
        make_pipeline(SavitzkyGolayFilter(5, 2), PooledSVC()),
        GridSearchCV(make_pipeline(SpectrumNormalizer(), LogisticRegression()), {}, cv=2),
    ):
        model.fit(X_train, train[1])
        plain = occlusion_importance(clone(model).fit(*train), *test, random_state=0)
        result = occlusion_importance(model, X, test[1], random_state=0)
        np.testing.assert_allclose(result.importances, plain.importances)
        np.testing.assert_allclose(result.limits, 10 + 0.5 * plain.limits)


def test_steps_that_pass_on_frames(train, test):
    frames = pytest.importorskip("pandas")
    names = [f"p{i}" for i in range(N_POINTS)]
    X_train, X = (frames.DataFrame(one[0], columns=names) for one in (train, test))
    steps = SavitzkyGolayFilter(5, 2), SpectrumNormalizer(), LogisticRegression()
    model = make_pipeline(*steps).set_output(transform="pandas").fit(X_train, train[1])
    result = occlusion_importance(model, X, test[1], random_state=0)
    plain = occlusion_importance(make_pipeline(*steps).fit(*train), *test, random_state=0)
    np.testing.assert_allclose(result.importances, plain.importances)
    assert result.limits[0].tolist() == [0, 7]


def test_single_precision_and_whole_numbers(svc, test):
    X, y = test
    expected = occlusion_importance(svc, X, y, random_state=0).importances_mean
    found = occlusion_importance(svc, X.astype(np.float32), y, random_state=0)
    assert found.class_means.dtype == np.float32
    np.testing.assert_allclose(found.importances_mean, expected, atol=1e-3)
    counts = occlusion_importance(svc, np.rint(100 * X).astype(int).tolist(), y, random_state=0)
    np.testing.assert_allclose(counts.importances_mean, expected, atol=0.05)


def test_repeats_are_averaged_and_seeded(svc, test):
    def measure(**options):
        return occlusion_importance(svc, *test, **options)

    once = measure(n_repeats=4, random_state=5)
    again = measure(n_repeats=4, random_state=5)
    np.testing.assert_array_equal(once.importances, again.importances)
    assert once.level == again.level
    assert once.importances.shape[1] == 4
    np.testing.assert_allclose(once.importances_mean, once.importances.mean(axis=1))
    np.testing.assert_allclose(once.importances_std, once.importances.std(axis=1))
    assert once.importances_std.max() > 0
    assert measure(random_state=0).importances.shape[1] == 5
    assert measure(mode="line", n_repeats=4).importances.shape[1] == 1


@pytest.mark.parametrize(("n_samples", "n_repeats"), [(99, 5), (250, 2), (500, 1), (600, 1)])
def test_many_spectra_need_few_repeats(svc, n_samples, n_repeats):
    X, y = spectra(2, n=n_samples // 2 + 1)
    rows = np.random.default_rng(0).permutation(len(X))[:n_samples]
    result = occlusion_importance(svc, X[rows], y[rows], width=60, random_state=0)
    assert result.importances.shape[1] == n_repeats


def test_groups_flip_together(svc, test):
    X, y = test
    groups = np.repeat(np.arange(12), 2)
    plain = occlusion_importance(svc, X, y, mode="line", random_state=0)
    grouped = occlusion_importance(svc, X, y, mode="line", groups=groups, random_state=0)
    np.testing.assert_array_equal(plain.importances, grouped.importances)
    # Spectra that were measured twice are no more certain than half as many.
    assert grouped.level > 1.2 * plain.level


def test_too_few_groups(svc, test):
    X, y = test
    with pytest.warns(UserWarning, match="X holds 4 groups; no window can pass"):
        result = occlusion_importance(svc, X, y, groups=np.arange(24) // 6, random_state=0)
    assert not result.passes.any()
    occlusion_importance(svc, X, y, groups=np.arange(24) // 5, random_state=0)


def test_warnings_of_the_spectra_come_once(svc, test):
    X, y = test[0].copy(), test[1]
    X[0] = 7
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        occlusion_importance(svc, X, y, random_state=0)
    assert len(caught) == 1
    assert "1 of 24 spectra in X are all zero or constant" in str(caught[0].message)


@pytest.mark.parametrize("n_points", [2, 3, 5])
@pytest.mark.parametrize("mode", ["line", "exchange", "keep"])
def test_short_spectra(n_points, mode):
    X = np.random.default_rng(0).uniform(size=(12, n_points))
    y = np.arange(12) % 2
    for model in (LogisticRegression(), PooledSVC()):
        result = occlusion_importance(model.fit(X, y), X, y, mode=mode, random_state=0)
        assert result.windows[-1, 1] == n_points
        assert np.isfinite(result.importances).all()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"mode": "noise"}, ValueError, "mode='noise' is not known; use one of 'exchange', "),
        ({"width": 0}, ValueError, "width == 0, must be >= 1"),
        ({"width": 121}, ValueError, "width == 121, must be <= 120"),
        ({"width": 2.5}, TypeError, "width must be an instance of"),
        ({"width": "wide"}, TypeError, "width must be an instance of"),
        ({"n_repeats": 0}, ValueError, "n_repeats == 0, must be >= 1"),
        ({"response_method": "score"}, ValueError, "response_method='score' is not known"),
        ({"response_method": "predict_proba"}, AttributeError, "PooledSVC has no predict_proba"),
        ({"x_axis": [3, 1]}, ValueError, "x_axis must be ascending"),
        ({"x_axis": [1, 2, 3]}, ValueError, r"x_axis has shape \(3,\)"),
        ({"groups": [1, 2]}, ValueError, "inconsistent numbers of samples"),
        ({"y": ["a"]}, ValueError, "inconsistent numbers of samples"),
        ({"y": ["a"] * 23 + ["z"]}, ValueError, r"labels that the classifier does not .*\['z'\]"),
        ({"y": np.eye(2, dtype=int)[[0, 1] * 12]}, ValueError, "multilabel"),
        ({"y": np.ones((24, 2)) * 3}, ValueError, "multilabel"),
        ({"X": np.zeros((24, 7))}, ValueError, "7 features"),
        ({"X": np.full((24, N_POINTS), np.nan)}, ValueError, "NaN"),
    ],
)
def test_bad_input(svc, test, options, error, message):
    X, y = (options.pop(name, one) for name, one in zip("Xy", test, strict=True))
    with pytest.raises(error, match=message):
        occlusion_importance(svc, X, y, **options)


def test_a_single_spectrum(svc, test):
    X, y = test[0][:1], test[1][:1]
    with pytest.raises(ValueError, match="needs at least two spectra"):
        occlusion_importance(svc, X, y)
    with pytest.warns(UserWarning, match="X holds 1 spectra"):
        result = occlusion_importance(svc, X, y, mode="line", random_state=0)
    assert not result.passes.any()


def test_models_that_cannot_be_asked(train, test):
    with pytest.raises(NotFittedError):
        occlusion_importance(PooledSVC(), *test)
    ridge = Ridge().fit(train[0], np.arange(24))
    with pytest.raises(ValueError, match="Ridge has no classes_; it must be a fitted classifier"):
        occlusion_importance(ridge, *test)
    X, y = spectra(0, 4 - 1)
    pairs = SVC(decision_function_shape="ovo").fit(np.vstack([X, X[:4]]), [*y, *"dddd"])
    with pytest.raises(ValueError, match="6 columns for 4 classes"):
        occlusion_importance(pairs, X, y)


def test_labels_in_one_column_only():
    X, Y = multilabel()
    model = PooledSVC().fit(X, Y)
    with pytest.raises(ValueError, match="no label that some spectra have and others have not"):
        occlusion_importance(model, X[:4], np.tile([0, 1], (4, 1)))
    with pytest.raises(ValueError, match="y has 3 columns, but the classifier knows 2"):
        occlusion_importance(model, X, np.column_stack([Y, Y[:, 0]]))


def test_the_result_is_shown_in_two_lines():
    x = np.arange(60)
    rng = np.random.default_rng(0)
    y = np.arange(20) % 2
    X = np.exp(-(((x - 15) / 2) ** 2)) + y[:, None] * np.exp(-(((x - 45) / 2) ** 2))
    X = X + rng.normal(0, 0.01, X.shape)
    model = LogisticRegression().fit(X, y)
    result = occlusion_importance(model, X, y, width=10, x_axis=x / 2 + 10, random_state=0)
    first, second = repr(result).split("\n")
    assert first == (
        "Loss of 'predict_proba' (mode 'exchange'): 11 windows of 10 points, 20 spectra"
    )
    assert second == "Above the level of the control: 30 to 34.5, 32.5 to 37"
