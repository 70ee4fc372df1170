"""Conformity scores: how badly each label fits a spectrum, by the output of a classifier.

A larger score is worse. Scores order spectra and labels; their size has no meaning.
"""

import numpy as np

METHODS = {"margin": "decision_function", "probability": "predict_proba"}


def choose_score(estimator, asked):
    """Return the score that is asked for, or the first that the estimator has the method for.

    Parameters
    ----------
    estimator : estimator
        A fitted classifier.
    asked : {"auto", "margin", "probability"}
        The parameter `conformity_score`.

    Returns
    -------
    score : {"margin", "probability"}
        The score.

    Raises
    ------
    ValueError
        If the estimator lacks the method.
    """
    usable = [name for name, method in METHODS.items() if hasattr(estimator, method)]
    if asked == "auto" and usable:
        return usable[0]
    if asked not in usable:
        raise ValueError(
            f"conformity_score={asked!r} needs an estimator with "
            f"{METHODS.get(asked, 'decision_function or predict_proba')}, but "
            f"{type(estimator).__name__} has none."
        )
    return asked


def label_scores(model, X, score, classes, multilabel):
    """Return how badly each label fits each spectrum, by a fitted model.

    Parameters
    ----------
    model : estimator
        A fitted classifier. It need not know all classes.
    X : array-like of shape (n_samples, n_points)
        Spectra, as the model takes them.
    score : {"margin", "probability"}
        Which score.
    classes : ndarray of shape (n_classes,)
        The labels, sorted.
    multilabel : bool
        Whether each label is judged alone.

    Returns
    -------
    scores : ndarray of shape (n_samples, n_classes)
        inf for a class that the model does not know.
    """
    values = getattr(model, METHODS[score])(X)
    if multilabel:
        values = presence(values, model, len(classes))
        return -values if score == "margin" else odds_against(values, 1 - values)
    if values.ndim == 1:
        values = np.column_stack([-values, values])
    if values.shape[1] != len(model.classes_):
        raise ValueError(
            f"{METHODS[score]} of the estimator has {values.shape[1]} columns for "
            f"{len(model.classes_)} classes, but needs one for each; set "
            "decision_function_shape='ovr'."
        )
    every = np.full((len(values), len(classes)), -np.inf if score == "margin" else 0.0)
    every[:, np.searchsorted(classes, model.classes_)] = values
    return margin_scores(every) if score == "margin" else probability_scores(every)


def presence(values, model, n_labels):
    """Return what a model says of the presence of each label, as columns of a matrix."""
    if isinstance(values, list):
        # Trees have one array per label, with a column for each of 0 and 1 that occurred.
        values = np.column_stack(
            [
                proba[:, list(known).index(1)] if 1 in known else np.zeros(len(proba))
                for proba, known in zip(values, model.classes_, strict=True)
            ]
        )
    return np.asarray(values, dtype=np.float64).reshape(-1, n_labels)


def margin_scores(decisions):
    """Return for each label by how much the best other label beats it.

    Parameters
    ----------
    decisions : ndarray of shape (n_samples, n_classes)
        Decision function, one column per class; -inf for a class that the model does not know.

    Returns
    -------
    scores : ndarray of shape (n_samples, n_classes)
        The decision of the best other class minus that of the class; inf for an unknown class.
    """
    decisions = np.asarray(decisions, dtype=np.float64)
    order = np.sort(decisions, axis=1)
    first, second = order[:, -1:], order[:, -2:-1]
    rows = np.arange(len(decisions))
    best_other = np.repeat(first, decisions.shape[1], axis=1)
    best_other[rows, decisions.argmax(axis=1)] = second[:, 0]
    known = np.isfinite(decisions)
    return np.where(known, best_other - np.where(known, decisions, 0), np.inf)


def probability_scores(proba):
    """Return for each label the logarithm of the odds against it.

    They order labels and spectra as 1 - p does, the score of the least ambiguous sets [1]_, but
    stay apart where p rounds to 1, as it does for overconfident networks.

    Parameters
    ----------
    proba : ndarray of shape (n_samples, n_classes)
        Probabilities; each row sums to 1.

    Returns
    -------
    scores : ndarray of shape (n_samples, n_classes)
        ``log((1 - p) / p)``; inf for a probability of 0.

    References
    ----------
    .. [1] Sadinle, M., Lei, J., Wasserman, L., "Least ambiguous set-valued classifiers with
       bounded error levels", J. Am. Stat. Assoc. 114, 223 (2019).
       :doi:`10.1080/01621459.2017.1395341`
    """
    proba = np.asarray(proba, dtype=np.float64)
    rows, best = np.arange(len(proba)), proba.argmax(axis=1)
    others = 1 - proba
    # Subtracted from 1, the odds of a sure label would be rounded.
    rest = proba.copy()
    rest[rows, best] = 0
    others[rows, best] = rest.sum(axis=1)
    return odds_against(proba, others)


def odds_against(proba, others):
    """Return ``log(others / proba)``: inf where `proba` is 0, -inf where `others` is 0."""
    with np.errstate(divide="ignore"):
        return np.log(others) - np.log(proba)
