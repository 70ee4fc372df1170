from collections import defaultdict
from itertools import product

import numpy as np
import pytest

from skspectra.datasets import bayes_optimum, challenge_table, draw_class_table
from skspectra.datasets._bayes import _find_rivals, _Law, _likelihood, _likelihoods
from skspectra.datasets._published import draw_benchmark, draw_challenge


def check(table, expected, n_samples=4000, **options):
    """Compare with a number worked out by hand, within four standard errors."""
    found = bayes_optimum(table, n_samples=n_samples, random_state=0, **options)
    assert found.accuracy == pytest.approx(expected, abs=max(4 * found.standard_error, 1e-12))
    assert found.per_class.shape == (len(table),)
    assert found.per_class.mean() == pytest.approx(expected, abs=0.03)
    return found


def test_half_overlapping_windows():
    check([([300], [1.0]), ([350], [1.0])], 0.75)


def test_windows_that_only_touch():
    check([([300], [1.0]), ([400], [1.0])], 1.0)
    check([([300], [1.0]), ([399], [1.0])], 1 - 0.5 * 0.01)


def test_half_overlapping_heights():
    check([([300], [0.5]), ([300], [0.55])], 0.75)


def test_fixed_height_is_told_from_a_varied_one():
    check([([300], [1.0]), ([300], [0.99])], 1.0)
    check([([300], [1.0]), ([300], [0.99])], 0.55, fixed_reference=False)


def test_wider_heights_lose_to_the_denser_law():
    """Of heights clipped at 2, the half that is exactly 2 decides for the class that can."""
    check([([300], [2.0]), ([300], [1.95])], 0.75)
    check([([300], [2.0]), ([300], [2.0])], 0.5)


def test_minor_peak_clipped_away():
    found = check([([300], [1.0]), ([300, 800], [1.0, 0.035])], 1 - 0.15 / 2)
    np.testing.assert_allclose(found.per_class, [1, 0.85], atol=0.03)


def test_three_alike():
    found = check([([300], [1.0])] * 3, 1 / 3)
    np.testing.assert_allclose(found.per_class, 1 / 3)
    assert found.standard_error == pytest.approx(0, abs=1e-12)


def test_positions_clipped_to_the_end_of_the_axis():
    """At 0 lie 51 places of the first window and 26 of the second, at 1..49 and 1..74 one each."""
    check([([0], [1.0]), ([25], [1.0])], 0.5 * (0.51 + 0.49 + 0.25))
    check([([499], [1.0]), ([474], [1.0])], 0.5 * (0.50 + 0.50 + 0.25), n_points=500)


def test_swapped_peaks():
    """The same two laws in the other order: which peak wrote which point cannot be told."""
    check([([300, 350], [0.5, 0.5]), ([350, 300], [0.5, 0.5])], 0.5, n_samples=500)


def test_peak_written_over():
    """Ten places for both peaks: one in ten times a single point is left."""
    check(
        [([300, 300], [0.5, 1.0]), ([300], [1.0])],
        1 - 0.5 * 0.1,
        max_shift=5,
    )


@pytest.mark.parametrize("fixed_reference", [True, False])
def test_nothing_varies(fixed_reference):
    options = {"max_shift": 0, "height_variation": 0.0, "fixed_reference": fixed_reference}
    found = bayes_optimum(challenge_table(), n_samples=2, **options)
    assert found.accuracy == 1.0
    assert found.standard_error == 0.0
    table = [([5], [1.0]), ([5, 9], [1.0, 0.0]), ([5, 5], [0.3, 1.0])]
    assert bayes_optimum(table, n_points=20, **options).accuracy == pytest.approx(1 / 3)


def test_only_heights_vary():
    check([([300], [0.5]), ([300], [0.55]), ([301], [0.5])], (0.75 * 2 + 1) / 3, max_shift=0)


def test_only_positions_vary():
    check([([300], [0.5]), ([350], [0.5]), ([300], [0.6])], (0.75 * 2 + 1) / 3, height_variation=0)


CROWDED = [
    ([1, 2, 3], [0.5, 1.0, 0.5]),
    ([2, 1, 3], [0.5, 1.0, 0.5]),
    ([0, 3, 2], [1.0, 0.5, 0.5]),
    ([2, 2], [0.5, 1.0]),
    ([7, 5, 6, 7], [0.5, 0.5, 1.0, 0.5]),
    ([6, 7, 7], [0.5, 1.0, 0.5]),
    ([4, 3, 6, 5], [1.0, 0.5, 0.5, 0.5]),
]


