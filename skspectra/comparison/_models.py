"""The models that the command line compares, and the pairs that get a verdict."""

import warnings
from functools import partial

from sklearn.dummy import DummyClassifier
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skspectra.augmentation import AugmentedClassifier, PeakShiftAugmenter
from skspectra.preprocessing import IntensityCompressor, MaxPoolDownsampler
from skspectra.preprocessing import normalize as normalize_spectra
from skspectra.svm import PooledSVC

MAJORITY = "majority class"
RAW_SVC = "raw SVC"
RAW_LR = "raw logistic regression"
POOLED_SVC = "pooled SVC"
POOLED_LR = "pooled logistic regression"
POOLED_TREES = "pooled extra trees"
SHIFTED_SVC = "pooled SVC + shift copies"
POOLED_MLP = "pooled MLP"
PUBLISHED_NETS = {"cnn2": "published cnn2", "cnn6": "published cnn6"}

SVC_C = 100.0
RAW_LOGISTIC = {"C": 100.0, "tol": 1e-3, "max_iter": 5000}
POOLED_LOGISTIC = {"C": 10.0, "tol": 1e-3, "max_iter": 5000}
N_COPIES = 10
N_THREADS = 1
SVC_CS = [1.0, 10.0, 100.0, 1000.0]
LR_CS = [0.1, 1.0, 10.0, 100.0]
POOLS_PER_AXIS = [200, 100, 50, 25]
LEARNING_RATES = [5e-4, 2e-3]


def scale_for_logistic(X, norm):
    """Normalise spectra, with a mean of 1 instead of a unit area, which suits regularisation.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_points)
        The spectra.
    norm : {"max", "area", "snv", "none"}
        How each spectrum is scaled, see :func:`skspectra.preprocessing.normalize`.

    Returns
    -------
    X_scaled : ndarray of shape (n_samples, n_points)
        The scaled spectra.
    """
    X = normalize_spectra(X, norm)
    return X * X.shape[1] if norm == "area" else X


def default_models(n_points, *, normalize="max", full=False, search=False, random_state=0):
    """Return the models to compare: classical models, raw and pooled, and networks.

    Parameters
    ----------
    n_points : int
        Points per spectrum; the window sizes tried are fractions of it.
    normalize : {"max", "area", "snv", "none"}, default="max"
        How every model scales each spectrum first.
    full : bool, default=False
        Whether to add the published networks cnn2 and cnn6 (minutes to hours).
    search : bool, default=False
        Whether every model gets a grid of four candidates. Raw models search the strength of
        regularisation, pooled models the size of the window, and networks the learning rate and
        whether training spectra are shifted.
    random_state : int, default=0
        Seed of the models.

    Returns
    -------
    models : dict of str to estimator or (estimator, dict)
        The argument `models` of :func:`compare`.

    See Also
    --------
    default_pairs : The pairs to give a verdict on.
    """

    def pooled(classifier):
        steps = MaxPoolDownsampler(), IntensityCompressor()
        return make_pipeline(scaled(), *steps, classifier)

    def scaled():
        return FunctionTransformer(scale_for_logistic, kw_args={"norm": normalize})

    raw_svc = PooledSVC(1, 1, normalize=normalize, compression="none", C=SVC_C)
    pools = [max(1, n_points // part) for part in POOLS_PER_AXIS]
    shifts = PeakShiftAugmenter()
    copies = AugmentedClassifier(
        PooledSVC(normalize=normalize), shifts, n_copies=N_COPIES, random_state=random_state
    )
    models = {
        MAJORITY: (DummyClassifier(strategy="most_frequent"), None),
        RAW_SVC: (raw_svc, {"C": SVC_CS}),
        RAW_LR: (
            make_pipeline(scaled(), LogisticRegression(**RAW_LOGISTIC)),
            {"logisticregression__C": LR_CS},
        ),
        POOLED_SVC: (PooledSVC(normalize=normalize), {"pool_size": pools}),
        POOLED_LR: (
            pooled(LogisticRegression(**POOLED_LOGISTIC)),
            {"maxpooldownsampler__pool_size": pools},
        ),
        POOLED_TREES: (
            pooled(ExtraTreesClassifier(random_state=random_state)),
            {"maxpooldownsampler__pool_size": pools},
        ),
        SHIFTED_SVC: (copies, {"estimator__pool_size": pools}),
    }
    for name, make in _networks(full).items():
        net = make(
            normalize=normalize,
            augmenter=shifts if name == POOLED_MLP else None,
            random_state=random_state,
            n_threads=N_THREADS,
        )
        models[name] = net, {"lr": LEARNING_RATES, "augmenter": [None, shifts]}
    if search:
        return models
    return {name: model for name, (model, _) in models.items()}


def _networks(full):
    """Return a function per network, by name; warn and return none if torch is missing."""
    try:
        # This is imported only here, because it loads torch.
        from skspectra.neural import PooledMLP, SpectralCNN
    except ImportError as error:
        warnings.warn(f"the networks are left out: {error}", stacklevel=3)
        return {}
    published = {
        name: partial(SpectralCNN, architecture) for architecture, name in PUBLISHED_NETS.items()
    }
    return {POOLED_MLP: PooledMLP} | (published if full else {})


def default_pairs(models):
    """Return the pairs that answer "is a network needed?" and "does pooling help?".

    Parameters
    ----------
    models : collection of str
        Names of the models to compare.

    Returns
    -------
    pairs : list of (str, str)
        Each classical model against the pooled MLP, the pooled SVC with shift copies also against
        the published networks, the pooled SVC and the pooled logistic regression against their
        raw forms, and each network against the majority class, because a network that learnt
        nothing proves nothing.
    """
    classical = [SHIFTED_SVC, POOLED_SVC, POOLED_LR, POOLED_TREES, RAW_SVC, RAW_LR]
    pairs = [(name, POOLED_MLP) for name in classical]
    pairs += [(SHIFTED_SVC, name) for name in PUBLISHED_NETS.values()]
    pairs += [(POOLED_SVC, RAW_SVC), (POOLED_LR, RAW_LR)]
    pairs += [(name, MAJORITY) for name in (POOLED_MLP, *PUBLISHED_NETS.values())]
    return [pair for pair in pairs if set(pair) <= set(models)]
