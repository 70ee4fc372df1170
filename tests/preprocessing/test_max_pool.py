import tracemalloc
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.exceptions import NotFittedError
from sklearn.utils._param_validation import InvalidParameterError
from sklearn.utils.validation import validate_data

from skspectra import MaxPoolDownsampler
from skspectra.preprocessing._max_pool import resolve_windows, window_starts


def plain_pool(X, pool_size, stride, pooling):
    """Window by window; the last one is anchored at the end."""
    n_points = X.shape[1]
    size = min(pool_size, n_points)
    starts = list(range(0, n_points - size + 1, stride))
    if starts[-1] + size < n_points:
        starts.append(n_points - size)
    keep = {"max": max, "mean": lambda w: sum(w) / len(w), "decimate": lambda w: w[0]}[pooling]
    return np.array([[keep(row[s : s + size]) for s in starts] for row in X.tolist()])


def pooled(X, *args, **options):
    """Pool, whatever the warnings about a stride larger than the window."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return MaxPoolDownsampler(*args, **options).fit_transform(X)


@given(
    n_points=st.integers(1, 60),
    pool_size=st.integers(1, 70),
    stride=st.integers(1, 70),
    pooling=st.sampled_from(["max", "mean", "decimate"]),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_like_the_plain_loop(n_points, pool_size, stride, pooling, dtype):
    X = np.random.default_rng(n_points).normal(size=(3, n_points)).astype(dtype)
    result = pooled(X, pool_size, stride, pooling)
    expected = plain_pool(X, pool_size, stride, pooling)
    assert result.dtype == dtype
    if pooling == "mean":
        np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-6)
    else:
        np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("pooling", ["max", "mean", "decimate"])
def test_many_spectra(pooling):
    """So many that they are worked on in several blocks."""
    X = np.random.default_rng(0).normal(size=(300, 997))
    result = pooled(X, 20, 7, pooling)
    np.testing.assert_allclose(result, plain_pool(X, 20, 7, pooling))


@pytest.mark.parametrize("pool_size", [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 100])
@pytest.mark.parametrize("stride", [1, 2, 16, 50])
def test_maxima_of_wide_windows(pool_size, stride):
    X = np.random.default_rng(0).normal(size=(2, 203))
    np.testing.assert_array_equal(
        pooled(X, pool_size, stride), plain_pool(X, pool_size, stride, "max")
    )


@pytest.mark.parametrize("pooling", ["max", "mean", "decimate"])
@pytest.mark.parametrize(
    "convert",
    [
        np.asfortranarray,
        lambda X: np.repeat(X, 2, axis=1)[:, ::2],
        lambda X: X[:, ::-1].copy()[:, ::-1],
        lambda X: X.astype(">f8"),
        lambda X: X.astype("<f8").astype(">f4").astype(">f8"),
        lambda X: X.tolist(),
        lambda X: X.astype(object),
        pd.DataFrame,
    ],
    ids=[
        "fortran",
        "strided",
        "reversed",
        "big-endian",
        "big-endian-4",
        "list",
        "object",
        "frame",
    ],
)
def test_any_container_gives_the_same(convert, pooling):
    X = np.random.default_rng(0).integers(-9, 9, (4, 23)).astype(float)
    np.testing.assert_array_equal(
        pooled(convert(X), 4, 3, pooling), pooled(X, 4, 3, pooling), strict=True
    )


@given(
    n_points=st.integers(1, 200),
    pool_size=st.integers(1, 210),
    stride=st.integers(1, 110),
    lowest=st.sampled_from([0, -1, -30]),
    dtype=st.sampled_from([np.float32, np.float64]),
    order=st.sampled_from("CF"),
)
def test_maxima_in_any_order_of_any_sign(n_points, pool_size, stride, lowest, dtype, order):
    X = np.random.default_rng(stride).integers(lowest, 20, (5, n_points))
    X = np.asarray(X, dtype=dtype, order=order)
    np.testing.assert_array_equal(
        pooled(X, pool_size, stride), plain_pool(X, pool_size, stride, "max")
    )


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("stride", [3, 25])
def test_negative_numbers_in_a_few_spectra(order, stride):
    """Far apart, so that they are in different blocks."""
    X = np.random.default_rng(0).random((20_000, 100))
    X[[50, 12_000]] -= 3
    X[-1] = -0.0
    X = np.asarray(X, order=order)
    some = [0, 50, 51, 12_000, 15_000, -1]
    result = pooled(X, 30, stride)[some]
    np.testing.assert_array_equal(result, plain_pool(X[some], 30, stride, "max"))


def test_read_only_and_untouched():
    X = np.arange(12.0).reshape(2, 6)
    X.setflags(write=False)
    MaxPoolDownsampler(3).fit_transform(X)
    np.testing.assert_array_equal(X, np.arange(12.0).reshape(2, 6))


def traced(function, X):
    """Return what a call returns and the most memory that it held."""
    tracemalloc.start()
    try:
        return function(X), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("order", "CF")
def test_memory_mapped_spectra_are_not_copied_as_a_whole(tmp_path, order):
    X = np.random.default_rng(0).random((20_000, 500), dtype=np.float32)
    X = np.asarray(X, order=order)
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    pool = MaxPoolDownsampler(50, 25).fit(mapped)
    expected = pool.transform(X)
    result, peak = traced(pool.transform, mapped)
    np.testing.assert_array_equal(result, expected)
    assert peak < X.nbytes / 2


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize(
    ("pool_size", "stride", "pooling"),
    [(50, 1, "max"), (20, 13, "max"), (500, 100, "max"), (20, 1, "mean"), (50, 1, "decimate")],
)
def test_memory_beyond_the_result_is_bounded(order, pool_size, stride, pooling):
    X = np.asarray(np.random.default_rng(0).random((10_000, 1000), dtype=np.float32), order=order)
    pool = MaxPoolDownsampler(pool_size, stride, pooling).fit(X[:1])
    result, peak = traced(pool.transform, X)
    assert peak < result.nbytes + 30e6


def test_last_window_is_anchored_at_the_end():
    pool = MaxPoolDownsampler(4, 3).fit(np.zeros((1, 12)))
    assert pool.starts_.tolist() == [0, 3, 6, 8]
    X = np.zeros((1, 12))
    X[0, -1] = 1
    assert pool.transform(X).tolist() == [[0, 0, 0, 1]]


def test_no_window_twice_where_the_stride_fits():
    assert MaxPoolDownsampler(4, 4).fit(np.zeros((1, 12))).starts_.tolist() == [0, 4, 8]


@given(n_points=st.integers(1, 300), place=st.floats(0, 1))
def test_no_point_is_dropped_by_default(n_points, place):
    X = np.zeros((1, n_points))
    X[0, min(int(place * n_points), n_points - 1)] = 1
    assert MaxPoolDownsampler().fit_transform(X).max() == 1


def test_a_shift_within_the_window_is_absorbed():
    X = np.zeros((3, 30))
    X[[0, 1, 2], [10, 11, 14]] = 1
    result = MaxPoolDownsampler(5, 5).fit_transform(X)
    np.testing.assert_array_equal(result[1], result[2])
    np.testing.assert_array_equal(result[0], result[1])


@pytest.mark.parametrize("n_points", [50, 448, 5000])
def test_auto_is_a_share_of_the_points_and_windows_overlap(n_points):
    pool = MaxPoolDownsampler().fit(np.zeros((1, n_points)))
    assert 0.005 < pool.pool_size_ / n_points < 0.1
    assert 1 <= pool.stride_ <= max(1, pool.pool_size_ // 2)


def test_auto_stride_follows_the_window():
    strides = [MaxPoolDownsampler(s).fit(np.zeros((1, 100))).stride_ for s in (1, 8, 40)]
    assert strides == sorted(strides)
    assert strides[0] == 1 < strides[-1]


@pytest.mark.parametrize(
    ("n_points", "pool_size", "stride", "overlap", "expected"),
    [
        (5000, "auto", "auto", 4, (200, 50)),
        (5000, "auto", "auto", 8, (200, 25)),
        (24, "auto", "auto", 4, (1, 1)),
        (50, "auto", "auto", 4, (2, 1)),
        (5000, 7, "auto", 4, (7, 1)),
        (5000, 8, "auto", 4, (8, 2)),
        (100, 400, "auto", 4, (100, 25)),
        (100, 400, 300, 4, (100, 300)),
    ],
)
def test_windows_that_follow_from_the_points(n_points, pool_size, stride, overlap, expected):
    assert resolve_windows(n_points, pool_size, stride, overlap) == expected


@pytest.mark.parametrize(
    ("n_points", "size", "stride", "starts"),
    [
        (12, 4, 4, [0, 4, 8]),
        (13, 4, 4, [0, 4, 8, 9]),
        (7, 4, 2, [0, 2, 3]),
        (5, 5, 9, [0]),
        (9, 2, 3, [0, 3, 6, 7]),
    ],
)
def test_the_last_window_is_anchored_at_the_end(n_points, size, stride, starts):
    assert window_starts(n_points, size, stride).tolist() == starts


def test_centers_in_points():
    pool = MaxPoolDownsampler(4, 3).fit(np.zeros((1, 11)))
    assert pool.starts_.tolist() == [0, 3, 6, 7]
    assert pool.centers_.tolist() == [1.5, 4.5, 7.5, 8.5]


@pytest.mark.parametrize(
    ("columns", "centers"),
    [
        # On an uneven axis too, the mean of the first and the last point.
        (["20.0", "20.5", "22", "30"], [21.0, 25.25]),
        (["4000", "3000", "2000", "1000"], [3000, 2000]),
        (["1e308", "1.2e308", "1.4e308", "1.6e308"], [1.2e308, 1.4e308]),
        (["20.0", "20.5", "22", "end"], [1, 2]),
        (["20.0", "20.5", "22", "nan"], [1, 2]),
        (["20.0", "20.5", "22", "inf"], [1, 2]),
        pytest.param(
            [20.0, 20.5, 22.0, 30.0],
            [21.0, 25.25],
            marks=pytest.mark.filterwarnings("ignore:The columns of X are named by floats"),
        ),
    ],
)
def test_centers_in_axis_units_where_the_names_are_numbers(columns, centers):
    pool = MaxPoolDownsampler(3, 1).fit(pd.DataFrame(np.zeros((1, 4)), columns=columns))
    np.testing.assert_allclose(pool.centers_, centers, rtol=1e-15)
    assert pool.centers_.dtype == np.float64


def test_no_centers_before_fit():
    assert not hasattr(MaxPoolDownsampler(), "centers_")


def test_few_points_are_kept_as_they_are():
    assert MaxPoolDownsampler().fit_transform([[3.0, 1, 2]]).tolist() == [[3, 1, 2]]


def test_window_is_never_wider_than_the_spectrum():
    pool = MaxPoolDownsampler(100).fit([[1.0, 5, 2]])
    assert pool.pool_size_ == 3
    assert pool.transform([[1.0, 5, 2], [7, 0, 0]]).tolist() == [[5], [7]]
    assert pool.get_feature_names_out().tolist() == ["max(x0..x2)"]


def test_stride_larger_than_the_window_warns_for_max_only():
    X = np.zeros((1, 9))
    with pytest.warns(UserWarning, match="stride=3 is larger than pool_size=2"):
        MaxPoolDownsampler(2, 3).fit(X)
    for pooling in ("mean", "decimate"):
        MaxPoolDownsampler(2, 3, pooling).fit(X)
    # One window holds everything: nothing is lost.
    MaxPoolDownsampler(9, 20).fit(X)


def test_names_say_which_points():
    frame = pd.DataFrame(np.zeros((1, 5)), columns=["20.0", "20.1", "20.2", "20.3", "20.4"])
    pool = MaxPoolDownsampler(2, 2, "mean").fit(frame)
    names = ["mean(20.0..20.1)", "mean(20.2..20.3)", "mean(20.3..20.4)"]
    assert pool.get_feature_names_out().tolist() == names
    with pytest.raises(ValueError, match="input_features is not equal to feature_names_in_"):
        pool.get_feature_names_out(list("abcde"))


def test_names_without_a_frame():
    pool = MaxPoolDownsampler(2, 2, "decimate").fit(np.zeros((1, 5)))
    names = pool.get_feature_names_out()
    assert names.dtype == object
    assert names.tolist() == ["decimate(x0..x1)", "decimate(x2..x3)", "decimate(x3..x4)"]
    assert pool.get_feature_names_out(list("abcde")).tolist()[-1] == "decimate(d..e)"
    with pytest.raises(ValueError, match="input_features should have length equal"):
        pool.get_feature_names_out(list("abcd"))


def test_another_axis_of_the_same_length_is_refused():
    pool = MaxPoolDownsampler(2).fit(pd.DataFrame([[0.0, 1]], columns=["20.0", "20.1"]))
    with pytest.raises(ValueError, match="feature names should match"):
        pool.transform(pd.DataFrame([[0.0, 1]], columns=["10.0", "10.1"]))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pool_size", 0),
        ("pool_size", -3),
        ("pool_size", 2.0),
        ("pool_size", None),
        ("stride", 0),
        ("stride", "half"),
        ("pooling", "median"),
    ],
)
def test_invalid_parameters(name, value):
    with pytest.raises(
        InvalidParameterError, match=f"The '{name}' parameter of MaxPoolDownsampler"
    ):
        MaxPoolDownsampler(**{name: value}).fit([[1.0, 2.0]])


def test_numpy_integers_are_integers():
    assert MaxPoolDownsampler(np.int64(2), np.int32(1)).fit(np.zeros((1, 4))).pool_size_ == 2


def test_bad_spectra():
    pool = MaxPoolDownsampler(2)
    with pytest.raises(NotFittedError):
        pool.transform([[1.0, 2.0]])
    pool.fit([[1.0, 2.0, 3.0]])
    with pytest.raises(
        ValueError, match="X has 2 features, but MaxPoolDownsampler is expecting 3"
    ):
        pool.transform([[1.0, 2.0]])
    with pytest.raises(ValueError, match="NaN"):
        pool.transform([[1.0, np.nan, 3.0]])


@pytest.mark.parametrize("pooling", ["max", "mean", "decimate"])
@pytest.mark.parametrize("bad", [np.nan, -np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("pool_size", "stride"), [(4, 2), (50, 50), (2, 10)])
@pytest.mark.parametrize("order", "CF")
def test_bad_numbers_are_refused_as_scikit_learn_does(pooling, bad, pool_size, stride, order):
    X = np.zeros((6000, 101), dtype=np.float32, order=order)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        pool = MaxPoolDownsampler(pool_size, stride, pooling).fit(X)
    X[5500, 77] = bad
    with pytest.raises(ValueError, match="Input X contains") as expected:
        validate_data(MaxPoolDownsampler(), X)
    with pytest.raises(ValueError, match="Input X contains") as raised:
        pool.transform(X)
    assert str(raised.value) == str(expected.value)
    with config_context(assume_finite=True):
        assert pool.transform(X).shape == (6000, len(pool.starts_))


def test_zero_spectra():
    assert not MaxPoolDownsampler(3).fit_transform(np.zeros((2, 10))).any()
