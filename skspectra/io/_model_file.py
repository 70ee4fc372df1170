"""Model files: a fitted model with its axis in one file, read without running code."""

import hashlib
import json
import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from skspectra import __version__, _grid
from skspectra._words import count
from skspectra._writing import write_whole
from skspectra.io._archive import MAX_BYTES, check_archive, seal, unseal
from skspectra.io._skops import dump, import_skops
from skspectra.io._trusted import TRUSTED_TYPES, check_trees
from skspectra.io._units import check_unit

# What is written beside the model; a change that older files lack needs a new number here.
_FORMAT = 1
_ABOUT = "about.json"


@dataclass(frozen=True)
class ModelFile:
    """What a model file holds; ``print`` shows it in words.

    Parameters
    ----------
    model : estimator
        The fitted model.
    x_axis : ndarray of shape (n_points,), default=None
        The axis of the spectra that the model takes, ascending; None where nobody said.
    unit : str, default=None
        The unit of the axis, such as "deg" or "cm-1".
    wavelength : float, default=None
        The wavelength in angstrom.
    classes : list, default=[]
        The labels, for multilabel spectra those of the columns.
    scores : dict, default={}
        Scores of the comparison that chose the model, by name.
    verdict : str, default=""
        What the comparison said, in words.
    n_training : int, default=None
        Number of training spectra.
    training_hash : str, default=""
        SHA-256 of the training spectra, their axis and their labels; "" where none were given.
    versions : dict, default={}
        Versions of skspectra, Python and the libraries when the file was written.
    """

    model: Any
    x_axis: np.ndarray | None = None
    unit: str | None = None
    wavelength: float | None = None
    classes: list = field(default_factory=list)
    scores: dict = field(default_factory=dict)
    verdict: str = ""
    n_training: int | None = None
    training_hash: str = ""
    versions: dict = field(default_factory=dict)

    def __str__(self):
        axis = "not known"
        if self.x_axis is not None:
            unit = f" {self.unit}" if self.unit else ""
            axis = f"{len(self.x_axis)} points, {self.x_axis[0]:g} to {self.x_axis[-1]:g}{unit}"
        rows = {
            "model": " ".join(str(self.model).split()),
            "axis": axis,
            "wavelength": f"{self.wavelength:g} angstrom" if self.wavelength else "",
            "classes": ", ".join(map(str, self.classes)),
            "trained on": count(self.n_training, "spectra") if self.n_training else "",
            "their SHA-256": self.training_hash,
            "novelty": (
                "it can tell what is unlike its training spectra"
                if tells_unlike(self.model)
                else "it cannot tell what is unlike its training spectra"
            ),
            "scores": ", ".join(f"{name} {_short(score)}" for name, score in self.scores.items()),
            "verdict": self.verdict,
            "written with": ", ".join(f"{name} {v}" for name, v in self.versions.items()),
        }
        return "\n".join(f"{name + ':':15}{text}" for name, text in rows.items() if text)

    def __repr__(self):
        axis = "" if self.x_axis is None else f" of {count(len(self.x_axis), 'points')}"
        classes = count(len(self.classes), "classes")
        return f"ModelFile: {type(self.model).__name__} for spectra{axis}, {classes}"


def tells_unlike(model, rate=0.05):
    """Return whether a model can tell what is unlike its training spectra.

    Parameters
    ----------
    model : estimator
        A fitted model.
    rate : float, default=0.05
        Share of ordinary spectra that may be reported.

    Returns
    -------
    tells : bool
        Whether it has ``novelty_p_values``, and enough spectra (or groups) to calibrate them.
    """
    n_units = getattr(model, "n_calibration_", 0)
    return hasattr(model, "novelty_p_values") and rate * (n_units + 1) >= 1


