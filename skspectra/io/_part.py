"""What one file holds, before it is brought onto a common axis."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Part:
    """The spectra of one file, which share an axis.

    A reader fills in what its file tells; `columns` holds metadata as text, one value per
    spectrum. `rows` are names of the spectra within the file, empty where there is only one.
    """

    x_axis: np.ndarray
    X: np.ndarray
    unit: str | None = None
    wavelength: float | None = None
    quantity: str | None = None
    rows: list = field(default_factory=list)
    columns: dict = field(default_factory=dict)
    remarks: list = field(default_factory=list)
    skipped: dict = field(default_factory=dict)


class BadFileError(ValueError):
    """A file is not what it should be; the message is one line that begins with its name."""


def list_names(names, n_shown=10):
    """Return the first few names as text.

    Parameters
    ----------
    names : sequence of str
        The names; an empty name is shown as "(unnamed)".
    n_shown : int, default=10
        Largest number of names to show.

    Returns
    -------
    text : str
        For instance "a, b and 3 more".
    """
    text = ", ".join(str(name) or "(unnamed)" for name in names[:n_shown])
    return text + (f" and {len(names) - n_shown} more" if len(names) > n_shown else "")
