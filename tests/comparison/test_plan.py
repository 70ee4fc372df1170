"""Every bad input is refused before the first fit, or gives the right result."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import Ridge
from sklearn.model_selection import (
    GroupKFold,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedKFold,
    StratifiedShuffleSplit,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from skspectra.comparison import compare
from skspectra.comparison._plan import make_plan

FITS = []


class Counting(ClassifierMixin, BaseEstimator):
    """A classifier that counts its fits."""

    def __init__(self, strength=1):
        self.strength = strength

    def fit(self, X, y):
        FITS.append(len(X))
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.repeat(self.classes_[:1], len(X))


@pytest.fixture(autouse=True)
def none_before():
    FITS.clear()


@pytest.fixture(scope="module")
def blobs():
    rng = np.random.default_rng(0)
    y = np.repeat(["a", "b", "c"], 20)
    return rng.normal(0, 1, (60, 8)) + 2 * np.eye(3)[np.repeat(range(3), 20)] @ np.ones((3, 8)), y


ROWS = np.arange(60)
THIRDS = ROWS % 3
HALVES = (ROWS[::2], ROWS[1::2]), (ROWS[1::2], ROWS[::2])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"max_shift": -8}, "max_shift must be >= 0, got -8"),
        ({"max_shift": 1.5}, "max_shift must be a whole number >= 0, got 1.5"),
        ({"max_shift": True}, "max_shift must be a whole number"),
        ({"cv": [(ROWS, ROWS[::2])]}, "row 0 is in training and test of split 1 of 1"),
        ({"cv": [HALVES[0], HALVES[0]]}, "the splits 1 and 2 of cv are the same"),
        ({"cv": HALVES, "independent": True}, "row 1 is in the splits 1 and 2"),
        ({"cv": ShuffleSplit(2, random_state=0), "independent": True}, "are not independent"),
        ({"margin": -0.01}, "margin must be a finite share >= 0 and < 1 .* got -0.01"),
        ({"margin": np.nan}, "got nan"),
        ({"margin": np.inf}, "got inf"),
        ({"margin": 2}, "0.02 for 2 points"),
        ({"margin": "2"}, "got '2'"),
        ({"search_cv": 1}, "search_cv must be >= 2, got 1"),
        ({"search_cv": 2.5}, "search_cv must be a whole number >= 2"),
        ({"n_repeats": 0}, "n_repeats must be >= 1, got 0"),
        ({"n_repeats": "2"}, "n_repeats must be a whole number"),
        ({"random_state": -1}, "random_state must be >= 0, got -1"),
        ({"random_state": 0.5}, "random_state must be a whole number"),
        ({"random_state": 2**32}, "random_state must be at most"),
        ({"cv": 2.0}, "cv must be a number, 'leave-one-group-out', a list"),
        ({"cv": None}, "got None"),
        ({"cv": [ROWS]}, "split 1 of cv must be \\(train, test\\), but it has 60 parts"),
        ({"cv": [(ROWS[:40] + 0.5, ROWS[40:])]}, "must hold indices of rows or masks"),
        ({"cv": [(ROWS[:50], [60])]}, "names row 60, but rows go from 0 to 59"),
        ({"cv": [(ROWS[:50], [-1])]}, "names row -1"),
        ({"cv": [(ROWS[:50], [55, 55])]}, "names row 55 twice"),
        ({"cv": [(ROWS[:5] < 3, ROWS[:60] > 50)]}, "a mask of 5 values for 60 spectra"),
        ({"cv": GroupKFold(3)}, "'groups' parameter should not be None"),
        ({"y": [None, *["a", "b"] * 29, "a"]}, "y must hold strings or numbers, but row 0"),
        ({"y": ["a", 1] * 30}, "row 0 holds 'a' \\(a string\\) and row 1 1 \\(a number\\)"),
        ({"y": [1, True] * 30}, "\\(a boolean\\)"),
        ({"y": np.array(["a", np.nan] * 30, dtype=object)}, "but row 1 holds nan"),
        ({"y": np.array([0.0, np.nan] * 30)}, "y is missing or infinite in row 1"),
        ({"y": np.linspace(0, 1, 60)}, "Unknown label type"),
        ({"y": np.stack([THIRDS, THIRDS], axis=1)}, "must be a 0/1 matrix"),
        ({"groups": [None] * 30 + [1] * 30}, "groups must hold strings or numbers"),
        ({"groups": np.r_[np.nan, ROWS[1:]]}, "groups is missing or infinite in row 0"),
        ({"models": {}}, "at least one model"),
        ({"models": [Counting()]}, "models must be a dictionary"),
        ({"models": {1: Counting()}}, "names of models must be strings, got 1"),
        ({"models": {"a": Counting}}, "a: needs an estimator with fit and predict"),
        ({"models": {"a": "SVC"}}, "got 'SVC'"),
        ({"models": {"a": Ridge()}}, "Ridge is a regressor"),
        ({"models": {"a": (Counting(), {"strong": [1]})}}, "a: Invalid parameter 'strong'"),
        ({"models": {"a": (Counting(), {"strength": 1})}}, "a: Parameter grid"),
        ({"models": {"a": (Counting(), {}, 1)}}, "must be \\(estimator, grid\\)"),
        ({"pairs": [("count", "other", "count")]}, "two different names"),
        ({"pairs": [("count", "other"), ("other", "count")]}, "twice"),
        ({"names": ["one"]}, "inconsistent numbers"),
        ({"x_axis": np.arange(7)}, r"x_axis has shape \(7,\) for spectra of 8"),
        ({"x_axis": np.arange(8)[::-1]}, "x_axis must be ascending"),
        ({"holdout": np.ones((3, 8))}, r"holdout must be None or \(X, y\).* of shape \(3, 8\)"),
        ({"holdout": (np.ones((2, 8)),)}, r"holdout must be None or \(X, y\).* got a tuple"),
        ({"holdout": (np.ones((2, 8)), [1, None])}, "y of the holdout must hold"),
        ({"progress": "yes"}, "progress must be a function"),
        ({"n_jobs": 0}, "n_jobs must be"),
        ({"n_jobs": True}, "n_jobs must be None or a whole number other than 0, got True"),
        ({"X": np.ones(60)}, "Expected 2D array"),
    ],
)
def test_refused_before_the_first_fit(blobs, change, message):
    arguments = {"X": blobs[0], "y": blobs[1], "cv": 2, "n_repeats": 1}
    arguments["models"] = {"count": Counting(), "other": Counting()}
    with pytest.raises(ValueError, match=message):
        compare(**arguments | change)
    assert FITS == []


@pytest.mark.parametrize(
    "cv",
    [
        StratifiedKFold(3),
        [(i != THIRDS, i == THIRDS) for i in range(3)],
        [((i != THIRDS).tolist(), ROWS[i == THIRDS].tolist()) for i in range(3)],
        ((train, test) for train, test in StratifiedKFold(3).split(ROWS, np.repeat(range(3), 20))),
        RepeatedStratifiedKFold(n_splits=3, n_repeats=1, random_state=0),
        StratifiedShuffleSplit(3, random_state=0),
    ],
    ids=["splitter", "masks", "mask and list", "generator", "repeated", "shuffled"],
)
def test_splits_as_scikit_learn_gives_them(blobs, cv):
    result = compare(*blobs, {"count": Counting()}, cv=cv)
    assert result.n_splits == len(FITS) == 3
    assert len(result.rows) == len(result.predicted["count"][0, 0])


def test_splitters_are_named_and_get_groups(blobs):
    result = compare(*blobs, {"count": Counting()}, cv=GroupKFold(4), groups=ROWS // 4)
    assert result.settings["splits"] == "4 splits of GroupKFold"
    for train, test in result.plan.splits:
        assert not set(train // 4) & set(test // 4)


def test_a_splitter_without_seed_is_drawn_once(blobs):
    models = {"a": KNeighborsClassifier(1), "b": KNeighborsClassifier(1)}
    (pair,) = compare(*blobs, models, cv=ShuffleSplit(5)).pairs
    assert pair.difference == 0


def test_masks_are_the_rows_that_they_mark(blobs):
    by_mask = make_plan(*blobs, {"a": SVC()}, cv=[(THIRDS != 0, THIRDS == 0)])
    np.testing.assert_array_equal(by_mask.splits[0][1], ROWS[::3])


def test_overlapping_splits_are_taken_as_overlapping(blobs):
    """Their interval has the term n_test / n_train of Nadeau and Bengio."""
    X, y = blobs
    X = X + np.random.default_rng(1).normal(0, 8, X.shape)
    splits = list(StratifiedShuffleSplit(4, test_size=0.5, random_state=0).split(X, y))
    plan = make_plan(X, y, {"a": SVC()}, cv=splits)
    assert not plan.independent
    from skspectra.comparison._verdict import estimate_by_splits

    result = compare(X, y, {"a": SVC(), "b": KNeighborsClassifier(1)}, cv=splits)
    right = [(result.predicted[name][0, 0] == result.y_true).astype(float) for name in "ab"]
    codes = np.unique(result.y_true, return_inverse=True)[1]
    expected = estimate_by_splits(right[0] - right[1], codes, result.split_of, ratio=1.0)
    (pair,) = result.pairs
    assert pair.high - pair.low > 2 * 2.7 * expected.standard_error


@pytest.mark.parametrize(
    "random_state", [None, np.random.RandomState(0), np.random.default_rng(0), np.int64(3)]
)
def test_seeds(blobs, random_state):
    result = compare(*blobs, {"a": SVC()}, cv=2, n_repeats=1, random_state=random_state)
    seed = result.settings["seed"]
    assert type(seed) is int
    again = compare(*blobs, {"a": SVC()}, cv=2, n_repeats=1, random_state=seed)
    np.testing.assert_array_equal(result.rows, again.rows)


def test_no_seed_draws_anew(blobs):
    drawn = [make_plan(*blobs, {"a": SVC()}, random_state=None).random_state for _ in range(2)]
    assert drawn[0] != drawn[1]


@pytest.mark.parametrize(
    "y",
    [
        pd.Series(["a", "b"] * 30),
        pd.Series(["a", "b"] * 30, dtype="category"),
        pd.Series(["a", "b"] * 30, dtype="string"),
        [["a"], ["b"]] * 30,
        np.array(["a", "b"] * 30, dtype=object),
        np.array(["a", "b"] * 30, dtype=np.dtypes.StringDType()),
    ],
    ids=["series", "category", "string", "column", "object", "variable width"],
)
def test_kinds_of_labels(blobs, y):
    result = compare(blobs[0], y, {"a": KNeighborsClassifier(1)}, cv=2)
    assert result.classes.tolist() == ["a", "b"]
    assert result.y_true.dtype.kind == "U"


@pytest.mark.parametrize(
    "Y",
    [
        np.stack([THIRDS == 0, THIRDS == 1], axis=1).astype(int),
        np.stack([THIRDS == 0, THIRDS == 1], axis=1),
        csr_array(np.stack([THIRDS == 0, THIRDS == 1], axis=1).astype(int)),
        pd.DataFrame({"0": THIRDS == 0, "1": THIRDS == 1}).astype(int),
    ],
    ids=["int", "bool", "sparse", "frame"],
)
def test_kinds_of_matrices(blobs, Y):
    result = compare(blobs[0], Y, {"a": KNeighborsClassifier(1)}, cv=2)
    assert [str(label) for label in result.classes] == ["0", "1"]
    assert result.y_true.shape == (240, 2) or result.y_true.shape == (120, 2)
    assert result.y_true.dtype == int


class Rejecting(KNeighborsClassifier):
    """Nearest neighbour that says something else of spectra far from all others."""

    def __init__(self, word="unknown", n_neighbors=1):
        super().__init__(n_neighbors)
        self.word = word

    def predict(self, X):
        labels = super().predict(X)
        far = self.kneighbors(X, 1)[0][:, 0] > 2.2
        return np.array(
            [
                self.word if far_away else label
                for far_away, label in zip(far, labels, strict=True)
            ],
            dtype=object,
        )


@pytest.mark.parametrize("word", ["zzz", "", "0", 17, None, -1])
@pytest.mark.parametrize("kind", ["strings", "numbers"])
def test_a_label_that_is_no_class_is_the_column_other(blobs, word, kind):
    X, y = blobs
    y = y if kind == "strings" else np.repeat([3, 5, 9], 20)
    models = {"rejects": Rejecting(word), "1-NN": KNeighborsClassifier(1)}
    result = compare(X, y, models, n_repeats=1)
    rejects, plain = result.models
    predicted = result.predicted["rejects"][0, 0]
    nearest = result.predicted["1-NN"][0, 0]
    rejected = np.array([label not in set(y) for label in predicted.tolist()])
    assert 0.1 < rejected.mean() < 0.9
    assert result.confusion["rejects"].shape == result.confusion["1-NN"].shape == (3, 4)
    assert result.confusion["rejects"][:, 3].sum() == rejected.sum()
    assert result.confusion["1-NN"][:, 3].sum() == 0
    right = nearest == result.y_true
    assert rejects.accuracy == pytest.approx(np.mean(right & ~rejected))
    assert rejects.share_accepted == pytest.approx(np.mean(~rejected))
    assert rejects.accuracy_on_accepted == pytest.approx(np.mean(right[~rejected]))
    assert (plain.share_accepted, plain.accuracy_on_accepted) == (1, plain.accuracy)
    assert result.pairs[0].difference < 0


def test_other_in_the_tables(blobs, tmp_path):
    result = compare(*blobs, {"rejects": Rejecting()}, n_repeats=1)
    result.to_csv(tmp_path)
    confusion = pd.read_csv(tmp_path / "confusion.csv")
    assert list(confusion)[-1] == "predicted_other"
    scores = pd.read_csv(tmp_path / "comparison.csv")
    assert 0 < scores["share_accepted"][0] < 1
    assert "unknown" in set(pd.read_csv(tmp_path / "predictions.csv")["predicted"])


def test_a_model_that_rejects_everything(blobs):
    class Never(Counting):
        def predict(self, X):
            return np.repeat("zzz", len(X))

    result = compare(*blobs, {"never": Never(), "count": Counting()}, n_repeats=1)
    assert result.models[0].share_accepted == 0
    assert np.isnan(result.models[0].accuracy_on_accepted)
    assert result.models[0].balanced_accuracy == 0


def test_search_with_a_model_that_rejects(blobs):
    result = compare(*blobs, {"a": (Rejecting(), {"n_neighbors": [1, 3]})}, n_repeats=1)
    assert result.models[0].n_candidates == 2


def test_predictions_of_another_shape(blobs):
    class Odd(Counting):
        def predict(self, X):
            return np.eye(len(X))

    with pytest.raises(ValueError, match="predict returned an array of shape"):
        compare(*blobs, {"odd": Odd()})
