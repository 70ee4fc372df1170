"""PeakShiftAugmenter with ``mode="peak"``."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from skspectra import PeakShiftAugmenter
from skspectra.augmentation._peak_shift import _part, _peak_sources


def gaussians(tops, s=3.0, n_points=400, heights=None):
    points = np.arange(n_points)
    heights = np.ones(len(tops)) if heights is None else heights
    return sum(
        h * np.exp(-(((points - top) / s) ** 2) / 2) for top, h in zip(tops, heights, strict=True)
    )


def test_each_peak_moves_on_its_own_up_to_max_shift():
    tops = np.array([60, 150, 250, 340])
    X = np.tile(gaussians(tops, heights=[1, 0.3, 0.1, 0.6]), (2000, 1))
    moved = PeakShiftAugmenter(12, "peak", random_state=0).fit_transform(X)
    shifts = np.stack([moved[:, top - 30 : top + 31].argmax(axis=1) - 30 for top in tops], axis=1)
    assert np.abs(shifts).max() == 12
    # Uniform from -12 to 12, and no peak tells where another one goes.
    np.testing.assert_allclose(shifts.std(axis=0), 12 / 3**0.5, rtol=0.06)
    np.testing.assert_allclose(shifts.mean(axis=0), 0, atol=4 * 12 / 3**0.5 / 2000**0.5)
    assert np.abs(np.corrcoef(shifts.T) - np.eye(4)).max() < 0.1


def test_a_peak_keeps_its_height_and_its_shape():
    """Between its feet all points move alike: against the peak moved exactly."""
    X = np.tile(gaussians([120, 280]), (100, 1))
    variants = PeakShiftAugmenter(20, "peak", random_state=0).fit_transform(X)
    for variant in variants:
        for half, top in ((slice(0, 200), 120), (slice(200, 400), 280)):
            part = variant[half]
            exact_top = (part * np.arange(400)[half]).sum() / part.sum()
            assert abs(exact_top - top) < 20.1
            np.testing.assert_allclose(part, gaussians([exact_top])[half], atol=1 / (6 * 3**2))


@given(
    tops=st.lists(st.integers(0, 199), min_size=1, max_size=9, unique=True),
    max_shift=st.integers(1, 60),
    seed=st.integers(0, 999),
)
def test_peaks_never_overtake(tops, max_shift, seed):
    """However near and however far they move: seen on where the values come from."""
    X = np.tile(gaussians(sorted(tops), s=1.5, n_points=200), (4, 1))
    sources = _peak_sources(X, np.random.default_rng(seed), max_shift, 0.02)
    assert (np.diff(sources, axis=1) >= -1e-9).all()
    assert np.abs(np.arange(200) - sources).max() <= max_shift + 1e-9


def test_peaks_that_touch_move_together():
    X = np.tile(gaussians([196, 204]), (200, 1))
    variants = PeakShiftAugmenter(30, "peak", random_state=0).fit_transform(X)
    tops = variants.argmax(axis=1)
    assert tops.min() < 180
    assert tops.max() > 220
    np.testing.assert_allclose(variants.sum(axis=1), X[0].sum(), rtol=1e-3)
    np.testing.assert_allclose(variants.max(axis=1), X[0].max(), rtol=0.02)


def test_nothing_to_find_nothing_to_move():
    X = np.vstack([np.zeros(50), np.linspace(0, 1, 50), gaussians([25], n_points=50)])
    variants = PeakShiftAugmenter(9, "peak", random_state=1).fit_transform(X)
    np.testing.assert_array_equal(variants[:2], X[:2])
    assert (variants[2] != X[2]).any()


def plain_part(displacements, gaps):
    """Least squares by a general solver."""

    def excess(moved):
        return gaps + moved[1:] - moved[:-1]

    found = minimize(
        lambda moved: ((moved - displacements) ** 2).sum(),
        np.zeros(len(displacements)),
        constraints={"type": "ineq", "fun": excess},
        method="SLSQP",
    )
    return found.x


@given(n_peaks=st.integers(2, 6), seed=st.integers(0, 999))
@settings(max_examples=30, deadline=None)
def test_displacements_are_the_nearest_that_do_not_overtake(n_peaks, seed):
    rng = np.random.default_rng(seed)
    drawn, gaps = rng.uniform(-9, 9, n_peaks), rng.uniform(0, 8, n_peaks - 1)
    room = np.concatenate([[0], np.cumsum(gaps)])
    np.testing.assert_allclose(_part(drawn, room), plain_part(drawn, gaps), atol=1e-3)
