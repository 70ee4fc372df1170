"""What looks like a phase and is none, and reference cells that are off."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from skspectra.diffraction import Phase, make_powder_patterns, make_table
from skspectra.mixtures import UnmixingClassifier, identify
from skspectra.mixtures._pattern import noise

SPACINGS = [
    ("a", [4.2, 3.1, 2.2, 1.9, 1.6], [60, 100, 50, 30, 20]),
    ("b", [3.9, 2.8, 2.4, 1.7, 1.5], [30, 100, 80, 40, 10]),
    ("c", [5.1, 3.5, 2.55, 2.05, 1.75], [40, 100, 30, 60, 20]),
]
CARDS = [Phase.from_lines(*lines) for lines in SPACINGS]
ANGLES = np.arange(15, 70, 0.02)


def clean(wavelength="CuKa", two_theta=ANGLES, n=1, **options):
    """Patterns of phase a without noise and background, of height 1."""
    off = dict.fromkeys(("max_strain", "max_texture", "background", "counts_at_max"), 0)
    return make_powder_patterns(
        CARDS[:1],
        n,
        two_theta=two_theta,
        wavelength=wavelength,
        n_phases=1,
        random_state=0,
        **(off | options),
    ).X


def explained(pattern, wavelength="CuKa", two_theta=ANGLES, **options):
    table = make_table(CARDS, wavelength=wavelength, two_theta_range=(two_theta[0], two_theta[-1]))
    return identify((two_theta, [pattern]), table, **options).explanations[0]


@pytest.mark.parametrize(
    ("anode", "alpha", "ghost", "two_theta"),
    [
        ("Cu", 1.540593, 1.392234, ANGLES),
        ("Cu", 1.540593, 1.476400, ANGLES),
        ("Mo", 0.709317, 0.632303, np.arange(7, 32, 0.01)),
        ("Co", 1.788996, 1.620826, np.arange(18, 85, 0.02)),
    ],
    ids=["K-beta of copper", "tungsten", "K-beta of molybdenum", "K-beta of cobalt"],
)
def test_ghosts_of_strong_lines_are_no_phase(anode, alpha, ghost, two_theta):
    """Each anode puts them elsewhere; a peak that is not there is reported."""
    pattern = clean(f"{anode}Ka", two_theta)[0]
    spacing = alpha / 2 / np.sin(np.radians(two_theta[pattern.argmax()] / 2))
    place = 2 * np.degrees(np.arcsin(ghost / 2 / spacing))
    rng = np.random.default_rng(0)
    width = 0.1

    def with_peak(at):
        peak = 0.02 * np.exp(-(((two_theta - at) / width) ** 2))
        return explained(rng.poisson(50_000 * (pattern + peak) + 500), f"{anode}Ka", two_theta)

    real, false = with_peak(place - 0.6), with_peak(place)
    assert real.peaks[0, 0] == pytest.approx(place - 0.6, abs=0.1)
    assert not false.unknown
    assert not (abs(false.peaks[:, 0] - place) < 0.3).any()
    assert real.found == false.found == ["a"]


def test_a_synchrotron_has_no_ghosts():
    two_theta = np.arange(7, 40, 0.01)
    wavelength = 0.8
    pattern = clean(wavelength, two_theta)[0]
    spacing = wavelength / 2 / np.sin(np.radians(two_theta[pattern.argmax()] / 2))
    place = 2 * np.degrees(np.arcsin(0.9037 * wavelength / 2 / spacing))
    peak = 0.02 * np.exp(-(((two_theta - place) / 0.1) ** 2))
    counts = np.random.default_rng(0).poisson(50_000 * (pattern + peak) + 500)
    assert explained(counts, wavelength, two_theta).peaks[0, 0] == pytest.approx(place, abs=0.1)


def test_the_edge_of_a_filter_is_no_phase():
    """White radiation passes between the edge of nickel and K-alpha."""
    pattern = clean()[0]
    ln_sine = np.log(np.sin(np.radians(ANGLES / 2)))
    area = np.concatenate([[0.0], np.cumsum((pattern[1:] + pattern[:-1]) / 2 * np.diff(ln_sine))])
    width = np.log(1.540593 / 1.488070)
    step = (np.interp(ln_sine + width, ln_sine, area) - area) / width
    counts = np.random.default_rng(0).poisson(50_000 * (pattern + 0.1 * step) + 500)
    found = explained(counts)
    assert found.found == ["a"]
    assert not found.unknown


def test_an_empty_holder_is_no_phase():
    places = (38.5, 44.7, 65.1)
    holder = sum(np.exp(-(((ANGLES - place) / 0.12) ** 2)) for place in places)
    rng = np.random.default_rng(0)
    counts = rng.poisson(20_000 * (clean()[0] + 0.3 * holder) + 300)
    told = explained(counts, ignore=rng.poisson(5000 * holder + 100)[None])
    assert explained(counts).unknown
    assert not told.unknown
    assert told.found == ["a"]


def test_fluorescence_is_no_phase():
    """Iron under copper radiation: a high background, and so much noise."""
    counts = np.random.default_rng(0).poisson(3000 * clean()[0] + 9000 - 20 * ANGLES)
    found = explained(counts)
    assert found.found == ["a"]
    assert not found.unknown
    assert abs(found.left).mean() < 2 * np.sqrt(counts.mean())


@pytest.mark.parametrize(("factor", "sigma"), [(0.5, 0), (1.0, 0), (1.0, 1.0), (0.65, 1.3)])
def test_noise_of_scaled_and_interpolated_counts(factor, sigma):
    """Neighbours of interpolated counts differ by too little, points five apart do not."""
    level = np.linspace(500, 1500, 4000)
    error = np.random.default_rng(0).standard_normal(len(level))
    if sigma:
        error = gaussian_filter1d(error, sigma)
        error /= error.std()
    y = level + np.sqrt(factor * level) * error
    neighbours = ((y[:-2] - 2 * y[1:-1] + y[2:]) ** 2).mean() / 6 / level.mean()
    assert (neighbours < 0.1) == (sigma > 0)
    assert np.median(noise(y) / np.sqrt(factor * level)) == pytest.approx(1, abs=0.15)


def test_interpolated_noise_is_no_phase():
    rng = np.random.default_rng(0)
    level = 3000 * clean(n=6) + 400
    error = gaussian_filter1d(rng.standard_normal(level.shape), 1.0, axis=1)
    X = level + np.sqrt(level) * error / error.std()
    table = make_table(CARDS, wavelength="CuKa", two_theta_range=(15, 70))
    for found in identify((ANGLES, X), table).explanations:
        assert found.found == ["a"]
        assert not found.unknown


def test_texture_does_not_pull_the_background_down():
    """A strong line of half its height leaves a well, which is no background."""
    changed = Phase.from_lines("a", [4.2, 3.1, 2.2, 1.9, 1.6], [20, 100, 50, 30, 20])
    pattern = make_powder_patterns(
        [changed],
        1,
        two_theta=ANGLES,
        wavelength="CuKa",
        n_phases=1,
        random_state=0,
        **dict.fromkeys(("max_strain", "background", "counts_at_max"), 0),
    ).X[0]
    counts = np.random.default_rng(0).poisson(10_000 * pattern + 500)
    background = explained(counts).background
    assert abs(background - 500).max() < 60


def test_a_reference_cell_may_be_off_in_one_direction_only(tmp_path):
    """Computed cells of anatase are too long along c by 0.8 % and right along a."""
    pytest.importorskip("gemmi")
    text = """data_anatase
