"""Simulated powder patterns against plain loops."""

from pathlib import Path

import numpy as np
import pytest

from skspectra.diffraction import InstrumentProfile, Phase, make_powder_patterns, read_phases
from skspectra.diffraction._render import strained
from skspectra.profiles import pseudo_voigts, thompson_cox_hastings

HERE = Path(__file__).parent / "structures"
AXIS = np.arange(20, 90, 0.02)
OFF = {
    **{"min_size": 0, "max_microstrain": 0, "max_strain": 0, "max_texture": 0},
    **{"max_displacement": 0, "max_zero_shift": 0, "background": 0, "counts_at_max": 0},
}
CARDS = [
    Phase.from_lines("a", [3.1, 2.2, 1.7], [100, 50, 30]),
    Phase.from_lines("b", [2.8, 1.9, 1.3], [100, 80, 10]),
    Phase.from_lines("c", [2.5, 1.6], [70, 100]),
]


@pytest.fixture(scope="module")
def phases():
    return read_phases(HERE)


def named(phases, name):
    return next(phase for phase in phases if phase.name == name)


def pseudo_voigt(x, place, area, width, eta):
    t = (x - place) / width
    lorentzian = 2 / np.pi / width / (1 + 4 * t**2)
    gaussian = 2 * np.sqrt(np.log(2) / np.pi) / width * np.exp(-4 * np.log(2) * t**2)
    return area * (eta * lorentzian + (1 - eta) * gaussian)


def plain(phase, wavelength, profile, move=lambda d, u: d, factor=lambda u: 1.0, instrument=0.0):
    """One pattern of one phase, line by line."""
    lines = phase.lines(wavelength, (AXIS[0] - 3, AXIS[-1] + 3))
    total = np.zeros(len(AXIS))
    for i in range(len(lines.d)):
        d = move(lines.d[i], lines.direction[i])
        theta = np.arcsin(lines.wavelength[i] / 2 / d)
        place = np.degrees(2 * theta) + instrument * np.cos(theta)
        width, eta = profile.widths(np.degrees(2 * theta))
        area = lines.intensity[i] * factor(lines.direction[i])
        total += pseudo_voigt(AXIS, place, area, width, eta)
    return total / total.max()


def made(phase, **options):
    options = OFF | {"two_theta": AXIS, "wavelength": "CuKa", "n_phases": 1} | options
    return make_powder_patterns([phase], 3, random_state=0, **options)


def test_with_everything_off_a_pattern_is_its_lines(phases):
    profile = InstrumentProfile()
    for name in ("NaCl", "TiO2"):
        found = made(named(phases, name), profile=profile)
        expected = plain(named(phases, name), "CuKa", profile)
        np.testing.assert_allclose(found.X, np.tile(expected, (3, 1)), atol=4e-3)
        assert found.Y.tolist() == found.W.tolist() == [[1]] * 3


def test_strain_keeps_lines_together_and_moves_them_exactly(phases):
    rutile = named(phases, "TiO2")
    found = made(rutile, max_strain=0.01)
    for row, coefficients in zip(found.X, found.drawn["strain"][:, 0], strict=True):
        strain = np.tensordot(coefficients, rutile.strains, 1)
        inverse = np.linalg.inv(np.eye(3) + strain)
        expected = plain(
            rutile,
            "CuKa",
            InstrumentProfile(),
            move=lambda d, u, m=inverse: d / np.linalg.norm(m @ u),
        )
        np.testing.assert_allclose(row, expected, atol=5e-3)


def test_a_strained_cubic_phase_keeps_one_line_per_spacing(phases):
    found = made(
        named(phases, "NaCl"),
        max_strain=0.01,
        two_theta=np.arange(30, 33.5, 0.01),
        wavelength=1.54,
    )
    for row in found.X:
        assert np.sum((row[1:-1] > row[:-2]) & (row[1:-1] >= row[2:])) == 1


def test_strain_of_an_oblique_cell_is_exact():
    """The spacings of a monoclinic cell whose edges and angle are those of the strained one."""
    rng = np.random.default_rng(0)
    basis = np.array([[5.0, 0, 0], [0, 4.0, 0], [-1.0, 0, 6.0]])
    strain = np.array([[0.01, 0, 0.006], [0, -0.008, 0], [0.006, 0, 0.004]])
    hkl = rng.integers(-4, 5, (30, 3))
    hkl = hkl[hkl.any(axis=1)]
    before, after = (
        1 / np.linalg.norm(hkl @ np.linalg.inv(b).T, axis=1)
        for b in (basis, basis @ (np.eye(3) + strain))
    )
    u = hkl @ np.linalg.inv(basis).T * before[:, None]
    products = [u[:, i] * u[:, j] * (1 + (i != j)) for i in range(3) for j in range(i, 3)]
    np.testing.assert_allclose(strained(before, np.array(products), strain), after)


