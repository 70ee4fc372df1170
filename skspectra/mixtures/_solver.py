"""From one spectrum to the substances in it: noise, background, search and stopping rule."""

import copy
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from skspectra.mixtures._components import LineComponents
from skspectra.mixtures._joint import fit_together
from skspectra.mixtures._pattern import background, noise, smooth_terms
from skspectra.mixtures._screening import DenseScreen, LineScreen
from skspectra.mixtures._search import KAPPA, N_CANDIDATES, TEXTURE, Search

# By how much a gain must exceed the best decoy's: decoys are not akin to what is there, but
# substances of a table are. Chosen on simulated patterns.
MARGIN = 1.6
# The least gain, for profile errors that decoys do not meet. Chosen on simulated patterns.
LEAST_GAIN = {"lines": 100.0, "dense": 40.0}
# Profile errors of measured spectra that move as a whole or not at all.
KAPPA_DENSE = 0.03
# Lines whose widths set the first guess reach this part of the strongest; ripples of a background
# that was fitted to a pattern without noise are lower.
_STRONG = 0.05
# Part of a line's Lorentzian tail that profiles are wrong by.
TAILS = 0.3
N_FINISHED = 2
# Of a group, substances that explain this part of what the best explains are as good.
_AS_MUCH = 0.9
N_DECOYS_REFINED = 4
# Where strong unknown bands are left, decoys are looked at more closely.
N_DECOYS_SUPPORTED = 12
# Decoys in all, at most: for larger tables the quantile is that of a part of them.
MOST_DECOYS = 2000
MOST_SUBSTANCES = 6
_GAIN = attrgetter("gain")


@dataclass
class Solution:
    """What was found in one spectrum.

    Parameters
    ----------
    found : list of Found
        The substances, in the order in which they were found.
    amounts : ndarray of shape (n_substances,)
        Coefficients of all substances.
    threshold : float
        The gain that a further substance would have needed.
    search : Search or None
        State of the search at its end; None of a flat spectrum.
    steps : list of tuple
        Index, gain and decoy threshold of the best candidate of each step.
    """

    found: list
    amounts: np.ndarray
    threshold: float
    search: object
    steps: list


