"""The outer form of a model file: a header with a checksum, then an archive of plain arrays.

The header is one line, ``skspectra-model``, the length of the archive and the SHA-256 of this
number and the archive. Whatever changes the length or a single bit is seen before the archive is
opened.
"""

import hashlib
import io
import os
import re
from zipfile import ZIP_STORED, ZipFile

import numpy as np
from numpy.lib import format as npy

# Larger files are neither written nor read.
MAX_BYTES = 2**30
_HEADER = re.compile(rb"skspectra-model (\d{1,12}) ([0-9a-f]{64})\n")
_LONGEST_HEADER = 100
_READERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def seal(archive, members):
    """Add texts to an archive and put a header with a checksum in front of it.

    Parameters
    ----------
    archive : bytes
        A zip archive without compression.
    members : dict of str to bytes
        What is added, by name.

    Returns
    -------
    data : bytes
        The content of the file.
    """
    buffer = io.BytesIO(archive)
    with ZipFile(buffer, "a", ZIP_STORED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    archive = buffer.getvalue()
    return b"skspectra-model %d %s\n" % (len(archive), checksum(archive)) + archive


def unseal(file, name):
    """Check size and checksum of a file and return the archive in it.

    Parameters
    ----------
    file : file object
        The file, opened for reading bytes.
    name : str or path-like
        Its name, for errors.

    Returns
    -------
    archive : bytes
        The archive as it was written.

    Raises
    ------
    ValueError
        If this is no model file, or if it is damaged.
    """
    start = file.read(_LONGEST_HEADER)
    header = _HEADER.match(start)
    if header is None:
        raise ValueError(f"{name}: not a model file of skspectra")
    length, found = int(header[1]), os.fstat(file.fileno()).st_size - header.end()
    if length > MAX_BYTES:
        raise ValueError(f"{name}: the archive has {length} bytes, more than {MAX_BYTES}")
    if found != length:
        raise ValueError(f"{name}: the file is damaged ({found} bytes instead of {length})")
    file.seek(header.end())
    archive = file.read()
    if header[1] != b"%d" % len(archive) or checksum(archive) != header[2]:
        raise ValueError(f"{name}: the file is damaged (its checksum is wrong)")
    return archive


def check_archive(archive):
    """Check that an archive holds plain arrays and texts, none larger than the archive itself.

    Parameters
    ----------
    archive : bytes
        A zip archive.

    Returns
    -------
    texts : dict of str to bytes
        The members that are texts, by name.

    Raises
    ------
    ValueError
        If it holds anything else.
    """
    texts = {}
    with ZipFile(io.BytesIO(archive)) as file:
        members = file.infolist()
        if sum(member.file_size for member in members) > len(archive):
            raise ValueError("its parts are larger than the file")
        for member in members:
            if member.compress_type != ZIP_STORED or member.file_size != member.compress_size:
                raise ValueError("its parts are compressed")
            if member.filename.endswith(".json"):
                texts[member.filename] = file.read(member)
            elif member.filename.endswith(".npy"):
                _check_array(member.filename, file.read(member))
            else:
                raise ValueError(f"only arrays can be stored, not {member.filename}")
    return texts


def _check_array(name, content):
    buffer = io.BytesIO(content)
    shape, _, dtype = _READERS[npy.read_magic(buffer)](buffer)
    size = int(np.prod(shape, dtype=object)) * dtype.itemsize
    if dtype.hasobject or size != len(content) - buffer.tell():
        raise ValueError(f"the array {name} has another size than it says")


def checksum(archive):
    """Return the SHA-256 of an archive and of its length.

    Parameters
    ----------
    archive : bytes
        The archive.

    Returns
    -------
    digest : bytes
        64 hexadecimal digits.
    """
    digest = hashlib.sha256(b"%d\n" % len(archive))
    digest.update(archive)
    return digest.hexdigest().encode()
