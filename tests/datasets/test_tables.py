import hashlib
from collections import Counter

import numpy as np
import pytest

from skspectra.datasets import (
    PeakList,
    bayes_optimum,
    challenge_table,
    draw_challenge_table,
    draw_class_table,
)


def digest(table):
    sha = hashlib.sha256()
    for peaks in table:
        sha.update(np.asarray(peaks.positions, dtype="<i8").tobytes())
        sha.update(np.asarray(peaks.heights, dtype="<f8").tobytes())
    return sha.hexdigest()[:16]


def test_published_table_has_the_published_histogram():
    table = draw_class_table(random_state=2022)
    sizes = Counter(len(peaks.positions) for peaks in table)
    assert sizes == {2: 126, 3: 183, 4: 100, 5: 50, 6: 19, 7: 7, 8: 6, 9: 3, 10: 6}
    assert sum(len(peaks.heights) for peaks in table) == 1749


def test_published_table_is_pinned():
    assert digest(draw_class_table(random_state=2022)) == "e02a06f39dc0b96c"


@pytest.mark.parametrize("random_state", [0, 2022])
def test_class_table_follows_the_law(random_state):
    for peaks in draw_class_table(200, random_state=random_state):
        assert isinstance(peaks, PeakList)
        assert peaks.positions.dtype == np.int64
        assert peaks.heights.dtype == np.float64
        assert (np.diff(peaks.positions) >= 0).all()
        assert peaks.positions.min() >= 100
        assert peaks.positions.max() < 4900
        assert peaks.heights.max() == 1.0
        assert peaks.heights.min() >= 0.01
        assert 2 <= len(peaks.positions) <= 10


def test_class_table_prefix_and_options():
    first = draw_class_table(7, random_state=5)
    assert digest(first) == digest(draw_class_table(9, random_state=5)[:7])
    for peaks in draw_class_table(30, n_points=50, margin=20, max_peaks=2, random_state=0):
        assert len(peaks.positions) == 2
        assert set(peaks.positions.tolist()) <= set(range(20, 30))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_classes": 0}, ValueError, "n_classes == 0, must be >= 1"),
        ({"n_classes": 2.5}, TypeError, "n_classes must be an instance of int"),
        ({"max_peaks": 0}, ValueError, "max_peaks == 0, must be >= 1"),
        ({"margin": -1}, ValueError, "margin == -1, must be >= 0"),
        ({"margin": 2500}, ValueError, r"margin == 2500, must be < n_points / 2 \(n_points=5000"),
    ],
)
def test_class_table_refuses(options, error, message):
    with pytest.raises(error, match=message):
        draw_class_table(**options)


def test_challenge_table_is_the_published_one():
    table = challenge_table()
    assert len(table) == 27
    assert sum(len(peaks.positions) for peaks in table) == 67
    assert sum(int(peaks.positions.sum()) for peaks in table) == 125619
    np.testing.assert_array_equal(table[8].positions, [500, 2100, 2260, 2750])
    np.testing.assert_array_equal(table[8].heights, [0.9, 1, 0.035, 0.035])
    np.testing.assert_array_equal(table[24].heights, [0.08, 1, 0.22])
    assert all((peaks.heights == 1.0).sum() == 1 for peaks in table)


def test_challenge_table_is_a_copy():
    challenge_table()[0].positions[:] = 0
    assert challenge_table()[0].positions[0] == 700


def test_drawn_challenge_is_reproducible_and_new():
    assert digest(draw_challenge_table(random_state=1)) == digest(
        draw_challenge_table(random_state=np.random.default_rng(1))
    )
    assert digest(draw_challenge_table(random_state=1)) != digest(
        draw_challenge_table(random_state=2)
    )


@pytest.mark.parametrize("random_state", range(10))
def test_drawn_challenge_has_the_published_structure(random_state):
    drawn, published = draw_challenge_table(random_state=random_state), challenge_table()
    assert [len(peaks.heights) for peaks in drawn] == [len(peaks.heights) for peaks in published]
    for peaks, model in zip(drawn, published, strict=True):
        assert (peaks.heights == 1.0).sum() == 1
        assert (peaks.heights == 0.035).sum() == (model.heights == 0.035).sum()
        assert (np.diff(peaks.positions) >= 134).all()
        assert peaks.positions.min() >= 297
        assert peaks.positions.max() <= 4702
        assert peaks.heights.min() >= 0.035
    for first in range(9, 18, 3):
        for k in (first, first + 1):
            steps = np.abs(drawn[k + 1].positions - drawn[k].positions)
            moved = steps > 10
            assert moved.sum() == (2 if first == 15 else 1)
            assert (steps[moved] == 70).all()
            assert (steps[~moved] <= (6 if first == 12 else 0)).all()
            np.testing.assert_array_equal(drawn[k + 1].heights, drawn[k].heights)
    for first in range(18, 27, 3):
        for k in (first, first + 1):
            growth = (drawn[k + 1].heights - drawn[k].heights).round(6)
            assert (growth == 0.075).sum() == 1
            assert (np.abs(growth[growth != 0.075]) <= 0.02).all()
            jitter = np.abs(drawn[k + 1].positions - drawn[k].positions)
            assert (jitter <= (0 if first == 18 else 6)).all()


@pytest.mark.parametrize("random_state", range(3))
def test_drawn_challenge_is_as_hard_as_the_published_one(random_state):
    optimum = bayes_optimum(draw_challenge_table(random_state=random_state), random_state=0)
    assert optimum.accuracy == pytest.approx(0.865, abs=0.01)


@pytest.fixture(scope="module")
def drawn_tables():
    return [draw_challenge_table(random_state=seed) for seed in range(200)]


@pytest.mark.parametrize(
    ("numbers", "low", "high", "unit"),
    [
        ([0, 3, 6, 9], 0.4, 0.95, 0.05),
        ([12, 15], 0.15, 0.3, 0.01),
        ([18, 21], 0.08, 0.2, 0.01),
    ],
    ids=["strong", "weak", "growing"],
)
def test_heights_of_drawn_challenges_reach_their_limits(drawn_tables, numbers, low, high, unit):
    """Heights of the first class of triplets, references and minor peaks left out."""
    heights = np.concatenate(
        [table[number].heights for table in drawn_tables for number in numbers]
    )
    heights = heights[(heights < 1) & (heights != 0.035)]
    assert (heights.min(), heights.max()) == (low, high)
    np.testing.assert_allclose(heights / unit, np.round(heights / unit))


def far_from(peaks, others):
    """Whether a peak above .1 has none of the others within 100 points."""
    return any(
        all(abs(position - other) > 100 for other in others.positions)
        for position, height in zip(*peaks, strict=True)
        if height > 0.1
    )


def test_no_class_of_a_drawn_challenge_passes_for_one_of_another_triplet(drawn_tables):
    for table in drawn_tables:
        for i, a in enumerate(table):
            for b in table[: i // 3 * 3]:
                assert far_from(a, b) or far_from(b, a)
