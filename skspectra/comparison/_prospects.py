"""What a comparison can decide, said from the counts alone before anything is fitted."""

from typing import NamedTuple

import numpy as np
from scipy import special

from skspectra._words import count
from skspectra.comparison._verdict import LEVEL, MARGIN, MIN_INDEPENDENT
from skspectra.comparison._wording import listed, two_digits

# Share of the spectra on which two models of similar skill differ, one right and one wrong.
DISAGREEMENT = 0.1
# A difference that one would like to see.
WANTED = 0.05


class Design(NamedTuple):
    """The numbers of a comparison on which its precision depends.

    Parameters
    ----------
    counts : dict of str to int
        Independent units, spectra or groups, of each class.
    unit : {"spectra", "groups"}
        What the independent units are.
    n_pairs : int
        Number of pairs that get a verdict.
    inflation : float
        How much the squared standard error exceeds that of independent units that are all tested
        once; for J splits ``(1/J + n_test / n_train) * n_units / n_test``, for groups 1.
    df : int
        Degrees of freedom of the standard error.
    """

    counts: dict
    unit: str
    n_pairs: int
    inflation: float
    df: int


def decidable(design, margin=MARGIN, level=LEVEL):
    """Return the smallest difference of balanced accuracy that will probably be decided.

    It is the margin and half the interval that the first verdict of Holm's rule has, where two
    models disagree on one spectrum in ten.

    Parameters
    ----------
    design : Design
        The numbers of the comparison.
    margin : float, default=0.02
        Smallest difference that matters.
    level : float, default=0.95
        Confidence in all verdicts together.

    Returns
    -------
    difference : float
        The difference, as a fraction; inf where no verdict can be given.
    """
    n = np.array(list(design.counts.values()), dtype=float)
    if design.df < 1 or n.min() < MIN_INDEPENDENT:
        return np.inf
    error = np.sqrt(design.inflation * DISAGREEMENT * np.sum(1 / n)) / len(n)
    error = max(error, 1 / (len(n) * n.min()))
    return float(margin - special.stdtrit(design.df, (1 - level) / 2 / design.n_pairs) * error)


def prospects(design, margin=MARGIN, level=LEVEL):
    """Say what the data can decide.

    Parameters
    ----------
    design : Design
        The numbers of the comparison.
    margin : float, default=0.02
        Smallest difference that matters.
    level : float, default=0.95
        Confidence in all verdicts together.

    Returns
    -------
    sentences : list of str
        One or two sentences.

    Examples
    --------
    >>> from skspectra.comparison._prospects import Design, prospects
    >>> design = Design({"a": 40, "b": 40, "c": 40}, "spectra", 10, 1.75, 9)
    >>> prospects(design)[0]
    'With 120 spectra in 3 classes, differences below about 17 points cannot be decided.'
    """
    counts, unit = design.counts, design.unit
    n_units = sum(counts.values())
    rare = {label: n for label, n in counts.items() if n < MIN_INDEPENDENT}
    if rare:
        label = min(rare, key=rare.get)
        there = "there is" if rare[label] == 1 else "there are"
        who = f"class {label!r} has" if len(counts) > 1 else there
        words = [f"{who} {count(rare[label], unit)}: verdicts need {MIN_INDEPENDENT}"]
        if len(counts) - len(rare) >= 2:
            classes = count(len(rare), "classes")
            words.append(
                f"leave out {classes} ({listed(list(rare))}), on the command line with "
                f"--min-class {MIN_INDEPENDENT}"
            )
        return [f"{'; '.join(words)}."]
    if design.df < 1:
        return ["One split gives no interval, so no verdict can come out: use more folds."]
    least = decidable(design, margin, level)
    classes = f" in {len(counts)} classes" if len(counts) > 1 else ""
    begin = f"With {n_units:,} {unit}{classes},"
    if unit == "groups" and len(counts) > 1:
        # A group may hold several classes, so their numbers do not add up.
        begin = f"With {min(counts.values())} groups or more in each of {len(counts)} classes,"
    if least >= 1:
        return [f"{begin} no difference can be decided: add {unit}, or ask for fewer pairs."]
    sentences = [
        f"{begin} differences below about {np.ceil(100 * least):.0f} points cannot be decided."
    ]
    if least > WANTED:
        factors = np.geomspace(1, 1000, 500)
        sizes = (
            design._replace(
                counts={label: n * times for label, n in counts.items()},
                df=(design.df + 1) * times - 1 if unit == "groups" else design.df,
            )
            for times in factors
        )
        needed = [
            times
            for times, size in zip(factors, sizes, strict=True)
            if decidable(size, margin, level) <= WANTED
        ]
        if needed:
            sentences.append(
                f"For differences of {100 * WANTED:g} points about "
                f"{two_digits(n_units * needed[0]):,} {unit} are needed. The probabilities and "
                "the recommendation also help with fewer."
            )
    return sentences


def design_of(plan):
    """Return the numbers on which the precision of a plan depends.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    design : Design
        The numbers. Multilabel spectra count as one class, because their score is that of
        exact matches.
    """
    tested = np.unique(np.concatenate([test for _, test in plan.splits]))
    units = tested if plan.groups is None else plan.groups[tested]
    labels = np.full(len(tested), "all") if plan.y.ndim == 2 else plan.y[tested]
    counts = {str(label): len(np.unique(units[labels == label])) for label in np.unique(labels)}
    if plan.groups is not None:
        return Design(counts, "groups", len(plan.pairs) or 1, 1.0, min(counts.values()) - 1)
    n_splits = len(plan.splits)
    n_train, n_test = (
        np.mean([len(part) for part in parts]) for parts in zip(*plan.splits, strict=True)
    )
    ratio = 0.0 if plan.independent else n_test / n_train
    inflation = (1 / n_splits + ratio) * len(tested) / n_test
    return Design(counts, "spectra", len(plan.pairs) or 1, inflation, n_splits - 1)
