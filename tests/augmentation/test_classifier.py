import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.exceptions import NotFittedError, UnsetMetadataPassedError
from sklearn.feature_selection import SelectFromModel
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, SGDClassifier
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC
from sklearn.utils._param_validation import InvalidParameterError
from skorch import NeuralNetClassifier
from skorch.callbacks import EarlyStopping
from skorch.dataset import Dataset, ValidSplit
from skorch.helper import predefined_split
from torch import nn

from skspectra import (
    AugmentedClassifier,
    MaxPoolDownsampler,
    PeakShiftAugmenter,
    PooledSVC,
    SpectralCNN,
)
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


class Routed(Spy):
    """A spy that takes metadata, and remembers them in place of the labels."""

    def fit(self, X, y, sample_weight=None, groups=None, X_val=None, y_val=None):
        super().fit(X, y)
        given = {"sample_weight": sample_weight, "groups": groups, "X_val": X_val, "y_val": y_val}
        self.calls[-1] = ("fit", X.copy(), given)
        return self


def requesting(**names):
    return Routed().set_fit_request(**names) if names else Routed()


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
    has_log_proba = AugmentedClassifier(LogisticRegression(), PeakShiftAugmenter()).fit(X, Y)
    np.testing.assert_array_equal(
        has_log_proba.predict_log_proba(X), has_log_proba.estimator_.predict_log_proba(X)
    )
    assert not hasattr(has_proba, "predict_log_proba")
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
        (SpectralCNN(), "early_stopping=True.*give fit an X_val.*own augmenter parameter"),
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
        (
            NeuralNetClassifier(nn.Linear),
            r"estimator's train_split=.*ValidSplit.*train_split=None",
        ),
        (
            make_pipeline(NeuralNetClassifier(nn.Linear, train_split=ValidSplit(3))),
            r"estimator__neuralnetclassifier__train_split=.*predefined_split\(...\)",
        ),
        (ClassifierChain(SVC(), cv=2), "estimator's cv=2"),
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
        # This one watches its training spectra.
        HistGradientBoostingClassifier(early_stopping=True, validation_fraction=None, max_iter=2),
    ],
)
def test_the_same_without_validation_is_accepted(estimator):
    AugmentedClassifier(estimator, PeakShiftAugmenter(), 1).fit(X, Y).predict(X)


def test_a_chain_of_classifiers_splits_nothing():
    y = np.array([[1, 0], [1, 0], [0, 1], [0, 1]])
    chain = ClassifierChain(KNeighborsClassifier(1))
    model = AugmentedClassifier(chain, PeakShiftAugmenter(1), 1, random_state=0).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), y)


HELD_OUT = X.astype(np.float32), np.array([0, 0, 1, 1])


@pytest.mark.parametrize(
    "options",
    [
        {"train_split": None},
        {"train_split": predefined_split(Dataset(*HELD_OUT)), "callbacks": [EarlyStopping()]},
    ],
    ids=["none", "predefined"],
)
def test_around_a_skorch_net_that_splits_nothing(options):
    spectra, y = HELD_OUT
    net = NeuralNetClassifier(
        nn.Linear,
        module__in_features=9,
        module__out_features=2,
        criterion=nn.CrossEntropyLoss,
        max_epochs=2,
        verbose=0,
        **options,
    )
    model = AugmentedClassifier(net, PeakShiftAugmenter(1), 2).fit(spectra, y)
    assert model.predict(spectra).shape == (4,)
    assert ("valid_loss" in model.estimator_.history[-1]) == (options["train_split"] is not None)


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


routing = pytest.mark.parametrize("routing", [False, True], ids=["routing off", "routing on"])


