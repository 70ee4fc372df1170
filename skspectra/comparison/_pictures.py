"""The pictures of a report, as PNG files in memory."""

import io

import numpy as np

from skspectra.comparison._display import ComparisonDisplay, new_axes

MOST_CLASSES = 60


def draw_comparison(result):
    """Return the figure of a comparison.

    Parameters
    ----------
    result : Comparison
        The comparison.

    Returns
    -------
    png : bytes
        The picture.
    """
    from matplotlib.figure import Figure

    axes = new_axes(Figure, len(result.models))
    return _png(ComparisonDisplay(result).plot(axes=axes).figure_)


def draw_confusion(matrix, classes):
    """Return a confusion matrix in percent of each true class.

    Parameters
    ----------
    matrix : ndarray of shape (n_classes, n_columns)
        Counts; a further column holds labels that are not among the classes.
    classes : list of str
        Names of the columns, of which the first are those of the rows.

    Returns
    -------
    png : bytes
        The picture.
    """
    from matplotlib.figure import Figure

    n_rows, n_columns = matrix.shape
    shares = 100 * matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    size = max(3.5, 1.8 + 0.42 * n_columns), max(3.2, 1.5 + 0.42 * n_rows)
    figure = Figure(figsize=size, dpi=110, layout="constrained")
    ax = figure.subplots()
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    for row, column in zip(*np.nonzero(shares), strict=True):
        share = shares[row, column]
        colour = "white" if share > 60 else "black"
        text = f"{share:.0f}" if share >= 0.5 else "<1"
        ax.text(column, row, text, ha="center", va="center", fontsize=8, color=colour)
    names = [_short(name) for name in classes]
    ax.set_xticks(range(n_columns), names, rotation=90)
    ax.set_yticks(range(n_rows), names[:n_rows])
    ax.set_xlabel("predicted")
    ax.set_ylabel("true label")
    return _png(figure)


def draw_spectra(result, spectra):
    """Return spectra beside the most similar ones of their own class and of the class predicted.

    Parameters
    ----------
    result : Comparison
        The comparison, with its plan.
    spectra : list of (int, str, str)
        Row, label and predicted label of each spectrum, as text.

    Returns
    -------
    png : bytes
        The picture.
    """
    from matplotlib.figure import Figure

    X, axis = result.plan.X, result.x_axis
    axis = np.arange(X.shape[1]) if axis is None else axis
    n_columns = min(2, len(spectra))
    n_rows = -(-len(spectra) // n_columns)
    figure = Figure(figsize=(5.6 * n_columns, 2.5 * n_rows + 0.3), dpi=110, layout="constrained")
    axes = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for ax in axes[len(spectra) :]:
        ax.remove()
    labels = _labels(result)
    units = np.arange(len(X)) if result.groups is None else result.groups
    for ax, (row, label, said) in zip(axes, spectra, strict=False):
        spectrum = _scaled(X[[row]])
        for name, colour in ((label, "#0072B2"), (said, "#D55E00")):
            # Its own replicates would always be the nearest.
            others = _scaled(X[(labels == name) & (units != units[row])])
            if len(others):
                like = others[np.argmin(((others - spectrum) ** 2).sum(axis=1))]
                ax.plot(axis, like, color=colour, linewidth=0.9, label=f"nearest {_short(name)}")
        ax.plot(axis, spectrum[0], color="black", linewidth=0.9, label="this spectrum")
        who = f"row {row}" if result.names is None else _short(result.names[row], 30)
        ax.set_title(f"{who}: {_short(label)}, taken for {_short(said)}", fontsize=9)
        ax.set_yticks([])
        ax.legend(fontsize=7, frameon=False)
    unit = "points" if result.x_axis is None else result.unit or "axis"
    figure.supxlabel(unit, fontsize=9)
    return _png(figure)


def _labels(result):
    y = result.plan.y
    if y.ndim == 1:
        return y.astype(str)
    return np.array(["+".join(map(str, result.classes[row == 1])) or "none" for row in y])


def _scaled(X):
    """Return spectra that start at 0 and end at 1."""
    X = X - X.min(axis=1, keepdims=True)
    return X / np.maximum(X.max(axis=1, keepdims=True), np.finfo(float).tiny)


def _short(text, most=22):
    # A dollar sign would start mathematics.
    text = str(text) if len(str(text)) <= most else str(text)[: most - 3] + "..."
    return text.replace("$", r"\$")


def _png(figure):
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()
