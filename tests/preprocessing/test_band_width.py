import numpy as np
import pytest

from skspectra.preprocessing import band_width


def bands(width, noise=0.0, n_points=1500, n_samples=30):
    rng = np.random.default_rng(0)
    points = np.arange(n_points)
    centres = rng.uniform(0, n_points, (n_samples, 6, 1))
    heights = rng.uniform(0.2, 1, (n_samples, 6, 1))
    X = (heights * np.exp(-4 * np.log(2) * ((points - centres) / width) ** 2)).sum(axis=1)
    return X + rng.normal(0, noise, X.shape) if noise else X


@pytest.mark.parametrize("width", [4, 8, 15, 40, 100])
def test_width_of_gaussian_bands(width):
    assert band_width(bands(width)) == pytest.approx(width, rel=0.05)


@pytest.mark.parametrize("width", [4, 8, 15])
def test_noise_and_a_slope_hardly_matter(width):
    X = bands(width, noise=0.05) + 3 + np.linspace(0, 2, 1500)
    assert band_width(X) == pytest.approx(width, rel=0.1)


def test_lorentzian_bands_are_within_a_tenth():
    points = np.arange(1000)
    X = 1 / (1 + ((points - 400) / 10) ** 2)
    assert band_width([X]) == pytest.approx(20, rel=0.1)


def test_every_spectrum_counts_the_same_whatever_its_height():
    X = bands(8)
    heights = np.random.default_rng(0).uniform(1, 1000, (len(X), 1))
    assert band_width(X * heights) == pytest.approx(band_width(X))


def test_axis_gives_the_unit():
    X, x_axis = bands(15), np.linspace(400, 1899, 1500) * 2
    assert band_width(X, x_axis) == pytest.approx(2 * band_width(X))


@pytest.mark.parametrize("X", [np.zeros((2, 20)), np.eye(1, 20, 9), np.arange(20.0)[None]])
def test_no_band_to_measure_gives_three_points(X):
    assert band_width(X) == 3
    assert band_width(X, np.arange(20) / 10) == pytest.approx(0.3)


def test_a_thousand_spectra_are_thinned_out():
    X = np.concatenate([bands(8), bands(40)])
    interleaved = np.tile(X, (20, 1))
    assert band_width(interleaved) == pytest.approx(band_width(interleaved[:: -(-1200 // 500)]))


@pytest.mark.parametrize(
    ("X", "x_axis", "message"),
    [
        (np.ones((2, 7)), None, "minimum of 8"),
        (np.ones((2, 9)), np.arange(8), r"has shape \(8,\) for spectra of 9 points"),
        (np.ones((2, 9)), np.arange(9)[::-1], "must be ascending"),
        (np.full((2, 9), np.nan), None, "NaN"),
    ],
)
def test_bad_input(X, x_axis, message):
    with pytest.raises(ValueError, match=message):
        band_width(X, x_axis)
