import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skspectra.augmentation._resample import displace, join, resample, window


def move(X, displacement):
    """Move the points of each row to the right."""
    return resample(X, np.arange(X.shape[1]) - displacement)


def plain_move(X, displacement):
    """Point by point: the value at `i` is that at ``i - displacement``."""
    result = np.empty_like(X)
    n_points = X.shape[1]
    for row in range(len(X)):
        for i in range(n_points):
            place = min(max(i - displacement[row, i], 0), n_points - 1)
            left = min(int(place), n_points - 1)
            right = min(left + 1, n_points - 1)
            weight = place - left
            result[row, i] = (1 - weight) * X[row, left] + weight * X[row, right]
    return result


@given(n_points=st.integers(1, 30), largest=st.floats(0, 40), seed=st.integers(0, 99))
def test_like_the_plain_loop(n_points, largest, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(3, n_points))
    displacement = rng.uniform(-largest, largest, (3, n_points))
    np.testing.assert_allclose(move(X, displacement), plain_move(X, displacement), atol=1e-9)


def test_to_the_right_by_whole_points():
    X = np.array([[1.0, 2, 3, 4, 5]])
    assert move(X, np.array([[2.0]])).tolist() == [[1, 1, 1, 2, 3]]
    assert move(X, np.array([[-1.0]])).tolist() == [[2, 3, 4, 5, 5]]
    assert move(X, np.array([[0.5]])).tolist() == [[1, 1.5, 2.5, 3.5, 4.5]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_lines_go_through_the_knots(dtype):
    lines = join(np.array([[0, 4, 2], [1, 1, 3]], dtype=dtype), 4)
    assert lines.dtype == dtype
    assert lines.tolist() == [[0, 1, 2, 3, 4, 3.5, 3, 2.5], [1, 1, 1, 1, 1, 1.5, 2, 2.5]]


@given(n_points=st.integers(1, 30), largest=st.floats(0, 40), seed=st.integers(0, 99))
def test_a_row_moved_as_a_whole(n_points, largest, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(4, n_points))
    shifts = rng.uniform(-largest, largest, 4)
    # Whole points and the ends of the range, too.
    shifts[2:] = np.floor(largest), -largest
    expected = plain_move(X, np.tile(shifts[:, None], n_points))
    np.testing.assert_allclose(displace(X, shifts), expected, atol=1e-9)


def test_windows_start_where_asked():
    X = np.array([[1, 2, 3, 4], [5, 6, 7, 8]])
    assert window(X, np.array([2, 0]), 2).tolist() == [[3, 4], [5, 6]]
