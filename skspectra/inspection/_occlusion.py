"""Which parts of the axis a classifier uses."""

import warnings
from numbers import Integral

import numpy as np
from sklearn.utils import Bunch, check_array, check_consistent_length, check_scalar
from sklearn.utils.validation import check_is_fitted

from skspectra._grid import check_axis
from skspectra._words import count
from skspectra.inspection._control import FALSE_ALARM_RATE, FEWEST_UNITS, sign_flips, sum_groups
from skspectra.inspection._hold import HeldModel
from skspectra.inspection._target import METHODS, Target, choose_method
from skspectra.inspection._windows import draw_others, line, place_windows
from skspectra.preprocessing._max_pool import column_axis

MODES = ("exchange", "line", "keep")
# Values of altered spectra held at a time.
_BLOCK = 2**22


class _Importance(Bunch):
    """What :func:`occlusion_importance` returns, shown in a few words."""

    def __repr__(self):
        n_windows, n_spectra = len(self.windows), len(self.per_spectrum)
        what = "gain" if self.mode == "keep" else "loss"
        passed = [f"{low:g} to {high:g}" for low, high in self.limits[self.passes]]
        more = f" and {len(passed) - 5} more" if len(passed) > 5 else ""
        return (
            f"{what.capitalize()} of {self.response_method!r} (mode {self.mode!r}): "
            f"{count(n_windows, 'windows')} of {count(self.width, 'points')}, "
            f"{count(n_spectra, 'spectra')}\n"
            f"Above the level of the control: {', '.join(passed[:5]) or 'no window'}{more}"
        )


