import numpy as np
import pytest
from sklearn.utils._param_validation import InvalidParameterError

from skspectra.preprocessing import IntensityCompressor, compress

X = np.random.default_rng(0).uniform(size=(3, 30))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("law", ["adaptive", "sqrt", "log", "none"])
def test_it_is_the_function(law, dtype):
    spectra = X.astype(dtype)
    result = IntensityCompressor(law, floor=0.02).fit_transform(spectra)
    np.testing.assert_array_equal(result, compress(spectra, law, 0.02), strict=True)
    np.testing.assert_array_equal(spectra, X.astype(dtype))


def test_negative_intensities_warn_when_they_are_transformed():
    model = IntensityCompressor("log").fit(X - 1)
    with pytest.warns(UserWarning, match=r"100% of the absolute .* by the law 'log'"):
        model.transform(X - 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [("law", "cube"), ("floor", 0), ("floor", -1.0), ("floor", np.inf), ("floor", "auto")],
)
def test_invalid_parameters(name, value):
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter of IntensityComp"):
        IntensityCompressor(**{name: value}).fit(X)
