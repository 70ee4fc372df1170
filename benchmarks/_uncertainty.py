"""Studies of uncertainty: coverage of conformal sets, novelty, calibration of the networks."""

import os
import warnings
from functools import cache, partial
from pathlib import Path

import numpy as np
from _data import table_spectra
from _study import RESULTS, study, write_rows
from scipy import stats
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier, IsolationForest
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import LeaveOneGroupOut, StratifiedKFold
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline

from skspectra import MaxPoolDownsampler, PooledMLP, PooledSVC, SpectralCNN
from skspectra.datasets import challenge_table, draw_class_table, make_spectra
from skspectra.preprocessing import IntensityCompressor, SpectrumNormalizer
from skspectra.uncertainty import ConformalClassifier
from skspectra.uncertainty import _conformal as conformal
from skspectra.uncertainty._scores import margin_scores, probability_scores

FRONT = SpectrumNormalizer(), MaxPoolDownsampler(), IntensityCompressor()
# Networks stop early, because `cv` + 1 of them are fitted for every row.
SHORT = {"n_iter_no_change": 10, "max_epochs": 60, "n_threads": 1, "random_state": 0}
MODELS = {
    "PooledSVC": PooledSVC(),
    "extra trees": make_pipeline(*FRONT, ExtraTreesClassifier(random_state=0)),
    "PooledMLP": PooledMLP(**SHORT),
    # On every tenth point (maxima of 20), because cnn2 takes ten minutes per fit on 5,000 points.
    "SpectralCNN": make_pipeline(
        SpectrumNormalizer(), MaxPoolDownsampler(20, 10), SpectralCNN("cnn2", **SHORT)
    ),
}
LEVEL = 0.9
LOGISTIC = "logistic regression"


def replicate(X, seed, n_copies=5):
    """Return copies of every spectrum that moved by up to 2 points, with 0.5 % noise."""
    rng = np.random.default_rng(seed)
    copies = np.repeat(X, n_copies, axis=0)
    for row in copies:
        row[:] = np.roll(row, rng.integers(-2, 3))
    noise = rng.standard_normal(copies.shape, dtype=np.float32)
    return copies + 0.005 * copies.max(axis=1, keepdims=True) * noise


@cache
def coverage_data(arm, number):
    """Return training spectra, their labels and groups, and test spectra with labels."""
    if arm == "500 classes":
        table = draw_class_table(random_state=number)
        draw = partial(make_spectra, table, dtype=np.float32)
        (X, y), (test, truth) = (
            draw(10, random_state=[number, 0]),
            draw(4, random_state=[number, 1]),
        )
        return X, y, None, test, truth
    (X, y), (test, truth) = table_spectra(number, (20, 0), (100, 1))
    if not arm.startswith("replicated"):
        return X, y, None, test, truth
    rows = np.repeat(np.arange(len(X)), 5)
    groups = rows if arm.endswith("with groups") else None
    return replicate(X, number), y[rows], groups, replicate(test, number + 1, 1), truth


def by_class_theory(covered, truth, counts):
    """Return mean and spread of coverage over classes, their theory, and how well it fits.

    Coverage of a class by n calibration spectra is Beta(n + 1 - l, l) with l = floor((n + 1) *
    (1 - level)), and its observed value has the noise of the test spectra on top: a beta-binomial.
    Probability integral transforms, jittered because counts are discrete, should be uniform.
    """
    rng = np.random.default_rng(0)
    shares, variances, transforms, expected = [], [], [], []
    for label, n in enumerate(counts):
        own = covered[truth == label]
        rank = int(np.floor((n + 1) * (1 - LEVEL) + 1e-9))
        theory = stats.betabinom(len(own), n + 1 - rank, rank)
        shares.append(own.mean())
        expected.append(theory.mean() / len(own))
        variances.append(theory.var() / len(own) ** 2)
        below = theory.cdf(own.sum() - 1)
        transforms.append(below + rng.random() * theory.pmf(own.sum()))
    fit = stats.kstest(transforms, "uniform").pvalue
    figures = np.mean(shares), np.std(shares), np.mean(expected), np.sqrt(np.mean(variances)), fit
    return [f"{value:.4f}" for value in figures]


