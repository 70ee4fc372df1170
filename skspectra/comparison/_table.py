"""The models with their grids: one family is one contestant with twelve candidates."""

import warnings
from importlib.util import find_spec

from sklearn.decomposition import TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skspectra.augmentation import AugmentedClassifier, PeakShiftAugmenter
from skspectra.comparison._pls_classifier import PLSClassifier
from skspectra.comparison._shift_neighbor import ShiftNeighborClassifier
from skspectra.preprocessing import (
    BaselineCorrector,
    IntensityCompressor,
    MaxPoolDownsampler,
    SavitzkyGolayFilter,
    SpectrumNormalizer,
)
from skspectra.svm import PooledSVC

MAJORITY = "majority class"
PCA_LDA = "PCA + LDA"
RIDGE = "ridge classifier"
PLS_DA = "PLS-DA"
LINEAR_SVM = "linear SVM"
RAW_LR = "raw logistic regression"
RAW_SVC = "raw SVC"
NEIGHBOR = "nearest neighbour"
POOLED_SVC = "pooled SVC"
POOLED_LR = "pooled logistic regression"
SHIFT_NN = "nearest neighbour at the best shift"
TREES = "extra trees"
SHIFTED_SVC = "pooled SVC + shift copies"
POOLED_MLP = "pooled MLP"
PUBLISHED_NETS = {"cnn2": "published cnn2", "cnn6": "published cnn6"}

SVC_C = 100.0
POOLED_LR_C = 100.0
LR_CS = (1e-3, 1e-2, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1e3, 1e4)
N_COPIES = 10
N_THREADS = 1
N_TREES = 100
# Windows of pooled models, as shares of the axis.
SHARES = (0.002, 0.005, 0.01, 0.02, 0.04, 0.08)
# The baseline of arPLS bends on a scale of this many band widths.
STIFFNESS = 5


def window_sizes(n_points):
    """Return six different windows from 0.2 % to 8 % of the axis, in points."""
    sizes = []
    for share in SHARES:
        sizes.append(max(sizes[-1] + 1 if sizes else 1, round(share * n_points)))
    return [min(size, n_points) for size in sizes]


def derivative_windows(width):
    """Return odd windows of a half, one and two band widths of `width` points, at least five."""
    sizes = []
    for factor in (0.5, 1, 2):
        odd = 2 * round((factor * width - 1) / 2) + 1
        sizes.append(max(sizes[-1] + 2 if sizes else 5, odd))
    return sizes


