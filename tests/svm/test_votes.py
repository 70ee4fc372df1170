import tracemalloc

import numpy as np
import pytest
from sklearn.svm import SVC

from skspectra.svm import _votes


def fitted(n_classes, kernel="rbf", seed=0, n_features=2, n_each=12, **options):
    """An SVC on points at random, which many classes claim, and others to predict."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_each * n_classes, n_features))
    X_test = rng.normal(size=(200, n_features))
    y = np.tile(np.arange(n_classes), n_each) * 10
    options = {"C": 10.0, "gamma": 0.7, "random_state": 0} | options
    return SVC(kernel=kernel, **options).fit(X, y), X_test


def fitted_under_two_names(n_phases, kernel="rbf"):
    """An SVC on the same points under two names each, and others to predict."""
    rng = np.random.default_rng(0)
    X, X_test = rng.normal(size=(10 * n_phases, 5)), rng.normal(size=(180, 5))
    y = np.tile(np.arange(n_phases), 10)
    X, y = np.concatenate([X, X]), np.concatenate([y, y + n_phases])
    return SVC(C=100, kernel=kernel, gamma=0.2, random_state=0).fit(X, y), X_test


def peak_bytes(function, *args):
    """Most memory that a call holds at a time."""
    tracemalloc.start()
    try:
        function(*args)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kernel", ["rbf", "linear", "poly", "sigmoid"])
@pytest.mark.parametrize("n_classes", [2, 3, 5, 17, 60])
@pytest.mark.parametrize("seed", range(3))
def test_like_scikit_learn(kernel, n_classes, seed):
    svc, X = fitted(n_classes, kernel, seed)
    np.testing.assert_array_equal(_votes.predict(svc, X), svc.predict(X))
    scores = _votes.decision_function(svc, X)
    np.testing.assert_allclose(scores, svc.decision_function(X), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("kernel", ["poly", "sigmoid"])
@pytest.mark.parametrize("n_classes", [2, 5])
def test_other_parameters_of_the_kernel(kernel, n_classes):
    svc, X = fitted(n_classes, kernel, degree=2, coef0=0.5)
    np.testing.assert_array_equal(_votes.predict(svc, X), svc.predict(X))
    scores = _votes.decision_function(svc, X)
    np.testing.assert_allclose(scores, svc.decision_function(X), rtol=1e-6, atol=1e-9)


def test_without_a_best_class():
    """Where every class loses to another one, more than the first guess has to be counted."""
    svc, X = fitted(17)
    losses = 16 - np.floor(svc.decision_function(X).max(axis=1) + 0.5)
    assert (losses > 0).sum() > 20
    np.testing.assert_array_equal(_votes.predict(svc, X), svc.predict(X))


@pytest.mark.parametrize("n_classes", [2, 5])
def test_block_by_block(n_classes, monkeypatch):
    svc, X = fitted(n_classes)
    expected = _votes.predict(svc, X), _votes.decision_function(svc, X)
    monkeypatch.setattr(_votes, "_BLOCK_BYTES", 2000)
    np.testing.assert_array_equal(_votes.predict(svc, X), expected[0])
    np.testing.assert_allclose(_votes.decision_function(svc, X), expected[1], rtol=1e-10)


def test_class_weights_and_classes_of_different_sizes():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(150, 3)), rng.choice([0, 0, 0, 1, 2, 2, 3, 4], size=150)
    svc = SVC(C=3, gamma=0.5, class_weight="balanced", random_state=0).fit(X[:100], y[:100])
    np.testing.assert_array_equal(_votes.predict(svc, X), svc.predict(X))


@pytest.mark.parametrize("kernel", ["rbf", "linear", "poly"])
@pytest.mark.parametrize("n_phases", [1, 2, 9])
def test_the_same_under_two_names_does_not_depend_on_the_batch(n_phases, kernel):
    """Decisions between the two names are zero to within rounding."""
    svc, X = fitted_under_two_names(n_phases, kernel)
    labels, scores = _votes.predict(svc, X), _votes.decision_function(svc, X)
    one_by_one = [_votes.predict(svc, X[i : i + 1])[0] for i in range(len(X))]
    np.testing.assert_array_equal(one_by_one, labels)
    rows = [_votes.decision_function(svc, X[i : i + 1])[0] for i in range(len(X))]
    np.testing.assert_allclose(rows, scores, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("n_phases", [1, 2, 9])
def test_labels_and_scores_agree_on_the_same_under_two_names(n_phases):
    svc, X = fitted_under_two_names(n_phases)
    labels, scores = _votes.predict(svc, X), _votes.decision_function(svc, X)
    if n_phases == 1:
        assert not scores.any()
        assert not labels.any()
        return
    # Of several classes with as many votes, labels take the first and scores the largest total.
    votes = np.floor(scores + 0.5)
    np.testing.assert_array_equal(labels, votes.argmax(axis=1))
    best = votes == votes.max(axis=1, keepdims=True)
    clear = best.sum(axis=1) == 1
    assert clear.mean() > 0.5
    np.testing.assert_array_equal(labels[clear], scores.argmax(axis=1)[clear])
    assert (labels[clear] >= n_phases).all()


def test_the_same_under_two_names_where_all_kernel_values_are_negative():
    """What counts as zero goes by their size: the second name wins both ways round."""
    rng = np.random.default_rng(0)
    X = rng.uniform(1, 2, (20, 3))
    X, y = np.concatenate([X, X]), np.repeat([0, 1], 20)
    svc = SVC(C=100, kernel="linear", random_state=0).fit(X, y)
    assert not _votes.decision_function(svc, -X).any()
    assert not _votes.predict(svc, -X).any()


def test_decisions_that_are_small_are_not_zero():
    """Spectra and coefficients of any unit: only what rounding could make is a tie."""
    svc, X = fitted(4, "linear", C=1e-9)
    np.testing.assert_array_equal(_votes.predict(svc, X), svc.predict(X))
    scores = _votes.decision_function(svc, X)
    votes = np.floor(scores + 0.5).argmax(axis=1)
    np.testing.assert_array_equal(svc.classes_[votes], svc.predict(X))


@pytest.mark.parametrize("function", [_votes.predict, _votes.decision_function])
def test_memory_of_one_spectrum(function):
    """Less than the coefficients: nothing as large is made of them."""
    svc, X = fitted(150, n_each=5)
    assert svc.dual_coef_.nbytes > 800_000
    assert peak_bytes(function, svc, X[:1]) < svc.dual_coef_.nbytes


@pytest.mark.parametrize("function", [_votes.predict, _votes.decision_function])
def test_memory_of_a_block(function, monkeypatch):
    """At most the bytes of a block, and a quarter more."""
    svc, X = fitted(150, n_each=5)
    X = np.tile(X, (10, 1))
    monkeypatch.setattr(_votes, "_BLOCK_BYTES", 2**24)
    result = len(X) * (150 if function is _votes.decision_function else 1) * 8
    # The scores come twice, block by block and joined.
    assert peak_bytes(function, svc, X) < 1.25 * 2**24 + 2 * result
