"""The figure of a comparison."""

import numpy as np
from sklearn.utils._optional_dependencies import check_matplotlib_support

# Colours of Okabe and Ito, which colour-blind readers can tell apart.
FAMILIES = {
    "net": ("networks", "#D55E00"),
    "pooled": ("classical, pooled", "#0072B2"),
    "raw": ("classical, raw", "#56B4E9"),
    "baseline": ("baseline", "#7F7F7F"),
}
MARKERS = "osD^vPX*"


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
            axes = _new_axes(len(self.comparison.models))
        self.axes_ = np.asarray(axes, dtype=object)
        self.figure_ = self.axes_[0].figure

        models = sorted(self.comparison.models, key=lambda model: model.balanced_accuracy)
        styles = _styles(models)
        labels = [
            model.model if model.converged else f"{model.model}\n(not converged)"
            for model in models
        ]
        self._plot_scores(self.axes_[0], models, styles, labels)
        self._plot_shifts(self.axes_[1], models, styles)
        self._plot_times(self.axes_[2], models, styles)
        return self

    def _plot_scores(self, ax, models, styles, labels):
        optimum = self.comparison.optimum
        if optimum:
            ax.axvline(100 * optimum, color="black", linestyle="--", linewidth=1)
            ax.text(
                100 * optimum,
                1.01,
                "best possible",
                ha="center",
                va="bottom",
                fontsize=9,
                transform=ax.get_xaxis_transform(),
            )
        for row, model in enumerate(models):
            score = 100 * model.balanced_accuracy
            low, high = 100 * model.balanced_accuracy_low, 100 * model.balanced_accuracy_high
            ax.errorbar(
                score,
                row,
                xerr=[[np.nan_to_num(score - low)], [np.nan_to_num(high - score)]],
                capsize=3,
                markersize=7,
                **styles[model.model],
            )
        ax.set_yticks(range(len(models)), labels)
        ax.set_ylim(-0.6, len(models) - 0.4)
        left, right = ax.get_xlim()
        ax.set_xlim(max(left, -2), min(right, 102))
        ax.set_xlabel("balanced accuracy (%), 95 % interval")
        ax.grid(axis="x", alpha=0.3)
        handles = {
            family: ax.plot([], [], "o", color=color, label=label)[0]
            for family, (label, color) in FAMILIES.items()
            if family in {model.family for model in models}
        }
        ax.figure.legend(
            handles=list(handles.values()),
            loc="outside upper center",
            ncols=len(handles),
            frameon=False,
            title=self.comparison.settings.get("data"),
            title_fontproperties={"weight": "bold"},
        )

    def _plot_shifts(self, ax, models, styles):
        shifts = self.comparison.shifts
        for model in models:
            # Dashes keep a curve visible that coincides with another one.
            line = {"baseline": ":", "net": "--"}.get(model.family, "-")
            scores = 100 * np.array(model.under_shift)
            ax.plot(shifts, scores, linestyle=line, markersize=5, **styles[model.model])
        ax.set_xticks(shifts)
        ax.set_xlabel("test spectra shifted by (points)")
        ax.set_ylabel("balanced accuracy (%)")
        ax.set_ylim(-2, 102)
        ax.grid(alpha=0.3)

    def _plot_times(self, ax, models, styles):
        for row, model in enumerate(models):
            seconds = max(model.fit_seconds, 1e-3)
            ax.plot(seconds, row, markersize=7, **styles[model.model])
        ax.set_xscale("log")
        ax.set_yticks([])
        ax.set_ylim(-0.6, len(models) - 0.4)
        ax.set_xlabel("time of one fit (s)")
        ax.grid(axis="x", alpha=0.3)


def _new_axes(n_models):
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(
        1,
        3,
        figsize=(12, max(4.5, 1.7 + 0.4 * n_models)),
        dpi=150,
        layout="constrained",
        width_ratios=[1.3, 1.2, 0.8],
    )
    return axes


def _styles(models):
    """Return the colour of the family and a marker for each model."""
    styles, n_of_family = {}, {}
    for model in reversed(models):
        i = n_of_family.setdefault(model.family, 0)
        n_of_family[model.family] += 1
        styles[model.model] = {
            "color": FAMILIES[model.family][1],
            "marker": MARKERS[i % len(MARKERS)],
            "markerfacecolor": FAMILIES[model.family][1] if model.converged else "white",
        }
    return styles
