import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from skspectra.preprocessing import compress, normalize
from skspectra.preprocessing._intensity import compress_rows, level_rank, normalize_rows

NORMS = ["max", "area", "snv", "none"]
SPECTRA = arrays(
    np.float64,
    st.tuples(st.integers(1, 4), st.integers(1, 9)),
    elements=st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda v: round(v, 3)),
)


def plain_normalize(X, norm):
    """One spectrum at a time, one number at a time."""
    result = []
    for row in X.tolist():
        if norm == "snv":
            mean = sum(row) / len(row)
            row = [v - mean for v in row]
            scale = (sum(v * v for v in row) / len(row)) ** 0.5
        elif norm == "area":
            scale = sum(abs(v) for v in row)
        else:
            scale = max(abs(v) for v in row)
        result.append([v / scale if scale else 0.0 for v in row])
    return np.array(result)


@pytest.mark.parametrize(
    ("norm", "expected"),
    [
        ("max", [[0, -1, 0.5, 0.25]]),
        ("area", [[0, -4 / 7, 2 / 7, 1 / 7]]),
        ("snv", np.array([[1, -15, 9, 5]]) / np.sqrt(83)),
        ("none", [[0, -4, 2, 1]]),
    ],
)
def test_normalize_by_hand(norm, expected):
    np.testing.assert_allclose(normalize([[0, -4, 2, 1]], norm), expected, rtol=1e-6)


@pytest.mark.parametrize("norm", ["max", "area", "snv"])
@given(X=SPECTRA)
def test_normalize_like_the_plain_loop(norm, X):
    if norm == "snv":
        # Constant spectra have a test of their own: here rounding would decide.
        X = X[np.ptp(X, axis=1) > 0]
        if len(X) == 0:
            return
    np.testing.assert_allclose(normalize(X, norm), plain_normalize(X, norm), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("norm", ["max", "area", "snv"])
def test_the_amount_of_sample_drops_out(norm):
    X = np.array([[0.0, 1, 4, 2], [3, 0, 1, 0]])
    np.testing.assert_allclose(normalize(X * [[7.0], [1e-9]], norm), normalize(X, norm))


@pytest.mark.parametrize("norm", NORMS)
def test_each_spectrum_on_its_own(norm):
    X = np.random.default_rng(0).uniform(size=(5, 30))
    np.testing.assert_array_equal(normalize(X, norm)[2:3], normalize(X[2:3], norm))


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.float16, bool])
def test_normalize_dtype_and_input_untouched(norm, dtype):
    X = np.array([[0, 1, 1], [1, 0, 0]], dtype=dtype)
    before = X.copy()
    result = normalize(X, norm)
    assert result.dtype == (np.float32 if dtype == np.float32 else np.float64)
    np.testing.assert_array_equal(X, before)
    assert norm == "none" or not np.shares_memory(X, result)


def test_none_returns_the_array_itself():
    X = np.ones((2, 3))
    assert normalize(X, "none") is X


@pytest.mark.parametrize("norm", NORMS)
def test_zero_spectra_stay_zero(norm):
    X = np.zeros((2, 7))
    X[1, 3] = 1
    assert not normalize(X, norm)[0].any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_points", [1, 3, 10, 1000])
def test_constant_spectra_become_zero_under_snv(n_points, dtype):
    """The mean of equal numbers is rounded: what is left of them is not signal."""
    values = np.random.default_rng(0).uniform(1, 10, 40) * 10.0 ** np.arange(-10, 10).repeat(2)
    X = np.repeat(values.astype(dtype)[:, None], n_points, axis=1)
    assert not normalize(X, "snv").any()


@pytest.mark.parametrize("norm", ["max", "area", "snv"])
@pytest.mark.parametrize("scale", [1e300, 1e200, 1e-200, 1e-310])
def test_huge_and_tiny_intensities(norm, scale):
    X = np.array([[1.0, 0, 2, 1]])
    np.testing.assert_allclose(normalize(scale * X, norm), normalize(X, norm), atol=1e-12)


@pytest.mark.parametrize("norm", ["max", "area", "snv"])
@pytest.mark.parametrize("scale", [1e37, 1e25, 1e-25])
def test_huge_and_tiny_intensities_in_float32(norm, scale):
    X = np.array([[1.0, 0, 2, 1]])
    result = normalize((scale * X).astype(np.float32), norm)
    np.testing.assert_allclose(result, normalize(X, norm), atol=1e-5)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([[0, np.nan]], "NaN"),
        ([[0, np.inf]], "infinity"),
        ([1, 2], "Expected 2D array"),
        ([["a", "b"]], "could not convert"),
    ],
)
@pytest.mark.parametrize("function", [normalize, compress])
def test_bad_spectra(function, X, message):
    with pytest.raises(ValueError, match=message):
        function(X)


