"""Noise added to training spectra."""

from numbers import Real

import numpy as np
from sklearn.utils._param_validation import Interval, Options

from skspectra.augmentation._base import BaseAugmenter
from skspectra.augmentation._blocks import heights, in_blocks, row_generators

# Counts with at least this mean may be drawn from a normal distribution. Corrected for skewness
# (Cornish and Fisher, Rev. Inst. Int. Stat. 5, 307 (1938), doi 10.2307/1400905) and rounded, they
# have the mean and the variance of Poisson's distribution and are never below 0. The two
# distributions differ by less than 0.1 % (total variation).
_MANY = 30


def _normal(rng, shape):
    """Draw standard normal numbers in single precision, by the method of Box and Muller.

    This takes half the time of the generator's own method, which draws one number at a time.
    """
    half = -(-shape[0] * shape[1] // 2)
    # The raw output of the bit generator would not do: that of MT19937 is only 32 bits wide.
    words = rng.integers(2**64, size=half, dtype=np.uint64).view(np.uint32)
    raw = words.astype(np.float32).reshape(2, half)
    # The numbers become larger than 0, because their logarithm is taken.
    raw[0] += np.float32(0.5)
    raw *= np.float32(2**-32)
    radius = np.sqrt(-2 * np.log(raw[0]))
    angle = raw[1]
    angle *= np.float32(2 * np.pi)
    drawn = np.stack([np.cos(angle), np.sin(angle)])
    drawn *= radius
    return drawn.ravel()[: shape[0] * shape[1]].reshape(shape)


def _draw_counts(X, rng, counts_at_max):
    """Replace each value of `X`, in place, by random counts; negative values are kept."""
    top = X.max(axis=1, keepdims=True)
    top[top <= 0] = 1
    expected = np.maximum(X, 0) / top * X.dtype.type(counts_at_max)
    few = expected < _MANY
    # Normal numbers do not save time where most values stand for few counts.
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
    """Training spectra with added noise: electronic noise, counting noise or both.

    The noise is added to the noise that the spectra have already. So use it on simulated spectra,
    or where future spectra will be measured faster than the training spectra.

    Parameters
    ----------
    level : float, default=0.01
        Standard deviation of white Gaussian noise, as a share of the height of each spectrum
        (maximum minus minimum; >= 0). This is the inverse of the signal-to-noise ratio. 0 adds no
        Gaussian noise.
    counts_at_max : float, default=0
        Counts at the maximum of each spectrum (0, or 1 to 1e12), for the noise of a counting
        detector. A value that stands for ``n`` counts gets a standard deviation of ``sqrt(n)``.
        0 adds no counting noise.
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
    BackgroundAugmenter : Slow changes of the background.
    ExtraPeakAugmenter : Spikes and peaks of impurities.

    Notes
    -----
    Counts follow Poisson's distribution: values become whole multiples of the maximum divided by
    `counts_at_max`. The counts include the background, so do not subtract it before. Negative
    values have no counts and stay as they are, and so do spectra without a positive value. In a
    spectrum whose values mostly stand for 30 counts or more, counts of 30 or more are rounded
    numbers from a normal distribution. The correction of Cornish and Fisher [1]_ gives these the
    variance of Poisson's distribution and, within 0.5 %, its skewness.

    Gaussian noise is drawn in single precision. Both dtypes get the same numbers, and no number
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
