"""Text formats of diffractometers and of programs for refinement.

Each reader takes the path and the text of a file. :func:`find_reader` says which one a text needs.
"""

import re

import numpy as np

from skspectra.io._checks import BadRows
from skspectra.io._part import BadFileError
from skspectra.io._scans import Scan, even_axis, join_scans
from skspectra.io._text import LARGEST, Dialect, as_number, is_comment

_BLANKS = Dialect(None, ".")


class _Values:
    """Reads numbers from lines, and keeps the lines that hold anything else."""

    def __init__(self, path):
        self.bad = BadRows(path)

    def read(self, number, fields, width=None):
        """Return the numbers in some fields of a line, or an empty list after noting an error."""
        values = [as_number(text) for text in fields]
        for i, (value, text) in enumerate(zip(values, fields, strict=True), 1):
            if value is None or abs(value) > LARGEST:
                self.bad.add(number, f", column {i}: {text[:40]!r} is not a finite number")
                return []
        if width is not None and len(values) != width:
            self.bad.add(number, f": {len(values)} numbers, but {width} are needed")
            return []
        return values

    def finish(self):
        self.bad.raise_if_any("export the file anew")


def _seconds(path, step, speed, speed_unit):
    """Return the counting time of a point from the speed of a scan, or None."""
    if not step or not speed or speed < 0 or step < 0:
        return None
    unit = (speed_unit or "").lower().replace(" ", "")
    if "/min" in unit:
        return 60 * step / speed
    if unit in ("sec", "s", "sec.", "sec/step"):
        return speed
    return None


def read_ras(path, text):
    """Read Rigaku .ras: ``*KEY "value"``, then lines of angle, intensity and attenuation."""
    scans, header, rows, wavelength = [], {}, None, None
    values = _Values(path)
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("*RAS_INT_START"):
            rows = []
        elif line.startswith("*RAS_INT_END") and rows is not None:
            table = np.array(rows, dtype=np.float64).reshape(-1, 3)
            step = as_number(header.get("MEAS_SCAN_STEP", ""))
            speed = as_number(header.get("MEAS_SCAN_SPEED", ""))
            seconds = _seconds(path, step, speed, header.get("MEAS_SCAN_SPEED_UNIT"))
            rate = "cps" in header.get("MEAS_SCAN_UNIT_Y", "").lower()
            scans.append(Scan(table[:, 0], table[:, 1] * table[:, 2], seconds, rate))
            wavelength = as_number(header.get("HW_XG_WAVE_LENGTH_ALPHA1", "")) or wavelength
            rows = None
        elif line.startswith("*"):
            key, _, value = line[1:].partition(" ")
            header[key] = value.strip().strip('"')
        elif rows is not None and line.strip():
            # Older files have no third column.
            fields = line.split()
            if found := values.read(number, [*fields, "1"] if len(fields) == 2 else fields, 3):
                rows.append(found)
    values.finish()
    if rows is not None:
        raise BadFileError(f"{path}: the file is cut off (*RAS_INT_END is missing); copy it anew")
    return join_scans(path, scans, wavelength=wavelength)


def read_asc(path, text):
    """Read Rigaku .asc: lines ``*KEY = value``, then intensities separated by commas."""
    scans, header, numbers = [], {}, []
    values = _Values(path)
    wavelength = None

    def finish_scan():
        if not numbers:
            return
        start, step = (as_number(header.get(key, "")) for key in ("START", "STEP"))
        if start is None or step is None:
            raise BadFileError(f"{path}: *START or *STEP is missing; export the file anew")
        speed = as_number(header.get("SPEED", ""))
        seconds = _seconds(path, step, speed, header.get("SPEED_DIM"))
        announced = as_number(header.get("COUNT", "")) or len(numbers)
        axis = even_axis(path, start, step, int(announced))
        rate = "cps" in header.get("YUNIT", "").lower()
        scans.append(Scan(axis, np.array(numbers), seconds, rate))
        numbers.clear()

    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("*"):
            key, _, value = line[1:].partition("=")
            if key.strip() in ("BEGIN", "END", "EOF"):
                finish_scan()
            header[key.strip()] = value.strip()
            if key.strip() == "WAVE_LENGTH1":
                wavelength = as_number(value)
        elif line.strip() and not line.startswith(("#", ";")):
            fields = [text.strip() for text in line.split(",") if text.strip()]
            numbers += values.read(number, fields)
    values.finish()
    finish_scan()
    return join_scans(path, scans, wavelength=wavelength)


