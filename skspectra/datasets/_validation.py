"""Checks shared by the generators; messages name the parameter, the value and what is allowed."""

from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
from sklearn.utils.validation import check_scalar


class PeakList(NamedTuple):
    """The peaks of one class, in the order in which they are written into a spectrum.

    Parameters
    ----------
    positions : ndarray of shape (n_peaks,), dtype int64
        Positions of the peaks on the axis, in points, counted from 0.
    heights : ndarray of shape (n_peaks,), dtype float64
        Heights of the peaks before broadening, between 0 and 2; the largest is usually 1.

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.datasets import PeakList
    >>> peaks = PeakList(np.array([700, 3000]), np.array([0.7, 1.0]))
    >>> peaks.positions
    array([ 700, 3000])
    """

    positions: np.ndarray
    heights: np.ndarray


def check_size(name, value, minimum=1):
    """Return `value` as an int, or raise if it is not an integer or is below `minimum`."""
    return int(check_scalar(value, name, Integral, min_val=minimum))


def check_amount(name, value):
    """Return `value` as a float, or raise if it is not a finite real number >= 0."""
    check_scalar(value, name, Real, min_val=0)
    if not np.isfinite(value):
        raise ValueError(f"{name} == {value}, must be finite.")
    return float(value)


def check_sigma(sigma):
    """Return the ends of the range that `sigma` is drawn from; equal ends mean no draw."""
    ends = (sigma, sigma) if isinstance(sigma, Real) else tuple(sigma)
    if not (len(ends) == 2 and 0 < ends[0] <= ends[1] < np.inf):
        raise ValueError(
            f"sigma == {sigma!r}, must be a number > 0 or a pair (low, high) with "
            "0 < low <= high < infinity."
        )
    return float(ends[0]), float(ends[1])


def check_dtype(dtype):
    """Return `dtype` as a numpy dtype, or raise if it is neither float32 nor float64."""
    if np.dtype(dtype) not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise ValueError(f"dtype == {dtype!r}, must be float32 or float64.")
    return np.dtype(dtype)


def check_table(table, n_points):
    """Return a class table as a list of :class:`PeakList`; an error names the invalid class."""
    checked = [_check_class(index, peaks, n_points) for index, peaks in enumerate(table)]
    if not checked:
        raise ValueError("table has 0 classes, must have at least 1.")
    return checked


def _check_class(index, peaks, n_points):
    name = f"table[{index}]"
    if len(peaks) != 2:
        raise ValueError(f"{name} has {len(peaks)} parts, must be a pair (positions, heights).")
    positions, heights = np.asarray(peaks[0]), np.asarray(peaks[1], dtype=np.float64)
    if positions.ndim != 1 or positions.shape != heights.shape or positions.size == 0:
        raise ValueError(
            f"{name} has positions of shape {positions.shape} and heights of shape "
            f"{heights.shape}, must be two 1-D arrays of the same length, at least 1."
        )
    inside = (positions >= 0) & (positions < n_points) & (positions == np.floor(positions))
    if not inside.all():
        raise ValueError(
            f"{name} has the position {positions[~inside][0]}, must be an integer "
            f"from 0 to {n_points - 1} (n_points={n_points})."
        )
    allowed = (heights >= 0) & (heights <= 2)
    if not allowed.all():
        raise ValueError(f"{name} has the height {heights[~allowed][0]}, must be from 0 to 2.")
    return PeakList(positions.astype(np.int64), heights)
