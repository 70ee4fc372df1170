"""Spectra per second of every augmenter, and of the nearest operations of other packages."""

import ctypes
import itertools
import time
from functools import partial
from importlib import import_module, metadata

import numpy as np
from _speed import alone, in_turns, peak_mib
from _study import RESULTS, study, write_rows
from sklearn.base import clone

from skspectra import PeakShiftAugmenter
from skspectra.augmentation import (
    BackgroundAugmenter,
    BroadeningAugmenter,
    CalibrationAugmenter,
    CrystalliteSizeAugmenter,
    DiffractionShiftAugmenter,
    ExtraPeakAugmenter,
    IntensityAugmenter,
    NoiseAugmenter,
)
from skspectra.datasets import draw_class_table, make_spectra

N_SPECTRA, N_ROUNDS = 500, 9
ANGLES = (10, 90)
# Standard deviation of a Gaussian of the width 1.
SIGMA = (8 * np.log(2)) ** -0.5


def ours(augmenter):
    """Return what prepares one of our augmenters."""
    return lambda X, seed: lambda: clone(augmenter).set_params(random_state=seed).fit_transform(X)


def peer(package, module, name, differs, **parameters):
    """Return an operation of another package: its names, in what it differs, what prepares it."""

    def prepare(X, seed):
        if package == "nirs4all-methods":
            role = getattr(import_module(module), name)(**parameters, seed=seed)
            return partial(role.augment, X)
        if package == "maldideepkit":
            augment = import_module(module).SpectrumAugment(**parameters, random_state=seed)
            return partial(augment, import_module("torch").from_numpy(X))
        # What stands behind a comma is for the reader.
        transformer = getattr(import_module(module), name.split(",")[0])
        return partial(transformer(**parameters, random_state=seed).fit(X).transform, X)

    return package, name, differs, prepare


chemotools = partial(peer, "chemotools", "chemotools.augmentation")
nirs4all = partial(peer, "nirs4all", "nirs4all.operators.augmentation")
native = partial(peer, "nirs4all-methods", "n4m.roles")
maldideepkit = partial(peer, "maldideepkit", "maldideepkit.augment")


UNSCALED = "amplitude not scaled to the spectrum"
OF_DEVIATION = "level as a share of the standard deviation of the spectrum"
PROPORTIONAL = "Gaussian, its standard deviation in proportion to the value"
WARP = "cubic spline between 14 knots that are the same for all spectra; "
WHOLE = "whole points only"
ONE = "one amplitude for all"
KERNEL = "kernel of 13 points; "
ANYWHERE = "windows anywhere, no peaks are looked for; "
POISSON = {"distribution": "poisson", "scale": 1.0}
WORK = {
    "shift, local": (
        PeakShiftAugmenter(50),
        nirs4all("LocalWavelengthWarp", WARP + "a loop", n_control_points=14, max_shift=50),
        native("LocalWarp", WARP + "compiled", n_control_points=14, max_shift=50),
        maldideepkit("mz_warp", WARP + "a loop", mz_warp_max_bins=50, mz_warp_n_knots=12),
    ),
    "shift, global": (
        PeakShiftAugmenter(50, "global"),
        chemotools("FractionalShift", "cubic spline; a loop", shift=50.0, padding_mode="extend"),
        chemotools("IndexShift", WHOLE + "; a loop", shift=50, padding_mode="extend"),
        nirs4all("WavelengthShift", "a loop", shift_range=(-50, 50)),
        native("WavelengthShift", "compiled", shift_lo=-50, shift_hi=50),
        maldideepkit("mz_shift", WHOLE + ", wraps round; a loop", mz_shift_max_bins=50),
    ),
    "shift, each peak": (PeakShiftAugmenter(50, "peak"),),
    "diffraction shift": (DiffractionShiftAugmenter(ANGLES),),
    "calibration": (
        CalibrationAugmenter(),
        nirs4all("WavelengthStretch", "stretch only; a loop", stretch_range=(0.998, 1.002)),
        native("WavelengthStretch", "stretch only; compiled", stretch_lo=0.998, stretch_hi=1.002),
    ),
    "broadening, Gaussian": (
        BroadeningAugmenter(5),
        chemotools("GaussianBroadening", "a loop", sigma=5 * SIGMA),
        nirs4all("InstrumentalBroadeningAugmenter", "a loop", fwhm_range=(0.01, 5.0)),
        nirs4all(
            *("GaussianSmoothingJitter", KERNEL + "a loop"),
            **{"sigma_range": (0.01, 5 * SIGMA), "kernel_width": 13},
        ),
        native("InstrumentBroaden", "compiled", use_fwhm_range=True, fwhm_low=0.01, fwhm_high=5),
        native(
            *("GaussJitter", KERNEL + "compiled"),
            **{"sigma_lo": 0.01, "sigma_hi": 5 * SIGMA, "kernel_width": 13},
        ),
        maldideepkit("blur", "one width for all, zeros beyond the ends", blur_sigma=5 * SIGMA),
    ),
    "broadening, Gaussian, wide": (BroadeningAugmenter(20),),
    "broadening, Lorentzian": (BroadeningAugmenter(5, eta=1),),
    "broadening, pseudo-Voigt": (BroadeningAugmenter(5, eta=0.5),),
    "crystallite size": (CrystalliteSizeAugmenter(ANGLES, 1.5406),),
    "intensity of peaks": (
        IntensityAugmenter(0.3),
        nirs4all("BandPerturbation", ANYWHERE + "a loop", n_bands=5, gain_range=(0.7, 1.3)),
        native("BandPerturb", ANYWHERE + "compiled", n_bands=5, gain_lo=0.7, gain_hi=1.3),
    ),
    "noise, Gaussian": (
        NoiseAugmenter(0.01),
        chemotools("AddNoise", ONE, distribution="gaussian", scale=10.0),
        nirs4all("GaussianAdditiveNoise", OF_DEVIATION, sigma=0.01),
        native("GaussianNoise", OF_DEVIATION + "; compiled", sigma=0.01),
        maldideepkit("noise", ONE, noise_std=10.0),
    ),
    "noise, counting": (
        NoiseAugmenter(0, 1000),
        chemotools("AddNoise, Poisson", "adds the counts to the spectrum", **POISSON),
        nirs4all("HeteroscedasticNoiseAugmenter", PROPORTIONAL),
        native("HeteroNoise", PROPORTIONAL + "; compiled"),
    ),
    "background, default": (BackgroundAugmenter(),),
    "background, polynomial": (
        BackgroundAugmenter(0.1, 0),
        chemotools("ScatterShift", "with a factor for all", order=5, additive_scale=50.0),
        nirs4all("PolynomialBaselineDrift", UNSCALED, degree=5),
        native("PolyDrift", "compiled", coeff_max=(50.0,) * 6, coeff_min=(-50.0,) * 6),
    ),
    "background, hump": (BackgroundAugmenter(0, 0.1),),
    "background, air": (BackgroundAugmenter(0, 0, 0.1, ANGLES),),
    "extra peaks": (ExtraPeakAugmenter(3),),
    "spikes": (
        ExtraPeakAugmenter(3, 1, 0),
        nirs4all("SpikeNoise", ONE + "; a loop", n_spikes_range=(0, 3)),
        native("SpikeNoise", ONE + "; compiled", n_spikes_min=0, n_spikes_max=3),
    ),
}