def read_uxd(path, text):
    """Read Bruker .uxd: lines ``_KEY = value``, and the intensities of each range."""
    scans, header, numbers, kind = [], {}, [], ""
    values = _Values(path)

    def finish_range():
        if not numbers:
            return
        found = np.array(numbers)
        step, start = as_number(header.get("STEPSIZE", "")), as_number(header.get("START", ""))
        if kind.startswith("2THETA"):
            if len(found) % 2:
                raise BadFileError(f"{path}: an angle has no intensity; the file may be cut off")
            axis, found = found[::2], found[1::2]
        else:
            if start is None:
                start = as_number(header.get("2THETA", ""))
            if start is None or step is None:
                raise BadFileError(f"{path}: _START or _STEPSIZE is missing; export it anew")
            announced = as_number(header.get("STEPCOUNT", "")) or len(found)
            axis = even_axis(path, start, step, int(announced))
        seconds = as_number(header.get("STEPTIME", ""))
        scans.append(Scan(axis, found, seconds or None, "CPS" in kind))
        numbers.clear()

    for number, line in enumerate(text.split("\n"), 1):
        line = line.partition(";")[0].strip()
        if not line:
            continue
        if line.startswith("_"):
            finish_range()
            key, equals, value = line[1:].partition("=")
            if equals:
                header[key.strip()] = value.strip().strip("'")
            else:
                kind = key.strip().upper()
            continue
        numbers += values.read(number, line.replace(",", " ").split())
    values.finish()
    finish_range()
    return join_scans(path, scans, wavelength=as_number(header.get("WL1", "")))


def read_gsas(path, text):
    """Read GSAS: a title, a line ``BANK``, and lines in the format that it names.

    Constant steps in hundredths of a degree are read, in the formats STD, ESD, FXY and FXYE.
    """
    lines = text.split("\n")
    banks = [i for i, line in enumerate(lines) if re.match(r"\s*BANK\s", line)]
    if not banks:
        raise BadFileError(f"{path}: no line begins with BANK; it is no GSAS file")
    if len(banks) > 1:
        raise BadFileError(
            f"{path}: {len(banks)} banks; save the one that is wanted to a file of its own"
        )
    fields = lines[banks[0]].split()
    place = f"{path}: line {banks[0] + 1}"
    style = fields[-1].upper() if as_number(fields[-1]) is None else "STD"
    numbers = [as_number(text) for text in (*fields[2:4], *fields[5:7])]
    if len(fields) < 7 or None in numbers or numbers[0] < 1:
        raise BadFileError(f"{place}: a bank needs channels, records, CONST, start and step")
    if fields[4].upper() not in ("CONST", "CONS") or style not in ("STD", "ESD", "FXY", "FXYE"):
        raise BadFileError(
            f"{place}: {fields[4]} {style} is not read, only CONST with STD, ESD, FXY or FXYE; "
            "export the pattern as two columns"
        )
    n_points = int(numbers[0])
    body = [(i + 1, lines[i]) for i in range(banks[0] + 1, len(lines)) if lines[i].strip()]
    body = [(number, line) for number, line in body if not is_comment(line)]
    values = _Values(path)
    if style.startswith("FXY"):
        width = 2 if style == "FXY" else 3
        rows = [values.read(number, line.split()[:width], width) for number, line in body]
        values.finish()
        table = np.array(rows[:n_points]).reshape(-1, width)
        axis, found = table[:, 0] / 100, table[:, 1]
    else:
        # Fields of eight characters: two for the number of counters in STD, value and deviation
        # in ESD.
        found = []
        for number, line in body:
            line = line.rstrip()
            cells = [line[i : i + 8] for i in range(0, len(line), 8)]
            cells = [cell[2:] for cell in cells] if style == "STD" else cells[::2]
            found += values.read(number, [cell.strip() for cell in cells if cell.strip()])
        values.finish()
        found = np.array(found[:n_points])
        axis = even_axis(path, numbers[2] / 100, numbers[3] / 100, n_points)
    if len(found) < n_points:
        raise BadFileError(
            f"{place}: {n_points} points are announced, but {len(found)} are there; the file may "
            "be cut off"
        )
    return join_scans(path, [Scan(axis, found)])


