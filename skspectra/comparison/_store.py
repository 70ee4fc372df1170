"""Finished runs on disk, one small file each, so that no fit is made twice."""

import hashlib
import importlib.metadata
import io
import json
import sys
from collections.abc import Mapping
from functools import cache, partial
from inspect import isclass, isroutine
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator

import skspectra
from skspectra._writing import write_whole
from skspectra.comparison._run import Run

VERSION = 1
LIBRARIES = "scikit-learn", "numpy", "scipy", "torch", "pybaselines"


class NotRemembered(Exception):
    """What a model predicts may change although nothing that can be described changes."""


class Store:
    """A folder with the finished runs of a plan, which are found again by what they depend on.

    The name of a file is a hash of the spectra, labels and groups, of the rows of the split and of
    its inner splits, of the classes and parameters of the estimator and its grid, and of versions:
    those of the libraries that all models use, and those of the packages that hold the classes.
    A model whose runs cannot be recognised is in ``forgotten``, with the reason, and is fitted
    again each time. There is no pickle in the files, and a file that cannot be read counts as
    absent.

    Parameters
    ----------
    folder : str or path-like
        The folder, which is created if it does not exist.
    plan : Plan
        The data, the splits and the models.

    Raises
    ------
    OSError
        If the folder cannot be created.
    """

    def __init__(self, folder, plan):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.plan = plan
        self.forgotten = {}
        self._models = {}
        for name, estimator in plan.models.items():
            try:
                self._models[name] = describe([estimator, plan.grids[name]])
            except NotRemembered as error:
                self.forgotten[name] = str(error)
        self._data = _digest(plan.X, plan.y, plan.groups)
        self._holdout = None if plan.holdout is None else _digest(*plan.holdout)
        self._versions = [VERSION, skspectra.__version__, sys.version_info[:2]]
        self._versions += [_version(library) for library in LIBRARIES]

    def path(self, name, i):
        """Return the file of a model on a split, or None for a model that is not remembered."""
        if name in self.forgotten:
            return None
        train, test = self.plan.splits[i]
        inner = self.plan.inner_splits[i] if self.plan.grids[name] else None
        parts = [
            *(self._versions, self._data, self._models[name], self.plan.shifts),
            [_digest(train), _digest(test)],
            inner and [[_digest(train), _digest(test)] for train, test in inner],
            self._holdout if i == 0 else None,
        ]
        key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
        return self.folder / f"{key[:40]}.npz"

    def load(self, name, i):
        """Return the run of a model on a split, or None if there is none that can be read."""
        path = self.path(name, i)
        if path is None or not path.exists():
            return None
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                facts = json.loads(str(arrays["facts"]))
                run = Run(
                    predicted=arrays["predicted"],
                    predicted_holdout=arrays.get("predicted_holdout"),
                    others=tuple(facts.pop("others")),
                    **facts,
                )
        # A file that was damaged fails in one of many ways, and is written anew.
        except Exception:
            return None
        plan = self.plan
        shape = (len(plan.shifts), 2, len(plan.splits[i][1]), *plan.y.shape[1:])
        return run if run.predicted.shape == shape else None

    def save(self, name, i, run):
        """Write the run of a model on a split; the file appears complete or not at all."""
        path = self.path(name, i)
        if path is None:
            return
        facts = run._asdict()
        arrays = {"predicted": facts.pop("predicted")}
        holdout = facts.pop("predicted_holdout")
        arrays |= {} if holdout is None else {"predicted_holdout": holdout}
        buffer = io.BytesIO()
        np.savez_compressed(buffer, facts=json.dumps(facts), **arrays)
        write_whole(path, buffer.getvalue())


def _version(library):
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return None


