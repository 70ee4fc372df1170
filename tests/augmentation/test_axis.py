import numpy as np
import pytest

from skspectra.augmentation._axis import Axis, check_angles


@pytest.mark.parametrize(("off", "is_even"), [(0.049, True), (-0.049, True), (0.051, False)])
@pytest.mark.parametrize("step", [0.02, 3.0])
def test_an_axis_rounded_by_a_twentieth_of_a_step_is_even(off, is_even, step):
    """Its points are read where those of an even axis are; of any other, where they stand."""
    values = 10 + step * np.arange(100.0)
    values[50] += off * step
    (moved,) = Axis(values).move(np.arange(100.0)[None], lambda x: x - step)
    assert moved[50] == pytest.approx(49 if is_even else 49 + off / (1 + off), abs=1e-9)
    np.testing.assert_allclose(moved[[1, 30, 99]], [0, 29, 98], atol=1e-9)


@pytest.mark.parametrize("n_points", [2, 7, 400, 5000])
def test_lines_follow_a_law_on_an_even_axis(n_points):
    """To a small part of a point, however strongly it is curved."""
    values = np.linspace(-1, 1, n_points)

    def law(x):
        return x - x**2 / 2

    (found,) = Axis(values).move(np.arange(n_points, dtype=float)[None], law)
    expected = (law(values) + 1) * (n_points - 1) / 2
    np.testing.assert_allclose(found, np.clip(expected, 0, None), atol=0.01)


@pytest.mark.parametrize("x_axis", [[0.0, 1, 5, 7], np.geomspace(1, 9, 40)])
def test_an_uneven_axis_follows_the_law_at_every_point(x_axis):
    x_axis = np.asarray(x_axis)
    (found,) = Axis(x_axis).move(x_axis[None].copy(), lambda x: 0.9 * x + 0.05)
    np.testing.assert_allclose(found, np.clip(0.9 * x_axis + 0.05, x_axis[0], None))


def test_one_point_stays():
    assert Axis(np.array([5.0])).move(np.array([[3.0]]), lambda x: x + 1).tolist() == [[3]]


def test_two_values_are_the_ends():
    assert check_angles((0, 179), 3).tolist() == [0, 89.5, 179]


@pytest.mark.parametrize(
    ("x_axis", "message"),
    [
        ((-1, 90), "reaches from -1 to 90"),
        ((0, 180), "reaches from 0 to 180"),
        ([3.0, 1], r"x_axis\[1\]=1 follows x_axis\[0\]=3"),
    ],
)
def test_refused_axes(x_axis, message):
    with pytest.raises(ValueError, match=message):
        check_angles(x_axis, 4)
