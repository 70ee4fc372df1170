"""Spectra with all that is known about them."""

from dataclasses import dataclass, field

import numpy as np

from skspectra import _grid
from skspectra._words import count


def axis_names(x_axis):
    """Return the points of an axis as text, which serves as names of columns.

    Each name has the fewest decimals that keep every point within 1 % of the smallest step, and
    no zeros at its end. So equal grids have equal names, whatever digits their files show.

    Parameters
    ----------
    x_axis : array-like of shape (n_points,)
        The axis, in any unit.

    Returns
    -------
    names : list of str
        One name for each point.

    Examples
    --------
    >>> from skspectra.io import axis_names
    >>> axis_names([10, 10.02, 10.0400000001])
    ['10', '10.02', '10.04']
    """
    return _grid.names_of(x_axis)


@dataclass(frozen=True, eq=False)
class Spectra:
    """Spectra on one axis, with their names, labels, groups and metadata.

    It is what :func:`read_spectra` and :func:`as_spectra` return. Nothing in it is checked, so
    it is cheap to make; use :func:`as_spectra` for arrays of your own.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_points)
        The intensities, one row per spectrum, float64 or float32.
    x_axis : ndarray of shape (n_points,), float64
        The axis, ascending.
    unit : str, default=None
        Unit of the axis: "deg" (2theta), "cm-1", "nm", "ppm", "eV", "angstrom" (d), "1/angstrom"
        (Q) or another; None where nobody said.
    wavelength : float, default=None
        Wavelength of the radiation, in angstrom; None where nobody said.
    names : ndarray of shape (n_samples,), str, default=None
        What the spectra are called: the file, or the file and the line or column in it.
    y : ndarray of shape (n_samples,), str, or (n_samples, n_classes), int, default=None
        The labels; a 0/1 matrix where spectra have several.
    classes : ndarray of shape (n_classes,), str, default=None
        What the columns of a matrix `y` stand for.
    groups : ndarray of shape (n_samples,), str, default=None
        Which spectra belong together.
    metadata : dict of str to ndarray of shape (n_samples,), str, default={}
        All other columns of the tables that were read.
    quantity : str, default=None
        What the intensities are: "counts", "counts per second", "absorbance", "transmittance" or
        another; None where nobody said.
    remarks : tuple of str, default=()
        What was done while reading, in sentences.
    skipped : dict of str to str, default={}
        Names of files and spectra that were left out, with the reason.

    See Also
    --------
    read_spectra : Read files.
    as_spectra : Take arrays or objects of other libraries.

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.io import Spectra
    >>> spectra = Spectra(np.eye(2, 3), np.array([10.0, 10.5, 11.0]), unit="deg")
    >>> len(spectra)
    2
    >>> spectra.to_frame().columns.tolist()
    ['10', '10.5', '11']
    """

    X: np.ndarray
    x_axis: np.ndarray
    unit: str | None = None
    wavelength: float | None = None
    names: np.ndarray | None = None
    y: np.ndarray | None = None
    classes: np.ndarray | None = None
    groups: np.ndarray | None = None
    metadata: dict = field(default_factory=dict)
    quantity: str | None = None
    remarks: tuple = ()
    skipped: dict = field(default_factory=dict)

    def __len__(self):
        return len(self.X)

    def __repr__(self):
        n_points = len(self.x_axis)
        text = f"Spectra: {count(len(self), 'spectra')} of {count(n_points, 'points')}"
        if n_points:
            text += f", {self.x_axis[0]:g} to {self.x_axis[-1]:g}"
        text += f" {self.unit}" if self.unit else ""
        if self.y is not None:
            classes = np.unique(self.y) if self.classes is None else self.classes
            text += f", {count(len(classes), 'classes')}"
        if self.groups is not None:
            text += f", {count(len(np.unique(self.groups)), 'groups')}"
        return text

    def to_frame(self):
        """Return the intensities as a data frame, whose columns are the axis as text.

        Estimators that are fitted on it know the axis and refuse another one.

        Returns
        -------
        frame : pandas.DataFrame of shape (n_samples, n_points)
            The index holds the names of the spectra.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        import pandas as pd

        return pd.DataFrame(self.X, index=self.names, columns=axis_names(self.x_axis))
