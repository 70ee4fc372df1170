import csv
import warnings
from functools import partial

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, confusion_matrix
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC

from skspectra import AugmentedClassifier, PeakShiftAugmenter, PooledSVC
from skspectra.comparison import compare, shift_spectra
from skspectra.comparison._evidence import score_interval
from skspectra.comparison._run import final_estimator
from skspectra.comparison._splits import make_inner_splits, make_splits
from skspectra.comparison._verdict import Estimate
from skspectra.preprocessing import normalize


@pytest.fixture(scope="module")
def peaks():
    """Three classes with one peak each, 20 spectra a class."""
    rng = np.random.default_rng(0)
    y = np.repeat(["anatase", "brookite", "rutile"], 20)
    centre = np.repeat([20, 24, 40], 20) + rng.normal(0, 1.5, 60)
    X = np.exp(-(((np.arange(60) - centre[:, None]) / 2) ** 2) / 2)
    return X + rng.normal(0, 0.02, X.shape), y


@pytest.fixture(scope="module")
def noisy_peaks(peaks):
    """The same below so much noise that every split has a score of its own."""
    X, y = peaks
    return X + np.random.default_rng(1).normal(0, 0.8, X.shape), y


MODELS = {"naive Bayes": GaussianNB(), "majority": DummyClassifier()}


class Scripted(ClassifierMixin, BaseEstimator):
    """A classifier that predicts the first class and misbehaves on demand."""

    def __init__(self, act="nothing", converged=True):
        self.act = act
        self.converged = converged

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.converged_ = self.converged
        if self.act == "warn":
            warnings.warn(f"{len(X)} spectra look odd", UserWarning, stacklevel=1)
        elif self.act == "not converge":
            del self.converged_
            warnings.warn("too few iterations", ConvergenceWarning, stacklevel=1)
        elif self.act == "fail":
            raise ZeroDivisionError("oops")
        elif self.act == "interrupt":
            raise KeyboardInterrupt
        return self

    def predict(self, X):
        return np.repeat(self.classes_[:1], len(X))


def test_shift_spectra():
    X = np.arange(5.0)[None]
    assert shift_spectra(X, 2).tolist() == [[0, 0, 0, 1, 2]]
    assert shift_spectra(X, -2).tolist() == [[2, 3, 4, 4, 4]]
    assert shift_spectra(X, 99).tolist() == [[0, 0, 0, 0, 0]]
    assert shift_spectra(X, 0).tolist() == X.tolist()


def test_scores_equal_those_of_scikit_learn(peaks):
    X, y = peaks
    result = compare(X, y, MODELS, n_repeats=1, random_state=3)
    cv = StratifiedKFold(5, shuffle=True, random_state=3)
    predicted = cross_val_predict(GaussianNB(), X, y, cv=cv)
    scores = [balanced_accuracy_score(y[test], predicted[test]) for _, test in cv.split(X, y)]
    model = result.models[0]
    assert model.balanced_accuracy == pytest.approx(np.mean(scores))
    assert model.accuracy == pytest.approx(np.mean(predicted == y))
    np.testing.assert_array_equal(result.confusion["naive Bayes"], confusion_matrix(y, predicted))
    assert model.under_shift[0] == model.balanced_accuracy
    assert result.classes.tolist() == sorted(set(y))


def test_pooled_scores_with_groups(peaks):
    X, y = peaks
    groups = np.arange(60) // 2
    result = compare(X, y, MODELS, groups=groups, n_repeats=2)
    matrix = result.confusion["naive Bayes"]
    assert matrix.sum() == 2 * len(y)
    recalls = np.diag(matrix) / matrix.sum(axis=1)
    assert result.models[0].balanced_accuracy == pytest.approx(recalls.mean())


