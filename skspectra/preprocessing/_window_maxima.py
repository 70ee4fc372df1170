"""Maxima of windows along the axis, computed nearly as fast as memory can be read.

A window consists of chunks of points whose starts are `stride` apart. The maxima of the chunks are
computed first, which is the only work over all points. Windows that overlap share these maxima.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

# From these strides on, chunks are reduced one by one, for unsigned integers and for floats. That
# is where this way became faster (measured with benchmarks/speed.py pooling).
_LONG = {"u": 20, "f": 48}


class Scratch:
    """Memory reused for every block, because new memory costs more time than the maxima."""

    def __init__(self):
        self._arrays = {}

    def take(self, name, size, dtype):
        """Return an array of this size and dtype, in the same memory for the same name."""
        n_bytes = size * dtype.itemsize
        if name not in self._arrays or len(self._arrays[name]) < n_bytes:
            self._arrays[name] = np.empty(n_bytes, dtype=np.uint8)
        return self._arrays[name][:n_bytes].view(dtype)


def window_maxima(X, size, stride, out, scratch):
    """Write the maxima of the windows ``X[:, i * stride : i * stride + size]`` into `out`.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_points)
        Floats or unsigned integers. Each row or each column should be contiguous.
    size, stride : int
        Points per window (at most `n_points`), and from one window to the next.
    out : ndarray of shape (n_samples, n_windows)
        The result, the maxima of all windows that fit into the axis.
    scratch : Scratch
        Working memory.
    """
    n_chunks = max(1, size // stride)
    length = size - (n_chunks - 1) * stride
    if abs(X.strides[0]) < abs(X.strides[1]):
        chunks = _column_chunks(X.T, length, stride, out.shape[1] + n_chunks - 1)
        out.T[:] = _running_maxima(chunks, n_chunks)
    elif stride >= _LONG[X.dtype.kind]:
        chunks = _long_chunks(X, length, stride, out.shape[1] + n_chunks - 1)
        out.T[:] = _running_maxima(chunks, n_chunks)
    else:
        _pool_short_chunks(np.ascontiguousarray(X), length, stride, n_chunks, out, scratch)


def _running_maxima(values, width, scratch=None, name=None):
    """Return the maxima of `width` neighbours along the first axis."""
    done, out, turn = 1, None, 0
    while done < width:
        more = min(done, width - done)
        if scratch:
            out = scratch.take((name, turn), len(values) - more, values.dtype)
        values = np.maximum(values[:-more], values[more:], out=out)
        done, turn = done + more, 1 - turn
    return values


def _column_chunks(X, length, stride, n_chunks):
    """Return the maxima of the chunks along the first axis, for all spectra at once."""
    return sliding_window_view(X, length, axis=0)[::stride][:n_chunks].max(axis=2)


def _long_chunks(X, length, stride, n_chunks):
    """Return the maxima of the chunks, computed chunk by chunk, with one column per spectrum."""
    starts = np.arange(n_chunks)[:, None] * stride
    # Maxima are taken from each bound to the next; those between two chunks are dropped.
    bounds = starts + [0, length] if length != stride else np.append(starts, n_chunks * stride)
    parts = np.maximum.reduceat(X, bounds[bounds < X.shape[1]], axis=1).T
    return parts[::2] if length != stride else parts[:n_chunks]


def _pool_short_chunks(X, length, stride, n_chunks, out, scratch):
    """Compute the maxima of a few neighbours at every point, then read those that are needed.

    All spectra are treated as one long one, which is several times faster than row by row. The
    maxima across the border of two spectra are computed too, but they are never read.
    """
    # Each pass doubles the number of neighbours. Then each chunk is read as length / width pieces,
    # rounded up, at one point in `stride`. Per value such a read costs about eight times as much
    # as a contiguous pass. The number of passes minimises the sum of both costs.
    n_passes = min(range(length.bit_length()), key=lambda p: p + 8 * -(-length >> p) / stride)
    width = 2**n_passes
    neighbours = _running_maxima(X.ravel(), width, scratch, "neighbours")
    shape = (len(X), out.shape[1] + n_chunks - 1)
    strides = (X.shape[1] * X.itemsize, stride * X.itemsize)
    chunks, others = (
        scratch.take(name, shape[0] * shape[1], X.dtype) for name in ("chunks", "others")
    )
    for first in range(0, length, width):
        # The pieces may overlap, which does not change a maximum.
        first = min(first, length - width)
        read = others if first else chunks
        read.reshape(shape)[:] = as_strided(neighbours[first:], shape, strides)
        if first:
            np.maximum(chunks, others, out=chunks)
    windows = _running_maxima(chunks, n_chunks, scratch, "windows")
    out[:] = as_strided(windows, out.shape, (shape[1] * X.itemsize, X.itemsize))
