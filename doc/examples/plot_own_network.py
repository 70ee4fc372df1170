"""
Bring your own network
======================

A function that returns a list of torch modules becomes a scikit-learn classifier, with early
stopping, augmentation, string labels and grid search.
"""

# %%
# The architecture
# ----------------
# The function takes the number of points. Its keywords become switches of the estimator. The
# output layer is added.
from torch import nn

from skspectra import PeakShiftAugmenter, SpectralCNN


def two_scales(n_points, *, pooling=nn.MaxPool1d, hidden_activation=nn.ReLU, dropout=0.2):
    """Return a narrow and a wide convolution in a row, each with its pool."""
    return [
        nn.LazyConv1d(16, 9, padding="same"),
        nn.ReLU(),
        pooling(4, 4),
        nn.LazyConv1d(32, 15, padding="same"),
        nn.ReLU(),
        pooling(4, 4),
        nn.Flatten(),
        nn.LazyLinear(64),
        hidden_activation(),
        nn.Dropout(dropout),
    ]


# %%
# Train it like any other classifier
# ----------------------------------
from skspectra.datasets import make_spectra

table = [([150, 280], [1.0, 0.5]), ([150, 292], [1.0, 0.5]), ([150, 280, 220], [1.0, 0.5, 0.05])]
law = {"n_points": 300, "max_shift": 5, "dtype": "float32"}
X, y = make_spectra(table, 60, random_state=0, **law)
X_new, y_new = make_spectra(table, 300, random_state=1, **law)
net = SpectralCNN(
    two_scales,
    lr=3e-3,
    max_epochs=100,
    n_iter_no_change=8,
    augmenter=PeakShiftAugmenter(max_shift=5),
    n_threads=1,
    random_state=0,
)
net.fit(X, y)
print(f"{net.n_iter_} epochs, accuracy on fresh spectra {net.score(X_new, y_new):.2f}")

# %%
# Look at the training
# --------------------
import matplotlib.pyplot as plt

from skspectra.neural import TrainingDisplay

_, axes = plt.subplots(2, 1, figsize=(6.8, 5), layout="constrained")
TrainingDisplay.from_estimator(net, axes=axes)
plt.show()

# %%
# Is it worth the trouble?
# ------------------------
# Every network is asked the same question: does a pooled SVM do as well?
from skspectra import AugmentedClassifier, PooledSVC

rival = AugmentedClassifier(PooledSVC(20), PeakShiftAugmenter(5), random_state=0).fit(X, y)
print(f"pooled SVM with shift copies: {rival.score(X_new, y_new):.2f}")

# %%
# To save such a network, put the function into a module that can be imported.
#
# **To take away:** any list of torch modules becomes a classifier, so compare it with a pooled SVM
# before you tune it.
