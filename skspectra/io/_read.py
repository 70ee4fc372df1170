"""Read files of spectra: find them, read each one, and bring them onto one axis with labels."""

import glob
import itertools
import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from skspectra.io import _readers
from skspectra.io._checks import MIN_POINTS
from skspectra.io._columns import read_columns, unit_of
from skspectra.io._instruments import find_reader, read_fixed_steps
from skspectra.io._labels import attach, is_table, needs_folders
from skspectra.io._merge import merge
from skspectra.io._part import BadFileError, list_names
from skspectra.io._rows import find_delimiter, read_rows
from skspectra.io._text import as_number, is_comment, read_with

# What lies beside spectra in a folder and is none.
_IGNORED = {".md", ".pdf", ".png", ".jpg", ".jpeg", ".svg", ".html", ".py", ".ini", ".docx"}
_IGNORED |= {".skops", ".npz", ".cif"}

# Fewer columns that have a number as their name may be samples, where the first may be the axis.
_N_AXIS = 20
_AXIS = re.compile(
    r"\b(angles?|2?theta|x|axis|wave ?numbers?|wave ?lengths?|shift|raman|ppm|energy|frequency)\b",
    re.I,
)


def read_spectra(
    paths,
    *,
    labels=None,
    groups=None,
    target=None,
    group=None,
    separators=None,
    unit=None,
    wavelength=None,
    x_axis=None,
    layout=None,
    transmittance=None,
    min_cover=0.8,
    drop_incomplete=False,
    skip_unreadable=False,
):
    """Read files of spectra, with their labels, onto one axis.

    A file holds one spectrum (two columns of text, or the file of an instrument) or a table with
    one spectrum per row or per column. The suffix and the content of a file tell what it is. The
    `remarks` say what was done to the spectra.

    Parameters
    ----------
    paths : str, path-like or list of them
        Files; a folder, whose files are read; or a pattern such as ``"run*/*.xy"``.
    labels : str or path-like, default=None
        Where the labels are: a CSV file whose first column names the files; "folder", the folder
        that a file lies in; "name", the name of the file up to numbers that are set apart at its
        end; or a pattern of the name such as ``"{label}_{group}_*.xy"``.
    groups : str or path-like, default=None
        Where the groups are, in the same ways.
    target : str, default=None
        Name of the column with the labels, in tables with one spectrum per row or in the CSV file
        `labels`, where "label" or else the second column is taken by default.
    group : str, default=None
        Name of the column with the groups, in the same places.
    separators : str, default=None
        Characters that separate several labels of one spectrum, for instance ``"+;"``. With them
        `y` is a 0/1 matrix.
    unit : str, default=None
        Unit of the axis, where the files do not tell it: "deg" (2theta), "cm-1", "nm", "ppm",
        "eV", "angstrom" (d) or "1/angstrom" (Q). None leaves it open.
    wavelength : float, default=None
        Wavelength of the radiation in angstrom, where the files do not tell it.
    x_axis : array-like of shape (n_points,), default=None
        The axis to bring the spectra onto, ascending. None finds one that all have in common.
    layout : {"rows", "columns"}, default=None
        Whether tables hold one spectrum per row or per column. None takes what fits the table.
    transmittance : {"convert", "keep"}, default=None
        What to do with transmittance: convert it to absorbance, or keep it. None refuses
        such files, because bands of transmittance point down, and max pooling would lose them.
    min_cover : float, default=0.8
        Share of the usual range that a file must cover. Where few files cover less, these are
        left out, so that one short file does not shorten all spectra.
    drop_incomplete : bool, default=False
        Whether to leave out rows of tables that have empty or unreadable cells.
    skip_unreadable : bool, default=False
        Whether to leave out files that cannot be read, or do not cover `x_axis`. Files that
        differ in unit, or lack a label, are an error all the same.

    Returns
    -------
    spectra : Spectra
        The spectra with axis, names, labels, groups and metadata, and what was skipped.

    Raises
    ------
    ValueError
        If a file is not what it should be, or if files do not go together. The message is one
        line and names the file, the line and the column.
    OSError
        If a file cannot be opened.
    ImportError
        If a format needs a library that is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skspectra.io import read_spectra
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name, heights in {"quartz_1.xy": "193", "calcite_1.xy": "216"}.items():
    ...         lines = [f"{20 + i} {height}" for i, height in enumerate(heights)]
    ...         _ = (Path(folder) / name).write_text("\\n".join(lines))
    ...     spectra = read_spectra(folder, labels="name", unit="deg")
    >>> spectra.X[0], spectra.x_axis, spectra.y.tolist()
    (array([2., 1., 6.]), array([20., 21., 22.]), ['calcite', 'quartz'])
    """
    files, remarks = find_files(paths, labels, groups)
    parts, skipped = {}, {}
    for name, path in files.items():
        try:
            parts[name] = read_file(
                path,
                target=target if labels is None else None,
                group=group if labels is None and groups is None else None,
                layout=layout,
                drop_incomplete=drop_incomplete,
            )
        except (ValueError, OSError) as error:
            if not skip_unreadable:
                raise
            is_system = isinstance(error, OSError)
            skipped[name] = f"{path}: {error.strerror}" if is_system else str(error)
    if not parts:
        raise BadFileError(f"no file can be read: {next(iter(skipped.values()))}")
    spectra, sources = merge(
        parts,
        unit=unit,
        wavelength=wavelength,
        x_axis=x_axis,
        transmittance=transmittance,
        min_cover=min_cover,
        skip=skip_unreadable,
        skipped=skipped,
    )
    spectra = replace(spectra, remarks=(*remarks, *spectra.remarks))
    return attach(
        spectra,
        sources,
        labels=labels,
        groups=groups,
        target=target,
        group=group,
        separators=separators,
    )


