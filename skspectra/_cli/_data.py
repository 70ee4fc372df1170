"""Reading the user's files: the options of it, and what is said of them."""

import glob
import re
from dataclasses import replace
from pathlib import Path

from skspectra._cli._shared import UserError, busy, show_warning
from skspectra._words import count

# Where more than one file in so many is bad, something else is wrong.
MAX_BAD = 5
# The file's name and the row, column or block of it. A name may hold colons itself; columns have
# the names of a header, so these follow the suffix of a file.
_ROW = re.compile(r"(.+):(?:line|column|block) \d+|(.+?\.[A-Za-z]\w*):.+", re.DOTALL)


def add_reading_options(parser):
    """Add the options that say how files are read."""
    group = parser.add_argument_group("reading")
    group.add_argument("--unit", help="unit of the axis, where the files do not tell it: cm-1")
    group.add_argument(
        "--wavelength",
        metavar="LINE",
        help="CuKa, MoKa1, ... or angstrom, where the files do not tell it",
    )
    group.add_argument(
        "--layout", choices=("rows", "columns"), help="a table's spectra are its rows or columns"
    )
    group.add_argument(
        "--absorbance", action="store_true", help="convert transmittance to absorbance"
    )
    group.add_argument(
        "--drop-incomplete", action="store_true", help="leave out rows with empty cells"
    )
    group.add_argument("--strict", action="store_true", help="stop at the first bad file")


def add_label_options(parser):
    """Add the options that say where labels and groups are."""
    group = parser.add_argument_group("labels and groups")
    group.add_argument(
        "--labels",
        metavar="SOURCE",
        help="a CSV file with the columns file and label; 'folder' or 'name', which hold the "
        "label; or a pattern of the name such as '{label}_*.xy'",
    )
    group.add_argument("--groups", metavar="SOURCE", help="the same for groups")
    group.add_argument("--target", metavar="COLUMN", help="column with the labels")
    group.add_argument(
        "--group", metavar="COLUMN", help="column with the groups; a group is never divided"
    )
    group.add_argument(
        "--multilabel",
        action="store_true",
        help="several labels a spectrum, separated by + or ;",
    )
    group.add_argument(
        "--min-class", metavar="N", type=int, help="leave out classes with fewer spectra or groups"
    )
    group.add_argument(
        "--range",
        nargs=2,
        metavar=("LOW", "HIGH"),
        type=float,
        help="use this part of the axis only",
    )


def read(options, *, labels=None, **more):
    """Read files as the options say.

    Parameters
    ----------
    options : Namespace
        The options of the command line.
    labels : str, default=None
        Where the labels are.
    **more : dict
        Further arguments of :func:`skspectra.io.read_spectra`.

    Returns
    -------
    spectra : Spectra
        What was read.

    Raises
    ------
    UserError
        If the files are not what they should be.
    """
    from skspectra.io import read_spectra

    refuse_models(options.paths)
    try:
        with busy("reading"):
            spectra = read_spectra(
                options.paths,
                labels=labels,
                unit=options.unit,
                wavelength=angstrom(options.wavelength),
                layout=options.layout,
                transmittance="convert" if options.absorbance else None,
                drop_incomplete=options.drop_incomplete,
                skip_unreadable=_may_skip(options),
                **more,
            )
    except OSError as error:
        raise UserError(f"{error.filename or options.paths[0]}: {error.strerror}") from None
    except (ImportError, ValueError) as error:
        raise UserError(in_options(error)) from None
    return spectra


def is_model(name):
    """Return whether a file is a model, by its beginning or by its suffix."""
    try:
        with Path(name).open("rb") as file:
            return file.read(16) == b"skspectra-model " or Path(name).suffix == ".skops"
    except OSError:
        return False


def refuse_models(paths):
    """Raise a UserError if one of the files to read is a model."""
    found = [path for path in paths if is_model(path)]
    if found:
        raise UserError(
            f"{found[0]} is a model and holds no spectra; 'skspectra show {found[0]}' says what "
            f"it is, 'skspectra predict {found[0]} FILES' uses it"
        )


