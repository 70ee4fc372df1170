"""Text with two or more columns, as programs and people write it."""

import gzip

import numpy as np
import pytest

from skspectra.io import read_spectra


@pytest.mark.parametrize(
    ("separator", "decimal"),
    [
        *[(" ", "."), ("  ", "."), (",", "."), (", ", "."), (";", "."), ("\t", ".")],
        *[(" ", ","), (";", ","), (" ; ", ","), ("\t", ",")],
    ],
)
def test_separators_and_decimal_commas(write, make_lines, check_spectrum, separator, decimal):
    check_spectrum(read_spectra(write(make_lines(separator, decimal))))


HEADERS = {
    "comments": "# a\n; b\n! c\n' d\n% e\n/* f */\n// g\n\n",
    "block comment": "/* 1 2\n3 4\n5 6 */\n",
    "names": "Angle Intensity\n",
    "text": "Sample: quartz, 2 g\nDate 2024 11 27\nx y\n",
    "a number": "20\n",
    "long": "# " + "x" * 200_000 + "\n",
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_headers(write, make_lines, check_spectrum, header):
    check_spectrum(read_spectra(write(header + make_lines())))


def test_comments_among_the_numbers_and_after_them(write, make_lines, check_spectrum):
    rows = make_lines().split("\n")
    text = "\n".join([*rows[:5], "# pause", "", *rows[5:], "# end", ""])
    check_spectrum(read_spectra(write(text)))


ENCODINGS = {
    "mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 big": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "latin-1": lambda text: ("# 2θ in °\n".replace("θ", "t") + text).encode("latin-1"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "end mark": lambda text: text.encode() + b"\n\x1a",
    "gzip": lambda text: gzip.compress(text.encode()),
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_encodings(write, make_lines, encode):
    spectra = read_spectra(write(encode(make_lines())))
    assert spectra.X[0, :3].tolist() == [1, 4, 7]


def test_descending_axis(write, make_lines, check_spectrum):
    text = "\n".join(make_lines().split("\n")[::-1])
    check_spectrum(read_spectra(write(text)))


def test_quoted_numbers(write, make_lines, check_spectrum):
    text = make_lines().replace(" ", '" "')
    check_spectrum(read_spectra(write("\n".join(f'"{row}"' for row in text.split("\n")))))


@pytest.mark.parametrize(
    ("header", "name"), [("", "a.xye"), ("", "a.txt"), ("x;y;sigma\n", "a.txt")]
)
def test_third_column_is_the_standard_deviation(write, make_lines, check_spectrum, header, name):
    text = header + "\n".join(f"{row};0.5" for row in make_lines(";").split("\n"))
    spectra = read_spectra(write(text, name))
    check_spectrum(spectra)
    assert spectra.remarks == (f"{name}: a third column was taken for standard deviations",)


def test_three_columns_of_another_name_are_not_guessed(write):
    path = write("x y background\n1 2 3\n2 3 4\n3 4 5\n")
    with pytest.raises(ValueError, match="'background'; say layout='columns'"):
        read_spectra(path)
    assert read_spectra(path, layout="columns").names.tolist() == [
        "spectrum.xy:y",
        "spectrum.xy:background",
    ]


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        *[("2theta I", "deg"), ("2θ,counts", "deg"), ("# Angle [°]", "deg")],
        *[("Wavenumber;A", "cm-1"), ("Raman shift (cm-1) counts", "cm-1"), ("nm A", "nm")],
        *[("Q[1/A] I", None), ("Q[Å⁻¹];I", "1/angstrom"), ("energy_eV eV", "eV"), ("x y", None)],
        *[("25 °C, 4 deg/min", None), ("laser 532 nm", None), ("Transmission mode", None)],
    ],
)
def test_units_in_headers(write, make_lines, header, unit):
    assert read_spectra(write(f"{header}\n{make_lines()}")).unit == unit


def test_an_unknown_unit_in_a_header_is_told(write, make_lines):
    spectra = read_spectra(write(f"shift (furlong),counts\n{make_lines(',')}"))
    assert spectra.unit is None
    assert spectra.remarks == (
        "spectrum.xy: its axis is in 'furlong', which is no unit that is known, so it is not "
        "converted",
    )
    assert read_spectra(write(f"Q[1/A] I\n{make_lines()}")).remarks == ()


def test_wavelength_in_headers(write, make_lines):
    path = write(f"# Wavelength = 0.4132 A\n{make_lines()}")
    assert read_spectra(path).wavelength == 0.4132
    with pytest.raises(ValueError, match=r"wavelength is 0.4132, but wavelength=1.54"):
        read_spectra(path, wavelength=1.54)
    assert read_spectra(write(make_lines()), wavelength=0.71).wavelength == 0.71


@pytest.mark.parametrize(
    ("separator", "decimal"), [(",", "."), (";", ","), ("\t", "."), (" ", ".")]
)
def test_table_with_a_spectrum_per_column(write, separator, decimal):
    rows = (
        ["x", "a", "b", "c"],
        ["1.5", "1", "2", "3"],
        ["2.5", "4", "5", "6"],
        ["4", "7", "8", "9"],
    )
    text = "\n".join(separator.join(row).replace(".", decimal) for row in rows)
    spectra = read_spectra(write(text, "table.csv"))
    np.testing.assert_array_equal(spectra.X, [[1, 4, 7], [2, 5, 8], [3, 6, 9]])
    assert spectra.x_axis.tolist() == [1.5, 2.5, 4]
    assert spectra.names.tolist() == ["table.csv:a", "table.csv:b", "table.csv:c"]


def test_columns_named_by_numbers_below_the_name_of_an_axis(write):
    text = "wavenumber (cm-1),1,2,3\n400,1,2,3\n401,4,5,6\n402,7,8,9\n"
    spectra = read_spectra(write(text, "table.csv"))
    assert (spectra.X.shape, spectra.unit) == ((3, 3), "cm-1")


def test_numbered_columns_beside_an_axis_of_any_name(write):
    text = "position,1,2,3\n0,1,2,3\n401,4,5,6\n402,7,8,9\n"
    spectra = read_spectra(write(text, "table.csv"))
    assert spectra.x_axis.tolist() == [0, 401, 402]
    text = text.replace("\n0,", "\na,").replace("\n401,", "\nb,").replace("\n402,", "\nc,")
    assert read_spectra(write(text, "table.csv")).x_axis.tolist() == [1, 2, 3]


@pytest.mark.parametrize("name", ["angle", "x", "shift", "energy_loss"])
def test_a_table_that_may_be_read_in_two_ways_is_refused(write, name):
    rows = "".join(f"{20 + i / 10:.1f},{i},{i + 1},{i % 7}\n" for i in range(30))
    path = write(f"{name},10,20,30\n{rows}", "table.csv")
    with pytest.raises(ValueError, match=r"say layout='columns' if .*, layout='rows' if"):
        read_spectra(path)
    assert read_spectra(path, layout="columns").X.shape == (3, 30)
    assert read_spectra(path, layout="rows").X.shape == (30, 3)
    # What has another name, or is in no order, is no axis.
    assert read_spectra(write(f"sample,10,20,30\n{rows}", "t.csv")).X.shape == (30, 3)
    assert read_spectra(write(f"{name},10,20,30\n{rows}1,2,3,4\n", "t.csv")).X.shape == (31, 3)


def test_other_kinds_of_blanks(write, make_lines, check_spectrum):
    check_spectrum(read_spectra(write(make_lines("\xa0"))))
    with pytest.raises(ValueError, match="line 3: 3 columns, but the file has 2"):
        read_spectra(write("1 2\n2 3\n3 4\xa05\n4 5\n"))


def test_every_line_is_read_exactly(write):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(3000, 2)).cumsum(axis=0)
    values[:, 0] = np.arange(3000) + rng.uniform(size=3000) / 2
    text = "\n".join(f"{x!r} {y!r}" for x, y in values.tolist())
    spectra = read_spectra(write(text))
    np.testing.assert_array_equal(spectra.x_axis, values[:, 0])
    np.testing.assert_array_equal(spectra.X[0], values[:, 1])
