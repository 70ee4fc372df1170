"""Figure of which parts of the axis a classifier uses."""

import numpy as np
from sklearn.utils._optional_dependencies import check_matplotlib_support

from skspectra.inspection._occlusion import occlusion_importance

# Colours of Okabe and Ito, which colour-blind readers can tell apart.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
PASSED, IMPORTANCE = "#F0E442", "black"
# From one spectrum to the next, as a share of the largest height.
_STEP = 1.05
_MOST_CLASSES = 12

WHAT = {
    "predict_proba": "probability",
    "predict_log_proba": "log-odds",
    "decision_function": "decision value",
    "predict": "accuracy",
}
TITLES = {
    "exchange": "each window exchanged with that of another spectrum",
    "line": "each window replaced by a straight line",
    "keep": "only one window kept",
}


def default_label(x_axis):
    """Return what to write below an axis of which nothing else is known."""
    return "point" if np.array_equal(x_axis, np.arange(len(x_axis))) else "axis"


def joined(windows):
    """Return windows with those that touch each other joined into one, as a list of pairs."""
    regions = []
    for start, stop in windows:
        if regions and start <= regions[-1][1]:
            regions[-1][1] = stop
        else:
            regions.append([start, stop])
    return regions


class OcclusionDisplay:
    """Figure of the importance of windows below the mean spectrum of each class.

    Use :meth:`from_estimator` or :meth:`from_importances` to create it. Windows whose importance
    is above the level of the control are shaded in both parts of the figure.

    Parameters
    ----------
    result : :class:`sklearn.utils.Bunch`
        What :func:`occlusion_importance` returned.

    Attributes
    ----------
    figure_ : matplotlib Figure
        The figure.
    axes_ : tuple of 2 matplotlib Axes
        The axes of the spectra and of the importance.

    See Also
    --------
    occlusion_importance : The same as numbers, with what they mean.
    NearestReferenceDisplay : A single spectrum beside those it is most similar to.

    Examples
    --------
    >>> from skspectra import PooledSVC
    >>> from skspectra.datasets import make_spectra
    >>> from skspectra.inspection import OcclusionDisplay
    >>> table = [([30, 60], [1.0, 0.3]), ([30, 75], [1.0, 0.3])]
    >>> X, y = make_spectra(table, 40, n_points=100, max_shift=0, sigma=1.5, random_state=0)
    >>> model = PooledSVC().fit(X[::2], y[::2])
    >>> display = OcclusionDisplay.from_estimator(model, X[1::2], y[1::2], random_state=0)
    >>> spectra, importance = display.axes_
    >>> display.result.passes.any()
    np.True_
    """

    def __init__(self, result):
        self.result = result

    @classmethod
    def from_estimator(
        cls, estimator, X, y, *, class_names=None, x_label=None, axes=None, **options
    ):
        """Measure the importance of windows and draw it.

        Parameters
        ----------
        estimator : estimator
            A fitted classifier, Pipeline or search.
        X : array-like of shape (n_samples, n_points)
            Spectra, better ones that the classifier has not seen in ``fit``.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Their labels, or a 0/1 matrix for multilabel spectra.
        class_names : sequence of n_classes str, default=None
            Names of the classes; None takes the labels.
        x_label : str, default=None
            What the axis is, with its unit.
        axes : sequence of 2 matplotlib Axes, default=None
            The axes to draw on; None makes a new figure.
        **options : dict
            Options of :func:`occlusion_importance`, such as `mode` and `x_axis`.

        Returns
        -------
        display : OcclusionDisplay
            The drawn display.
        """
        result = occlusion_importance(estimator, X, y, **options)
        return cls(result).plot(class_names=class_names, x_label=x_label, axes=axes)

    @classmethod
    def from_importances(cls, result, *, class_names=None, x_label=None, axes=None):
        """Draw the importance of windows.

        Parameters
        ----------
        result : :class:`sklearn.utils.Bunch`
            What :func:`occlusion_importance` returned.
        class_names : sequence of n_classes str, default=None
            Names of the classes; None takes the labels.
        x_label : str, default=None
            What the axis is, with its unit.
        axes : sequence of 2 matplotlib Axes, default=None
            The axes to draw on; None makes a new figure.

        Returns
        -------
        display : OcclusionDisplay
            The drawn display.
        """
        return cls(result).plot(class_names=class_names, x_label=x_label, axes=axes)

    def plot(self, *, class_names=None, x_label=None, axes=None):
        """Draw the figure.

        Parameters
        ----------
        class_names : sequence of n_classes str, default=None
            Names of the classes; None takes the labels.
        x_label : str, default=None
            What the axis is, with its unit.
        axes : sequence of 2 matplotlib Axes, default=None
            The axes to draw on; None makes a new figure.

        Returns
        -------
        display : OcclusionDisplay
            This display.

        Raises
        ------
        ValueError
            If there are not as many `class_names` as classes, or not two `axes`.
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        result = self.result
        names = [str(one) for one in (result.classes if class_names is None else class_names)]
        if len(names) != len(result.classes):
            raise ValueError(
                f"class_names holds {len(names)} names for {len(result.classes)} classes."
            )
        shown = np.flatnonzero(np.isfinite(result.class_means[:, 0]))
        if len(shown) > _MOST_CLASSES:
            # Those whose spectra lose most tell most.
            loss = np.nanmax(result.per_class[shown], axis=1)
            shown = np.sort(shown[np.argsort(loss)[::-1][:_MOST_CLASSES]])
        if axes is None:
            axes = _new_axes(len(shown))
        self.axes_ = tuple(np.ravel(axes))
        if len(self.axes_) != 2:
            raise ValueError(f"axes holds {len(self.axes_)} axes; it must hold two.")
        self.figure_ = self.axes_[0].figure
        self._plot_spectra(self.axes_[0], shown, names)
        self._plot_importance(self.axes_[1])
        for ax in self.axes_:
            ax.spines[["top", "right"]].set_visible(False)
            for start, stop in joined(result.windows[result.passes].tolist()):
                ends = result.x_axis[start], result.x_axis[stop - 1]
                ax.axvspan(*ends, color=PASSED, alpha=0.5, linewidth=0, zorder=0)
        self.axes_[1].set_xlabel(x_label or default_label(result.x_axis))
        return self

    def _plot_spectra(self, ax, shown, names):
        result = self.result
        means = result.class_means[shown]
        step = _STEP * np.ptp(means, axis=1).max()
        for row, (i, mean) in enumerate(zip(shown, means, strict=True)):
            # The first class is on top, as in a list.
            level = (len(shown) - 1 - row) * step
            color = COLORS[row % len(COLORS)]
            ax.plot(result.x_axis, mean - mean.min() + level, color=color, linewidth=0.9)
            ax.annotate(
                names[i],
                (1, level),
                xycoords=("axes fraction", "data"),
                xytext=(4, 0),
                textcoords="offset points",
                color=color,
                va="bottom",
            )
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        left_out = len(result.classes) - len(shown)
        more = f", {left_out} classes not shown" if left_out else ""
        ax.set_title(f"mean spectrum of each class{more}", loc="left", fontsize="medium")

    def _plot_importance(self, ax):
        result = self.result
        color = {"color": IMPORTANCE, "linewidth": 1}
        ax.plot(result.centers, result.importances_mean, label="importance", **color)
        ax.axhline(0, color="gray", linewidth=0.6)
        if np.isfinite(result.level):
            ax.axhline(
                result.level,
                color=IMPORTANCE,
                linestyle="--",
                linewidth=0.8,
                label="level of the control",
            )
        what = "gain" if result.mode == "keep" else "loss"
        ax.set_ylabel(f"{what} of {WHAT[result.response_method]}")
        ax.set_title(TITLES[result.mode], loc="left", fontsize="medium")
        if result.passes.any():
            ax.fill_between([], [], color=PASSED, alpha=0.5, linewidth=0, label="windows above it")
        ax.legend(framealpha=1, edgecolor="none", fontsize="small")


def _new_axes(n_classes):
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(
        2,
        sharex=True,
        figsize=(8, 3.2 + 0.6 * n_classes),
        height_ratios=[0.4 + 0.6 * n_classes, 2.2],
        layout="constrained",
    )
    return axes
