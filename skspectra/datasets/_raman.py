"""Measured Raman spectra of three calibrants on ten instrument configurations."""

from importlib.resources import files

import numpy as np
from sklearn.utils import Bunch

DESCR = """\
Raman spectra of calibrants on several instruments
===================================================

71 spectra of polystyrene (10), calcite (20) and silicon (41), measured in three laboratories on
ten configurations of instrument, laser and probe, at 532, 633 and 785 nm. The axis is the Raman
shift from 150 to 2000 cm-1 in steps of 1 cm-1, to which the spectra were interpolated.
Intensities are counts or, for some instruments, arbitrary units. Calibrations differ: the band of
polystyrene at 1001 cm-1 is read from 998.9 to 1006.9 cm-1, and the line of silicon at 520.5 cm-1
from 518.7 to 526.1 cm-1. Leave one instrument out to know how a model does on an instrument that
it has not seen.

50 spectra of TiO2 come only on request. They were measured on two instruments that measured
nothing else, so a model can tell them by the instrument, and leaving one instrument out tests
little.

Each spectrum is rounded to 14 bits between its smallest and its largest value.

Source: ramanchada2 1.5.0 (https://pypi.org/project/ramanchada2), MIT licence, copyright (c) 2022
IDEAconsult Ltd.; measured in the project CHARISMA (Horizon 2020, grant agreement 952921).
"""


def load_raman_calibrants(*, return_X_y=False, as_frame=False, titanium_dioxide=False):
    """Load measured Raman spectra of polystyrene, calcite and silicon.

    The same samples were measured on ten configurations of instrument, laser and probe, whose
    calibrations differ by several wavenumbers. The set is small and comes with the package.

    Parameters
    ----------
    return_X_y : bool, default=False
        Whether to return only the pair ``(X, y)``.
    as_frame : bool, default=False
        Whether ``X`` is a pandas DataFrame whose columns are the axis, and ``y`` a Series.
    titanium_dioxide : bool, default=False
        Whether to add 50 spectra of TiO2. They were measured on two instruments that measured
        nothing else, so a model can tell them by their instrument.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes.

        X : ndarray or DataFrame of shape (n_samples, 1851), float64
            The intensities. Those of each spectrum are rounded to 14 bits of its range.
        y : ndarray or Series of shape (n_samples,), str
            The material: "polystyrene", "calcite", "silicon" and, on request, "TiO2".
        groups : ndarray of shape (n_samples,), str
            The instrument, as laboratory, device with laser, and probe.
        specimen : ndarray of shape (n_samples,), str
            The sample. There are four samples of silicon and two of calcite.
        x_axis : ndarray of shape (1851,), float64
            The Raman shift in cm-1.
        frame : DataFrame or None
            With `as_frame`, the spectra with columns "material", "instrument" and "specimen".
        DESCR : str
            What was measured, where, and under which licence it is given on.

    (X, y) : tuple
        The spectra and the material, with `return_X_y`.

    Raises
    ------
    ImportError
        If `as_frame` is set and pandas is not installed.

    Examples
    --------
    >>> from skspectra.datasets import load_raman_calibrants
    >>> data = load_raman_calibrants()
    >>> data.X.shape, sorted(set(data.y.tolist())), len(set(data.groups.tolist()))
    ((71, 1851), ['calcite', 'polystyrene', 'silicon'], 10)
    """
    path = files("skspectra.datasets") / "data" / "raman_calibrants.npz"
    with path.open("rb") as file, np.load(file) as arrays:
        data = dict(arrays)
    counts = np.cumsum(data["differences"], axis=1, dtype=np.int64)
    X = counts * data["step"][:, None] + data["low"][:, None]
    rows = np.full(len(X), True) if titanium_dioxide else data["material"] != "TiO2"
    X = X[rows]
    x_axis = data["x_axis"].astype(np.float64)
    columns = {name: data[name][rows] for name in ("material", "instrument", "specimen")}
    y, frame = columns["material"], None
    if as_frame:
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError(f"as_frame=True needs pandas ({error})") from error
        X = pd.DataFrame(X, columns=[f"{value:g}" for value in x_axis])
        y = pd.Series(y, name="material")
        frame = pd.concat([pd.DataFrame(columns), X], axis=1)
    if return_X_y:
        return X, y
    return Bunch(
        X=X,
        y=y,
        groups=columns["instrument"],
        specimen=columns["specimen"],
        x_axis=x_axis,
        frame=frame,
        DESCR=DESCR,
    )
