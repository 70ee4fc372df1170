"""What all augmenters owe their users, whatever they do to a spectrum."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline

from skspectra import AugmentedClassifier, PeakShiftAugmenter, SpectralCNN
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

N_POINTS = 300
ANGLES = (10, 90)
UNEVEN = 10 + 80 * np.linspace(0, 1, N_POINTS) ** 1.5
ACTIVE = {
    "local": PeakShiftAugmenter(9),
    "global": PeakShiftAugmenter(9, "global"),
    "peak": PeakShiftAugmenter(9, "peak"),
    "diffraction": DiffractionShiftAugmenter(ANGLES, 0.02, 0.5, 0.5),
    "diffraction-uneven": DiffractionShiftAugmenter(UNEVEN, 0.02, 0.5, 0.5),
    "calibration": CalibrationAugmenter(3, 3, 2),
    "broadening": BroadeningAugmenter(9, 2, eta=0.3),
    "size": CrystalliteSizeAugmenter(ANGLES, 1.5406, 5, 30),
    "intensity": IntensityAugmenter(0.5, 0.2),
    "noise": NoiseAugmenter(0.02, 1000),
    "background": BackgroundAugmenter(0.3, 0.3, 0.3, ANGLES),
    "extra": ExtraPeakAugmenter(5, 0.3, 20),
}
OFF = {
    "local": PeakShiftAugmenter(0),
    "peak": PeakShiftAugmenter(0, "peak"),
    "diffraction": DiffractionShiftAugmenter(ANGLES, 0, 0, 0),
    "calibration": CalibrationAugmenter(0, 0, 0),
    "broadening": BroadeningAugmenter(0),
    "size": CrystalliteSizeAugmenter(ANGLES, 1.5406, np.inf, np.inf),
    "intensity": IntensityAugmenter(0),
    "noise": NoiseAugmenter(0),
    "background": BackgroundAugmenter(0, 0),
    "extra-number": ExtraPeakAugmenter(0),
    "extra-height": ExtraPeakAugmenter(max_height=0),
}


def each(augmenters):
    return pytest.mark.parametrize("augmenter", augmenters.values(), ids=augmenters)


def spectra(n_samples, seed=0, dtype=np.float64):
    """Spectra of up to six peaks; some have none."""
    rng = np.random.default_rng(seed)
    X = rng.normal(scale=1e-3, size=(n_samples, N_POINTS))
    for row in X:
        for _ in range(rng.integers(7)):
            top, width = rng.uniform(0, N_POINTS), rng.uniform(2, 6)
            row += rng.uniform(0.2, 1) * np.exp(-(((np.arange(N_POINTS) - top) / width) ** 2))
    return X.astype(dtype)


def test_every_augmenter_is_here():
    classes = {type(augmenter) for augmenter in ACTIVE.values()}
    assert classes == {
        cls for cls in BaseAugmenter.__subclasses__() if cls.__module__.startswith("skspectra.")
    }
    assert classes == {type(augmenter) for augmenter in OFF.values()}


@each(ACTIVE)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_new_array_of_the_same_shape_and_dtype(augmenter, dtype):
    X = spectra(20, dtype=dtype)
    before = X.copy()
    X.setflags(write=False)
    variants = clone(augmenter).fit_transform(X)
    assert variants.shape == X.shape
    assert variants.dtype == dtype
    assert variants.flags.c_contiguous
    assert np.isfinite(variants).all()
    assert not np.shares_memory(variants, X)
    np.testing.assert_array_equal(X, before)
    assert (variants != X).any(axis=1).mean() > 0.5


@each(OFF)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_amplitude_is_the_identity(augmenter, dtype):
    X = spectra(5, dtype=dtype)
    variants = clone(augmenter).fit_transform(X)
    np.testing.assert_array_equal(variants, X)
    assert not np.shares_memory(variants, X)


@each(ACTIVE)
def test_transform_adds_nothing(augmenter):
    X = spectra(5)
    augmenter = clone(augmenter)
    augmenter.fit_transform(X)
    np.testing.assert_array_equal(augmenter.transform(X), X)


@each(ACTIVE)
def test_a_row_does_not_depend_on_the_others(augmenter):
    """Other peaks, heights and counts in all other rows, in several blocks of rows."""
    X, other = spectra(500), 30 * spectra(500, seed=1)
    kept = [0, 1, 5, 250, 499]
    other[kept] = X[kept]
    augmenter = clone(augmenter).set_params(random_state=0)
    first, second = augmenter.fit_transform(X), augmenter.fit_transform(other)
    np.testing.assert_array_equal(first[kept], second[kept])


@each(ACTIVE)
def test_rows_get_variants_of_their_own(augmenter):
    """The same spectrum in several blocks of rows: no draw comes twice."""
    X = np.repeat(spectra(10)[[5]], 500, axis=0)
    variants = clone(augmenter).set_params(random_state=0).fit_transform(X)
    # One spectrum in six gets no extra peak at all.
    n_different = 400 if isinstance(augmenter, ExtraPeakAugmenter) else 500
    assert len(np.unique(variants, axis=0)) >= n_different


@each(ACTIVE)
def test_seeds(augmenter):
    X = spectra(6)
    augmenter = clone(augmenter).set_params(random_state=7)
    first = augmenter.fit_transform(X)
    np.testing.assert_array_equal(clone(augmenter).fit_transform(X), first)
    assert (clone(augmenter).set_params(random_state=8).fit_transform(X) != first).any()
    fresh = clone(augmenter).set_params(random_state=None)
    assert (fresh.fit_transform(X) != fresh.fit_transform(X)).any()


@each(ACTIVE)
def test_the_global_generator_is_left_alone(augmenter):
    before = np.random.get_state()  # noqa: NPY002
    clone(augmenter).fit_transform(spectra(3))
    after = np.random.get_state()  # noqa: NPY002
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


@each({name: augmenter for name, augmenter in ACTIVE.items() if name not in ("noise", "peak")})
def test_float32_follows_float64(augmenter):
    """The same draws in both; the peaks found and the noise may differ by rounding."""
    X = spectra(20)
    augmenter = clone(augmenter).set_params(random_state=0)
    single = augmenter.fit_transform(X.astype(np.float32))
    np.testing.assert_allclose(single, augmenter.fit_transform(X), atol=1e-4)


@each(ACTIVE)
@pytest.mark.parametrize("value", [0, -3, 5])
def test_flat_spectra_stay_finite(augmenter, value):
    variants = clone(augmenter).fit_transform(np.full((4, N_POINTS), float(value)))
    assert np.isfinite(variants).all()


@each(ACTIVE)
def test_variants_of_a_view(augmenter):
    """Neither the order nor the strides of the memory matter."""
    X = spectra(6)
    augmenter = clone(augmenter).set_params(random_state=0)
    expected = augmenter.fit_transform(X)
    variants = augmenter.fit_transform(np.asfortranarray(X))
    np.testing.assert_array_equal(variants, expected)
    assert variants.flags.c_contiguous
    np.testing.assert_array_equal(
        augmenter.fit_transform(np.repeat(X, 2, axis=1)[:, ::2]), expected
    )


class Watching(BaseAugmenter):
    """Adds a mark of 1 to the second point, and remembers the rows it varied (first point)."""

    seen = set()

    def __init__(self, strength=1, random_state=None):
        self.strength = strength
        self.random_state = random_state

    def _perturb(self, X, rng):
        self.seen.update(X[:, 0].tolist())
        X = X.copy()
        X[:, 1] += self.strength
        return X


class Predicting(LogisticRegression):
    """Remembers the marks of what it predicts."""

    marks = set()

    def predict_proba(self, X):
        self.marks.update(X[:, 1].tolist())
        return super().predict_proba(X)

    def decision_function(self, X):
        self.marks.update(X[:, 1].tolist())
        return super().decision_function(X)

    def predict(self, X):
        self.marks.update(X[:, 1].tolist())
        return super().predict(X)


def in_search(model):
    grid = {name: [1, 2] for name in model.get_params() if name.endswith("strength")}
    return GridSearchCV(model, grid, cv=2, n_jobs=1)


WRAPPERS = {
    "alone": lambda model: model,
    "search": in_search,
    "calibration": lambda model: CalibratedClassifierCV(model, cv=2),
}


@pytest.mark.parametrize("wrap", WRAPPERS.values(), ids=WRAPPERS)
@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(Watching(), Predicting()),
        AugmentedClassifier(Predicting(), Watching(), 2),
    ],
    ids=["pipeline", "classifier"],
)
def test_only_training_rows_are_ever_augmented(model, wrap):
    """First point: number of the row, so that it is known which rows were seen."""
    rng = np.random.default_rng(0)
    X = np.column_stack([np.arange(24.0), np.zeros(24), rng.normal(size=24)])
    y = np.arange(24) % 2
    Predicting.marks.clear()
    model = wrap(clone(model))
    for train, test in [(np.arange(12), np.arange(12, 24)), (np.arange(12, 24), np.arange(12))]:
        Watching.seen.clear()
        model = clone(model).fit(X[train], y[train])
        np.testing.assert_array_equal(model.predict_proba(X[test]), model.predict_proba(X[test]))
        model.predict(X[test])
        assert Watching.seen == set(X[train, 0].tolist())
    cross_validate(model, X, y, cv=2)
    assert Predicting.marks == {0.0}


def test_a_network_never_augments_what_it_validates_on():
    rng = np.random.default_rng(0)
    X = rng.uniform(size=(40, 60))
    X[:, 0] = np.arange(40)
    y = np.arange(40) % 2
    Watching.seen.clear()
    net = SpectralCNN(
        augmenter=Watching(), normalize="none", max_epochs=3, n_threads=1, random_state=0
    )
    with pytest.warns(Warning, match="max_epochs"):
        net.fit(X, y)
    held_out = set(X[:, 0].tolist()) - Watching.seen
    assert len(held_out) == round(40 * net.validation_fraction)
    np.testing.assert_array_equal(net.predict_proba(X), net.predict_proba(X))


@each(ACTIVE)
def test_pipelines_predict_the_same_twice(augmenter):
    X = spectra(20)
    model = make_pipeline(clone(augmenter), LogisticRegression()).fit(X, np.arange(20) % 2)
    np.testing.assert_array_equal(model.predict_proba(X), model.predict_proba(X))
