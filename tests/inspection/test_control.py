from itertools import product

import numpy as np
import pytest

from skspectra.inspection import _control
from skspectra.inspection._control import FALSE_ALARM_RATE, FEWEST_UNITS, sign_flips, sum_groups


def all_flips(shares):
    signs = np.array(list(product([-1, 1], repeat=len(shares))))
    return (signs @ shares).max(axis=1)


def test_p_values_are_those_of_all_flips():
    shares = np.random.default_rng(0).standard_normal((8, 5)) + [0, 0, 0.4, 0.8, 1.2]
    largest = all_flips(shares)
    expected = (largest >= shares.sum(axis=0)[:, None] - 1e-9).mean(axis=1)
    level, found = sign_flips(shares, np.random.default_rng(1), n_flips=20000)
    np.testing.assert_allclose(found, expected, atol=0.01)
    assert (largest > level).mean() == pytest.approx(0.05, abs=0.01)


def test_a_sum_is_above_the_level_where_its_p_value_is_small():
    rng = np.random.default_rng(0)
    for _ in range(50):
        shares = rng.standard_normal((12, 6)) + 0.5
        level, p_values = sign_flips(shares, rng, n_flips=99)
        np.testing.assert_array_equal(shares.sum(axis=0) > level, p_values <= 0.05)
        assert p_values.min() >= 0.01


@pytest.mark.parametrize("n_units", [FEWEST_UNITS - 1, FEWEST_UNITS])
def test_the_fewest_units_that_can_pass(n_units):
    shares = np.ones((n_units, 2)) * 0.1
    passed = [
        sign_flips(shares, np.random.default_rng(seed))[1].min() <= FALSE_ALARM_RATE
        for seed in range(20)
    ]
    assert all(passed) == (n_units == FEWEST_UNITS)
    assert any(passed) == (n_units == FEWEST_UNITS)


def test_the_rate_holds_where_nothing_is_to_be_found():
    rng = np.random.default_rng(0)
    n_passed = sum(
        sign_flips(rng.standard_normal((20, 30)), rng, n_flips=199)[1].min() <= 0.05
        for _ in range(600)
    )
    # Five standard deviations of a binomial of 5 %.
    assert 3 < n_passed < 57


def test_too_few_flips_have_no_level():
    level, p_values = sign_flips(np.ones((9, 1)), np.random.default_rng(0), n_flips=18)
    assert level == np.inf
    assert p_values.min() > 0.05


def test_blocks_of_flips(monkeypatch):
    shares = np.random.default_rng(0).standard_normal((8, 5))
    expected = sign_flips(shares, np.random.default_rng(1))
    monkeypatch.setattr(_control, "_BLOCK", 24)
    found = sign_flips(shares, np.random.default_rng(1))
    assert found[0] == expected[0]
    np.testing.assert_array_equal(found[1], expected[1])


def test_groups_are_summed():
    shares = np.arange(8.0).reshape(4, 2)
    found = sum_groups(shares, ["b", "a", "b", "a"])
    assert found.tolist() == [[2 + 6, 3 + 7], [0 + 4, 1 + 5]]
