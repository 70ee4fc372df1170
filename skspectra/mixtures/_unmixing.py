"""Substances and their amounts in the spectra of mixtures."""

import warnings
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from skspectra._pickling import VersionMixin
from skspectra.mixtures._components import DenseComponents, LineComponents
from skspectra.mixtures._groups import alike
from skspectra.mixtures._inputs import (
    as_matrix,
    check_amounts,
    check_ignored,
    check_standard,
    find_axis,
)
from skspectra.mixtures._results import (
    Known,
    absorption_remark,
    detection_limits,
    explain,
    shares,
    weights,
)
from skspectra.mixtures._solver import Solver
from skspectra.mixtures._training import pure_spectra, tune

# Largest strain and displacement (in degrees) that "auto" stands for, and the largest offset as a
# share of the axis.
MAX_STRAIN, MAX_DISPLACEMENT, MAX_OFFSET = 0.015, 0.2, 0.005
# Decoys are strained by up to 0.3, and by more than twice what is allowed.
_LARGEST_STRAIN = 0.1
# Width of the lines of `components_`, in degrees.
_WIDTH = 0.15


class UnmixingClassifier(ClassifierMixin, VersionMixin, BaseEstimator):
    """Find the substances of mixtures by non-negative least squares, one after the other.

    It is fitted on spectra of pure substances, and predicts which of them are in a mixture, by
    how much each contributes, and what is left unexplained. The mean spectrum of each substance
    is fitted beside a smooth background; do not scale or compress spectra beforehand (SNV, square
    roots), because then they do not add up any more. At most six substances are found in one
    spectrum.

    Parameters
    ----------
    x_axis : array-like of shape (n_points,), default=None
        The axis, ascending; angles 2theta in degrees for strain. None takes the column names of a
        frame if they are numbers. Where `shift` is "none", they need not ascend; without an
        ascending axis, the points are numbered.
    shift : {"none", "offset", "strain"}, default="none"
        How a substance moves in a mixture. "none" suits infrared absorbance. "offset" moves it
        along the axis, for Raman instruments. "strain" moves it by Bragg's law, for diffraction.
        The last two need an axis.
    max_shift : float or "auto", default="auto"
        Largest strain (above 0, at most 0.1), or largest offset in the unit of the axis (above
        0). "auto" is 0.015 for strain and 0.5 % of the axis for an offset. Where nothing moves,
        `shift` is "none".
    max_displacement : float or "auto", default="auto"
        Largest displacement of the sample, in degrees times cos theta; only for strain. "auto" is
        0.2.
    n_background : int or "auto", default="auto"
        Number of smooth background terms (>= 0). "auto" is one per 60 points, from 4 to 14, and 0
        for fewer than 60 points.
    alpha : float, default=0.1
        Chance that one false substance is taken in, as decoys measure it: spectra whose lines were
        moved at random. There are at most 2000 decoys, or one per substance where that is more.
        So values below ``n_classes / 2000`` do the same as that value, and from 200 substances on
        the chance is larger than the default says.
    ignore : array-like of shape (n_ignored, n_points), default=None
        Spectra of what is no substance: an empty holder, a blank.
    internal_standard : tuple of (class, float), default=None
        A substance that was added, and its weight fraction in the sample; it makes amounts
        absolute. Its own amount must be known, from its structure or from `amounts` in fit.
    random_state : int, RandomState instance or None, default=0
        Draws the decoys.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels; numbers of the columns where `y` is a 0/1 matrix.
    class_names_ : ndarray of str of shape (n_classes,)
        Column names of `y` where it is a frame, otherwise the labels as text.
    components_ : ndarray of shape (n_classes, n_points)
        Spectra of the substances.
    phase_groups_ : list of list
        Classes that nothing can tell apart within the window of shifts; only groups of two or
        more.
    margin_ : float
        By how much a gain must exceed that of the best decoy.
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, if `X` had string column names in ``fit``.

    See Also
    --------
    skspectra.mixtures.identify : The phases of powder patterns, from a table of phases.

    Notes
    -----
    Substances are added one at a time: the one whose spectrum, shifted at its best, lowers
    chi-squared most. Points count by their noise, which is estimated from each spectrum, and by a
    share of their signal, for errors of profiles and texture: so weak lines count. A substance is
    taken in if it lowers chi-squared by more than the best of many decoys. Measured spectra have
    few bands, and decoys fall on a strong unknown band by chance. So for them the comparison is
    repeated with gains that leave out what rises far above the fit. After each substance, the
    shifts, widths and amounts of all are fitted together, and those that have become superfluous
    are taken out.

    Widths are fitted for the phases of a table. Measured spectra keep the width that their own
    instrument gave them: to make one narrower would be to deconvolve it, which raises noise.

    Measured negatives, such as those of noise around zero, are allowed: amounts are never
    negative, spectra may be. So the tag ``positive_only`` is not set.

    References
    ----------
    C. L. Lawson, R. J. Hanson, "Solving least squares problems", SIAM (1995).
    :doi:`10.1137/1.9781611971217`

    R. J. Hill, C. J. Howard, "Quantitative phase analysis from neutron powder diffraction data
    using the Rietveld method", J. Appl. Cryst. 20, 467 (1987). :doi:`10.1107/S0021889887086199`

    Examples
    --------
    >>> import numpy as np
    >>> from skspectra.mixtures import UnmixingClassifier
    >>> x = np.arange(300)
    >>> pure = np.array([np.exp(-((x - place) / 5) ** 2) for place in (60, 140, 220)])
    >>> model = UnmixingClassifier().fit(pure, np.eye(3, dtype=int))
    >>> mixture = 2 * pure[:1] + pure[2:]
    >>> model.predict(mixture), model.contributions(mixture).round(2)
    (array([[1, 0, 1]]), array([[0.67, 0.  , 0.33]]))
    """

    _parameter_constraints = {
        "x_axis": ["array-like", None],
        "shift": [StrOptions({"none", "offset", "strain"})],
        "max_shift": [Interval(Real, 0, np.inf, closed="neither"), StrOptions({"auto"})],
        "max_displacement": [Interval(Real, 0, 5, closed="both"), StrOptions({"auto"})],
        "n_background": [Interval(Integral, 0, None, closed="left"), StrOptions({"auto"})],
        "alpha": [Interval(Real, 0, 1, closed="neither")],
        "ignore": ["array-like", None],
        "internal_standard": [tuple, None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        x_axis=None,
        *,
        shift="none",
        max_shift="auto",
        max_displacement="auto",
        n_background="auto",
        alpha=0.1,
        ignore=None,
        internal_standard=None,
        random_state=0,
    ):
        self.x_axis = x_axis
        self.shift = shift
        self.max_shift = max_shift
        self.max_displacement = max_displacement
        self.n_background = n_background
        self.alpha = alpha
        self.ignore = ignore
        self.internal_standard = internal_standard
        self.random_state = random_state

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def fit(self, X, y, amounts=None):
        """Learn the spectra of the substances.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra, those of pure substances above all.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Labels, where every row is pure; or a 0/1 matrix. Its rows with several ones are
            mixtures, which help to set the stopping rule.
        amounts : array-like of shape (n_samples, n_classes), default=None
            Known amounts, above 0 for every substance that `y` names; they give response factors,
            so that :meth:`amounts` works.

        Returns
        -------
        self : UnmixingClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            If `shift` needs an axis and there is none, if `max_shift` is too large a strain, if
            shapes do not agree, if `amounts` and `y` contradict each other, or if
            `internal_standard` is no class and fraction.
        """
        self._validate_params()
        names, given = getattr(y, "columns", None), X
        X, y = validate_data(self, X, y, multi_output=True, dtype=(np.float64, np.float32))
        check_classification_targets(y)
        Y, self.classes_, self.class_names_, self._multilabel = as_matrix(y, names)
        self._dtype = y.dtype
        axis = find_axis(self.x_axis, given, X.shape[1], self.shift)
        if amounts is not None:
            amounts = check_amounts(amounts, Y, self._multilabel)
        X = X.astype(np.float64)
        self.components_ = pure_spectra(X, Y, amounts, self.class_names_)
        weighed = np.full(len(self.classes_), amounts is not None)
        self._prepare(DenseComponents(self.components_, axis, self.shift), weighed)
        if self._multilabel:
            mixtures = Y.sum(axis=1) > 1
            self._solver.margin = tune(self._solver, X[mixtures], Y[mixtures])
        self.margin_ = self._solver.margin
        return self

    def fit_table(self, table):
        """Take the substances from a table of phases instead of measured spectra.

        Every cell is then strained within its own symmetry, and widths are fitted.

        Parameters
        ----------
        table : PhaseTable
            Lines of the phases, from :func:`skspectra.diffraction.make_table`.

        Returns
        -------
        self : UnmixingClassifier
            The fitted classifier; :meth:`predict` returns a 0/1 matrix, one column per phase, and
            ``classes_`` are the names of the phases.

        Raises
        ------
        ValueError
            If `shift` is not "strain", if `max_shift` is too large a strain, if `x_axis` is
            missing or no axis of angles, or if `internal_standard` is no phase and fraction, or a
            reference card.
        """
        self._validate_params()
        if self.shift != "strain":
            raise ValueError(f"A table of phases needs shift='strain', not {self.shift!r}.")
        if self.x_axis is None:
            raise ValueError("A table of phases needs x_axis, the angles of the patterns.")
        axis = find_axis(self.x_axis, None, None, self.shift)
        self.n_features_in_ = len(axis)
        self._multilabel, self._dtype = True, np.dtype(np.int64)
        self.classes_ = np.array(table.names)
        self.class_names_ = self.classes_.astype(str)
        components = LineComponents(table, axis)
        zero = [np.zeros(n) for n in components.n_moves]
        self.components_ = np.array(
            [components.render(i, zero[i], _WIDTH)[0] for i in range(components.n)]
        )
        ghosts = table.ghosts / table.wavelengths[0, 0]
        self._prepare(components, np.array(table.weighed), np.array(table.absorption), ghosts)
        self.margin_ = self._solver.margin
        return self

    def _prepare(self, components, weighed, absorption=None, ghosts=()):
        """Set the solver and the groups of substances that nothing can tell apart."""
        standard = check_standard(
            self.internal_standard, self.classes_, self.class_names_, weighed
        )
        seed = self.random_state
        if hasattr(seed, "randint"):
            seed = seed.randint(2**31)
        n_points = len(components.x)
        self._solver = Solver(
            components,
            self._limit(components.x),
            self._displacement(),
            self._n_terms(n_points),
            self.alpha,
            check_ignored(self.ignore, n_points),
            np.random.default_rng(seed),
        )
        areas = np.abs(self.components_).sum(axis=1)
        self._known = Known(
            self.classes_, areas, self._solver, weighed, absorption, np.array(ghosts), standard
        )
        labels = alike(self._solver)
        self._solver.groups = labels
        self.phase_groups_ = [
            [self.classes_[i] for i in np.flatnonzero(labels == group)]
            for group in np.unique(labels)
            if np.sum(labels == group) > 1
        ]

    def _limit(self, axis):
        if self.shift == "none":
            return 0.0
        if self.max_shift == "auto":
            return MAX_STRAIN if self.shift == "strain" else MAX_OFFSET * np.ptp(axis)
        if self.shift == "strain" and self.max_shift > _LARGEST_STRAIN:
            raise ValueError(
                f"max_shift={self.max_shift!r} must be at most {_LARGEST_STRAIN} with "
                "shift='strain'; it is the largest strain, not an angle."
            )
        return float(self.max_shift)

    def _displacement(self):
        if self.shift != "strain":
            return 0.0
        return MAX_DISPLACEMENT if self.max_displacement == "auto" else self.max_displacement

    def _n_terms(self, n_points):
        if self.n_background != "auto":
            return min(self.n_background, n_points // 2)
        return int(np.clip(n_points // 60, 4, 14)) if n_points >= 60 else 0

    def _solutions(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=(np.float64, np.float32))
        return X, [self._solver.solve(row.astype(np.float64)) for row in X]

    def predict(self, X):
        """Predict the substances of each spectrum.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            The spectra.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_classes)
            The label with the largest share; or, after a 0/1 matrix in fit, such a matrix. A row
            of it may be all zero.
        """
        X, solutions = self._solutions(X)
        if self._multilabel:
            found = np.array([solution.amounts > 0 for solution in solutions])
            return found.astype(self._dtype)
        best = [self._largest(s, row) for s, row in zip(solutions, X, strict=True)]
        return self.classes_[np.array(best, dtype=int)]

    def _largest(self, solution, row):
        parts = shares(self._known, solution)
        if parts.any():
            return parts.argmax()
        # Nothing stands out; the label is that of the spectrum that fits best alone.
        components = self.components_
        norm = np.maximum((components**2).sum(axis=1), 1e-300)
        product = np.maximum(components @ row, 0)
        return (product**2 / norm).argmax()

    def contributions(self, X):
        """Return the share of each substance in what was fitted, without the background.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            The spectra.

        Returns
        -------
        shares : ndarray of shape (n_samples, n_classes)
            Shares of the area; each row adds to 1, or is 0 where nothing was found.
        """
        return np.array([shares(self._known, solution) for solution in self._solutions(X)[1]])

    def amounts(self, X):
        """Return weight fractions, or amounts in the unit that `amounts` had in fit.

        From a table, coefficients are per mass: w is proportional to c M V [Hill and Howard]. The
        fractions are those of the *identified crystalline* part and add to 1; an amorphous part
        and unknown phases are not counted. With `internal_standard` they are fractions of the
        whole sample. They are nan where a reference card was found, or no internal standard.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            The spectra, not rescaled.

        Returns
        -------
        amounts : ndarray of shape (n_samples, n_classes)
            The amounts.

        Raises
        ------
        ValueError
            If no amounts are known: neither from `amounts` in fit nor from structures.
        """
        check_is_fitted(self)
        if not self._known.weighed.any():
            raise ValueError(
                "Amounts are not known: give `amounts` to fit, or a table of phases made from "
                "structures. contributions() needs neither."
            )
        solutions = self._solutions(X)[1]
        remarks = {absorption_remark(self._known, solution) for solution in solutions} - {""}
        if remarks:
            warnings.warn(max(remarks), stacklevel=2)
        return np.array([weights(self._known, solution) for solution in solutions])

    def detection_limits(self, X):
        """Return the share of each substance that would have been found.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            The spectra.

        Returns
        -------
        limits : ndarray of shape (n_samples, n_classes)
            Weight fractions where those of the substance and of all that was found are known,
            otherwise shares of the area. 1 means that the substance would be found only on its
            own, if at all.
        """
        every = range(len(self.classes_))
        return np.array([detection_limits(self._known, s, every) for s in self._solutions(X)[1]])

    def explain(self, X):
        """Explain each spectrum: contributions, what is left, and the peaks nothing explains.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            The spectra.

        Returns
        -------
        explanations : list of Explanation
            One per spectrum.
        """
        X, solutions = self._solutions(X)
        return [explain(self._known, *pair) for pair in zip(X, solutions, strict=True)]
