"""Diffractograms in .xrdml, .rasx, .brml and .raw (version 4), through `fairmat-readers-xrd`."""

import numpy as np

from skspectra.io._part import BadFileError
from skspectra.io._scans import Scan, join_scans


def read(path):
    """Read the one scan of a file."""
    from fairmat_readers_xrd import readers

    read_as = {
        ".xrdml": readers.read_panalytical_xrdml,
        ".rasx": readers.read_rigaku_rasx,
        ".brml": readers.read_bruker_brml,
        ".raw": readers.read_bruker_raw,
    }[path.suffix.lower()]
    found = read_as(str(path))
    if found is None or found.get("2Theta") is None or found.get("intensity") is None:
        raise BadFileError(
            f"{path}: no scan over 2theta is in it (of .raw files, version 4 is read); export it "
            "as text with two columns"
        )
    angles, values = (np.atleast_1d(_plain(found[key])) for key in ("2Theta", "intensity"))
    if values.ndim > 1:
        raise BadFileError(f"{path}: it holds a map of {len(values)} scans; export them apart")
    source = found.get("metadata", {}).get("source") or {}
    wavelength = source.get("kAlpha1")
    if wavelength is not None and not isinstance(wavelength, list):
        wavelength = float(_plain(wavelength, "angstrom"))
    times = found.get("countTime")
    seconds = None
    if times is not None:
        seconds = np.atleast_1d(_plain(times, "second"))
        seconds = seconds if len(seconds) == len(values) else float(seconds[0])
    return join_scans(path, [Scan(angles, values, seconds)], wavelength=wavelength or None)


def _plain(quantity, unit=None):
    """Return the number or array of a quantity with a unit."""
    if unit is not None and hasattr(quantity, "to"):
        quantity = quantity.to(unit)
    return np.asarray(getattr(quantity, "magnitude", quantity), dtype=np.float64)
