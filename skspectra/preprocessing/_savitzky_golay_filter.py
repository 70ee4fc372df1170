"""Smoothing and derivatives by local polynomials."""

from numbers import Integral

from scipy.signal import savgol_filter
from sklearn.utils._param_validation import Interval

from skspectra.preprocessing._base import BaseRowTransformer


class SavitzkyGolayFilter(BaseRowTransformer):
    """Spectra smoothed or differentiated by a polynomial fitted around each point.

    On smooth spectra, such as infrared spectra, derivatives emphasise shoulders and remove a
    sloping background [1]_. A window that is wider than the peaks flattens them, so choose it no
    wider than a peak is at half of its height.

    Parameters
    ----------
    window_length : int, default=15
        Number of points that each polynomial is fitted to (>= 1, odd). It is clipped to the
        length of the axis.
    polyorder : int, default=2
        Degree of the polynomials (>= 0, less than `window_length`).
    deriv : int, default=0
        Order of the derivative (>= 0, at most `polyorder`), taken per point, not per unit of the
        axis. 0 only smooths.

    Attributes
    ----------
    window_length_ : int
        Points per window: `window_length`, or the largest odd number of points that the axis has.
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, if `X` had string column names in ``fit``.

    See Also
    --------
    scipy.signal.savgol_filter : The function that computes it.
    BaselineCorrector : Subtract a baseline and keep the shape of the peaks.

    Notes
    -----
    The polynomials of the first and of the last whole window are used up to the ends of the axis,
    as with scipy's ``mode="interp"``. Peaks and dips are treated alike, so transmittance can be
    smoothed as it is. Derivatives are negative in places, so do not take the maximum over a
    window or the square root of them.

    If the axis has too few points for the polynomial (``window_length_ <= polyorder``), the
    spectra stay as they are, whatever `deriv` is.

    References
    ----------
    .. [1] Savitzky, A., Golay, M. J. E., "Smoothing and differentiation of data by simplified
       least squares procedures", Anal. Chem. 36, 1627 (1964). :doi:`10.1021/ac60214a047`

    Examples
    --------
    >>> from skspectra.preprocessing import SavitzkyGolayFilter
    >>> slope = SavitzkyGolayFilter(window_length=3, polyorder=1, deriv=1)
    >>> slope.fit_transform([[0, 1, 2, 4, 6]])
    array([[1. , 1. , 1.5, 2. , 2. ]])
    """

    _parameter_constraints = {
        "window_length": [Interval(Integral, 1, None, closed="left")],
        "polyorder": [Interval(Integral, 0, None, closed="left")],
        "deriv": [Interval(Integral, 0, None, closed="left")],
    }

    def __init__(self, window_length=15, polyorder=2, deriv=0):
        self.window_length = window_length
        self.polyorder = polyorder
        self.deriv = deriv

    def _resolve(self, n_points):
        if self.window_length % 2 == 0:
            raise ValueError(
                f"window_length={self.window_length} must be odd, so that a window has a middle "
                "point."
            )
        if self.polyorder >= self.window_length:
            raise ValueError(
                f"polyorder={self.polyorder} must be less than window_length={self.window_length}."
            )
        if self.deriv > self.polyorder:
            raise ValueError(
                f"deriv={self.deriv} must be at most polyorder={self.polyorder}: higher "
                "derivatives of the polynomial are zero."
            )
        self.window_length_ = int(min(self.window_length, n_points - 1 + n_points % 2))

    def _apply(self, X):
        if self.window_length_ <= self.polyorder:
            return X
        return savgol_filter(X, self.window_length_, self.polyorder, self.deriv, mode="interp")
