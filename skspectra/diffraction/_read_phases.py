"""The phases of all structure files of a folder."""

from pathlib import Path

from skspectra.diffraction._phase import Phase


def read_phases(folder, elements=None):
    """Read the phases of all CIF files of a folder; this needs the extra ``diffraction``.

    Parameters
    ----------
    folder : str or Path
        The folder. Folders in it are not read.
    elements : iterable of str, default=None
        Symbols of elements, in any case. Phases with any other element are left out. None keeps
        all.

    Returns
    -------
    list of Phase
        The phases in the order of their names.

    Raises
    ------
    ValueError
        If the folder has no CIF file, if two files give one name, if none is left, or if a
        structure cannot be used.

    Examples
    --------
    >>> from skspectra.diffraction import read_phases
    >>> phases = read_phases("structures", elements=["Ti", "O"])  # doctest: +SKIP
    """
    folder = Path(folder)
    files = sorted(path for path in folder.glob("*") if path.suffix.lower() == ".cif")
    if not files:
        raise ValueError(f"{folder} holds no CIF file (ending .cif); name the folder that does.")
    stems = [path.stem for path in files]
    for path in files:
        if stems.count(path.stem) > 1:
            raise ValueError(
                f"{path} and another file of {folder} give the name {path.stem!r}; rename one."
            )
    phases = [Phase.from_cif(path) for path in files]
    if elements is not None:
        allowed = {symbol.capitalize() for symbol in elements}
        phases = [phase for phase in phases if phase.elements <= allowed]
        if not phases:
            raise ValueError(
                f"No phase in {folder} is made of {sorted(allowed)} alone; add elements."
            )
    return phases
