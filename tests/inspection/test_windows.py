import numpy as np
import pytest

from skspectra.inspection._windows import draw_others, line, place_windows


def gaussians(width, n_samples=3, n_points=1000, noise=0.01):
    x = np.arange(n_points)
    places = np.arange(100, n_points - 50, 150)
    peaks = np.exp(-4 * np.log(2) * ((x - places[:, None]) / width) ** 2).sum(axis=0)
    rng = np.random.default_rng(0)
    return peaks + noise * rng.standard_normal((n_samples, n_points))


@pytest.mark.parametrize(
    ("X", "width"),
    [
        (np.zeros((1, 1000)), 20),
        (np.zeros((1, 100)), 6),
        (np.zeros((1, 7)), 3),
        (np.zeros((1, 2)), 2),
        (gaussians(20), 40),
        (gaussians(30, noise=0.03), 60),
        (gaussians(5), 20),
    ],
)
def test_automatic_width(X, width):
    starts, found = place_windows(X, "auto")
    assert found == pytest.approx(width, abs=1)
    assert starts[0] == 0
    assert starts[-1] == X.shape[1] - found
    assert (np.diff(starts) <= found // 2).all()


@pytest.mark.parametrize("width", [1, 2, 7, 50])
def test_given_width(width):
    starts, found = place_windows(np.zeros((1, 50)), width)
    assert found == width
    assert starts[-1] == 50 - width
    assert (np.diff(starts)[:-1] == max(1, width // 2)).all()


@pytest.mark.parametrize(("start", "stop"), [(4, 9), (10, 12), (20, 44)])
def test_a_straight_line_is_replaced_by_itself(start, stop):
    X = np.array([[2.0], [-1.0]]) * np.arange(50) + 3
    np.testing.assert_allclose(line(X, start, stop), X[:, start:stop])


def test_ends_are_means_of_three_points_or_an_eighth_of_the_window():
    X = np.random.default_rng(0).uniform(size=(2, 100))
    for stop, size in ((30, 3), (40, 3), (60, 5)):
        left, right = X[:, 20 - size : 20].mean(axis=1), X[:, stop : stop + size].mean(axis=1)
        places = 20 - (size + 1) / 2, stop + (size - 1) / 2
        expected = [
            np.interp(np.arange(20, stop), places, pair) for pair in zip(left, right, strict=True)
        ]
        np.testing.assert_allclose(line(X, 20, stop), expected)


def test_at_the_ends_of_the_axis_the_line_is_level():
    X = np.array([[5.0, 9, 1, 2, 3, 7, 8, 30]])
    assert line(X, 0, 2).tolist() == [[2, 2]]
    assert line(X, 2, 4).tolist() == [[(3 + 7 + 8) / 3] * 2]
    assert line(X, 5, 8).tolist() == [[2, 2, 2]]
    assert line(X, 0, 8).tolist() == [[65 / 8] * 8]
    assert line(X.astype(np.float32), 3, 5).dtype == np.float32


@pytest.mark.parametrize("n_samples", [2, 3, 20])
def test_others_are_others_and_each_is_used_once(n_samples):
    rng = np.random.default_rng(0)
    for _ in range(20):
        others = draw_others(n_samples, rng)
        assert sorted(others) == list(range(n_samples))
        assert (others != np.arange(n_samples)).all()
