"""Wavelengths of X-ray tubes by name, and checks of what a user gives instead."""

from numbers import Real

import numpy as np

# K-alpha1, K-alpha2 and K-beta, in angstrom.
ANODES = {
    "Cr": (2.289726, 2.293651, 2.084881),
    "Fe": (1.936041, 1.939973, 1.756604),
    "Co": (1.788996, 1.792835, 1.620826),
    "Cu": (1.540593, 1.544427, 1.392234),
    "Mo": (0.709317, 0.713607, 0.632303),
    "Ag": (0.559422, 0.563813, 0.497082),
}
# Tungsten L-alpha1, in angstrom: tungsten of the cathode settles on old anodes.
_TUNGSTEN = 1.476400
# K edge of the usual K-beta filter of each anode (V, Mn, Fe, Ni, Zr, Rh), in angstrom, after
# Bearden and Burr, Rev. Mod. Phys. 39, 125 (1967). White radiation of longer waves passes.
_FILTER_EDGES = {
    "Cr": 2.26865,
    "Fe": 1.89607,
    "Co": 1.74332,
    "Cu": 1.48790,
    "Mo": 0.68889,
    "Ag": 0.53396,
}
_NAMES = [f"{anode}{line}" for anode in ANODES for line in ("Ka", "Ka1", "Ka2", "Kb")]


def wavelengths(wavelength):
    """Return the wavelengths that a name or a number stands for, each with its share.

    Parameters
    ----------
    wavelength : float, str or sequence of (float, float)
        A wavelength in angstrom; or the name of a line of an anode (Cr, Fe, Co, Cu, Mo, Ag):
        "CuKa" for K-alpha1 and K-alpha2 at 2 to 1, "CuKa1", "CuKa2" or "CuKb" for one of them;
        or pairs of a wavelength and its relative intensity.

    Returns
    -------
    pairs : ndarray of shape (n_wavelengths, 2)
        Wavelengths in angstrom, and shares of the intensity whose sum is 1.

    Raises
    ------
    ValueError
        If the name is unknown, or if a number is not positive and finite.
    TypeError
        If `wavelength` is None: no wavelength is ever assumed.

    References
    ----------
    R. D. Deslattes et al., "X-ray transition energies: new approach to a comprehensive
    evaluation", Rev. Mod. Phys. 75, 35 (2003). :doi:`10.1103/RevModPhys.75.35`

    G. Hölzer et al., "K-alpha1,2 and K-beta1,3 x-ray emission lines of the 3d transition metals",
    Phys. Rev. A 56, 4554 (1997). :doi:`10.1103/PhysRevA.56.4554`

    Examples
    --------
    >>> from skspectra.diffraction import wavelengths
    >>> wavelengths("CuKa").round(4)
    array([[1.5406, 0.6667],
           [1.5444, 0.3333]])
    """
    if wavelength is None:
        raise TypeError(
            "wavelength is missing, and none is assumed. Give it in angstrom or by name, "
            'for example wavelength="CuKa".'
        )
    if isinstance(wavelength, str):
        anode, line = wavelength[:2], wavelength[2:]
        if wavelength not in _NAMES:
            raise ValueError(
                f"wavelength={wavelength!r} is unknown; give it in angstrom or as one of "
                f"{', '.join(_NAMES)}."
            )
        alpha1, alpha2, beta = ANODES[anode]
        pairs = {"Ka": [(alpha1, 2), (alpha2, 1)], "Ka1": [(alpha1, 1)], "Ka2": [(alpha2, 1)]}
        pairs = np.array(pairs.get(line, [(beta, 1)]), float)
    else:
        single = isinstance(wavelength, Real) or np.ndim(wavelength) == 0
        pairs = np.array([(wavelength, 1)] if single else wavelength, float)
        if pairs.ndim != 2 or pairs.shape[1] != 2 or not len(pairs):
            raise ValueError(
                f"wavelength={wavelength!r} must be a number, a name or pairs of a wavelength "
                "and its relative intensity."
            )
        if not (np.isfinite(pairs).all() and (pairs > 0).all()):
            raise ValueError(f"wavelength={wavelength!r} must hold positive, finite numbers.")
    pairs[:, 1] /= pairs[:, 1].sum()
    return pairs


def ghosts(wavelength):
    """Return wavelengths that a tube sends out beside K-alpha, whose lines are no phase.

    Parameters
    ----------
    wavelength : float
        The wavelength in use, in angstrom.

    Returns
    -------
    ghosts : ndarray of shape (n_ghosts,)
        K-beta of the anode, L-alpha of tungsten and the edge of the usual K-beta filter, in
        angstrom; none if `wavelength` is the K-alpha1 or K-alpha2 of no anode, as at a
        synchrotron.
    """
    for anode, (alpha1, alpha2, beta) in ANODES.items():
        if alpha1 - 5e-4 < wavelength < alpha2 + 5e-4:
            return np.array([beta, _TUNGSTEN, _FILTER_EDGES[anode]])
    return np.zeros(0)
