import sys

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.utils import Bunch

from skspectra import PooledSVC
from skspectra.datasets import make_spectra
from skspectra.inspection import (
    NearestReferenceDisplay,
    OcclusionDisplay,
    occlusion_importance,
)
from skspectra.inspection._occlusion_display import joined
from skspectra.preprocessing import SavitzkyGolayFilter, SpectrumNormalizer, normalize

mpl = pytest.importorskip("matplotlib")

TABLE = [([20, 50, 80], [1.0, 0.4, 0.3]), ([20, 60, 80], [1.0, 0.4, 0.3])]
TABLE += [([20, 70, 80], [1.0, 0.4, 0.3])]
X, Y = make_spectra(TABLE, 12, n_points=100, max_shift=1, sigma=1.5, random_state=0)
NAMES = np.array(["anatase", "brookite", "rutile"])
MODEL = PooledSVC().fit(X, NAMES[Y])


@pytest.fixture(autouse=True)
def agg():
    with mpl.rc_context({"backend": "agg"}):
        yield
        mpl.pyplot.close("all")


@pytest.fixture(scope="module")
def result():
    return occlusion_importance(MODEL, X, NAMES[Y], x_axis=(10, 40), random_state=0)


def test_the_curve_is_the_importance(result):
    display = OcclusionDisplay.from_importances(result, x_label="2theta (degrees)")
    spectra, importance = display.axes_
    curve, _, level = importance.lines
    np.testing.assert_array_equal(curve.get_xdata(), result.centers)
    np.testing.assert_array_equal(curve.get_ydata(), result.importances_mean)
    assert list(level.get_ydata()) == [result.level] * 2
    assert importance.get_ylabel() == "loss of decision value"
    assert importance.get_xlabel() == "2theta (degrees)"
    assert len(spectra.lines) == 3
    for line, mean in zip(spectra.lines, result.class_means, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), result.x_axis)
        np.testing.assert_allclose(np.diff(line.get_ydata()), np.diff(mean), atol=1e-12)
    # The first class is on top.
    assert np.all(np.diff([line.get_ydata().min() for line in spectra.lines]) < 0)
    assert [text.get_text() for text in spectra.texts] == NAMES.tolist()


def test_windows_that_pass_are_shaded(result):
    display = OcclusionDisplay.from_importances(result)
    assert result.passes.any()
    for ax in display.axes_:
        shaded = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in ax.patches]
        assert len(shaded) == len(joined(result.windows[result.passes]))
        for first, last in result.limits[result.passes]:
            assert any(a <= first + 1e-9 and last - 1e-9 <= b for a, b in shaded)
        total = sum(b - a for a, b in shaded)
        assert total < 0.7 * np.ptp(result.x_axis)


def test_windows_that_touch_are_joined():
    assert joined([[0, 4], [2, 6], [6, 9], [10, 12]]) == [[0, 9], [10, 12]]
    assert joined([]) == []


@pytest.mark.parametrize("mode", ["exchange", "line", "keep"])
def test_from_estimator_measures(mode):
    options = {"mode": mode, "random_state": 0}
    display = OcclusionDisplay.from_estimator(MODEL, X, NAMES[Y], class_names="ABC", **options)
    expected = occlusion_importance(MODEL, X, NAMES[Y], **options)
    np.testing.assert_array_equal(display.result.importances, expected.importances)
    assert display.axes_[0].texts[1].get_text() == "B"
    assert display.axes_[1].get_xlabel() == "point"
    assert display.axes_[1].get_ylabel().startswith("gain" if mode == "keep" else "loss")


def many(n_classes, **changes):
    rng = np.random.default_rng(0)
    return Bunch(
        **{
            "classes": np.arange(n_classes),
            "class_means": rng.uniform(size=(n_classes, 9)),
            "per_class": np.arange(n_classes)[:, None] * np.ones(3),
            "importances_mean": np.zeros(3),
            "passes": np.zeros(3, dtype=bool),
            "windows": np.array([[0, 5], [2, 7], [4, 9]]),
            "centers": np.array([2.0, 4, 6]),
            "x_axis": np.arange(9),
            "level": np.inf,
            "mode": "line",
            "response_method": "predict",
        }
        | changes
    )


def test_of_many_classes_those_that_lose_most_are_shown():
    spectra, importance = OcclusionDisplay(many(15)).plot().axes_
    assert [text.get_text() for text in spectra.texts] == [str(i) for i in range(3, 15)]
    assert "3 classes not shown" in spectra.get_title(loc="left")
    # A level that nothing can pass is not drawn.
    assert len(importance.lines) == 2


def test_a_class_without_spectra_is_not_shown():
    result = many(3)
    result.class_means[1] = np.nan
    spectra = OcclusionDisplay(result).plot().axes_[0]
    assert [text.get_text() for text in spectra.texts] == ["0", "2"]


