"""Train the networks on the published sets and on freshly drawn challenge-like tables.

challenge: the published training and validation spectra, five seeds; beside 5,022 fresh spectra
    of the training law the published test grid, which decides nothing.
tables: five freshly drawn challenge-like tables, 50 training and 10 validation spectra a class,
    5,022 fresh test spectra each.
classes: the 500 published classes; 20,000 fresh spectra of the training law and the grid.

One row a fit is added to results/networks.csv; a fit whose row is there is not run again, so runs
can be split over machines and processes. results/networks_summary.csv, which the guide shows, is
made from it. Usage: python benchmarks/networks.py {challenge,tables,classes,summary}
       [--models NAME ...] [--numbers N ...] [--threads N]
"""

import argparse
import csv
import time
from functools import partial
from pathlib import Path

import numpy as np
from _rows import add_row, read_rows, with_spread

from skspectra import PeakShiftAugmenter, SpectralCNN
from skspectra.datasets import (
    bayes_optimum,
    challenge_table,
    draw_challenge_table,
    draw_class_table,
    make_benchmark,
    make_challenge,
    make_spectra,
)

RESULTS = Path(__file__).resolve().parent / "results" / "networks.csv"
COLUMNS = (
    *("arm", "number", "model", "converged", "epochs", "best_epoch", "fit_seconds", "threads"),
    *("validation", "accuracy", "optimum", "share_of_optimum", "grid_right", "grid_n"),
)

SUMMARY = RESULTS.with_name("networks_summary.csv")
# Per cent right on the published test grid of the challenge, mean of five seeds, as published.
PUBLISHED = {
    **{"cnn2": 61.1, "cnn2, ReLU": 66.3, "cnn3": 56.2, "cnn3, ReLU": 61.7, "cnn6, linear": 79.4},
    **{"cnn6": 83.3, "inc3": 61.6, "inc3, ReLU": 65.3, "inc6": 73.0, "inc6, ReLU": 76.9},
}

MODELS = {
    "ours": partial(SpectralCNN, augmenter=PeakShiftAugmenter()),
    # For large sets, whose epochs have many steps.
    "ours, patience 10": partial(SpectralCNN, augmenter=PeakShiftAugmenter(), n_iter_no_change=10),
    "ours, no shifts, patience 10": partial(SpectralCNN, n_iter_no_change=10),
    "ours, no shifts, patience 25": partial(SpectralCNN, n_iter_no_change=25),
    "ours, fine": partial(SpectralCNN, "poolnet_fine", augmenter=PeakShiftAugmenter()),
    "ours, fine, no shifts, patience 25": partial(
        SpectralCNN, "poolnet_fine", n_iter_no_change=25
    ),
    "cnn2": partial(SpectralCNN, "cnn2"),
    "cnn2, ReLU": partial(SpectralCNN, "cnn2", hidden_activation="relu"),
    "cnn3": partial(SpectralCNN, "cnn3"),
    "cnn3, ReLU": partial(SpectralCNN, "cnn3", hidden_activation="relu"),
    "cnn6, linear": partial(SpectralCNN, "cnn6", hidden_activation="linear"),
    "cnn6": partial(SpectralCNN, "cnn6"),
    "inc3": partial(SpectralCNN, "inc3"),
    "inc3, ReLU": partial(SpectralCNN, "inc3", hidden_activation="relu"),
    "inc6": partial(SpectralCNN, "inc6"),
    "inc6, ReLU": partial(SpectralCNN, "inc6", hidden_activation="relu"),
}


def challenge_data(number):
    """Return training, validation, fresh and grid spectra of the challenge, and the optimum."""
    data = make_challenge(dtype=np.float32)
    return _published(data, challenge_table(), 186, fixed_reference=True)


def class_data(number):
    """Return the same of the 500 classes."""
    data = make_benchmark(dtype=np.float32)
    return _published(data, draw_class_table(random_state=2022), 40, fixed_reference=False)


