import numpy as np
import pytest
from scipy import stats
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from skspectra.comparison import _advice, compare
from skspectra.comparison._advice import always_wrong, at_edges, choose, cost_order, recommend
from skspectra.comparison._plan import make_plan
from skspectra.comparison._prospects import Design, decidable, design_of, prospects
from skspectra.comparison._verdict import Estimate


def estimates(df=30, error=0.005, **values):
    return {name: Estimate(value, error, df) for name, value in values.items()}


ORDER = ["cheap", "middle", "dear"]


def test_the_cheapest_that_is_probably_not_worse_is_chosen():
    scores = estimates(cheap=0.80, middle=0.945, dear=0.95)
    found = choose(scores, estimates(cheap=0.15, middle=0.005), ORDER, 0.02)
    assert (found.model, found.best) == ("middle", "dear")
    assert 0 < found.risk < 0.2


def test_a_cheaper_model_that_may_be_worse_is_passed_over():
    scores = estimates(cheap=0.80, middle=0.94, dear=0.95)
    unsure = {name: Estimate(0.03, 0.02, 9) for name in ("cheap", "middle")}
    assert choose(scores, unsure, ORDER, 0.02).model == "dear"
    assert choose(scores, unsure, ORDER, 0.02, accepted_risk=0.9).model == "cheap"


def test_of_equal_scores_the_cheaper_one_is_the_best():
    found = choose(estimates(cheap=0.9, middle=0.9, dear=0.9), {}, ORDER, 0.02)
    assert (found.model, found.best) == ("cheap", "cheap")


def test_without_probabilities_one_standard_error_decides():
    scores = estimates(error=0.02, cheap=0.90, middle=0.935, dear=0.95)
    found = choose(scores, {}, ORDER, 0.02)
    assert (found.model, found.best) == ("middle", "dear")
    assert np.isnan(found.risk)


def test_without_a_standard_error_the_best_is_chosen():
    scores = estimates(error=np.nan, df=0, cheap=0.90, middle=0.935, dear=0.95)
    assert choose(scores, {}, ORDER, 0.02).model == "dear"


def test_cost_order_is_that_of_the_table_or_as_given(monkeypatch):
    monkeypatch.setattr(_advice, "COST_ORDER", ["ridge", "SVM", "net"])
    assert cost_order(["net", "ridge"]) == ["ridge", "net"]
    assert cost_order(["SVM", "mine", "ridge"]) == ["SVM", "mine", "ridge"]


def advise(scores, shortfalls, *, low=0.7, guess=0.5, **more):
    lows = dict.fromkeys(scores, low)
    return recommend(scores, shortfalls, ORDER, margin=0.02, low=lows, guess=guess, **more)


def test_reasons_of_a_recommendation():
    scores = estimates(cheap=0.80, middle=0.945, dear=0.95)
    cheaper = advise(scores, estimates(cheap=0.15, middle=0.005))
    assert cheaper.model == "middle"
    assert cheaper.reason == (
        "Take middle: it scores 94.5 % and is the cheapest whose probability of being worse than "
        "the best by more than 2 points is below 20 % (under 1 %; the best is dear with 95.0 %). "
        "It does better than guessing, which gives 50.0 %."
    )
    best = advise(scores, estimates(cheap=0.15, middle=0.1))
    assert best.reason.startswith("Take dear: it has the highest score (95.0 %), and each cheaper")
    first = advise(estimates(cheap=0.96, middle=0.9, dear=0.9), estimates(middle=0.06, dear=0.06))
    assert first.reason.startswith("Take cheap: it has the highest score (96.0 %) and is the")


def test_no_recommendation_where_nothing_beats_guessing():
    found = advise(estimates(cheap=0.5, middle=0.6, dear=0.55), {}, low=0.45)
    assert found.model == ""
    assert "even the best one, middle, is not shown to do better than guessing" in found.reason
    assert "Measure more spectra" in found.reason


def test_too_few_spectra_state_no_probability():
    scores = estimates(cheap=0.949, middle=0.9, dear=0.95)
    shortfalls = estimates(cheap=0.001, middle=0.05)
    found = advise(scores, shortfalls, low=np.nan, too_few="class 'x' has 4 spectra, fewer than 5")
    assert found.model == "cheap"
    assert "within one standard error of the highest score (dear, 95.0 %)" in found.reason
    assert "No probability can be stated: class 'x' has 4 spectra" in found.reason
    assert found.reason.endswith(
        "It cannot be said whether it does better than guessing, which gives 50.0 %."
    )