def enumerate_optimum(table, n_points, max_shift):
    """Exact optimum when heights are fixed: list every spectrum that each class can write."""
    best = defaultdict(lambda: [0.0] * len(table))
    shifts = range(-max_shift, max_shift)
    for k, (positions, heights) in enumerate(table):
        for moves in product(shifts, repeat=len(positions)):
            written = {}
            for p, move, h in zip(positions, moves, heights, strict=True):
                written[min(max(p + move, 0), n_points - 1)] = h
            best[frozenset(written.items())][k] += len(shifts) ** -len(positions)
    return sum(max(shares) for shares in best.values()) / len(table)


@pytest.mark.parametrize("max_shift", [1, 2, 3])
def test_against_listing_every_spectrum_of_crowded_classes(max_shift):
    options = {"n_points": 8, "max_shift": max_shift, "height_variation": 0.0}
    check(CROWDED, enumerate_optimum(CROWDED, 8, max_shift), **options)


def simulate(table, n_samples, seed):
    """Share of fresh spectra classified correctly by a rule that lists the classes they fit.

    Every class of these tables has its peaks far apart and only varied peaks and references, so
    a class fits if each visible point is in the box of one of its peaks and the others may be
    clipped to 0. All boxes are equally wide: the likelihoods are products of clipped shares.
    """
    rng = np.random.default_rng(seed)
    right = 0.0
    for true, (positions, heights) in enumerate(table):
        for _ in range(n_samples):
            seen = []
            for p, h in zip(positions, heights, strict=True):
                q = rng.integers(p - 50, p + 50)
                g = h if h == 1.0 else rng.uniform(h - 0.05, h + 0.05)
                if g > 0:
                    seen.append((q, g))
            fits = np.array([fit(seen, *peaks) for peaks in table])
            best = np.isclose(fits, fits.max())
            right += best[true] / best.sum()
    return right / (n_samples * len(table))


def fit(seen, positions, heights):
    likelihood, used = 1.0, 0
    for p, h in zip(positions, heights, strict=True):
        inside = [
            (q, g)
            for q, g in seen
            if p - 50 <= q < p + 50 and (g == 1.0 if h == 1.0 else g != 1.0 and abs(g - h) <= 0.05)
        ]
        if inside:
            used += 1
            likelihood *= 0.01 * (1 if h == 1.0 else 10)
        else:
            likelihood *= max(0.05 - h, 0) / 0.1
    return likelihood if used == len(seen) else 0.0


def test_against_a_rule_that_lists_the_fitting_classes():
    found = bayes_optimum(challenge_table(), n_samples=1000, random_state=0)
    simulated = simulate([(p.tolist(), h.tolist()) for p, h in challenge_table()], 300, 1)
    assert found.accuracy == pytest.approx(simulated, abs=0.01)


def test_published_challenge():
    found = bayes_optimum(challenge_table(), n_samples=1000, random_state=0)
    assert found.accuracy == pytest.approx(0.865, abs=3 * found.standard_error)
    minor, position, height = found.per_class.reshape(3, 9).mean(axis=1)
    assert minor == pytest.approx(0.899, abs=0.01)
    assert position == pytest.approx(0.848, abs=0.01)
    assert height == pytest.approx(0.847, abs=0.01)


def test_published_500_classes():
    table = draw_class_table(random_state=2022)
    found = bayes_optimum(table, fixed_reference=False, n_samples=20, random_state=0)
    assert 0.996 < found.accuracy < 0.9995
    assert {8, 164, 281, 318} <= set(np.argsort(found.per_class)[:12].tolist())


def test_published_500_classes_normalised():
    """The common scale that is lost tells a few of them apart."""
    table = draw_class_table(random_state=2022)
    plain, ratios = (
        bayes_optimum(
            table, fixed_reference=False, normalized=normalized, n_samples=20, random_state=0
        )
        for normalized in (False, True)
    )
    assert 0.996 < ratios.accuracy < plain.accuracy


RATIOS = {"fixed_reference": False, "normalized": True}


def test_normalised_heights_of_a_single_peak_say_nothing():
    table = [([300], [1.0]), ([300], [0.5])]
    check(table, 1.0, fixed_reference=False)
    check(table, 0.5, **RATIOS)


def test_normalised_positions_are_as_good_as_ever():
    check([([300], [1.0]), ([350], [1.0])], 0.75, **RATIOS)
    check([([300], [1.0]), ([300, 800], [1.0, 0.035])], 1 - 0.15 / 2, **RATIOS)


