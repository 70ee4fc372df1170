"""Files in, model files out: spectra from instruments, and fitted models with their axis."""

from skspectra.io._model_file import ModelFile, load, save
from skspectra.io._trusted import TRUSTED_TYPES

__all__ = ["TRUSTED_TYPES", "ModelFile", "load", "save"]
