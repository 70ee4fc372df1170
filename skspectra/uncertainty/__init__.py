"""How sure a classifier is, and which spectra are unlike anything it was trained on."""

from skspectra.uncertainty._conformal_classifier import ConformalClassifier

__all__ = ["ConformalClassifier"]
