"""The figure of a comparison."""

from itertools import count

import numpy as np
from sklearn.utils._optional_dependencies import check_matplotlib_support

from skspectra._grid import mean_step
from skspectra.comparison._advice import COST_ORDER

# Colours of Okabe and Ito, which colour-blind readers can tell apart.
FAMILIES = {
    "net": ("networks", "#D55E00"),
    "pooled": ("classical, pooled", "#0072B2"),
    "raw": ("classical, raw", "#56B4E9"),
    "baseline": ("baseline", "#7F7F7F"),
}
MARKERS = "osD^vPX*<>pd"


class ComparisonDisplay:
    """Figure of accuracies with intervals, accuracies under shifts, and fit times, side by side.

    Use :meth:`from_comparison` to create it.

    Parameters
    ----------
    comparison : Comparison
        The result of :func:`compare`.

    Attributes
    ----------
    figure_ : matplotlib Figure
        The figure.
    axes_ : ndarray of shape (3,) of matplotlib Axes
        The axes of the accuracies, of the shift curves and of the fit times.

    See Also
    --------
    compare : Compare models.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skspectra.comparison import ComparisonDisplay, compare
    >>> X, y = make_blobs(n_samples=60, n_features=20, random_state=0)
    >>> models = {"1-NN": KNeighborsClassifier(1), "5-NN": KNeighborsClassifier(5)}
    >>> display = ComparisonDisplay.from_comparison(compare(X, y, models))
    >>> display.axes_.shape
    (3,)
    """

    def __init__(self, comparison):
        self.comparison = comparison

    @classmethod
    def from_comparison(cls, comparison, *, axes=None):
        """Draw a comparison.

        Parameters
        ----------
        comparison : Comparison
            The result of :func:`compare`.
        axes : sequence of 3 matplotlib Axes, default=None
            The axes to draw on; None makes a new figure.

        Returns
        -------
        display : ComparisonDisplay
            The drawn display.
        """
        return cls(comparison).plot(axes=axes)

    def plot(self, *, axes=None):
        """Draw the figure.

        Parameters
        ----------
        axes : sequence of 3 matplotlib Axes, default=None
            The axes to draw on; None makes a new figure.

        Returns
        -------
        display : ComparisonDisplay
            This display.
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        if axes is None:
            import matplotlib.pyplot as plt

            axes = new_axes(plt.figure, len(self.comparison.models))
        self.axes_ = np.asarray(axes, dtype=object)
        self.figure_ = self.axes_[0].figure

        models = sorted(self.comparison.models, key=lambda model: model.balanced_accuracy)
        styles = _styles(self.comparison.models)
        self._plot_scores(self.axes_[0], models, styles)
        self._plot_shifts(self.axes_[1], models, styles)
        self._plot_times(self.axes_[2], models, styles)
        self._add_legend(models[::-1], styles)
        return self

    def _plot_scores(self, ax, models, styles):
        result = self.comparison
        for row, model in enumerate(models):
            ends = model.balanced_accuracy_low, model.balanced_accuracy_high
            width = np.nan_to_num(np.abs(np.subtract(ends, model.balanced_accuracy)))
            ax.errorbar(
                100 * model.balanced_accuracy,
                row,
                xerr=100 * width[:, None],
                capsize=3,
                markersize=7,
                **styles[model.model],
            )
        labels = [m.model if m.converged else f"{m.model}\n(not converged)" for m in models]
        ax.set_yticks(range(len(models)), labels)
        ax.set_ylim(-0.6, len(models) - 0.4)
        left, right = ax.get_xlim()
        ax.set_xlim(max(left, -2), min(right, 102))
        named = any(np.isfinite(model.balanced_accuracy_low) for model in models)
        ax.set_xlabel(f"{result.score_name} (%)" + (", with 95 % interval" if named else ""))
        ax.grid(axis="x", alpha=0.3)
        for value, text, dashes in (
            (result.guess, "guessing", ":"),
            (result.optimum, "best possible", "--"),
        ):
            if value and left <= 100 * value <= right:
                ax.axvline(100 * value, color="black", linestyle=dashes, linewidth=1)
                place = ax.get_xaxis_transform()
                ends = {"ha": "center", "va": "bottom", "fontsize": 9, "transform": place}
                ax.text(100 * value, 1.01, text, **ends)

    def _plot_shifts(self, ax, models, styles):
        result = self.comparison
        for model in models:
            # Dashes keep a curve visible that coincides with another one.
            line = {"baseline": ":", "net": "--"}.get(model.family, "-")
            scores = 100 * np.array(model.under_shift)
            ax.plot(result.shifts, scores, linestyle=line, markersize=6, **styles[model.model])
        if np.isfinite(result.guess):
            ax.axhline(100 * result.guess, color="black", linestyle=":", linewidth=1, zorder=1)
        step, unit = mean_step(result.x_axis), result.unit or "units of the axis"
        ticks = (
            result.shifts if step is None else [f"{shift * step:.2g}" for shift in result.shifts]
        )
        ax.set_xticks(result.shifts, ticks)
        ax.set_xlabel(f"test spectra moved by ({'points' if step is None else unit})")
        ax.set_ylabel(f"{result.score_name} (%)")
        ax.set_ylim(-2, 102)
        ax.grid(alpha=0.3)

    def _plot_times(self, ax, models, styles):
        for row, model in enumerate(models):
            seconds = max(model.fit_seconds, 1e-3)
            ax.plot(seconds, row, markersize=7, **styles[model.model])
        times = np.log10([max(model.fit_seconds, 1e-3) for model in models])
        ax.set_xscale("log")
        # Whole decades: the ticks between them would have labels that overlap.
        ax.set_xlim(10 ** (np.floor(times.min()) - 0.2), 10 ** (np.floor(times.max()) + 1.2))
        ax.minorticks_off()
        ax.set_yticks(range(len(models)), [])
        ax.set_ylim(-0.6, len(models) - 0.4)
        ax.set_xlabel("time of one fit (s)")
        ax.grid(axis="x", alpha=0.3)

    def _add_legend(self, models, styles):
        """List all models by family beside the panels, with the markers that they have in all."""
        from matplotlib.lines import Line2D

        handles = []
        for family, (title, _) in FAMILIES.items():
            members = [model for model in models if model.family == family]
            handles += [Line2D([], [], linestyle="none", label=title)] if members else []
            handles += [
                Line2D([], [], linestyle="none", label=model.model, **styles[model.model])
                for model in members
            ]
        if np.isfinite(self.comparison.guess):
            handles.append(Line2D([], [], color="black", linestyle=":", label="guessing"))
        legend = self.figure_.legend(
            handles=handles,
            loc="outside right center",
            frameon=False,
            title=self.comparison.settings.get("data"),
            title_fontproperties={"weight": "bold"},
            alignment="left",
        )
        titles = {title for title, _ in FAMILIES.values()}
        for text in legend.get_texts():
            if text.get_text() in titles:
                text.set_style("italic")


def new_axes(make_figure, n_models):
    """Return the three axes on a figure that ``make_figure`` makes (``plt.figure``, for instance).

    Parameters
    ----------
    make_figure : callable
        A function that takes the keywords of a matplotlib Figure.
    n_models : int
        Number of models, which sets the height.

    Returns
    -------
    axes : ndarray of shape (3,) of matplotlib Axes
        The axes.
    """
    size = 14, max(4.5, 1.2 + 0.4 * n_models)
    figure = make_figure(figsize=size, dpi=150, layout="constrained")
    return figure.subplots(1, 3, width_ratios=[1.3, 1.2, 0.8])


def _styles(models):
    """Return the colour of the family and a marker for each model.

    They follow from the order in which the models were given, not from their scores, and a model
    of default_models has the same in every figure.
    """
    fixed = {name: i for i, name in enumerate(COST_ORDER)}
    taken = {fixed[model.model] for model in models if model.model in fixed}
    free = (i for i in count() if i not in taken)
    styles = {}
    for model in models:
        i = fixed[model.model] if model.model in fixed else next(free)
        colour = FAMILIES[model.family][1]
        styles[model.model] = {
            "color": colour,
            "marker": MARKERS[i % len(MARKERS)],
            "markerfacecolor": colour if model.converged else "white",
            "markerfacecoloralt": "white",
            # The second round of the markers is filled by half.
            "fillstyle": "full" if i // len(MARKERS) % 2 == 0 else "left",
        }
    return styles
