import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.utils._param_validation import InvalidParameterError

from skspectra import PeakShiftAugmenter

MODES = ["local", "global"]


def ramp(n_samples, n_points, dtype=np.float64):
    """Spectra whose value at a point is the number of the point: they tell where it came from."""
    return np.tile(np.arange(n_points, dtype=dtype), (n_samples, 1))


def displacements(n_samples, n_points, max_shift, mode, seed=0, **options):
    """Where each point went, for the points whose source lies on the axis."""
    augmenter = PeakShiftAugmenter(max_shift, mode, random_state=seed, **options)
    moved = augmenter.fit_transform(ramp(n_samples, n_points))
    return (np.arange(n_points) - moved)[:, max_shift + 1 : -max_shift - 1]


@pytest.mark.parametrize("mode", MODES)
@given(n_samples=st.integers(1, 4), n_points=st.integers(1, 40), seed=st.integers(0, 99))
def test_no_shift_is_the_identity(mode, n_samples, n_points, seed):
    X = np.random.default_rng(seed).normal(size=(n_samples, n_points))
    variants = PeakShiftAugmenter(0, mode).fit_transform(X)
    np.testing.assert_array_equal(variants, X)
    assert not np.shares_memory(variants, X)


@pytest.mark.parametrize("mode", MODES)
@given(
    n_points=st.integers(1, 80),
    max_shift=st.integers(0, 100),
    seed=st.integers(0, 99),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_shape_dtype_range_and_untouched_input(mode, n_points, max_shift, seed, dtype):
    X = np.random.default_rng(seed).normal(size=(3, n_points)).astype(dtype)
    before = X.copy()
    X.setflags(write=False)
    variants = PeakShiftAugmenter(max_shift, mode, random_state=seed).fit_transform(X)
    assert variants.shape == X.shape
    assert variants.dtype == dtype
    np.testing.assert_array_equal(X, before)
    # Interpolation invents no values: no new maxima and no new minima.
    slack = 1e-5 * np.abs(X).max()
    assert (variants.max(axis=1) <= X.max(axis=1) + slack).all()
    assert (variants.min(axis=1) >= X.min(axis=1) - slack).all()


def test_global_moves_the_whole_axis_by_one_displacement_within_max_shift():
    shifts = displacements(400, 80, 7, "global")
    np.testing.assert_allclose(shifts, shifts[:, :1] + np.zeros(shifts.shape[1]), atol=1e-9)
    assert np.abs(shifts).max() <= 7
    assert shifts.min() < -6.8
    assert shifts.max() > 6.8
    assert abs(shifts[:, 0].mean()) < 3 * 7 / 3**0.5 / 400**0.5


def test_global_moves_the_maximum_by_the_displacement():
    X = np.exp(-(((np.arange(200) - 100) / 5.0) ** 2) / 2)[None].repeat(50, axis=0)
    seed = {"max_shift": 20, "mode": "global", "random_state": 3}
    moved = PeakShiftAugmenter(**seed).fit_transform(X).argmax(axis=1) - 100
    drawn = PeakShiftAugmenter(**seed).fit_transform(ramp(50, 200))
    np.testing.assert_allclose(moved, 100 - drawn[:, 100], atol=0.51)
    assert len(set(moved)) > 20


def test_local_stays_within_max_shift_and_reaches_it():
    shifts = displacements(300, 120, 6, "local")
    assert np.abs(shifts).max() <= 6 + 1e-9
    assert shifts.min() < -5.8
    assert shifts.max() > 5.8
    # No place on the axis is special: the spread is the same everywhere, the mean is 0.
    spread = shifts.std(axis=0)
    assert spread.max() / spread.min() < 1.35
    assert np.abs(shifts.mean(axis=0)).max() < 4.5 * 6 / 3**0.5 / 300**0.5


def test_local_moves_regions_differently_and_smoothly():
    shifts = displacements(50, 400, 5, "local", length_scale=40)
    assert (np.ptp(shifts, axis=1) > 1).all()
    assert np.abs(np.diff(shifts, axis=1)).max() <= 2 * 5 / 40 + 1e-9
    far = np.corrcoef(shifts[:, 20], shifts[:, 320])[0, 1]
    near = np.corrcoef(shifts[:, 20], shifts[:, 22])[0, 1]
    assert near > 0.9
    assert abs(far) < 0.5


def test_local_approaches_global_as_the_length_scale_grows():
    short = np.ptp(displacements(50, 200, 5, "local", length_scale=20), axis=1)
    long = np.ptp(displacements(50, 200, 5, "local", length_scale=20_000), axis=1)
    assert long.max() < 0.1 < short.min()


@given(
    n_points=st.integers(2, 120),
    max_shift=st.integers(1, 20),
    factor=st.integers(2, 9),
    seed=st.integers(0, 9999),
)
def test_no_point_overtakes_another(n_points, max_shift, factor, seed):
    augmenter = PeakShiftAugmenter(
        max_shift, "local", length_scale=factor * max_shift, random_state=seed
    )
    assert (np.diff(augmenter.fit_transform(ramp(5, n_points)), axis=1) >= -1e-9).all()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("s", [1.0, 2.0, 5.0])
def test_heights_within_the_interpolation_bound(mode, s):
    """Against the peak moved exactly: linear interpolation loses at most 1 / (8 s**2)."""
    peak = np.exp(-(((np.arange(150) - 75) / s) ** 2) / 2)
    draw = {"max_shift": 9, "mode": mode, "random_state": 1}
    moved = PeakShiftAugmenter(**draw).fit_transform(np.tile(peak, (300, 1)))
    source = PeakShiftAugmenter(**draw).fit_transform(ramp(300, 150))
    exact = np.exp(-(((source - 75) / s) ** 2) / 2)
    assert np.abs(moved - exact).max() <= 1 / (8 * s**2) + 1e-9


@pytest.mark.parametrize("mode", MODES)
def test_edge_values_are_held(mode):
    X = ramp(200, 50) + 3
    variants = PeakShiftAugmenter(10, mode, random_state=0).fit_transform(X)
    assert variants[:, 0].min() == X[0, 0]
    assert variants[:, -1].max() == X[0, -1]
    # Moved to the right, the first value fills the gap.
    assert (variants[:, 1] == X[0, 0]).any()
    assert (np.diff(variants) >= -1e-9).all()


@pytest.mark.parametrize("mode", MODES)
def test_a_row_does_not_depend_on_the_others(mode):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(6, 70))
    other = np.vstack([X[:1], 100 * rng.normal(size=(5, 70))])
    augmenter = PeakShiftAugmenter(4, mode, random_state=0)
    first, second = augmenter.fit_transform(X), augmenter.fit_transform(other)
    np.testing.assert_array_equal(first[0], second[0])


