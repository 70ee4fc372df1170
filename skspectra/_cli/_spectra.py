"""Spectra that were read: their names, their classes, and what is said of them."""

import re
from dataclasses import replace

from skspectra._cli._shared import UserError
from skspectra._words import count

# The file's name and the row, column or block of it. A name may hold colons itself; columns have
# the names of a header, so these follow the suffix of a file.
_ROW = re.compile(r"(.+):(?:line|column|block) \d+|(.+?\.[A-Za-z]\w*):.+", re.DOTALL)


def with_place(name, reason):
    """Return why something was left out, with its name."""
    return reason if name in reason else f"{name}: {reason}"


def file_of(name):
    """Return the file that a spectrum comes from, by its name."""
    name = str(name)
    found = _ROW.fullmatch(name)
    return found[1] or found[2] if found else name


def crop(spectra, limits):
    """Return the part of the spectra between two points of the axis."""
    if limits is None:
        return spectra
    low, high = limits
    if not low < high:
        raise UserError(f"--range {low:g} {high:g}: the first number must be below the second")
    inside = (spectra.x_axis >= low) & (spectra.x_axis <= high)
    if inside.sum() < 2:
        raise UserError(
            f"--range {low:g} {high:g}: fewer than 2 points of the axis, which goes from "
            f"{spectra.x_axis[0]:g} to {spectra.x_axis[-1]:g}"
        )
    return replace(spectra, X=spectra.X[:, inside], x_axis=spectra.x_axis[inside])


def count_classes(spectra):
    """Return the number of spectra, or of groups, of each class, and which of them it is."""
    import numpy as np

    unit = "spectra" if spectra.groups is None else "groups"
    units = np.arange(len(spectra)) if spectra.groups is None else spectra.groups
    if spectra.y.ndim == 2:
        rows = [spectra.y[:, i] == 1 for i in range(len(spectra.classes))]
        names = spectra.classes.tolist()
    else:
        names = sorted(set(spectra.y.tolist()))
        rows = [spectra.y == name for name in names]
    return {
        name: len(set(units[row].tolist())) for name, row in zip(names, rows, strict=True)
    }, unit


def source(options):
    """Return what was read in a few words: the one path, or how many there are."""
    return str(options.paths[0]) if len(options.paths) == 1 else f"{len(options.paths)} paths"


def drop_rare(spectra, options):
    """Return spectra without classes that have fewer spectra or groups than asked for."""
    import numpy as np

    minimum = options.min_class
    counts, _ = count_classes(spectra)
    rare = [name for name, n in counts.items() if minimum and n < minimum]
    if rare:
        if spectra.y.ndim == 2:
            columns = [i for i, name in enumerate(spectra.classes) if name not in rare]
            y, classes = spectra.y[:, columns], spectra.classes[columns]
            # A spectrum that holds a substance without a column would count as one without it.
            rows = np.flatnonzero(y.sum(axis=1) == spectra.y.sum(axis=1))
            spectra = replace(spectra, y=y, classes=classes)
        else:
            rows = np.flatnonzero(~np.isin(spectra.y, rare))
        spectra = take(spectra, rows)
        listed = ", ".join(f"{name} ({counts[name]})" for name in rare)
        stay = f"{count(len(spectra), 'spectra')} stay{'s' if len(spectra) == 1 else ''}"
        print(f"--min-class {minimum}: left out are {listed}; {stay}")
        counts, _ = count_classes(spectra)
    if not counts or (spectra.y.ndim == 1 and len(counts) < 2):
        what = f"only one class, {next(iter(counts))!r}" if counts else "no class"
        raise UserError(f"{source(options)}: {what}: there is nothing to tell apart")
    return spectra


def take(spectra, rows):
    """Return some of the spectra, with all that belongs to them."""

    def part(values):
        return None if values is None else values[rows]

    return replace(
        spectra,
        X=spectra.X[rows],
        y=part(spectra.y),
        names=part(spectra.names),
        groups=part(spectra.groups),
        metadata={name: values[rows] for name, values in spectra.metadata.items()},
    )


def describe(spectra, options):
    """Say what was read: axis, classes, groups, and what was done."""
    from skspectra.io._part import list_names

    unit = f" {spectra.unit}" if spectra.unit else ""
    wavelength = f", wavelength {spectra.wavelength:g} angstrom" if spectra.wavelength else ""
    n_files = len({file_of(name) for name in spectra.names})
    files = f" in {n_files} files" if n_files > 1 else ""
    print(
        f"{source(options)}: {count(len(spectra), 'spectra')} of {spectra.X.shape[1]} points"
        f"{files}, "
        f"{spectra.x_axis[0]:g} to {spectra.x_axis[-1]:g}{unit}{wavelength}"
    )
    for remark in spectra.remarks:
        print(remark)
    if spectra.y is None:
        return
    counts, _ = count_classes(replace(spectra, groups=None))
    column = f" ({options.target})" if options.target else ""
    print(f"classes{column}: " + list_names([f"{name} {n}" for name, n in counts.items()]))
    hint_at_several(spectra, counts)
    if spectra.metadata:
        print(f"columns not used: {list_names(list(spectra.metadata))}")
    if spectra.groups is not None:
        column = f" ({options.group})" if options.group else ""
        print(f"groups{column}: {len(set(spectra.groups.tolist()))}")
        return
    repeating = [
        name
        for name, values in spectra.metadata.items()
        if 1 < len(set(values.tolist())) < len(values)
    ]
    hint = f"; values repeat in {list_names(repeating, 3)}" if repeating else ""
    print(f"no --group: every spectrum counts as independent{hint}")


def hint_at_several(spectra, counts):
    """Say that labels look as if they were several."""
    if spectra.y.ndim == 2:
        return
    joined = [name for name in counts if any(mark in name.strip("+;") for mark in "+;")]
    if joined:
        print(f"{joined[0]!r} is taken as one label; with --multilabel it is several")
