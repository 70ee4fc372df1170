"""The results of a comparison, as numbers, as text and as CSV files."""

import csv
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from skspectra.comparison._plan import Plan
from skspectra.comparison._wording import conclusion, format_seconds, sentence, text_table

NET_NAMES = {"SpectralCNN", "PooledMLP", "MLPClassifier", "NeuralNetClassifier"}


class ModelResult(NamedTuple):
    """The scores, as fractions, and the times of one model.

    Parameters
    ----------
    model, family : str
        Name of the model, and its family: "baseline", "raw", "pooled" or "net".
    balanced_accuracy, balanced_accuracy_interval : float
        Balanced accuracy and the half-width of its own 95 % interval (NaN for a single split, or
        if a class has fewer than five independent spectra or groups).
    accuracy, accuracy_interval : float
        Accuracy, the share of all spectra that were classified correctly, and its half-width.
    under_shift : tuple of float
        Balanced accuracy at each of the comparison's ``shifts``, averaged over both directions.
    holdout : float
        Accuracy on the further test set; NaN if there is none.
    converged : bool
        Whether training converged in every split.
    n_candidates : int
        Number of candidates in the search; 1 without a search.
    fit_seconds, search_seconds, predict_seconds : float
        Medians over splits of the time of one fit, of one search and of one prediction of the
        test spectra.
    parameters : tuple of dict
        The parameters that the search chose in each split.
    """

    model: str
    family: str
    balanced_accuracy: float
    balanced_accuracy_interval: float
    accuracy: float
    accuracy_interval: float
    under_shift: tuple
    holdout: float
    converged: bool
    n_candidates: int
    fit_seconds: float
    search_seconds: float
    predict_seconds: float
    parameters: tuple


def model_family(estimator):
    """Return "baseline", "raw", "pooled" or "net", by the classes of the estimator's parts."""
    parts = [estimator, *estimator.get_params(deep=True).values()]
    names = {type(part).__name__ for part in parts}
    if names & NET_NAMES:
        return "net"
    # A window of one point pools nothing.
    if any(getattr(part, "pool_size", 1) != 1 for part in parts):
        return "pooled"
    return "baseline" if "DummyClassifier" in names else "raw"


