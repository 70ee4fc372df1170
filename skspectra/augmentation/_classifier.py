"""Any classifier, fitted on the original spectra plus augmented copies."""

import warnings
from numbers import Integral

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, _fit_context, clone
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import get_tags
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    get_routing_for_object,
    process_routing,
)
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from skspectra._pickling import VersionMixin
from skspectra._validation import FLAT, validate_spectra, warn_if_flat
from skspectra.augmentation._base import draw


def _estimator_has(method):
    def check(self):
        getattr(self.estimator_ if hasattr(self, "estimator_") else self.estimator, method)
        return True

    return check


def _refuse_inner_split(estimator, fit_params):
    """Refuse an estimator that would validate on copies of its training spectra."""
    parameters = estimator.get_params()
    for name, value in sorted(parameters.items()):
        owner, _, last = name.rpartition("__")
        siblings = name.removesuffix(last)
        if last == "early_stopping" and value not in (False,):
            # Without a fraction HistGradientBoosting watches its loss on the training spectra.
            if parameters.get(siblings + "validation_fraction", "") is None:
                continue
            if _gets_validation_set(parameters.get(owner, estimator), siblings, fit_params):
                continue
            advice = (
                "set early_stopping=False, give fit an X_val and y_val, or use the network's own "
                "augmenter parameter"
            )
        # Gradient boosting has no `early_stopping`: this number alone turns it on.
        elif (
            last == "n_iter_no_change"
            and value is not None
            and siblings + "early_stopping" not in parameters
        ):
            advice = "set n_iter_no_change=None"
        elif last == "oob_score" and value not in (False,):
            advice = "set oob_score=False: out-of-bag spectra have copies in the bag"
        elif last == "probability" and value is True:
            advice = "put CalibratedClassifierCV around AugmentedClassifier instead"
        # In skorch a split that was made beforehand brings its own data set.
        elif last == "train_split" and value and "valid_ds" not in getattr(value, "keywords", ()):
            advice = "set train_split=None, or give it skorch's predefined_split(...)"
        # A chain of classifiers without `cv` predicts from the true labels: nothing is split.
        elif last == "cv" and not (value is None and siblings + "chain_method" in parameters):
            advice = "put AugmentedClassifier inside the search or the calibration, not around it"
        else:
            continue
        where = f"estimator__{name}" if owner else f"estimator's {name}"
        raise ValueError(
            f"{where}={value!r} would split off validation data after the copies were added, so "
            f"that copies of one spectrum are on both sides; {advice}."
        )


def _gets_validation_set(part, prefix, fit_params):
    """Return whether `part`, whose parameters have this prefix, gets an `X_val`."""
    if fit_params.get(prefix + "X_val") is not None:
        return True
    # With routing on, a Pipeline passes `X_val` to every step that requested it.
    return (
        get_config()["enable_metadata_routing"]
        and fit_params.get("X_val") is not None
        and bool(get_routing_for_object(part).consumes("fit", ["X_val"]))
    )


def _repeat_over_copies(fit_params, n_samples, n_copies):
    """Give each copy the weight and the group of its original; pass the rest as it is."""
    repeated = dict(fit_params)
    for name, values in fit_params.items():
        if name.rpartition("__")[2] not in ("sample_weight", "groups") or np.ndim(values) == 0:
            continue
        if len(values) != n_samples:
            raise ValueError(
                f"{name} has {len(values)} values for {n_samples} spectra; it must have one value "
                "per spectrum."
            )
        repeated[name] = np.concatenate([np.asarray(values)] * (n_copies + 1))
    return repeated


def _as_float(X):
    # A list of dtypes in the validation would convert polars frames from float32 to float64.
    return X if X.dtype in (np.float32, np.float64) else X.astype(np.float64)


