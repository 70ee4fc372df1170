"""Files that are written as a whole or not at all."""

import csv
import io
import os
import shutil
from pathlib import Path
from uuid import uuid4


def write_whole(path, content):
    """Write a file under another name first and then rename it, so that it is never half written.

    Where the disk is full, an older file of this name stays as it was. A new file gets the
    permissions of the older one. What is no regular file, such as a pipe or ``/dev/null``, is not
    replaced but written to.

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
    path = Path(path)
    content = content.encode() if isinstance(content, str) else content
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            file.write(content)
        return path
    real = Path(os.path.realpath(path))
    unfinished = real.with_name(f".{uuid4().hex}.unfinished")
    try:
        with unfinished.open("xb") as file:
            # Before the content is there, so that nobody reads it who should not.
            if real.exists():
                shutil.copymode(real, unfinished)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, real)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


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
