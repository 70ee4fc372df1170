"""Studies of the classical models: pooled input, many classes, defaults, large sets."""

import warnings
from functools import partial

import numpy as np
from _data import CONSTANT, DISTURBANCES, disturb, table_optimum, table_spectra
from _models import CLASSIFIERS, INPUTS, make_classical, with_copies
from _speed import alone, peak_mib, timed
from _study import RESULTS, shares, study, with_spread, write_rows
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from skspectra import MaxPoolDownsampler, PeakShiftAugmenter, PooledSVC
from skspectra.datasets import bayes_optimum, draw_class_table, make_benchmark, make_spectra
from skspectra.preprocessing import IntensityCompressor, SpectrumNormalizer

COPIES = " + 10 shift copies"
MODELS = [(name, given) for name in CLASSIFIERS for given in INPUTS]
MODELS += [(f"{name}{COPIES}", "compressed") for name in ("SVM", "extra trees")]
# These take minutes per fit on thousands of noisy points.
CLEAN_ONLY = [("decision tree", "raw")]


def summarize_classical(rows):
    """Write the mean share of the optimum and its spread, and the times without disturbance."""
    groups = {}
    for row in rows:
        key = row["model"], row["input"]
        groups.setdefault(key, {}).setdefault(row["disturbance"], []).append(row)
    table = []
    for key in (key for key in MODELS if key in groups):
        found = [groups[key].get(disturbance, []) for disturbance in DISTURBANCES]
        percents = [[100 * float(row["share_of_optimum"]) for row in some] for some in found]
        seconds = [
            f"{np.median([float(row[name]) for row in groups[key]['none']]):.1f}"
            for name in ("fit_seconds", "predict_seconds")
        ]
        table.append([*key, *map(with_spread, percents), *seconds])
    columns = ["model", "input", *DISTURBANCES, "fit (s)", "predict (s)"]
    write_rows(RESULTS / "classical_summary.csv", columns, table)


@study(
    "classical.csv",
    [
        {
            "model": [name],
            "input": [given],
            "disturbance": ["none"] if (name, given) in CLEAN_ONLY else DISTURBANCES,
            "table": range(200, 205),
        }
        for name, given in MODELS
    ],
    "accuracy optimum share_of_optimum fit_seconds predict_seconds",
    summarize_classical,
)
def classical(name, given, disturbance, number):
    """Classical models on raw, pooled and compressed spectra: clean, noisy, on a background.

    There are five fresh challenge-like tables with 50 training spectra per class and 5,022 fresh
    test spectra. Both are disturbed alike: by white noise of 0.2 % or 1 % of the maximum, or by a
    background, a random Chebyshev series of order 5 that reaches up to 20 % of the maximum.
    Accuracy is read against the Bayes optimum of the table without disturbance.
    """
    (X, y), (X_test, y_test) = table_spectra(number, (50, 0), (186, 1))
    X, X_test = disturb(X, disturbance, [number, 0]), disturb(X_test, disturbance, [number, 1])
    model = make_classical(name.removesuffix(COPIES), given)
    if name.endswith(COPIES):
        model = with_copies(model)
    fit_seconds, _ = timed(model.fit, X, y)
    predict_seconds, accuracy = timed(model.score, X_test, y_test)
    seconds = f"{fit_seconds:.2f}", f"{predict_seconds:.2f}"
    return *shares(accuracy, table_optimum(number)), *seconds


def trees(stride, **parameters):
    """Return extra trees on compressed windows of 4 %."""
    model = make_classical("extra trees", "compressed")
    model.set_params(maxpooldownsampler__stride=stride)
    model[-1].set_params(n_jobs=-1, **parameters)
    return model


MANY_CLASSES = {
    "PooledSVC": PooledSVC(),
    "PooledSVC, windows of 6 %": PooledSVC(300),
    "extra trees": trees(50),
    "extra trees, steps of an eighth": trees(25),
    "extra trees, steps of an eighth, a fifth of the windows": trees(25, max_features=0.2),
    "extra trees, steps of a twentieth": trees(10),
}
N_TIMED = 9500


