"""Figures of what an augmenter does to spectra."""

from numbers import Integral

import numpy as np
from sklearn.utils import check_array, check_scalar
from sklearn.utils._optional_dependencies import check_matplotlib_support

from skspectra._grid import check_axis
from skspectra.augmentation._base import draw

# Colours of Okabe and Ito, which colour-blind readers can tell apart.
ORIGINAL, VARIANT = "black", "#0072B2"
# The band holds 90 % of the variants at each point.
BAND = (0.05, 0.95)
N_SHOWN = 5


class AugmentationDisplay:
    """Figure of spectra and of the random variants that an augmenter draws of them.

    Use :meth:`from_augmenter` to create it. Look at it before training: where an expert would
    take a variant for another sample, the augmentation is too strong.

    Parameters
    ----------
    X : ndarray of shape (n_spectra, n_points)
        The original spectra.
    variants : ndarray of shape (n_variants, n_spectra, n_points)
        Variants of each spectrum.
    x_axis : ndarray of shape (n_points,)
        The axis of the spectra.

    Attributes
    ----------
    figure_ : matplotlib Figure
        The figure.
    axes_ : tuple of n_spectra matplotlib Axes
        The axes, one per spectrum.

    See Also
    --------
    draw : Draw variants as an array.

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.augmentation import AugmentationDisplay, NoiseAugmenter
    >>> X = np.zeros((2, 100))
    >>> X[:, 50] = 1
    >>> display = AugmentationDisplay.from_augmenter(NoiseAugmenter(), X, x_axis=(10, 90))
    >>> len(display.axes_)
    2
    """

    def __init__(self, X, variants, x_axis):
        self.X = X
        self.variants = variants
        self.x_axis = x_axis

    @classmethod
    def from_augmenter(
        cls,
        augmenter,
        X,
        x_axis=None,
        *,
        kind="band",
        n_variants=100,
        random_state=None,
        axes=None,
    ):
        """Draw variants of a few spectra and show them in a figure.

        Parameters
        ----------
        augmenter : augmenter or Pipeline of augmenters
            It is cloned, not modified; its own `random_state` is not used.
        X : array-like of shape (n_spectra, n_points)
            A few spectra; each gets its own axes in the figure.
        x_axis : array-like of shape (n_points,) or (2,), default=None
            The axis of the spectra, ascending, or the two ends of an evenly spaced axis. None
            numbers the points from 0.
        kind : {"band", "variants"}, default="band"
            "band" shows where 90 % of the variants lie at each point, "variants" the first five of
            them.
        n_variants : int, default=100
            Variants of each spectrum.
        random_state : int, RandomState instance or None, default=None
            An int draws the same variants at every call.
        axes : matplotlib Axes or sequence of n_spectra of them, default=None
            The axes to draw on; None makes a new figure.

        Returns
        -------
        display : AugmentationDisplay
            The drawn display.
        """
        X = check_array(X, dtype=[np.float64, np.float32], input_name="X")
        n_points = X.shape[1]
        x_axis = np.arange(n_points) if x_axis is None else check_axis(x_axis, n_points, ends=True)
        check_scalar(n_variants, "n_variants", Integral, min_val=1)
        rng = np.random.default_rng(random_state)
        variants = np.stack([draw(augmenter, X, rng) for _ in range(n_variants)])
        return cls(X, variants, x_axis).plot(kind=kind, axes=axes)

    def plot(self, *, kind="band", axes=None):
        """Draw the figure.

        Parameters
        ----------
        kind : {"band", "variants"}, default="band"
            "band" shows where 90 % of the variants lie at each point, "variants" the first five of
            them.
        axes : matplotlib Axes or sequence of n_spectra of them, default=None
            The axes to draw on; None makes a new figure.

        Returns
        -------
        display : AugmentationDisplay
            This display.

        Raises
        ------
        ValueError
            If `kind` is unknown or there are not as many `axes` as spectra.
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        if kind not in ("band", "variants"):
            raise ValueError(f"kind={kind!r} is neither 'band' nor 'variants'.")
        n_spectra = len(self.X)
        if axes is None:
            import matplotlib.pyplot as plt

            _, axes = plt.subplots(
                n_spectra,
                sharex=True,
                figsize=(7, 1 + 2 * n_spectra),
                layout="constrained",
            )
        self.axes_ = tuple(np.ravel(axes))
        if len(self.axes_) != n_spectra:
            raise ValueError(
                f"axes holds {len(self.axes_)} axes for {n_spectra} spectra; it must hold as many."
            )
        self.figure_ = self.axes_[0].figure
        for ax, spectrum, variants in zip(
            self.axes_, self.X, self.variants.swapaxes(0, 1), strict=True
        ):
            if kind == "band":
                low, high = np.quantile(variants, BAND, axis=0)
                style = {"color": VARIANT, "alpha": 0.4, "linewidth": 0}
                ax.fill_between(self.x_axis, low, high, label="90 % of variants", **style)
            else:
                for i, variant in enumerate(variants[:N_SHOWN]):
                    label = None if i else "variants"
                    ax.plot(self.x_axis, variant, color=VARIANT, alpha=0.5, lw=0.8, label=label)
            ax.plot(self.x_axis, spectrum, color=ORIGINAL, lw=0.8, label="original")
            ax.spines[["top", "right"]].set_visible(False)
        self.axes_[0].legend(frameon=False)
        return self