def test_the_same_twice(peaks):
    first, second = (compare(*peaks, MODELS, groups=np.arange(60) // 2) for _ in range(2))
    assert first.pairs == second.pairs


def test_equal_models_are_never_better(peaks):
    (pair,) = compare(*peaks, {"a": SVC(), "b": SVC()}).pairs
    assert pair.difference == 0
    assert pair.verdict in ("equivalent", "cannot tell")


def test_better_than_the_majority_class(peaks):
    (pair,) = compare(*peaks, MODELS).pairs
    assert (pair.model_a, pair.model_b, pair.verdict) == ("naive Bayes", "majority", "better")


def test_shift_curve_falls_and_uses_both_directions():
    X = np.eye(20)[np.tile([5, 12], 20)]
    y = np.tile(["a", "b"], 20)
    model = SVC(kernel="linear")
    result = compare(X, y, {"SVC": model}, max_shift=4, n_repeats=1)
    assert result.shifts.tolist() == [0, 2, 4, 8]
    assert result.models[0].under_shift[0] == 1
    # By 8 to the right neither peak is known, by 7 the first would be taken for the second.
    sevens = compare(X, y, {"SVC": model}, max_shift=7, n_repeats=1).models[0].under_shift[2]
    fitted = model.fit(X, y)
    expected = np.mean([fitted.predict(shift_spectra(X, s)) == y for s in (-7, 7)])
    assert sevens == pytest.approx(expected)


def test_default_shift_is_half_a_percent_of_the_axis():
    X = np.random.default_rng(0).normal(size=(20, 1000))
    result = compare(X, np.arange(20) % 2, {"a": DummyClassifier()})
    assert (result.max_shift, result.shifts.tolist()) == (5, [0, 2, 5, 10])


def test_no_shift(peaks):
    result = compare(*peaks, MODELS, max_shift=0)
    assert result.shifts.tolist() == [0]
    assert "moved" not in result.table()


def test_search_sees_the_training_part_only(peaks):
    X, y = peaks
    grid = {"C": [1e-3, 1.0, 10.0]}
    result = compare(X, y, {"SVC": (SVC(), grid)}, n_repeats=1, search_cv=3)
    splits = make_splits(y)
    inner = make_inner_splits(splits, y)
    for (train, _), folds, chosen in zip(splits, inner, result.models[0].parameters, strict=True):
        search = GridSearchCV(SVC(), grid, scoring="balanced_accuracy", cv=folds)
        assert chosen == search.fit(X[train], y[train]).best_params_
        assert all(max(map(max, fold)) < len(train) for fold in folds)
    assert result.models[0].n_candidates == 3
    assert result.models[0].search_seconds > 0


def test_search_is_for_balanced_accuracy():
    """The prior that names the common class more often has the better plain accuracy."""
    y = np.repeat(["common", "rare"], [80, 20])
    X = np.random.default_rng(0).normal(np.repeat([0.0, 1], [80, 20])[:, None], 1, (100, 2))
    grid = {"priors": [[0.99, 0.01], [0.5, 0.5]]}
    result = compare(X, y, {"naive Bayes": (GaussianNB(), grid)}, n_repeats=1)
    assert [chosen["priors"] for chosen in result.models[0].parameters] == 5 * [[0.5, 0.5]]


def test_estimators_can_be_searched_over(peaks):
    model = AugmentedClassifier(SVC(), PeakShiftAugmenter(1), n_copies=1, random_state=0)
    grid = {"augmenter": [PeakShiftAugmenter(0), PeakShiftAugmenter(2)]}
    result = compare(*peaks, {"SVC": (model, grid)}, cv=2, n_repeats=1)
    assert not hasattr(result.models[0].parameters[0]["augmenter"], "n_features_in_")


def test_unequal_search_budgets(peaks):
    models = {"SVC": (SVC(), {"C": [1, 10]}), "naive Bayes": GaussianNB()}
    with pytest.raises(ValueError, match="got candidates SVC: 2, naive Bayes: 1"):
        compare(*peaks, models)


def test_a_model_with_nothing_to_search_is_exempt(peaks):
    models = {"SVC": (SVC(), {"C": [1, 10]}), "majority": (DummyClassifier(), None)}
    result = compare(*peaks, models, cv=2)
    assert [model.n_candidates for model in result.models] == [2, 1]


def test_groups_are_never_divided(peaks):
    _, y = peaks
    groups = np.arange(60) // 3
    splits = make_splits(y, groups, n_repeats=2)
    for train, test in splits:
        assert not set(groups[train]) & set(groups[test])
    for (train, _), folds in zip(splits, make_inner_splits(splits, y, groups), strict=True):
        for inner_train, inner_test in folds:
            assert not set(groups[train][inner_train]) & set(groups[train][inner_test])


@pytest.mark.parametrize(
    ("counts", "n_groups", "n_folds"),
    [
        ([9, 9], None, 3),
        ([3, 9], None, 3),
        ([2, 9], None, 2),
        ([1, 9, 9], None, 2),
        ([9, 9], 2, 2),
    ],
)
def test_fewer_inner_folds_where_the_training_part_is_small(counts, n_groups, n_folds):
    y = np.repeat(np.arange(len(counts)), counts)
    groups = None if n_groups is None else np.arange(len(y)) % n_groups
    (folds,) = make_inner_splits([(np.arange(len(y)), [])], y, groups)
    assert len(folds) == n_folds


def test_repeats_are_drawn_anew():
    splits = make_splits(np.arange(40) % 2, n_repeats=2)
    assert len(splits) == 10
    assert not np.array_equal(splits[0][1], splits[5][1])


def test_leave_one_group_out(peaks):
    groups = np.tile(np.arange(6), 10)
    result = compare(*peaks, MODELS, groups=groups, cv="leave-one-group-out")
    assert result.n_splits == 6


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": ["a"] * 60}, "only one class, 'a'"),
        (
            {"cv": 21},
            "class 'anatase' has 20 spectra, but 21 folds need at least 21: measure more of it, "
            "merge it with another class, leave it out, or use fewer folds",
        ),
        (
            {"y": ["a"] + ["b"] * 59},
            "class 'a' has 1 spectrum, but 5 folds need at least 5: measure more of it, merge it "
            "with another class, or leave it out",
        ),
        ({"y": ["a"] * 3 + ["b"] * 57, "cv": 2}, "'a' has 3 spectra, but 2 folds need at least 4"),
        ({"cv": 1}, "cv >= 2"),
        ({"cv": "loo"}, "got 'loo'"),
        ({"cv": "leave-one-group-out"}, "needs groups"),
        ({"cv": []}, "empty list"),
        ({"cv": [(np.arange(20), np.arange(20, 60))]}, "fewer than two classes"),
        ({"cv": [(np.arange(60), [])]}, "nothing to test on"),
        ({"groups": np.arange(60) % 3}, "3 groups, but at least 5 are needed"),
        ({"groups": np.arange(60) % 2, "cv": 2}, "2 groups, but at least 3 are needed"),
        (
            {"groups": np.arange(60) % 2, "cv": "leave-one-group-out"},
            "2 groups, but at least 3 are needed",
        ),
        ({"groups": np.maximum(np.arange(60), 19)}, "class 'anatase' occurs in one group only"),
        (
            {"groups": np.arange(60) % 20, "cv": [(np.arange(40), np.arange(40, 60))]},
            "group '0' is in training and test",
        ),
        ({"independent": True}, "needs a list of splits"),
        ({"pairs": "some"}, "got 'some'"),
        ({"pairs": [("naive Bayes", "SVC")]}, "two different names"),
        ({"X": np.full((60, 3), np.nan)}, "NaN"),
        ({"holdout": (np.ones((2, 59)), [0, 1])}, "holdout has 59 points, but X has 60"),
        ({"holdout": (np.ones((2, 60)), [0])}, "inconsistent numbers"),
        ({"y": ["a"] * 59}, "inconsistent numbers"),
    ],
)
def test_bad_input(peaks, change, message):
    arguments = {"X": peaks[0], "y": peaks[1], "models": MODELS} | change
    with pytest.raises(ValueError, match=message):
        compare(**arguments)


