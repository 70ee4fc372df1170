import json
import pickle
import re
import tracemalloc
from threading import Thread

import joblib
import numpy as np
import pytest
import torch
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils._param_validation import InvalidParameterError
from torch import nn

from skspectra import MaxPoolDownsampler, PeakShiftAugmenter, PooledMLP, SpectralCNN
from skspectra.augmentation import BaseAugmenter
from skspectra.datasets import make_spectra
from skspectra.neural import _layers as layers
from skspectra.neural._architectures import ZOO

TABLE = [([20, 60], [1.0, 0.5]), ([35, 60], [1.0, 0.5]), ([20, 85], [1.0, 0.5])]
NAMES = np.array(["quartz", "calcite", "halite"])

short = pytest.mark.filterwarnings(
    f"ignore::{ConvergenceWarning.__module__}.{ConvergenceWarning.__name__}"
)


def spectra(n_samples=12, seed=0):
    X, y = make_spectra(
        TABLE, n_samples, n_points=110, max_shift=3, sigma=(1.0, 2.0), random_state=seed
    )
    return X, NAMES[y]


def tiny(n_points, *, convolution=layers.convolution, norm=layers.no_norm, dropout=0.2):
    """A network small enough to train in a blink."""
    return [
        *(convolution(1, 3, 5), norm(), nn.ReLU(), nn.MaxPool1d(8, 4)),
        nn.Flatten(),
        *layers.drop(dropout),
        nn.LazyLinear(8),
        nn.ReLU(),
    ]


def net(architecture=tiny, **parameters):
    defaults = {"max_epochs": 3, "batch_size": 16, "n_threads": 1, "random_state": 0}
    return SpectralCNN(architecture, **defaults | parameters)


def same_weights(one, other):
    assert set(one.weights_) == set(other.weights_)
    return all(np.array_equal(one.weights_[k], other.weights_[k]) for k in one.weights_)


def torch_state():
    return torch.get_num_threads(), torch.get_rng_state().tolist()


def numpy_state():
    return pickle.dumps(np.random.get_state())  # noqa: NPY002


def test_learns():
    (X, y), (test, truth) = spectra(20), spectra(20, seed=1)
    model = SpectralCNN(
        "cnn2", max_epochs=60, batch_size=16, lr=1e-3, n_iter_no_change=8, n_threads=1
    )
    model.set_params(random_state=0).fit(X, y)
    assert model.score(test, truth) > 0.9


@short
def test_probabilities_and_labels():
    X, y = spectra()
    model = net().fit(X, y)
    proba = model.predict_proba(X)
    assert proba.shape == (36, 3)
    assert proba.dtype == np.float32
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-5)
    assert model.classes_.tolist() == sorted(NAMES)
    assert model.predict(X).tolist() == model.classes_[proba.argmax(axis=1)].tolist()


@short
def test_prediction_does_not_depend_on_batches_or_order():
    X, y = spectra()
    model = net(dropout=0.5, augmenter=PeakShiftAugmenter(5)).fit(X, y)
    whole = model.predict_proba(X)
    np.testing.assert_allclose(model.predict_proba(X[:1]), whole[:1], rtol=1e-5)
    np.testing.assert_allclose(model.predict_proba(X[::-1])[::-1], whole, rtol=1e-5)
    np.testing.assert_array_equal(model.predict_proba(X), whole)


@short
@pytest.mark.parametrize("labels", [False, True])
def test_validation_score_in_the_history_is_that_of_score(labels):
    X, y = spectra()
    if labels:
        y = (y[:, None] == NAMES).astype(int)
    model = net(max_epochs=6).fit(X, y, X_val=X[::3], y_val=y[::3])
    assert model.history_[model.best_epoch_ - 1]["valid_score"] == model.score(X[::3], y[::3])


