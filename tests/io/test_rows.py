import numpy as np
import pytest

from skspectra.io import axis_names, read_spectra

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
