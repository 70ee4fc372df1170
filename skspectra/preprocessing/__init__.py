"""Deterministic transformations of spectra: resample, clean, normalise, smooth, pool, compress."""

from skspectra.preprocessing._axis_resampler import AxisResampler
from skspectra.preprocessing._band_width import band_width
from skspectra.preprocessing._baseline_corrector import BaselineCorrector
from skspectra.preprocessing._intensity import compress, normalize
from skspectra.preprocessing._intensity_compressor import IntensityCompressor
from skspectra.preprocessing._max_pool import MaxPoolDownsampler
from skspectra.preprocessing._savitzky_golay_filter import SavitzkyGolayFilter
from skspectra.preprocessing._spectrum_normalizer import SpectrumNormalizer
from skspectra.preprocessing._spike_remover import SpikeRemover

__all__ = [
    "AxisResampler",
    "BaselineCorrector",
    "IntensityCompressor",
    "MaxPoolDownsampler",
    "SavitzkyGolayFilter",
    "SpectrumNormalizer",
    "SpikeRemover",
    "band_width",
    "compress",
    "normalize",
]
