import csv
from itertools import product

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score, f1_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from skspectra.comparison import compare, shift_spectra
from skspectra.comparison._splits import make_inner_splits, make_splits
from skspectra.comparison._verdict import estimate_by_groups, estimate_by_splits, half_width

NAMES = ["calcite", "halite", "quartz"]


@pytest.fixture(scope="module")
def mixtures():
    """Mixtures of three substances with one peak each."""
    Y = np.array(list(product([0, 1], repeat=3)) * 8)[8:]
    peaks = np.exp(-(((np.arange(40) - np.array([[8], [20], [32]])) / 1.5) ** 2) / 2)
    X = Y @ peaks + np.random.default_rng(0).normal(0, 0.35, (len(Y), 40))
    return X, Y


def models():
    return {
        "SVC": OneVsRestClassifier(SVC()),
        "5-NN": KNeighborsClassifier(5),
        "guess": DummyClassifier(strategy="most_frequent"),
    }


def parts_of(result, together):
    """The predictions of each split, or of all together."""
    if together:
        return [slice(None)]
    return [result.split_of == i for i in range(result.n_splits)]


@pytest.mark.parametrize("grouped", [False, True])
def test_scores_are_those_of_scikit_learn(mixtures, grouped):
    X, Y = mixtures
    groups = np.arange(len(Y)) // 2 if grouped else None
    result = compare(X, Y, models(), groups=groups, cv=4)
    for model in result.models:
        predicted = result.predicted[model.model][0, 0]
        assert predicted.shape == result.y_true.shape == (2 * len(Y), 3)
        exact = (predicted == result.y_true).all(axis=1)
        exact = np.mean([exact[parts].mean() for parts in parts_of(result, grouped)])
        assert model.accuracy == model.balanced_accuracy == pytest.approx(exact)
        for average in ("micro", "macro", "samples"):
            expected = f1_score(result.y_true, predicted, average=average, zero_division=0)
            assert getattr(model, f"f1_{average}") == pytest.approx(expected)
        assert np.isnan(model.share_accepted)
    assert result.confusion == {}
    assert result.models[0].accuracy > 0.5


def test_verdicts_are_on_exact_matches_in_one_stratum(mixtures):
    X, Y = mixtures
    result = compare(X, Y, models(), cv=4)
    right = [
        (result.predicted[name][0, 0] == result.y_true).all(axis=1).astype(float)
        for name in ("SVC", "5-NN")
    ]
    strata = np.zeros(len(right[0]), dtype=int)
    ratio = 1 / 3
    expected = estimate_by_splits(right[0] - right[1], strata, result.split_of, ratio, 1 / len(Y))
    pair = result.pairs[0]
    assert pair.difference == pytest.approx(expected.value)
    assert pair.high - pair.low >= 2 * half_width(expected)
    assert result.pairs[1].verdict == "better"


def test_groups_are_resampled(mixtures):
    X, Y = mixtures
    groups = np.arange(len(Y)) // 2
    result = compare(X, Y, {"SVC": models()["SVC"], "guess": models()["guess"]}, groups=groups)
    right = [
        (result.predicted[name][0, 0] == result.y_true).all(axis=1).astype(float)
        for name in ("SVC", "guess")
    ]
    strata = np.zeros(len(right[0]), dtype=int)
    expected = estimate_by_groups(right[0] - right[1], strata, groups[result.rows], 1 / 28)
    (pair,) = result.pairs
    assert (pair.low + pair.high) / 2 == pytest.approx(expected.value)
    assert (pair.high - pair.low) / 2 == pytest.approx(half_width(expected), rel=1e-6)


def test_shifts_are_scored_on_exact_matches(mixtures):
    X, Y = mixtures
    fold = np.arange(len(Y)) < 28
    result = compare(X, Y, {"5-NN": KNeighborsClassifier(5)}, cv=[(fold, ~fold)], max_shift=2)
    fitted = KNeighborsClassifier(5).fit(X[fold], Y[fold])
    expected = np.mean(
        [accuracy_score(Y[~fold], fitted.predict(shift_spectra(X[~fold], s))) for s in (-2, 2)]
    )
    assert result.at_max_shift(result.models[0]) == pytest.approx(expected)


def test_search_is_for_exact_matches(mixtures):
    X, Y = mixtures
    grid = {"strategy": ["constant", "most_frequent"], "constant": [[1, 1, 1], [0, 1, 0]]}
    result = compare(X, Y, {"guess": (DummyClassifier(), grid)}, cv=4, n_repeats=1)
    (train, _), *_ = result.plan.splits
    (inner,) = make_inner_splits(result.plan.splits[:1], Y)
    scores = [
        np.mean(
            [
                DummyClassifier(strategy=strategy, constant=constant)
                .fit(X[train][a], Y[train][a])
                .score(X[train][b], Y[train][b])
                for a, b in inner
            ]
        )
        for constant, strategy in product(grid["constant"], grid["strategy"])
    ]
    best = list(product(grid["constant"], grid["strategy"]))[int(np.argmax(scores))]
    chosen = result.models[0].parameters[0]
    assert (chosen["constant"], chosen["strategy"]) == best


