"""The tables of a comparison as cells of text, for a terminal and for reports."""

import numpy as np

from skspectra.comparison._wording import format_seconds, percent, with_interval


def score_cells(result):
    """Return the header and the rows of the table of scores and times.

    Parameters
    ----------
    result : Comparison
        The comparison.

    Returns
    -------
    header : list of str
        Names of the columns.
    rows : list of list of str
        The cells, one row per model.
    """
    header = ["model", "exact match" if result.multilabel else "balanced acc."]
    columns = [
        [model.model for model in result.models],
        [_interval(model, "balanced_accuracy") for model in result.models],
    ]

    def add(name, shown, cells):
        if shown:
            header.append(name)
            columns.append(list(cells))

    models, optimum = result.models, result.optimum or np.nan
    add("accuracy", not result.multilabel, (_interval(model, "accuracy") for model in models))
    for name in ("f1_micro", "f1_macro", "f1_samples"):
        scores = [getattr(model, name) for model in models]
        add(name.replace("f1_", "F1 "), result.multilabel, map(_percent, scores))
    rejects = any(model.share_accepted < 1 for model in models)
    add("accepted", rejects, (_percent(model.share_accepted) for model in models))
    add("of these right", rejects, (_percent(model.accuracy_on_accepted) for model in models))
    shares = (_percent(model.balanced_accuracy / optimum) for model in models)
    add("of optimum", result.optimum, shares)
    moved = f"moved {result.max_shift} pt{'' if result.max_shift == 1 else 's'}"
    add(moved, result.max_shift, (_percent(result.at_max_shift(model)) for model in models))
    further = "published grid" if result.published else "further test"
    held_out = any(np.isfinite(model.holdout) for model in models)
    add(further, held_out, (_percent(model.holdout) for model in models))
    add("one fit", True, (format_seconds(model.fit_seconds) for model in models))
    add("predict", True, (format_seconds(model.predict_seconds) for model in models))
    searched = any(model.n_candidates > 1 for model in models)
    add("search", searched, (format_seconds(model.search_seconds) for model in models))
    add("candidates", searched, (str(model.n_candidates) for model in models))
    add("", True, ("" if model.converged else "not converged" for model in models))
    rows = [list(row) for row in zip(*columns, strict=True)]
    for name, score in result.published.items():
        row = dict.fromkeys(header, "") | {"model": name, "": "published"}
        rows.append(list((row | {further: _percent(score)}).values()))
    return header, rows


def pair_cells(result):
    """Return the header and the rows of the table of verdicts.

    Parameters
    ----------
    result : Comparison
        The comparison.

    Returns
    -------
    header : list of str
        Names of the columns.
    rows : list of list of str
        The cells, one row per pair.
    """
    header = ["A vs B", "verdict", "difference", "interval", "A better", "equivalent", "B better"]
    rows = []
    for pair in result.pairs:
        stated = np.isfinite(pair.probability_better)
        chances = pair.probability_better, pair.probability_equivalent, pair.probability_worse
        verdict = {"better": "A is better", "worse": "B is better"}.get(pair.verdict, pair.verdict)
        rows.append(
            [
                f"{pair.model_a} vs {pair.model_b}",
                verdict,
                f"{100 * pair.difference:+.1f}",
                f"{100 * pair.low:+.1f} to {100 * pair.high:+.1f}" if stated else "-",
                *(percent(chance) if stated else "-" for chance in chances),
                pair.needed or ("" if stated else pair.reason),
            ]
        )
    return [*header, "to decide"], rows


def _interval(model, name):
    return with_interval(*(getattr(model, name + end) for end in ("", "_low", "_high")))


def _percent(score):
    return f"{100 * score:.1f}" if np.isfinite(score) else "-"
