"""Figure of a new spectrum over the training spectra that it is most similar to."""

import numpy as np
from sklearn.utils import check_array, check_consistent_length
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils.validation import check_is_fitted

from skspectra._grid import check_axis
from skspectra.inspection._hold import as_frame, cleans
from skspectra.inspection._occlusion_display import default_label
from skspectra.preprocessing import normalize
from skspectra.preprocessing._max_pool import column_axis
from skspectra.preprocessing._seen import as_array, model_features, transform_steps

# Colours of Okabe and Ito, which colour-blind readers can tell apart.
NEW, REFERENCES = "black", ("#0072B2", "#D55E00")


def two_likeliest(estimator, spectrum):
    """Return the two likeliest classes, their probabilities or None, and what is predicted.

    The predicted class comes first. It is neither of them where the classifier rejects.
    """
    for method in ("predict_proba", "decision_function"):
        if hasattr(estimator, method):
            break
    else:
        raise AttributeError(
            f"{type(estimator).__name__} has neither predict_proba nor decision_function, so "
            "there is no runner-up."
        )
    scores = np.ravel(getattr(estimator, method)(spectrum))
    classes = np.asarray(estimator.classes_)
    if len(scores) == 1:
        scores = np.array([-scores[0], scores[0]])
    if scores.shape != classes.shape:
        raise ValueError(f"{method} returned {len(scores)} scores for {len(classes)} classes.")
    order = np.argsort(-scores, kind="stable")
    predicted = np.asarray(estimator.predict(spectrum)).tolist()[0]
    # Votes may differ from scores.
    first = classes[order] == predicted
    order = np.concatenate([order[first], order[~first]])[:2]
    probabilities = scores[order].tolist() if method == "predict_proba" else None
    return classes[order].tolist(), probabilities, predicted


def clean_spectra(estimator, X, given):
    """Return spectra after those first steps of a fitted estimator that clean them.

    `given` are the same spectra as a data frame, where the estimator knows the columns.
    """
    for step, after in transform_steps(estimator, given):
        if not cleans(step, X, as_array(after)):
            break
        X = as_array(after)
    return X


