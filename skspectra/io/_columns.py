"""Text with a point per line: the axis in the first column, a spectrum in each other one."""

import re

import numpy as np

from skspectra._words import count
from skspectra.io._checks import MIN_POINTS, BadRows, in_order
from skspectra.io._part import BadFileError, Part
from skspectra.io._text import COMMENTS, LARGEST, find_dialect, is_comment
from skspectra.io._units import UNITS, remark_on_unit, unit_name

_N_SAMPLED = 20
_DEVIATION = re.compile(r"\b(sd|std|sigma|err|error|esd|dev|deviation|uncertainty|e\.s\.d)", re.I)
_WAVELENGTH = re.compile(r"wave.?length[^0-9\n]{0,40}(\d\.\d{2,})", re.I)
# A unit behind the name of the axis: "shift (furlong)".
_BRACKETS = re.compile(r"[\[(]\s*([^\])]*[^\])\s])\s*[\])]")
_UNITS = [
    ("deg", r"2.?theta|two.?theta|2.?th\b|2θ|\bdeg(?!\w*\s*[/c])|°(?!\s*c)"),
    ("cm-1", r"cm\s*\^?\s*[-−]\s*1|cm⁻¹|1/cm|wave.?number|raman.?shift"),
    ("1/angstrom", r"[åa](ngstrom)?\s*\^?\s*[-−]\s*1|å⁻¹|1/å|1/angstrom"),
    ("nm", r"\bnm\b|nanomet"),
    ("ppm", r"\bppm\b"),
    ("eV", r"(?<![a-z])eV\b"),
]
_QUANTITIES = [
    ("% transmittance", r"%\s*t\b|%\s*trans|(\bt|trans\w*)\s*[\[(/]?\s*%"),
    ("transmittance", r"transmi"),
    ("absorbance", r"absorbance"),
]


def read_columns(path, text, *, layout=None):
    """Read text with two or more columns; comments and lines of a header are left out."""
    if "/*" in text:
        # Comments over several lines become empty lines, so that numbers of lines stay right.
        text = re.sub(
            r"/\*.*?(\*/|\Z)", lambda found: "\n" * found[0].count("\n"), text, flags=re.S
        )
    # Old programs end a file with a control character, and some quote numbers.
    text = text.replace("\x1a", "").replace('"', "")
    lines = text.split("\n")
    sample = _sample(lines)
    if not sample:
        raise BadFileError(f"{path}: the file is empty; it must hold an axis and intensities")
    dialect, n_good = find_dialect(sample)
    if not n_good:
        _refuse(path, lines, sample)
    widths = [len(numbers) for line in sample if (numbers := dialect.numbers(line))]
    width = max(sorted({*widths}), key=widths.count)
    first = _find_start(lines, dialect, width)
    values, order = _read_block(path, lines, first, dialect, width)
    header, names = _header(lines[:first], dialect, width)
    x_axis, X = values[order, 0].copy(), values[order, 1:].T
    part = Part(x_axis, X)
    if width == 3 and layout != "columns" and _is_deviation(path, names):
        part.X = X[:1]
        part.remarks.append("a third column was taken for standard deviations")
    elif width > 2:
        part.rows = _spectrum_names(path, names, width, layout)
    part.X = np.ascontiguousarray(part.X)
    caption = _caption(header)
    named = names[0] if names else ""
    part.unit = unit_of(named) or unit_of(caption)
    stated = _BRACKETS.search(named)
    if part.unit is None and stated and unit_name(stated[1]) not in UNITS:
        part.remarks.append(remark_on_unit(stated[1]))
    part.quantity = _first_match(_QUANTITIES, " ".join(names[1:]) or caption)
    found = _WAVELENGTH.search(header)
    part.wavelength = float(found[1]) if found and part.unit in (None, "deg") else None
    return part


