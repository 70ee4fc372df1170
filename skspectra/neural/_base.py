"""The base class of networks for spectra: training, prediction, and the checks before them."""

import warnings
from abc import ABCMeta, abstractmethod
from numbers import Integral, Real

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_consistent_length, compute_class_weight
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data
from skorch import NeuralNet
from skorch.helper import predefined_split

from skspectra._pickling import VersionMixin
from skspectra._validation import as_indicator, validate_spectra, warn_if_flat
from skspectra.neural._layers import initialize_like_keras
from skspectra.neural._training import (
    Batches,
    Schedule,
    Spectra,
    StopTraining,
    diverged,
    hold_out,
    private_torch,
    resolve_device,
)
from skspectra.preprocessing._intensity import NORMS


class BaseNetwork(ClassifierMixin, VersionMixin, BaseEstimator, metaclass=ABCMeta):
    """A network that is built and trained in ``fit`` and kept as arrays.

    A subclass adds its own parameters and three methods. ``_plan(given, X)`` checks the parameters
    against the spectra, as they were given and after validation, and learns what prediction needs.
    ``_build(n_outputs, device)`` builds the network from what was learnt. ``_prepare(X)`` turns
    rows of spectra, a copy that it may overwrite, into the float32 input of the network.
    """

    _parameter_constraints = {
        "normalize": [StrOptions(set(NORMS))],
        "augmenter": [HasMethods(["fit_transform", "transform"]), None],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "lr": [Interval(Real, 0, None, closed="neither")],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "device": [str],
        "n_threads": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    @abstractmethod
    def _plan(self, given, X):
        """Check the parameters for the spectra and learn what prediction needs."""

    @abstractmethod
    def _build(self, n_outputs, device="cpu"):
        """Return the network; on "meta" it may have shapes without values."""

    @abstractmethod
    def _prepare(self, X):
        """Return rows of spectra as the network takes them, in a float32 array."""

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, X_val=None, y_val=None, groups=None):
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra. A memory-mapped array is read batch by batch, never copied as a whole.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Labels, or a 0/1 matrix for multilabel spectra.
        X_val : array-like of shape (n_validation, n_points), default=None
            Spectra whose loss is monitored, instead of a hold-out from `X`.
        y_val : array-like of shape (n_validation,) or (n_validation, n_classes), default=None
            Labels of `X_val`, all of which must occur in `y`.
        groups : array-like of shape (n_samples,), default=None
            Group of each spectrum: replicates of one sample, say. Early stopping then holds out
            whole groups, so that it does not watch siblings of what the network learns from. If
            each group has the only spectra of a class, it holds out spectra and warns.

        Returns
        -------
        self : estimator
            The fitted classifier.

        Raises
        ------
        ValueError
            If there is only one class, if `groups` has another length than `X`, if a parameter
            has no meaning for these spectra, if `device` is not available, or if training
            diverges.
        """
        # If anything fails from here on, no old weights are left beside the new attributes.
        vars(self).pop("weights_", None)
        device = resolve_device(self.device)
        # X is neither converted nor split here, so a memory-mapped X is never copied as a whole.
        given = X
        X, y = validate_spectra(self, X, y, dtype="numeric", multi_output=True)
        targets = self._encode_fit(y)
        if groups is not None:
            groups = column_or_1d(groups)
            check_consistent_length(X, groups)
        self._plan(given, X)
        warn_if_flat(X)
        self._warn(X)

        rng = np.random.default_rng(self.random_state)
        train, valid = Spectra(X, targets), None
        if X_val is not None or y_val is not None:
            valid = self._check_validation(X_val, y_val)
        elif self.early_stopping:
            rows = hold_out(targets, self.validation_fraction, rng, groups)
            train, valid = (Spectra(X, targets, part) for part in rows)
        schedule = Schedule(
            "train_loss" if valid is None else "valid_loss",
            self.n_iter_no_change,
            self.max_epochs,
            self.verbose,
        )
        with private_torch(device, self.n_threads, int(rng.integers(2**63))):
            network = self._build(len(self.classes_))
            initialize_like_keras(network)
            net = self._make_net(network, device, targets, valid, schedule, rng)
            self.converged_ = self._run(net, train)
            # The last training loss was taken before the last step, so the output is checked.
            network.load_state_dict(schedule.best_weights)
            batch = self._prepare(np.array(X[: self.batch_size]))
            with torch.inference_mode():
                if not network.eval()(torch.from_numpy(batch).to(device)).isfinite().all():
                    raise diverged(schedule.history[-1], "the output is not finite")
            weights = {k: v.cpu().numpy() for k, v in schedule.best_weights.items()}
        self.history_ = schedule.history
        self.n_iter_ = len(schedule.history)
        self.best_epoch_ = schedule.best_epoch
        self.weights_ = weights
        if not self.converged_:
            warnings.warn(
                f"Training did not stop by itself within max_epochs={self.max_epochs}; the best "
                "weights so far are kept. Raise max_epochs.",
                ConvergenceWarning,
                stacklevel=3,
            )
        return self

    def _warn(self, X):
        """Warn where the preparation would change spectra in a way that the user should know."""

    def _encode_fit(self, y):
        """Learn the classes and return the targets of the loss: class numbers or a 0/1 matrix."""
        check_classification_targets(y)
        self._multilabel = type_of_target(y) == "multilabel-indicator"
        if self._multilabel:
            self.classes_ = np.arange(y.shape[1])
            return as_indicator(y, "y").astype(np.float32)
        self.classes_, targets = np.unique(column_or_1d(y, warn=True), return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"y holds one class only ({self.classes_.tolist()}); a classifier needs at least "
                "two."
            )
        return targets

    def _check_validation(self, X_val, y_val):
        if X_val is None or y_val is None:
            raise ValueError("X_val and y_val belong together, but one of them is None.")
        try:
            X_val, y_val = validate_data(
                self, X_val, y_val, dtype="numeric", multi_output=True, reset=False
            )
            y_val = y_val if self._multilabel else column_or_1d(y_val, warn=True)
        except (TypeError, ValueError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(f"X_val, y_val: {error}") from error
        warn_if_flat(X_val, "X_val", stacklevel=5)
        if self._multilabel:
            shape = (len(X_val), len(self.classes_))
            if y_val.shape != shape:
                raise ValueError(
                    f"y_val of shape {y_val.shape} must be a 0/1 matrix of shape {shape}, like y."
                )
            return Spectra(X_val, as_indicator(y_val, "y_val").astype(np.float32))
        unknown = np.setdiff1d(y_val, self.classes_)
        if len(unknown):
            raise ValueError(f"y_val has labels that are not in y: {unknown[:5].tolist()}.")
        return Spectra(X_val, np.searchsorted(self.classes_, y_val))

    def _make_net(self, network, device, targets, valid, schedule, rng):
        if self._multilabel:
            criterion, keyword = torch.nn.BCEWithLogitsLoss, "criterion__pos_weight"
        else:
            criterion, keyword = torch.nn.CrossEntropyLoss, "criterion__weight"
        weights = self._class_weights(targets)
        return NeuralNet(
            network,
            criterion,
            optimizer=torch.optim.Adam,
            optimizer__fused=True,
            lr=float(self.lr),
            batch_size=self.batch_size,
            iterator_train=Batches,
            iterator_train__prepare=self._prepare,
            iterator_train__augmenter=self.augmenter,
            iterator_train__rng=rng,
            iterator_valid=Batches,
            iterator_valid__prepare=self._prepare,
            train_split=None if valid is None else predefined_split(valid),
            callbacks=[("schedule", schedule)],
            callbacks__epoch_timer=None,
            callbacks__train_loss=None,
            callbacks__valid_loss=None,
            callbacks__print_log=None,
            device=device,
            verbose=0,
            **({} if weights is None else {keyword: weights}),
        )

    def _class_weights(self, targets):
        if self.class_weight is None:
            return None
        if not self._multilabel:
            y = self.classes_[targets]
            weights = compute_class_weight(self.class_weight, classes=self.classes_, y=y)
        elif self.class_weight == "balanced":
            present = targets.sum(axis=0)
            weights = np.maximum(len(targets) - present, 1) / np.maximum(present, 1)
        else:
            unknown = set(self.class_weight) - set(self.classes_)
            if unknown:
                raise ValueError(
                    f"class_weight names {sorted(unknown, key=str)}, but the columns of y are 0 "
                    f"to {len(self.classes_) - 1}."
                )
            weights = [self.class_weight.get(column, 1.0) for column in self.classes_]
        weights = np.asarray(weights, dtype=np.float32)
        bad = ~(np.isfinite(weights) & (weights > 0))
        if bad.any():
            name, weight = self.classes_[bad].tolist()[0], weights[bad][0]
            raise ValueError(
                f"class_weight of {name!r} is {weight:g}, but it must be finite and above 0."
            )
        return torch.from_numpy(weights)

    def _run(self, net, train):
        """Train until the schedule stops it (True) or the epochs are used up (False)."""
        # `net.fit` is not used, because it swallows Ctrl-C.
        net.initialize()
        net.notify("on_train_begin", X=train, y=None)
        try:
            net.fit_loop(train, epochs=self.max_epochs)
        except StopTraining:
            return True
        return False

    def _logits(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, dtype="numeric", reset=False)
        warn_if_flat(X)
        self._warn(X)
        device = resolve_device(self.device, fall_back=True)
        with private_torch(device, self.n_threads), torch.inference_mode():
            # A network without values is built much faster.
            network = self._build(len(self.classes_), "meta")
            # The arrays of a memory-mapped model are read-only, but torch needs writable ones.
            state = {
                k: torch.from_numpy(np.require(v, requirements="W"))
                for k, v in self.weights_.items()
            }
            network.load_state_dict(state, assign=True)
            network.to(device)
            spectra = Spectra(X, np.empty(len(X)))
            return np.concatenate(
                [
                    network(batch.to(device)).cpu().numpy()
                    for batch, _ in Batches(spectra, self.batch_size, self._prepare)
                ]
            )

    def predict_proba(self, X):
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            Each row sums to 1. For multilabel spectra each column is the probability that its
            label is present.
        """
        logits = torch.from_numpy(self._logits(X))
        return (logits.sigmoid() if self._multilabel else logits.softmax(1)).numpy()

    def predict(self, X):
        """Predict labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_classes)
            The most probable label, or a 0/1 matrix if `y` was multilabel in ``fit``.
        """
        logits = self._logits(X)
        return (
            (logits > 0).astype(int) if self._multilabel else self.classes_[logits.argmax(axis=1)]
        )

    def __sklearn_is_fitted__(self):
        return hasattr(self, "weights_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
