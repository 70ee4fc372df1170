"""Read the files of the user: the options for it, and what was left out."""

import glob
import re
from pathlib import Path

from skspectra._cli._shared import UserError, busy, show_warning
from skspectra._cli._spectra import crop, describe, drop_rare, file_of, with_place
from skspectra._words import count

# Where more than one file in so many is bad, something else is wrong.
MAX_BAD = 5
# Arguments of functions that are options of the same name.
_OPTIONS = "layout|unit|labels|wavelength|polarization"


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
        help="spectra have several labels, separated by + or ;",
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
        raise UserError(in_options(error, options)) from None
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


def in_options(error, options=None):
    """Return the text of an error with options of the command line in place of arguments.

    Where a command has no labels, the text does not advise to use them.
    """
    text = str(error)
    if options is not None and not hasattr(options, "labels"):
        text = text.partition(", or take them as labels with ")[0]
    text = re.sub(r"\w+=\S+ \((--[^)]+?)( on the command line)?\)", r"\1", text)
    return re.sub(rf"\b({_OPTIONS})=('[^']*'|\.\.\.|[\w.+-]+)", _as_option, text)


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
    spectra, status = read_described(options, options.labels)
    return drop_rare(spectra, options), status


def read_described(options, labels):
    """Read files with the labels and groups that there are, crop the spectra and describe them.

    Parameters
    ----------
    options : Namespace
        The options of the command line.
    labels : str or None
        Where labels come from, as in :func:`skspectra.io.read_spectra`.

    Returns
    -------
    spectra : Spectra
        The spectra.
    status : int
        1 if a file or a row was left out, 0 otherwise.
    """
    spectra = read(
        options,
        labels=labels,
        groups=options.groups,
        target=options.target,
        group=options.group,
        separators="+;" if options.multilabel else None,
    )
    status = report_skipped(spectra, MAX_BAD)
    spectra = crop(spectra, options.range)
    describe(spectra, options)
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


def labels_beside(paths):
    """Return a file labels.csv in the one folder that is given, or None."""
    if len(paths) != 1 or not Path(paths[0]).is_dir():
        return None
    path = Path(paths[0]) / "labels.csv"
    return str(path) if path.is_file() else None
