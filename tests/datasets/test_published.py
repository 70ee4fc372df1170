import hashlib
from collections import Counter

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from skspectra.datasets import draw_class_table, make_challenge, make_spectra
from skspectra.datasets._generate import render
from skspectra.datasets._published import draw_benchmark, draw_challenge


@pytest.fixture(scope="module")
def challenge():
    return make_challenge()


@pytest.fixture(scope="module")
def benchmark_peaks():
    return draw_benchmark()


def digest(drawn):
    sha = hashlib.sha256()
    for peaks in drawn:
        sha.update(peaks.positions.astype("<i8").tobytes())
        sha.update(peaks.heights.astype("<f8").tobytes())
        sha.update(peaks.sigma.astype("<f8").tobytes())
    return sha.hexdigest()[:16]


def test_draws_are_pinned(benchmark_peaks):
    assert [digest(part) for part in benchmark_peaks] == ["f75e5126a2b58774", "4bf9c85f9f9291b0"]
    assert [digest(part) for part in draw_challenge()] == ["91faa5d43eba668c", "a5496bbb8b64cb19"]


def test_challenge_shapes(challenge):
    assert challenge.X_train.shape == (1350, 5000)
    assert challenge.X_validation.shape == (270, 5000)
    assert challenge.X_test.shape == (162, 5000)
    for name, count in [("train", 50), ("validation", 10), ("test", 6)]:
        y = challenge[f"y_{name}"]
        np.testing.assert_array_equal(y, np.repeat(np.arange(27), count))
        assert y.dtype == np.int64
        assert challenge[f"X_{name}"].dtype == np.float64
    assert len(challenge.table) == 27
    assert challenge.target_names[[0, 8, 10, 26]].tolist() == [
        "minor 1a",
        "minor 3c",
        "position 1b",
        "height 3c",
    ]
    assert len(set(challenge.target_names)) == 27
    assert "10.1038/s41524-023-01055-y" in challenge.DESCR


def test_training_and_validation_are_drawn_together(challenge):
    X, _ = make_spectra(challenge.table, 60, random_state=2022)
    X = X.reshape(27, 60, 5000)
    np.testing.assert_array_equal(challenge.X_train, X[:, :50].reshape(-1, 5000))
    np.testing.assert_array_equal(challenge.X_validation, X[:, 50:].reshape(-1, 5000))


def test_return_X_y_and_float32(challenge):
    X, y = make_challenge(dtype=np.float32, return_X_y=True)
    assert X.dtype == np.float32
    np.testing.assert_array_equal(X, challenge.X_train.astype(np.float32))
    np.testing.assert_array_equal(y, challenge.y_train)


def test_refuses_other_types():
    with pytest.raises(ValueError, match="dtype == 'int32', must be float32 or float64"):
        make_challenge(dtype="int32")


# One class of each row of the published test grid: its six spectra as (positions, heights).
GRID = {
    0: [
        ([700, 3000], [0.7, 1]),
        ([670, 2970], [0.7, 1]),
        ([730, 3030], [0.7, 1]),
        ([700, 3000], [0.67, 1]),
        ([670, 2970], [0.67, 1]),
        ([730, 3030], [0.67, 1]),
    ],
    7: [
        ([500, 2100, 2260], [0.9, 1, 0.035]),
        ([470, 2070, 2230], [0.9, 1, 0.035]),
        ([530, 2130, 2290], [0.9, 1, 0.035]),
        ([500, 2100, 2260], [0.87, 1, 0.005]),
        ([470, 2070, 2230], [0.87, 1, 0.005]),
        ([530, 2130, 2290], [0.87, 1, 0.005]),
    ],
    12: [
        ([1230, 2103], [0.15, 1]),
        ([1260, 2133], [0.15, 1]),
        ([1230, 2103], [0.18, 1]),
        ([1260, 2133], [0.18, 1]),
        ([1230, 2103], [0.12, 1]),
        ([1260, 2133], [0.12, 1]),
    ],
    10: [
        ([670, 3040], [1, 0.7]),
        ([730, 3100], [1, 0.7]),
        ([670, 3040], [1, 0.73]),
        ([730, 3100], [1, 0.73]),
        ([670, 3040], [1, 0.67]),
        ([730, 3100], [1, 0.67]),
    ],
    17: [
        ([1370, 1890, 4700], [0.15, 0.2, 1]),
        ([1340, 1860, 4670], [0.15, 0.2, 1]),
        ([1370, 1890, 4700], [0.18, 0.23, 1]),
        ([1340, 1860, 4670], [0.18, 0.23, 1]),
        ([1370, 1890, 4700], [0.12, 0.17, 1]),
        ([1340, 1860, 4670], [0.12, 0.17, 1]),
    ],
    21: [
        ([1147, 2261], [1, 0.2]),
        ([1117, 2231], [1, 0.2]),
        ([1177, 2291], [1, 0.2]),
        ([1147, 2261], [1, 0.23]),
        ([1117, 2231], [1, 0.23]),
        ([1177, 2291], [1, 0.23]),
    ],
    25: [
        ([300, 2750, 4200], [0.125, 1, 0.18]),
        ([270, 2720, 4170], [0.125, 1, 0.18]),
        ([330, 2780, 4230], [0.125, 1, 0.18]),
        ([300, 2750, 4200], [0.185, 1, 0.24]),
        ([270, 2720, 4170], [0.185, 1, 0.24]),
        ([330, 2780, 4230], [0.185, 1, 0.24]),
    ],
    20: [
        ([920, 1500], [0.23, 1]),
        ([890, 1470], [0.23, 1]),
        ([950, 1530], [0.23, 1]),
        ([920, 1500], [0.2, 1]),
        ([890, 1470], [0.2, 1]),
        ([950, 1530], [0.2, 1]),
    ],
}