def test_strained_monoclinic_pattern(tmp_path):
    path = tmp_path / "m.cif"
    text = (HERE / "CsCl.cif").read_text().split("loop_")
    cell = "data_m\n" + "".join(
        f"_cell_{key} {value}\n"
        for key, value in {
            **{"length_a": 4.0, "length_b": 4.4, "length_c": 4.8},
            **{"angle_alpha": 90, "angle_beta": 105, "angle_gamma": 90},
        }.items()
    )
    path.write_text(f"{cell}_symmetry_space_group_name_H-M 'P 1'\nloop_{text[-1]}")
    phase = Phase.from_cif(path)
    assert len(phase.strains) == 4
    found = made(phase, max_strain=0.01)
    for row, coefficients in zip(found.X, found.drawn["strain"][:, 0], strict=True):
        inverse = np.linalg.inv(np.eye(3) + np.tensordot(coefficients, phase.strains, 1))
        expected = plain(
            phase,
            "CuKa",
            InstrumentProfile(),
            move=lambda d, u, m=inverse: d / np.linalg.norm(m @ u),
        )
        np.testing.assert_allclose(row, expected, atol=6e-3)


def test_expansion_moves_lines_to_lower_angles():
    card = Phase.from_lines("a", [2.0], [1])
    found = made(card, max_strain=0.02, wavelength=1.5)
    expected = 2 * np.degrees(np.arcsin(1.5 / 4 / (1 + found.drawn["strain"][:, 0, 0])))
    np.testing.assert_allclose(AXIS[found.X.argmax(axis=1)], expected, atol=0.011)


def test_displacement_and_zero_error_by_their_laws():
    card = Phase.from_lines("a", [2.0, 1.2], [1, 1])
    found = made(card, max_displacement=0.5, max_zero_shift=0.3, wavelength=1.5)
    for row, displacement, zero in zip(
        found.X, found.drawn["displacement"], found.drawn["zero_shift"], strict=True
    ):
        for d in (2.0, 1.2):
            theta = np.arcsin(1.5 / 2 / d)
            place = np.degrees(2 * theta) + zero + displacement * np.cos(theta)
            near = abs(AXIS - place) < 2
            assert AXIS[near][row[near].argmax()] == pytest.approx(place, abs=0.011)


def test_texture_is_averaged_over_equivalents(phases):
    for name in ("NaCl", "Al2O3"):
        phase = named(phases, name)
        found = made(phase, max_texture=0.6)
        for row, r, hkl in zip(
            found.X, found.drawn["texture"][:, 0], found.drawn["texture_axis"][:, 0], strict=True
        ):
            axis = hkl @ np.linalg.inv(phase.basis).T
            axis /= np.linalg.norm(axis)

            def factor(u, r=r, axis=axis, phase=phase):
                cosine = (phase.rotations @ u) @ axis
                return np.mean((r**2 * cosine**2 + (1 - cosine**2) / r) ** -1.5)

            expected = plain(phase, "CuKa", InstrumentProfile(), factor=factor)
            np.testing.assert_allclose(row, expected, atol=6e-3)


def test_texture_splits_333_from_511(phases):
    """Their spacing is one, their factors are not."""
    lines = named(phases, "Si").lines("CuKa1", (90, 100))
    assert sorted(map(sorted, lines.hkl.tolist())) == [[1, 1, 5], [3, 3, 3]]
    cosines = [abs(lines.direction[i] @ np.ones(3)) / 3**0.5 for i in (0, 1)]
    assert abs(cosines[0] - cosines[1]) > 0.1


