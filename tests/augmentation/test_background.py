import numpy as np
import pytest
from numpy.polynomial import Chebyshev
from sklearn.utils._param_validation import InvalidParameterError

from skspectra.augmentation import BackgroundAugmenter

POINTS = np.arange(400)
OFF = {"max_curve": 0, "max_hump": 0, "max_air": 0}


def spectra(n_samples, height=1.0):
    return np.tile(height * np.exp(-(((POINTS - 200) / 3) ** 2)), (n_samples, 1)) - 4


def backgrounds(n_samples=500, height=1.0, **parameters):
    X = spectra(n_samples, height)
    augmenter = BackgroundAugmenter(**OFF | {"random_state": 0} | parameters)
    return augmenter.fit_transform(X) - X


@pytest.mark.parametrize("name", ["max_curve", "max_hump", "max_air"])
@pytest.mark.parametrize("height", [1.0, 70.0])
def test_heights_are_uniform_up_to_their_maximum(name, height):
    added = backgrounds(1000, height, **{name: 0.4, "x_axis": (5, 90)}) / height
    assert added.min() >= -1e-9
    tops = added.max(axis=1)
    assert tops.max() == pytest.approx(0.4, rel=0.02)
    assert tops.mean() == pytest.approx(0.2, rel=0.06)
    assert tops.min() < 0.01


def test_curves_are_polynomials_of_degree_five_that_touch_zero():
    added = backgrounds(50, max_curve=1)
    u = np.linspace(-1, 1, 400)
    for curve in added:
        np.testing.assert_allclose(Chebyshev.fit(u, curve, 5)(u), curve, atol=1e-9)
    np.testing.assert_allclose(added.min(axis=1), 0, atol=1e-9)
    assert np.abs(Chebyshev.fit(u, added[0], 5).coef[1:]).min() > 0


def test_humps_are_broad_gaussians_anywhere():
    added = backgrounds(2000, max_hump=1)
    tops = added.argmax(axis=1)
    assert np.histogram(tops, 4, (0, 400))[0] == pytest.approx([500] * 4, rel=0.2)
    inner = (tops > 100) & (tops < 300)
    shape = added[inner] / added[inner].max(axis=1, keepdims=True)
    widths = (shape > 0.5).sum(axis=1) / 400
    # Of the widest ones a part lies beyond the axis.
    assert widths.min() == pytest.approx(0.1, abs=0.01)
    assert widths.max() == pytest.approx(0.4, abs=0.01)
    row, top = 0, tops[inner][0]
    width = widths[row] * 400
    expected = np.exp(-4 * np.log(2) * ((POINTS - top) / width) ** 2)
    np.testing.assert_allclose(shape[row], expected, atol=0.03)


def test_air_falls_as_one_over_x():
    x_axis = np.linspace(5, 90, 400)
    added = backgrounds(20, max_air=0.3, x_axis=x_axis)
    np.testing.assert_allclose(added * x_axis, added[:, :1] * 5 + np.zeros(400), atol=1e-9)


def test_they_add_up():
    parameters = {"max_curve": 0.1, "max_hump": 0.2, "max_air": 0.3}
    added = backgrounds(3000, **parameters, x_axis=(5, 90))
    assert added.max() > 0.45
    assert added[:, 0].mean() > backgrounds(3000, max_curve=0.1)[:, 0].mean() + 0.14


@pytest.mark.parametrize("method", ["fit", "fit_transform"])
@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"max_air": 0.1}, r"max_air=0\.1 needs x_axis, which is None"),
        ({"max_air": 0.1, "x_axis": (0, 90)}, "x_axis starts at 0; .* must start above 0"),
        ({"max_air": 0.1, "x_axis": [1, 2, 3]}, r"shape \(3,\) for spectra of 9 points"),
    ],
)
def test_bad_axis(parameters, message, method):
    with pytest.raises(ValueError, match=message):
        getattr(BackgroundAugmenter(**parameters), method)(np.ones((1, 9)))


@pytest.mark.parametrize(
    ("name", "value"), [("max_curve", -1), ("max_hump", None), ("max_air", np.inf)]
)
def test_invalid_parameters(name, value):
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter"):
        BackgroundAugmenter(**{name: value}).fit(np.ones((1, 9)))
