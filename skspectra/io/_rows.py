"""Tables with one row per spectrum: a header of numbers is the axis."""

import csv
import re
from array import array

import numpy as np

from skspectra.io._checks import BadRows, find_strays, in_order
from skspectra.io._part import BadFileError, Part, list_names
from skspectra.io._text import LARGEST, as_number

_DELIMITERS = ";\t,"
_QUOTED = re.compile('"[^"]*"')
# What programs write where a label is missing. "Na" is sodium, and "none" may be a class.
_NO_LABEL = {"", "nan", "n/a", "#n/a", "null", "<na>"}
ADVICE = (
    "mend the table, or leave such rows out with drop_incomplete=True (--drop-incomplete on the "
    "command line)"
)


def find_delimiter(line):
    """Return the delimiter that gives a header most numbers and least else, or most fields."""

    def score(mark):
        # What is quoted counts as one field, whatever is in it.
        fields = _QUOTED.sub(lambda found: found[0].replace(mark, " "), line).split(mark)
        numbers = [_number(field.strip().strip('"'), mark) for field in fields]
        n_others = numbers.count(None)
        n_numbers = len(numbers) - n_others
        return n_numbers, -n_others if n_numbers else len(fields)

    return max(_DELIMITERS, key=score)


def split(line, delimiter):
    """Return the fields of a line, in which quotes are honoured."""
    if '"' not in line:
        return line.rstrip("\r\n").split(delimiter)
    return next(csv.reader([line], delimiter=delimiter, strict=True), [])


def clean_label(text):
    """Return a label or group as it is compared: without blanks, and 1.0 is 1; None if missing."""
    text = (text or "").strip()
    if text.lower() in _NO_LABEL or text == "NA":
        return None
    if re.fullmatch(r"[+-]?\d+\.\d*", text):
        text = text.rstrip("0").rstrip(".")
    return text


def read_rows(path, header_line, line, stream, *, target, group, drop_incomplete):
    """Read the table below a header; `line` is the number of the header's line."""
    delimiter = find_delimiter(header_line)
    try:
        header = [name.strip() for name in split(header_line, delimiter)]
    except csv.Error as error:
        raise BadFileError(
            f"{path}: line {line}: a quote is misplaced or not closed ({error})"
        ) from None
    if len(header) == 1:
        raise BadFileError(
            f"{path}: line {line}: the fields of a table must be separated by commas, semicolons "
            "or tabs"
        )
    kept = [
        find_column(f"{path}: line {line}", header, name, _decimal(delimiter))
        for name in (target, group)
        if name is not None
    ]
    columns, x_axis = _find_axis(path, line, header, kept, delimiter)
    order = in_order(path, x_axis, lambda i: f"line {line}, column {header[columns[i]]!r}")
    others = sorted({*range(len(header))} - {*columns})
    values, rows = array("d"), {i: [] for i in others}
    lines, bad = [], BadRows(path)
    pick = _picker(columns)
    for number, row in iterate_rows(path, line, stream, delimiter):
        if len(row) != len(header):
            bad.add(number, f": {len(row)} fields, but the header has {len(header)}")
            continue
        if reason := _no_label(header, row, kept):
            bad.add(number, reason)
            continue
        intensities, reason = _intensities(header, row, columns, pick, delimiter)
        if reason:
            bad.add(number, reason)
            continue
        values.frombytes(intensities.tobytes())
        lines.append(number)
        for i in others:
            rows[i].append(clean_label(row[i]) if i in kept else row[i].strip())
    if not (lines or bad.reasons):
        raise BadFileError(f"{path}: there is only a header, and no spectra; add rows below it")
    if not drop_incomplete:
        bad.raise_if_any(ADVICE)
    if not lines:
        bad.raise_if_any("no row can be read")
    X = np.frombuffer(values, dtype=np.float64).reshape(len(lines), len(columns))
    return Part(
        x_axis[order],
        X if order.step is None else np.ascontiguousarray(X[:, order]),
        rows=[f"line {number}" for number in lines],
        columns={header[i] or f"column {i + 1}": rows[i] for i in others},
        skipped={f"line {n}": reason.lstrip(":, ") for n, reason in bad.reasons.items()},
    )


