"""A cluster of worker processes: ``pytest -m dask tests/comparison/test_dask.py``.

It is not part of the usual run, because dask is no dependency.
"""

import os
import signal
import time

import joblib
import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB

from skspectra.comparison import compare


class Slow(GaussianNB):
    """Naive Bayes that takes its time."""

    def fit(self, X, y):
        time.sleep(0.02)
        return super().fit(X, y)


@pytest.mark.dask
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("when", "which"), [(1, 0), (10, 1)])
def test_a_worker_that_is_killed_changes_no_number(when, which):
    """Spectra and indices are larger than what dask would keep on one worker only."""
    distributed = pytest.importorskip("distributed")
    y = np.arange(900) % 3
    X = np.random.default_rng(0).normal(y[:, None], 2, (900, 50))
    models = {
        "Bayes": (Slow(), {"var_smoothing": [1e-9, 1e-3, 0.1]}),
        "smooth": (Slow(), {"var_smoothing": [0.2, 0.3, 0.5]}),
    }
    alone = compare(X, y, models)
    lines, killed = [], []
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
        joblib.parallel_config("dask"),
    ):

        def progress(line):
            lines.append(line)
            if line.startswith(f"[{when}/20]"):
                _, pid = sorted(client.run(os.getpid).items())[which]
                killed.append(pid)
                os.kill(pid, signal.SIGKILL)

        result = compare(X, y, models, progress=progress)
    assert len(killed) == 1
    assert lines[-1].startswith("[20/20]")
    for name in models:
        np.testing.assert_array_equal(result.predicted[name], alone.predicted[name])
    assert result.pairs == alone.pairs
