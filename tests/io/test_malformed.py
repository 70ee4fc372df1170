"""Files that are not what they should be: one line says where, and nothing heavy is loaded."""

import os
import subprocess
import sys

import numpy as np
import pytest

from skspectra.io import read_spectra

XY = "1 2\n2 3\n3 5\n4 4\n"
TABLE = "label,400,401,402,403\na,1,2,3,4\nb,2,3,4,5\n"
LABELLED = {"labels": "labels.csv"}
TARGET = {"target": "label"}


def with_line(text, line="x y"):
    rows = XY.split("\n")
    return "\n".join([*rows[:2], text, *rows[2:]])


# The files of a folder, what is read and how, and what the message must hold. A name of a file
# stands for that file, "." for the folder.
CASES = {
    "empty": ({"a.xy": ""}, "a.xy", {}, ["a.xy", "line 1", "empty"]),
    "blank": ({"a.xy": "\n\n \n"}, "a.xy", {}, ["a.xy", "line 1", "empty"]),
    "only comments": ({"a.xy": "# 1\n# 2\n"}, "a.xy", {}, ["a.xy", "no data"]),
    "binary": ({"a.xy": b"PK\x03\x04\x00\xff" * 9}, "a.xy", {}, ["a.xy", "binary", "export"]),
    "picture": ({"a.xy": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"}, "a.xy", {}, ["a.xy", "binary"]),
    "UTF-16 without mark": (
        {"a.xy": XY.encode("utf-16-le")},
        "a.xy",
        {},
        ["a.xy", "UTF-16 without a byte-order mark", "save it as UTF-8"],
    ),
    "damaged UTF-16": ({"a.xy": b"\xff\xfe1\0 \0\0"}, "a.xy", {}, ["a.xy", "utf-16"]),
    "damaged gzip": ({"a.xy.gz": b"\x1f\x8b\x08\0\0"}, "a.xy.gz", {}, ["a.xy.gz", "gzip", "copy"]),
    "text": ({"a.xy": "hello world\n"}, "a.xy", {}, ["a.xy", "line 1", "'hello world'"]),
    "one column": ({"a.xy": "1\n2\n3\n"}, "a.xy", {}, ["a.xy", "line 1", "one column", "two"]),
    "eleven columns": (
        {
            "a.xy": "\n".join(
                " ".join(str(i * 11 + j * 7 % 5) for j in range(11)) for i in range(9)
            )
        },
        "a.xy",
        {},
        ["a.xy", "11 columns", "layout='columns'"],
    ),
    "three columns with names": (
        {"a.xy": "x y z\n1 2 3\n2 3 4\n3 4 5\n"},
        "a.xy",
        {},
        ["a.xy", "'z'", "layout='columns'"],
    ),
    "text in the middle": (
        {"a.xy": with_line("3 high")},
        "a.xy",
        {},
        ["a.xy", "line 3, column 2", "'high'", "begin them with #"],
    ),
    "several bad lines": (
        {"a.xy": with_line("3 high") + "5 x\n6 y\n"},
        "a.xy",
        {},
        ["line 3, column 2", "also bad: lines 6-7"],
    ),
    "NaN": ({"a.xy": with_line("3 nan")}, "a.xy", {}, ["line 3, column 2", "'nan'"]),
    "infinity": ({"a.xy": with_line("3 inf")}, "a.xy", {}, ["line 3, column 2", "'inf'"]),
    "too large": ({"a.xy": with_line("3 1e39")}, "a.xy", {}, ["line 3, column 2", "beyond"]),
    "underscore": ({"a.xy": with_line("3 1_0")}, "a.xy", {}, ["line 3, column 2", "'1_0'"]),
    "missing value": ({"a.xy": with_line("2.5")}, "a.xy", {}, ["line 3", "1 columns"]),
    "empty field": ({"a.csv": "1;2;3\n2;;4\n3;4;5\n"}, "a.csv", {}, ["line 2, column 2", "empty"]),
    "duplicate axis": ({"a.xy": with_line("2 9")}, "a.xy", {}, ["line 3, column 1", "2 twice"]),
    "unsorted axis": ({"a.xy": with_line("9 9")}, "a.xy", {}, ["line 3, column 1", "follows 9"]),
    "two points": ({"a.xy": "1 2\n2 3\n"}, "a.xy", {}, ["a.xy", "2 points", "at least 3"]),
    "mixed decimals": (
        {"a.xy": "1,5 2\n2,5 3\n3,5 4\n4.5 5,5\n5,5 6\n"},
        "a.xy",
        {},
        ["line 4", "both decimal points and decimal commas"],
    ),
    "no permission": ({"a.xy": XY}, "a.xy", {}, ["a.xy"]),
    "no such file": ({}, "none.xy", {}, ["none.xy"]),
    "no such pattern": ({}, "*.none", {}, ["*.none", "no file"]),
    "empty folder": ({}, ".", {}, ["no files of spectra"]),
    "folder in a folder": (
        {"b/a.xy": XY},
        ".",
        {},
        ["no files but folders (b)", "labels='folder'"],
    ),
    "a wrong file in a folder": (
        {"a.xy": XY, "b.txt": "Dear all,\n", "c.xy": XY},
        ".",
        {},
        ["b.txt", "line 1", "'Dear all,'"],
    ),
    "mixed units": (
        {"a.xy": "2theta I\n" + XY, "b.xy": "nm I\n" + XY},
        ".",
        {},
        ["b.xy", "'nm'", "a.xy has 'deg'", "convert"],
    ),
    "nothing in common": ({"a.xy": XY, "b.xy": "7 1\n8 1\n9 1\n"}, ".", {}, ["a.xy", "b.xy"]),
    "files without labels": (
        {"a.xy": XY, "b.xy": XY, "labels.csv": "file,label\na.xy,q\n"},
        ".",
        LABELLED,
        ["labels.csv", "no label for b.xy"],
    ),
    "labels without files": (
        {"a.xy": XY, "labels.csv": "file,label\na.xy,q\nb.xy,q\n"},
        ".",
        LABELLED,
        ["labels.csv", "line 3", "no file for b.xy"],
    ),
    "no labels": ({"a.xy": XY}, ".", LABELLED, ["labels.csv"]),
    "name without the pattern": (
        {"a.xy": XY},
        ".",
        {"labels": "{label}_{}.xy"},
        ["a.xy", "does not match the pattern"],
    ),
    "transmittance": (
        {"a.xy": "wavenumber %T\n" + XY},
        "a.xy",
        {},
        ["a.xy", "transmittance", "transmittance='convert'"],
    ),
    "table: header only": ({"a.csv": "label,1,2\n"}, "a.csv", TARGET, ["a.csv", "no spectra"]),
    "table: no such column": (
        {"a.csv": TABLE},
        "a.csv",
        {"target": "phase"},
        ["line 1", "'phase'"],
    ),
    "table: transposed": (
        {"a.csv": "label,a,b\n400,1,2\n401,2,3\n402,3,4\n"},
        "a.csv",
        TARGET,
        ["line 1", "0 columns have a number", "layout='columns'"],
    ),
    "table: decimal commas": (
        {"a.csv": TABLE.replace("a,1,", 'a,"1,5",')},
        "a.csv",
        TARGET,
        ["line 2, column '400'", "'1,5'"],
    ),
    "table: duplicate axis": (
        {"a.csv": TABLE.replace("401", "400.0")},
        "a.csv",
        TARGET,
        ["line 1", "'400' and '400.0'"],
    ),
    "table: unsorted axis": (
        {"a.csv": TABLE.replace("401", "501")},
        "a.csv",
        TARGET,
        ["line 1, column '501'", "402 follows 501"],
    ),
    "table: a year among the points": (
        {"a.csv": "2022,label," + ",".join(map(str, range(400, 450))) + "\n" + "1," * 51 + "1\n"},
        "a.csv",
        TARGET,
        ["line 1, column '2022'", "rename"],
    ),
    "table: empty cell": (
        {"a.csv": TABLE.replace("3,4\n", ",4\n")},
        "a.csv",
        TARGET,
        ["line 2, column '402'", "empty", "--drop-incomplete"],
    ),
    "table: short row": ({"a.csv": TABLE + "c,1\n"}, "a.csv", TARGET, ["line 4", "2 fields"]),
    "table: open quote": ({"a.csv": TABLE + '"c,1,2,3,4\n'}, "a.csv", TARGET, ["line 4", "quote"]),
    "table: missing label": (
        {"a.csv": TABLE.replace("b,", "nan,")},
        "a.csv",
        TARGET,
        ["line 3, column 'label'", "'nan' is no label"],
    ),
    "table: blanks": (
        {"a.csv": "label 1 2\na 1 2\n"},
        "a.csv",
        TARGET,
        ["line 1", "separated by"],
    ),
    "damaged vendor file": ({"a.spc": b"abc"}, "a.spc", {}, ["a.spc", "spc-io cannot read it"]),
}


def prepare(tmp_path, files, what, options):
    """Write the files; return what is read, and the options with whole paths."""
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    if options.get("labels") == "labels.csv":
        options = {"labels": tmp_path / "labels.csv"}
    return str(tmp_path / what), options


@pytest.mark.parametrize(("files", "what", "options", "words"), CASES.values(), ids=CASES)
def test_one_line_says_what_is_wrong(tmp_path, monkeypatch, files, what, options, words):
    refused = files == {"a.xy": XY} and what == "a.xy"
    path, options = prepare(tmp_path, files, what, options)
    if refused:
        # The tests may run as root, who may read everything.
        def refuse(self, *args, **kwargs):
            raise PermissionError(13, "Permission denied", str(self))

        monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises((ValueError, OSError)) as error:
        read_spectra(path, **options)
    message = str(error.value)
    assert "\n" not in message
    for word in words:
        assert word in message
    # An error of a file is also one line when it is skipped.
    if files and what == ".":
        return
    with pytest.raises((ValueError, OSError)):
        read_spectra(path, skip_unreadable=True, **options)


def test_there_are_forty_cases():
    assert len(CASES) >= 40


def test_bad_files_load_nothing_heavy(tmp_path):
    """The same files in one fresh process, but for the one that needs a library."""
    calls = []
    for i, (name, (files, what, options, _)) in enumerate(CASES.items()):
        if name in ("no permission", "damaged vendor file"):
            continue
        folder = tmp_path / str(i)
        folder.mkdir()
        path, options = prepare(folder, files, what, options)
        calls.append((path, {key: str(value) for key, value in options.items()}))
    script = (
        "import sys\nfrom skspectra.io import read_spectra\n"
        f"for path, options in {calls!r}:\n"
        "    try:\n        read_spectra(path, **options)\n"
        "    except (ValueError, OSError):\n        continue\n"
        "    raise SystemExit(path)\n"
        "print(*({'sklearn', 'scipy', 'pandas', 'torch', 'joblib'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


def damaged(content, rng):
    """Return bytes with a few of them changed, cut off or repeated."""
    data = bytearray(content)
    for _ in range(rng.integers(1, 6)):
        place = rng.integers(max(len(data), 1))
        match rng.integers(4):
            case 0:
                data[place : place + 1] = rng.bytes(1)
            case 1:
                del data[place:]
            case 2:
                data[place:place] = data[place // 2 : place]
            case 3:
                data[place : place + rng.integers(20)] = rng.bytes(rng.integers(20))
    return bytes(data)


def attempt(path):
    """Return the spectra of a file and "", or None and the error."""
    try:
        return read_spectra(path, transmittance="keep"), ""
    except (ValueError, OSError) as error:
        return None, str(error)


SUFFIXES = ["xy", "csv", "ras", "asc", "uxd", "gsa", "dat", "txt"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_damaged_files_give_no_other_error(tmp_path, suffix):
    rng = np.random.default_rng(SUFFIXES.index(suffix))
    seeds = [XY.encode(), TABLE.encode(), b"*RAS_INT_START\n1 2 1\n2 3 1\n3 4 1\n*RAS_INT_END\n"]
    seeds += [b"title\nBANK 1 4 1 CONST 100 50 0 0 STD\n 1     2 1     3 1     4 1     5\n"]
    seeds += [b"_FILEVERSION=1\n_STEPTIME=1\n_STEPSIZE=1\n_START=1\n_COUNTS\n1 2 3 4\n"]
    seeds += [b"*TYPE = Raw\n*START = 1\n*STEP = 1\n1, 2, 3, 4\n*END\n", b"1 1 4\n1 2\n3 4\n"]
    seeds += [b"[Scan points]\nAngle,TimePerStep,Intensity\n1,1,2\n2,1,3\n3,1,4\n", b""]
    path = tmp_path / f"a.{suffix}"
    n_read = 0
    for i in range(300):
        path.write_bytes(damaged(seeds[i % len(seeds)], rng))
        spectra, message = attempt(path)
        assert "\n" not in message
        if spectra is not None:
            n_read += 1
            assert np.isfinite(spectra.X).all()
            assert (np.diff(spectra.x_axis) > 0).all()
            assert spectra.X.shape == (len(spectra.names), len(spectra.x_axis))
    assert n_read < 300


def test_the_user_of_a_locked_file_is_told(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    path = tmp_path / "a.xy"
    path.write_text(XY)
    path.chmod(0)
    with pytest.raises(PermissionError):
        read_spectra(path)