def _digest(*arrays):
    """Return a hash of arrays, of their types and of their shapes."""
    total = hashlib.sha256()
    for array in arrays:
        if array is None:
            total.update(b"none")
            continue
        total.update(f"{array.dtype} {array.shape}".encode())
        # An array on disk is read in parts.
        for part in np.array_split(array, 1 + array.nbytes // 2**26):
            total.update(np.ascontiguousarray(part).tobytes())
    return total.hexdigest()


def describe(value, name=""):
    """Return a description of a parameter that JSON can hold, different for different behaviour.

    Parameters
    ----------
    value : object
        An estimator, a function, a number, a text, an array, or a list or dictionary of these.
    name : str, default=""
        Name of the parameter, for the error.

    Returns
    -------
    description : object
        Lists, texts and numbers.

    Raises
    ------
    NotRemembered
        If the behaviour of the value is not determined by its description.
    """
    if name.rpartition("__")[2] == "random_state" and value is None:
        raise NotRemembered(f"{name}=None draws anew in each fit; give it a number")
    if value is None or isinstance(value, (bool, int, float, str)):
        return [type(value).__name__, repr(value)]
    if isinstance(value, np.generic):
        return [str(value.dtype), repr(value.item())]
    if isinstance(value, np.ndarray) and value.dtype != object:
        return ["array", _digest(value)]
    if isinstance(value, Mapping):
        inner = [[describe(key), describe(part, _join(name, key))] for key, part in value.items()]
        return [type(value).__name__, inner]
    if isinstance(value, (list, tuple, range, np.ndarray)):
        return [type(value).__name__, [describe(part, _step(name, part)) for part in value]]
    if isinstance(value, partial):
        return ["partial", describe([value.func, value.args, value.keywords], name)]
    if isclass(value) or isroutine(value) or isinstance(value, np.ufunc):
        return ["code", _name_of_code(value, name)]
    # What overrides cloning keeps more than its parameters, as FrozenEstimator does.
    cloned = getattr(type(value), "__sklearn_clone__", None)
    if hasattr(value, "get_params") and cloned in (None, BaseEstimator.__sklearn_clone__):
        kind = _name_of_code(type(value), name)
        parameters = sorted(value.get_params(deep=False).items())
        return [kind, [[key, describe(part, _join(name, key))] for key, part in parameters]]
    raise NotRemembered(
        f"{name or 'the model'} is a {type(value).__name__}, which cannot be compared with that "
        "of an earlier run"
    )


def _join(name, key):
    return f"{name}__{key}" if name else str(key)


def _step(name, part):
    """Return the name of an element: a step of a Pipeline is called after itself."""
    if isinstance(part, tuple) and len(part) > 1 and isinstance(part[0], str):
        return _join(name.rpartition("__")[0], part[0])
    return name


def _name_of_code(value, name):
    """Return the full name of a class or function of an installed module, and its version."""
    module = getattr(value, "__module__", None)
    full = f"{module}.{getattr(value, '__qualname__', getattr(value, '__name__', value))}"
    if isinstance(value, np.ufunc):
        return f"numpy.{value.__name__}"
    owner = getattr(value, "__self__", None)
    if "<" in full or not (owner is None or owner is sys.modules.get(module)):
        raise NotRemembered(f"{name or full} is {full}, which has no name to know it by")
    if not _is_installed(module):
        raise NotRemembered(f"{full} is not in an installed module, so it may have been edited")
    version = _version_of_package(module)
    return f"{full} {version}" if version else full


@cache
def _version_of_package(module):
    """Return the versions of the distributions that hold the top-level package of a module."""
    top = str(module).partition(".")[0]
    # The versions of Python and of this package are part of every key.
    if top == "skspectra" or top in sys.stdlib_module_names:
        return ""
    names = sorted(set(_distributions().get(top, [])))
    versions = [f"{name} {_version(name)}" for name in names]
    own = getattr(sys.modules.get(top), "__version__", None)
    return ", ".join(versions) or str(own or "")


@cache
def _distributions():
    return importlib.metadata.packages_distributions()


def _is_installed(module):
    top = str(module).partition(".")[0]
    if top == "skspectra" or (top in sys.stdlib_module_names and top != "__main__"):
        return True
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return bool({"site-packages", "dist-packages"} & set(Path(file).parts))
