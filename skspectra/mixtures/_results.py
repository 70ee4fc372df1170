"""From the search in one spectrum to shares, weights, detection limits and an explanation."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.ndimage import label

from skspectra.mixtures._search import KAPPA
from skspectra.mixtures._solver import KAPPA_DENSE, Solver
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
    shares : ndarray of shape (n_found,)
        Their shares in the fitted area, without the background.
    amounts : ndarray of shape (n_found,)
        Their amounts, as :meth:`UnmixingClassifier.amounts` returns them; nan where unknown.
    detection_limits : ndarray of shape (n_found,)
        The share of each that would have been found.
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
    lines : list of ndarray
        Fitted angles of the lines of each phase, in degrees; empty for measured spectra.
    peaks : ndarray of shape (n_peaks, 3)
        Peaks that nothing explains: place, height, and height in units of its uncertainty.
    score : float
        Evidence of an unknown substance; above 1 it is more than known ones leave.
    unknown : bool
        Whether there is at least one substance that was not given in fit.
    unexplained : float
        Area of the peaks that nothing explains, as a share of the area of all peaks.
    remark : str
        What a reader of the result should know; empty if there is nothing to say.
    """

    found: list
    groups: list
    shares: np.ndarray
    amounts: np.ndarray
    detection_limits: np.ndarray
    contributions: np.ndarray
    background: np.ndarray
    left: np.ndarray
    moves: list
    displacement: float
    lines: list
    peaks: np.ndarray
    score: float
    unknown: bool
    unexplained: float
    remark: str


@dataclass
class Known:
    """What is known of the substances after fit, and how they are found.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The substances.
    areas : ndarray of shape (n_classes,)
        Area of each spectrum for an amount of 1.
    solver : Solver
        Finds the substances of a spectrum.
    weighed : ndarray of bool of shape (n_classes,)
        Whether the coefficient of a substance is an amount.
    absorption : ndarray of shape (n_classes,) or None
        Mass attenuation coefficients; None of measured spectra.
    ghosts : ndarray of shape (n_ghosts,)
        Wavelengths of ghosts of strong lines, as multiples of the wavelength in use.
    standard : tuple of (int, float) or None
        Number of the internal standard, and its weight fraction.
    """

    classes: np.ndarray
    areas: np.ndarray
    solver: Solver
    weighed: np.ndarray
    absorption: np.ndarray | None
    ghosts: np.ndarray
    standard: tuple | None


def shares(known, solution):
    """Return the share of each substance in the fitted area."""
    areas = solution.amounts * known.areas
    return areas / (areas.sum() or 1.0)


def weights(known, solution):
    """Return weight fractions, or amounts in the unit that was given to fit; nan if unknown.

    Without an internal standard, weight fractions are known only if those of all substances found
    are, because they add to 1.
    """
    found = solution.amounts.copy()
    present = found > 0
    if known.standard is not None:
        place, fraction = known.standard
        scale = fraction / found[place] if present[place] else np.nan
    elif known.absorption is not None:
        scale = 1 / (found.sum() or 1.0) if known.weighed[present].all() else np.nan
    else:
        scale = 1.0
    return np.where(present & ~known.weighed, np.nan, found * scale)


def absorption_remark(known, solution):
    """Return a sentence where the substances found absorb very differently, otherwise none."""
    if known.absorption is None:
        return ""
    present = known.absorption[(solution.amounts > 0) & (known.absorption > 0)]
    if len(present) < 2 or present.max() <= _ABSORPTION_RATIO * present.min():
        return ""
    return (
        f"mass absorption differs {present.max() / present.min():.1f} times between phases, so "
        "amounts may be wrong by microabsorption; grind finely or use another wavelength"
    )