def find_column(where, header, name, decimal="."):
    """Return the number of the column of that name; raise with the names that are there."""
    if header.count(name) == 1:
        return header.index(name)
    if name in header:
        raise BadFileError(
            f"{where}: the column {name!r} occurs {header.count(name)} times; rename the others"
        )
    delimiter = ";" if decimal == "," else ","
    names = [
        repr(other) if other else "(unnamed)"
        for other in header
        if _number(other, delimiter) is None
    ]
    there = list_names(names) if names else "only columns with numbers for names"
    raise BadFileError(f"{where}: no column {name!r}; there is {there}")


def _decimal(delimiter):
    return "." if delimiter == "," else ","


def _number(text, delimiter):
    """Return the number that a field stands for; a comma may be a decimal comma."""
    return as_number(text if delimiter == "," else text.replace(",", "."))


def _picker(columns):
    """Return a function that takes the fields at `columns` from a row."""
    if columns[-1] - columns[0] == len(columns) - 1:
        where = slice(columns[0], columns[-1] + 1)
        return lambda row: row[where]
    return lambda row: [row[i] for i in columns]


def iterate_rows(path, line, stream, delimiter):
    """Yield the number of the first line and the fields of each row that is not empty."""
    stream = iter(stream)
    for text in stream:
        line += 1
        if not text.strip():
            continue
        if '"' not in text:
            yield line, text.rstrip("\n").split(delimiter)
            continue
        # A quoted field may hold line breaks.
        first = line
        while text.count('"') % 2:
            more = next(stream, "")
            if not more:
                raise BadFileError(
                    f"{path}: line {first}: a quote is misplaced or not closed; remove it"
                )
            text += more
            line += 1
        try:
            yield first, next(csv.reader([text], delimiter=delimiter, strict=True))
        except csv.Error as error:
            raise BadFileError(
                f"{path}: line {first}: a quote is misplaced or not closed ({error}); remove it"
            ) from None


def _find_axis(path, line, header, not_axis, delimiter):
    """Return the columns of the intensities and their axis values, in the order of the file."""
    columns, x_axis, seen = [], [], {}
    for i, name in enumerate(header):
        value = _number(name, delimiter)
        if value is None or i in not_axis:
            continue
        if value in seen:
            raise BadFileError(
                f"{path}: line {line}: the columns {seen[value]!r} and {name!r} are the same "
                "point of the axis; remove or rename one"
            )
        seen[value] = name
        columns.append(i)
        x_axis.append(value)
    if len(columns) < 2:
        raise BadFileError(
            f"{path}: line {line}: {len(columns)} columns have a number as their name; at least 2 "
            "are needed as the axis (in a table with one spectrum per column, say "
            "layout='columns' and give the labels in a file)"
        )
    x_axis = np.array(x_axis)
    if strays := find_strays(x_axis):
        names = ", ".join(repr(header[columns[i]]) for i in strays)
        raise BadFileError(
            f"{path}: line {line}, column {names}: far from all other points of the axis; rename "
            "it if it is metadata (x" + f"{header[columns[strays[0]]]})"
        )
    return columns, x_axis


def _no_label(header, row, kept):
    """Return what is wrong with the label or group of a row, or an empty text."""
    for i in kept:
        if clean_label(row[i]) is None:
            text = row[i].strip()
            what = f"{text!r} is no label" if text else "the cell is empty"
            return f", column {header[i]!r}: {what}"
    return ""


def _intensities(header, row, columns, pick, delimiter):
    """Return the intensities of a row, and what is wrong with them or an empty text."""
    texts = pick(row)
    joined = "".join(texts)
    try:
        if delimiter != "," and "," in joined:
            if "." in joined:
                raise ValueError
            texts = [text.replace(",", ".") for text in texts]
        values = np.array(texts, dtype=np.float64)
        if (abs(values) <= LARGEST).all() and "_" not in joined:
            return values, ""
    except ValueError:
        pass
    for i in columns:
        text = row[i].strip()
        where = f", column {header[i]!r}: "
        value = _number(text, delimiter)
        if not text:
            return None, where + "the cell is empty"
        if value is None:
            return None, where + f"{text[:40]!r} is not a finite number"
        if abs(value) > LARGEST:
            return None, where + f"{text[:40]!r} is beyond single precision ({LARGEST:.2g})"
    return None, ": both decimal points and decimal commas"
