import numpy as np
import pytest
from scipy import stats

from skspectra.comparison import _verdict as verdict
from skspectra.comparison._verdict import Estimate


def test_stratified_mean_is_balanced_accuracy():
    from sklearn.metrics import balanced_accuracy_score

    rng = np.random.default_rng(0)
    true, predicted = rng.integers(3, size=(2, 50))
    score = verdict.stratified_mean((true == predicted).astype(float), true)
    assert score == pytest.approx(balanced_accuracy_score(true, predicted))


def test_stratified_mean_leaves_out_absent_strata():
    assert verdict.stratified_mean(np.array([1.0, 0.0, 1.0]), np.array([0, 0, 2])) == 0.75


def test_resolution_is_one_unit_of_the_rarest_stratum():
    strata = np.array([0, 0, 0, 1, 1])
    assert verdict.resolution(strata, np.arange(5)) == 1 / (2 * 2)
    assert verdict.resolution(strata, np.array(["a", "b", "c", "d", "d"])) == 1 / 2


def by_scores(scores, ratio, floor=0.0):
    """One prediction a split, whose gain is the score."""
    n = len(scores)
    return verdict.estimate_by_splits(
        np.array(scores), np.zeros(n, dtype=int), np.arange(n), ratio, floor
    )


def test_nadeau_bengio_by_hand():
    scores = [0.1, 0.3, 0.2, 0.2, 0.2]
    found = by_scores(scores, ratio=1 / 4)
    assert found.value == pytest.approx(0.2)
    assert found.standard_error == pytest.approx(np.sqrt((1 / 5 + 1 / 4) * 0.02 / 4))
    assert found.df == 4
    width = verdict.half_width(found)
    assert width == pytest.approx(2.7764451 * found.standard_error)


def test_independent_replicates_are_the_usual_t_interval():
    scores = [0.81, 0.84, 0.80, 0.83, 0.86]
    found = by_scores(scores, ratio=0.0)
    low, high = stats.t.interval(0.95, 4, np.mean(scores), stats.sem(scores))
    assert verdict.half_width(found) == pytest.approx((high - low) / 2)


def test_a_single_split_has_no_interval():
    found = by_scores([0.5], ratio=0.1)
    assert found.df == 0
    assert np.isnan(verdict.half_width(found))


def test_splits_that_lack_a_class_are_scored_on_the_others():
    found = verdict.estimate_by_splits(
        np.array([1.0, 0.0, 1.0]), np.array([0, 1, 0]), np.array([0, 0, 1]), 0.5
    )
    assert found.value == pytest.approx((0.5 + 1.0) / 2)


def test_group_bootstrap_equals_the_formula_for_equal_groups():
    rng = np.random.default_rng(0)
    gain = np.repeat(rng.normal(size=40), 3)
    groups = np.repeat(np.arange(40), 3)
    found = verdict.estimate_by_groups(gain, np.zeros(120, dtype=int), groups, n_draws=5000)
    assert found.value == pytest.approx(gain.mean())
    assert found.standard_error == pytest.approx(stats.sem(gain[::3]), rel=0.03)
    assert found.df == 39


def plain_bootstrap(gain, strata, groups, n_draws):
    """Draw groups with replacement, one by one, and score all their predictions together."""
    rng, names, scores = np.random.default_rng(1), np.unique(groups), []
    for _ in range(n_draws):
        drawn = [np.flatnonzero(groups == name) for name in rng.choice(names, len(names))]
        rows = np.concatenate(drawn)
        scores.append(verdict.stratified_mean(gain[rows], strata[rows]))
    fewest = min(len(set(groups[strata == stratum])) for stratum in strata)
    return np.std(scores, ddof=1) * np.sqrt(fewest / (fewest - 1)), fewest - 1


@pytest.mark.parametrize("n_rare", [2, 4])
def test_group_bootstrap_equals_the_plain_loop(n_rare):
    """Of eight groups few hold the second class, which one draw in ten or in 250 lacks."""
    groups = np.repeat(np.arange(8), [1, 2, 3, 4, 5, 6, 7, 8])
    strata = np.zeros(len(groups), dtype=int)
    strata[np.unique(groups, return_index=True)[1][:n_rare]] = 1
    strata[0] = 1
    gain = np.random.default_rng(0).uniform(size=len(groups)) - 2 * strata
    found = verdict.estimate_by_groups(gain, strata, groups)
    standard_error, df = plain_bootstrap(gain, strata, groups, 4000)
    assert found.value == pytest.approx(verdict.stratified_mean(gain, strata))
    assert found.standard_error == pytest.approx(standard_error, rel=0.05)
    assert found.df == df == n_rare - 1


def test_group_bootstrap_does_not_count_copies_as_information():
    gain, strata, groups = np.array([0.0, 1, 1, 0, 1]), np.zeros(5, dtype=int), np.arange(5)
    once = verdict.estimate_by_groups(gain, strata, groups)
    often = verdict.estimate_by_groups(*(np.tile(a, 20) for a in (gain, strata, groups)))
    assert often == pytest.approx(once)


def test_group_bootstrap_survives_draws_without_a_class():
    found = verdict.estimate_by_groups(
        np.array([1.0, 0, 1, 1, 1]), np.array([0, 0, 0, 1, 1]), np.array(list("abcde"))
    )
    assert found.value == pytest.approx((2 / 3 + 1) / 2)
    assert np.isfinite(found.standard_error)
    assert found.df == 1


def test_a_class_with_one_group_has_no_interval():
    found = verdict.estimate_by_groups(np.ones(3), np.array([0, 0, 1]), np.arange(3))
    assert (found.value, found.df) == (1.0, 0)


