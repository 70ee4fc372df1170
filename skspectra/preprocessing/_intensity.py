"""Functions that normalise spectra and compress their intensities."""

import warnings

import numpy as np
from sklearn.utils import check_array

from skspectra._options import NORMS

LAWS = ("adaptive", "sqrt", "log", "none")
# The laws that have no value for negative intensities.
CLIPPING = ("sqrt", "log")

# "adaptive" is linear well within this many scatters of the level and a square root well beyond.
SCATTERS = 20
# Spectra with fewer intensities than this are too short to find their level.
FEW = 10

# Negative intensities below this share of the total are noise around a zero baseline, so they
# cause no warning.
NEGATIVE_SHARE = 0.01


def _as_spectra(X):
    return check_array(X, dtype=[np.float64, np.float32], input_name="X")


def _check_option(name, value, allowed):
    if value not in allowed:
        raise ValueError(
            f"{name}={value!r} is not known; use one of {', '.join(map(repr, allowed))}."
        )


def normalize(X, norm="max"):
    """Scale each spectrum on its own, so that the amount of sample does not matter.

    The fixed order is: (spikes, baseline) - (augment) - normalise - (smooth) - pool - compress.
    Nothing is learnt from other spectra, so normalising cannot leak from a test set.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_points)
        Intensities, one spectrum per row.
    norm : {"max", "area", "snv", "none"}, default="max"
        "max" divides by the largest absolute intensity. "area" divides by the sum of the absolute
        intensities. "snv" (standard normal variate [1]_) subtracts the mean and divides by the
        standard deviation of the spectrum. "none" returns the intensities as they are.

    Returns
    -------
    X_normalized : ndarray of shape (n_samples, n_points)
        A new array ("none" returns `X` itself if it is a float array already); float32 stays
        float32, anything else becomes float64. An all-zero spectrum stays zero, and "snv" makes
        a constant spectrum zero.

    Raises
    ------
    ValueError
        If `norm` is not one of the four, or `X` is not a finite 2-D array.

    See Also
    --------
    SpectrumNormalizer : The same as a step of a Pipeline.
    compress : Compress intensities, so that minor peaks count.

    References
    ----------
    .. [1] Barnes, R. J., Dhanoa, M. S., Lister, S. J., "Standard normal variate transformation
       and de-trending of near-infrared diffuse reflectance spectra", Appl. Spectrosc. 43, 772
       (1989). :doi:`10.1366/0003702894202201`

    Examples
    --------
    >>> from skspectra.preprocessing import normalize
    >>> normalize([[0, 2, 4], [0, 0, 0]])
    array([[0. , 0.5, 1. ],
           [0. , 0. , 0. ]])
    """
    _check_option("norm", norm, NORMS)
    return normalize_rows(_as_spectra(X), norm)


def normalize_rows(X, norm, in_place=False):
    """Normalise a validated float array, into a new array or `in_place`."""
    if norm == "none":
        return X
    scale = _no_zeros(_largest(X))
    # Once the largest value is 1, no sum can overflow or underflow.
    X = np.divide(X, scale, out=X if in_place else None)
    if norm == "area":
        X /= _no_zeros(np.abs(X).sum(axis=1, keepdims=True))
    elif norm == "snv":
        # Subtracting the first value first makes a constant spectrum exactly zero.
        X -= X[:, :1].copy()
        X -= X.mean(axis=1, keepdims=True)
        X /= _no_zeros(X.std(axis=1, keepdims=True))
    return X


def _largest(X):
    """Return the largest absolute value of each row, as a column."""
    return np.maximum(X.max(axis=1), -X.min(axis=1))[:, None]


def _no_zeros(scale):
    return np.where(scale == 0, scale.dtype.type(1), scale)


