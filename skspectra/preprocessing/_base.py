"""The base class of deterministic transformers that treat each spectrum on its own."""

from abc import ABCMeta, abstractmethod

from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin, _fit_context
from sklearn.utils.validation import check_is_fitted

from skspectra._pickling import VersionMixin
from skspectra._validation import validate_spectra


class BaseRowTransformer(
    OneToOneFeatureMixin, TransformerMixin, VersionMixin, BaseEstimator, metaclass=ABCMeta
):
    """A transformer that keeps the number of points and learns nothing from other spectra.

    A subclass adds its parameters and ``_apply(X)``, which returns the transformed rows of a
    validated float array without writing to it. Where the meaning of the parameters depends on
    the number of points, ``_resolve(n_points)`` sets fitted attributes, or raises if they have
    none.
    """

    @abstractmethod
    def _apply(self, X):
        """Return an array of the shape and dtype of the validated `X`, which is not modified."""

    def _resolve(self, n_points):
        """Settle what the parameters mean for spectra of `n_points`; raise if they are invalid."""

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Check the parameters and the spectra; no spectrum is kept.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra; only their number of points is used.
        y : None
            Ignored.

        Returns
        -------
        self : BaseRowTransformer
            The fitted transformer.
        """
        X = validate_spectra(self, X)
        self._resolve(X.shape[1])
        return self

    def transform(self, X):
        """Transform each spectrum on its own.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra; they are not modified.

        Returns
        -------
        X_transformed : ndarray of shape (n_samples, n_points)
            The transformed spectra; float32 stays float32, anything else becomes float64.
        """
        check_is_fitted(self)
        X = validate_spectra(self, X, reset=False)
        return self._apply(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
