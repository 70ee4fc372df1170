import numpy as np
import pytest
from scipy import stats
from sklearn.utils._param_validation import InvalidParameterError

from skspectra.augmentation import NoiseAugmenter, _noise


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("level", [0.005, 0.1])
def test_gaussian_noise_as_asked(level, dtype):
    X = np.zeros((100, 1000), dtype=dtype)
    X[:, 500] = np.linspace(1, 50, 100)
    X -= 7
    noise = NoiseAugmenter(level, random_state=0).fit_transform(X) - X
    relative = noise / np.ptp(X, axis=1)[:, None]
    assert relative.std() == pytest.approx(level, rel=0.02)
    np.testing.assert_allclose(relative.std(axis=1), level, rtol=0.12)
    assert abs(relative.mean()) < 4 * level / 1e5**0.5
    # White: neighbours know nothing of each other, and neither do rows.
    assert abs(np.corrcoef(relative[:, 1:].ravel(), relative[:, :-1].ravel())[0, 1]) < 0.02
    assert abs(np.corrcoef(relative[1:].ravel(), relative[:-1].ravel())[0, 1]) < 0.02
    assert stats.kstest(relative.ravel()[::10] / level, "norm").pvalue > 1e-3


@pytest.mark.parametrize("n_points", [2, 3, 2001])
def test_gaussian_noise_is_the_same_in_both_dtypes(n_points):
    X = np.zeros((41, n_points))
    X[:, 0] = 1
    double = NoiseAugmenter(0.5, random_state=0).fit_transform(X) - X
    single = NoiseAugmenter(0.5, random_state=0).fit_transform(X.astype(np.float32)) - X
    np.testing.assert_allclose(single, double, atol=1e-6)
    assert len(np.unique(double)) > 0.99 * double.size


@pytest.mark.parametrize(
    "random_state",
    [
        0,
        np.random.RandomState(0),
        np.random.default_rng(0),
        np.random.Generator(np.random.MT19937(0)),
        np.random.Generator(np.random.SFC64(0)),
    ],
    ids=["int", "RandomState", "PCG64", "MT19937", "SFC64"],
)
def test_gaussian_noise_whatever_the_generator(random_state):
    X = np.eye(2, 100_000)
    augmenter = NoiseAugmenter(1)
    if isinstance(random_state, np.random.Generator):
        noise = augmenter._perturb(X, random_state) - X
    else:
        noise = augmenter.set_params(random_state=random_state).fit_transform(X) - X
    assert abs(noise.mean()) < 4 / 2e5**0.5
    assert noise.std() == pytest.approx(1, rel=0.01)
    assert stats.kstest(noise.ravel()[::10], "norm").pvalue > 1e-3
    assert len(np.unique(noise)) > 0.99 * noise.size


@pytest.mark.parametrize("counts_at_max", [10, 1000])
def test_counting_noise_from_a_random_state(counts_at_max):
    X = np.ones((2, 50_000))
    augmenter = NoiseAugmenter(0, counts_at_max, random_state=np.random.RandomState(0))
    counts = augmenter.fit_transform(X) * counts_at_max
    assert counts.mean() == pytest.approx(counts_at_max, abs=4 * (counts_at_max / 1e5) ** 0.5)
    assert counts.std() == pytest.approx(counts_at_max**0.5, rel=0.02)