def find_files(paths, labels=None, groups=None):
    """Return the files to read as a dictionary: their names, and where they are.

    Files of a folder are named by their path within it, others by their own name. Where folders
    are labels or groups, files of a folder without folders are named with it, and others by their
    whole path. All are named by their whole path where two have the same name. A table of labels
    is no spectrum.
    """
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if not given:
        raise BadFileError("no files are given; name files or a folder")
    tables = {os.path.realpath(source) for source in (labels, groups) if is_table(source)}
    found, remarks = {}, []
    folders = needs_folders(labels) or needs_folders(groups)
    for one in given:
        path = Path(one)
        if path.is_dir():
            inner = _in_folder(path, folders, tables, remarks)
            is_flat = folders and all(file.parent == path for file in inner)
            start = f"{Path(os.path.abspath(path)).name}/" if is_flat else ""
            found.update({file: start + file.relative_to(path).as_posix() for file in inner})
        elif glob.has_magic(str(one)) and not path.exists():
            matches = sorted(glob.glob(str(one), recursive=True))
            if not matches:
                raise BadFileError(f"{one}: no file has such a name")
            files = [Path(match) for match in matches if os.path.realpath(match) not in tables]
            found.update({file: _with_folder(file) if folders else file.name for file in files})
        else:
            found[path] = _with_folder(path) if folders else path.name
    names = list(found.values())
    if len({*names}) < len(names):
        found = {path: path.as_posix() for path in found}
    return {name: path for path, name in found.items()}, remarks


def _with_folder(path):
    """Return the path of a file as text, with its folder where it names none."""
    if path.parent.name:
        return path.as_posix()
    return f"{Path(os.path.abspath(path)).parent.name}/{path.name}"


def _in_folder(folder, with_folders, tables, remarks):
    """Return the files of a folder, or of the folders in it, without hidden ones and documents."""
    entries = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    inner = [path for path in entries if path.is_dir()]
    if with_folders:
        entries = [
            path
            for entry in entries
            for path in (sorted(entry.iterdir()) if entry.is_dir() else [entry])
            if not path.name.startswith(".")
        ]
        if deep := [path for path in entries if path.is_dir()]:
            raise BadFileError(
                f"{deep[0]}: a folder in a folder in the folder; only one level gives labels"
            )
    elif inner and len(inner) == len(entries):
        raise BadFileError(
            f"{folder}: it holds no files but folders ({list_names([p.name for p in inner])}); "
            "name the folders themselves, or take them as labels with labels='folder' (--labels "
            "folder)"
        )
    elif inner:
        remarks.append(
            f"{folder}: folders in it are not read: {list_names([p.name for p in inner])}"
        )
    files = [path for path in entries if not path.is_dir()]
    files = [path for path in files if os.path.realpath(path) not in tables]
    others = [p for p in files if p.suffix.lower() in _IGNORED or p.name.lower() == "labels.csv"]
    if others:
        remarks.append(f"{folder}: no spectra, not read: {list_names([p.name for p in others])}")
    files = [path for path in files if path not in others]
    if not files:
        raise BadFileError(f"{folder}: it holds no files of spectra")
    return files