@short
@pytest.mark.parametrize("batch_size", [5, 8, 40])
def test_weighted_loss_does_not_depend_on_the_batches(batch_size):
    X, y = spectra()
    X, y = np.concatenate([X[:24], X[24:27]]), np.concatenate([y[:24], y[24:27]])
    weights = {"quartz": 1.0, "calcite": 3.0, "halite": 100.0}
    model = net(max_epochs=2, lr=1e-12, batch_size=batch_size, class_weight=weights)
    model.fit(X, y, X_val=X, y_val=y)
    expected = log_loss(y, model.predict_proba(X), sample_weight=[weights[label] for label in y])
    recorded = model.history_[model.best_epoch_ - 1]["valid_loss"]
    assert recorded == pytest.approx(expected, rel=1e-4)


@short
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16])
def test_memory_mapped_spectra_are_never_copied_whole(tmp_path, dtype):
    X = np.lib.format.open_memmap(tmp_path / "X.npy", "w+", dtype, shape=(600, 5000))
    rng = np.random.default_rng(0)
    y = np.arange(600) % 2
    for row in range(600):
        X[row] = rng.integers(0, 5, 5000)
        X[row, 1000 + 2000 * y[row]] = 100
    X.flush()
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    model = net(max_epochs=2, batch_size=16)
    tracemalloc.start()
    model.fit(mapped, y).predict(mapped)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # NumPy's arrays are traced, torch's are not: some batches' worth, not the whole.
    assert peak < mapped.nbytes / 3
    whole = net(max_epochs=2, batch_size=16).fit(np.array(mapped), y)
    np.testing.assert_array_equal(model.predict_proba(mapped), whole.predict_proba(mapped))


@short
@pytest.mark.parametrize("early_stopping", [True, False])
def test_history(early_stopping):
    X, y = spectra()
    lr = np.float32(1e-3)
    model = net(max_epochs=6, early_stopping=early_stopping, lr=lr).fit(X, y)
    watched = "valid_loss" if early_stopping else "train_loss"
    assert model.n_iter_ == len(model.history_) == 6
    assert [record["epoch"] for record in model.history_] == [1, 2, 3, 4, 5, 6]
    keys = {"epoch", "lr", "train_loss", "train_score"}
    keys |= {"valid_loss", "valid_score"} if early_stopping else set()
    assert all(set(record) == keys for record in model.history_)
    assert json.loads(json.dumps(model.history_)) == model.history_
    losses = [record[watched] for record in model.history_]
    assert losses[model.best_epoch_ - 1] == pytest.approx(min(losses), abs=1e-4)


def test_convergence():
    X, y = spectra()
    with pytest.warns(ConvergenceWarning, match="max_epochs=1"):
        model = net(max_epochs=1).fit(X, y)
    assert not model.converged_
    assert len(model.predict(X)) == 36
    model = net(max_epochs=200, n_iter_no_change=2, lr=1e-9).fit(X, y)
    assert model.converged_
    assert model.n_iter_ < 200


def test_the_weights_are_those_of_the_best_epoch():
    X, y = spectra()
    X_val, y_val = spectra(4, seed=1)
    model = net(max_epochs=300, lr=0.1, n_iter_no_change=4).fit(X, y, X_val, y_val)
    assert model.best_epoch_ < model.n_iter_
    recorded = model.history_[model.best_epoch_ - 1]["valid_loss"]
    assert log_loss(y_val, model.predict_proba(X_val)) == pytest.approx(recorded, abs=1e-5)


@short
def test_given_validation_spectra_are_used():
    (X, y), (X_val, y_val) = spectra(), spectra(4, seed=1)
    seen = []

    class Watching(BaseAugmenter):
        random_state = None
        _parameter_constraints = {}

        def _perturb(self, X, rng):
            seen.append(len(X))
            return X.copy()

    model = net(max_epochs=2, batch_size=100, augmenter=Watching()).fit(X, y, X_val, y_val)
    # Nothing is held out of X, and the validation spectra are not augmented.
    assert seen == [36, 36]
    recorded = model.history_[model.best_epoch_ - 1]["valid_loss"]
    assert log_loss(y_val, model.predict_proba(X_val)) == pytest.approx(recorded, rel=1e-4)


