"""A comparison as CSV files."""

import numpy as np

from skspectra._writing import write_csv
from skspectra.comparison._labels import OTHER
from skspectra.comparison._parameters import in_axis_units


def csv_tables(result):
    """Return the tables of a comparison.

    Parameters
    ----------
    result : Comparison
        The comparison.

    Returns
    -------
    tables : dict of str to list of dict
        The rows of each file, by its name.
    """
    settings = result.settings | {"max_shift": result.max_shift}
    settings |= {"bayes_optimum": result.optimum} if result.optimum else {}
    columns = [*result.classes, OTHER]
    if result.confusion:
        columns = columns[: next(iter(result.confusion.values())).shape[1]]
    return {
        "comparison.csv": comparison_rows(result),
        "pairs.csv": [pair._asdict() for pair in result.pairs],
        "confusion.csv": [
            {"model": name, "true_class": label}
            | {f"predicted_{other}": n for other, n in zip(columns, counts, strict=True)}
            for name, matrix in result.confusion.items()
            for label, counts in zip(result.classes, matrix, strict=True)
        ],
        "shift.csv": [
            {"model": model.model, "shift_points": shift, "balanced_accuracy": score}
            for model in result.models
            for shift, score in zip(result.shifts, model.under_shift, strict=True)
        ],
        "parameters.csv": [
            {"model": model.model, "split": i, "parameter": name, "value": value}
            for model in result.models
            for i, chosen in enumerate(model.parameters, start=1)
            for name, value in in_axis_units(chosen, result.x_axis, result.unit).items()
        ],
        "settings.csv": [{"name": name, "value": value} for name, value in settings.items()],
        "predictions.csv": _prediction_rows(result),
        "audit.csv": [
            finding._asdict() | {"rows": " ".join(map(str, finding.rows))}
            for finding in result.audit
        ],
    }


def write_tables(folder, tables):
    """Write tables as CSV files.

    Parameters
    ----------
    folder : Path
        The folder, which is created if it does not exist.
    tables : dict of str to list of dict
        The rows of each file; a file without rows is removed.

    Returns
    -------
    paths : list of Path
        The files that were written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in tables:
        if not tables[name]:
            (folder / name).unlink(missing_ok=True)
    return [write_csv(folder / name, rows) for name, rows in tables.items() if rows]


def comparison_rows(result):
    """Return one row per model, and per published score, as dictionaries."""
    rows = []
    for model in result.models:
        row = model._asdict()
        del row["under_shift"], row["parameters"]
        if all(np.isnan(other.f1_micro) for other in result.models):
            del row["f1_micro"], row["f1_macro"], row["f1_samples"]
        if not any(other.share_accepted < 1 for other in result.models):
            del row["share_accepted"], row["accuracy_on_accepted"]
        if result.optimum:
            row["share_of_optimum"] = model.balanced_accuracy / result.optimum
        row[f"balanced_accuracy_shifted_{result.max_shift}"] = result.at_max_shift(model)
        rows.append(row | {"source": "measured"})
    for name, score in result.published.items():
        row = dict.fromkeys(rows[0], "")
        rows.append(row | {"model": name, "holdout": score, "source": "published"})
    return rows


def _prediction_rows(result):
    named = result.names is not None
    return [
        {"row": row}
        | ({"name": result.names[row]} if named else {})
        | {
            "fold": split + 1,
            "model": name,
            "true": _one_label(true, result.classes),
            "predicted": _one_label(label, result.classes),
        }
        for name, predicted in result.predicted.items()
        for row, split, true, label in zip(
            result.rows, result.split_of, result.y_true, predicted[0, 0], strict=True
        )
    ]


def _one_label(label, classes):
    return label if np.ndim(label) == 0 else "+".join(map(str, classes[label == 1]))
