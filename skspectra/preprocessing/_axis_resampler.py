"""Spectra on another axis, as a step of a Pipeline."""

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin, _fit_context
from sklearn.utils.validation import check_is_fitted

from skspectra import _grid
from skspectra._pickling import VersionMixin
from skspectra._validation import validate_spectra
from skspectra.preprocessing._max_pool import column_axis


class AxisResampler(OneToOneFeatureMixin, TransformerMixin, VersionMixin, BaseEstimator):
    """Spectra on another grid of points, for models that need a coarser or an even one.

    Every spectrum must be on the grid of ``fit``, as scikit-learn asks of all steps: another
    number of points, or other column names of a data frame, is an error. To bring files that are
    on different grids onto one grid, use :func:`skspectra.io.read_spectra` or
    :func:`skspectra.io.resample` before the model.

    Parameters
    ----------
    new_axis : array-like of shape (n_new_points,)
        The axis of the result, ascending. It must lie within the axis of the spectra, which may be
        shorter by half a step at either end.
    x_axis : array-like of shape (n_points,), default=None
        The axis of the spectra, ascending. None takes the column names of a data frame where all
        of them are numbers, or else counts the points from 0.

    Attributes
    ----------
    x_axis_ : ndarray of shape (n_points,), float64
        The axis of the spectra in ``fit``.
    new_axis_ : ndarray of shape (n_new_points,), float64
        The axis of the result.
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, if `X` had string column names in ``fit``.

    See Also
    --------
    io.resample : The same for a `Spectra` with any grid.
    MaxPoolDownsampler : Fewer points without losing the height of peaks.

    Notes
    -----
    Where the new step is finer, values are interpolated linearly. Where it is coarser, a value is
    the mean over the bin of the point. If the two grids are equal within 1 % of a step, the
    spectra stay as they are.

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.preprocessing import AxisResampler
    >>> X = np.array([[0.0, 4, 0, 0, 0]])
    >>> AxisResampler([1, 3]).fit_transform(X)
    array([[2., 0.]])
    """

    _parameter_constraints = {"new_axis": ["array-like"], "x_axis": ["array-like", None]}

    def __init__(self, new_axis, x_axis=None):
        self.new_axis = new_axis
        self.x_axis = x_axis

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Check the axes; no spectrum is kept.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra; only their number of points and their column names are used.
        y : None
            Ignored.

        Returns
        -------
        self : AxisResampler
            The fitted transformer.

        Raises
        ------
        ValueError
            If an axis does not ascend, does not fit the spectra, or if `new_axis` reaches beyond
            the axis of the spectra.
        """
        given = X
        X = validate_spectra(self, X, ensure_min_features=2)
        x_axis = self._find_axis(given, X.shape[1])
        new_axis = _grid.check_axis(self.new_axis, name="new_axis")
        if not _grid.covers(x_axis, new_axis):
            raise ValueError(
                f"new_axis reaches from {new_axis[0]:g} to {new_axis[-1]:g}, but the spectra "
                f"cover only {x_axis[0]:g} to {x_axis[-1]:g}."
            )
        self.x_axis_ = x_axis
        self.new_axis_ = new_axis
        return self

    def _find_axis(self, given, n_points):
        axis = column_axis(given)
        if self.x_axis is None:
            # Names that are no numbers say nothing of the axis.
            even = np.arange(n_points, dtype=np.float64)
            return even if axis is None else _grid.check_axis(axis, name="the axis of the columns")
        return _grid.check_axis(self.x_axis, n_points)

    def transform(self, X):
        """Return the spectra on the new axis.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra on the grid of ``fit``; they are not modified.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_new_points)
            The spectra; float32 stays float32, anything else becomes float64.
        """
        check_is_fitted(self)
        X = validate_spectra(self, X, reset=False)
        return _grid.to_grid(X, self.x_axis_, self.new_axis_)[0]

    def get_feature_names_out(self, input_features=None):
        """Return the points of the new axis as text.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Names of the points; they are only checked against those seen in ``fit``.

        Returns
        -------
        names : ndarray of shape (n_new_points,), str
            The names that :func:`skspectra.io.axis_names` gives the axis.
        """
        check_is_fitted(self)
        super().get_feature_names_out(input_features)
        return np.array(_grid.names_of(self.new_axis_), dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
