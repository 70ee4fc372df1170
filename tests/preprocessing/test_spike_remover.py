import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.pipeline import make_pipeline
from sklearn.utils._param_validation import InvalidParameterError

from skspectra import PooledSVC
from skspectra.preprocessing import SpikeRemover

SEEDS = range(3)


def gaussians(n_points, centers, sigmas, heights):
    """One row for each row of `centers`: the sum of its peaks."""
    points = np.arange(n_points)
    parts = (
        h[:, None] * np.exp(-0.5 * ((points - c[:, None]) / s[:, None]) ** 2)
        for c, s, h in zip(centers.T, sigmas.T, heights.T, strict=True)
    )
    return sum(parts)


def simulated(rng, n_samples=300, n_points=500, n_peaks=8, noise=0.01, lowest=2.0):
    """Smooth peaks with a largest value of 1 and noise of 1 % of it."""
    shape = (n_samples, n_peaks)
    centers, sigmas = rng.uniform(0, n_points, shape), rng.uniform(lowest, 8, shape)
    X = gaussians(n_points, centers, sigmas, rng.uniform(0.1, 1, shape))
    X /= X.max(axis=1, keepdims=True)
    return X + rng.normal(0, noise, X.shape)


def with_spikes(X, rng, width, height=5):
    """Add two spikes to each spectrum: anywhere but at the ends, and not side by side."""
    spiked, points = X.copy(), np.zeros(X.shape, dtype=bool)
    half = X.shape[1] // 2
    for low, high in ((3, half - 5), (half + 5, X.shape[1] - 5)):
        places = rng.integers(low, high, len(X))
        for i in range(width):
            points[np.arange(len(X)), places + i] = True
    spiked[points] += height
    return spiked, points


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize("noise", [0, 0.01, 0.02])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_two_spikes_are_removed_from_every_spectrum(seed, width, noise, dtype):
    rng = np.random.default_rng(seed)
    clean = simulated(rng, noise=noise)
    X, points = with_spikes(clean, rng, width)
    X = X.astype(dtype)
    result = SpikeRemover().fit_transform(X)
    assert result.dtype == dtype
    # All else stays the same bit for bit, and what replaces them is near what had been there.
    np.testing.assert_array_equal(result[~points], X[~points])
    assert np.abs(result - clean)[points].max() < 0.25


def test_many_spectra():
    """So many that they are worked on in several blocks."""
    rng = np.random.default_rng(0)
    X, _ = with_spikes(simulated(rng, 2500), rng, 1)
    result = SpikeRemover().fit_transform(X)
    assert (result != X).any(axis=1).all()
    for some in (slice(0, 3), slice(1040, 1060), slice(-3, None)):
        np.testing.assert_array_equal(SpikeRemover().fit_transform(X[some]), result[some])


@pytest.mark.parametrize("place", [0, 1, 48, 49])
def test_a_spike_of_one_point_at_an_end(place):
    X = np.random.default_rng(0).normal(0, 0.01, (20, 50))
    X[:, place] += 5
    result = SpikeRemover().fit_transform(X)
    assert (np.flatnonzero((result != X).any(axis=0)) == place).all()
    assert np.abs(result).max() < 0.1


def assert_left_alone(X):
    for spectra in (X, X.astype(np.float32)):
        np.testing.assert_array_equal(SpikeRemover().fit_transform(spectra), spectra)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("noise", [0, 1e-4, 1e-3, 0.01, 0.1])
def test_the_line_of_silicon(seed, noise):
    """A Lorentzian of 3 to 4 per cm at 520 per cm, in steps of 1 per cm."""
    rng = np.random.default_rng(seed)
    shift = np.arange(100, 1200)
    place, width = rng.uniform(519.5, 520.5, (300, 1)), rng.uniform(3, 4, (300, 1))
    X = 1 / (1 + ((shift - place) / (width / 2)) ** 2)
    assert_left_alone(X + rng.normal(0, noise, X.shape))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("noise", [0, 1e-4, 0.01, 0.1])
