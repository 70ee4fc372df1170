"""Estimators as the lines of Python that build them."""

import inspect
import sys
import types
from functools import partial

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline, make_pipeline

WIDTH = 88


def python_code(estimator, name="model"):
    """Return the import lines and the expression that build an unfitted estimator.

    Parameters
    ----------
    estimator : estimator
        The estimator. Parameters that have their default values are left out. A Pipeline is
        written as ``make_pipeline`` where its steps have the names that this function gives.
    name : str, default="model"
        Name of the variable that the estimator is assigned to.

    Returns
    -------
    code : str
        Lines of Python.

    Raises
    ------
    ValueError
        If a parameter cannot be written as Python, such as a lambda or a function that was
        defined inside another one.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.svm import SVC
    >>> from skspectra.preprocessing import SpectrumNormalizer
    >>> print(python_code(make_pipeline(SpectrumNormalizer(), SVC(C=10))))
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import SVC
    from skspectra.preprocessing import SpectrumNormalizer
    <BLANKLINE>
    model = make_pipeline(SpectrumNormalizer(), SVC(C=10))
    """
    imports = set()
    expression = _write(estimator, imports)
    modules = {}
    for module, imported in sorted(imports):
        modules.setdefault(module, []).append(imported)
    lines = [f"from {module} import {', '.join(names)}" for module, names in modules.items()]
    line = f"{name} = {expression}"
    return "\n".join(
        [*lines, "", line if len(line) <= WIDTH else f"{name} = {_break(expression)}"]
    )


def _write(value, imports):
    if isinstance(value, BaseEstimator):
        return _write_estimator(value, imports)
    if isinstance(value, np.ndarray):
        imports.add(("numpy", "array"))
        dtype = f", dtype={_quote(str(value.dtype))}" if value.dtype.kind in "biuf" else ""
        return f"array({_write(value.tolist(), imports)}{dtype})"
    if isinstance(value, np.generic):
        return _write(value.item(), imports)
    if isinstance(value, dict):
        cells = (f"{_write(k, imports)}: {_write(v, imports)}" for k, v in value.items())
        return "{" + ", ".join(cells) + "}"
    if type(value) in (list, tuple):
        cells = [_write(item, imports) for item in value]
        if isinstance(value, list):
            return "[" + ", ".join(cells) + "]"
        return "(" + ", ".join(cells) + ("," if len(cells) == 1 else "") + ")"
    if isinstance(value, partial):
        imports.add(("functools", "partial"))
        cells = [_write(item, imports) for item in (value.func, *value.args)]
        cells += [f"{key}={_write(item, imports)}" for key, item in value.keywords.items()]
        return f"partial({', '.join(cells)})"
    if isinstance(value, (type, types.FunctionType, np.ufunc)):
        return _import(value, imports)
    if isinstance(value, float) and not np.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, str):
        return _quote(value)
    if value is None or isinstance(value, (bool, int, float, bytes, complex)):
        return repr(value)
    raise ValueError(f"{value!r} cannot be written as Python")


def _write_estimator(estimator, imports):
    if type(estimator) is Pipeline:
        steps = [step for _, step in estimator.steps]
        settings = estimator.memory, estimator.verbose, estimator.transform_input
        if make_pipeline(*steps).steps == estimator.steps and settings == (None, False, None):
            imports.add(("sklearn.pipeline", "make_pipeline"))
            return f"make_pipeline({', '.join(_write(step, imports) for step in steps)})"
    signature = inspect.signature(type(estimator).__init__).parameters
    arguments, positional = [], True
    for parameter in list(signature.values())[1:]:
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        value = getattr(estimator, parameter.name)
        if not _same(value, parameter.default):
            required = parameter.default is parameter.empty
            positional = positional and required
            text = _write(value, imports)
            arguments.append(text if positional else f"{parameter.name}={text}")
    return f"{_import(type(estimator), imports)}({', '.join(arguments)})"


def _same(value, default):
    if value is default:
        return True
    return type(value) is type(default) and repr(value) == repr(default)


def _import(thing, imports):
    """Note the import of a class or function, from its public module if that has it."""
    module, name = getattr(thing, "__module__", None) or "numpy", thing.__name__
    public = module.split("._")[0]
    for place in (public, module):
        if place != "__main__" and getattr(sys.modules.get(place), name, None) is thing:
            imports.add((place, name))
            return name
    raise ValueError(f"{thing!r} cannot be imported, so it cannot be written as Python")


def _quote(text):
    return repr(text) if '"' in text or "\\" in text else '"' + repr(text)[1:-1] + '"'


def _break(expression, room=WIDTH, indent=0):
    """Put each part of the outermost brackets on a line of its own, and do the same inside."""
    if len(expression) <= room - indent or expression[-1] not in ")]}":
        return expression
    starts = [expression.find(bracket) for bracket in "([{"]
    start = 1 + min(place for place in starts if place >= 0)
    parts = _split(expression[start:-1])
    if parts == [""]:
        return expression
    inner, begin = indent + 4, " " * (indent + 4)
    lines = "".join(f"{begin}{_break(part, room - 1, inner)},\n" for part in parts if part)
    return f"{expression[:start]}\n{lines}{' ' * indent}{expression[-1]}"


def _split(text):
    """Split at the commas that are in no brackets and no string."""
    depth, quote, parts, start = 0, "", [], 0
    for i, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote and text[i - 1] != "\\" else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "," and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    return [*parts, text[start:].strip()]
