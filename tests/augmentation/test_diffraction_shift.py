import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils._param_validation import InvalidParameterError

from skspectra.augmentation import DiffractionShiftAugmenter

ANGLES = np.linspace(10, 140, 6501)
STEP = ANGLES[1] - ANGLES[0]
OFF = {"max_strain": 0, "max_zero_shift": 0, "max_displacement": 0}


def tops(X, x_axis=ANGLES):
    """Where the only peak of each row stands: the centre of what is above half its height."""
    weights = np.maximum(X - X.max(axis=1, keepdims=True) / 2, 0)
    return (weights * x_axis).sum(axis=1) / weights.sum(axis=1)


def peak(angle, x_axis=ANGLES, sigma=0.15):
    return np.exp(-(((x_axis - angle) / sigma) ** 2) / 2)


def drawn(n_samples, seed, *largest):
    """The strains, zero errors and displacements that an augmenter of this seed draws."""
    return (
        np.random.default_rng(seed).uniform(-1, 1, (n_samples, 3)).T * np.array(largest)[:, None]
    )


def observed(angle, strain=0, zero_shift=0, displacement=0, radius=200):
    """Where a peak goes, written as textbooks write it."""
    theta = np.arcsin(np.sin(np.radians(angle) / 2) / (1 + strain))
    return np.degrees(2 * theta - 2 * displacement / radius * np.cos(theta)) + zero_shift


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("angle", [20, 45, 80, 120])
def test_strain_obeys_braggs_law(angle, dtype):
    X = np.tile(peak(angle), (9, 1)).astype(dtype)
    augmenter = DiffractionShiftAugmenter(ANGLES, **OFF | {"max_strain": 0.03}, random_state=0)
    strain = drawn(9, 0, 0.03, 0, 0)[0]
    moved = tops(augmenter.fit_transform(X))
    assert np.ptp(moved) > 0.5
    np.testing.assert_allclose(moved, observed(angle, strain), atol=0.1 * STEP)


@pytest.mark.parametrize("angle", [15, 60, 130])
def test_displacement_obeys_the_cosine_law(angle):
    X = np.tile(peak(angle), (9, 1))
    augmenter = DiffractionShiftAugmenter(
        ANGLES, **OFF | {"max_displacement": 1, "goniometer_radius": 150}, random_state=1
    )
    displacement = drawn(9, 1, 0, 0, 1)[2]
    moved = tops(augmenter.fit_transform(X))
    expected = observed(angle, displacement=displacement, radius=150)
    assert np.ptp(moved) > 0.1
    np.testing.assert_allclose(moved, expected, atol=0.1 * STEP)


def test_the_zero_error_is_the_same_everywhere():
    X = np.vstack([peak(angle) for angle in (30, 30, 90, 90)])
    augmenter = DiffractionShiftAugmenter(ANGLES, **OFF | {"max_zero_shift": 0.5}, random_state=2)
    zero_shift = drawn(4, 2, 0, 0.5, 0)[1]
    moved = tops(augmenter.fit_transform(X))
    np.testing.assert_allclose(moved, [30, 30, 90, 90] + zero_shift, atol=0.1 * STEP)


@given(angle=st.floats(20, 125), seed=st.integers(0, 999))
def test_all_three_together(angle, seed):
    X = np.tile(peak(angle), (3, 1))
    augmenter = DiffractionShiftAugmenter(ANGLES, 0.02, 0.3, 0.8, 185, random_state=seed)
    expected = observed(angle, *drawn(3, seed, 0.02, 0.3, 0.8), radius=185)
    np.testing.assert_allclose(tops(augmenter.fit_transform(X)), expected, atol=0.1 * STEP)


def test_strain_is_uniform_up_to_its_maximum():
    X = np.tile(peak(60), (1000, 1))
    augmenter = DiffractionShiftAugmenter(ANGLES, **OFF | {"max_strain": 0.01}, random_state=0)
    theta = np.radians(tops(augmenter.fit_transform(X))) / 2
    strain = np.sin(np.radians(30)) / np.sin(theta) - 1
    assert np.abs(strain).max() == pytest.approx(0.01, rel=0.02)
    assert strain.std() == pytest.approx(0.01 / 3**0.5, rel=0.06)
    assert abs(strain.mean()) < 4 * 0.01 / 3**0.5 / 1000**0.5


def test_heights_within_the_interpolation_bound():
    """Linear interpolation loses at most 1 / (8 s**2) at a standard deviation of s points."""
    X = np.tile(peak(60), (200, 1))
    heights = DiffractionShiftAugmenter(ANGLES, 0.03).fit_transform(X).max(axis=1)
    assert heights.max() <= 1 + 1e-9
    # The top may also lie between two points, which costs as much again; strain scales widths too.
    assert heights.min() >= 1 - 1.1 * 2 / (8 * (0.15 / STEP) ** 2)


