"""A level above which a mean loss means something, by sign flips."""

import numpy as np

# The share of cases without any effect in which a window passes by chance, and the random flips.
FALSE_ALARM_RATE = 0.05
N_FLIPS = 2000
# Of fewer units all flips together are too few: 2 ** 4 is less than 1 / 0.05.
FEWEST_UNITS = 5
_BLOCK = 2**22


def sum_groups(shares, groups):
    """Return the sum of the rows of each group."""
    codes = np.unique(groups, return_inverse=True)[1]
    sums = np.zeros((codes.max() + 1, shares.shape[1]))
    np.add.at(sums, codes, shares)
    return sums


def sign_flips(shares, rng, rate=FALSE_ALARM_RATE, n_flips=N_FLIPS):
    """Return the level of the sums over units, and the p-value of each, by sign flips.

    Where a window says nothing, what a unit adds is as likely above zero as below it. So the signs
    of whole units are drawn at random, and the largest sum over all windows is noted each time
    [1]_. The p-values are for the largest sum, so they account for the number of windows.

    Parameters
    ----------
    shares : ndarray of shape (n_units, n_windows)
        What each independent unit adds to the sum of each window.
    rng : numpy.random.Generator
        The source of the signs.
    rate : float
        The level is passed by chance at most so often.
    n_flips : int
        Number of random flips.

    Returns
    -------
    level : float
        A sum above it is significant; infinite if there are too few flips.
    p_values : ndarray of shape (n_windows,)
        At least ``1 / (n_flips + 1)``.

    References
    ----------
    .. [1] Winkler, A. M., Ridgway, G. R., Webster, M. A., Smith, S. M., Nichols, T. E.,
       "Permutation inference for the general linear model", NeuroImage 92, 381 (2014).
       :doi:`10.1016/j.neuroimage.2014.01.060`
    """
    n_units = len(shares)
    n_rows = max(1, _BLOCK // max(shares.shape))
    largest = []
    for start in range(0, n_flips, n_rows):
        signs = rng.choice([-1.0, 1.0], size=(min(n_rows, n_flips - start), n_units))
        largest.append((signs @ shares).max(axis=1))
    # A flip of no sign gives the sum itself, but for rounding.
    largest = np.sort(np.concatenate(largest)) + 1e-12 * np.abs(shares).sum(axis=0).max()
    rank = int(np.ceil((1 - rate) * (n_flips + 1)))
    level = largest[rank - 1] if rank <= n_flips else np.inf
    n_larger = n_flips - np.searchsorted(largest, shares.sum(axis=0), side="left")
    return float(level), (1 + n_larger) / (n_flips + 1)