def test_occlusion_is_drawn_where_it_is_told(result):
    figure, axes = mpl.pyplot.subplots(2)
    display = OcclusionDisplay.from_importances(result, axes=axes)
    assert display.axes_ == tuple(axes)
    assert display.figure_ is figure
    with pytest.raises(ValueError, match="axes holds 1 axes; it must hold two"):
        OcclusionDisplay.from_importances(result, axes=axes[0])
    with pytest.raises(ValueError, match="class_names holds 2 names for 3 classes"):
        OcclusionDisplay.from_importances(result, class_names=["a", "b"])


def nearest(label, spectrum):
    """The nearest spectrum of a label in the space of the pooled features, one by one."""
    steps = MODEL.pipeline_[:3]
    new = steps.transform(spectrum[None])[0]
    rows = [i for i in range(len(X)) if NAMES[Y[i]] == label]
    return min(rows, key=lambda i: np.linalg.norm(steps.transform(X[i : i + 1])[0] - new))


@pytest.mark.parametrize("seed", range(3))
def test_the_nearest_spectra_of_the_two_likeliest_classes(seed):
    new = make_spectra(TABLE, 1, n_points=100, max_shift=1, sigma=1.5, random_state=seed)[0][seed]
    pooled = make_pipeline(*(step for _, step in MODEL.pipeline_.steps[:3]), SVC(C=100))
    model = pooled.fit(X, NAMES[Y])
    display = NearestReferenceDisplay.from_estimator(model, X, NAMES[Y], 50 * new, x_axis=(10, 40))
    decision = model.decision_function(new[None])[0]
    assert display.labels == NAMES[np.argsort(-decision)[:2]].tolist()
    assert display.rows == [nearest(label, new) for label in display.labels]
    np.testing.assert_allclose(display.references, normalize(X[display.rows]))
    np.testing.assert_allclose(display.spectrum, new / new.max())
    for column in range(2):
        above, below = display.axes_[:, column]
        reference, spectrum = above.lines
        np.testing.assert_array_equal(reference.get_ydata(), display.references[column])
        np.testing.assert_array_equal(spectrum.get_ydata(), display.spectrum)
        np.testing.assert_array_equal(spectrum.get_xdata(), np.linspace(10, 40, 100))
        assert display.labels[column] in above.get_title()
        rest = display.spectrum - display.references[column]
        share = np.sqrt((rest**2).sum() / (display.spectrum**2).sum())
        assert f"{share:.0%} as large" in below.get_title(loc="left")
        paths = [path.get_extents() for one in below.collections for path in one.get_paths()]
        assert max(box.y1 for box in paths) == pytest.approx(max(rest.max(), 0))
        assert min(box.y0 for box in paths) == pytest.approx(min(rest.min(), 0))
        filled = below.collections[0].get_paths()
        assert min(path.get_extents().y0 for path in filled) >= 0


def test_without_features_normalised_spectra_are_compared():
    model = SVC().fit(normalize(X), NAMES[Y])
    new = X[5] / X[5].max() + 0.001
    display = NearestReferenceDisplay.from_estimator(model, normalize(X), NAMES[Y], new)
    assert display.rows[0] == 5
    assert display.axes_[1, 0].get_xlabel() == "point"
    assert "probability" not in display.axes_[0, 0].get_title()


class Marked(PooledSVC):
    """Sees nothing but the first point."""

    def transform_features(self, X):
        return 1000 * X[:, :1]


def test_features_of_the_classifier_are_used():
    marked = X.copy()
    marked[:, 0] = 0.001 * np.arange(len(X))
    new = marked[3].copy()
    new[0] = marked[7, 0]
    for model in (Marked(), make_pipeline(SavitzkyGolayFilter(1, 0), Marked())):
        model.fit(marked, NAMES[Y])
        display = NearestReferenceDisplay.from_estimator(model, marked, NAMES[Y], new)
        assert display.rows[0] == 7


@pytest.mark.parametrize("scaler", [[], [StandardScaler()]])
def test_cleaned_spectra_are_drawn(scaler):
    """Those after a scaler of single points would not look like spectra."""
    clean = SavitzkyGolayFilter(9, 2), SavitzkyGolayFilter(7, 2)
    model = make_pipeline(*clean, *scaler, PooledSVC(normalize="none")).fit(X, NAMES[Y])
    display = NearestReferenceDisplay.from_estimator(model, X, NAMES[Y], X[4])
    smooth = normalize(model[:2].transform(X))
    np.testing.assert_allclose(display.spectrum, smooth[4])
    np.testing.assert_allclose(display.references, smooth[display.rows])


class Votes(RidgeClassifier):
    """Predicts another class than the one with the largest score."""

    def predict(self, X):
        return self.classes_[np.argsort(-self.decision_function(X), axis=1)[:, 1]]


def test_the_prediction_comes_first():
    model = make_pipeline(SpectrumNormalizer(), Votes()).fit(X, NAMES[Y])
    display = NearestReferenceDisplay.from_estimator(model, X, NAMES[Y], X[0])
    order = np.argsort(-model.decision_function(X[:1])[0])
    assert display.labels == NAMES[order[[1, 0]]].tolist()


