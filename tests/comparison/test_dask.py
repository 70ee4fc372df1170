"""A cluster of worker processes; not part of the usual run: ``pytest -m dask`` asks for it."""

import os
import signal
import threading
import time

import joblib
import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB

from skspectra.comparison import compare

pytestmark = pytest.mark.dask
distributed = pytest.importorskip("distributed")


class Slow(GaussianNB):
    """Naive Bayes that takes its time."""

    def fit(self, X, y):
        time.sleep(0.02)
        return super().fit(X, y)


@pytest.mark.filterwarnings("default")
def test_a_worker_that_is_killed_half_way_changes_no_number():
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
            if line.startswith("[8/20]"):
                pid = client.run(os.getpid)
                address = sorted(pid)[0]
                killed.append(pid[address])
                os.kill(pid[address], signal.SIGKILL)

        result = compare(X, y, models, progress=progress)
    assert len(killed) == 1
    assert threading.active_count()
    for name in models:
        np.testing.assert_array_equal(result.predicted[name], alone.predicted[name])
    assert [pair[:7] for pair in result.pairs] == [pair[:7] for pair in alone.pairs]
