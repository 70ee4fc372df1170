import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from skspectra.preprocessing._base import BaseRowTransformer


class Doubler(BaseRowTransformer):
    _parameter_constraints = {}

    def _resolve(self, n_points):
        if n_points > 3:
            raise ValueError("too many points")
        self.n_points_ = n_points

    def _apply(self, X):
        return 2 * X


def test_a_subclass_needs_one_method():
    model = Doubler().fit([[1, 2]])
    assert model.n_points_ == 2
    assert model.transform([[1, 2], [3, 4]]).tolist() == [[2, 4], [6, 8]]
    assert model.get_feature_names_out().tolist() == ["x0", "x1"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_dtype(dtype):
    expected = np.float32 if dtype == np.float32 else np.float64
    assert Doubler().fit_transform(np.ones((1, 2), dtype=dtype)).dtype == expected


def test_errors():
    with pytest.raises(NotFittedError):
        Doubler().transform([[1.0]])
    with pytest.raises(ValueError, match="too many points"):
        Doubler().fit([[1.0, 2, 3, 4]])
    with pytest.raises(ValueError, match="X contains NaN"):
        Doubler().fit([[np.nan]])
    with pytest.raises(ValueError, match="X has 1 features, but Doubler is expecting 2"):
        Doubler().fit([[1.0, 2]]).transform([[1.0]])