@short
def test_validation_spectra_count_without_early_stopping_too():
    (X, y), (X_val, y_val) = spectra(), spectra(4, seed=1)
    one = net(early_stopping=False).fit(X, y, X_val, y_val)
    assert "valid_loss" in one.history_[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X, y: (X, None), "X_val and y_val belong together"),
        (lambda X, y: (None, y), "X_val and y_val belong together"),
        (lambda X, y: (X, np.where(y == "quartz", "gold", y)), r"y_val has labels .*\['gold'\]"),
        (
            lambda X, y: (X[:, :-1], y),
            "^X_val, y_val: X has 109 features, but SpectralCNN is expecting 110",
        ),
        (lambda X, y: (X[:-1], y), "^X_val, y_val: .*inconsistent numbers of samples"),
        (lambda X, y: (X * np.nan, y), "^X_val, y_val: .*NaN"),
        (lambda X, y: (X, np.eye(len(y))), "^X_val, y_val: y should be a 1d array"),
    ],
)
def test_bad_validation_spectra(change, message):
    X, y = spectra()
    model = net()
    with pytest.raises(ValueError, match=message):
        model.fit(X, y, *change(*spectra(4, seed=1)))
    with pytest.raises(NotFittedError):
        model.predict(X)


@short
def test_validation_spectra_through_a_pipeline():
    """They pass through the same steps as the training spectra."""
    (X, y), (X_val, y_val) = spectra(), spectra(4, seed=1)
    pool = MaxPoolDownsampler(4).fit(X)
    expected = net().fit(pool.transform(X), y, pool.transform(X_val), y_val)
    with config_context(enable_metadata_routing=True):
        last = net().set_fit_request(X_val=True, y_val=True)
        model = Pipeline(
            [("pool", MaxPoolDownsampler(4)), ("net", last)], transform_input=["X_val"]
        )
        model.fit(X, y, X_val=X_val, y_val=y_val)
    assert same_weights(model["net"], expected)


@short
def test_multilabel():
    X, y = spectra(16)
    y = np.column_stack([y == "quartz", y != "quartz", y == "halite"]).astype(int)
    model = net(max_epochs=40, lr=1e-2).fit(X, y)
    proba = model.predict_proba(X)
    assert proba.shape == (48, 3)
    np.testing.assert_array_equal(model.predict(X), (proba > 0.5).astype(int))
    assert model.predict(X).dtype.kind == "i"
    assert model.classes_.tolist() == [0, 1, 2]
    assert (model.predict(X) == y).mean() > 0.9
    # Each label on its own: the probabilities of a row need not sum to 1.
    assert np.ptp(proba.sum(axis=1)) > 0.01
    model.fit(X, y, X, y)
    with pytest.raises(ValueError, match=r"must be a 0/1 matrix of shape \(48, 3\)"):
        model.fit(X, y, X, y[:, :2])


@short
@pytest.mark.parametrize(
    "y", [[0, 1] * 18, [True, False] * 18, [7, -3] * 18, ["b", "a"] * 18], ids=str
)
def test_labels_of_any_kind(y):
    X, _ = spectra()
    model = net(max_epochs=1).fit(X, y)
    assert model.predict(X).dtype == np.asarray(y).dtype
    assert set(model.predict(X)) <= set(y)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.zeros(36), "one class only"),
        (np.linspace(0, 1, 36), "continuous"),
        (np.tile([[-1, 1], [1, -1]], (18, 1)), r"y is multilabel, .* 0/1 .* holds \[-1, 1\]"),
    ],
)
def test_bad_labels(y, message):
    with pytest.raises(ValueError, match=message):
        net().fit(spectra()[0], y)


def test_too_few_to_hold_out():
    X, y = spectra(1)
    with pytest.raises(ValueError, match="n_samples=3 is too few to hold out a share"):
        net().fit(X, y)


@short
def test_hold_out_is_stratified_and_covers_every_class():
    X, y = spectra()
    rows = []

    class Watching(BaseAugmenter):
        random_state = None
        _parameter_constraints = {}

        def _perturb(self, X, rng):
            rows.extend(X[:, 0])
            return X.copy()

    X[:, 0] = np.arange(36)
    net(max_epochs=1, normalize="none", validation_fraction=0.25, augmenter=Watching()).fit(X, y)
    trained = y[np.array(rows, dtype=int)]
    assert [int((trained == name).sum()) for name in NAMES] == [9, 9, 9]


