"""The lines of many phases as plain arrays, for the room `mixtures`, to be kept in a file."""

import io
from dataclasses import dataclass, fields

import numpy as np

from skspectra._writing import write_whole
from skspectra.diffraction._checks import check_names, check_range
from skspectra.diffraction._structure import need
from skspectra.diffraction._wavelengths import ghosts, wavelengths

# Lines weaker than this share of the strongest of their phase are left out of a table.
_WEAKEST = 5e-4


@dataclass(frozen=True)
class PhaseTable:
    """The lines of phases for one wavelength and one range of angles, as arrays.

    Make it with :func:`make_table`, keep it with :meth:`save`. It holds arrays only, so reading it
    needs neither gemmi nor moyopy, and runs no code.

    Parameters
    ----------
    names : ndarray of str of shape (n_phases,)
        Names of the phases.
    start : ndarray of int of shape (n_phases + 1,)
        First line of each phase, and the number of lines at the end.
    d : ndarray of shape (n_lines,)
        Lattice spacings, in angstrom.
    wavelength : ndarray of shape (n_lines,)
        Wavelengths, in angstrom.
    intensity : ndarray of shape (n_lines,)
        Intensities, divided by mass and volume of the cell where both are known.
    direction : ndarray of shape (n_lines, 3)
        Unit vectors along the reciprocal-lattice vectors; 0 of a reference card.
    strains : ndarray of shape (n_phases, 6, 3, 3)
        Strains that keep the symmetry of each phase, 0 after the last.
    n_strains : ndarray of int of shape (n_phases,)
        Number of such strains.
    weighed : ndarray of bool of shape (n_phases,)
        Whether the intensities are per mass, so that amounts are weights.
    absorption : ndarray of shape (n_phases,)
        Mass attenuation coefficients by photo-absorption, in cm^2/g; nan of a reference card.
    wavelengths : ndarray of shape (n_wavelengths, 2)
        The wavelengths and their shares.
    two_theta_range : ndarray of shape (2,)
        Lowest and highest angle, in degrees.
    """

    names: np.ndarray
    start: np.ndarray
    d: np.ndarray
    wavelength: np.ndarray
    intensity: np.ndarray
    direction: np.ndarray
    strains: np.ndarray
    n_strains: np.ndarray
    weighed: np.ndarray
    absorption: np.ndarray
    wavelengths: np.ndarray
    two_theta_range: np.ndarray

    @property
    def ghosts(self):
        """Wavelengths of the tube's other lines, in angstrom: K-beta and tungsten L-alpha."""
        return ghosts(self.wavelengths[0, 0])

    def __len__(self):
        return len(self.names)

    def save(self, path):
        """Write the table to a file, as a whole or not at all.

        Parameters
        ----------
        path : str or Path
            The file, which should end in ``.npz``.
        """
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **{f.name: getattr(self, f.name) for f in fields(self)})
        write_whole(path, buffer.getvalue())

    @classmethod
    def load(cls, path):
        """Read a table that :meth:`save` wrote.

        Parameters
        ----------
        path : str or Path
            The file.

        Returns
        -------
        PhaseTable
            The table.

        Raises
        ------
        ValueError
            If the file is no such table, or a damaged one.
        OSError
            If the file cannot be opened.
        """
        with open(path, "rb") as file:
            try:
                with np.load(file, allow_pickle=False) as found:
                    return cls(**{f.name: found[f.name] for f in fields(cls)})
            except Exception as error:
                # Damaged archives raise errors of many types, such as BadZipFile and zlib.error.
                raise ValueError(f"{path} is no table of phases that can be read.") from error


def make_table(phases, *, wavelength, two_theta_range, polarization=1.0, slit="fixed"):
    """Return the lines of phases as a table that mixtures are compared with.

    Parameters
    ----------
    phases : list of Phase
        The phases, each with a name of its own.
    wavelength : float, str or sequence of (float, float)
        As in :func:`wavelengths`; it is never assumed.
    two_theta_range : (float, float)
        Lowest and highest angle of the patterns, in degrees.
    polarization : float, default=1.0
        As in :meth:`Phase.lines`.
    slit : {"fixed", "automatic"}, default="fixed"
        As in :meth:`Phase.lines`.

    Returns
    -------
    PhaseTable
        The table.

    Raises
    ------
    ValueError
        If two phases have one name, or if a phase has no line in the range.

    Examples
    --------
    >>> from skspectra.diffraction import Phase, make_table
    >>> card = Phase.from_lines("a", [3.1, 2.2], [100, 50])
    >>> len(make_table([card], wavelength="CuKa", two_theta_range=(20, 60)).d)
    4
    """
    phases = list(phases)
    check_names(phases)
    low, high = check_range(two_theta_range)
    pairs = wavelengths(wavelength)
    # Strain moves lines into the range.
    ends = max(low - 2.0, 0.0), min(high + 3.0, 180.0)
    parts, strains = [], np.zeros((len(phases), 6, 3, 3))
    for phase, own in zip(phases, strains, strict=True):
        phase.lines(pairs, (low, high))  # an error where there is none
        lines = phase.lines(pairs, ends, polarization=polarization, slit=slit)
        scale = 1.0 if phase.mass is None else 1 / (phase.mass * phase.volume)
        strong = lines.intensity > _WEAKEST * lines.intensity.max()
        fields_ = lines.d, lines.wavelength, scale * lines.intensity, lines.direction
        parts.append([field[strong] for field in fields_])
        own[: len(phase.strains)] = phase.strains
    counts = [len(part[0]) for part in parts]
    return PhaseTable(
        np.array([phase.name for phase in phases]),
        np.concatenate([[0], np.cumsum(counts)]),
        *(np.concatenate(field) for field in zip(*parts, strict=True)),
        strains,
        np.array([len(phase.strains) for phase in phases]),
        np.array([phase.mass is not None for phase in phases]),
        np.array([_absorption(phase, pairs[0, 0]) for phase in phases]),
        pairs,
        np.array([low, high]),
    )


def _absorption(phase, wavelength):
    """Return the mass attenuation coefficient from f'': ``2 r_e wavelength f''`` an atom."""
    if phase.mass is None:
        return np.nan
    gemmi = need("gemmi")
    structure = phase._structure
    total = 0.0
    for site in structure.sites:
        for number, occupancy, _ in structure.kinds[site]:
            if number > 2:
                total += occupancy * gemmi.cromer_liberman(number, 12398.4198 / wavelength)[1]
    # r_e is 2.8179e-13 cm, 1 angstrom 1e-8 cm, and 1 u 1.66054e-24 g.
    return 2 * 2.8179e-13 * wavelength * 1e-8 * total / (phase.mass * 1.66054e-24)
