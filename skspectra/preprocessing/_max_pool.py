"""Pooling over the axis of a spectrum."""

import warnings
from numbers import Integral

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin, _fit_context
from sklearn.utils import assert_all_finite
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from skspectra.preprocessing._window_maxima import Scratch, window_maxima

# Values worked on at a time: they stay in the processor's cache, and a memory-mapped X stays on
# disk. Where the spectra are columns in memory, bytes of window maxima instead: with fewer, the
# short pieces of many columns take longer to read (tried with benchmarks/speed.py pooling).
_BLOCK = 2**19
_COLUMN_BYTES = 2**23


def resolve_windows(n_points, pool_size="auto", stride="auto", overlap=4):
    """Return the points per window and from one window to the next, as integers.

    An "auto" `pool_size` is 4 % of the points, an "auto" `stride` one part in `overlap` of a
    window. A window is never wider than the spectrum.
    """
    wanted = max(1, n_points // 25) if pool_size == "auto" else int(pool_size)
    size = min(wanted, n_points)
    return size, max(1, size // overlap) if stride == "auto" else int(stride)


def window_starts(n_points, size, stride):
    """Return the first point of each window; the last one is anchored at the end of the axis."""
    last = n_points - size
    starts = np.arange(0, last + 1, stride)
    return starts if starts[-1] == last else np.append(starts, last)


def _pool(X, size, stride, pooling, out, scratch):
    """Write what is kept of the windows ``X[:, i * stride : i * stride + size]``."""
    if pooling == "max":
        window_maxima(X, size, stride, out, scratch)
    else:
        windows = sliding_window_view(X, size, axis=1)[:, ::stride]
        out[:] = windows.mean(axis=2) if pooling == "mean" else windows[:, :, 0]


class MaxPoolDownsampler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Maxima of the windows along the axis: fewer points, same peaks, small shifts absorbed.

    Pooling is what makes a CNN work on spectra: it shrinks the input, keeps the intensity of
    every peak and forgets where in the window the peak stood [1]_. Normalise before pooling, and
    choose `pool_size` about as large as the peaks move; narrower windows keep what tells near
    peaks apart.

    Parameters
    ----------
    pool_size : int or "auto", default="auto"
        Points per window (>= 1). "auto" is 4 % of the points. A window is never wider than the
        spectrum.
    stride : int or "auto", default="auto"
        Points from one window to the next (>= 1). "auto" is a quarter of a window: windows that
        overlap still tell where a peak stands. A stride larger than the window skips
        points; with `pooling="max"` that loses peaks, and a warning says so.
    pooling : {"max", "mean", "decimate"}, default="max"
        What is kept of a window: its largest value, its mean or its first value (plain
        decimation). The last two are the controls that show what the maximum brings.

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
        Centre of each window, the mean of its first and last point: in axis units where `X` had
        column names in ``fit`` that all are finite numbers as strings, otherwise in points.
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, where `X` had string column names in ``fit``.

    See Also
    --------
    skspectra.PooledSVC : Normalise, pool, compress and classify in one estimator.

    Notes
    -----
    Windows that overlap share what they have in common, so that the time of the maxima hardly
    depends on `pool_size`. Small strides cost more than large ones, and numbers below zero cost
    somewhat more. `X` is read block by block, and a memory-mapped one stays on disk: the work
    takes some tens of MB beside the result, however many spectra there are.

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
            Spectra; only their number of points counts.
        y : None
            Ignored.

        Returns
        -------
        self : MaxPoolDownsampler
            The fitted transformer.
        """
        X = validate_data(self, X, dtype=[np.float64, np.float32])
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
        if hasattr(self, "feature_names_in_"):
            try:
                named = self.feature_names_in_.astype(np.float64)
            except ValueError:
                named = axis
            axis = named if np.isfinite(named).all() else axis
        # Halved before they are added: their sum may overflow.
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
        # A pass to see whether X is finite would cost more than pooling: it is seen on the way.
        X = validate_data(
            self, X, dtype=[np.float64, np.float32], reset=False, ensure_all_finite=False
        )
        n_samples, n_points = X.shape
        pooled = np.empty((n_samples, len(self.starts_)), dtype=X.dtype)
        n_rows = max(1, _BLOCK // n_points)
        if abs(X.strides[0]) < abs(X.strides[1]):
            n_rows = max(1, _COLUMN_BYTES // (X.itemsize * len(self.starts_)))
        # Of numbers that are not negative, the bits are integers in the same order. They are
        # faster to compare, and one that is negative or not finite exceeds them all: it comes out.
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
        """Say which points each feature came from.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Names of the points. None takes the names seen in ``fit``, else x0, x1, ...

        Returns
        -------
        feature_names_out : ndarray of shape (n_windows,) of str objects
            For instance ``max(20.0..20.9)``: pooling, first and last point of the window.
        """
        check_is_fitted(self)
        # One name per point, checked against `fit` as for a one-to-one transformer.
        points = super().get_feature_names_out(input_features)
        last = self.starts_ + self.pool_size_ - 1
        pairs = zip(points[self.starts_], points[last], strict=True)
        return np.array([f"{self.pooling}({a}..{b})" for a, b in pairs], dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