@short
def test_hold_out_of_groups():
    X, y = spectra()
    rows, groups = [], np.arange(36) // 2

    class Watching(BaseAugmenter):
        random_state = None
        _parameter_constraints = {}

        def _perturb(self, X, rng):
            rows.extend(X[:, 0])
            return X.copy()

    X[:, 0] = np.arange(36)
    net(max_epochs=1, normalize="none", augmenter=Watching()).fit(X, y, groups=groups)
    trained = set(map(int, rows))
    assert len(trained) < 36
    assert all((2 * i in trained) == (2 * i + 1 in trained) for i in range(18))


def test_groups_of_another_length():
    X, y = spectra()
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        net().fit(X, y, groups=y[1:])


@short
@pytest.mark.parametrize("multilabel", [False, True])
def test_class_weight(multilabel):
    X, y = spectra()
    X, y = X[:28], y[:28]
    if multilabel:
        y = np.column_stack([y == "quartz", y == "halite"]).astype(int)
    weight = {1: 50.0} if multilabel else {"halite": 50.0}
    plain, balanced, heavy = (
        net(max_epochs=15, lr=1e-3, class_weight=w, dropout=0).fit(X, y)
        for w in (None, "balanced", weight)
    )
    assert not same_weights(plain, balanced)
    rare = 1 if multilabel else plain.classes_.tolist().index("halite")
    means = [model.predict_proba(X)[:, rare].mean() for model in (plain, balanced, heavy)]
    assert means[0] < means[1] < means[2]


@pytest.mark.parametrize("weight", [0, -5, np.nan])
@pytest.mark.parametrize("multilabel", [False, True])
def test_class_weights_that_are_none(weight, multilabel):
    X, y = spectra()
    weights = dict.fromkeys(NAMES.tolist(), 1) | {"halite": weight}
    if multilabel:
        y, weights = (y[:, None] == NAMES).astype(int), {1: weight}
    name = "1" if multilabel else "'halite'"
    message = f"class_weight of {name} is {weight}, but it must be finite and above 0"
    with pytest.raises(ValueError, match=message):
        net(class_weight=weights).fit(X, y)


@short
def test_a_label_that_is_always_present_is_found_with_balanced_weights():
    X, y = spectra()
    y = np.column_stack([y == "quartz", y != "gold"]).astype(int)
    model = net(max_epochs=40, lr=0.01, class_weight="balanced").fit(X, y)
    assert (model.predict_proba(X)[:, 1] > 0.9).all()


def in_place(n_points):
    return [nn.ReLU(inplace=True), nn.Flatten()]


@short
@pytest.mark.filterwarnings("error:The given NumPy array is not writable:UserWarning")
@pytest.mark.parametrize("augmented", [False, True])
def test_spectra_are_not_written_to(augmented):
    class ReadOnly(BaseAugmenter):
        random_state = None

        def _perturb(self, X, rng):
            return kept[: len(X)]

    X, y = spectra()
    X = (X - X.mean()).astype(np.float32)
    before, kept = X.copy(), X.copy()
    X.flags.writeable = kept.flags.writeable = False
    augmenter = ReadOnly() if augmented else None
    net(in_place, normalize="none", augmenter=augmenter).fit(X, y).predict(X)
    np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(kept, before)


@short
def test_layers_without_bias():
    def own(n_points):
        return [nn.Conv1d(1, 2, 3, bias=False), nn.Flatten(), nn.LazyLinear(4, bias=False)]

    X, y = spectra()
    assert net(own).fit(X, y).predict(X).shape == y.shape


