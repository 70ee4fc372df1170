"""Compare models of spectra fairly, and say what the data can decide."""

from skspectra.comparison._advice import Recommendation
from skspectra.comparison._audit import Finding
from skspectra.comparison._best_of import best_name, best_of
from skspectra.comparison._challenge import compare_challenge
from skspectra.comparison._compare import compare
from skspectra.comparison._display import ComparisonDisplay
from skspectra.comparison._model_result import ModelResult
from skspectra.comparison._models import default_models, default_pairs
from skspectra.comparison._pls_classifier import PLSClassifier
from skspectra.comparison._result import Comparison
from skspectra.comparison._run import shift_spectra
from skspectra.comparison._shift_neighbor import ShiftNeighborClassifier
from skspectra.comparison._verdict import PairResult

__all__ = [
    "Comparison",
    "ComparisonDisplay",
    "Finding",
    "ModelResult",
    "PLSClassifier",
    "PairResult",
    "Recommendation",
    "ShiftNeighborClassifier",
    "best_name",
    "best_of",
    "compare",
    "compare_challenge",
    "default_models",
    "default_pairs",
    "shift_spectra",
]
