import numpy as np
import pytest

from skspectra.io import Spectra, axis_names, read_spectra

GOOD = "label,sample,10,20.5,30\nquartz,s1,1,2,3\ncalcite,s2,4,5e-1,-6\n"


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "spectra.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def check_good(data):
    np.testing.assert_array_equal(data.X, [[1, 2, 3], [4, 0.5, -6]])
    np.testing.assert_array_equal(data.x_axis, [10, 20.5, 30])
    assert data.X.dtype == data.x_axis.dtype == np.float64
    assert data.y.tolist() == ["quartz", "calcite"]
    assert data.groups.tolist() == ["s1", "s2"]
    assert axis_names(data.x_axis) == ["10", "20.5", "30"]
    assert data.metadata == {}


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        GOOD.encode("utf-8-sig"),
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace("\n", "\r\n"),
        GOOD + "\n\n",
        GOOD.replace("quartz", '" quartz "').replace("10,", '"10",'),
        "30,label,20.5,sample,10\n3,quartz,2,s1,1\n-6,calcite,.5,s2,4\n",
    ],
)
def test_formats(write, content):
    check_good(read_spectra(write(content), target="label", group="sample"))


def test_semicolons_win_over_commas_in_names(write):
    content = 'name (a, b);"10";20\nx;1;2\n'
    assert read_spectra(write(content), target="name (a, b)").X.tolist() == [[1, 2]]


def test_other_columns_are_metadata(write):
    data = read_spectra(write(GOOD.replace("30", "nan")), target="label")
    assert data.groups is None
    assert {name: found.tolist() for name, found in data.metadata.items()} == {
        "sample": ["s1", "s2"],
        "nan": ["3", "-6"],
    }
    assert data.X.shape == (2, 2)


def test_text_that_is_not_utf8_is_latin1(write):
    content = GOOD.replace("quartz", "µ-quartz").encode("latin-1")
    assert read_spectra(write(content), target="label").y[0] == "µ-quartz"


def test_an_underscore_makes_a_name(write):
    data = read_spectra(write("label,1_0,10,20\na,5,1,2\n"), target="label")
    assert (list(data.metadata), data.x_axis.tolist()) == (["1_0"], [10, 20])


def test_target_may_be_named_by_a_number(write):
    data = read_spectra(write("7,10,20\na,1,2\n"), target="7")
    assert (data.y.tolist(), data.x_axis.tolist()) == (["a"], [10, 20])


BAD_FILES = {
    "empty": ("", "line 1 is empty"),
    "header only": ("label,sample,1,2\n", "no spectra"),
    "binary": (b"PK\x03\x04\xff\xfe", "not a text file (it holds binary data)"),
    "zero bytes": (b"label,\0\0\n", "binary"),
    "open quote": ('label,sample,1,2\n"a,s,1,2\n', "line 2: a quote is misplaced or not closed"),
    "quote opened later": (
        'label,sample,1,2\n"a\nb",s,1,2\n"c,s,1,2\nd,s,1,2\n',
        "line 4: a quote",
    ),
    "one field": ("label sample 1 2\na s 1 2\n", "separated by commas, semicolons or tabs"),
    "many columns": (",".join(f"c{i}" for i in range(12)) + ",1,2\n", "'c9' and 2 more"),
    "unnamed": (",sample,1,2\na,s,1,2\n", "there is (unnamed), 'sample'"),
    "single precision": (
        "label,sample,1,2\na,s,1,2\nb,s,1,-1e39\n",
        "line 3, column '2': '-1e39' is beyond single precision (3.4e+38)",
    ),
    "underscore": ("label,sample,1,2\na,s,1,1_0\n", "line 2, column '2': '1_0' is not"),
    "no target": ("kind,sample,1,2\na,s,1,2\n", "no column 'label'; there is 'kind', 'sample'"),
    "no group": ("label,kind,1,2\na,s,1,2\n", "no column 'sample'; there is 'label', 'kind'"),
    "two targets": ("label,label,sample,1,2\na,b,s,1,2\n", "'label' occurs 2 times"),
    "only numbers": ("1,2\n1,2\n", "only columns with numbers"),
    "one point": ("label,sample,1\na,s,1\n", "1 columns have a number"),
    "same point": ("label,sample,1,1.0\na,s,1,2\n", "'1' and '1.0' are the same point"),
    "text": ("label,sample,1,2\na,s,1,2\nb,s,1,high\n", "line 3, column '2': 'high'"),
    "decimal comma": ('label,sample,1,2\na,s,"1,5",2\n', "line 2, column '1': '1,5'"),
    "gap": ("label,sample,1,2\na,s,,2\n", "line 2, column '1': the cell is empty"),
    "nan": ("label,sample,1,2\na,s,1,nan\n", "line 2, column '2': 'nan' is not a finite"),
    "inf": ("label,sample,1,2\na,s,1,2\nb,s,-inf,2\n", "line 3, column '1': '-inf'"),
    "overflow": ("label,sample,1,2\na,s,1,1e999\n", "line 2, column '2': '1e999'"),
    "short row": ("label,sample,1,2\na,s,1,2\nb,s,1\n", "line 3: 3 fields, but the header has 4"),
    "long row": ("label,sample,1,2\na,s,1,2,3\n", "line 2: 5 fields"),
    "no label": ("label,sample,1,2\n ,s,1,2\n", "line 2, column 'label': the cell is empty"),
    "no group name": ("label,sample,1,2\na,,1,2\n", "line 2, column 'sample': the cell is empty"),
    "line after a long cell": ('label,sample,1,2\n"a\nb",s,1,2\nc,s,x,2\n', "line 4, column '1'"),
}


