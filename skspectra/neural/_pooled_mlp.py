"""A network that pools first: windows, compression and dense layers."""

from functools import partial
from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import nn

from skspectra._validation import warn_if_flat
from skspectra.neural import _layers as layers
from skspectra.neural._architectures import build
from skspectra.neural._base import BaseNetwork
from skspectra.neural._training import as_float32
from skspectra.preprocessing import MaxPoolDownsampler
from skspectra.preprocessing._front import apply_front, fit_front
from skspectra.preprocessing._intensity import CLIPPING, LAWS, compress_rows, warn_if_clipped
from skspectra.preprocessing._max_pool import resolve_windows


def _check_sizes(sizes):
    """Return the sizes of the hidden layers as a tuple of integers, or raise a ValueError."""
    found = (sizes,) if isinstance(sizes, Integral) else tuple(sizes)
    if not all(isinstance(size, Integral) and size is not True and size >= 1 for size in found):
        raise ValueError(
            f"hidden_layer_sizes={sizes!r} must hold whole numbers, each at least 1; () leaves "
            "the hidden layers out."
        )
    return tuple(map(int, found))


def _dense_layers(n_windows, *, adaptive, n_steps, sizes, dropout):
    """Return the layers after the windows, without the output layer."""
    return [
        *([layers.Compress()] if adaptive else []),
        *([layers.Steps(n_steps)] if n_steps > 1 else []),
        nn.Flatten(),
        layers.Center(n_steps * n_windows),
        *layers.hidden(sizes, nn.ReLU, dropout),
    ]


