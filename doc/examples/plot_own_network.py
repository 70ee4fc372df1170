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
# Ten instruments measured Raman spectra of three materials. The network learns from one half of
# the instruments and is tested on the other half, and then the other way round. With ``groups``
# early stopping holds out a whole instrument, so that the network is not watched on spectra that
# are like those that it learns from.
import numpy as np

from skspectra.datasets import load_raman_calibrants
from skspectra.preprocessing import BaselineCorrector

data = load_raman_calibrants()
X = BaselineCorrector().fit_transform(data.X).astype(np.float32)
y, instrument = data.y, data.groups
net = SpectralCNN(
    two_scales,
    lr=1e-3,
    batch_size=8,
    n_iter_no_change=15,
    validation_fraction=0.2,
    augmenter=PeakShiftAugmenter(max_shift=10),
    n_threads=1,
    random_state=0,
)
first = np.isin(instrument, np.unique(instrument)[::2])
halves = [(first, ~first), (~first, first)]
right = 0
for train, test in halves:
    net.fit(X[train], y[train], groups=instrument[train])
    right += (net.predict(X[test]) == y[test]).sum()
    print(f"{train.sum()} training spectra, {net.n_iter_} epochs")
print(f"network: {right} of {len(y)} spectra named rightly on instruments that it has not seen")

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
from skspectra import PooledSVC

right = sum(
    (PooledSVC().fit(X[train], y[train]).predict(X[test]) == y[test]).sum()
    for train, test in halves
)
print(f"pooled SVM: {right} of {len(y)} spectra")

# %%
# To save such a network, put the function into a module that can be imported.
#
# **To take away:** any list of torch modules becomes a classifier, so compare it with a pooled SVM
# before you tune it.
