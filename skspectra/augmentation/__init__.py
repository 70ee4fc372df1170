"""Random transformations of training spectra."""

from skspectra.augmentation._background import BackgroundAugmenter
from skspectra.augmentation._base import BaseAugmenter, draw
from skspectra.augmentation._broadening import BroadeningAugmenter
from skspectra.augmentation._calibration import CalibrationAugmenter
from skspectra.augmentation._classifier import AugmentedClassifier
from skspectra.augmentation._crystallite_size import CrystalliteSizeAugmenter
from skspectra.augmentation._diffraction_shift import DiffractionShiftAugmenter
from skspectra.augmentation._display import AugmentationDisplay
from skspectra.augmentation._extra_peaks import ExtraPeakAugmenter
from skspectra.augmentation._intensity import IntensityAugmenter
from skspectra.augmentation._noise import NoiseAugmenter
from skspectra.augmentation._peak_shift import PeakShiftAugmenter

__all__ = [
    "AugmentationDisplay",
    "AugmentedClassifier",
    "BackgroundAugmenter",
    "BaseAugmenter",
    "BroadeningAugmenter",
    "CalibrationAugmenter",
    "CrystalliteSizeAugmenter",
    "DiffractionShiftAugmenter",
    "ExtraPeakAugmenter",
    "IntensityAugmenter",
    "NoiseAugmenter",
    "PeakShiftAugmenter",
    "draw",
]
