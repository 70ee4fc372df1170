"""The phases of powder patterns, from a table of phases, as rows for files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from skspectra._grid import check_axis
from skspectra._writing import write_csv
from skspectra.mixtures._unmixing import UnmixingClassifier

_PHASE_COLUMNS = ["file", "phase", "amount", "contribution", "detection_limit"]
_PATTERN_COLUMNS = ["file", "phases", "unexplained", "unknown", "remark"]
# Angles beyond those of the table, in degrees.
_BEYOND = 1.0


@dataclass
class Identification:
    """The phases found in some patterns.

    Parameters
    ----------
    phases : list of dict
        One row per phase found: file, phase, amount (weight fraction of the identified
        crystalline part, or of the sample with an internal standard; nan where no structure is
        known), contribution (share of the fitted
        area) and detection limit (the share that would have been found).
    patterns : list of dict
        One row per pattern: file, phases joined by "+", the unexplained share of the area of all
        peaks, whether there is an unknown phase, and a remark.
    explanations : list of Explanation
        What :meth:`UnmixingClassifier.explain` returned.
    model : UnmixingClassifier
        The classifier.
    x_axis : ndarray of shape (n_points,)
        Angles of the patterns, in degrees.
    X : ndarray of shape (n_patterns, n_points)
        The patterns.
    """

    phases: list
    patterns: list
    explanations: list
    model: UnmixingClassifier
    x_axis: np.ndarray
    X: np.ndarray

    def to_csv(self, folder):
        """Write ``phases.csv`` and ``patterns.csv``.

        Parameters
        ----------
        folder : str or Path
            The folder; it is made if it is missing.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name, columns, rows in (
            ("phases.csv", _PHASE_COLUMNS, self.phases),
            ("patterns.csv", _PATTERN_COLUMNS, self.patterns),
        ):
            write_csv(folder / name, rows, columns)

    def plot(self, i, figure=None):
        """Draw one pattern: measured, sum, contributions with ticks, and the difference.

        Parameters
        ----------
        i : int
            Number of the pattern.
        figure : matplotlib.figure.Figure, default=None
            The figure to draw on. None makes one, without pyplot.

        Returns
        -------
        figure : matplotlib.figure.Figure
            The figure; ``figure.savefig(path)`` writes it.
        """
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9, 5.5), layout="constrained") if figure is None else figure
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
        found, x = self.explanations[i], self.x_axis
        total = found.background + found.contributions.sum(axis=0)
        upper.plot(x, self.X[i], ".", color="0.6", markersize=2, label="measured")
        upper.plot(x, total, color="black", linewidth=0.8, label="sum")
        height = np.ptp(self.X[i]) or 1.0
        for k, (name, part) in enumerate(zip(found.found, found.contributions, strict=True)):
            (line,) = upper.plot(x, part + found.background, linewidth=0.9, label=str(name))
            ticks = found.lines[k]
            low = self.X[i].min() - 0.04 * height * (k + 1)
            upper.plot(ticks, np.full(len(ticks), low), "|", color=line.get_color(), markersize=6)
        phases = " + ".join(map(str, found.found)) or "no phase"
        upper.set_title(f"{self.patterns[i]['file']}: {phases}")
        upper.set_ylabel("intensity")
        upper.legend(fontsize="small")
        lower.plot(x, found.left, color="black", linewidth=0.6)
        for place, peak, _ in found.peaks:
            lower.annotate("?", (place, peak), ha="center", color="tab:red")
        lower.set_ylabel("difference")
        lower.set_xlabel("2theta in degrees")
        return figure


