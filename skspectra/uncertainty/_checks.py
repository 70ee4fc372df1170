"""Checks of what a conformal classifier is given: labels, groups and the label of the unknown."""

from numbers import Integral, Real

import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.utils.metadata_routing import get_routing_for_object
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from skspectra._validation import as_indicator


def requests_groups(estimator):
    """Return whether the estimator, or a part of it, requested `groups` for its ``fit``."""
    try:
        return bool(get_routing_for_object(estimator).consumes("fit", ["groups"]))
    # Some wrappers of scikit-learn pass nothing on.
    except NotImplementedError:
        return False


def learn_labels(y, estimator):
    """Return the labels as an array, the classes, and whether spectra have several labels.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_labels)
        Labels, or a 0/1 matrix.
    estimator : estimator
        The classifier, whose classes count if it is frozen.

    Returns
    -------
    y : ndarray of shape (n_samples,) or (n_samples, n_labels)
        The labels.
    classes : ndarray of shape (n_classes,)
        The different labels, or the numbers of the columns.
    multilabel : bool
        Whether `y` is a matrix.

    Raises
    ------
    ValueError
        If `y` holds neither labels nor a 0/1 matrix, one class only, or labels that a frozen
        estimator does not know.
    """
    check_classification_targets(y)
    kind = type_of_target(y)
    if kind == "multiclass-multioutput":
        raise ValueError("y must be labels or a 0/1 matrix, but has several columns of labels.")
    if kind == "multilabel-indicator":
        return as_indicator(y, "y").astype(int), np.arange(y.shape[1]), True
    y = column_or_1d(y, warn=True)
    classes = np.unique(y)
    if isinstance(estimator, FrozenEstimator):
        classes = estimator.classes_
        new = np.setdiff1d(y, classes)
        if len(new):
            raise ValueError(
                f"y has labels that the frozen estimator does not know: {new[:5].tolist()}."
            )
    elif len(classes) < 2:
        raise ValueError(
            f"y holds one class only ({classes.tolist()}); a classifier needs at least two."
        )
    return y, classes, False


def check_groups(y, groups, estimator):
    """Refuse groups that divide no class, because no model would know the classes left out."""
    if y.ndim == 2 or isinstance(estimator, FrozenEstimator):
        return
    pairs = {(label, group) for label, group in zip(y.tolist(), groups.tolist(), strict=True)}
    if len(pairs) == len(np.unique(y)):
        raise ValueError(
            "each class is in one group only, so no model can be tested on a class that it "
            "knows. Give as groups the sample or the measurement that spectra share, "
            "measure each class in several groups, or leave groups out."
        )


def check_unknown_label(label, classes, multilabel):
    """Refuse a label of the unknown that is one of the classes or is of another kind."""
    if multilabel:
        raise ValueError(
            f"unknown_label={label!r} has no place in a 0/1 matrix; use novelty_p_values for "
            "multilabel spectra."
        )
    text = classes.dtype.kind == "U" or all(isinstance(known, str) for known in classes)
    whole = classes.dtype.kind in "iu"
    if isinstance(label, bool) or not isinstance(
        label, str if text else Integral if whole else Real
    ):
        raise ValueError(
            f"unknown_label={label!r} must be of the kind of the labels, such as "
            f"{classes[0].item() if hasattr(classes[0], 'item') else classes[0]!r}."
        )
    if label in classes.tolist():
        raise ValueError(f"unknown_label={label!r} must not be one of the labels.")