def test_bad_options():
    with pytest.raises(ValueError, match="norm='l2' is not known; use one of 'max', 'area'"):
        normalize([[1.0]], "l2")
    with pytest.raises(ValueError, match="law='cube' is not known; use one of 'adaptive'"):
        compress([[1.0]], "cube")


@pytest.mark.parametrize("floor", [0, -1, np.nan, np.inf])
def test_floor_must_be_positive(floor):
    with pytest.raises(ValueError, match=rf"floor={floor!r} must be a positive number"):
        compress([[1.0]], "log", floor)


def test_compress_by_hand():
    X = [[0, 0.01, 0.04, 1]]
    np.testing.assert_allclose(compress(X, "sqrt"), [[0, 0.1, 0.2, 1]])
    np.testing.assert_allclose(compress(X, "log", 0.01), np.log([[1, 2, 5, 101]]))
    np.testing.assert_array_equal(compress(X, "none"), X)


def test_none_keeps_negative_values():
    np.testing.assert_array_equal(compress([[-1, 2]], "none"), [[-1, 2]])


def test_adaptive_by_hand():
    # Of 17 values the first octile is the third, 3.
    X = np.array([[1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 100, 1000]])
    above = X - 3
    expected = above / np.sqrt(np.abs(above) + 20 * 2)
    order = np.random.default_rng(0).permutation(17)
    np.testing.assert_allclose(compress(X[:, order]), expected[:, order])


def test_few_values_have_no_level():
    X = np.array([[4.0, 1, -9, 3, 3, 3, 3, 3, 3]])
    np.testing.assert_array_equal(compress(X), X)


def test_a_level_is_found_between_many_peaks():
    """Eight values of ten are peaks."""
    X = np.random.default_rng(0).uniform(0.1, 1, size=(4, 100))
    X[:, np.arange(100) % 10 < 2] = 0
    np.testing.assert_allclose(compress(X), np.sqrt(X))
    np.testing.assert_allclose(compress(X + 1), np.sqrt(X))


def test_adaptive_is_the_square_root_between_peaks_of_zero():
    X = np.zeros((2, 50))
    X[0, [3, 20]] = 0.035, 1
    np.testing.assert_allclose(compress(X), np.sqrt(X))


def test_adaptive_drops_a_constant_and_keeps_dips():
    X = np.random.default_rng(0).uniform(size=(3, 40))
    np.testing.assert_allclose(compress(X + 7), compress(X), atol=1e-12)
    X[:, 9] = -1
    assert (compress(X).argmin(axis=1) == 9).all()


def test_adaptive_is_linear_within_the_noise_and_a_root_far_above():
    X = np.random.default_rng(0).normal(size=(1, 1000))
    noise = compress(X)
    assert np.corrcoef(noise[0], X[0])[0, 1] > 0.99
    X[0, :2] = 1e4, 4e4
    low, high = compress(X)[0, :2]
    assert high / low == pytest.approx(2, rel=1e-2)


@pytest.mark.parametrize("law", ["adaptive", "log", "sqrt"])
def test_compress_keeps_the_order(law):
    X = np.linspace(0, 1, 50)[None]
    assert (np.diff(compress(X, law)) > 0).all()


