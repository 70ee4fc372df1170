"""A crystalline phase: its lines, from a structure or from a reference card."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from skspectra.diffraction._checks import check_range
from skspectra.diffraction._reflections import reflections, symmetric_strains
from skspectra.diffraction._structure import need, read_structure
from skspectra.diffraction._wavelengths import wavelengths

# Lines weaker than this share of the strongest are absences with rounding errors.
_ABSENT = 1e-8
_ELECTRON_VOLT_ANGSTROM = 12398.4198


class Lines(NamedTuple):
    """The lines of a phase, in the order of their angle.

    Parameters
    ----------
    two_theta : ndarray of shape (n_lines,)
        Angles, in degrees.
    intensity : ndarray of shape (n_lines,)
        Multiplicity times mean ``|F|^2`` in electrons squared, times the Lorentz-polarisation
        factor and the share of the wavelength; of a reference card, the intensities of the card.
    multiplicity : ndarray of shape (n_lines,)
        Number of reflections in the line; 0 of a reference card.
    hkl : ndarray of shape (n_lines, 3)
        One of the reflections, on the axes of the conventional cell; 0 of a reference card.
    d : ndarray of shape (n_lines,)
        Lattice spacings, in angstrom.
    wavelength : ndarray of shape (n_lines,)
        Wavelength of each line, in angstrom.
    direction : ndarray of shape (n_lines, 3)
        Unit vector along the reciprocal-lattice vector; 0 of a reference card.
    """

    two_theta: np.ndarray
    intensity: np.ndarray
    multiplicity: np.ndarray
    hkl: np.ndarray
    d: np.ndarray
    wavelength: np.ndarray
    direction: np.ndarray


class Phase:
    """A crystalline phase that powder lines can be computed for.

    Make it with :meth:`from_cif` or :meth:`from_lines`. Symmetry is found from the atoms, not
    read from the file, because many files are written without any.

    Parameters
    ----------
    name : str
        Name of the phase.
    structure : Structure or None
        The structure, or None for a reference card.
    card : tuple of ndarray or None
        Spacings and intensities of a reference card.

    Attributes
    ----------
    name : str
        Name of the phase.
    space_group : int or None
        Number of the space group that was found; None of a reference card.
    cell : ndarray of shape (6,) or None
        Edges in angstrom and angles in degrees of the conventional cell.
    volume : float or None
        Volume of the conventional cell, in cubic angstrom.
    mass : float or None
        Mass of the atoms in the conventional cell, in unified atomic mass units.
    elements : frozenset of str
        Symbols of the elements; empty of a reference card.
    strains : ndarray of shape (n_strains, 3, 3)
        The strains that keep the symmetry: 1 of a cubic cell, 2 of a tetragonal, trigonal or
        hexagonal one, 3 of an orthorhombic, 4 of a monoclinic and 6 of a triclinic one. A
        reference card has the isotropic one only.
    remarks : list of str
        What was assumed.

    Examples
    --------
    >>> from skspectra.diffraction import Phase
    >>> salt = Phase.from_lines("NaCl", d=[3.26, 2.821, 1.994], intensity=[13, 100, 55])
    >>> salt.lines("CuKa1", (20, 60)).two_theta.round(1)
    array([27.3, 31.7, 45.4])
    """

    def __init__(self, name, structure=None, card=None):
        self.name = name
        self.space_group = self.cell = self.volume = self.mass = None
        self.elements = frozenset()
        self.strains = np.eye(3)[None]
        self.remarks = []
        self._card = card
        self._structure = structure
        # What messages call the phase.
        self._source = f"Phase {name!r}"
        self._reflections = {}
        if structure is not None:
            self._describe(structure)

    @classmethod
    def from_cif(cls, path, name=None):
        """Read a phase from a CIF file; this needs the extra ``diffraction``.

        Parameters
        ----------
        path : str or Path
            The file, with one structure.
        name : str, default=None
            Name of the phase. None takes the name of the file without its ending.

        Returns
        -------
        Phase
            The phase.

        Raises
        ------
        ValueError
            If the structure cannot be used; the message names the file and what to do.
        ImportError
            If gemmi or moyopy is not installed.
        """
        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(f"{path} is no file.")
        phase = cls(path.stem if name is None else name, read_structure(path))
        phase._source = str(path)
        return phase

    @classmethod
    def from_lines(cls, name, d, intensity):
        """Make a phase from the lines of a reference card; nothing else is needed for it.

        Parameters
        ----------
        name : str
            Name of the phase.
        d : array-like of shape (n_lines,)
            Lattice spacings, in angstrom.
        intensity : array-like of shape (n_lines,)
            Relative intensities, as measured: no factor is applied to them.

        Returns
        -------
        Phase
            The phase. Its strain is isotropic, and its amount in a mixture is not known.

        Raises
        ------
        ValueError
            If the lengths differ, if a spacing is not positive, or if no intensity is.
        """
        d, intensity = np.array(d, float), np.array(intensity, float)
        if d.ndim != 1 or d.shape != intensity.shape or not len(d):
            raise ValueError(
                f"Phase {name!r}: d has shape {d.shape} and intensity {intensity.shape}; both "
                "must be lists of one length, at least 1."
            )
        if not (np.isfinite(d).all() and (d > 0).all()):
            raise ValueError(f"Phase {name!r}: every d must be positive and finite.")
        if not (np.isfinite(intensity).all() and (intensity >= 0).all() and intensity.any()):
            raise ValueError(
                f"Phase {name!r}: intensities must be finite, at least 0, and one of them above 0."
            )
        return cls(name, card=(d, intensity))

    def __repr__(self):
        kind = "a reference card" if self.cell is None else f"space group {self.space_group}"
        return f"<Phase {self.name}: {kind}>"

    def _describe(self, structure):
        gemmi = need("gemmi")
        self.basis = basis = structure.basis
        lengths = np.linalg.norm(basis, axis=1)
        cosines = [
            basis[i] @ basis[j] / lengths[i] / lengths[j] for i, j in ((1, 2), (0, 2), (0, 1))
        ]
        self.cell = np.array([*lengths, *np.degrees(np.arccos(cosines))])
        self.volume = abs(np.linalg.det(basis))
        self.space_group = structure.space_group
        self.remarks = structure.remarks
        content = [atom for site in structure.sites for atom in structure.kinds[site]]
        self.mass = sum(occ * gemmi.Element(z).weight for z, occ, _ in content)
        self.elements = frozenset(gemmi.Element(z).name for z, _, _ in content)
        # Columns of `basis.T` are the edges, so this is the rotation in space.
        inverse = np.linalg.inv(basis.T)
        self.rotations = np.array([basis.T @ r @ inverse for r in structure.rotations])
        self.strains = symmetric_strains(self.rotations)

    def lines(self, wavelength, two_theta_range, *, polarization=1.0, slit="fixed"):
        """Return the lines in a range of angles.

        Lines are grouped by Laue class and not by spacing: 333 and 511 of a cubic phase stay two
        lines, because texture changes them differently. K-alpha1 and K-alpha2 give a line each.

        Parameters
        ----------
        wavelength : float, str or sequence of (float, float)
            As in :func:`wavelengths`; it is never assumed.
        two_theta_range : (float, float)
            Lowest and highest angle 2theta, in degrees.
        polarization : float, default=1.0
            The k in the Lorentz-polarisation factor ``(1 + k cos^2 2theta) / (sin^2 theta cos
            theta)``: 1 without a monochromator, ``cos^2`` of its angle 2theta with one (0.80 for
            graphite and copper), 0 at a synchrotron.
        slit : {"fixed", "automatic"}, default="fixed"
            Divergence slit. An automatic one keeps the illuminated length, which multiplies
            intensities by ``sin theta``.

        Returns
        -------
        Lines
            The lines.

        Raises
        ------
        ValueError
            If the range is not within 0 to 180 degrees, if an option is unknown, or if no line
            is in the range.
        """
        low, high = check_range(two_theta_range)
        if not 0 <= polarization <= 1:
            raise ValueError(f"polarization={polarization!r} must be 0 to 1.")
        if slit not in ("fixed", "automatic"):
            raise ValueError(f"slit={slit!r} must be 'fixed' or 'automatic'.")
        pairs = wavelengths(wavelength)
        d_min = pairs[:, 0].min() / 2 / np.sin(np.radians(high / 2))
        classes = self._all_reflections(d_min)
        parts = [self._lines_at(*pair, classes, polarization, slit) for pair in pairs]
        both = [np.concatenate(fields) for fields in zip(*parts, strict=True)]
        keep = (both[0] >= low) & (both[0] <= high)
        if not keep.any():
            raise ValueError(
                f"{self._source} has no line from {low:g} to {high:g} degrees at "
                f"{pairs[0, 0]:g} angstrom. Widen the range, or leave the phase out."
            )
        order = np.flatnonzero(keep)[np.argsort(both[0][keep], kind="stable")]
        return Lines(*(field[order] for field in both))

    def _lines_at(self, wavelength, share, classes, polarization, slit):
        hkl, multiplicity, d, direction = classes[:4]
        possible = d >= wavelength / 2
        hkl, multiplicity, d, direction = (
            field[possible] for field in (hkl, multiplicity, d, direction)
        )
        theta = np.arcsin(wavelength / 2 / d)
        if self._card is not None:
            intensity = self._card[1][possible]
        else:
            squared = self._squared(wavelength, classes)[possible]
            sine = np.sin(theta)
            # A line at 180 degrees would have an infinite factor.
            cosine = np.maximum(np.cos(theta), 1e-9)
            factor = (1 + polarization * np.cos(2 * theta) ** 2) / (sine**2 * cosine)
            intensity = multiplicity * squared * factor
            if slit == "automatic":
                intensity = intensity * sine
        n = len(d)
        return (
            np.degrees(2 * theta),
            share * intensity,
            multiplicity,
            hkl,
            d,
            np.full(n, wavelength),
            direction,
        )

    def _all_reflections(self, d_min):
        """Return hkl, multiplicity, d, direction and geometric sums of each Laue class."""
        if self._card is not None:
            d = self._card[0]
            n = len(d)
            return np.zeros((n, 3), int), np.zeros(n, int), d, np.zeros((n, 3)), None
        for known, found in self._reflections.items():
            if known <= d_min * (1 + 1e-9):
                return found
        try:
            found = reflections(self._structure, d_min * (1 - 1e-9))
        except ValueError as error:
            raise ValueError(f"{self._source}: {error}") from None
        self._reflections = {d_min: found}
        return found

    def _squared(self, wavelength, classes):
        """Return the mean of ``|F|^2`` over each class, Friedel mates included."""
        gemmi = need("gemmi")
        sums, d = classes[4], classes[2]
        s_squared = 1 / (4 * d**2)
        energy = _ELECTRON_VOLT_ANGSTROM / wavelength
        normal = np.zeros(len(d), complex)
        absorbing = np.zeros(len(d), complex)
        for kind, geometric in zip(self._structure.kinds, sums, strict=True):
            for number, occupancy, b_factor in kind:
                table = gemmi.Element(number).it92
                f0 = table.c + sum(
                    a * np.exp(-b * s_squared) for a, b in zip(table.a, table.b, strict=True)
                )
                f1, f2 = gemmi.cromer_liberman(number, energy) if number > 2 else (0.0, 0.0)
                damped = occupancy * np.exp(-b_factor * s_squared) * geometric
                normal += (f0 + f1) * damped
                absorbing += f2 * damped
        # F(h) = normal + i absorbing and F(-h) = conj(normal) + i conj(absorbing): the mixed
        # terms cancel in the mean of the two squares.
        squared = abs(normal) ** 2 + abs(absorbing) ** 2
        return np.where(squared > _ABSENT * squared.max(initial=0), squared, 0.0)