def read_scan_points(path, text):
    """Read the .csv of Panalytical: sections in brackets, the last one ``[Scan points]``."""
    lines = text.split("\n")
    start = next((i for i, line in enumerate(lines) if line.startswith("[Scan points]")), None)
    if start is None or start + 2 >= len(lines):
        raise BadFileError(f"{path}: [Scan points] has no points; export the file anew")
    mark = max(";\t,", key=lines[start + 1].count)
    names = [name.strip().lower() for name in lines[start + 1].strip().split(mark)]
    if "angle" not in names or "intensity" not in names:
        raise BadFileError(
            f"{path}: line {start + 2}: columns Angle and Intensity are needed; there is "
            f"{', '.join(names)}"
        )
    dialect = Dialect(mark, "." if mark == "," else ",")
    values, rows = _Values(path), []
    for number, line in enumerate(lines[start + 2 :], start + 3):
        if line.strip():
            fields = dialect.fields(line)
            fields = [text.replace(",", ".") for text in fields]
            if found := values.read(number, fields, len(names)):
                rows.append(found)
    values.finish()
    table = np.array(rows).reshape(-1, len(names))
    seconds = table[:, names.index("timeperstep")] if "timeperstep" in names else None
    if seconds is not None and not (seconds > 0).all():
        raise BadFileError(f"{path}: a time per step is not positive; export the file anew")
    scan = Scan(table[:, names.index("angle")], table[:, names.index("intensity")], seconds)
    found = re.search(r"K-(?:Alpha|A)\s*1 wavelength[^\n\d]*(\d+[.,]\d+)", text, re.I)
    wavelength = as_number(found[1].replace(",", ".")) if found else None
    return join_scans(path, [scan], wavelength=wavelength)


def read_fixed_steps(path, text):
    """Read FullProf's .dat: start, step and end, then all intensities; None if it is no such file.

    The number of intensities must be that of the points, which is what tells this format.
    """
    lines = text.split("\n")
    first = next((i for i, line in enumerate(lines) if not is_comment(line)), len(lines))
    for i in range(first, min(first + 6, len(lines))):
        head = [as_number(text) for text in lines[i].split()[:3]]
        if len(head) == 3 and None not in head:
            break
    else:
        return None
    start, step, end = head
    if not (0 < step < end - start):
        return None
    n_points = round((end - start) / step) + 1
    rest = " ".join(lines[i + 1 :]).split()
    if len(rest) != n_points:
        return None
    values = [as_number(text) for text in rest]
    if None in values or max(map(abs, values)) > LARGEST:
        return None
    return join_scans(path, [Scan(even_axis(path, start, step, n_points), np.array(values))])


# What a text begins with, or the suffix of its file.
_FORMATS = [
    (read_ras, r"^\*RAS_(DATA|HEADER|INT)_START", {".ras"}),
    (read_asc, r"^\*(TYPE|CLASS|BEGIN|START)\b", set()),
    (read_uxd, r"^_(FILEVERSION|SAMPLE|DRIVE)\b", {".uxd"}),
    (read_gsas, r"^\s*BANK\s+\d+\s+\d+", {".gsa", ".gsas", ".gss", ".gda", ".fxye"}),
    (read_scan_points, r"^\[(Measurement conditions|Scan points)\]", set()),
]


def find_reader(path, head):
    """Return the reader of a text that begins with `head`, or None if it is in no such format."""
    suffix = path.with_suffix("").suffix if path.suffix.lower() == ".gz" else path.suffix
    for reader, pattern, suffixes in _FORMATS:
        if re.search(pattern, head, re.M) or suffix.lower() in suffixes:
            return reader
    return None
