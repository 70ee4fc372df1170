"""Support vector machines on pooled spectra."""

from skspectra.svm._pooled_svc import PooledSVC

__all__ = ["PooledSVC"]
