import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, SGDClassifier
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC
from sklearn.utils._param_validation import InvalidParameterError

from skspectra import AugmentedClassifier, PeakShiftAugmenter, PooledSVC, SpectralCNN
from skspectra.augmentation import BaseAugmenter, draw
from skspectra.datasets import make_spectra

X = np.zeros((4, 9))
X[range(4), [2, 2, 6, 6]] = 1
X += np.arange(4)[:, None] / 100
Y = np.array(["quartz", "quartz", "calcite", "calcite"])


class Marking(BaseAugmenter):
    """Adds 1 to the second point, so that later steps can tell variants from originals."""

    def __init__(self, random_state=None):
        self.random_state = random_state

    def _perturb(self, X, rng):
        X = X.copy()
        X[:, 1] += 1
        return X


class Spy(ClassifierMixin, BaseEstimator):
    """Remembers what it was given; knows the labels of what it was fitted on."""

    calls = []

    def fit(self, X, y):
        self.calls.append(("fit", X.copy(), y.copy()))
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        self.calls.append(("predict_proba", X.copy(), None))
        proba = np.linspace(0.1, 0.9, len(X))
        return np.column_stack([proba, 1 - proba])

    def predict(self, X):
        self.calls.append(("predict", X.copy(), None))
        return self.classes_[np.zeros(len(X), int)]


@pytest.fixture
def calls():
    Spy.calls.clear()
    return Spy.calls


@pytest.mark.parametrize("n_copies", [0, 1, 3])
def test_originals_first_then_the_copies(calls, n_copies):
    model = AugmentedClassifier(Spy(), PeakShiftAugmenter(2), n_copies, random_state=0).fit(X, Y)
    ((_, rows, labels),) = calls
    assert rows.shape == (4 * (n_copies + 1), 9)
    np.testing.assert_array_equal(rows[:4], X)
    assert labels.tolist() == Y.tolist() * (n_copies + 1)
    blocks = rows.reshape(n_copies + 1, 4, 9)
    for i in range(n_copies):
        assert (blocks[i] != blocks[i + 1]).any(axis=1).all()
    assert model.classes_.tolist() == ["calcite", "quartz"]
    assert model.n_features_in_ == 9


def test_copies_are_those_of_draw(calls):
    AugmentedClassifier(Spy(), PeakShiftAugmenter(2), 2, random_state=5).fit(X, Y)
    rng = np.random.default_rng(5)
    for block in (1, 2):
        expected = draw(PeakShiftAugmenter(2), X, rng)
        np.testing.assert_array_equal(calls[0][1][4 * block : 4 * block + 4], expected)


def test_no_copies_is_the_estimator_itself():
    model = AugmentedClassifier(LogisticRegression(), PeakShiftAugmenter(2), 0).fit(X, Y)
    plain = LogisticRegression().fit(X, Y)
    np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(X))


def test_prediction_is_not_augmented(calls):
    model = AugmentedClassifier(Spy(), Marking(), 1).fit(X, Y)
    model.predict(X)
    model.predict_proba(X)
    for _, rows, _ in calls[1:]:
        np.testing.assert_array_equal(rows, X)


def test_seeds():
    def fit(random_state, augmenter_seed=None):
        augmenter = PeakShiftAugmenter(2, random_state=augmenter_seed)
        model = AugmentedClassifier(LogisticRegression(), augmenter, 3, random_state=random_state)
        return model.fit(X, Y).predict_proba(X)

    np.testing.assert_array_equal(fit(0), fit(0))
    np.testing.assert_array_equal(fit(0), fit(0, augmenter_seed=3))
    assert (fit(0) != fit(1)).any()
    # Fresh entropy although the augmenter has a seed of its own.
    assert (fit(None, augmenter_seed=3) != fit(None, augmenter_seed=3)).any()


def test_the_parts_are_cloned():
    estimator, augmenter = LogisticRegression(), PeakShiftAugmenter(2)
    AugmentedClassifier(estimator, augmenter, 1).fit(X, Y)
    assert not hasattr(estimator, "classes_")
    assert not hasattr(augmenter, "n_features_in_")
    assert augmenter.random_state is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_reaches_the_estimator(calls, dtype):
    AugmentedClassifier(Spy(), PeakShiftAugmenter(2), 1).fit(X.astype(dtype), Y)
    assert calls[0][1].dtype == dtype


