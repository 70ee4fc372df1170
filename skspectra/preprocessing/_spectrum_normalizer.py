"""Normalisation as a step of a Pipeline."""

from sklearn.utils._param_validation import StrOptions

from skspectra.preprocessing._base import BaseRowTransformer
from skspectra.preprocessing._intensity import NORMS, normalize_rows


class SpectrumNormalizer(BaseRowTransformer):
    """Spectra scaled one by one, so that the amount of sample does not matter.

    This is :func:`normalize` as a step of a Pipeline. Nothing is learnt from other spectra, so
    nothing can leak from a test set. :class:`PooledSVC` and the networks normalise by themselves.

    Parameters
    ----------
    norm : {"max", "area", "snv", "none"}, default="max"
        "max" divides by the largest absolute intensity. "area" divides by the sum of the absolute
        intensities. "snv" (standard normal variate) subtracts the mean and divides by the
        standard deviation of the spectrum. "none" leaves the intensities as they are.

    Attributes
    ----------
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, if `X` had string column names in ``fit``.

    See Also
    --------
    normalize : The same as a function, with the source of the formulas.
    IntensityCompressor : Compress intensities, so that minor peaks count.

    Notes
    -----
    An all-zero spectrum stays zero, and "snv" makes a constant spectrum zero.

    Examples
    --------
    >>> from skspectra.preprocessing import SpectrumNormalizer
    >>> SpectrumNormalizer().fit_transform([[0, 2, 4], [0, 0, 0]])
    array([[0. , 0.5, 1. ],
           [0. , 0. , 0. ]])
    """

    _parameter_constraints = {"norm": [StrOptions(set(NORMS))]}

    def __init__(self, norm="max"):
        self.norm = norm

    def _apply(self, X):
        return normalize_rows(X, self.norm)
