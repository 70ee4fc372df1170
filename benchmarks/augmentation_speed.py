"""Spectra per second of every augmenter, and of the nearest operations of other packages.

5000 points, one thread. How strongly an operation acts differs; the work does not depend on it.
Every operation works on the same spectra, in single and in double precision, in turns A B A B with
a new seed each round; the first round does not count.
Times are those of the processor, so that what else runs on the machine counts less.
Ours are timed with all that ``fit_transform`` does, the others without ``fit``. Memory is by how
much the peak of a process that does nothing else grows, results included.
Writes results/augmentation_speed.csv, the median, the slowest and the fastest round of every
operation, and results/augmentation_speed_summary.csv, where each of ours in single precision
stands beside the fastest of the others in its better one. What is not installed is left out and
marked so; requirements-augmentation-peers.txt says how to install it.
Usage: python benchmarks/augmentation_speed.py [n_rounds]
"""

import csv
import ctypes
import multiprocessing
import resource
import sys
import time
import warnings
from importlib import import_module, metadata
from pathlib import Path
from statistics import median

import numpy as np
from sklearn.base import clone
from threadpoolctl import threadpool_limits

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

RESULTS = Path(__file__).resolve().parent / "results"
N_SPECTRA = 500
ANGLES = (10, 90)
# Standard deviation of a Gaussian of the width 1.
SIGMA = (8 * np.log(2)) ** -0.5


def ours(augmenter):
    """Return what prepares one of our augmenters."""
    return lambda X, seed: lambda: clone(augmenter).set_params(random_state=seed).fit_transform(X)


def fitted(module, name, **parameters):
    """Return what prepares a transformer of another package; it is fitted beforehand."""

    def prepare(X, seed):
        # What stands behind a comma is for the reader.
        transformer = getattr(import_module(module), name.split(",")[0])
        transformer = transformer(**parameters, random_state=seed).fit(X)
        return lambda: transformer.transform(X)

    return prepare


def chemotools(name, differs, **parameters):
    """Return an operation of chemotools."""
    return "chemotools", name, differs, fitted("chemotools.augmentation", name, **parameters)


def nirs4all(name, differs, **parameters):
    """Return an operation of nirs4all that is written in Python."""
    return "nirs4all", name, differs, fitted("nirs4all.operators.augmentation", name, **parameters)


def native(name, differs, **parameters):
    """Return a compiled operation of nirs4all."""

    def prepare(X, seed):
        role = getattr(import_module("n4m.roles"), name)(**parameters, seed=seed)
        return lambda: role.augment(X)

    return "nirs4all-methods", name, differs, prepare


def maldideepkit(name, differs, **parameters):
    """Return an operation of MaldiDeepKit, which works on tensors."""

    def prepare(X, seed):
        torch = import_module("torch")
        torch.set_num_threads(1)
        augment = import_module("maldideepkit.augment").SpectrumAugment
        augment, tensor = augment(**parameters, random_state=seed), torch.from_numpy(X)
        return lambda: augment(tensor)

    return "maldideepkit", name, differs, prepare


UNSCALED = "amplitude not scaled to the spectrum"
OF_DEVIATION = "level as a share of the standard deviation of the spectrum"
PROPORTIONAL = "Gaussian, its standard deviation in proportion to the value"
WARP = "cubic spline between 14 knots that are the same for all spectra; "
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
        chemotools("IndexShift", "whole points only; a loop", shift=50, padding_mode="extend"),
        nirs4all("WavelengthShift", "a loop", shift_range=(-50, 50)),
        native("WavelengthShift", "compiled", shift_lo=-50, shift_hi=50),
        maldideepkit("mz_shift", "whole points only, wraps round; a loop", mz_shift_max_bins=50),
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
            "GaussianSmoothingJitter",
            "kernel of 13 points; a loop",
            sigma_range=(0.01, 5 * SIGMA),
            kernel_width=13,
        ),
        native("InstrumentBroaden", "compiled", use_fwhm_range=True, fwhm_low=0.01, fwhm_high=5),
        native(
            "GaussJitter",
            "kernel of 13 points; compiled",
            sigma_lo=0.01,
            sigma_hi=5 * SIGMA,
            kernel_width=13,
        ),
        maldideepkit("blur", "one width for all, zeros beyond the ends", blur_sigma=5 * SIGMA),
    ),
    "broadening, Gaussian, wide": (BroadeningAugmenter(20),),
    "broadening, Lorentzian": (BroadeningAugmenter(5, eta=1),),
    "broadening, pseudo-Voigt": (BroadeningAugmenter(5, eta=0.5),),
    "crystallite size": (CrystalliteSizeAugmenter(ANGLES),),
    "intensity of peaks": (
        IntensityAugmenter(0.3),
        nirs4all(
            "BandPerturbation",
            "windows anywhere, no peaks are looked for; a loop",
            n_bands=5,
            gain_range=(0.7, 1.3),
        ),
        native(
            "BandPerturb",
            "windows anywhere, no peaks are looked for; compiled",
            n_bands=5,
            gain_lo=0.7,
            gain_hi=1.3,
        ),
    ),
    "noise, Gaussian": (
        NoiseAugmenter(0.01),
        chemotools("AddNoise", "one amplitude for all", distribution="gaussian", scale=10.0),
        nirs4all("GaussianAdditiveNoise", OF_DEVIATION, sigma=0.01),
        native("GaussianNoise", OF_DEVIATION + "; compiled", sigma=0.01),
        maldideepkit("noise", "one amplitude for all", noise_std=10.0),
    ),
    "noise, counting": (
        NoiseAugmenter(0, 1000),
        chemotools(
            "AddNoise, Poisson",
            "adds the counts to the spectrum",
            distribution="poisson",
            scale=1.0,
        ),
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
        nirs4all("SpikeNoise", "one amplitude for all; a loop", n_spikes_range=(0, 3)),
        native("SpikeNoise", "one amplitude for all; compiled", n_spikes_min=0, n_spikes_max=3),
    ),
}


