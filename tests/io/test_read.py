"""Several files on one axis."""

import numpy as np
import pytest

from skspectra.io import read_spectra


@pytest.fixture
def put(tmp_path):
    """Return a function that writes a spectrum on an axis into a folder, which it returns."""

    def put(name, axis, values=None, header=""):
        values = np.sin(axis) + 2 if values is None else values
        rows = "".join(f"{x:.6f} {y:.9f}\n" for x, y in zip(axis, values, strict=True))
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(header + rows)
        return tmp_path

    return put


EVEN = np.linspace(10, 20, 101)


def test_equal_grids_are_left_alone(put):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(2, 101)).round(9)
    put("a.xy", EVEN, values[0])
    # Within 1 % of a step, as files round their axes.
    spectra = read_spectra(put("b.xy", EVEN + 0.0005, values[1]))
    np.testing.assert_array_equal(spectra.X, values)
    np.testing.assert_array_equal(spectra.x_axis, EVEN.round(6))
    assert spectra.remarks == ()


def test_other_grids_are_cropped_and_resampled(put):
    for i in range(3):
        put(f"{i}.xy", EVEN)
    put("longer.xy", np.linspace(9, 20.5, 116))
    spectra = read_spectra(put("shifted.xy", np.linspace(10.35, 20.35, 101)))
    np.testing.assert_allclose(spectra.x_axis, EVEN[4:])
    np.testing.assert_allclose(spectra.X, np.tile(np.sin(EVEN[4:]) + 2, (5, 1)), atol=2e-3)
    assert spectra.remarks == (
        "one axis: 10.4 to 20, step 0.1; 1 of 5 files was resampled and 4 only cropped",
    )


def test_a_finer_file_keeps_its_narrow_peak(put):
    """Taking single values would lose the peak between two points of the coarse grid."""
    put("a.xy", EVEN)
    put("b.xy", EVEN)
    fine = np.linspace(10, 20, 1001)
    peak = np.zeros(1001)
    peak[505] = 1
    spectra = read_spectra(put("c.xy", fine, peak))
    np.testing.assert_allclose(spectra.x_axis, EVEN)
    # Its area of 0.01 is shared by two bins of a width of 0.1.
    np.testing.assert_allclose(spectra.X[2, 49:53], [0, 0.05, 0.05, 0], atol=1e-12)


def test_one_short_file_is_left_out(put):
    for i in range(3):
        put(f"{i}.xy", EVEN)
    spectra = read_spectra(put("short.xy", EVEN[:60]))
    assert len(spectra) == 3
    assert spectra.skipped == {"short.xy": "the axis covers 10 to 15.9 of 10 to 20"}
    assert "left out, because their range is short: short.xy" in spectra.remarks[0]
    # 59 of 100 steps are enough here.
    spectra = read_spectra(put("short.xy", EVEN[:60]), min_cover=0.59)
    assert (len(spectra), spectra.x_axis[-1]) == (4, 15.9)


def test_one_long_file_makes_no_other_short(put):
    for i in range(3):
        put(f"{i}.xy", EVEN)
    put("long.xy", np.linspace(5, 40, 351))
    spectra = read_spectra(put("short.xy", EVEN[:60]))
    assert list(spectra.skipped) == ["short.xy"]


def test_of_two_files_none_is_left_out(put):
    put("a.xy", EVEN)
    assert read_spectra(put("b.xy", EVEN[:40])).X.shape == (2, 40)


def test_many_short_files_shorten_all(put):
    for i in range(3):
        put(f"long{i}.xy", EVEN)
    for i in range(2):
        folder = put(f"short{i}.xy", EVEN[:60])
    assert read_spectra(folder).X.shape == (5, 60)


def test_files_with_nothing_in_common(put):
    put("a.xy", EVEN)
    with pytest.raises(ValueError, match=r"b\.xy: its axis is 30 to 40, but that of a\.xy is"):
        read_spectra(put("b.xy", EVEN + 20))