class Rejecting(PooledSVC):
    def predict(self, X):
        return np.full(len(X), "none of these")


def test_a_rejected_spectrum():
    model = Rejecting().fit(X, NAMES[Y])
    display = NearestReferenceDisplay.from_estimator(model, X, NAMES[Y], X[0])
    assert display.predicted == "none of these"
    assert display.labels[0] == "anatase"
    titles = [ax.get_title() for ax in display.axes_[0]]
    assert titles[0] == "likeliest: anatase, but predicted: none of these"
    assert titles[1] == f"runner-up: {display.labels[1]}"


def test_two_classes_and_probabilities():
    rows = Y < 2
    for classifier in (LogisticRegression(), SVC()):
        model = make_pipeline(SpectrumNormalizer(), classifier).fit(X[rows], NAMES[Y[rows]])
        display = NearestReferenceDisplay.from_estimator(
            model, X[rows], NAMES[Y[rows]], X[rows][-1]
        )
        assert display.labels == ["brookite", "anatase"]
        assert display.rows[0] == rows.sum() - 1
    model = make_pipeline(SpectrumNormalizer(), LogisticRegression()).fit(X, NAMES[Y])
    display = NearestReferenceDisplay.from_estimator(model, X, NAMES[Y], X[0])
    proba = np.sort(model.predict_proba(X[:1])[0])[::-1]
    assert display.probabilities == proba[:2].tolist()
    assert f"(probability {proba[1]:.2f})" in display.axes_[0, 1].get_title()


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_columns_are_the_axis_of_the_references(library):
    frames = pytest.importorskip(library)
    names = [f"{angle:.1f}" for angle in np.linspace(10, 59.5, 100)]
    args = {"columns": names} if library == "pandas" else {"schema": names}
    frame = frames.DataFrame(X, **args)
    model = PooledSVC().fit(frame, NAMES[Y])
    for new in (X[3], X[3:4].tolist(), frame[3:4]):
        display = NearestReferenceDisplay.from_estimator(model, frame, NAMES[Y], new)
        assert display.rows[0] == 3
        assert display.x_axis[[0, -1]].tolist() == [10, 59.5]
        assert display.axes_[1, 0].get_xlabel() == "axis"


def test_references_are_drawn_where_they_are_told():
    figure, axes = mpl.pyplot.subplots(2, 2)
    draw = NearestReferenceDisplay.from_estimator
    display = draw(MODEL, X, NAMES[Y], X[0], axes=axes, x_label="shift")
    assert display.figure_ is figure
    assert axes[1, 1].get_xlabel() == "shift"
    with pytest.raises(ValueError, match=r"axes has shape \(2,\); it must have shape \(2, 2\)"):
        display.plot(axes=axes[0])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"spectrum": X[0, :50]}, ValueError, "50 points, but X_train has 100 points"),
        ({"spectrum": X[:2]}, ValueError, "200 points, but X_train has 100 points"),
        ({"spectrum": np.full(100, np.nan)}, ValueError, "spectrum contains NaN"),
        ({"y_train": NAMES[Y][:5]}, ValueError, "inconsistent numbers of samples"),
        ({"y_train": np.eye(3)[Y]}, ValueError, "Multilabel spectra have no runner-up"),
        ({"y_train": ["rutile"] * 36}, ValueError, "y_train has no spectrum of class 'anatase'"),
        ({"norm": "sum"}, ValueError, "norm='sum' is not known"),
        ({"x_axis": [2, 1]}, ValueError, "ascending"),
        ({"estimator": PooledSVC()}, NotFittedError, "not fitted"),
    ],
)
def test_bad_input(change, error, message):
    given = {"estimator": MODEL, "X_train": X, "y_train": NAMES[Y], "spectrum": X[0]} | change
    with pytest.raises(error, match=message):
        NearestReferenceDisplay.from_estimator(**given)


def test_without_scores_there_is_no_runner_up():
    class OnlyLabels(RidgeClassifier):
        decision_function = property()

    model = OnlyLabels().fit(X, NAMES[Y])
    with pytest.raises(AttributeError, match="OnlyLabels has neither predict_proba nor"):
        NearestReferenceDisplay.from_estimator(model, X, NAMES[Y], X[0])
    pairs = SVC(decision_function_shape="ovo").fit(np.vstack([X, X[:3]]), [*NAMES[Y], *"ddd"])
    with pytest.raises(ValueError, match="decision_function returned 6 scores for 4 classes"):
        NearestReferenceDisplay.from_estimator(pairs, X, NAMES[Y], X[0])


def test_without_matplotlib_the_error_names_it(monkeypatch, result):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"OcclusionDisplay\.plot requires matplotlib"):
        OcclusionDisplay.from_importances(result)
    with pytest.raises(ImportError, match=r"NearestReferenceDisplay\.plot requires matplotlib"):
        NearestReferenceDisplay.from_estimator(MODEL, X, NAMES[Y], X[0])
