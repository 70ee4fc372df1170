"""Deterministic transformations of spectra: normalise, pool, compress."""

from skspectra.preprocessing._intensity import compress, normalize
from skspectra.preprocessing._intensity_compressor import IntensityCompressor
from skspectra.preprocessing._max_pool import MaxPoolDownsampler
from skspectra.preprocessing._spectrum_normalizer import SpectrumNormalizer

__all__ = [
    "IntensityCompressor",
    "MaxPoolDownsampler",
    "SpectrumNormalizer",
    "compress",
    "normalize",
]
