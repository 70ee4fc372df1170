import os
import signal
import subprocess
import sys
import time
import warnings

import joblib
import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import AdaBoostClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import SVC
from threadpoolctl import threadpool_info, threadpool_limits

from skspectra.comparison import compare
from skspectra.comparison._jobs import _queue, one_thread
from skspectra.comparison._plan import make_plan
from skspectra.comparison._run import Run
from skspectra.preprocessing import SpectrumNormalizer


@pytest.fixture(scope="module")
def blobs():
    rng = np.random.default_rng(0)
    y = np.tile(["a", "b"], 20)
    return rng.normal(0, 1, (40, 8)) + (y == "a")[:, None], y


class Spy(ClassifierMixin, BaseEstimator):
    """A classifier whose labels tell what it saw of its process."""

    def __init__(self, tell="pid", wait=0.0):
        self.tell = tell
        self.wait = wait

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        time.sleep(self.wait)
        if self.tell == "warn":
            warnings.warn(f"{len(X)} spectra look odd", UserWarning, stacklevel=1)
        elif self.tell == "fail":
            raise ZeroDivisionError("oops")
        elif self.tell == "write":
            X[:] = 0
        return self

    def predict(self, X):
        if self.tell == "pid":
            seen = str(os.getpid())
        elif self.tell == "threads":
            seen = ",".join(str(pool["num_threads"]) for pool in threadpool_info())
        elif self.tell == "torch":
            seen = str(sys.modules["torch"].get_num_threads())
        else:
            seen = "a"
        return np.repeat(seen, len(X))


def timeless(result):
    return [
        model._replace(fit_seconds=0, search_seconds=0, predict_seconds=0)
        for model in result.models
    ]


def test_the_same_for_any_number_of_jobs(blobs):
    from skspectra.neural import PooledMLP

    X = np.repeat(blobs[0], 8, axis=1)
    models = {
        "net": PooledMLP(max_epochs=2, early_stopping=False, random_state=0),
        "LR": (LogisticRegression(), {"C": [1, 10]}),
        "SVC": (SVC(), {"C": [1, 10]}),
    }
    models["net"] = models["net"], {"lr": [1e-3, 1e-2]}
    results = [compare(X, blobs[1], models, cv=2, n_jobs=n_jobs) for n_jobs in (1, 2)]
    assert timeless(results[0]) == timeless(results[1])
    np.testing.assert_equal(results[0].pairs, results[1].pairs)
    for name in models:
        np.testing.assert_array_equal(results[0].predicted[name], results[1].predicted[name])


def test_jobs_run_in_processes_of_their_own(blobs):
    models = {"a": Spy(wait=0.3), "b": Spy(wait=0.3)}
    result = compare(*blobs, models, cv=2, n_jobs=2)
    seen = set(np.concatenate([predicted.ravel() for predicted in result.predicted.values()]))
    assert len(seen) == 2
    assert str(os.getpid()) not in seen
    alone = compare(*blobs, models, cv=2, n_repeats=1)
    assert set(alone.predicted["a"].ravel()) == {str(os.getpid())}


def test_large_spectra_are_passed_once(blobs):
    """Joblib maps arrays above 1 MB into memory, where no job can write to them."""
    X = np.repeat(blobs[0], 1000, axis=1)
    compare(X, blobs[1], {"a": Spy("write")}, cv=2, n_jobs=2)
    assert np.abs(X).max() > 0


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_every_job_has_one_thread(blobs, n_jobs):
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with threadpool_limits(2):
            torch.set_num_threads(3)
            pools = threadpool_info()
            result = compare(*blobs, {"a": Spy("threads")}, cv=2, n_repeats=1, n_jobs=n_jobs)
            assert threadpool_info() == pools
            assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
    (seen,) = set(result.predicted["a"].ravel())
    assert set(seen.split(",")) == {"1"}


def test_one_thread_of_torch():
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_errors_of_other_processes_name_the_model(blobs):
    with pytest.raises(ZeroDivisionError) as error:
        compare(*blobs, {"bad one": Spy("fail")}, cv=2, n_repeats=1, n_jobs=2)
    assert error.value.__notes__[0].startswith("while comparing models: bad one, split ")


def test_warnings_of_other_processes_pass_once_a_model(blobs):
    models = {"odd one": Spy("warn"), "odd too": Spy("warn"), "Bayes": GaussianNB()}
    with pytest.warns(UserWarning, match="odd .*, split . of 2: 20 spectra") as caught:
        compare(*blobs, models, cv=2, n_repeats=1, n_jobs=2)
    assert len(caught) == 2


def test_progress_of_other_processes(blobs):
    lines = []
    compare(*blobs, {"a": Spy(), "b": Spy()}, cv=2, n_jobs=2, progress=lines.append)
    assert [line.split()[0] for line in lines[-8:]] == [f"[{i}/8]" for i in range(1, 9)]
    assert lines[-1].endswith("about 0 s left")


def test_parallel_config_is_honoured(blobs):
    with joblib.parallel_config(n_jobs=2):
        result = compare(*blobs, {"a": Spy()}, cv=2)
    assert str(os.getpid()) not in result.predicted["a"]


