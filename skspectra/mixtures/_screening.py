"""Screening: which substances of a large table could explain what is left of a spectrum."""

import numpy as np

# Step of the grid of ln sin theta.
_STEP = 5e-4
# Lines of a substance that screening looks at.
_N_LINES = 24
# Strains that are tried for each substance.
_N_STRAINS = 64
# Half width of the windows of the pooled correlation, in steps.
_POOL = 4


class LineScreen:
    """Where the strongest lines of all substances lie, for all strains that are tried.

    Parameters
    ----------
    components : LineComponents
        The substances.
    max_strain : float
        Largest coefficient of a strain.
    rng : Generator
        Draws strains and decoys.
    n_decoys : int
        Decoys: substances whose lines are moved at random, beyond the window of strain.
    """

    def __init__(self, components, max_strain, rng, n_decoys):
        x = components.x
        theta = np.radians(np.maximum(x, 0.5) / 2)
        self.low, self.high = np.log(np.sin(theta[0])), np.log(np.sin(theta[-1]))
        self.reach = max_strain
        self.grid = np.arange(self.low, self.high, _STEP)
        self.angles = np.degrees(2 * np.arcsin(np.exp(self.grid)))
        n, n_max = components.n, int(components.n_moves.max(initial=1))
        self.u = np.full((n, _N_LINES), np.nan)
        self.height = np.zeros((n, _N_LINES))
        self.slopes = np.zeros((n, _N_LINES, n_max))
        for i in range(n):
            self._fill(i, components)
        box = np.zeros((n_max, _N_STRAINS, n_max))
        for k in range(n_max):
            box[k] = _strains(k + 1, n_max, max_strain, rng)
        self.strains = box[components.n_moves - 1]
        self.owner = rng.permutation(np.arange(n_decoys) % n)
        self.moved = []
        for i in self.owner:
            spacing, inverse = np.unique(components.lines[i][0].round(7), return_inverse=True)
            away = rng.uniform(2.2 * max_strain, 0.3, len(spacing))
            self.moved.append((away * rng.choice([-1, 1], len(spacing)))[inverse])
        decoy_u = np.full((n_decoys, _N_LINES), np.nan)
        decoy_height = np.zeros((n_decoys, _N_LINES))
        for j, (i, moved) in enumerate(zip(self.owner, self.moved, strict=True)):
            # Moved lines wrap around the ends, so that a decoy has as many as its substance.
            u = -components.lines[i][0] + components.lines[i][1]
            wrapped = self.low + (u - moved - self.low) % (self.high - self.low)
            self.moved[j] = u - wrapped
            decoy_u[j], decoy_height[j], _ = self._strongest(i, components, wrapped)
        self._substances = self._places(self.u, self.height, np.arange(n))
        self._decoys = self._places(decoy_u, decoy_height, self.owner)

    def _fill(self, i, components):
        u = components.lines[i][1] - components.lines[i][0]
        self.u[i], self.height[i], self.slopes[i, :, : components.n_moves[i]] = self._strongest(
            i, components, u
        )

    def _strongest(self, i, components, u):
        _, _, area, slopes = components.lines[i]
        cosine = np.sqrt(np.maximum(1 - np.exp(2 * u), 0.01))
        # A table may reach further than the pattern; lines just outside may be strained into it.
        inside = (u > self.low - self.reach) & (u < self.high + self.reach)
        height = area * cosine * inside
        order = np.argsort(-height)
        # Lines that fall on the same steps of the grid are one.
        key = np.floor(u[order] / (2 * _STEP))
        _, first, same = np.unique(key, return_index=True, return_inverse=True)
        total = np.bincount(same, height[order])
        top = np.argsort(-total)[:_N_LINES]
        places, heights = np.full(_N_LINES, np.nan), np.zeros(_N_LINES)
        directions = np.zeros((_N_LINES, slopes.shape[1]))
        chosen = order[first[top]]
        places[: len(top)], heights[: len(top)] = u[chosen], total[top]
        directions[: len(top)] = slopes[chosen]
        return places, heights, directions

    def signatures(self, window):
        """Return one short row per substance: heights of lines in windows of ln d, norm 1."""
        n_bins = int((self.high - self.low) / window) + 3
        place = (np.nan_to_num(self.u, nan=self.low) - self.low) / window + 1
        inside = (place >= 0) & (place < n_bins - 1)
        place = np.where(inside, place, 0.0)
        heights = self.height * inside
        below, share = place.astype(int), place % 1
        found = np.zeros((len(self.u), n_bins + 1))
        rows = np.arange(len(self.u))[:, None]
        np.add.at(found, (rows, below), heights * (1 - share))
        np.add.at(found, (rows, below + 1), heights * share)
        found[:, 1:-1] = found[:, :-2] / 2 + found[:, 1:-1] + found[:, 2:] / 2
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-300)

    def pooled(self, x, amplitude, precision):
        """Return amplitude times precision, and precision, where each window is brightest."""
        a = np.interp(self.angles, x, amplitude)
        q = np.interp(self.angles, x, precision)
        best, kept_a, kept_q = np.full(len(a), -np.inf), a.copy(), q.copy()
        for offset in range(-_POOL, _POOL + 1):
            shifted_a, shifted_q = np.roll(a, offset), np.roll(q, offset)
            clear = shifted_a * np.sqrt(shifted_q)
            better = clear > best
            best[better] = clear[better]
            kept_a[better], kept_q[better] = shifted_a[better], shifted_q[better]
        # Places beyond the ends say nothing.
        return np.append(kept_a * kept_q, 0.0), np.append(kept_q, 0.0)

    def scores(self, pooled, decoys=False, rows=None):
        """Return the best gain of each substance or decoy, and the strain that gives it.

        Parameters
        ----------
        pooled : tuple of ndarray
            What :meth:`pooled` returned.
        decoys : bool, default=False
            Whether the decoys are scored.
        rows : ndarray of int, default=None
            Which of them; None scores all.

        Returns
        -------
        gain : ndarray of shape (n,)
            The gains.
        strain : ndarray of shape (n, n_moves)
            The strains.
        """
        index, height, strains = self._decoys if decoys else self._substances
        if rows is not None:
            index, height, strains = index[rows], height[rows], strains[rows]
        # A scale that leaves gains alone, so that single precision is enough.
        scale = 1 / np.sqrt(max(pooled[1].max(), 1e-300))
        product = (pooled[0] * scale).astype(np.float32)
        precision = (pooled[1] * scale**2).astype(np.float32)
        gains, chosen = np.zeros(len(index)), np.zeros(len(index), int)
        for start in range(0, len(index), 128):
            block = slice(start, start + 128)
            a = height[block, :, None]
            here = index[block]
            # Clipping changes nothing, and is faster than a check of the indices.
            top = (np.take(product, here, mode="clip") @ a)[..., 0]
            bottom = (np.take(precision, here, mode="clip") @ (a * a))[..., 0]
            gain = np.where(top > 0, top, 0.0) ** 2 / np.maximum(bottom, 1e-30)
            chosen[block] = gain.argmax(axis=1)
            gains[block] = gain[np.arange(len(gain)), chosen[block]]
        return gains, strains[np.arange(len(index)), chosen]

    def _places(self, u, height, owner):
        """Return where on the grid each line lies for each strain, heights, and strains."""
        index = np.empty((len(u), _N_STRAINS, _N_LINES), np.int32)
        n = len(self.grid)
        for start in range(0, len(u), 512):
            block = slice(start, start + 512)
            own = owner[block]
            shift = np.einsum("nsk,nlk->nsl", self.strains[own], self.slopes[own])
            place = (u[block, None, :] - shift - self.low) / _STEP
            outside = ~((place >= 0) & (place < n))
            index[block] = np.where(outside, n, np.nan_to_num(place))
        # Heights are relative, so that single precision is enough.
        height = height / np.maximum(height.max(axis=1, keepdims=True), 1e-300)
        return index, height.astype(np.float32), self.strains[owner]


