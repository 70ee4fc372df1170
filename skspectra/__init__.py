"""Classify one-dimensional spectra with scikit-learn.

The public names are imported on first use, so that ``import skspectra`` loads neither torch nor
skorch.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOMES = {
    "AugmentedClassifier": "augmentation",
    "MaxPoolDownsampler": "preprocessing",
    "PeakShiftAugmenter": "augmentation",
    "PooledMLP": "neural",
    "PooledSVC": "svm",
    "SpectralCNN": "neural",
}
_ROOMS = [
    *("augmentation", "comparison", "datasets", "diffraction", "inspection", "io"),
    *("mixtures", "neural", "preprocessing", "svm", "uncertainty"),
]

__all__ = [*_HOMES, *_ROOMS]


def __getattr__(name):
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *__all__])
