"""Parameters that count points, in units of the axis."""

from inspect import signature

from sklearn.base import BaseEstimator

from skspectra._grid import mean_step

# Last parts of the names of parameters that are lengths along the axis.
LENGTHS = {"window_length", "pool_size", "stride", "max_shift", "length_scale"}


def in_axis_units(parameters, x_axis=None, unit=None):
    """Return parameters as texts, with lengths along the axis in its units.

    Fifteen points are 30 cm-1 on one instrument and 0.3 degrees on another, so a window in points
    says little.

    Parameters
    ----------
    parameters : dict
        Values by name, as a search chooses them. Estimators are given with what is not their
        default.
    x_axis : array-like of shape (n_points,), default=None
        The ascending axis. None leaves lengths in points.
    unit : str, default=None
        Unit of the axis.

    Returns
    -------
    texts : dict of str to str
        For instance ``"29 cm-1 (15 points)"``.

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.comparison._parameters import in_axis_units
    >>> in_axis_units({"pool_size": 15, "C": 100.0}, np.linspace(900, 1900, 501), "cm-1")
    {'pool_size': '30 cm-1 (15 points)', 'C': '100'}
    """
    step = mean_step(x_axis)
    return {name: _text(name, value, step, unit) for name, value in parameters.items()}


def _default(estimator, name):
    return signature(type(estimator)).parameters[name].default


def _text(name, value, step, unit):
    last = name.rpartition("__")[2]
    if isinstance(value, BaseEstimator):
        changed = {
            key: _text(key, inner, step, unit)
            for key, inner in value.get_params(deep=False).items()
            if repr(inner) != repr(_default(value, key))
        }
        inside = ", ".join(f"{key}={text}" for key, text in changed.items())
        return f"{type(value).__name__}({inside})"
    if isinstance(value, float):
        return f"{value:g}"
    if last not in LENGTHS or not isinstance(value, int) or step is None:
        return str(value)
    length = " ".join(filter(None, [f"{value * step:.3g}", unit]))
    return f"{length} ({value} point{'' if value == 1 else 's'})"