def test_widths_of_size_and_microstrain():
    profile = InstrumentProfile(u=0, v=0, w=1e-6, x=0, y=0)
    width, eta = profile.widths(np.array([60.0]), size_width=0.2)
    assert (width[0], eta[0]) == pytest.approx((0.2 / np.cos(np.pi / 6), 1), rel=1e-2)
    width, _ = profile.widths(np.array([60.0]), microstrain=0.001)
    assert width[0] == pytest.approx(np.degrees(0.004) * np.tan(np.pi / 6), rel=1e-2)
    card = Phase.from_lines("a", [2.0], [1])
    found = made(card, min_size=5.0, profile=profile, wavelength=1.5)
    half = np.sum(found.X > 0.5, axis=1) * 0.02
    theta = np.arcsin(0.375)
    expected = np.degrees(0.9 * 0.15 / found.drawn["size"][:, 0] / np.cos(theta))
    np.testing.assert_allclose(half, expected, rtol=0.05, atol=0.03)


def test_weights_are_those_of_hill_and_howard(phases):
    """The area of a phase's pattern is its weight times its lines over mass times volume."""
    pair = [named(phases, name) for name in ("NaCl", "ZnO")]
    options = OFF | {"two_theta": AXIS, "wavelength": 1.5406}
    found = make_powder_patterns(pair, 4, n_phases=2, random_state=1, **options)
    single = []
    for phase in pair:
        lines = phase.lines(1.5406, (17, 93))
        width, eta = InstrumentProfile().widths(lines.two_theta)
        area = lines.intensity / (phase.mass * phase.volume)
        rows = np.zeros(len(lines.d), int)
        single.append(pseudo_voigts(AXIS, rows, lines.two_theta, area, width, eta, 1)[0])
    for row, weights in zip(found.X, found.W, strict=True):
        fitted = np.linalg.lstsq(np.array(single).T, row, rcond=None)[0]
        np.testing.assert_allclose(fitted / fitted.sum(), weights, atol=2e-3)


def test_numbers_of_phases_and_least_amounts():
    options = {"two_theta": AXIS, "wavelength": 1.5406}
    found = make_powder_patterns(
        CARDS, 200, n_phases=(1, 3), min_fraction=0.2, random_state=0, **options
    )
    assert set(found.Y.sum(axis=1)) == {1, 2, 3}
    assert found.W[found.Y == 1].min() >= 0.2
    np.testing.assert_allclose(found.W.sum(axis=1), 1)
    assert np.isnan(found.drawn["texture"][found.Y == 0]).all()
    assert not np.isnan(found.drawn["texture"][found.Y == 1]).any()
    assert (abs(found.Y.mean(axis=0) - 2 / 3) < 0.15).all()


def test_noise_and_background():
    quiet = made(CARDS[0], background=0.3)
    assert quiet.X.min() >= 0
    assert quiet.X.max() > 1
    loud = make_powder_patterns(
        CARDS[:1],
        200,
        n_phases=1,
        random_state=0,
        **(OFF | {"two_theta": AXIS, "wavelength": 1.5, "counts_at_max": 400}),
    ).X
    top = loud.mean(axis=0).argmax()
    assert loud[:, top].mean() == pytest.approx(400, rel=0.02)
    assert loud[:, top].var() == pytest.approx(400, rel=0.3)
    assert (loud == loud.round()).all()


def test_defaults_change_patterns_little(phases):
    phase = named(phases, "NaCl")
    still = made(phase).X[0]
    moved = make_powder_patterns(
        [phase], 5, two_theta=AXIS, wavelength="CuKa", n_phases=1, random_state=0
    ).X
    for row in moved:
        assert abs(AXIS[row.argmax()] - AXIS[still.argmax()]) < 0.15


def test_the_same_seed_gives_the_same_patterns(phases):
    def draw(seed):
        return make_powder_patterns(
            phases, 12, two_theta=AXIS, wavelength="CuKa", random_state=seed, dtype=np.float32
        )

    one, two, other = draw(3), draw(3), draw(4)
    assert one.X.dtype == np.float32
    np.testing.assert_array_equal(one.X, two.X)
    np.testing.assert_array_equal(one.W, two.W)
    assert (one.W != other.W).any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"two_theta": [30, 20]}, "two_theta must be ascending"),
        ({"two_theta": np.arange(100, 200)}, "within 0 to 180 degrees"),
        ({"two_theta": np.arange(5, 10, 0.1)}, "'a' has no line from 5 to 9.9 degrees"),
        ({"n_phases": 4}, "n_phases=4 must be"),
        ({"n_phases": (2, 1)}, "n_phases="),
        ({"min_fraction": 0.5}, "min_fraction=0.5 must be a number from 0 to 0.33"),
        ({"max_strain": 0.2}, "max_strain=0.2"),
        ({"max_texture": -0.1}, "max_texture=-0.1"),
        ({"counts_at_max": -1}, "counts_at_max=-1"),
        ({"n_patterns": 0}, "n_patterns=0"),
        ({"phases": [CARDS[0], CARDS[0]]}, "Two phases have the name 'a'"),
        ({"phases": []}, "phases is empty"),
    ],
)
def test_bad_options(options, message):
    options = {
        **{"phases": CARDS, "n_patterns": 1, "two_theta": AXIS, "wavelength": 1.5},
        **options,
    }
    with pytest.raises(ValueError, match=message):
        make_powder_patterns(**options)


