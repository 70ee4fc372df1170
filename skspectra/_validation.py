"""Checks of spectra and labels that the classifiers of several sub-packages share."""

import warnings

import numpy as np
from sklearn.utils.validation import validate_data

# Points of a spectrum that are checked first, because most spectra already differ there.
_N_PROBED = 16
# Number of values read at a time, so that a memory-mapped X stays on disk.
_BLOCK = 2**20
# What is said of flat spectra.
FLAT = "are all zero or constant"


def validate_spectra(estimator, X, y="no_validation", *, reset=True, **options):
    """Return spectra, and labels where given, as scikit-learn's ``validate_data`` does.

    Float arrays of either precision are kept. In ``fit``, where `reset` is true, a data frame
    whose column names are floats gives a warning: scikit-learn ignores such names.
    """
    if reset:
        warn_if_float_names(X)
    options.setdefault("dtype", [np.float64, np.float32])
    return validate_data(estimator, X, y, reset=reset, **options)


def warn_if_float_names(X):
    """Warn if the columns of a data frame are named by floats, which no estimator remembers."""
    if getattr(getattr(getattr(X, "columns", None), "dtype", None), "kind", "") == "f":
        warnings.warn(
            "The columns of X are named by floats, which scikit-learn ignores, so a model would "
            "take spectra on any axis; name them with skspectra.io.axis_names.",
            stacklevel=5,
        )


def as_indicator(y, name):
    """Return a multilabel `y` as a dense 0/1 matrix, or raise a ValueError that names it."""
    y = y.toarray() if hasattr(y, "toarray") else np.asarray(y)
    if not np.isin(y, [0, 1]).all():
        raise ValueError(
            f"{name} is multilabel, so it must be a 0/1 matrix; it holds "
            f"{np.unique(y)[:5].tolist()}."
        )
    return y


def warn_if_flat(X, name="X", stacklevel=4):
    """Warn if spectra are all zero or constant, because nothing in them shows their class.

    Spectra of a single point are not checked.
    """
    n_points = X.shape[1]
    if n_points < 2:
        return
    probed = X[:, :: -(-n_points // _N_PROBED)]
    suspects = np.flatnonzero((probed == X[:, :1]).all(axis=1))
    n_rows = max(1, _BLOCK // n_points)
    n_flat = sum(
        int((block == block[:, :1]).all(axis=1).sum())
        for block in (X[suspects[i : i + n_rows]] for i in range(0, len(suspects), n_rows))
    )
    if n_flat:
        warnings.warn(
            f"{n_flat} of {len(X)} spectra in {name} {FLAT}, so nothing shows "
            "their class; check how they were read.",
            stacklevel=stacklevel,
        )
