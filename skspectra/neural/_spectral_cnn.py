"""Neural networks for spectra, as a scikit-learn classifier."""

import warnings
from numbers import Integral, Real

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import compute_class_weight
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data
from skorch import NeuralNet
from skorch.helper import predefined_split

from skspectra.neural._architectures import ZOO, build, check_length, resolve
from skspectra.neural._layers import SWITCHES, initialize_like_keras
from skspectra.neural._training import (
    Batches,
    Schedule,
    Spectra,
    StopTraining,
    as_batch,
    diverged,
    hold_out,
    private_torch,
    resolve_device,
)
from skspectra.preprocessing._intensity import NORMS


def _as_indicator(y, name):
    """Return the 0/1 matrix of several phases as the loss takes it."""
    y = y.toarray() if hasattr(y, "toarray") else y
    if not np.isin(y, [0, 1]).all():
        raise ValueError(
            f"{name} of several phases must be a 0/1 matrix; it holds {np.unique(y)[:5].tolist()}."
        )
    return y.astype(np.float32)


class SpectralCNN(ClassifierMixin, BaseEstimator):
    """A published network for spectra, or ours, with every ablation as a parameter.

    The default is our own small network: it pools first and has non-linear dense layers, which is
    what the review found to matter [1]_. Every part that is "auto" takes the architecture's own
    published value, so ``SpectralCNN("cnn6")`` is that network in its published setting, and a
    grid search over the switches is an ablation study.

    Parameters
    ----------
    architecture : str or callable, default="poolnet"
        "poolnet" (ours), "poolnet_fine" (ours for simulated spectra) or a published network:
        "cnn2", "cnn3", "cnn6", "vgg", "resnet", "cnn_bn", "inc3", "inc6", their modifications
        "cnn_bn_mod", "cnn6_convdo", "cnn6_bn", "vgg_mod" and "resnet_mod", or "park", "vecsei",
        "fan", "oviedo", "sang", "mozaffari", "schuetzke"; the :ref:`guide <networks>` has their
        papers and sizes. Or a function ``f(n_points, *, ...) -> list of torch modules`` that maps
        ``(n, 1, n_points)`` to what a dense output layer takes. It may take the switches below as
        keywords and must keep its state in parameters and persistent buffers. Weights of its dense
        and one-dimensional convolution layers are drawn anew, their biases set to 0.
    convolution : {"auto", "learnt", "frozen", "none"}, default="auto"
        Learnt, frozen at its random initial weights, or left out, so that only pooling and dense
        layers remain.
    pooling : {"auto", "max", "mean", "decimate", "none"}, default="auto"
        What is kept of a window; "none" leaves the pools out.
    activation : {"auto", "linear", "relu", "leaky_relu", "tanh"}, default="auto"
        Activation after a convolution.
    hidden_activation : {"auto", "linear", "relu", "leaky_relu", "tanh"}, default="auto"
        Activation of the hidden dense layers.
    norm : {"auto", "none", "batch"}, default="auto"
        Normalisation between a convolution and its activation.
    dropout : float or "auto", default="auto"
        Dropout rate of the dense part, in [0, 1).
    normalize : {"max", "area", "snv", "none"}, default="max"
        How each spectrum is scaled first; see :func:`skspectra.preprocessing.normalize`.
    augmenter : augmenter, Pipeline of augmenters or None, default=None
        Draws a new variant of every training spectrum for every batch. Validation spectra are
        split off before and never augmented.
    max_epochs : int or "auto", default="auto"
        Most passes over the training spectra (>= 1). "auto" is 500.
    batch_size : int or "auto", default="auto"
        Spectra per step (>= 1). "auto" is 128.
    lr : float or "auto", default="auto"
        Initial learning rate of Adam (> 0). It falls to a tenth after ``0.4 * n_iter_no_change``
        epochs without improvement. "auto" is 3e-4 for a published network, 2e-3 for ours.
    early_stopping : bool, default=True
        True holds out a `validation_fraction` (stratified, or at random for several phases at
        once) and watches its loss, False watches the training loss; where `fit` is given `X_val`,
        that is watched. The best weights are kept.
    validation_fraction : float, default=0.1
        Share of the training spectra held out, in (0, 1), and, where it is stratified, at least
        as many as there are classes. The only spectrum of a class stays in training.
    n_iter_no_change : int or "auto", default="auto"
        Epochs without an improvement of 1e-4 after which training stops (>= 1). "auto" is
        25 for a published network, 50 for ours.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes in the loss. For several phases at once a dict is ``{column: weight
        of a present phase}`` and "balanced" weighs a present phase by the ratio of absent to
        present, each counted as at least one. Weights are finite and above 0.
    device : str, default="auto"
        "auto" is a CUDA GPU where there is one, else the CPU; or any torch device.
    n_threads : int or None, default=None
        CPU threads of torch while fitting and predicting. None takes torch's own number: fast for
        one big fit on a quiet machine; small networks are often faster with 1. With a number
        results are the same bit for bit whatever ``n_jobs`` is.
    random_state : int, RandomState instance or None, default=None
        Seeds the weights, the batches, dropout, the hold-out and the augmenter. None draws from
        fresh entropy.
    verbose : bool, default=False
        Print epoch, losses, scores and the time left to stderr.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels; for a 0/1 matrix the numbers of its columns.
    weights_ : dict of str to ndarray
        The state of the network at its best epoch, from which ``predict`` rebuilds it.
    architecture_ : tuple
        Architecture and switches that the weights belong to.
    history_ : list of dict
        Of every epoch its number, learning rate, loss and score (the share of right predictions)
        on the training batches and on the validation spectra: "train_loss", "valid_score" and so
        on.
    n_iter_ : int
        Epochs that were run.
    best_epoch_ : int
        Epoch (from 1) of `weights_`.
    converged_ : bool
        Whether training stopped by itself before `max_epochs`.
    normalize_ : str
        How spectra are scaled.
    max_epochs_, batch_size_, lr_, n_iter_no_change_ : int or float
        What "auto" stood for.
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, where `X` had string column names in ``fit``.

    See Also
    --------
    PooledSVC : A classical model on pooled spectra, usually as accurate and much faster.

    Notes
    -----
    Fits and predictions of one process take turns, because torch's seed, thread count and default
    dtype are global; use processes (``n_jobs``) to run several. A fit leaves them as they were.

    References
    ----------
    .. [1] Schuetzke, J., Szymanski, N. J., Reischl, M., "Validating neural networks for
       spectroscopic classification on a universal synthetic dataset", npj Comput. Mater. 9, 100
       (2023). :doi:`10.1038/s41524-023-01055-y`

    Examples
    --------
    >>> from skspectra import SpectralCNN
    >>> from skspectra.datasets import make_spectra
    >>> table = [([20, 60], [1.0, 0.5]), ([30, 80], [1.0, 0.5])]
    >>> X, y = make_spectra(table, 40, n_points=100, max_shift=3, random_state=0)
    >>> model = SpectralCNN(n_threads=1, random_state=0).fit(X, y)
    >>> model.score(X, y)
    1.0
    """

    _parameter_constraints = {
        "architecture": [StrOptions(set(ZOO)), callable],
        **{name: [StrOptions({"auto", *options})] for name, options in SWITCHES.items()},
        "dropout": [Interval(Real, 0, 1, closed="left"), StrOptions({"auto"})],
        "normalize": [StrOptions(set(NORMS))],
        "augmenter": [HasMethods(["fit_transform", "transform"]), None],
        "max_epochs": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "batch_size": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "lr": [Interval(Real, 0, None, closed="neither"), StrOptions({"auto"})],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "device": [str],
        "n_threads": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        architecture="poolnet",
        convolution="auto",
        pooling="auto",
        activation="auto",
        hidden_activation="auto",
        norm="auto",
        dropout="auto",
        normalize="max",
        augmenter=None,
        max_epochs="auto",
        batch_size="auto",
        lr="auto",
        early_stopping=True,
        validation_fraction=0.1,
        n_iter_no_change="auto",
        class_weight=None,
        device="auto",
        n_threads=None,
        random_state=None,
        verbose=False,
    ):
        self.architecture = architecture
        self.convolution = convolution
        self.pooling = pooling
        self.activation = activation
        self.hidden_activation = hidden_activation
        self.norm = norm
        self.dropout = dropout
        self.normalize = normalize
        self.augmenter = augmenter
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.lr = lr
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.class_weight = class_weight
        self.device = device
        self.n_threads = n_threads
        self.random_state = random_state
        self.verbose = verbose

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, X_val=None, y_val=None):
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra. A memory-mapped array is read batch by batch, never copied as a whole.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Labels, or a 0/1 matrix for several phases at once.
        X_val : array-like of shape (n_validation, n_points), default=None
            Spectra whose loss is watched, instead of a hold-out from `X`.
        y_val : array-like of shape (n_validation,) or (n_validation, n_classes), default=None
            Their labels, all of them among those of `y`.

        Returns
        -------
        self : SpectralCNN
            The fitted classifier.

        Raises
        ------
        ValueError
            If there is only one class, the spectra are too short for the architecture, a switch
            has no meaning for it, `device` is not available, or training diverges. Errors of a
            function given as `architecture` pass through as they are.
        """
        # Whatever goes wrong from here on, no old weights are left beside new labels.
        vars(self).pop("weights_", None)
        switches = {name: getattr(self, name) for name in (*SWITCHES, "dropout")}
        found, keywords = resolve(self.architecture, switches)
        device = resolve_device(self.device)
        # Neither converted nor split here: what is memory-mapped is never copied as a whole.
        X, y = validate_data(self, X, y, dtype="numeric", multi_output=True)
        targets = self._encode_fit(y)
        check_length(self.architecture, found.layers, X.shape[1], keywords)
        self.architecture_ = (self.architecture, switches)
        self.normalize_ = self.normalize
        for name in ("max_epochs", "batch_size", "lr", "n_iter_no_change"):
            value = getattr(self, name)
            setattr(self, f"{name}_", getattr(found, name) if value == "auto" else value)

        rng = np.random.default_rng(self.random_state)
        train, valid = Spectra(X, targets), None
        if X_val is not None or y_val is not None:
            valid = self._check_validation(X_val, y_val)
        elif self.early_stopping:
            rows = hold_out(targets, self.validation_fraction, rng)
            train, valid = (Spectra(X, targets, part) for part in rows)
        schedule = Schedule(
            "train_loss" if valid is None else "valid_loss",
            self.n_iter_no_change_,
            self.max_epochs_,
            self.verbose,
        )
        with private_torch(device, self.n_threads, int(rng.integers(2**63))):
            network = build(found.layers, X.shape[1], len(self.classes_), keywords)
            initialize_like_keras(network)
            net = self._make_net(network, device, targets, valid, schedule, rng)
            self.converged_ = self._run(net, train)
            # The last training loss was taken before the last step: see what came of that.
            network.load_state_dict(schedule.best_weights)
            batch = as_batch(np.array(X[: self.batch_size_]), self.normalize_).to(device)
            with torch.inference_mode():
                if not network.eval()(batch).isfinite().all():
                    raise diverged(schedule.history[-1], "the output is not finite")
            weights = {k: v.cpu().numpy() for k, v in schedule.best_weights.items()}
        self.history_ = schedule.history
        self.n_iter_ = len(schedule.history)
        self.best_epoch_ = schedule.best_epoch
        self.weights_ = weights
        if not self.converged_:
            warnings.warn(
                f"Training did not stop by itself within max_epochs={self.max_epochs_}; the best "
                "weights so far are kept. Raise max_epochs.",
                ConvergenceWarning,
                stacklevel=3,
            )
        return self

    def _encode_fit(self, y):
        """Learn the classes and return what the loss takes: class numbers or a 0/1 matrix."""
        check_classification_targets(y)
        self._multilabel = type_of_target(y) == "multilabel-indicator"
        if self._multilabel:
            self.classes_ = np.arange(y.shape[1])
            return _as_indicator(y, "y")
        self.classes_, targets = np.unique(column_or_1d(y, warn=True), return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"y holds one class only ({self.classes_.tolist()}); a classifier needs two."
            )
        return targets

    def _check_validation(self, X_val, y_val):
        if X_val is None or y_val is None:
            raise ValueError("X_val and y_val belong together; one of them is None.")
        try:
            X_val, y_val = validate_data(
                self, X_val, y_val, dtype="numeric", multi_output=True, reset=False
            )
            y_val = y_val if self._multilabel else column_or_1d(y_val, warn=True)
        except (TypeError, ValueError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(f"X_val, y_val: {error}") from error
        if self._multilabel:
            shape = (len(X_val), len(self.classes_))
            if y_val.shape != shape:
                raise ValueError(
                    f"y_val of shape {y_val.shape} must be a 0/1 matrix of shape {shape}, like y."
                )
            return Spectra(X_val, _as_indicator(y_val, "y_val"))
        unknown = np.setdiff1d(y_val, self.classes_)
        if len(unknown):
            raise ValueError(f"y_val has labels that y has not: {unknown[:5].tolist()}.")
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
            lr=float(self.lr_),
            batch_size=self.batch_size_,
            iterator_train=Batches,
            iterator_train__norm=self.normalize,
            iterator_train__augmenter=self.augmenter,
            iterator_train__rng=rng,
            iterator_valid=Batches,
            iterator_valid__norm=self.normalize,
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
                f"class_weight of {name!r} is {weight:g}, which must be finite and above 0."
            )
        return torch.from_numpy(weights)

    def _run(self, net, train):
        """Train until the schedule stops it (True) or the epochs are used up (False)."""
        # Not `net.fit`: that swallows Ctrl-C.
        net.initialize()
        net.notify("on_train_begin", X=train, y=None)
        try:
            net.fit_loop(train, epochs=self.max_epochs_)
        except StopTraining:
            return True
        return False

    def _logits(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, dtype="numeric", reset=False)
        device = resolve_device(self.device, fall_back=True)
        found, keywords = resolve(*self.architecture_)
        # Without values a network is built in no time, but a user's function may not stand it.
        where = "meta" if isinstance(self.architecture_[0], str) else "cpu"
        with private_torch(device, self.n_threads), torch.inference_mode():
            network = build(found.layers, X.shape[1], len(self.classes_), keywords, where)
            # A memory-mapped model is read-only, which torch does not like.
            state = {
                k: torch.from_numpy(np.require(v, requirements="W"))
                for k, v in self.weights_.items()
            }
            network.load_state_dict(state, assign=True)
            network.to(device)
            return np.concatenate(
                [
                    network(batch.to(device)).cpu().numpy()
                    for batch, _ in Batches(
                        Spectra(X, np.empty(len(X))), self.batch_size_, self.normalize_
                    )
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
            Rows sum to 1; for several phases at once, each column is the probability that the
            phase is present.
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
            The likeliest label, or a 0/1 matrix where `fit` was given one.
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
