"""A version in the pickles of every estimator, so that no old pickle is used unnoticed."""

import warnings

from skspectra import __version__


class VersionMixin:
    """Mixin that writes the package's version into pickles and warns where it differs.

    The mixin stands left of :class:`sklearn.base.BaseEstimator` among the bases of an estimator.
    """

    def __getstate__(self):
        return {**super().__getstate__(), "_skspectra_version": __version__}

    def __setstate__(self, state):
        version = state.get("_skspectra_version", "an unknown version")
        if version != __version__:
            warnings.warn(
                f"{type(self).__name__} was pickled with skspectra {version} and is used with "
                f"{__version__}; it may predict differently. Fit it again, or use a file of "
                "skspectra.io.save, which later versions read.",
                stacklevel=2,
            )
        super().__setstate__({k: v for k, v in state.items() if k != "_skspectra_version"})