def summarize_coverage(rows):
    """Write the mean over draws of every arm, model and kind."""
    groups = {}
    for row in rows:
        groups.setdefault((row["arm"], row["model"], row["sets"]), []).append(row)
    columns = ["accuracy", "coverage", "set_size", "empty"]
    by_class = ["class_mean", "class_spread", "theory_mean", "theory_spread"]
    table = []
    for key, some in sorted(groups.items()):
        figures = [f"{np.mean([float(row[c]) for row in some]):.4f}" for c in columns]
        if some[0]["class_mean"]:
            figures += [f"{np.mean([float(row[c]) for row in some]):.4f}" for c in by_class]
            # Fisher's combination of the draws' tests.
            figures.append(f"{stats.combine_pvalues([float(r['theory_p']) for r in some])[1]:.3f}")
        else:
            figures += [""] * 5
        lowest = min(float(row["coverage"]) for row in some)
        table.append([*key, len(some), *figures, f"{lowest:.4f}"])
    header = ["set", "model", "sets", "draws", *columns, *by_class, "theory_p", "lowest_coverage"]
    write_rows(RESULTS / "coverage_summary.csv", header, table)


REPLICATED = "replicated, with groups", "replicated, without groups"


@study(
    "coverage.csv",
    [
        {"arm": arms, "number": range(400, 405), "model": models, "sets": sets}
        for arms, models, sets in (
            (["challenge"], MODELS, ["overall", "split, by class"]),
            (["challenge"], ["PooledSVC"], ["by class"]),
            (["500 classes"], ["PooledSVC", "PooledMLP"], ["overall"]),
            (REPLICATED[:1], MODELS, ["overall"]),
            (REPLICATED[1:], ["PooledSVC"], ["overall"]),
        )
    ],
    "accuracy coverage set_size empty class_mean class_spread theory_mean theory_spread theory_p",
    summarize_coverage,
)
def coverage(arm, number, name, sets):
    """Do sets of 90 % hold the right label of 90 % of fresh spectra, and how large are they?

    challenge: fresh challenge-like tables, 20 spectra per class to fit and 100 to test.
    500 classes: fresh tables of 500 random classes, 10 spectra per class to fit and 4 to test.
    replicated: as challenge, each training spectrum measured five times over (up to 2 points
        apart, 0.5 % noise), with and without telling so; tested on spectra of new samples.
    The sets hold overall, or in every class; "split" fits on half of the training spectra and
    calibrates on the others (FrozenEstimator). Three folds; networks have at most 60 epochs
    and stop after 10 without improvement, and SpectralCNN is cnn2 on every tenth point.
    """
    X, y, groups, test, truth = coverage_data(arm, number)
    model = clone(MODELS[name])
    if arm == "500 classes" and name == "PooledMLP":
        model.set_params(max_epochs=30)
    if sets.startswith("split"):
        first = np.arange(len(y)) % 2 == 0
        model = FrozenEstimator(model.fit(X[first], y[first]))
        X, y = X[~first], y[~first]
    options = {"cv": 3, "per_class": sets.endswith("by class"), "random_state": number}
    model = ConformalClassifier(model, **options).fit(X, y, groups=groups)
    plausible = model.predict_set(test, LEVEL)
    covered = plausible[np.arange(len(truth)), truth]
    sizes = plausible.sum(axis=1)
    figures = model.score(test, truth), covered.mean(), sizes.mean(), (sizes == 0).mean()
    theory = [""] * 5
    if model.per_class:
        theory = by_class_theory(covered, truth, model.class_counts_)
    return *(f"{value:.4f}" for value in figures), *theory


def adaptive_scores(proba, rng):
    """Return the scores of adaptive sets (Romano, Sesia, Candes 2020), randomised."""
    order = np.argsort(-proba, axis=1)
    total = np.cumsum(np.take_along_axis(proba, order, axis=1), axis=1)
    scores = np.empty_like(total)
    np.put_along_axis(scores, order, total, axis=1)
    return scores - rng.random((len(proba), 1)) * proba


@study(
    "conformity_scores.csv",
    [
        {
            "number": range(400, 405),
            "model": [LOGISTIC, "extra trees", "PooledMLP"],
            "score": ["probability", "margin", "adaptive"],
        }
    ],
    "coverage set_size empty",
)
def conformity_scores(number, name, score):
    """Which score gives the smallest sets at equal coverage?

    Fresh challenge-like tables, 20 spectra per class to fit, 60 to calibrate, 100 to test; split
    conformal at 90 %.
    """
    _, calibration, test = table_spectra(number, (20, 0), (60, 2), (100, 1))
    model = fitted(name, number)
    rng = np.random.default_rng(number)

    def scores(X):
        proba = model.predict_proba(X).astype(float)
        if score == "adaptive":
            return adaptive_scores(proba, rng)
        if score == "probability":
            return probability_scores(proba)
        return margin_scores(model.decision_function(X) if name == LOGISTIC else proba)

    own, new = scores(calibration[0]), scores(test[0])
    own = own[np.arange(len(own)), calibration[1]]
    ties = rng.random(len(own)), rng.random(len(new))
    weight = conformal.weight_above(own, ties[0], np.ones(len(own)), new, ties[1])
    plausible = conformal.p_values(weight, len(own)) > 1 - LEVEL
    sizes = plausible.sum(axis=1)
    covered = plausible[np.arange(len(sizes)), test[1]].mean()
    return tuple(f"{value:.4f}" for value in (covered, sizes.mean(), (sizes == 0).mean()))


