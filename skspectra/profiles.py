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


def thompson_cox_hastings(gaussian, lorentzian):
    """Return the pseudo-Voigt that stands for a Gaussian convolved with a Lorentzian.

    Parameters
    ----------
    gaussian : ndarray
        Full widths at half maximum of the Gaussian (>= 0).
    lorentzian : ndarray
        Full widths at half maximum of the Lorentzian (>= 0), in the same unit.

    Returns
    -------
    width : ndarray
        Full widths at half maximum of the pseudo-Voigt.
    eta : ndarray
        Shares of the Lorentzian in its area.

    References
    ----------
    P. Thompson, D. E. Cox, J. B. Hastings, "Rietveld refinement of Debye-Scherrer synchrotron
    X-ray data from Al2O3", J. Appl. Cryst. 20, 79 (1987). :doi:`10.1107/S0021889887087090`
    """
    g, h = gaussian, lorentzian
    fifth = g**5 + h * (
        2.69269 * g**4 + h * (2.42843 * g**3 + h * (4.47163 * g**2 + h * (0.07842 * g + h)))
    )
    width = fifth**0.2
    q = h / np.maximum(width, np.finfo(np.float64).tiny)
    return width, np.minimum(q * (1.36603 + q * (-0.47719 + q * 0.11116)), 1.0)


# The tail of a line ends where it is this share of the highest peak of its spectrum.
_TAIL = 2e-4
# A Gaussian is below 1e-6 of its maximum beyond this many full widths.
_GAUSSIAN_REACH = 2.3


def pseudo_voigts(x_axis, rows, positions, areas, widths, eta, n_rows):
    """Return spectra that are sums of pseudo-Voigt lines.

    All lines of all spectra are computed at once. The Lorentzian part of a line ends where it has
    fallen to 2e-4 of the highest peak of its spectrum. Its value there is subtracted, so that the
    line ends without a step.

    Parameters
    ----------
    x_axis : ndarray of shape (n_points,)
        Axis of the spectra, ascending.
    rows : ndarray of int of shape (n_lines,)
        The spectrum that each line belongs to.
    positions : ndarray of shape (n_lines,)
        Places of the lines, in the unit of the axis.
    areas : ndarray of shape (n_lines,)
        Areas of the lines (>= 0).
    widths : ndarray of shape (n_lines,)
        Full widths at half maximum, in the unit of the axis.
    eta : ndarray of shape (n_lines,)
        Shares of the Lorentzian in the areas.
    n_rows : int
        Number of spectra.

    Returns
    -------
    X : ndarray of shape (n_rows, n_points)
        The spectra.
    """
    n_points = len(x_axis)
    lorentzian = areas * eta * (2 / np.pi) / widths
    gaussian = areas * (1 - eta) * (2 * np.sqrt(np.log(2) / np.pi)) / widths
    highest = np.zeros(n_rows)
    np.maximum.at(highest, rows, lorentzian + gaussian)
    floor = _TAIL * highest[rows]
    total = np.zeros(n_rows * n_points)
    base = rows * n_points
    reach = 0.5 * np.sqrt(np.maximum(lorentzian / np.maximum(floor, 1e-300) - 1, 0))
    step = lorentzian / (1 + 4 * reach**2)
    lines, index, t = _around(x_axis, positions, widths, reach)
    total += np.bincount(
        base[lines] + index,
        lorentzian[lines] / (1 + 4 * t) - step[lines],
        minlength=len(total),
    )
    reach = np.where(gaussian > floor, _GAUSSIAN_REACH, 0.0)
    lines, index, t = _around(x_axis, positions, widths, reach)
    t *= -4 * np.log(2)
    total += np.bincount(
        base[lines] + index, gaussian[lines] * np.exp(t, out=t), minlength=len(total)
    )
    return total.reshape(n_rows, n_points)


def _around(x_axis, positions, widths, reach):
    """Return the points within `reach` widths of each line, and their squared distances."""
    half = reach * widths
    start = np.searchsorted(x_axis, positions - half)
    counts = np.searchsorted(x_axis, positions + half) - start
    lines = np.repeat(np.arange(len(positions)), counts)
    ends = np.cumsum(counts)
    index = np.arange(ends[-1] if len(ends) else 0)
    index += np.repeat(start - ends + counts, counts)
    t = x_axis[index]
    t -= positions[lines]
    t /= widths[lines]
    t *= t
    return lines, index, t