def _sample(lines):
    """Return lines from the middle of a file, where no header is, without comments."""
    middle = max(0, len(lines) // 2 - _N_SAMPLED // 2)
    sample = [line for line in lines[middle : middle + _N_SAMPLED] if not is_comment(line)]
    return sample or [line for line in lines if not is_comment(line)][:_N_SAMPLED]


def _refuse(path, lines, sample):
    """Raise an error for a file in which no line has two numbers."""
    shown = sample[0].strip()
    number = 1 + lines.index(sample[0])
    if find_dialect([f"{line} {line}" for line in sample])[1]:
        raise BadFileError(
            f"{path}: line {number}: {shown[:40]!r} is one column; two are needed, the axis and "
            "the intensities"
        )
    raise BadFileError(
        f"{path}: line {number}: {shown[:40]!r} holds no two numbers; a file of a spectrum has "
        "two columns, the axis and the intensities"
    )


def _find_start(lines, dialect, width):
    """Return the first line of numbers, unless text without a number follows: that is a header."""
    found = None
    for i, line in enumerate(lines):
        if is_comment(line):
            continue
        fields = dialect.fields(line)
        numbers = [dialect.number(text) for text in fields]
        if len(fields) == width and None not in numbers:
            if found is not None:
                return found
            found = i
        elif found is not None:
            # A line that holds a number and something else is an error, and is named later.
            if any(number is not None for number in numbers):
                return found
            found = None
    return found or 0


def _read_block(path, lines, first, dialect, width):
    """Return the numbers below the header and the slice that makes the axis ascending."""
    body = "\n".join(lines[first:])
    numbers = np.arange(first, len(lines)) + 1
    values = _convert(body, dialect, width)
    if values is None:
        values, numbers = _convert_lines(path, lines, first, dialect, width)
    if len(values) < MIN_POINTS:
        raise BadFileError(
            f"{path}: {count(len(values), 'points')}; a spectrum needs at least {MIN_POINTS}"
        )
    return values, in_order(path, values[:, 0], lambda i: f"line {numbers[i]}, column 1")


def _convert(body, dialect, width):
    """Return the numbers of plain text without comments and errors, or None; this is fast."""
    if "_" in body:
        return None
    if dialect.decimal == "," and "," in body:
        if "." in body:
            return None
        body = body.replace(",", ".")
    if dialect.delimiter not in (None, "\t"):
        body = body.replace(dialect.delimiter, " ")
    codes = np.frombuffer(body.encode(), np.uint8)
    is_blank = np.concatenate([[True], codes <= 32])
    starts = np.flatnonzero(is_blank[:-1] & ~is_blank[1:])
    ends = np.append(np.flatnonzero(codes == 10), len(codes))
    per_line = np.diff(np.searchsorted(starts, ends), prepend=0)
    filled = np.flatnonzero(per_line)
    # Empty lines at the end are harmless; others would make the numbers of lines wrong.
    if not len(filled) or not (per_line[: filled[-1] + 1] == width).all():
        return None
    try:
        values = np.array(body.split(), dtype=np.float64)
    except ValueError:
        return None
    # There are more kinds of blanks than those counted above.
    if len(values) != len(filled) * width or not (abs(values) <= LARGEST).all():
        return None
    return values.reshape(-1, width)


def _convert_lines(path, lines, first, dialect, width):
    """Return the numbers line by line with the numbers of their lines; name all bad lines."""
    bad, values, numbers = BadRows(path), [], []
    for number, line in enumerate(lines[first:], first + 1):
        if is_comment(line):
            continue
        fields = dialect.fields(line)
        if len(fields) != width:
            bad.add(number, f": {len(fields)} columns, but the file has {width}")
            continue
        if dialect.decimal == "," and "," in line and "." in line:
            bad.add(number, ": both decimal points and decimal commas")
            continue
        row = [dialect.number(text) for text in fields]
        for i, (value, text) in enumerate(zip(row, fields, strict=True), 1):
            if not text:
                bad.add(number, f", column {i}: the field is empty")
            elif value is None:
                bad.add(number, f", column {i}: {text[:40]!r} is not a finite number")
            elif abs(value) > LARGEST:
                bad.add(number, f", column {i}: {text[:40]!r} is beyond single precision")
        values.append(row)
        numbers.append(number)
    bad.raise_if_any("remove such lines, or begin them with # if they are comments")
    return np.array(values, dtype=np.float64).reshape(-1, width), numbers


def _header(lines, dialect, width):
    """Return the text above the numbers, and the names of the columns if they are there."""
    lines = [line for line in lines if line.strip()]
    for line in lines[:-4:-1]:
        text = line.strip().lstrip("".join(COMMENTS)).strip()
        for fields in (dialect.fields(text), re.split(r"\s{2,}|\t", text)):
            if len(fields) == width:
                return "\n".join(lines), [field.strip() for field in fields]
    return "\n".join(lines), []


def _caption(header):
    """Return the last line of a header if it names columns and no quantity such as 532 nm."""
    last = header.rpartition("\n")[2]
    plain = re.sub(r"2.?th|2θ|cm\s*\^?-1|1/", "", last, flags=re.I)
    return "" if re.search(r"\d", plain) else last


def _is_deviation(path, names):
    """Return whether the last of three columns holds standard deviations; raise if unclear."""
    if not names or path.suffix.lower() in (".xye", ".fxye") or _DEVIATION.search(names[2]):
        return True
    raise BadFileError(
        f"{path}: three columns, the third named {names[2]!r}; say layout='columns' if each is a "
        "spectrum, and name it sigma if it holds standard deviations"
    )


def _spectrum_names(path, names, width, layout):
    if not names and layout != "columns":
        raise BadFileError(
            f"{path}: {width} columns without names; a file of a spectrum has 2, or 3 with "
            "standard deviations (a table needs a header, or layout='columns')"
        )
    names = names[1:] or [f"column {i}" for i in range(2, width + 1)]
    if twice := [name for name in names if names.count(name) > 1]:
        raise BadFileError(f"{path}: the column {twice[0]!r} occurs twice; rename one")
    return names


def unit_of(text):
    """Return the unit that a text names, or None."""
    return _first_match(_UNITS, text)


def _first_match(patterns, text):
    return next((name for name, pattern in patterns if re.search(pattern, text, re.I)), None)
