import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedKFold,
    StratifiedShuffleSplit,
    cross_val_score,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

from skspectra.comparison import best_name, best_of
from skspectra.comparison._advice import Choice
from skspectra.comparison._best_of import choose_by_folds

X, Y = make_blobs(n_samples=80, n_features=10, centers=4, cluster_std=7, random_state=0)
MODELS = {
    "majority class": (DummyClassifier(), None),
    "neighbours": (KNeighborsClassifier(), {"n_neighbors": [1, 5]}),
    "machine": (SVC(), [{"C": [1, 10]}, {"kernel": ["linear"], "C": [1]}]),
}


def test_it_is_a_plain_search_over_one_step():
    search = best_of(MODELS, cv=3)
    assert type(search) is GridSearchCV
    assert type(search.estimator) is Pipeline
    assert [name for name, _ in search.estimator.steps] == ["model"]
    assert [sorted(grid) for grid in search.param_grid] == [
        ["model"],
        ["model", "model__n_neighbors"],
        ["model", "model__C"],
        ["model", "model__C", "model__kernel"],
    ]


def test_the_chosen_candidate_is_the_best_of_its_model():
    search = best_of(MODELS, cv=4, margin=0.0).fit(X, Y)
    means = search.cv_results_["mean_test_score"]
    assert len(means) == 6
    name = best_name(search)
    part = {"majority class": slice(0, 1), "neighbours": slice(1, 3), "machine": slice(3, 6)}
    assert means[search.best_index_] == means[part[name]].max()
    assert type(search.best_params_["model"]) is type(MODELS[name][0])
    assert (search.predict(X) == search.best_estimator_.predict(X)).all()


def test_the_cheaper_of_equals_is_taken():
    twice = {"first": SVC(), "second": SVC(), "majority class": DummyClassifier()}
    assert best_name(best_of(twice, cv=4).fit(X, Y)) == "first"
    turned = dict(reversed(twice.items()))
    assert best_name(best_of(turned, cv=4).fit(X, Y)) == "second"


def test_the_whole_choice_is_cross_validated_with_groups():
    groups = np.repeat(np.arange(20), 4)
    search = best_of(MODELS, cv=GroupKFold(3))
    options = {"cv": GroupKFold(4), "params": {"groups": groups}}
    scores = cross_val_score(search, X, Y, groups=groups, **options)
    assert scores.shape == (4,)
    assert scores.mean() > 0.5
    with pytest.raises(ValueError, match="'groups' parameter should not be None"):
        cross_val_score(search, X, Y, groups=groups, cv=GroupKFold(4), error_score="raise")


def test_names_survive_a_clone():
    assert best_name(clone(best_of(MODELS, cv=3)).fit(X, Y)) in MODELS


def test_rule_by_hand():
    names = ["cheap", "middle", "dear"]
    even = np.array([[0.8, 0.9, 0.9], [0.9, 0.8, 0.9], [0.85, 0.85, 0.86]])
    # The cheap model is not probably two points worse.
    assert choose_by_folds(even, names, margin=0.05) == 0
    # It is surely 10 points worse; the second one is not.
    apart = np.array([[0.70, 0.90, 0.90], [0.81, 0.91, 0.92], [0.74, 0.86, 0.86]])
    assert choose_by_folds(np.tile(apart, (3, 1)), names, margin=0.02) == 1
    # A single fold leaves no probability.
    assert choose_by_folds(np.array([[0.5, 0.9, 0.8]]), names) == 1


@pytest.mark.parametrize(("n_repeats", "ratio"), [(1, 1 / 7), (2, 1 / 3), (4, 1)])
def test_repeats_count_as_overlapping(monkeypatch, n_repeats, ratio):
    seen = {}

    def choose(scores, shortfalls, order, margin):
        seen.update(shortfalls)
        return Choice(order[0], order[0], 0.0)

    monkeypatch.setattr("skspectra.comparison._best_of.choose", choose)
    folds = np.random.default_rng(0).normal([0.8, 0.9], 0.04, (8, 2))
    assert choose_by_folds(folds, ["cheap", "dear"], n_repeats=n_repeats) == 0
    differences = folds[:, 1] - folds[:, 0]
    expected = np.sqrt((1 / 8 + ratio) * differences.var(ddof=1))
    assert seen["cheap"] == pytest.approx((differences.mean(), expected, 7))


def test_a_splitter_with_repeats_is_known():
    repeated = RepeatedStratifiedKFold(n_splits=2, n_repeats=10, random_state=0)
    assert best_of(MODELS, cv=repeated).refit.keywords["n_repeats"] == 10


def test_splits_may_come_from_a_generator():
    search = best_of(MODELS, cv=StratifiedKFold(4).split(X, Y))
    assert best_name(search.fit(X, Y)) in MODELS
    assert search.n_splits_ == 4
    assert search.refit.keywords["ratio"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("cv", "ratio"),
    [
        (ShuffleSplit(10, test_size=0.5), 1),
        (ShuffleSplit(10), 1 / 9),
        (StratifiedShuffleSplit(5, train_size=0.8), 1 / 4),
        (ShuffleSplit(5, test_size=0.1, train_size=0.4), 1 / 4),
        (ShuffleSplit(5, test_size=10, train_size=50), 1 / 5),
        (ShuffleSplit(5, test_size=10), None),
        ([(np.arange(80) > 19, np.arange(20))], 1 / 3),
        (5, None),
        (GroupKFold(4), None),
    ],
)
def test_sizes_of_test_sets(cv, ratio):
    found = best_of(MODELS, cv=cv).refit.keywords["ratio"]
    assert found is None if ratio is None else found == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("models", "options", "message"),
    [
        ({}, {}, "models is empty"),
        (MODELS, {"margin": -0.1}, "margin must be a finite share .* got -0.1"),
        (MODELS, {"margin": np.nan}, "margin must be a finite share .* got nan"),
    ],
)
def test_bad_input(models, options, message):
    with pytest.raises(ValueError, match=message):
        best_of(models, **options)
