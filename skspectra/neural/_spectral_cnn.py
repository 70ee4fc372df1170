"""Published convolutional networks for spectra, as a scikit-learn classifier."""

from numbers import Real

from sklearn.utils._param_validation import Interval, StrOptions

from skspectra.neural._architectures import build, check_length, choose, resolve
from skspectra.neural._base import BaseNetwork
from skspectra.neural._layers import SWITCHES
from skspectra.neural._training import as_float32


class SpectralCNN(BaseNetwork):
    """A published convolutional network for spectra, with every ablation as a parameter.

    Every switch that is "auto" takes the architecture's own published value. So
    ``SpectralCNN("cnn6")`` is that network with its published settings, and a grid search over
    the switches is an ablation study. On simulated spectra :class:`PooledMLP`, a network that
    pools first and has no convolution, is about as accurate after a much shorter training
    (:ref:`benchmark_networks`).

    Parameters
    ----------
    architecture : str or callable, default="auto"
        "auto" is "cnn6", the most accurate published network, or "mozaffari", the shortest one,
        for spectra of 10 points or fewer. The published networks are "cnn2", "cnn3", "cnn6",
        "vgg", "resnet", "cnn_bn", "inc3" and "inc6", their modifications "cnn_bn_mod",
        "cnn6_convdo", "cnn6_bn", "vgg_mod" and "resnet_mod", and "park", "vecsei", "fan",
        "oviedo", "sang", "mozaffari" and "schuetzke"; the :ref:`guide <networks>` lists their
        papers and sizes. A function ``f(n_points, *, ...) -> list of torch modules`` may be given
        too. The modules map ``(n, 1, n_points)`` to the input of a dense output layer and must
        keep their state in parameters and persistent buffers. They are copied, the weights of
        dense and one-dimensional convolution layers are drawn again, and their biases are set to
        0. The function may take the switches below as keywords.
    convolution : {"auto", "learnt", "frozen", "none"}, default="auto"
        Convolutions are learnt, frozen at their random initial weights, or left out. Without
        them only pooling and dense layers remain.
    pooling : {"auto", "max", "mean", "decimate", "none"}, default="auto"
        The value that is kept of a window; "none" leaves pooling out.
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
        Draws a new variant of each training spectrum in every epoch. Validation spectra are split
        off before and are never augmented.
    max_epochs : int, default=500
        Largest number of passes over the training spectra (>= 1).
    batch_size : int, default=128
        Spectra per step (>= 1).
    lr : float, default=3e-4
        Initial learning rate of Adam (> 0). It falls to a tenth after ``0.4 * n_iter_no_change``
        epochs without improvement.
    early_stopping : bool, default=True
        True holds out a `validation_fraction` (stratified, or at random for multilabel spectra)
        and monitors its loss. False monitors the training loss. If `X_val` is passed to ``fit``,
        its loss is monitored instead. The best weights are kept.
    validation_fraction : float, default=0.1
        Share of the training spectra held out, in (0, 1). A stratified hold-out has at least as
        many spectra as there are classes. The only spectrum of a class stays in training.
    n_iter_no_change : int, default=25
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
    architecture_ : str or callable
        The fitted network: `architecture`, or the one that "auto" chose.
    switches_ : dict
        The switches that were not "auto" in ``fit``.
    normalize_ : str
        The value of `normalize` in ``fit``.
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
    PooledMLP : A network that pools first and trains much faster.
    PooledSVC : A classical model on pooled spectra.

    Notes
    -----
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

    Examples
    --------
    >>> from skspectra import SpectralCNN
    >>> from skspectra.datasets import make_spectra
    >>> table = [([20, 60], [1.0, 0.5]), ([30, 80], [1.0, 0.5])]
    >>> X, y = make_spectra(table, 40, n_points=100, max_shift=3, random_state=0)
    >>> model = SpectralCNN("cnn2", n_threads=1, random_state=0).fit(X, y)
    >>> model.score(X, y)
    1.0
    """

    _parameter_constraints = {
        # Names are checked in `fit`, with a more helpful message.
        "architecture": [str, callable],
        **{name: [StrOptions({"auto", *options})] for name, options in SWITCHES.items()},
        "dropout": [Interval(Real, 0, 1, closed="left"), StrOptions({"auto"})],
        **BaseNetwork._parameter_constraints,
    }

    def __init__(
        self,
        architecture="auto",
        convolution="auto",
        pooling="auto",
        activation="auto",
        hidden_activation="auto",
        norm="auto",
        dropout="auto",
        normalize="max",
        augmenter=None,
        max_epochs=500,
        batch_size=128,
        lr=3e-4,
        early_stopping=True,
        validation_fraction=0.1,
        n_iter_no_change=25,
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

    def _plan(self, given, X):
        switches = {name: getattr(self, name) for name in (*SWITCHES, "dropout")}
        self.switches_ = {name: value for name, value in switches.items() if value != "auto"}
        self.architecture_ = choose(self.architecture, X.shape[1])
        try:
            check_length(self.architecture_, X.shape[1], self.switches_)
        except ValueError as error:
            if self.architecture == "auto":
                error.add_note(
                    f"architecture='auto' is {self.architecture_!r} for spectra of {X.shape[1]} "
                    "points; other networks are chosen by name."
                )
            raise
        self.normalize_ = self.normalize

    def _build(self, n_outputs, device="cpu"):
        # A user's function may need tensors with values, which "meta" does not provide.
        device = device if isinstance(self.architecture_, str) else "cpu"
        layers = resolve(self.architecture_, self.switches_)
        return build(layers, self.n_features_in_, n_outputs, device)

    def _prepare(self, X):
        return as_float32(X, self.normalize_)
