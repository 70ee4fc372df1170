"""What every public estimator owes its users, whatever it computes."""

import inspect
import os
import pickle
import pkgutil
import re
import subprocess
import sys
import textwrap
import tomllib
from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path
from unittest import SkipTest

import joblib
import numpy as np
import numpydoc.docscrape
import numpydoc.validate
import pytest
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.utils import estimator_checks, get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

import skspectra
from skspectra import (
    AugmentedClassifier,
    MaxPoolDownsampler,
    PeakShiftAugmenter,
    PooledMLP,
    PooledSVC,
    SpectralCNN,
)
from skspectra.augmentation import (
    BackgroundAugmenter,
    BaseAugmenter,
    BroadeningAugmenter,
    CalibrationAugmenter,
    CrystalliteSizeAugmenter,
    DiffractionShiftAugmenter,
    ExtraPeakAugmenter,
    IntensityAugmenter,
    NoiseAugmenter,
)
from skspectra.comparison import PLSClassifier, ShiftNeighborClassifier
from skspectra.mixtures import UnmixingClassifier
from skspectra.preprocessing import (
    AxisResampler,
    BaselineCorrector,
    IntensityCompressor,
    SavitzkyGolayFilter,
    SpectrumNormalizer,
    SpikeRemover,
)
from skspectra.uncertainty import ConformalClassifier

# The checks train on blobs in 2 dimensions, half of the values negative. What would throw the
# blobs away for good reason (one window, "snv" of two points) has tests of its own.
TRANSFORMERS = [
    MaxPoolDownsampler(),
    MaxPoolDownsampler(pool_size=2, stride=1),
    MaxPoolDownsampler(pool_size=3, stride=2, pooling="mean"),
    MaxPoolDownsampler(pool_size=2, stride=1, pooling="decimate"),
    AxisResampler((0, 1)),
    AxisResampler((0, 0.25, 0.5, 1)),
    SpectrumNormalizer(),
    SpectrumNormalizer("area"),
    IntensityCompressor(),
    IntensityCompressor("sqrt"),
    IntensityCompressor("log", floor=0.1),
    SavitzkyGolayFilter(),
    SavitzkyGolayFilter(window_length=3, polyorder=1),
    BaselineCorrector(),
    BaselineCorrector("modpoly", {"poly_order": 1}),
    SpikeRemover(),
    SpikeRemover(threshold=3),
    PeakShiftAugmenter(),
    PeakShiftAugmenter(max_shift=0.1, mode="global", x_axis=(0, 0.1), random_state=0),
    PeakShiftAugmenter(max_shift=2, length_scale=9),
    PeakShiftAugmenter(max_shift=2, mode="peak", prominence=0.1),
    DiffractionShiftAugmenter((10, 90)),
    DiffractionShiftAugmenter((10, 90), 0.03, 0.5, 1, goniometer_radius=150, random_state=0),
    CalibrationAugmenter(),
    CalibrationAugmenter(9, 20, 10, x_axis=(200, 3200), random_state=0),
    BroadeningAugmenter(),
    BroadeningAugmenter(3, 1, eta=0.5, random_state=0),
    CrystalliteSizeAugmenter((10, 90), 1.5406),
    CrystalliteSizeAugmenter((10, 90), 0.7093, 5, 30, 1.07, eta=1, random_state=0),
    IntensityAugmenter(),
    IntensityAugmenter(0.5, 0.2, prominence=0.1, random_state=0),
    NoiseAugmenter(),
    NoiseAugmenter(0.1, 100, random_state=0),
    BackgroundAugmenter(),
    BackgroundAugmenter(0.2, 0.2, 0.2, x_axis=(10, 90), random_state=0),
    ExtraPeakAugmenter(),
    ExtraPeakAugmenter(2, 0.5, max_width=3, min_width=1, random_state=0),
]
# Parameters with which an augmenter does nothing.
OFF = {
    PeakShiftAugmenter: {"max_shift": 0},
    DiffractionShiftAugmenter: {"max_strain": 0, "max_zero_shift": 0, "max_displacement": 0},
    CalibrationAugmenter: {"max_offset": 0, "max_linear": 0, "max_quadratic": 0},
    BroadeningAugmenter: {"max_width": 0, "min_width": 0},
    CrystalliteSizeAugmenter: {"min_size": np.inf, "max_size": np.inf},
    IntensityAugmenter: {"max_change": 0, "max_gain": 0},
    NoiseAugmenter: {"level": 0, "counts_at_max": 0},
    BackgroundAugmenter: {"max_curve": 0, "max_hump": 0, "max_air": 0},
    ExtraPeakAugmenter: {"max_peaks": 0},
}
# One thread: what the checks compare is the same bit for bit, and a busy machine stays fast.
CLASSIFIERS = [
    PooledSVC(),
    PooledSVC(1, 1, "mean", normalize="none", compression="sqrt", class_weight="balanced"),
    PooledSVC(1, 2, "decimate", normalize="area", compression="none", kernel="poly", gamma=1.0),
    UnmixingClassifier(),
    UnmixingClassifier(n_background=1, alpha=0.3, random_state=3),
    AugmentedClassifier(LogisticRegression(), PeakShiftAugmenter()),
    AugmentedClassifier(PooledSVC(), PeakShiftAugmenter(1, "global"), n_copies=2, random_state=0),
    PLSClassifier(),
    PLSClassifier(2, scale=False),
    ShiftNeighborClassifier(),
    ShiftNeighborClassifier(max_shift=0),
    ConformalClassifier(LogisticRegression()),
    ConformalClassifier(
        PooledSVC(),
        conformity_score="margin",
        cv=3,
        per_class=True,
        false_alarm_rate=0.2,
        random_state=0,
    ),
    SpectralCNN(n_threads=1),
    # The one published network that is built for spectra of two points.
    SpectralCNN(
        "oviedo",
        activation="leaky_relu",
        norm="batch",
        max_epochs=20,
        lr=1e-2,
        n_threads=1,
        random_state=0,
    ),
    PooledMLP(n_threads=1),
    PooledMLP(
        1,
        2,
        "mean",
        normalize="none",
        compression="none",
        n_steps=2,
        hidden_layer_sizes=(32,),
        dropout=0.1,
        augmenter=PeakShiftAugmenter(1),
        max_epochs=20,
        batch_size=16,
        early_stopping=False,
        class_weight="balanced",
        n_threads=1,
        random_state=0,
    ),
]
PUBLIC = {type(estimator) for estimator in [*TRANSFORMERS, *CLASSIFIERS]}

