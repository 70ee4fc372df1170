"""Bring spectra onto another axis."""

from dataclasses import replace

from skspectra import _grid
from skspectra._words import count
from skspectra.io._merge import span
from skspectra.io._spectra import Spectra


def resample(spectra, x_axis):
    """Return spectra on another axis in the same unit.

    Where the new step is finer, values are interpolated linearly. Where it is coarser, a value is
    the mean over the bin of the point, because single values would miss narrow peaks. A grid that
    is equal within 1 % of a step is left alone, for interpolation correlates noise.

    Parameters
    ----------
    spectra : Spectra
        The spectra.
    x_axis : array-like of shape (n_points,)
        The axis asked for, ascending, in the unit of `spectra`.

    Returns
    -------
    resampled : Spectra
        The spectra on that axis, with a remark if anything changed.

    Raises
    ------
    ValueError
        If `spectra` do not reach both ends of `x_axis`; half a step may be missing, and there
        the edge values are held.

    See Also
    --------
    preprocessing.AxisResampler : The same as a step of a Pipeline, for one grid.

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.io import Spectra, resample
    >>> spectra = Spectra(np.array([[0.0, 4, 0, 0, 0]]), np.arange(5.0))
    >>> resample(spectra, [0.5, 1.0, 1.5]).X
    array([[2., 4., 2.]])
    >>> resample(spectra, [1.0, 3.0]).X
    array([[2., 0.]])
    """
    if not isinstance(spectra, Spectra):
        raise ValueError(
            f"spectra is a {type(spectra).__name__}; make it a Spectra with as_spectra first."
        )
    new_axis = _grid.check_axis(x_axis)
    old = spectra.x_axis
    if not (_grid.same_grid(old, new_axis) or _grid.covers(old, new_axis)):
        raise ValueError(
            f"the spectra cover {span(old)}, which does not reach the ends of {span(new_axis)}."
        )
    X, how = _grid.to_grid(spectra.X, old, new_axis)
    if how == "equal":
        return replace(spectra, x_axis=new_axis)
    step = _grid.mean_step(new_axis)
    were = "was" if len(spectra) == 1 else "were"
    remark = f"{count(len(spectra), 'spectra')} {were} {how} to {span(new_axis)}, step {step:.4g}"
    return replace(spectra, X=X, x_axis=new_axis, remarks=(*spectra.remarks, remark))
