"""Substances and amounts in the spectra of mixtures, for any technique."""

from skspectra.mixtures._identify import Identification, identify
from skspectra.mixtures._results import Explanation
from skspectra.mixtures._unmixing import UnmixingClassifier

__all__ = ["Explanation", "Identification", "UnmixingClassifier", "identify"]
