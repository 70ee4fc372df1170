import numpy as np
import pytest

from skspectra.inspection._target import Target

CLASSES = np.array(["a", "b", "c"])
RNG = np.random.default_rng(0)


@pytest.mark.parametrize("method", ["predict_proba", "predict_log_proba", "decision_function"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_values_add_up_to_the_same_over_classes(method, n_classes):
    classes = CLASSES[:n_classes]
    response = RNG.dirichlet(np.ones(n_classes), 5)
    if method == "decision_function" and n_classes == 2:
        response = RNG.standard_normal(5)
    values = [Target([one] * 5, classes).values(response, np.arange(5), method) for one in classes]
    np.testing.assert_allclose(np.sum(values, axis=0), method == "predict_proba", atol=1e-12)


def test_accuracies_add_up_to_one():
    response = CLASSES[[0, 2, 1, 1]]
    values = [
        Target([one] * 4, CLASSES).values(response, np.arange(4), "predict") for one in CLASSES
    ]
    assert (np.sum(values, axis=0) == 1).all()


def test_two_classes_have_the_signed_distance():
    target = Target(["b", "a", "b"], CLASSES[:2])
    found = target.values(np.array([3.0, 2.0]), np.array([2, 1]), "decision_function")
    assert found.tolist() == [[3], [-2]]


def test_rows_may_repeat():
    target = Target(["a", "b"], CLASSES[:2])
    response = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    found = target.values(response, np.array([0, 1, 1]), "predict_proba")
    assert found[:, 0].tolist() == [0.9, 0.8, 0.4]


def test_a_probability_of_zero_counts_as_half_the_smallest():
    target = Target(["a", "b"], CLASSES[:2])
    found = target.values(np.array([[0.9, 0.1], [1.0, 0.0]]), [0, 1], "predict_log_proba")
    np.testing.assert_allclose(found[:, 0], [np.log(9), np.log(0.05)])


def test_multilabel_values():
    Y = np.array([[1, 0], [0, 0]])
    target = Target(Y, [0, 1])
    proba = np.array([[0.9, 0.2], [0.3, 1.0]])
    rows = np.arange(2)
    own = np.array([[0.9, 0.8], [0.7, 0.0]])
    np.testing.assert_allclose(target.values(proba, rows, "predict_proba"), own)
    logs = target.values(proba, rows, "predict_log_proba")
    np.testing.assert_allclose(logs[0], np.log([9, 4]))
    assert logs[1, 1] == pytest.approx(np.log(0.05))
    decided = target.values(proba, rows, "decision_function")
    np.testing.assert_allclose(decided, [[0.9, -0.2], [-0.3, -1]])
    right = target.values(np.array([[1, 1], [0, 0]]), rows, "predict")
    assert right.tolist() == [[1, 0], [1, 1]]


def test_one_array_per_label():
    target = Target(np.array([[1, 0], [0, 1]]), [np.array([0, 1]), np.array([1])])
    response = [np.array([[0.3, 0.7], [0.6, 0.4]]), np.ones((2, 1))]
    found = target.values(response, np.arange(2), "predict_proba")
    np.testing.assert_allclose(found, [[0.7, 0], [0.6, 1]])


def test_means_of_classes():
    target = Target(["a", "a", "b", "a"], CLASSES)
    values = np.array([[1.0], [2.0], [10.0], [6.0]])
    np.testing.assert_array_equal(target.per_class(values), [3, 10, np.nan])
    np.testing.assert_allclose(target.shares(values), [1 / 6, 2 / 6, 10 / 2, 6 / 6])
    means = target.class_means(values)
    np.testing.assert_array_equal(means[:, 0], [3, 10, np.nan])


def test_means_of_labels():
    """Spectra with and without a label weigh the same; a label that all have says nothing."""
    target = Target(np.array([[1, 1], [0, 1], [0, 1]]), [0, 1])
    values = np.array([[1.0, 5], [2.0, 5], [6.0, 5]])
    np.testing.assert_array_equal(target.per_class(values), [(1 + 4) / 2, np.nan])
    np.testing.assert_allclose(target.shares(values), [1 / 2, 2 / 4, 6 / 4])