@study(
    "classes.csv",
    [{"model": MANY_CLASSES, "table": [0, *range(300, 305)]}],
    "accuracy optimum share_of_optimum validation grid_errors fit_seconds predict_seconds",
)
def classes(name, number):
    """PooledSVC and extra trees on 500 classes: the published table (0) and five fresh ones.

    There are 50 training spectra per class. Accuracy is measured on 20,000 fresh spectra of the
    training law and stands beside the Bayes optimum. The published table also has the published
    validation spectra and the published test grid, which decides nothing. Seconds are those of
    fitting and of predicting 9,500 spectra.
    """
    table = draw_class_table(random_state=number or 2022)
    law = {"fixed_reference": False, "dtype": np.float32}
    X_test, y_test = make_spectra(table, 40, random_state=[number, 3], **law)
    optimum = bayes_optimum(
        table, n_samples=108, random_state=0, fixed_reference=False, normalized=True
    ).accuracy
    model, published = MANY_CLASSES[name], ["", ""]
    if number:
        X, y = make_spectra(table, 50, random_state=[number, 0], **law)
    else:
        data = make_benchmark(dtype=np.float32)
        X, y = data.X_train, data.y_train
    fit_seconds, _ = timed(model.fit, X, y)
    predict_seconds, some = timed(model.predict, X_test[:N_TIMED])
    accuracy = (np.append(some, model.predict(X_test[N_TIMED:])) == y_test).mean()
    if not number:
        errors = (model.predict(data.X_test) != data.y_test).sum()
        published = [f"{model.score(data.X_validation, data.y_validation):.4f}", errors]
    seconds = f"{fit_seconds:.1f}", f"{predict_seconds:.1f}"
    return *shares(accuracy, optimum), *published, *seconds


def pooled(pool, compressor):
    """Return PooledSVC with other features."""
    center = StandardScaler(with_std=False)
    return make_pipeline(SpectrumNormalizer(), pool, compressor, center, SVC(C=100))


def adaptive(X, rank, n_scatters):
    """Compress as by default, but about another level or linear within more or less."""
    ordered = np.sort(X, axis=1)
    level = ordered[:, [int(rank * (X.shape[1] - 1))]]
    above = X - level
    return above / np.sqrt(np.abs(above) + n_scatters * (level - ordered[:, :1]) + 1e-9)


CHANGED = {
    "raw SVC": PooledSVC(1, 1, compression="none"),
    "PooledSVC, defaults (200/50, C=100)": PooledSVC(),
    "PooledSVC, pool 50/12": PooledSVC(50),
    "PooledSVC, pool 200/100": PooledSVC(200, 100),
    "PooledSVC, pool 200/25": PooledSVC(200, 25),
    "PooledSVC, two scales, 400/100 and 200/50": pooled(
        make_union(MaxPoolDownsampler(400), MaxPoolDownsampler(200)), IntensityCompressor()
    ),
    "PooledSVC, decimation": PooledSVC(pooling="decimate"),
    "PooledSVC, C=10": PooledSVC(C=10.0),
    "PooledSVC, C=1000": PooledSVC(C=1000.0),
    "copies, defaults (10 copies, max_shift 50, length_scale 400)": with_copies(PooledSVC()),
    "copies, max_shift 12": with_copies(PooledSVC(), PeakShiftAugmenter(12)),
    "copies, max_shift 25": with_copies(PooledSVC(), PeakShiftAugmenter(25)),
    "copies, max_shift 100": with_copies(PooledSVC(), PeakShiftAugmenter(100)),
    "copies, length_scale 200": with_copies(PooledSVC(), PeakShiftAugmenter(50, length_scale=200)),
    "copies, length_scale 1600": with_copies(
        PooledSVC(), PeakShiftAugmenter(50, length_scale=1600)
    ),
    "copies, global shifts": with_copies(PooledSVC(), PeakShiftAugmenter(50, mode="global")),
    "copies, pool 100/25": with_copies(PooledSVC(100)),
    "copies, pool 300/75": with_copies(PooledSVC(300)),
    "copies, mean pooling": with_copies(PooledSVC(pooling="mean")),
    "copies, 3 copies": with_copies(PooledSVC(), n_copies=3),
    "copies, 20 copies": with_copies(PooledSVC(), n_copies=20),
}
# Tried under every disturbance.
DISTURBED = {
    "PooledSVC, pool 100/25": PooledSVC(100),
    "PooledSVC, pool 300/75": PooledSVC(300),
    "PooledSVC, pool 400/100": PooledSVC(400),
    "PooledSVC, mean pooling": PooledSVC(pooling="mean"),
    "PooledSVC, adaptive": PooledSVC(),
    "PooledSVC, square root": PooledSVC(compression="sqrt"),
    "PooledSVC, no compression": PooledSVC(compression="none"),
    "PooledSVC, logarithm": PooledSVC(compression="log"),
    "PooledSVC, logarithm, floor 0.001": PooledSVC(compression="log", floor=1e-3),
    "PooledSVC, logarithm, floor 0.1": PooledSVC(compression="log", floor=0.1),
    **{
        f"PooledSVC, adaptive, level at {rank}, {n} scatters": pooled(
            MaxPoolDownsampler(), FunctionTransformer(partial(adaptive, rank=rank, n_scatters=n))
        )
        for rank, n in ((1 / 8, 5), (1 / 8, 80), (1 / 16, 20), (1 / 4, 20), (1 / 2, 20))
    },
}
RAISED = [f"PooledSVC, {law}" for law in ("adaptive", "square root", "no compression")]