def read_file(path, *, target, group, layout, drop_incomplete):
    """Return what one file holds, as a :class:`Part`."""
    options = {"target": target, "group": group, "drop_incomplete": drop_incomplete}
    if known := _readers.find(path):
        return _readers.read(path, *known)
    part = read_with(path, lambda stream: _read_text(path, stream, layout, options))
    if part.rows and len({*part.rows}) < len(part.rows):
        raise BadFileError(f"{path}: two spectra have the same name; rename one")
    return part


def _read_text(path, stream, layout, options):
    """Read a text file, which has one spectrum per row or one point per line."""
    above = []
    for first in stream:
        if not is_comment(first) and not first.startswith("sep="):
            break
        above.append(first)
    else:
        raise BadFileError(f"{path}: line 1 is empty, and so are all others; the file has no data")
    line = len(above) + 1
    second = stream.readline()
    head = "".join([*above, first, second])
    # A title may be above what tells the format.
    third = stream.readline() if len(head) < 2**16 else ""
    if reader := find_reader(path, head + third):
        return reader(path, head + third + stream.read())
    if _is_row_table(first, second, layout, options):
        lines = itertools.chain([second, third], stream)
        if layout is None and options["target"] is None and options["group"] is None:
            lines = _check_rows(path, line, first, lines)
        return read_rows(path, first, line, lines, **options)
    text = head + third + stream.read()
    if part := read_fixed_steps(path, text):
        return part
    return read_columns(path, text, layout=layout)


def _check_rows(path, line, first, lines):
    """Return the lines below a header of numbers, or raise if columns may be the spectra as well.

    It is not clear where few columns have a number as their name, which may be that of a sample,
    beside a column that may be an axis by its name and its values.
    """
    mark = find_delimiter(first)
    name, *others = (text.strip() for text in first.replace('"', "").split(mark))
    numbers = [as_number(text if mark == "," else text.replace(",", ".")) for text in others]
    if len(others) >= _N_AXIS or None in numbers or not _AXIS.search(name.replace("_", " ")):
        return lines
    lines = list(lines)
    texts = [text.replace('"', "").split(mark)[0] for text in lines if not is_comment(text)]
    values = [as_number(text if mark == "," else text.replace(",", ".")) for text in texts]
    if len(values) < MIN_POINTS or None in values:
        return lines
    steps = np.diff(values)
    if not ((steps > 0).all() or (steps < 0).all()):
        return lines
    raise BadFileError(
        f"{path}: line {line}: the column {name!r} may be the axis, and so may the names of the "
        f"other {len(others)} columns; say layout='columns' if each column is a spectrum, "
        "layout='rows' if each row is"
    )


def _is_row_table(first, second, layout, options):
    """Return whether a line is a header of numbers with a spectrum in the line below it."""
    if layout is not None:
        return layout == "rows"
    if options["target"] is not None or options["group"] is not None:
        return True
    mark = find_delimiter(first)
    names = [name.strip() for name in first.replace('"', "").split(mark)]
    if len(names) != len(second.replace('"', "").split(mark)):
        return False
    numbers = [as_number(name if mark == "," else name.replace(",", ".")) for name in names]
    axis = np.array([number for number in numbers if number is not None])
    if len(axis) < 2 or (len(axis) == len(names) and len(axis) < 4):
        return False
    if numbers[0] is None and len(axis) == len(names) - 1 and unit_of(names[0]):
        return False
    steps = np.diff(axis)
    if numbers[0] is None and len(axis) == len(names) - 1 and axis[0] in (0, 1):
        # Spectra that are numbered, beside an axis of another name.
        is_number = as_number(second.split(mark)[0].replace(",", ".")) is not None
        if is_number and (steps == 1).all():
            return False
    return len(axis) < len(names) or bool((steps > 0).all() or (steps < 0).all())