@routing
def test_weights_and_groups_follow_their_spectra_and_all_else_is_untouched(calls, routing):
    spectra, y = numbered(6)
    X_val, y_val = spectra[:2].copy(), ["a", "b"]
    groups = np.array(list("uvwxyz"))
    with config_context(enable_metadata_routing=routing):
        estimator = Routed()
        if routing:
            estimator.set_fit_request(sample_weight=True, groups=True, X_val=True, y_val=True)
        AugmentedClassifier(estimator, Marking(), 2).fit(
            spectra, y, sample_weight=[0, 1, 2, 3, 4, 5], groups=groups, X_val=X_val, y_val=y_val
        )
    ((_, rows, given),) = calls
    assert given["sample_weight"].tolist() == rows[:, 0].tolist() == [0, 1, 2, 3, 4, 5] * 3
    assert given["groups"].tolist() == list("uvwxyz") * 3
    assert given["X_val"] is X_val
    assert given["y_val"] is y_val


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (None, None),
        (2.0, 2.0),
        (pd.Series([1, 2, 3, 4], index=[7, 7, 8, 8]), [1, 2, 3, 4] * 2),
        (pl.Series([1, 2, 3, 4]), [1, 2, 3, 4] * 2),
        (np.float32([[1], [2], [3], [4]]), [[1], [2], [3], [4]] * 2),
    ],
    ids=["None", "one for all", "pandas", "polars", "column"],
)
def test_what_weights_may_be(calls, weights, expected):
    AugmentedClassifier(Routed(), Marking(), 1).fit(X, Y, sample_weight=weights)
    found = calls[0][2]["sample_weight"]
    if isinstance(expected, list):
        assert found.tolist() == expected
        assert found.dtype == np.asarray(weights).dtype
    else:
        assert found == expected


@pytest.mark.parametrize("name", ["sample_weight", "groups", "spy__sample_weight"])
@pytest.mark.parametrize("n_values", [3, 8])
def test_one_value_for_each_spectrum(name, n_values):
    model = AugmentedClassifier(Routed(), PeakShiftAugmenter(1), 1)
    with pytest.raises(ValueError, match=f"^{name} has {n_values} values for 4 spectra; it must"):
        model.fit(X, Y, **{name: [1] * n_values})


def test_an_alias_is_resolved(calls):
    with config_context(enable_metadata_routing=True):
        model = AugmentedClassifier(requesting(sample_weight="doses"), Marking(), 1)
        model.fit(X, Y, doses=[1, 2, 3, 4])
    assert calls[0][2]["sample_weight"].tolist() == [1, 2, 3, 4] * 2


@routing
def test_a_pipeline_inside_passes_weights_on(calls, routing):
    with config_context(enable_metadata_routing=routing):
        last = requesting(sample_weight=True) if routing else Routed()
        model = AugmentedClassifier(make_pipeline(FunctionTransformer(), last), Marking(), 1)
        model.fit(X, Y, **{"sample_weight" if routing else "routed__sample_weight": [1, 2, 3, 4]})
    assert calls[0][2]["sample_weight"].tolist() == [1, 2, 3, 4] * 2


@routing
def test_a_pipeline_around_passes_weights_on(calls, routing):
    with config_context(enable_metadata_routing=routing):
        estimator = requesting(sample_weight=True) if routing else Routed()
        model = make_pipeline(FunctionTransformer(), AugmentedClassifier(estimator, Marking(), 1))
        name = "sample_weight" if routing else "augmentedclassifier__sample_weight"
        model.fit(X, Y, **{name: [1, 2, 3, 4]})
    assert calls[0][2]["sample_weight"].tolist() == [1, 2, 3, 4] * 2


@routing
@pytest.mark.parametrize("how", ["cross_validate", "GridSearchCV"])
def test_weights_under_cross_validation_are_those_of_the_training_rows(calls, how, routing):
    spectra, y = numbered()
    with config_context(enable_metadata_routing=routing):
        model = AugmentedClassifier(Routed(), Marking(), 2)
        if routing:
            model.set_score_request(sample_weight=False)
            model.set_params(estimator=requesting(sample_weight=True))
        if how == "cross_validate":
            cross_validate(model, spectra, y, cv=3, params={"sample_weight": spectra[:, 0]})
        else:
            GridSearchCV(model, {}, cv=3).fit(spectra, y, sample_weight=spectra[:, 0])
    fits = [(rows, given) for name, rows, given in calls if name == "fit"]
    assert [len(rows) for rows, _ in fits] == [48, 48, 48, 72][: 3 + (how == "GridSearchCV")]
    for rows, given in fits:
        np.testing.assert_array_equal(given["sample_weight"], rows[:, 0])


