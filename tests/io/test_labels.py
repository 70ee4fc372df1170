"""Labels and groups from columns, a CSV file, folders and names of files."""

import numpy as np
import pytest

from skspectra.io import read_spectra

XY = "1 2\n2 3\n3 5\n"


@pytest.fixture
def folder(tmp_path):
    """Return a function that fills a folder with files of one spectrum each."""

    def fill(*names, **others):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(XY)
        for name, text in others.items():
            (tmp_path / f"{name}.csv").write_text(text)
        return tmp_path

    return fill


def test_a_csv_file_in_the_folder(folder):
    table = "file,note,label,day\nb.xy,x,calcite,2\na.xy,,quartz,1.0\n"
    path = folder("a.xy", "b.xy", labels=table)
    spectra = read_spectra(path, labels=path / "labels.csv", group="day")
    assert spectra.names.tolist() == ["a.xy", "b.xy"]
    assert spectra.y.tolist() == ["quartz", "calcite"]
    assert spectra.groups.tolist() == ["1", "2"]
    assert {name: found.tolist() for name, found in spectra.metadata.items()} == {
        "note": ["", "x"]
    }


@pytest.mark.parametrize(
    "table",
    [
        *["file;phase\na.xy;Q\nb.xy;C\n", "# c\nname,phase\na,Q\nb,C\n"],
        *["x\tphase\n./a.xy\tQ\nb.xy\tC\n", 'file,phase\n"a.xy","Q"\nb.xy,C\n\n'],
        "\ufefffile,phase\r\na.xy, Q \r\nb.xy,C\r\n",
    ],
)
def test_dialects_and_names_of_a_csv_file(folder, table):
    path = folder("a.xy", "b.xy", labels=table)
    assert read_spectra(path, labels=path / "labels.csv").y.tolist() == ["Q", "C"]
    everything = str(path / "*")
    assert read_spectra(everything, labels=path / "labels.csv").y.tolist() == ["Q", "C"]


def test_target_names_a_column_of_the_csv_file(folder):
    path = folder("a.xy", labels="file,phase,colour\na.xy,Q,red\n")
    labels = path / "labels.csv"
    assert read_spectra(path, labels=labels, target="colour").y.tolist() == ["red"]
    with pytest.raises(ValueError, match=r"labels\.csv: line 1: no column 'size'; there is 'ph"):
        read_spectra(path, labels=labels, target="size")
    with pytest.raises(ValueError, match=r"labels\.csv: line 1: no column 'day'"):
        read_spectra(path, labels=labels, group="day")


def test_groups_from_a_file_of_their_own(folder):
    path = folder("q_1.xy", "c_1.xy", days="file,day\nq_1.xy,1\nc_1.xy,2\n")
    spectra = read_spectra(path, labels="name", groups=path / "days.csv")
    assert (spectra.y.tolist(), spectra.groups.tolist()) == (["c", "q"], ["2", "1"])


def test_folders(folder):
    path = folder("quartz/a.xy", "quartz/b.xy", "calcite/a.xy")
    spectra = read_spectra(path, labels="folder")
    assert spectra.y.tolist() == ["calcite", "quartz", "quartz"]
    assert spectra.names.tolist() == ["calcite/a.xy", "quartz/a.xy", "quartz/b.xy"]


def test_files_beside_labelled_folders_have_no_label(folder):
    path = folder("quartz/a.xy", "b.xy")
    with pytest.raises(ValueError, match=r"folder: no label for b\.xy"):
        read_spectra(path, labels="folder")


def test_folders_that_are_given_are_labels_as_well(folder, monkeypatch):
    path = folder("quartz/a.xy", "quartz/b.xy", "calcite/a.xy")
    spectra = read_spectra([path / "quartz", path / "calcite"], labels="folder")
    assert spectra.y.tolist() == ["quartz", "quartz", "calcite"]
    assert spectra.names.tolist() == ["quartz/a.xy", "quartz/b.xy", "calcite/a.xy"]
    monkeypatch.chdir(path / "quartz")
    for files in (".", "a.xy", "*.xy", "./a.xy", ["../quartz", "../calcite/a.xy"]):
        for labels in ("folder", "{label}/*.xy"):
            assert read_spectra(files, labels=labels).y[0] == "quartz"
    assert read_spectra("a.xy").names.tolist() == ["a.xy"]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        *[("quartz_01.xy", "quartz"), ("quartz-2.xy.gz", "quartz"), ("quartz (3).xy", "quartz")],
        *[
            ("alpha-quartz_1_2.xy", "alpha-quartz"),
            ("TiO2.xy", "TiO2"),
            ("TiO2_1-02.xy", "TiO2"),
            ("12.xy", "12"),
        ],
    ],
)
def test_names(folder, name, label):
    assert read_spectra(folder(name), labels="name").y.tolist() == [label]


