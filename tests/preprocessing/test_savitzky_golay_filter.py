import numpy as np
import pandas as pd
import pytest
from scipy.signal import savgol_filter
from sklearn.utils._param_validation import InvalidParameterError

from skspectra.preprocessing import SavitzkyGolayFilter

X = np.random.default_rng(0).normal(size=(3, 40))


def plain_filter(row, length, order, deriv):
    """One polynomial for each point; the first and the last whole window hold up to the ends."""
    half, result = length // 2, []
    for i in range(len(row)):
        middle = min(max(i, half), len(row) - 1 - half)
        places = np.arange(middle - half, middle + half + 1)
        polynomial = np.polynomial.Polynomial.fit(places, row[places], order)
        result.append((polynomial.deriv(deriv) if deriv else polynomial)(i))
    return result


@pytest.mark.parametrize(
    ("length", "order", "deriv"), [(5, 2, 0), (7, 3, 1), (9, 2, 2), (1, 0, 0)]
)
def test_like_the_plain_loop(length, order, deriv):
    expected = [plain_filter(row, length, order, deriv) for row in X]
    result = SavitzkyGolayFilter(length, order, deriv).fit_transform(X)
    np.testing.assert_allclose(result, expected, atol=1e-10)


def test_defaults_are_those_of_the_paper_in_scipy():
    np.testing.assert_array_equal(
        SavitzkyGolayFilter().fit_transform(X), savgol_filter(X, 15, 2, axis=1)
    )


def test_derivatives_are_per_point():
    line = np.arange(20.0)[None] * 3
    np.testing.assert_allclose(SavitzkyGolayFilter(5, 2, 1).fit_transform(line), 3)


@pytest.mark.parametrize(
    ("n_points", "length"), [(1, 1), (2, 1), (3, 3), (4, 3), (14, 13), (15, 15), (40, 15)]
)
def test_windows_are_clipped_to_the_axis(n_points, length):
    model = SavitzkyGolayFilter(15, 2).fit(X[:, :n_points])
    assert model.window_length_ == length
    expected = savgol_filter(X[:, :n_points], length, 2) if length > 2 else X[:, :n_points]
    np.testing.assert_array_equal(model.transform(X[:, :n_points]), expected)


def test_too_few_points_for_the_polynomial_are_left_as_they_are():
    few = X[:, :4]
    np.testing.assert_array_equal(SavitzkyGolayFilter(9, 3, 1).fit_transform(few), few)
    assert (SavitzkyGolayFilter(9, 2, 1).fit_transform(few) != few).any()


def test_float32_and_input_untouched():
    spectra = X.astype(np.float32)
    before = spectra.copy()
    result = SavitzkyGolayFilter().fit_transform(spectra)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, SavitzkyGolayFilter().fit_transform(X), atol=1e-5)
    np.testing.assert_array_equal(spectra, before)


def test_names_are_kept():
    frame = pd.DataFrame(X[:, :3], columns=["20.0", "20.1", "20.2"])
    model = SavitzkyGolayFilter(3, 1).set_output(transform="pandas")
    assert model.fit_transform(frame).columns.tolist() == ["20.0", "20.1", "20.2"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ((4, 2), "window_length=4 must be odd"),
        ((5, 5), "polyorder=5 must be less than window_length=5"),
        ((1, 2), "polyorder=2 must be less than window_length=1"),
        ((5, 2, 3), "deriv=3 must be at most polyorder=2"),
    ],
)
@pytest.mark.parametrize("n_points", [1, 40])
def test_parameters_that_do_not_go_together(parameters, message, n_points):
    with pytest.raises(ValueError, match=message):
        SavitzkyGolayFilter(*parameters).fit(X[:, :n_points])


@pytest.mark.parametrize(
    ("name", "value"),
    [("window_length", 0), ("window_length", 5.0), ("polyorder", -1), ("deriv", -1)],
)
def test_invalid_parameters(name, value):
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter of SavitzkyGolay"):
        SavitzkyGolayFilter(**{name: value}).fit(X)