class Solver:
    """What is prepared once for all spectra.

    Parameters
    ----------
    components : LineComponents or DenseComponents
        The substances.
    max_move : float
        Largest strain or offset.
    max_displacement : float
        Largest displacement, in degrees.
    n_terms : int
        Smooth background terms.
    alpha : float
        Chance of a false substance that is accepted.
    ignored : ndarray of shape (n_ignored, n_points)
        Spectra of what is no substance.
    rng : Generator
        Draws decoys.
    """

    def __init__(self, components, max_move, max_displacement, n_terms, alpha, ignored, rng):
        self.components = components
        self.max_move, self.max_displacement = max_move, max_displacement
        self.lines = isinstance(components, LineComponents)
        self.margin = MARGIN
        n, n_points = components.n, len(components.x)
        n_decoys = min(int(np.ceil(n / alpha)), max(MOST_DECOYS, n))
        # The best of fewer decoys than n / alpha is a lower quantile; it is taken all the same.
        if self.lines:
            self.screen = LineScreen(components, max_move, rng, n_decoys)
        else:
            self.screen = DenseScreen(components, max_move, rng, n_decoys if n_points > 30 else 0)
        self.terms = np.concatenate([smooth_terms(n_points, n_terms), ignored.T], axis=1)
        self.groups = np.arange(n)
        self.binned = {1: components}

    def bins(self, width):
        """Return how many points become one: few points a line are enough."""
        if not self.lines:
            return 1
        return int(np.clip(width / (3 * self.components.step), 1, 4))

    def on(self, size):
        """Return the substances on an axis whose points are means of `size` points."""
        if size not in self.binned:
            other = copy.copy(self.components)
            other.x = mean_of(self.components.x, size)
            other.step = self.components.step * size
            self.binned[size] = other
        return self.binned[size]

    def start(self, y):
        """Return a search in a spectrum, with nothing found."""
        deviation = noise(y)
        terms, width, size = self.terms, 1.0, 1
        curve = background(y, terms, deviation) if terms.shape[1] else np.zeros(len(y))
        signal = np.maximum(y - curve, 0)
        if self.lines:
            width = line_width(self.components.x, y - curve, deviation)
            size = self.bins(width)
            deviation = np.sqrt(mean_of(deviation**2, size) / size)
            signal, y = mean_of(signal, size), mean_of(y, size)
            terms = mean_of(terms.T, size).T
        deviation = self.with_errors(deviation, signal, width, self.components.step * size)
        limits = self.max_move, self.max_displacement
        return Search(y, deviation, terms, self.on(size), *limits, width)

    def with_errors(self, deviation, signal, width, step):
        """Return deviations with those of profiles: of a line itself, and of its tails."""
        if not self.lines:
            return np.sqrt(deviation**2 + (KAPPA_DENSE * signal) ** 2)
        tails = np.zeros(len(signal))
        for t in (1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 13):
            offset = round(t * width / step)
            if 0 < offset < len(signal):
                part = signal / (1 + 4 * t**2)
                tails[offset:] = np.maximum(tails[offset:], part[:-offset])
                tails[:-offset] = np.maximum(tails[:-offset], part[offset:])
        return np.sqrt(deviation**2 + (KAPPA * signal) ** 2 + (TAILS * tails) ** 2)

    def bare(self, spectrum):
        """Return the spectrum of a pure substance without the background that was measured."""
        if self.lines or not self.terms.shape[1] or not spectrum.any():
            return np.maximum(spectrum, 0)
        return np.maximum(spectrum - background(spectrum, self.terms, noise(spectrum)), 0)

    def likeness(self, y, signal, width, level):
        """Return a search in the spectrum of a pure substance, given also without background.

        The noise is even, `level` times the highest point above the background.
        """
        size = self.bins(width)
        y, signal = mean_of(y / signal.max(), size), mean_of(signal / signal.max(), size)
        level = np.full(len(y), level)
        deviation = self.with_errors(level, signal, width, self.components.step * size)
        terms = np.zeros((len(y), 0)) if self.lines else self.terms
        limits = self.max_move, self.max_displacement
        return Search(y, deviation, terms, self.on(size), *limits, width)

    def under(self, y, model):
        """Return the background under a fitted model, whose lines may be off by texture."""
        if not self.terms.shape[1]:
            return np.zeros(len(y))
        part = TEXTURE if self.lines else KAPPA_DENSE
        return background(y - model, self.terms, np.hypot(noise(y), part * model))

    def candidates(self, search, without, evidence, n_decoys):
        """Return the best further substance, its evidence, and that of the best decoy."""
        pooled = self.screen.pooled(*search.unit_peaks())
        gains, moves = self.screen.scores(pooled)
        taken = {self.groups[item.index] for item in search.found} | set(without)
        order = [i for i in np.argsort(-gains) if self.groups[i] not in taken][:N_CANDIDATES]
        n_moves = self.components.n_moves
        tried = [search.refine(i, moves[i, : n_moves[i]]) for i in order]
        tried = sorted(tried, key=evidence, reverse=True)[:N_FINISHED]
        tried += [search.refine(item.index, item.moves, 0.0, 4, item.width) for item in tried]
        if not tried:
            return None, 0.0, 0.0
        best = self.nearest(search, max(tried, key=evidence), moves)
        own, highest = evidence(best), 0.0
        if len(self.screen.owner):
            gains, moves = self.screen.scores(pooled, decoys=True)
            order = np.argsort(-gains)[:n_decoys]
            # A gain far above what screening gives the decoys needs no closer look.
            if own < 3 * gains[order[0]]:
                owner, moved = self.screen.owner, self.screen.moved
                tried = [
                    (search.refine(owner[j], moves[j, : n_moves[owner[j]]], moved[j]), moved[j])
                    for j in order
                ]
                decoy, moved = max(tried, key=lambda pair: evidence(pair[0]))
                finished = search.refine(decoy.index, decoy.moves, moved, 4, decoy.width)
                highest = max(evidence(decoy), evidence(finished))
            else:
                highest = gains[order[0]]
        return best, own, highest

    def nearest(self, search, best, moves):
        """Return the substance of a group that has to move least, if it explains as much."""
        members = np.flatnonzero(self.groups == self.groups[best.index])
        if len(members) == 1:
            return best
        n_moves = self.components.n_moves
        tried = [
            search.refine(i, moves[i, : n_moves[i]], 0.0, 6) for i in members if i != best.index
        ]
        near = [best, *(item for item in tried if item.gain > _AS_MUCH * best.gain)]
        return min(near, key=lambda item: np.abs(item.moves).max(initial=0.0))

    def solve(self, y, most=MOST_SUBSTANCES, without=()):
        """Find the substances in a spectrum.

        Parameters
        ----------
        y : ndarray of shape (n_points,)
            The spectrum.
        most : int, default=6
            Largest number of substances.
        without : set of int, default=()
            Groups that are treated as unknown.

        Returns
        -------
        Solution
            What was found.
        """
        amounts = np.zeros(self.components.n)
        least = LEAST_GAIN["lines" if self.lines else "dense"]
        if np.ptp(y) == 0 and len(y) > 2:
            return Solution([], amounts, least, None, [])
        search = self.start(y.astype(float))
        steps, threshold, lowest = [], least, np.inf
        while len(search.found) < most:
            best, gain, highest = self.candidates(search, without, _GAIN, N_DECOYS_REFINED)
            if best is None or best.gain <= 0:
                break
            threshold = max(self.margin * highest, least)
            steps.append((best.index, gain, highest))
            if least < gain <= threshold and not self.lines and self.margin <= MARGIN:
                best, threshold = self.supported(search, without, best, threshold, least)
            lowest = min(lowest, threshold)
            if best.gain <= threshold:
                break
            search.found.append(best)
            fit_together(search)
        self.prune(search, threshold if self.lines else lowest)
        for item in search.found:
            amounts[item.index] = item.amount
        return Solution(search.found, amounts, threshold, search, steps)

    def supported(self, search, without, best, threshold, least):
        """Return a substance and its threshold where a strong unknown band may have raised it.

        Measured spectra have few bands. So a decoy that falls on a strong unknown band by chance
        gains as much as a substance that is there, unless supported gains are compared. A larger
        margin that was learnt from mixtures is for gains alone, and then this is not asked.
        """
        evidence = search.supported_gain
        other, own, highest = self.candidates(search, without, evidence, N_DECOYS_SUPPORTED)
        needed = max(MARGIN * highest, least)
        return (other, other.gain * needed / own) if own > needed else (best, threshold)

    def prune(self, search, threshold):
        """Take out substances that the others have made superfluous."""
        while len(search.found) > 1:
            gains = search.gains()
            if gains.min() > threshold:
                break
            del search.found[gains.argmin()]
            fit_together(search)
        if search.found:
            search.gains()


def mean_of(values, size):
    """Return means of `size` neighbouring points along the last axis; a rest is dropped."""
    if size == 1:
        return values
    n = values.shape[-1] // size
    return values[..., : n * size].reshape(*values.shape[:-1], n, size).mean(axis=-1)


def line_width(x, signal, deviation):
    """Return the width of the strongest lines at half maximum, divided as `render` multiplies."""
    step = np.median(np.diff(x))
    left, widths = signal.copy(), []
    highest = signal.max()
    for _ in range(12):
        top = int(left.argmax())
        if left[top] < max(8 * deviation[top], _STRONG * highest):
            break
        low = high = top
        while low > 0 and signal[low] > signal[top] / 2:
            low -= 1
        while high < len(x) - 1 and signal[high] > signal[top] / 2:
            high += 1
        widths.append((x[high] - x[low] - step) * np.cos(np.radians(x[top] / 2)))
        reach = 2 * (high - low) + 1
        left[max(0, top - reach) : top + reach + 1] = 0
    width = np.median(widths) if widths else 5 * step
    return float(np.clip(width, 2.2 * step, 1.0))
