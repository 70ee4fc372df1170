"""Training: batches, the schedule, and torch without side effects on the rest of the process."""

import os
import sys
import threading
import time
import warnings
from contextlib import contextmanager

import numpy as np
import torch
from sklearn.model_selection import train_test_split
from sklearn.utils import assert_all_finite
from skorch.callbacks import Callback

from skspectra.augmentation import draw
from skspectra.preprocessing._intensity import normalize_rows

# Seeds and thread counts are global in a process, so there is one fit or prediction at a time.
_LOCK = threading.RLock()
# Random choices of groups to hold out, of which the best is taken.
N_CHOICES = 50


def _renew_lock():
    global _LOCK
    _LOCK = threading.RLock()


# A forked process inherits a lock that may be held, but no thread that would release it.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


@contextmanager
def private_torch(device, n_threads=None, seed=None):
    """Run torch with its own seed, thread count and dtype, and restore the previous ones."""
    with _LOCK:
        threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
        with (
            torch.random.fork_rng([device] if device.startswith("cuda") else []),
            torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False),
        ):
            if seed is not None:
                torch.manual_seed(seed)
            if n_threads is not None:
                torch.set_num_threads(n_threads)
            torch.set_default_dtype(torch.float32)
            try:
                yield
            finally:
                torch.set_num_threads(threads)
                torch.set_default_dtype(dtype)


def resolve_device(device, fall_back=False):
    """Return the torch device that `device` stands for, or raise a ValueError.

    With `fall_back` the CPU replaces a device that is not available, so that a model that was
    fitted elsewhere can be used.
    """
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device.startswith("cuda") and not torch.cuda.is_available() and not fall_back:
        raise ValueError(
            f"device={device!r} asks for a GPU, but torch finds no GPU; use device='auto' or "
            "device='cpu'."
        )
    try:
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError, ImportError) as error:
        if fall_back:
            return "cpu"
        raise ValueError(
            f"device={device!r} is not available; use 'auto', 'cpu' or 'cuda'."
        ) from error
    return device


def hold_out(targets, fraction, rng, groups=None):
    """Split row numbers into training and validation, stratified.

    `targets` are class numbers or a 0/1 matrix. The only spectrum of a class stays in training.
    With `groups`, no group is in both parts.
    """
    if groups is not None:
        held_out = _hold_out_groups(targets, fraction, rng, groups)
        if held_out.any():
            return np.flatnonzero(~held_out), np.flatnonzero(held_out)
        warnings.warn(
            "No group can be held out for early stopping without losing a class from training, "
            "so spectra are held out at random, and spectra of one group may be on both sides.",
            stacklevel=4,
        )
    if targets.ndim == 2:
        alone = targets[:, targets.sum(axis=0) == 1].any(axis=1)
        n_classes, stratify = 1, None
    else:
        counts = np.bincount(targets)
        alone = counts[targets] == 1
        n_classes, stratify = (counts > 1).sum(), targets[~alone]
    n_free = int((~alone).sum())
    n_valid = max(round(fraction * len(targets)), n_classes)
    if not n_classes or n_free - n_valid < n_classes:
        raise ValueError(
            f"n_samples={len(targets)} is too few to hold out a share of {fraction:g} with each "
            "class in it for early stopping; add samples, pass X_val and y_val, or set "
            "early_stopping=False."
        )
    train, valid = train_test_split(
        np.flatnonzero(~alone),
        test_size=n_valid,
        stratify=stratify,
        random_state=int(rng.integers(2**32)),
    )
    return np.concatenate([train, np.flatnonzero(alone)]), valid


def _hold_out_groups(targets, fraction, rng, groups):
    """Return which rows to hold out: whole groups, none where this would lose a class.

    Of several random choices the one is taken that holds out most classes, and among these the one
    whose size is closest to the fraction.
    """
    members = np.unique(groups, return_inverse=True)[1]
    present = np.eye(targets.max() + 1)[targets] if targets.ndim == 1 else targets
    counts = np.zeros((members.max() + 1, present.shape[1]))
    np.add.at(counts, members, present)
    sizes = np.bincount(members)
    n_wanted = fraction * len(targets)
    best, best_merit = [], (0, 0)
    for _ in range(N_CHOICES):
        left, seen, chosen = counts.sum(axis=0), np.zeros(present.shape[1], dtype=bool), []
        for group in rng.permutation(len(sizes)):
            wanted = sizes[chosen].sum() < n_wanted or (counts[group] > 0)[~seen].any()
            if wanted and ((left - counts[group] > 0) | (left == 0)).all():
                chosen.append(group)
                left = left - counts[group]
                seen |= counts[group] > 0
        merit = seen.sum(), -abs(sizes[chosen].sum() - n_wanted)
        if chosen and (not best or merit > best_merit):
            best, best_merit = chosen, merit
    return np.isin(members, best)


def as_float32(X, norm):
    """Normalise rows of spectra and return them in the single precision of the networks.

    `X` must be a copy, because this function and networks that work in place write to it. The
    public function `normalize` is not used, because it would validate the spectra again.
    """
    X = X if X.dtype in (np.float32, np.float64) else X.astype(np.float64)
    # Allocating and freeing a second copy in every step would take longer than a small network.
    X = normalize_rows(X, norm, in_place=True)
    try:
        with np.errstate(over="raise"):
            return np.ascontiguousarray(X, dtype=np.float32)
    except FloatingPointError as error:
        raise ValueError(
            f"X holds intensities up to {np.abs(X).max():.3g} after normalize={norm!r}, too large "
            "for float32, in which the network computes; use normalize='max'."
        ) from error


