"""Pooling along the axis of spectra."""

import warnings
from numbers import Integral

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin, _fit_context
from sklearn.utils import assert_all_finite
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skspectra._pickling import VersionMixin
from skspectra._validation import validate_spectra
from skspectra.preprocessing._window_maxima import Scratch, window_maxima

# Values processed at a time, so that they stay in the processor's cache and a memory-mapped X
# stays on disk. If the spectra are columns in memory, the bytes of the window maxima set the size
# of a block instead, because smaller blocks read short pieces of many columns, which takes longer
# (measured with benchmarks/speed.py pooling).
_BLOCK = 2**19
_COLUMN_BYTES = 2**23


def resolve_windows(n_points, pool_size="auto", stride="auto", overlap=4):
    """Return the points per window and from one window to the next, as integers.

    The `pool_size` "auto" is 4 % of the points, and the `stride` "auto" is the size of a window
    divided by `overlap`. A window is never wider than the spectrum.
    """
    wanted = max(1, n_points // 25) if pool_size == "auto" else int(pool_size)
    size = min(wanted, n_points)
    return size, max(1, size // overlap) if stride == "auto" else int(stride)


def window_starts(n_points, size, stride):
    """Return the first point of each window; the last one is anchored at the end of the axis."""
    last = n_points - size
    starts = np.arange(0, last + 1, stride)
    return starts if starts[-1] == last else np.append(starts, last)


def column_axis(X):
    """Return the numbers that name the columns of a data frame, or None if some are no numbers."""
    try:
        axis = np.array([float(name) for name in getattr(X, "columns", ())])
    except (TypeError, ValueError):
        return None
    return axis if len(axis) and np.isfinite(axis).all() else None


def _pool(X, size, stride, pooling, out, scratch):
    """Write the pooled values of the windows ``X[:, i * stride : i * stride + size]``."""
    if pooling == "max":
        window_maxima(X, size, stride, out, scratch)
    else:
        windows = sliding_window_view(X, size, axis=1)[:, ::stride]
        out[:] = windows.mean(axis=2) if pooling == "mean" else windows[:, :, 0]


class MaxPoolDownsampler(OneToOneFeatureMixin, TransformerMixin, VersionMixin, BaseEstimator):
    """Maxima of windows along the axis, which keep the peaks and absorb small shifts.

    Pooling is what makes a CNN work on spectra: it shrinks the input, keeps the intensity of
    every peak and forgets where in the window the peak stood [1]_. Normalise before pooling.
    Choose `pool_size` about as large as the shifts of the peaks; narrower windows keep peaks
    apart that are close to each other.

    Parameters
    ----------
    pool_size : int or "auto", default="auto"
        Points per window (>= 1). "auto" is 4 % of the points. A window is never wider than the
        spectrum.
    stride : int or "auto", default="auto"
        Points from one window to the next (>= 1). "auto" is a quarter of a window, because
        windows that overlap still show where a peak is. A stride larger than the window skips
        points. With `pooling="max"` this loses peaks, and a warning says so.
    pooling : {"max", "mean", "decimate"}, default="max"
        The value that is kept of a window: its largest value, its mean or its first value (plain
        decimation). The last two are controls that show the benefit of the maximum.

    Attributes
    ----------
    pool_size_ : int
        Points per window.
    stride_ : int
        Points from one window to the next.
    starts_ : ndarray of shape (n_windows,)
        First point of each window. The last window is anchored at the end of the axis, so that no
        point is dropped.
    centers_ : ndarray of shape (n_windows,)
        Centre of each window, the mean of its first and last point. It is in axis units if `X`
        was a data frame in ``fit`` whose columns are all named by finite numbers, otherwise in
        points.
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, if `X` had string column names in ``fit``.

    See Also
    --------
    skspectra.PooledSVC : Normalise, pool, compress and classify in one estimator.

    Notes
    -----
    Windows that overlap share their common maxima, so the time of the maxima hardly depends on
    `pool_size`. Small strides take more time than large ones, and negative numbers take somewhat
    more time. `X` is read block by block, and a memory-mapped `X` stays on disk. Besides the
    result, the work takes some tens of MB of memory, however many spectra there are.

    References
    ----------
    .. [1] Schuetzke, J., Szymanski, N. J., Reischl, M., "Validating neural networks for
       spectroscopic classification on a universal synthetic dataset", npj Comput. Mater. 9, 100
       (2023). :doi:`10.1038/s41524-023-01055-y`

    Examples
    --------
    >>> from skspectra import MaxPoolDownsampler
    >>> pool = MaxPoolDownsampler(pool_size=4, stride=2)
    >>> pool.fit_transform([[0, 1, 0, 0, 0, 5, 0]])
    array([[1., 5., 5.]])
    >>> pool.get_feature_names_out()
    array(['max(x0..x3)', 'max(x2..x5)', 'max(x3..x6)'], dtype=object)
    """

    _parameter_constraints = {
        "pool_size": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "stride": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "pooling": [StrOptions({"max", "mean", "decimate"})],
    }

    def __init__(self, pool_size="auto", stride="auto", pooling="max"):
        self.pool_size = pool_size
        self.stride = stride
        self.pooling = pooling

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Place the windows for the number of points in `X`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra; only their number of points is used.
        y : None
            Ignored.

        Returns
        -------
        self : MaxPoolDownsampler
            The fitted transformer.
        """
        self._axis = column_axis(X)
        X = validate_spectra(self, X)
        n_points = X.shape[1]
        self.pool_size_, self.stride_ = resolve_windows(n_points, self.pool_size, self.stride)
        if self.pooling == "max" and self.stride_ > self.pool_size_ < n_points:
            warnings.warn(
                f"stride={self.stride_} is larger than pool_size={self.pool_size_}: peaks between "
                "the windows are lost.",
                stacklevel=3,
            )
        self.starts_ = window_starts(n_points, self.pool_size_, self.stride_)
        return self

    @property
    def centers_(self):
        """Centre of each window, in axis units where the columns are numbers."""
        axis = np.arange(self.n_features_in_, dtype=np.float64)
        axis = axis if self._axis is None else self._axis
        # The ends are halved before they are added, because their sum may overflow.
        return axis[self.starts_] / 2 + axis[self.starts_ + self.pool_size_ - 1] / 2

    def transform(self, X):
        """Pool each spectrum.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.

        Returns
        -------
        X_pooled : ndarray of shape (n_samples, n_windows)
            One value per window; float32 stays float32, anything else becomes float64.
        """
        check_is_fitted(self)
        # A separate check for finite values would take longer than pooling; the loop checks them.
        X = validate_spectra(self, X, reset=False, ensure_all_finite=False)
        n_samples, n_points = X.shape
        pooled = np.empty((n_samples, len(self.starts_)), dtype=X.dtype)
        n_rows = max(1, _BLOCK // n_points)
        if abs(X.strides[0]) < abs(X.strides[1]):
            n_rows = max(1, _COLUMN_BYTES // (X.itemsize * len(self.starts_)))
        # The bits of non-negative floats, read as integers, have the same order and are faster to
        # compare. The bits of negative, infinite and NaN values are larger than all of these, so
        # such a value becomes the maximum of its window and is noticed.
        bits = np.dtype(f"u{X.itemsize}")
        infinity = np.array(np.inf, dtype=X.dtype).view(bits)
        as_bits = self.pooling == "max" and self.stride_ <= self.pool_size_
        scratch = Scratch()
        for start in range(0, n_samples, n_rows):
            block, rows = X[start : start + n_rows], pooled[start : start + n_rows]
            if as_bits:
                self._pool(block.view(bits), rows.view(bits), scratch)
                as_bits = rows.view(bits).max() < infinity
            if not as_bits:
                if not (np.isfinite(block.min()) and np.isfinite(block.max())):
                    assert_all_finite(block, estimator_name=type(self).__name__, input_name="X")
                self._pool(block, rows, scratch)
        return pooled

    def _pool(self, X, out, scratch):
        size, stride = self.pool_size_, self.stride_
        n_regular = (X.shape[1] - size) // stride + 1
        _pool(X, size, stride, self.pooling, out[:, :n_regular], scratch)
        if n_regular < out.shape[1]:
            _pool(X[:, -size:], size, size, self.pooling, out[:, n_regular:], scratch)

    def get_feature_names_out(self, input_features=None):
        """Return names that say which points each feature came from.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Names of the points. None takes the names seen in ``fit``, else x0, x1, ...

        Returns
        -------
        feature_names_out : ndarray of shape (n_windows,) of str objects
            For instance ``max(20.0..20.9)``: the pooling, the first and the last point of the
            window.
        """
        check_is_fitted(self)
        # These are the names of the points, checked against those seen in `fit`.
        points = super().get_feature_names_out(input_features)
        last = self.starts_ + self.pool_size_ - 1
        pairs = zip(points[self.starts_], points[last], strict=True)
        return np.array([f"{self.pooling}({a}..{b})" for a, b in pairs], dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