def test_patterns(folder):
    path = folder("quartz_s1_01.xy", "calcite_s2_01.xy")
    spectra = read_spectra(path, labels="{label}_{group}_*.xy")
    assert spectra.y.tolist() == ["calcite", "quartz"]
    assert spectra.groups.tolist() == ["s2", "s1"]
    spectra = read_spectra(path, labels="{label}_*", groups="*_{day}_*", group="day")
    assert spectra.groups.tolist() == ["s2", "s1"]
    spectra = read_spectra(path, labels="{label}_{sample}_{}")
    assert spectra.metadata["sample"].tolist() == ["s2", "s1"]
    with pytest.raises(ValueError, match=r"calcite_s2_01\.xy: the name does not match"):
        read_spectra(path, labels="{label}-*.xy")


@pytest.mark.parametrize(
    ("n_others", "text"), [(0, ""), (1, ", nor does 1 other file"), (2, ", nor do 2 other files")]
)
def test_names_that_do_not_match_are_counted(folder, n_others, text):
    path = folder("a-1.xy", *(f"b{i}.xy" for i in range(n_others + 1)))
    with pytest.raises(ValueError, match=rf"the pattern '{{label}}-\*\.xy'{text}; \* stands"):
        read_spectra(path, labels="{label}-*.xy")


def test_patterns_of_folders(folder):
    path = folder("day1/quartz.xy", "day2/calcite.xy")
    spectra = read_spectra(path, labels="{group}/{label}.xy")
    assert (spectra.y.tolist(), spectra.groups.tolist()) == (
        ["quartz", "calcite"],
        ["day1", "day2"],
    )


def test_folders_of_files_that_a_pattern_or_a_list_finds(folder):
    path = folder("quartz/c1.xy", "calcite/c2.xy")
    for files in (str(path / "*" / "*.xy"), sorted(path.glob("*/*.xy"))):
        for labels in ("folder", "{label}/*.xy"):
            assert read_spectra(files, labels=labels).y.tolist() == ["calcite", "quartz"]
        spectra = read_spectra(files, labels="name", groups="folder")
        assert spectra.groups.tolist() == ["calcite", "quartz"]
        assert spectra.y.tolist() == ["c2", "c1"]
        assert read_spectra(files, labels="name").names.tolist() == ["c2.xy", "c1.xy"]


def test_several_labels_of_a_spectrum(folder):
    path = folder("a.xy", "b.xy", labels="file,label\na.xy,quartz + calcite\nb.xy,quartz\n")
    spectra = read_spectra(path, labels=path / "labels.csv", separators="+;")
    assert spectra.classes.tolist() == ["calcite", "quartz"]
    np.testing.assert_array_equal(spectra.y, [[1, 1], [0, 1]])


def test_the_same_label_written_as_two_numbers(folder):
    path = folder("a.xy", "b.xy", labels="file,label,group\na.xy,1.0,1\nb.xy,1,1.0\n")
    spectra = read_spectra(path, labels=path / "labels.csv", group="group")
    assert spectra.y.tolist() == spectra.groups.tolist() == ["1", "1"]


def test_spectra_of_a_table_are_labelled_by_their_columns(folder):
    path = folder(
        table="x,s1,s2,s3\n1,2,3,4\n2,3,4,5\n3,4,5,6\n", labels="s,l\ns1,A\ns2,B\ns3,A\n"
    )
    spectra = read_spectra(path / "table.csv", labels=path / "labels.csv")
    assert spectra.y.tolist() == ["A", "B", "A"]


