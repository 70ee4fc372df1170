"""Lines of phases: positions, intensities, multiplicities and symmetry."""

import csv
import pickle
import subprocess
import sys
from pathlib import Path

import gemmi
import numpy as np
import pytest

from skspectra.diffraction import Phase, read_phases, wavelengths

HERE = Path(__file__).parent / "structures"
NAMES = ["Al2O3", "CsCl", "LaB6", "NaCl", "Si", "TiO2", "ZnO"]
CUBE = {"a": 4.0, "b": 4.0, "c": 4.0, "alpha": 90, "beta": 90, "gamma": 90}


def write_cif(path, sites, cell=CUBE, symbol=None, operations=("x,y,z",), head="", columns=()):
    """Write a CIF file; a site is (label, element, x, y, z, *values of `columns`)."""
    lines = ["data_made", head]
    lines += [
        f"_cell_{'length' if key in 'abc' else 'angle'}_{key} {value}"
        for key, value in cell.items()
    ]
    if symbol:
        lines.append(f"_symmetry_space_group_name_H-M '{symbol}'")
    if operations:
        lines += ["loop_", "_space_group_symop_operation_xyz", *(f"'{op}'" for op in operations)]
    if sites:
        keys = ["label", "type_symbol", "fract_x", "fract_y", "fract_z", *columns]
        lines += ["loop_", *(f"_atom_site_{key}" for key in keys)]
        lines += [" ".join(map(str, site)) for site in sites]
    path.write_text("\n".join(lines) + "\n")
    return path


FACES = [(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)]


def rock_salt(first="Li", second="F"):
    sites = [(f"{first}{i}", first, *place) for i, place in enumerate(FACES)]
    return sites + [
        (f"{second}{i}", second, *((np.array(place) + 0.5) % 1)) for i, place in enumerate(FACES)
    ]


@pytest.fixture(scope="module")
def phases():
    return {phase.name: phase for phase in read_phases(HERE)}


@pytest.mark.parametrize("name", NAMES)
def test_intensities_are_those_of_gemmi(name, phases, monkeypatch):
    """Reflection by reflection, with f' and without f'', which gemmi's calculator lacks."""
    wavelength = 0.71
    small = gemmi.read_small_structure(str(HERE / f"{name}.cif"))
    small.change_occupancies_to_crystallographic()
    calculator = gemmi.StructureFactorCalculatorX(small.cell)
    for site in small.sites:
        z = site.element.atomic_number
        f1 = gemmi.cromer_liberman(z, 12398.4198 / wavelength)[0]
        calculator.addends.set(site.element, f1)
        site.u_iso = site.u_iso or 0.6 / (8 * np.pi**2)
    hkl = gemmi.make_miller_array(small.cell, gemmi.SpaceGroup("P 1"), 0.99, 100)
    d = small.cell.calculate_d_array(hkl)
    squared = [
        2 * abs(calculator.calculate_sf_from_small_structure(small, list(h))) ** 2 for h in hkl
    ]
    real = gemmi.cromer_liberman
    monkeypatch.setattr(gemmi, "cromer_liberman", lambda z, energy: (real(z, energy)[0], 0.0))
    lines = phases[name].lines(wavelength, (2, 2 * np.degrees(np.arcsin(wavelength / 2))))
    theta = np.radians(lines.two_theta / 2)
    factor = (1 + np.cos(2 * theta) ** 2) / (np.sin(theta) ** 2 * np.cos(theta))
    plain = lines.intensity / factor
    reached = np.zeros(len(hkl), bool)
    for spacing in np.unique(lines.d.round(5)):
        same = abs(d - spacing) < 3e-5
        found = plain[abs(lines.d - spacing) < 3e-5].sum()
        assert abs(found - np.sum(squared, where=same)) < 1e-5 * max(squared)
        reached |= same
    # What has no line is absent.
    assert np.max(squared, where=~reached & (d > 1), initial=0) < 1e-5 * max(squared)


