"""Sets of plausible labels, and "none of these", around any classifier."""

import warnings
from contextlib import contextmanager
from numbers import Real

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, _fit_context, clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils import get_tags
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import (
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from skspectra._pickling import VersionMixin
from skspectra._validation import FLAT, warn_if_flat
from skspectra.preprocessing._seen import model_features
from skspectra.uncertainty import _conformal as conformal
from skspectra.uncertainty._checks import (
    check_groups,
    check_unknown_label,
    learn_labels,
    requests_groups,
)
from skspectra.uncertainty._folds import is_frame, make_folds, rows_of, rows_of_params
from skspectra.uncertainty._novelty import class_distance, fit_classes
from skspectra.uncertainty._scores import choose_score, label_scores, presence


@contextmanager
def _quiet():
    """Say nothing of spectra or of their names that was said of them before."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", f".* {FLAT}", UserWarning)
        warnings.filterwarnings("ignore", "X does not have valid feature names", UserWarning)
        yield


def _as_float(X):
    return X if X.dtype in (np.float32, np.float64) else X.astype(np.float64)


def _estimator_has(method):
    def check(self):
        getattr(self.estimator_ if hasattr(self, "estimator_") else self.estimator, method)
        return True

    return check


class ConformalClassifier(ClassifierMixin, MetaEstimatorMixin, VersionMixin, BaseEstimator):
    """Any classifier, with sets of plausible labels and a test for spectra unlike all others.

    A probability near 1 says nothing of a spectrum that no class fits, and is too high for many
    that one does. This class compares each new spectrum with spectra that a model had not been
    trained on, and counts. What it says holds for any classifier, as long as new spectra come
    from where the training spectra came from.

    Parameters
    ----------
    estimator : estimator
        A classifier with ``decision_function`` or ``predict_proba``, or a Pipeline that ends in
        one. It is cloned and fitted `cv` + 1 times. A fitted one inside
        :class:`sklearn.frozen.FrozenEstimator` is not fitted again: then all spectra given to
        ``fit`` must be new to it, and calibrate it (split-conformal).
    conformity_score : {"auto", "margin", "probability"}, default="auto"
        How badly a label fits. "margin" is by how much the best other label beats it in
        ``decision_function``, "probability" one minus its probability. "auto" is "margin" if the
        estimator has a ``decision_function``. For multilabel spectra "margin" is the decision of
        each label alone.
    cv : int, splitter or list of (train, test) index arrays, default=5
        Folds that calibrate. A number is that of stratified, shuffled folds; with `groups` each
        group is in one fold. Every spectrum must be in exactly one test fold.
    per_class : bool, default=False
        Whether labels are compared with calibration spectra of their own class only (Mondrian),
        so that the level holds in every class, not only on average. Multilabel spectra are always
        compared so.
    unknown_label : str, int or float, default=None
        What ``predict`` writes for a spectrum unlike anything seen. It must be of the kind of the
        labels and none of them. None rejects nothing.
    false_alarm_rate : float, default=0.05
        Share of ordinary spectra that may be rejected, in (0, 1). It is used only with an
        `unknown_label`, and must be at least 1/(n + 1) for n calibration spectra or groups.
    random_state : int, RandomState instance or None, default=None
        Seeds the folds, and the numbers that break ties between scores at random. None draws from
        fresh entropy.

    Attributes
    ----------
    estimator_ : estimator
        The clone fitted on everything, which predicts; or the frozen one.
    estimators_ : list of estimator
        One fitted clone per fold; or the frozen one alone.
    classes_ : ndarray of shape (n_classes,)
        The labels, without `unknown_label`; for multilabel spectra the numbers of the columns.
    n_calibration_ : int
        Number of calibration spectra, or of groups: the n of the smallest p-value, 1/(n + 1).
    class_counts_ : ndarray of shape (n_classes,)
        The same for each class: spectra or groups in which it occurs.
    conformity_score_ : str
        The conformity score that "auto" stands for.
    n_features_in_ : int
        Points per spectrum seen in ``fit``.
    feature_names_in_ : ndarray of shape (n_points,)
        Names of the points, if `X` had string column names in ``fit``.

    See Also
    --------
    sklearn.calibration.CalibratedClassifierCV : Probabilities that are right on average.
    sklearn.frozen.FrozenEstimator : Keep a fitted estimator from being fitted again.

    Notes
    -----
    Each spectrum is scored by the model of the fold that it was left out of [1]_. The p-value of
    a label is the share of calibration spectra that fit their own label at most as well as the
    new spectrum fits this one. A set of level .9 holds the labels with a p-value above .1. It is
    proven to hold the true label with a probability of at least 1 - 2 * (1 - level), here .8;
    what is observed is close to the level. With a frozen estimator the level itself is proven.

    The smallest p-value is 1/(n + 1). So sets of 90 % need 9 calibration spectra (in every class
    if `per_class`), and 5 % false alarms need 19. With `groups` it is groups that count: each
    weighs one however many spectra it has [2]_, because replicates are no independent evidence.
    What is promised then holds for a spectrum of a new group. The groups choose the folds and the
    weights. They are passed on to the estimator only with metadata routing enabled, if it
    requested them.

    A set may be empty. At an accuracy of 99.8 % a set of 90 % leaves out the true label of 10 % of
    spectra as it should, and most of these sets hold no other label either. It does not mean that
    the spectrum is unknown: raise the level.

    Rejection uses another score: the distance from the nearest class among the training spectra,
    each class with the spread of its spectra, in the space that the model sees: the
    ``transform_features`` of the estimator if it has one, the steps before the last of a Pipeline,
    otherwise normalised, pooled, compressed spectra. Scores that compare classes cannot tell that
    a spectrum is of none of them.

    Ties are broken at random: a number that depends on `random_state` and the spectrum ranks equal
    scores. So the same spectrum always has the same p-value in the same precision.

    `cv` + 1 models are kept. To predict novelty, the classes are described once per fold, which
    takes about ``8 * cv * n_samples * min(n_features, 100)`` bytes more. For 1,350 spectra of
    5,000 points and :class:`PooledSVC` it is 5 MB, beside six models of 0.7 MB.

    References
    ----------
    .. [1] Vovk, V., "Cross-conformal predictors", Ann. Math. Artif. Intell. 74, 9 (2015).
       :doi:`10.1007/s10472-013-9368-4`
    .. [2] Dunn, R., Wasserman, L., Ramdas, A., "Distribution-free prediction sets for two-layer
       hierarchical models", J. Am. Stat. Assoc. 118, 2491 (2023).
       :doi:`10.1080/01621459.2022.2060112`

    Examples
    --------
    >>> from skspectra import PooledSVC
    >>> from skspectra.datasets import make_spectra
    >>> from skspectra.uncertainty import ConformalClassifier
    >>> table = [([20, 60], [1.0, 0.5]), ([30, 80], [1.0, 0.5]), ([40, 50], [1.0, 0.5])]
    >>> X, y = make_spectra(table, 20, n_points=100, max_shift=3, random_state=0)
    >>> known = y < 2
    >>> model = ConformalClassifier(PooledSVC(), unknown_label=-1, random_state=0)
    >>> model.fit(X[known], y[known]).predict(X[[0, 20, 40]])
    array([ 0,  1, -1])
    """

    _parameter_constraints = {
        "estimator": [HasMethods(["fit", "predict"])],
        "conformity_score": [StrOptions({"auto", "margin", "probability"})],
        "cv": ["cv_object"],
        "per_class": ["boolean"],
        "unknown_label": [None, str, Real],
        "false_alarm_rate": [Interval(Real, 0, 1, closed="neither")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator,
        *,
        conformity_score="auto",
        cv=5,
        per_class=False,
        unknown_label=None,
        false_alarm_rate=0.05,
        random_state=None,
    ):
        self.estimator = estimator
        self.conformity_score = conformity_score
        self.cv = cv
        self.per_class = per_class
        self.unknown_label = unknown_label
        self.false_alarm_rate = false_alarm_rate
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, groups=None, **fit_params):
        """Fit the estimator on everything, and once without each fold.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra. If the estimator is frozen, they must be new to it.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Labels, or a 0/1 matrix for multilabel spectra.
        groups : array-like of shape (n_samples,), default=None
            What spectra have in common, such as a sample or an instrument. No group is divided
            between folds, and each weighs one. With metadata routing enabled they are also passed
            on to an estimator that requested them, otherwise not.
        **fit_params : dict
            Arguments for the ``fit`` of the estimator. With metadata routing enabled, those that
            the estimator requested are passed on, otherwise all of them. What has one value per
            spectrum is cut to the spectra of a fold. A frozen estimator gets none.

        Returns
        -------
        self : ConformalClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            If there is only one class, if there are fewer spectra or groups than folds, if `cv`
            does not leave out each spectrum once or divides a group, if the estimator lacks the
            scores, if `y` has labels that a frozen estimator does not know, if `unknown_label`
            is a label, of another kind or given for multilabel spectra, if `false_alarm_rate`
            is below 1/(n + 1), or if no class is in more than one of the `groups`.
        """
        # If anything fails from here on, no old estimator is left beside the new attributes.
        vars(self).pop("estimator_", None)
        if get_config()["enable_metadata_routing"]:
            if groups is not None and requests_groups(self.estimator):
                fit_params = {"groups": groups, **fit_params}
            fit_params = process_routing(self, "fit", **fit_params)["estimator"]["fit"]
        frame = X
        X, y = validate_data(self, X, y, multi_output=True)
        X = _as_float(X)
        warn_if_flat(X)
        # An estimator that is fitted on a frame knows the names of the points.
        given = frame if self._has_names(frame) else X
        y, self.classes_, self._multilabel = learn_labels(y, self.estimator)
        if groups is not None:
            groups = column_or_1d(groups)
            check_consistent_length(X, groups)
            check_groups(y, groups, self.estimator)
        present = y if y.ndim == 2 else y[:, None] == self.classes_
        rows, labels = np.nonzero(present)
        self._weigh(rows, labels, groups, len(X))
        self._check_rejection()

        rng = np.random.default_rng(self.random_state)
        seed = int(rng.integers(2**31))
        frozen = isinstance(self.estimator, FrozenEstimator)
        fold = make_folds(self.cv, X, y, groups, seed)
        if frozen:
            check_is_fitted(self.estimator)
            estimator, models = self.estimator, [self.estimator]
            model_of = np.zeros(len(X), dtype=int)
        else:
            with _quiet():
                estimator = clone(self.estimator).fit(given, y, **fit_params)
            model_of = fold
            models = [
                self._fit_without(np.flatnonzero(fold != k), given, y, fit_params)
                for k in range(fold.max() + 1)
            ]
        self.conformity_score_ = choose_score(estimator, self.conformity_score)
        own = np.empty(len(rows))
        for k, model in enumerate(models):
            here = model_of[rows] == k
            left_out = np.flatnonzero(model_of == k)
            scores = self._scores(model, rows_of(given, left_out))
            own[here] = scores[np.searchsorted(left_out, rows[here]), labels[here]]
        self._seed, self._fold = seed, fold
        self._ties = conformal.tie_numbers(X, seed)
        self._entry_labels, self._entry_scores = labels, own
        self._entry_models, self._entry_ties = model_of[rows], self._ties[rows]
        self.estimators_ = models
        self._fit_novelty(given, y)
        self.estimator_ = estimator
        return self

    def _has_names(self, X):
        return is_frame(X) and hasattr(self, "feature_names_in_")

    def _weigh(self, rows, labels, groups, n_samples):
        """Count spectra or groups, and weigh the entries: one for each label of a spectrum."""
        groups = np.arange(n_samples) if groups is None else groups
        self._weights = conformal.group_weights(groups)
        self.n_calibration_ = len(np.unique(groups))
        counts, within = np.zeros(len(self.classes_), dtype=int), np.empty(len(rows))
        for label in range(len(self.classes_)):
            here = labels == label
            counts[label] = len(np.unique(groups[rows[here]]))
            within[here] = conformal.group_weights(groups[rows[here]])
        self.class_counts_ = counts
        self._by_class = bool(self.per_class) or self._multilabel
        self._entry_weights = within if self._by_class else self._weights[rows]

    def _check_rejection(self):
        """Raise a ValueError if `predict` cannot reject as it is asked to."""
        if self.unknown_label is None:
            return
        check_unknown_label(self.unknown_label, self.classes_, self._multilabel)
        what = f"false_alarm_rate={self.false_alarm_rate}"
        conformal.check_rate(self.false_alarm_rate, self.n_calibration_, what)

    def _fit_without(self, rows, X, y, fit_params):
        params = rows_of_params(fit_params, rows, len(y))
        with _quiet():
            return clone(self.estimator).fit(rows_of(X, rows), y[rows], **params)

    def _scores(self, model, X):
        with _quiet():
            return label_scores(model, X, self.conformity_score_, self.classes_, self._multilabel)

    def _fit_novelty(self, X, y):
        """Describe the classes without each fold, and score the spectra of the fold."""
        # Multilabel spectra with the same labels are a class.
        axis = 0 if self._multilabel else None
        codes = np.unique(y, axis=axis, return_inverse=True)[1].ravel()
        self._described, self._distances = [], np.empty(len(y))
        for k in range(self._fold.max() + 1):
            out = self._fold == k
            with _quiet():
                features = model_features(self._novelty_model(k), X)
            _, kept = np.unique(codes[~out], return_inverse=True)
            self._described.append(fit_classes(features[~out], kept))
            self._distances[out] = class_distance(self._described[k], features[out])

    def _novelty_model(self, fold):
        # A frozen model is the same for every fold.
        return self.estimators_[fold if len(self.estimators_) > 1 else 0]

    def _check_X(self, X):
        """Return spectra as the models take them, and their tie numbers."""
        check_is_fitted(self)
        frame = X
        X = _as_float(validate_data(self, X, reset=False))
        warn_if_flat(X)
        ties = conformal.tie_numbers(X, self._seed)
        return frame if self._has_names(frame) else X, ties

    def predict(self, X):
        """Predict labels, and reject spectra unlike anything seen if there is an `unknown_label`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
            The prediction of ``estimator_``, or `unknown_label` where the p-value of
            :meth:`novelty_p_values` is at most `false_alarm_rate`. The type of the labels is
            widened to hold both.
        """
        y = self._delegate("predict", X)
        if self.unknown_label is None:
            return y
        self._check_rejection()
        unknown = np.array([self.unknown_label])
        y = np.asarray(y).astype(np.result_type(self.classes_.dtype, unknown.dtype))
        with _quiet():
            novel = self.novelty_p_values(X) <= self.false_alarm_rate + conformal.TOLERANCE
        y[novel] = self.unknown_label
        return y

    def predict_set(self, X, level=0.9):
        """Find the plausible labels of each spectrum.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.
        level : float, default=0.9
            Share of spectra whose set should hold the true label, in (0, 1).

        Returns
        -------
        plausible : ndarray of shape (n_samples, n_classes), dtype int
            1 where the p-value of a label is above ``1 - level``. A row may be all 0: then raise
            the level.

        Raises
        ------
        ValueError
            If `level` is not in (0, 1), or if ``1 - level`` is below 1/(n + 1) for the n
            calibration spectra or groups, of the rarest class if the level holds by class.
        """
        check_is_fitted(self)
        if not isinstance(level, Real) or not 0 < level < 1:
            raise ValueError(f"level={level!r} must be a number above 0 and below 1.")
        n_units, what = self.n_calibration_, f"level={level}"
        if self._by_class:
            rarest = self.class_counts_.argmin()
            n_units = int(self.class_counts_[rarest])
            what = f"level={level} in every class, class {self.classes_[rarest]!s}"
        conformal.check_rate(1 - level, n_units, what)
        return (self.p_values(X) > 1 - level + conformal.TOLERANCE).astype(int)

    def p_values(self, X):
        """Compute the p-value of each label.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.

        Returns
        -------
        p : ndarray of shape (n_samples, n_classes)
            The share of calibration spectra that fit their own label no better than the spectrum
            fits this one. For multilabel spectra the hypothesis of column j is that label j is
            present, and it is compared with spectra in which it is.
        """
        X, ties = self._check_X(X)
        weight = np.zeros((len(ties), len(self.classes_)))
        every = slice(None)
        for k, model in enumerate(self.estimators_):
            scores = self._scores(model, X)
            here = self._entry_models == k
            for label in range(len(self.classes_)) if self._by_class else [every]:
                rows = here if label is every else here & (self._entry_labels == label)
                columns = every if label is every else [label]
                weight[:, columns] += conformal.weight_above(
                    self._entry_scores[rows],
                    self._entry_ties[rows],
                    self._entry_weights[rows],
                    scores[:, columns],
                    ties,
                )
        n_units = self.class_counts_ if self._by_class else self.n_calibration_
        return conformal.p_values(weight, n_units)

    def novelty_p_values(self, X):
        """Compute how usual each spectrum is, whatever its label.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.

        Returns
        -------
        p : ndarray of shape (n_samples,)
            The share of calibration spectra that are at least as far from the training spectra of
            their fold. Rejecting spectra with a p-value of at most r rejects a share of about r
            of ordinary spectra, and at most 2 r on average.
        """
        X, ties = self._check_X(X)
        weight = np.zeros((len(ties), 1))
        for k, described in enumerate(self._described):
            with _quiet():
                features = model_features(self._novelty_model(k), X)
            rows = self._fold == k
            weight += conformal.weight_above(
                self._distances[rows],
                self._ties[rows],
                self._weights[rows],
                class_distance(described, features)[:, None],
                ties,
            )
        return conformal.p_values(weight, self.n_calibration_)[:, 0]

    def _delegate(self, method, X):
        check_is_fitted(self)
        frame = X
        X = _as_float(validate_data(self, X, reset=False))
        warn_if_flat(X)
        with _quiet():
            return getattr(self.estimator_, method)(frame if self._has_names(frame) else X)

    @available_if(_estimator_has("predict_proba"))
    def predict_proba(self, X):
        """Predict the probability of each class, by the estimator.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            The probabilities of ``estimator_``, without `unknown_label`.
        """
        proba = self._delegate("predict_proba", X)
        if isinstance(proba, list):
            return presence(proba, self.estimator_, len(self.classes_))
        return proba

    @available_if(_estimator_has("decision_function"))
    def decision_function(self, X):
        """Compute the score of each class, by the estimator.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_points)
            Spectra.

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            The scores of ``estimator_``.
        """
        return self._delegate("decision_function", X)

    def get_metadata_routing(self):
        """Return which metadata ``fit`` takes and passes on, and which ``score`` takes.

        It is used where metadata routing is enabled
        (``sklearn.set_config(enable_metadata_routing=True)``).

        Returns
        -------
        routing : MetadataRouter
            The requests of the estimator's ``fit``, of this classifier's ``fit`` (`groups`) and
            of its ``score``.
        """
        return (
            MetadataRouter(owner=self)
            .add_self_request(self)
            .add(
                estimator=self.estimator,
                method_mapping=MethodMapping().add(caller="fit", callee="fit"),
            )
        )

    def __sklearn_is_fitted__(self):
        return hasattr(self, "estimator_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.classifier_tags = inner.classifier_tags
        tags.target_tags = inner.target_tags
        return tags
