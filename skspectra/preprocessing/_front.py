"""The steps before a classifier of pooled spectra: normalise, pool, compress."""

import numpy as np
from sklearn.pipeline import Pipeline

from skspectra.preprocessing._intensity import normalize
from skspectra.preprocessing._intensity_compressor import IntensityCompressor
from skspectra.preprocessing._max_pool import MaxPoolDownsampler, column_axis
from skspectra.preprocessing._spectrum_normalizer import SpectrumNormalizer

# Values transformed at a time, so that a memory-mapped X stays on disk.
_BLOCK = 2**22


def fit_front(estimator, given, X, stride="auto", floor="auto"):
    """Return a fitted Pipeline of the three steps for the parameters of an estimator.

    Parameters
    ----------
    estimator : estimator
        Validated, with the parameters `pool_size`, `pooling`, `normalize` and `compression`.
    given : array-like of shape (n_samples, n_points)
        The spectra as the user passed them. Their column names become those of the Pipeline, so
        that its features are named in units of the axis.
    X : ndarray of shape (n_samples, n_points)
        The same spectra validated.
    stride : int or "auto", default="auto"
        Points from one window to the next.
    floor : float or "auto", default="auto"
        The floor of the law "log"; other laws have none.

    Returns
    -------
    front : sklearn.pipeline.Pipeline
        Steps "normalize", "pool" and "compress". It learns the number and the names of the points,
        and an "auto" floor.
    """
    law = {"law": estimator.compression}
    if estimator.compression == "log":
        law["floor"] = choose_floor(X, estimator.normalize) if floor == "auto" else floor
    front = Pipeline(
        [
            ("normalize", SpectrumNormalizer(estimator.normalize)),
            ("pool", MaxPoolDownsampler(estimator.pool_size, stride, estimator.pooling)),
            ("compress", IntensityCompressor(**law)),
        ]
    ).set_output(transform="default")
    first = X[:1]
    if hasattr(estimator, "feature_names_in_"):
        # Older versions of pandas take the rows `[:1]` by label where the index holds numbers.
        first = given.iloc[:1] if hasattr(given, "iloc") else given[:1]
    front.fit(first)
    # Arrays pass from step to step, so the pool does not see the names.
    front["pool"]._axis = column_axis(first)
    return front


def apply_front(steps, X):
    """Apply a fitted Pipeline that begins with "normalize" to validated spectra, in blocks.

    Column names are not checked again, and a memory-mapped `X` stays on disk.

    Parameters
    ----------
    steps : sklearn.pipeline.Pipeline
        From :func:`fit_front`, with or without further transformers.
    X : ndarray of shape (n_samples, n_points)
        Spectra.

    Returns
    -------
    features : ndarray of shape (n_samples, n_features)
        What the last step returns.
    """
    n_rows = max(1, _BLOCK // X.shape[1])
    blocks = [
        steps[1:].transform(normalize(X[i : i + n_rows], steps[0].norm))
        for i in range(0, len(X), n_rows)
    ]
    return np.concatenate(blocks)


def choose_floor(X, norm):
    """Return the floor of "log" for validated spectra that are scaled by `norm`.

    It is 1 % of the median height of the spectra, or three standard deviations of their noise
    where that is more.
    """
    # A thousand spectra show the noise as well as all of them.
    sample = normalize(X[:: -(-len(X) // 1000)], norm)
    small_peak = 1e-2 * float(np.median(sample.max(axis=1)))
    return max(small_peak, 3 * _noise(sample)) or 1e-2


def _noise(X):
    """Return the standard deviation of the noise of a typical spectrum, by second differences."""
    if X.shape[1] < 3:
        return 0.0
    curvature = X[:, 1:-1] - (X[:, :-2] + X[:, 2:]) / 2
    return float(np.median(np.abs(curvature))) / 0.6745 / np.sqrt(1.5)
