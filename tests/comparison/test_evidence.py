import numpy as np
import pytest
from scipy import integrate, stats

from skspectra.comparison._evidence import (
    PRIOR_SCALE,
    evidence,
    score_interval,
    what_decides,
)
from skspectra.comparison._verdict import (
    Estimate,
    estimate_by_groups,
    half_width,
    judge,
    resolution,
)


@pytest.mark.parametrize("value", [-0.07, 0.0, 0.018, 0.05])
def test_a_flat_prior_gives_the_correlated_t_posterior(value):
    posterior = stats.t(9, value, 0.015)
    better, equivalent, worse = evidence(Estimate(value, 0.015, 9), 0.02, np.inf)
    assert better == pytest.approx(posterior.sf(0.02), abs=1e-3)
    assert worse == pytest.approx(posterior.cdf(-0.02), abs=1e-3)
    assert equivalent == pytest.approx(1 - better - worse)


@pytest.mark.parametrize(
    ("value", "error", "df"),
    [(0.05, 0.02, 9), (-0.2, 0.1, 4), (0.9, 0.1, 5), (0.0203, 5e-4, 99), (0.0, 0.4, 1)],
)
def test_the_shrunk_prior_gives_the_integral(value, error, df):
    def weight(difference):
        prior = stats.cauchy.pdf(difference, scale=PRIOR_SCALE)
        return prior * stats.t.pdf(difference, df, value, error)

    def integral(low, high):
        inside = [edge for edge in (0.0, value - error, value, value + error) if low < edge < high]
        return integrate.quad(weight, low, high, points=inside or None, limit=500)[0]

    parts = np.array([integral(0.02, 1), integral(-0.02, 0.02), integral(-1, -0.02)])
    found = evidence(Estimate(value, error, df), 0.02)
    np.testing.assert_allclose(found, parts / parts.sum(), atol=2e-3)


def test_swapping_the_models_swaps_the_probabilities():
    forth, back = (evidence(Estimate(value, 0.02, 9), 0.02) for value in (0.03, -0.03))
    assert forth == pytest.approx((back.worse, back.equivalent, back.better))


def test_a_large_difference_is_not_explained_away():
    assert evidence(Estimate(0.6, 0.05, 4), 0.02).better > 0.95


def test_more_data_make_the_probability_of_the_truth_grow():
    chances = [evidence(Estimate(0.05, error, 30), 0.02).better for error in (0.1, 0.03, 0.01)]
    assert chances == sorted(chances)
    assert chances[-1] > 0.98


def test_no_probability_without_a_standard_error():
    assert np.isnan(evidence(Estimate(0.5, np.nan, 0), 0.02)).all()
    (pair,) = judge({("a", "b"): Estimate(0.5, 0.01, 9)}, too_few="class 'x' has 3")
    assert np.isnan(pair.probability_better)


def test_probabilities_stand_beside_the_verdict():
    estimate = Estimate(0.05, 0.004, 9)
    (pair,) = judge({("a", "b"): estimate})
    stated = pair.probability_better, pair.probability_equivalent, pair.probability_worse
    assert stated == evidence(estimate, 0.02)
    # They belong to the pair: other pairs widen its interval, and leave them as they are.
    many = judge({("a", f"b{i}"): estimate for i in range(9)})[0]
    assert many.low < pair.low
    assert many.probability_better == pair.probability_better


def test_intervals_of_differences_stay_within_their_range():
    high, low = judge({("a", "b"): Estimate(0.97, 0.5, 4), ("b", "c"): Estimate(-0.97, 0.5, 4)})
    assert high.high == 1.0
    assert low.low == -1.0


