"""Three measured powder patterns of weighed mixtures, and the structures of their phases."""

from importlib.resources import files
from pathlib import Path

import numpy as np
from sklearn.utils import Bunch

DESCR = """\
Powder patterns of precursor mixtures
=====================================

Three mixtures of two powders each, weighed and measured for 8 minutes on a Malvern Panalytical
Aeris with copper K-alpha, from 10.02 to 99.96 degrees 2theta in steps of 0.02. Intensities are
rounded to whole counts. With them come the structures of the six phases, written for this package
with rounded textbook values. The cells that fit the patterns differ from theirs by at most 0.6 %.

Source: https://github.com/CederGroupHub/dara, folder dataset/precursor_mixture (MIT licence,
copyright (c) 2024 Yuxing Fei); Fei et al., Chem. Mater. 38, 1364 (2026),
doi 10.1021/acs.chemmater.5c02820.
"""


def load_precursors():
    """Load three measured powder patterns of weighed mixtures, and structures for them.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes.

        X : ndarray of shape (3, n_points)
            The patterns, in counts.
        x_axis : ndarray of shape (n_points,)
            Angles 2theta, in degrees.
        names : list of str
            Name of the file of each pattern.
        wavelength : str
            The name of the radiation, "CuKa", as :func:`skspectra.diffraction.make_table` takes
            it.
        phases : list of str
            Formulas of the six phases.
        W : ndarray of shape (3, 6)
            Weight fractions of the phases in each mixture, as weighed.
        structures : dict of str to str
            Text of a CIF file for each phase, by the name of the file.
        DESCR : str
            What was measured, where, and under which licence it is given on.

    Examples
    --------
    >>> from skspectra.datasets import load_precursors
    >>> data = load_precursors()
    >>> data.X.shape, data.names[0], data.W[0].round(2)
    ((3, 4498), 'ZnO_0p4006-In2O3_0p6008.xy', array([0. , 0.6, 0. , 0. , 0. , 0.4]))
    """
    folder = files("skspectra.datasets") / "data"
    with (folder / "precursors.npz").open("rb") as file, np.load(file) as arrays:
        data = dict(arrays)
    steps = np.concatenate([data["first"][:, None], data["differences"]], axis=1)
    masses = data["masses"]
    structures = {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".cif")
    }
    return Bunch(
        X=np.cumsum(steps, axis=1, dtype=np.int64).astype(np.float64),
        x_axis=np.linspace(*data["x_axis"], steps.shape[1]),
        names=[str(name) for name in data["names"]],
        wavelength="CuKa",
        phases=[str(phase) for phase in data["phases"]],
        W=masses / masses.sum(axis=1, keepdims=True),
        structures=structures,
        DESCR=DESCR,
    )


def write_precursors(folder):
    """Write the patterns of :func:`load_precursors` and the structures as files.

    Parameters
    ----------
    folder : str or Path
        The folder, which is made if it is missing. Each pattern becomes an ``.xy`` file in
        ``patterns``, each structure a file in ``structures``, and the weight fractions become
        ``weights.csv``.

    Returns
    -------
    n_files : int
        Number of files written.
    """
    folder, data = Path(folder), load_precursors()
    for name in ("patterns", "structures"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, row in zip(data.names, data.X, strict=True):
        points = zip(data.x_axis, row, strict=True)
        text = "".join(f"{angle:.2f} {count:.0f}\n" for angle, count in points)
        (folder / "patterns" / name).write_text(text, encoding="utf-8")
    for name, text in data.structures.items():
        (folder / "structures" / name).write_text(text, encoding="utf-8")
    rows = [",".join(["file", *data.phases])]
    for name, weights in zip(data.names, data.W, strict=True):
        rows.append(",".join([name, *(f"{weight:.4f}" for weight in weights)]))
    (folder / "weights.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return len(data.names) + len(data.structures) + 1