@pytest.mark.parametrize(("content", "message"), BAD_FILES.values(), ids=BAD_FILES)
def test_bad_files(write, content, message):
    path = write(content)
    with pytest.raises(ValueError, match=r"spectra\.csv: ") as error:
        read_spectra(path, target="label", group="sample")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_spectra(tmp_path / "none.csv", target="label")


def test_headers_of_any_length(write):
    """A field of more than 131,072 characters is too long for Python's csv module."""
    names = ";".join(f"{x:.4f}" for x in range(20_000)).replace(".", ",")
    row = ";".join(["1,5"] * 20_000)
    data = read_spectra(write(f"label;{names}\na;{row}\n"), target="label")
    assert data.X.shape == (1, 20_000)
    assert (data.X == 1.5).all()


def test_decimal_commas_in_the_header(write):
    data = read_spectra(write("label;10,5;11,5;12,5\na;1,5;2;3\n"), target="label")
    assert (data.x_axis.tolist(), data.X.tolist()) == ([10.5, 11.5, 12.5], [[1.5, 2, 3]])


def test_all_bad_rows_are_named_and_may_be_dropped(write):
    rows = ["a,s,1,2", "b,s,,2", "c,s,1,2", "d,s,1,x", "e,s,1", ",s,1,2", "nan,s,1,2"]
    path = write("label,sample,1,2\n" + "\n".join(rows))
    with pytest.raises(ValueError, match="line 3, column '1': the cell is empty") as error:
        read_spectra(path, target="label", group="sample")
    assert "also bad: lines 5-8" in str(error.value)
    assert "drop_incomplete=True (--drop-incomplete" in str(error.value)
    data = read_spectra(path, target="label", group="sample", drop_incomplete=True)
    assert data.y.tolist() == ["a", "c"]
    assert list(data.skipped) == [f"spectra.csv:line {n}" for n in (3, 5, 6, 7, 8)]
    with pytest.raises(ValueError, match="no row can be read"):
        read_spectra(write("label,1,2\na,,2\n"), target="label", drop_incomplete=True)


@pytest.mark.parametrize("text", ["nan", "NaN", "N/A", "null", "NA", "#N/A"])
def test_a_missing_label_is_no_class(write, text):
    with pytest.raises(ValueError, match=f"column 'label': '{text}' is no label"):
        read_spectra(write(f"label,1,2\n{text},1,2\n"), target="label")


def test_sodium_is_a_label(write):
    assert read_spectra(write("label,1,2\nNa,1,2\nnone,1,2\n"), target="label").y[0] == "Na"


def test_groups_are_the_same_with_and_without_decimals(write):
    content = "label,day,1,2\n1.50,1,1,2\n1.5,1.0,1,2\n01,01,1,2\n"
    data = read_spectra(write(content), target="label", group="day")
    assert data.y.tolist() == ["1.5", "1.5", "01"]
    assert data.groups.tolist() == ["1", "1", "01"]


AXIS = ",".join(map(str, range(400, 900, 2)))
ROW = ",".join("1" for _ in range(250))


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (f"label,2022,{AXIS}", f"a,5,{ROW}"),
        (f"label,{AXIS},2022", f"a,{ROW},5"),
        # Among the points of a finer axis, but out of order.
        (f"label,501,{AXIS}", f"a,5,{ROW}"),
    ],
)
def test_metadata_named_by_a_number_is_no_point(write, header, row):
    path = write(f"{header}\n{row}\n")
    with pytest.raises(ValueError, match=r"column '(2022|501)'"):
        read_spectra(path, target="label")


def test_a_gap_between_many_points_is_allowed(write):
    axis = [*range(400, 1800, 2), *range(2600, 4000, 2)]
    header = ",".join(map(str, axis))
    data = read_spectra(write(f"label,{header}\na{',1' * len(axis)}\n"), target="label")
    assert data.X.shape == (1, len(axis))


def test_a_line_that_names_the_separator(write):
    assert read_spectra(write("sep=;\nlabel;1;2\na;3;4\n"), target="label").X.tolist() == [[3, 4]]


def test_without_labels_a_table_is_recognised(write):
    data = read_spectra(write("10,20,30,40\n1,2,3,5\n4,5,6,5\n"))
    assert (data.X.shape, data.y, data.x_axis[0]) == ((2, 4), None, 10)
    data = read_spectra(write("note,10,20\nx,1,2\n"))
    assert data.metadata["note"].tolist() == ["x"]
    assert data.names.tolist() == ["spectra.csv:line 2"]


def test_a_frame_that_was_written_is_read_again(tmp_path):
    rng = np.random.default_rng(0)
    X, axis = rng.normal(size=(3, 50)), np.linspace(10, 11, 50)
    path = tmp_path / "frame.csv"
    Spectra(X, axis).to_frame().to_csv(path, index=False)
    data = read_spectra(path)
    np.testing.assert_array_equal(data.X, X)
    assert axis_names(data.x_axis) == axis_names(axis)
