"""Conversions of the axis and lengths on it."""

import numpy as np
import pytest

from skspectra.io import (
    Spectra,
    axis_names,
    convert_axis,
    convert_points,
    to_absorbance,
    to_points,
)

CU = 1.5406
# Silicon 111 and 220 with the lattice constant 5.431 angstrom.
SILICON = 5.431 / np.sqrt([3, 8])


def test_silicon():
    angles = convert_points(SILICON, "d", "deg", wavelength=CU)
    np.testing.assert_allclose(angles, [28.44, 47.30], atol=0.01)
    q = convert_points(angles, "°", "Q", wavelength=CU)
    np.testing.assert_allclose(q, 2 * np.pi / SILICON)
    np.testing.assert_allclose(convert_points(q, "1/angstrom", "angstrom"), SILICON)


@pytest.mark.parametrize("unit", ["deg", "angstrom", "1/angstrom"])
@pytest.mark.parametrize("new_unit", ["deg", "angstrom", "1/angstrom"])
def test_there_and_back(unit, new_unit):
    x = np.array([1.5, 2.0, 3.0])
    there = convert_points(x, unit, new_unit, wavelength=1.0)
    np.testing.assert_allclose(convert_points(there, new_unit, unit, wavelength=1.0), x)


def test_light():
    np.testing.assert_allclose(convert_points([1000, 2500], "nm", "cm-1"), [10_000, 4000])
    # The band of silicon at 520.5 cm-1 under a green laser.
    nm = convert_points([520.5], "cm-1", "nm", laser=532)
    np.testing.assert_allclose(nm, [547.15], atol=0.01)
    np.testing.assert_allclose(convert_points(nm, "nm", "cm-1", laser=532), [520.5])


@pytest.mark.parametrize(
    ("x", "units", "options", "message"),
    [
        ([30], ("deg", "angstrom"), {}, "wavelength=None must be a positive number"),
        ([30], ("deg", "Q"), {"wavelength": -1}, "wavelength=-1"),
        ([0.7, 2], ("d", "deg"), {"wavelength": CU}, "d=0.7 angstrom is not above half the wave"),
        ([0, 30], ("deg", "d"), {"wavelength": CU}, "above 0 and below 180 degrees; 0 is"),
        ([200], ("deg", "d"), {"wavelength": CU}, "200 is among"),
        ([-1], ("angstrom", "Q"), {}, "d must be positive; -1"),
        ([0], ("Q", "d"), {}, "Q must be positive; 0"),
        ([0], ("nm", "cm-1"), {}, "must be positive; 0"),
        ([20_000], ("cm-1", "nm"), {"laser": 532}, "minus the Raman shift must be positive"),
        ([1], ("cm-1", "nm"), {"laser": 0}, "laser, a wavelength in nm, must be positive"),
        ([1], ("deg", "nm"), {"wavelength": CU}, "'deg' cannot be converted to 'nm'"),
        ([1], ("ppm", "Hz"), {}, "'ppm' cannot be converted to 'Hz'"),
    ],
)
def test_what_has_no_counterpart(x, units, options, message):
    with pytest.raises(ValueError, match="(?s)" + message.replace("(", r"\(")):
        convert_points(x, *units, **options)


@pytest.fixture
def pattern():
    axis = np.arange(10, 90, 0.02)
    X = np.exp(-(((axis - np.array([[28.44], [47.3]])) / 0.2) ** 2))
    return Spectra(X.astype(np.float32), axis, "deg", CU, np.array(["a", "b"]))


def test_values_follow_an_axis_that_reverses(pattern):
    converted = convert_axis(pattern, "angstrom")
    assert (np.diff(converted.x_axis) > 0).all()
    np.testing.assert_allclose(converted.x_axis[converted.X.argmax(axis=1)], SILICON, atol=2e-3)
    assert (converted.unit, converted.wavelength) == ("angstrom", CU)
    assert converted.names is pattern.names
    assert converted.X.dtype == np.float32
    assert converted.remarks == ("the axis was converted from deg to angstrom",)
    back = convert_axis(converted, "deg")
    np.testing.assert_allclose(back.x_axis, pattern.x_axis)
    np.testing.assert_array_equal(back.X, pattern.X)


