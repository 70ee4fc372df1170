"""Labels and groups of spectra: from columns, a CSV file, folders, or the names of files."""

import csv
import re
from dataclasses import replace
from pathlib import Path, PurePath

import numpy as np

from skspectra.io._part import BadFileError, list_names
from skspectra.io._rows import clean_label, find_column, iterate_rows, split
from skspectra.io._text import is_comment, read_with


def is_pattern(source):
    """Return whether labels or groups come from a pattern of names, with a field in braces."""
    return bool(re.search(r"\{\w+\}", str(source)))


def is_table(source):
    """Return whether labels or groups are in a CSV file."""
    return source is not None and source not in ("folder", "name") and not is_pattern(source)


def needs_folders(source):
    """Return whether labels or groups come from the folders that files lie in."""
    return source == "folder" or (is_pattern(source) and "/" in str(source))


def attach(spectra, sources, *, labels, groups, target, group, separators):
    """Return spectra with labels and groups.

    `sources` holds the name of the file of each spectrum. A spectrum without a label or group is
    an error, and so is a label without a file, unless the file was skipped.
    """
    columns = dict(spectra.metadata)
    if labels is not None:
        found = _columns_from(labels, "label", spectra, sources)
        columns.update(found)
        target = _choose(labels, found, target, "label")
        if group is None and groups is None and is_pattern(labels) and "group" in found:
            group = "group"
    if groups is not None:
        found = _columns_from(groups, "group", spectra, sources)
        columns.update(found)
        group = _choose(groups, found, group, "group")
    asked = {"label": target, "group": group}
    values = {}
    for what, column in asked.items():
        if column is None:
            continue
        source = labels if what == "label" or groups is None else groups
        if column not in columns:
            if source is not None:
                find_column(f"{source}: line 1", list(columns), column)
            raise BadFileError(
                f"{sources[0]}: it is no table with one spectrum per row, so it has no column "
                f"{column!r}; give the {what}s with {what}s=..."
            )
        values[what] = [clean_label(text) for text in columns[column]]
        missing = [
            str(name) for name, text in zip(spectra.names, values[what], strict=True) if not text
        ]
        if missing:
            raise BadFileError(
                f"{source or sources[0]}: no {what} for {list_names(missing, 5)}; add "
                f"{'it' if len(missing) == 1 else 'them'}, or remove such files"
            )
    y, classes = values.get("label"), None
    if y is not None:
        y = np.array(y)
        if separators:
            y, classes = split_labels(y, separators)
    own = values.get("group")
    return replace(
        spectra,
        y=y,
        classes=classes,
        groups=None if own is None else np.array(own),
        metadata={
            name: np.array(["" if text is None else text for text in column])
            for name, column in columns.items()
            if name not in asked.values()
        },
    )


def split_labels(texts, separators):
    """Return a 0/1 matrix of the labels in each text, and what its columns stand for."""
    marks = f"[{re.escape(separators)}]"
    several = [{clean_label(part) for part in re.split(marks, text)} - {None} for text in texts]
    classes = sorted(set().union(*several))
    matrix = np.array([[int(name in labels) for name in classes] for labels in several])
    return matrix.reshape(len(several), len(classes)), np.array(classes)


def _choose(source, found, name, default):
    """Return the name of the column to use of those that a source has."""
    if name is None:
        return default if default in found else next(iter(found))
    if name not in found:
        find_column(f"{source}: line 1", list(found), name)
    return name


def _columns_from(source, what, spectra, sources):
    """Return columns of text, one value per spectrum; None where there is none."""
    if source == "folder":
        return {what: [PurePath(name).parent.name or None for name in sources]}
    if source == "name":
        return {what: [_name_without_number(name) for name in sources]}
    if is_pattern(source):
        return _match(str(source), sources)
    return _from_table(Path(source), spectra, sources)


def stem(name):
    """Return the name of a file without its folder and suffixes: "a/b.xy.gz" is "b"."""
    base = PurePath(name).name
    return PurePath(base.removesuffix(".gz")).stem


def _name_without_number(name):
    """Return the stem of a name up to numbers set apart at its end: "TiO2_1-02.xy" is "TiO2"."""
    text = stem(name)
    return re.sub(r"([\s_.\-]+\d+|\s*\(\d+\))+$", "", text) or text