def test_several_phases():
    y = np.array([[1, 0], [1, 0], [0, 1], [1, 1]])
    model = AugmentedClassifier(KNeighborsClassifier(1), PeakShiftAugmenter(1), 2, random_state=0)
    np.testing.assert_array_equal(model.fit(X, y).predict(X), y)


def test_methods_are_those_of_the_estimator():
    has_decision = AugmentedClassifier(SVC(), PeakShiftAugmenter())
    has_proba = AugmentedClassifier(KNeighborsClassifier(), PeakShiftAugmenter())
    assert hasattr(has_decision, "decision_function")
    assert not hasattr(has_decision, "predict_proba")
    assert hasattr(has_proba, "predict_proba")
    assert not hasattr(has_proba, "decision_function")
    fitted = has_decision.fit(X, Y)
    np.testing.assert_array_equal(
        fitted.decision_function(X), fitted.estimator_.decision_function(X)
    )
    assert not hasattr(fitted, "predict_proba")


def test_not_fitted():
    model = AugmentedClassifier(SVC(), PeakShiftAugmenter())
    with pytest.raises(NotFittedError):
        model.predict(X)
    assert not hasattr(model, "classes_")


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (MLPClassifier(early_stopping=True), "estimator's early_stopping=True"),
        (HistGradientBoostingClassifier(), "estimator's early_stopping='auto'"),
        (SGDClassifier(early_stopping=True), "estimator's early_stopping=True"),
        (SpectralCNN(), r"early_stopping=True.*SpectralCNN\(augmenter=...\)"),
        (
            make_pipeline(MLPClassifier(early_stopping=True)),
            "estimator__mlpclassifier__early_stopping=True",
        ),
        (
            OneVsRestClassifier(SGDClassifier(early_stopping=True)),
            "estimator__estimator__early_stopping=True",
        ),
        (GridSearchCV(SVC(), {"C": [1, 2]}, cv=2), "estimator's cv=2.*inside the search"),
        (CalibratedClassifierCV(SVC()), "estimator's cv=None"),
        (LogisticRegressionCV(), "estimator's cv=None"),
        (RandomForestClassifier(oob_score=True), "estimator's oob_score=True"),
        (SVC(probability=True), "probability=True.*CalibratedClassifierCV around Aug"),
        (
            GradientBoostingClassifier(n_iter_no_change=3),
            "n_iter_no_change=3.*validation data",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseEstimator) else "",
)
def test_an_estimator_that_would_validate_on_copies_is_refused(estimator, message):
    with pytest.raises(ValueError, match=message):
        AugmentedClassifier(estimator, PeakShiftAugmenter()).fit(X, Y)


@pytest.mark.parametrize(
    "estimator",
    [
        MLPClassifier(early_stopping=False, solver="lbfgs", max_iter=500),
        HistGradientBoostingClassifier(early_stopping=False, max_iter=2),
        SGDClassifier(),
        GradientBoostingClassifier(n_estimators=2),
    ],
)
def test_the_same_without_validation_is_accepted(estimator):
    AugmentedClassifier(estimator, PeakShiftAugmenter(), 1).fit(X, Y).predict(X)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_around_a_network_without_a_hold_out():
    net = SpectralCNN(early_stopping=False, max_epochs=2, n_threads=1)
    AugmentedClassifier(net, PeakShiftAugmenter(), 1).fit(X, Y).predict(X)


@pytest.mark.parametrize(
    ("name", "value"),
    [("n_copies", -1), ("n_copies", 1.0), ("augmenter", None), ("random_state", "x")],
)
def test_invalid_parameters(name, value):
    model = AugmentedClassifier(SVC(), PeakShiftAugmenter()).set_params(**{name: value})
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter of AugmentedClass"):
        model.fit(X, Y)


def numbered(n_samples=24):
    """Spectra whose first point is their number."""
    spectra = np.random.default_rng(0).uniform(size=(n_samples, 5))
    spectra[:, 0] = np.arange(n_samples)
    spectra[:, 1] = 0
    return spectra, np.arange(n_samples) % 2


