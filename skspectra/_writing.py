"""Files that are written as a whole or not at all."""

import csv
import io
import os
from pathlib import Path
from uuid import uuid4


def write_whole(path, content):
    """Write a file under another name first and then rename it, so that it is never half written.

    Where the disk is full, an older file of this name stays as it was.

    Parameters
    ----------
    path : str or path-like
        The file, in a folder that exists. Where it is a link, the file that it leads to is
        replaced.
    content : bytes or str
        The content; texts are written as UTF-8.

    Returns
    -------
    path : Path
        The file.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    real = Path(os.path.realpath(path))
    unfinished = real.with_name(f".{real.name[:200]}.{uuid4().hex[:8]}.unfinished")
    try:
        with unfinished.open("xb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, real)
    finally:
        unfinished.unlink(missing_ok=True)
    return Path(path)


def write_csv(path, rows, columns=None):
    """Write dictionaries as a CSV file with a header, as a whole or not at all.

    Parameters
    ----------
    path : str or path-like
        The file.
    rows : list of dict
        The rows.
    columns : sequence of str, default=None
        Names of the columns; None takes the keys of the first row.

    Returns
    -------
    path : Path
        The file.
    """
    file = io.StringIO(newline="")
    writer = csv.DictWriter(
        file, list(rows[0]) if columns is None else columns, lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    return write_whole(path, file.getvalue())
