import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from skspectra.preprocessing import compress, normalize

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
    with pytest.raises(ValueError, match="compression='cube' is not known; use one of 'adaptive'"):
        compress([[1.0]], "cube")


@pytest.mark.parametrize("floor", [0, -1, np.nan])
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


@pytest.mark.parametrize("compression", ["adaptive", "log", "sqrt"])
def test_compress_keeps_the_order(compression):
    X = np.linspace(0, 1, 50)[None]
    assert (np.diff(compress(X, compression)) > 0).all()


@pytest.mark.parametrize("compression", ["adaptive", "log", "sqrt", "none"])
@pytest.mark.parametrize("n_points", [3, 30])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_compress_dtype_and_input_untouched(compression, n_points, dtype):
    X = np.array([[9] + [0, 1] * (n_points // 2)], dtype=dtype)
    X.flags.writeable = False
    before = X.copy()
    result = compress(X, compression)
    assert result.dtype == (np.float32 if dtype == np.float32 else np.float64)
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("compression", ["log", "sqrt"])
def test_negative_values_are_clipped_and_warned_about_when_they_matter(compression):
    message = f"25% of the .* by compression='{compression}'; .* use compression='adaptive'"
    with pytest.warns(UserWarning, match=message):
        result = compress([[-1.0, 3.0]], compression)
    np.testing.assert_array_equal(result, compress([[0.0, 3.0]], compression))


@pytest.mark.parametrize(("negative", "warns"), [(0.0, False), (0.009, False), (0.011, True)])
def test_noise_about_a_zero_baseline_is_not_worth_a_warning(negative, warns):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compress([[1 - negative, -negative, 0]], "sqrt")
    assert bool(caught) == warns


@pytest.mark.parametrize("compression", ["adaptive", "log"])
@pytest.mark.parametrize("n_points", [3, 30])
def test_zero_spectra_do_not_warn(compression, n_points):
    assert not compress(np.zeros((2, n_points)), compression).any()


@pytest.mark.parametrize("scale", [1e300, 1e-300])
def test_adaptive_huge_and_tiny(scale):
    X = np.random.default_rng(0).uniform(size=(2, 40))
    np.testing.assert_allclose(compress(scale * X), np.sqrt(scale) * compress(X))


@pytest.mark.parametrize("compression", ["log", "sqrt"])
def test_compress_huge_and_tiny(compression):
    result = compress([[0, 1e-300, 1e300]], compression)
    assert np.isfinite(result).all()
    assert (np.diff(result) > 0).all()
