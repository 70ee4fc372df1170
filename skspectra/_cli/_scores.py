"""The labels that a model from a file gives to spectra, with their scores."""

# Ordinary spectra of which this share is reported as unlike all training spectra.
FALSE_ALARMS = 0.05


def label_spectra(X, file):
    """Return label, score, second label, its score and whether it is unlike the training spectra.

    The score is the probability of the label, or the value of the decision function where the
    model has no probabilities, and empty where it has neither.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_points)
        Spectra on the axis of the model.
    file : ModelFile
        The model.

    Returns
    -------
    rows : list of tuple
        One per spectrum.
    """
    import warnings

    import numpy as np

    from skspectra.io._model_file import tells_unlike

    model = file.model
    names = np.asarray(file.classes, dtype=object)
    with warnings.catch_warnings():
        # The remark says which spectra are constant.
        warnings.filterwarnings("ignore", ".* are all zero or constant", UserWarning)
        predicted = np.asarray(model.predict(X))
        scores = _scores(model, X)
        unlike = np.zeros(len(X), dtype=bool)
        if tells_unlike(model, FALSE_ALARMS):
            unlike = model.novelty_p_values(X) <= FALSE_ALARMS
    if predicted.ndim == 2:
        return [
            ("+".join(map(str, names[row == 1])) or "none", *_least(row, score), flag)
            for row, score, flag in zip(predicted, scores, unlike, strict=True)
        ]
    rows = []
    for label, score, flag in zip(predicted.tolist(), scores, unlike, strict=True):
        # A spectrum that the model rejects has a label without a score.
        if score is None or label not in file.classes:
            rows.append((label, "", "", "", flag))
            continue
        own = file.classes.index(label)
        second = max((i for i in range(len(names)) if i != own), key=lambda i: score[i])
        shown = f"{score[own]:.4g}", names[second], f"{score[second]:.4g}"
        rows.append((label, *shown, flag))
    return rows


def _scores(model, X):
    """Return a row of scores, one for each class, for each spectrum; None where there are none."""
    import numpy as np

    if hasattr(model, "predict_proba"):
        proba = model.predict_proba(X)
        if isinstance(proba, list):
            from skspectra.uncertainty._scores import presence

            # Trees and nearest neighbours have one array per label.
            return presence(proba, model, len(proba))
        return np.asarray(proba)
    if hasattr(model, "decision_function"):
        scores = np.asarray(model.decision_function(X))
        return np.stack([-scores, scores], axis=1) if scores.ndim == 1 else scores
    return [None] * len(X)


def _least(row, score):
    """Return the score of the least sure label of several, and no second label."""
    if score is None or not row.any():
        return "", "", ""
    return f"{score[row == 1].min():.4g}", "", ""
