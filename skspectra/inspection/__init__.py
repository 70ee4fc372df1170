"""See what a classifier of spectra looks at."""

from skspectra.inspection._nearest_reference_display import NearestReferenceDisplay
from skspectra.inspection._occlusion import occlusion_importance
from skspectra.inspection._occlusion_display import OcclusionDisplay

__all__ = ["NearestReferenceDisplay", "OcclusionDisplay", "occlusion_importance"]