def test_errors_of_a_users_function_are_shown():
    def flat(n_points):
        return [nn.MaxPool1d(4)]

    def even(n_points):
        raise ValueError(f"an even number of points, not {n_points}")

    def short_of_windows(n_points):
        return [layers.decimation(4, 2), nn.Flatten()]

    X, y = spectra()
    with pytest.raises(ValueError, match=r"architecture .* shape \(1, 1, 3\) instead of \(1, 3\)"):
        net(flat).fit(X, y)
    with pytest.raises(ValueError, match=r"^an even number of points, not 110$"):
        net(even).fit(X, y)
    with pytest.raises(
        ValueError, match="architecture has an empty layer for spectra of 3 points"
    ):
        net(short_of_windows).fit(X[:, :3] + np.arange(3), y)


def test_what_is_no_function_that_returns_modules():
    X, y = spectra()
    with pytest.raises(ValueError, match=r"architecture=Flatten.* is a module; give a function"):
        net(nn.Flatten()).fit(X, y)
    for returned in (None, nn.Flatten()):
        with pytest.raises(ValueError, match="must be a function that returns a list"):
            net(lambda n_points, returned=returned: returned).fit(X, y)


def test_auto_says_which_network_it_is_where_a_switch_has_no_meaning():
    with pytest.raises(ValueError, match="has no meaning") as error:
        SpectralCNN(pooling="none").fit(np.eye(8), [0, 1] * 4)
    assert error.value.__notes__ == [
        "architecture='auto' is 'mozaffari' for spectra of 8 points; other networks are chosen by "
        "name."
    ]


def test_unknown_device():
    X, y = spectra()
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(ValueError, match=r"device='cuda' asks for a GPU.*use device='auto'"):
        net(device="cuda").fit(X, y)


@short
def test_a_bad_device_name():
    with pytest.raises(ValueError, match="device='nonsense'"):
        net(device="nonsense").fit(*spectra())


@short
def test_frozen_convolution_stays_as_it_was_drawn():
    X, y = spectra()
    for convolution, stays in (("frozen", True), ("learnt", False)):
        one, five = (
            net(convolution=convolution, max_epochs=n, lr=1e-2).fit(X, y).weights_ for n in (1, 5)
        )
        kernel = next(name for name, array in one.items() if array.ndim == 3)
        assert np.array_equal(one[kernel], five[kernel]) == stays
        dense = next(name for name, array in one.items() if array.ndim == 2)
        assert not np.array_equal(one[dense], five[dense])


@short
def test_a_callable_may_return_the_same_modules_every_time():
    """They are copied, so neither a prediction nor another fit finds what the last one left."""
    modules = [nn.Flatten(), nn.LazyLinear(4), nn.BatchNorm1d(4), nn.ReLU()]
    X, y = spectra()
    model = net(lambda n_points: modules).fit(X, y)
    first = model.predict_proba(X)
    again = net(lambda n_points: modules).fit(X, y)
    np.testing.assert_array_equal(again.predict_proba(X), first)
    assert net(lambda n_points: modules).fit(X[:, :50], y).predict(X[:, :50]).shape == y.shape
    assert isinstance(modules[1], nn.LazyLinear)
    assert not modules[2].running_mean.any()


@short
def test_a_batch_of_one_with_batch_normalisation_is_refused_in_our_words():
    X, y = spectra(20)
    with pytest.raises(ValueError, match="batch_size=1 gives batch normalisation a single value"):
        net("sang", batch_size=1).fit(X[:, :60], y)


@short
@pytest.mark.parametrize("model", [net(), PooledMLP(max_epochs=1, n_threads=1, random_state=0)])
def test_flat_spectra_are_named(model):
    X, y = spectra()
    X[3], X[7] = 0, 5
    message = "^2 of 36 spectra in X are all zero or constant"
    with pytest.warns(UserWarning, match=message):
        model.fit(X, y)
    with pytest.warns(UserWarning, match=message):
        model.predict(X)


def test_a_switch_that_the_callable_lacks():
    with pytest.raises(ValueError, match="activation='tanh' has no meaning"):
        net(activation="tanh").fit(*spectra())


