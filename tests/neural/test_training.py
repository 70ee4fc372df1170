import os
import signal
import threading
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.base import BaseEstimator

from skspectra import PeakShiftAugmenter
from skspectra.neural._training import (
    Batches,
    Schedule,
    Spectra,
    StopTraining,
    as_float32,
    hold_out,
    n_right,
    private_torch,
)
from skspectra.preprocessing import normalize


def run_schedule(losses, *, patience=5, max_epochs=100, monitor="valid_loss", verbose=0, lr=1.0):
    """Feed epochs of losses to a Schedule; each number is a loss, or a (train, valid) pair."""
    schedule = Schedule(monitor, patience, max_epochs, verbose)
    module = torch.nn.Linear(1, 1, bias=False)
    optimizer = SimpleNamespace(param_groups=[{"lr": lr}])
    net = SimpleNamespace(optimizer_=optimizer, module_=module, criterion_=None)
    schedule.on_train_begin(net, X=range(4))
    stopped = False
    for epoch, loss in enumerate(losses, start=1):
        train, valid = loss if isinstance(loss, tuple) else (0.5, loss)
        feed_epoch(schedule, net, train=[(train, 4)], valid=[(valid, 4)])
        with torch.no_grad():
            module.weight.fill_(epoch)
        try:
            schedule.on_epoch_end(net)
        except StopTraining:
            stopped = True
            break
    return schedule, stopped


def feed_epoch(schedule, net, **parts):
    """Feed batches of (loss, size), all predictions right."""
    schedule.on_epoch_begin(net)
    for part, batches in parts.items():
        for loss, size in batches:
            targets = torch.zeros(size, dtype=torch.int64)
            schedule.on_batch_end(
                net, (None, targets), part == "train", torch.tensor(loss), torch.eye(2)[targets]
            )


def test_the_best_weights_are_kept():
    schedule, stopped = run_schedule([3.0, 1.0, 2.0, 2.5])
    assert not stopped
    assert (schedule.best_epoch, schedule.best_loss) == (2, 1.0)
    assert schedule.best_weights["weight"].item() == 2
    assert [record["epoch"] for record in schedule.history] == [1, 2, 3, 4]
    assert [record["valid_loss"] for record in schedule.history] == [3.0, 1.0, 2.0, 2.5]


def test_stops_when_patience_is_used_up():
    schedule, stopped = run_schedule([2.0, 1.0] + [1.5] * 20)
    assert stopped
    assert len(schedule.history) == 2 + 5
    assert schedule.best_weights["weight"].item() == 2


def test_never_stops_while_it_improves():
    schedule, stopped = run_schedule(np.linspace(2, 1, 60))
    assert not stopped
    assert schedule.best_epoch == 60
    assert {record["lr"] for record in schedule.history} == {1.0}


def test_an_improvement_below_1e_4_does_not_count():
    _, stopped = run_schedule(1 - 1e-5 * np.arange(30))
    assert stopped
    _, stopped = run_schedule(1 - 2e-4 * np.arange(30))
    assert not stopped


def test_small_improvements_add_up():
    """Compared with the best that was kept, not with the epoch before."""
    schedule, _ = run_schedule(1 - 4e-5 * np.arange(12))
    assert schedule.best_epoch > 1


def test_learning_rate_falls_after_two_fifths_of_patience():
    schedule, _ = run_schedule([1.0] + [2.0] * 30, patience=25)
    rates = [record["lr"] for record in schedule.history]
    # 10 epochs without improvement, then the next epoch runs with a tenth; and again.
    np.testing.assert_allclose(rates[:11], 1)
    np.testing.assert_allclose(rates[11:21], 0.1)
    np.testing.assert_allclose(rates[21:26], 0.01)
    assert len(rates) == 26


def test_an_improvement_starts_the_wait_anew():
    losses = [1.0] + [2.0] * 9 + [0.5] + [2.0] * 9
    schedule, stopped = run_schedule(losses, patience=25)
    assert not stopped
    assert {record["lr"] for record in schedule.history} == {1.0}


def test_patience_of_one():
    schedule, stopped = run_schedule([1.0, 2.0, 0.5], patience=1)
    assert stopped
    assert len(schedule.history) == 2