@pytest.mark.parametrize("grouped", [False, True])
def test_every_label_is_on_both_sides(mixtures, grouped):
    Y = mixtures[1].copy()
    Y[:, 2] = 0
    Y[::7, 2] = 1
    groups = np.arange(len(Y)) // 2 if grouped else None
    splits = make_splits(Y, groups, cv=5, n_repeats=3)
    assert len(splits) == 15
    for train, test in splits:
        assert sorted([*train, *test]) == list(range(len(Y)))
        assert Y[train].any(axis=0).all()
        assert Y[test].any(axis=0).all()
        assert not grouped or not set(groups[train]) & set(groups[test])
    assert not np.array_equal(splits[0][1], splits[5][1])
    again = make_splits(Y, groups, cv=5, n_repeats=3)
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(splits, again, strict=True))


def rare(n):
    Y = np.array(list(product([0, 1], repeat=2)) * 10)
    Y = np.column_stack([Y, np.zeros(40, dtype=int)])
    Y[:n, 2] = 1
    return Y


@pytest.mark.parametrize(
    ("Y", "change", "message"),
    [
        (rare(0), {}, "label '2' of y is in no spectrum"),
        (1 - rare(0), {}, "label '2' of y is in every spectrum"),
        (rare(4), {}, "label '2' has 4 spectra, but 5 folds need at least 5"),
        (rare(8), {"groups": np.arange(40) // 2}, "'2' occurs in 4 groups, but 5 folds need it"),
        (
            rare(2),
            {"groups": np.arange(40) // 4, "cv": "leave-one-group-out"},
            "label '2' occurs in one group only \\('0'\\)",
        ),
        (
            rare(5),
            {"cv": [(np.arange(5, 40), np.arange(5))]},
            "split 1 of 1 would train on spectra that all have, or all lack, the label '2'",
        ),
        (rare(2), {"cv": 2}, "label '2' has 2 spectra, but 2 folds need at least 4"),
        (rare(5)[:, :2] * 2, {}, "y is multilabel, so it must be a 0/1 matrix"),
    ],
)
def test_refusals(Y, change, message):
    X = np.random.default_rng(0).normal(size=(40, 5))
    model = KNeighborsClassifier(1)
    with pytest.raises(ValueError, match=message):
        compare(X, Y, {"1-NN": model}, **change)


def test_labels_that_exclude_each_other_on_both_sides():
    """Ten labels in five spectra each, one a spectrum: chance alone would hardly deal them."""
    Y = np.eye(10, dtype=int)[np.arange(50) % 10]
    for train, test in make_splits(Y, cv=5, n_repeats=3):
        assert Y[test].sum(axis=0).tolist() == 10 * [1]
        assert len(train) == 40


def test_no_draw_has_every_label_on_both_sides():
    """Each label is in two of three groups, and no group has all three."""
    groups = np.repeat(np.arange(3), 4)
    Y = 1 - np.eye(3, dtype=int)[groups]
    message = "100 draws of 2 folds had none with every label in training and test"
    with pytest.raises(ValueError, match=f"{message}; the rarest label is in 2 groups"):
        make_splits(Y, groups, cv=2)


def test_fewer_inner_folds_where_a_label_is_rare():
    ((first, *rest),) = make_inner_splits([(np.arange(40), [])], rare(2), n_splits=4)
    assert len(rest) == 1
    assert rare(2)[first[1], 2].sum() == 1


def test_too_few_data_to_search():
    Y = rare(4)
    fold = np.isin(np.arange(40), [0, 1, 2, *range(4, 12)])
    models = {"1-NN": (KNeighborsClassifier(1), {"n_neighbors": [1, 3]})}
    with pytest.raises(ValueError, match="too few data to search parameters"):
        compare(np.ones((40, 3)), Y, models, cv=[(~fold, fold)])


def test_tables(mixtures, tmp_path):
    X, Y = mixtures
    Y = pd.DataFrame(Y, columns=NAMES)
    names = [f"{i}.xy" for i in range(len(Y))]
    result = compare(X, Y, models(), cv=4, n_repeats=1, names=names)
    assert result.classes.tolist() == NAMES
    result.to_csv(tmp_path)
    with (tmp_path / "predictions.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["row", "name", "fold", "model", "true", "predicted"]
    assert len(rows) == 3 * len(Y)
    for row in rows[:5]:
        i = int(row["row"])
        assert row["name"] == names[i]
        present = [name for name, here in zip(NAMES, Y.to_numpy()[i], strict=True) if here]
        assert row["true"] == "+".join(present)
    assert not (tmp_path / "confusion.csv").exists()
    with (tmp_path / "comparison.csv").open() as file:
        assert {"f1_micro", "f1_macro", "f1_samples"} <= set(next(csv.DictReader(file)))


def test_a_network(mixtures):
    from skspectra.neural import PooledMLP

    X, Y = mixtures
    net = PooledMLP(max_epochs=2, early_stopping=False, random_state=0)
    models = {"net": (net, {"lr": [1e-3, 1e-2]})}
    result = compare(X, Y, models, groups=np.arange(len(Y)) // 2, cv=3, n_repeats=1)
    assert result.models[0].converged is False


def test_holdout(mixtures):
    X, Y = mixtures
    result = compare(X, Y, {"1-NN": KNeighborsClassifier(1)}, holdout=(X[:20], Y[:20]))
    train, _ = result.plan.splits[0]
    expected = KNeighborsClassifier(1).fit(X[train], Y[train]).score(X[:20], Y[:20])
    assert result.models[0].holdout == expected
