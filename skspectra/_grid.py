"""Grids of axes: checks, steps, names of points, and spectra moved between grids.

Several sub-packages share this module, which needs numpy alone.
"""

import numpy as np

# Two points are the same within this share of a step, because files round their axes.
TOLERANCE = 0.01


def check_axis(x_axis, n_points=None, *, name="x_axis", ends=False):
    """Check that an axis ascends and is finite, and return it in double precision.

    Parameters
    ----------
    x_axis : array-like of shape (n_points,)
        The axis.
    n_points : int, default=None
        Points of the spectra; None takes any number of two or more.
    name : str, default="x_axis"
        What the axis is called in errors.
    ends : bool, default=False
        Whether two values may stand for an evenly spaced axis.

    Returns
    -------
    values : ndarray of shape (n_points,), float64
        The axis.

    Raises
    ------
    ValueError
        If it is none.
    """
    values = np.asarray(x_axis, dtype=np.float64)
    is_ends = ends and values.shape == (2,)
    if n_points is None and (values.ndim != 1 or len(values) < 2):
        raise ValueError(f"{name} has shape {values.shape}; it must hold two points or more.")
    if n_points is not None and values.shape != (n_points,) and not is_ends:
        more = ", or the two ends of an evenly spaced axis" if ends else ""
        raise ValueError(
            f"{name} has shape {values.shape} for spectra of {n_points} points; it must hold one "
            f"value for each point{more}."
        )
    if not np.isfinite(values).all():
        i = int(np.argmin(np.isfinite(values)))
        raise ValueError(f"{name}[{i}]={values[i]:g}; {name} must be finite.")
    falls = np.flatnonzero(np.diff(values) <= 0)
    if len(falls):
        i = falls[0]
        raise ValueError(
            f"{name}[{i + 1}]={values[i + 1]:g} follows {name}[{i}]={values[i]:g}; {name} must be "
            "ascending (where it descends, reverse it and the columns of X)."
        )
    return np.linspace(*values, n_points) if is_ends and n_points != 2 else values


def mean_step(x_axis):
    """Return the mean distance of neighbouring points; None without an axis of two points."""
    if x_axis is None or len(x_axis) < 2:
        return None
    return float(x_axis[-1] - x_axis[0]) / (len(x_axis) - 1)


def edges_of(x_axis):
    """Return the edges of the bins around the points; there is one edge more than points.

    Inner bins end in the middle between two points; the two outer ones are symmetric.
    """
    middle = (x_axis[1:] + x_axis[:-1]) / 2
    return np.concatenate([[2 * x_axis[0] - middle[0]], middle, [2 * x_axis[-1] - middle[-1]]])


def same_grid(first, second):
    """Return whether two ascending axes have the same points, within 1 % of a mean step."""
    if first is second:
        return True
    if len(first) != len(second):
        return False
    tolerance = TOLERANCE * (first[-1] - first[0]) / max(len(first) - 1, 1)
    ends = abs(first[0] - second[0]), abs(first[-1] - second[-1])
    return bool(max(ends) <= tolerance and np.abs(first - second).max() <= tolerance)


def covers(x_axis, new_axis):
    """Return whether an axis reaches both ends of a new axis, to within half a new step."""
    edges = edges_of(new_axis)
    slack = TOLERANCE * (edges[1] - edges[0])
    return bool(x_axis[0] <= edges[1] + slack and x_axis[-1] >= edges[-2] - slack)


def names_of(x_axis):
    """Return the points of an axis as text with the fewest decimals that tell them apart."""
    x_axis = np.asarray(x_axis, dtype=np.float64)
    step = np.diff(np.sort(x_axis)).min() if len(x_axis) > 1 else 0.0
    n_decimals = 0
    # Double precision has 17 digits, so this ends also where a step is 0.
    while n_decimals < 17 and np.abs(np.round(x_axis, n_decimals) - x_axis).max() > (
        TOLERANCE * step
    ):
        n_decimals += 1
    texts = [f"{value:.{n_decimals}f}" for value in x_axis.tolist()]
    if n_decimals:
        texts = [text.rstrip("0").rstrip(".") for text in texts]
    return ["0" if text == "-0" else text for text in texts]


def to_grid(X, x_axis, new_axis):
    """Return spectra on another grid, and how they got there: "equal", "cropped", "resampled".

    The values stay as they are where the two grids are equal or the new one is a part of the old.
    """
    if same_grid(x_axis, new_axis):
        return X, "equal"
    start = int(np.abs(x_axis - new_axis[0]).argmin())
    part = slice(start, start + len(new_axis))
    if same_grid(x_axis[part], new_axis):
        return X[:, part], "cropped"
    return regrid(X, x_axis, new_axis), "resampled"


def regrid(X, x_axis, new_axis):
    """Return spectra on another grid, which lies within the range of their own.

    Where the new step is finer, values are interpolated linearly. Where it is coarser, a value is
    the mean of the linear interpolant over the bin of the point, so that narrow peaks stay.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_points)
        Spectra, float32 or float64.
    x_axis : ndarray of shape (n_points,)
        Axis of the spectra, ascending.
    new_axis : ndarray of shape (n_new_points,)
        Axis of the result, ascending.

    Returns
    -------
    X_new : ndarray of shape (n_samples, n_new_points)
        The spectra in the same type; beyond the ends of `x_axis` the edge values are held.
    """
    edges = edges_of(new_axis)
    # Near the ends of the axis bins are narrower, so that they stay symmetric.
    room = np.maximum(np.minimum(new_axis - x_axis[0], x_axis[-1] - new_axis), 0)
    low = new_axis - np.minimum(new_axis - edges[:-1], room)
    high = new_axis + np.minimum(edges[1:] - new_axis, room)
    left = np.clip(np.searchsorted(x_axis, new_axis, "right") - 1, 0, len(x_axis) - 2)
    step = x_axis[left + 1] - x_axis[left]
    is_coarse = (np.diff(edges) > (1 + TOLERANCE) * step) & (high > low)
    part = np.clip((new_axis - x_axis[left]) / step, 0, 1)
    X_new = np.empty((len(X), len(new_axis)), X.dtype)
    for row, new in zip(X, X_new, strict=True):
        values = row[left] + part * (row[left + 1] - row[left])
        if is_coarse.any():
            area = _integral(row, x_axis, high) - _integral(row, x_axis, low)
            np.divide(area, high - low, out=values, where=is_coarse)
        new[:] = values
    return X_new


def _integral(row, x_axis, places):
    """Return the integrals of a spectrum from its start to places; it is linear between points."""
    row = row.astype(np.float64)
    step = np.diff(x_axis)
    total = np.concatenate([[0.0], np.cumsum((row[1:] + row[:-1]) / 2 * step)])
    left = np.clip(np.searchsorted(x_axis, places, "right") - 1, 0, len(x_axis) - 2)
    way = places - x_axis[left]
    rise = (row[left + 1] - row[left]) / step[left]
    return total[left] + way * (row[left] + rise * way / 2)
