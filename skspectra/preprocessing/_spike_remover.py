"""Removal of the spikes of cosmic rays."""

from numbers import Real

import numpy as np
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted

from skspectra._validation import validate_spectra
from skspectra.preprocessing._base import BaseRowTransformer
from skspectra.preprocessing._intensity import FEW
from skspectra.preprocessing._spikes import bridge, narrow_spikes, spikes_among_replicates

# Values processed at a time, so that they stay in the processor's cache and need little memory.
_BLOCK = 2**19


class SpikeRemover(BaseRowTransformer):
    """Spectra without the spikes that cosmic rays leave in Raman spectra.

    A spike may be the largest value of a spectrum. Normalising then divides everything else by
    it, and the maximum of a window is the spike. No estimator of this package removes spikes by
    itself. Never use this class for diffraction, where a reflection may be as narrow as a spike.

    Parameters
    ----------
    threshold : float, default=10.0
        How far a spike stands above the points beside it, as a modified z-score of first
        differences [1]_ (> 0). A spike of two points must stand four times as far above them. A
        larger threshold finds fewer spikes.

    Attributes
    ----------
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, if `X` had string column names in ``fit``.

    See Also
    --------
    SavitzkyGolayFilter : Smooth spectra; remove spikes first, because smoothing widens them.
    skspectra.augmentation.ExtraPeakAugmenter : Train on spectra with spikes instead.

    Notes
    -----
    A spike is one or two points wide and stands above both neighbours by more than `threshold`.
    It must also be far higher than the steps beside it. These steps are at most 20 % of the height
    of the spike, or 5 % if the spike is two points wide, less an allowance for noise. A sampled
    Gaussian peak whose standard deviation is 0.6 points or more has a larger step. Each spike is
    replaced by a straight line between its neighbours. All other points stay the same bit for bit.

    The scatter of the differences is that of Iglewicz and Hoaglin, ``MAD / 0.6745``. If more than
    half of the differences are alike, it is ``1.2533`` times the mean absolute deviation, without
    the largest twentieth.

    A spike of two points must be several times as high as a spike of one point before it is found.
    Counting noise with so few counts that most points are zero looks like spikes everywhere.

    At the first and last two points only spikes of one point are found. Spectra of fewer than ten
    points stay as they are.

    Replicates (`groups`) reveal more. In a group of three or more spectra each spectrum is
    compared with the median of the group, which is first brought to the scale of the spectrum. A
    spike stands above the median by more than `threshold` scatters, and above 1.5 times the height
    that the median has within two points. So a peak that all replicates have at the same place
    stays, however sharp it is, and wide spikes are removed too. Each spike is replaced by the
    median.

    References
    ----------
    .. [1] Whitaker, D. A., Hayes, K., "A simple algorithm for despiking Raman spectra",
       Chemom. Intell. Lab. Syst. 179, 82 (2018). :doi:`10.1016/j.chemolab.2018.06.009`

    Examples
    --------
    >>> from skspectra.preprocessing import SpikeRemover
    >>> X = [[0.1, 0, 0.1, 0.2, 0.1, 40, 0, 0.1, 0.2, 0, 1, 2, 3, 2, 1, 0]]
    >>> SpikeRemover().fit_transform(X)
    array([[0.1 , 0.  , 0.1 , 0.2 , 0.1 , 0.05, 0.  , 0.1 , 0.2 , 0.  , 1.  ,
            2.  , 3.  , 2.  , 1.  , 0.  ]])
    """

    _parameter_constraints = {"threshold": [Interval(Real, 0, None, closed="neither")]}

    def __init__(self, threshold=10.0):
        self.threshold = threshold

    def _apply(self, X):
        if X.shape[1] < FEW:
            return X
        result = np.empty_like(X)
        n_rows = max(1, _BLOCK // X.shape[1])
        for start in range(0, len(X), n_rows):
            block = X[start : start + n_rows]
            result[start : start + n_rows] = bridge(block, narrow_spikes(block, self.threshold))
        return result

    def transform(self, X, groups=None):
        """Remove spikes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra; they are not modified.
        groups : array-like of shape (n_samples,), default=None
            The sample that each spectrum is a replicate of. Without groups, and in groups of
            fewer than three spectra, each spectrum is treated on its own.

        Returns
        -------
        X_transformed : ndarray of shape (n_samples, n_points)
            Spectra without spikes; float32 stays float32, anything else becomes float64.

        Raises
        ------
        ValueError
            If `groups` does not hold one value for each spectrum, or if values are missing.
        """
        check_is_fitted(self)
        X = validate_spectra(self, X, reset=False)
        if groups is None:
            return self._apply(X)
        groups = column_or_1d(groups)
        check_consistent_length(X, groups)
        # NaN differs from itself, and a missing value of pandas is no truth value.
        if any(group is None or (group == group) is not True for group in groups.tolist()):
            raise ValueError(
                "groups has missing values; give each spectrum of an unknown sample its own group."
            )
        if X.shape[1] < FEW:
            return X
        _, members, sizes = np.unique(groups, return_inverse=True, return_counts=True)
        result, alone = X.copy(), sizes[members] < 3
        result[alone] = self._apply(X[alone])
        for group in np.flatnonzero(sizes >= 3):
            rows = np.flatnonzero(members == group)
            spikes, expected = spikes_among_replicates(X[rows], self.threshold)
            result[rows] = np.where(spikes, expected, X[rows])
        return result

    def fit_transform(self, X, y=None, groups=None):
        """Check the parameters and the spectra, and remove spikes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra; they are not modified.
        y : None
            Ignored.
        groups : array-like of shape (n_samples,), default=None
            The sample that each spectrum is a replicate of; see :meth:`transform`.

        Returns
        -------
        X_transformed : ndarray of shape (n_samples, n_points)
            Spectra without spikes; float32 stays float32, anything else becomes float64.
        """
        return self.fit(X, y).transform(X, groups=groups)