def test_peaks_of_three_points(seed, noise):
    rng = np.random.default_rng(seed)
    X = rng.normal(0, noise, (300, 200))
    for place in (0, 1, 5, 40, 42, 100, 103, 150, 199):
        heights = rng.uniform(0.1, 1, 300)
        for point, share in ((place - 1, 0.5), (place, 1), (place + 1, 0.5)):
            if 0 <= point < 200:
                X[:, point] += share * heights
    assert_left_alone(X)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("sigma", [0.6, 0.65, 0.8, 1, 2, 5])
@pytest.mark.parametrize("noise", [0, 1e-6, 1e-3, 0.01, 0.1])
def test_gaussian_peaks(seed, sigma, noise):
    rng = np.random.default_rng(seed)
    centers = rng.uniform(-0.5, 59.5, (1000, 1))
    X = gaussians(60, centers, np.full((1000, 1), sigma), 10 ** rng.uniform(-1, 1, (1000, 1)))
    assert_left_alone(X + rng.normal(0, noise, X.shape))


@pytest.mark.parametrize("spacing", [2, 3, 4, 5, 7.3])
@pytest.mark.parametrize("sigma", [0.6, 0.8])
def test_rows_of_sharp_peaks(spacing, sigma):
    """Each hides the flanks of its neighbours."""
    shifts = np.linspace(0, 1, 50)[:, None]
    centers = 10 + np.arange(5) * spacing + shifts
    assert_left_alone(gaussians(60, centers, np.full((50, 5), sigma), np.ones((50, 5))))


