"""Patterns that classifiers of powders learn from, and what turns scores into phases."""

import tempfile
import time
import warnings
from functools import cache

import numpy as np
import powder
from _powder import drawn_profile, hard_patterns, other_patterns
from _powder_scheme import SubtractingScheme, scheme_patterns
from joblib import Memory
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import make_pipeline

from skspectra import MaxPoolDownsampler, PooledMLP, PooledSVC, SpectralCNN
from skspectra.diffraction import InstrumentProfile, make_powder_patterns, make_table
from skspectra.mixtures import UnmixingClassifier
from skspectra.preprocessing import (
    BaselineCorrector,
    IntensityCompressor,
    SavitzkyGolayFilter,
    SpectrumNormalizer,
)

# Angles that simulated patterns of both laws and both measured sets share, in degrees.
TWO_THETA = np.arange(10, 80, 0.02)[1:]
CHUNK = 2000
FRONTS = {
    "nothing": [],
    "tophat": [BaselineCorrector("tophat", {"half_window": 60})],
    "derivative": [SavitzkyGolayFilter(11, 2, 1)],
}
memory = Memory(f"{tempfile.gettempdir()}/powder_models", verbose=0)


def front(name):
    """Return what stands before every model: one step, scaling, maxima of a tenth of a degree."""
    name, _, root = name.partition(" + ")
    steps = [*FRONTS[name], SpectrumNormalizer(), MaxPoolDownsampler(5, 5)]
    return make_pipeline(*steps, *([IntensityCompressor(root)] if root else []))


@cache
def structures(which):
    """Return the phases of the table that a measured set is identified with."""
    own = powder.structures(powder.TABLES[0])
    if which == "Li-Mn-Ti-O-F":
        return own
    every = {phase.name: phase for name in powder.TABLES for phase in powder.structures(name)}
    return list(every.values())


@memory.cache
def training(which, law, n_phases, chunk):
    """Return 2,000 training patterns behind each front, and their 0/1 matrix."""
    draw = LAWS[law]
    X, Y, _ = draw(structures(which), CHUNK, [chunk, 7], n_phases=n_phases, batch=250)
    X = X[:, 1:-1]
    return {name: front(name).fit_transform(X) for name in FRONTS}, Y