def test_gaussian_noise_far_from_the_mean():
    noise = NoiseAugmenter(1, random_state=0).fit_transform(np.eye(1, 4_000_000))[0, 1:]
    for limit in (3, 4, 4.5):
        expected = 2 * stats.norm.sf(limit) * len(noise)
        assert (np.abs(noise) > limit).sum() == pytest.approx(expected, abs=4 * expected**0.5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("counts_at_max", [40, 1000, 1e6])
def test_counting_noise_as_asked(counts_at_max, dtype):
    """Variance and mean of the counts are the same number, at every height."""
    shares = np.array([1.0, 0.5, 0.2, 0.05])
    X = np.repeat(3.0 * shares, 10_000)[None].repeat(10, axis=0).astype(dtype)
    variants = NoiseAugmenter(0, counts_at_max, random_state=0).fit_transform(X)
    counts = variants.astype(float).reshape(10, 4, -1) / 3 * counts_at_max
    np.testing.assert_allclose(counts, counts.round(), atol=1e-6 * counts_at_max)
    expected = shares * counts_at_max
    np.testing.assert_allclose(counts.std(axis=(0, 2)), expected**0.5, rtol=0.02)
    tolerance = 4 * (expected / 1e5) ** 0.5
    assert (np.abs(counts.mean(axis=(0, 2)) - expected) < tolerance).all()


def test_few_counts_follow_poisson():
    X = np.full((1, 50_000), 2.0)
    X[0, 0] = 10
    counts = NoiseAugmenter(0, 20, random_state=0).fit_transform(X)[0, 1:] * 2
    observed = np.bincount(counts.round().astype(int), minlength=15)[:15]
    expected = stats.poisson(4).pmf(np.arange(15)) * len(counts)
    assert stats.chisquare(observed, expected * observed.sum() / expected.sum()).pvalue > 1e-3


@pytest.mark.parametrize("mean", [29, 30, 60])
def test_many_counts_follow_poisson(mean):
    X = np.full((1, 200_000), float(mean))
    X[0, 0] = 1000
    counts = NoiseAugmenter(0, 1000, random_state=0).fit_transform(X)[0, 1:].round().astype(int)
    n_classes = 2 * mean
    observed = np.bincount(np.minimum(counts, n_classes - 1), minlength=n_classes)[mean // 2 :]
    expected = stats.poisson(mean).pmf(np.arange(mean // 2, n_classes)) * len(counts)
    assert stats.chisquare(observed, expected * observed.sum() / expected.sum()).pvalue > 1e-3
    assert stats.skew(counts) == pytest.approx(mean**-0.5, abs=0.02)


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_counts_of_any_scale(scale):
    X = np.full((1, 1000), 0.5 * scale, dtype=np.float32)
    X[0, 0] = scale
    for counts_at_max in (4, 1e12):
        variants = NoiseAugmenter(0, counts_at_max, random_state=0).fit_transform(X)
        relative = variants[0, 1:] / scale
        assert relative.mean() == pytest.approx(0.5, rel=0.1)


def test_what_has_no_counts_stays():
    X = np.array([[-1.0, 0, 4, -2], [0, 0, 0, 0], [-3, -1, -2, -1]])
    variants = NoiseAugmenter(0, 9, random_state=0).fit_transform(X)
    np.testing.assert_allclose(variants[0, [0, 1, 3]], X[0, [0, 1, 3]])
    np.testing.assert_array_equal(variants[1:], X[1:])


def test_both_add_up():
    X = np.full((20, 5000), 1.0)
    X[:, 0] = 0
    variants = NoiseAugmenter(0.05, 400, random_state=0).fit_transform(X)
    # Counting changes the height that the level is a share of by nothing: it is the original's.
    expected = (0.05**2 + 1 / 400) ** 0.5
    assert variants[:, 1:].std() == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize(
    ("name", "value"), [("level", -0.01), ("level", np.inf), ("counts_at_max", 1e13)]
)
def test_invalid_parameters(name, value):
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter"):
        NoiseAugmenter(**{name: value}).fit(np.ones((1, 9)))


def test_mean_variance_and_skewness_of_30_counts():
    """Sharp enough to see the corrections for rounding and skewness, 5/36 and 1/6 of a count."""
    X = np.full((40, 100_000), 30.0)
    counts = NoiseAugmenter(0, 30, random_state=0).fit_transform(X)
    # Four standard errors of each.
    assert counts.mean() == pytest.approx(30, abs=4 * (30 / counts.size) ** 0.5)
    assert counts.var() == pytest.approx(30, abs=4 * 30 * (2 / counts.size) ** 0.5)
    assert stats.skew(counts.ravel()) == pytest.approx(30**-0.5, abs=4 * (6 / counts.size) ** 0.5)


def test_from_30_counts_on_where_most_are_as_many(monkeypatch):
    """Those are all the same where the normal number is 0; Poisson's own numbers never are."""
    monkeypatch.setattr(_noise, "_normal", lambda rng, shape: np.zeros(shape))
    X = np.full((3, 1000), 30.0)
    for row, n_few in zip(X, (499, 500, 600), strict=True):
        row[:n_few] = 29.9
    counts = NoiseAugmenter(0, 30, random_state=0).fit_transform(X)
    assert set(counts[0, 499:]) == {30}
    for drawn in (counts[0, :499], counts[1, 500:], counts[2, 600:]):
        assert drawn.var() == pytest.approx(30, rel=0.25)


def test_the_least_random_number_has_a_logarithm():
    class Zeros:
        def integers(self, high, size, dtype):
            return np.zeros(size, dtype=dtype)

    assert _noise._normal(Zeros(), (1, 2))[0].tolist() == pytest.approx(
        [(66 * np.log(2)) ** 0.5, 0]
    )
