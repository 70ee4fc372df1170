import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils._param_validation import InvalidParameterError

from skspectra.augmentation import ExtraPeakAugmenter

N_POINTS = 500


def added(n_samples, *parameters, seed=0, height=1.0, n_points=N_POINTS, **more):
    X = np.zeros((n_samples, n_points))
    X[:, n_points // 2] = height
    return ExtraPeakAugmenter(*parameters, **more, random_state=seed).fit_transform(X) - X


def test_spikes_are_single_points():
    spikes = added(3000, 3, 0.5, 0)
    number = np.count_nonzero(spikes, axis=1)
    assert np.bincount(number) == pytest.approx([750] * 4, rel=0.15)
    places, values = np.nonzero(spikes)[1], spikes[spikes != 0]
    assert np.histogram(places, 5, (0, N_POINTS))[0] == pytest.approx(
        [len(places) / 5] * 5, rel=0.1
    )
    assert {places.min(), places.max()} == {0, N_POINTS - 1}
    assert values.min() > 0
    assert values.mean() == pytest.approx(0.25, rel=0.05)
    single = spikes[number == 1].max(axis=1)
    assert np.quantile(single, 0.99) == pytest.approx(0.495, rel=0.01)


@pytest.mark.parametrize("height", [1.0, 250.0])
def test_one_peak_is_a_gaussian_of_the_width_asked(height):
    peaks = added(200, 1, 0.1, 12, 12, height=height)
    for peak in peaks[(peaks.max(axis=1) > 0)]:
        top = peak.argmax()
        assert peak[top] <= 0.1 * height
        expected = np.exp(-4 * np.log(2) * ((np.arange(N_POINTS) - top) / 12) ** 2)
        np.testing.assert_allclose(peak, peak[top] * expected, atol=1e-4 * peak[top])


def test_widths_are_uniform():
    peaks = added(4000, 1, 1, 30, 10)
    inner = (peaks.argmax(axis=1) > 70) & (peaks.argmax(axis=1) < 430) & (peaks.max(axis=1) > 0)
    area = peaks[inner].sum(axis=1) / peaks[inner].max(axis=1)
    widths = area * (4 * np.log(2) / np.pi) ** 0.5
    assert widths.min() == pytest.approx(10, rel=0.02)
    assert widths.max() == pytest.approx(30, rel=0.02)
    assert widths.mean() == pytest.approx(20, rel=0.03)


def test_peaks_add_up_and_stop_at_the_ends():
    peaks = added(500, 60, 1, 40, n_points=50)
    assert peaks.shape == (500, 50)
    assert peaks.min() >= 0
    assert peaks.max() > 5
    ratio = peaks.mean(axis=0)[[0, -1]] / peaks.mean(axis=0)[25]
    # Half of what stands at an end lies beyond it.
    assert (ratio > 0.4).all()
    assert (ratio < 0.8).all()


@given(
    n_points=st.integers(1, 40),
    max_peaks=st.integers(0, 5),
    max_width=st.floats(0, 99),
    seed=st.integers(0, 99),
)
def test_never_more_than_asked(n_points, max_peaks, max_width, seed):
    peaks = added(4, max_peaks, 0.2, max_width, seed=seed, n_points=n_points)
    assert peaks.shape == (4, n_points)
    assert peaks.min() >= 0
    assert peaks.max() <= 0.2 * max_peaks + 1e-9


@pytest.mark.parametrize("method", ["fit", "fit_transform"])
def test_an_empty_range(method):
    with pytest.raises(ValueError, match=r"min_width=30 is larger than max_width=20\.0"):
        getattr(ExtraPeakAugmenter(min_width=30), method)(np.ones((1, 9)))


@pytest.mark.parametrize(
    ("name", "value"),
    [("max_peaks", 1.5), ("max_height", -1), ("max_width", np.inf), ("min_width", -1)],
)
def test_invalid_parameters(name, value):
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter"):
        ExtraPeakAugmenter(**{name: value}).fit(np.ones((1, 9)))
