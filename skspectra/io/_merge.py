"""Bring the spectra of several files onto one axis."""

import numpy as np

from skspectra import _grid
from skspectra._words import count
from skspectra.io._absorbance import settle_transmittance
from skspectra.io._part import BadFileError, list_names
from skspectra.io._spectra import Spectra
from skspectra.io._units import check_unit

# Wavelengths of one anode differ less: files name its first line or the mean of two.
_SAME_WAVELENGTH = 2e-3
# One file in so many may be left out because it is short.
_N_PER_SHORT = 10


def merge(parts, *, unit, wavelength, x_axis, transmittance, min_cover, skip, skipped):
    """Return the spectra of all parts on one axis, and the file of each spectrum.

    `parts` maps the names of files to what they hold.
    """
    remarks = []
    for name, part in parts.items():
        skipped.update({f"{name}:{row}": reason for row, reason in part.skipped.items()})
    units = {name: part.unit for name, part in parts.items()}
    unit = _agree("unit", units, check_unit(unit), "unit")
    waves = {name: part.wavelength for name, part in parts.items()}
    wavelength = _agree("wavelength", waves, wavelength, "wavelength")
    quantity = _convert(parts, transmittance, remarks)
    _say(remarks, parts)
    grids, of_part = _find_grids(parts)
    if x_axis is None:
        short = _find_short(grids, of_part, min_cover)
        new_axis = _common_axis(parts, grids, of_part, short)
    else:
        new_axis = _grid.check_axis(x_axis)
        short = {i for i, grid in enumerate(grids) if not _grid.covers(grid, new_axis)}
    names = list(parts)
    left_out = {names[k]: grids[g] for k, g in enumerate(of_part) if g in short}
    reasons = {name: f"covers {span(grid)} of {span(new_axis)}" for name, grid in left_out.items()}
    if x_axis is not None and reasons and (not skip or len(reasons) == len(parts)):
        name, reason = next(iter(reasons.items()))
        more = f", and {count(len(reasons) - 1, 'more files')}" if len(reasons) > 1 else ""
        raise BadFileError(f"{name}: the axis {reason}{more}; leave such files out")
    if reasons:
        skipped.update({name: f"the axis {reason}" for name, reason in reasons.items()})
        remarks.append(
            f"left out, because their range is short: {list_names(list(reasons))} "
            f"(the others cover {span(new_axis)})"
        )
    kept = {
        name: (part, grids[g])
        for (name, part), g in zip(parts.items(), of_part, strict=True)
        if name not in reasons
    }
    X = _stack(kept, new_axis, remarks)
    sources = [name for name, (part, _) in kept.items() for _ in part.X]
    return (
        Spectra(
            X,
            new_axis,
            unit,
            wavelength,
            np.array(_names(kept)),
            metadata=_metadata(kept),
            quantity=quantity,
            remarks=tuple(remarks),
            skipped=skipped,
        ),
        sources,
    )


def span(x_axis):
    """Return the range of an axis as text."""
    return f"{x_axis[0]:.6g} to {x_axis[-1]:.6g}"


def is_same_wavelength(one, other):
    """Return whether two wavelengths differ by rounding, or by what K-alpha2 adds, only."""
    return abs(one - other) <= _SAME_WAVELENGTH * other


def _agree(what, values, given, parameter):
    """Return the one value that files name, or that is given; raise where they differ."""
    known = {name: value for name, value in values.items() if value is not None}
    first = given
    whose = f"{parameter}={given!r}"
    for name, value in known.items():
        if first is None:
            first, whose = value, f"{name} has {value!r}"
        same = is_same_wavelength(value, first) if isinstance(value, float) else value == first
        if not same:
            raise BadFileError(
                f"{name}: the {what} is {value!r}, but {whose}; read such files apart and convert "
                "them to one axis"
            )
    return first


def _convert(parts, transmittance, remarks):
    """Return what the intensities are; transmittance is converted, kept or refused."""
    for name, part in parts.items():
        part.X, part.quantity, remark = settle_transmittance(
            part.X, part.quantity, transmittance, name
        )
        if remark:
            part.remarks.append(remark)
    found = {part.quantity: name for name, part in parts.items() if part.quantity}
    if len(found) > 1:
        if not {*found} <= {"counts", "counts per second"}:
            (one, first), (other, second), *_ = found.items()
            raise BadFileError(
                f"{second}: it holds {other}, but {first} holds {one}; read them apart"
            )
        remarks.append(
            "some files hold counts and others counts per second; normalise the spectra"
        )
        return None
    return next(iter(found), None)


