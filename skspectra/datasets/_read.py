"""Read the user's spectra from a delimited text file."""

import csv
from array import array
from operator import itemgetter
from pathlib import Path

import numpy as np
from sklearn.utils import Bunch

_DELIMITERS = ",;\t"
# The networks compute in single precision.
_LARGEST = float(np.finfo(np.float32).max)


def read_spectra(path, target, group=None):
    """Read labelled spectra from a CSV file with one row per spectrum.

    Columns whose names are finite numbers are the points of the spectra, and their names are the
    axis. Every other column is metadata: ``target`` holds the labels, and ``group`` says which
    rows belong together (replicates of one sample, spectra of one instrument).

    Parameters
    ----------
    path : str or path-like
        UTF-8 text with a header, with or without a byte-order mark. Fields are separated by
        commas, semicolons or tabs (whichever gives the header most fields) and may be quoted.
    target : str
        Name of the column with the class labels.
    group : str, default=None
        Name of the column with the groups.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes.

        X : ndarray of shape (n_samples, n_points), float64
            The intensities, with columns in the order of ``x_axis``.
        y : ndarray of shape (n_samples,), str
            The labels, without surrounding blanks.
        groups : ndarray of shape (n_samples,), str, or None
            The groups, or None without ``group``.
        x_axis : ndarray of shape (n_points,), float64
            The axis in the unit of the file, ascending.
        metadata : list of str
            Names of the columns that are neither axis nor ``target`` nor ``group``.
        repeating : list of str
            The names in ``metadata`` whose columns hold several values, some of them more than
            once; such a column may be suitable as ``group``.
        feature_names : list of str
            The axis as it is written in the header, in the order of ``x_axis``.

    Raises
    ------
    ValueError
        If the file is not such a table, or if an intensity is too large for single precision. The
        message is one line and names the file, the line (the header is line 1) and the column.
    OSError
        If the file cannot be opened.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skspectra.datasets import read_spectra
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "spectra.csv"
    ...     _ = file.write_text("phase,20.5,20.0\\nquartz,1,0\\ncalcite,0,2\\n")
    ...     data = read_spectra(file, target="phase")
    >>> data.x_axis, data.X[0], data.y[0]
    (array([20. , 20.5]), array([0., 1.]), np.str_('quartz'))
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(path, file, target, group)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not a CSV file in UTF-8 ({error.reason})") from None
    except csv.Error as error:
        raise ValueError(f"{path}: not a CSV file ({error})") from None


def _read(path, file, target, group):
    first_line = file.readline()
    if not first_line.strip():
        raise ValueError(f"{path}: line 1 is empty; a header with the column names is needed")
    if "\0" in first_line:
        raise ValueError(f"{path}: not a CSV file (it holds binary data)")
    file.seek(0)
    rows = csv.reader(file, delimiter=_find_delimiter(first_line), strict=True)
    lines = _lines(path, rows)
    header = [name.strip() for name in next(lines)]
    if len(header) == 1:
        raise ValueError(f"{path}: line 1: fields must be separated by commas, semicolons or tabs")
    target_column = _find_column(path, header, target)
    group_column = None if group is None else _find_column(path, header, group)
    columns, x_axis = _find_axis(path, header, {target_column, group_column})

    kept = {*columns, target_column, group_column}
    others = {i: set() for i in range(len(header)) if i not in kept}
    pick = itemgetter(*columns)
    values, labels, groups = array("d"), [], []
    for row in lines:
        if not row:
            continue
        where = f"{path}: line {rows.line_num}"
        if len(row) != len(header):
            raise ValueError(f"{where}: {len(row)} fields, but the header has {len(header)}")
        labels.append(_label(where, header, row, target_column))
        if group is not None:
            groups.append(_label(where, header, row, group_column))
        for i, seen in others.items():
            seen.add(row[i])
        values.frombytes(_intensities(where, header, row, columns, pick).tobytes())
    if not labels:
        raise ValueError(f"{path}: there is only a header, and no spectra")

    X = np.frombuffer(values, dtype=np.float64).reshape(len(labels), len(columns))
    order = np.argsort(x_axis)
    if np.any(np.diff(order) != 1):
        X, x_axis = X[:, order], x_axis[order]
    return Bunch(
        X=X,
        y=np.array(labels),
        groups=np.array(groups) if groups else None,
        x_axis=x_axis,
        metadata=[header[i] for i in others],
        repeating=[header[i] for i, seen in others.items() if 1 < len(seen) < len(labels)],
        feature_names=[header[columns[i]] for i in order],
    )


def _lines(path, rows):
    """Yield the rows of a reader; an error names the line on which its row begins."""
    while True:
        first = rows.line_num + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise ValueError(
                f"{path}: line {first}: a quote is misplaced or not closed ({error})"
            ) from None
        yield row


def list_names(names, n_shown=10):
    """Return the first few names as text.

    Parameters
    ----------
    names : list of str
        The names; an empty name is shown as "(unnamed)".
    n_shown : int, default=10
        Largest number of names to show.

    Returns
    -------
    text : str
        For instance "a, b and 3 more".
    """
    text = ", ".join(name or "(unnamed)" for name in names[:n_shown])
    return text + (f" and {len(names) - n_shown} more" if len(names) > n_shown else "")


def _find_delimiter(line):
    """Return the delimiter that splits a line into most fields; the comma wins a tie."""
    return max(_DELIMITERS, key=lambda mark: len(next(csv.reader([line], delimiter=mark), [])))


def _find_column(path, header, name):
    if header.count(name) == 1:
        return header.index(name)
    if name in header:
        raise ValueError(f"{path}: line 1: the column {name!r} occurs {header.count(name)} times")
    names = [other and repr(other) for other in header if _as_number(other) is None]
    there = list_names(names) if names else "only columns with numbers for names"
    raise ValueError(f"{path}: line 1: no column {name!r}; there is {there}")


def _find_axis(path, header, not_axis):
    """Return the columns of the intensities and their axis values, in the order of the file."""
    columns, x_axis, seen = [], [], {}
    for i, name in enumerate(header):
        value = _as_number(name)
        if value is None or i in not_axis:
            continue
        if value in seen:
            raise ValueError(
                f"{path}: line 1: the columns {seen[value]!r} and {name!r} are the same point "
                "of the axis"
            )
        seen[value] = name
        columns.append(i)
        x_axis.append(value)
    if len(columns) < 2:
        raise ValueError(
            f"{path}: line 1: {len(columns)} columns have a number as their name; at least 2 are "
            "needed as the axis (with a decimal point, not a comma)"
        )
    return columns, np.array(x_axis)


def _as_number(text):
    """Return the finite number that a text stands for, or None."""
    try:
        # Python reads 1_000 as a number, but in a file it is a mistake.
        value = float(text.replace("_", "?"))
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _label(where, header, row, column):
    label = row[column].strip()
    if not label:
        raise ValueError(f"{where}, column {header[column]!r}: the cell is empty")
    return label


def _intensities(where, header, row, columns, pick):
    texts = pick(row)
    try:
        values = np.array(texts, dtype=np.float64)
    except ValueError:
        values = None
    if values is not None and (abs(values) <= _LARGEST).all() and "_" not in "".join(texts):
        return values
    numbers = {i: _as_number(row[i]) for i in columns}
    column = next(i for i, x in numbers.items() if x is None or abs(x) > _LARGEST)
    text = row[column].strip()
    if not text:
        trouble = "the cell is empty"
    elif numbers[column] is None:
        trouble = f"{text[:40]!r} is not a finite number"
    else:
        trouble = f"{text[:40]!r} is beyond single precision ({_LARGEST:.2g})"
    raise ValueError(f"{where}, column {header[column]!r}: {trouble}")
