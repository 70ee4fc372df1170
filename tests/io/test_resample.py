"""Spectra on another grid."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline

from skspectra import PooledSVC
from skspectra.io import Spectra, axis_names, resample
from skspectra.preprocessing import AxisResampler

AXIS = np.linspace(10, 20, 101)
FINE = np.linspace(10, 20, 1001)


def spectra_on(axis, dtype=np.float64):
    return Spectra(np.stack([np.sin(axis), axis]).astype(dtype), axis, "deg")


def slow_mean(values, axis, low, high):
    """Return the mean of the linear interpolant between two places, by brute force."""
    places = np.linspace(low, high, 20_001)
    return np.trapezoid(np.interp(places, axis, values), places) / (high - low)


def test_coarser_values_are_means_over_bins():
    rng = np.random.default_rng(0)
    axis = np.cumsum(rng.uniform(0.5, 1.5, 200))
    X = rng.normal(size=(3, 200))
    new = axis[20] + np.cumsum(rng.uniform(3, 5, 30))
    found = resample(Spectra(X, axis), new).X
    edges = (new[1:] + new[:-1]) / 2
    for i in range(3):
        expected = [slow_mean(X[i], axis, low, high) for low, high in pairwise(edges)]
        np.testing.assert_allclose(found[i, 1:-1], expected, atol=1e-4)


def test_finer_values_are_interpolated():
    spectra = spectra_on(AXIS)
    found = resample(spectra, FINE)
    np.testing.assert_allclose(found.X[0], np.interp(FINE, AXIS, np.sin(AXIS)))
    np.testing.assert_allclose(found.X[1], FINE)
    assert found.remarks == ("2 spectra were resampled to 10 to 20, step 0.01",)


def test_equal_grids_are_left_alone():
    spectra = spectra_on(AXIS)
    found = resample(spectra, AXIS + 0.0009)
    assert found.X is spectra.X
    assert (found.remarks, found.x_axis[0]) == ((), 10.0009)
    assert resample(spectra, AXIS + 0.0011).X is not spectra.X


def test_a_part_of_the_grid_is_only_cropped():
    spectra = spectra_on(AXIS)
    found = resample(spectra, AXIS[20:50])
    np.testing.assert_array_equal(found.X, spectra.X[:, 20:50])
    assert found.remarks == ("2 spectra were cropped to 12 to 14.9, step 0.1",)


def test_areas_stay():
    X = np.random.default_rng(0).uniform(size=(1, 1001))
    found = resample(Spectra(X, FINE), np.linspace(10.5, 19.5, 10))
    assert found.X.mean() == pytest.approx(X.mean(), abs=0.01)


@pytest.mark.parametrize("shift", [0.11, -0.11, 5])
def test_an_axis_that_is_not_covered(shift):
    with pytest.raises(ValueError, match="the spectra cover 10 to 20, which does not reach"):
        resample(spectra_on(FINE), AXIS + shift)


@pytest.mark.parametrize(("shift", "end", "value"), [(0.05, -1, 20), (-0.05, 0, 10)])
def test_half_a_step_may_be_missing(shift, end, value):
    found = resample(spectra_on(FINE), AXIS + shift)
    np.testing.assert_allclose(found.X[1, end], value)


def test_what_is_no_spectra():
    with pytest.raises(ValueError, match="spectra is a ndarray; make it a Spectra"):
        resample(np.eye(3), AXIS)
    with pytest.raises(ValueError, match="x_axis must be ascending"):
        resample(spectra_on(AXIS), AXIS[::-1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("new", [np.linspace(11, 19, 30), np.linspace(11, 19, 300)])
def test_precision_is_kept_and_input_untouched(dtype, new):
    spectra = spectra_on(AXIS, dtype)
    before = spectra.X.copy()
    found = resample(spectra, new)
    assert found.X.dtype == dtype
    np.testing.assert_array_equal(spectra.X, before)
    np.testing.assert_allclose(found.X[1], new, rtol=1e-5)
    transformed = AxisResampler(new, AXIS).fit_transform(spectra.X)
    np.testing.assert_array_equal(transformed, found.X)


def test_resampler_takes_the_axis_from_column_names():
    spectra = spectra_on(AXIS)
    resampler = AxisResampler([12, 14, 16]).fit(spectra.to_frame())
    np.testing.assert_allclose(resampler.x_axis_, AXIS)
    assert resampler.get_feature_names_out().tolist() == ["12", "14", "16"]
    np.testing.assert_allclose(resampler.transform(spectra.to_frame())[1], [12, 14, 16])


def test_resampler_refuses_any_other_grid():
    resampler = AxisResampler([12, 14]).fit(spectra_on(AXIS).to_frame())
    with pytest.raises(ValueError, match="feature names should match"):
        resampler.transform(spectra_on(AXIS + 0.05).to_frame())
    with pytest.raises(ValueError, match="101 features"):
        AxisResampler([12, 14], AXIS).fit(spectra_on(AXIS).X).transform(spectra_on(FINE).X)


@pytest.mark.parametrize(
    ("new_axis", "x_axis", "message"),
    [
        ([9, 9.5, 12], AXIS, "new_axis reaches from 9 to 12, but the spectra cover only 10 to 20"),
        ([12], AXIS, r"new_axis has shape \(1,\)"),
        ([14, 12], AXIS, "new_axis .*ascending"),
        ([12, 14], AXIS[:50], r"x_axis has shape \(50,\) for spectra of 101"),
        ([12, 14], AXIS[::-1], "x_axis .*ascending"),
        ([12, np.nan], AXIS, "new_axis must be finite"),
    ],
)
def test_axes_that_the_resampler_refuses(new_axis, x_axis, message):
    with pytest.raises(ValueError, match=message):
        AxisResampler(new_axis, x_axis).fit(np.zeros((2, 101)))


def test_resampler_in_a_pipeline():
    spectra = spectra_on(AXIS)
    model = make_pipeline(AxisResampler(np.linspace(10, 20, 30)), PooledSVC(2))
    model.fit(spectra.to_frame(), ["a", "b"])
    assert model.predict(spectra.to_frame()).tolist() == ["a", "b"]


@pytest.mark.parametrize("make", [lambda: AxisResampler([0, 1]), lambda: PooledSVC(2)])
def test_float_names_of_columns_get_a_warning(make):
    frame = pd.DataFrame(np.eye(4), columns=np.arange(4) / 10)
    frame = frame * np.arange(1, 5)
    y = ["a", "a", "b", "b"]
    axis = [0, 0.1]
    model = make()
    if isinstance(model, AxisResampler):
        model.new_axis = axis
    with pytest.warns(UserWarning, match=r"named by floats.*skspectra\.io\.axis_names"):
        model.fit(frame, y)
    frame.columns = axis_names(frame.columns)
    model.fit(frame, y)
    assert model.feature_names_in_.tolist() == ["0", "0.1", "0.2", "0.3"]