def _say(remarks, parts):
    """Add what the readers of single files remarked, each remark once."""
    said = {}
    for name, part in parts.items():
        for remark in part.remarks:
            said.setdefault(remark, []).append(name)
    remarks += [f"{list_names(names, 3)}: {remark}" for remark, names in said.items()]


def _find_grids(parts):
    """Return the different grids, and the number of that of each part."""
    grids, ends, of_part = [], np.empty((0, 3)), []
    for part in parts.values():
        axis = part.x_axis
        own = np.array([len(axis), axis[0], axis[-1]])
        slack = [0, *2 * [_grid.TOLERANCE * (own[2] - own[1]) / (len(axis) - 1)]]
        near = np.flatnonzero((np.abs(ends - own) <= slack).all(axis=1))
        found = next((i for i in near.tolist() if _grid.same_grid(grids[i], axis)), None)
        if found is None:
            found = len(grids)
            grids.append(axis)
            ends = np.vstack([ends, own])
        of_part.append(found)
    return grids, of_part


def _find_short(grids, of_part, min_cover):
    """Return the numbers of grids that cover too little, if few files have them."""
    low = np.array([grids[g][0] for g in of_part])
    high = np.array([grids[g][-1] for g in of_part])
    start, end = np.median(low), np.median(high)
    cover = (np.minimum(high, end) - np.maximum(low, start)) / max(end - start, 1e-300)
    is_short = cover < min_cover
    if len(of_part) < 3 or is_short.sum() > max(1, len(of_part) // _N_PER_SHORT):
        return set()
    return {of_part[k] for k in np.flatnonzero(is_short).tolist()}


def _common_axis(parts, grids, of_part, short):
    """Return the most frequent grid, cropped to what all files cover."""
    names = list(parts)
    used = [g for g in range(len(grids)) if g not in short]
    last = max(used, key=lambda g: grids[g][0])
    first = min(used, key=lambda g: grids[g][-1])
    low, high = grids[last][0], grids[first][-1]
    if low >= high:
        one, other = names[of_part.index(first)], names[of_part.index(last)]
        raise BadFileError(
            f"{other}: its axis is {span(grids[last])}, but that of {one} is "
            f"{span(grids[first])}; they have nothing in common"
        )
    steps = [_grid.mean_step(grid) for grid in grids]
    usual = np.median([steps[g] for g in of_part if g not in short])
    best = max(used, key=lambda g: (of_part.count(g), -abs(steps[g] - usual)))
    axis = grids[best]
    slack = _grid.TOLERANCE * steps[best]
    inside = (axis >= low - slack) & (axis <= high + slack)
    if inside.sum() < 2:
        raise BadFileError(f"{names[0]}: all files have only {span([low, high])} in common")
    return axis if inside.all() else axis[inside]


def _stack(kept, new_axis, remarks):
    """Return the spectra of the parts on the new axis; say how many files were changed."""
    blocks, how = [], []
    for part, grid in kept.values():
        X, done = _grid.to_grid(part.X, grid, new_axis)
        blocks.append(X)
        how.append(done)
    n_cropped, n_resampled = how.count("cropped"), how.count("resampled")
    if n_cropped or n_resampled:
        step = _grid.mean_step(new_axis)
        n, what = (n_resampled, "resampled") if n_resampled else (n_cropped, "cropped")
        done = f"{n} of {count(len(kept), 'files')} {'was' if n == 1 else 'were'} {what}"
        if n_resampled and n_cropped:
            done += f" and {n_cropped} only cropped"
        remarks.append(f"one axis: {span(new_axis)}, step {step:.4g}; {done}")
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)


def _names(kept):
    """Return a name for every spectrum; a table's rows and columns follow the file's name."""
    names = []
    for name, (part, _) in kept.items():
        names += [f"{name}:{row}" for row in part.rows] or [name] * len(part.X)
    return names


def _metadata(kept):
    """Return all columns of the tables; files that lack one have an empty text there."""
    columns = dict.fromkeys(name for part, _ in kept.values() for name in part.columns)
    return {
        column: np.array(
            [
                text
                for part, _ in kept.values()
                for text in part.columns.get(column, [""] * len(part.X))
            ]
        )
        for column in columns
    }
