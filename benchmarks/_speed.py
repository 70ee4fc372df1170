"""The harness of the speed comparisons: calls in turns, and processes of their own."""

import multiprocessing
import time
from pathlib import Path

import numpy as np


def timed(function, *args):
    """Return the seconds that a call takes and what it returns."""
    start = time.perf_counter()
    result = function(*args)
    return time.perf_counter() - start, result


def seconds_of(function):
    """Return a job for `in_turns`: what measures the seconds of a call."""
    return lambda: timed(function)[:1]


def peak_mib():
    """Return the peak of memory of this process, on Linux; `resource` counts its parent's too."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def alone(function, *args, timeout=None, start="spawn"):
    """Return what a function returns in a process of its own, None if it takes too long."""
    context = multiprocessing.get_context(start)
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(sender, function, *args))
    process.start()
    sender.close()
    result = receiver.recv() if receiver.poll(timeout) else process.kill()
    process.join()
    return result


def _send(sender, function, *args):
    sender.send(function(*args))


def in_turns(title, jobs, n_runs, warm_up=0):
    """Run jobs in turns A B A B and print their medians; turns of the warm-up do not count.

    A job returns its figures, seconds first. Each row is the job, the run and the figures.
    """
    rows = []
    for run in range(-warm_up, n_runs):
        for name, job in jobs.items():
            figures = job()
            if run >= 0:
                rows.append((name, run, *figures))
    medians = {name: np.median([r[2:] for r in rows if r[0] == name], axis=0) for name in jobs}
    for name, figures in medians.items():
        first = next(iter(medians))
        ratio = f"{medians[first][0] / figures[0]:.2f} times as fast as {first}"
        print(title, name, *(f"{figure:.4g}" for figure in figures), ratio, sep="  ", flush=True)
    return rows
