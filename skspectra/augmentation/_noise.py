"""Noisier spectra."""

from numbers import Real

import numpy as np
from sklearn.utils._param_validation import Interval, Options

from skspectra.augmentation._base import BaseAugmenter
from skspectra.augmentation._blocks import heights, in_blocks, row_generators

# From this mean on Poisson numbers may be drawn by way of normal ones: corrected for the skewness
# (Cornish and Fisher, Rev. Inst. Int. Stat. 5, 307 (1938), doi 10.2307/1400905) and rounded, these
# have the same mean and variance, none is below 0, and the distributions differ by less than 0.1 %
# (total variation).
_MANY = 30


def _normal(rng, shape):
    """Draw standard normal numbers in single precision, by the method of Box and Muller.

    That takes half the time of the generator's own method, which works number by number.
    """
    half = -(-shape[0] * shape[1] // 2)
    # Not the raw output of the bit generator: MT19937's is no more than 32 bits wide.
    words = rng.integers(2**64, size=half, dtype=np.uint64).view(np.uint32)
    raw = words.astype(np.float32).reshape(2, half)
    # From 0 to 1; the logarithm of 0 must not be taken.
    raw[0] += np.float32(0.5)
    raw *= np.float32(2**-32)
    radius = np.sqrt(-2 * np.log(raw[0]))
    angle = raw[1]
    angle *= np.float32(2 * np.pi)
    drawn = np.stack([np.cos(angle), np.sin(angle)])
    drawn *= radius
    return drawn.ravel()[: shape[0] * shape[1]].reshape(shape)


def _draw_counts(X, rng, counts_at_max):
    """Draw each value of `X`, in place, as a number of counts; negative values are kept."""
    top = X.max(axis=1, keepdims=True)
    top[top <= 0] = 1
    expected = np.maximum(X, 0) / top * X.dtype.type(counts_at_max)
    few = expected < _MANY
    # Where most values are few counts, the detour by way of normal numbers does not pay.
    detour = few.mean(axis=1) < 0.5
    common, *own = row_generators(rng, 1 + len(X))
    if detour.any():
        normal = _normal(common, X.shape)
        counts = np.sqrt(np.maximum(expected - 5 / 36, 0)) * normal
        counts += (normal * normal - 1) / 6
        counts += expected
        np.rint(counts, out=counts)
    else:
        counts = np.empty_like(expected)
    for i, generator in enumerate(own):
        which = few[i] if detour[i] else slice(None)
        counts[i, which] = generator.poisson(expected[i, which])
    np.copyto(X, counts / X.dtype.type(counts_at_max) * top, where=expected > 0)


class NoiseAugmenter(BaseAugmenter):
    """Training spectra with more noise: of the electronics, of counting, or of both.

    Noise adds to that which is there already, so use it where spectra to come are measured faster
    than those at hand, or on simulated ones.

    Parameters
    ----------
    level : float, default=0.01
        Standard deviation of white Gaussian noise, as a share of the height of each spectrum
        (maximum minus minimum): the inverse of the ratio of signal to noise (>= 0). 0.005 to 0.015
        is usual for measured diffractograms. 0 adds none.
    counts_at_max : float, default=0
        Counts at the maximum of each spectrum (0 to 1e12), for the noise of a counting detector: a
        value that stands for ``n`` counts gets a standard deviation of ``sqrt(n)``. 0 adds none.
    random_state : int, RandomState instance or None, default=None
        An int draws the same variants at every ``fit_transform``. None draws from fresh entropy,
        never from NumPy's global generator.

    Attributes
    ----------
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, where `X` had string column names in ``fit``.

    See Also
    --------
    BackgroundAugmenter : Slow changes of the background.
    ExtraPeakAugmenter : Spikes and peaks of impurities.

    Notes
    -----
    Counts are Poisson numbers: values become whole multiples of the maximum divided by
    `counts_at_max`. They include the background, so do not subtract it before. Negative values,
    and spectra without a positive one, have no counts and stay. In spectra that have mostly 30
    counts or more, those are rounded numbers from a normal distribution, brought to the variance
    and, within 0.5 %, the skewness of Poisson's by the correction of Cornish and Fisher [1]_.

    Gaussian noise is drawn in single precision; the numbers of both dtypes are the same, and none
    is beyond 6.8 standard deviations.

    References
    ----------
    .. [1] E. A. Cornish and R. A. Fisher, Moments and cumulants in the specification of
       distributions, Rev. Inst. Int. Stat. 5, 307 (1938). :doi:`10.2307/1400905`

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.augmentation import NoiseAugmenter
    >>> X = np.zeros((2, 1000))
    >>> X[:, 500] = 50
    >>> variants = NoiseAugmenter(level=0.02, random_state=0).fit_transform(X)
    >>> (variants - X).std(axis=1).round(1)
    array([1., 1.])
    """

    _parameter_constraints = {
        **BaseAugmenter._parameter_constraints,
        "level": [Interval(Real, 0, 1e9, closed="both")],
        "counts_at_max": [Interval(Real, 1, 1e12, closed="both"), Options(Real, {0})],
    }

    def __init__(self, level=0.01, counts_at_max=0, random_state=None):
        self.level = level
        self.counts_at_max = counts_at_max
        self.random_state = random_state

    def _perturb(self, X, rng):
        def disturb(block):
            noisy = block.copy()
            if self.counts_at_max:
                _draw_counts(noisy, rng, self.counts_at_max)
            if self.level:
                noisy += X.dtype.type(self.level) * heights(block) * _normal(rng, block.shape)
            return noisy

        return in_blocks(disturb, X)