@pytest.mark.parametrize("name", NAMES)
def test_absences_and_multiplicities_are_those_of_gemmi(name, phases):
    small = gemmi.read_small_structure(str(HERE / f"{name}.cif"))
    operations = small.spacegroup.operations()
    lines = phases[name].lines(0.5, (0.1, 32))
    for hkl, multiplicity in zip(lines.hkl.tolist(), lines.multiplicity, strict=True):
        equivalents = [op.apply_to_hkl(hkl) for op in operations.sym_ops]
        both = {tuple(h) for h in equivalents} | {tuple(-k for k in h) for h in equivalents}
        assert multiplicity == len(both)
        strong = lines.intensity[(lines.hkl == hkl).all(axis=1)] > 0
        assert not (strong.any() and operations.is_systematically_absent(hkl))


def test_numbers_of_pymatgen(phases, monkeypatch):
    """Against blunders, within 1.5 % of the strongest line; f' and f'' are left out there."""
    monkeypatch.setattr(gemmi, "cromer_liberman", lambda z, energy: (0.0, 0.0))
    with open(HERE.parent / "pymatgen.csv", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    names = {row["phase"] for row in rows}
    assert len(names) == 6
    for name in names:
        lines = phases[name].lines(1.54184, (10, 90))
        for row in rows:
            if row["phase"] != name:
                continue
            here = abs(lines.two_theta - float(row["two_theta"])) < 0.01
            share = 100 * lines.intensity[here].sum() / strongest(lines)
            assert share == pytest.approx(float(row["intensity"]), abs=1.5), (name, row)


def strongest(lines):
    """Return the intensity of the strongest sum over lines of one spacing."""
    _, group = np.unique(lines.d.round(4), return_inverse=True)
    return np.bincount(group, lines.intensity).max()


@pytest.mark.parametrize(
    ("name", "first", "others"),
    [
        ("ZnO", (1, 0, 1), {(1, 0, 0): (57.6, 1.1), (0, 0, 2): (40.2, 1.4)}),
        ("TiO2", (1, 1, 0), {(2, 1, 1): (56.9, 2.8), (1, 0, 1): (44.0, 1.7)}),
    ],
)
def test_intensities_certified_for_srm_674(name, first, others, phases):
    """International Tables C (2006), table 5.2.11.1; three times the stated uncertainty."""
    lines = phases[name].lines("CuKa1", (10, 90))
    found = {tuple(h): i for h, i in zip(lines.hkl.tolist(), lines.intensity, strict=True)}
    for hkl, (value, uncertainty) in others.items():
        assert 100 * found[hkl] / found[first] == pytest.approx(value, abs=3 * uncertainty)


@pytest.mark.parametrize(
    ("name", "value", "uncertainty"), [("ZnO", 5.17, 0.13), ("TiO2", 3.39, 0.12)]
)
def test_intensity_per_mass_certified_for_srm_674(name, value, uncertainty, phases):
    """The same table: the strongest line against the line 113 of as much corundum."""

    def per_mass(phase, lines, here):
        return lines.intensity[here] / (phase.mass * phase.volume)

    corundum = phases["Al2O3"]
    lines = corundum.lines("CuKa1", (43, 44))
    other = phases[name].lines("CuKa1", (10, 90))
    ratio = per_mass(phases[name], other, other.intensity.argmax()) / per_mass(corundum, lines, 0)
    assert lines.multiplicity.tolist() == [12]
    assert ratio == pytest.approx(value, abs=3 * uncertainty)


def test_positions_by_hand(phases):
    lines = phases["LaB6"].lines("CuKa1", (20, 40))
    expected = 2 * np.degrees(np.arcsin(1.540593 / 2 * np.sqrt([1, 2, 3]) / 4.156826))
    np.testing.assert_allclose(lines.two_theta, expected)
    assert lines.hkl.tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    assert lines.multiplicity.tolist() == [6, 12, 8]


def test_symmetry_is_found_and_not_read(tmp_path):
    path = write_cif(tmp_path / "LiF.cif", rock_salt(), symbol="P 1")
    phase = Phase.from_cif(path)
    assert phase.space_group == 225
    assert phase.elements == {"Li", "F"}
    assert phase.strains.shape == (1, 3, 3)
    lines = phase.lines(1.5, (20, 80))
    assert (lines.hkl == [2, 0, 0]).all(axis=1).sum() == 1
    assert lines.multiplicity[1] == 6


@pytest.mark.parametrize("name", ["CsCl", "TiO2", "Al2O3", "Si"])
def test_symmetry_does_not_depend_on_how_the_file_states_it(name, phases, tmp_path):
    small = gemmi.read_small_structure(str(HERE / f"{name}.cif"))
    assumed = 0.6 / (8 * np.pi**2)
    sites = [
        (f"{site.element.name}{i}", site.element.name, *site.fract.tolist(), site.u_iso or assumed)
        for i, site in enumerate(small.get_all_unit_cell_sites())
    ]
    keys = ("a", "b", "c", "alpha", "beta", "gamma")
    cell = dict(zip(keys, small.cell.parameters, strict=True))
    path = write_cif(tmp_path / "x.cif", sites, cell, columns=["U_iso_or_equiv"])
    found, expected = Phase.from_cif(path), phases[name]
    assert found.space_group == expected.space_group
    one, other = (p.lines("CuKa", (10, 90)) for p in (found, expected))
    scale = other.intensity.max()
    np.testing.assert_allclose(one.two_theta, other.two_theta, atol=1e-3)
    np.testing.assert_allclose(one.intensity / scale, other.intensity / scale, atol=1e-3)


def test_a_doubled_cell_is_the_same_phase(tmp_path):
    doubled = [(f"{s[0]}{k}", s[1], (s[2] + k) / 2, *s[3:]) for s in rock_salt() for k in (0, 1)]
    one = Phase.from_cif(write_cif(tmp_path / "one.cif", rock_salt()))
    two = Phase.from_cif(write_cif(tmp_path / "two.cif", doubled, CUBE | {"a": 8.0}))
    assert (two.mass, two.volume) == pytest.approx((one.mass, one.volume))
    np.testing.assert_allclose(*(p.lines(1.5, (20, 80)).intensity for p in (one, two)))


def test_classes_of_one_spacing_stay_apart(phases):
    lines = phases["CsCl"].lines("CuKa1", (60, 120))
    at = np.isclose(lines.d, 4.123 / 3, rtol=1e-6)
    assert sorted(map(tuple, lines.hkl[at].tolist())) == [(2, 2, 1), (3, 0, 0)]
    assert sorted(lines.multiplicity[at].tolist()) == [6, 24]


@pytest.mark.parametrize(
    ("name", "n_strains"), [("NaCl", 1), ("TiO2", 2), ("Al2O3", 2), ("ZnO", 2)]
)
def test_strains_within_the_symmetry(name, n_strains, phases):
    strains = phases[name].strains
    assert len(strains) == n_strains
    for rotation in phases[name].rotations:
        np.testing.assert_allclose(rotation @ strains @ rotation.T, strains, atol=1e-9)


@pytest.mark.parametrize(
    ("cell", "n_strains"),
    [
        ({"b": 4.5, "c": 5.0}, 3),
        ({"b": 4.5, "c": 5.0, "beta": 100}, 4),
        ({"b": 4.5, "c": 5.0, "alpha": 80, "beta": 100, "gamma": 95}, 6),
    ],
)
def test_strains_of_low_symmetry(cell, n_strains, tmp_path):
    sites = [("A", "Fe", 0, 0, 0), ("B", "O", 0.5, 0.5, 0.5)]
    phase = Phase.from_cif(write_cif(tmp_path / "x.cif", sites, CUBE | cell))
    assert len(phase.strains) == n_strains


def test_friedel_mates_are_summed_exactly(phases):
    """f'' makes hkl and its mate differ in ZnO: the line holds both."""
    phase, wavelength = phases["ZnO"], 1.2835  # just above the edge of zinc
    structure = phase._structure
    lines = phase.lines(wavelength, (20, 60), polarization=0)
    theta = np.radians(lines.two_theta / 2)
    plain = lines.intensity * np.sin(theta) ** 2 * np.cos(theta)
    energy = 12398.4198 / wavelength
    unequal = False
    for hkl, d, multiplicity, found in zip(
        lines.hkl, lines.d, lines.multiplicity, plain, strict=True
    ):
        both = []
        for sign in (1, -1):
            total = 0
            for place, site in zip(structure.positions, structure.sites, strict=True):
                ((z, occupancy, b),) = structure.kinds[site]
                f1, f2 = gemmi.cromer_liberman(z, energy)
                f = gemmi.Element(z).it92.calculate_sf(1 / (4 * d**2)) + f1 + 1j * f2
                wave = np.exp(2j * np.pi * sign * hkl @ place)
                total += occupancy * f * np.exp(-b / (4 * d**2)) * wave
            both.append(abs(total) ** 2)
        unequal |= abs(both[0] - both[1]) > 0.01 * both[0]
        assert found == pytest.approx(multiplicity * np.mean(both), rel=1e-6)
    assert unequal


def test_polarisation_and_slit(phases):
    def relative(**options):
        lines = phases["NaCl"].lines(1.5406, (20, 90), **options)
        return lines.intensity, np.radians(lines.two_theta / 2)

    plain, theta = relative()
    np.testing.assert_allclose(
        relative(polarization=0.8)[0] / plain,
        (1 + 0.8 * np.cos(2 * theta) ** 2) / (1 + np.cos(2 * theta) ** 2),
    )
    np.testing.assert_allclose(
        relative(polarization=0)[0] / plain, 1 / (1 + np.cos(2 * theta) ** 2)
    )
    np.testing.assert_allclose(relative(slit="automatic")[0] / plain, np.sin(theta))


def test_two_wavelengths_give_two_lines(phases):
    both = phases["NaCl"].lines("CuKa", (31, 32.5))
    first, second = (phases["NaCl"].lines(f"CuKa{i}", (31, 32.5)) for i in (1, 2))
    np.testing.assert_allclose(both.two_theta, [first.two_theta[0], second.two_theta[0]])
    np.testing.assert_allclose(
        both.intensity, [2 / 3 * first.intensity[0], 1 / 3 * second.intensity[0]]
    )


def test_displacement_factors(tmp_path):
    def phase(values, columns, extra=""):
        sites = [(label, element, x, y, z, *values) for label, element, x, y, z in rock_salt()]
        path = write_cif(tmp_path / "x.cif", sites, columns=columns)
        path.write_text(path.read_text() + extra)
        return Phase.from_cif(path)

    given = phase([0.02], ["U_iso_or_equiv"])
    assert given.remarks == []
    labels = [site[0] for site in rock_salt()]
    keys = ["label", "U_11", "U_22", "U_33", "U_12", "U_13", "U_23"]
    table = ["loop_", *(f"_atom_site_aniso_{key}" for key in keys)]
    table += [f"{label} 0.01 0.02 0.03 0 0 0" for label in labels]
    third = phase(["Uani"], ["adp_type"], "\n".join(table) + "\n")
    assert third.remarks == []
    assumed = phase([], [])
    assert "B = 0.6 was assumed" in assumed.remarks[0]
    values = [p.lines(0.7, (10, 60)).intensity for p in (given, third, assumed)]
    np.testing.assert_allclose(values[0], values[1], rtol=1e-4)
    d = given.lines(0.7, (10, 60)).d
    change = np.exp(-2 * (8 * np.pi**2 * 0.02 - 0.6) / (4 * d**2))
    np.testing.assert_allclose(values[0] / values[2], change, rtol=1e-4)


def test_anisotropic_factors_of_an_oblique_cell(tmp_path):
    """Of a hexagonal cell, a third of the trace in space is (4/3 (U11 + U22 - U12) + U33) / 3."""
    cell = CUBE | {"c": 5.0, "gamma": 120}
    sites = [("A", "Fe", 0, 0, 0, "Uani"), ("B", "O", 0.3333333, 0.6666667, 0.3, "Uani")]
    path = write_cif(tmp_path / "x.cif", sites, cell, columns=["adp_type"])
    keys = ["label", "U_11", "U_22", "U_33", "U_12", "U_13", "U_23"]
    table = ["loop_", *(f"_atom_site_aniso_{key}" for key in keys)]
    table += [f"{label} 0.02 0.02 0.03 0.004 0 0" for label in "AB"]
    path.write_text(path.read_text() + "\n".join(table) + "\n")
    (kind, *_) = Phase.from_cif(path)._structure.kinds
    expected = (4 / 3 * (0.02 + 0.02 - 0.004) + 0.03) / 3
    assert kind[0][2] == pytest.approx(8 * np.pi**2 * expected, abs=1e-3)


def test_special_positions_count_once(tmp_path):
    """The operations give 48 images of each site of CsCl, which are one atom."""
    phase = Phase.from_cif(HERE / "CsCl.cif")
    assert phase.mass == pytest.approx(132.905 + 35.45, abs=0.01)
    operations = gemmi.SpaceGroup("R -3 c:H").operations()
    site = [("Al", "Al", 0, 0, 0.3522), ("O", "O", 0.30632, 0, 0.25)]
    cell = {"a": 4.759, "b": 4.759, "c": 12.99, "alpha": 90, "beta": 90, "gamma": 120}
    path = write_cif(
        tmp_path / "x.cif", site, cell, operations=[op.triplet() for op in operations]
    )
    assert len(Phase.from_cif(path)._structure.positions) == 30


def test_rounded_special_positions_count_once(tmp_path):
    cell = CUBE | {"c": 5.0, "gamma": 120}
    sites = [("Zn", "Zn", 0.333, 0.667, 0.0), ("O", "O", 0.333, 0.667, 0.38)]
    path = write_cif(tmp_path / "x.cif", sites, cell, "P 63 m c", operations=())
    assert len(Phase.from_cif(path)._structure.positions) == 4


def test_fractional_charges_are_read_as_elements(tmp_path):
    sites = [
        (label, {"Li": "Ti3.928+", "F": "O2-"}[element], x, y, z)
        for label, element, x, y, z in rock_salt()
    ]
    path = write_cif(tmp_path / "x.cif", sites)
    assert Phase.from_cif(path).elements == {"Ti", "O"}


def test_shared_sites_and_partial_occupancy(tmp_path):
    """Half Mn, half Ti on one site scatters like their mean."""
    mixed = [
        (f"{element}{i}", element, *place, 0.5)
        for i, place in enumerate(FACES)
        for element in ("Mn", "Ti")
    ]
    mixed += [(f"O{i}", "O", *(np.array(p) + 0.5) % 1, 1) for i, p in enumerate(FACES)]
    phase = Phase.from_cif(write_cif(tmp_path / "m.cif", mixed, columns=["occupancy"]))
    assert phase.space_group == 225
    assert phase.mass == pytest.approx(4 * (54.938 / 2 + 47.867 / 2 + 15.999), abs=0.01)
    assert len(phase._structure.positions) == 8


WRONG = [
    (
        {"sites": rock_salt(), "operations": (), "symbol": "F m -3 q"},
        "symbol 'F m -3 q' is unknown",
    ),
    ({"sites": rock_salt(), "operations": ()}, "symbol '\\(none\\)' is unknown"),
    ({"sites": [("A", "Si", 0, 0, 0)], "operations": (), "symbol": "F d -3 m"}, "two origins"),
    ({"sites": []}, "0 of its 1 data blocks list atoms"),
    ({"sites": [("A", "Xx", 0, 0, 0)]}, "unknown element 'Xx'"),
    ({"sites": [("A", "Si", 0, 0, 0, 1.4)], "columns": ["occupancy"]}, "occupancy 1.4"),
    (
        {
            "sites": [("A", "Si", 0, 0, 0, 0.7), ("B", "Ge", 0, 0, 0, 0.7)],
            "columns": ["occupancy"],
        },
        "add to 1.4",
    ),
    ({"sites": [("A", "Si", 0, 0, 0, 0)], "columns": ["occupancy"]}, "occupancy above 0"),
    ({"sites": rock_salt(), "symbol": "F m -3 m"}, "lists 1 symmetry operations"),
    ({"sites": rock_salt(), "cell": {"a": 4.0}}, "the cell is missing or impossible"),
    ({"sites": [("A", "Si", "?", "?", "?")]}, "site A lacks a coordinate"),
]


@pytest.mark.parametrize(("content", "message"), WRONG)
def test_bad_structures_name_the_file(content, message, tmp_path):
    path = write_cif(tmp_path / "bad.cif", **content)
    with pytest.raises(ValueError, match=f"bad.cif: .*{message}"):
        Phase.from_cif(path)


def test_a_cell_too_large_for_the_memory_names_the_file(tmp_path):
    path = write_cif(tmp_path / "big.cif", rock_salt(), cell=CUBE | dict.fromkeys("abc", 400.0))
    with pytest.raises(ValueError, match=r"big\.cif: its edges of 400, 400, 400 angstrom give"):
        Phase.from_cif(path).lines("CuKa", (10, 90))


def test_files_that_are_no_structures(tmp_path):
    path = tmp_path / "x.cif"
    path.write_text("no cif at all")
    with pytest.raises(ValueError, match=r"x\.cif: this is no CIF file"):
        Phase.from_cif(path)
    with pytest.raises(FileNotFoundError, match=r"missing\.cif is no file"):
        Phase.from_cif(tmp_path / "missing.cif")
    text = (HERE / "CsCl.cif").read_text()
    path.write_text(text + text.replace("data_CsCl", "data_other"))
    with pytest.raises(ValueError, match="2 of its 2 data blocks"):
        Phase.from_cif(path)


def test_two_origins_are_told_apart(tmp_path):
    """Silicon at 0, 0, 0 is right with origin 1 and would be another structure with origin 2."""
    sites = [("Si", "Si", 0, 0, 0)]
    for setting, n_atoms in (("F d -3 m:1", 8), ("F d -3 m:2", 16)):
        path = write_cif(tmp_path / "x.cif", sites, CUBE, setting, operations=())
        assert (
            round(Phase.from_cif(path).mass / 28.0855 * 64 / Phase.from_cif(path).volume)
            == n_atoms
        )


def test_read_phases(tmp_path):
    assert [phase.name for phase in read_phases(HERE, elements=["o", "Ti", "AL"])] == [
        "Al2O3",
        "TiO2",
    ]
    with pytest.raises(ValueError, match=r"No phase in .* is made of \['H'\]"):
        read_phases(HERE, elements=["H"])
    with pytest.raises(ValueError, match="holds no CIF file"):
        read_phases(tmp_path)
    for name in ("a.cif", "a.CIF"):
        (tmp_path / name).write_text((HERE / "CsCl.cif").read_text())
    with pytest.raises(ValueError, match=r"another file of .* give the name 'a'; rename one"):
        read_phases(tmp_path)


def test_reference_cards():
    card = Phase.from_lines("x", [3.0, 2.0, 0.5], [100, 50, 20])
    lines = card.lines(1.5, (10, 90))
    assert lines.intensity.tolist() == [100, 50]
    np.testing.assert_allclose(np.sin(np.radians(lines.two_theta / 2)), [0.25, 0.375])
    assert card.mass is None
    assert "reference card" in repr(card)


@pytest.mark.parametrize(
    ("d", "intensity", "message"),
    [
        ([1, 2], [1], "both must be lists of one length"),
        ([], [], "at least 1"),
        ([1, -2], [1, 1], "every d must be positive"),
        ([1, 2], [0, 0], "one of them above 0"),
        ([1, 2], [1, -1], "at least 0"),
    ],
)
def test_bad_reference_cards(d, intensity, message):
    with pytest.raises(ValueError, match=f"Phase 'x': .*{message}"):
        Phase.from_lines("x", d, intensity)


def test_bad_ranges_and_options(phases):
    salt = phases["NaCl"]
    with pytest.raises(ValueError, match=r"NaCl\.cif has no line from 10 to 12 degrees"):
        salt.lines("CuKa", (10, 12))
    for range_ in ((-1, 20), (30, 20), (20, 181)):
        with pytest.raises(ValueError, match="within 0 to 180 degrees"):
            salt.lines("CuKa", range_)
    with pytest.raises(ValueError, match="polarization=2"):
        salt.lines("CuKa", (10, 90), polarization=2)
    with pytest.raises(ValueError, match="slit='open'"):
        salt.lines("CuKa", (10, 90), slit="open")


def test_wavelengths():
    assert wavelengths(0.7).tolist() == [[0.7, 1]]
    assert wavelengths([(1, 3), (2, 1)]).tolist() == [[1, 0.75], [2, 0.25]]
    assert wavelengths("MoKb").tolist() == [[0.632303, 1]]
    with pytest.raises(TypeError, match="wavelength is missing, and none is assumed"):
        wavelengths(None)
    for wrong in (0, -1, np.nan, [(1, 0)]):
        with pytest.raises(ValueError, match="positive, finite"):
            wavelengths(wrong)
    for wrong in ("Cu", "XxKa", "CuKc"):
        with pytest.raises(ValueError, match="is unknown; give it in angstrom or as one of CrKa"):
            wavelengths(wrong)
    with pytest.raises(ValueError, match="must be a number, a name or pairs"):
        wavelengths([1.5, 1.6])


def test_phases_survive_pickling(phases):
    for phase in phases.values():
        again = pickle.loads(pickle.dumps(phase))
        np.testing.assert_array_equal(
            again.lines("CuKa", (10, 90)).intensity, phase.lines("CuKa", (10, 90)).intensity
        )


def test_without_gemmi_reference_cards_work():
    script = """
import sys
sys.modules["gemmi"] = sys.modules["moyopy"] = None
from skspectra.diffraction import Phase, make_powder_patterns
import numpy as np
card = Phase.from_lines("x", [3.0, 2.0], [100, 50])
made = make_powder_patterns([card], 1, two_theta=np.arange(20, 60, .1), wavelength=1.5, n_phases=1)
try:
    Phase.from_cif(sys.argv[1])
except ImportError as error:
    print(made.X.shape, error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(HERE / "CsCl.cif")],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert "(1, 400) Structures need gemmi" in done.stdout
    assert "pip install 'skspectra[diffraction]'" in done.stdout


def test_symmetry_of_the_shared_structures(reference_structures):
    """Their names end in the number of the space group, which is wrong for one of them."""
    tables = [path for path in reference_structures.iterdir() if path.is_dir()]
    phases = [phase for table in tables for phase in read_phases(table)]
    assert len(phases) == 84
    other = [phase for phase in phases if not phase.name.endswith(f"_{phase.space_group}")]
    assert [(phase.name, phase.space_group) for phase in other] == [("ZrO2_19", 62)]
