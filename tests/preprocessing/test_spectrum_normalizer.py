import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.utils._param_validation import InvalidParameterError

from skspectra import MaxPoolDownsampler
from skspectra.preprocessing import SpectrumNormalizer, normalize


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
@pytest.mark.parametrize("norm", ["max", "area", "snv", "none"])
def test_it_is_the_function(norm, dtype):
    X = np.array([[0, -4, 2, 1], [3, 0, 0, 0], [0, 0, 0, 0]], dtype=dtype)
    before = X.copy()
    result = SpectrumNormalizer(norm).fit_transform(X)
    np.testing.assert_array_equal(result, normalize(X, norm), strict=True)
    np.testing.assert_array_equal(X, before)


def test_nothing_is_learnt_from_other_spectra():
    model = SpectrumNormalizer().fit([[0.0, 1000.0]])
    assert model.transform([[1.0, 2.0]]).tolist() == [[0.5, 1]]


def test_names_reach_the_end_of_a_pipeline():
    frame = pd.DataFrame([[0.0, 1, 2, 4]], columns=["20.0", "20.1", "20.2", "20.3"])
    model = make_pipeline(SpectrumNormalizer(), MaxPoolDownsampler(2, 2)).fit(frame)
    names = ["max(20.0..20.1)", "max(20.2..20.3)"]
    assert model.get_feature_names_out().tolist() == names
    pooled = model.set_output(transform="pandas").transform(frame)
    assert pooled.columns.tolist() == names
    assert pooled.values.tolist() == [[0.25, 1]]


def test_bad_norm():
    with pytest.raises(InvalidParameterError, match=r"'norm' parameter .* 'l2' instead"):
        SpectrumNormalizer("l2").fit([[1.0, 2.0]])


def test_another_number_of_points():
    model = SpectrumNormalizer().fit([[1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match="X has 2 features, but SpectrumNormalizer is expecting"):
        model.transform([[1.0, 2.0]])
