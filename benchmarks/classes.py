"""PooledSVC and extra trees on 500 classes: the published table and five freshly drawn ones.

50 training spectra a class; accuracy on 20,000 fresh spectra of the training law, beside the Bayes
optimum; on the published table also the published validation spectra and, deciding nothing, the
published test grid. Seconds are those of fitting and of predicting 9,500 spectra.
Adds rows to results/classes.csv; a fit whose row is there is not run again.
Usage: python benchmarks/classes.py [--models NAME ...] [--tables N ...] (0: the published table)
"""

import argparse
import time
from pathlib import Path

import numpy as np
from _pipelines import make_model
from _rows import add_row, read_rows

from skspectra import PooledSVC
from skspectra.datasets import bayes_optimum, draw_class_table, make_benchmark, make_spectra

RESULTS = Path(__file__).resolve().parent / "results" / "classes.csv"
COLUMNS = (
    *("model", "table", "accuracy", "optimum", "share_of_optimum", "validation", "grid_errors"),
    *("fit_seconds", "predict_seconds"),
)
N_TIMED = 9500


def trees(stride, **parameters):
    """Extra trees on compressed windows of 4 %."""
    model = make_model("extra trees", "compressed").set_params(maxpooldownsampler__stride=stride)
    model[-1].set_params(n_jobs=-1, **parameters)
    return model


MODELS = {
    "PooledSVC": PooledSVC(),
    "PooledSVC, windows of 6 %": PooledSVC(300),
    "extra trees": trees(50),
    "extra trees, steps of an eighth": trees(25),
    "extra trees, steps of an eighth, a fifth of the windows": trees(25, max_features=0.2),
    "extra trees, steps of a twentieth": trees(10),
}


def measure(name, number):
    """Fit one model on one table and return its row."""
    table = draw_class_table(random_state=number or 2022)
    law = {"fixed_reference": False, "dtype": np.float32}
    X_test, y_test = make_spectra(table, 40, random_state=[number, 3], **law)
    optimum = bayes_optimum(
        table, n_samples=108, random_state=0, fixed_reference=False, normalized=True
    ).accuracy
    if number:
        X, y = make_spectra(table, 50, random_state=[number, 0], **law)
    else:
        data = make_benchmark(dtype=np.float32)
        X, y = data.X_train, data.y_train
    model = MODELS[name]
    start = time.perf_counter()
    model.fit(X, y)
    fitted = time.perf_counter()
    right = model.predict(X_test[:N_TIMED]) == y_test[:N_TIMED]
    predicted = time.perf_counter()
    rest = model.predict(X_test[N_TIMED:]) == y_test[N_TIMED:]
    accuracy = np.append(right, rest).mean()
    published = ["", ""]
    if not number:
        errors = (model.predict(data.X_test) != data.y_test).sum()
        published = [f"{model.score(data.X_validation, data.y_validation):.4f}", errors]
    figures = (f"{value:.4f}" for value in (accuracy, optimum, accuracy / optimum))
    seconds = (f"{value:.1f}" for value in (fitted - start, predicted - fitted))
    return [name, number, *figures, *published, *seconds]


def main():
    """Run what has no row yet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=["PooledSVC"])
    parser.add_argument("--tables", nargs="+", type=int, default=[0, *range(300, 305)])
    options = parser.parse_args()
    for name in options.models:
        for number in options.tables:
            done = {(row["model"], int(row["table"])) for row in read_rows(RESULTS, COLUMNS)}
            if (name, number) not in done:
                row = measure(name, number)
                add_row(RESULTS, row)
                print(*row, sep="  ", flush=True)


if __name__ == "__main__":
    main()