def test_an_uneven_axis():
    """Steps from 0.01 to 0.04 degrees with a jump: peaks still go where the law says."""
    uneven = np.concatenate([np.arange(10, 50, 0.01), np.arange(50, 140, 0.04)])
    for angle in (30, 49.9, 100):
        X = np.tile(peak(angle, uneven, 0.4), (5, 1))
        augmenter = DiffractionShiftAugmenter(uneven, 0.02, 0.3, 0.8, random_state=3)
        theory = observed(angle, *drawn(5, 3, 0.02, 0.3, 0.8))
        variants = augmenter.fit_transform(X)
        areas = np.gradient(uneven) * np.maximum(variants - 0.5, 0)
        moved = (areas * uneven).sum(axis=1) / areas.sum(axis=1)
        np.testing.assert_allclose(moved, theory, atol=0.02)


def test_two_ends_are_an_even_axis_and_rounding_does_not_matter():
    X = np.vstack([peak(40), peak(100)])
    expected = DiffractionShiftAugmenter(ANGLES, random_state=0).fit_transform(X)
    for x_axis in ((10, 140), [10.0, 140.0], ANGLES.tolist()):
        variants = DiffractionShiftAugmenter(x_axis, random_state=0).fit_transform(X)
        np.testing.assert_array_equal(variants, expected)
    rounded = DiffractionShiftAugmenter(ANGLES.round(3), random_state=0).fit_transform(X)
    np.testing.assert_allclose(rounded, expected, atol=0.02)


def test_edges_are_held_and_order_is_kept():
    """Up to the end of all angles, where the law turns steep."""
    ramp = np.tile(np.linspace(0, 1, 500), (300, 1))
    variants = DiffractionShiftAugmenter((0, 179.9), 0.1, 1, 5).fit_transform(ramp)
    assert (np.diff(variants) >= -1e-9).all()
    assert variants.min() == 0
    assert variants.max() == 1


@pytest.mark.parametrize("method", ["fit", "fit_transform"])
@pytest.mark.parametrize(
    ("x_axis", "message"),
    [
        (np.arange(10, 19), r"x_axis has shape \(9,\) for spectra of 10 points"),
        (np.ones((2, 10)), r"x_axis has shape \(2, 10\)"),
        ((90, 10), r"x_axis\[1\]=10 follows x_axis\[0\]=90; x_axis must be ascending"),
        ([1, 2, 3, 3, *range(5, 11)], r"x_axis\[3\]=3 follows x_axis\[2\]=3"),
        ((-5, 90), "from -5 to 90; angles 2theta must be at least 0 and below 180"),
        ((5, 180), "from 5 to 180; angles 2theta"),
        ((5, np.nan), "x_axis must be finite"),
    ],
)
def test_bad_axis(x_axis, message, method):
    with pytest.raises(ValueError, match=message):
        getattr(DiffractionShiftAugmenter(x_axis), method)(np.ones((2, 10)))


def test_displacement_far_beyond_any_instrument():
    augmenter = DiffractionShiftAugmenter((10, 90), max_displacement=11)
    with pytest.raises(ValueError, match=r"max_displacement=11 mm .* goniometer_radius=200\.0 mm"):
        augmenter.fit(np.ones((2, 10)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x_axis", "angles"),
        ("max_strain", -0.1),
        ("max_strain", 0.5),
        ("max_zero_shift", -1),
        ("max_displacement", np.inf),
        ("goniometer_radius", 0),
    ],
)
def test_invalid_parameters(name, value):
    augmenter = DiffractionShiftAugmenter(**{"x_axis": (10, 90), name: value})
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter"):
        augmenter.fit(np.ones((2, 10)))


@pytest.mark.parametrize("angle", [60, 145])
def test_a_fine_scan_to_high_angles_obeys_braggs_law(angle):
    fine = np.linspace(10, 160, 15001)
    X = np.tile(peak(angle, fine), (9, 1))
    augmenter = DiffractionShiftAugmenter(fine, **OFF | {"max_strain": 0.01}, random_state=0)
    strain = drawn(9, 0, 0.01, 0, 0)[0]
    moved = tops(augmenter.fit_transform(X), fine)
    # At high angles the axis is stretched within the peak: the law holds for each place on it.
    places = observed(fine, strain[:, None])
    exact = [np.interp(fine, place, row) for place, row in zip(places, X, strict=True)]
    expected = tops(np.array(exact), fine)
    np.testing.assert_allclose(moved, expected, atol=0.1 * 0.01)
