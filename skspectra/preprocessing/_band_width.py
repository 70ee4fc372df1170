"""The width of the bands of spectra, found from the spectra."""

import numpy as np
from sklearn.utils import check_array

from skspectra._grid import check_axis, mean_step

# Full width at half height per lag at which the slopes of a Gaussian become uncorrelated. For a
# Lorentzian it would be 1.73.
_GAUSSIAN = 2 * np.sqrt(np.log(2))
# White noise correlates differences of neighbouring points at lags 0 and 1, but not beyond.
_FIRST_LAG = 2
# A few hundred spectra show the width as well as all of them.
_ENOUGH = 500
_NARROWEST = 3.0
_ROUNDING = 1e-10


def band_width(X, x_axis=None):
    """Return the typical full width at half height of the bands of spectra.

    The width sets the scale of filters: a Savitzky-Golay window much wider than a band flattens
    it, and a much narrower one keeps the noise. No label is used.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_points)
        Spectra, on points that are evenly spaced.
    x_axis : array-like of shape (n_points,), default=None
        The ascending axis. None counts points.

    Returns
    -------
    width : float
        Full width at half height, in units of the axis, or in points without one. It is at least
        three points, because narrower bands cannot be told from noise.

    Raises
    ------
    ValueError
        If there are fewer than eight points, or if `x_axis` has another number of points than `X`
        or does not ascend.

    See Also
    --------
    SavitzkyGolayFilter : Smooth or differentiate with a window of about this width.

    Notes
    -----
    The slopes of one band are alike on one flank and opposite on the other. So the autocorrelation
    of the differences of neighbouring points falls through zero at a lag that is proportional to
    the width: ``width / 1.665`` for a Gaussian. A constant or sloping baseline does not matter,
    white noise only touches lags 0 and 1, which are not used, and the autocorrelations of all
    spectra are averaged. Sharp bands have the steepest slopes, so they count for more than broad
    ones. If there are more than 500 spectra, only every second or third one is used, and so on.

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.preprocessing import band_width
    >>> x_axis = np.linspace(400, 1800, 701)
    >>> X = [np.exp(-4 * np.log(2) * ((x_axis - 1001) / 30) ** 2)]
    >>> round(band_width(X, x_axis))
    30
    """
    X = check_array(X, dtype=[np.float64, np.float32], ensure_min_features=8)
    step = 1.0 if x_axis is None else mean_step(check_axis(x_axis, X.shape[1]))
    X = X[:: -(-len(X) // _ENOUGH)].astype(np.float64)
    height = np.abs(X).max(axis=1, keepdims=True)
    slopes = np.diff(X / np.where(height > 0, height, 1), axis=1)
    slopes -= slopes.mean(axis=1, keepdims=True)
    size = np.sqrt((slopes**2).sum(axis=1, keepdims=True))
    # Slopes that are rounding errors show no band.
    slopes /= np.where(size > _ROUNDING, size, np.inf)
    n_lags = slopes.shape[1]
    spectrum = np.fft.rfft(slopes, 2 * n_lags, axis=1)
    correlation = np.fft.irfft((np.abs(spectrum) ** 2).mean(axis=0))[:n_lags]
    lag = _FIRST_LAG + int(np.argmax(correlation[_FIRST_LAG:] <= _ROUNDING))
    if lag == _FIRST_LAG:
        return _NARROWEST * step
    before, after = correlation[lag - 1 : lag + 1]
    return float(_GAUSSIAN * (lag - 1 + before / (before - after))) * step
