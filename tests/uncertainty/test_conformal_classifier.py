import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
import skops.io
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    LeaveOneGroupOut,
    ShuffleSplit,
    cross_validate,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skspectra import (
    AugmentedClassifier,
    PeakShiftAugmenter,
    PooledMLP,
    PooledSVC,
    SpectralCNN,
)
from skspectra.datasets import make_spectra
from skspectra.preprocessing._seen import model_features
from skspectra.uncertainty import ConformalClassifier
from skspectra.uncertainty._conformal import tie_numbers
from skspectra.uncertainty._novelty import class_distance, fit_classes
from skspectra.uncertainty._scores import label_scores

TABLE = [([20, 60], [1.0, 0.5]), ([30, 80], [1.0, 0.5]), ([40, 50], [1.0, 0.5])]
NAMES = np.array(["quartz", "calcite", "mica"])


def spectra(n_per_class=20, seed=0, table=TABLE, noise=0.02):
    law = {"n_points": 100, "max_shift": 3, "noise": noise}
    return make_spectra(table, n_per_class, random_state=seed, **law)


X, Y = spectra()
NEW, Y_NEW = spectra(seed=1)


def hard(n, seed):
    """Two classes that overlap, as plain numbers."""
    rng = np.random.default_rng(seed)
    y = rng.integers(2, size=n)
    return rng.normal(size=(n, 3)) + y[:, None], y


def p_values_slowly(model, X, y, new, groups=None, per_class=False):
    """The definition, one spectrum and label after the other, without ties."""
    groups = np.arange(len(y)) if groups is None else groups
    classes, expected = np.unique(y), np.empty((len(new), len(np.unique(y))))
    for i, row in enumerate(new):
        for j, label in enumerate(classes):
            names = np.unique(groups[y == label] if per_class else groups)
            total = 0.0
            for name in names:
                members = np.flatnonzero((groups == name) & ((y == label) | (not per_class)))
                for m in members:
                    fold_model = model.estimators_[model._fold[m]]
                    arguments = fold_model, [X[m], row], model.conformity_score_, classes, False
                    scores = label_scores(*arguments)
                    own = np.flatnonzero(classes == y[m])[0]
                    total += (scores[0, own] >= scores[1, j]) / len(members)
            expected[i, j] = (total + 1) / (len(names) + 1)
    return expected


@pytest.mark.parametrize("per_class", [False, True])
@pytest.mark.parametrize("grouped", [False, True])
def test_p_values_are_those_of_the_slow_reference(grouped, per_class):
    X, y = hard(40, 0)
    new = hard(5, 1)[0]
    groups = np.random.default_rng(2).integers(15, size=40) if grouped else None
    model = ConformalClassifier(LogisticRegression(), cv=3, per_class=per_class, random_state=0)
    found = model.fit(X, y, groups=groups).p_values(new)
    np.testing.assert_allclose(found, p_values_slowly(model, X, y, new, groups, per_class))
    units = np.arange(40) if groups is None else groups
    assert model.n_calibration_ == len(np.unique(units))
    expected = [len(np.unique(units[y == label])) for label in (0, 1)]
    assert model.class_counts_.tolist() == expected


@pytest.mark.parametrize("grouped", [False, True])
def test_novelty_p_values_by_the_definition(grouped):
    groups = np.arange(len(X)) // 2 if grouped else np.arange(len(X))
    model = ConformalClassifier(PooledSVC(), cv=3, random_state=0)
    model.fit(X, Y, groups=groups if grouped else None)
    weight = np.zeros(len(NEW))
    for k, fold_model in enumerate(model.estimators_):
        kept, out = (np.flatnonzero((model._fold == k) == left) for left in (False, True))
        classes = fit_classes(model_features(fold_model, X[kept]), Y[kept])
        old = class_distance(classes, model_features(fold_model, X[out]))
        new = class_distance(classes, model_features(fold_model, NEW))
        weights = [1 / np.sum(groups == groups[i]) for i in out]
        weight += (old[:, None] >= new).T @ weights
    expected = (weight + 1) / (len(np.unique(groups)) + 1)
    np.testing.assert_allclose(model.novelty_p_values(NEW), expected)