class Spectra(torch.utils.data.Dataset):
    """Spectra and targets as a data set for skorch: the `rows` of arrays that may be on disk."""

    def __init__(self, X, y, rows=None):
        self.X = X
        self.y = y
        self.rows = np.arange(len(X)) if rows is None else rows

    def __len__(self):
        return len(self.rows)


class Batches:
    """Batches of `Spectra`, shuffled and augmented again in every epoch if there is an `rng`.

    `prepare` turns a copy of the spectra of a batch into the array that the network takes.
    """

    def __init__(self, dataset, batch_size, prepare, augmenter=None, rng=None):
        self.dataset = dataset
        self.batch_size = batch_size
        self.prepare = prepare
        self.augmenter = augmenter
        self.rng = rng

    def __iter__(self):
        X, y, order = self.dataset.X, self.dataset.y, self.dataset.rows
        if self.rng is not None:
            order = self.rng.permutation(order)
        stops = list(range(self.batch_size, len(order), self.batch_size))
        # A batch of one spectrum has no variance to normalise by, so it joins the previous batch.
        if stops and len(order) - stops[-1] == 1:
            stops.pop()
        for rows in np.split(order, stops):
            batch = X[rows]
            if self.augmenter is not None:
                batch = np.array(draw(self.augmenter, batch, self.rng))
                assert_all_finite(batch, input_name="What the augmenter returned")
            yield torch.from_numpy(self.prepare(batch)), torch.from_numpy(y[rows])


def diverged(record, what):
    """Return the error that names the epoch in which training diverged."""
    return ValueError(
        f"Training diverged: {what} in epoch {record['epoch']} at lr={record['lr']:g}; use a "
        "smaller lr."
    )


class StopTraining(Exception):
    """The monitored loss no longer improves."""


def n_right(logits, targets):
    """Count the spectra whose label, or whose whole set of labels, is correct."""
    if targets.ndim == 2:
        return ((logits > 0) == (targets > 0)).all(dim=1).sum()
    return (logits.argmax(dim=1) == targets).sum()


class Schedule(Callback):
    """Watch one loss: keep the best weights, lower the learning rate on a plateau, then stop.

    skorch's own callbacks stop by raising KeyboardInterrupt, which would swallow a real Ctrl-C.
    """

    min_delta = 1e-4

    def __init__(self, monitor, patience, max_epochs, verbose):
        self.monitor = monitor
        self.patience = patience
        self.max_epochs = max_epochs
        self.verbose = verbose

    def on_train_begin(self, net, X, y=None, **kwargs):
        self.history = []
        self.best_epoch = 0
        self.best_loss = np.inf
        self.best_weights = {k: v.clone() for k, v in net.module_.state_dict().items()}
        self.n_samples = len(X)
        self.start = self.last_report = time.perf_counter()
        self.last_drop = 0

    def on_epoch_begin(self, net, **kwargs):
        # Sums of losses, of their weights, of correct predictions and of spectra.
        self.totals = {"train": [0.0, 0.0, 0, 0], "valid": [0.0, 0.0, 0, 0]}

    def on_batch_end(self, net, batch, training, loss, y_pred, **kwargs):
        targets = batch[1].to(y_pred.device)
        # If classes are weighted, the loss of a batch is a weighted mean.
        weights = getattr(net.criterion_, "weight", None)
        weight = len(targets) if weights is None else weights[targets].sum().item()
        total = self.totals["train" if training else "valid"]
        total[0] += loss.item() * weight
        total[1] += weight
        total[2] += n_right(y_pred, targets)
        total[3] += len(targets)
        if self.verbose and training and time.perf_counter() - self.last_report > 10:
            self._print(f"epoch {len(self.history) + 1}: {total[3]} of {self.n_samples} spectra")

    def on_epoch_end(self, net, **kwargs):
        epoch = len(self.history) + 1
        optimizer = net.optimizer_
        record = {"epoch": epoch, "lr": optimizer.param_groups[0]["lr"]}
        for part, (loss, weight, right, n_seen) in self.totals.items():
            if n_seen:
                record[f"{part}_loss"] = loss / weight
                record[f"{part}_score"] = int(right) / n_seen
        self.history.append(record)
        self._check_finite(record)
        if record[self.monitor] < self.best_loss - self.min_delta:
            self.best_loss = record[self.monitor]
            self.best_epoch = epoch
            for name, values in net.module_.state_dict().items():
                self.best_weights[name].copy_(values)
        if self.verbose:
            self._report(record)
        if epoch - self.best_epoch >= self.patience:
            raise StopTraining
        # In the published ratio the learning rate falls to a tenth after 10 of 25 epochs.
        wait = epoch - max(self.best_epoch, self.last_drop)
        if wait >= max(1, round(0.4 * self.patience)):
            self.last_drop = epoch
            for group in optimizer.param_groups:
                group["lr"] *= 0.1

    def _check_finite(self, record):
        for name in ("train_loss", self.monitor):
            if not np.isfinite(record[name]):
                raise diverged(record, f"{name} is {record[name]}")

    def _report(self, record):
        figures = ", ".join(
            f"{k} {v:.4f}" for k, v in record.items() if k.endswith(("loss", "score"))
        )
        left = (self.max_epochs - record["epoch"]) * (time.perf_counter() - self.start)
        self._print(
            f"epoch {record['epoch']}/{self.max_epochs}: {figures}, lr {record['lr']:.1e}, at "
            f"most {left / record['epoch']:.0f} s left"
        )

    def _print(self, text):
        self.last_report = time.perf_counter()
        print(text, file=sys.stderr, flush=True)
