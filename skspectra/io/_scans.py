"""Scans of a diffractometer: one file may hold several ranges, counted for different times."""

from typing import NamedTuple

import numpy as np

from skspectra.io._checks import MIN_POINTS, in_order
from skspectra.io._part import BadFileError, Part


class Scan(NamedTuple):
    """One range of a measurement; `seconds` is None where nobody said, or an array per point."""

    x_axis: np.ndarray
    values: np.ndarray
    seconds: float | np.ndarray | None = None
    is_rate: bool = False


def join_scans(path, scans, *, wavelength=None, unit="deg"):
    """Return the spectrum of the ranges of a file, as counts where there is only one of them.

    Several ranges, or points counted for different times, become counts per second.
    """
    scans = [scan for scan in scans if len(scan.values)]
    if not scans or sum(len(scan.values) for scan in scans) < MIN_POINTS:
        raise BadFileError(f"{path}: no scan of {MIN_POINTS} points or more is in it")
    for scan in scans:
        if len(scan.values) != len(scan.x_axis):
            raise BadFileError(
                f"{path}: {len(scan.values)} intensities, but {len(scan.x_axis)} points were "
                "announced; the file may be cut off"
            )
        if not (np.isfinite(scan.x_axis).all() and np.isfinite(scan.values).all()):
            raise BadFileError(f"{path}: it holds numbers that are not finite; export it anew")
    remarks = []
    times = [scan.seconds for scan in scans]
    uneven = len({np.unique(time).tolist()[0] for time in times if time is not None}) > 1 or any(
        np.ptp(time) > 0 for time in times if time is not None
    )
    rate = all(scan.is_rate for scan in scans)
    if (len(scans) > 1 or uneven) and not rate:
        known = [scan.is_rate or scan.seconds is not None for scan in scans]
        if not all(known):
            remarks.append(f"{len(scans)} ranges, whose counting times are unknown, were joined")
        else:
            scans = [
                scan if scan.is_rate else scan._replace(values=scan.values / scan.seconds)
                for scan in scans
            ]
            rate = True
            what = "counting times differ" if len(scans) == 1 else f"{len(scans)} ranges"
            remarks.append(f"{what}: intensities are counts per second")
    elif len(scans) > 1:
        remarks.append(f"{len(scans)} ranges were joined")
    scans = sorted(scans, key=lambda scan: scan.x_axis.min())
    x_axis = np.concatenate([_rising(scan)[0] for scan in scans])
    values = np.concatenate([_rising(scan)[1] for scan in scans])
    # Neighbouring ranges share the point at which they meet.
    keep = np.concatenate([[True], np.diff(x_axis) != 0])
    x_axis, values = x_axis[keep], values[keep]
    overlap = np.flatnonzero(np.diff(x_axis) < 0)
    if len(overlap):
        raise BadFileError(
            f"{path}: scans overlap at {x_axis[overlap[0] + 1]:g}; export each scan to a file of "
            "its own"
        )
    order = in_order(path, x_axis, lambda i: f"point {i + 1}")
    return Part(
        x_axis[order],
        values[None, order],
        unit=unit,
        wavelength=wavelength,
        quantity="counts per second" if rate else "counts",
        remarks=remarks,
    )


def _rising(scan):
    order = slice(None, None, -1) if scan.x_axis[0] > scan.x_axis[-1] else slice(None)
    return scan.x_axis[order], scan.values[order]


def even_axis(path, start, step, n_points):
    """Return an axis of even steps; raise if there is none of that kind."""
    if not (np.isfinite(start) and np.isfinite(step) and step > 0 and 0 < n_points < 10**8):
        raise BadFileError(
            f"{path}: start {start:g}, step {step:g} and {n_points} points are no axis"
        )
    return start + step * np.arange(n_points)