@cache
def fitted(name, number):
    """Return the model fitted on 20 spectra per class of a table."""
    train = table_spectra(number, (20, 0), (60, 2), (100, 1))[0]
    regression = make_pipeline(*FRONT, LogisticRegression(C=100, max_iter=2000))
    return clone(MODELS.get(name, regression)).fit(*train)


def stretched(X, factor):
    """Return spectra on a wrong axis: a peak at point i is at point `factor` * i."""
    points = np.arange(X.shape[1])
    return np.array([np.interp(points / factor, points, row, 0, 0) for row in X], dtype=X.dtype)


def other_wavelength(X, ratio):
    """Return diffraction patterns on 10 to 90 degrees, measured with another wavelength."""
    angles = np.linspace(10, 90, X.shape[1])
    sines = np.sin(np.radians(angles / 2)) / ratio
    source = np.where(sines < 1, 2 * np.degrees(np.arcsin(sines.clip(max=1))), -1)
    return np.array([np.interp(source, angles, row, 0, 0) for row in X], dtype=X.dtype)


def strange_spectra(X, y, seed):
    """Return spectra that are of no class, by kind."""
    rng = np.random.default_rng(seed)
    n_points = X.shape[1]
    first, second = rng.integers(len(X), size=(2, 600))
    other = y[first] // 3 != y[second] // 3
    twins = ~other & (y[first] != y[second])
    kinds = {
        "noise": rng.standard_normal((100, n_points)),
        "positive noise": np.abs(rng.standard_normal((100, n_points))),
        "zeros": np.zeros((1, n_points)),
        "constant": np.ones((1, n_points)),
        "spike": np.eye(n_points)[rng.integers(n_points, size=200)],
        "wavelength Mo for Cu": other_wavelength(X[::5], 0.7107 / 1.5406),
        "wavelength Cr for Cu": other_wavelength(X[::5], 2.2910 / 1.5406),
        "axis doubled": stretched(X[::5], 2),
        "axis halved": stretched(X[::5], 0.5),
        "mixture 50:50": X[first[other]] + X[second[other]],
        "mixture 80:20": 0.8 * X[first[other]] + 0.2 * X[second[other]],
        "mixture 50:50 of twins": X[first[twins]] + X[second[twins]],
    }
    return {kind: np.asarray(spectra, dtype=np.float32) for kind, spectra in kinds.items()}


class Rival:
    """A score of strangeness made into cross-conformal p-values, like the one of the package."""

    def __init__(self, name, seed=0):
        self.name, self.seed = name, seed
        # Networks take long.
        self.n_folds = 3 if name == "softmax maximum" else 5

    def fit(self, X, y):
        features = make_pipeline(*FRONT).fit_transform(X)
        folds = StratifiedKFold(self.n_folds, shuffle=True, random_state=self.seed)
        self.parts = []
        for kept, out in folds.split(X, y):
            score = self._scorer(X[kept], features[kept], y[kept])
            self.parts.append((score, score(X[out])))
        self.n = len(X)
        return self

    def _scorer(self, X, features, y):
        if self.name == "softmax maximum":
            model = clone(MODELS["PooledMLP"]).fit(X, y)
            return lambda new: -model.predict_proba(new).max(axis=1)
        if self.name == "margin":
            model = PooledSVC().fit(X, y)
            return lambda new: margin_scores(model.decision_function(new)).min(axis=1)
        if self.name == "isolation forest":
            model = IsolationForest(random_state=self.seed).fit(features)
        else:
            model = LocalOutlierFactor(novelty=True).fit(features)
        front = make_pipeline(*FRONT).fit(X)
        return lambda new: -model.score_samples(front.transform(new))

    def novelty_p_values(self, X):
        total = sum((own >= score(X)[:, None]).sum(axis=1) for score, own in self.parts)
        return (total + 1) / (self.n + 1)


OURS = "ConformalClassifier"
RIVALS = ("softmax maximum", "margin", "isolation forest", "local outlier factor")


