import sys

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from skspectra import PeakShiftAugmenter
from skspectra.augmentation import AugmentationDisplay, NoiseAugmenter, draw

mpl = pytest.importorskip("matplotlib")

X = np.exp(-(((np.arange(120) - np.array([[40], [80]])) / 4) ** 2))


@pytest.fixture(autouse=True)
def agg():
    with mpl.rc_context({"backend": "agg"}):
        yield
        mpl.pyplot.close("all")


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_band_holds_ninety_percent_of_the_variants():
    augmenter = make_pipeline(PeakShiftAugmenter(9), NoiseAugmenter())
    display = AugmentationDisplay.from_augmenter(augmenter, X, n_variants=40, random_state=3)
    rng = np.random.default_rng(3)
    variants = np.stack([draw(augmenter, X, rng) for _ in range(40)])
    np.testing.assert_array_equal(display.variants, variants)
    assert labels(display.axes_[0]) == ["90 % of variants", "original"]
    for i, ax in enumerate(display.axes_):
        (original,) = ax.lines
        np.testing.assert_array_equal(original.get_ydata(), X[i])
        np.testing.assert_array_equal(original.get_xdata(), np.arange(120))
        (band,) = ax.collections
        low, high = np.quantile(variants[:, i], (0.05, 0.95), axis=0)
        corners = band.get_paths()[0].vertices
        for edge in (low, high):
            found = [(corners == (x, y)).all(axis=1).any() for x, y in enumerate(edge)]
            assert all(found)


def test_variants_over_an_axis():
    display = AugmentationDisplay.from_augmenter(
        NoiseAugmenter(), X[:1], (10, 90), kind="variants", n_variants=8
    )
    (ax,) = display.axes_
    assert len(ax.lines) == 6
    np.testing.assert_allclose(ax.lines[0].get_xdata(), np.linspace(10, 90, 120))
    for line, variant in zip(ax.lines[:5], display.variants[:5, 0], strict=True):
        np.testing.assert_array_equal(line.get_ydata(), variant)
    assert labels(ax) == ["variants", "original"]


def test_draws_where_it_is_told_and_again():
    figure, axes = mpl.pyplot.subplots(2)
    display = AugmentationDisplay.from_augmenter(NoiseAugmenter(), X, n_variants=3, axes=axes)
    assert display.axes_ == tuple(axes)
    assert display.figure_ is figure
    assert display.plot(kind="variants").figure_ is not figure
    _, ax = mpl.pyplot.subplots()
    single = AugmentationDisplay.from_augmenter(NoiseAugmenter(), X[:1], n_variants=3, axes=ax)
    assert single.axes_ == (ax,)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"kind": "lines"}, "kind='lines' is neither 'band' nor 'variants'"),
        ({"n_variants": 0}, "n_variants == 0, must be >= 1"),
        ({"x_axis": [1, 2, 3]}, r"x_axis has shape \(3,\) for spectra of 120 points"),
    ],
)
def test_bad_parameters(parameters, message):
    with pytest.raises(ValueError, match=message):
        AugmentationDisplay.from_augmenter(NoiseAugmenter(), X, **{"n_variants": 2} | parameters)


def test_wrong_number_of_axes():
    _, ax = mpl.pyplot.subplots()
    with pytest.raises(ValueError, match="axes holds 1 axes for 2 spectra"):
        AugmentationDisplay.from_augmenter(NoiseAugmenter(), X, n_variants=2, axes=ax)


def test_without_matplotlib_the_error_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"AugmentationDisplay\.plot requires matplotlib"):
        AugmentationDisplay.from_augmenter(NoiseAugmenter(), X, n_variants=2)
