"""How right a classifier is about each spectrum, in numbers that are fair to all classes."""

import numpy as np
from sklearn.utils.multiclass import type_of_target

from skspectra._validation import as_indicator

# What may be lost, and the method that tells it.
METHODS = {
    "predict_proba": "predict_proba",
    "predict_log_proba": "predict_proba",
    "decision_function": "decision_function",
    "predict": "predict",
}


def choose_method(estimator, response_method, mode):
    """Return `response_method`, "auto" resolved, or raise a ValueError or AttributeError."""
    if response_method == "auto":
        # Evidence adds up in logarithms; a single peak may hardly move a probability near 0.
        skipped = "predict_proba" if mode == "keep" else "predict_log_proba"
        names = [name for name in METHODS if name != skipped]
    elif response_method in METHODS:
        names = [response_method]
    else:
        raise ValueError(
            f"response_method={response_method!r} is not known; use one of 'auto', "
            f"{', '.join(map(repr, METHODS))}."
        )
    for name in names:
        if hasattr(estimator, METHODS[name]):
            return name
    raise AttributeError(
        f"{type(estimator).__name__} has no {METHODS[names[0]]}, which "
        f"response_method={response_method!r} needs."
    )


class Target:
    """True labels, and what a response to their spectra is worth.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_labels)
        The true labels.
    classes : array-like
        ``classes_`` of the classifier.

    Attributes
    ----------
    multilabel : bool
        Whether `y` is a 0/1 matrix.
    classes : ndarray of shape (n_classes,)
        The labels; for multilabel spectra the numbers of the columns.
    members : ndarray of shape (n_classes, n_samples), dtype bool
        Which spectra have a label.
    """

    def __init__(self, y, classes):
        self._known = classes
        y = y.toarray() if hasattr(y, "toarray") else np.asarray(y)
        self.multilabel = y.ndim == 2 and type_of_target(y) == "multilabel-indicator"
        if self.multilabel:
            self.classes = np.arange(y.shape[1])
            if len(classes) != y.shape[1]:
                raise ValueError(
                    f"y has {y.shape[1]} columns, but the classifier knows {len(classes)} labels."
                )
            self._y = as_indicator(y, "y").astype(bool)
            self.members = self._y.T
        else:
            if y.ndim != 1:
                raise ValueError(
                    f"y has shape {y.shape}; it must hold one label for each spectrum, or be a "
                    "0/1 matrix for multilabel spectra."
                )
            self.classes = np.asarray(classes)
            if self.classes.ndim != 1:
                raise ValueError("The classifier is multilabel, but y is no 0/1 matrix.")
            self._y = y
            self.members = y == self.classes[:, None]
            unknown = ~self.members.any(axis=0)
            if unknown.any():
                raise ValueError(
                    "y has labels that the classifier does not know: "
                    f"{np.unique(y[unknown])[:5].tolist()}."
                )
        self._weights = self._balance()
        self._floor = None

    def _balance(self):
        """Return the weight of each spectrum in the mean of its class.

        For multilabel spectra half of the weight of a label is that of the spectra that have it,
        and half that of those that do not.
        """
        n_with = self.members.sum(axis=1, keepdims=True)
        weights = self.members / np.maximum(n_with, 1)
        if self.multilabel:
            n_without = self.members.shape[1] - n_with
            weights = (weights + ~self.members / np.maximum(n_without, 1)) / 2
            weights *= (n_with > 0) & (n_without > 0)
        self.present = weights.any(axis=1)
        if not self.present.any():
            raise ValueError(
                "y has no label that some spectra have and others have not; such spectra are "
                "needed."
            )
        return weights

    def values(self, response, rows, method):
        """Return how right the response to each spectrum is: one column, or one per label.

        Over all classes that a spectrum could have, these values add up to the same number,
        whatever the response is. So a response that has nothing to do with the class neither gains
        nor loses on average, where every class has the same weight.
        """
        if isinstance(response, list):
            # Scikit-learn's trees and neighbours return one array per label.
            pairs = zip(response, self._known, strict=True)
            response = np.column_stack([one[:, known == 1].sum(axis=1) for one, known in pairs])
        if self.multilabel and np.shape(response) != (len(rows), len(self.classes)):
            raise ValueError(
                f"y is multilabel, but {method} returned shape {np.shape(response)}; the "
                f"classifier must know {len(self.classes)} labels."
            )
        if method == "predict":
            response = response.toarray() if hasattr(response, "toarray") else response
            right = np.asarray(response) == self._y[rows]
            return right.reshape(len(rows), -1).astype(float)
        response = np.asarray(response, dtype=float)
        if self.multilabel:
            rest = -response if method == "decision_function" else 1 - response
            own = np.where(self._y[rows], response, rest)
            if method == "predict_log_proba":
                own, rest = self._log(np.stack([own, 1 - own]))
                own = own - rest
            return own
        if response.ndim == 1:
            # The difference of the two is the signed distance from the boundary.
            response = np.column_stack([-response / 2, response / 2])
        n_classes = len(self.classes)
        if response.shape[1] != n_classes:
            raise ValueError(
                f"{method} returned {response.shape[1]} columns for {n_classes} classes; an SVC "
                "needs decision_function_shape='ovr'."
            )
        if method == "predict_log_proba":
            response = self._log(response)
        own = np.where(self.members.T[rows], response, 0).sum(axis=1)
        if method != "predict_proba":
            own = (n_classes * own - response.sum(axis=1)) / (n_classes - 1)
        return own[:, None]

    def _log(self, probabilities):
        """Return logarithms, where half the smallest probability of the first call stands for 0.

        Trees and neighbours give whole multiples of a small probability, and none below it.
        """
        if self._floor is None:
            self._floor = probabilities[probabilities > 0].min() / 2
        return np.log(np.maximum(probabilities, self._floor))

    def per_class(self, values):
        """Return the mean of each class, NaN where the spectra do not show it."""
        values = values.T if self.multilabel else values[:, 0]
        means = (self._weights * values).sum(axis=1)
        return np.where(self.present, means, np.nan)

    def shares(self, values):
        """Return what each spectrum adds to the mean over the classes."""
        values = values.T if self.multilabel else values[:, 0]
        return (self._weights * values).sum(axis=0) / self.present.sum()

    def class_means(self, X):
        """Return the mean of the spectra that have each label, NaN where there are none."""
        n_with = self.members.sum(axis=1, keepdims=True)
        means = self.members.astype(X.dtype) @ X / np.maximum(n_with, 1).astype(X.dtype)
        means[n_with[:, 0] == 0] = np.nan
        return means
