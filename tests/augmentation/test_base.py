import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline

from skspectra import MaxPoolDownsampler
from skspectra.augmentation import BaseAugmenter, PeakShiftAugmenter, draw

RAMP = np.tile(np.arange(60.0), (4, 1))


class Noise(BaseAugmenter):
    """The least an augmenter needs."""

    def __init__(self, level=1.0, random_state=None):
        self.level = level
        self.random_state = random_state

    def _perturb(self, X, rng):
        return X + self.level * rng.standard_normal(X.shape, dtype=X.dtype)


class Constant(BaseAugmenter):
    """Without any randomness, and without `random_state`."""

    _parameter_constraints = {}
    random_state = None

    def _perturb(self, X, rng):
        return X + 1


def test_the_base_class_is_abstract():
    class Nothing(BaseAugmenter):
        random_state = None

    with pytest.raises(TypeError, match="_perturb"):
        Nothing()


def test_working_in_place_is_an_error():
    """Or what the caller holds would be changed."""

    class InPlace(Constant):
        def _perturb(self, X, rng):
            X += 1
            return X

    X = RAMP.copy()
    with pytest.raises(ValueError, match="read-only"):
        InPlace().fit_transform(X)
    np.testing.assert_array_equal(X, RAMP)
    assert X.flags.writeable


def test_random_while_training_nothing_afterwards():
    augmenter = Noise(random_state=0)
    variants = augmenter.fit_transform(RAMP)
    assert variants.shape == RAMP.shape
    assert (variants != RAMP).all()
    np.testing.assert_array_equal(augmenter.transform(RAMP), RAMP)
    np.testing.assert_array_equal(augmenter.fit(RAMP).transform(RAMP), RAMP)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.float16])
def test_dtype(dtype):
    expected = np.float32 if dtype == np.float32 else np.float64
    augmenter = Noise()
    assert augmenter.fit_transform(RAMP.astype(dtype)).dtype == expected
    assert augmenter.transform(RAMP.astype(dtype)).dtype == expected


def test_names_are_those_of_the_points():
    assert Noise().fit(RAMP[:, :3]).get_feature_names_out().tolist() == ["x0", "x1", "x2"]


def test_bad_use():
    with pytest.raises(NotFittedError):
        Noise().transform(RAMP)
    augmenter = Noise().fit(RAMP)
    with pytest.raises(ValueError, match="X has 3 features, but Noise is expecting 60"):
        augmenter.transform(RAMP[:, :3])
    for method in (augmenter.fit, augmenter.fit_transform, augmenter.transform):
        with pytest.raises(ValueError, match="NaN"):
            method(np.full((1, 60), np.nan))


def test_own_augmenter_in_a_pipeline_predicts_the_same_twice():
    X, y = RAMP + np.arange(4)[:, None], ["a", "a", "b", "b"]
    model = make_pipeline(Noise(0.1), PeakShiftAugmenter(2), LogisticRegression()).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), model.predict_proba(X))


class Marking(BaseAugmenter):
    """Adds 1 to the second point, so that later steps can tell variants from originals."""

    def __init__(self, random_state=None):
        self.random_state = random_state

    def _perturb(self, X, rng):
        X = X.copy()
        X[:, 1] += 1
        return X


class Recording(LogisticRegression):
    """Remembers which rows it saw (first point) and whether they were variants (second point)."""

    seen = []

    def fit(self, X, y):
        self.seen.append(("fit", X[:, :2].copy()))
        return super().fit(X, y)

    def predict(self, X):
        self.seen.append(("predict", X[:, :2].copy()))
        return super().predict(X)


def test_cross_validation_augments_training_rows_only():
    X = np.zeros((12, 3))
    X[:, 0] = np.arange(12)
    y = np.arange(12) % 2
    Recording.seen.clear()
    folds = cross_validate(make_pipeline(Marking(), Recording()), X, y, cv=3, return_indices=True)[
        "indices"
    ]
    assert [method for method, _ in Recording.seen] == ["fit", "predict"] * 3
    parts = [part for pair in zip(folds["train"], folds["test"], strict=True) for part in pair]
    for (method, rows), part in zip(Recording.seen, parts, strict=True):
        assert rows[:, 0].tolist() == part.tolist()
        assert set(rows[:, 1]) == {1.0 if method == "fit" else 0.0}