def test_the_axis_may_be_given(put):
    put("a.xy", EVEN)
    folder = put("b.xy", EVEN[:50])
    axis = np.linspace(10, 14, 21)
    spectra = read_spectra(folder, x_axis=axis)
    assert spectra.x_axis is axis
    np.testing.assert_allclose(spectra.X[0], np.sin(axis) + 2, atol=3e-3)
    with pytest.raises(ValueError, match=r"b\.xy: the axis covers 10 to 14.9 of 10 to 20; leave"):
        read_spectra(folder, x_axis=EVEN)
    spectra = read_spectra(folder, x_axis=EVEN, skip_unreadable=True)
    assert spectra.skipped == {"b.xy": "the axis covers 10 to 14.9 of 10 to 20"}
    with pytest.raises(ValueError, match="x_axis must be ascending"):
        read_spectra(folder, x_axis=EVEN[::-1])
    with pytest.raises(ValueError, match=r"x_axis has shape \(1,\)"):
        read_spectra(folder, x_axis=[1])


def test_units_and_wavelengths_must_agree(put):
    put("a.xy", EVEN, header="# Wavelength: 1.5406\n2theta I\n")
    folder = put("b.xy", EVEN)
    spectra = read_spectra(folder)
    assert (spectra.unit, spectra.wavelength) == ("deg", 1.5406)
    assert read_spectra(folder, unit="°").unit == "deg"
    with pytest.raises(ValueError, match="unit='furlong' is not known; it must be one of deg, cm"):
        read_spectra(folder, unit="furlong")
    with pytest.raises(ValueError, match=r"a\.xy: the unit is 'deg', but unit='nm'"):
        read_spectra(folder, unit="nm")
    put("c.xy", EVEN, header="raman_shift I\n")
    with pytest.raises(ValueError, match=r"c\.xy: the unit is 'cm-1', but a\.xy has 'deg'"):
        read_spectra(folder)
    put("c.xy", EVEN, header="# wavelength 0.7093\n2theta I\n")
    with pytest.raises(ValueError, match=r"c\.xy: the wavelength is 0.7093, but a\.xy has 1.5406"):
        read_spectra(folder)
    # The mean of two lines is the same radiation.
    put("c.xy", EVEN, header="# wavelength 1.5418\n2theta I\n")
    assert read_spectra(folder).wavelength == 1.5406


@pytest.mark.parametrize("name", ["T [%]", "T (%)", "T/%", "%T", "IR_transmittance [%]"])
@pytest.mark.parametrize("mark", [" ", "\t"])
def test_names_of_percent_transmittance(put, name, mark):
    folder = put("a.txt", EVEN, np.linspace(10, 100, 101), header=f"wavenumber{mark}{name}\n")
    spectra = read_spectra(folder, transmittance="keep")
    np.testing.assert_allclose(spectra.X[0], np.linspace(0.1, 1, 101), atol=1e-6)


@pytest.mark.parametrize(("n_short", "end"), [(1, "2 of 3 files were"), (2, "1 of 3 files was")])
def test_only_what_was_done_is_said(put, n_short, end):
    for i in range(3):
        folder = put(f"{i}.xy", EVEN)
    x_axis = EVEN[2:]
    remark = read_spectra(folder, x_axis=x_axis).remarks[0]
    assert remark.endswith("; 3 of 3 files were cropped")
    for i in range(n_short):
        put(f"{i}.xy", x_axis)
    remark = read_spectra(folder, x_axis=x_axis).remarks[0]
    assert remark.endswith(f"; {end} cropped")


def test_transmittance_is_refused_converted_or_kept(put):
    share = np.linspace(0.1, 1, 101)
    put("a.txt", EVEN, 100 * share, header="wavenumber %T\n")
    folder = put("b.txt", EVEN, share, header="wavenumber transmittance\n")
    with pytest.raises(ValueError, match=r"a\.txt: it holds transmittance, whose bands"):
        read_spectra(folder)
    spectra = read_spectra(folder, transmittance="convert")
    np.testing.assert_allclose(spectra.X, np.tile(-np.log10(share), (2, 1)), atol=1e-6)
    assert spectra.quantity == "absorbance"
    spectra = read_spectra(folder, transmittance="keep")
    np.testing.assert_allclose(spectra.X, np.tile(share, (2, 1)), atol=1e-6)
    put("c.txt", EVEN, share, header="wavenumber absorbance\n")
    assert len(read_spectra(folder, transmittance="convert")) == 3
    with pytest.raises(ValueError, match=r"c\.txt: it holds absorbance, but b\.txt holds transm"):
        read_spectra(folder, transmittance="keep")


