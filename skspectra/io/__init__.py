"""Read files of spectra onto one axis, and keep models with all that they need.

:func:`read_spectra` reads text and the files of many instruments; :func:`as_spectra` takes arrays
and the objects of other libraries. Both return :class:`Spectra`::

    read_spectra(paths, *, labels=None, groups=None, target=None, group=None, separators=None,
                 unit=None, wavelength=None, x_axis=None, layout=None, transmittance=None,
                 min_cover=0.8, drop_incomplete=False, skip_unreadable=False)

    Spectra: X, x_axis, unit, wavelength, names, y, classes, groups, metadata, quantity, remarks,
             skipped (name -> reason), to_frame()

Reading needs numpy alone.
"""

from skspectra.io._absorbance import to_absorbance
from skspectra.io._as_spectra import as_spectra
from skspectra.io._model_file import ModelFile, load, save
from skspectra.io._read import read_spectra
from skspectra.io._resample import resample
from skspectra.io._spectra import Spectra, axis_names
from skspectra.io._trusted import trusted_types
from skspectra.io._units import convert_axis, convert_points, to_points

__all__ = [
    "ModelFile",
    "Spectra",
    "as_spectra",
    "axis_names",
    "convert_axis",
    "convert_points",
    "load",
    "read_spectra",
    "resample",
    "save",
    "to_absorbance",
    "to_points",
    "trusted_types",
]
