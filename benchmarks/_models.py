"""The models of the benchmarks, with their settings."""

import os

from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skspectra import (
    AugmentedClassifier,
    MaxPoolDownsampler,
    PeakShiftAugmenter,
    PooledMLP,
    PooledSVC,
    SpectralCNN,
)
from skspectra.comparison import _challenge
from skspectra.preprocessing import IntensityCompressor, SpectrumNormalizer

# Threads of a network; those of `networks` write the number beside their seconds.
N_THREADS = int(os.environ.get("OMP_NUM_THREADS", 1))
# What stands before a classical model.
INPUTS = ("raw", "pooled", "compressed")
CLASSIFIERS = {
    "nearest centroid": NearestCentroid(),
    "nearest neighbour": KNeighborsClassifier(1),
    "logistic regression": LogisticRegression(C=100, max_iter=10_000),
    "decision tree": DecisionTreeClassifier(random_state=0),
    "extra trees": ExtraTreesClassifier(random_state=0),
    "MLP": MLPClassifier(256, random_state=0),
    "SVM": None,
}

_shifts = PeakShiftAugmenter()
PUBLISHED_NETWORKS = {
    "cnn2": SpectralCNN("cnn2"),
    "cnn2, ReLU": SpectralCNN("cnn2", hidden_activation="relu"),
    "cnn3": SpectralCNN("cnn3"),
    "cnn3, ReLU": SpectralCNN("cnn3", hidden_activation="relu"),
    "cnn6, linear": SpectralCNN("cnn6", hidden_activation="linear"),
    "cnn6": SpectralCNN("cnn6"),
    "inc3": SpectralCNN("inc3"),
    "inc3, ReLU": SpectralCNN("inc3", hidden_activation="relu"),
    "inc6": SpectralCNN("inc6"),
    "inc6, ReLU": SpectralCNN("inc6", hidden_activation="relu"),
}
NETWORKS = PUBLISHED_NETWORKS | {
    "pooled MLP": PooledMLP(augmenter=_shifts),
    # For large sets, whose epochs have many steps.
    "pooled MLP, patience 10": PooledMLP(augmenter=_shifts, n_iter_no_change=10),
    "pooled MLP, no shifts, patience 10": PooledMLP(n_iter_no_change=10),
    "pooled MLP, no shifts, patience 25": PooledMLP(n_iter_no_change=25),
    "pooled MLP, 8 steps": PooledMLP(n_steps=8, augmenter=_shifts),
    "pooled MLP, 8 steps, no shifts, patience 25": PooledMLP(n_steps=8, n_iter_no_change=25),
}
# Per cent right on the published test grid of the challenge, mean of five seeds, as published.
PUBLISHED = {"cnn2": 61.1, "cnn3": 56.2, "cnn6, linear": 79.4, "inc3": 61.6, "inc6": 73.0}
PUBLISHED |= {name: round(100 * share, 1) for name, share in _challenge.PUBLISHED.items()}


def make_classical(name, given):
    """Return a classifier behind normalising and what `given` says."""
    if name == "SVM":
        size = 1 if given == "raw" else "auto"
        return PooledSVC(size, size, compression="adaptive" if given == "compressed" else "none")
    steps = [SpectrumNormalizer()]
    if given != "raw":
        steps.append(MaxPoolDownsampler())
    if given == "compressed":
        steps.append(IntensityCompressor())
    classifier = clone(CLASSIFIERS[name])
    if name == "logistic regression" and given == "raw":
        # Points differ much in their spread, as windows do not.
        return make_pipeline(*steps, StandardScaler(), classifier.set_params(C=1))
    return make_pipeline(*steps, classifier)


def with_copies(model, augmenter=_shifts, n_copies=10, random_state=0):
    """Return the model, fitted on the originals and on copies of each."""
    return AugmentedClassifier(model, augmenter, n_copies, random_state=random_state)


def fit_watching(model, train, validation):
    """Fit a model; a network watches the validation spectra."""
    if isinstance(model, (PooledMLP, SpectralCNN)):
        return model.fit(*train, X_val=validation[0], y_val=validation[1])
    return model.fit(*train)
