"""Any classifier, trained on the originals plus augmented copies."""

from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, _fit_context, clone
from sklearn.utils import get_tags
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from skspectra.augmentation._base import draw


def _estimator_has(method):
    def check(self):
        getattr(self.estimator_ if hasattr(self, "estimator_") else self.estimator, method)
        return True

    return check


def _refuse_inner_split(estimator):
    """Refuse an estimator that would hold out copies of the spectra that it trains on."""
    parameters = estimator.get_params()
    for name, value in sorted(parameters.items()):
        owner, _, last = name.rpartition("__")
        # Gradient boosting has no `early_stopping`: there this number alone turns it on.
        switch = name.removesuffix("n_iter_no_change") + "early_stopping"
        if last == "early_stopping" and value not in (False,):
            advice = "set early_stopping=False, or use SpectralCNN(augmenter=...)"
        elif last == "n_iter_no_change" and value is not None and switch not in parameters:
            advice = "set n_iter_no_change=None"
        elif last == "oob_score" and value not in (False,):
            advice = "set oob_score=False: what is out of one bag has copies in it"
        elif last == "probability" and value is True:
            advice = "put CalibratedClassifierCV around AugmentedClassifier instead"
        elif last == "cv":
            advice = "put AugmentedClassifier inside the search or the calibration, not around it"
        else:
            continue
        where = f"estimator__{name}" if owner else f"estimator's {name}"
        raise ValueError(
            f"{where}={value!r} would split off validation data after the copies were added, so "
            f"that copies of one spectrum are on both sides; {advice}."
        )


class AugmentedClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """A classifier fitted on the original spectra plus augmented copies of each.

    For classical models this is what makes augmentation pay: one variant *instead of* each
    original does not help, originals plus copies do. Copies are drawn inside ``fit``, so under
    cross-validation none of a test spectrum is ever seen. The number of training spectra, and with
    it the memory, grows by the factor ``n_copies + 1``.

    Parameters
    ----------
    estimator : estimator
        A classifier, or a Pipeline that ends in one. It is cloned. One that splits off validation
        data by itself (``early_stopping=True``, an inner ``cv``) is refused: it would validate on
        copies of its training spectra. Search and calibrate around AugmentedClassifier instead.
    augmenter : augmenter or Pipeline of augmenters
        Draws the copies, anew for each.
    n_copies : int, default=10
        Variants of each spectrum (>= 0) beside the original. 0 fits on the originals only.
    random_state : int, RandomState instance or None, default=None
        Seeds every copy; the augmenter's own `random_state` is not used. None draws from fresh
        entropy.

    Attributes
    ----------
    estimator_ : estimator
        The fitted clone of `estimator`.
    classes_ : ndarray of shape (n_classes,)
        The labels, as the estimator gives them.
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, where `X` had string column names in ``fit``.

    See Also
    --------
    PeakShiftAugmenter : Shifted peaks, the usual augmenter.

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skspectra import AugmentedClassifier, PeakShiftAugmenter
    >>> X = [[0, 0, 9, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 9, 0, 0]]
    >>> model = AugmentedClassifier(KNeighborsClassifier(1), PeakShiftAugmenter(1), random_state=0)
    >>> model.fit(X, ["calcite", "quartz"]).predict([[0, 3, 7, 0, 0, 0, 0, 0]])
    array(['calcite'], dtype='<U7')
    """

    _parameter_constraints = {
        "estimator": [HasMethods(["fit", "predict"])],
        "augmenter": [HasMethods(["fit_transform", "transform"])],
        "n_copies": [Interval(Integral, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(self, estimator, augmenter, n_copies=10, random_state=None):
        self.estimator = estimator
        self.augmenter = augmenter
        self.n_copies = n_copies
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y):
        """Fit the estimator on the spectra and their copies.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Labels, or a 0/1 matrix for several phases at once.

        Returns
        -------
        self : AugmentedClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            If the estimator would split off validation data by itself.
        """
        # Whatever goes wrong from here on, no old estimator is left beside new labels.
        vars(self).pop("estimator_", None)
        _refuse_inner_split(self.estimator)
        X, y = validate_data(self, X, y, dtype=[np.float64, np.float32], multi_output=True)
        check_classification_targets(y)
        rng = np.random.default_rng(self.random_state)
        n_samples = len(X)
        spectra = np.empty((n_samples * (self.n_copies + 1), X.shape[1]), dtype=X.dtype)
        spectra[:n_samples] = X
        for start in range(n_samples, len(spectra), n_samples):
            spectra[start : start + n_samples] = draw(self.augmenter, X, rng)
        self.estimator_ = clone(self.estimator).fit(
            spectra, y[np.tile(np.arange(n_samples), self.n_copies + 1)]
        )
        return self

    @property
    def classes_(self):
        """The labels, as the estimator gives them."""
        return self.estimator_.classes_

    def _delegate(self, method, X):
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        return getattr(self.estimator_, method)(X)

    def predict(self, X):
        """Predict labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra; they are not augmented.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_classes)
            The estimator's prediction.
        """
        return self._delegate("predict", X)

    @available_if(_estimator_has("predict_proba"))
    def predict_proba(self, X):
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra; they are not augmented.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            The estimator's probabilities.
        """
        return self._delegate("predict_proba", X)

    @available_if(_estimator_has("decision_function"))
    def decision_function(self, X):
        """Compute the score of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra; they are not augmented.

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            The estimator's scores.
        """
        return self._delegate("decision_function", X)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "estimator_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.classifier_tags = inner.classifier_tags
        tags.target_tags = inner.target_tags
        return tags
