"""Maxima of windows along the axis, near the speed of memory.

Windows that overlap share chunks: the maxima of disjoint chunks of `stride` points come first, the
only work that is as large as the spectra, then those of as many chunks as a window holds, then of
these and the beginning of the next chunk, where windows end within chunks.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

# Chunks at least as long, in points, are reduced one by one.
_LONG = 48


def window_maxima(X, size, stride, out):
    """Write the maxima of the windows ``X[:, i * stride : i * stride + size]``.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_points)
        Spectra, or integers. Each spectrum, or each point of all spectra, should be contiguous.
    size, stride : int
        Points per window (at most `n_points`), and from one window to the next.
    out : ndarray of shape (n_samples, n_windows)
        Filled with the maxima of all windows that fit in.
    """
    if abs(X.strides[0]) < abs(X.strides[1]):
        _maxima_along_columns(X.T, size, stride, out.T)
    elif stride >= (_LONG if size % stride == 0 else 2 * _LONG):
        _maxima_of_long_chunks(X, size, stride, out)
    else:
        _maxima_of_short_chunks(np.ascontiguousarray(X), size, stride, out)


def _running_maxima(values, width):
    """Maxima of `width` neighbours along the first axis."""
    done = 1
    while done < width:
        more = min(done, width - done)
        values = np.maximum(values[:-more], values[more:])
        done += more
    return values


def _maxima_along_columns(X, size, stride, out):
    """Pool along the first axis, all spectra at once."""
    n_whole, n_more = divmod(size, stride)

    def reduce(first, length, n_chunks):
        chunks = sliding_window_view(X[first:], length, axis=0)[::stride]
        return chunks[:n_chunks].max(axis=2)

    if n_whole:
        out[:] = _running_maxima(reduce(0, stride, len(out) + n_whole - 1), n_whole)
    if n_more:
        beginnings = reduce(n_whole * stride, n_more, len(out))
        out[:] = np.maximum(out, beginnings) if n_whole else beginnings


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


def _maxima_of_short_chunks(X, size, stride, out):
    """Find the maxima of a few neighbours everywhere, then read them where they are needed.

    All spectra are taken for one long one, several times faster than row by row. Maxima across
    the border of two spectra come out too, and are never read.
    """
    n_points = X.shape[1]
    n_windows = out.shape[1]
    n_whole, n_more = divmod(size, stride) if stride <= size else (1, 0)
    n_chunks = n_windows + n_whole - 1
    chunk = min(size, stride)
    # Value by value, a strided read costs about six times a contiguous pass.
    n_passes = min(range(chunk.bit_length()), key=lambda p: p + 6 * -(-chunk >> p) / stride)
    width = 2**n_passes
    neighbours = _running_maxima(X.ravel(), width)

    def table(values, first, n_columns, row, column):
        strides = (row * X.itemsize, column * X.itemsize)
        return as_strided(values[first:], (len(X), n_columns), strides, writeable=False)

    # Never before the beginning of a chunk, nor of the last of the window's chunks.
    reads = [
        table(neighbours, min(f, chunk - width), n_chunks, n_points, stride)
        for f in range(0, chunk, width)
    ]
    chunks = reads[0]
    if n_whole > 1 or len(reads) > 1:
        chunks = chunks.copy()
    for read in reads[1:]:
        np.maximum(chunks, read.copy(), out=chunks)
    if n_whole > 1:
        chunks = _running_maxima(chunks.ravel(), n_whole)
        chunks = table(chunks, 0, n_windows, n_chunks, 1)
    out[:] = chunks
    for first in range(size - width, size - width - n_more, -width):
        np.maximum(out, table(neighbours, first, n_windows, n_points, stride), out=out)