@pytest.mark.parametrize(
    ("losses", "message"),
    [
        ([1.0, np.nan], "valid_loss is nan in epoch 2 at lr=1"),
        ([(np.inf, 1.0)], "train_loss is inf in epoch 1 at lr=1"),
        ([1.0] * 4 + [(np.nan, np.nan)], "train_loss is nan in epoch 5 at lr=0.1"),
    ],
)
def test_divergence_names_epoch_and_learning_rate(losses, message):
    with pytest.raises(ValueError, match=f"Training diverged: {message}; use a smaller lr"):
        run_schedule(losses, patience=5)


def test_the_training_loss_can_be_watched():
    schedule, stopped = run_schedule(
        [(3.0, 0.0), (1.0, 9.0), (2.0, 9.0)], monitor="train_loss", patience=5
    )
    assert schedule.best_epoch == 2
    assert not stopped


def test_losses_are_means_over_spectra_not_over_batches():
    schedule = Schedule("valid_loss", 5, 10, 0)
    net = SimpleNamespace(
        optimizer_=SimpleNamespace(param_groups=[{"lr": 1.0}]),
        module_=torch.nn.Linear(1, 1),
        criterion_=None,
    )
    schedule.on_train_begin(net, X=range(4))
    feed_epoch(schedule, net, train=[(1.0, 3), (5.0, 1)], valid=[(2.0, 1), (8.0, 2)])
    schedule.on_epoch_end(net)
    (record,) = schedule.history
    assert (record["train_loss"], record["valid_loss"]) == (2.0, 6.0)


def test_scores_are_shares_of_spectra():
    schedule = Schedule("valid_loss", 5, 10, 0)
    net = SimpleNamespace(
        optimizer_=SimpleNamespace(param_groups=[{"lr": 1.0}]),
        module_=torch.nn.Linear(1, 1),
        criterion_=None,
    )
    logits = torch.tensor([[2.0, 1.0], [0.0, 1.0], [3.0, 1.0]])
    schedule.on_train_begin(net, X=range(4))
    schedule.on_epoch_begin(net)
    for training, targets in ((True, [0, 1, 1]), (True, [0, 1, 0]), (False, [1, 0, 1])):
        schedule.on_batch_end(
            net, (None, torch.tensor(targets)), training, torch.tensor(1.0), logits
        )
    schedule.on_epoch_end(net)
    assert schedule.history == [
        {
            **{"epoch": 1, "lr": 1.0, "train_loss": 1.0, "train_score": 5 / 6},
            **{"valid_loss": 1.0, "valid_score": 0.0},
        }
    ]


def test_long_epochs_show_progress(monkeypatch, capsys):
    clock = iter([0.0, 6.0, 12.0, 13.0])
    monkeypatch.setattr("skspectra.neural._training.time.perf_counter", lambda: next(clock))
    schedule = Schedule("train_loss", 5, 10, True)
    net = SimpleNamespace(module_=torch.nn.Linear(1, 1), criterion_=None)
    schedule.on_train_begin(net, X=range(9))
    schedule.on_epoch_begin(net)
    for _ in range(2):
        batch = (None, torch.tensor([0, 1, 0]))
        schedule.on_batch_end(net, batch, True, torch.tensor(1.0), torch.eye(3))
    assert capsys.readouterr().err == "epoch 1: 6 of 9 spectra\n"


def test_a_set_of_phases_is_right_as_a_whole_only():
    logits = torch.tensor([[1.0, -1.0], [1.0, -1.0], [-1.0, -1.0]])
    targets = torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    assert n_right(logits, targets) == 2


def test_report(capsys):
    run_schedule([1.0, 0.5], verbose=1, max_epochs=7)
    out, err = capsys.readouterr()
    assert out == ""
    first, second = err.splitlines()
    assert first.startswith(
        "epoch 1/7: train_loss 0.5000, train_score 1.0000, valid_loss 1.0000, valid_score 1.0000, "
        "lr 1.0e+00, at most"
    )
    assert second.startswith("epoch 2/7")


def plain(X):
    return as_float32(X, "none")


def numbered(n_samples):
    X = np.zeros((n_samples, 3), dtype=np.float32)
    X[:, 0] = np.arange(1, n_samples + 1)
    return Spectra(X, np.arange(1, n_samples + 1))


def test_batches_in_order_without_rng():
    batches = list(Batches(numbered(7), 3, plain))
    assert [targets.tolist() for _, targets in batches] == [[1, 2, 3], [4, 5, 6, 7]]
    for X, targets in batches:
        assert X.dtype == torch.float32
        assert X[:, 0].tolist() == targets.tolist()