def test_score_takes_weights_where_they_are_requested(calls):
    spectra, y = numbered()
    with config_context(enable_metadata_routing=True):
        model = AugmentedClassifier(requesting(sample_weight=False), Marking(), 1)
        model.set_score_request(sample_weight=True)
        # The spy always predicts 0, and all the weight is on 1.
        scores = cross_validate(model, spectra, y, cv=2, params={"sample_weight": y})["test_score"]
    assert scores.tolist() == [0, 0]
    assert all(given["sample_weight"] is None for name, _, given in calls if name == "fit")


def test_what_is_not_requested_is_an_error_of_scikit_learn():
    with config_context(enable_metadata_routing=True):
        model = AugmentedClassifier(Routed(), Marking(), 1)
        with pytest.raises(UnsetMetadataPassedError, match=r"sample_weight.*not explicitly set"):
            model.fit(X, Y, sample_weight=[1, 2, 3, 4])
        with pytest.raises(TypeError, match=r"AugmentedClassifier\.fit got unexpected.*dose"):
            model.fit(X, Y, dose=[1, 2, 3, 4])
        with pytest.raises(UnsetMetadataPassedError, match=r"sample_weight.*not explicitly set"):
            cross_validate(model, X, Y, cv=2, params={"sample_weight": [1, 2, 3, 4]})


def test_what_the_estimator_does_not_take_is_its_own_error():
    with pytest.raises(TypeError, match="unexpected keyword argument 'sample_weight'"):
        AugmentedClassifier(Spy(), Marking(), 1).fit(X, Y, sample_weight=[1, 2, 3, 4])


def test_calibration_around_passes_weights_on_where_routing_is_on(calls):
    spectra, y = numbered()
    with config_context(enable_metadata_routing=True):
        model = AugmentedClassifier(requesting(sample_weight=True), Marking(), 2)
        CalibratedClassifierCV(model, cv=3).fit(spectra, y, sample_weight=spectra[:, 0])
    fits = [(rows, given) for name, rows, given in calls if name == "fit"]
    assert len(fits) == 3
    for rows, given in fits:
        np.testing.assert_array_equal(given["sample_weight"], rows[:, 0])


def test_calibration_around_says_so_where_routing_is_off(calls):
    spectra, y = numbered()
    model = AugmentedClassifier(Routed(), Marking(), 2)
    with pytest.warns(UserWarning, match="AugmentedClassifier does not appear to accept sample_w"):
        CalibratedClassifierCV(model, cv=3).fit(spectra, y, sample_weight=spectra[:, 0])
    assert all(given["sample_weight"] is None for name, _, given in calls if name == "fit")


def boosting():
    return HistGradientBoostingClassifier(
        early_stopping=True, n_iter_no_change=1, max_iter=5, min_samples_leaf=1
    )


def test_with_a_validation_set_of_its_own_an_estimator_may_stop_early():
    model = AugmentedClassifier(boosting(), PeakShiftAugmenter(1), 2)
    model.fit(X, Y, X_val=X, y_val=Y)
    assert len(model.estimator_.validation_score_) > 1
    pipeline = make_pipeline(FunctionTransformer(), boosting())
    name = "histgradientboostingclassifier__"
    model.set_params(estimator=pipeline).fit(X, Y, **{name + "X_val": X, name + "y_val": Y})
    assert len(model.estimator_[-1].validation_score_) > 1
    with pytest.raises(ValueError, match="early_stopping=True would split off"):
        model.fit(X, Y, **{name + "X_val": None})


def test_a_routed_validation_set_counts_where_it_was_requested():
    with config_context(enable_metadata_routing=True):
        asking = boosting().set_fit_request(X_val=True, y_val=True)
        pipeline = make_pipeline(MaxPoolDownsampler(3), asking, transform_input=["X_val"])
        model = AugmentedClassifier(pipeline, PeakShiftAugmenter(1), 2)
        model.fit(X, Y, X_val=X, y_val=Y)
        assert len(model.estimator_[-1].validation_score_) > 1
        selector = SelectFromModel(SGDClassifier(early_stopping=True))
        model.set_params(estimator=make_pipeline(selector, asking, transform_input=["X_val"]))
        with pytest.raises(ValueError, match="estimator__selectfrommodel__estimator__early_stop"):
            model.fit(X, Y, X_val=X, y_val=Y)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_network_with_a_validation_set_of_its_own():
    net = SpectralCNN(max_epochs=2, n_threads=1, random_state=0)
    model = AugmentedClassifier(net, PeakShiftAugmenter(1), 1)
    model.fit(X, Y, X_val=X, y_val=Y).predict(X)
    with pytest.raises(ValueError, match="early_stopping=True"):
        model.fit(X, Y)


