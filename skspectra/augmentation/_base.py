"""The base class of all augmenters, and the function that draws variants from them."""

from abc import ABCMeta, abstractmethod

import numpy as np
from sklearn.base import (
    BaseEstimator,
    OneToOneFeatureMixin,
    TransformerMixin,
    _fit_context,
    clone,
)
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from skspectra._pickling import VersionMixin
from skspectra._validation import validate_spectra


class BaseAugmenter(
    OneToOneFeatureMixin, TransformerMixin, VersionMixin, BaseEstimator, metaclass=ABCMeta
):
    """Base class of augmenters, which change spectra at random in training and not afterwards.

    ``fit_transform`` returns one random variant of each spectrum. ``transform`` returns the
    spectra as they are. A Pipeline calls the former when it is fitted and the latter when it
    predicts, so an augmenter in a Pipeline acts on training spectra only, also in
    cross-validation.

    A subclass adds its parameters, including `random_state`, and the method ``_perturb(X, rng)``.
    This method returns a new array of the same shape and dtype, in which each row is perturbed
    independently of the others. Where parameters can be wrong for a number of points,
    ``_resolve(n_points)`` raises.
    """

    _parameter_constraints = {"random_state": ["random_state"]}

    @abstractmethod
    def _perturb(self, X, rng):
        """Return one variant of each row of the validated `X`, drawn from the Generator `rng`."""

    def _resolve(self, n_points):
        """Return what the parameters mean for spectra of `n_points`; raise if they are invalid."""

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Check the parameters and the spectra; nothing is learnt.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.
        y : None
            Ignored.

        Returns
        -------
        self : BaseAugmenter
            The fitted augmenter.
        """
        X = validate_spectra(self, X)
        self._resolve(X.shape[1])
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    def fit_transform(self, X, y=None):
        """Return one random variant of each spectrum.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra; they are not modified.
        y : None
            Ignored.

        Returns
        -------
        X_variants : ndarray of shape (n_samples, n_points)
            A new array; float32 stays float32, anything else becomes float64.
        """
        X = validate_spectra(self, X)
        # An augmenter that works in place must not change the caller's array.
        X = X.view()
        X.flags.writeable = False
        variants = self._perturb(X, np.random.default_rng(self.random_state))
        return variants.astype(X.dtype, copy=False)

    def transform(self, X):
        """Return the spectra as they are.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.

        Returns
        -------
        X : ndarray of shape (n_samples, n_points)
            The same values; float32 stays float32, anything else becomes float64.
        """
        check_is_fitted(self)
        return validate_spectra(self, X, reset=False)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "n_features_in_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def draw(augmenter, X, rng):
    """Draw one random variant of each spectrum.

    Parameters
    ----------
    augmenter : augmenter or Pipeline of augmenters
        It is cloned, not modified; its own `random_state` is not used.
    X : array-like of shape (n_samples, n_points)
        Spectra; they are not modified.
    rng : numpy.random.Generator, int, RandomState instance or None
        The source of randomness, anything that :func:`numpy.random.default_rng` takes. Every
        nested `random_state` gets a seed from it. An int draws the same variants at every call,
        a Generator draws new ones.

    Returns
    -------
    X_variants : ndarray of shape (n_samples, n_points)
        The variants; float32 stays float32, anything else becomes float64.

    Raises
    ------
    ValueError
        If `augmenter` changes the shape of the spectra.

    See Also
    --------
    AugmentedClassifier : Fit any classifier on the originals plus copies drawn like this.

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.augmentation import PeakShiftAugmenter, draw
    >>> X = np.eye(1, 9, 4)
    >>> rng = np.random.default_rng(0)
    >>> [draw(PeakShiftAugmenter(max_shift=3), X, rng).argmax() for _ in range(5)]
    [...]
    """
    X = check_array(X, dtype=[np.float64, np.float32], input_name="X")
    augmenter = clone(augmenter)
    names = sorted(
        name
        for name in augmenter.get_params()
        if name == "random_state" or name.endswith("__random_state")
    )
    seeds = np.random.default_rng(rng).integers(2**32, size=len(names))
    augmenter.set_params(**{name: int(seed) for name, seed in zip(names, seeds, strict=True)})
    variants = np.asarray(augmenter.fit_transform(X))
    if variants.shape != X.shape:
        raise ValueError(
            f"augmenter={augmenter!r} returned an array of shape {variants.shape} for spectra of "
            f"shape {X.shape}; an augmenter must keep the shape."
        )
    return variants
