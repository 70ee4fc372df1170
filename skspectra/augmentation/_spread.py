"""Convolution with pseudo-Voigt profiles."""

import numpy as np
from scipy.fft import dct, idct


def spectrum(X):
    """Return the cosine transform of each row: the rows go on mirrored beyond both ends."""
    return dct(X, type=2, axis=1)


def from_spectrum(transformed):
    """Undo :func:`spectrum`; the argument is overwritten."""
    return idct(transformed, type=2, axis=1, overwrite_x=True)


def _lorentzian(width, frequency):
    rate = -np.pi * width
    factors = np.exp(rate * frequency)
    factors += np.exp(rate * (1 - frequency))
    factors /= 1 + np.exp(rate)
    return factors


def _gaussian(width, frequency):
    rate = -((np.pi * width) ** 2) / (4 * np.log(width.dtype.type(2)))
    factors = np.exp(rate * frequency**2)
    factors += np.exp(rate * (1 - frequency) ** 2)
    factors /= 1 + np.exp(rate)
    narrow = width[:, 0] < 1.25
    if narrow.any():
        # More frequencies would count, but no more than three points do.
        side = 2 * 16.0 ** -(np.maximum(width[narrow], 0.1) ** -2)
        factors[narrow] = (1 + side * np.cos(2 * np.pi * frequency)) / (1 + side)
    return factors


def transfer(width, eta, n_points):
    """Return what a profile of area 1 multiplies the transform of each row by.

    The profile is sampled at whole points, which adds its transform shifted by whole frequencies;
    those beyond the nearest do not count.

    Parameters
    ----------
    width : ndarray of shape (n_samples, 1)
        Full width at half maximum of the profile, in points.
    eta : float
        Share of the Lorentzian, the rest is Gaussian of the same width.
    n_points : int
        Points per spectrum.

    Returns
    -------
    factors : ndarray of shape (n_samples, n_points)
        1 at frequency 0, so that areas are preserved; of the dtype of `width`.
    """
    frequency = np.arange(n_points, dtype=width.dtype) / (2 * n_points)
    if eta == 0:
        return _gaussian(width, frequency)
    if eta == 1:
        return _lorentzian(width, frequency)
    return eta * _lorentzian(width, frequency) + (1 - eta) * _gaussian(width, frequency)
