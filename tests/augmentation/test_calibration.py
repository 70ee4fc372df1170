import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils._param_validation import InvalidParameterError

from skspectra.augmentation import CalibrationAugmenter

WAVENUMBERS = np.linspace(200, 3200, 1501)
ENDS = (200, 3200)


def displacements(n_samples, seed=0, **parameters):
    """How far the value at each point has come, in the unit of the axis."""
    parameters = {"x_axis": WAVENUMBERS, "random_state": seed} | parameters
    X = np.tile(WAVENUMBERS, (n_samples, 1))
    return WAVENUMBERS - CalibrationAugmenter(**parameters).fit_transform(X)


def test_each_term_has_its_shape_and_reaches_its_maximum():
    u = np.linspace(-1, 1, 1501)
    for i, shape in enumerate([u**0, u, u**2]):
        largest = [0, 0, 0]
        largest[i] = 9
        moved = displacements(
            500, max_offset=largest[0], max_linear=largest[1], max_quadratic=largest[2]
        )
        inner = slice(20, -20)
        amount = (moved[:, inner] @ shape[inner]) / (shape[inner] @ shape[inner])
        np.testing.assert_allclose(
            moved[:, inner], amount[:, None] * shape[inner], atol=1e-2 if i == 2 else 1e-8
        )
        assert np.abs(amount).max() == pytest.approx(9, rel=0.02)
        assert amount.std() == pytest.approx(9 / 3**0.5, rel=0.08)


def test_in_points_without_an_axis():
    X = np.tile(np.arange(300.0), (200, 1))
    moved = np.arange(300) - CalibrationAugmenter(4, 0, 0, random_state=0).fit_transform(X)
    assert np.abs(moved).max() == pytest.approx(4, rel=0.03)
    np.testing.assert_allclose(np.ptp(moved[:, 10:-10], axis=1), 0, atol=1e-9)


def test_auto_is_a_share_of_the_axis():
    X = np.tile(WAVENUMBERS, (5, 1))
    auto = CalibrationAugmenter(x_axis=ENDS, random_state=0).fit_transform(X)
    asked = CalibrationAugmenter(3, 3.0, 1.5, ENDS, random_state=0).fit_transform(X)
    np.testing.assert_allclose(auto, asked, rtol=1e-12)


@given(
    share=st.floats(0, 0.99),
    balance=st.floats(0, 1),
    offset=st.floats(0, 5000),
    seed=st.integers(0, 99),
)
def test_no_point_overtakes_another(share, balance, offset, seed):
    linear = share * 1500 * balance
    quadratic = share * 1500 * (1 - balance) / 2
    X = np.tile(WAVENUMBERS, (4, 1))
    variants = CalibrationAugmenter(
        offset, linear, quadratic, ENDS, random_state=seed
    ).fit_transform(X)
    assert (np.diff(variants) >= -1e-6).all()


def test_heights_within_the_interpolation_bound():
    X = np.tile(np.exp(-(((np.arange(500) - 250) / 5) ** 2) / 2), (200, 1))
    heights = CalibrationAugmenter(9, 9, 4).fit_transform(X).max(axis=1)
    assert heights.max() <= 1 + 1e-9
    # The top may also lie between two points, which costs as much again; peaks may get narrower
    # by (9 + 2 * 4) / 250.
    assert heights.min() >= 1 - 2 / (8 * (5 * 0.93) ** 2)


@pytest.mark.parametrize("method", ["fit", "fit_transform"])
def test_points_may_not_overtake(method):
    with pytest.raises(
        ValueError, match=r"max_linear \+ 2 \* max_quadratic = 50 is not less than 50"
    ):
        getattr(CalibrationAugmenter(0, 30, 10, (0, 100)), method)(np.ones((1, 9)))


def test_bad_axis():
    with pytest.raises(ValueError, match=r"x_axis has shape \(3,\) for spectra of 9 points"):
        CalibrationAugmenter(x_axis=[1, 2, 3]).fit(np.ones((1, 9)))


@pytest.mark.parametrize(
    ("name", "value"), [("max_offset", -1), ("max_linear", "none"), ("max_quadratic", np.inf)]
)
def test_invalid_parameters(name, value):
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter"):
        CalibrationAugmenter(**{name: value}).fit(np.ones((1, 9)))
