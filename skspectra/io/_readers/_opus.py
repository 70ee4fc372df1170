"""Bruker OPUS, through `brukeropus`."""

import numpy as np

from skspectra.io._part import BadFileError, Part
from skspectra.io._units import remark_on_unit

# What is taken where a file holds several results, and what it is.
_KINDS = {
    "a": "absorbance",
    "t": "transmittance",
    "ra": None,
    "r": None,
    "atr": None,
    "km": None,
    "logr": None,
    "sm": None,
}


def read(path):
    """Read the result of a measurement: absorbance, or else transmittance, Raman, and so on."""
    from brukeropus import read_opus

    found = read_opus(str(path))
    if not found:
        raise BadFileError(f"{path}: it does not begin like a file of OPUS; it may be damaged")
    kind = next((kind for kind in _KINDS if kind in found.data_keys), None)
    if kind is None:
        there = ", ".join(found.all_data_keys) or "nothing"
        raise BadFileError(f"{path}: it holds no spectrum that is known, but {there}")
    data = getattr(found, kind)
    unit = {"WN": "cm-1", "MI": "nm", "LGW": "cm-1", "RSH": "cm-1"}.get(data.params.dxu)
    x = np.asarray(data.x, dtype=np.float64)
    if data.params.dxu == "MI":
        x = 1000 * x
    elif data.params.dxu == "LGW":
        x = np.exp(x)
    others = [key for key in found.data_keys if key != kind]
    remarks = [f"{kind!r} was read, and not {', '.join(others)}"] if others else []
    if unit is None:
        remarks.append(remark_on_unit(data.params.dxu))
    y = np.asarray(data.y, dtype=np.float64)
    return Part(x, y[None], unit=unit, quantity=_KINDS[kind], remarks=remarks)