def test_rare_classes_cannot_tell(peaks):
    X, y = peaks
    kept = np.r_[:4, 20:60]
    result = compare(X[kept], y[kept], MODELS, cv=2)
    (pair,) = result.pairs
    assert pair.verdict == "cannot tell"
    assert pair.reason == "class 'anatase' has 4 spectra, fewer than 5"
    assert np.isnan(result.models[0].balanced_accuracy_low)
    assert " (-)  " in result.table()


def test_five_spectra_of_a_class_are_enough(peaks):
    X, y = peaks
    kept = np.r_[:5, 20:60]
    result = compare(X[kept], y[kept], MODELS, cv=2)
    assert np.isfinite(result.pairs[0].p_value)
    assert 0 < result.models[0].balanced_accuracy_low < 1


def test_the_seed_draws_groups_anew(noisy_peaks):
    groups = np.tile(np.arange(6), 10)
    first, second = (
        compare(*noisy_peaks, MODELS, groups=groups, cv="leave-one-group-out", random_state=seed)
        for seed in (0, 1)
    )
    assert first.models[0].accuracy == second.models[0].accuracy
    assert first.pairs[0].difference == second.pairs[0].difference
    assert first.pairs[0].low != second.pairs[0].low


def test_few_groups_cannot_tell(peaks):
    (pair,) = compare(*peaks, MODELS, groups=np.arange(60) % 4, cv=4).pairs
    assert pair.reason == "class 'anatase' has 4 groups, fewer than 5"


