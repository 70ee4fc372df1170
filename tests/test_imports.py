"""Who may import whom, and what importing the package loads."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import skspectra

ROOT = Path(skspectra.__file__).parent
MODULES = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))

EVERYTHING = {
    *("augmentation", "comparison", "datasets", "diffraction", "inspection", "io"),
    *("mixtures", "neural", "preprocessing", "svm", "uncertainty"),
}
# Modules that every room may import: they import no room.
COMMON = {"_grid", "_options", "_pickling", "_validation", "_words", "_writing"}
# What a room may import of the package beside itself and the common modules. A new room states its
# own here.
ALLOWED = {
    "__init__": set(),
    "_grid": set(),
    "_options": set(),
    "_pickling": set(),
    "_validation": set(),
    "_words": set(),
    "_writing": set(),
    "profiles": set(),
    "io": {"preprocessing"},
    "preprocessing": set(),
    "datasets": {"profiles"},
    "augmentation": {"preprocessing", "profiles"},
    "inspection": {"preprocessing"},
    "diffraction": {"profiles"},
    "mixtures": {"preprocessing", "profiles"},
    "svm": {"preprocessing", "profiles"},
    "neural": {"augmentation", "preprocessing", "profiles"},
    "uncertainty": {"preprocessing"},
    "comparison": {*EVERYTHING, "profiles"},
    "_cli": {*EVERYTHING, "profiles"},
    "__main__": {"_cli"},
}
# The public names of every room, and of the package itself beside its rooms.
PUBLIC = {
    "": {
        *("AugmentedClassifier", "MaxPoolDownsampler", "PeakShiftAugmenter"),
        *("PooledMLP", "PooledSVC", "SpectralCNN"),
    },
    "augmentation": {
        *("AugmentationDisplay", "AugmentedClassifier", "BackgroundAugmenter", "BaseAugmenter"),
        *("BroadeningAugmenter", "CalibrationAugmenter", "CrystalliteSizeAugmenter"),
        *("DiffractionShiftAugmenter", "ExtraPeakAugmenter", "IntensityAugmenter"),
        *("NoiseAugmenter", "PeakShiftAugmenter", "draw"),
    },
    "comparison": {
        *("Comparison", "ComparisonDisplay", "Finding", "ModelResult", "PairResult"),
        *("Recommendation", "compare"),
        *("compare_challenge", "default_models", "default_pairs", "shift_spectra"),
        *("PLSClassifier", "ShiftNeighborClassifier", "best_name", "best_of"),
    },
    "datasets": {
        *("PeakList", "bayes_optimum", "challenge_table", "draw_challenge_table"),
        *("draw_class_table", "make_benchmark", "make_challenge", "make_spectra"),
        *("load_precursors", "load_raman_calibrants", "write_precursors"),
    },
    "io": {
        *("ModelFile", "Spectra", "as_spectra", "axis_names", "convert_axis", "convert_points"),
        *("load", "read_spectra", "resample", "save", "to_absorbance", "to_points"),
        "trusted_types",
    },
    "inspection": {"NearestReferenceDisplay", "OcclusionDisplay", "occlusion_importance"},
    "diffraction": {
        *("InstrumentProfile", "Lines", "Phase", "PowderPatterns", "make_powder_patterns"),
        *("PhaseTable", "make_table", "read_phases", "wavelengths"),
    },
    "mixtures": {"Explanation", "Identification", "UnmixingClassifier", "identify"},
    "neural": {"PooledMLP", "SpectralCNN", "TrainingDisplay"},
    "preprocessing": {
        "AxisResampler",
        *("BaselineCorrector", "IntensityCompressor", "MaxPoolDownsampler"),
        *("SavitzkyGolayFilter", "SpectrumNormalizer", "SpikeRemover", "compress", "normalize"),
        "band_width",
    },
    "svm": {"PooledSVC"},
    "uncertainty": {"ConformalClassifier"},
}
# scikit-learn brings threadpoolctl.
CORE = {"joblib", "numpy", "scipy", "sklearn", "threadpoolctl"}
NETS = {"torch", "skorch"}


def room_of(path):
    return path.parts[0].removesuffix(".py")


def imported(path, tree):
    """Absolute dotted names of all that the module imports, and whether at import time."""
    package = ["skspectra", *path.parent.parts]
    deferred = {
        id(inner)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*base, *([node.module] if node.module else [])])
            found = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in found:
            yield name, id(node) not in deferred


def rooms_reached(name):
    """The room of ours that a dotted name leads to, as a set of none or one."""
    top, *rest = name.split(".")
    if top != "skspectra" or not rest:
        return set()
    # Public names at the top are those of their room.
    room = skspectra._HOMES.get(rest[0], rest[0])
    return {room} if room in {*EVERYTHING, *ALLOWED} or (ROOT / room).exists() else set()


def parse(path):
    return list(imported(path, ast.parse((ROOT / path).read_text(encoding="utf-8"))))


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_import_directions(path):
    room = room_of(path)
    for name, _ in parse(path):
        others = rooms_reached(name) - {room, *COMMON}
        assert others <= ALLOWED[room], f"{path} imports {name}"


def private_names(path, found):
    """Names with a leading underscore that a module imports from another room."""
    room = room_of(path)
    return [
        name
        for name, _ in found
        if name.rpartition(".")[2].startswith("_")
        and not name.endswith("__")
        and rooms_reached(name) - {room}
        # A module may have such a name; what it holds may not.
        and not (ROOT / Path(*name.split(".")[1:])).with_suffix(".py").exists()
    ]


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_underscore_names_do_not_cross_rooms(path):
    assert private_names(path, parse(path)) == []


def test_the_walk_sees_underscore_names():
    source = """