@pytest.mark.parametrize("law", ["adaptive", "log", "sqrt", "none"])
@pytest.mark.parametrize("n_points", [3, 30])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_compress_dtype_and_input_untouched(law, n_points, dtype):
    X = np.array([[9] + [0, 1] * (n_points // 2)], dtype=dtype)
    X.flags.writeable = False
    before = X.copy()
    result = compress(X, law)
    assert result.dtype == (np.float32 if dtype == np.float32 else np.float64)
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("law", ["log", "sqrt"])
def test_negative_values_are_clipped_and_warned_about_when_they_matter(law):
    message = f"25% of the .* by the law '{law}'; .* use 'adaptive'"
    with pytest.warns(UserWarning, match=message):
        result = compress([[-1.0, 3.0]], law)
    np.testing.assert_array_equal(result, compress([[0.0, 3.0]], law))


@pytest.mark.parametrize(("negative", "warns"), [(0.0, False), (0.009, False), (0.011, True)])
def test_noise_about_a_zero_baseline_is_not_worth_a_warning(negative, warns):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compress([[1 - negative, -negative, 0]], "sqrt")
    assert bool(caught) == warns


@pytest.mark.parametrize("law", ["adaptive", "log"])
@pytest.mark.parametrize("n_points", [3, 30])
def test_zero_spectra_do_not_warn(law, n_points):
    assert not compress(np.zeros((2, n_points)), law).any()


@pytest.mark.parametrize("scale", [1e300, 1e-300])
def test_adaptive_huge_and_tiny(scale):
    X = np.random.default_rng(0).uniform(size=(2, 40))
    np.testing.assert_allclose(compress(scale * X), np.sqrt(scale) * compress(X))


@pytest.mark.parametrize("law", ["log", "sqrt"])
def test_compress_huge_and_tiny(law):
    result = compress([[0, 1e-300, 1e300]], law)
    assert np.isfinite(result).all()
    assert (np.diff(result) > 0).all()


@pytest.mark.parametrize(("n_points", "rank"), [(7, 0), (8, 0), (9, 1), (16, 1), (17, 2)])
def test_the_level_is_the_first_octile(n_points, rank):
    """One value in eight is below it, also where the points are a multiple of eight."""
    assert level_rank(n_points) == rank


def test_adaptive_at_a_multiple_of_eight():
    # The second of 16 values, 2, is the level, and 1 lies below it.
    X = np.arange(1.0, 17)[None]
    above = X - 2
    np.testing.assert_allclose(compress(X), above / np.sqrt(np.abs(above) + 20))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("share", [1, 1 / 30, 1 / 300])
def test_adaptive_near_the_end_of_the_numbers(dtype, share):
    X = np.random.default_rng(0).uniform(-1, 1, size=(3, 40)).astype(dtype)
    X[0, :2] = -1, 1
    X[:, 20:] *= 1e-3
    largest = share * np.finfo(dtype).max
    rescaled = compress(X.astype(np.float64)) * np.sqrt(np.float64(largest))
    # Not by the public function: scikit-learn's own validation sums up, and warns.
    result = compress_rows(X * dtype(largest), "adaptive", 1e-3)
    np.testing.assert_allclose(result, rescaled, rtol=1e-4)


def test_ordinary_spectra_beside_a_huge_one_keep_their_bits():
    X = np.random.default_rng(0).uniform(size=(3, 40)).astype(np.float32)
    expected = compress(X)
    X[1] *= 3e38
    np.testing.assert_array_equal(compress(X)[[0, 2]], expected[[0, 2]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("floor", [1e-3, 1e-300, 1e300])
def test_log_near_the_end_of_the_numbers(dtype, floor):
    limits = np.finfo(dtype)
    X = np.array([[0, 1e-3, 1, limits.max / 2, limits.max]], dtype=dtype)
    # The floor is a number of the dtype.
    floor_kept = np.clip(floor, float(limits.tiny), float(limits.max))
    logs = np.log1p(X.astype(np.longdouble) / floor_kept)
    result = compress(X, "log", floor)
    np.testing.assert_allclose(result, logs.astype(dtype), rtol=1e-5)
    assert result.dtype == dtype


@pytest.mark.parametrize("law", ["log", "sqrt"])
@pytest.mark.parametrize(("negative", "warns"), [(0.001, False), (0.5, True)])
def test_the_negative_share_of_huge_intensities(law, negative, warns):
    largest = np.finfo(np.float64).max
    X = largest * np.array([[1, 1, 1, 1, -negative]])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compress(X, law)
    assert [str(w.message)[:3] for w in caught] == ["11%"] * warns


@pytest.mark.parametrize("norm", ["max", "area", "snv"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_normalize_at_the_end_of_the_numbers(norm, dtype):
    X = np.array([[1, -1, 0.5, 1], [-1, 1, 1, 1]], dtype=dtype)
    result = normalize_rows(X * np.finfo(dtype).max, norm)
    np.testing.assert_allclose(result, normalize(X, norm), rtol=1e-6)


@pytest.mark.parametrize("norm", ["max", "area", "snv"])
def test_rows_are_normalised_in_place_to_the_same_bits(norm):
    X = np.random.default_rng(0).normal(size=(3, 20)).astype(np.float32)
    expected = normalize(X, norm)
    result = normalize_rows(X, norm, in_place=True)
    assert np.shares_memory(result, X)
    np.testing.assert_array_equal(X, expected)
