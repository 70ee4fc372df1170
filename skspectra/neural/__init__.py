"""Neural networks. Only this sub-package imports torch and skorch."""

try:
    import skorch  # noqa: F401
    import torch  # noqa: F401
except (ImportError, OSError) as error:
    # A torch whose libraries are missing raises OSError.
    raise ImportError(
        "The networks need torch and skorch, but at least one of them cannot be imported "
        f"({error}). Install both: pip install torch skorch"
    ) from error

from skspectra.neural._display import TrainingDisplay
from skspectra.neural._pooled_mlp import PooledMLP
from skspectra.neural._spectral_cnn import SpectralCNN

__all__ = ["PooledMLP", "SpectralCNN", "TrainingDisplay"]