@pytest.mark.parametrize("n_known", [1, 2, 3])
def test_the_number_of_phases_is_at_most_what_there_is(n_known):
    made = make_powder_patterns(
        CARDS[:n_known], 40, two_theta=AXIS, wavelength="CuKa", random_state=0
    )
    assert set(made.Y.sum(axis=1)) == set(range(1, n_known + 1))


def test_a_wavelength_is_never_assumed():
    with pytest.raises(TypeError, match="wavelength"):
        make_powder_patterns(CARDS, 1, two_theta=AXIS)
    with pytest.raises(TypeError, match="none is assumed"):
        make_powder_patterns(CARDS, 1, two_theta=AXIS, wavelength=None)


def test_pseudo_voigts_are_those_of_a_plain_loop():
    rng = np.random.default_rng(0)
    axis = np.sort(rng.uniform(10, 30, 900))
    rows = rng.integers(0, 3, 40)
    places, areas = rng.uniform(5, 35, 40), rng.uniform(0, 1, 40)
    widths, eta = rng.uniform(0.1, 0.5, 40), rng.uniform(0, 1, 40)
    found = pseudo_voigts(axis, rows, places, areas, widths, eta, 3)
    expected = np.zeros((3, 900))
    for row, *line in zip(rows, places, areas, widths, eta, strict=True):
        expected[row] += pseudo_voigt(axis, *line)
    np.testing.assert_allclose(found, expected, atol=4e-3 * expected.max())


def test_thompson_cox_hastings_at_its_ends():
    width, eta = thompson_cox_hastings(np.array([0.3, 0.0, 0.0]), np.array([0.0, 0.2, 0.0]))
    np.testing.assert_allclose(width, [0.3, 0.2, 0.0])
    np.testing.assert_allclose(eta[:2], [0, 1], atol=1e-4)


def test_thompson_cox_hastings_is_near_the_convolution():
    x = np.arange(-20, 20, 0.01)
    gaussian = np.exp(-4 * np.log(2) * (x / 0.5) ** 2)
    exact = np.convolve(gaussian, 1 / (1 + 4 * (x / 0.4) ** 2), mode="same")
    width, eta = thompson_cox_hastings(np.array(0.5), np.array(0.4))
    found = pseudo_voigt(x, x[exact.argmax()], 1.0, width, eta)
    np.testing.assert_allclose(found / found.max(), exact / exact.max(), atol=0.015)


TRUE = InstrumentProfile(u=0.02, v=-0.01, w=0.008, x=0.03, y=0.04)


@pytest.mark.parametrize("counts", [0, 50_000])
def test_the_profile_of_a_standard_is_found(counts, phases):
    standard = named(phases, "LaB6")
    options = {"profile": TRUE, "counts_at_max": counts, "max_texture": 0.2, "background": 0.02}
    options |= {"max_displacement": 0.05, "max_zero_shift": 0.02}
    pattern = made(standard, **options).X[0]
    found = InstrumentProfile.from_standard(AXIS, pattern, standard, "CuKa")
    places = np.linspace(25, 85, 7)
    width, eta = found.widths(places)
    np.testing.assert_allclose(width, TRUE.widths(places)[0], rtol=0.03)
    np.testing.assert_allclose(eta, TRUE.widths(places)[1], atol=0.1)


def test_bad_standards(phases):
    standard = named(phases, "LaB6")
    with pytest.raises(ValueError, match="pattern is flat"):
        InstrumentProfile.from_standard(AXIS, np.ones(len(AXIS)), standard, "CuKa")
    with pytest.raises(ValueError, match="one row of one length"):
        InstrumentProfile.from_standard(AXIS, np.ones(3), standard, "CuKa")
    card = Phase.from_lines("x", [2.0], [1])
    with pytest.raises(ValueError, match="has 1 reflections"):
        InstrumentProfile.from_standard(AXIS, np.sin(AXIS), card, "CuKa")
