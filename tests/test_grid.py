"""The one check of an axis, and its step; what grids do is tested where spectra are resampled."""

import numpy as np
import pytest

from skspectra._grid import check_axis, mean_step


def test_an_axis_is_taken_as_it_is():
    assert check_axis([10, 11, 13], 3).tolist() == [10, 11, 13]
    assert check_axis([10, 11]).dtype == np.float64
    assert check_axis(["1", "2.5"]).tolist() == [1, 2.5]
    assert check_axis([7], 1).tolist() == [7]


def test_two_values_may_be_the_ends():
    assert check_axis((10, 90), 5, ends=True).tolist() == [10, 30, 50, 70, 90]
    assert check_axis((10, 90), 2, ends=True).tolist() == [10, 90]
    assert check_axis([10, 11, 13], 3, ends=True).tolist() == [10, 11, 13]
    with pytest.raises(
        ValueError, match=r"shape \(2,\) for spectra of 5 points; .* each point\.$"
    ):
        check_axis((10, 90), 5)


@pytest.mark.parametrize(
    ("x_axis", "options", "message"),
    [
        ([1.0], {}, r"x_axis has shape \(1,\); it must hold two points or more"),
        (np.ones((2, 4)), {}, r"x_axis has shape \(2, 4\)"),
        ([1.0], {"n_points": 4, "ends": True}, r"shape \(1,\) for spectra of 4 points.*two ends"),
        ([1.0, 2, 3], {"n_points": 4, "ends": True}, r"x_axis has shape \(3,\)"),
        (np.ones((2, 4)), {"n_points": 4}, r"x_axis has shape \(2, 4\)"),
        ([1.0, 2, 2, 3], {}, r"x_axis\[2\]=2 follows x_axis\[1\]=2; .* ascending"),
        ([3.0, 1], {"n_points": 4, "ends": True}, r"x_axis\[1\]=1 follows x_axis\[0\]=3"),
        (
            [3.0, 1],
            {"name": "new_axis"},
            r"new_axis\[1\]=1 follows .*; new_axis must be ascending",
        ),
        ([1.0, np.nan, 3], {}, r"x_axis\[1\]=nan; x_axis must be finite"),
        ([1.0, np.inf], {}, r"x_axis\[1\]=inf; x_axis must be finite"),
        (["a", "b"], {}, "could not convert"),
    ],
)
def test_what_is_no_axis(x_axis, options, message):
    with pytest.raises(ValueError, match=message):
        check_axis(x_axis, **options)


def test_mean_step():
    assert mean_step([1, 2, 3, 5]) == pytest.approx(4 / 3)
    assert mean_step([1]) is None
    assert mean_step(None) is None
