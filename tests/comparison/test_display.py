import sys
from itertools import pairwise

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import GaussianNB

from skspectra.comparison import ComparisonDisplay, compare

mpl = pytest.importorskip("matplotlib")


@pytest.fixture(autouse=True)
def agg():
    with mpl.rc_context({"backend": "agg"}):
        yield
        mpl.pyplot.close("all")


@pytest.fixture(scope="module")
def result():
    X, y = make_blobs(n_samples=60, n_features=20, random_state=0)
    return compare(X, y, {"naive Bayes": GaussianNB(), "majority": DummyClassifier()})


def test_axes_show_the_numbers(result):
    display = ComparisonDisplay.from_comparison(result)
    scores, shifts, times = display.axes_
    assert [label.get_text() for label in scores.get_yticklabels()] == ["majority", "naive Bayes"]
    np.testing.assert_array_equal(shifts.lines[0].get_xdata(), result.shifts)
    np.testing.assert_allclose(
        shifts.lines[-1].get_ydata(), 100 * np.array(result.models[0].under_shift)
    )
    assert shifts.get_ylim() == (-2, 102)
    assert times.get_xscale() == "log"
    assert display.figure_ is scores.figure


def test_labels_do_not_overlap(result):
    figure = ComparisonDisplay.from_comparison(result).figure_
    figure.canvas.draw()
    for ax in figure.axes:
        boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
        assert not any(a.overlaps(b) for a, b in pairwise(boxes))


def test_title_and_intervals_within_bounds(result):
    result.settings["data"] = "minerals.csv"
    result.models = [
        model._replace(
            balanced_accuracy=0.98, balanced_accuracy_low=0.93, balanced_accuracy_high=1.0
        )
        for model in result.models
    ]
    display = ComparisonDisplay.from_comparison(result)
    assert display.figure_.legends[0].get_title().get_text() == "minerals.csv"
    (bar,) = display.axes_[0].containers[0][2]
    np.testing.assert_allclose(bar.get_segments()[0][:, 0], [93, 100])


def test_given_axes(result):
    _, axes = mpl.pyplot.subplots(1, 3)
    assert ComparisonDisplay(result).plot(axes=axes).axes_.tolist() == axes.tolist()


def test_needs_matplotlib(result, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="matplotlib"):
        ComparisonDisplay.from_comparison(result)
