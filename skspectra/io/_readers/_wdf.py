"""Renishaw .wdf, through `renishawWiRE`."""

import numpy as np

from skspectra.io._part import BadFileError, Part
from skspectra.io._units import remark_on_unit

_UNITS = {
    "RamanShift": ("cm-1", 1),
    "Wavenumber": ("cm-1", 1),
    "Nanometre": ("nm", 1),
    "Micron": ("nm", 1000),
    "ElectronVolt": ("eV", 1),
}


def read(path):
    """Read the spectra of a measurement; those of a map are rows in the order of the file."""
    from renishawWiRE import WDFReader

    # The reader opens the file when it is made, and would leave it open if that fails.
    found = WDFReader.__new__(WDFReader)
    try:
        found.__init__(str(path))
        spectra = getattr(found, "spectra", None)
        axis = getattr(found, "xdata", None)
        if spectra is None or axis is None:
            raise BadFileError(f"{path}: no spectrum is in it; the file may be cut off")
        X = np.asarray(spectra, dtype=np.float64).reshape(-1, len(axis))
        stated = found.xlist_unit.name
        unit, factor = _UNITS.get(stated, (None, 1))
    finally:
        if hasattr(found, "file_obj"):
            found.close()
    rows = [str(i) for i in range(1, len(X) + 1)] if len(X) > 1 else []
    x_axis = np.asarray(axis, dtype=np.float64) * factor
    remarks = [] if unit else [remark_on_unit(stated)]
    return Part(x_axis, X, unit=unit, rows=rows, remarks=remarks)
