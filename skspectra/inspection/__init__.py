"""See what a classifier of spectra looks at."""

from skspectra.inspection._occlusion import occlusion_importance

__all__ = ["occlusion_importance"]
