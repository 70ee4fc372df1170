"""The nearest spectrum of a library at the best shift."""

from numbers import Integral

import numpy as np
from scipy.fft import next_fast_len
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.utils import column_or_1d
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from skspectra._pickling import VersionMixin
from skspectra._validation import as_indicator

# Largest number of cosines, one per pair of spectra and shift, held at a time.
_BLOCK = 2**22


class ShiftNeighborClassifier(ClassifierMixin, VersionMixin, BaseEstimator):
    """The label of the training spectrum with the largest cosine at the best shift.

    It is the search of a library as diffraction does it: a sample that stands too high moves all
    peaks alike, so each pair of spectra is compared at the shift that suits it best. Subtract the
    baseline first, because the cosine of two backgrounds is close to one.

    Parameters
    ----------
    max_shift : int or "auto", default="auto"
        Largest displacement that is tried in both directions, in points (>= 0). "auto" is 1 % of
        the points.

    Attributes
    ----------
    max_shift_ : int
        Largest displacement in points; it is less than the number of points.
    classes_ : ndarray of shape (n_classes,)
        The labels; for multilabel spectra the numbers of the columns of `y`.
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, if `X` had string column names in ``fit``.

    See Also
    --------
    sklearn.neighbors.KNeighborsClassifier : Neighbours without a shift.

    Notes
    -----
    The cosine is that of the whole spectra; what a shift moves beyond the end is lost. All shifts
    of a pair follow from one product of Fourier transforms, so the time hardly depends on
    `max_shift`, but it grows with the number of pairs of spectra. A spectrum of zeros has the
    cosine zero with all others. Of equal cosines the first training spectrum counts.

    Examples
    --------
    >>> from skspectra.comparison import ShiftNeighborClassifier
    >>> X = [[0, 9, 0, 0, 4, 0, 0, 0], [0, 9, 0, 4, 0, 0, 0, 0]]
    >>> model = ShiftNeighborClassifier(max_shift=2).fit(X, ["a", "b"])
    >>> model.predict([[0, 0, 9, 0, 0, 4, 0, 0]])
    array(['a'], dtype='<U1')
    """

    _parameter_constraints = {
        "max_shift": [Interval(Integral, 0, None, closed="left"), StrOptions({"auto"})],
    }

    def __init__(self, max_shift="auto"):
        self.max_shift = max_shift

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y):
        """Keep the training spectra.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Labels, or a 0/1 matrix for multilabel spectra.

        Returns
        -------
        self : ShiftNeighborClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            If a matrix `y` holds values other than 0 and 1.
        """
        X, y = validate_data(self, X, y, dtype=[np.float64, np.float32], multi_output=True)
        check_classification_targets(y)
        if type_of_target(y) == "multilabel-indicator":
            self._labels = as_indicator(y, "y")
            self.classes_ = np.arange(y.shape[1])
        else:
            y = column_or_1d(y, warn=True)
            self.classes_, self._labels = np.unique(y, return_inverse=True)
        n_points = X.shape[1]
        wanted = max(1, n_points // 100) if self.max_shift == "auto" else int(self.max_shift)
        self.max_shift_ = min(wanted, n_points - 1)
        # Zeros behind the spectra keep a shift from wrapping around.
        self._size = next_fast_len(n_points + self.max_shift_, real=True)
        self._transforms = np.fft.rfft(_unit_rows(X), self._size, axis=1)
        return self

    def predict(self, X):
        """Predict labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_classes)
            Labels of the nearest training spectra.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        transforms = np.fft.rfft(_unit_rows(X), self._size, axis=1)
        nearest = np.array([self._nearest(row) for row in transforms], dtype=int)
        labels = self._labels[nearest]
        return labels if self._labels.ndim == 2 else self.classes_[labels]

    def _nearest(self, row):
        """Return the number of the training spectrum that is most like one spectrum."""
        step, shift = max(1, _BLOCK // self._size), self.max_shift_
        best = []
        for start in range(0, len(self._transforms), step):
            products = row * self._transforms[start : start + step].conj()
            cosines = np.fft.irfft(products, self._size, axis=1)
            ahead, behind = cosines[:, : shift + 1], cosines[:, self._size - shift :]
            best.append(np.maximum(ahead.max(axis=1), behind.max(axis=1, initial=-np.inf)))
        # Rounding must not decide between equal spectra.
        return np.concatenate(best).round(12).argmax()

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def _unit_rows(X):
    """Return the rows divided by their lengths, in double precision; zeros stay zeros."""
    X = X.astype(np.float64)
    height = np.abs(X).max(axis=1, keepdims=True)
    X /= np.where(height > 0, height, 1)
    size = np.sqrt((X**2).sum(axis=1, keepdims=True))
    return X / np.where(size > 0, size, 1)