ANGLES = [f"{20 + i / 10:.1f}" for i in range(9)]


def pandas_frame(values):
    return pd.DataFrame(values, columns=ANGLES, index=range(7, 7 + len(values)))


def polars_frame(values):
    return pl.DataFrame(values, schema=ANGLES)


frames = pytest.mark.parametrize("frame", [pandas_frame, polars_frame], ids=["pandas", "polars"])


@frames
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_estimator_knows_the_axis(frame, dtype):
    spectra = frame(X.astype(dtype))
    pipeline = make_pipeline(MaxPoolDownsampler(3), KNeighborsClassifier(1))
    model = AugmentedClassifier(pipeline, PeakShiftAugmenter(1), 2, random_state=0).fit(spectra, Y)
    assert model.estimator_.feature_names_in_.tolist() == ANGLES
    expected = MaxPoolDownsampler(3).fit(spectra).get_feature_names_out()
    assert model.estimator_[:-1].get_feature_names_out().tolist() == expected.tolist()
    # Warnings are errors here: neither of the two complains about names.
    assert model.predict(spectra).tolist() == Y.tolist()
    by_array = clone(model).fit(X.astype(dtype), Y)
    np.testing.assert_array_equal(model.predict_proba(spectra), by_array.predict_proba(X))
    assert not hasattr(by_array.estimator_, "feature_names_in_")


@frames
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_a_frame_reaches_the_estimator_as_a_frame_of_floats(frame, dtype):
    received = []

    class Watching(Spy):
        def fit(self, X, y):
            received.append(X)
            return super().fit(X.to_numpy(), y)

        def predict(self, X):
            received.append(X)
            return super().predict(X.to_numpy())

    spectra = frame((10 * X).astype(dtype))
    model = AugmentedClassifier(Watching(), Marking(), 1).fit(spectra, Y)
    model.predict(spectra)
    for found in received:
        assert type(found) is type(spectra)
        assert list(found.columns) == ANGLES
        values = found.to_numpy()
        assert values.dtype == (np.float32 if dtype == np.float32 else np.float64)
        np.testing.assert_array_equal(values[:4], spectra.to_numpy())


@frames
def test_an_array_after_a_frame_warns_once(frame):
    model = AugmentedClassifier(LogisticRegression(), PeakShiftAugmenter(1), 1)
    model.fit(frame(X), Y)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        from_array = model.predict_proba(X)
    (message,) = [str(warning.message) for warning in caught]
    assert message.startswith("X does not have valid feature names, but AugmentedClassifier was")
    np.testing.assert_allclose(from_array, model.predict_proba(frame(X)), rtol=1e-12)


def test_columns_in_another_order_are_refused():
    model = AugmentedClassifier(LogisticRegression(), PeakShiftAugmenter(1), 1)
    model.fit(pandas_frame(X), Y)
    with pytest.raises(ValueError, match="Feature names must be in the same order"):
        model.predict(pandas_frame(X)[ANGLES[::-1]])


def test_columns_that_are_numbers_are_no_names():
    spectra = pd.DataFrame(X)
    model = AugmentedClassifier(LogisticRegression(), PeakShiftAugmenter(1), 1).fit(spectra, Y)
    assert not hasattr(model, "feature_names_in_")
    assert not hasattr(model.estimator_, "feature_names_in_")
    model.predict(X)
    model.predict(spectra)


@pytest.mark.parametrize("library", ["default", "pandas", "polars"])
def test_the_global_output_setting_changes_nothing(calls, library):
    with config_context(transform_output=library):
        AugmentedClassifier(Spy(), Marking(), 1).fit(X, Y).predict(X)
    assert all(type(rows) is np.ndarray for _, rows, _ in calls)


def test_flat_spectra_are_counted_without_their_copies():
    flat = np.concatenate([X, np.zeros((1, 9))])
    model = AugmentedClassifier(PooledSVC(), PeakShiftAugmenter(1), 3, random_state=0)
    with pytest.warns(UserWarning, match="are all zero or constant") as record:
        model.fit(flat, [*Y, "quartz"])
    assert [str(warning.message)[:19] for warning in record] == ["1 of 5 spectra in X"]
