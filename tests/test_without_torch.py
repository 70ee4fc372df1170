"""What works where torch or skorch cannot be imported: everything but the networks."""

import subprocess
import sys

import pytest

HIDE = """
import sys
import warnings

class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {hidden}:
            raise ImportError(f"{{name}} is hidden")

sys.meta_path.insert(0, Hide())
"""


def run_without(hidden, script):
    """Run `script` in a fresh process that cannot import the modules `hidden`."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", HIDE.format(hidden=hidden) + script],
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("hidden", [("torch",), ("skorch",), ("torch", "skorch")], ids="-".join)
def test_asking_for_a_network_says_what_to_install(hidden):
    script = """
import skspectra
import skspectra.comparison

for name in sorted({*skspectra.__all__} - {"SpectralCNN", "PooledMLP", "neural"}):
    getattr(skspectra, name)
for _ in "again", "and again":
    try:
        skspectra.SpectralCNN
    except ImportError as error:
        print(error)
"""
    first, second = run_without(hidden, script)
    assert first == second
    assert " is hidden" in first
    assert "The networks need torch and skorch" in first
    assert "pip install torch skorch" in first


def test_classical_models_work_without_torch():
    script = """
import numpy as np
from sklearn.dummy import DummyClassifier
from skspectra import AugmentedClassifier, PeakShiftAugmenter, PooledSVC
from skspectra.comparison import compare

rng = np.random.default_rng(0)
y = np.repeat(["anatase", "brookite", "rutile"], 10)
centre = np.repeat([20, 30, 40], 10) + rng.normal(0, 1, 30)
X = np.exp(-(((np.arange(60) - centre[:, None]) / 2) ** 2) / 2)

svc = PooledSVC(5)
print(svc.fit(X, y).score(X, y))
copies = AugmentedClassifier(svc, PeakShiftAugmenter(1), random_state=0)
models = {"majority class": DummyClassifier(), "SVC": svc, "copies": copies}
result = compare(X, y, models, cv=2, n_repeats=1)
print(*(model.model for model in result.models))
print(*({"torch", "skorch"} & set(sys.modules)))
"""
    score, names, loaded = run_without(("torch", "skorch"), script)
    assert score == "1.0"
    assert names == "majority class SVC copies"
    assert loaded == ""


def test_default_models_leave_the_networks_out():
    script = """
from skspectra.comparison import default_models, default_pairs

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    models = default_models(100, full=True)
print(*(str(warning.message) for warning in caught))
print(*models, sep=", ")
print(*({name for pair in default_pairs(models) for name in pair} - set(models)))
"""
    warning, names, missing = run_without(("torch",), script)
    assert "networks are left out" in warning
    assert "pip install torch skorch" in warning
    assert "ridge classifier, PCA + LDA, PLS-DA" in names
    assert names.endswith("extra trees, pooled SVC + shift copies")
    assert missing == ""
