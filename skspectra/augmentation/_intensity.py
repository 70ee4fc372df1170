"""Random changes of the intensities of peaks."""

from numbers import Real

import numpy as np
from sklearn.utils._param_validation import Interval

from skspectra.augmentation._base import BaseAugmenter
from skspectra.augmentation._blocks import in_blocks, row_generators
from skspectra.augmentation._peaks import detect, draw_per_peak

_SHARE = [Interval(Real, 0, 1, closed="both")]


def _scale_peaks(X, peaks, changes):
    """Scale each peak of `X` above its local baseline by 1 plus its change, in place.

    The baseline is the straight line from one foot of the peak to the other.
    """
    length = peaks.right - peaks.left + 1
    which = np.repeat(np.arange(len(length)), length)
    along = np.arange(len(which)) - (np.cumsum(length) - length)[which]
    row = peaks.row[which]
    first, last = X[peaks.row, peaks.left], X[peaks.row, peaks.right]
    slope = (last - first) / np.maximum(length - 1, 1)
    above = X[row, peaks.left[which] + along] - (first[which] + slope[which] * along)
    X[row, peaks.left[which] + along] += (changes[which] * above).astype(X.dtype)


class IntensityAugmenter(BaseAugmenter):
    """Training spectra whose peaks get independently stronger or weaker.

    The relative intensities of peaks change with the preferred orientation of grains (texture),
    with few large grains, and with polarisation in Raman spectra. An independent random factor
    for each peak stands for all of these. It is not the March-Dollase model, which needs the
    crystal structure.

    Parameters
    ----------
    max_change : float, default=0.3
        Largest relative change of the height of a peak above its local baseline, up or down
        (0 to 1). Values up to 0.5 are used for simulated diffractograms [1]_. 0 leaves peaks as
        they are.
    max_gain : float, default=0.0
        Largest relative change of the whole spectrum, background included, up or down (0 to 1).
        It has no effect on models that normalise each spectrum, as those of this package do.
    prominence : float, default=0.02
        Least rise of a peak above its surroundings, as a share of the height of the spectrum
        (maximum minus minimum). A peak also rises by at least six standard deviations of the
        noise.
    random_state : int, RandomState instance or None, default=None
        An int draws the same variants at every ``fit_transform``. None draws from fresh entropy,
        never from NumPy's global generator.

    Attributes
    ----------
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, if `X` had string column names in ``fit``.

    See Also
    --------
    skspectra.PeakShiftAugmenter : Moves the same peaks, with ``mode="peak"``.

    Notes
    -----
    A peak reaches three half widths to either side of its top, but not beyond the lowest point
    before the next peak. Its baseline is the straight line between these two feet. Background and
    noise between the peaks stay as they are. Changes are uniform between minus and plus their
    maximum. A peak is not found if its top is an end of the axis, or if it is wider than a
    quarter of the axis. Where the values are low counts, a peak rises by at least six counts.

    References
    ----------
    .. [1] Szymanski, N. J., Bartel, C. J., Zeng, Y., Tu, Q., Ceder, G., "Probabilistic deep
       learning approach to automate the interpretation of multi-phase diffraction spectra",
       Chem. Mater. 33, 4204 (2021). :doi:`10.1021/acs.chemmater.1c01071`

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.augmentation import IntensityAugmenter
    >>> points = np.arange(100)
    >>> spectrum = sum(np.exp(-(((points - top) / 4) ** 2)) for top in (30, 70))
    >>> augmenter = IntensityAugmenter(max_change=0.5, random_state=0)
    >>> augmenter.fit_transform([spectrum, spectrum])[:, [30, 70]]
    array([[...], [...]])
    """

    _parameter_constraints = {
        **BaseAugmenter._parameter_constraints,
        "max_change": _SHARE,
        "max_gain": _SHARE,
        "prominence": [Interval(Real, 0, 1, closed="neither")],
    }

    def __init__(self, max_change=0.3, max_gain=0.0, prominence=0.02, random_state=None):
        self.max_change = max_change
        self.max_gain = max_gain
        self.prominence = prominence
        self.random_state = random_state

    def _perturb(self, X, rng):
        def vary(block):
            n_samples, block = len(block), block.copy()
            if self.max_change:
                peaks = detect(block, self.prominence)
                generators = row_generators(rng, n_samples)
                counts = peaks.per_row(n_samples)
                _scale_peaks(block, peaks, draw_per_peak(generators, counts, self.max_change))
            if self.max_gain:
                gain = 1 + rng.uniform(-self.max_gain, self.max_gain, (n_samples, 1))
                block *= gain.astype(X.dtype)
            return block

        return in_blocks(vary, X)