@pytest.mark.parametrize("per_class", [False, True])
def test_coverage(per_class):
    """90 % sets of two overlapping classes, averaged over 12 draws of everything."""
    covered, sizes = [], []
    for seed in range(12):
        model = ConformalClassifier(
            LogisticRegression(), cv=3, per_class=per_class, random_state=seed
        )
        new, y = hard(200, 1000 + seed)
        plausible = model.fit(*hard(100, seed)).predict_set(new)
        covered.append([plausible[y == label, label].mean() for label in (0, 1)])
        sizes.append(plausible.sum(axis=1).mean())
    assert 0.88 < np.mean(covered) < 0.93
    assert 1 < np.mean(sizes) < 1.5


def test_per_class_covers_the_rare_class_too():
    covered = {False: [], True: []}
    for seed, per_class in np.ndindex(6, 2):
        X, y = hard(400, seed)
        kept = np.flatnonzero((y == 0) | (np.arange(400) % 10 == 0))
        new, y_new = hard(400, 1000 + seed)
        model = ConformalClassifier(
            LogisticRegression(), per_class=bool(per_class), random_state=0
        )
        plausible = model.fit(X[kept], y[kept]).predict_set(new)
        covered[bool(per_class)].append(plausible[y_new == 1, 1].mean())
    assert np.mean(covered[False]) < 0.75
    assert 0.86 < np.mean(covered[True]) < 0.96


def replicated(n_groups, seed):
    """Ten replicates of each sample, which differ much less than samples do."""
    X, y = hard(n_groups, seed)
    rng = np.random.default_rng(seed)
    X = np.repeat(X, 10, axis=0) + 0.01 * rng.normal(size=(10 * n_groups, 3))
    return X, np.repeat(y, 10), np.repeat(np.arange(n_groups), 10)


def test_replicates_make_coverage_fiction_without_groups():
    covered = {False: [], True: []}
    for seed, grouped in np.ndindex(6, 2):
        X, y, groups = replicated(30, seed)
        new, y_new = hard(300, 1000 + seed)
        model = ConformalClassifier(KNeighborsClassifier(3), cv=3, random_state=seed)
        model.fit(X, y, groups=groups if grouped else None)
        plausible = model.predict_set(new)
        covered[bool(grouped)].append(plausible[np.arange(300), y_new].mean())
    assert np.mean(covered[False]) < 0.8
    assert np.mean(covered[True]) > 0.88


def test_an_unequal_number_of_replicates_does_not_matter():
    """A group of many spectra weighs as much as one of one."""
    X, y = hard(40, 0)
    new = hard(9, 1)[0]
    groups = np.arange(40)
    copies = np.concatenate([np.arange(40), np.repeat(3, 60)])
    splits = [(np.flatnonzero(groups % 4 != k), np.flatnonzero(groups % 4 == k)) for k in range(4)]
    longer = [
        (np.setdiff1d(train, [3]), np.concatenate([test, np.arange(40, 100)]))
        if 3 in test
        else (train, test)
        for train, test in splits
    ]
    frozen = FrozenEstimator(LogisticRegression().fit(*hard(50, 2)))
    one = ConformalClassifier(frozen, cv=splits, random_state=0).fit(X, y, groups=groups)
    many = ConformalClassifier(frozen, cv=longer, random_state=0)
    many.fit(X[copies], y[copies], groups=groups[copies])
    assert many.n_calibration_ == one.n_calibration_ == 40
    np.testing.assert_allclose(many.p_values(new), one.p_values(new))


def test_frozen_is_split_conformal_on_what_is_given():
    fitted = LogisticRegression().fit(*hard(50, 0))
    X, y = hard(30, 1)
    new = hard(8, 2)[0]
    model = ConformalClassifier(FrozenEstimator(fitted), random_state=0).fit(X, y)
    assert len(model.estimators_) == 1
    assert model.estimator_.estimator is fitted
    own = (2 * y - 1) * fitted.decision_function(X)
    d = fitted.decision_function(new)
    expected = [[(1 + np.sum(own <= side * d_i)) / 31 for side in (-1, 1)] for d_i in d]
    np.testing.assert_allclose(model.p_values(new), expected)
    with pytest.raises(ValueError, match=r"frozen estimator does not know: \[7\]"):
        ConformalClassifier(FrozenEstimator(fitted)).fit(X, y + 7 * (y == 1) - (y == 1))


def test_fold_models_and_the_one_for_all():
    model = ConformalClassifier(PooledSVC(), cv=4, random_state=0).fit(X, Y)
    assert len(model.estimators_) == 4
    for k, fold_model in enumerate(model.estimators_):
        kept = model._fold != k
        expected = PooledSVC().fit(X[kept], Y[kept]).decision_function(NEW)
        np.testing.assert_array_equal(fold_model.decision_function(NEW), expected)
    expected = PooledSVC().fit(X, Y)
    np.testing.assert_array_equal(model.predict(NEW), expected.predict(NEW))
    np.testing.assert_array_equal(model.decision_function(NEW), expected.decision_function(NEW))
    assert not hasattr(model, "predict_proba")
    assert model.score(NEW, Y_NEW) > 0.9


