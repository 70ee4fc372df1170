"""Files of instruments, read through libraries that the extra `readers` installs.

One small module wraps one library. It has a function ``read(path)`` that imports the library and
returns a `Part`; whatever the library raises becomes one clear error here.
"""

import contextlib
import io
import re
import warnings
from importlib import import_module

import numpy as np

from skspectra.io._checks import MIN_POINTS, in_order
from skspectra.io._part import BadFileError

# The suffix of a file, the package to install, and the module here that uses it.
READERS = {
    **dict.fromkeys([".jdx", ".dx", ".jcm", ".jcamp"], ("jcamp", "_jcamp")),
    ".spc": ("spc-io", "_spc"),
    ".opus": ("brukeropus", "_opus"),
    ".wdf": ("renishawWiRE", "_wdf"),
    **dict.fromkeys([".xrdml", ".rasx", ".brml", ".raw"], ("fairmat-readers-xrd", "_xrd")),
}


def find(path):
    """Return package and module that read a file of such a name, or None."""
    suffix = path.suffix.lower()
    # Bruker numbers its files: sample.0, sample.1.
    return READERS[".opus"] if re.fullmatch(r"\.\d{1,4}", suffix) else READERS.get(suffix)


def read(path, package, module):
    """Return what a file of an instrument holds, as a `Part` on an ascending axis."""
    # A file that is absent or not readable is an OSError here, whatever the library makes of it.
    with path.open("rb"):
        pass
    reader = import_module(f"{__name__}.{module}")
    # The libraries print and warn; what matters is in their result.
    with (
        contextlib.redirect_stdout(io.StringIO()),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        try:
            part = reader.read(path)
        except BadFileError:
            raise
        except ImportError as error:
            if error.name is None or (error.name or "").startswith("skspectra"):
                raise
            raise ImportError(
                f"{path}: {package} is needed for such files and cannot be imported "
                f'({error}); pip install "skspectra[readers]"'
            ) from None
        except Exception as error:
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            raise BadFileError(
                f"{path}: {package} cannot read it ({reason}); export it as text with two columns"
            ) from None
    return _check(path, part)


def _check(path, part):
    axis, X = np.asarray(part.x_axis, dtype=np.float64), np.atleast_2d(part.X)
    if axis.ndim != 1 or X.ndim != 2 or X.shape[1] != len(axis) or len(axis) < MIN_POINTS:
        raise BadFileError(
            f"{path}: an axis of shape {axis.shape} and intensities of shape {X.shape} are no "
            "spectra; the file may be cut off"
        )
    if not (np.isfinite(axis).all() and np.isfinite(X).all()):
        raise BadFileError(f"{path}: it holds numbers that are not finite; export it anew")
    order = in_order(path, axis, lambda i: f"point {i + 1}")
    part.x_axis, part.X = axis[order], np.ascontiguousarray(X[:, order])
    return part