def test_draw_is_new_at_each_call_and_reproducible_from_rng():
    rng = np.random.default_rng(0)
    augmenter = Noise(random_state=3)
    first, second = draw(augmenter, RAMP, rng), draw(augmenter, RAMP, rng)
    assert (first != second).all()
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(draw(augmenter, RAMP, rng), first)
    np.testing.assert_array_equal(draw(augmenter, RAMP, rng), second)


def test_draw_takes_what_default_rng_takes():
    expected = draw(Noise(), RAMP, np.random.default_rng(3))
    for rng in (3, np.int64(3), np.random.SeedSequence(3)):
        np.testing.assert_array_equal(draw(Noise(), RAMP, rng), expected)
    for rng in (None, np.random.RandomState(3)):
        assert (draw(Noise(), RAMP, rng) != draw(Noise(), RAMP, rng)).all()


def test_draw_leaves_the_augmenter_and_the_spectra_alone():
    augmenter = make_pipeline(Noise(random_state=3), PeakShiftAugmenter(2))
    before, X = {k: repr(v) for k, v in augmenter.get_params().items()}, RAMP.copy()
    draw(augmenter, X, np.random.default_rng(0))
    assert {k: repr(v) for k, v in augmenter.get_params().items()} == before
    assert not hasattr(augmenter[0], "n_features_in_")
    np.testing.assert_array_equal(X, RAMP)


def test_draw_reseeds_every_step_of_a_pipeline():
    """With the seeds of the steps left alone, noise or shift would be the same in every draw."""
    augmenter = make_pipeline(Noise(random_state=0), Noise(random_state=0))
    variants = draw(augmenter, RAMP, np.random.default_rng(0)) - RAMP
    one, two = Noise(random_state=0), Noise(random_state=0)
    assert not np.allclose(variants, 2 * (one.fit_transform(RAMP) - RAMP))
    # Two steps of the same kind get different seeds: the sum is not twice the same noise.
    assert variants.std() == pytest.approx(2**0.5, rel=0.1)
    again = draw(augmenter, RAMP, np.random.default_rng(1)) - RAMP
    assert (variants != again).all()
    assert two.random_state == 0


def test_draw_reseeds_each_step_on_its_own():
    """Freezing either step by an int must not freeze it inside `draw`."""
    X = np.tile(np.eye(1, 99, 50), (3, 1))
    rng = np.random.default_rng(0)
    still = PeakShiftAugmenter(0, random_state=0)
    for steps in (
        (PeakShiftAugmenter(20, "global", random_state=0), still),
        (still, PeakShiftAugmenter(20, "global", random_state=0)),
    ):
        places = {tuple(draw(make_pipeline(*steps), X, rng).argmax(axis=1)) for _ in range(5)}
        assert len(places) == 5


def test_draw_from_an_augmenter_without_randomness():
    np.testing.assert_array_equal(draw(Constant(), RAMP, np.random.default_rng(0)), RAMP + 1)


def test_draw_keeps_float32():
    X = RAMP.astype(np.float32)
    augmenter = make_pipeline(Noise(), PeakShiftAugmenter(2))
    assert draw(augmenter, X, np.random.default_rng(0)).dtype == np.float32


def test_draw_never_touches_the_global_generator():
    before = np.random.get_state()  # noqa: NPY002
    draw(Noise(), RAMP, np.random.default_rng(0))
    after = np.random.get_state()  # noqa: NPY002
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_draw_refuses_what_changes_the_shape():
    with pytest.raises(ValueError, match=r"augmenter=MaxPoolDownsampler.*must keep the shape"):
        draw(MaxPoolDownsampler(4), np.eye(8), np.random.default_rng(0))
