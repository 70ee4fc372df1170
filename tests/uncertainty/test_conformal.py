import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skspectra.uncertainty import _conformal as conformal

CALIBRATION = np.array([1.7, 1.2, 1.0, 0.5, 0.6, 0.0, 0.1, 0.0, 0.3, 1.6, 1.2, 1.8])
NEW = np.array([[1.0, 1.2, 1.9], [1.4, 1.2, 1.0], [1.1, 1.8, 0.5], [1.6, 1.3, 0.0]])
# Labels 0, 1, 2 in turn. Computed once by crepes 0.9.1: predict_p(..., smoothing=False).
CREPES = [[7, 6, 1], [4, 6, 7], [6, 2, 9], [4, 4, 13]]
CREPES_BY_CLASS = [[3, 3, 1], [3, 3, 3], [3, 1, 3], [3, 1, 5]]


def above_slowly(scores, ties, weights, new_scores, new_ties):
    """Every calibration spectrum against every new one."""
    found = np.zeros(new_scores.shape)
    for i, j in np.ndindex(new_scores.shape):
        for score, tie, weight in zip(scores, ties, weights, strict=True):
            if (score, tie) >= (new_scores[i, j], new_ties[i]):
                found[i, j] += weight
    return found


def test_p_values_are_those_of_crepes():
    """Conservatively, so ties count in full: the tie numbers of new spectra are the least."""
    ones, none = np.ones(12), np.zeros(4)
    weight = conformal.weight_above(CALIBRATION, ones, ones, NEW, none)
    np.testing.assert_allclose(conformal.p_values(weight, 12), np.array(CREPES) / 13)
    for label in range(3):
        own = CALIBRATION[label::3]
        weight = conformal.weight_above(own, ones[:4], ones[:4], NEW[:, [label]], none)
        expected = np.array(CREPES_BY_CLASS)[:, [label]] / 5
        np.testing.assert_allclose(conformal.p_values(weight, 4), expected)


@given(st.integers(0, 2**32 - 1), st.integers(0, 30), st.sampled_from([1, 5, 1000]))
def test_weights_above_are_those_of_the_slow_reference(seed, n, n_scores):
    rng = np.random.default_rng(seed)
    scores, new = (rng.integers(n_scores, size=size).astype(float) for size in (n, (4, 3)))
    scores[rng.random(n) < 0.1] = np.inf
    new[rng.random(new.shape) < 0.1] = np.inf
    ties, new_ties, weights = rng.random(n), rng.random(4), rng.random(n)
    arguments = scores, ties, weights, new, new_ties
    found = conformal.weight_above(*arguments)
    np.testing.assert_allclose(found, above_slowly(*arguments), atol=1e-12)


def test_ties_are_broken_by_the_numbers():
    scores, ones = np.array([1.0, 1.0, 1.0, 2.0]), np.ones(4)
    ties = np.array([0.2, 0.5, 0.8, 0.1])
    found = conformal.weight_above(scores, ties, ones, np.ones((4, 1)), np.array([0, 0.3, 0.5, 1]))
    assert found.ravel().tolist() == [4, 3, 3, 1]


def test_a_group_weighs_one():
    groups = np.array(["a", "b", "a", "a", "c", "c"])
    found = conformal.group_weights(groups)
    np.testing.assert_allclose(found, [1 / 3, 1, 1 / 3, 1 / 3, 1 / 2, 1 / 2])


def test_weighted_p_values_are_the_mean_over_one_spectrum_of_each_group():
    """The repeated subsampling of Dunn, Wasserman and Ramdas, over all choices."""
    rng = np.random.default_rng(0)
    groups, scores = np.array([0, 0, 1, 1, 1, 2]), rng.random(6)
    new, ties = rng.random((5, 1)), rng.random(6)
    weights = conformal.group_weights(groups)
    weight = conformal.weight_above(scores, ties, weights, new, rng.random(5))
    every = [
        (1 + sum(scores[i] >= new[:, 0] for i in (a, b, 5))) / 4 for a in (0, 1) for b in (2, 3, 4)
    ]
    np.testing.assert_allclose(conformal.p_values(weight, 3)[:, 0], np.mean(every, axis=0))


def test_tie_numbers_belong_to_a_spectrum():
    X = np.random.default_rng(0).random((500, 7))
    numbers = conformal.tie_numbers(X, 3)
    np.testing.assert_array_equal(conformal.tie_numbers(X[::-2], 3), numbers[::-2])
    np.testing.assert_array_equal(conformal.tie_numbers(np.asfortranarray(X), 3), numbers)
    np.testing.assert_array_equal(conformal.tie_numbers(X.astype(np.float32), 3), numbers)
    assert (conformal.tie_numbers(X, 4) != numbers).all()
    counts = np.histogram(numbers, bins=5, range=(0, 1))[0]
    assert counts.sum() == 500
    assert counts.min() > 70


def test_split_conformal_p_values_are_uniform():
    """Also where scores are tied: then they take the values k / (n + 1) equally often."""
    rng = np.random.default_rng(0)
    found = []
    for seed in range(400):
        scores = rng.integers(3, size=(10, 1)).astype(float)
        ties = conformal.tie_numbers(rng.random((10, 2)), seed)
        weight = conformal.weight_above(scores[:9, 0], ties[:9], np.ones(9), scores[9:], ties[9:])
        found.append(conformal.p_values(weight, 9).item())
    counts = np.bincount(np.round(np.array(found) * 10).astype(int), minlength=11)
    assert counts[0] == 0
    # Binomial of mean 40: four standard deviations are 24.
    assert np.abs(counts[1:] - 40).max() < 24


@pytest.mark.parametrize(("rate", "n"), [(0.05, 19), (1 - 0.9, 9), (0.5, 1)])
def test_least_rate(rate, n):
    conformal.check_rate(rate, n, "it")
    with pytest.raises(ValueError, match=rf"it: the smallest p-value of n={n - 1} .* n={n}\."):
        conformal.check_rate(rate, n - 1, "it")