@short
def test_last_batch_of_one_sample_with_batch_normalisation():
    """After a dense layer the batch is all there is to normalise over."""

    def dense(n_points, *, norm=layers.no_norm):
        return [nn.Flatten(), nn.LazyLinear(4), norm(), nn.ReLU()]

    X, y = spectra(3)
    for batch_size in (2, 4, 8):
        model = net(dense, norm="batch", batch_size=batch_size, early_stopping=False, max_epochs=1)
        assert np.isfinite(model.fit(X, y).predict_proba(X[:1])).all()


@short
def test_batch_statistics_are_part_of_the_state():
    X, y = spectra()
    model = net(norm="batch").fit(X, y)
    assert any("running_mean" in name for name in model.weights_)
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(model)).predict_proba(X), model.predict_proba(X)
    )


class Interrupting(BaseAugmenter):
    """Somebody presses Ctrl-C while the second batch is drawn."""

    calls = []

    def __init__(self, random_state=None):
        self.random_state = random_state

    def _perturb(self, X, rng):
        self.calls.append(len(X))
        if len(self.calls) == 2:
            raise KeyboardInterrupt
        return X.copy()


def test_ctrl_c_gets_through():
    X, y = spectra()
    before = torch_state()
    with pytest.warns(ConvergenceWarning):
        model = net(max_epochs=1).fit(X, y)
    Interrupting.calls.clear()
    model.set_params(augmenter=Interrupting(), max_epochs=50)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    assert len(Interrupting.calls) == 2
    with pytest.raises(NotFittedError):
        model.predict(X)
    Interrupting.calls.clear()
    with pytest.raises(KeyboardInterrupt):
        GridSearchCV(model, {"lr": [0.1, 0.2]}, cv=2).fit(X, y)
    assert torch_state() == before


def test_ctrl_c_in_the_network():
    class Presses(nn.Module):
        def forward(self, x):
            if self.training:
                raise KeyboardInterrupt
            return x

    model = net(lambda n_points: [nn.Flatten(), Presses()])
    with pytest.raises(KeyboardInterrupt):
        model.fit(*spectra())


def test_divergence():
    X, y = spectra()
    model = net(max_epochs=50, lr=1e30, n_iter_no_change=50)
    with pytest.raises(ValueError, match=r"Training diverged: .* in epoch \d+ at lr=1e\+30"):
        model.fit(X, y)
    with pytest.raises(NotFittedError):
        model.predict(X)


@short
def test_the_process_is_left_as_it_was():
    X, y = spectra()
    threads, numbers = torch_state(), numpy_state()
    model = net(n_threads=torch.get_num_threads() + 1, augmenter=PeakShiftAugmenter(2)).fit(X, y)
    model.predict(X)
    model.predict_proba(X)
    assert torch_state() == threads
    assert numpy_state() == numbers
    with pytest.raises(ValueError, match="diverged"):
        net(lr=1e30, n_threads=torch.get_num_threads() + 1, max_epochs=50).fit(X, y)
    assert torch_state() == threads


@short
def test_the_global_seed_does_not_matter():
    X, y = spectra()
    one = net().fit(X, y)
    with torch.random.fork_rng():
        torch.manual_seed(99)
        other = net().fit(X, y)
    assert same_weights(one, other)
    assert not same_weights(one, net(random_state=1).fit(X, y))
    assert not same_weights(net(random_state=None).fit(X, y), net(random_state=None).fit(X, y))


@short
def test_same_bits_however_the_work_is_spread():
    X, y = spectra()
    model = net(augmenter=PeakShiftAugmenter(2), max_epochs=2)

    def run(n_jobs, backend="loky"):
        with joblib.parallel_config(backend):
            return cross_validate(model, X, y, cv=3, n_jobs=n_jobs, return_estimator=True)

    expected = run(1)["estimator"]
    for found in (run(2)["estimator"], run(3, "threading")["estimator"]):
        assert all(same_weights(a, b) for a, b in zip(found, expected, strict=True))


