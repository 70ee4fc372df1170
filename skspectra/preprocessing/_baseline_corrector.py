"""Baseline correction by the methods of pybaselines."""

import inspect
from difflib import get_close_matches

import numpy as np

from skspectra.preprocessing._base import BaseRowTransformer
from skspectra.preprocessing._intensity import FEW

_LIST = "https://pybaselines.readthedocs.io/en/latest/api/Baseline.html"


def _baseline_class():
    try:
        from pybaselines import Baseline
    except ImportError as error:
        raise ImportError(
            'BaselineCorrector needs pybaselines: pip install "skspectra[baseline]"'
        ) from error
    return Baseline


def _check_method(method, parameters):
    """Raise if pybaselines has no such method, or if the method does not take the parameters."""
    known = dict(inspect.getmembers(_baseline_class(), inspect.isfunction))
    # collab_pls corrects several spectra at once, so it would learn from other spectra.
    known = {name for name in known if not name.startswith("_")} - {"collab_pls"}
    if method not in known:
        close = ", ".join(map(repr, get_close_matches(method, sorted(known), cutoff=0.5)))
        raise ValueError(
            f"method={method!r} is not a method of pybaselines for single spectra; "
            + (f"similar names: {close}; " if close else "")
            + f"all methods: {_LIST}"
        )
    signature = inspect.signature(getattr(_baseline_class(), method))
    try:
        signature.bind(None, None, **parameters)
    except TypeError as error:
        allowed = ", ".join(list(signature.parameters)[2:])
        raise ValueError(
            f"parameters={parameters!r} do not suit method={method!r}: {error}; "
            f"the method takes {allowed}."
        ) from error


class BaselineCorrector(BaseRowTransformer):
    """Spectra minus a baseline that any method of pybaselines estimates from each spectrum.

    A curved background, such as fluorescence in Raman spectra or air scattering in diffraction,
    is not signal, and compressing intensities would make it stand out. No method can be sure
    what is background, so look at some corrected spectra before you trust them.

    Parameters
    ----------
    method : str, default="arpls"
        Name of a method of :class:`pybaselines.Baseline` for single spectra, for instance
        "arpls" [1]_, "asls", "snip" or "modpoly". All methods are listed at
        https://pybaselines.readthedocs.io/en/latest/api/Baseline.html.
    parameters : dict or None, default=None
        Keyword arguments for the method, for instance ``{"lam": 1e6}`` for a smoother baseline.
        None takes the method's own defaults. In a grid search, list several dicts.

    Attributes
    ----------
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, if `X` had string column names in ``fit``.

    See Also
    --------
    SavitzkyGolayFilter : Derivatives, which remove a sloping background as well.
    skspectra.augmentation.BackgroundAugmenter : Train on varied backgrounds instead.

    Notes
    -----
    This class needs pybaselines: ``pip install "skspectra[baseline]"``. Spectra are corrected one
    by one, in float64. The points are taken as evenly spaced. A method that uses places on the
    axis gets places from -1 to 1.

    A constant spectrum is all baseline and becomes zero. Spectra of fewer than ten points stay as
    they are, because so few points cannot tell a baseline from a peak.

    Warnings and errors of the method are passed on. An error gets a note that names the row.

    References
    ----------
    .. [1] Baek, S.-J., Park, A., Ahn, Y.-J., Choo, J., "Baseline correction using asymmetrically
       reweighted penalized least squares smoothing", Analyst 140, 250 (2015).
       :doi:`10.1039/C4AN01061B`

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.preprocessing import BaselineCorrector
    >>> X = np.linspace(5, 9, 200)[None] + 3 * np.eye(1, 200, 120)
    >>> corrected = BaselineCorrector("arpls", {"lam": 1e4}).fit_transform(X)
    >>> np.abs(corrected[0, [20, 120, 180]]).round(2)
    array([0., 3., 0.])
    """

    _parameter_constraints = {"method": [str], "parameters": [dict, None]}

    def __init__(self, method="arpls", parameters=None):
        self.method = method
        self.parameters = parameters

    def _resolve(self, n_points):
        _check_method(self.method, self.parameters or {})

    def _apply(self, X):
        if X.shape[1] < FEW:
            return X
        # One object serves all rows, because it keeps its preparations for this number of points.
        correct = getattr(_baseline_class()(), self.method)
        corrected = np.zeros_like(X)
        # Constant spectra are skipped, because some methods would divide by zero.
        for i in np.flatnonzero(X.max(axis=1) > X.min(axis=1)):
            spectrum = X[i].astype(np.float64)
            try:
                baseline, _ = correct(spectrum, **(self.parameters or {}))
                if not np.isfinite(baseline).all():
                    raise ValueError("The baseline is not finite.")
            except Exception as error:
                error.add_note(f"This is method={self.method!r} on row {i} of X.")
                raise
            corrected[i] = spectrum - baseline
        return corrected
