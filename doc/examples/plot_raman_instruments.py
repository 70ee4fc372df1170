"""
Raman spectra across instruments
================================

Ten instruments measured the same three materials. They read the same band at different places, on
different backgrounds. A model that is tested on random folds has seen every instrument, and its
score says little about the next one.
"""

# %%
# The spectra
# -----------
# The 71 spectra come with the package.
import matplotlib.pyplot as plt
import numpy as np

from skspectra.datasets import load_raman_calibrants

data = load_raman_calibrants()
X, y, instrument = data.X, data.y, data.groups
print(f"{len(X)} spectra, {len(np.unique(y))} materials, {len(np.unique(instrument))} instruments")

# %%
# Random folds against whole instruments
# --------------------------------------
# The score is the balanced accuracy. The same four models are tested twice.
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import LeaveOneGroupOut, StratifiedKFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skspectra import PooledSVC
from skspectra.preprocessing import SpectrumNormalizer

models = {
    "nearest neighbour, raw": make_pipeline(SpectrumNormalizer(), KNeighborsClassifier(1)),
    "logistic regression, raw": make_pipeline(
        SpectrumNormalizer(), StandardScaler(), LogisticRegression(max_iter=5000)
    ),
    "SVM, raw": PooledSVC(1, 1, compression="none", C=100),
    "pooled SVM": PooledSVC(),
}
folds = StratifiedKFold(5, shuffle=True, random_state=0)
scores = {}
for name, model in models.items():
    random = cross_val_predict(model, X, y, cv=folds)
    left_out = cross_val_predict(model, X, y, groups=instrument, cv=LeaveOneGroupOut())
    scores[name] = [100 * balanced_accuracy_score(y, found) for found in (random, left_out)]
    print(f"{name:26} random folds {scores[name][0]:5.1f}   new instrument {scores[name][1]:5.1f}")

# %%
fig, axes = plt.subplots(2, 1, figsize=(6.8, 7), layout="constrained")
near = (data.x_axis > 970) & (data.x_axis < 1040)
rows = np.flatnonzero(y == "polystyrene")
for i, color in zip(rows, plt.cm.viridis(np.linspace(0, 0.9, len(rows))), strict=True):
    band = X[i, near] - X[i, near].min()
    axes[0].plot(data.x_axis[near], band / band.max(), color=color, linewidth=1)
axes[0].axvline(1001.4, color="black", linestyle=":")
axes[0].set(title="One band of polystyrene, ten instruments", xlabel="Raman shift (cm$^{-1}$)")
axes[0].set_ylabel("intensity, from 0 to 1")
for i, (label, color) in enumerate((("random folds", "#56B4E9"), ("new instrument", "#0072B2"))):
    heights = [pair[i] for pair in scores.values()]
    axes[1].barh(np.arange(len(scores)) + 0.2 - 0.4 * i, heights, 0.38, label=label, color=color)
axes[1].axvline(100 / 3, color="black", linestyle=":")
axes[1].set(title="The test decides what you see", xlabel="balanced accuracy (%)", xlim=(0, 100))
axes[1].set_yticks(range(len(scores)), [name.replace(", ", ",\n") for name in scores])
axes[1].set_ylim(-0.6, len(scores) + 0.4)
axes[1].legend(loc="upper left", ncols=2, frameon=False)
plt.show()

# %%
# The dotted line of the first panel is the place of the band in the standard ASTM E1840, 1001.4
# per centimetre. That of the second panel is guessing.
#
# Ten instruments can decide only large differences. The story
# :ref:`sphx_glr_auto_examples_plot_comparison.py` says which.
#
# **To take away:** if spectra from other instruments will come, leave whole instruments out when
# you test.