def angstrom(line):
    """Return a wavelength in angstrom: a number, or the first line of an anode by its name.

    Parameters
    ----------
    line : str or None
        What was given, such as "1.5406", "CuKa" or "MoKa1".

    Returns
    -------
    wavelength : float or None
        The wavelength; None where none was given.

    Raises
    ------
    UserError
        If it is neither a positive number nor a name that is known.
    """
    if line is None:
        return None
    from skspectra.diffraction import wavelengths

    try:
        return float(wavelengths(number_or_name(line))[0, 0])
    except ValueError as error:
        raise UserError(in_options(error)) from None


def number_or_name(text):
    """Return a wavelength as `skspectra.diffraction.wavelengths` takes it."""
    try:
        return float(text)
    except ValueError:
        return text


def in_options(error):
    """Return the text of an error with options of the command line in place of arguments."""
    text = re.sub(r"\w+=\S+ \((--[^)]+?)( on the command line)?\)", r"\1", str(error))
    return re.sub(r"\b(layout|unit|labels|wavelength)=('[^']*'|\.\.\.|[\w.+-]+)", _as_option, text)


def _as_option(found):
    value = found[2].strip("'")
    return f"--{found[1]}" + ("" if value == "..." else f" {value}")


def _may_skip(options):
    """Return whether a bad file may be left out: there are others, and --strict is not given."""
    first = options.paths[0]
    several = len(options.paths) > 1 or Path(first).is_dir() or glob.has_magic(first)
    return several and not options.strict


def read_labelled(options):
    """Read files with their labels; check and describe them.

    Parameters
    ----------
    options : Namespace
        The options of the command line.

    Returns
    -------
    spectra : Spectra
        Spectra of two classes or more.
    status : int
        1 if a file or a row was left out, 0 otherwise.
    """
    if options.target is None and options.labels is None:
        raise UserError(
            "labels are needed: --target, the column of a table; or --labels with a CSV file, "
            "'folder' or 'name'"
        )
    spectra = read(
        options,
        labels=options.labels,
        groups=options.groups,
        target=options.target,
        group=options.group,
        separators="+;" if options.multilabel else None,
    )
    status = report_skipped(spectra, MAX_BAD)
    spectra = crop(spectra, options.range)
    describe(spectra, options)
    spectra = drop_rare(spectra, options)
    return spectra, status


def report_skipped(spectra, max_bad=None):
    """Name the files and rows that were left out, and return the exit status, 0 or 1.

    Parameters
    ----------
    spectra : Spectra
        What was read.
    max_bad : int, default=None
        More than one bad file in so many is an error.

    Returns
    -------
    status : int
        1 if a file or a row was left out.
    """
    skipped = spectra.skipped
    # Single rows are left out where that was asked for, so they speak against no file.
    bad = [with_place(*one) for one in skipped.items() if file_of(one[0]) == one[0]]
    n_files = len({file_of(name) for name in spectra.names}) + len(bad)
    if max_bad and len(bad) * max_bad > n_files:
        first, *rest = bad
        them = "is" if len(rest) == 1 else "are"
        more = f"; {count(len(rest), 'more files')} {them} bad, too" if rest else ""
        raise UserError(f"{first}{more}")
    for name, reason in skipped.items():
        show_warning(f"left out: {with_place(name, reason)}")
    return int(bool(skipped))


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
    print(f"no --group: every spectrum is taken as an independent sample{hint}")


def hint_at_several(spectra, counts):
    """Say that labels look as if they were several."""
    if spectra.y.ndim == 2:
        return
    joined = [name for name in counts if any(mark in name.strip("+;") for mark in "+;")]
    if joined:
        print(f"{joined[0]!r} is taken as one label; with --multilabel it is several")


def labels_beside(paths):
    """Return a file labels.csv in the one folder that is given, or None."""
    if len(paths) != 1 or not Path(paths[0]).is_dir():
        return None
    path = Path(paths[0]) / "labels.csv"
    return str(path) if path.is_file() else None
