"""Write the model files that later versions must read: ``python tests/io/models/write.py``.

Run it once for a version, when it is made; files of older versions are never written anew.
"""

import runpy
from pathlib import Path

from sklearn.base import clone

from skspectra import __version__
from skspectra.io import save

if __name__ == "__main__":
    here = Path(__file__).parent
    tests = runpy.run_path(str(here.parent / "test_model_file.py"))
    for name in ("PooledSVC", "ours"):
        model = clone(tests["MODELS"][name]).fit(*tests["toy"]())
        path = here / f"{__version__}-{name}.skops"
        save(model, path, x_axis=tests["AXIS"], unit="deg")
        print(path, path.stat().st_size, "bytes")