@pytest.mark.parametrize(
    ("labels", "unknown", "dtype"),
    [
        (NAMES, "none of these", "<U13"),
        (NAMES.astype(object), "?", "O"),
        (np.array([0, 1, 2], dtype=np.uint8), -1, "int64"),
        (np.array([0.0, 1.0, 2.0]), np.nan, "float64"),
    ],
)
def test_rejection(labels, unknown, dtype):
    y = labels[Y]
    model = ConformalClassifier(PooledSVC(), unknown_label=unknown, random_state=0).fit(X, y)
    strange = np.concatenate([NEW[:3], spectra(2, table=[([5, 90], [1.0, 1.0])])[0]])
    found = model.predict(strange)
    assert found.dtype == np.dtype(dtype)
    assert found[:3].tolist() == labels[Y_NEW[:3]].tolist()
    np.testing.assert_array_equal(found[3:], [unknown, unknown])
    assert model.classes_.tolist() == np.unique(labels).tolist()
    assert model.classes_.dtype == labels.dtype
    expected = model.novelty_p_values(NEW) <= 0.05
    rejected = np.array([value not in labels for value in model.predict(NEW).tolist()])
    np.testing.assert_array_equal(rejected, expected)


def test_false_alarms_are_as_many_as_stated():
    rates = []
    for seed in range(6):
        model = ConformalClassifier(PooledSVC(), cv=3, unknown_label=-1, random_state=seed)
        model.set_params(false_alarm_rate=0.2).fit(*spectra(seed=10 + seed))
        rates.append((model.predict(spectra(100, seed=50 + seed)[0]) == -1).mean())
    assert 0.1 < np.mean(rates) < 0.25


def test_what_softmax_misses_is_rejected():
    """Noise, a constant, zeros, a spike and a class left out; the network is sure of some."""
    rng = np.random.default_rng(0)
    strange = [rng.normal(size=(9, 100)), np.eye(100)[[5, 70]]]
    strange += [spectra(9, table=[([5, 90], [1.0, 0.5])])[0], X[:9] + X[20:29]]
    model = ConformalClassifier(
        PooledMLP(max_epochs=40, n_threads=1, random_state=0), cv=2, random_state=0
    )
    with pytest.warns(sklearn.exceptions.ConvergenceWarning):
        model.fit(X, Y)
    strange = np.concatenate(strange)
    assert (model.novelty_p_values(strange) <= 0.05).mean() > 0.9
    assert model.predict_proba(strange).max() > 0.9
    with pytest.warns(UserWarning, match="2 of 2 spectra in X are all zero or constant") as record:
        assert model.novelty_p_values([[0] * 100, [1] * 100]).max() <= 0.05
    assert len(record) == 1


def test_flat_spectra_are_warned_of_once():
    model = ConformalClassifier(PooledSVC(), unknown_label=-1, random_state=0).fit(X, Y)
    for method in (model.predict, model.p_values, model.novelty_p_values, model.decision_function):
        with pytest.warns(UserWarning, match="1 of 1 spectra in X are all zero") as record:
            method([[0] * 100])
        assert len(record) == 1


def test_an_empty_set_asks_for_a_higher_level():
    model = ConformalClassifier(PooledSVC(), random_state=0).fit(X, Y)
    plausible = model.predict_set(NEW)
    assert (plausible.sum(axis=1) == 0).any()
    assert (model.predict_set(NEW, 0.98).sum(axis=1) > 0).mean() > 0.95
    np.testing.assert_array_equal(plausible, model.p_values(NEW) > 0.1 + 1e-10)
    assert plausible.dtype.kind == "i"


def test_a_spectrum_has_the_same_sets_alone_and_among_others():
    model = ConformalClassifier(ExtraTreesClassifier(10, random_state=0), random_state=0)
    model.fit(X, Y)
    together = model.p_values(NEW)
    np.testing.assert_array_equal(
        [model.p_values(row[None])[0] for row in NEW[::7]], together[::7]
    )


