"""Maxima of windows along the axis, near the speed of memory.

Windows that overlap share chunks: the maxima of disjoint chunks of `stride` points come first, the
only work that is as large as the spectra, then those of as many chunks as a window holds, then of
these and the beginning of the next chunk, where windows end within chunks.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

# Chunks at least as long, in points, are reduced one by one.
_LONG = 48


class Scratch:
    """Memory that is used again block after block: new memory costs more than the maxima."""

    def __init__(self):
        self._arrays = {}

    def take(self, name, size, dtype):
        """Return an array of that size: the same memory for the same name."""
        n_bytes = size * dtype.itemsize
        if name not in self._arrays or len(self._arrays[name]) < n_bytes:
            self._arrays[name] = np.empty(n_bytes, dtype=np.uint8)
        return self._arrays[name][:n_bytes].view(dtype)


def window_maxima(X, size, stride, out, scratch):
    """Write the maxima of the windows ``X[:, i * stride : i * stride + size]``.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_points)
        Numbers of any kind. Each row, or each column, should be contiguous.
    size, stride : int
        Points per window (at most `n_points`), and from one window to the next.
    out : ndarray of shape (n_samples, n_windows)
        Filled with the maxima of all windows that fit in.
    scratch : Scratch
        Memory to work in.
    """
    if abs(X.strides[0]) < abs(X.strides[1]):
        _maxima_along_columns(X.T, size, stride, out.T)
    elif stride >= (_LONG if size % stride == 0 else 2 * _LONG):
        _maxima_of_long_chunks(X, size, stride, out)
    else:
        _maxima_of_short_chunks(np.ascontiguousarray(X), size, stride, out, scratch)


def _running_maxima(values, width, scratch=None, name=None):
    """Maxima of `width` neighbours along the first axis."""
    done, out, turn = 1, None, 0
    while done < width:
        more = min(done, width - done)
        if scratch:
            out = scratch.take((name, turn), len(values) - more, values.dtype)
        values = np.maximum(values[:-more], values[more:], out=out)
        done, turn = done + more, 1 - turn
    return values


def _maxima_along_columns(X, size, stride, out):
    """Pool along the first axis, all spectra at once."""
    n_whole, n_more = divmod(size, stride)

    def reduce(first, length, n_chunks):
        chunks = sliding_window_view(X[first:], length, axis=0)[::stride]
        return chunks[:n_chunks].max(axis=2)

    if not n_whole:
        out[:] = reduce(0, size, len(out))
        return
    windows = _running_maxima(reduce(0, stride, len(out) + n_whole - 1), n_whole)
    if n_more:
        np.maximum(windows, reduce(n_whole * stride, n_more, len(out)), out=windows)
    out[:] = windows


def _maxima_of_long_chunks(X, size, stride, out):
    """Reduce each chunk, or its two parts where windows end within chunks."""
    n_whole, n_more = divmod(size, stride)
    starts = np.arange(out.shape[1] + n_whole)[:, None] * stride
    bounds = starts + [0, n_more] if n_more else starts
    # The part behind the last bound is not used, or ends where the spectrum ends.
    parts = np.maximum.reduceat(X, bounds[bounds < X.shape[1]], axis=1).T
    if not n_more:
        out[:] = _running_maxima(parts[: len(starts) - 1], n_whole).T
        return
    beginnings = parts[::2]
    out[:] = beginnings[n_whole:].T
    if n_whole:
        chunks = np.maximum(beginnings[:-1], parts[1::2][: len(starts) - 1])
        np.maximum(out, _running_maxima(chunks, n_whole).T, out=out)


def _maxima_of_short_chunks(X, size, stride, out, scratch):
    """Find the maxima of a few neighbours everywhere, then read them where they are needed.

    All spectra are taken for one long one, several times faster than row by row. Maxima across
    the border of two spectra come out too, and are never read.
    """
    n_samples, n_points = X.shape
    n_whole, n_more = divmod(size, stride) if stride <= size else (1, 0)
    n_chunks = out.shape[1] + n_whole - 1
    chunk = min(size, stride)
    # Value by value, a strided read costs about six times a contiguous pass.
    n_passes = min(range(chunk.bit_length()), key=lambda p: p + 6 * -(-chunk >> p) / stride)
    width = 2**n_passes
    neighbours = _running_maxima(X.ravel(), width, scratch, "neighbours")

    def read(first, name):
        """Read at a place in every chunk, counted from its start."""
        values = scratch.take(name, n_samples * n_chunks, X.dtype)
        shape, strides = (n_samples, n_chunks), (n_points * X.itemsize, stride * X.itemsize)
        values.reshape(shape)[:] = as_strided(neighbours[first:], shape, strides)
        return values

    def maxima(firsts, name):
        """Maxima of `width` points from each of these places on."""
        first, *others = firsts
        result = read(first, name)
        for other in others:
            np.maximum(result, read(other, "read"), out=result)
        return result

    chunks = maxima([min(first, chunk - width) for first in range(0, chunk, width)], "chunks")
    windows = _running_maxima(chunks, n_whole, scratch, "windows")
    if n_more:
        # Of what follows the last whole chunk of a window. These may begin within that chunk: a
        # maximum does not mind.
        ends = maxima(range(stride + n_more - width, stride - width, -width), "ends")
        ends = ends[n_whole - 1 :]
        windows = np.maximum(windows, ends, out=ends)
    out[:] = as_strided(windows, out.shape, (n_chunks * X.itemsize, X.itemsize))