def identify(patterns, table, *, ignore=None, internal_standard=None, alpha=0.1):
    """Find the phases of powder patterns.

    Parameters
    ----------
    patterns : Spectra or tuple
        The patterns: a tuple of angles 2theta in degrees, one row of intensities per pattern and,
        if there are any, names; or the spectra that a reader of files returned. An
        object with the attributes ``x_axis``, ``X`` and ``names`` will do.
    table : PhaseTable
        Lines of the phases, from :func:`skspectra.diffraction.make_table`.
    ignore : array-like of shape (n_ignored, n_points), default=None
        Patterns of what is no phase: an empty holder.
    internal_standard : tuple of (str, float), default=None
        A phase that was added, and its weight fraction; it makes amounts absolute.
    alpha : float, default=0.1
        As in :class:`UnmixingClassifier`.

    Returns
    -------
    Identification
        Rows for ``phases.csv`` and ``patterns.csv``, and the explanations.

    Raises
    ------
    ValueError
        If the axis does not ascend, is no axis of angles, or reaches beyond the table, or if a
        pattern holds values that are not finite; the message names the pattern.

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.diffraction import Phase, make_powder_patterns, make_table
    >>> from skspectra.mixtures import identify
    >>> cards = [
    ...     Phase.from_lines("a", [4.2, 3.1, 2.2, 1.9], [60, 100, 50, 30]),
    ...     Phase.from_lines("b", [3.9, 2.8, 2.4, 1.7], [30, 100, 80, 40]),
    ... ]
    >>> two_theta = np.arange(15, 60, 0.02)
    >>> made = make_powder_patterns(
    ...     cards, 1, two_theta=two_theta, wavelength="CuKa", n_phases=2, random_state=0
    ... )
    >>> table = make_table(cards, wavelength="CuKa", two_theta_range=(15, 60))
    >>> identify((two_theta, made.X), table).patterns[0]["phases"]
    'a+b'
    """
    x_axis, X, names = _patterns(patterns)
    low, high = table.two_theta_range
    if x_axis[0] < low - _BEYOND or x_axis[-1] > high + _BEYOND:
        raise ValueError(
            f"The patterns reach from {x_axis[0]:g} to {x_axis[-1]:g} degrees, the table from "
            f"{low:g} to {high:g}; make the table for the range of the patterns."
        )
    for name, row in zip(names, X, strict=True):
        if not np.isfinite(row).all():
            raise ValueError(
                f"{name}: {np.sum(~np.isfinite(row))} of its values are not finite; correct the "
                "file or leave it out."
            )
    model = UnmixingClassifier(
        x_axis, shift="strain", alpha=alpha, ignore=ignore, internal_standard=internal_standard
    ).fit_table(table)
    explanations = model.explain(X)
    named = list(zip(names, explanations, strict=True))
    return Identification(
        [row for pair in named for row in _phase_rows(*pair)],
        [_pattern_row(*pair, internal_standard) for pair in named],
        explanations,
        model,
        x_axis,
        X,
    )


def _phase_rows(name, found):
    """Return one row per phase found."""
    fields = found.found, found.amounts, found.shares, found.detection_limits
    return [
        {
            "file": name,
            "phase": str(phase),
            "amount": round(float(amount), 4),
            "contribution": round(float(share), 4),
            "detection_limit": round(float(limit), 4),
        }
        for phase, amount, share, limit in zip(*fields, strict=True)
    ]


def _pattern_row(name, found, standard):
    """Return the row of a pattern."""
    remarks = [found.remark] if found.remark else []
    total = np.nansum(found.amounts)
    if standard is not None and round(total, 2) > 1:
        remarks.append(
            f"amounts add to {100 * total:.0f} % of the sample, which cannot be; check the weight "
            f"fraction of the internal standard {standard[0]}"
        )
    return {
        "file": name,
        "phases": "+".join(str(phase) for phase in found.found),
        "unexplained": round(found.unexplained, 4),
        "unknown": "yes" if found.unknown else "no",
        "remark": "; ".join(remarks),
    }


def _patterns(patterns):
    """Return axis, rows and names of what was given."""
    if hasattr(patterns, "x_axis"):
        x_axis, X, names = patterns.x_axis, patterns.X, patterns.names
    else:
        x_axis, X, *rest = patterns
        names = rest[0] if rest else None
    X = np.atleast_2d(np.array(X, float))
    x_axis = check_axis(x_axis, X.shape[1])
    names = [f"pattern {i}" for i in range(len(X))] if names is None else [str(n) for n in names]
    if len(names) != len(X):
        raise ValueError(f"There are {len(names)} names for {len(X)} patterns.")
    return x_axis, X, names
