"""The published challenge, scored on freshly drawn spectra of the same classes."""

import numpy as np

from skspectra.comparison._compare import compare
from skspectra.comparison._models import default_pairs
from skspectra.datasets import bayes_optimum, make_challenge, make_spectra

N_REPLICATES = 5
N_TRAIN_PER_CLASS = 50
N_TEST_PER_CLASS = 75
N_POINTS = 5000
N_CLASSES = 27

# These are means over five seeds on 162 test spectra, for hidden layers with ReLU, which cnn6 has
# by itself.
PUBLISHED = {
    "cnn2, ReLU": 107.4 / 162,
    "cnn3, ReLU": 100.0 / 162,
    "cnn6": 135.0 / 162,
    "inc3, ReLU": 105.8 / 162,
    "inc6, ReLU": 124.6 / 162,
}


def compare_challenge(
    models, *, max_shift=None, random_state=0, n_jobs=None, results=None, progress=None
):
    """Compare models on the published challenge of 27 classes that are hard to tell apart.

    There are five replicates. The first trains on the published training set, the others on fresh
    training sets of the same distribution and size. Each is scored on 2,025 fresh spectra of its
    own. The models of the first replicate also score the published test grid, in which many
    spectra are exact ties of two classes. Nothing is chosen by the score on this grid.

    Parameters
    ----------
    models : dict of str to estimator or (estimator, None)
        The models by name, without a search.
    max_shift : int, default=None
        Displacement of the test spectra in the shift test, in points, see :func:`compare`.
    random_state : int, default=0
        Seed of the fresh spectra.
    n_jobs : int, default=None
        Number of jobs at a time, see :func:`compare`.
    results : str or path-like, default=None
        Folder for the runs, so that none is made twice, see :func:`compare`.
    progress : callable, default=None
        Function that is called with one line of text after each fit.

    Returns
    -------
    result : Comparison
        The result, including the Bayes ``optimum`` of the fresh spectra and the ``published``
        accuracies on the grid. The verdicts are on the pairs of :func:`default_pairs`, or on all
        pairs if it returns none.

    References
    ----------
    J. Schuetzke, N. J. Szymanski, M. Reischl, "Validating neural networks for spectroscopic
    classification on a universal synthetic dataset", npj Computational Materials 9, 100 (2023),
    doi 10.1038/s41524-023-01055-y.
    """
    challenge = make_challenge(dtype=np.float32)
    X, y = [challenge.X_train], [challenge.y_train]
    rng = np.random.default_rng([random_state, N_REPLICATES])
    n_train = [0] + [N_TRAIN_PER_CLASS] * (N_REPLICATES - 1)
    for n_samples in n_train:
        for n in (n_samples, N_TEST_PER_CLASS):
            if n:
                fresh = make_spectra(challenge.table, n, dtype=np.float32, random_state=rng)
                X.append(fresh[0])
                y.append(fresh[1])
    parts = np.split(np.arange(sum(map(len, y))), np.cumsum([len(part) for part in y])[:-1])
    names = np.asarray(challenge.target_names)
    result = compare(
        np.concatenate(X),
        names[np.concatenate(y)],
        models,
        cv=list(zip(parts[::2], parts[1::2], strict=True)),
        independent=True,
        holdout=(challenge.X_test, names[challenge.y_test]),
        max_shift=max_shift,
        pairs=default_pairs(models) or "all",
        random_state=random_state,
        n_jobs=n_jobs,
        results=results,
        progress=progress,
    )
    optimum = bayes_optimum(challenge.table, n_samples=2000, random_state=random_state)
    result.optimum = optimum.accuracy
    result.published = PUBLISHED
    result.settings["data"] = "published challenge, fresh spectra"
    return result
