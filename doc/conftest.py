"""Only the pages hold doctests; the gallery is run when the documentation is built."""

import pytest

collect_ignore = ["conf.py", "_build", "auto_examples", "examples", "figures", "generated"]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    """Pages may write files where a reader would."""
    monkeypatch.chdir(tmp_path)