filter_warnings = pytest.mark.filterwarnings(
    f"ignore::{ConvergenceWarning.__module__}.{ConvergenceWarning.__name__}",
    "ignore:.*of the absolute intensity is negative:UserWarning",
    # Of a checked multilabel y, no row may be pure.
    "ignore:No row is pure:UserWarning",
    # Spectra of two points may well be constant.
    "ignore:.* are all zero or constant:UserWarning",
    # Some checks fit on a frame and transform its values, or the other way round.
    "ignore:X does not have valid feature names:UserWarning",
    "ignore:X has feature names:UserWarning",
)


def test_every_public_estimator_is_checked():
    rooms = [import_module(f"skspectra.{room}") for room in skspectra._ROOMS]
    exported = {getattr(room, name) for room in rooms for name in room.__all__}
    classes = {thing for thing in exported if inspect.isclass(thing)}
    estimators = {cls for cls in classes if issubclass(cls, BaseEstimator)}
    assert estimators - {BaseAugmenter} == PUBLIC
    assert {getattr(skspectra, name) for name in skspectra._HOMES} <= PUBLIC


@filter_warnings
@parametrize_with_checks([*TRANSFORMERS, *CLASSIFIERS])
def test_scikit_learn_checks(estimator, check):
    reason = ""
    try:
        check(estimator)
    except SkipTest as skip:
        reason = str(skip)
    if "is non deterministic" in reason:
        assert isinstance(estimator, BaseAugmenter)
    elif reason:
        assert re.search("does not have a (predict_proba|decision_function) method", reason)
    if reason:
        pytest.skip(reason)


def names(estimators):
    return [type(estimator).__name__ for estimator in estimators]


@filter_warnings
@pytest.mark.parametrize(
    "check",
    [
        "check_dataframe_column_names_consistency",
        "check_inplace_ensure_writeable",
        "check_param_validation",
    ],
)
@pytest.mark.parametrize(
    "estimator", [*TRANSFORMERS, *CLASSIFIERS], ids=names([*TRANSFORMERS, *CLASSIFIERS])
)
def test_more_checks_of_every_estimator(estimator, check):
    if isinstance(estimator, (PooledMLP, SpectralCNN)):
        estimator = clone(estimator).set_params(max_epochs=2)
    getattr(estimator_checks, check)(type(estimator).__name__, estimator)


