"""The results of a comparison, as numbers, as text and as CSV files."""

from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from skspectra._words import count
from skspectra._writing import write_whole
from skspectra.comparison._advice import Recommendation
from skspectra.comparison._audit import audit
from skspectra.comparison._cells import score_cells
from skspectra.comparison._counsel import give_advice
from skspectra.comparison._files import csv_tables, write_tables
from skspectra.comparison._plan import Plan
from skspectra.comparison._report import report_blocks, short_html, to_html, to_markdown
from skspectra.comparison._wording import (
    PAIR_NOTE,
    conclusion,
    sentence,
    text_table,
)


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
        true classes and columns predicted classes. If a model predicts labels that are not among
        the classes, all matrices have one more column, "other". It is empty for
        multilabel spectra.
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
    recommendation : Recommendation, default=Recommendation("", "")
        The model to take, why, and the lines of Python that build it.
    guess : float, default=nan
        The score of always naming the most frequent class.
    optimum : float, default=None
        The best accuracy that the data allow, if it is known.
    published : dict of str to float, default={}
        Published accuracies on the further test set, by model.
    plan : Plan, default=None
        The checked data with their splits, from which all the rest was computed.
    runs : dict of str to list of Run, default={}
        What each model predicted on each split.
    rows, split_of : ndarrays of shape (n_predictions,), int, default=None
        Row of X and number of the split, from 0, that each stored prediction belongs to.
    y_true : ndarray of shape (n_predictions,), default=None
        True label of each prediction.
    predicted : dict of str to ndarray of shape (n_shifts, 2, n_predictions), default={}
        Predicted labels of each model, at each of ``shifts`` in both directions; ``[0, 0]`` is
        without a shift.
    groups, names : ndarray of shape (n_samples,), default=None
        Group and name of each row of X.
    x_axis : ndarray of shape (n_points,), default=None
        The axis of the spectra.
    unit : str, default=None
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
    recommendation: Recommendation = field(default_factory=lambda: Recommendation("", ""))
    guess: float = np.nan
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

    def __repr__(self):
        models, splits = count(len(self.models), "models"), count(self.n_splits, "splits")
        classes, verdicts = count(len(self.classes), "classes"), count(len(self.pairs), "verdicts")
        text = f"Comparison: {models} on {splits}, {classes}, {verdicts}"
        return f"{text}\n{self.recommendation.reason}".rstrip()

    @property
    def multilabel(self):
        """Whether a spectrum may have several labels."""
        return np.ndim(self.y_true) == 2

    @property
    def score_name(self):
        """What ``balanced_accuracy`` is: exact matches for multilabel spectra."""
        return "exact matches" if self.multilabel else "balanced accuracy"

    @property
    def verdict_name(self):
        """What the verdicts compare: ``score_name``, or the metric given to ``reanalyse``."""
        metric = self.settings.get("metric", self.score_name)
        return self.score_name if self.multilabel and metric == "accuracy" else metric

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
        return text_table(*score_cells(self))

    def sentences(self):
        """Return the verdicts in words.

        Returns
        -------
        sentences : list of str
            One per pair, and a last one that says what verdict and probability belong to.
        """
        stated = len(self.pairs) > 1 and any(
            np.isfinite(pair.probability_better) for pair in self.pairs
        )
        return [*map(sentence, self.pairs), *([PAIR_NOTE] if stated else [])]

    def conclusion(self):
        """Return what the verdicts say about the need for a network.

        Returns
        -------
        text : str
            One or two sentences; empty if no network was compared with a classical model.
        """
        families = {model.model: model.family for model in self.models}
        return conclusion(self.pairs, families, self.margin)

    @cached_property
    def model_(self):
        """The recommended model, fitted on all spectra; None where none is recommended.

        It is fitted when it is first asked for, with one thread, and searches its parameters on
        all spectra.
        """
        # The jobs import this module.
        from skspectra.comparison._jobs import fit_on_all

        name, plan = self.recommendation.model, self.plan
        if not name:
            return None
        return fit_on_all(
            *(plan.models[name], plan.grids[name], plan.X, plan.y, plan.groups),
            classes=plan.classes,
            search_cv=plan.search_cv,
            random_state=plan.random_state,
        )

    @cached_property
    def audit(self):
        """What about the data could mislead: a list of findings, the worst first.

        Each has a ``code``, a ``title`` (what was found), an ``action`` (what to do about it) and
        the ``rows`` of X that it concerns.
        """
        plan = self.plan
        return [] if plan is None else audit(plan.X, plan.y, plan.groups, plan.names)

    def advice(self):
        """Return what follows from the comparison.

        Returns
        -------
        sentences : list of str
            What is odd about the data, models that did not converge, parameters at an end of
            their grid, spectra that every model gets wrong, what shifts do, whether a network is
            needed, what would decide, and as the last one the recommendation.
        """
        return give_advice(self)

    def to_html(self, path):
        """Write a report as one HTML file that needs no other file and no network.

        Parameters
        ----------
        path : str or path-like
            The file; one of the same name is replaced. It holds pictures where matplotlib is
            installed.

        Returns
        -------
        path : Path
            The file.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        page = to_html(report_blocks(self, pictures=find_spec("matplotlib") is not None))
        return write_whole(path, page)

    def to_markdown(self):
        """Return the report as Markdown, without pictures.

        Returns
        -------
        text : str
            The text.
        """
        return to_markdown(report_blocks(self))

    def _repr_html_(self):
        """Return the recommendation and the table of scores, for a notebook."""
        return short_html(self)

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
            true class, one column per predicted class), shift.csv, parameters.csv,
            settings.csv, predictions.csv (one row per model and test spectrum) and audit.csv
            (one row per finding).

        Raises
        ------
        OSError
            If the folder cannot be written to.
        """
        return write_tables(Path(folder), csv_tables(self))

    def reanalyse(self, *, pairs=None, margin=None, metric="balanced accuracy"):
        """Judge the same predictions anew; nothing is fitted.

        Parameters
        ----------
        pairs : "all" or list of (str, str), default=None
            Pairs of models to give a verdict on; None means those of :func:`compare`.
        margin : float, default=None
            Smallest difference that matters; None means that of :func:`compare`.
        metric : {"balanced accuracy", "accuracy"} or callable, default="balanced accuracy"
            What the verdicts compare. A callable takes true and predicted labels and returns one
            number from 0 to 1 per prediction, for instance a value of each mistake; their means
            are compared.

        Returns
        -------
        result : Comparison
            A new result. Pairs and margins that are chosen after the results were seen make its
            verdicts less certain than they say.
        """
        # The analysis imports this module.
        from skspectra.comparison._analyse import analyse

        result = analyse(self.plan, self.runs, pairs=pairs, margin=margin, metric=metric)
        result.optimum, result.published = self.optimum, self.published
        kept = {name: value for name, value in self.settings.items() if name != "metric"}
        result.settings = kept | result.settings
        return result