def test_nothing_to_recommend():
    found = recommend({}, {}, [], margin=0.02, low={}, guess=0.5, rest="no model converged")
    assert found == ("", "No model is recommended: no model converged.", "")


@pytest.mark.parametrize(
    ("grid", "chosen", "expected"),
    [
        ({"C": [1, 10, 100]}, [{"C": 100}] * 3, [("C", 100, "upper", 3)]),
        ({"C": [0.1, 1, 10]}, [{"C": 0.1}, {"C": 0.1}, {"C": 1}], [("C", 0.1, "lower", 2)]),
        # Half of the splits is not most of them.
        ({"C": [0.1, 1, 10]}, [{"C": 0.1}, {"C": 1}], []),
        # A middle value, too few values, whether or not, none at all, and the least that there is.
        ({"C": [1, 10, 100]}, [{"C": 10}], []),
        ({"C": [1, 10]}, [{"C": 10}], []),
        ({"derivative": [0, 1, 2]}, [{"derivative": 2}], []),
        ({"pool_size": [1, 2, 4]}, [{"pool_size": 1}], []),
        ({"flag": [True, False, None]}, [{"flag": True}], []),
        (None, [{}], []),
        (
            [{"a": [1.0, 2.0, 3.0]}, {"b": [4.0, 5.0, 6.0]}],
            [{"b": 4.0}],
            [("b", 4.0, "lower", 1)],
        ),
        # The end of one part of a grid is not the end of the grid.
        ([{"a": [1.0, 2.0, 3.0]}, {"a": [2.0], "b": [1]}], [{"a": 2.0, "b": 1}], []),
        (
            [{"a": [2.0, 3.0]}, {"a": [4.0], "b": [1]}],
            [{"a": 4.0, "b": 1}],
            [("a", 4.0, "upper", 1)],
        ),
    ],
)
def test_parameters_at_an_end_of_their_grid(grid, chosen, expected):
    assert at_edges(chosen, grid) == expected


def test_always_wrong_means_every_model_and_every_repeat():
    rows = np.array([7, 3, 5, 7, 3, 5])
    wrong = np.array([[1, 1, 1, 1, 1, 0], [1, 0, 1, 1, 1, 1]], dtype=bool)
    assert always_wrong(rows, wrong).tolist() == [7]


def test_decidable_difference_by_hand():
    design = Design({"a": 50, "b": 100}, "spectra", 3, 1.75, 9)
    error = np.sqrt(1.75 * 0.1 * (1 / 50 + 1 / 100)) / 2
    assert decidable(design) == pytest.approx(0.02 + stats.t.isf(0.025 / 3, 9) * error)


def test_decidable_difference_has_the_floor_of_differences():
    design = Design({"a": 5, "b": 10**6}, "groups", 1, 1.0, 4)
    assert decidable(design) == pytest.approx(0.02 + stats.t.isf(0.025, 4) / 10)


@pytest.mark.parametrize(
    ("design", "expected"),
    [
        (
            Design({"Fm-3m": 4, "Ia-3": 9, "P1": 3, "C2": 20}, "spectra", 1, 1.75, 9),
            "class 'P1' has 3 spectra: verdicts need 5; leave out 2 classes (Fm-3m and P1), on "
            "the command line with --min-class 5.",
        ),
        (
            Design({"P1": 3, "Ia-3": 9, "C2": 20}, "spectra", 1, 1.75, 9),
            "class 'P1' has 3 spectra: verdicts need 5; leave out 1 class (P1), on the command "
            "line with --min-class 5.",
        ),
        (
            Design({"a": 4, "b": 9}, "groups", 1, 1.0, 3),
            "class 'a' has 4 groups: verdicts need 5.",
        ),
        (Design({"all": 4}, "groups", 1, 1.0, 3), "there are 4 groups: verdicts need 5."),
        (Design({"a": 9, "b": 9}, "spectra", 1, 1.0, 0), "One split gives no interval"),
        (Design({"a": 5, "b": 5}, "spectra", 99, 9.0, 1), "With 10 spectra in 2 classes, no diff"),
    ],
)
def test_prospects_of_too_few(design, expected):
    (text,) = prospects(design)
    assert text.startswith(expected)


