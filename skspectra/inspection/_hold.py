"""Responses to altered spectra that are scaled as the spectra were before they were altered."""

import copy
import warnings

import numpy as np
from sklearn.base import BaseEstimator

from skspectra.preprocessing import SpectrumNormalizer, normalize
from skspectra.preprocessing._seen import as_array, flatten

# Responses are the same if they differ by less than this share of the largest one, for this share
# of the spectra. Votes of pairs of classes may flip where a decision is zero to within rounding.
_SAME = 1e-3
_SHARE = 0.98
# About as many spectra are compared, because all of them would take long.
_N_COMPARED = 50
# A spectrum that is this much weaker is classified differently, unless it is scaled again.
_WEAKER = 0.01
# Of so few spectra or points every step is a scale and an offset.
_FEW = 3


def find_norms(part, seen=None):
    """Return (owner, attribute) of the norms that a fitted estimator applies.

    The attribute is `norm` of a :class:`~skspectra.preprocessing.SpectrumNormalizer`, also of that
    which :class:`skspectra.PooledSVC` and :class:`skspectra.PooledMLP` hold, or ``normalize_`` of
    :class:`skspectra.SpectralCNN`. Wrappers, lists and dictionaries are searched.
    """
    seen = {} if seen is None else seen
    if id(part) in seen:
        return []
    seen[id(part)] = part
    if isinstance(part, dict):
        inner = part.values()
    elif isinstance(part, list | tuple):
        inner = part
    elif isinstance(part, BaseEstimator) or hasattr(part, "predict_proba"):
        inner = getattr(part, "__dict__", {}).values()
    else:
        return []
    found = []
    if hasattr(part, "n_features_in_"):
        name = "norm" if isinstance(part, SpectrumNormalizer) else "normalize_"
        if getattr(part, name, "none") != "none":
            found.append((part, name))
    return found + [pair for one in list(inner) for pair in find_norms(one, seen)]


def row_scales(before, after):
    """Return scale and offset, as columns, where ``after = scale * before + offset`` row by row.

    Return None where this is not so.
    """
    if getattr(after, "shape", None) != before.shape:
        return None
    rows = np.arange(len(before))
    low, high = before.argmin(axis=1), before.argmax(axis=1)
    height = before[rows, high] - before[rows, low]
    flat = height == 0
    scale = (after[rows, high] - after[rows, low]) / np.where(flat, 1, height)
    scale = np.where(flat, 1, scale)[:, None]
    offset = after[rows, low, None] - scale * before[rows, low, None]
    tolerance = 1e3 * np.finfo(before.dtype).eps * np.abs(after).max(axis=1, keepdims=True)
    if (scale <= 0).any() or (np.abs(scale * before + offset - after) > tolerance).any():
        return None
    return scale.astype(before.dtype), offset.astype(before.dtype)


def as_frame(X, frame_type, names):
    """Return an array as a data frame of pandas or polars."""
    names = list(names)
    if frame_type.__module__.startswith("polars"):
        return frame_type(X, schema=names)
    return frame_type(X, columns=names, copy=False)


def cleans(step, before, after):
    """Return whether a fitted step does something to each spectrum and keeps its points.

    Baseline correction is such a step. A step that scales each point on its own, and all spectra
    alike, is none, because its values are no intensities any more.
    """
    if getattr(after, "shape", None) != before.shape:
        return False
    names = getattr(step, "feature_names_in_", [f"x{i}" for i in range(before.shape[1])])
    try:
        if list(step.get_feature_names_out()) != list(names):
            return False
    except (AttributeError, ValueError):
        return False
    return len(before) < _FEW or row_scales(before.T, after.T) is None