_cell_length_a 3.785
_cell_length_b 3.785
_cell_length_c {c}
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'I 41/a m d:2'
loop_
_atom_site_label
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Ti 0 0.25 0.375
O 0 0.25 0.1664
"""
    true, computed = tmp_path / "true.cif", tmp_path / "computed.cif"
    true.write_text(text.format(c=9.514))
    computed.write_text(text.format(c=9.590))
    two_theta = np.arange(20, 80, 0.02)
    made = make_powder_patterns(
        [Phase.from_cif(true)],
        1,
        two_theta=two_theta,
        wavelength="CuKa",
        n_phases=1,
        max_strain=0,
        random_state=0,
    )
    phases = [Phase.from_cif(computed), *CARDS]
    table = make_table(phases, wavelength="CuKa", two_theta_range=(20, 80))
    model = UnmixingClassifier(two_theta, shift="strain").fit_table(table)
    (found,) = model.explain(made.X)
    assert found.found == ["computed"]
    strain = np.tensordot(found.moves[0], phases[0].strains, 1)
    np.testing.assert_allclose(np.diag(strain), [0, 0, 9.514 / 9.590 - 1], atol=5e-4)
    assert not found.unknown


def drawn(n=12, **options):
    """Patterns of one to three of the phases, and their names."""
    made = make_powder_patterns(
        CARDS, n, two_theta=ANGLES, wavelength="CuKa", random_state=1, **options
    )
    return made.X, [[card.name for card, y in zip(CARDS, row, strict=True) if y] for row in made.Y]


def all_found(X, names):
    table = make_table(CARDS, wavelength="CuKa", two_theta_range=(15, 70))
    found = identify((ANGLES, X), table).explanations
    return [sorted(one.found) for one in found] == names and not any(o.unknown for o in found)


@pytest.mark.parametrize("counts", [200, 1000])
def test_a_dark_background_with_few_counts_is_not_free_of_noise(counts):
    assert all_found(*drawn(counts_at_max=counts, background=0))


def test_rounded_patterns():
    X, names = drawn()
    assert all_found((100 * X / X.max(axis=1, keepdims=True)).round(), names)


def test_few_lines_without_noise():
    """Ripples of the fitted background are no lines, whose widths would be guessed from them."""
    X, names = drawn(30, n_phases=1, counts_at_max=0, background=0.05)
    assert all_found(X, names)


def test_a_table_may_reach_further_than_the_patterns():
    """Lines outside of the pattern do not take the places of those inside."""
    low = np.linspace(6, 30, 30)
    phases = [
        Phase.from_lines(name, [*(low + 0.1 * i), *spacings], [100] * 30 + intensities)
        for i, (name, spacings, intensities) in enumerate(SPACINGS)
    ]
    X, names = drawn()
    table = make_table(phases, wavelength="CuKa", two_theta_range=(2, 70))
    found = identify((ANGLES, X), table).explanations
    assert [sorted(one.found) for one in found] == names


@pytest.mark.parametrize("n_points", [20, 25, 30, 40])
def test_a_short_pattern_is_no_error(n_points):
    x = np.linspace(27, 30, n_points)
    y = np.exp(-(((x - 28.8) / 0.1) ** 2))
    table = make_table(CARDS, wavelength="CuKa", two_theta_range=(15, 70))
    assert len(identify((x, [y]), table).explanations[0].left) == n_points
