"""The defaults that figures of the guide were measured with: change both, or neither."""

from contextlib import nullcontext
from inspect import signature

import numpy as np
import pytest

from skspectra import (
    AugmentedClassifier,
    MaxPoolDownsampler,
    PeakShiftAugmenter,
    PooledSVC,
    augmentation,
    comparison,
    preprocessing,
)
from skspectra.comparison import _challenge

DEFAULTS = [
    (PeakShiftAugmenter, {"mode": "local", "prominence": 0.02}),
    (AugmentedClassifier, {"n_copies": 10}),
    (MaxPoolDownsampler, {"pool_size": "auto", "stride": "auto", "pooling": "max"}),
    (
        PooledSVC,
        {
            **{"pool_size": "auto", "stride": "auto", "pooling": "max"},
            **{"normalize": "max", "compression": "adaptive", "floor": "auto"},
            **{"C": 100, "kernel": "rbf", "gamma": "scale", "class_weight": None},
        },
    ),
    (augmentation.NoiseAugmenter, {"level": 0.01, "counts_at_max": 0}),
    (augmentation.BackgroundAugmenter, {"max_curve": 0.1, "max_hump": 0.1, "max_air": 0}),
    (augmentation.BroadeningAugmenter, {"max_width": 5, "min_width": 0, "eta": 0}),
    (
        augmentation.CalibrationAugmenter,
        {"max_offset": "auto", "max_linear": "auto", "max_quadratic": "auto"},
    ),
    (
        augmentation.CrystalliteSizeAugmenter,
        {"min_size": 50, "max_size": 200, "shape_factor": 0.9, "eta": 0.5},
    ),
    (
        augmentation.DiffractionShiftAugmenter,
        {"max_strain": 0.005, "max_zero_shift": 0.05, "max_displacement": 0.1},
    ),
    (augmentation.DiffractionShiftAugmenter, {"goniometer_radius": 200}),
    (
        augmentation.ExtraPeakAugmenter,
        {"max_peaks": 3, "max_height": 0.1, "max_width": 20, "min_width": 0},
    ),
    (augmentation.IntensityAugmenter, {"max_change": 0.3, "max_gain": 0, "prominence": 0.02}),
    (comparison.compare, {"cv": 5, "n_repeats": 2, "search_cv": 3, "margin": 0.02}),
]


@pytest.mark.parametrize(("owner", "expected"), DEFAULTS)
def test_defaults(owner, expected):
    parameters = signature(owner).parameters
    assert {name: parameters[name].default for name in expected} == expected


@pytest.mark.parametrize(("n_points", "max_shift"), [(30, 1), (199, 1), (200, 2), (5000, 50)])
def test_shifts_are_1_percent_of_the_points_and_change_over_8_times_as_many(n_points, max_shift):
    X = np.random.default_rng(0).uniform(size=(4, n_points))
    asked = PeakShiftAugmenter(max_shift, length_scale=8 * max_shift, random_state=0)
    found = PeakShiftAugmenter(random_state=0).fit_transform(X)
    np.testing.assert_array_equal(found, asked.fit_transform(X))


@pytest.mark.parametrize(
    ("n_points", "pool_size", "stride"), [(5000, 200, 50), (400, 16, 4), (199, 7, 1), (20, 1, 1)]
)
def test_windows_are_4_percent_of_the_points_and_a_quarter_of_one_apart(
    n_points, pool_size, stride
):
    pool = MaxPoolDownsampler().fit(np.zeros((1, n_points)))
    assert (pool.pool_size_, pool.stride_) == (pool_size, stride)


def test_adaptive_compression_by_hand():
    """Of ten values or more: what stands out of the first octile, by 20 times what is below it."""
    X = np.array([[-0.1, *np.zeros(8), 1.0, 4.0]])
    expected = [-0.1 / 2.1**0.5, *np.zeros(8), 1 / 3**0.5, 4 / 6**0.5]
    np.testing.assert_allclose(preprocessing.compress(X)[0], expected)
    np.testing.assert_array_equal(preprocessing.compress(X[:, -9:]), X[:, -9:])


@pytest.mark.parametrize(("negative", "warns"), [(0.0098, False), (0.0102, True)])
def test_negative_intensities_of_1_percent_are_noise(negative, warns):
    X = [[1 - negative, -negative]]
    expected = pytest.warns(UserWarning, match="is negative") if warns else nullcontext()
    with expected:
        preprocessing.compress(X, "sqrt")


def test_the_challenge_is_scored_as_the_readme_says():
    """On 2,025 fresh spectra, five times."""
    assert (_challenge.N_REPLICATES, _challenge.N_TRAIN_PER_CLASS) == (5, 50)
    assert _challenge.N_TEST_PER_CLASS * _challenge.N_CLASSES == 2025
