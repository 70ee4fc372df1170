import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.svm import SVC

from skspectra.uncertainty import _scores as scores

RNG = np.random.default_rng(0)
X = RNG.random((30, 4))
Y = RNG.integers(3, size=30)
INF = np.inf


def test_margin_by_hand():
    decisions = [[3.0, 1.0, 2.0], [1.0, 1.0, -4.0], [2.0, -INF, 5.0]]
    expected = [[-1, 2, 1], [0, 0, 5], [3, INF, -3]]
    np.testing.assert_array_equal(scores.margin_scores(decisions), expected)


def test_margin_of_every_label_against_all_others():
    decisions = RNG.random((20, 5))
    slowly = [[max(np.delete(row, label)) - row[label] for label in range(5)] for row in decisions]
    np.testing.assert_allclose(scores.margin_scores(decisions), slowly)


def test_probability_is_the_odds_against():
    found = scores.probability_scores([[0.75, 0.25, 0.0], [0.5, 0.25, 0.25]])
    np.testing.assert_allclose(found, np.log([[1 / 3, 3, INF], [1, 3, 3]]))


def test_sure_probabilities_stay_apart():
    """In single precision 1 - p would be 0 for both, and so would p rounded from 1."""
    proba = np.array([[1, 1e-12, 0], [1, 1e-20, 1e-30]], dtype=np.float32)
    found = scores.probability_scores(proba)
    np.testing.assert_allclose(found[:, 0], np.log([1e-12, 1e-20]), rtol=1e-6)
    assert found[1, 2] > found[1, 1] > found[0, 1]


@pytest.mark.parametrize("score", ["margin", "probability"])
def test_a_class_that_the_model_does_not_know_never_fits(score):
    model = LogisticRegression().fit(X[Y != 1], Y[Y != 1])
    found = scores.label_scores(model, X, score, np.arange(3), False)
    assert (found[:, 1] == INF).all()
    np.testing.assert_allclose(found[:, 0], -found[:, 2], atol=1e-12)
    expected = model.decision_function(X) * (2 if score == "margin" else 1)
    np.testing.assert_allclose(found[:, 0], expected, atol=1e-9)


def test_labels_of_multilabel_spectra_are_judged_alone():
    y = RNG.integers(2, size=(30, 3))
    y[:, 2] = 0
    trees = ExtraTreesClassifier(5, random_state=0).fit(X, y)
    found = scores.label_scores(trees, X, "probability", np.arange(3), True)
    assert (found[:, 2] == INF).all()
    present = np.column_stack([proba[:, 1] for proba in trees.predict_proba(X)[:2]])
    with np.errstate(divide="ignore"):
        np.testing.assert_array_equal(found[:, :2], np.log(1 - present) - np.log(present))
    ridge = RidgeClassifier().fit(X, y)
    found = scores.label_scores(ridge, X, "margin", np.arange(3), True)
    np.testing.assert_array_equal(found, -ridge.decision_function(X))


def test_choice():
    assert scores.choose_score(LogisticRegression(), "auto") == "margin"
    assert scores.choose_score(LogisticRegression(), "probability") == "probability"
    assert scores.choose_score(ExtraTreesClassifier(), "auto") == "probability"
    with pytest.raises(ValueError, match=r"'margin' needs .* decision_function, but ExtraTrees"):
        scores.choose_score(ExtraTreesClassifier(), "margin")
    with pytest.raises(ValueError, match=r"'auto' needs .* or predict_proba, but object"):
        scores.choose_score(object(), "auto")


def test_votes_of_pairs_are_no_score_of_a_class():
    y = np.arange(30) % 4
    model = SVC(decision_function_shape="ovo").fit(X, y)
    with pytest.raises(ValueError, match=r"has 6 columns for 4 classes.*'ovr'"):
        scores.label_scores(model, X, "margin", np.arange(4), False)
