import sys

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from skspectra import PooledMLP
from skspectra.datasets import make_spectra
from skspectra.neural import TrainingDisplay

mpl = pytest.importorskip("matplotlib")

TABLE = [([20, 60], [1.0, 0.5]), ([35, 60], [1.0, 0.5])]


@pytest.fixture(autouse=True)
def agg():
    with mpl.rc_context({"backend": "agg"}):
        yield
        mpl.pyplot.close("all")


def fitted(**parameters):
    X, y = make_spectra(TABLE, 20, n_points=110, max_shift=3, random_state=0)
    defaults = {"n_iter_no_change": 2, "n_threads": 1, "random_state": 0}
    return PooledMLP(**defaults | parameters).fit(X, y)


def test_curves_are_the_history():
    model = fitted()
    display = TrainingDisplay.from_estimator(model)
    loss, score = display.axes_
    for ax, what, scale in ((loss, "loss", 1), (score, "score", 100)):
        for line, part in zip(ax.lines, ("train", "valid"), strict=False):
            np.testing.assert_array_equal(line.get_xdata(), np.arange(model.n_iter_) + 1)
            expected = [scale * record[f"{part}_{what}"] for record in model.history_]
            np.testing.assert_array_equal(line.get_ydata(), expected)
        assert list(ax.lines[-1].get_xdata()) == [model.best_epoch_] * 2
    labels = [text.get_text() for text in score.get_legend().get_texts()]
    assert labels == ["training batches", "validation spectra", "epoch kept"]


def test_without_validation_there_is_one_curve():
    display = TrainingDisplay.from_estimator(fitted(early_stopping=False))
    assert [len(ax.lines) for ax in display.axes_] == [2, 2]


def test_draws_where_it_is_told():
    figure, axes = mpl.pyplot.subplots(2)
    display = TrainingDisplay.from_estimator(fitted(), axes=axes)
    assert display.axes_ == tuple(axes)
    assert display.figure_ is figure


def test_needs_a_fitted_network():
    with pytest.raises(NotFittedError):
        TrainingDisplay.from_estimator(PooledMLP())


def test_without_matplotlib_the_error_names_it(monkeypatch):
    model = fitted()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"TrainingDisplay\.plot requires matplotlib"):
        TrainingDisplay.from_estimator(model)
