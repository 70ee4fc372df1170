"""Units of the axis and of the intensities."""

import numpy as np


def to_absorbance(transmittance, *, name="transmittance"):
    """Return absorbance, -log10 of transmittance.

    Parameters
    ----------
    transmittance : array-like of shape (n_samples, n_points)
        Shares of the light, 1 where nothing is absorbed; divide percent by 100.
    name : str, default="transmittance"
        What the error calls the values.

    Returns
    -------
    absorbance : ndarray of shape (n_samples, n_points)
        Larger where more is absorbed.

    Raises
    ------
    ValueError
        If a value is 0 or negative.

    Examples
    --------
    >>> from skspectra.io import to_absorbance
    >>> to_absorbance([[1.0, 0.1]])
    array([[0., 1.]])
    """
    values = np.asarray(transmittance)
    if not np.all(values > 0):
        raise ValueError(
            f"{name}: {np.count_nonzero(~(values > 0))} values of transmittance are 0 or "
            "negative, which have no absorbance; remove such points or spectra."
        )
    # Adding zero turns -0.0, the absorbance of a full transmittance, into 0.0.
    return -np.log10(values) + 0.0
