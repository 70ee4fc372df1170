import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter1d

from skspectra.datasets import challenge_table, draw_class_table, make_spectra
from skspectra.datasets._generate import draw_peaks

TABLE = [([300, 700], [1.0, 0.5]), ([300, 330, 800], [1.0, 0.5, 0.02])]


def plain_spectra(
    table,
    n_samples,
    seed,
    *,
    n_points=5000,
    max_shift=50,
    height_variation=0.05,
    fixed_reference=True,
    sigma=(2.0, 5.0),
):
    """The published procedure, one number at a time."""
    rng = np.random.default_rng(seed)
    X = []
    for positions, heights in table:
        for _ in range(n_samples):
            spectrum = np.zeros(n_points)
            drawn = []
            for p in positions:
                drawn.append(rng.integers(p - max_shift, p + max_shift) if max_shift else p)
            for i, h in enumerate(heights):
                place = min(max(drawn[i], 0), n_points - 1)
                if height_variation and not (fixed_reference and h == 1.0):
                    h = rng.uniform(h - height_variation, h + height_variation)
                spectrum[place] = min(max(h, 0), 2)
            X.append(gaussian_filter1d(spectrum, rng.uniform(*sigma), mode="constant"))
    return np.array(X)


@pytest.mark.parametrize("fixed_reference", [True, False])
@pytest.mark.parametrize("table", [challenge_table(), draw_class_table(40, random_state=2022)])
def test_same_bits_as_the_plain_loop(table, fixed_reference):
    X, y = make_spectra(table, 5, fixed_reference=fixed_reference, random_state=2022)
    expected = plain_spectra(table, 5, 2022, fixed_reference=fixed_reference)
    np.testing.assert_array_equal(X, expected)
    np.testing.assert_array_equal(y, np.repeat(np.arange(len(table)), 5))
    assert y.dtype == np.int64


@settings(max_examples=60, deadline=None)
@given(
    peaks=st.lists(st.tuples(st.integers(0, 119), st.floats(0, 2)), min_size=1, max_size=6),
    max_shift=st.integers(0, 30),
    height_variation=st.sampled_from([0.0, 0.05, 0.5]),
    low=st.floats(0.05, 8),
    seed=st.integers(0, 100),
)
def test_same_bits_when_peaks_crowd_and_fall_off_the_axis(
    peaks, max_shift, height_variation, low, seed
):
    table = [tuple(zip(*peaks, strict=True))]
    options = {
        "n_points": 120,
        "max_shift": max_shift,
        "height_variation": height_variation,
        "sigma": (low, low + 1),
    }
    X, _ = make_spectra(table, 3, random_state=seed, **options)
    np.testing.assert_array_equal(X, plain_spectra(table, 3, seed, **options))


def test_draws_of_the_challenge_are_pinned():
    drawn = draw_peaks(
        challenge_table(),
        60,
        n_points=5000,
        max_shift=50,
        height_variation=0.05,
        fixed_reference=True,
        sigma=(2.0, 5.0),
        rng=np.random.default_rng(2022),
    )
    sha = hashlib.sha256()
    for peaks in drawn:
        sha.update(peaks.positions.astype("<i8").tobytes())
        sha.update(peaks.heights.astype("<f8").tobytes())
        sha.update(peaks.sigma.astype("<f8").tobytes())
    assert sha.hexdigest()[:16] == "91faa5d43eba668c"


def test_draws_follow_the_law():
    (peaks,) = draw_peaks(
        [challenge_table()[1]],
        5000,
        n_points=5000,
        max_shift=50,
        height_variation=0.05,
        fixed_reference=True,
        sigma=(2.0, 5.0),
        rng=np.random.default_rng(0),
    )
    for shift in (peaks.positions - [700, 1800, 3000]).T:
        assert set(shift.tolist()) == set(range(-50, 50))
    assert (peaks.heights[:, 2] == 1.0).all()
    assert peaks.heights[:, 0].min() == pytest.approx(0.65, abs=1e-3)
    assert peaks.heights[:, 0].max() == pytest.approx(0.75, abs=1e-3)
    assert (peaks.heights[:, 1] == 0).mean() == pytest.approx(0.15, abs=0.02)
    assert peaks.sigma.min() == pytest.approx(2, abs=0.01)
    assert peaks.sigma.max() == pytest.approx(5, abs=0.01)


def test_nothing_drawn_gives_the_exact_table():
    X, _ = make_spectra(
        [([3, 9], [1.0, 0.5])], 2, n_points=12, max_shift=0, height_variation=0, sigma=0.1
    )
    expected = np.zeros(12)
    expected[[3, 9]] = [1.0, 0.5]
    np.testing.assert_array_equal(X, [expected, expected])


def test_later_peak_wins():
    options = {"n_points": 9, "max_shift": 0, "height_variation": 0, "sigma": 0.1}
    X, _ = make_spectra([([4, 4], [1.0, 0.25]), ([4, 4], [0.25, 1.0])], 1, **options)
    np.testing.assert_array_equal(X[:, 4], [0.25, 1.0])


