"""Checks of the axis of spectra, and a class that moves spectra along their axis."""

import numpy as np

from skspectra._grid import check_axis
from skspectra.augmentation._resample import join, resample


def check_angles(x_axis, n_points):
    """Return `x_axis` as :func:`check_axis` does; it must hold angles 2theta in degrees."""
    values = check_axis(x_axis, n_points, ends=True)
    if values[0] < 0 or values[-1] >= 180:
        raise ValueError(
            f"x_axis reaches from {values[0]:g} to {values[-1]:g}; angles 2theta must be at least "
            "0 and below 180 degrees."
        )
    return values


class Axis:
    """An axis along which spectra can be moved by a law in the unit of the axis.

    On an evenly spaced axis the law is evaluated at some places only and interpolated linearly
    between them. On any other axis it is evaluated at every point.
    """

    def __init__(self, values):
        self.values = values
        n_points = len(values)
        even = np.linspace(values[0], values[-1], n_points)
        self._step = (values[-1] - values[0]) / (n_points - 1) if n_points > 1 else 0.0
        # The tolerance is for axes from files, which are rounded.
        self._is_even = n_points > 1 and np.abs(values - even).max() < 0.05 * self._step
        if self._is_even:
            # The error of a line grows with the square of its length times the step. With this
            # spacing it is a small part of a point, however many points there are.
            self._spacing = max(1, int(n_points**0.5) // 6)
            n_knots = -(-n_points // self._spacing) + 1
            self._places = values[0] + self._step * self._spacing * np.arange(n_knots)

    def move(self, X, law):
        """Return spectra whose value at `x` is the value of `X` at ``law(x)``.

        `law` takes an array of places on the axis, one row, and returns one row per spectrum.
        """
        n_points = len(self.values)
        if self._is_even:
            knots = (law(self._places[None]) - self.values[0]) / self._step
            source = join(knots.astype(X.dtype), self._spacing)[:, :n_points]
        else:
            places = law(self.values[None])
            source = np.interp(places, self.values, np.arange(n_points)).astype(X.dtype)
        return resample(X, source)
