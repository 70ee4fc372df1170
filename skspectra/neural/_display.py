"""A figure of the training of a network."""

from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils.validation import check_is_fitted

# Colours of Okabe and Ito, which colour-blind readers can tell apart.
PARTS = {
    "train": ("training batches", "#56B4E9"),
    "valid": ("validation spectra", "#D55E00"),
}


class TrainingDisplay:
    """Figure of the loss and the score of a network after every epoch of its training.

    Use :meth:`from_estimator` to create it. Scores of the training batches are taken while the
    network learns, with dropout and augmentation, so they may be lower than validation scores.

    Parameters
    ----------
    history : list of dict
        ``history_`` of a fitted :class:`~skspectra.SpectralCNN`.
    best_epoch : int
        ``best_epoch_`` of the network, whose weights were kept.

    Attributes
    ----------
    figure_ : matplotlib Figure
        The figure.
    axes_ : tuple of 2 matplotlib Axes
        The axes of the loss and of the score.

    See Also
    --------
    skspectra.SpectralCNN : The network.

    Examples
    --------
    >>> from skspectra import SpectralCNN
    >>> from skspectra.datasets import make_spectra
    >>> from skspectra.neural import TrainingDisplay
    >>> table = [([20, 60], [1.0, 0.5]), ([30, 80], [1.0, 0.5])]
    >>> X, y = make_spectra(table, 40, n_points=100, max_shift=3, random_state=0)
    >>> model = SpectralCNN(n_threads=1, random_state=0).fit(X, y)
    >>> loss, score = TrainingDisplay.from_estimator(model).axes_
    >>> score.get_ylabel()
    'right (%)'
    """

    def __init__(self, history, best_epoch):
        self.history = history
        self.best_epoch = best_epoch

    @classmethod
    def from_estimator(cls, estimator, *, axes=None):
        """Draw the training of a fitted network.

        Parameters
        ----------
        estimator : SpectralCNN
            A fitted network.
        axes : sequence of 2 matplotlib Axes, default=None
            The axes to draw on; None makes a new figure.

        Returns
        -------
        display : TrainingDisplay
            The drawn display.
        """
        check_is_fitted(estimator)
        return cls(estimator.history_, estimator.best_epoch_).plot(axes=axes)

    def plot(self, *, axes=None):
        """Draw the figure.

        Parameters
        ----------
        axes : sequence of 2 matplotlib Axes, default=None
            The axes to draw on; None makes a new figure.

        Returns
        -------
        display : TrainingDisplay
            This display.
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        if axes is None:
            import matplotlib.pyplot as plt

            _, axes = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
        loss, score = self.axes_ = tuple(axes)
        self.figure_ = loss.figure
        for part, (label, color) in PARTS.items():
            for ax, what, scale in ((loss, "loss", 1), (score, "score", 100)):
                key = f"{part}_{what}"
                records = [record for record in self.history if key in record]
                if records:
                    epochs = [record["epoch"] for record in records]
                    values = [scale * record[key] for record in records]
                    # A line would not show a single epoch.
                    marker = "o" if len(epochs) == 1 else None
                    ax.plot(epochs, values, color=color, label=label, marker=marker)
        for ax in self.axes_:
            ax.axvline(self.best_epoch, color="black", linestyle="--", lw=1, label="epoch kept")
            ax.set_xlabel("epoch")
            ax.xaxis.get_major_locator().set_params(integer=True)
            ax.grid(alpha=0.3)
        loss.set_ylabel("loss")
        loss.set_yscale("log")
        score.set_ylabel("right (%)")
        score.legend()
        return self