def _published(data, table, n_fresh, fixed_reference):
    law = {"fixed_reference": fixed_reference}
    fresh = make_spectra(table, n_fresh, dtype=np.float32, random_state=[2022, 3], **law)
    # Where no height is fixed, dividing by the maximum loses the scale.
    law |= {"normalized": not fixed_reference}
    optimum = bayes_optimum(table, n_samples=54_000 // len(table), random_state=0, **law)
    grid = data.X_test, data.y_test
    train, validation = (data.X_train, data.y_train), (data.X_validation, data.y_validation)
    return train, validation, fresh, grid, optimum.accuracy


def table_data(number):
    """Return the same of a freshly drawn table, which has no grid."""
    table = draw_challenge_table(random_state=number)
    train, validation, fresh = (
        make_spectra(table, n, dtype=np.float32, random_state=[number, stream])
        for stream, n in enumerate((50, 10, 186))
    )
    optimum = bayes_optimum(table, n_samples=2000, random_state=0)
    return train, validation, fresh, None, optimum.accuracy


# The arm's data and the numbers it runs by default: seeds of the network, or of the table.
ARMS = {
    "challenge": (challenge_data, range(5)),
    "tables": (table_data, range(200, 205)),
    "classes": (class_data, range(5)),
}


def measure(arm, number, name, n_threads):
    """Fit one model and return its row."""
    train, validation, fresh, grid, optimum = ARMS[arm][0](number)
    model = MODELS[name](random_state=number, n_threads=n_threads, verbose=True)
    start = time.perf_counter()
    model.fit(*train, X_val=validation[0], y_val=validation[1])
    seconds = time.perf_counter() - start
    accuracy = model.score(*fresh)
    right = "" if grid is None else int((model.predict(grid[0]) == grid[1]).sum())
    return {
        **{"arm": arm, "number": number, "model": name, "converged": model.converged_},
        **{"epochs": model.n_iter_, "best_epoch": model.best_epoch_},
        **{"fit_seconds": f"{seconds:.1f}", "threads": n_threads},
        **{"validation": f"{model.score(*validation):.4f}", "accuracy": f"{accuracy:.4f}"},
        **{"optimum": f"{optimum:.4f}", "share_of_optimum": f"{accuracy / optimum:.4f}"},
        **{"grid_right": right, "grid_n": "" if grid is None else len(grid[1])},
    }


def summarize():
    """Write means and spreads of the rows of every arm and model."""
    groups = {}
    for row in read_rows(RESULTS, COLUMNS):
        groups.setdefault((row["arm"], row["model"]), []).append(row)
    with SUMMARY.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["set", "network", "fits", "accuracy (%)", "of the best possible (%)"]
            + ["published grid (%)", "as published (%)", "epochs"]
        )
        for (arm, model), rows in sorted(groups.items()):
            accuracies = [100 * float(row["accuracy"]) for row in rows]
            share = 100 * np.mean([float(row["share_of_optimum"]) for row in rows])
            grid = [
                100 * int(row["grid_right"]) / int(row["grid_n"]) for row in rows if row["grid_n"]
            ]
            published = PUBLISHED.get(model, "") if arm == "challenge" else ""
            epochs = f"{np.mean([int(row['epochs']) for row in rows]):.0f}"
            figures = [with_spread(accuracies), f"{share:.1f}", with_spread(grid), published]
            writer.writerow([arm, model, len(rows), *figures, epochs])


def main():
    """Run what has no row yet and write the summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("arm", choices=[*ARMS, "summary"])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=["ours", "cnn2, ReLU"])
    parser.add_argument("--numbers", nargs="+", type=int)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    if options.arm != "summary":
        for number in options.numbers or ARMS[options.arm][1]:
            for name in options.models:
                key = (options.arm, str(number), name)
                rows = read_rows(RESULTS, COLUMNS)
                if key not in {(row["arm"], row["number"], row["model"]) for row in rows}:
                    row = measure(options.arm, number, name, options.threads)
                    add_row(RESULTS, row.values())
                    print(row, flush=True)
    summarize()


if __name__ == "__main__":
    main()
