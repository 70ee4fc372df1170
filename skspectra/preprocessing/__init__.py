"""Deterministic transformations of spectra: normalise, pool, compress."""

from skspectra.preprocessing._intensity import compress, normalize
from skspectra.preprocessing._max_pool import MaxPoolDownsampler

__all__ = ["MaxPoolDownsampler", "compress", "normalize"]
