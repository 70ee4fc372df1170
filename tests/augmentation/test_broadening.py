import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter1d
from sklearn.utils._param_validation import InvalidParameterError

from skspectra.augmentation import BroadeningAugmenter
from skspectra.augmentation._spread import from_spectrum, spectrum, spread_gaussian
from skspectra.profiles import transfer


def stick(n_points=801, *places):
    X = np.zeros((1, n_points))
    X[0, list(places) or [n_points // 2]] = 1
    return X


def profile(distance, width, eta):
    """The pseudo-Voigt profile of area 1."""
    gauss = np.exp(-4 * np.log(2) * (distance / width) ** 2) * (4 * np.log(2) / np.pi) ** 0.5
    lorentz = 2 / np.pi / (1 + 4 * (distance / width) ** 2)
    return ((1 - eta) * gauss + eta * lorentz) / width


@pytest.mark.parametrize("eta", [0, 0.4, 1])
@pytest.mark.parametrize("width", [3.0, 7.7, 25.0])
def test_a_stick_becomes_the_profile(width, eta):
    found = BroadeningAugmenter(width, width, eta).fit_transform(stick(20001))[0]
    expected = profile(np.arange(20001) - 10000, width, eta)
    np.testing.assert_allclose(found, expected, atol=2e-3 * expected.max())


@pytest.mark.parametrize("eta", [0, 0.4, 1])
@given(width=st.floats(0, 40))
def test_sampled_profiles_are_positive_and_of_area_one(width, eta):
    """Sticks must not ring, however narrow the profile."""
    factors = transfer(np.array([[width]]), eta, 801)
    found = from_spectrum(spectrum(stick()) * factors)[0]
    assert found.sum() == pytest.approx(1, rel=1e-9)
    assert found.min() > -5e-3 * found.max()


def test_like_a_plain_filter():
    X = np.random.default_rng(0).uniform(size=(5, 300))
    width = 9.0
    expected = gaussian_filter1d(X, width / (8 * np.log(2)) ** 0.5, truncate=8, mode="reflect")
    found = BroadeningAugmenter(width, width).fit_transform(X)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@given(n_points=st.integers(13, 60), width=st.floats(2, 6), seed=st.integers(0, 99))
def test_a_sum_over_points_is_what_the_transforms_give(n_points, width, seed):
    X = np.random.default_rng(seed).normal(size=(3, n_points))
    widths = np.array([[width], [2], [6]])
    expected = from_spectrum(spectrum(X) * transfer(widths, 0, n_points))
    np.testing.assert_allclose(spread_gaussian(X, widths), expected, atol=1e-3)


@given(n_points=st.integers(12, 30), seed=st.integers(0, 99))
def test_narrow_gaussians_like_the_plain_loop(n_points, seed):
    rng = np.random.default_rng(seed)
    X, widths = rng.normal(size=(5, n_points)), rng.uniform(0, 6, (5, 1))
    widths[3] = 0
    expected = X.copy()
    for row, width in zip(expected, np.maximum(widths[:, 0], 0.1), strict=True):
        reach = int(np.ceil(2 * width))
        profile = 16 ** -((np.arange(-reach, reach + 1) / width) ** 2)
        padded = np.pad(row, reach, mode="symmetric")
        row[:] = np.convolve(padded, profile / profile.sum(), "valid")
    np.testing.assert_allclose(spread_gaussian(X, widths), expected, atol=1e-9)
    np.testing.assert_array_equal(spread_gaussian(X, np.zeros((5, 1))), X)


@given(n_points=st.integers(1, 60), largest=st.floats(0, 90), seed=st.integers(0, 99))
def test_area_is_preserved(n_points, largest, seed):
    X = np.random.default_rng(seed).normal(size=(3, n_points))
    variants = BroadeningAugmenter(largest, eta=0.5).fit_transform(X)
    np.testing.assert_allclose(variants.sum(axis=1), X.sum(axis=1), atol=1e-9)


@pytest.mark.parametrize("eta", [0, 0.3])
def test_the_area_of_a_peak_stays_where_it_was(eta):
    X = stick(801, 250, 600) + 0.1
    variants = BroadeningAugmenter(8, 8, eta).fit_transform(X)
    tolerance = 1e-6 if eta == 0 else 0.02
    assert (variants[0, 150:350] - 0.1).sum() == pytest.approx(1, abs=tolerance)


def test_widths_are_uniform_and_add_in_squares():
    s = 4.0
    X = np.tile(np.exp(-(((np.arange(401) - 200) / s) ** 2) / 2), (2000, 1))
    variants = BroadeningAugmenter(20, 10, random_state=0).fit_transform(X)
    places = np.arange(401) - 200
    variance = (variants @ places**2) / variants.sum(axis=1) - s**2
    width = np.sqrt(8 * np.log(2) * variance)
    assert width.min() == pytest.approx(10, rel=0.01)
    assert width.max() == pytest.approx(20, rel=0.01)
    assert width.mean() == pytest.approx(15, rel=0.02)


def test_it_only_adds_width():
    X = np.tile(np.exp(-(((np.arange(401) - 200) / 4) ** 2) / 2), (200, 1))
    assert (BroadeningAugmenter(9).fit_transform(X).max(axis=1) < X.max()).all()


@pytest.mark.parametrize("method", ["fit", "fit_transform"])
def test_an_empty_range(method):
    with pytest.raises(ValueError, match=r"min_width=6 is larger than max_width=5\.0"):
        getattr(BroadeningAugmenter(min_width=6), method)(np.ones((1, 9)))


@pytest.mark.parametrize(
    ("name", "value"), [("max_width", -1), ("max_width", np.inf), ("min_width", "a"), ("eta", 1.1)]
)
def test_invalid_parameters(name, value):
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter"):
        BroadeningAugmenter(**{name: value}).fit(np.ones((1, 9)))
