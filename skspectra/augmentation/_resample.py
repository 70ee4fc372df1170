"""Spectra read at other places than their points: what every shift comes down to."""

import numpy as np


def resample(X, source):
    """Read each row of `X` at the places `source`, in points; they are overwritten.

    Values between two points are interpolated linearly; beyond the ends the edge values are held.
    """
    n_samples, n_points = X.shape
    np.clip(source, 0, n_points - 1, out=source)
    whole = np.floor(source)
    source -= whole
    left = whole.astype(np.intp)
    left += np.arange(0, n_samples * n_points, n_points)[:, None]
    flat = X.ravel()
    # At the last point of a row the fraction is 0: the rise from there to the next row is unused.
    rise = np.empty_like(flat)
    np.subtract(flat[1:], flat[:-1], out=rise[:-1])
    rise[-1] = 0
    read = rise.take(left, out=whole, mode="clip")
    read *= source
    read += flat.take(left, out=source, mode="clip")
    return read


def join(knots, spacing):
    """Return straight lines through `knots`, which are `spacing` points apart in each row."""
    ramp = np.arange(spacing, dtype=knots.dtype) / knots.dtype.type(spacing)
    lines = np.diff(knots)[:, :, None] * ramp
    lines += knots[:, :-1, None]
    return lines.reshape(len(knots), -1)