@pytest.mark.parametrize("mode", MODES)
def test_rows_are_moved_differently(mode):
    variants = PeakShiftAugmenter(5, mode, random_state=0).fit_transform(ramp(40, 60))
    assert len(np.unique(variants, axis=0)) == 40


@pytest.mark.parametrize("mode", MODES)
def test_many_spectra(mode):
    """So many that they are worked on in several blocks: each still has a draw of its own."""
    variants = PeakShiftAugmenter(5, mode, random_state=0).fit_transform(ramp(2500, 100))
    assert len(np.unique(variants, axis=0)) == 2500


@pytest.mark.parametrize("mode", MODES)
def test_seeds(mode):
    X = ramp(5, 90)
    augmenter = PeakShiftAugmenter(6, mode, random_state=7)
    first = augmenter.fit_transform(X)
    np.testing.assert_array_equal(augmenter.fit_transform(X), first)
    np.testing.assert_array_equal(clone(augmenter).fit_transform(X), first)
    assert (PeakShiftAugmenter(6, mode, random_state=8).fit_transform(X) != first).any()
    fresh = PeakShiftAugmenter(6, mode)
    assert (fresh.fit_transform(X) != fresh.fit_transform(X)).any()


def test_a_random_state_instance_goes_on():
    X = ramp(5, 90)
    augmenter = PeakShiftAugmenter(6, random_state=np.random.RandomState(0))
    first, second = augmenter.fit_transform(X), augmenter.fit_transform(X)
    assert (first != second).any()
    augmenter.set_params(random_state=np.random.RandomState(0))
    np.testing.assert_array_equal(augmenter.fit_transform(X), first)


@pytest.mark.parametrize("random_state", [None, 0])
@pytest.mark.parametrize("mode", MODES)
def test_the_global_generator_is_neither_read_nor_moved(mode, random_state):
    X = ramp(3, 50)
    augmenter = PeakShiftAugmenter(6, mode, random_state=random_state)
    before = np.random.get_state()  # noqa: NPY002
    first = augmenter.fit_transform(X)
    after = np.random.get_state()  # noqa: NPY002
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    np.random.set_state(before)  # noqa: NPY002
    if random_state is None:
        assert (augmenter.fit_transform(X) != first).any()