class PooledMLP(BaseNetwork):
    """Multilayer perceptron on normalised, pooled, compressed spectra.

    A review of networks for spectra found that pooling and non-linear dense layers matter and that
    convolutions add very little [1]_. So this network pools first and has no convolution: call it
    an MLP, not a CNN. On simulated spectra it is about as accurate as the best
    published CNN and trains much faster (:ref:`benchmark_networks`).

    Parameters
    ----------
    pool_size : int or "auto", default="auto"
        Points per window (>= 1). "auto" is 4 % of the points. A window is never wider than the
        spectrum.
    stride : int or "auto", default="auto"
        Points from one window to the next (>= 1). "auto" is a quarter of a window, or an eighth
        if `n_steps` is more than 1.
    pooling : {"max", "mean", "decimate"}, default="max"
        The value that is kept of a window; see :class:`MaxPoolDownsampler`.
    normalize : {"max", "area", "snv", "none"}, default="max"
        How each spectrum is scaled first; see :func:`skspectra.preprocessing.normalize`.
    compression : {"adaptive", "sqrt", "log", "none"}, default="adaptive"
        How pooled intensities are compressed, so that minor peaks count; see
        :func:`skspectra.preprocessing.compress`. The floor of "log" is chosen as in
        :class:`PooledSVC`.
    n_steps : int, default=1
        Number of steps that encode each compressed value (>= 1), a piecewise-linear encoding [2]_.
        With 8 steps the network is more accurate on large sets of simulated spectra that are
        divided by their maximum, and mostly a little less accurate on small measured sets; see
        :ref:`benchmark_networks`.
    hidden_layer_sizes : int or tuple of int, default=(512, 256)
        Units of the hidden dense layers, which use ReLU. ``()`` leaves the hidden layers out.
    dropout : float, default=0.3
        Dropout rate before every dense layer but the first, in [0, 1).
    augmenter : augmenter, Pipeline of augmenters or None, default=None
        Draws a new variant of each training spectrum in every epoch. Validation spectra are split
        off before and are never augmented.
    max_epochs : int, default=500
        Largest number of passes over the training spectra (>= 1).
    batch_size : int, default=128
        Spectra per step (>= 1).
    lr : float, default=2e-3
        Initial learning rate of Adam (> 0). It falls to a tenth after ``0.4 * n_iter_no_change``
        epochs without improvement.
    early_stopping : bool, default=True
        True holds out a `validation_fraction` (stratified, or at random for multilabel spectra)
        and monitors its loss. False monitors the training loss. If `X_val` is passed to ``fit``,
        its loss is monitored instead. The best weights are kept.
    validation_fraction : float, default=0.1
        Share of the training spectra held out, in (0, 1). A stratified hold-out has at least as
        many spectra as there are classes. The only spectrum of a class stays in training.
    n_iter_no_change : int, default=50
        Epochs without an improvement of 1e-4 after which training stops (>= 1).
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes in the loss, finite and above 0. For multilabel spectra a dict is
        ``{column: weight of a present label}``, and "balanced" weights a present label by the
        ratio of absent to present labels, where each number is at least one.
    device : str, default="auto"
        "auto" is a CUDA GPU if there is one, otherwise the CPU. Any torch device is allowed.
    n_threads : int or None, default=None
        CPU threads of torch in fitting and prediction. None takes torch's own number, which is
        fast for one large fit on an idle machine; small networks are often faster with 1. With a
        number, results are the same bit for bit whatever ``n_jobs`` is.
    random_state : int, RandomState instance or None, default=None
        Seeds the weights, the batches, dropout, the hold-out and the augmenter. None draws from
        fresh entropy.
    verbose : bool, default=False
        Whether to print epoch, losses, scores and the remaining time to stderr.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels; for multilabel spectra the numbers of the columns of `y`.
    features_ : sklearn.pipeline.Pipeline
        The Pipeline before the network, which normalises, pools and compresses. Its
        ``get_feature_names_out()`` says which points a feature came from.
    pool_size_ : int
        Points per window.
    stride_ : int
        Points from one window to the next.
    weights_ : dict of str to ndarray
        The state of the network at its best epoch, from which ``predict`` rebuilds it.
    history_ : list of dict
        One entry per epoch: its number, its learning rate, and the loss and the score (the share
        of correct predictions) on the training batches and on the validation spectra, as
        "train_loss", "valid_score" and so on.
    n_iter_ : int
        Number of epochs that were run.
    best_epoch_ : int
        Epoch (from 1) of `weights_`.
    converged_ : bool
        Whether training stopped by itself before `max_epochs`.
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, if `X` had string column names in ``fit``.

    See Also
    --------
    PooledSVC : The same steps before a support vector machine.
    SpectralCNN : Published convolutional networks.

    Notes
    -----
    The defaults were chosen on freshly drawn tables of simulated classes. Windows of 4 % of the
    axis, a quarter of a window apart, absorb shifts of peaks and still show where a peak is. The
    last window is anchored at the end of the axis, so that no point is dropped. From the
    compression on, the network computes in single precision.

    There is no ``sample_weight``. A weight of two does not equal a repeated spectrum, because the
    hold-out and the batches are drawn spectrum by spectrum. So scikit-learn's checks of this
    equivalence cannot pass. Use `class_weight` for classes of unequal size.

    Torch's seed, thread count and default dtype are global, so fits and predictions of one process
    take turns, and each restores these settings. Use processes (``n_jobs``) to run several.

    References
    ----------
    .. [1] Schuetzke, J., Szymanski, N. J., Reischl, M., "Validating neural networks for
       spectroscopic classification on a universal synthetic dataset", npj Comput. Mater. 9, 100
       (2023). :doi:`10.1038/s41524-023-01055-y`
    .. [2] Gorishniy, Y., Rubachev, I., Babenko, A., "On embeddings for numerical features in
       tabular deep learning", NeurIPS (2022). :doi:`10.48550/arXiv.2203.05556`

    Examples
    --------
    >>> from skspectra import PooledMLP
    >>> from skspectra.datasets import make_spectra
    >>> table = [([20, 60], [1.0, 0.5]), ([30, 80], [1.0, 0.5])]
    >>> X, y = make_spectra(table, 40, n_points=100, max_shift=3, random_state=0)
    >>> model = PooledMLP(n_threads=1, random_state=0).fit(X, y)
    >>> model.score(X, y)
    1.0
    """

    _parameter_constraints = {
        **MaxPoolDownsampler._parameter_constraints,
        "compression": [StrOptions(set(LAWS))],
        "n_steps": [Interval(Integral, 1, None, closed="left")],
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        **BaseNetwork._parameter_constraints,
    }

    def __init__(
        self,
        pool_size="auto",
        stride="auto",
        pooling="max",
        normalize="max",
        compression="adaptive",
        n_steps=1,
        hidden_layer_sizes=(512, 256),
        dropout=0.3,
        augmenter=None,
        max_epochs=500,
        batch_size=128,
        lr=2e-3,
        early_stopping=True,
        validation_fraction=0.1,
        n_iter_no_change=50,
        class_weight=None,
        device="auto",
        n_threads=None,
        random_state=None,
        verbose=False,
    ):
        self.pool_size = pool_size
        self.stride = stride
        self.pooling = pooling
        self.normalize = normalize
        self.compression = compression
        self.n_steps = n_steps
        self.hidden_layer_sizes = hidden_layer_sizes
        self.dropout = dropout
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

    def transform_features(self, X):
        """Compute the features in which spectra are told apart: normalised, pooled, compressed.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.

        Returns
        -------
        features : ndarray of shape (n_samples, n_windows)
            One column per window; float32 stays float32. ``features_.get_feature_names_out()``
            names the columns.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        warn_if_flat(X)
        return apply_front(self.features_, X)

    def _plan(self, given, X):
        sizes = _check_sizes(self.hidden_layer_sizes)
        overlap = 4 if self.n_steps == 1 else 8
        _, stride = resolve_windows(X.shape[1], self.pool_size, self.stride, overlap)
        self.features_ = fit_front(self, given, X, stride)
        self.pool_size_ = self.features_["pool"].pool_size_
        self.stride_ = stride
        self._dense = {
            "adaptive": self.compression == "adaptive",
            "n_steps": int(self.n_steps),
            "sizes": sizes,
            "dropout": self.dropout,
        }

    def _build(self, n_outputs, device="cpu"):
        n_windows = len(self.features_["pool"].starts_)
        return build(partial(_dense_layers, **self._dense), n_windows, n_outputs, device)

    def _pool(self, X):
        return self.features_["pool"].transform(as_float32(X, self.features_["normalize"].norm))

    def _warn(self, X):
        law = self.features_["compress"].law
        if law in CLIPPING:
            # Once for all batches; a thousand spectra are enough to tell.
            warn_if_clipped(self._pool(np.array(X[:: -(-len(X) // 1000)])), law, stacklevel=5)

    def _prepare(self, X):
        X = self._pool(X)
        # The law "adaptive" is a layer of the network.
        law = self.features_["compress"]
        return X if self._dense["adaptive"] else compress_rows(X, law.law, law.floor)
