import numpy as np
import pytest
from sklearn.svm import SVC

from skspectra.svm import _votes


def fitted(n_classes, kernel="rbf", seed=0, n_features=2, **options):
    """An SVC on points at random, which many classes claim, and others to predict."""
    rng = np.random.default_rng(seed)
    X, X_test = rng.normal(size=(12 * n_classes, n_features)), rng.normal(size=(200, n_features))
    y = np.tile(np.arange(n_classes), 12) * 10
    options = {"C": 10.0, "gamma": 0.7, "random_state": 0} | options
    return SVC(kernel=kernel, **options).fit(X, y), X_test


@pytest.fixture(params=["all pairs", "only those that count"])
def way(request, monkeypatch):
    monkeypatch.setattr(_votes, "_MANY_CLASSES", 3 if "only" in request.param else 1000)


@pytest.mark.parametrize("kernel", ["rbf", "linear", "poly", "sigmoid"])
@pytest.mark.parametrize("n_classes", [2, 3, 5, 17])
@pytest.mark.parametrize("seed", range(3))
def test_like_scikit_learn(way, kernel, n_classes, seed):
    svc, X = fitted(n_classes, kernel, seed)
    np.testing.assert_array_equal(_votes.predict(svc, X), svc.predict(X))
    scores = _votes.decision_function(svc, X)
    np.testing.assert_allclose(scores, svc.decision_function(X), rtol=1e-6, atol=1e-9)


def test_without_a_best_class(way):
    """Where every class loses to another one, more than the first guess has to be counted."""
    svc, X = fitted(17)
    losses = 16 - np.floor(svc.decision_function(X).max(axis=1) + 0.5)
    assert (losses > 0).sum() > 20
    np.testing.assert_array_equal(_votes.predict(svc, X), svc.predict(X))


def test_block_by_block(way, monkeypatch):
    svc, X = fitted(5)
    expected = _votes.predict(svc, X), _votes.decision_function(svc, X)
    monkeypatch.setattr(_votes, "_BLOCK_BYTES", 2000)
    np.testing.assert_array_equal(_votes.predict(svc, X), expected[0])
    np.testing.assert_allclose(_votes.decision_function(svc, X), expected[1], rtol=1e-12)


def test_class_weights_and_classes_of_different_sizes(way):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(150, 3)), rng.choice([0, 0, 0, 1, 2, 2, 3, 4], size=150)
    svc = SVC(C=3, gamma=0.5, class_weight="balanced", random_state=0).fit(X[:100], y[:100])
    np.testing.assert_array_equal(_votes.predict(svc, X), svc.predict(X))