@study(
    "defaults.csv",
    [
        {"model": models, "disturbance": disturbances, "table_seed": range(100, 105)}
        for models, disturbances in zip(
            (CHANGED, DISTURBED, RAISED), (["none"], DISTURBANCES, CONSTANT), strict=True
        )
    ],
    "accuracy optimum share_of_optimum",
)
def defaults(name, disturbance, seed):
    """What the defaults of PooledSVC and of shifted copies were chosen by.

    There are five fresh challenge-like tables, each with 50 training spectra per class and 2,700
    fresh test spectra. One setting is changed at a time. Windows and ways of compressing are also
    tried under the disturbances of the study `classical`, and compressing on a constant
    background. Accuracy is read against the Bayes optimum of the table.
    """
    (X, y), (X_test, y_test) = table_spectra(seed, (50, 1), (100, 2))
    model = (CHANGED | DISTURBED)[name].fit(disturb(X, disturbance, [seed, 1]), y)
    accuracy = model.score(disturb(X_test, disturbance, [seed, 2]), y_test)
    return shares(accuracy, table_optimum(seed))


SCALED = {
    "PooledSVC": PooledSVC(),
    "nearest neighbour": make_classical("nearest neighbour", "compressed"),
    "MLP": make_classical("MLP", "compressed").set_params(mlpclassifier__max_iter=50),
}
N_TEST = 5000
LIMIT = 900  # seconds


def plot_scaling(rows):
    """Draw the seconds of fitting and predicting against the number of training spectra."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.2), layout="constrained")
    panels = figure.subplots(1, 3, sharex=True, sharey=True)
    looks = list(zip(SCALED, ("#0072B2", "#D55E00", "#7F7F7F"), "os^", strict=True))
    for panel, n_classes in zip(panels, (10, 100, 1000), strict=True):
        for name, color, marker in looks:
            cell = str(n_classes), name
            cells = [r for r in rows if r["accuracy"] and (r["n_classes"], r["model"]) == cell]
            x = [int(row["n_train"]) for row in cells]
            for seconds, line in (("fit_seconds", "-"), ("predict_seconds", ":")):
                y = [float(row[seconds]) for row in cells]
                label = name if line == "-" else None
                panel.loglog(x, y, line, color=color, marker=marker, label=label)
        panel.set(title=f"{n_classes} classes", xlabel="training spectra")
    panels[0].set_ylabel("seconds")
    panels[0].plot([], [], "k-", label="fit")
    panels[0].plot([], [], "k:", label="predict 5,000")
    panels[0].legend(frameon=False, fontsize="small")
    figure.savefig(RESULTS / "scaling.png", dpi=150)


def fit_scaled(n_train, n_classes, name):
    """Return the figures of a row."""
    warnings.simplefilter("ignore")
    table = draw_class_table(n_classes, random_state=0)
    X_test, y_test = make_spectra(table, N_TEST // n_classes, random_state=1, dtype=np.float32)
    X, y = make_spectra(table, n_train // n_classes, random_state=0, dtype=np.float32)
    peaks = [peak_mib()]
    fit_seconds, model = timed(SCALED[name].fit, X, y)
    peaks.append(peak_mib())
    predict_seconds, predicted = timed(model.predict, X_test)
    peaks.append(peak_mib())
    seconds = f"{fit_seconds:.2f}", f"{predict_seconds:.2f}"
    memory = (f"{grown:.0f}" for grown in np.diff(peaks))
    return *seconds, *memory, f"{(predicted == y_test).mean():.4f}"


@study(
    "scaling.csv",
    [
        {"n_train": [1000], "n_classes": [10, 100], "model": SCALED},
        {"n_train": [10_000, 100_000], "n_classes": [10, 100, 1000], "model": SCALED},
    ],
    "fit_seconds predict_seconds fit_mib predict_mib accuracy",
    plot_scaling,
)
def scaling(n_train, n_classes, name):
    """Time, memory and accuracy of pooled classical models as spectra and classes grow.

    Spectra come from tables like the published one of 500 classes and are the same for all models;
    5,000 fresh ones are predicted. Each cell is a process of its own and is stopped after 15
    minutes: then its row says "over 900". Memory is the growth of the peak of the process, of
    fitting beyond the spectra and of predicting beyond fitting. There are at least ten spectra
    per class.
    """
    figures = alone(fit_scaled, n_train, n_classes, name, timeout=LIMIT)
    return figures or (f"over {LIMIT}", "", "", "", "")