def scores_of_splits(X, y, splits):
    """Balanced accuracy of naive Bayes on each split."""
    return [
        balanced_accuracy_score(y[test], GaussianNB().fit(X[train], y[train]).predict(X[test]))
        for train, test in splits
    ]


def test_intervals_of_folds_are_those_of_nadeau_and_bengio(noisy_peaks):
    """Folds share training spectra: n_test / n_train of a split is added to 1 / J."""
    X, y = noisy_peaks
    scores = scores_of_splits(X, y, make_splits(y, cv=4, n_repeats=2))
    error = np.sqrt((1 / 8 + 15 / 45) * np.var(scores, ddof=1))
    (model,) = compare(X, y, {"naive Bayes": GaussianNB()}, cv=4, n_repeats=2).models
    expected = score_interval(Estimate(np.mean(scores), error, 7), 60)
    assert model.balanced_accuracy == pytest.approx(np.mean(scores))
    assert model[3:5] == pytest.approx(expected)


@pytest.mark.parametrize(("independent", "ratio"), [(False, 18 / 24), (True, 0)])
def test_intervals_of_given_splits(noisy_peaks, independent, ratio):
    """Two splits of different sizes that share nothing; only their user knows."""
    X, y = noisy_peaks
    parts = [np.arange(start, 60, 10) for start in range(10)]
    cv = [(np.concatenate(parts[:3]), parts[3]), (parts[4], np.concatenate(parts[5:7]))]
    scores = scores_of_splits(X, y, cv)
    error = np.sqrt((1 / 2 + ratio) * np.var(scores, ddof=1))
    models = {"naive Bayes": GaussianNB()}
    (model,) = compare(X, y, models, cv=cv, independent=independent).models
    # The two test sets hold 18 different spectra, and 6 of each class.
    expected = score_interval(Estimate(np.mean(scores), error, 1), 18)
    assert model[3:5] == pytest.approx(expected)


def test_independent_replicates(peaks):
    X, y = peaks
    parts = np.arange(60).reshape(15, 4).T
    cv = [(parts[0], parts[1]), (parts[2], parts[3])]
    corrected = compare(X, y, MODELS, cv=cv).models[1]
    plain = compare(X, y, MODELS, cv=cv, independent=True).models[1]
    assert plain.accuracy == corrected.accuracy
    assert plain.accuracy_low >= corrected.accuracy_low


def test_holdout_is_scored_by_the_first_split(peaks):
    X, y = peaks
    result = compare(X, y, MODELS, holdout=(X[:30], y[:30]))
    train, _ = make_splits(y)[0]
    expected = GaussianNB().fit(X[train], y[train]).score(X[:30], y[:30])
    assert result.models[0].holdout == expected
    assert "further test" in result.table()


@pytest.mark.parametrize(
    "wrap", [lambda net: net, make_pipeline, lambda net: (net, {"act": ["a"]})]
)
def test_the_flag_of_a_net_that_did_not_converge(peaks, wrap):
    models = {"net": wrap(Scripted(converged=False)), "naive Bayes": GaussianNB()}
    result = compare(*peaks, models)
    assert [model.converged for model in result.models] == [False, True]
    assert result.pairs[0].verdict == "not converged"
    assert "not converged" in result.table()


def test_a_convergence_warning_becomes_the_flag(peaks):
    result = compare(*peaks, {"LR": Scripted("not converge"), "naive Bayes": GaussianNB()})
    assert not result.models[0].converged


def test_final_estimator_looks_inside(peaks):
    net = Scripted()
    model = GridSearchCV(make_pipeline(AugmentedClassifier(net, PeakShiftAugmenter(1))), {}, cv=2)
    assert final_estimator(model.fit(*peaks)).converged_


def test_other_warnings_pass_once_a_model(peaks):
    models = {"odd one": Scripted("warn"), "odd too": Scripted("warn"), "Bayes": GaussianNB()}
    with pytest.warns(UserWarning, match="odd .*, split 1 of 10: 48 spectra") as caught:
        compare(*peaks, models)
    assert len(caught) == 2