@filter_warnings
@pytest.mark.parametrize(
    "check",
    [
        "check_get_feature_names_out_error",
        "check_transformer_get_feature_names_out",
        "check_transformer_get_feature_names_out_pandas",
        "check_set_output_transform",
        "check_set_output_transform_pandas",
        "check_set_output_transform_polars",
        "check_global_output_transform_pandas",
        "check_global_set_output_transform_polars",
    ],
)
@pytest.mark.parametrize("transformer", TRANSFORMERS, ids=names(TRANSFORMERS))
def test_more_checks_of_every_transformer(transformer, check):
    transformer = clone(transformer)
    # Two calls of `fit_transform` are compared; an augmenter is random unless it has a seed.
    if "random_state" in transformer.get_params():
        transformer.set_params(random_state=0)
    if isinstance(transformer, BaseAugmenter) and check == "check_set_output_transform":
        # It compares `fit_transform` with `fit` and `transform`, which differ on purpose.
        transformer.set_params(**OFF[type(transformer)])
    getattr(estimator_checks, check)(type(transformer).__name__, transformer)


def test_tags():
    for estimator in TRANSFORMERS:
        assert get_tags(estimator).non_deterministic == isinstance(estimator, BaseAugmenter)
        assert get_tags(estimator).transformer_tags.preserves_dtype == ["float64", "float32"]
    for estimator in CLASSIFIERS:
        assert is_classifier(estimator)
        assert not get_tags(estimator).non_deterministic
    one_phase = [model for model in CLASSIFIERS if not get_tags(model).classifier_tags.multi_label]
    assert [type(model.estimator) for model in one_phase] == 2 * [LogisticRegression]


def toy():
    rng = np.random.default_rng(0)
    y = np.repeat(["calcite", "quartz"], 20)
    X = rng.uniform(0, 0.1, (40, 120))
    X[:20, 30] += 1
    X[20:, 70] += 1
    return X, y


@pytest.fixture(scope="module")
def fitted():
    """Each public estimator, fitted on the toy spectra."""
    X, y = toy()
    models = [
        MaxPoolDownsampler(6),
        AxisResampler((0, 1)),
        AxisResampler((0, 0.25, 0.5, 1)),
        SpectrumNormalizer(),
        IntensityCompressor(),
        SavitzkyGolayFilter(),
        BaselineCorrector(),
        SpikeRemover(),
        PeakShiftAugmenter(3),
        DiffractionShiftAugmenter((10, 90)),
        CalibrationAugmenter(),
        BroadeningAugmenter(),
        CrystalliteSizeAugmenter((10, 90), 1.5406),
        IntensityAugmenter(),
        NoiseAugmenter(),
        BackgroundAugmenter(),
        ExtraPeakAugmenter(),
        AugmentedClassifier(PooledSVC(), PeakShiftAugmenter(2), 2, random_state=0),
        PLSClassifier(3),
        ConformalClassifier(PooledSVC(), unknown_label="unknown", random_state=0),
        PooledSVC(),
        ShiftNeighborClassifier(2),
        UnmixingClassifier(),
        PooledMLP(
            n_iter_no_change=3, augmenter=PeakShiftAugmenter(2), n_threads=1, random_state=0
        ),
        SpectralCNN("mozaffari", lr=2e-3, n_iter_no_change=3, n_threads=1, random_state=0),
    ]
    return {type(model).__name__: model.fit(X, y) for model in models}


def outputs(model, X):
    methods = ("transform", "predict", "predict_proba", "decision_function", "p_values")
    return {method: getattr(model, method)(X) for method in methods if hasattr(model, method)}


FRESH_PROCESS = """
import pickle, sys, warnings
warnings.simplefilter("error")
import joblib, numpy as np
folder = sys.argv[1]
X = np.load(f"{folder}/X.npy")
for name in sys.argv[2:]:
    with open(f"{folder}/{name}.pickle", "rb") as file:
        models = pickle.load(file), joblib.load(f"{folder}/{name}.joblib")
    for how, model in zip(("pickle", "joblib"), models):
        methods = ("transform", "predict", "predict_proba", "decision_function", "p_values")
        found = {m: getattr(model, m)(X) for m in methods if hasattr(model, m)}
        np.savez(f"{folder}/{name}.{how}.npz", **found)
"""


def run_python(script, *arguments):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout


def test_fitted_models_survive_in_a_fresh_process(fitted, tmp_path):
    X, _ = toy()
    np.save(tmp_path / "X.npy", X)
    for name, model in fitted.items():
        (tmp_path / f"{name}.pickle").write_bytes(pickle.dumps(model))
        joblib.dump(model, tmp_path / f"{name}.joblib")
    run_python(FRESH_PROCESS, tmp_path, *fitted)
    for name, model in fitted.items():
        for how in ("pickle", "joblib"):
            with np.load(tmp_path / f"{name}.{how}.npz") as found:
                expected = outputs(model, X)
                assert set(found) == set(expected)
                for method, values in expected.items():
                    np.testing.assert_array_equal(found[method], values, strict=True)


@pytest.mark.parametrize("name", names({type(t): t for t in TRANSFORMERS}.values()))
def test_no_training_data_is_kept(fitted, name):
    assert len(pickle.dumps(fitted[name])) < 2000


