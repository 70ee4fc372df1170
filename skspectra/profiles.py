"""Peak profiles and their widths, shared by augmentation and simulation of spectra."""

import numpy as np


def scherrer_width(angles, size, wavelength, shape_factor=0.9):
    """Return the width that small crystallites give a diffraction peak, by Scherrer's formula.

    Parameters
    ----------
    angles : float or ndarray
        Diffraction angles 2theta, in radians.
    size : float or ndarray
        Size of the crystallites, in nm.
    wavelength : float
        Wavelength of the radiation, in angstrom.
    shape_factor : float, default=0.9
        Scherrer's K, for the full width at half maximum.

    Returns
    -------
    width : float or ndarray
        Full width at half maximum, in radians of 2theta.

    References
    ----------
    A. L. Patterson, "The Scherrer formula for X-ray particle size determination", Phys. Rev. 56,
    978 (1939). :doi:`10.1103/PhysRev.56.978`
    """
    # 1 nm is 10 angstrom.
    return shape_factor * wavelength / 10 / np.cos(angles / 2) / size


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
        # Many frequencies contribute to such a narrow profile, but only three points do.
        side = 2 * 16.0 ** -(np.maximum(width[narrow], 0.1) ** -2)
        factors[narrow] = (1 + side * np.cos(2 * np.pi * frequency)) / (1 + side)
    return factors


def transfer(width, eta, n_points):
    """Return the factors by which a profile of area 1 multiplies the transform of each row.

    The profile is sampled at whole points, which adds copies of its transform shifted by whole
    frequencies. Copies beyond the nearest are negligible.

    Parameters
    ----------
    width : ndarray of shape (n_samples, 1)
        Full width at half maximum of the profile, in points.
    eta : float
        Share of the Lorentzian; the rest is a Gaussian of the same width.
    n_points : int
        Points per spectrum.

    Returns
    -------
    factors : ndarray of shape (n_samples, n_points)
        The factors, in the dtype of `width`. They are 1 at frequency 0, so that areas are
        preserved.
    """
    frequency = np.arange(n_points, dtype=width.dtype) / (2 * n_points)
    if eta == 0:
        return _gaussian(width, frequency)
    if eta == 1:
        return _lorentzian(width, frequency)
    return eta * _lorentzian(width, frequency) + (1 - eta) * _gaussian(width, frequency)
