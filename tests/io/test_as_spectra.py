"""Spectra from arrays and from objects of other libraries, which are imitated here."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from skspectra.io import Spectra, as_spectra

X = np.arange(6.0).reshape(2, 3)
AXIS = np.array([1.0, 2.0, 4.0])


class Values:
    """Stands in for an array with a unit, or with coordinates."""

    def __init__(self, values, **attributes):
        self.data = self.values = np.asarray(values)
        vars(self).update(attributes)

    def __array__(self, dtype=None, copy=None):
        return self.data


def axis_of(units=None, **attributes):
    return Values(AXIS, units=units, **attributes)


def hyperspy(units="cm⁻¹"):
    axes = SimpleNamespace(signal_axes=[SimpleNamespace(axis=AXIS, units=units)])
    return SimpleNamespace(data=X.reshape(1, 2, 3), axes_manager=axes)


def xarray(units="nm"):
    return Values(X, dims=("n", "x"), coords={"x": Values(AXIS, attrs={"units": units})})


OBJECTS = {
    "tuple": (X, AXIS),
    "pairs": [(AXIS, X[0]), (AXIS, X[1])],
    "frame": pd.DataFrame(X, columns=["1", "2.0", "4"]),
    "float frame": pd.DataFrame(X, columns=AXIS),
    "nddataset": Values(X, x=axis_of("1 / centimeter"), title="absorbance"),
    "hyperspy": hyperspy(),
    "xarray": xarray(),
    "spectra": Spectra(X, AXIS),
}
UNITS = {"nddataset": "cm-1", "hyperspy": "cm-1", "xarray": "nm"}


@pytest.mark.parametrize("name", OBJECTS)
def test_objects(name):
    spectra = as_spectra(OBJECTS[name])
    np.testing.assert_array_equal(spectra.X, X)
    np.testing.assert_array_equal(spectra.x_axis, AXIS)
    assert spectra.unit == UNITS.get(name)
    assert spectra.names.tolist() == ["0", "1"]


def test_one_spectrum():
    for one in (pd.Series(X[1], index=AXIS, name="s"), (AXIS, X[1])):
        spectra = as_spectra(one)
        np.testing.assert_array_equal(spectra.X, X[1:])
    assert as_spectra(pd.Series(X[1], index=AXIS, name="s")).names.tolist() == ["s"]


def test_everything_else_may_be_given():
    spectra = as_spectra(
        X.astype(np.float32)[:, ::-1],
        x_axis=AXIS[::-1],
        unit="2theta",
        wavelength=1.5406,
        y=["a", "b"],
        groups=[1, 2],
        names=["u", "v"],
    )
    np.testing.assert_array_equal(spectra.X, X)
    assert spectra.X.dtype == np.float32
    assert (spectra.unit, spectra.wavelength) == ("deg", 1.5406)
    assert (spectra.y.tolist(), spectra.groups.tolist()) == (["a", "b"], [1, 2])
    assert spectra.names.tolist() == ["u", "v"]
    assert as_spectra(spectra, y=["c", "d"]).y.tolist() == ["c", "d"]


def test_spectra_are_shown_in_one_line():
    spectra = as_spectra((X, AXIS), unit="deg", y=["a", "b"], groups=[1, 1])
    assert repr(spectra) == (
        f"Spectra: 2 spectra of {len(AXIS)} points, {AXIS[0]:g} to {AXIS[-1]:g} deg, 2 classes, "
        "1 group"
    )
    assert repr(as_spectra((X[:1], AXIS))).startswith("Spectra: 1 spectrum of ")


def test_unknown_units():
    stated = as_spectra(xarray("furlong"))
    assert stated.unit == "furlong"
    assert stated.remarks == (
        "its axis is in 'furlong', which is no unit that is known, so it is not converted",
    )
    # It was said when they were made.
    assert as_spectra(stated).remarks == stated.remarks
    with pytest.raises(ValueError, match="unit='furlong' is not known; it must be one of deg, "):
        as_spectra((X, AXIS), unit="furlong")
    with pytest.raises(ValueError, match="unit=3 is not known"):
        as_spectra((X, AXIS), unit=3)


def test_transmittance_of_an_nddataset():
    dataset = Values(X + 1, x=axis_of(), title="Transmittance")
    with pytest.raises(ValueError, match="the object: it holds transmittance, whose bands"):
        as_spectra(dataset)
    assert as_spectra(dataset, transmittance="keep").quantity == "transmittance"
    converted = as_spectra(dataset, transmittance="convert")
    np.testing.assert_allclose(converted.X, -np.log10(X + 1))
    assert (converted.quantity, len(converted.remarks)) == ("absorbance", 1)
    with pytest.raises(ValueError, match="transmittance='yes' must be 'convert'"):
        as_spectra(dataset, transmittance="yes")


@pytest.mark.parametrize(
    ("obj", "options", "message"),
    [
        (X, {}, "no axis is found in an object of type ndarray"),
        ((X, AXIS[:2]), {}, r"shape \(2, 3\) and an axis of shape \(2,\) do not fit"),
        (X, {"x_axis": [1, 3, 2]}, "2 follows 3"),
        (X, {"x_axis": [1, 1, 2]}, "1 twice"),
        (X * np.nan, {"x_axis": AXIS}, "not finite"),
        (X, {"x_axis": AXIS, "y": ["a"]}, "y has 1 entries for 2 spectra"),
        (pd.DataFrame(X, columns=["1", "label", "3"]), {}, "'label' is no point of an axis"),
        ([(AXIS, X[0]), (AXIS + 1, X[1])], {}, "the pairs have different axes"),
        (Values(X, dims=("n", "x"), coords={}), {}, "'x' has no coordinate"),
    ],
)
def test_what_is_refused(obj, options, message):
    with pytest.raises(ValueError, match=message):
        as_spectra(obj, **options)


def test_a_signal_with_two_axes():
    signal = hyperspy()
    signal.axes_manager.signal_axes *= 2
    with pytest.raises(ValueError, match="2 signal axes"):
        as_spectra(signal)


def test_frame_and_back():
    spectra = Spectra(X, AXIS, names=np.array(["u", "v"]))
    again = as_spectra(spectra.to_frame())
    np.testing.assert_array_equal(again.X, X)
    assert again.names.tolist() == ["u", "v"]
    assert len(spectra) == 2


def test_labels_that_are_text_are_no_objects():
    frame = pd.DataFrame({"y": ["b", "abc"], "g": ["s1", "s2"], "n": [1, 2]})
    spectra = as_spectra((X, AXIS), y=frame["y"].astype(object), groups=frame["g"].astype(object))
    assert (spectra.y.dtype.kind, spectra.groups.dtype.kind) == ("U", "U")
    assert (spectra.y.tolist(), spectra.groups.tolist()) == (["b", "abc"], ["s1", "s2"])
    assert as_spectra((X, AXIS), y=frame["n"]).y.dtype.kind == "i"
