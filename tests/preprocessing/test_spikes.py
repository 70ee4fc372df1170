import numpy as np
import pytest

from skspectra.preprocessing._spikes import (
    bridge,
    narrow_spikes,
    scatter,
    spikes_among_replicates,
)


def plain_spikes(row, threshold):
    """The rule point by point."""
    n_points = len(row)

    def value(i):
        i = abs(i)
        return row[2 * (n_points - 1) - i if i >= n_points else i]

    noise = max(scatter(np.diff(row)[None])[0, 0], np.finfo(float).eps * max(np.abs(row)))
    found = np.zeros(n_points, dtype=bool)
    for width, share in ((1, 0.2), (2, 0.05)):
        margin = 0 if width == 1 else 2
        for start in range(margin, n_points - width - margin + 1):
            stop = start + width
            height = min(row[start:stop]) - max(value(start - 1), value(stop))
            if height <= threshold * noise:
                continue
            at_end = width == 1 and start in (0, n_points - 1)
            limit, room = (0.05 if at_end else share) * height, 0.2 * threshold * noise
            level, quiet = [], []
            for edge, away in ((start - 1, -1), (stop, 1)):
                a, b, c, d = (value(edge + away * i) for i in range(4))
                level.append(a - b <= limit - room or a - 2 * b + c <= limit - 3**0.5 * room)
                steps = abs(a - b), abs(b - c), abs(c - d)
                quiet.append(max(steps) <= 0.2 * height - room)
            if all(level) and (any(quiet) if width == 1 else all(quiet)):
                found[start:stop] = True
    return found


@pytest.mark.parametrize("n_points", [10, 11, 60])
def test_like_the_plain_loop(n_points):
    rng = np.random.default_rng(n_points)
    X = rng.normal(0, 0.02, (300, n_points)) * rng.integers(0, 2, (300, 1))
    for _ in range(n_points // 6):
        places = rng.integers(0, n_points, 300)
        X[np.arange(300), places] += 10 ** rng.uniform(-1, 1, 300)
        smooth = np.exp(-(((np.arange(n_points) - places[::-1, None]) / 2) ** 2))
        X += smooth * rng.uniform(0, 1, (300, 1))
    expected = np.array([plain_spikes(row, 10) for row in X])
    assert expected.sum() > 50
    np.testing.assert_array_equal(narrow_spikes(X, 10), expected)


def test_scatter_by_hand():
    # Deviations from 2: 2, 1, 0, 1, 98.
    np.testing.assert_allclose(scatter(np.array([[0.0, 1, 2, 3, 100]])), [[1 / 0.6745]])


def test_scatter_of_values_that_are_mostly_alike():
    """The mean deviation takes over; of 20 values it leaves out the largest one."""
    values = np.zeros((2, 20))
    values[0, :4] = 1, 2, -3, 500
    values[1] = 7
    np.testing.assert_allclose(scatter(values), [[1.2533 * 6 / 19], [0]])


def test_bridge_by_hand():
    X = np.array([[1.0, 9, 9, 4, 5], [9, 9, 2, 3, 9], [1, 2, 3, 4, 5]])
    expected = [[1, 2, 3, 4, 5], [2, 2, 2, 3, 3], [1, 2, 3, 4, 5]]
    np.testing.assert_allclose(bridge(X, X == 9), expected)


def test_replicates_by_hand():
    """Scales and offsets differ; a wide spike stands out, a step up at a real peak does not."""
    rng = np.random.default_rng(0)
    truth = np.zeros(60)
    truth[[10, 11, 30, 31]] = 3, 4, 4, 3
    factors, offsets = np.array([[1.0], [2], [0.5], [3]]), np.array([[0.0], [5], [-1], [2]])
    clean = truth * factors + offsets
    X = clean + rng.normal(0, 0.01, clean.shape)
    X[1, 40:45] += 50
    X[2, 30] += 1
    spikes, expected = spikes_among_replicates(X, 10)
    assert np.argwhere(spikes).tolist() == [[1, 40], [1, 41], [1, 42], [1, 43], [1, 44]]
    np.testing.assert_allclose(expected, clean, atol=0.1)


@pytest.mark.parametrize("n_replicates", [3, 4, 5])
def test_replicates_may_differ(n_replicates):
    """Sharp peaks that move by 0.3 points and vary by a tenth are no spikes, nor is noise."""
    rng = np.random.default_rng(0)
    points = np.arange(300)
    for _ in range(30):
        X = rng.normal(0, 0.003, (n_replicates, 300))
        for place in (40, 90, 160, 250):
            moved = place + rng.uniform(-0.3, 0.3, (n_replicates, 1))
            heights = rng.uniform(0.9, 1.1, (n_replicates, 1))
            X += heights * np.exp(-0.5 * ((points - moved) / 0.8) ** 2)
        assert not spikes_among_replicates(X, 10)[0].any()