@pytest.mark.parametrize("name", ["PooledMLP", "SpectralCNN"])
def test_a_pickled_network_is_its_weights(fitted, name):
    model = fitted[name]
    weights = sum(array.nbytes for array in model.weights_.values())
    assert len(pickle.dumps(model)) < 1.01 * weights + 20_000


@pytest.mark.parametrize(
    "name", ["AugmentedClassifier", "ConformalClassifier", "PooledMLP", "PooledSVC", "SpectralCNN"]
)
def test_labels_come_back_as_labels(fitted, name):
    X, y = toy()
    predicted = fitted[name].predict(X)
    assert predicted.dtype.kind == "U"
    assert predicted.tolist() == y.tolist()


@pytest.mark.parametrize("name", sorted(cls.__name__ for cls in PUBLIC))
def test_fit_and_prediction_leave_numpy_alone(fitted, name):
    X, y = toy()
    before = np.random.get_state()  # noqa: NPY002
    outputs(clone(fitted[name]).fit(X, y), X)
    after = np.random.get_state()  # noqa: NPY002
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def public_names():
    """Dotted names of what the rooms export, and of the public methods of its classes."""
    found = []
    rooms = [module.name for module in pkgutil.iter_modules(skspectra.__path__) if module.ispkg]
    for room in sorted(rooms):
        module = import_module(f"skspectra.{room}")
        for name in module.__all__:
            found.append(f"{module.__name__}.{name}")
            member = getattr(module, name)
            if inspect.isclass(member):
                found += [
                    f"{found[-1]}.{method}"
                    for method, value in vars(member).items()
                    if not method.startswith("_") and inspect.isfunction(value)
                ]
    return found


def resolve(name):
    room, *path = name.removeprefix("skspectra.").split(".")
    found = import_module(f"skspectra.{room}")
    for part in path:
        found = getattr(found, part)
    return found


PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
CHECKS = tomllib.loads(PYPROJECT.read_text())["tool"]["numpydoc_validation"]["checks"]


@pytest.mark.parametrize("name", public_names())
def test_docstring(name):
    errors = numpydoc.validate.validate(name)["errors"]
    assert [error for error in errors if error[0] in CHECKS] == []


def stated_defaults(name):
    """Parameters of `name` with the default that the docstring states, as text."""
    doc = numpydoc.docscrape.get_doc_object(resolve(name))
    for parameter in doc["Parameters"]:
        match = re.search(r"default\s*[=:]\s*(.+)$", parameter.type)
        for single in parameter.name.split(","):
            yield single.strip().lstrip("*"), match and match[1]


@pytest.mark.parametrize("name", public_names())
def test_stated_defaults_are_those_of_the_signature(name):
    found = resolve(name)
    signature = inspect.signature(found).parameters
    for parameter, stated in stated_defaults(name):
        if parameter not in signature:
            continue
        default = signature[parameter].default
        if is_dataclass(found) and repr(default) == "<factory>":
            default = found.__dataclass_fields__[parameter].default_factory()
        if default is inspect.Parameter.empty:
            assert stated is None, f"{parameter} has no default"
        elif default is not None or stated is not None:
            assert stated is not None, f"the default of {parameter} is not stated"
            known = {
                "np": np,
                "nan": np.nan,
                found.__name__: found,
                **vars(inspect.getmodule(found)),
            }
            # NaN, which equals nothing, is the same object here and there.
            assert (eval(stated, known),) == (default,), parameter


@pytest.mark.parametrize("estimator", sorted(PUBLIC, key=lambda cls: cls.__name__))
def test_every_parameter_is_documented_constrained_and_assigned(estimator):
    parameters = list(inspect.signature(estimator).parameters)
    documented = [
        name
        for name, _ in stated_defaults(
            f"{estimator.__module__.rpartition('.')[0]}.{estimator.__name__}"
        )
    ]
    assert documented == parameters
    assert set(estimator._parameter_constraints) == set(parameters)
    assert len(parameters) <= 20


def test_fitted_attributes_are_documented(fitted):
    for name, model in fitted.items():
        doc = numpydoc.docscrape.ClassDoc(type(model))
        documented = {
            single.strip() for entry in doc["Attributes"] for single in entry.name.split(",")
        }
        learnt = {a for a in vars(model) if a.endswith("_") and not a.startswith("_")}
        assert learnt <= documented, name
        missing = documented - learnt - {"feature_names_in_"}
        assert all(hasattr(model, attribute) for attribute in missing), name


def test_array_api_dispatch_can_be_switched_on():
    """Without it scikit-learn skips a check; it is set before SciPy is imported."""
    assert os.environ["SCIPY_ARRAY_API"] == "1"