def _match(pattern, sources):
    """Return the fields of a pattern for each file; raise with the files that do not match it."""
    parts = re.split(r"(\{\w*\}|\*)", pattern)
    try:
        rule = re.compile(
            "".join(
                "[^/]*"
                if part in ("*", "{}")
                else f"(?P<{part[1:-1]}>[^/]+?)"
                if is_pattern(part)
                else re.escape(part)
                for part in parts
            )
        )
    except re.error as error:
        raise ValueError(f"{pattern!r} is no pattern of names ({error}).") from None
    found, others = [], []
    for name in sources:
        # As many folders as the pattern has; the path of a file may have more.
        text = "/".join(name.split("/")[-1 - pattern.count("/") :])
        folder = text[: len(text) - len(PurePath(text).name)]
        match = rule.fullmatch(text) or rule.fullmatch(folder + stem(text))
        found.append(match)
        if match is None:
            others.append(name)
    if others:
        more = len(others) - 1
        nor = f", nor do{'es' if more == 1 else ''} {more} other file{'s' if more > 1 else ''}"
        raise BadFileError(
            f"{others[0]}: the name does not match the pattern {pattern!r}{nor if more else ''}; "
            "* stands for any text in it"
        )
    return {key: [match[key] for match in found] for key in rule.groupindex}


def _from_table(path, spectra, sources):
    """Return the columns of a CSV file whose first column names files or spectra."""
    header, rows, lines = read_with(path, lambda stream: _read_table(path, stream))
    places = _places(spectra.names.tolist(), sources)
    if len(header) < 2:
        raise BadFileError(
            f"{path}: line 1: one column; the first must name the files and the second hold labels"
        )
    columns = {name: [None] * len(spectra) for name in header[1:]}
    seen, missing = {}, []
    left_out = {key for name in spectra.skipped for key in (name, PurePath(name).name, stem(name))}
    for line, row in zip(lines, rows, strict=True):
        name = row[0].strip().replace("\\", "/").removeprefix("./")
        found = places.get(name)
        if found is None:
            if name not in left_out:
                missing.append((line, name))
            continue
        if len({sources[i] for i in found}) > 1:
            raise BadFileError(
                f"{path}: line {line}: {name!r} may be {sources[found[0]]} or "
                f"{sources[found[-1]]}; write the name with its folder"
            )
        for i in found:
            if i in seen:
                raise BadFileError(
                    f"{path}: line {line}: {name!r} is named in line {seen[i]}, too; remove one"
                )
            seen[i] = line
            for key, text in zip(header[1:], row[1:], strict=True):
                columns[key][i] = text.strip()
    if missing:
        raise BadFileError(
            f"{path}: line {missing[0][0]}: no file for "
            f"{list_names([name for _, name in missing], 5)}; correct the names, or remove such "
            "lines"
        )
    return columns


def _read_table(path, stream):
    """Return header, rows and the numbers of their lines."""
    line, first = 1, stream.readline()
    while first and is_comment(first):
        line, first = line + 1, stream.readline()
    if not first:
        raise BadFileError(f"{path}: the file is empty; it must name files and their labels")
    delimiter = max(";\t,", key=first.count)
    try:
        header = [name.strip() for name in split(first, delimiter)]
    except csv.Error as error:
        raise BadFileError(f"{path}: line {line}: a quote is misplaced ({error})") from None
    if twice := [name for name in header if header.count(name) > 1]:
        raise BadFileError(
            f"{path}: line {line}: the column {twice[0]!r} occurs twice; rename one"
        )
    rows, lines = [], []
    for number, row in iterate_rows(path, line, stream, delimiter):
        if len(row) != len(header):
            raise BadFileError(
                f"{path}: line {number}: {len(row)} fields, but the header has {len(header)}"
            )
        rows.append(row)
        lines.append(number)
    return header, rows, lines


def _places(names, sources):
    """Return the numbers of the spectra that a name may mean: of a spectrum, or of its file."""
    places = {}
    for i, (name, source) in enumerate(zip(names, sources, strict=True)):
        own = {name, source, PurePath(source).name, stem(source), name.rpartition(":")[2]}
        for key in own:
            places.setdefault(key, []).append(i)
    return places
