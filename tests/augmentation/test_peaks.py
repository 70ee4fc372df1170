import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter1d

from skspectra.augmentation._peaks import detect

POINTS = np.arange(500)


def gaussians(tops, heights, s=4.0):
    return sum(
        h * np.exp(-(((POINTS - top) / s) ** 2) / 2) for top, h in zip(tops, heights, strict=True)
    )


def test_rows_and_feet():
    X = np.stack([gaussians([100, 300], [1, 0.5]), np.zeros(500), gaussians([250], [3])])
    peaks = detect(X, 0.02)
    assert peaks.row.tolist() == [0, 0, 2]
    assert peaks.per_row(3).tolist() == [2, 0, 1]
    # Three half widths of a Gaussian are 3.53 standard deviations.
    reach = 3 * (2 * np.log(2)) ** 0.5 * 4
    np.testing.assert_allclose(peaks.left, np.array([100, 300, 250]) - reach, atol=1)
    np.testing.assert_allclose(peaks.right, np.array([100, 300, 250]) + reach, atol=1)


@pytest.mark.parametrize(("height", "found"), [(0.019, 1), (0.021, 2)])
def test_prominence_is_a_share_of_the_height(height, found):
    for scale, level in [(1, 0), (1e4, -50), (1e-6, 3e-6)]:
        X = level + scale * gaussians([100, 300], [1, height])[None]
        assert len(detect(X, 0.02).row) == found


def test_noise_is_not_taken_for_peaks():
    rng = np.random.default_rng(0)
    X = gaussians([100, 300], [1, 0.4]) + 0.03 * rng.standard_normal((200, 500))
    per_row = detect(X, 0.02).per_row(200)
    assert (per_row >= 2).all()
    assert per_row.mean() < 2.2


def test_overlapping_peaks_share_the_lowest_point_between_them():
    peaks = detect(gaussians([240, 252, 290], [1, 0.7, 0.5])[None], 0.02)
    between = 240 + gaussians([240, 252, 290], [1, 0.7, 0.5])[240:253].argmin()
    assert peaks.right[0] == peaks.left[1] == between


def test_peaks_that_touch_are_one_when_joined():
    X = np.stack(
        [gaussians([100, 112, 300], [1, 0.7, 0.5]), np.zeros(500), gaussians([490, 478], [3, 3])]
    )
    peaks = detect(X, 0.02)
    joined = peaks.joined()
    assert joined.row.tolist() == [0, 0, 2]
    assert joined.left.tolist() == peaks.left[[0, 2, 3]].tolist()
    assert joined.right.tolist() == peaks.right[[1, 2, 4]].tolist()
    nothing = detect(np.zeros((2, 50)), 0.02).joined()
    assert nothing.per_row(2).tolist() == [0, 0]


@given(
    tops=st.lists(st.integers(0, 499), max_size=12, unique=True),
    s=st.floats(0.6, 20),
    seed=st.integers(0, 99),
)
def test_peaks_lie_on_the_axis_and_do_not_overlap(tops, s, seed):
    rng = np.random.default_rng(seed)
    heights = rng.uniform(0.01, 1, len(tops))
    X = gaussians(tops, heights, s) + 1e-3 * rng.standard_normal((2, 500))
    peaks = detect(X, 0.02)
    for row in (0, 1):
        left, right = peaks.left[peaks.row == row], peaks.right[peaks.row == row]
        assert (left >= 0).all()
        assert (right <= 499).all()
        assert (left < right).all()
        assert (right[:-1] <= left[1:]).all()


@pytest.mark.parametrize("n_points", [1, 2, 3])
def test_too_few_points_to_tell_peaks_from_noise(n_points):
    assert detect(np.eye(3, n_points, 1), 0.02).per_row(3).tolist() == [0, 0, 0]


def test_noise_of_neighbours_that_are_alike_is_not_taken_for_peaks():
    """Smoothed or interpolated."""
    rng = np.random.default_rng(0)
    peaks = gaussians([100, 300], [1, 0.4])
    white = rng.standard_normal((50, 500))
    smooth = gaussian_filter1d(white, 2, axis=1)
    thirds = np.arange(0, 499, 1 / 3)
    spread = np.array([np.interp(thirds, POINTS, peaks + 0.03 * row) for row in white])
    for X in (peaks + 0.1 * smooth, spread):
        per_row = detect(X, 0.02).per_row(len(X))
        assert (per_row >= 2).all()
        assert per_row.mean() < 3


