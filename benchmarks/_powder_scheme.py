"""The published scheme for mixtures: identify one phase, subtract its pattern, repeat."""

import numpy as np
from scipy.signal import find_peaks
from sklearn.base import BaseEstimator

from skspectra.diffraction import InstrumentProfile, make_powder_patterns

SCALES = np.linspace(1.2, 0.2, 101)


def scheme_patterns(phases, n_patterns, seed, n_phases, batch):
    """Draw patterns of single phases as the scheme was published with.

    Strains are up to 3 %, crystallites are 5 to 30 nm small, and the noise is 0.25 % of the
    maximum. Texture changes heights by up to a factor of 2.5, which r = 0.8 does, too.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(0, n_patterns, batch):
        width = np.degrees(0.9 * 0.15406 / rng.uniform(5, 30))
        made = make_powder_patterns(
            phases,
            batch,
            two_theta=np.linspace(10, 80, 3501),
            wavelength="CuKa1",
            n_phases=n_phases,
            profile=InstrumentProfile(u=0, v=0, w=1e-4, x=width, y=0),
            min_size=0,
            max_microstrain=0,
            max_strain=0.03,
            max_texture=0.2,
            max_displacement=0,
            max_zero_shift=0,
            background=0,
            counts_at_max=0,
            dtype=np.float32,
            random_state=rng.integers(2**32),
        )
        noise = 0.0025 * rng.standard_normal(made.X.shape, dtype=np.float32)
        parts.append((made.X + noise, made.Y, made.W))
    return tuple(np.concatenate(values) for values in zip(*parts, strict=True))


def warped(reference, pattern, radius=15):
    """Return the reference pattern, moved by dynamic time warping to where the pattern has it.

    `radius` is the largest move, in points.
    """
    n = len(pattern)
    cost = np.full((n + 1, n + 1), np.inf)
    cost[0, 0] = 0.0
    for diagonal in range(2, 2 * n + 1):
        low = max(1, diagonal - n, (diagonal - radius + 1) // 2)
        i = np.arange(low, min(n, diagonal - 1, (diagonal + radius) // 2) + 1)
        j = diagonal - i
        before = np.minimum(np.minimum(cost[i - 1, j], cost[i, j - 1]), cost[i - 1, j - 1])
        cost[i, j] = abs(reference[i - 1] - pattern[j - 1]) + before
    result, i, j = np.zeros(n), n, n
    while i > 0 and j > 0:
        result[j - 1] = max(result[j - 1], reference[i - 1])
        steps = (cost[i - 1, j - 1], cost[i - 1, j], cost[i, j - 1])
        step = int(np.argmin(steps))
        i, j = i - (step != 2), j - (step != 1)
    return result


def subtracted(pattern, reference):
    """Return a pattern, whose maximum is 1, without an identified phase.

    The warped reference is scaled so that as many of its peaks as possible agree in height with
    near peaks of the pattern.
    """
    moved = warped(reference, pattern)
    a, b = find_peaks(pattern, height=0.05)[0], find_peaks(moved, height=0.05)[0]
    near = abs(a[:, None] - b) <= 8
    ratio = (moved[b] / pattern[a][:, None])[near]
    agree = (abs(SCALES[:, None] * ratio - 1) < 0.1).sum(axis=1)
    return np.maximum(pattern - SCALES[agree.argmax()] * moved, 0)


class SubtractingScheme(BaseEstimator):
    """A classifier of single phases that finds mixtures by subtraction.

    Every phase that the classifier gives 10 % opens a branch, in which the pattern of that phase
    is subtracted. A branch ends where no phase is new, less than `cutoff` of the maximum is left,
    or three phases are found. The branch with the highest mean probability is the answer; of its
    phases, those below `confidence` are dropped.
    """

    def __init__(self, classifier, references, cutoff=0.05, confidence=0.25):
        self.classifier = classifier
        self.references = references
        self.cutoff = cutoff
        self.confidence = confidence

    def fit(self, X, Y):
        """Fit the classifier on patterns of single phases."""
        self.classifier.fit(X, Y.argmax(axis=1))
        return self

    def predict(self, X):
        """Return a 0/1 matrix."""
        done = [[] for _ in X]
        # A branch: number of the pattern, what is left, its height, phases, probabilities.
        branches = [(i, row / row.max(), 1.0, (), ()) for i, row in enumerate(X.astype(float))]
        for _ in range(3):
            following = []
            rows = np.array([branch[1] for branch in branches], np.float32)
            proba = self.classifier.predict_proba(rows) if branches else []
            for (i, row, height, found, sure), p in zip(branches, proba, strict=True):
                new = [k for k in np.flatnonzero(p >= 0.1) if k not in found]
                if not new:
                    done[i].append((found, sure))
                for k in new:
                    left = subtracted(row, self.references[k])
                    branch = (*found, k), (*sure, p[k])
                    if height * left.max() < self.cutoff or len(branch[0]) == 3:
                        done[i].append(branch)
                    else:
                        following.append((i, left / left.max(), height * left.max(), *branch))
            branches = following
        Y = np.zeros((len(X), len(self.references)), int)
        for i, routes in enumerate(done):
            found, sure = max(routes, key=lambda route: np.mean(route[1]) if route[1] else 0)
            keep = [k for k, p in zip(found, sure, strict=True) if p >= self.confidence]
            Y[i, keep] = 1
        return Y
