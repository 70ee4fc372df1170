"""Compression of intensities as a step of a Pipeline."""

from numbers import Real

from sklearn.utils._param_validation import Interval, StrOptions

from skspectra.preprocessing._base import BaseRowTransformer
from skspectra.preprocessing._intensity import LAWS, compress_rows, warn_if_clipped


class IntensityCompressor(BaseRowTransformer):
    """Compressed intensities, so that minor peaks weigh more relative to the main peak.

    This is :func:`compress` as a step of a Pipeline. Put it after pooling: before pooling it would
    amplify the noise of the baseline point by point.

    Parameters
    ----------
    law : {"adaptive", "sqrt", "log", "none"}, default="adaptive"
        "adaptive" measures intensities from the level of their spectrum. It takes the square root
        far from the level and is proportional near the level. "sqrt" takes the square root, and
        "log" takes ``log1p(X / floor)``; both clip negative intensities at 0. "none" leaves the
        intensities as they are.
    floor : float, default=1e-3
        Intensity (> 0, in the units of `X`) below which "log" is linear. Only "log" uses it.

    Attributes
    ----------
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, if `X` had string column names in ``fit``.

    See Also
    --------
    compress : The same as a function; it explains the laws.
    SpectrumNormalizer : Scale each spectrum on its own.

    Notes
    -----
    "sqrt" and "log" warn in ``transform`` if more than 1 % of the total absolute intensity is
    negative.

    Examples
    --------
    >>> from skspectra.preprocessing import IntensityCompressor
    >>> IntensityCompressor("sqrt").fit_transform([[0, 0.01, 0.04, 1]])
    array([[0. , 0.1, 0.2, 1. ]])
    """

    _parameter_constraints = {
        "law": [StrOptions(set(LAWS))],
        "floor": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(self, law="adaptive", floor=1e-3):
        self.law = law
        self.floor = floor

    def _apply(self, X):
        # The user calls `transform`, which scikit-learn wraps.
        warn_if_clipped(X, self.law, stacklevel=5)
        return compress_rows(X, self.law, self.floor)