def test_bands_that_absorb_everything_end_at_an_absorbance_of_4(put):
    share = np.ones(101)
    share[50] = -0.001
    folder = put("a.txt", EVEN, share, header="wavenumber transmittance\n")
    spectra = read_spectra(folder, transmittance="convert")
    assert spectra.X[0, 50] == 4
    assert spectra.remarks == (
        "a.txt: transmittance was converted to absorbance; 1 values below 0.0001 were set to it",
    )
    put("a.txt", EVEN, share - 1, header="wavenumber transmittance\n")
    with pytest.raises(ValueError, match=r"a\.txt: 101 of 101 values are 0 or negative"):
        read_spectra(folder, transmittance="convert")


def test_lists_and_patterns(put):
    put("x/a.xy", EVEN)
    folder = put("y/a.xy", EVEN)
    put("y/b.xy", EVEN)
    both = [folder / "x" / "a.xy", str(folder / "y" / "b.xy")]
    assert read_spectra(both).names.tolist() == ["a.xy", "b.xy"]
    same = [folder / "x" / "a.xy", folder / "y" / "a.xy"]
    assert read_spectra(same).names.tolist() == list(map(str, same))
    assert read_spectra(str(folder / "*" / "b.*")).names.tolist() == ["b.xy"]
    with pytest.raises(ValueError, match="no file has such a name"):
        read_spectra(str(folder / "*.none"))
    folders = read_spectra([folder / "x", folder / "y"])
    assert folders.names.tolist() == [str(folder / n) for n in ("x/a.xy", "y/a.xy", "y/b.xy")]
    with pytest.raises(ValueError, match="no files are given"):
        read_spectra([])


def test_what_lies_in_a_folder_beside_spectra(put):
    folder = put("a.xy", EVEN)
    put("b/c.xy", EVEN)
    for name in (".hidden", "README.md", "plot.png"):
        (folder / name).write_bytes(b"\0")
    spectra = read_spectra(folder)
    assert spectra.names.tolist() == ["a.xy"]
    assert [remark.partition(": ")[2] for remark in spectra.remarks] == [
        "folders in it are not read: b",
        "no spectra, not read: README.md, plot.png",
    ]


def test_folders_in_a_folder(put):
    folder = put("a/x.xy", EVEN)
    with pytest.raises(
        ValueError, match=r"it holds no files but folders \(a\); name the.*with labels"
    ):
        read_spectra(folder)
    (folder / "a" / "b").mkdir()
    with pytest.raises(ValueError, match=r"a/b: a folder in a folder"):
        read_spectra(folder, labels="folder")


def test_bad_files_are_skipped_on_request(put):
    folder = put("a.xy", EVEN)
    (folder / "b.xy").write_text("hello\n")
    with pytest.raises(ValueError, match=r"b\.xy: line 1: 'hello'"):
        read_spectra(folder)
    spectra = read_spectra(folder, skip_unreadable=True)
    assert spectra.names.tolist() == ["a.xy"]
    assert "'hello'" in spectra.skipped["b.xy"]
    (folder / "a.xy").unlink()
    with pytest.raises(ValueError, match=r"no file can be read: .*'hello'"):
        read_spectra(folder, skip_unreadable=True)


def test_three_dialects_in_one_folder(tmp_path):
    """Semicolons and decimal commas, tabs below a header, and two descending columns."""
    axis, other = np.arange(5, 60, 0.02), np.arange(60.5, 4, -0.05)
    shape = lambda x: np.exp(-(((x - 30) / 2) ** 2))  # noqa: E731
    files = {"a.csv": (axis, ";", ","), "b.txt": (axis, "\t", "."), "c.xy": (other, " ", ".")}
    for name, (x, mark, decimal) in files.items():
        rows = "\n".join(f"{a:.2f}\t{b:.6f}" for a, b in zip(x, shape(x), strict=True))
        text = rows.replace(".", decimal).replace("\t", mark)
        (tmp_path / name).write_text(("Angle\tCounts\n" if name == "b.txt" else "") + text)
    spectra = read_spectra(tmp_path, labels="name")
    assert spectra.y.tolist() == ["a", "b", "c"]
    np.testing.assert_allclose(spectra.X, shape(np.tile(spectra.x_axis, (3, 1))), atol=1e-3)
    assert spectra.x_axis[0] == 5
