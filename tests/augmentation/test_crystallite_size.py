import numpy as np
import pytest
from sklearn.utils._param_validation import InvalidParameterError

from skspectra.augmentation import CrystalliteSizeAugmenter

ANGLES = np.linspace(5, 155, 15001)


def stick(angle, x_axis=ANGLES):
    X = np.zeros((1, len(x_axis)))
    X[0, np.abs(x_axis - angle).argmin()] = 1
    return X


def full_width(spectrum, x_axis=ANGLES):
    """Width at half maximum, between points by straight lines."""
    half, top = spectrum.max() / 2, spectrum.argmax()
    right = top + np.flatnonzero(spectrum[top:] < half)[0]
    left = np.flatnonzero(spectrum[:top] < half)[-1]
    ends = [
        np.interp(half, spectrum[[outer, inner]], x_axis[[outer, inner]])
        for outer, inner in ((left, left + 1), (right, right - 1))
    ]
    return ends[1] - ends[0]


def scherrer(angle, size, shape_factor=0.9, wavelength=1.5406):
    """Width in degrees 2theta, of crystallites of `size` nm."""
    return np.degrees(shape_factor * wavelength / (10 * size * np.cos(np.radians(angle / 2))))


@pytest.mark.parametrize("eta", [0, 0.5, 1])
@pytest.mark.parametrize("angle", [12, 33, 60, 90, 140])
def test_width_by_scherrers_formula(angle, eta):
    for size in (10, 30):
        augmenter = CrystalliteSizeAugmenter(ANGLES, 1.5406, size, size, eta=eta)
        found = full_width(augmenter.fit_transform(stick(angle))[0])
        assert found == pytest.approx(scherrer(angle, size), rel=0.02)


def test_shape_factor_and_wavelength():
    augmenter = CrystalliteSizeAugmenter(ANGLES, 0.7093, 20, 20, shape_factor=1.07)
    found = full_width(augmenter.fit_transform(stick(40))[0])
    assert found == pytest.approx(scherrer(40, 20, 1.07, 0.7093), rel=0.02)


def test_an_uneven_axis():
    uneven = np.concatenate([np.arange(10, 50, 0.01), np.arange(50, 90, 0.02)])
    for angle in (30, 70):
        augmenter = CrystalliteSizeAugmenter(uneven, 1.5406, 20, 20)
        variant = augmenter.fit_transform(stick(angle, uneven))[0]
        assert full_width(variant, uneven) == pytest.approx(scherrer(angle, 20), rel=0.02)


def test_widths_are_uniform_between_those_of_the_two_sizes():
    x_axis = np.linspace(35, 55, 2001)
    X = np.repeat(stick(45, x_axis), 300, axis=0)
    augmenter = CrystalliteSizeAugmenter(x_axis, 1.5406, 10, 40, random_state=0)
    variants = augmenter.fit_transform(X)
    widths = np.array([full_width(variant, x_axis) for variant in variants])
    low, high = scherrer(45, 40), scherrer(45, 10)
    assert widths.min() == pytest.approx(low, rel=0.05)
    assert widths.max() == pytest.approx(high, rel=0.03)
    assert widths.mean() == pytest.approx((low + high) / 2, rel=0.06)


def test_infinite_size_is_no_width():
    x_axis = np.linspace(35, 55, 2001)
    X = np.repeat(stick(45, x_axis), 100, axis=0)
    augmenter = CrystalliteSizeAugmenter(x_axis, 1.5406, 20, np.inf, random_state=0)
    variants = augmenter.fit_transform(X)
    assert variants.max() > 0.05 > variants.max(axis=1).min()


def test_area_is_preserved():
    X = np.random.default_rng(0).uniform(size=(3, 2000))
    variants = CrystalliteSizeAugmenter((5, 120), 1.5406, 3, 10).fit_transform(X)
    np.testing.assert_allclose(variants.sum(axis=1), X.sum(axis=1))
    assert np.abs(variants - X).max() > 0.1


def test_area_of_a_peak_stays_where_it_was():
    variant = CrystalliteSizeAugmenter(ANGLES, 1.5406, 20, 20, eta=0).fit_transform(stick(60))[0]
    assert variant[np.abs(ANGLES - 60) < 2].sum() == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("method", ["fit", "fit_transform"])
@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"x_axis": (10, 90), "min_size": 300}, r"min_size=300 is larger than max_size=200\.0"),
        ({"x_axis": (10, 190)}, "from 10 to 190; angles 2theta"),
        ({"x_axis": [10, 20, 30]}, r"shape \(3,\) for spectra of 9 points"),
    ],
)
def test_bad_parameters(parameters, message, method):
    with pytest.raises(ValueError, match=message):
        getattr(CrystalliteSizeAugmenter(wavelength=1.5406, **parameters), method)(np.ones((1, 9)))


@pytest.mark.parametrize(
    ("name", "value"),
    [("min_size", 0), ("max_size", -1), ("wavelength", 0), ("shape_factor", "K"), ("eta", 2)],
)
def test_invalid_parameters(name, value):
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter"):
        CrystalliteSizeAugmenter(**{"x_axis": (10, 90), "wavelength": 1.5406, name: value}).fit(
            np.ones((1, 9))
        )


def test_a_wavelength_is_never_assumed():
    with pytest.raises(TypeError, match="wavelength"):
        CrystalliteSizeAugmenter((10, 90))