def test_score_interval_of_a_plain_share_is_jeffreys():
    n, hits = 80, 61
    error = np.sqrt(hits / n * (1 - hits / n) / n)
    expected = stats.beta.ppf([0.025, 0.975], hits + 0.5, n - hits + 0.5)
    # So many degrees of freedom make t the normal distribution.
    found = score_interval(Estimate(hits / n, error, 10**7), 10**6)
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_score_interval_at_the_ends_is_that_of_clopper_and_pearson():
    expected = stats.binomtest(40, 40).proportion_ci(method="exact")
    found = score_interval(Estimate(1.0, 0.0, 9), 40)
    assert found == pytest.approx((expected.low, 1.0))
    assert score_interval(Estimate(0.0, 0.0, 9), 40) == pytest.approx((0.0, 1 - expected.low))


def test_score_interval_stands_for_no_more_trials_than_there_are_units():
    wide, narrow = (score_interval(Estimate(0.9, 1e-4, 99), n)[0] for n in (30, 3000))
    assert wide < 0.77
    assert narrow > 0.88


def test_score_interval_of_few_splits_is_wider():
    few, many = (score_interval(Estimate(0.9, 0.03, df), 1000)[0] for df in (2, 50))
    assert few < many


def test_score_interval_holds_the_score():
    assert score_interval(Estimate(0.97, 0.5, 1), 20)[1] >= 0.97
    assert np.isnan(score_interval(Estimate(0.5, np.nan, 0), 20)).all()


@pytest.mark.parametrize("true", [0.8, 0.98])
def test_score_intervals_cover_the_true_score(true):
    """At a true share of 0.98 the plus-minus interval of 30 groups covers it in 55 % of cases."""
    rng = np.random.default_rng(0)
    strata, groups = np.arange(30) % 3, np.arange(30)
    n_covered, n_plain, n_runs = 0, 0, 300
    for run in range(n_runs):
        gain = rng.binomial(1, true, 30).astype(float)
        estimate = estimate_by_groups(gain, strata, groups, n_draws=200, random_state=run)
        low, high = score_interval(estimate, round(1 / resolution(strata, groups)))
        n_covered += low <= true <= high
        n_plain += abs(estimate.value - true) <= half_width(estimate)
    assert n_covered >= 0.93 * n_runs
    assert n_plain < 0.6 * n_runs or true == 0.8


def test_what_decides_by_hand():
    # The interval must shrink from 4.5 to 3 points: (4.5 / 3)**2 = 2.25 times as many.
    estimate = Estimate(0.05, 0.02, 9)
    text = what_decides(estimate, half_width(estimate), 0.02, 120, "spectra")
    assert text == (
        "about 280 spectra instead of 120 would decide it, if the difference stays as it is"
    )


def test_what_decides_where_models_never_differ():
    """The least standard error falls with the number of spectra, not with its root."""
    estimate = Estimate(0.0, 1 / 40, 9)
    width = half_width(estimate)
    text = what_decides(estimate, width, 0.02, 40, "spectra", floored=True)
    assert text.startswith("about 120 spectra instead of 40")
    assert what_decides(estimate, width, 0.02, 40, "spectra").startswith("about 330 spectra")


def test_what_decides_knows_that_more_groups_know_the_error_better():
    estimate = Estimate(0.05, 0.02, 4)
    width = half_width(estimate, 0.995)
    grown = what_decides(estimate, width, 0.02, 20, "groups", df_grows=True)
    fixed = what_decides(estimate, width, 0.02, 20, "groups")
    assert grown.startswith("about 88 groups")
    assert fixed.startswith("about 290 groups")


def test_what_decides_at_the_margin():
    text = what_decides(Estimate(0.0201, 0.02, 9), 0.045, 0.02, 120, "spectra")
    assert text.startswith("not even 100 times as many spectra would decide it")


def test_only_an_open_verdict_says_what_is_needed():
    estimates = {("a", "b"): Estimate(0.03, 0.02, 9), ("a", "c"): Estimate(0.3, 0.02, 9)}
    near, far = judge(estimates, n_units=120)
    assert (near.verdict, far.verdict, far.needed) == ("cannot tell", "better", "")
    assert "spectra instead of 120" in near.needed
    assert judge(estimates)[0].needed == ""