def test_multilabel_is_one_p_value_per_label():
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=(60, 3))
    y[:, 2] = np.arange(60) < 12
    Z = rng.normal(size=(60, 3)) + 2 * y
    model = ConformalClassifier(KNeighborsClassifier(9), cv=4, random_state=0).fit(Z, y)
    assert model.classes_.tolist() == [0, 1, 2]
    assert model.class_counts_.tolist() == y.sum(axis=0).tolist()
    new = rng.normal(size=(5, 3))
    p = model.p_values(new)
    for label in range(3):
        total = np.zeros(5)
        for m in np.flatnonzero(y[:, label]):
            fold_model = model.estimators_[model._fold[m]]
            own, others = (
                label_scores(fold_model, Z_, "probability", np.arange(3), True)[:, label]
                for Z_ in (Z[[m]], new)
            )
            total += (own > others) + (own == others) * (
                model._ties[m] >= tie_numbers(new, model._seed)
            )
        np.testing.assert_allclose(p[:, label], (total + 1) / (y[:, label].sum() + 1))
    assert set(model.predict(new).ravel()) <= {0, 1}
    assert model.predict_set(new).shape == (5, 3)
    # Nearest neighbours return a list of arrays, one per label.
    expected = np.stack([proba[:, 1] for proba in model.estimator_.predict_proba(new)], axis=1)
    np.testing.assert_array_equal(model.predict_proba(new), expected)
    with pytest.raises(ValueError, match=r"level=0.95 in every class, class 2: .* n=12 .* n=19\."):
        model.predict_set(new, 0.95)
    with pytest.raises(ValueError, match="unknown_label='x' has no place in a 0/1 matrix"):
        ConformalClassifier(KNeighborsClassifier(), unknown_label="x").fit(Z, y)


