"""The scores and times of one model of a comparison, and the family that it belongs to."""

from typing import NamedTuple

import numpy as np

NET_NAMES = {"SpectralCNN", "PooledMLP", "MLPClassifier", "NeuralNetClassifier"}


class ModelResult(NamedTuple):
    """The scores, as fractions, and the times of one model.

    Parameters
    ----------
    model, family : str
        Name of the model, and its family: "baseline", "raw", "pooled" or "net".
    balanced_accuracy, balanced_accuracy_low, balanced_accuracy_high : float
        Balanced accuracy and its own 95 % interval (NaN for a single split, or if a class has
        fewer than five independent spectra or groups).
    accuracy, accuracy_low, accuracy_high : float
        Accuracy, the share of all spectra that were classified correctly, and its interval.
    under_shift : tuple of float
        Balanced accuracy at each of the comparison's ``shifts``, averaged over both directions.
    holdout : float
        Accuracy on the further test set; NaN if there is none.
    converged : bool
        Whether training converged in every split.
    n_candidates : int
        Number of candidates in the search; 1 without a search.
    fit_seconds, search_seconds, predict_seconds : float
        Medians over splits of the time of one fit, of one search and of one prediction of the
        test spectra.
    parameters : tuple of dict
        The parameters that the search chose in each split.
    share_accepted, accuracy_on_accepted : float, default=nan
        Share of the spectra that were given one of the classes, and the accuracy on these alone:
        1 and the accuracy unless a model predicts a label that is not among the classes, which a
        model that rejects spectra does. They are NaN for multilabel spectra.
    f1_micro, f1_macro, f1_samples : float, default=nan
        F1 scores of multilabel spectra, from the predictions of all splits together: over all
        labels, averaged over labels, and averaged over spectra. They are NaN for single labels.
    """

    model: str
    family: str
    balanced_accuracy: float
    balanced_accuracy_low: float
    balanced_accuracy_high: float
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    under_shift: tuple
    holdout: float
    converged: bool
    n_candidates: int
    fit_seconds: float
    search_seconds: float
    predict_seconds: float
    parameters: tuple
    share_accepted: float = np.nan
    accuracy_on_accepted: float = np.nan
    f1_micro: float = np.nan
    f1_macro: float = np.nan
    f1_samples: float = np.nan


def model_family(estimator):
    """Return "baseline", "raw", "pooled" or "net", by the classes of the estimator's parts."""
    parts = [estimator, *estimator.get_params(deep=True).values()]
    names = {type(part).__name__ for part in parts}
    if names & NET_NAMES:
        return "net"
    # A window of one point pools nothing.
    if any(getattr(part, "pool_size", 1) != 1 for part in parts):
        return "pooled"
    return "baseline" if "DummyClassifier" in names else "raw"
