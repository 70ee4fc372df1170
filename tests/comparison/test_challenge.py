import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from skspectra.comparison import _challenge, compare_challenge
from skspectra.comparison._files import comparison_rows


class Reader(ClassifierMixin, BaseEstimator):
    """Keep what is seen, predict the nearest training maximum."""

    seen = []

    def fit(self, X, y):
        self.seen.append((len(X), X.dtype, len(set(y))))
        self.top_, self.y_, self.classes_ = X.argmax(axis=1), y, np.unique(y)
        return self

    def predict(self, X):
        return self.y_[np.abs(X.argmax(axis=1)[:, None] - self.top_).argmin(axis=1)]


def test_replicates_share_nothing(monkeypatch):
    monkeypatch.setattr(_challenge, "N_REPLICATES", 2)
    monkeypatch.setattr(_challenge, "N_TEST_PER_CLASS", 5)
    Reader.seen.clear()
    result = compare_challenge({"peak": Reader()}, max_shift=0)
    assert Reader.seen == [(1350, np.float32, 27)] * 2
    assert result.confusion["peak"].sum() == 2 * 27 * 5
    assert 0.2 < result.models[0].accuracy < result.optimum
    assert 0.86 < result.optimum < 0.87
    assert np.isfinite(result.models[0].holdout)
    assert "cnn6" in result.table()
    rows = comparison_rows(result)
    assert [row["source"] for row in rows] == ["measured"] + ["published"] * 5
    assert rows[3]["holdout"] == 135 / 162
