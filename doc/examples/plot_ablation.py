"""
Ablation of a published network
===============================

What does the work in a convolutional network for spectra? Every part of a published network is a
parameter here, so an ablation study is a grid search.
"""

# %%
# A small problem with moving peaks
# ---------------------------------
# There are six classes in two triplets. The position of a peak differs within the first triplet,
# and a minor peak within the second.
import warnings

import matplotlib.pyplot as plt
from sklearn.exceptions import ConvergenceWarning

from skspectra import PooledSVC, SpectralCNN
from skspectra.datasets import make_spectra

table = [
    *[([50, place], [1.0, 0.7]) for place in (120, 130, 140)],
    *[([50, 120, place], [0.7, 1.0, 0.1]) for place in (80, 95, 160)],
]
law = {"n_points": 200, "max_shift": 5, "dtype": "float32"}
X, y = make_spectra(table, 30, random_state=0, **law)
X_new, y_new = make_spectra(table, 150, random_state=1, **law)

# %%
# Switch off one part at a time
# -----------------------------
# The network is the VGG of Wang et al. (2020), which is cheap to train. Without a switch every
# part is the published one. Frozen convolutions keep their random initial weights.
arms = {
    "as published": {},
    "non-linear dense layers": {"hidden_activation": "relu"},
    "frozen random convolutions": {"hidden_activation": "relu", "convolution": "frozen"},
    "no convolution": {"hidden_activation": "relu", "convolution": "none"},
}
scores = {}
for name, switches in arms.items():
    net = SpectralCNN(
        "vgg", max_epochs=50, lr=5e-4, batch_size=64, random_state=0, n_threads=1, **switches
    )
    with warnings.catch_warnings():
        # A short training is enough for the picture; a study trains until nothing improves.
        warnings.simplefilter("ignore", ConvergenceWarning)
        scores[name] = 100 * net.fit(X, y).score(X_new, y_new)
    print(f"{name:32} {scores[name]:5.1f}")
scores["pooled SVM, no network"] = 100 * PooledSVC(12).fit(X, y).score(X_new, y_new)
print(f"{'pooled SVM, no network':32} {scores['pooled SVM, no network']:5.1f}")

# %%
fig, ax = plt.subplots(figsize=(6.8, 3.2), layout="constrained")
names = list(scores)[::-1]
ax.barh(names, [scores[name] for name in names], color=["#0072B2"] + ["#7F7F7F"] * len(arms))
ax.axvline(100 / 6, color="black", linestyle=":")
ax.set(xlabel="accuracy on fresh spectra (%); chance is dotted", xlim=(0, 100))
plt.show()

# %%
# The convolutions of this network are worth their training: frozen or left out, they leave a worse
# model. The published dense layers need no non-linearity here. A support vector machine on pooled
# spectra does as well, without any network.
#
# One fit on one small problem proves little. Repeat it with several seeds and several tables
# before you believe a difference; :ref:`benchmark_networks` does so for the published challenge.
#
# **To take away:** before you credit the convolutions of a network, switch them off.