from skspectra.svm import _votes
from skspectra.svm._votes import predict, _Pairs
from skspectra.preprocessing._intensity import _no_zeros
from skspectra import __version__
"""
    found = list(imported(Path("svm/_x.py"), ast.parse(source)))
    assert private_names(Path("svm/_x.py"), found) == [
        "skspectra.preprocessing._intensity._no_zeros"
    ]
    assert private_names(Path("_cli.py"), found) == [
        "skspectra.svm._votes._Pairs",
        "skspectra.preprocessing._intensity._no_zeros",
    ]


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_only_neural_imports_torch_and_skorch(path):
    allowed = CORE | NETS if room_of(path) == "neural" else CORE
    for name, at_import_time in parse(path):
        top = name.split(".")[0]
        assert top not in NETS - allowed, f"{path} imports {name}"
        if at_import_time and top != "skspectra" and top not in sys.stdlib_module_names:
            assert top in allowed, (
                f"{path} needs {top} at import time, which is no core dependency"
            )


def test_the_walk_sees_every_form_of_import():
    source = """
import torch.nn
from . import _layers
from ..svm import PooledSVC
from skspectra import SpectralCNN
def later():
    import matplotlib.pyplot as plt
"""
    assert dict(imported(Path("svm/_x.py"), ast.parse(source))) == {
        "torch.nn": True,
        "skspectra.svm._layers": True,
        "skspectra.svm.PooledSVC": True,
        "skspectra.SpectralCNN": True,
        "matplotlib.pyplot": False,
    }
    assert rooms_reached("skspectra.SpectralCNN") == {"neural"}
    assert rooms_reached("skspectra.__version__") == set()


def run_python(script):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


HEAVY = "{'torch', 'skorch', 'matplotlib', 'gemmi', 'moyopy'}"


def test_importing_the_package_loads_nothing_heavy():
    loaded = run_python(
        "import sys; before = set(sys.modules); import skspectra; dir(skspectra); "
        f"print(*(set(sys.modules) & ({HEAVY} | {{'sklearn', 'scipy'}})))"
    )
    assert loaded == []


def test_only_neural_loads_torch():
    rooms = ", ".join(f"skspectra.{room}" for room in sorted(EVERYTHING - {"neural"}))
    script = f"import sys, skspectra, {rooms}; skspectra.PooledSVC, skspectra.PeakShiftAugmenter; "
    assert run_python(script + f"print(*(set(sys.modules) & {HEAVY}))") == []
    assert run_python(script + "skspectra.SpectralCNN; print('torch' in sys.modules)") == ["True"]


def test_public_names():
    assert set(skspectra.__all__) == PUBLIC[""] | EVERYTHING
    assert set(skspectra.__all__) <= set(dir(skspectra))
    assert set(PUBLIC) - {""} == EVERYTHING
    for name in skspectra.__all__:
        assert getattr(skspectra, name).__name__.rpartition(".")[2] == name
    for room in EVERYTHING:
        assert set(getattr(skspectra, room).__all__) == PUBLIC[room]
    assert isinstance(skspectra.__version__, str)


def test_public_names_resolve_in_a_fresh_process():
    script = (
        "import skspectra; print(*[n for n in skspectra.__all__ if not hasattr(skspectra, n)])"
    )
    assert run_python(script) == []


def test_unknown_name():
    with pytest.raises(AttributeError, match="module 'skspectra' has no attribute 'Unknown'"):
        getattr(skspectra, "Unknown")  # noqa: B009