def test_batches_are_shuffled_anew_in_every_epoch():
    batches = Batches(numbered(50), 8, plain, rng=np.random.default_rng(0))
    first, second = ([t for _, part in batches for t in part.tolist()] for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(1, 51))
    assert first != second
    for X, targets in batches:
        assert X[:, 0].tolist() == targets.tolist()


@pytest.mark.parametrize(
    ("n_samples", "batch_size", "sizes"),
    [
        (1, 4, [1]),
        (4, 4, [4]),
        (5, 4, [5]),
        (6, 4, [4, 2]),
        (9, 4, [4, 5]),
        (3, 1, [1, 2]),
        (5, 100, [5]),
    ],
)
def test_a_single_last_sample_joins_the_batch_before(n_samples, batch_size, sizes):
    batches = Batches(numbered(n_samples), batch_size, plain)
    assert [len(X) for X, _ in batches] == sizes


def test_augmented_anew_in_every_epoch_before_normalising():
    X = np.tile(np.eye(1, 60, 30, dtype=np.float32) * 7, (4, 1))
    augmenter = PeakShiftAugmenter(10, random_state=0)
    batches = Batches(
        Spectra(X, np.zeros(4)),
        4,
        partial(as_float32, norm="max"),
        augmenter,
        np.random.default_rng(0),
    )
    (first, _), (second, _) = next(iter(batches)), next(iter(batches))
    assert (first != second).any()
    np.testing.assert_allclose(first.max(dim=1).values, 1)
    assert X.max() == 7


@pytest.mark.parametrize("norm", ["max", "area", "snv", "none"])
def test_batches_are_normalised(norm):
    X = np.random.default_rng(0).uniform(size=(3, 8))
    expected = normalize(X, norm)
    batch = as_float32(X, norm)
    assert batch.dtype == np.float32
    np.testing.assert_allclose(batch, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("norm", ["max", "area", "snv"])
def test_batches_leave_what_an_augmenter_keeps(norm):
    kept = np.arange(32, dtype=np.float32).reshape(4, 8)
    before = kept.copy()

    class Keeping(BaseEstimator):
        def fit_transform(self, X, y=None):
            return kept

    rng = np.random.default_rng(0)
    list(
        Batches(
            Spectra(np.ones((4, 8)), np.zeros(4)),
            4,
            partial(as_float32, norm=norm),
            Keeping(),
            rng,
        )
    )
    np.testing.assert_array_equal(kept, before)


def test_private_torch_puts_everything_back(request):
    request.addfinalizer(partial(torch.set_default_dtype, torch.get_default_dtype()))
    threads = torch.get_num_threads()
    state = torch.get_rng_state()
    torch.set_default_dtype(torch.float64)
    drawn = []

    def fail():
        with private_torch("cpu", n_threads=threads + 1, seed=3):
            assert torch.get_num_threads() == threads + 1
            assert torch.get_default_dtype() == torch.float32
            drawn.append(torch.rand(3))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert torch.get_num_threads() == threads
    assert torch.get_default_dtype() == torch.float64
    assert torch.equal(torch.get_rng_state(), state)
    with private_torch("cpu", seed=3):
        assert torch.equal(torch.rand(3), drawn[0])
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_process_forked_while_a_thread_holds_torch_does_not_wait_for_it():
    held, done = threading.Event(), threading.Event()

    def hold():
        with private_torch("cpu"):
            held.set()
            done.wait(60)

    worker = threading.Thread(target=hold)
    worker.start()
    held.wait(60)
    child = os.fork()
    if not child:
        # Whatever happens, the child must not go on with the tests; the alarm ends one that waits.
        signal.alarm(20)
        with private_torch("cpu"):
            os._exit(7)
    _, status = os.waitpid(child, 0)
    done.set()
    worker.join()
    assert os.waitstatus_to_exitcode(status) == 7


def test_private_torch_is_for_one_thread_at_a_time():
    inside, most = [], []

    def work():
        with private_torch("cpu", n_threads=1, seed=0):
            inside.append(1)
            most.append(len(inside))
            drawn.append(torch.rand(50).sum().item())
            inside.pop()

    drawn = []
    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert max(most) == 1
    assert len(set(drawn)) == 1


def test_the_only_spectrum_of_a_class_stays_in_training():
    targets = np.array([0] * 10 + [1] * 10 + list(range(2, 12)))
    for seed in range(20):
        train, valid = hold_out(targets, 0.1, np.random.default_rng(seed))
        assert sorted([*train, *valid]) == list(range(30))
        assert set(targets[train]) == set(range(12))
        assert set(targets[valid]) == {0, 1}


def test_the_only_spectrum_of_a_phase_stays_in_training():
    targets = np.zeros((20, 2), dtype=np.float32)
    targets[::2, 0] = 1
    targets[7, 1] = 1
    for seed in range(40):
        train, valid = hold_out(targets, 0.3, np.random.default_rng(seed))
        assert 7 in train
        assert len(valid) == 6


def test_cudnn_stays_on():
    with private_torch("cpu"):
        assert torch.backends.cudnn.enabled


def test_cudnn_repeats_itself_in_full_single_precision():
    with private_torch("cpu"):
        assert torch.backends.cudnn.deterministic
        assert not torch.backends.cudnn.allow_tf32


def test_each_class_is_held_out_however_small_the_share():
    targets = np.repeat(np.arange(5), 10)
    train, valid = hold_out(targets, 0.02, np.random.default_rng(0))
    assert sorted(targets[valid]) == [0, 1, 2, 3, 4]
    assert len(train) == 45


@pytest.mark.parametrize(
    ("targets", "fraction"), [([0, 0, 1, 1], 0.75), ([0, 1, 2], 0.3), ([0, 0, 1, 1, 2, 2], 0.6)]
)
def test_too_few_to_train_on_each_class_and_hold_it_out(targets, fraction):
    message = f"n_samples={len(targets)} is too few to hold out a share of {fraction} with each"
    with pytest.raises(ValueError, match=message):
        hold_out(np.array(targets), fraction, np.random.default_rng(0))


@pytest.mark.parametrize("multilabel", [False, True])
def test_whole_groups_are_held_out(multilabel):
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 30, 120)
    targets = groups % 3
    if multilabel:
        targets = np.stack([groups % 3 == 0, groups % 2 == 0], axis=1).astype(np.float32)
    for seed in range(20):
        train, valid = hold_out(targets, 0.1, np.random.default_rng(seed), groups)
        assert sorted([*train, *valid]) == list(range(120))
        assert not set(groups[train]) & set(groups[valid])
        assert 8 <= len(valid) <= 25
        for part in train, valid:
            seen = targets[part].sum(axis=0) if multilabel else np.bincount(targets[part])
            assert (seen > 0).all()


