"""Time, memory and accuracy of pooled classical models as spectra and classes grow.

Spectra of tables like the published one of 500 classes, the same for all models; 5,000 fresh ones
are predicted. Each cell is a process of its own, stopped after 15 minutes: then its row says
"over 900". Memory is the growth of the peak of the process, of
fitting beyond the spectra, of predicting beyond fitting. Cells with fewer
than ten spectra a class are left out. Adds rows to results/scaling.csv: what is there is not run
again. results/scaling.png shows them.
Usage: python benchmarks/scaling.py [n_train ...]
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from _pipelines import make_model
from _rows import add_row, read_rows
from matplotlib.figure import Figure

from skspectra import PooledSVC
from skspectra.datasets import draw_class_table, make_spectra

RESULTS = Path(__file__).resolve().parent / "results" / "scaling.csv"
FIGURE = RESULTS.with_suffix(".png")
COLUMNS = (
    *("n_train", "n_classes", "model", "fit_seconds", "predict_seconds"),
    *("fit_mib", "predict_mib", "accuracy"),
)
N_TRAIN = (1000, 10_000, 100_000)
N_CLASSES = (10, 100, 1000)
N_TEST = 5000
LIMIT = 900
COLORS = ("#0072B2", "#D55E00", "#7F7F7F")


MODELS = {
    "PooledSVC": PooledSVC,
    "nearest neighbour": lambda: make_model("nearest neighbour", "compressed"),
    "MLP": lambda: make_model("MLP", "compressed").set_params(mlpclassifier__max_iter=50),
}


def peak_mib():
    """Return the peak of memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run_once(n_train, n_classes, name):
    """Print the cells of a row."""
    table = draw_class_table(n_classes, random_state=0)
    X_test, y_test = make_spectra(table, N_TEST // n_classes, random_state=1, dtype=np.float32)
    X, y = make_spectra(table, n_train // n_classes, random_state=0, dtype=np.float32)
    model = MODELS[name]()
    cells = []
    for function, *args in ((model.fit, X, y), (model.predict, X_test)):
        before, start = peak_mib(), time.perf_counter()
        result = function(*args)
        cells.append((f"{time.perf_counter() - start:.2f}", f"{peak_mib() - before:.0f}"))
    print(*cells[0], *cells[1], f"{(result == y_test).mean():.4f}")


def main(sizes):
    """Run what is not there yet, small cells first."""
    done = {tuple(row.values())[:3] for row in read_rows(RESULTS, COLUMNS)}
    for n_train in sizes:
        for n_classes in N_CLASSES:
            for name in MODELS:
                cell = (str(n_train), str(n_classes), name)
                if n_train < 10 * n_classes or cell in done:
                    continue
                try:
                    child = subprocess.run(
                        [sys.executable, "-W", "ignore", __file__, "--once", *cell],
                        stdout=subprocess.PIPE,
                        text=True,
                        check=True,
                        timeout=LIMIT,
                    )
                    fit, fit_mib, predict, predict_mib, accuracy = child.stdout.split()
                except subprocess.TimeoutExpired:
                    fit, fit_mib, predict, predict_mib, accuracy = f"over {LIMIT}", *4 * ("",)
                row = (*cell, fit, predict, fit_mib, predict_mib, accuracy)
                add_row(RESULTS, row)
                print(*row, flush=True)
    plot()


def plot():
    """Draw the seconds of fitting and predicting against the number of training spectra."""
    rows = [row for row in read_rows(RESULTS, COLUMNS) if row["accuracy"]]
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    panels = figure.subplots(1, len(N_CLASSES), sharex=True, sharey=True)
    for panel, n_classes in zip(panels, N_CLASSES, strict=True):
        for name, color, marker in zip(MODELS, COLORS, "os^", strict=True):
            cells = [r for r in rows if (r["n_classes"], r["model"]) == (str(n_classes), name)]
            x = [int(cell["n_train"]) for cell in cells]
            for seconds, line in (("fit_seconds", "-"), ("predict_seconds", ":")):
                y = [float(cell[seconds]) for cell in cells]
                label = name if line == "-" else None
                panel.loglog(x, y, line, color=color, marker=marker, label=label)
        panel.set(title=f"{n_classes} classes", xlabel="training spectra")
    panels[0].set_ylabel("seconds")
    panels[0].plot([], [], "k-", label="fit")
    panels[0].plot([], [], "k:", label="predict 5,000")
    panels[0].legend(frameon=False, fontsize="small")
    figure.savefig(FIGURE, dpi=150)


if __name__ == "__main__":
    if "--once" in sys.argv:
        n_train, n_classes, name = sys.argv[-3:]
        run_once(int(n_train), int(n_classes), name)
    else:
        main([int(size) for size in sys.argv[1:]] or N_TRAIN)
