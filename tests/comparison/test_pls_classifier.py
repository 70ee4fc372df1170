import numpy as np
import pytest
from sklearn.cross_decomposition import PLSRegression
from sklearn.datasets import make_blobs

from skspectra.comparison import PLSClassifier

X, CODES = make_blobs(n_samples=60, n_features=30, centers=3, cluster_std=6, random_state=0)
Y = np.array(["calcite", "quartz", "rutile"])[CODES]


def test_it_is_the_regression_on_membership():
    model = PLSClassifier(4).fit(X, Y)
    regression = PLSRegression(4).fit(X, np.eye(3)[CODES])
    np.testing.assert_allclose(model.decision_function(X), regression.predict(X) - 0.5)
    assert (model.predict(X) == model.classes_[regression.predict(X).argmax(axis=1)]).all()
    assert model.score(X, Y) > 0.9


def test_two_classes_have_one_column_of_scores():
    two = CODES < 2
    model = PLSClassifier(3).fit(X[two], Y[two])
    scores = model.decision_function(X[two])
    assert scores.shape == (40,)
    assert ((scores > 0) == (model.predict(X[two]) == "quartz")).all()


def test_components_are_capped():
    assert PLSClassifier(20).fit(X[:6], Y[:6]).n_components_ == 5
    assert PLSClassifier(20).fit(X[:, :7], Y).n_components_ == 7


def test_spectra_of_low_rank_give_no_warning():
    few = np.tile(X[:6], (4, 1))
    model = PLSClassifier(20).fit(few, np.tile(Y[:6], 4))
    assert model.score(few, np.tile(Y[:6], 4)) == 1


def test_multilabel_spectra_give_a_matrix():
    labels = np.column_stack([CODES == 0, CODES != 1]).astype(int)
    model = PLSClassifier(8).fit(X, labels)
    assert model.predict(X).shape == (60, 2)
    assert (model.predict(X) == labels).mean() > 0.9
    assert (model.classes_ == [0, 1]).all()


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["a"] * 60, "at least two classes.*'a'"),
        (2 * np.eye(2, dtype=int)[CODES % 2], "multiclass-multioutput|multilabel"),
    ],
)
def test_bad_labels(y, message):
    with pytest.raises(ValueError, match=message):
        PLSClassifier().fit(X, y)