def test_choices_of_groups_differ():
    targets, groups = np.arange(60) % 2, np.arange(60) // 4
    drawn = {
        tuple(hold_out(targets, 0.2, np.random.default_rng(seed), groups)[1]) for seed in range(5)
    }
    assert len(drawn) > 1


def test_a_class_in_one_group_stays_in_training():
    groups = np.repeat([0, 1, 2], 10)
    targets = np.r_[np.arange(20) % 2, np.full(10, 2)]
    for seed in range(10):
        train, valid = hold_out(targets, 0.1, np.random.default_rng(seed), groups)
        assert set(groups[valid]) in ({0}, {1})
        assert set(targets[train]) == {0, 1, 2}


def test_no_group_can_be_held_out():
    targets = np.repeat([0, 1], 10)
    with pytest.warns(UserWarning, match="No group can be held out"):
        train, valid = hold_out(targets, 0.1, np.random.default_rng(0), groups=targets)
    assert (len(train), len(valid)) == (18, 2)


def test_losses_of_weighted_classes_are_weighted_means():
    schedule = Schedule("train_loss", 5, 10, 0)
    net = SimpleNamespace(
        optimizer_=SimpleNamespace(param_groups=[{"lr": 1.0}]),
        module_=torch.nn.Linear(1, 1),
        criterion_=SimpleNamespace(weight=torch.tensor([1.0, 3.0])),
    )
    schedule.on_train_begin(net, X=range(3))
    schedule.on_epoch_begin(net)
    # Weights of 1 and of 1 + 3.
    for loss, targets in ((1.0, [0]), (6.0, [0, 1])):
        targets = torch.tensor(targets)
        schedule.on_batch_end(
            net, (None, targets), True, torch.tensor(loss), torch.eye(2)[targets]
        )
    schedule.on_epoch_end(net)
    assert schedule.history[0]["train_loss"] == (1 * 1 + 4 * 6) / 5
