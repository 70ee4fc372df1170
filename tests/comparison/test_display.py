import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import GaussianNB

from skspectra.comparison import ComparisonDisplay, _display, compare

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
        shifts.lines[1].get_ydata(), 100 * np.array(result.models[0].under_shift)
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
    models = [
        model._replace(
            balanced_accuracy=0.98, balanced_accuracy_low=0.93, balanced_accuracy_high=1.0
        )
        for model in result.models
    ]
    settings = result.settings | {"data": "minerals.csv"}
    display = ComparisonDisplay.from_comparison(replace(result, models=models, settings=settings))
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


def test_a_model_has_the_same_marker_in_every_panel_and_in_the_legend(result):
    display = ComparisonDisplay.from_comparison(result)
    scores, shifts, times = display.axes_
    (legend,) = display.figure_.legends
    listed = dict(
        zip((text.get_text() for text in legend.get_texts()), legend.legend_handles, strict=True)
    )
    for name in ("naive Bayes", "majority"):
        row = [label.get_text() for label in scores.get_yticklabels()].index(name)
        found = {
            (line.get_marker(), line.get_color())
            for line in (scores.containers[row][0], shifts.lines[row], times.lines[row])
        }
        assert found == {(listed[name].get_marker(), listed[name].get_color())}


def test_markers_do_not_follow_the_scores(result):
    markers = [
        {name: style["marker"] for name, style in _display._styles(models).items()}
        for models in (result.models, [m._replace(balanced_accuracy=0.5) for m in result.models])
    ]
    assert markers[0] == markers[1]
    assert len(set(markers[0].values())) == 2


def test_markers_of_many_models_differ(result):
    many = [result.models[0]._replace(model=f"model {i}") for i in range(20)]
    styles = _display._styles(many).values()
    assert len({(style["marker"], style["fillstyle"]) for style in styles}) == 20


def test_default_models_have_their_own_markers(result, monkeypatch):
    first, second, *_ = _display.MARKERS
    for order, expected in ((["ridge", "majority"], second), (["majority"], first)):
        monkeypatch.setattr(_display, "COST_ORDER", order)
        styles = _display._styles(result.models)
        assert styles["majority"]["marker"] == expected
        # What is not in the table takes a marker that is free.
        assert styles["naive Bayes"]["marker"] == (first if expected == second else second)


def test_guessing_is_drawn(result):
    scores, shifts, _ = ComparisonDisplay.from_comparison(result).axes_
    assert shifts.lines[-1].get_ydata() == pytest.approx([100 / 3, 100 / 3])
    assert [text.get_text() for text in scores.texts] == ["guessing"]


def test_shifts_are_in_units_of_the_axis(result):
    shifts = ComparisonDisplay.from_comparison(result).axes_[1]
    assert shifts.get_xlabel() == "test spectra moved by (points)"
    assert [label.get_text() for label in shifts.get_xticklabels()] == ["0", "1", "2"]
    on_axis = replace(result, x_axis=np.linspace(10, 29, 20) / 4, unit="deg")
    shifts = ComparisonDisplay.from_comparison(on_axis).axes_[1]
    assert shifts.get_xlabel() == "test spectra moved by (deg)"
    assert [label.get_text() for label in shifts.get_xticklabels()] == ["0", "0.25", "0.5"]


def test_no_interval_is_named_where_none_is_drawn(result):
    assert "interval" in ComparisonDisplay.from_comparison(result).axes_[0].get_xlabel()
    bare = [
        model._replace(balanced_accuracy_low=np.nan, balanced_accuracy_high=np.nan)
        for model in result.models
    ]
    axes = ComparisonDisplay.from_comparison(replace(result, models=bare)).axes_
    assert axes[0].get_xlabel() == "balanced accuracy (%)"


def test_nothing_leaves_the_figure_or_overlaps_the_legend(result):
    many = [result.models[0]._replace(model=f"a model with a name {i}") for i in range(14)]
    figure = ComparisonDisplay.from_comparison(replace(result, models=many)).figure_
    figure.canvas.draw()
    legend = figure.legends[0].get_window_extent()
    assert figure.bbox.contains(legend.x1 - 1, legend.y1 - 1)
    assert all(legend.x0 >= ax.get_window_extent().x1 for ax in figure.axes)
    for ax in figure.axes:
        box = ax.get_tightbbox()
        assert box.x0 >= 0
        assert box.y1 <= figure.bbox.y1