class NearestReferenceDisplay:
    """Figure of a new spectrum over its nearest training spectra of the two likeliest classes.

    Use :meth:`from_estimator` to create it. It is what to look at before a label is believed: the
    left side shows the most similar training spectrum of the predicted class, the right side that
    of the runner-up, and below each is the difference. Peaks that remain in the difference on the
    left are not explained by the label.

    Parameters
    ----------
    spectrum : ndarray of shape (n_points,)
        The new spectrum.
    references : ndarray of shape (2, n_points)
        The most similar training spectrum of the predicted class and of the runner-up.
    labels : sequence of 2 labels
        The predicted class and the runner-up.
    rows : sequence of 2 int
        Which training spectra the references are.
    x_axis : ndarray of shape (n_points,)
        The axis of the spectra.
    probabilities : sequence of 2 float or None, default=None
        The probabilities of the two classes.
    predicted : label or None, default=None
        What was predicted. Where a classifier rejects the spectrum it is neither of the `labels`,
        which are then the two likeliest classes. None is the first of them.

    Attributes
    ----------
    figure_ : matplotlib Figure
        The figure.
    axes_ : ndarray of shape (2, 2) of matplotlib Axes
        The axes: above the spectra, below the differences; on the left the predicted class.

    See Also
    --------
    OcclusionDisplay : Which parts of the axis a classifier uses.

    Notes
    -----
    The most similar spectrum is the nearest one (in the Euclidean norm) in the space that the
    classifier sees: what `transform_features` of the classifier returns, or the steps of a
    Pipeline before the last. Any other classifier gets the spectra normalised, pooled and
    compressed. Drawn are the spectra after the first steps of a Pipeline that clean them, such as
    baseline correction, and normalised. The size of a difference is the root of its sum of
    squares, relative to that of the new spectrum. A probability tells how the classifier weighs
    its classes, not whether the spectrum belongs to any of them.

    Examples
    --------
    >>> from skspectra import PooledSVC
    >>> from skspectra.datasets import make_spectra
    >>> from skspectra.inspection import NearestReferenceDisplay
    >>> table = [([30, 60], [1.0, 0.3]), ([30, 75], [1.0, 0.3])]
    >>> X, y = make_spectra(table, 40, n_points=100, max_shift=0, sigma=1.5, random_state=0)
    >>> model = PooledSVC().fit(X[1:], y[1:])
    >>> display = NearestReferenceDisplay.from_estimator(model, X[1:], y[1:], X[0])
    >>> display.labels
    [0, 1]
    """

    def __init__(
        self, spectrum, references, labels, rows, x_axis, probabilities=None, predicted=None
    ):
        self.spectrum = spectrum
        self.references = references
        self.labels = labels
        self.rows = rows
        self.x_axis = x_axis
        self.probabilities = probabilities
        self.predicted = predicted

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X_train,
        y_train,
        spectrum,
        *,
        x_axis=None,
        norm="max",
        x_label=None,
        axes=None,
    ):
        """Find the nearest training spectra and draw them.

        Parameters
        ----------
        estimator : estimator
            A fitted classifier, Pipeline or search.
        X_train : array-like of shape (n_samples, n_points)
            The training spectra, or any others to compare with.
        y_train : array-like of shape (n_samples,)
            Their labels.
        spectrum : array-like of shape (n_points,) or (1, n_points)
            The new spectrum. With a data frame as `X_train` it may be a frame of one row.
        x_axis : array-like of shape (n_points,) or (2,), default=None
            The axis of the spectra, ascending, or the two ends of an evenly spaced axis. None
            takes the column names of a data frame if all of them are numbers, and otherwise
            numbers the points from 0.
        norm : {"max", "area", "snv", "none"}, default="max"
            How the spectra are scaled in the figure, and for the distance where the classifier
            shows no features of its own; see :func:`skspectra.preprocessing.normalize`.
        x_label : str, default=None
            What the axis is, with its unit.
        axes : array-like of shape (2, 2) of matplotlib Axes, default=None
            The axes to draw on; None makes a new figure.

        Returns
        -------
        display : NearestReferenceDisplay
            The drawn display.

        Raises
        ------
        ValueError
            If the spectra do not fit each other or the classifier, if the labels are multilabel,
            or if `y_train` lacks one of the two likeliest classes.
        """
        check_is_fitted(estimator)
        y_train = np.asarray(y_train)
        if y_train.ndim != 1:
            raise ValueError(
                f"y_train has shape {y_train.shape}; it must hold one label for each spectrum. "
                "Multilabel spectra have no runner-up."
            )
        check_consistent_length(X_train, y_train)
        frame = X_train if hasattr(X_train, "columns") else None
        X = check_array(X_train, dtype=[np.float64, np.float32], input_name="X_train")
        new = check_array(
            np.reshape(spectrum, (1, -1)), dtype=[np.float64, np.float32], input_name="spectrum"
        )
        if new.shape[1] != X.shape[1]:
            raise ValueError(
                f"spectrum has {new.shape[1]} points, but X_train has {X.shape[1]} points per "
                "spectrum; they must be as many."
            )
        named = None if frame is None else column_axis(frame)
        if x_axis is not None:
            x_axis = check_axis(x_axis, X.shape[1], ends=True)
        else:
            x_axis = np.arange(X.shape[1]) if named is None else named
        given = new
        if hasattr(spectrum, "columns"):
            given = spectrum
        elif frame is not None:
            given = as_frame(new, type(frame), frame.columns)
        labels, *rest = two_likeliest(estimator, given)
        absent = [label for label in labels if not (y_train == label).any()]
        if absent:
            raise ValueError(f"y_train has no spectrum of class {absent[0]!r}.")
        together = np.concatenate([X, new])
        given = together if frame is None else as_frame(together, type(frame), frame.columns)
        clean = clean_spectra(estimator, together, given)
        seen = model_features(estimator, given, norm)
        distances = np.linalg.norm(seen[:-1] - seen[-1], axis=1)
        rows = [int(np.where(y_train == label, distances, np.inf).argmin()) for label in labels]
        *references, new = normalize(clean[[*rows, -1]], norm)
        references = np.array(references)
        display = cls(new, references, labels, rows, x_axis, *rest)
        return display.plot(x_label=x_label, axes=axes)

    def plot(self, *, x_label=None, axes=None):
        """Draw the figure.

        Parameters
        ----------
        x_label : str, default=None
            What the axis is, with its unit.
        axes : array-like of shape (2, 2) of matplotlib Axes, default=None
            The axes to draw on; None makes a new figure.

        Returns
        -------
        display : NearestReferenceDisplay
            This display.

        Raises
        ------
        ValueError
            If `axes` does not hold two rows of two.
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        if axes is None:
            import matplotlib.pyplot as plt

            _, axes = plt.subplots(
                2,
                2,
                figsize=(11, 5.5),
                height_ratios=[2, 1],
                sharex=True,
                sharey="row",
                layout="constrained",
            )
        self.axes_ = np.asarray(axes, dtype=object)
        if self.axes_.shape != (2, 2):
            raise ValueError(f"axes has shape {self.axes_.shape}; it must have shape (2, 2).")
        self.figure_ = self.axes_[0, 0].figure
        for column in range(2):
            self._plot_reference(*self.axes_[:, column], column)
        for ax in self.axes_.flat:
            ax.spines[["top", "right"]].set_visible(False)
        for ax in self.axes_[1]:
            ax.set_xlabel(x_label or default_label(self.x_axis))
        self.axes_[0, 0].set_ylabel("normalised intensity")
        self.axes_[1, 0].set_ylabel("difference")
        return self

    def _plot_reference(self, above, below, column):
        label, row, color = self.labels[column], self.rows[column], REFERENCES[column]
        reference = self.references[column]
        title = f"{('predicted', 'runner-up')[column]}: {label}"
        if column == 0 and self.predicted not in (None, *self.labels):
            title = f"likeliest: {label}, but predicted: {self.predicted}"
        if self.probabilities is not None:
            title += f" (probability {self.probabilities[column]:.2f})"
        above.set_title(title, color=color)
        style = {"color": color, "linewidth": 1.8, "alpha": 0.7}
        above.plot(self.x_axis, reference, label=f"training spectrum {row} of {label}", **style)
        above.plot(self.x_axis, self.spectrum, color=NEW, linewidth=0.8, label="new spectrum")
        above.legend(frameon=False, fontsize="small")
        rest = self.spectrum - reference
        share = np.linalg.norm(rest) / (np.linalg.norm(self.spectrum) or 1)
        below.axhline(0, color="gray", linewidth=0.6)
        below.fill_between(self.x_axis, rest, 0, where=rest > 0, color=NEW, linewidth=0)
        below.fill_between(self.x_axis, rest, 0, where=rest < 0, color=color, linewidth=0)
        below.set_title(
            f"new minus training spectrum, {share:.0%} as large", fontsize="medium", loc="left"
        )