def compress(X, law="adaptive", floor=1e-3):
    """Compress intensities, so that minor peaks weigh more relative to the main peak.

    Often a peak of a few per cent of the largest one is all that distinguishes two phases, and a
    distance between spectra hardly depends on it. Compress after pooling, so that the noise of the
    baseline is not amplified point by point.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_points)
        Intensities, usually normalised and pooled.
    law : {"adaptive", "sqrt", "log", "none"}, default="adaptive"
        "adaptive" measures intensities from the level of their spectrum. The level is the first
        octile of the intensities [1]_: one intensity in eight is smaller. The scatter ``s`` is
        the level minus the smallest intensity. An intensity that differs from the level by ``d``
        becomes ``d / sqrt(|d| + 20 s)``. On a spectrum that is zero between its peaks this is the
        square root. Within the noise, and on smooth spectra, it is proportional to ``d``. A
        constant background drops out, and dips stay dips. Up to seven eighths of the intensities
        may belong to peaks. Spectra of fewer than ten intensities are returned as they are.
        "sqrt" takes the square root, and "log" takes ``log1p(X / floor)``. Both clip negative
        values at 0. A warning is given if the negative values hold more than 1 % of the total
        absolute intensity. "none" returns `X` as it is.
    floor : float, default=1e-3
        Intensity (> 0, in the units of `X`) below which "log" is linear. Anything far below it
        vanishes, so set it to the level of the noise or of the smallest peak that matters.
        Only "log" uses it.

    Returns
    -------
    X_compressed : ndarray of shape (n_samples, n_points)
        Compressed intensities; float32 stays float32, anything else becomes float64.

    Raises
    ------
    ValueError
        If `law` is not one of the four, `floor` is not a positive number, or `X` is not a
        finite 2-D array.

    See Also
    --------
    IntensityCompressor : The same as a step of a Pipeline.
    normalize : Scale each spectrum on its own.

    References
    ----------
    .. [1] Tukey, J. W., "Exploratory Data Analysis", Addison-Wesley (1977), chapter 2, where the
       octiles are called eighths.

    Examples
    --------
    >>> from skspectra.preprocessing import compress
    >>> compress([[0, 0, 0, 0.035, 0, 0, 0, 0, 1, 0]]).round(3)
    array([[0.   , 0.   , 0.   , 0.187, 0.   , 0.   , 0.   , 0.   , 1.   ,
            0.   ]])
    """
    _check_option("law", law, LAWS)
    if not 0 < floor < np.inf:
        raise ValueError(f"floor={floor!r} must be a positive number.")
    X = _as_spectra(X)
    warn_if_clipped(X, law, stacklevel=3)
    return compress_rows(X, law, floor)


def warn_if_clipped(X, law, stacklevel):
    """Warn where the law clips more than a small share of the absolute intensity."""
    negative = _negative_share(X) if law in CLIPPING else 0
    if negative > NEGATIVE_SHARE:
        warnings.warn(
            f"{negative:.0%} of the absolute intensity is negative and is clipped at 0 by the "
            f"law {law!r}; correct the baseline first, or use 'adaptive', which does not clip.",
            stacklevel=stacklevel,
        )


def compress_rows(X, law, floor):
    """Compress a validated float array into a new one ("none" returns `X` itself)."""
    if law == "none":
        return X
    if law == "adaptive":
        return _compress_adaptively(X)
    clipped = np.maximum(X, 0)
    return np.sqrt(clipped) if law == "sqrt" else _log(clipped, float(floor))


def _negative_share(X):
    """Return the share of the absolute intensity of all spectra that is negative."""
    # Once the largest value is 1, no sum can overflow.
    X = X / _no_zeros(_largest(X).max())
    negative = np.maximum(-X, 0).sum(dtype=np.float64)
    return negative / (np.abs(X).sum(dtype=np.float64) or 1)


def _log(X, floor):
    limits = np.finfo(X.dtype)
    # Beyond the limits of the dtype the floor would become 0 or infinite.
    floor = X.dtype.type(min(max(floor, float(limits.tiny)), float(limits.max)))
    with np.errstate(over="ignore"):
        X_in_floors = X / floor
    huge = np.isinf(X_in_floors)
    result = np.log1p(X_in_floors)
    result[huge] = np.log(X[huge]) - np.log(floor)
    return result


def level_rank(n_points):
    """Return the index of the first octile among the sorted intensities."""
    return (n_points - 1) // 8


def _compress_adaptively(X):
    if X.shape[1] < FEW:
        return X
    # Differences of huge values would overflow, so these are divided by a power of four, whose
    # root scales the result. The factor 1 leaves ordinary spectra the same bit for bit.
    huge = _largest(X) > np.finfo(X.dtype).max / 64
    if huge.any():
        root = np.where(huge, X.dtype.type(16), X.dtype.type(1))
        return root * _compress_adaptively(X / root**2)
    rank = level_rank(X.shape[1])
    level = np.partition(X, rank, axis=1)[:, rank, None]
    above = X - level
    scatter = level - X.min(axis=1, keepdims=True)
    return above / np.sqrt(_no_zeros(np.abs(above) + SCATTERS * scatter))