@dataclass
class Comparison:
    """The result of :func:`compare`.

    Parameters
    ----------
    models : list of ModelResult
        One entry per model.
    pairs : list of PairResult
        The verdicts, in the order of `pairs` in :func:`compare`.
    classes : ndarray of shape (n_classes,)
        The labels.
    confusion : dict of str to ndarray of shape (n_classes, n_classes)
        Confusion matrix of each model, from the out-of-fold predictions of all splits. Rows are
        true classes and columns predicted classes.
    shifts : ndarray of shape (n_shifts,), int
        Displacements of the test spectra, in points, starting at 0.
    max_shift : int
        The displacement whose score is in the table.
    n_splits : int
        Number of splits.
    margin : float
        Smallest difference that matters.
    level : float
        Confidence in all verdicts together.
    settings : dict
        Names and values of the settings of the comparison.
    optimum : float, default=None
        The best accuracy that the data allow, if it is known.
    published : dict of str to float, default={}
        Published accuracies on the further test set, by model.
    plan, runs : Plan and dict of str to list of Run
        The checked data with their splits, and what each model predicted on each split, from
        which all the rest was computed.
    rows, split_of : ndarrays of shape (n_predictions,), int
        Row of X and number of the split, from 0, that each stored prediction belongs to.
    y_true : ndarray of shape (n_predictions,)
        True label of each prediction.
    predicted : dict of str to ndarray of shape (n_shifts, 2, n_predictions)
        Predicted labels of each model, at each of ``shifts`` in both directions; ``[0, 0]`` is
        without a shift.
    groups, names : ndarray of shape (n_samples,) or None
        Group and name of each row of X.
    x_axis : ndarray of shape (n_points,) or None
        The axis of the spectra.
    unit : str or None
        Unit of the axis.
    """

    models: list
    pairs: list
    classes: np.ndarray
    confusion: dict
    shifts: np.ndarray
    max_shift: int
    n_splits: int
    margin: float
    level: float
    settings: dict
    optimum: float | None = None
    published: dict = field(default_factory=dict)
    plan: Plan | None = field(default=None, repr=False)
    runs: dict = field(default_factory=dict, repr=False)
    rows: np.ndarray | None = field(default=None, repr=False)
    split_of: np.ndarray | None = field(default=None, repr=False)
    y_true: np.ndarray | None = field(default=None, repr=False)
    predicted: dict = field(default_factory=dict, repr=False)
    groups: np.ndarray | None = field(default=None, repr=False)
    names: np.ndarray | None = field(default=None, repr=False)
    x_axis: np.ndarray | None = field(default=None, repr=False)
    unit: str | None = None

    def at_max_shift(self, model):
        """Return the balanced accuracy of a ModelResult under ``max_shift``.

        Parameters
        ----------
        model : ModelResult
            One of ``models``.

        Returns
        -------
        score : float
            The balanced accuracy.
        """
        return model.under_shift[self.shifts.tolist().index(self.max_shift)]

    def table(self):
        """Return the scores and times as a table for a terminal.

        Returns
        -------
        text : str
            One line per model, with scores in percent, each with its own 95 % interval, and
            with medians of times.
        """
        held_out = any(np.isfinite(model.holdout) for model in self.models)
        further = "published grid" if self.published else "further test"
        header = ["model", "balanced acc.", "accuracy"]
        header += ["of optimum"] if self.optimum else []
        header += [f"shifted {self.max_shift} pts"]
        header += [further] if held_out else []
        searched = any(model.n_candidates > 1 for model in self.models)
        header += ["one fit", "predict", *(["search"] if searched else []), "candidates", ""]
        rows = []
        for model in self.models:
            row = [
                model.model,
                _with_interval(model.balanced_accuracy, model.balanced_accuracy_interval),
                _with_interval(model.accuracy, model.accuracy_interval),
            ]
            row += [f"{100 * model.balanced_accuracy / self.optimum:.1f}"] if self.optimum else []
            row += [f"{100 * self.at_max_shift(model):.1f}"]
            row += [f"{100 * model.holdout:.1f}"] if held_out else []
            row += [format_seconds(model.fit_seconds), format_seconds(model.predict_seconds)]
            row += [format_seconds(model.search_seconds)] if searched else []
            row += [str(model.n_candidates), "" if model.converged else "not converged"]
            rows.append(row)
        for name, score in self.published.items():
            row = dict.fromkeys(header, "")
            row |= {"model": name, further: f"{100 * score:.1f}", "": "published"}
            rows.append(list(row.values()))
        return text_table(header, rows)

    def sentences(self):
        """Return the verdicts in words.

        Returns
        -------
        sentences : list of str
            One sentence per pair.
        """
        return [sentence(pair) for pair in self.pairs]

    def conclusion(self):
        """Return what the verdicts say about the need for a network.

        Returns
        -------
        text : str
            One or two sentences; empty if no network was compared with a classical model.
        """
        families = {model.model: model.family for model in self.models}
        return conclusion(self.pairs, families, self.margin)

    def to_csv(self, folder):
        """Write the result as CSV files.

        Parameters
        ----------
        folder : str or path-like
            The folder, which is created if it does not exist. Files of the same names are
            replaced, or removed if this result has no rows for them.

        Returns
        -------
        paths : list of Path
            comparison.csv (one row per model), pairs.csv, confusion.csv (one row per model and
            true class, one column per predicted class), shift.csv, parameters.csv and
            settings.csv.

        Raises
        ------
        OSError
            If the folder cannot be written to.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        settings = self.settings | {"max_shift": self.max_shift}
        settings |= {"bayes_optimum": self.optimum} if self.optimum else {}
        tables = {
            "comparison.csv": self._comparison_rows(),
            "pairs.csv": [pair._asdict() for pair in self.pairs],
            "confusion.csv": [
                {"model": name, "true_class": label}
                | {f"predicted_{other}": n for other, n in zip(self.classes, counts, strict=True)}
                for name, matrix in self.confusion.items()
                for label, counts in zip(self.classes, matrix, strict=True)
            ],
            "shift.csv": [
                {"model": model.model, "shift_points": shift, "balanced_accuracy": score}
                for model in self.models
                for shift, score in zip(self.shifts, model.under_shift, strict=True)
            ],
            "parameters.csv": [
                {"model": model.model, "split": i, "parameter": name, "value": value}
                for model in self.models
                for i, chosen in enumerate(model.parameters, start=1)
                for name, value in chosen.items()
            ],
            "settings.csv": [{"name": name, "value": value} for name, value in settings.items()],
        }
        for name in tables:
            if not tables[name]:
                (folder / name).unlink(missing_ok=True)
        return [_write_csv(folder / name, rows) for name, rows in tables.items() if rows]

    def _comparison_rows(self):
        rows = []
        for model in self.models:
            row = model._asdict()
            del row["under_shift"], row["parameters"]
            if self.optimum:
                row["share_of_optimum"] = model.balanced_accuracy / self.optimum
            row[f"balanced_accuracy_shifted_{self.max_shift}"] = self.at_max_shift(model)
            rows.append(row | {"source": "measured"})
        for name, score in self.published.items():
            row = dict.fromkeys(rows[0], "")
            rows.append(row | {"model": name, "holdout": score, "source": "published"})
        return rows


def _with_interval(value, interval):
    return f"{100 * value:.1f} ± " + (f"{100 * interval:.1f}" if np.isfinite(interval) else "-")


def _write_csv(path, rows):
    """Write dictionaries with the same keys to a temporary file and rename it to `path`."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path