@pytest.mark.parametrize(
    ("one", "two", "n_bins"),
    [([1.0, 0.5], [0.5, 0.3], 300), ([1.0, 0.5, 0.8], [0.5, 0.4, 0.45], 60)],
)
def test_normalised_against_a_histogram_of_the_ratios(one, two, n_bins):
    rng = np.random.default_rng(0)
    heights = [
        rng.uniform(np.array(h) - 0.3, np.array(h) + 0.3, (10**6, len(h))) for h in (one, two)
    ]
    ratios = [h[:, 1:] / h[:, :1] for h in heights]
    bins = [np.linspace(0, 4, n_bins)] * (len(one) - 1)
    counts = [np.histogramdd(r, bins=bins)[0] for r in ratios]
    expected = np.maximum(*counts).sum() / np.sum(counts)
    table = [([300, 800, 1500][: len(one)], h) for h in (one, two)]
    check(table, expected, height_variation=0.3, **RATIOS)


def test_normalised_is_asked_where_it_has_a_meaning():
    table = [([300], [0.9]), ([300], [1.0])]
    with pytest.raises(ValueError, match=r"class 1 has a peak of height 1: use fixed_reference=F"):
        bayes_optimum(table, normalized=True)
    with pytest.raises(
        ValueError, match=r"class 0 has a peak of height 0\.9: .* height_variation"
    ):
        bayes_optimum(table, height_variation=0, **RATIOS)
    with pytest.raises(
        ValueError, match=r"class 0 has .* 1\.96: height_variation takes it to 2\.01"
    ):
        bayes_optimum([([300], [1.96])], **RATIOS)
    check([([300], [1.95]), ([300], [1.9])], 0.5, **RATIOS)


def test_normalised_with_spectra_in_which_nothing_is_seen():
    check([([300], [0.02]), ([300], [0.03])], 0.55, **RATIOS)


def count_ambiguous(table, grid, fixed_reference):
    """Test spectra that several classes fit, those that fit best in several, mean score."""
    laws = [_Law(peaks, 5000, 50, 0.05, fixed_reference) for peaks in table]
    atoms = np.array([1.0, 2.0]) if fixed_reference else np.array([2.0])
    ambiguous = ties = score = 0
    for true, rivals in enumerate(_find_rivals(laws, normalized=False)):
        likelihood = _likelihoods(_likelihood, [laws[k] for k in rivals], grid[true], atoms)
        best = np.isclose(likelihood, likelihood.max(axis=0), rtol=1e-9, atol=0)
        ambiguous += int(((likelihood > 0).sum(axis=0) > 1).sum())
        ties += int((best.sum(axis=0) > 1).sum())
        score += (best[rivals.index(true)] / best.sum(axis=0)).sum()
    return ambiguous, ties, score


def test_ambiguous_spectra_of_the_published_grids():
    ambiguous, ties, score = count_ambiguous(challenge_table(), draw_challenge()[1], True)
    assert (ambiguous, ties) == (96, 72)
    assert score / 162 == pytest.approx(0.778, abs=5e-4)
    table = draw_class_table(random_state=2022)
    assert count_ambiguous(table, draw_benchmark()[1], False)[0] == 12 + 8 + 2


def test_standard_error_covers_the_spread():
    table = challenge_table()[9:12]
    found = [bayes_optimum(table, n_samples=100, random_state=k) for k in range(30)]
    spread = np.std([f.accuracy for f in found], ddof=1)
    assert spread == pytest.approx(np.mean([f.standard_error for f in found]), rel=0.4)


def test_reproducible():
    one, two = (bayes_optimum(challenge_table(), n_samples=5, random_state=3) for _ in range(2))
    assert one.accuracy == two.accuracy
    np.testing.assert_array_equal(one.per_class, two.per_class)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_samples": 0}, "n_samples == 0, must be >= 1"),
        ({"max_shift": -1}, "max_shift == -1, must be >= 0"),
        ({"height_variation": -0.1}, "height_variation == -0.1, must be >= 0"),
        ({"n_points": 200}, "position 700, must be an integer from 0 to 199"),
        ({"table": []}, "table has 0 classes"),
    ],
)
def test_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        bayes_optimum(**({"table": challenge_table()} | options))


def test_only_a_peak_that_is_clipped_can_have_the_largest_height():
    """Heights from 1.93 to 2.03, clipped at 2, and from 1.85 to 1.95: a fifth in common."""
    table = [([50], [1.98]), ([50], [1.9])]
    optimum = bayes_optimum(table, n_points=100, max_shift=0, n_samples=5000, random_state=0)
    assert optimum.accuracy == pytest.approx(0.9, abs=4 * optimum.standard_error)
    assert 0 < optimum.standard_error < 0.003