def test_a_strain_is_one_shift_on_the_logarithm_of_d(pattern):
    strain = 0.004
    angles = convert_points(
        convert_points(pattern.x_axis, "deg", "d", wavelength=CU) / (1 + strain),
        *("d", "deg"),
        wavelength=CU,
    )
    strained = [np.interp(angles, pattern.x_axis, row) for row in pattern.X]
    axis = pattern.x_axis
    both = Spectra(np.concatenate([pattern.X, strained]), axis, "deg", CU)
    converted = convert_axis(both, "ln angstrom")
    steps = np.diff(converted.x_axis)
    np.testing.assert_allclose(steps, steps[0])
    # The step is at most that between the last two points, so no narrow peak is lost.
    ends = np.log(convert_points(pattern.x_axis[-2:], "deg", "d", wavelength=CU))
    assert 0.99 * (ends[0] - ends[1]) < steps[0] < 1.01 * (ends[0] - ends[1])
    tops = converted.X.argmax(axis=1)
    shifts = converted.x_axis[tops[2:]] - converted.x_axis[tops[:2]]
    np.testing.assert_allclose(shifts, np.log(1 + strain), atol=3 * steps[0])
    np.testing.assert_allclose(converted.X.max(axis=1), 1, atol=0.01)


def test_an_axis_that_would_need_too_many_points(pattern):
    wide = Spectra(np.zeros((1, 1000)), np.linspace(1, 179.9, 1000), "deg", CU)
    with pytest.raises(ValueError, match=r"2theta reaches 179\.9; crop the spectra"):
        convert_axis(wide, "ln angstrom")


def test_an_unknown_unit_is_not_guessed():
    with pytest.raises(ValueError, match="unit of the spectra is unknown"):
        convert_axis(Spectra(np.zeros((1, 2)), np.arange(2.0)), "nm")


def test_absorbance_of_spectra():
    spectra = Spectra(np.array([[100.0, 10, 1]]), np.arange(3.0), quantity="% transmittance")
    converted = to_absorbance(spectra)
    np.testing.assert_allclose(converted.X, [[0, 1, 2]])
    assert converted.quantity == "absorbance"
    with pytest.raises(ValueError, match="hold absorbance, and no transmittance"):
        to_absorbance(converted)
    np.testing.assert_allclose(to_absorbance([[1, 0.1] * 20 + [0]])[0, -3:], [0, 1, 4])
    np.testing.assert_allclose(to_absorbance([[1, 0.1] * 20 + [0]], floor=0.01)[0, -1], 2)


AXIS = np.arange(10, 20, 0.02)


@pytest.mark.parametrize(
    ("length", "unit", "n_points"),
    [
        *[("12", "deg", 12), (12, None, 12), ("0", "deg", 0), ("0.4deg", "deg", 20)],
        *[("0.4 °", "deg", 20), ("0.4degrees", None, 20), ("8cm-1", "cm-1", 400)],
        *[("8 1/cm", "cm-1", 400), ("1e-3deg", "deg", 1), ("0deg", "deg", 0), (".1nm", "nm", 5)],
    ],
)
def test_lengths_on_the_axis(length, unit, n_points):
    assert to_points(length, AXIS, unit) == n_points


@pytest.mark.parametrize(
    ("length", "message"),
    [
        *[("deg", "'deg' is no length"), ("-1", "'-1' is no length"), ("", "'' is no length")],
        *[("0.5", "no whole number of points"), ("8cm-1", "in cm-1, but the axis is in deg")],
    ],
)
def test_what_is_no_length(length, message):
    with pytest.raises(ValueError, match=message):
        to_points(length, AXIS, "deg")


def test_a_length_in_an_unknown_unit():
    with pytest.raises(ValueError, match="unit='furlong' is not known"):
        to_points("8furlong", AXIS)


@pytest.mark.parametrize(
    ("axis", "names"),
    [
        ([10, 10.02, 10.04], ["10", "10.02", "10.04"]),
        ([10.0000001, 10.0200001], ["10", "10.02"]),
        ([400.1, 402.2, 404.3], ["400.1", "402.2", "404.3"]),
        ([-0.5, 0, 0.5], ["-0.5", "0", "0.5"]),
        ([100, 200, 300], ["100", "200", "300"]),
        ([0, 1e-7], ["0", "0.0000001"]),
        ([5], ["5"]),
    ],
)
def test_names_of_an_axis(axis, names):
    assert axis_names(axis) == names


def test_names_tell_all_points_apart_and_are_near_them():
    rng = np.random.default_rng(0)
    for _ in range(50):
        axis = rng.uniform(-100, 100) + np.cumsum(rng.uniform(0.5, 2, 300)) * 10 ** rng.uniform(
            -4, 2
        )
        names = axis_names(axis)
        assert len({*names}) == 300
        far = np.abs(np.array(names, dtype=float) - axis).max()
        assert far <= 0.01 * np.diff(axis).min()
