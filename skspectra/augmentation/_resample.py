"""Spectra interpolated between their points, which every shift of peaks needs."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def resample(X, source):
    """Read each row of `X` at the places `source`, in points; `source` is overwritten.

    Values between two points are interpolated linearly; beyond the ends the edge values are held.
    """
    n_samples, n_points = X.shape
    np.clip(source, 0, n_points - 1, out=source)
    whole = np.floor(source)
    source -= whole
    left = whole.astype(np.intp)
    left += np.arange(0, n_samples * n_points, n_points)[:, None]
    flat = X.ravel()
    # At the last point of a row the fraction is 0, so the rise to the next row is not used.
    rise = np.empty_like(flat)
    np.subtract(flat[1:], flat[:-1], out=rise[:-1])
    rise[-1] = 0
    # All places are on the axis, so any mode would do; this one is the fastest.
    read = rise.take(left, out=whole, mode="wrap")
    read *= source
    read += flat.take(left, out=source, mode="wrap")
    return read


def window(X, first, n_points):
    """Return a copy of `n_points` points of each row of `X`; row i starts at ``first[i]``."""
    return sliding_window_view(X, n_points, axis=1)[np.arange(len(X)), first]


def displace(X, shifts):
    """Move each row of `X` to the right by its shift, in points.

    This gives the result of :func:`resample` where all points of a row move alike, but faster.
    """
    n_points = X.shape[1]
    back = np.clip(-shifts, -n_points, n_points)
    whole = np.floor(back)
    reach = int(np.abs(whole).max()) + 1
    extended = np.empty((len(X), n_points + 2 * reach), X.dtype)
    extended[:, :reach] = X[:, :1]
    extended[:, reach : reach + n_points] = X
    extended[:, reach + n_points :] = X[:, -1:]
    read = window(extended, whole.astype(int) + reach, n_points + 1)
    moved = np.diff(read)
    moved *= (back - whole)[:, None].astype(X.dtype)
    moved += read[:, :-1]
    return moved


def join(knots, spacing):
    """Return straight lines through `knots`, which are `spacing` points apart in each row."""
    ramp = np.arange(spacing, dtype=knots.dtype) / knots.dtype.type(spacing)
    ends = np.stack([knots[:, :-1], knots[:, 1:]], axis=-1).reshape(-1, 2)
    # This is a matrix product, because broadcasting over short lines is slow.
    return (ends @ np.stack([1 - ramp, ramp])).reshape(len(knots), -1)
