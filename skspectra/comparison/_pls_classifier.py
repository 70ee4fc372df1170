"""Partial least squares as a classifier."""

import warnings
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.cross_decomposition import PLSRegression
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import column_or_1d
from sklearn.utils._param_validation import Interval
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from skspectra._pickling import VersionMixin
from skspectra._validation import as_indicator


class PLSClassifier(ClassifierMixin, VersionMixin, BaseEstimator):
    """Partial least squares regression on class membership (PLS-DA).

    It is the usual classifier of chemometrics: a regression of one 0/1 column per class on a few
    latent variables, and the class with the largest prediction wins [1]_. Put the standard normal
    variate and a Savitzky-Golay derivative in front, and choose the number of components by
    cross-validation with groups, because too many of them fit the replicates.

    Parameters
    ----------
    n_components : int, default=10
        Number of latent variables (>= 1). More than the spectra can have, one less than their
        number or the number of points, are never used.
    scale : bool, default=True
        Whether each point is divided by its standard deviation.

    Attributes
    ----------
    pls_ : sklearn.cross_decomposition.PLSRegression
        The fitted regression.
    n_components_ : int
        Latent variables used.
    classes_ : ndarray of shape (n_classes,)
        The labels; for multilabel spectra the numbers of the columns of `y`.
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, if `X` had string column names in ``fit``.

    See Also
    --------
    sklearn.cross_decomposition.PLSRegression : The regression.

    Notes
    -----
    Classes of unequal size shift the border towards the smaller class, as in any regression on
    class membership.

    References
    ----------
    .. [1] Barker, M., Rayens, W., "Partial least squares for discrimination", J. Chemometrics 17,
       166 (2003). :doi:`10.1002/cem.785`

    Examples
    --------
    >>> from skspectra.comparison import PLSClassifier
    >>> X = [[0, 1, 5], [0, 2, 6], [5, 1, 0], [6, 1, 0]]
    >>> model = PLSClassifier(n_components=1).fit(X, ["a", "a", "b", "b"])
    >>> model.predict([[0, 1, 4]])
    array(['a'], dtype='<U1')
    """

    _parameter_constraints = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "scale": ["boolean"],
    }

    def __init__(self, n_components=10, scale=True):
        self.n_components = n_components
        self.scale = scale

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y):
        """Fit the regression.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Labels, or a 0/1 matrix for multilabel spectra.

        Returns
        -------
        self : PLSClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            If there is only one class, or if a matrix `y` holds values other than 0 and 1.
        """
        X, y = validate_data(
            self, X, y, dtype=[np.float64, np.float32], multi_output=True, ensure_min_samples=2
        )
        check_classification_targets(y)
        if type_of_target(y) == "multilabel-indicator":
            self._binarizer = None
            target = as_indicator(y, "y").astype(np.float64)
            self.classes_ = np.arange(target.shape[1])
        else:
            self._binarizer = LabelBinarizer()
            y = column_or_1d(y, warn=True)
            target = self._binarizer.fit_transform(y).astype(np.float64)
            self.classes_ = self._binarizer.classes_
            if len(self.classes_) < 2:
                raise ValueError(
                    f"PLSClassifier needs at least two classes, but y has only one class: "
                    f"{self.classes_[0]!r}"
                )
        self.n_components_ = int(min(self.n_components, len(X) - 1, X.shape[1]))
        self.pls_ = PLSRegression(self.n_components_, scale=self.scale)
        with warnings.catch_warnings():
            # Where the spectra have a lower rank, the components that remain are zero.
            warnings.filterwarnings("ignore", message="[yY] residual is constant")
            self.pls_.fit(X, target)
        return self

    def decision_function(self, X):
        """Return the predicted membership of each class, less one half.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            One column per class; for two classes that of ``classes_[1]`` alone, which is positive
            where this class is predicted.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        scores = self.pls_.predict(X).reshape(len(X), -1) - 0.5
        binary = self._binarizer is not None and len(self.classes_) == 2
        return scores[:, 0] if binary else scores

    def predict(self, X):
        """Predict labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_classes)
            The class with the largest predicted membership; for multilabel spectra a 0/1 matrix
            of the memberships above one half.
        """
        scores = self.decision_function(X)
        if self._binarizer is None:
            return (scores > 0).astype(int)
        if scores.ndim == 1:
            return self.classes_[(scores > 0).astype(int)]
        return self.classes_[scores.argmax(axis=1)]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
