import numpy as np
import pytest

from skspectra.uncertainty import _novelty as novelty

RNG = np.random.default_rng(0)


def spectra(n=20, n_points=100):
    X = RNG.random((n, n_points))
    y = np.arange(n) % 2
    X[np.arange(n), 20 + 40 * y] += 5
    return X, y


def distance_slowly(Z, codes, new):
    """The same by the inverse of a full covariance for every class."""
    center = Z.mean(axis=0)
    means = np.array([Z[codes == c].mean(axis=0) for c in np.unique(codes)])
    within = Z - means[codes]
    shared = within.T @ within / max(1, len(Z) - len(means))
    total = ((Z - center) ** 2).sum() / len(Z)
    ridge = (novelty.RIDGE * np.trace(shared) + 1e-9 * total) / Z.shape[1]
    shared = shared + ridge * np.eye(Z.shape[1])
    squared = []
    for code, mean in enumerate(means):
        own = within[codes == code]
        prior, n_free = novelty.PRIOR, len(own) - 1
        covariance = (prior * shared + own.T @ own) / (prior + n_free)
        away = new - mean
        squared.append(np.einsum("ij,jk,ik->i", away, np.linalg.inv(covariance), away))
    return np.sqrt(np.min(squared, axis=0))


@pytest.mark.parametrize("shape", [(40, 6), (10, 30), (3, 2)])
def test_distance_is_that_of_the_slow_reference(shape):
    Z = RNG.normal(size=shape)
    codes = np.sort(np.arange(len(Z)) % 3)
    Z[:, 0] += 4 * codes
    new = RNG.normal(size=(7, shape[1])) * 3
    found = novelty.class_distance(novelty.fit_classes(Z, codes), new)
    np.testing.assert_allclose(found, distance_slowly(Z, codes, new), rtol=1e-6)


def test_what_lies_outside_the_span_counts():
    Z = np.zeros((12, 200))
    Z[:, :2] = RNG.normal(size=(12, 2))
    described = novelty.fit_classes(Z, np.zeros(12, dtype=int))
    inside, outside = Z[:1].copy(), Z[:1].copy()
    inside[0, 0] += 1
    outside[0, 100] += 1
    near, far = novelty.class_distance(described, np.concatenate([inside, outside]))
    assert far > 10 * near


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_equal_spectra(value):
    Z = np.full((6, 5), value)
    described = novelty.fit_classes(Z, np.arange(6) % 2)
    found = novelty.class_distance(described, Z + [[0], [0], [0], [0], [0], [1]])
    assert np.isfinite(found).all()
    assert found[:5].max() < found[5]


def test_state_is_arrays():
    described = novelty.fit_classes(RNG.normal(size=(9, 4)), np.arange(9) % 3)
    assert all(type(value) is np.ndarray for value in described.values())