class AugmentedClassifier(ClassifierMixin, MetaEstimatorMixin, VersionMixin, BaseEstimator):
    """A classifier fitted on the original spectra plus augmented copies of each.

    Classical models profit from augmentation in this form: the originals plus copies help, but
    one variant *instead of* each original does not. Copies are drawn inside ``fit``, so in
    cross-validation no copy of a test spectrum is ever used for training. The number of training
    spectra, and with it the memory, grows by the factor ``n_copies + 1``.

    Parameters
    ----------
    estimator : estimator
        A classifier, or a Pipeline that ends in one. It is cloned. An estimator that splits off
        validation data by itself (``early_stopping=True``, an inner ``cv``, skorch's
        ``train_split``) is refused, because it would validate on copies of its training spectra.
        Put searches and calibration around AugmentedClassifier instead.
    augmenter : augmenter or Pipeline of augmenters
        Draws the copies, each with new random numbers.
    n_copies : int, default=10
        Variants of each spectrum (>= 0), in addition to the original. 0 fits on the originals
        only.
    random_state : int, RandomState instance or None, default=None
        Seeds every copy; the augmenter's own `random_state` is not used. None draws from fresh
        entropy.

    Attributes
    ----------
    estimator_ : estimator
        The fitted clone of `estimator`.
    classes_ : ndarray of shape (n_classes,)
        The labels, as the estimator lists them.
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, if `X` had string column names in ``fit``.

    See Also
    --------
    PeakShiftAugmenter : Shift peaks, the most common augmentation.

    Notes
    -----
    Where `X` is a data frame of pandas or polars with string column names, the estimator is fitted
    on a data frame with the same columns, so that it knows the axis too. The augmenter is always
    given arrays.

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
    def fit(self, X, y, **fit_params):
        """Fit the estimator on the spectra and their copies.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Labels, or a 0/1 matrix for multilabel spectra.
        **fit_params : dict
            Arguments for the ``fit`` of the estimator. With metadata routing enabled, those that
            the estimator requested are passed on, otherwise all of them. `sample_weight` and
            `groups` must have one value per spectrum and are repeated for the copies, also where
            a Pipeline takes them as ``step__sample_weight``. Anything else, such as `X_val` and
            `y_val`, is passed on as it is. With routing on, the steps of a Pipeline must
            request these names as they are, not by an alias. An estimator that gets an `X_val` may
            stop early, because it validates on these spectra.

        Returns
        -------
        self : AugmentedClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            If the estimator would split off validation data by itself, or if `sample_weight` or
            `groups` does not have one value per spectrum.
        """
        # If anything fails from here on, no old estimator is left beside the new attributes.
        vars(self).pop("estimator_", None)
        if get_config()["enable_metadata_routing"]:
            fit_params = process_routing(self, "fit", **fit_params)["estimator"]["fit"]
        _refuse_inner_split(self.estimator, fit_params)
        frame = X
        X, y = validate_spectra(self, X, y, dtype="numeric", multi_output=True)
        X = _as_float(X)
        check_classification_targets(y)
        n_samples = len(X)
        fit_params = _repeat_over_copies(fit_params, n_samples, self.n_copies)
        rng = np.random.default_rng(self.random_state)
        spectra = np.empty((n_samples * (self.n_copies + 1), X.shape[1]), dtype=X.dtype)
        spectra[:n_samples] = X
        for start in range(n_samples, len(spectra), n_samples):
            spectra[start : start + n_samples] = draw(self.augmenter, X, rng)
        # This turns an array into a frame with the columns of `X` where `X` is a frame.
        library = type(frame).__module__.partition(".")[0]
        named = hasattr(self, "feature_names_in_") and library in ("pandas", "polars")
        self._container = FunctionTransformer(feature_names_out="one-to-one").fit(frame)
        self._container.set_output(transform=library if named else "default")
        warn_if_flat(X)
        with warnings.catch_warnings():
            # The estimator would count the copies, too.
            warnings.filterwarnings("ignore", f".* {FLAT}", UserWarning)
            self.estimator_ = clone(self.estimator).fit(
                self._container.transform(spectra),
                y[np.tile(np.arange(n_samples), self.n_copies + 1)],
                **fit_params,
            )
        return self

    @property
    def classes_(self):
        """The labels, as the estimator lists them."""
        return self.estimator_.classes_

    def _delegate(self, method, X):
        check_is_fitted(self)
        X = _as_float(validate_data(self, X, reset=False))
        return getattr(self.estimator_, method)(self._container.transform(X))

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

    @available_if(_estimator_has("predict_log_proba"))
    def predict_log_proba(self, X):
        """Predict the logarithm of the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra; they are not augmented.

        Returns
        -------
        log_proba : ndarray of shape (n_samples, n_classes)
            The natural logarithms of the estimator's probabilities.
        """
        return self._delegate("predict_log_proba", X)

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

    @available_if(_estimator_has("transform_features"))
    def transform_features(self, X):
        """Compute the features in which the estimator tells spectra apart.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra; they are not augmented.

        Returns
        -------
        features : ndarray of shape (n_samples, n_features)
            The estimator's features.
        """
        return self._delegate("transform_features", X)

    def get_metadata_routing(self):
        """Return which metadata ``fit`` passes on and which ``score`` takes.

        It is used where metadata routing is enabled
        (``sklearn.set_config(enable_metadata_routing=True)``).

        Returns
        -------
        routing : MetadataRouter
            The requests of the estimator's ``fit`` and of this classifier's ``score``.
        """
        return (
            MetadataRouter(owner=self)
            .add_self_request(self)
            .add(
                estimator=self.estimator,
                method_mapping=MethodMapping().add(caller="fit", callee="fit"),
            )
        )

    def __sklearn_is_fitted__(self):
        return hasattr(self, "estimator_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.classifier_tags = inner.classifier_tags
        tags.target_tags = inner.target_tags
        return tags
