"""From the search in one spectrum to shares, weights, detection limits and an explanation."""

from numbers import Real
from typing import NamedTuple

import numpy as np

from skspectra.mixtures._search import KAPPA
from skspectra.mixtures._solver import KAPPA_DENSE
from skspectra.mixtures._unknown import unexplained_peaks, unknown_score

# Mass attenuation coefficients that differ by more make amounts doubtful.
_ABSORPTION_RATIO = 3


class Explanation(NamedTuple):
    """What one spectrum is made of.

    Parameters
    ----------
    found : list
        Classes of the substances found, the largest contribution first.
    groups : list of list
        For each of them, all classes that nothing can tell apart from it, itself included.
    contributions : ndarray of shape (n_found, n_points)
        Their spectra as fitted.
    background : ndarray of shape (n_points,)
        The smooth background.
    left : ndarray of shape (n_points,)
        What is left: the spectrum less background and contributions.
    moves : list of ndarray
        Fitted strains or offsets of each substance.
    displacement : float
        Fitted displacement, in degrees.
    peaks : ndarray of shape (n_peaks, 3)
        Peaks that nothing explains: place, height, and height in units of its uncertainty.
    score : float
        Evidence of an unknown substance; above 1 it is more than known ones leave.
    unknown : bool
        Whether there is at least one substance that was not given in fit.
    unexplained : float
        Area of the peaks that nothing explains, as a share of the area of all peaks.
    """

    found: list
    groups: list
    contributions: np.ndarray
    background: np.ndarray
    left: np.ndarray
    moves: list
    displacement: float
    peaks: np.ndarray
    score: float
    unknown: bool
    unexplained: float


def shares(model, solution):
    """Return the share of each substance in the fitted area."""
    areas = solution.amounts * np.abs(model.components_).sum(axis=1)
    return areas / (areas.sum() or 1.0)


def internal_standard(model):
    """Return the number of the class that is the internal standard, and its weight fraction.

    Raises
    ------
    ValueError
        If it is no class, or if its fraction is not between 0 and 1.
    """
    given = model.internal_standard
    if len(given) != 2 or not isinstance(given[1], Real) or not 0 < given[1] < 1:
        raise ValueError(
            f"internal_standard={given!r} must be a class and its weight fraction, a number "
            "between 0 and 1."
        )
    for place, (label, text) in enumerate(zip(model.classes_, model.class_names_, strict=True)):
        if label == given[0] or text == str(given[0]):
            return place, given[1]
    raise ValueError(f"internal_standard={given!r}: there is no class {given[0]!r}.")


def weights(model, solution):
    """Return weight fractions, or amounts in the unit that was given to fit.

    Raises
    ------
    ValueError
        If the internal standard is no class, or if its fraction is not between 0 and 1.
    """
    found = solution.amounts.copy()
    if model.internal_standard is not None:
        place, fraction = internal_standard(model)
        standard = found[place]
        return found * (fraction / standard) if standard > 0 else np.full(len(found), np.nan)
    if model._absorption is not None:
        return found / (found.sum() or 1.0)
    return found


def absorption_remark(model, solution):
    """Return a sentence where the substances found absorb very differently, otherwise none."""
    if model._absorption is None:
        return ""
    present = model._absorption[(solution.amounts > 0) & (model._absorption > 0)]
    if len(present) < 2 or present.max() <= _ABSORPTION_RATIO * present.min():
        return ""
    return (
        f"mass absorption differs {present.max() / present.min():.1f} times between phases, so "
        "amounts may be wrong by microabsorption; grind finely or use another wavelength"
    )


def detection_limits(model, solution, which):
    """Return the share of some substances that would have been found in a spectrum."""
    search, n_moves = solution.search, model._solver.components.n_moves
    if search is None:
        return np.ones(len(which))
    weighed = model._absorption is not None and model._weighed
    scale = np.ones(len(n_moves)) if weighed else np.abs(model.components_).sum(axis=1)
    total = (solution.amounts * scale).sum()
    found = {item.index: item for item in solution.found}
    limits = np.ones(len(which))
    for k, i in enumerate(which):
        item = found.get(i)
        moves, width = np.zeros(n_moves[i]), search.width
        here = search
        if item is not None:
            moves, width = item.moves, item.width
            here = search.without(item, KAPPA if model._solver.lines else KAPPA_DENSE)
        t = here.components.render(i, moves, width, here.displacement)[0] * here.weight
        square = here.products(t[:, None])[0][0, 0]
        if square > 0:
            least = np.sqrt(solution.threshold / square) * scale[i]
            rest = total - solution.amounts[i] * scale[i]
            limits[k] = least / max(least + rest, 1e-300)
    return limits


def explain(model, row, solution):
    """Return the explanation of a spectrum."""
    row = row.astype(np.float64)
    components, groups = model._solver.components, model._solver.groups
    parts = shares(model, solution)
    order = sorted(solution.found, key=lambda item: -parts[item.index])
    search = solution.search
    displacement = 0.0 if search is None else search.displacement
    fitted = [
        item.amount * components.render(item.index, item.moves, item.width, displacement)[0]
        for item in order
    ]
    fitted = np.array(fitted).reshape(len(fitted), len(row))
    curve = model._solver.under(row, fitted.sum(axis=0))
    peaks = unexplained_peaks(solution, model._ghosts)
    score = unknown_score(solution, peaks)
    total = fitted.sum() * components.step
    width = search.width if model._solver.lines and search is not None else 0.0
    missed = (peaks[:, 1] * width / np.cos(np.radians(peaks[:, 0] / 2))).sum() * 1.2
    return Explanation(
        [model.classes_[item.index] for item in order],
        [list(model.classes_[groups == groups[item.index]]) for item in order],
        fitted,
        curve,
        row - curve - fitted.sum(axis=0),
        [item.moves for item in order],
        displacement,
        peaks,
        score,
        bool(score > 1 or not order),
        float(missed / (missed + total)) if missed > 0 else 0.0,
    )