@short
def test_same_bits_in_a_grid_search():
    X, y = spectra()
    model = net(max_epochs=2)
    one, two = (
        GridSearchCV(model, {"dropout": [0.1, 0.5]}, cv=2, n_jobs=n, scoring="neg_log_loss").fit(
            X, y
        )
        for n in (1, 2)
    )
    np.testing.assert_array_equal(
        one.cv_results_["mean_test_score"], two.cv_results_["mean_test_score"]
    )
    assert same_weights(one.best_estimator_, two.best_estimator_)


@short
def test_same_bits_when_several_threads_fit_and_predict():
    X, y = spectra()
    expected = net().fit(X, y)
    models = [net() for _ in range(4)]
    proba = [None] * 4

    def work(i):
        models[i].fit(X, y)
        proba[i] = models[i].predict_proba(X)

    workers = [Thread(target=work, args=(i,)) for i in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert all(same_weights(model, expected) for model in models)
    assert all(np.array_equal(p, expected.predict_proba(X)) for p in proba)


@short
def test_memory_mapped_model(tmp_path):
    X, y = spectra()
    model = net().fit(X, y)
    joblib.dump(model, tmp_path / "model.joblib")
    mapped = joblib.load(tmp_path / "model.joblib", mmap_mode="r")
    assert any(isinstance(array, np.memmap) for array in mapped.weights_.values())
    np.testing.assert_array_equal(mapped.predict_proba(X), model.predict_proba(X))


@short
def test_fitted_state_is_plain_arrays():
    model = net().fit(*spectra())
    assert all(type(array) is np.ndarray for array in model.weights_.values())
    for name, value in vars(model).items():
        assert not isinstance(value, (torch.Tensor, nn.Module)), name
    assert not any("skorch" in type(value).__module__ for value in vars(model).values())


@short
@pytest.mark.parametrize(
    "change",
    [
        {"architecture": "cnn2"},
        {"convolution": "none"},
        {"norm": "batch"},
        {"dropout": 0.9},
        {"batch_size": 3},
        {"normalize": "none"},
        {"class_weight": "balanced"},
        {"max_epochs": 7},
        {"random_state": 5},
        {"augmenter": PeakShiftAugmenter(9)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_set_params_after_fit_changes_nothing_before_the_next_fit(change):
    X, y = spectra()
    model = net().fit(100 * X, y)
    before = model.predict_proba(100 * X)
    model.set_params(**change)
    np.testing.assert_allclose(model.predict_proba(100 * X), before, rtol=1e-5)


@short
def test_auto_is_resolved():
    X, y = spectra()
    for n_points, expected in ((10, "mozaffari"), (20, "cnn6")):
        model = SpectralCNN(norm="batch", max_epochs=1, n_threads=1)
        model.fit(X[:, :n_points] + np.arange(n_points), y)
        assert model.architecture_ == expected
        assert model.switches_ == {"norm": "batch"}
    assert net().fit(X, y).architecture_ is tiny


@short
def test_normalising_is_part_of_the_model():
    X, y = spectra()
    model = net().fit(X, y)
    scaled = X * np.linspace(0.1, 1e4, len(X))[:, None]
    np.testing.assert_allclose(model.predict_proba(scaled), model.predict_proba(X), rtol=1e-3)
    with pytest.warns(UserWarning, match="2 of 2 spectra in X are all zero"):
        assert np.isfinite(model.predict_proba(np.zeros((2, 110)))).all()


@short
def test_containers_and_types():
    X, y = spectra()
    model = net().fit(X, y)
    expected = model.predict_proba(X.astype(np.float32))
    for other in (X, X.astype(">f8"), np.asfortranarray(X), X.tolist(), X.astype(object)):
        np.testing.assert_allclose(model.predict_proba(other), expected, rtol=1e-5)
    mapped = X.copy()
    mapped.setflags(write=False)
    np.testing.assert_array_equal(net().fit(mapped, y).predict_proba(X), model.predict_proba(X))


def test_the_docstring_names_every_architecture():
    text = SpectralCNN.__doc__.partition("architecture : ")[2].partition("convolution : ")[0]
    assert set(re.findall(r'"(\w+)"', text)) == {*ZOO, "auto"}


def needs_values(n_points):
    """An architecture that cannot be built without values."""
    weights = torch.hann_window(5).numpy()
    return [nn.AvgPool1d(len(weights)), nn.Flatten(), nn.LazyLinear(8), nn.ReLU()]


@short
def test_an_architecture_may_need_values():
    X, y = spectra()
    assert net(needs_values).fit(X, y).predict(X).shape == y.shape


@short
def test_values_beyond_float32():
    X, y = spectra()
    with pytest.raises(ValueError, match=r"too large for float32.*use normalize='max'"):
        net(normalize="none").fit(X * 1e300, y)
    huge, plain = net().fit(X * 2.0**900, y), net().fit(X, y)
    np.testing.assert_array_equal(huge.predict_proba(X), plain.predict_proba(X))


@short
def test_verbose_goes_to_stderr(capsys):
    net(max_epochs=2, verbose=True).fit(*spectra())
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 2
    net(max_epochs=2).fit(*spectra())
    assert capsys.readouterr().err == ""


@short
def test_clone_and_refit():
    X, y = spectra()
    model = net().fit(X, y)
    again = clone(model)
    assert not hasattr(again, "weights_")
    assert same_weights(again.fit(X, y), model)
    assert same_weights(model.fit(X, y), again)


@short
def test_augmented_in_training_only():
    X, y = spectra()
    model = net(augmenter=PeakShiftAugmenter(8)).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), model.predict_proba(X))
    assert not same_weights(model, net().fit(X, y))
    pipeline = Pipeline([("augment", PeakShiftAugmenter(2)), ("same", FunctionTransformer())])
    net(augmenter=pipeline).fit(X, y)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("architecture", 50),
        ("convolution", "depthwise"),
        ("pooling", "sum"),
        ("dropout", 1.0),
        ("normalize", "l2"),
        ("augmenter", "shift"),
        ("max_epochs", 0),
        ("batch_size", 0),
        ("lr", 0),
        ("early_stopping", "auto"),
        ("validation_fraction", 1.0),
        ("n_iter_no_change", 0),
        ("class_weight", "equal"),
        ("device", None),
        ("n_threads", 0),
    ],
)
def test_invalid_parameters(name, value):
    with pytest.raises(InvalidParameterError, match=f"The '{name}' parameter of SpectralCNN"):
        SpectralCNN(**{name: value}).fit([[0.0, 1], [1, 0]], [0, 1])


