"""JCAMP-DX, through `jcamp`."""

import re

import numpy as np

from skspectra.io._part import BadFileError, Part
from skspectra.io._units import remark_on_unit

_UNITS = [
    (r"1/CM|CM-1|CM\^-1|RAMAN SHIFT|WAVENUMBER", "cm-1", 1),
    (r"NANOMET|^NM", "nm", 1),
    (r"MICROMET|^UM", "nm", 1000),
    (r"PPM", "ppm", 1),
    (r"DEGREES?|2.?THETA", "deg", 1),
]
_QUANTITIES = [
    (r"%\s*T|PERCENT\s*T|TRANS\w*\s*\(?%", "% transmittance"),
    (r"TRANSMI", "transmittance"),
    (r"ABSORB", "absorbance"),
    (r"COUNTS", "counts"),
]


def read(path):
    """Read all spectra of a file, which must have one axis in common."""
    import jcamp

    found = jcamp.readfile(str(path))
    blocks = found.get("children") or [found]
    parts = [_read_block(path, block) for block in blocks if len(block.get("x", ()))]
    if not parts:
        raise BadFileError(
            f"{path}: no spectrum is in it that jcamp can read (such as NTUPLES); export it as "
            "XYDATA"
        )
    first = parts[0]
    for part in parts[1:]:
        if not np.array_equal(part.x_axis, first.x_axis) or part.quantity != first.quantity:
            raise BadFileError(f"{path}: its {len(parts)} blocks differ in axis; save them apart")
    first.X = np.concatenate([part.X for part in parts])
    first.rows = [f"block {i}" for i in range(1, len(parts) + 1)] if len(parts) > 1 else []
    return first


def _read_block(path, block):
    if "peak table" in block:
        raise BadFileError(f"{path}: it holds a list of peaks, and no spectrum")
    x, y = np.asarray(block["x"]), np.asarray(block["y"])
    if len(x) != len(y):
        raise BadFileError(
            f"{path}: NPOINTS is {len(x)}, but {len(y)} intensities are there; the file may be "
            "cut off"
        )
    xunits, yunits = (str(block.get(key, "")).upper() for key in ("xunits", "yunits"))
    unit, factor = None, 1
    if xunits.strip() == "HZ":
        frequency = block.get(".observe frequency")
        if not isinstance(frequency, int | float) or not frequency:
            raise BadFileError(f"{path}: the axis is in Hz, and .OBSERVE FREQUENCY is missing")
        unit, factor = "ppm", 1 / frequency
    for pattern, name, scale in _UNITS:
        if re.search(pattern, xunits):
            unit, factor = name, scale
            break
    quantity = next((name for rule, name in _QUANTITIES if re.search(rule, yunits)), None)
    remarks = [remark_on_unit(xunits)] if unit is None and xunits.strip() else []
    if quantity == "transmittance" and y.max() > 2:
        quantity = "% transmittance"
        remarks.append("transmittance above 2 was taken for percent")
    return Part(x * factor, y[None], unit=unit, quantity=quantity, remarks=remarks)
