"""Random transformations of training spectra."""

from skspectra.augmentation._base import BaseAugmenter, draw
from skspectra.augmentation._classifier import AugmentedClassifier
from skspectra.augmentation._peak_shift import PeakShiftAugmenter

__all__ = ["AugmentedClassifier", "BaseAugmenter", "PeakShiftAugmenter", "draw"]