@pytest.mark.parametrize("n_points", [20, 100, 1000])
@pytest.mark.parametrize("draw", ["normal", "uniform", "laplace"])
def test_noise_is_no_spike(n_points, draw):
    """Fewer than one spectrum in 1000 is changed."""
    X = getattr(np.random.default_rng(0), draw)(size=(200_000 // n_points, n_points))
    changed = (SpikeRemover().fit_transform(X) != X).any(axis=1)
    assert changed.mean() < 1e-3


@pytest.mark.parametrize("width", [1, 2])
def test_a_baseline_of_zeros(width):
    """More than half of the differences are zero, and so is their median deviation."""
    centers, ones = np.array([[60.3, 150.0, 290.8]]), np.ones((1, 3))
    clean = gaussians(400, centers, 3 * ones, ones)
    clean[clean < 1e-3] = 0
    X = clean.copy()
    X[0, 100 : 100 + width] += 5
    X[0, 300 : 300 + width] += 5
    np.testing.assert_allclose(SpikeRemover().fit_transform(X), clean, atol=0.05)
    assert_left_alone(clean)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("end", ["max", "tiny"])
def test_any_scale(dtype, end):
    rng = np.random.default_rng(0)
    X, _ = with_spikes(simulated(rng, 20), rng, 1)
    X = (X / 8).astype(dtype)
    # A power of two, so that no digit changes.
    power = np.frexp(getattr(np.finfo(dtype), end))[1] + (-1 if end == "max" else 30)
    expected = SpikeRemover().fit_transform(X)
    result = SpikeRemover().fit_transform(np.ldexp(X, power))
    np.testing.assert_array_equal(np.ldexp(result, -power), expected)
    groups = np.repeat([0, 1, 2, 3], 5)
    expected = SpikeRemover().fit_transform(X, groups=groups)
    result = SpikeRemover().fit_transform(np.ldexp(X, power), groups=groups)
    np.testing.assert_allclose(np.ldexp(result, -power), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("groups", [None, [0, 0, 0]])
@pytest.mark.parametrize("level", [0, 3, -2])
def test_constant_spectra(level, groups):
    X = np.full((3, 50), float(level))
    np.testing.assert_array_equal(SpikeRemover().fit_transform(X, groups=groups), X)


@pytest.mark.parametrize("n_points", [1, 2, 5, 9])
def test_few_points_are_left_as_they_are(n_points):
    X = np.zeros((3, n_points))
    X[0, n_points // 2] = 9
    np.testing.assert_array_equal(SpikeRemover().fit_transform(X), X)
    np.testing.assert_array_equal(SpikeRemover().fit_transform(X, groups=[0, 0, 0]), X)


def test_a_higher_threshold_finds_less():
    X = np.random.default_rng(0).normal(size=(50, 200))
    X[:, 100] += 60
    found = [(SpikeRemover(t).fit_transform(X) != X).sum() for t in (5, 10, 20, 100)]
    assert found == sorted(found, reverse=True)
    assert found[0] >= 50 > found[3] == 0


def test_measured_raman_spectra_are_left_alone(measured):
    """Their calibrants have lines of a few points, silicon's among them."""
    assert_left_alone(measured("raman_calibrants_multi_instrument")["X"])


def replicates(rng, n_replicates=5, noise=0.01):
    """Sharp lines of one point, on scales and offsets of their own."""
    lines = np.zeros(300)
    lines[[50, 120, 121, 240]] = 1, 0.5, 0.6, 0.3
    lines += gaussians(300, np.array([[180.0]]), np.array([[6.0]]), np.array([[0.4]]))[0]
    factors, offsets = rng.uniform(0.5, 2, (2, n_replicates, 1))
    clean = lines + rng.normal(0, noise, (n_replicates, 300))
    return clean * factors + offsets


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("width", [1, 2, 5, 9])
def test_replicates_are_compared_with_their_median(seed, width):
    clean = replicates(np.random.default_rng(seed))
    X = clean.copy()
    X[1, 80 : 80 + width] += 5
    X[3, 118 : 118 + width] += 10
    result = SpikeRemover().fit_transform(X, groups=np.repeat("sample", 5))
    points = clean != X
    np.testing.assert_array_equal(result[~points], X[~points])
    assert np.abs(result - clean)[points].max() < 0.3
    # On its own each would have lost its lines of one point, and kept a wide spike.
    assert (SpikeRemover().fit_transform(clean)[:, 50] != clean[:, 50]).all()


def test_groups_of_any_labels_in_any_order():
    rng = np.random.default_rng(0)
    X = np.concatenate([replicates(rng, 3), replicates(rng, 2), replicates(rng, 4)])
    X[[0, 4, 6], 200] += 20
    labels = np.repeat(["c", "a", "b"], [3, 2, 4])
    model = SpikeRemover().fit(X)
    expected = np.concatenate(
        [model.transform(X[:3], groups=[0] * 3), model.transform(X[3:5])]
        + [model.transform(X[5:], groups=[0] * 4)]
    )
    order = rng.permutation(9)
    result = model.transform(X[order], groups=labels[order])
    np.testing.assert_array_equal(result, expected[order])
    assert np.abs(expected[:, 200] - np.median(X, axis=1)).max() < 1


def test_groups_of_another_length():
    model = SpikeRemover().fit(np.zeros((3, 20)))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.transform(np.zeros((3, 20)), groups=[0, 0])


def test_groups_are_routed():
    rng = np.random.default_rng(0)
    X = np.concatenate([replicates(rng, 4), replicates(rng, 4)])
    X[4:, 200] += 0.5 * np.ptp(X[4:], axis=1)
    X[1, 80:86] += 20
    groups, y = np.repeat([0, 1], 4), np.repeat(["a", "b"], 4)
    expected = SpikeRemover().fit_transform(X, groups=groups)
    with config_context(enable_metadata_routing=True):
        remover = SpikeRemover().set_transform_request(groups=True)
        model = make_pipeline(remover, PooledSVC(5)).fit(X, y, groups=groups)
        np.testing.assert_array_equal(model[:1].transform(X, groups=groups), expected)
        assert model.predict(X, groups=groups).tolist() == y.tolist()
        alone = PooledSVC(5).fit(expected, y)
        np.testing.assert_array_equal(
            model.decision_function(X, groups=groups), alone.decision_function(expected)
        )


def test_names_are_kept():
    frame = pd.DataFrame(np.zeros((3, 12)), columns=[f"{place}.5" for place in range(12)])
    model = SpikeRemover().set_output(transform="pandas")
    for groups in (None, [1, 1, 1]):
        assert model.fit_transform(frame, groups=groups).columns.tolist() == [*frame.columns]


@pytest.mark.parametrize("value", [0, -1.0, "auto", None])
def test_invalid_threshold(value):
    with pytest.raises(InvalidParameterError, match="The 'threshold' parameter of SpikeRemover"):
        SpikeRemover(value).fit(np.zeros((1, 12)))


def test_why_spikes_are_removed():
    """Two in a spectrum make a classifier wrong; where they are removed, it is as before."""
    rng = np.random.default_rng(0)
    y = np.arange(400) % 20
    places, heights = rng.uniform(20, 380, (20, 4)), rng.uniform(0.3, 1, (20, 4))
    centers = places[y] + rng.uniform(-3, 3, (400, 4))
    X = gaussians(400, centers, np.full((400, 4), 4.0), heights[y])
    X += rng.normal(0, 0.01, X.shape)
    train, test = X[:200], X[200:]
    spiked, _ = with_spikes(test / test.max(axis=1, keepdims=True), rng, 1)
    plain = PooledSVC().fit(train, y[:200])
    despiked = make_pipeline(SpikeRemover(), PooledSVC()).fit(train, y[:200])
    assert plain.score(test, y[200:]) > 0.95
    assert plain.score(spiked, y[200:]) < 0.7
    assert despiked.score(spiked, y[200:]) >= plain.score(test, y[200:])
    print(
        plain.score(test, y[200:]), plain.score(spiked, y[200:]), despiked.score(spiked, y[200:])
    )


@pytest.mark.parametrize(
    "groups",
    [[np.nan] * 5, [None] * 5, ["a", "a", "a", None, "b"], pd.array(["a", "b", None, "a", "a"])],
    ids=str,
)
@pytest.mark.parametrize("n_points", [9, 200])
def test_missing_groups_are_refused(groups, n_points):
    """Else all spectra of unknown samples would be replicates of each other."""
    X = np.exp(-((np.arange(n_points) - np.arange(5)[:, None] * n_points / 6) ** 2))
    with pytest.raises(ValueError, match="groups has missing values; give each spectrum"):
        SpikeRemover().fit_transform(X, groups=groups)


def test_groups_of_short_spectra_are_checked_too():
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        SpikeRemover().fit_transform(np.eye(4), groups=[1, 2])


def test_a_sharp_peak_two_points_from_those_of_its_replicates_stays():
    tops = np.array([50, 50, 50, 50, 52])[:, None]
    X = np.exp(-(((np.arange(100) - tops) / 0.8) ** 2) / 2)
    # A stronger peak that all have at the same place sets the scale of each.
    X += 5 * np.exp(-(((np.arange(100) - 20) / 3) ** 2) / 2)
    X += np.random.default_rng(0).normal(0, 0.001, X.shape)
    found = SpikeRemover().fit_transform(X, groups=[1] * 5)
    np.testing.assert_array_equal(found[4, 48:56], X[4, 48:56])


def test_a_sharp_peak_that_is_higher_than_in_its_replicates_stays():
    heights = np.array([1, 1, 1, 1, 1.3])[:, None]
    X = heights * np.exp(-(((np.arange(100) - 50) / 0.8) ** 2) / 2)
    X += 5 * np.exp(-(((np.arange(100) - 20) / 3) ** 2) / 2)
    X += np.random.default_rng(0).normal(0, 0.001, X.shape)
    found = SpikeRemover().fit_transform(X, groups=[1] * 5)
    np.testing.assert_array_equal(found, X)
