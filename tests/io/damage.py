"""Ways to damage a file, for the tests of model files and for their benchmark."""

import struct


def truncate(data, rng):
    return data[: rng.integers(len(data))]


def flip_bits(data, rng):
    damaged = bytearray(data)
    for place in rng.integers(len(data), size=rng.integers(1, 5)):
        damaged[place] ^= 1 << int(rng.integers(8))
    return bytes(damaged)


def swap_parts(data, rng):
    a, b, c = sorted(rng.choice(len(data), 3, replace=False).tolist())
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def inflate(data, rng):
    """Write a huge number into a size that the header or the archive's directory states."""
    huge = int(rng.integers(2**28, 2**32 - 1))
    if data.startswith(b"skspectra") and rng.integers(2):
        header, _, archive = data.partition(b"\n")
        name, _, checksum = header.split()
        return b"%s %d %s\n" % (name, huge, checksum) + archive
    places, start = [], data.find(b"PK\x01\x02")
    while start >= 0:
        places += [start + 20, start + 24]
        start = data.find(b"PK\x01\x02", start + 1)
    place = places[rng.integers(len(places))]
    return data[:place] + struct.pack("<I", huge) + data[place + 4 :]


def lengthen(data, rng):
    return data + rng.bytes(int(rng.integers(1, 1000)))


WAYS = (truncate, flip_bits, swap_parts, inflate, lengthen)


def damage(data, rng):
    """Return another content than `data` and the name of the way it was damaged.

    Parameters
    ----------
    data : bytes
        The content of a file.
    rng : Generator
        Where the damage is drawn from.

    Returns
    -------
    damaged : bytes
        The damaged content.
    way : str
        Name of the way.
    """
    way = WAYS[rng.integers(len(WAYS))]
    damaged = way(data, rng)
    while damaged == data:
        damaged = way(data, rng)
    return damaged, way.__name__
