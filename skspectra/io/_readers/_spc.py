"""Galactic SPC, through `spc-io`."""

import numpy as np

from skspectra.io._part import BadFileError, Part
from skspectra.io._units import remark_on_unit

_UNITS = {
    "XWAVEN": ("cm-1", 1),
    "XRAMANS": ("cm-1", 1),
    "XNMETR": ("nm", 1),
    "XUMETR": ("nm", 1000),
    "XPPM": ("ppm", 1),
    "XEV": ("eV", 1),
    "XDEGRS": ("deg", 1),
}
_QUANTITIES = {
    "YABSRB": "absorbance",
    "YTRANS": "transmittance",
    "YCOUNT": "counts",
}


def read(path):
    """Read all spectra of a file, which must have one axis in common."""
    from spc_io import SPC

    with path.open("rb") as file:
        found = SPC.from_bytes_io(file)
    spectra = list(found)
    if not spectra:
        raise BadFileError(f"{path}: no spectrum is in it")
    axis = np.array(spectra[0].xarray, dtype=np.float64)
    if any(not np.array_equal(axis, spectrum.xarray) for spectrum in spectra):
        raise BadFileError(f"{path}: its {len(spectra)} spectra differ in axis; save them apart")
    unit, factor = _UNITS.get(found.xtype, (None, 1))
    X = np.array([spectrum.yarray for spectrum in spectra], dtype=np.float64)
    quantity = _QUANTITIES.get(found.ytype)
    if quantity == "transmittance" and X.max() > 2:
        quantity = "% transmittance"
    rows = [str(i) for i in range(1, len(spectra) + 1)] if len(spectra) > 1 else []
    # Many programs write "arbitrary" where nobody said.
    remarks = [] if unit or found.xtype == "XARB" else [remark_on_unit(found.xtype)]
    return Part(axis * factor, X, unit=unit, quantity=quantity, rows=rows, remarks=remarks)
