"""How far a spectrum is from everything that a model was trained on.

The score is the distance from the nearest class, where each class is a Gaussian whose covariance
is shrunk towards the one that all classes share [1]_, and directions that no training spectrum
has cost most. It is computed in the space that the model sees. What a distance means is left to
the calibration: a conformal p-value holds for any score.

.. [1] Friedman, J. H., "Regularized discriminant analysis", J. Am. Stat. Assoc. 84, 165 (1989).
   :doi:`10.1080/01621459.1989.10478752`
"""

import numpy as np
from sklearn.decomposition import PCA

# Directions of the training spectra that are kept; what is left counts as outside their span.
MAX_RANK = 100
# Weight of the shared covariance, in spectra: a class of as many spectra trusts its own as much.
PRIOR = 20.0
# Share of the mean variance that every direction has at least.
RIDGE = 0.1


def fit_classes(features, codes):
    """Describe each class as a Gaussian in the span of the training spectra.

    Parameters
    ----------
    features : ndarray of shape (n_samples, n_features)
        Training spectra, as the model sees them.
    codes : ndarray of shape (n_samples,)
        Number of the class of each, from 0.

    Returns
    -------
    described : dict of str to ndarray
        What :func:`class_distance` needs. In the coordinates ``(features - center) @ basis.T @
        whiten`` the covariance that the classes share is the identity. A class has its mean there
        and the `axes` along which it varies, each with a `gain`, of which there are as many as it
        has spectra.
    """
    n_samples, n_features = features.shape
    counts = np.bincount(codes)
    pca = PCA(min(n_samples, n_features, MAX_RANK), random_state=0)
    with np.errstate(invalid="ignore"):
        # Equal spectra have no shares of variance, but they have axes.
        pca.fit(features)
    center, basis = pca.mean_, pca.components_
    inside = (features - center) @ basis.T
    means = np.array([inside[codes == code].mean(axis=0) for code in range(len(counts))])
    within = inside - means[codes]
    shared = within.T @ within / max(1, n_samples - len(counts))
    total = np.sum((features - center) ** 2) / n_samples
    # The second term is for classes whose spectra are all equal, the third for equal classes.
    ridge = (RIDGE * np.trace(shared) + 1e-9 * total) / n_features + np.finfo(float).eps ** 2
    variances, directions = np.linalg.eigh(shared)
    whiten = directions / np.sqrt(variances.clip(0) + ridge)
    within = within @ whiten
    axes, gains = [], []
    for code in range(len(counts)):
        _, stretch, vectors = np.linalg.svd(within[codes == code], full_matrices=False)
        axes.append(vectors)
        gains.append(stretch**2 / (PRIOR + stretch**2))
    return {
        "center": center,
        "basis": basis,
        "whiten": whiten,
        "ridge": np.array(ridge),
        "counts": counts,
        "means": means @ whiten,
        "axes": np.concatenate(axes),
        "gains": np.concatenate(gains),
        "starts": np.cumsum([0, *map(len, axes)]),
    }


def class_distance(described, features):
    """Return the Mahalanobis distance of each spectrum from the nearest class.

    The covariance of a class of n spectra is ``(PRIOR * shared + n_free * own) / (PRIOR +
    n_free)`` with ``n_free = n - 1``. Its inverse needs only the axes of `own`, by Woodbury's
    identity.

    Parameters
    ----------
    described : dict of str to ndarray
        The classes, from :func:`fit_classes`.
    features : ndarray of shape (n_samples, n_features)
        Spectra, as the model sees them.

    Returns
    -------
    distances : ndarray of shape (n_samples,)
        At least 0.
    """
    centred = features - described["center"]
    inside = centred @ described["basis"].T
    outside = np.sum(centred**2, axis=1) - np.sum(inside**2, axis=1)
    outside = outside.clip(0) / described["ridge"]
    inside = inside @ described["whiten"]
    nearest = np.full(len(features), np.inf)
    starts = described["starts"]
    for i, (count, mean) in enumerate(zip(described["counts"], described["means"], strict=True)):
        own = slice(starts[i], starts[i + 1])
        away = inside - mean
        along = (away @ described["axes"][own].T) ** 2 @ described["gains"][own]
        squared = np.sum(away**2, axis=1) - along + outside
        np.minimum(nearest, squared * (PRIOR + count - 1) / PRIOR, out=nearest)
    return np.sqrt(nearest.clip(0))
