import numpy as np
import pytest

from skspectra.comparison import ShiftNeighborClassifier


def slow_nearest(row, X, max_shift):
    """Compare one spectrum with each of X at every shift, one after the other."""
    best = []
    for other in X:
        cosines = []
        for shift in range(-max_shift, max_shift + 1):
            moved = np.zeros_like(other)
            if shift >= 0:
                moved[shift:] = other[: len(other) - shift]
            else:
                moved[:shift] = other[-shift:]
            cosines.append(row @ moved / np.linalg.norm(row) / np.linalg.norm(other))
        best.append(max(cosines))
    return int(np.argmax(best))


@pytest.mark.parametrize("max_shift", [0, 1, 3, 8])
@pytest.mark.parametrize("n_points", [20, 31])
def test_against_a_slow_loop(max_shift, n_points):
    rng = np.random.default_rng(0)
    X = rng.uniform(-0.2, 1, (15, n_points)) ** 3
    X_test = rng.uniform(-0.2, 1, (10, n_points)) ** 3
    y = np.array([f"phase {i}" for i in range(15)])
    expected = [y[slow_nearest(row, X, max_shift)] for row in X_test]
    model = ShiftNeighborClassifier(max_shift).fit(X, y)
    assert model.predict(X_test).tolist() == expected


def test_blocks_of_training_spectra_change_nothing(monkeypatch):
    rng = np.random.default_rng(1)
    X, X_test = rng.uniform(size=(20, 40)), rng.uniform(size=(5, 40))
    model = ShiftNeighborClassifier(4).fit(X, np.arange(20))
    expected = model.predict(X_test)
    monkeypatch.setattr("skspectra.comparison._shift_neighbor._BLOCK", 100)
    assert (model.predict(X_test) == expected).all()


def test_a_shifted_spectrum_finds_its_own_only_within_reach():
    rng = np.random.default_rng(2)
    X = rng.uniform(size=(20, 200)) ** 20
    X[:, -3:] = 0
    moved = np.roll(X, 3, axis=1)
    assert ShiftNeighborClassifier(3).fit(X, np.arange(20)).score(moved, np.arange(20)) == 1
    assert ShiftNeighborClassifier(0).fit(X, np.arange(20)).score(moved, np.arange(20)) < 0.5


def test_shift_does_not_wrap_around():
    X = [[9, 0, 0, 0, 0, 1], [0, 0, 0, 9, 0, 1]]
    # The peak at the last point is one shift from the first point of a ring, two from point 3.
    model = ShiftNeighborClassifier(2).fit(X, ["first", "fourth"])
    assert model.predict([[0, 0, 0, 0, 0, 9]]).tolist() == ["fourth"]


def test_height_does_not_matter_and_the_first_of_equals_counts():
    X = [[0, 1, 0, 3], [0, 2, 0, 6], [5, 0, 5, 0]]
    model = ShiftNeighborClassifier(0).fit(X, ["a", "b", "c"])
    assert model.predict([[0, 7, 0, 21], [1e-300, 0, 1e-300, 0]]).tolist() == ["a", "c"]


def test_auto_is_one_per_cent_and_stays_within_the_axis():
    assert ShiftNeighborClassifier().fit(np.eye(2, 500), [0, 1]).max_shift_ == 5
    assert ShiftNeighborClassifier().fit(np.eye(2, 20), [0, 1]).max_shift_ == 1
    assert ShiftNeighborClassifier(99).fit(np.eye(2, 20), [0, 1]).max_shift_ == 19


def test_multilabel_spectra_get_the_labels_of_the_nearest():
    labels = np.array([[1, 0], [1, 1], [0, 1]])
    model = ShiftNeighborClassifier(0).fit(np.eye(3, 5), labels)
    assert (model.predict(np.eye(3, 5)[::-1]) == labels[::-1]).all()
