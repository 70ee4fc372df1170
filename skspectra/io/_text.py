"""Text files: their encoding, their numbers, and how numbers are separated."""

import gzip
import io
import zlib
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from skspectra.io._part import BadFileError

# The networks compute in single precision.
LARGEST = float(np.finfo(np.float32).max)
COMMENTS = ("#", ";", "!", "'", "%", "/*", "//")
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_NO_TEXT = bytes({*range(9), *range(14, 32)} - {0x1A, 0x1B})
_N_SNIFFED = 2**16


class Dialect(NamedTuple):
    """How a line of numbers is written; a delimiter of None stands for blanks."""

    delimiter: str | None
    decimal: str

    def fields(self, line):
        """Return the fields of a line without surrounding blanks and without empty last ones."""
        fields = [text.strip() for text in line.split(self.delimiter)]
        while fields and not fields[-1]:
            del fields[-1]
        return fields

    def number(self, text):
        """Return the finite number that a field stands for, or None."""
        return as_number(text.replace(",", ".") if self.decimal == "," else text)

    def numbers(self, line):
        """Return the numbers of a line, or None if a field is none."""
        numbers = [self.number(text) for text in self.fields(line)]
        return None if None in numbers else numbers


# In this order: a comma is a decimal comma where something else separates the fields.
_DIALECTS = [
    *(Dialect(";", ","), Dialect("\t", ","), Dialect(",", "."), Dialect(None, ".")),
    Dialect(None, ","),
]


def as_number(text):
    """Return the finite number that a text stands for, or None."""
    try:
        # Python reads 1_000 as a number, but in a file it is a mistake.
        value = float(text.replace("_", "?"))
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def is_comment(line):
    """Return whether a line is empty or a comment."""
    text = line.strip()
    return not text or text.startswith(COMMENTS)


def find_dialect(lines):
    """Return the dialect in which most of some lines are two or more numbers, and how many are."""

    def score(dialect):
        widths = [len(numbers) for line in lines if (numbers := dialect.numbers(line))]
        return sum(width >= 2 for width in widths)

    best = max(_DIALECTS, key=score)
    return best, score(best)


@contextmanager
def open_bytes(path):
    """Open a file, packed by gzip or not."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if not packed:
            yield file
            return
        try:
            with gzip.open(file) as unpacked:
                yield unpacked
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise BadFileError(
                f"{path}: the gzip file is damaged ({error}); copy it anew"
            ) from None


def read_with(path, parse):
    """Return ``parse(stream)`` of the text of a file, whose encoding is found out.

    A byte-order mark decides; other text is UTF-8, or Latin-1 where it is not.
    """
    with open_bytes(path) as file:
        head = file.read(_N_SNIFFED)
        encoding = next((name for mark, name in _MARKS.items() if head.startswith(mark)), None)
        if encoding is None:
            _refuse_binary(path, head)
        for name in [encoding] if encoding else ["utf-8", "latin-1"]:
            file.seek(0)
            stream = io.TextIOWrapper(file, encoding=name)
            try:
                return parse(stream)
            except UnicodeDecodeError as error:
                reason = error.reason
            except UnicodeError as error:
                reason = str(error)
            finally:
                stream.detach()
    raise BadFileError(f"{path}: not text in {encoding} ({reason}); save it as UTF-8")


def _refuse_binary(path, head):
    if b"\0" in head and (
        head[1::2].count(0) > len(head) // 3 or head[::2].count(0) > len(head) // 3
    ):
        raise BadFileError(
            f"{path}: it looks like UTF-16 without a byte-order mark; save it as UTF-8"
        )
    if len(head) != len(head.translate(None, _NO_TEXT)):
        raise BadFileError(
            f"{path}: not a text file (it holds binary data), and its suffix is that of no format "
            "that is known; export it as text with two columns"
        )