class HeldModel:
    """A fitted classifier that scales altered spectra as it scaled them before.

    The estimator is taken apart into steps. Those at the front that clean or scale spectra, such
    as baseline correction and normalisation, are done once, before anything is altered. A
    later step that multiplies each spectrum by a number and adds one is replaced by the numbers
    that it had for the spectra as they were. A normalisation inside of the classifier is switched
    off in a copy and applied before in the same way. Where this does not give the responses of the
    estimator itself, the estimator is used as it is.

    Parameters
    ----------
    estimator : estimator
        A fitted classifier, Pipeline or search.
    given : array-like of shape (n_samples, n_points)
        The spectra as the user passed them.
    X : ndarray of shape (n_samples, n_points)
        The same spectra as a float array.
    method : str
        The method of the estimator that responds.
    measure : callable
        ``measure(response, rows)`` turns what the method returned for these rows of `X` into
        an array with one row per spectrum.

    Attributes
    ----------
    X : ndarray of shape (n_samples, n_points)
        The spectra as :meth:`respond` takes them: after the steps at the front.
    scale, offset : ndarray of shape (n_samples, 1)
        ``scale * X + offset`` are the spectra on one scale, where later steps scale as well.
    values : ndarray of shape (n_samples, n_values)
        What the spectra as they are give.
    is_held : bool
        Whether the scale is held; False if the estimator scales in a way that is not known.
    """

    def __init__(self, estimator, given, X, method, measure):
        self._method, self._measure = method, measure
        self._frame = type(given) if hasattr(given, "columns") else None
        # The estimator itself checks the spectra, and warns where it has to.
        response = getattr(estimator, method)(given)
        self.values = measure(response, np.arange(len(X)))
        response = np.hstack(response) if isinstance(response, list) else as_array(response)
        varies = (np.asarray(response) != response[:1]).any()
        sample = np.arange(0, len(X), max(1, len(X) // _N_COMPARED))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            self._take_apart(flatten(estimator), X)
            held = self.respond(self.X[sample], sample)
            if not _are_same(self.values[sample], held):
                self._take_apart([estimator], X, hold=False)
            self.is_held = not varies or not self._scales_again(sample)

    def _take_apart(self, steps, X, hold=True):
        self._steps = []
        self.X = X
        known = hold and X.shape[1] >= _FEW
        self.scale, self.offset = np.ones((len(X), 1), X.dtype), np.zeros((len(X), 1), X.dtype)
        *transformers, last = steps
        for step in transformers:
            after = as_array(step.transform(self._named(X, step)))
            X = self._add(step, X, after, row_scales(X, after) if known else None)
        norms = find_norms(last) if hold else []
        if len({getattr(owner, name) for owner, name in norms}) == 1:
            owner, name = norms[0]
            after = normalize(X, getattr(owner, name))
            self._add(None, X, after, row_scales(X, after))
            last = copy.deepcopy(last)
            for owner, name in find_norms(last):
                setattr(owner, name, "none")
        self._steps.append((last, self._method, None))

    def _add(self, step, before, after, scales):
        """Note what a step does to altered spectra, unless it is done once at the front."""
        if not self._steps and (scales is not None or cleans(step, before, after)):
            self.X = after
        elif scales is None:
            self._steps.append((step, "transform", None))
        else:
            self._steps.append((None, None, scales))
            self.scale, self.offset = self.scale * scales[0], self.offset * scales[0] + scales[1]
        return after

    def _named(self, X, step):
        """Return `X` with the column names that a step knows, where the user gave names."""
        if self._frame is None or not hasattr(step, "feature_names_in_"):
            return X
        return as_frame(X, self._frame, step.feature_names_in_)

    def respond(self, X, rows):
        """Return the values of altered spectra, which were these `rows` before."""
        for step, method, scales in self._steps:
            if scales is None:
                X = as_array(getattr(step, method)(self._named(X, step)))
            else:
                X = scales[0][rows] * X + scales[1][rows]
        return self._measure(X, rows)

    def _scales_again(self, rows):
        """Return whether weaker spectra give the same values, so that something scales them."""
        X, scale, offset = self.X[rows], self.scale[rows], self.offset[rows]
        weaker = (_WEAKER * (scale * X + offset) - offset) / scale
        return _are_same(self.values[rows], self.respond(weaker, rows), 1)


def _are_same(a, b, share=_SHARE):
    return (np.abs(a - b) <= _SAME * np.abs(a).max()).mean() >= share
