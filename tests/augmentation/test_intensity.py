import numpy as np
import pytest
from sklearn.utils._param_validation import InvalidParameterError

from skspectra.augmentation import IntensityAugmenter
from skspectra.augmentation._intensity import _scale_peaks
from skspectra.augmentation._peaks import Peaks, detect

POINTS = np.arange(600)
TOPS = np.array([100, 220, 400, 520])


def gaussian(top, s=5.0):
    return np.exp(-(((POINTS - top) / s) ** 2) / 2)


def spectra(n_samples, background=0.0):
    heights = [1, 0.3, 0.1, 0.6]
    peaks = sum(h * gaussian(top) for h, top in zip(heights, TOPS, strict=True))
    return np.tile(peaks + background, (n_samples, 1))


def test_factors_are_uniform_and_independent():
    X = spectra(2000)
    factors = (IntensityAugmenter(0.4, random_state=0).fit_transform(X) / X)[:, TOPS]
    assert factors.min() == pytest.approx(0.6, abs=0.01)
    assert factors.max() == pytest.approx(1.4, abs=0.01)
    np.testing.assert_allclose(factors.mean(axis=0), 1, atol=4 * 0.4 / 3**0.5 / 2000**0.5)
    np.testing.assert_allclose(factors.std(axis=0), 0.4 / 3**0.5, rtol=0.06)
    assert np.abs(np.corrcoef(factors.T) - np.eye(4)).max() < 0.1


def test_a_peak_is_scaled_as_a_whole():
    """Each variant is the sum of the four peaks with four heights, and nothing else."""
    X = spectra(50)
    variants = IntensityAugmenter(0.5, random_state=0).fit_transform(X)
    peaks = np.stack([gaussian(top) for top in TOPS])
    heights = np.linalg.lstsq(peaks.T, variants.T, rcond=None)[0]
    np.testing.assert_allclose(variants, heights.T @ peaks, atol=4e-3)
    assert np.ptp(heights, axis=1).min() > 0.05


@pytest.mark.parametrize("background", [-5.0, POINTS / 300, 0.6 * np.cos(POINTS / 250)])
def test_the_background_stays(background):
    """Also a curved one: only what is above the line between the feet is scaled."""
    X = spectra(100, background)
    changes = IntensityAugmenter(1, random_state=0).fit_transform(X) - X
    peaks = X[0] - background
    np.testing.assert_array_equal(changes[:, peaks < 1e-4], 0)
    between = np.abs(changes[:, TOPS]) / peaks[TOPS]
    assert between.max() <= 1.03
    assert between.max(axis=0).min() > 0.9


def test_noise_between_peaks_stays():
    rng = np.random.default_rng(0)
    X = spectra(20) + 0.01 * rng.standard_normal((20, 600))
    variants = IntensityAugmenter(0.5, random_state=0).fit_transform(X)
    far = np.abs(POINTS[:, None] - TOPS).min(axis=1) > 40
    assert (variants[:, far] == X[:, far]).mean() > 0.99
    assert (variants[:, TOPS] != X[:, TOPS]).mean() > 0.99


def plain_scale(spectrum, left, right, change):
    """Point by point."""
    result = spectrum.copy()
    for i in range(left, right + 1):
        line = np.interp(i, [left, right], spectrum[[left, right]])
        result[i] = line + (1 + change) * (spectrum[i] - line)
    return result


def test_like_the_plain_loop():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3, 30))
    peaks = Peaks(np.array([0, 0, 2]), np.array([0, 9, 20]), np.array([9, 15, 29]))
    changes = np.array([0.5, -0.3, 0.9])
    expected = X.copy()
    for row, left, right, change in zip(*peaks, changes, strict=True):
        expected[row] = plain_scale(expected[row], left, right, change)
    _scale_peaks(X, peaks, changes)
    np.testing.assert_allclose(X, expected)


def test_overlapping_peaks_stay_continuous():
    X = np.tile(gaussian(290) + 0.7 * gaussian(304), (100, 1))
    assert len(detect(X[:1], 0.02).row) == 2
    variants = IntensityAugmenter(0.5, random_state=0).fit_transform(X)
    assert np.abs(np.diff(variants)).max() < 1.6 * np.abs(np.diff(X[0])).max()


def test_gain_scales_everything():
    X = spectra(500, background=2)
    factors = IntensityAugmenter(0, 0.2, random_state=0).fit_transform(X) / X
    np.testing.assert_allclose(factors, factors[:, :1] + np.zeros(600))
    assert factors.min() == pytest.approx(0.8, abs=0.01)
    assert factors.max() == pytest.approx(1.2, abs=0.01)


@pytest.mark.parametrize(
    ("name", "value"), [("max_change", 1.1), ("max_gain", -0.1), ("prominence", 0)]
)
def test_invalid_parameters(name, value):
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter"):
        IntensityAugmenter(**{name: value}).fit(np.ones((1, 9)))