BAD = {
    "files without labels": ("file,label\na.xy,Q\n", "no label for b.xy"),
    "labels without files": ("file,label\na.xy,Q\nb.xy,C\nc.xy,C\n", "line 4: no file for c.xy"),
    "empty label": ("file,label\na.xy,\nb.xy,C\n", "no label for a.xy"),
    "nan": ("file,label\na.xy,nan\nb.xy,C\n", "no label for a.xy"),
    "named twice": ("file,label\na.xy,Q\nb.xy,C\na,Q\n", "line 4: 'a' is named in line 2, too"),
    "one column": ("file\na.xy\n", "line 1: one column"),
    "short line": ("file,label\na.xy\nb.xy,C\n", "line 2: 1 fields, but the header has 2"),
    "open quote": ('file,label\n"a.xy,Q\nb.xy,C\n', "line 2: a quote is misplaced"),
    "same names": ("file,label,label\na.xy,Q,1\nb.xy,C,1\n", "'label' occurs twice"),
    "empty": ("", "the file is empty"),
    "binary": ("\0\1\2", "not a text file"),
}


@pytest.mark.parametrize(("table", "message"), BAD.values(), ids=BAD)
def test_bad_tables_of_labels(folder, table, message):
    path = folder("a.xy", "b.xy", labels=table)
    with pytest.raises(ValueError, match=r"labels\.csv: ") as error:
        read_spectra(path, labels=path / "labels.csv")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_only_a_few_of_many_names_are_listed(folder):
    names = [f"s{i:02}.xy" for i in range(46)]
    path = folder(*names, labels="file,label\n")
    with pytest.raises(ValueError, match=r"no label for s00\.xy, .*, s04\.xy and 41 more; add"):
        read_spectra(path, labels=path / "labels.csv")
    lines = "".join(f"{name},Q\n" for name in ["a.xy", *names])
    path = folder("a.xy", labels="file,label\n" + lines)
    for name in names:
        (path / name).unlink(missing_ok=True)
    with pytest.raises(ValueError, match=r"no file for s00\.xy, .*, s04\.xy and 41 more; correct"):
        read_spectra(path, labels=path / "labels.csv")


def test_a_name_in_two_folders_is_not_guessed(folder):
    path = folder("p/a.xy", "q/a.xy", labels="file,label\na.xy,Q\n")
    with pytest.raises(ValueError, match=r"line 2: 'a\.xy' may be p/a\.xy or q/a\.xy"):
        read_spectra(path, labels=path / "labels.csv", groups="folder")


def test_columns_of_what_is_no_table(folder):
    path = folder(scan="; c\n_FILEVERSION=1\n_STEPSIZE=1\n_START=1\n_COUNTS\n1 2 3 4\n")
    with pytest.raises(ValueError, match=r"scan\.csv: it is no table .* give the labels with lab"):
        read_spectra(path / "scan.csv", target="phase")
    both = folder(table="phase,1,2,3\na,1,2,3\n")
    with pytest.raises(ValueError, match=r"no label for scan\.csv; add it"):
        read_spectra(both, target="phase")


def test_skipping_bad_files_leaves_no_label_out(folder):
    path = folder("a.xy", "b.xy", labels="file,label\na.xy,Q\n")
    with pytest.raises(ValueError, match=r"no label for b\.xy; add it"):
        read_spectra(path, labels=path / "labels.csv", skip_unreadable=True)


def test_labels_that_are_not_asked_for_are_no_spectrum(folder):
    path = folder("a.xy", labels="file,label\na.xy,Q\n")
    spectra = read_spectra(path)
    assert spectra.names.tolist() == ["a.xy"]
    assert "not read: labels.csv" in spectra.remarks[0]


def test_a_file_that_was_skipped_may_have_a_label(folder):
    path = folder("a.xy", "b.xy", labels="file,label\na.xy,Q\nb.xy,C\n")
    (path / "b.xy").write_text("no numbers")
    spectra = read_spectra(path, labels=path / "labels.csv", skip_unreadable=True)
    assert spectra.y.tolist() == ["Q"]
    assert not any("no file" in remark for remark in spectra.remarks)


def test_missing_table_of_labels(folder):
    with pytest.raises(FileNotFoundError):
        read_spectra(folder("a.xy"), labels="none.csv")