def rows_seen(calls, method):
    """For each call of `method`: numbers of the rows, and the marks of augmented ones."""
    return [(set(rows[:, 0]), set(rows[:, 1])) for name, rows, _ in calls if name == method]


def test_cross_validation_augments_training_rows_only(calls):
    spectra, y = numbered()
    model = AugmentedClassifier(Spy(), Marking(), 2)
    folds = cross_validate(model, spectra, y, cv=3, return_indices=True)["indices"]
    fitted, tested = rows_seen(calls, "fit"), rows_seen(calls, "predict")
    for i in range(3):
        assert fitted[i] == (set(folds["train"][i]), {0, 1})
        assert tested[i] == (set(folds["test"][i]), {0})


@pytest.mark.parametrize(
    "model",
    [AugmentedClassifier(Spy(), Marking(), 2), make_pipeline(Marking(), Spy())],
    ids=["copies", "pipeline"],
)
def test_grid_search_augments_training_rows_only(calls, model):
    spectra, y = numbered()
    # The last fit is the one on all spectra.
    GridSearchCV(model, {}, cv=3).fit(spectra, y)
    *fitted, (all_rows, _) = rows_seen(calls, "fit")
    assert all_rows == set(range(24))
    for (train, _), (test, marks) in zip(fitted, rows_seen(calls, "predict"), strict=True):
        assert marks == {0}
        assert not train & test


@pytest.mark.parametrize(
    "model",
    [AugmentedClassifier(Spy(), Marking(), 2), make_pipeline(Marking(), Spy())],
    ids=["copies", "pipeline"],
)
def test_calibration_around_sees_neither_copies_nor_training_rows(calls, model):
    spectra, y = numbered()
    CalibratedClassifierCV(model, cv=3).fit(spectra, y)
    fitted, calibrated = rows_seen(calls, "fit"), rows_seen(calls, "predict_proba")
    assert len(fitted) == len(calibrated) == 3
    for (train, _), (test, marks) in zip(fitted, calibrated, strict=True):
        assert marks == {0}
        assert not train & test
        assert train | test == set(range(24))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_network_splits_before_it_augments():
    spectra, y = numbered(40)
    seen = []

    class Watching(Marking):
        def _perturb(self, X, rng):
            seen.append(set(X[:, 0]))
            return super()._perturb(X, rng)

    model = SpectralCNN(
        augmenter=Watching(), max_epochs=4, validation_fraction=0.25, normalize="none", n_threads=1
    )
    model.fit(spectra, y)
    assert len(set.union(*seen)) == 30
    model.predict(spectra)
    assert len(set.union(*seen)) == 30


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_every_part_is_searchable(n_jobs):
    table = [([20, 60], [1.0, 0.5]), ([30, 70], [1.0, 0.5])]
    spectra, y = make_spectra(table, 6, n_points=90, max_shift=5, sigma=(1.0, 2.0), random_state=0)
    model = AugmentedClassifier(PooledSVC(), PeakShiftAugmenter(), random_state=0)
    grid = {
        "augmenter__max_shift": [0, 5],
        "n_copies": [1, 2],
        "estimator__pool_size": [3, 9],
    }
    search = GridSearchCV(model, grid, cv=2, n_jobs=n_jobs).fit(spectra, y)
    assert len(search.cv_results_["params"]) == 8
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    expected = cross_validate(clone(model).set_params(**search.best_params_), spectra, y, cv=2)
    assert search.best_score_ == pytest.approx(expected["test_score"].mean())


def test_copies_help_where_peaks_move():
    """Trained on few spectra, tested on moved ones: this is what the copies are for."""
    table = [([40], [1.0]), ([60], [1.0])]
    options = {"n_points": 100, "sigma": 0.3, "height_variation": 0}
    train, y_train = make_spectra(table, 3, max_shift=0, **options)
    test, y_test = make_spectra(table, 50, max_shift=8, random_state=0, **options)
    plain = KNeighborsClassifier(1).fit(train, y_train)
    model = AugmentedClassifier(
        KNeighborsClassifier(1), PeakShiftAugmenter(8, "global"), 30, random_state=0
    )
    assert plain.score(test, y_test) < 0.8
    assert model.fit(train, y_train).score(test, y_test) > 0.95