def test_float32_moves_as_float64_does():
    draw = {"max_shift": 6, "random_state": 0}
    X = np.random.default_rng(0).uniform(size=(4, 3000))
    single = PeakShiftAugmenter(**draw).fit_transform(X.astype(np.float32))
    np.testing.assert_allclose(single, PeakShiftAugmenter(**draw).fit_transform(X), atol=2e-3)


def test_transform_returns_the_same_values():
    X = np.random.default_rng(0).normal(size=(4, 30))
    augmenter = PeakShiftAugmenter(5)
    augmenter.fit_transform(X)
    np.testing.assert_array_equal(augmenter.transform(X), X)


def test_auto_moves_by_at_least_a_part_of_a_point():
    X = ramp(20, 30)
    assert (PeakShiftAugmenter().fit_transform(X) != X).any(axis=1).all()


def test_one_point():
    np.testing.assert_array_equal(PeakShiftAugmenter(3).fit_transform([[2.0], [5.0]]), [[2], [5]])


@pytest.mark.parametrize("method", ["fit", "fit_transform"])
def test_points_may_not_overtake(method):
    with pytest.raises(ValueError, match=r"length_scale=19 is less than 2 \* max_shift = 20"):
        getattr(PeakShiftAugmenter(10, length_scale=19), method)(ramp(1, 50))
    PeakShiftAugmenter(10, "global", length_scale=19).fit_transform(ramp(1, 50))
    PeakShiftAugmenter(10, length_scale=20).fit_transform(ramp(1, 50))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_shift", -1),
        ("mode", "both"),
        ("length_scale", 0),
        ("length_scale", None),
        ("prominence", 0.0),
        ("prominence", 1.0),
        ("random_state", "seed"),
    ],
)
def test_invalid_parameters(name, value):
    for method in ("fit", "fit_transform"):
        augmenter = PeakShiftAugmenter(**{name: value})
        with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter of PeakShift"):
            getattr(augmenter, method)(ramp(2, 9))


class Keeping(LogisticRegression):
    """Keeps the spectra it was last fitted on."""

    last = None

    def fit(self, X, y):
        type(self).last = X.copy()
        return super().fit(X, y)


@pytest.mark.parametrize("cached", [False, True])
def test_memory_freezes_the_draw_of_a_pipeline(cached, tmp_path):
    X, y = ramp(4, 40) + np.arange(4)[:, None], [0, 0, 1, 1]
    steps = [("shift", PeakShiftAugmenter(5)), ("last", Keeping())]
    model = Pipeline(steps, memory=str(tmp_path) if cached else None)
    model.fit(X, y)
    first = Keeping.last
    model.fit(X, y)
    assert np.array_equal(first, Keeping.last) == cached
    assert (first != X).any()


def test_a_huge_length_scale_is_one_shift_of_all():
    """And takes no memory of its own."""
    X = np.zeros((20, 100))
    X[:, 50] = 1
    variants = PeakShiftAugmenter(5, length_scale=10**9, random_state=0).fit_transform(X)
    tops = variants @ np.arange(100)
    assert np.ptp(tops) > 5
    np.testing.assert_allclose(variants.sum(axis=1), 1)
    assert np.abs(tops - 50).max() <= 5


@pytest.mark.parametrize("mode", ["local", "global"])
def test_lengths_in_units_of_the_axis(mode):
    X = np.random.default_rng(0).uniform(size=(3, 501))
    in_points = PeakShiftAugmenter(20, mode, length_scale=100, random_state=0).fit_transform(X)
    # A step is 0.02.
    options = {"length_scale": 2.0, "random_state": 0}
    for axis in ((10, 20), np.linspace(10, 20, 501)):
        in_degrees = PeakShiftAugmenter(0.4, mode, x_axis=axis, **options).fit_transform(X)
        np.testing.assert_array_equal(in_degrees, in_points)
    by_default = PeakShiftAugmenter(0.4, mode, x_axis=(10, 20), random_state=0)
    expected = PeakShiftAugmenter(20, mode, random_state=0).fit_transform(X)
    np.testing.assert_array_equal(by_default.fit_transform(X), expected)


def test_lengths_that_are_no_points_need_an_axis():
    X = np.zeros((1, 100))
    with pytest.raises(ValueError, match=r"max_shift=0\.4 must be a whole number of points"):
        PeakShiftAugmenter(0.4).fit(X)
    with pytest.raises(ValueError, match=r"length_scale=9\.5 must be a whole number"):
        PeakShiftAugmenter(2, length_scale=9.5).fit(X)
    with pytest.raises(ValueError, match="x_axis has shape"):
        PeakShiftAugmenter(0.4, x_axis=np.arange(9)).fit(X)