def _strains(n_moves, n_max, largest, rng):
    """Return strains to try: isotropic-like ones evenly, and for lower symmetry others, too."""
    found = np.zeros((_N_STRAINS, n_max))
    if n_moves == 1:
        found[:, 0] = np.linspace(-largest, largest, _N_STRAINS)
        return found
    even = _N_STRAINS // 3
    found[:even, : min(n_moves, 3)] = np.linspace(-largest, largest, even)[:, None]
    found[even:, :n_moves] = rng.triangular(-largest, 0, largest, (_N_STRAINS - even, n_moves))
    if n_moves > 3:
        found[even:, 3:n_moves] *= 0.5
    return found


class DenseScreen:
    """Spectra of all substances, moved by each of a few amounts.

    Parameters
    ----------
    components : DenseComponents
        The substances.
    max_move : float
        Largest strain or offset.
    rng : Generator
        Draws decoys.
    n_decoys : int
        Decoys: spectra that are rolled along the axis by random amounts.
    """

    def __init__(self, components, max_move, rng, n_decoys):
        self.components = components
        n_moves = int(components.n_moves.max(initial=0))
        self.moves = np.linspace(-max_move, max_move, 21)[:, None] if n_moves else np.zeros((1, 0))
        n, n_points = components.n, len(components.x)
        self.owner = rng.permutation(np.arange(n_decoys) % n)
        self.moved = rng.integers(n_points // 10 + 1, n_points - n_points // 10, n_decoys)

    def pooled(self, x, amplitude, precision):
        """Return what :meth:`scores` needs of the spectrum; for lines it is pooled."""
        return amplitude * precision, precision

    def signatures(self, window):
        """Return the spectra, each with norm 1."""
        norms = np.linalg.norm(self.components.spectra, axis=1, keepdims=True)
        return self.components.spectra / np.maximum(norms, 1e-300)

    def scores(self, pooled, decoys=False, rows=None):
        """Return the best gain of each substance or decoy, and the move that gives it."""
        product, precision = pooled
        owner = self.owner if decoys else np.arange(self.components.n)
        moved = self.moved if decoys else np.zeros(len(owner), int)
        if rows is not None:
            owner, moved = owner[rows], moved[rows]
        gains = np.zeros(len(owner))
        chosen = np.full(len(owner), len(self.moves) // 2)
        # A decoy is a fresh draw already; it needs no further moves.
        middle = [len(self.moves) // 2]
        for k in middle if decoys else range(len(self.moves)):
            for start in range(0, len(owner), 256):
                block = slice(start, start + 256)
                rolls = zip(owner[block], moved[block], strict=True)
                spectra = np.stack([self.components.moved(i, self.moves[k], m) for i, m in rolls])
                top = np.maximum(spectra @ product, 0)
                gain = top**2 / np.maximum(spectra**2 @ precision, 1e-300)
                better = gain > gains[block]
                gains[block][better] = gain[better]
                chosen[block][better] = k
        return gains, self.moves[chosen]