@pytest.mark.parametrize("k", GRID)
def test_challenge_test_grid(challenge, k):
    for i, (positions, heights) in enumerate(GRID[k]):
        spectrum = np.zeros(5000)
        spectrum[positions] = heights
        expected = gaussian_filter1d(spectrum, 2.0, mode="constant")
        np.testing.assert_allclose(challenge.X_test[6 * k + i], expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("of", "like"),
    [(9, 15), (13, 16), (11, 14), (18, 24), (19, 22), (23, 26), (1, 5)],
)
def test_classes_of_a_row_share_a_grid(of, like):
    _, test = draw_challenge()
    shifts = [test[k].positions[:, 0] - test[k].positions[0, 0] for k in (of, like)]
    np.testing.assert_array_equal(*shifts)


@pytest.mark.parametrize(
    ("k", "shift", "change"),
    [
        (0, 30, 0.04),
        (8, 17, 0.04),
        (318, 17, 0.04),
        (164, 30, 0.025),
        (219, 30, 0.025),
        (281, 30, 0.025),
        (347, 30, 0.025),
        (499, 30, 0.04),
    ],
)
def test_benchmark_test_grid(benchmark_peaks, k, shift, change):
    table = draw_class_table(random_state=2022)
    _, test = benchmark_peaks
    expected_positions, expected_heights = [], []
    for sign in [0, 1, -1]:
        for move in [0, -shift, shift]:
            expected_positions.append([p + move for p in table[k].positions])
            expected_heights.append(
                [h if h == 1.0 else max(h + sign * change, 0) for h in table[k].heights]
            )
    np.testing.assert_array_equal(test[k].positions, expected_positions)
    np.testing.assert_allclose(test[k].heights, expected_heights, rtol=1e-12)
    np.testing.assert_array_equal(test[k].sigma, np.full(9, 2.0))


def test_benchmark_grid_is_as_ambiguous_as_published(benchmark_peaks):
    """After division by the maximum 32 test spectra fit a second class, up to some scale."""
    table = draw_class_table(random_state=2022)
    found = Counter()
    for true, grid in enumerate(benchmark_peaks[1]):
        for other, (positions, heights) in enumerate(table):
            if other == true or len(positions) != grid.positions.shape[1]:
                continue
            shifts = grid.positions - positions
            for i in np.flatnonzero(((shifts >= -50) & (shifts < 50)).all(axis=1)):
                seen = np.maximum(grid.heights[i], 1e-9)
                lowest, highest = ((heights - 0.05) / seen).max(), ((heights + 0.05) / seen).min()
                if lowest <= highest:
                    found[min(true, other), max(true, other)] += 1
    assert found == {(8, 318): 12, (164, 281): 12, (219, 347): 4, (15, 482): 2, (206, 403): 2}


def test_benchmark_sizes(benchmark_peaks):
    train, test = benchmark_peaks
    assert [len(peaks.sigma) for peaks in train] == [60] * 500
    assert [len(peaks.sigma) for peaks in test] == [9] * 500


def test_benchmark_references_vary(benchmark_peaks):
    train, _ = benchmark_peaks
    for peaks in train:
        assert len(np.unique(peaks.heights.max(axis=1))) == 60


def test_benchmark_spectra_of_a_few_classes(benchmark_peaks):
    train, _ = benchmark_peaks
    table = draw_class_table(random_state=2022)[:20]
    X, _ = make_spectra(table, 60, fixed_reference=False, random_state=2022)
    np.testing.assert_array_equal(render(train[:20], 5000, np.float64)[0], X)