def test_errors_name_the_model(peaks):
    with pytest.raises(ZeroDivisionError) as error:
        compare(*peaks, {"bad one": Scripted("fail")})
    assert error.value.__notes__ == ["while comparing models: bad one, split 1 of 10"]


def test_interrupt_passes(peaks):
    with pytest.raises(KeyboardInterrupt):
        compare(*peaks, {"a": Scripted("interrupt")})


def test_progress(peaks):
    lines = []
    compare(*peaks, MODELS, cv=2, n_repeats=1, progress=lines.append)
    assert lines[0].startswith("With 60 spectra in 3 classes, differences below about ")
    assert [line.split()[0] for line in lines[-4:]] == ["[1/4]", "[2/4]", "[3/4]", "[4/4]"]
    assert lines[-2].startswith("[3/4] split 2/2, naive Bayes: 0.")
    assert lines[-1].endswith("about 0 s left")


def test_csv_files(peaks, tmp_path):
    models = {
        "SVC": (SVC(), {"C": [1, 2]}),
        "pooled": (PooledSVC(compression="none"), {"C": [1, 2]}),
    }
    result = compare(*peaks, models, cv=2, n_repeats=1)
    paths = result.to_csv(tmp_path / "new" / "folder")
    names = [
        f"{name}.csv"
        for name in (
            *("comparison", "pairs", "confusion", "shift", "parameters", "settings"),
            *("predictions", "audit"),
        )
    ]
    assert [path.name for path in paths] == names
    assert sorted(path.name for path in paths[0].parent.iterdir()) == sorted(names)
    rows = {path.stem: list(csv.DictReader(path.read_text().splitlines())) for path in paths}
    assert [row["family"] for row in rows["comparison"]] == ["raw", "pooled"]
    assert float(rows["comparison"][0]["accuracy"]) == result.models[0].accuracy
    assert rows["pairs"][0]["verdict"] == result.pairs[0].verdict
    assert len(rows["confusion"]) == 6
    assert sum(int(row["predicted_rutile"]) for row in rows["confusion"][:3]) == sum(
        result.confusion["SVC"][:, 2]
    )
    assert len(rows["shift"]) == 2 * len(result.shifts)
    assert [row["code"] for row in rows["audit"]] == ["label order"]
    assert rows["parameters"][0]["parameter"] == "C"
    assert {row["name"]: row["value"] for row in rows["settings"]} == {
        "splits": "2 folds x 1 repeat",
        "groups": "none",
        "seed": "0",
        "margin": "0.02",
        "level": "0.95",
        "max_shift": "1",
    }
    assert result.table().split("\n")[0].split()[-2:] == ["search", "candidates"]
    compare(*peaks, MODELS, cv=2, n_repeats=1).to_csv(paths[0].parent)
    assert not paths[4].exists()


def test_unwritable_folder(peaks, tmp_path):
    (tmp_path / "file").touch()
    result = compare(*peaks, MODELS)
    with pytest.raises(OSError, match="file"):
        result.to_csv(tmp_path / "file" / "folder")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_reaches_the_models(peaks, dtype):
    seen = []
    model = make_pipeline(FunctionTransformer(lambda X: seen.append(X.dtype) or X), SVC())
    compare(peaks[0].astype(dtype), peaks[1], {"SVC": model}, cv=2)
    assert set(seen) == {np.dtype(dtype)}


def test_meats_by_sample(measured):
    meats = measured("quadram_meats_ir")
    scale = partial(make_pipeline, FunctionTransformer(normalize))
    models = {"raw SVC": scale(SVC(C=100)), "raw LR": scale(LogisticRegression(C=100))}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        result = compare(
            meats["X"][:, ::4], meats["y"], models, groups=meats["sample"], n_repeats=1
        )
    assert all(model.balanced_accuracy > 0.85 for model in result.models)
    assert result.confusion["raw SVC"].sum() == 120


def test_raman_leaving_one_instrument_out(measured):
    raman = measured("raman_calibrants_multi_instrument")
    models = {"naive Bayes": GaussianNB(), "pooled SVC": PooledSVC()}
    result = compare(
        raman["X"][:, ::4],
        raman["material"],
        models,
        groups=raman["instrument"],
        cv="leave-one-group-out",
    )
    assert result.models[1].balanced_accuracy > 0.7
    assert result.n_splits == len(set(raman["instrument"]))
    # Titania was measured on two instruments only.
    assert result.pairs[0].reason == "class 'TiO2' has 2 groups, fewer than 5"