def detection_limits(known, solution, which):
    """Return the share of some substances that would have been found in a spectrum."""
    search, n_moves = solution.search, known.solver.components.n_moves
    if search is None:
        return np.ones(len(which))
    found = {item.index: item for item in solution.found}
    weighed = known.absorption is not None and known.weighed[list(found)].all()
    limits = np.ones(len(which))
    for k, i in enumerate(which):
        scale = np.ones(len(n_moves)) if weighed and known.weighed[i] else known.areas
        item = found.get(i)
        moves, width = np.zeros(n_moves[i]), search.width
        here = search
        if item is not None:
            moves, width = item.moves, item.width
            here = search.without(item, KAPPA if known.solver.lines else KAPPA_DENSE)
        t = here.components.render(i, moves, width, here.displacement)[0] * here.weight
        square = here.products(t[:, None])[0][0, 0]
        if square > 0:
            least = np.sqrt(solution.threshold / square) * scale[i]
            rest = (solution.amounts * scale).sum() - solution.amounts[i] * scale[i]
            limits[k] = least / max(least + rest, 1e-300)
    return limits


def explain(known, row, solution):
    """Return the explanation of a spectrum."""
    row = row.astype(np.float64)
    solver, search = known.solver, solution.search
    components, groups = solver.components, solver.groups
    parts = shares(known, solution)
    order = sorted(solution.found, key=lambda item: -parts[item.index])
    which = [item.index for item in order]
    displacement = 0.0 if search is None else search.displacement
    fitted = [
        item.amount * components.render(item.index, item.moves, item.width, displacement)[0]
        for item in order
    ]
    fitted = np.array(fitted).reshape(len(fitted), len(row))
    curve = row if search is None else solver.under(row, fitted.sum(axis=0))
    peaks = unexplained_peaks(solution, known.ghosts)
    score = unknown_score(peaks)
    left = row - curve - fitted.sum(axis=0)
    total = fitted.sum() * components.step
    missed = _missed_area(known, solution, peaks, left)
    return Explanation(
        found=[known.classes[i] for i in which],
        groups=[list(known.classes[groups == groups[i]]) for i in which],
        shares=parts[which],
        amounts=weights(known, solution)[which],
        detection_limits=detection_limits(known, solution, which),
        contributions=fitted,
        background=curve,
        left=left,
        moves=[item.moves for item in order],
        displacement=displacement,
        lines=[components.angles(item.index, item.moves, displacement) for item in order],
        peaks=peaks,
        score=score,
        unknown=bool(score > 1 or not order),
        unexplained=float(missed / (missed + total)) if missed > 0 else 0.0,
        remark=_remark(known, solution, which),
    )


def _missed_area(known, solution, peaks, left):
    """Return the area of the peaks that nothing explains."""
    if not len(peaks):
        return 0.0
    search, components = solution.search, known.solver.components
    if known.solver.lines:
        return (peaks[:, 1] * search.width / np.cos(np.radians(peaks[:, 0] / 2))).sum() * 1.2
    # The bands of measured spectra have no width in common, so what is left is added up around
    # each peak, as far as it stands out of its uncertainty.
    humps, _ = label(left * search.weight > 1)
    mine = np.unique(humps[np.searchsorted(components.x, peaks[:, 0])])
    return left[np.isin(humps, mine[mine > 0])].sum() * components.step


def _remark(known, solution, which):
    """Return what a reader of the result should know."""
    groups = known.solver.groups
    remarks = ["flat pattern"] if solution.search is None else []
    if not which:
        remarks.append(f"no {'phase' if known.solver.lines else 'substance'} found")
    for i in which:
        group = known.classes[groups == groups[i]]
        if len(group) > 1:
            remarks.append("cannot be told apart: " + " or ".join(map(str, group)))
    if known.weighed.any():
        cards = [str(known.classes[i]) for i in which if not known.weighed[i]]
        if cards:
            remarks.append(f"amounts are not known, because {cards[0]} has no structure")
        standard = known.standard
        if standard is not None and not solution.amounts[standard[0]]:
            remarks.append(f"the internal standard {known.classes[standard[0]]} was not found")
        remarks.append(absorption_remark(known, solution))
    return "; ".join(remark for remark in remarks if remark)