def save(
    model,
    path,
    *,
    spectra=None,
    x_axis=None,
    unit=None,
    wavelength=None,
    classes=None,
    scores=None,
    verdict="",
):
    """Write a fitted model and its axis to one file, which later versions read.

    The file appears as a whole or not at all: where the disk is full, an older file of this name
    stays as it was.

    Parameters
    ----------
    model : estimator
        The fitted model: an estimator of this package, one of scikit-learn's, or a Pipeline of
        both.
    path : str or path-like
        Name of the file, by custom with the ending ".skops".
    spectra : Spectra, default=None
        The training spectra. Their axis, unit and wavelength, their number and a hash are stored,
        not the spectra.
    x_axis : array-like of shape (n_points,), default=None
        The axis of the spectra, ascending. None takes that of `spectra`.
    unit : str, default=None
        The unit of the axis. None takes that of `spectra`.
    wavelength : float, default=None
        The wavelength in angstrom. None takes that of `spectra`.
    classes : list of str, default=None
        The labels of a multilabel model's columns. None takes the model's ``classes_``.
    scores : dict, default=None
        Scores by name; numbers and texts only.
    verdict : str, default=""
        What a comparison said of the model.

    Raises
    ------
    ValueError
        If the model is not fitted, if it does not fit the axis, if the unit is unknown, or if the
        model holds something that cannot be read without running code, such as a function of your
        own.
    OSError
        If the file cannot be written.
    ImportError
        If skops is not installed.

    See Also
    --------
    load : Read the file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skspectra import PooledSVC
    >>> from skspectra.io import load, save
    >>> model = PooledSVC(1).fit([[0, 1, 2], [2, 1, 0]], ["rising", "falling"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, Path(folder) / "slopes.skops", x_axis=[10, 20, 30], unit="cm-1")
    ...     file = load(Path(folder) / "slopes.skops")
    >>> file.model.predict([[0, 0, 1]]), file.x_axis, file.unit
    (array(['rising'], dtype='<U7'), array([10., 20., 30.]), 'cm-1')
    """
    skops_io = import_skops()
    from sklearn.utils.validation import check_is_fitted

    check_is_fitted(model)
    unit = check_unit(unit)
    if spectra is not None:
        x_axis = spectra.x_axis if x_axis is None else x_axis
        unit = spectra.unit if unit is None else unit
        wavelength = spectra.wavelength if wavelength is None else wavelength
        classes = spectra.classes if classes is None else classes
    if classes is None:
        classes = np.asarray(getattr(model, "classes_", [])).tolist()
    if x_axis is not None:
        x_axis = _grid.check_axis(x_axis, getattr(model, "n_features_in_", None))
    about = {
        "format": _FORMAT,
        "x_axis": None if x_axis is None else x_axis.tolist(),
        "unit": unit,
        "wavelength": None if wavelength is None else float(wavelength),
        "classes": list(classes),
        "scores": dict(scores or {}),
        "verdict": verdict,
        "n_training": None if spectra is None else len(spectra.X),
        "training_hash": "" if spectra is None else _hash(spectra),
        "versions": _versions(),
    }
    try:
        about = json.dumps(about)
    except TypeError as error:
        raise ValueError(f"scores and classes must be numbers and texts only: {error}") from None
    data = seal(dump(skops_io, model), {_ABOUT: about.encode()})
    if len(data) > MAX_BYTES:
        raise ValueError(f"the model takes {len(data)} bytes, more than {MAX_BYTES}")
    write_whole(path, data)


def load(path):
    """Read a model file without running code from it.

    Size and checksum of the whole file are checked before anything in it is looked at.

    Parameters
    ----------
    path : str or path-like
        A file that :func:`save` wrote, with this version or an older one.

    Returns
    -------
    file : ModelFile
        The model, its axis, and what else is known of it.

    Raises
    ------
    ValueError
        If this is no model file, if it is damaged, or if a later version wrote it.
    OSError
        If the file cannot be opened.
    ImportError
        If skops is not installed, or torch where the model is a network.

    See Also
    --------
    save : Write such a file.

    Notes
    -----
    The checksum finds damage, not intent: who can write the file can write a new checksum, too.
    Types other than scikit-learn's, NumPy's and those of :func:`trusted_types` are refused in
    any case, so such a file runs no code, but its model may predict what its author likes.
    """
    path = Path(path)
    with path.open("rb") as file:
        archive = unseal(file, path)
    skops_io = import_skops()
    try:
        about = json.loads(check_archive(archive)[_ABOUT])
        if about["format"] > _FORMAT:
            raise ValueError(f"a later version wrote it ({about['versions']['skspectra']})")
        with warnings.catch_warnings():
            # Such files stay readable: a test holds it with one of every version.
            warnings.filterwarnings("ignore", ".* was pickled with skspectra", UserWarning)
            model = skops_io.loads(archive, trusted=list(TRUSTED_TYPES))
        check_trees(model)
        x_axis = about.pop("x_axis")
        return ModelFile(
            model,
            None if x_axis is None else np.array(x_axis, dtype=np.float64),
            **{name: value for name, value in about.items() if name != "format"},
        )
    except ImportError:
        raise
    except Exception as error:
        # Anything may be wrong in a file whose checksum someone has made fit.
        raise ValueError(f"{path}: not a model file that can be read ({error})") from error


def _hash(spectra):
    """Return the SHA-256 of spectra, axis and labels, whatever their order in memory."""
    digest = hashlib.sha256()
    for part in (spectra.X, spectra.x_axis, spectra.y):
        if part is not None:
            part = np.ascontiguousarray(part)
            if part.dtype.kind in "OT":
                # Such arrays hold pointers, which differ from one run to the next.
                part = np.asarray(part.tolist())
                part = part.astype(str) if part.dtype.kind == "O" else part
            digest.update(f"{part.shape}{part.dtype.str}".encode())
            digest.update(part.data.cast("B") if part.dtype.kind != "U" else part.tobytes())
    return digest.hexdigest()


def _versions():
    # They would be most of the time that it takes to say that a file is bad.
    import platform
    from importlib.metadata import version

    names = ["scikit-learn", "numpy", "skops", *(["torch"] if "torch" in sys.modules else [])]
    found = {name: version(name) for name in names}
    return {"skspectra": __version__, "python": platform.python_version(), **found}


def _short(score):
    return f"{score:.3f}" if isinstance(score, float) else str(score)