def novelty_model(name, seed):
    """Return what has `fit` and `novelty_p_values`."""
    if name == OURS:
        return ConformalClassifier(PooledSVC(), random_state=seed)
    return Rival(name, seed=seed)


def caught(model, X, rate=0.05):
    """Return the share of spectra that are rejected, and their number, as cells."""
    with warnings.catch_warnings():
        # Some spectra are zero or constant on purpose.
        warnings.filterwarnings("ignore", ".* are all zero or constant", UserWarning)
        rejected = model.novelty_p_values(X) <= rate + 1e-9
    return f"{rejected.mean():.4f}", len(X)


def score_novelty_table(number, name):
    """Return the rows of a table: a kind of spectra, the share rejected and the number."""
    if number < 0:
        (X, y), (test, truth) = (
            make_spectra(challenge_table(), n, dtype=np.float32, random_state=[-number, n])
            for n in (50, 20)
        )
    else:
        (X, y), (test, truth) = table_spectra(number, (50, 0), (20, 3))
    model = novelty_model(name, abs(number)).fit(X, y)
    rows = [("false alarms", *caught(model, test))]
    rows += [(k, *caught(model, v)) for k, v in strange_spectra(test, truth, abs(number)).items()]
    # Nine fits each; networks only where the whole study needs them.
    for triplet in range(9):
        kept = y // 3 != triplet
        model = novelty_model(name, abs(number)).fit(X[kept], y[kept])
        rows.append(
            (f"triplet {triplet + 1} left out", *caught(model, test[truth // 3 == triplet]))
        )
    return rows


def score_novelty_raman(number, name):
    """Return the rows of the calibrants without TiO2: one material or instrument left out."""
    folder = Path(os.environ["SKSPECTRA_DATA"]) / "raman_calibrants_multi_instrument"
    held = np.load(folder / "data.npz")
    kept = held["material"] != "TiO2"
    X, y, instruments = (held[k][kept] for k in ("X", "material", "instrument"))
    rows = []
    for how, cv in (
        ("without groups", 5),
        ("with groups", 5),
        ("with groups, ten folds", LeaveOneGroupOut()),
    ):

        def fit(rows, how=how, cv=cv):
            model = ConformalClassifier(PooledSVC(), cv=cv, random_state=number)
            groups = instruments[rows] if how.startswith("with groups") else None
            return model.fit(X[rows], y[rows], groups=groups)

        for material in np.unique(y):
            model = fit(y != material)
            rows.append((f"{material} left out, {how}", *caught(model, X[y == material], 0.1)))
        alarms = np.empty(len(X))
        for train, test in LeaveOneGroupOut().split(X, y, instruments):
            model = fit(train)
            alarms[test] = model.novelty_p_values(X[test]) <= 0.1 + 1e-9
        rows.append(
            (f"false alarms on an instrument left out, {how}", f"{alarms.mean():.4f}", len(X))
        )
    return rows


def summarize_novelty(rows):
    """Write mean and lowest share over the draws."""
    groups = {}
    for row in rows:
        kind = "triplet left out" if row["kind"].startswith("triplet") else row["kind"]
        arm = "published table" if row["number"] == "-1" else row["arm"]
        groups.setdefault((arm, row["model"], kind), []).append(float(row["rejected"]))
    table = [
        [*key, len(some), f"{np.mean(some):.4f}", f"{min(some):.4f}", f"{max(some):.4f}"]
        for key, some in groups.items()
    ]
    header = ["set", "score", "kind", "n", "rejected", "lowest", "highest"]
    write_rows(RESULTS / "novelty_summary.csv", header, table)


@study(
    "novelty.csv",
    [
        {"arm": ["tables"], "number": range(400, 405), "model": [OURS, *RIVALS[1:]]},
        {"arm": ["tables"], "number": [-1], "model": [OURS, *RIVALS[1:]]},
        {"arm": ["tables"], "number": [400], "model": RIVALS[:1]},
        {"arm": ["raman"], "number": range(5), "model": [OURS]},
    ],
    "kind rejected n",
    summarize_novelty,
)
def novelty(arm, number, name):
    """Which share of spectra is rejected, of ordinary ones and of those that are of no class?

    tables: fresh challenge-like tables (-1 is the published one) with 50 training spectra per
        class; at a nominal 5 % of false alarms, for which every score is calibrated in the same
        way, in five folds (the softmax maximum of the pooled MLP in three, on one table). Classes
        within a triplet are near twins, so all three are left out, and mixtures are of two
        triplets; those of twins stand beside.
    raman: the calibrants without TiO2, at a nominal 10 %, because 11 instruments cannot support
        5 %: one material left out, and known materials on an instrument left out, calibrated
        with and without instruments as groups. The constants of the distance were chosen on
        other simulated tables. This arm needs the folder that SKSPECTRA_DATA names.
    """
    if arm == "raman":
        return score_novelty_raman(number, name)
    return score_novelty_table(number, name)


class _Smoothing:
    """A network trained with label smoothing."""

    smoothing = 0.0

    def _make_net(self, *args):
        return super()._make_net(*args).set_params(criterion__label_smoothing=self.smoothing)


class SmoothedMLP(_Smoothing, PooledMLP):
    """The pooled MLP, trained with label smoothing."""


class SmoothedCNN(_Smoothing, SpectralCNN):
    """A published network, trained with label smoothing."""


def best_temperature(logits, y):
    """Return the number by which logits are divided, so that the log loss is least."""
    result = minimize_scalar(
        lambda log_t: log_loss(y, softmax(logits / np.exp(log_t), axis=1)),
        bounds=(-3, 3),
        method="bounded",
    )
    return np.exp(result.x)


SMOOTHED = {"label smoothing 0.05": 0.05, "label smoothing 0.1": 0.1}
TEMPERATURE = "temperature from the hold-out"


@cache
def calibration_fit(number, name, smoothing):
    """Return logits of hold-out and test spectra by a network that watched the hold-out."""
    (X, y), (test, truth) = table_spectra(number, (30, 5), (100, 1))
    kept, out = next(StratifiedKFold(10, shuffle=True, random_state=number).split(X, y))
    if name == "PooledMLP":
        model, front = SmoothedMLP(), None
    else:
        model, front = SmoothedCNN("cnn2"), make_pipeline(*MODELS["SpectralCNN"][:-1])
        X, test = front.fit_transform(X), front.transform(test)
    model.set_params(**SHORT | {"n_iter_no_change": 20, "max_epochs": 150})
    model.smoothing = smoothing
    model.fit(X[kept], y[kept], X_val=X[out], y_val=y[out])
    return model._logits(X[out]).astype(float), y[out], model._logits(test).astype(float), truth


def summarize_calibration(rows):
    """Write means over the draws, and what each cure changes, draw by draw."""
    groups = {}
    for row in rows:
        figures = [float(row[c]) for c in ("accuracy", "confidence", "log_loss", "brier")]
        groups.setdefault((row["model"], row["cure"]), {})[row["number"]] = np.array(figures)
    table = []
    for (name, cure), some in sorted(groups.items()):
        plain = groups.get((name, "none"), {})
        gain = [some[n] - plain[n] for n in some if n in plain]
        accuracy, confidence, loss, brier = np.mean(list(some.values()), axis=0)
        change = np.mean(gain, axis=0) if gain else np.full(4, np.nan)
        table.append(
            [name, cure, len(some), f"{100 * accuracy:.1f}", f"{100 * confidence:.1f}"]
            + [f"{loss:.3f}", f"{brier:.3f}", f"{100 * change[0]:+.2f}"]
            + [f"{change[2]:+.3f}", f"{change[3]:+.3f}"]
        )
    header = ["model", "cure", "draws", "accuracy (%)", "mean confidence (%)", "log loss"]
    header += ["Brier score", "change of accuracy", "change of log loss", "change of Brier score"]
    write_rows(RESULTS / "calibration_summary.csv", header, table)


@study(
    "calibration.csv",
    [
        {
            "number": range(400, 405),
            "model": ["PooledMLP", "SpectralCNN"],
            "cure": ["none", *SMOOTHED, TEMPERATURE],
        }
    ],
    "accuracy confidence log_loss brier temperature",
    summarize_calibration,
)
def calibration(number, name, cure):
    """Are networks overconfident, and does a cheap cure in training help?

    Fresh challenge-like tables: 27 training spectra per class, 3 as hold-out that stops the
    training and gives the temperature, 100 to test. At most 150 epochs, patience 20; SpectralCNN
    is cnn2 on every tenth point. Log loss and Brier score (summed over classes) on test spectra.
    """
    logits, y, new, truth = calibration_fit(number, name, SMOOTHED.get(cure, 0.0))
    temperature = best_temperature(logits, y) if cure == TEMPERATURE else 1.0
    proba = softmax(new / temperature, axis=1)
    right = proba.argmax(axis=1) == truth
    squares = np.sum((proba - np.eye(proba.shape[1])[truth]) ** 2, axis=1)
    figures = right.mean(), proba.max(axis=1).mean(), log_loss(truth, proba), squares.mean()
    return *(f"{value:.4f}" for value in figures), f"{temperature:.2f}"
