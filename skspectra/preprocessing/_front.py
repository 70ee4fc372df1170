"""The steps before a classifier of pooled spectra: normalise, pool, compress."""

from sklearn.pipeline import Pipeline

from skspectra.preprocessing._intensity_compressor import IntensityCompressor
from skspectra.preprocessing._max_pool import MaxPoolDownsampler
from skspectra.preprocessing._spectrum_normalizer import SpectrumNormalizer


def fit_front(estimator, given, X, stride="auto", floor=1e-3):
    """Return a fitted Pipeline of the three steps for the parameters of an estimator.

    Parameters
    ----------
    estimator : estimator
        A validated estimator with the parameters `pool_size`, `pooling`, `normalize` and
        `compression`.
    given : array-like of shape (n_samples, n_points)
        The spectra as they were passed to the estimator. Their column names become those of the
        Pipeline, so that its features can be named in units of the axis.
    X : ndarray of shape (n_samples, n_points)
        The same spectra after validation.
    stride : int or "auto", default="auto"
        Points from one window to the next.
    floor : float, default=1e-3
        The floor of the law "log".

    Returns
    -------
    front : sklearn.pipeline.Pipeline
        The steps "normalize", "pool" and "compress". They learn only the number of points.
    """
    front = Pipeline(
        [
            ("normalize", SpectrumNormalizer(estimator.normalize)),
            ("pool", MaxPoolDownsampler(estimator.pool_size, stride, estimator.pooling)),
            ("compress", IntensityCompressor(estimator.compression, floor)),
        ]
    ).set_output(transform="default")
    return front.fit(given[:1] if hasattr(estimator, "feature_names_in_") else X[:1])