def training_set(which, law, n_phases, given, n_patterns):
    """Return training patterns behind one front, and their 0/1 matrix."""
    name, _, root = given.partition(" + ")
    parts = [training(which, law, n_phases, k) for k in range(-(-n_patterns // CHUNK))]
    X = np.concatenate([features[name] for features, _ in parts])[:n_patterns]
    Y = np.concatenate([Y for _, Y in parts])[:n_patterns]
    return (IntensityCompressor(root).fit_transform(X) if root else X), Y


@memory.cache
def other(which, n_patterns, seed):
    """Return patterns of laws that no model learnt from, and their 0/1 matrix."""
    _, X, Y, _, _ = other_patterns(structures(which), n_patterns, seed, 0.02)
    return X[:, 1:].astype(np.float32), Y.astype(int)


@memory.cache
def groups(which):
    """Return for each phase the group of phases that nothing can tell apart."""
    table = make_table(structures(which), wavelength="CuKa", two_theta_range=(10, 80))
    return UnmixingClassifier(TWO_THETA, shift="strain").fit_table(table)._solver.groups


def package_patterns(phases, n_patterns, seed, n_phases, batch):
    """Draw patterns with `make_powder_patterns` alone, each batch on another instrument."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(0, n_patterns, batch):
        made = make_powder_patterns(
            phases,
            batch,
            two_theta=np.linspace(10, 80, 3501),
            wavelength="CuKa",
            n_phases=n_phases,
            min_fraction=0.1,
            profile=drawn_profile(rng),
            min_size=rng.choice([20.0, 50.0, 200.0]),
            max_microstrain=0.001,
            max_strain=0.015,
            max_texture=0.3,
            max_displacement=0.08,
            max_zero_shift=0.03,
            background=rng.uniform(0.02, 0.3),
            counts_at_max=np.exp(rng.uniform(np.log(1500), np.log(60_000))),
            dtype=np.float32,
            random_state=rng.integers(2**32),
        )
        parts.append((made.X, made.Y, made.W))
    return tuple(np.concatenate(values) for values in zip(*parts, strict=True))


LAWS = {"package": package_patterns, "measured-like": hard_patterns, "scheme": scheme_patterns}


def scores(model, X):
    """Return one score per pattern and phase; more means likelier."""
    if hasattr(model, "decision_function"):
        return model.decision_function(X)
    proba = model.predict_proba(X)
    # Trees give one array per label.
    return np.stack([p[:, 1] for p in proba], axis=1) if isinstance(proba, list) else proba


def decide(S, threshold):
    """Return 0/1 for scores: those above the threshold, at least one phase and at most three."""
    margin = S - threshold
    rank = (-margin).argsort(axis=1).argsort(axis=1)
    return ((rank < 3) & ((margin > 0) | (rank == 0))).astype(int)


def choose_thresholds(S, Y, keys):
    """Return the common threshold with the most exact patterns, and one threshold per phase.

    The latter has the largest F1 of each phase, and is moved for all phases by the same amount
    until most patterns are exact.
    """

    def best(start, S):
        steps = np.unique(np.quantile(S - start, np.linspace(0.8, 0.999, 200)))
        hits = [exact(decide(S, start + step), Y, keys).sum() for step in steps]
        return start + steps[np.argmax(hits)]

    common = best(0.0, S)
    own = np.full(S.shape[1], float(common))
    for k in range(S.shape[1]):
        steps = np.sort(S[:, k])[-4 * max(Y[:, k].sum(), 1) :]
        hits = [Y[S[:, k] > s, k].sum() / ((S[:, k] > s).sum() + Y[:, k].sum()) for s in steps]
        own[k] = (common + steps[np.argmax(hits)]) / 2
    return {"common": common, "per phase": best(own, S)}


def merged(Y, keys):
    """Return a 0/1 matrix with one column per key, such as a formula or a group of phases."""
    return np.stack([Y[:, keys == key].any(axis=1) for key in np.unique(keys)], axis=1)


def exact(P, Y, keys):
    """Return which patterns have exactly the right keys."""
    return (merged(P, keys) == merged(Y, keys)).all(axis=1)


def f1(P, Y, keys):
    """Return the F1 of all decisions together."""
    P, Y = merged(P, keys), merged(Y, keys)
    return 2 * (P & Y).sum() / (P.sum() + Y.sum())


def build(name, which, s):
    """Return an unfitted model for its settings, which are those of the estimator and a few more.

    Windows are in tenths of a degree.
    """
    ours = ("front", "window", "n_patterns", "law", "n_phases", "epochs")
    options = {key: value for key, value in s.items() if key not in ours}
    if "window" in s:
        windows = {"pool_size": s["window"], "stride": s["window"] // 2}
        root = {"compression": "none"} if "sqrt" in s["front"] else {}
    network = {"n_threads": 1, "random_state": 0}
    if name == "PooledSVC":
        return PooledSVC(**windows, **root, **options)
    if name == "PooledMLP":
        network |= {"max_epochs": 60, "n_iter_no_change": 15}
        return PooledMLP(**windows, **root, **network, **options)
    if name == "extra trees":
        trees = ExtraTreesClassifier(random_state=0, **options)
        return make_pipeline(MaxPoolDownsampler(**windows), IntensityCompressor(), trees)
    if name == "SpectralCNN":
        options = {"architecture": "cnn2", "max_epochs": s["epochs"]} | options
        return SpectralCNN(**options, **network)
    cnn = SpectralCNN("cnn2", lr=1e-3, max_epochs=s["epochs"], **network)
    # Roots do not add up, so they are taken after subtracting.
    rooted = make_pipeline(IntensityCompressor("sqrt"), cnn)
    return SubtractingScheme(rooted, references(which, s["front"]))


def references(which, given):
    """Return the pattern of each phase, for crystallites of 25 nm."""
    phases = structures(which)
    patterns = [
        make_powder_patterns(
            [phase],
            1,
            two_theta=TWO_THETA,
            wavelength="CuKa1",
            n_phases=1,
            profile=InstrumentProfile(u=0, v=0, w=1e-4, x=0.32, y=0),
            min_size=0,
            max_microstrain=0,
            max_strain=0,
            max_texture=0,
            max_displacement=0,
            max_zero_shift=0,
            background=0,
            counts_at_max=0,
        ).X[0]
        for phase in phases
    ]
    return front(given).fit_transform(np.array(patterns))


def fitted(which, name, settings):
    """Return a fitted model and the seconds that fitting took."""
    model, seconds = _fitted(which, name, {k: v for k, v in settings.items() if k != "cutoff"})
    if "cutoff" in settings:
        model.set_params(cutoff=settings["cutoff"])
    return model, seconds


@memory.cache
def _fitted(which, name, s):
    subtract = name == "identify and subtract"
    law = s.get("law", "scheme" if subtract else "measured-like")
    n_phases = (1, 1) if subtract or s.get("n_phases") == 1 else (1, 3)
    X, Y = training_set(which, law, n_phases, s["front"], s["n_patterns"])
    model = build(name, which, s)
    start = time.process_time()
    with warnings.catch_warnings():
        # The number of epochs is one of the settings.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X, Y)
    return model, time.process_time() - start
