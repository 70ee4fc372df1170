"""A support vector machine on pooled spectra."""

from numbers import Real

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted

from skspectra._pickling import VersionMixin
from skspectra._validation import as_indicator, validate_spectra, warn_if_flat
from skspectra.preprocessing import MaxPoolDownsampler
from skspectra.preprocessing._front import apply_front, fit_front
from skspectra.preprocessing._intensity import LAWS, NORMS
from skspectra.svm import _votes


class PooledSVC(ClassifierMixin, VersionMixin, BaseEstimator):
    """Support vector machine on normalised, max-pooled, compressed spectra.

    An SVM on raw spectra fails where narrow peaks move. Networks for such spectra owe their
    accuracy to pooling [1]_, and pooling makes an SVM accurate too, within seconds. On smooth
    spectra, such as infrared spectra, a linear model on derivatives is better. This class is a
    scikit-learn Pipeline with flat parameters. Use it inside :class:`AugmentedClassifier` if there
    are few spectra to learn the shifts from.

    Parameters
    ----------
    pool_size : int or "auto", default="auto"
        Points per window. "auto" is 4 % of the points.
    stride : int or "auto", default="auto"
        Points from one window to the next. "auto" is a quarter of a window.
    pooling : {"max", "mean", "decimate"}, default="max"
        The value that is kept of a window; see :class:`MaxPoolDownsampler`.
    normalize : {"max", "area", "snv", "none"}, default="max"
        How each spectrum is scaled first; see :func:`skspectra.preprocessing.normalize`.
    compression : {"adaptive", "sqrt", "log", "none"}, default="adaptive"
        How pooled intensities are compressed, so that minor peaks count; see
        :func:`skspectra.preprocessing.compress`.
    floor : float or "auto", default="auto"
        Intensity, in normalised units, below which "log" is linear. "auto" is 1 % of the median
        height of the training spectra, or three standard deviations of their noise if that is
        more.
    C : float, default=100.0
        Regularisation of the SVM (> 0). A smaller value regularises more.
    kernel : {"rbf", "linear", "poly", "sigmoid"}, default="rbf"
        Kernel of the SVM.
    gamma : {"scale", "auto"} or float, default="scale"
        Coefficient of the kernel; see :class:`sklearn.svm.SVC`.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes in the SVM's penalty. A dict has no meaning for multilabel spectra.

    Attributes
    ----------
    pipeline_ : sklearn.pipeline.Pipeline
        The fitted Pipeline that normalises, pools, compresses, centres and ends in the SVM. For
        multilabel spectra the SVM is one :class:`sklearn.svm.SVC` per label in a
        :class:`sklearn.multiclass.OneVsRestClassifier`. ``pipeline_[:-1].get_feature_names_out()``
        says which points of the axis a feature came from.
    classes_ : ndarray of shape (n_classes,)
        The labels; for multilabel spectra the numbers of the columns of `y`.
    floor_ : float or None
        The floor of "log"; None with any other `compression`.
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, if `X` had string column names in ``fit``.

    See Also
    --------
    AugmentedClassifier : Add shifted copies of the training spectra.
    sklearn.calibration.CalibratedClassifierCV : Add ``predict_proba``.

    Notes
    -----
    The square root makes minor peaks count: its slope is larger for smaller peaks, and it makes
    the counting noise of all intensities equally large [2]_. But it would amplify noise and
    changes of the background most of all. So the default measures intensities from the level of
    their spectrum, and takes the square root only far from this level.

    Features are centred. This leaves their distances unchanged, but ``gamma="scale"`` becomes the
    inverse of how much spectra differ, and no longer depends on what all spectra have in common.
    Without centring an SVM hardly learns from smooth spectra. Features are not divided by their
    standard deviations, because this would amplify windows that hold only noise.

    The time to fit grows with the square of the number of classes, because each pair of classes
    is a small problem. ``predict`` compares only a few pairs: nearly always one class beats all
    others, and then the time grows only with the number of support vectors. ``decision_function``
    needs all pairs. If a decision is zero to within rounding, as between equal spectra with two
    labels, the predicted label may differ from that of ``pipeline_``.

    There is no ``sample_weight``. A weight of two equals a repeated spectrum only to within the
    tolerance of :class:`sklearn.svm.SVC`. Scikit-learn's checks of this equivalence need a
    tolerance so small that fits to augmented copies would take several times as long. Use
    `class_weight` for classes of unequal size.

    References
    ----------
    .. [1] Schuetzke, J., Szymanski, N. J., Reischl, M., "Validating neural networks for
       spectroscopic classification on a universal synthetic dataset", npj Comput. Mater. 9, 100
       (2023). :doi:`10.1038/s41524-023-01055-y`
    .. [2] Bartlett, M. S., "The square root transformation in analysis of variance", Suppl. J. R.
       Stat. Soc. 3, 68 (1936). :doi:`10.2307/2983678`

    Examples
    --------
    >>> from skspectra import PooledSVC
    >>> X = [[0, 0, 9, 0, 1, 0], [0, 9, 0, 1, 0, 0], [0, 0, 1, 0, 9, 0], [0, 1, 0, 0, 0, 9]]
    >>> model = PooledSVC(pool_size=3, stride=1).fit(X, ["a", "a", "b", "b"])
    >>> model.predict([[0, 1, 8, 0, 1, 0]])
    array(['a'], dtype='<U1')
    """

    _parameter_constraints = {
        "pool_size": MaxPoolDownsampler._parameter_constraints["pool_size"],
        "stride": MaxPoolDownsampler._parameter_constraints["stride"],
        "pooling": MaxPoolDownsampler._parameter_constraints["pooling"],
        "normalize": [StrOptions(set(NORMS))],
        "compression": [StrOptions(set(LAWS))],
        "floor": [Interval(Real, 0, None, closed="neither"), StrOptions({"auto"})],
        "C": SVC._parameter_constraints["C"],
        "kernel": [StrOptions({"rbf", "linear", "poly", "sigmoid"})],
        "gamma": SVC._parameter_constraints["gamma"],
        "class_weight": SVC._parameter_constraints["class_weight"],
    }

    def __init__(
        self,
        pool_size="auto",
        stride="auto",
        pooling="max",
        normalize="max",
        compression="adaptive",
        floor="auto",
        C=100.0,
        kernel="rbf",
        gamma="scale",
        class_weight=None,
    ):
        self.pool_size = pool_size
        self.stride = stride
        self.pooling = pooling
        self.normalize = normalize
        self.compression = compression
        self.floor = floor
        self.C = C
        self.kernel = kernel
        self.gamma = gamma
        self.class_weight = class_weight

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y):
        """Fit the Pipeline.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Labels, or a 0/1 matrix for multilabel spectra.

        Returns
        -------
        self : PooledSVC
            The fitted classifier.

        Raises
        ------
        ValueError
            If there is only one class, if a matrix `y` holds values other than 0 and 1, or if
            `class_weight` is a dict and `y` is multilabel.
        """
        # If anything fails from here on, no old Pipeline is left beside the new attributes.
        vars(self).pop("pipeline_", None)
        given = X
        X, y = validate_spectra(self, X, y, multi_output=True)
        check_classification_targets(y)
        multilabel = type_of_target(y) == "multilabel-indicator"
        if multilabel:
            y = as_indicator(y, "y")
            if isinstance(self.class_weight, dict):
                raise ValueError(
                    f"class_weight={self.class_weight!r} has no meaning for multilabel spectra; "
                    "use 'balanced' or None."
                )
        warn_if_flat(X)
        front = fit_front(self, given, X, self.stride, self.floor)
        self.floor_ = front["compress"].floor if self.compression == "log" else None
        center = StandardScaler(with_std=False).set_output(transform="default")
        pooled = center.fit_transform(apply_front(front, X)).astype(np.float64, copy=False)
        variance = pooled.var()
        scale = {"scale": 1 / (pooled.shape[1] * variance) if variance else 1.0}
        scale["auto"] = 1 / pooled.shape[1]
        svc = SVC(
            C=self.C,
            kernel=self.kernel,
            gamma=scale.get(self.gamma, self.gamma),
            class_weight=self.class_weight,
            # Without probabilities nothing is random, but None would use NumPy's global generator.
            random_state=0,
        )
        if multilabel:
            svc = OneVsRestClassifier(svc)
        svc.fit(pooled, y)
        self.pipeline_ = Pipeline([*front.steps, ("center", center), ("svc", svc)])
        self.classes_ = self.pipeline_.classes_
        return self

    def _features(self, X, stop):
        check_is_fitted(self)
        X = validate_spectra(self, X, reset=False)
        warn_if_flat(X)
        return apply_front(self.pipeline_[:stop], X)

    def transform_features(self, X):
        """Compute the features in which spectra are told apart: normalised, pooled, compressed.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.

        Returns
        -------
        features : ndarray of shape (n_samples, n_windows)
            One column per window; float32 stays float32.
            ``pipeline_[:-1].get_feature_names_out()`` names the columns.
        """
        return self._features(X, -2)

    def predict(self, X):
        """Predict labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_classes)
            Labels, or a 0/1 matrix if `y` was multilabel in ``fit``.
        """
        features = self._features(X, -1).astype(np.float64, copy=False)
        svc = self.pipeline_[-1]
        if isinstance(svc, OneVsRestClassifier):
            y = svc.predict(features)
            return y.toarray() if issparse(y) else y
        return _votes.predict(svc, features)

    def decision_function(self, X):
        """Compute the score of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            One column per class; a larger score means a likelier class. For two classes the score
            is the signed distance from the boundary, positive for ``classes_[1]``.
        """
        features = self._features(X, -1).astype(np.float64, copy=False)
        svc = self.pipeline_[-1]
        if isinstance(svc, OneVsRestClassifier):
            return svc.decision_function(features)
        return _votes.decision_function(svc, features)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "pipeline_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