def test_sigma_draws_nothing_when_fixed():
    table = [([300], [0.5])]
    one, _ = make_spectra(table, 4, n_points=600, sigma=3, random_state=0)
    two, _ = make_spectra(table, 4, n_points=600, sigma=(3.0, 3.0), random_state=0)
    np.testing.assert_array_equal(one, two)
    np.testing.assert_allclose(one.sum(axis=1), 0.5, atol=0.05)


def test_float32_is_the_rounded_float64():
    X64, _ = make_spectra(TABLE, 3, random_state=0)
    X32, _ = make_spectra(TABLE, 3, random_state=0, dtype="float32")
    assert X32.dtype == np.float32
    np.testing.assert_array_equal(X32, X64.astype(np.float32))


@pytest.mark.parametrize(
    "make", [lambda: 3, lambda: np.random.default_rng(3), lambda: np.random.RandomState(3)]
)
def test_random_state(make):
    one, _ = make_spectra(TABLE, 2, random_state=make())
    two, _ = make_spectra(TABLE, 2, random_state=make())
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, make_spectra(TABLE, 2, random_state=4)[0])


def test_generator_goes_on():
    rng = np.random.default_rng(3)
    one, two = (
        make_spectra(TABLE, 2, random_state=rng)[0],
        make_spectra(TABLE, 2, random_state=rng)[0],
    )
    assert not np.array_equal(one, two)


def test_noise_leaves_the_peaks_alone():
    clean, _ = make_spectra(TABLE, 10, random_state=0)
    weak, _ = make_spectra(TABLE, 10, random_state=0, noise=0.01)
    strong, _ = make_spectra(TABLE, 10, random_state=0, noise=0.1)
    np.testing.assert_allclose((strong - clean), 10 * (weak - clean), atol=1e-12)
    relative = (weak - clean) / clean.max(axis=1, keepdims=True)
    np.testing.assert_allclose(relative.std(axis=1), 0.01, rtol=0.05)
    np.testing.assert_allclose(relative.mean(axis=1), 0, atol=6e-4)


def test_background_is_smooth_and_not_negative():
    clean, _ = make_spectra(TABLE, 10, random_state=0)
    X, _ = make_spectra(TABLE, 10, random_state=0, background=0.3)
    background = (X - clean) / clean.max(axis=1, keepdims=True)
    np.testing.assert_allclose(background.min(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(background.max(axis=1), 0.3)
    axis = np.linspace(-1, 1, 5000)
    fit = np.polynomial.chebyshev.chebfit(axis, background.T, 5)
    np.testing.assert_allclose(np.polynomial.chebyshev.chebval(axis, fit), background, atol=1e-10)


def test_noise_and_background_in_float32_on_one_point():
    X, _ = make_spectra([([0], [1.0])], 2, n_points=1, noise=0.1, background=0.1, dtype=np.float32)
    assert X.dtype == np.float32
    assert np.isfinite(X).all()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"table": []}, ValueError, "table has 0 classes"),
        ({"table": [([3], [1.0], [2])]}, ValueError, r"table\[0\] has 3 parts"),
        ({"table": [([3], [1.0]), ([], [])]}, ValueError, r"table\[1\] has positions of shape"),
        ({"table": [([3, 4], [1.0])]}, ValueError, r"\(2,\) and heights of shape \(1,\)"),
        ({"table": [([3, 5000], [1, 1])]}, ValueError, "position 5000, must be .* from 0 to 4999"),
        ({"table": [([-1], [1])]}, ValueError, "position -1, must be"),
        ({"table": [([2.5], [1])]}, ValueError, "position 2.5, must be an integer"),
        ({"table": [([3], [-0.5])]}, ValueError, "height -0.5, must be from 0 to 2"),
        ({"table": [([3], [2.01])]}, ValueError, "height 2.01, must be from 0 to 2"),
        ({"table": [([3], [np.nan])]}, ValueError, "height nan, must be from 0 to 2"),
        ({"n_samples_per_class": 0}, ValueError, "n_samples_per_class == 0, must be >= 1"),
        ({"n_samples_per_class": 1.5}, TypeError, "n_samples_per_class must be an instance"),
        ({"n_points": 0}, ValueError, "n_points == 0, must be >= 1"),
        ({"max_shift": -1}, ValueError, "max_shift == -1, must be >= 0"),
        ({"height_variation": -0.1}, ValueError, "height_variation == -0.1, must be >= 0"),
        ({"height_variation": np.inf}, ValueError, "height_variation == inf, must be finite"),
        ({"noise": -1.0}, ValueError, "noise == -1.0, must be >= 0"),
        ({"background": np.nan}, ValueError, "background == nan, must be finite"),
        ({"sigma": 0}, ValueError, "sigma == 0, must be a number > 0"),
        ({"sigma": (5, 2)}, ValueError, r"sigma == \(5, 2\), must be"),
        ({"sigma": (1, np.inf)}, ValueError, r"sigma == \(1, inf\), must be"),
        ({"sigma": (1, 2, 3)}, ValueError, r"sigma == \(1, 2, 3\), must be"),
        ({"dtype": np.int64}, ValueError, "dtype == .*int64.*, must be float32 or float64"),
    ],
)
def test_refuses(options, error, message):
    with pytest.raises(error, match=message):
        make_spectra(**({"table": TABLE, "n_samples_per_class": 1} | options))
