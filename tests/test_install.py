"""What an installation promises."""

import subprocess
import sys


def test_a_folder_named_like_the_package_does_not_shadow_it(tmp_path):
    # As in the folder that holds a clone: one without __init__.py is a namespace package.
    (tmp_path / "skspectra").mkdir()
    script = "import skspectra; print(skspectra.__version__)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
