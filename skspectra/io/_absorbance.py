"""Transmittance, and the absorbance that it stands for."""

from dataclasses import replace

import numpy as np

from skspectra.io._part import BadFileError
from skspectra.io._spectra import Spectra


def to_absorbance(spectra, *, floor=1e-4):
    """Return spectra of absorbance, which is -log10 of transmittance.

    Parameters
    ----------
    spectra : Spectra or array-like of shape (n_samples, n_points)
        Shares of the light, 1 where nothing is absorbed. A `Spectra` of "% transmittance" is
        divided by 100 first; divide an array of percent yourself.
    floor : float, default=1e-4
        Least transmittance. What is below it, such as the noise around 0 where a band absorbs
        everything, is set to it, so that absorbance ends at 4.

    Returns
    -------
    absorbance : Spectra or ndarray of shape (n_samples, n_points)
        Larger where more is absorbed.

    Raises
    ------
    ValueError
        If more than 5 % of the values are 0 or negative, or if a `Spectra` holds something else.

    Examples
    --------
    >>> from skspectra.io import to_absorbance
    >>> to_absorbance([[1.0, 0.1]])
    array([[0., 1.]])
    """
    if not isinstance(spectra, Spectra):
        return absorbance_of(np.asarray(spectra, dtype=np.float64), "transmittance", floor)[0]
    if spectra.quantity not in (None, "transmittance", "% transmittance"):
        raise ValueError(f"the spectra hold {spectra.quantity} and no transmittance.")
    scale = 100 if spectra.quantity == "% transmittance" else 1
    X, remark = absorbance_of(spectra.X / scale, "transmittance", floor)
    remarks = (*spectra.remarks, remark)
    return replace(spectra, X=X, quantity="absorbance", remarks=remarks)


def absorbance_of(values, name, floor=1e-4):
    """Return -log10 of transmittance and what was done; an error calls the values `name`."""
    n_low = np.count_nonzero(values < floor)
    if np.count_nonzero(values <= 0) > 0.05 * values.size:
        raise BadFileError(
            f"{name}: {np.count_nonzero(values <= 0)} of {values.size} values are 0 or negative, "
            "so it is no transmittance; check the file, or keep it as it is"
        )
    remark = "transmittance was converted to absorbance"
    if n_low:
        remark += f"; {n_low} values below {floor:g} were set to it"
    # Adding zero turns -0.0, the absorbance of a full transmittance, into 0.0.
    return -np.log10(np.maximum(values, floor)) + 0.0, remark


def settle_transmittance(values, quantity, how, name):
    """Return values, what they are, and a remark or None: transmittance is refused unless settled.

    `how` is "convert", "keep" or None; an error calls the values `name`.
    """
    if how not in ("convert", "keep", None):
        raise ValueError(f"transmittance={how!r} must be 'convert', 'keep' or None.")
    if quantity == "% transmittance":
        values, quantity = values / 100, "transmittance"
    if quantity != "transmittance" or how == "keep":
        return values, quantity, None
    if how is None:
        raise BadFileError(
            f"{name}: it holds transmittance, whose bands point down, so that max pooling loses "
            "them; convert it with transmittance='convert' (--absorbance on the command line)"
        )
    values, remark = absorbance_of(values, name)
    return values, "absorbance", remark
