"""Neural networks. Importing this loads torch and skorch; nothing else in the package does."""

from skspectra.neural._display import TrainingDisplay
from skspectra.neural._pooled_mlp import PooledMLP
from skspectra.neural._spectral_cnn import SpectralCNN

__all__ = ["PooledMLP", "SpectralCNN", "TrainingDisplay"]