def spectra():
    """Return diffractograms with a background and noise, 1000 counts at the maximum."""
    table = draw_class_table(100, random_state=0)
    X, _ = make_spectra(table, N_SPECTRA // 100, random_state=0)
    X = X / X.max(axis=1, keepdims=True) + 0.05
    X += 0.003 * np.random.default_rng(0).standard_normal(X.shape)
    return np.maximum(1000 * X / X.max(axis=1, keepdims=True), 0)


def peak_memory(operation):
    """Return by how many MiB the peak of a forked process grows."""

    def run(pipe):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        operation()
        pipe.send((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)

    # Else memory that was given back, but is still there, would be used again. GNU only.
    ctypes.CDLL(None).malloc_trim(0)
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=run, args=(sender,))
    process.start()
    grown = receiver.recv()
    process.join()
    return grown


def operations():
    """Yield the job, the package, the operation, in what it differs, and what prepares it."""
    for job, (augmenter, *others) in WORK.items():
        yield job, "skspectra", type(augmenter).__name__, "", ours(augmenter)
        for other in others:
            yield job, *other


def main(n_rounds=9):
    """Time everything in turns and write both tables."""
    X = spectra()
    inputs = {"float32": X.astype(np.float32), "float64": X}
    rates, memory, missing = {}, {}, set()
    for turn in range(n_rounds + 1):
        for job, package, name, _, prepare in operations():
            for dtype, values in inputs.items():
                key = job, package, name, dtype
                try:
                    operation = prepare(values, turn)
                except ModuleNotFoundError:
                    missing.add(key)
                    continue
                started = time.process_time()
                operation()
                elapsed = time.process_time() - started
                if turn == 0:
                    memory[key] = peak_memory(operation)
                    rates[key] = []
                else:
                    rates[key].append(len(values) / elapsed)
        print(f"round {turn} of {n_rounds}", flush=True)

    rows = []
    for job, package, name, differs, _ in operations():
        for dtype in inputs:
            key = job, package, name, dtype
            if key in missing:
                rows.append((job, package, "", name, differs, dtype, *["not installed"] * 4))
                continue
            figures = median(rates[key]), min(rates[key]), max(rates[key]), memory[key]
            version = "" if package == "skspectra" else metadata.version(package)
            rows.append((job, package, version, name, differs, dtype, *map(round, figures)))
    header = (
        "job,package,version,operation,differs,dtype,spectra_per_second,slowest,fastest,peak_mib"
    )
    write("augmentation_speed.csv", header.split(","), rows)
    write("augmentation_speed_summary.csv", *summary(rows))


def summary(rows):
    """Return header and rows: each of ours beside the fastest of the others."""
    header = "job", "spectra a second", "MiB", "fastest of the others", "spectra a second, it"
    table = []
    for job in WORK:
        here = [row for row in rows if row[0] == job]
        mine = next(row for row in here if row[1] == "skspectra" and row[5] == "float32")
        timed = [row for row in here if row[1] != "skspectra" and row[6] != "not installed"]
        best = max(timed, key=lambda row: row[6], default=None)
        other = (f"{best[1]} {best[3]}", f"{best[6]:,}") if best else ("", "")
        table.append((job, f"{mine[6]:,}", mine[9], *other))
        print(*table[-1], sep="  ")
    return header, table


def write(name, header, rows):
    """Write a table into results/."""
    with (RESULTS / name).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with threadpool_limits(1):
        main(*map(int, sys.argv[1:]))
