"""Files are written as a whole, with the permissions they had, and devices are left devices."""

import os
import stat
import sys
from threading import Thread

import pytest

from skspectra._writing import write_csv, write_whole

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pipes and permissions")


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_permissions_stay(tmp_path, mode):
    path = tmp_path / "kept.txt"
    path.write_text("old")
    path.chmod(mode)
    write_whole(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_new_files_have_the_usual_permissions(tmp_path):
    (tmp_path / "usual.txt").write_text("")
    write_whole(tmp_path / "new.txt", "")
    usual, new = ((tmp_path / name).stat().st_mode for name in ("usual.txt", "new.txt"))
    assert new == usual


def test_a_pipe_stays_a_pipe(tmp_path):
    pipe, found = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = Thread(target=lambda: found.append(pipe.read_bytes()), daemon=True)
    reader.start()
    assert write_whole(pipe, "ä") == pipe
    reader.join(timeout=10)
    assert found == ["ä".encode()]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_long_names_of_long_letters(tmp_path):
    """A name may have 255 bytes, and each of these letters has three."""
    path = tmp_path / ("谱" * 83 + ".csv")
    write_csv(path, [{"a": 1}])
    assert path.read_text() == "a\n1\n"


def test_links_are_followed(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    write_whole(tmp_path / "link.txt", b"new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


@pytest.mark.parametrize("name", ["replace", "fsync"])
def test_the_old_file_stays_where_writing_fails(tmp_path, monkeypatch, name):
    path = tmp_path / "kept.txt"
    path.write_text("old")

    def stop(*arguments):
        raise OSError("no space")

    monkeypatch.setattr(os, name, stop)
    with pytest.raises(OSError, match="no space"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]