class Table:
    """The classical models with their grids, for spectra of one length and band width."""

    def __init__(self, n_points, width, normalize, multilabel, random_state):
        self.n_points = n_points
        self.pools = window_sizes(n_points)
        self.narrow, self.middle, self.wide = derivative_windows(width)
        self.normalize = normalize
        self.multilabel = multilabel
        self.random_state = random_state
        self.slope = SavitzkyGolayFilter(self.middle, 2, 1)
        self.curvature = SavitzkyGolayFilter(self.wide, 2, 2)
        self.flatten = SavitzkyGolayFilter(self.middle, 2, 0)
        if find_spec("pybaselines"):
            stiffness = float(min(max((STIFFNESS * width) ** 4, 1e2), 1e10))
            self.flatten = BaselineCorrector("arpls", {"lam": stiffness})

    def single(self, classifier):
        """Return a classifier of single labels and the prefix of its parameters."""
        if self.multilabel:
            return OneVsRestClassifier(classifier), "classify__estimator__"
        return classifier, "classify__"

    def logistic(self):
        """Return a logistic regression; a model without a seed is not remembered on disk."""
        return LogisticRegression(max_iter=10_000, random_state=self.random_state)

    def front(self, *steps, derive="passthrough"):
        """Return a Pipeline whose first steps, a baseline and a derivative, can be searched."""
        return Pipeline([("baseline", "passthrough"), ("derive", derive), *steps])

    def chemometric(self):
        """Return the recipes of chemometrics: SNV, derivative, a linear model."""
        p, seed = self.n_points, self.random_state
        norm = "none" if self.normalize == "none" else "snv"
        center, scale = StandardScaler(with_std=False), StandardScaler()
        lda, _ = self.single(LinearDiscriminantAnalysis(solver="lsqr"))
        # On centred spectra these are the principal components, capped by the number of spectra.
        components = TruncatedSVD(min(20, p), random_state=seed)
        machine = PooledSVC(
            *(1, 1), normalize="none", compression="none", kernel="linear", C=SVC_C / p
        )
        every = [self.narrow, self.middle, self.wide]
        smooth = {"derive__deriv": [0], "derive__window_length": [self.narrow]}
        slope = {"derive__deriv": [1], "derive__window_length": every}
        curvature = {"derive__deriv": [2], "derive__window_length": [self.wide]}
        at_middle = {"derive__window_length": [self.middle]}
        flat = {"baseline": [self.flatten], **smooth}

        def recipe(*steps):
            first = SpectrumNormalizer(norm), SavitzkyGolayFilter(self.middle, 2, 1)
            names = ("baseline", "normalize", "derive")
            return Pipeline([*zip(names, ("passthrough", *first), strict=True), *steps])

        def grid(name, few):
            """Return six ways to prepare spectra with two values each."""
            ways = smooth, flat, slope, curvature
            return [{**way, name: few} for way in ways]

        def fine(name, *values):
            """Return three ways to prepare spectra with four values each."""
            ways = smooth, {**slope, **at_middle}, curvature
            return [{**way, name: few} for way, few in zip(ways, values, strict=True)]

        return {
            PCA_LDA: (
                recipe(("center", center), ("reduce", components), ("classify", lda)),
                fine("reduce__n_components", *3 * [[min(k, p) for k in (6, 12, 20, 32)]]),
            ),
            RIDGE: (
                recipe(
                    ("scale", scale),
                    ("classify", RidgeClassifier(alpha=1e-2 * p, random_state=seed)),
                ),
                grid("classify__alpha", [1e-3 * p, 1e-1 * p]),
            ),
            PLS_DA: (
                recipe(("classify", PLSClassifier(10))),
                # A derivative leaves less to explain.
                fine("classify__n_components", [5, 9, 14, 20], [3, 6, 10, 15], [2, 4, 7, 12]),
            ),
            LINEAR_SVM: (
                recipe(("scale", scale), ("classify", machine)),
                grid("classify__C", [10 / p, 1000 / p]),
            ),
        }

    def raw(self):
        """Return models of single points."""
        normalize = ("normalize", SpectrumNormalizer(self.normalize))
        logistic, prefix = self.single(self.logistic())
        machine = PooledSVC(1, 1, normalize=self.normalize, compression="none", C=SVC_C)

        def grid(name, values):
            ways = (
                *({}, {"baseline": [self.flatten]}),
                *({"derive": [self.slope]}, {"derive": [self.curvature]}),
            )
            return [{**way, name: values} for way in ways]

        return {
            RAW_LR: (
                Pipeline([normalize, ("scale", StandardScaler()), ("classify", logistic)]),
                {f"{prefix}C": [*LR_CS]},
            ),
            RAW_SVC: (self.front(("classify", machine)), grid("classify__C", [1.0, 1e2, 1e4])),
            SHIFT_NN: (
                self.front(("classify", ShiftNeighborClassifier())),
                grid("classify__max_shift", [0, *self.pools[1:3]]),
            ),
        }

    def pooled(self):
        """Return pooled models, which search the window and, most of them, what is in front."""
        pools, norm = self.pools, self.normalize
        logistic, prefix = self.single(self.logistic())
        # Spectra of unit area are smaller by the number of points, and their square roots by its
        # root; the strength of regularisation makes up for that.
        unit = self.n_points if norm == "area" else 1
        logistic.set_params(**{f"{prefix.removeprefix('classify__')}C": POOLED_LR_C * unit})
        copies = AugmentedClassifier(
            PooledSVC(normalize=norm),
            PeakShiftAugmenter(random_state=self.random_state),
            n_copies=N_COPIES,
            random_state=self.random_state,
        )
        trees = ExtraTreesClassifier(N_TREES, random_state=self.random_state)

        def chain(classifier):
            steps = SpectrumNormalizer(norm), MaxPoolDownsampler(), IntensityCompressor()
            names = ("normalize", "pool", "compress", "classify")
            return self.front(*zip(names, (*steps, classifier), strict=True))

        # Windows of one point pool nothing, and are not compressed.
        single = {"pool__pool_size": [1], "compress__law": ["none"]}
        window, few = {"pool__pool_size": pools}, {"pool__pool_size": pools[2:5]}
        flat, slope = {"baseline": [self.flatten]}, {"derive": [self.slope]}
        curvature = {"derive": [self.curvature]}
        return {
            NEIGHBOR: (
                chain(KNeighborsClassifier(1)),
                [single, single | flat, single | slope, window, few | flat],
            ),
            TREES: (
                chain(trees),
                [single, single | slope, single | curvature, window, few | slope],
            ),
            POOLED_SVC: (
                self.front(("classify", PooledSVC(normalize=norm))),
                [
                    {"classify__pool_size": pools},
                    *({**front, "classify__pool_size": pools[2:5]} for front in (slope, flat)),
                ],
            ),
            POOLED_LR: (
                chain(logistic),
                {
                    "pool__pool_size": [pools[0], pools[2], pools[4], pools[5]],
                    f"{prefix}C": [unit * C for C in (1.0, 1e2, 1e4)],
                },
            ),
            SHIFTED_SVC: (
                copies,
                {"estimator__pool_size": pools, "augmenter__max_shift": [pools[0], pools[2]]},
            ),
        }


def make_networks(full, normalize, pools, random_state):
    """Return the networks with their grids; warn and return none if torch is missing."""
    try:
        # This is imported only here, because it loads torch.
        from skspectra.neural import PooledMLP, SpectralCNN
    except ImportError as error:
        warnings.warn(f"the networks are left out: {error}", stacklevel=3)
        return {}
    shifts = PeakShiftAugmenter(random_state=random_state)
    common = {"normalize": normalize, "random_state": random_state, "n_threads": N_THREADS}
    mlp = PooledMLP(augmenter=shifts, **common)
    # Networks on narrow windows take longest, so only shifted spectra are tried with them.
    grid = [
        {"pool_size": pools, "augmenter": [shifts]},
        {"pool_size": pools[2:], "augmenter": [None]},
        {"pool_size": pools[4:5], "augmenter": [None, shifts], "lr": [5e-4]},
    ]
    models = {POOLED_MLP: (mlp, grid)}
    rates = [1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3]
    for architecture, name in PUBLISHED_NETS.items() if full else ():
        net = SpectralCNN(architecture, **common)
        models[name] = net, {"lr": rates, "augmenter": [None, shifts]}
    return models
