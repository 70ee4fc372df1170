"""Checks that all readers share, and errors that name every place at once."""

import numpy as np

from skspectra.io._part import BadFileError

MIN_POINTS = 3
# A few points at an end of a header are no points of the axis where the gap to the others is
# this many times their usual step.
_GAP = 20
_N_STRAY = 3


def in_order(path, x_axis, place):
    """Return a slice that makes an axis ascending; raise where it neither rises nor falls.

    `place` is a function that says where a point is in the file, given its number.
    """
    steps = np.diff(x_axis)
    if len(steps) and np.count_nonzero(steps < 0) > np.count_nonzero(steps > 0):
        wrong, order = steps >= 0, slice(None, None, -1)
    else:
        wrong, order = steps <= 0, slice(None)
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        before, after = x_axis[i : i + 2].tolist()
        # The point that is out of place is the one without which the others are in order.
        rest = np.delete(x_axis, i)
        odd = i if before != after and (np.diff(rest[order]) > 0).all() else i + 1
        n_more = np.count_nonzero(wrong) - 1
        more = f" ({n_more} more such places)" if n_more else ""
        what = (
            f"the axis has the value {after:.10g} twice"
            if before == after
            else f"{after:.10g} follows {before:.10g}, but the axis must rise or fall throughout"
        )
        raise BadFileError(
            f"{path}: {place(odd)}: {what}{more}; sort the points, or remove what is no point"
        )
    return order


def find_strays(x_axis):
    """Return the numbers of the few end points that a wide gap divides from all others."""
    if len(x_axis) < 4 * _N_STRAY:
        return []
    order = np.argsort(x_axis, kind="stable")
    steps = np.diff(x_axis[order])
    wide = np.flatnonzero(steps > _GAP * np.median(steps))
    if not len(wide):
        return []
    if wide[0] < _N_STRAY:
        return order[: wide[0] + 1].tolist()
    if wide[-1] >= len(steps) - _N_STRAY:
        return order[wide[-1] + 1 :].tolist()
    return []


class BadRows:
    """Lines of a file that cannot be read, kept until all of them are known."""

    def __init__(self, path):
        self.path = path
        self.reasons = {}

    def add(self, line, reason):
        """Note what is wrong with a line; `reason` begins with ", column ..." or ": ..."."""
        self.reasons.setdefault(line, reason)

    def raise_if_any(self, advice):
        """Raise one error that describes the first line and names all others."""
        if not self.reasons:
            return
        (line, reason), *others = self.reasons.items()
        more = f"; also bad: {_lines([n for n, _ in others])}" if others else ""
        raise BadFileError(f"{self.path}: line {line}{reason}{more}; {advice}")


def _lines(numbers):
    """Return numbers of lines as text, with runs as ranges: "lines 3, 5-9"."""
    runs = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    text = ", ".join(f"{low}" if low == high else f"{low}-{high}" for low, high in runs[:100])
    more = f" and {sum(b - a + 1 for a, b in runs[100:])} more" if len(runs) > 100 else ""
    return f"line{'s' if len(numbers) > 1 else ''} {text}{more}"