def spectra():
    """Return diffractograms with a background and noise, 1000 counts at the maximum."""
    table = draw_class_table(100, random_state=0)
    X, _ = make_spectra(table, N_SPECTRA // 100, random_state=0)
    X = X / X.max(axis=1, keepdims=True) + 0.05
    X += 0.003 * np.random.default_rng(0).standard_normal(X.shape)
    X = np.maximum(1000 * X / X.max(axis=1, keepdims=True), 0)
    return {"float32": X.astype(np.float32), "float64": X}


def grown_mib(operation):
    """Return by how many MiB the peak of this process grows."""
    before = peak_mib()
    operation()
    return peak_mib() - before


def summarize(rows):
    """Write each of ours beside the fastest of the others."""
    table = []
    for job in WORK:
        here = [row for row in rows if row["job"] == job and row["peak_mib"] != "not installed"]
        mine = next(row for row in here if row["package"] == "skspectra")
        others = [row for row in here if row["package"] != "skspectra"]
        best = max(others, key=lambda row: int(row["spectra_per_second"]), default=None)
        rate, peer_rate = (f"{int(r['spectra_per_second']):,}" if r else "" for r in (mine, best))
        peer = f"{best['package']} {best['operation']}" if best else ""
        table.append((job, rate, mine["peak_mib"], peer, peer_rate))
    columns = ["job", "spectra a second", "MiB", "fastest of the others", "spectra a second, it"]
    write_rows(RESULTS / "augmentation_speed_summary.csv", columns, table)


@study(
    "augmentation_speed.csv",
    [{"job": WORK}],
    "package version operation differs dtype spectra_per_second slowest fastest peak_mib",
    summarize,
)
def augmentation(job):
    """Spectra per second of every augmenter, and of the nearest operations of other packages.

    5,000 points, one thread. How strongly an operation acts differs; the work does not depend on
    it. Every operation of a job works on the same spectra, in single and in double precision, in
    turns A B A B with a new seed each round; the first round does not count. Times are those of
    the processor, so that what else runs on the machine counts less. Ours are timed with all that
    ``fit_transform`` does, the others without ``fit``. Memory is by how much the peak of a process
    that does nothing else grows, results included. The CSV holds the median, the slowest and the
    fastest round of every operation; the summary has each of ours in single precision beside the
    fastest of the others in its better one. What is not installed is marked so;
    requirements-augmentation-peers.txt says how to install it.
    """
    augmenter, *others = WORK[job]
    jobs, memory, keys = {}, {}, []
    # Ours has no version: it is this one.
    operations = [("skspectra", type(augmenter).__name__, "", ours(augmenter)), *others]
    for (package, name, differs, prepare), (dtype, X) in itertools.product(
        operations, spectra().items()
    ):
        seeds = itertools.count()

        def seconds(prepare=prepare, X=X, seeds=seeds):
            operation = prepare(X, next(seeds))
            started = time.process_time()
            operation()
            return (time.process_time() - started,)

        keys.append((package, name, differs, dtype))
        try:
            operation = prepare(X, 0)
        except ModuleNotFoundError:
            continue
        # Else memory that was given back, but is still there, would be used again. GNU only.
        ctypes.CDLL(None).malloc_trim(0)
        memory[keys[-1]] = alone(grown_mib, operation, start="fork")
        jobs[keys[-1]] = seconds
    measured = in_turns(job, jobs, N_ROUNDS, warm_up=1)
    rows = []
    for key in keys:
        package, name, differs, dtype = key
        rates = [N_SPECTRA / seconds for found, _, seconds in measured if found == key]
        version, figures = "", ["not installed"] * 4
        if rates:
            version = "" if package == "skspectra" else metadata.version(package)
            figures = map(round, (np.median(rates), min(rates), max(rates), memory[key]))
        rows.append((package, version, name, differs, dtype, *figures))
    return rows