def test_parameters_of_the_augmenter_are_checked():
    with pytest.raises(ValueError, match="'mode' parameter of PeakShiftAugmenter"):
        net(augmenter=PeakShiftAugmenter(2, mode="Global")).fit(*spectra())


def test_weights_that_diverge_in_the_last_step_of_an_epoch_are_noticed():
    model = net(lr=1e30, early_stopping=False, max_epochs=1, batch_size=100)
    with pytest.raises(ValueError, match="output is not finite in epoch 1 at lr=1e"):
        model.fit(*spectra())


@short
@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_model_from_a_gpu_predicts_without_one():
    X, y = spectra()
    model = net().fit(X, y)
    before = model.predict_proba(X)
    model.set_params(device="cuda")
    np.testing.assert_array_equal(model.predict_proba(X), before)


@short
def test_multilabel_validation_labels_are_checked():
    X, y = spectra()
    y = np.column_stack([y == "quartz", y != "quartz"]).astype(int)
    with pytest.raises(ValueError, match=r"y_val is multilabel, .* 0/1 matrix; it holds \[0, 7\]"):
        net().fit(X, y, X, 7 * y)
    with pytest.raises(ValueError, match="class_weight names"):
        net(class_weight={"typo": 5}).fit(X, y)


@short
def test_a_function_with_plain_tensors_and_keywords_of_any_name():
    class Scale(nn.Module):
        def __init__(self):
            super().__init__()
            self.factor = torch.tensor(2.0)

        def forward(self, x):
            return x * self.factor

    def own(n_points, **switches):
        return [Scale(), *tiny(n_points, **switches)]

    X, y = spectra()
    assert net(own, dropout=0.1).fit(X, y).predict(X).shape == y.shape