def test_threads_are_refused(blobs):
    with (
        joblib.parallel_config("threading", n_jobs=2),
        pytest.raises(ValueError, match="share their random numbers"),
    ):
        compare(*blobs, {"a": Spy("fail")}, cv=2)


@pytest.mark.parametrize("n_jobs", [0, "two", 1.5])
def test_bad_numbers_of_jobs(blobs, n_jobs):
    with pytest.raises(ValueError, match=f"n_jobs must be .* got {n_jobs!r}"):
        compare(*blobs, {"a": Spy("fail")}, n_jobs=n_jobs)


@pytest.mark.parametrize("kind", ["net", "pipeline", "grid", "step", "search"])
def test_networks_hold_out_whole_groups(blobs, monkeypatch, kind):
    """No spectrum of a group is learnt from while early stopping watches another one of it."""
    from skspectra.neural import PooledMLP, _base

    X, y = np.repeat(blobs[0], 8, axis=1), blobs[1]
    groups = np.arange(40) // 4
    X[:, 0] = groups
    watched, hold_out = [], _base.hold_out

    def watch(targets, fraction, rng, groups):
        train, valid = hold_out(targets, fraction, rng, groups)
        watched.append((set(groups[train]), set(groups[valid])))
        return train, valid

    monkeypatch.setattr(_base, "hold_out", watch)
    net = PooledMLP(max_epochs=1, normalize="none", random_state=0)
    model = net
    if kind == "pipeline":
        model = make_pipeline(SpectrumNormalizer(), net)
    elif kind == "grid":
        model = net, {"lr": [1e-3, 1e-2]}
    elif kind == "step":
        steps = [("model", GaussianNB())]
        model = Pipeline(steps), [{"model": [net]}, {"model": [GaussianNB()]}]
    elif kind == "search":
        folds = StratifiedGroupKFold(2)
        model = GridSearchCV(Pipeline([("model", net)]), [{"model": [net]}], cv=folds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        compare(X, y, {"a": model}, groups=groups, cv=3, n_repeats=1)
    assert len(watched) >= 3
    assert all(valid and not train & valid for train, valid in watched)
    assert not hasattr(net, "_metadata_request")


def test_wrappers_that_pass_no_groups_on(blobs):
    boosted = AdaBoostClassifier(random_state=0)
    with pytest.raises(NotImplementedError), config_context(enable_metadata_routing=True):
        boosted.get_metadata_routing()
    assert compare(*blobs, {"a": boosted}, groups=np.arange(40), cv=3).n_splits == 6


def run_of(seconds):
    return Run(None, None, (), -1, True, 0, 0, 0, seconds)


def test_longest_jobs_first(blobs):
    from skspectra.neural import PooledMLP

    models = {"guess": SVC(), "net": PooledMLP(), "search": (SVC(), {"C": [1, 2, 3]})}
    models = {name: m if isinstance(m, tuple) else (m, None) for name, m in models.items()}
    plan = make_plan(*blobs, models, cv=2, n_repeats=1)
    runs = {name: [None, None] for name in models}
    order = []
    for _, (name, i, *_), _ in _queue(plan, runs, 2, None):
        order.append((name, i))
        # The network turns out to be faster than the others.
        runs[name][i] = run_of({"guess": 2, "net": 1, "search": 3}[name])
    first = [("net", 0), ("search", 0), ("guess", 0)]
    assert order == [*first, ("search", 1), ("guess", 1), ("net", 1)]


def test_one_job_at_a_time_goes_split_by_split(blobs):
    plan = make_plan(*blobs, {"a": SVC(), "b": SVC()}, cv=2, n_repeats=1)
    runs = {name: [None, None] for name in plan.models}
    runs["b"][0] = run_of(1)
    order = [(name, i) for _, (name, i, *_), _ in _queue(plan, runs, 1, None)]
    assert order == [("a", 0), ("a", 1), ("b", 1)]


INTERRUPTED = """
import sys, time
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from skspectra.comparison import compare
from skspectra.comparison import _store

# The class of this script is never remembered, but this is not what is tested here.
_store._is_installed = lambda module: True

class Slow(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        time.sleep(0.2 if len(X) else 0)
        return self
    def predict(self, X):
        return np.repeat(self.classes_[:1], len(X))

y = np.arange(40) % 2
X = np.random.default_rng(0).normal(y[:, None], 1, (40, 5))
try:
    compare(X, y, {"slow": Slow()}, n_repeats=40, n_jobs=2, results=sys.argv[1], progress=print)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_interrupt_ends_soon_and_keeps_what_is_finished(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while len(list(tmp_path.glob("*.npz"))) < 3:
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)
    # A terminal sends Ctrl-C to all processes of the group.
    os.killpg(process.pid, signal.SIGINT)
    out, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    n_kept = len(list(tmp_path.glob("*.npz")))
    assert 3 <= n_kept < 150
    assert n_kept >= out.count("split ") > 0
    assert not list(tmp_path.glob("*.unfinished"))