@pytest.mark.parametrize("kind", ["normal", "binary"])
def test_a_rare_class_widens_the_interval(kind):
    rng = np.random.default_rng(0)
    strata, groups = np.repeat([0, 1], [5, 95]), np.arange(100)
    n_missed, n_runs = 0, 400
    for run in range(n_runs):
        if kind == "normal":
            gain = rng.normal(size=100)
        else:
            gain = np.subtract(*rng.binomial(1, 0.8, size=(2, 100))).astype(float)
        found = verdict.estimate_by_groups(gain, strata, groups, n_draws=200, random_state=run)
        n_missed += abs(found.value) > verdict.half_width(found)
    assert n_missed <= 0.05 * n_runs + 2 * np.sqrt(0.05 * 0.95 * n_runs)


@pytest.mark.parametrize("value", [-0.08, -0.03, -0.01, 0.0, 0.015, 0.021, 0.05])
def test_p_value_is_the_level_at_which_the_interval_touches_a_boundary(value):
    estimate = Estimate(value, 0.004, 9)
    level = 1 - verdict.p_value(estimate)
    width = verdict.half_width(estimate, level)
    edges = [value - width, value + width]
    assert min(abs(abs(edge) - 0.02) for edge in edges) < 1e-9


def test_p_value_is_at_most_one():
    assert 0.99 < verdict.p_value(Estimate(0.0, 10.0, 4)) <= 1.0
    assert verdict.p_value(Estimate(0.02, 0.001, 4)) == 1.0


def test_holm_by_hand():
    adjusted, levels = verdict.holm([0.01, 0.04, 0.03, 0.005])
    np.testing.assert_allclose(adjusted, [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(1 - levels, [0.05 / 3, 0.05 / 2, 0.05 / 2, 0.05 / 4])


def test_holm_without_pairs():
    assert [len(part) for part in verdict.holm([])] == [0, 0]


@pytest.mark.parametrize("seed", range(20))
def test_intervals_and_corrected_p_values_agree(seed):
    rng = np.random.default_rng(seed)
    estimates = {
        ("a", f"b{i}"): Estimate(rng.normal(0, 0.03), rng.uniform(1e-3, 0.02), 8) for i in range(6)
    }
    for pair in verdict.judge(estimates):
        decided = pair.verdict != "cannot tell"
        assert decided == (pair.p_value < 0.05)
        assert pair.low < pair.difference < pair.high


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.05, "better"), (-0.05, "worse"), (0.0, "equivalent"), (0.02, "cannot tell")],
)
def test_verdicts(value, expected):
    (pair,) = verdict.judge({("a", "b"): Estimate(value, 0.005, 20)})
    assert (pair.model_a, pair.model_b, pair.difference) == ("a", "b", value)
    assert pair.verdict == expected


def test_holm_widens_the_intervals_of_more_pairs():
    one = verdict.judge({("a", "b"): Estimate(0.03, 0.004, 20)})[0]
    many = verdict.judge({("a", f"b{i}"): Estimate(0.03, 0.004, 20) for i in range(10)})[0]
    assert (one.verdict, many.verdict) == ("better", "cannot tell")
    assert many.low < one.low


def test_no_verdict_without_convergence():
    estimates = {("a", "b"): Estimate(0.5, 0.01, 9), ("a", "c"): Estimate(0.5, 0.01, 9)}
    pairs = verdict.judge(estimates, not_converged=["b"])
    assert [pair.verdict for pair in pairs] == ["not converged", "better"]
    assert "b did not converge" in pairs[0].reason
    assert np.isnan(pairs[0].p_value)
    # The pair without a verdict does not cost the other one precision.
    assert pairs[1].low == verdict.judge({("a", "c"): Estimate(0.5, 0.01, 9)})[0].low


def test_too_few_samples_cannot_tell():
    (pair,) = verdict.judge({("a", "b"): Estimate(0.5, 0.01, 9)}, too_few="class 'x' has 3")
    assert (pair.verdict, pair.reason) == ("cannot tell", "class 'x' has 3")
    assert np.isnan([pair.low, pair.high, pair.p_value]).all()


def test_a_single_split_cannot_tell():
    (pair,) = verdict.judge({("a", "b"): Estimate(0.5, np.nan, 0)})
    assert pair.verdict == "cannot tell"
    assert "no interval" in pair.reason


@pytest.mark.parametrize(("n", "expected"), [(40, "cannot tell"), (400, "equivalent")])
def test_models_that_always_agree_are_equivalent_only_on_enough_data(n, expected):
    strata = np.zeros(n, dtype=int)
    floor = verdict.resolution(strata, np.arange(n))
    splits = np.arange(n) % 5
    estimate = verdict.estimate_by_splits(np.zeros(n), strata, splits, 1 / 4, floor)
    assert verdict.judge({("a", "b"): estimate})[0].verdict == expected


@pytest.mark.parametrize("kind", ["independent", "groups"])
def test_models_of_equal_skill_are_rarely_told_apart(kind):
    rng = np.random.default_rng(0)
    n_wrong, n_runs = 0, 200
    for run in range(n_runs):
        gain = rng.binomial(1, 0.8, 300) - rng.binomial(1, 0.8, 300)
        strata, units = np.arange(300) % 3, np.arange(300) // 5
        if kind == "groups":
            estimate = verdict.estimate_by_groups(
                gain.astype(float), strata, units, n_draws=200, random_state=run
            )
        else:
            estimate = verdict.estimate_by_splits(gain.astype(float), strata, units % 5, 0.0)
        (pair,) = verdict.judge({("a", "b"): estimate}, margin=0.0)
        n_wrong += pair.verdict != "cannot tell"
    assert n_wrong <= 0.05 * n_runs + 3 * np.sqrt(0.05 * 0.95 * n_runs)
