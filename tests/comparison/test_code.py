from functools import partial

import numpy as np
import pytest
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from skspectra import AugmentedClassifier, PeakShiftAugmenter, PooledSVC
from skspectra.comparison import default_models
from skspectra.comparison._code import python_code
from skspectra.preprocessing import SpectrumNormalizer, normalize


def built(estimator):
    names = {}
    exec(python_code(estimator), names)
    return names["model"]


def same(a, b):
    """Whether two estimators have the same class and the same parameters, all the way down."""
    if hasattr(a, "get_params"):
        return type(a) is type(b) and same(a.get_params(deep=False), b.get_params(deep=False))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, partial):
        return same((a.func, a.args, a.keywords), (b.func, b.args, b.keywords))
    return type(a) is type(b) and repr(a) == repr(b)


@pytest.mark.parametrize(
    "estimator",
    [
        PooledSVC(),
        PooledSVC(pool_size=7, C=1e-3, normalize="snv"),
        make_pipeline(SpectrumNormalizer(), PooledSVC(normalize="none")),
        make_pipeline(make_pipeline(StandardScaler(), StandardScaler()), SVC(C=2)),
        Pipeline([("scale", StandardScaler()), ("skip", "passthrough"), ("fit", SVC())]),
        Pipeline([("svc", SVC())], memory="cache", verbose=True),
        AugmentedClassifier(SVC(), PeakShiftAugmenter(3), n_copies=2, random_state=5),
        make_pipeline(FunctionTransformer(normalize, kw_args={"norm": "area"}), SVC()),
        FunctionTransformer(partial(normalize, norm="snv")),
        FunctionTransformer(np.log1p),
        GaussianNB(priors=np.array([0.25, 0.75])),
        GaussianNB(priors=[0.5, 0.5]),
        LogisticRegression(class_weight={"a": 1, 'b"': 2.5}, tol=float("inf")),
        KNeighborsClassifier(metric_params={"w": (1,), "p": None}),
        VotingClassifier([("a", SVC()), ("b", GaussianNB())], weights=[1, 2]),
    ],
    ids=str,
)
def test_the_lines_build_the_estimator(estimator):
    assert same(built(estimator), estimator)


def test_default_models_can_be_built():
    for estimator in default_models(500).values():
        assert same(built(estimator), estimator)


def test_lines_of_a_pipeline():
    assert python_code(make_pipeline(StandardScaler(), SVC(C=10)), "best") == (
        "from sklearn.pipeline import make_pipeline\n"
        "from sklearn.preprocessing import StandardScaler\n"
        "from sklearn.svm import SVC\n"
        "\n"
        "best = make_pipeline(StandardScaler(), SVC(C=10))"
    )


def test_long_lines_are_broken_between_arguments():
    code = python_code(
        SVC(kernel="rbf,(", class_weight={"a": 1.0, "b": 2.0}, tol=1e-5, C=123456.0)
    )
    assert max(map(len, code.split("\n"))) < 89
    assert '    class_weight={"a": 1.0, "b": 2.0},\n' in python_code(
        SVC(kernel="a,b(" * 20, class_weight={"a": 1.0, "b": 2.0})
    )


def test_long_pipelines_are_broken_inside():
    steps = [(f"scaler number {i}", StandardScaler()) for i in range(4)]
    code = python_code(Pipeline([*steps, ("svc", SVC(kernel="poly", class_weight={"a": 1.0}))]))
    assert code.split("\n")[-8:] == [
        "    [",
        *(f'        ("scaler number {i}", StandardScaler()),' for i in range(4)),
        '        ("svc", SVC(kernel="poly", class_weight={"a": 1.0})),',
        "    ],",
        ")",
    ]


def test_fitted_estimators_are_written_unfitted():
    model = GaussianNB().fit([[0.0], [1.0]], [0, 1])
    assert python_code(model).endswith("model = GaussianNB()")


@pytest.mark.parametrize("value", [lambda X: X, object(), {1, 2}], ids=["lambda", "object", "set"])
def test_what_cannot_be_written(value):
    with pytest.raises(ValueError, match="cannot be"):
        python_code(FunctionTransformer(value))
