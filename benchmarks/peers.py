"""Classifiers of other packages beside ours, on the same splits: shown, nothing is decided here.

QUANT, MiniRocket and MultiRocket-Hydra of aeon, and two networks of MaldiDeepKit, run with their
own defaults on spectra divided by their maximum; ours run as ``skspectra compare --no-search``
runs them. They have many dependencies, so they go into an environment of their own, see README.md
and requirements-peers.txt.

Usage: python benchmarks/peers.py peers [--models NAME ...] [--datas NAME ...] [--again]
"""

import warnings
from importlib import import_module

import numpy as np
from _data import table_optimum, table_spectra
from _speed import timed
from _study import RESULTS, main, study, write_rows
from _windows import MEASURED, load_measured
from sklearn.metrics import balanced_accuracy_score

from skspectra.comparison import default_models
from skspectra.comparison._splits import make_splits
from skspectra.preprocessing import band_width, normalize

OURS = (
    *("ridge classifier", "PLS-DA", "pooled logistic regression", "pooled SVC", "extra trees"),
    *("pooled SVC + shift copies", "pooled MLP"),
)
# Module and class; the networks of MaldiDeepKit take numbered labels and too long on the tables.
AEON = {
    "QUANT": ("interval_based", "QUANTClassifier"),
    "MiniRocket": ("convolution_based", "MiniRocketClassifier"),
    "MultiRocket-Hydra": ("convolution_based", "MultiRocketHydraClassifier"),
}
MALDI = {
    "MaldiDeepKit, MLP": "MaldiMLPClassifier",
    "MaldiDeepKit, CNN": "MaldiCNNClassifier",
}
TABLES = [f"table {number}" for number in range(610, 613)]


def make_model(name, X, y):
    """Return an unfitted model for these training spectra."""
    if name in OURS:
        return default_models(X.shape[1], band_width=band_width(X))[name]
    if name in AEON:
        module, kind = AEON[name]
        return getattr(import_module(f"aeon.classification.{module}"), kind)(random_state=0)
    network = getattr(import_module("maldideepkit"), MALDI[name])
    return network(input_dim=X.shape[1], n_classes=len(np.unique(y)), device="cpu")


def fit_predict(name, train, X_test):
    """Return the seconds of a fit and the predictions."""
    (X, y), codes = train, None
    model = make_model(name, X, y)
    if name not in OURS:
        X, X_test = normalize(X, "max"), normalize(X_test, "max")
    if name in MALDI:
        codes, y = np.unique(y, return_inverse=True)
    seconds, _ = timed(model.fit, X, y)
    predicted = model.predict(X_test)
    return seconds, predicted if codes is None else codes[predicted]


def summarize(rows):
    """Write one line per model with a column per set, and the seconds of a fit on a table."""
    sets = [data for data in (*TABLES, *MEASURED) if any(row["data"] == data for row in rows)]
    table = []
    for name in (*OURS, *AEON, *MALDI):
        cells = {row["data"]: row for row in rows if row["model"] == name}
        seconds = [float(cells[data]["fit_seconds"]) for data in TABLES if data in cells]
        scores = [cells[data]["score"] if data in cells else "" for data in sets]
        table.append([name, *scores, f"{np.median(seconds):.1f}" if seconds else ""])
    columns = ["model", *sets, "fit on a table (s)"]
    write_rows(RESULTS / "peers_summary.csv", columns, table)


@study(
    "peers.csv",
    [
        {"model": [*OURS, *AEON], "data": [*TABLES, *MEASURED]},
        {"model": MALDI, "data": MEASURED},
    ],
    "score fit_seconds",
    summarize,
)
def peers(name, data):
    """Other packages and our models without a search, on one thread.

    On fresh challenge-like tables: 50 training spectra per class, 2,700 fresh test spectra, the
    share of the best possible accuracy. On measured sets: balanced accuracy out of fold, in the
    splits of measured.py.
    """
    if data in TABLES:
        number = int(data.split()[1])
        train, (X_test, y_test) = table_spectra(number, (50, 0), (100, 1))
        seconds, predicted = fit_predict(name, train, X_test)
        score = (predicted == y_test).mean() / table_optimum(number)
        return f"{score:.4f}", f"{seconds:.2f}"
    X, y, groups, folds = load_measured(data)
    predicted, times = np.empty_like(y), []
    for train, test in make_splits(y, groups, folds, 1, 0):
        seconds, predicted[test] = fit_predict(name, (X[train], y[train]), X[test])
        times.append(seconds)
    return f"{balanced_accuracy_score(y, predicted):.4f}", f"{np.median(times):.2f}"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(__doc__)