def test_prospects_say_what_would_be_needed():
    first, second = prospects(Design({"a": 60, "b": 60}, "groups", 3, 1.0, 59))
    assert first.startswith(
        "With 60 groups or more in each of 2 classes, differences below about 10"
    )
    assert "For differences of 5 points about " in second
    n = int(second.split("about ")[1].split(" groups")[0].replace(",", ""))
    assert decidable(Design({"a": n / 2, "b": n / 2}, "groups", 3, 1.0, n / 2 - 1)) <= 0.0501


def test_prospects_of_several_labels_a_spectrum():
    assert prospects(Design({"all": 80}, "spectra", 1, 1.75, 9))[0].startswith(
        "With 80 spectra, d"
    )


def test_prospects_of_very_many():
    assert len(prospects(Design({"a": 10**5, "b": 10**5}, "spectra", 1, 1.75, 9))) == 1


@pytest.fixture(scope="module")
def blobs():
    """Two classes of 30 spectra, and groups of three."""
    rng = np.random.default_rng(0)
    y = np.tile(["a", "b"], 30)
    X = rng.normal(0, 1, (60, 12)) + 1.2 * (y == "b")[:, None]
    return X, y, np.arange(60) // 2 // 3 * 2 + (y == "b")


def test_design_of_folds(blobs):
    X, y, _ = blobs
    plan = make_plan(X, y, {"a": SVC(), "b": GaussianNB()}, cv=5, n_repeats=2)
    assert design_of(plan) == ({"a": 30, "b": 30}, "spectra", 1, pytest.approx(1.75), 9)


def test_design_of_groups(blobs):
    X, y, groups = blobs
    plan = make_plan(X, y, {"a": SVC(), "b": GaussianNB()}, groups=groups)
    assert design_of(plan) == ({"a": 10, "b": 10}, "groups", 1, 1.0, 9)


def test_design_of_replicates(blobs):
    X, y, _ = blobs
    parts = np.arange(60).reshape(6, 10)
    cv = list(zip(parts[:3], parts[3:], strict=True))
    plan = make_plan(X, y, {"a": SVC()}, cv=cv, independent=True)
    assert design_of(plan)[1:] == ("spectra", 1, pytest.approx(1.0), 2)


def test_a_comparison_recommends_and_builds(blobs):
    X, y, _ = blobs
    models = {
        "guess": DummyClassifier(),
        "bad": (SVC(gamma=1e4), {"C": [1.0, 2.0]}),
        "good": (SVC(), {"gamma": [1e4, "scale"]}),
    }
    result = compare(X, y, models | {"guess": (DummyClassifier(), None)})
    found = result.recommendation
    assert found.model == "good"
    assert found.code == "from sklearn.svm import SVC\n\nmodel = SVC()"
    names = {}
    exec(found.code, names)
    assert names["model"].fit(X, y).score(X, y) > 0.9
    assert result.advice()[-1] == found.reason
    assert "better than guessing, which gives 50.0 %" in found.reason


def test_a_baseline_is_never_recommended(blobs):
    found = compare(*blobs[:2], {"guess": DummyClassifier()}).recommendation
    assert found.model == ""
    assert "nothing but a baseline" in found.reason


def test_noise_is_not_recommended():
    X = np.random.default_rng(0).normal(size=(60, 20))
    result = compare(X, np.tile(["a", "b"], 30), {"SVC": SVC(), "naive Bayes": GaussianNB()})
    assert result.recommendation.model == ""
    assert "not shown to do better than guessing, which gives 50.0 %" in result.advice()[-1]


def test_what_cannot_be_written_as_python_is_said(blobs):
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    X, y, _ = blobs
    model = make_pipeline(FunctionTransformer(lambda X: X), SVC())
    code = compare(X, y, {"SVC": model}).recommendation.code
    assert code.startswith("# The model cannot be written as lines of Python: ")


def advice_with(result, text):
    return [sentence for sentence in result.advice() if text in sentence]


