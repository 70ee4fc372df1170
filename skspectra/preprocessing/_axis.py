"""The axis of spectra."""

import numpy as np
from sklearn.utils import check_array


def check_axis(x_axis, n_points):
    """Check `x_axis` and return one value per point; two values are the ends of an even axis."""
    values = check_array(x_axis, ensure_2d=False, dtype=np.float64, input_name="x_axis")
    if values.ndim != 1 or len(values) not in (2, n_points):
        raise ValueError(
            f"x_axis has shape {values.shape} for spectra of {n_points} points; it must hold one "
            "value for each point, or the two ends of an evenly spaced axis."
        )
    falls = np.flatnonzero(np.diff(values) <= 0)
    if len(falls):
        i = falls[0]
        raise ValueError(
            f"x_axis[{i + 1}]={values[i + 1]:g} follows x_axis[{i}]={values[i]:g}; x_axis must be "
            "ascending (where it descends, reverse it and the columns of X)."
        )
    return values if len(values) == n_points else np.linspace(*values, n_points)