def occlusion_importance(
    estimator,
    X,
    y,
    *,
    width="auto",
    x_axis=None,
    mode="exchange",
    response_method="auto",
    groups=None,
    n_repeats="auto",
    random_state=None,
):
    """Measure which parts of the axis a fitted classifier uses, window by window.

    Each window is taken out of the spectra, and what the classifier loses shows whether it looked
    there [1]_. The spectra should be held out of the training: on training spectra the answer is
    what the classifier memorised, not what holds for new ones.

    Parameters
    ----------
    estimator : estimator
        A fitted classifier, also a Pipeline or a search such as
        :class:`sklearn.model_selection.GridSearchCV`. It is neither changed nor fitted again.
    X : array-like of shape (n_samples, n_points)
        Spectra, better ones that the classifier has not seen in ``fit``.
    y : array-like of shape (n_samples,) or (n_samples, n_labels)
        Their labels, or a 0/1 matrix for multilabel spectra.
    width : int or "auto", default="auto"
        Points per window (>= 1); each window overlaps the next by half. "auto" is twice the
        typical width of a peak (:func:`skspectra.preprocessing.band_width`), at least a fiftieth
        of the points and at least 3. A window narrower than a peak leaves its flanks, which still
        show the peak.
    x_axis : array-like of shape (n_points,) or (2,), default=None
        The axis of the spectra, ascending, or the two ends of an evenly spaced axis, in any unit.
        None takes the column names of a data frame if all of them are numbers, and otherwise
        numbers the points from 0.
    mode : {"exchange", "line", "keep"}, default="exchange"
        What is done to a window. "exchange" replaces it by that window of another spectrum drawn
        at random, so that only what differs between spectra counts. "line" replaces it by a
        straight line between its ends. No spectrum lacks a peak that all classes share, so a
        classifier may be lost without it, and "line" then shows this peak, too. "keep" keeps only
        this window, and everything else becomes the mean of the mean spectra of all classes. Where
        several peaks say the same, the loss of a single one costs little or nothing, and only
        "keep" shows all of them.
    response_method : str, default="auto"
        What may be lost. "predict_proba" is the probability of the true class. "predict_log_proba"
        is its natural logarithm minus the mean of those of the other classes, and
        "decision_function" its decision value minus the mean of theirs. "predict" is the accuracy.
        "auto" is the first that the classifier has; with "keep" the logarithm comes first, because
        evidence adds up in logarithms.
    groups : array-like of shape (n_samples,), default=None
        The sample that each spectrum was measured on, or whatever else makes spectra depend on
        each other. The control then flips the signs of whole groups.
    n_repeats : int or "auto", default="auto"
        How often other spectra are drawn (>= 1). Only "exchange" uses it. "auto" is as often as
        gives 500 altered spectra per window, at most five times.
    random_state : int, Generator, RandomState or None, default=None
        Seeds the exchange and the control. None draws from fresh entropy.

    Returns
    -------
    result : :class:`sklearn.utils.Bunch`
        The result, with these attributes.

        importances_mean : ndarray of shape (n_windows,)
            The mean loss per window, where each class has the same weight. With "keep" it is the
            gain over a spectrum of which nothing is kept.
        importances_std : ndarray of shape (n_windows,)
            The standard deviation over the repeats.
        importances : ndarray of shape (n_windows, n_repeats)
            The mean loss in each repeat; there is one repeat unless `mode` is "exchange".
        per_class : ndarray of shape (n_classes, n_windows)
            The mean loss of the spectra of each class; NaN where `y` does not show it.
        per_spectrum : ndarray of shape (n_samples, n_windows)
            The loss of each spectrum; for multilabel spectra the mean over the labels.
        level : float
            A window whose mean loss is above it means something. Where no window says anything,
            one passes in at most 5 % of cases.
        p_values : ndarray of shape (n_windows,)
            The p-values behind the level, which account for the number of windows.
        passes : ndarray of shape (n_windows,), dtype bool
            Whether the mean loss is above the level.
        windows : ndarray of shape (n_windows, 2)
            The first point of each window and the one after its last.
        limits : ndarray of shape (n_windows, 2)
            The first and the last point of each window, in units of the axis.
        centers : ndarray of shape (n_windows,)
            The middle of each window, in units of the axis.
        width : int
            Points per window.
        baseline : float
            The mean of what may be lost before a window is taken out. With "keep" it is that of
            spectra of which nothing is kept.
        classes : ndarray of shape (n_classes,)
            The labels; for multilabel spectra the numbers of the columns.
        class_means : ndarray of shape (n_classes, n_points)
            The mean spectrum of each class, as the classifier scales the spectra.
        x_axis : ndarray of shape (n_points,)
            The axis.
        mode, response_method : str
            The options, with "auto" resolved.

    Raises
    ------
    ValueError
        If an option is unknown or out of range, if `X` and `y` do not fit each other or the
        classifier, if `mode` is "exchange" and there is one spectrum only, or if `x_axis` is not
        ascending.
    AttributeError
        If the classifier lacks the `response_method`.
    sklearn.exceptions.NotFittedError
        If the classifier is not fitted.

    See Also
    --------
    OcclusionDisplay : The result over the mean spectrum of each class.
    sklearn.inspection.permutation_importance : The same question for single features.

    Notes
    -----
    The scale of the spectra is held. Nearly every classifier of spectra normalises them, and
    without the strongest peak all other peaks would become higher. So each spectrum is scaled by
    what its normalisation was before the window was taken out. This holds for steps of a Pipeline
    that scale spectra one by one, and for the `normalize` of :class:`~skspectra.PooledSVC`,
    :class:`~skspectra.PooledMLP` and :class:`~skspectra.SpectralCNN`, also inside of wrappers. A
    warning says so where a classifier scales spectra in any other way, or in different ways at
    once; it is then used as it is. In the same way the first steps of a Pipeline are done once, as
    long as they clean spectra and keep the points of the axis: windows are taken out of spectra
    whose spikes and baseline have been removed.

    The level comes from a control: the loss of each spectrum (or group) gets a random sign,
    2,000 times, and the level is passed by the largest mean over all windows in 5 % of these cases
    [2]_. Nothing is fitted again. It tells whether the loss is chance for these spectra and this
    classifier, and a classifier fitted to other spectra may use other windows. It needs at least
    five spectra (or groups), better twenty.

    A window that passes was used. A window that does not pass may still differ between the
    classes: neighbouring points and the peaks of one substance go together (they are collinear),
    so a classifier needs only some of them, and which ones is partly chance. For the same reason
    every method of this kind may find importance in windows that hold noise, if the spectra are
    those of the training or if samples were measured in different ways.

    The time is that of one prediction of the spectra per window.

    References
    ----------
    .. [1] Zeiler, M. D., Fergus, R., "Visualizing and understanding convolutional networks",
       ECCV (2014). :doi:`10.1007/978-3-319-10590-1_53`
    .. [2] Winkler, A. M., Ridgway, G. R., Webster, M. A., Smith, S. M., Nichols, T. E.,
       "Permutation inference for the general linear model", NeuroImage 92, 381 (2014).
       :doi:`10.1016/j.neuroimage.2014.01.060`

    Examples
    --------
    >>> from skspectra import PooledSVC
    >>> from skspectra.datasets import make_spectra
    >>> from skspectra.inspection import occlusion_importance
    >>> table = [([30, 60], [1.0, 0.3]), ([30, 75], [1.0, 0.3])]
    >>> X, y = make_spectra(table, 40, n_points=100, max_shift=0, sigma=1.5, random_state=0)
    >>> model = PooledSVC().fit(X[::2], y[::2])
    >>> result = occlusion_importance(model, X[1::2], y[1::2], random_state=0)
    >>> best = result.importances_mean.argmax()
    >>> result.passes[best], result.limits[best].tolist()
    (np.True_, [72.0, 79.0])
    """
    check_is_fitted(estimator)
    if mode not in MODES:
        raise ValueError(f"mode={mode!r} is not known; use one of {', '.join(map(repr, MODES))}.")
    if not hasattr(estimator, "classes_"):
        raise ValueError(
            f"{type(estimator).__name__} has no classes_; it must be a fitted classifier."
        )
    given = X
    X = check_array(X, dtype=[np.float64, np.float32], input_name="X")
    if not hasattr(given, "columns"):
        given = X
    n_samples, n_points = X.shape
    if width != "auto":
        check_scalar(width, "width", Integral, min_val=1, max_val=n_points)
    if n_repeats == "auto":
        n_repeats = min(5, -(-500 // n_samples))
    check_scalar(n_repeats, "n_repeats", Integral, min_val=1)
    check_consistent_length(X, y, groups)
    if mode == "exchange" and n_samples < 2:
        raise ValueError("mode='exchange' needs at least two spectra, but X holds one.")
    named = column_axis(given)
    if x_axis is not None:
        x_axis = check_axis(x_axis, n_points, ends=True)
    else:
        x_axis = np.arange(n_points, dtype=np.float64) if named is None else named
    method = choose_method(estimator, response_method, mode)
    target = Target(y, estimator.classes_)

    def measure(response, rows):
        return target.values(response, rows, method)

    rng = np.random.default_rng(random_state)
    model = HeldModel(estimator, given, X, METHODS[method], measure)
    if not model.is_held:
        warnings.warn(
            f"{type(estimator).__name__} scales spectra in a way that is not known, so their "
            "scale cannot be held: without its strongest peak a spectrum is scaled up. Normalise "
            "in a step of a Pipeline.",
            stacklevel=2,
        )
    starts, width = place_windows(model.X, width)
    windows = np.column_stack([starts, starts + width])
    means = target.class_means(model.scale * model.X + model.offset)
    before, losses = model.values, []
    for _ in range(n_repeats if mode == "exchange" else 1):
        base, patch = _alteration(mode, model, means, rng)
        after = _respond_to_windows(model, windows, base, patch)
        if mode == "keep":
            before = model.respond(base, np.arange(n_samples))
            losses.append(after - before)
        else:
            losses.append(before - after)
    importances = np.array([[target.shares(one).sum() for one in each] for each in losses]).T
    losses = np.mean(losses, axis=0)
    shares = np.column_stack([target.shares(one) for one in losses])
    if groups is not None:
        shares = sum_groups(shares, groups)
    if len(shares) < FEWEST_UNITS:
        what = "spectra" if groups is None else "groups"
        warnings.warn(
            f"X holds {len(shares)} {what}; no window can pass the control with fewer than "
            f"{FEWEST_UNITS}.",
            stacklevel=2,
        )
    level, p_values = sign_flips(shares, rng)
    limits = np.column_stack([x_axis[starts], x_axis[starts + width - 1]])
    return _Importance(
        importances_mean=importances.mean(axis=1),
        importances_std=importances.std(axis=1),
        importances=importances,
        per_class=np.column_stack([target.per_class(one) for one in losses]),
        per_spectrum=losses.mean(axis=2).T,
        level=level,
        p_values=p_values,
        passes=p_values <= FALSE_ALARM_RATE,
        windows=windows,
        limits=limits,
        centers=limits.mean(axis=1),
        width=width,
        baseline=float(target.shares(before).sum()),
        classes=target.classes,
        class_means=means,
        x_axis=x_axis,
        mode=mode,
        response_method=method,
    )


def _alteration(mode, model, means, rng):
    """Return the spectra that windows are written to, and a function that returns the windows.

    ``patch(rows, start, stop)`` returns what is written to a window of these rows.
    """
    X, scale, offset = model.X, model.scale, model.offset
    if mode == "line":
        return X, lambda rows, start, stop: line(X[rows], start, stop)
    if mode == "keep":
        everything_else = (np.nanmean(means, axis=0) - offset) / scale
        return everything_else.astype(X.dtype), lambda rows, start, stop: X[rows, start:stop]
    others = draw_others(len(X), rng)

    def exchanged(rows, start, stop):
        other = others[rows]
        scaled = scale[other] * X[other, start:stop] + offset[other]
        return (scaled - offset[rows]) / scale[rows]

    return X, exchanged


def _respond_to_windows(model, windows, base, patch):
    """Return the values of each window of each spectrum, (n_windows, n_samples, n_values)."""
    n_samples, n_points = base.shape
    n_rows = min(n_samples, max(1, _BLOCK // n_points))
    n_tiles = min(len(windows), max(1, _BLOCK // (n_points * n_rows)))
    values = None
    with warnings.catch_warnings():
        # The estimator has warned of the spectra as they are.
        warnings.simplefilter("ignore", UserWarning)
        for first in range(0, n_samples, n_rows):
            rows = np.arange(first, min(first + n_rows, n_samples))
            # Only windows are written and restored, because copies of spectra take longer.
            tiles = np.repeat(base[None, rows], n_tiles, axis=0)
            for i in range(0, len(windows), n_tiles):
                some = windows[i : i + n_tiles]
                for tile, (start, stop) in zip(tiles, some, strict=False):
                    tile[:, start:stop] = patch(rows, start, stop)
                altered = tiles[: len(some)].reshape(-1, n_points)
                found = model.respond(altered, np.tile(rows, len(some)))
                if values is None:
                    values = np.empty((len(windows), n_samples, found.shape[1]))
                values[i : i + len(some), rows] = found.reshape(len(some), len(rows), -1)
                for tile, (start, stop) in zip(tiles, some, strict=False):
                    tile[:, start:stop] = base[rows, start:stop]
    return values