def test_a_peak_on_a_broad_hump_has_its_own_width():
    X = gaussians([100, 250, 400], [1, 1, 1]) + np.exp(-(((POINTS - 230) / 90) ** 2) / 2)
    peaks = detect(X[None], 0.02)
    assert len(peaks.row) == 3
    assert (peaks.right - peaks.left).max() < 60


@pytest.mark.parametrize("mean", [0.05, 0.1, 0.4, 1])
@pytest.mark.parametrize("unit", [1, 0.37])
def test_few_counts_are_not_taken_for_peaks(mean, unit):
    """Most values are the same: their typical difference says nothing."""
    rng = np.random.default_rng(0)
    counts = rng.poisson(mean, (100, 3000)).astype(float)
    assert detect(unit * counts, 0.02).per_row(100).mean() < 0.1
    counts[:, 1000:1500] += rng.poisson(gaussians([250], [60], 10), (100, 500))
    peaks = detect(unit * counts, 0.02)
    near = (peaks.right > 1230) & (peaks.left < 1270)
    assert len(np.unique(peaks.row[near])) == 100


def test_lines_on_nothing_are_peaks():
    """Sticks of a simulation: most values are the same, but there is no noise."""
    X = np.zeros((1, 3000))
    X[0, 50::100] = np.linspace(0.1, 1, 30)
    assert len(detect(X, 0.02).row) == 30


@pytest.mark.parametrize("heights", [[1, 0.05, 0.2, 0.4, 0.1], [1], [1, 0.1, 0.1, 0.1, 0.1]])
@pytest.mark.parametrize(("n_points", "spacing"), [(1000, 20), (500, 10), (3000, 60), (350, 7)])
@pytest.mark.parametrize("slope", [0, 0.01])
def test_lines_close_together_are_peaks(n_points, spacing, heights, slope):
    """They are whole multiples of one height, as counts are, but stand apart."""
    X = slope * np.arange(float(n_points))[None] / n_points
    X[0, spacing // 2 :: spacing] += np.resize(heights, 50)
    for scale, dtype in [(1, np.float64), (370, np.float32)]:
        assert len(detect((scale * X).astype(dtype), 0.02).row) == 50


def test_lines_anywhere_are_peaks():
    """Some touch, but their heights are not multiples of one."""
    rng = np.random.default_rng(0)
    X = np.zeros((100, 1000))
    for row in X:
        row[rng.choice(1000, 50, replace=False)] = rng.uniform(0.05, 1, 50)
    inner = X[:, 1:-1]
    expected = ((inner > X[:, :-2]) & (inner > X[:, 2:])).sum()
    assert len(detect(X, 0.02).row) > 0.98 * expected


@pytest.mark.parametrize("scale", [1, 0.37])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_few_counts_below_many_peaks(scale, dtype):
    rng = np.random.default_rng(0)
    tops = range(50, 500, 100)
    clean = gaussians(tops, [200] * 5, 3)
    counts = rng.poisson(clean + 0.1, (200, 500)).astype(dtype) * dtype(scale)
    per_row = detect(counts, 0.02).per_row(200)
    assert (per_row >= 5).all()
    expected = detect(np.where(clean < 1, 0, counts), 0.02).per_row(200).mean()
    assert per_row.mean() < expected + 0.2


def test_no_peak_reaches_from_one_row_to_the_next():
    """Half peaks at both ends of the rows, in rows of very different heights."""
    X = np.stack([scale * gaussians([3, 250, 496], [1, 1, 1]) for scale in (1, 1e6, 1e-6, 1)])
    peaks = detect(X, 0.02)
    alone = [detect(row[None], 0.02) for row in X]
    assert peaks.row.tolist() == np.repeat(range(4), 3).tolist()
    assert peaks.left.tolist() == np.concatenate([one.left for one in alone]).tolist()
    assert peaks.right.tolist() == np.concatenate([one.right for one in alone]).tolist()
    assert peaks.right.max() == 499
