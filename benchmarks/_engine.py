"""How fast comparisons run side by side, and that nothing is fitted twice."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
from _speed import alone, in_turns
from _study import study

from skspectra.comparison import _challenge, compare, compare_challenge, default_models
from skspectra.datasets import draw_class_table, make_challenge, make_spectra
from skspectra.preprocessing import band_width

N_SPECTRA, N_POINTS, N_CLASSES = 85, 1000, 3
N_TURNS = 5


def challenge_models():
    """Return the models of `skspectra compare` without files."""
    width = band_width(make_challenge().X_train)
    return default_models(_challenge.N_POINTS, band_width=width)


def time_challenge(n_jobs):
    """Return the seconds of the challenge in this process, workers started and data drawn."""
    lines, models = [], challenge_models()
    start = time.perf_counter()
    compare_challenge(models, n_jobs=n_jobs, progress=lines.append)
    return time.perf_counter() - start, sum(line.startswith("[") for line in lines)


def films():
    """Return 85 spectra of 1,000 points in 3 classes."""
    table = draw_class_table(N_CLASSES, n_points=N_POINTS, random_state=0)
    X, y = make_spectra(table, -(-N_SPECTRA // N_CLASSES), n_points=N_POINTS, random_state=0)
    kept = np.random.default_rng(0).permutation(len(X))[:N_SPECTRA]
    return X[kept], y[kept]


def time_films(search, n_jobs):
    """Return the seconds of all default models on a small set, networks included."""
    X, y = films()
    models = default_models(N_POINTS, search=search, band_width=band_width(X))
    lines, start = [], time.perf_counter()
    compare(X, y, models, n_jobs=n_jobs, progress=lines.append)
    return time.perf_counter() - start, sum(line.startswith("[") for line in lines)


def restart_films():
    """Kill a comparison half-way and start it again: seconds, and the jobs of the second run."""
    with tempfile.TemporaryDirectory() as folder:
        code = f"import _engine; _engine.run_films({folder!r})"
        command = [sys.executable, "-c", code]
        options = {"cwd": Path(__file__).parent, "start_new_session": True}
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, **options)
        n_all = 2 * 5 * len(default_models(N_POINTS))
        while len(list(Path(folder).glob("*.npz"))) < n_all // 2:
            if process.poll() is not None:
                raise RuntimeError("the comparison ended before it was killed")
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        n_kept = len(list(Path(folder).glob("*.npz")))
        start = time.perf_counter()
        again = subprocess.run(command, check=True, capture_output=True, text=True, **options)
        n_jobs = sum(line.startswith("[") for line in again.stdout.splitlines())
        seconds = time.perf_counter() - start
    if n_kept + n_jobs != n_all:
        raise AssertionError(f"{n_kept} of {n_all} jobs were kept, but {n_jobs} ran again")
    return seconds, n_jobs


def run_films(folder):
    """Compare the default models, two jobs at a time, with a folder for the results."""
    X, y = films()
    compare(X, y, default_models(N_POINTS), n_jobs=2, results=folder, progress=print)


ARMS = [
    {"data": ["challenge"], "what": ["default models"]},
    {"data": ["films"], "what": ["default models", "searched", "killed half-way"]},
]


@study("engine_speed.csv", ARMS, "n_jobs run seconds jobs")
def engine(data, what):
    """Time comparisons with one job and with two jobs at a time, on two idle processors.

    "challenge" is `skspectra compare` without files: five replicates of all default models, in
    turns with one and with two jobs at a time, in processes of their own. "films" is a small set:
    85 simulated spectra of 1,000 points in 3 classes, all default models with the network, five
    folds twice, with two jobs at a time; "searched" is with the search of twelve candidates, as on
    the command line. "killed half-way" kills the comparison when half of its results are on disk,
    starts it again, and fails unless exactly the missing jobs run.
    """
    if data == "challenge":
        jobs = {n_jobs: partial(alone, time_challenge, n_jobs) for n_jobs in (1, 2)}
        n_turns = N_TURNS
    elif what == "killed half-way":
        jobs, n_turns = {2: restart_films}, 1
    else:
        search = what == "searched"
        jobs, n_turns = {2: partial(alone, time_films, search, 2)}, 1
    rows = in_turns(f"{data}, {what}", jobs, n_turns)
    return [(n_jobs, run, f"{seconds:.1f}", n) for n_jobs, run, seconds, n in rows]