ERRORS = [
    (
        {"unknown_label": "x"},
        {},
        r"unknown_label='x' must be of the kind of the labels, such as 0",
    ),
    ({"unknown_label": 1.5}, {}, r"unknown_label=1.5 must be of the kind"),
    ({"unknown_label": True}, {}, r"unknown_label=True must be of the kind"),
    ({"unknown_label": 2}, {}, r"unknown_label=2 must not be one of the labels"),
    (
        {"unknown_label": -1, "false_alarm_rate": 0.01},
        {},
        r"false_alarm_rate=0.01: the smallest p-value of n=60 .* needs n=99",
    ),
    (
        {"unknown_label": -1},
        {"groups": np.arange(60) // 4},
        r"false_alarm_rate=0.05: the smallest p-value of n=15 .* needs n=19",
    ),
    ({"cv": 21}, {}, r"cv=21 folds need .* there are 20 spectra in the largest class"),
    ({"cv": 5}, {"groups": np.arange(60) % 4}, r"cv=5 folds need .* there are 4 groups"),
    ({"cv": ShuffleSplit(2, random_state=0)}, {}, r"leaves spectrum \d+ out [02] times"),
    ({"cv": [(range(30), range(30))]}, {}, r"leaves spectrum 30 out 0 times"),
    (
        {"cv": [(range(30), range(30, 60)), (range(30, 60), range(30))]},
        {"groups": np.arange(60) % 30},
        r"divides group 0 between folds",
    ),
    ({}, {"groups": np.arange(9)}, r"inconsistent numbers of samples"),
    ({"cv": 3}, {"groups": Y}, r"each class is in one group only"),
    ({"cv": 2}, {"groups": Y // 2}, r"each class is in one group only"),
    ({"conformity_score": "probability"}, {}, r"needs an estimator with predict_proba"),
]


@pytest.mark.parametrize(("params", "fit_params", "match"), ERRORS)
def test_errors(params, fit_params, match):
    model = ConformalClassifier(PooledSVC(), random_state=0).fit(X, Y)
    with pytest.raises(ValueError, match=match):
        model.set_params(**params).fit(X, Y, **fit_params)
    assert not hasattr(model, "estimator_")


def test_errors_of_labels():
    with pytest.raises(ValueError, match=r"one class only \(\[1\.0\]\)"):
        ConformalClassifier(PooledSVC()).fit(X, np.ones(60))
    with pytest.raises(ValueError, match="several columns of labels"):
        ConformalClassifier(KNeighborsClassifier()).fit(X, np.column_stack([Y, Y]))


@pytest.mark.parametrize("level", [0, 1, 1.5, -0.1])
def test_levels_that_are_none(level):
    model = ConformalClassifier(PooledSVC(), random_state=0).fit(X, Y)
    with pytest.raises(ValueError, match=rf"level={level} must be a number above 0 and below 1"):
        model.predict_set(NEW, level)


def test_levels_that_need_more_spectra():
    pooled = ConformalClassifier(PooledSVC(), random_state=0).fit(X[::2], Y[::2])
    pooled.predict_set(NEW, 0.96)
    with pytest.raises(ValueError, match=r"level=0.97: the smallest p-value of n=30 .* n=33\."):
        pooled.predict_set(NEW, 0.97)
    by_class = ConformalClassifier(PooledSVC(), per_class=True, random_state=0)
    by_class.fit(X[::2], NAMES[Y[::2]]).predict_set(NEW, 0.9)
    with pytest.raises(ValueError, match=r"level=0.95 in every class, class calcite: .* n=10 "):
        by_class.predict_set(NEW, 0.95)


def test_the_rate_can_be_changed_after_fit():
    model = ConformalClassifier(PooledSVC(), unknown_label=-1, random_state=0).fit(X, Y)
    few = (model.predict(NEW) == -1).sum()
    assert (model.set_params(false_alarm_rate=0.5).predict(NEW) == -1).sum() > few
    with pytest.raises(ValueError, match="needs n=99"):
        model.set_params(false_alarm_rate=0.01).predict(NEW)


def test_a_level_that_is_no_number():
    model = ConformalClassifier(PooledSVC(), cv=2, random_state=0).fit(X, Y)
    with pytest.raises(ValueError, match="level='a' must be a number above 0 and below 1"):
        model.predict_set(NEW, level="a")


def test_a_class_in_one_group_only():
    groups = np.where(Y == 2, 100, np.arange(60) % 10)
    model = ConformalClassifier(PooledSVC(), random_state=0).fit(X, Y, groups=groups)
    p = model.p_values(NEW)
    assert np.isfinite(p).all()
    assert min(len(m.classes_) for m in model.estimators_) == 2
    assert model.class_counts_.tolist() == [10, 10, 1]


def test_splitters():
    groups = np.arange(60) % 6
    for cv, n_folds in [(GroupKFold(3), 3), (LeaveOneGroupOut(), 6), (None, 5)]:
        model = ConformalClassifier(PooledSVC(), cv=cv).fit(X, Y, groups=groups)
        assert len(model.estimators_) == n_folds
        assert all(len(np.unique(model._fold[groups == name])) == 1 for name in range(6))


class Recorder(LogisticRegression):
    """Keeps the names and lengths of what it was fitted with."""

    def fit(self, X, y, sample_weight=None, groups=None, X_val=None):
        self.seen_ = len(X), sample_weight, groups, X_val
        return super().fit(X, y)


@pytest.mark.parametrize("routing", [False, True])
def test_fit_params_are_cut(routing):
    weights = np.arange(60.0)
    with sklearn.config_context(enable_metadata_routing=routing):
        inner = Recorder()
        if routing:
            inner.set_fit_request(sample_weight=True, X_val=True, groups=True)
        model = ConformalClassifier(inner, cv=3, random_state=0)
        model.fit(X, Y, groups=np.arange(60) % 9, sample_weight=weights, X_val=NEW)
    n, seen, groups, X_val = model.estimator_.seen_
    assert n == 60
    # Groups are given to an estimator that requested them, and to no other.
    np.testing.assert_array_equal(groups, np.arange(60) % 9 if routing else None)
    np.testing.assert_array_equal(seen, weights)
    for k, fold_model in enumerate(model.estimators_):
        n, seen, groups, X_val = fold_model.seen_
        np.testing.assert_array_equal(seen, weights[model._fold != k])
        assert n == len(seen)
        left = (np.arange(60) % 9)[model._fold != k]
        np.testing.assert_array_equal(groups, left if routing else None)
        assert len(X_val) == 60


def test_routing_of_what_was_not_requested():
    with sklearn.config_context(enable_metadata_routing=True):
        model = ConformalClassifier(Recorder(), cv=3).fit(X, Y, groups=np.arange(60) % 9)
        assert model.estimator_.seen_[2] is None
        with pytest.raises(TypeError, match=r"unexpected argument.*nonsense"):
            ConformalClassifier(Recorder()).fit(X, Y, nonsense=1)
        with pytest.raises(ValueError, match=r"sample_weight.* not explicitly set as requested"):
            ConformalClassifier(Recorder()).fit(X, Y, sample_weight=np.ones(60))


@pytest.mark.parametrize("outside", ["search", "validation"])
def test_groups_can_be_requested(outside):
    groups = np.arange(60) % 12
    with sklearn.config_context(enable_metadata_routing=True):
        model = ConformalClassifier(LogisticRegression(), cv=3, random_state=0)
        model.set_fit_request(groups=True)
        if outside == "search":
            search = GridSearchCV(model, {"estimator__C": [1.0]}, cv=GroupKFold(2))
            found = search.fit(X, Y, groups=groups).best_estimator_
            assert found.n_calibration_ == 12
        else:
            splits = cross_validate(
                model, X, Y, params={"groups": groups}, cv=GroupKFold(2), return_estimator=True
            )
            assert [m.n_calibration_ for m in splits["estimator"]] == [6, 6]


def test_a_pipeline_around_it():
    model = make_pipeline(StandardScaler(), ConformalClassifier(PooledSVC(), random_state=0))
    groups = np.arange(60) % 12
    model.fit(X, Y, conformalclassifier__groups=groups)
    assert model[-1].n_calibration_ == 12


def test_frames_reach_the_models():
    frame = pd.DataFrame(X, columns=[f"{place} deg" for place in range(100)])
    frame.index = frame.index[::-1] + 7
    model = ConformalClassifier(PooledSVC(), cv=3, random_state=0).fit(frame, Y)
    assert all(m.feature_names_in_[1] == "1 deg" for m in [model.estimator_, *model.estimators_])
    plain = ConformalClassifier(PooledSVC(), cv=3, random_state=0).fit(X, Y)
    new = pd.DataFrame(NEW, columns=frame.columns)
    np.testing.assert_array_equal(model.p_values(new), plain.p_values(NEW))
    np.testing.assert_array_equal(model.novelty_p_values(new), plain.novelty_p_values(NEW))
    with pytest.warns(UserWarning, match="X does not have valid feature names") as record:
        np.testing.assert_array_equal(model.p_values(NEW), plain.p_values(NEW))
    assert len(record) == 1
    with pytest.raises(ValueError, match="feature names should match"):
        model.p_values(new.rename(columns={"1 deg": "1.5 deg"}))


MODELS = [
    PooledSVC(),
    ExtraTreesClassifier(5, random_state=0),
    make_pipeline(StandardScaler(), LogisticRegression()),
    AugmentedClassifier(PooledSVC(), PeakShiftAugmenter(2), 1, random_state=0),
    GridSearchCV(PooledSVC(), {"C": [1, 10]}, cv=3),
    PooledMLP(lr=0.01, max_epochs=200, n_iter_no_change=3, n_threads=1, random_state=0),
    SpectralCNN("mozaffari", lr=2e-3, n_iter_no_change=3, n_threads=1, random_state=0),
]


@pytest.mark.parametrize("estimator", MODELS, ids=lambda model: type(model).__name__)
def test_every_model_is_stored_and_gives_the_same_bits(estimator):
    model = ConformalClassifier(clone(estimator), cv=3, unknown_label="?", random_state=0)
    model.fit(X, NAMES[Y])
    stored = skops.io.dumps(model)
    kinds = skops.io.get_untrusted_types(data=stored)
    assert all(kind.startswith(("skspectra.", "sklearn.")) for kind in kinds)
    copies = [pickle.loads(pickle.dumps(model)), skops.io.loads(stored, trusted=kinds)]
    for copy in copies:
        for method in ("predict", "p_values", "novelty_p_values", "predict_set"):
            found, expected = (getattr(m, method)(NEW) for m in (copy, model))
            np.testing.assert_array_equal(found, expected, strict=True)
    correct = NAMES[Y_NEW]
    columns = np.searchsorted(model.classes_, correct)
    assert model.predict_set(NEW)[np.arange(60), columns].mean() > 0.8
    assert (model.predict(NEW) == correct).mean() > 0.8


def test_the_state_is_estimators_arrays_and_numbers():
    model = ConformalClassifier(PooledSVC(), random_state=0).fit(X, Y)
    plain = (np.ndarray, int, bool, str)
    for name, value in vars(model).items():
        if name in model.get_params(deep=False) or name.startswith("estimator"):
            continue
        parts = [v for part in value for v in part.values()] if name == "_described" else [value]
        assert all(isinstance(part, plain) for part in parts), name


@pytest.mark.parametrize("dtype", [np.float32, np.float64, int])
def test_dtypes(dtype):
    Z = (X * 100).astype(dtype)
    model = ConformalClassifier(PooledSVC(), cv=3, random_state=0).fit(Z, Y)
    assert (model.predict(Z) == Y).mean() > 0.9
    assert model.p_values(Z).dtype == np.float64