def test_advice_on_hard_spectra(blobs):
    X, y, _ = blobs
    y = y.copy()
    X = X + 3 * (y == "b")[:, None]
    y[4] = "b"
    models = {"SVC": SVC(), "naive Bayes": GaussianNB(), "guess": DummyClassifier()}
    (text,) = advice_with(compare(X, y, models), "every model")
    assert text == (
        "One of 60 spectra is named wrongly by every model: row 4 (label b, taken for a). Check "
        "its label."
    )
    names = [f"{i}.spc" for i in range(60)]
    (text,) = advice_with(compare(X, y, models, names=names), "every model")
    assert "4.spc (label b, taken for a)" in text
    assert advice_with(compare(X, y, {"SVC": SVC()}), "every model") == []


def test_many_hard_spectra_are_classes_that_overlap(blobs):
    X, y, _ = blobs
    y = y.copy()
    X = X + 3 * (y == "b")[:, None]
    y[:8] = np.where(y[:8] == "a", "b", "a")
    (text,) = advice_with(compare(X, y, {"SVC": SVC(), "NB": GaussianNB()}), "every model")
    assert text == (
        "8 of 60 spectra are named wrongly by every model. So many are hardly wrong labels: the "
        "classes overlap."
    )


def test_advice_on_shifts():
    X = np.eye(40)[np.tile([5, 12], 20)]
    y = np.tile(["a", "b"], 20)
    # Where the sum is taken the place of the peak does not matter, and all are equal.
    models = {"narrow": SVC(kernel="linear"), "wide": WideSVC()}
    result = compare(X, y, models, max_shift=2, x_axis=np.linspace(10, 29.5, 40), unit="deg")
    (text,) = advice_with(result, "moved")
    assert text == (
        "If spectra are moved by 2 points (1 deg), narrow falls from 100 to 50 %, and wide stays "
        "at 100 %: it loses least where instruments differ by so much."
    )
    alone = compare(X, y, {"narrow": SVC(kernel="linear")}, max_shift=2)
    (text,) = advice_with(alone, "moved")
    assert text == (
        "If spectra are moved by 2 points, narrow falls from 100 to 50 %; no model holds more "
        "than 2 points better."
    )
    assert advice_with(compare(X, y, models, max_shift=0), "moved") == []


class WideSVC(SVC):
    """Looks at the two halves of an axis that is cut between the peaks."""

    def fit(self, X, y):
        return super().fit(self._halves(X), y)

    def predict(self, X):
        return super().predict(self._halves(X))

    def _halves(self, X):
        return np.stack([X[:, :9].sum(axis=1), X[:, 9:].sum(axis=1)], axis=1)


def test_advice_on_edges_and_audit(blobs):
    X, y, _ = blobs
    X = X.copy()
    X[2] = X[0]
    model = KNeighborsClassifier(), {"n_neighbors": [9, 43, 45]}
    result = compare(X, y, {"neighbours": model}, n_repeats=1, search_cv=20)
    (text,) = advice_with(result, "end of its grid")
    assert text == (
        "neighbours: n_neighbors = 9, the lower end of its grid, was chosen in 4 of 5 splits. "
        "Search smaller values, too: the model may be better than shown."
    )
    assert result.audit[0].code == "duplicates"
    assert result.advice()[0].startswith("2 spectra are exact copies of others: rows 0 and 2.")


def test_advice_says_what_would_decide_against_the_best():
    rng = np.random.default_rng(1)
    y = np.tile(["a", "b"], 40)
    X = rng.normal(0, 1, (80, 12)) + 0.6 * (y == "b")[:, None]
    result = compare(X, y, {"SVC": SVC(), "naive Bayes": GaussianNB()})
    best = max(result.models, key=lambda model: model.balanced_accuracy).model
    found = advice_with(result, "cannot be told")
    if result.recommendation.model == best:
        assert found == []
    else:
        assert "spectra instead of 80 would decide it" in found[0]


def test_several_labels_get_a_recommendation(blobs):
    X, y, _ = blobs
    matrix = np.stack([y == "a", X[:, 0] > 0.6], axis=1).astype(int)
    result = compare(X, matrix, {"1-NN": KNeighborsClassifier(1), "3-NN": KNeighborsClassifier(3)})
    most = np.unique(matrix, axis=0, return_counts=True)[1].max() / 60
    assert f"guessing, which gives {100 * most:.1f} %" in result.advice()[-1]
