"""
The spectrum that is none of these
==================================

A classifier must name one of its classes, whatever it is shown. So it names one for a material
that it was never trained on, and with a probability near 1. Here a classifier says that a spectrum
is none of its classes.
"""

# %%
# What is on the table
# --------------------
# The model knows calcite, polystyrene and silicon, measured on ten Raman instruments. Later
# somebody measures titanium dioxide. Three more kinds of strange spectra are made from the
# measured ones: mixtures of two materials, spectra on a wrong axis, and noise.
from itertools import pairwise

import numpy as np

from skspectra.datasets import load_raman_calibrants
from skspectra.preprocessing import BaselineCorrector, SpectrumNormalizer

data = load_raman_calibrants(titanium_dioxide=True)
clean = SpectrumNormalizer().fit_transform(BaselineCorrector().fit_transform(data.X))
is_known = data.y != "TiO2"
X, y, instrument, axis = clean[is_known], data.y[is_known], data.groups[is_known], data.x_axis

rng = np.random.default_rng(0)
by_material = [X[y == material] for material in np.unique(y)]
strange = {
    "TiO2": clean[~is_known],
    "mixtures of two": np.concatenate(
        [first[:10] + second[:10] for first, second in pairwise(by_material)]
    ),
    "wrong axis": np.array([np.interp(axis, 0.8 * axis, row) for row in X[::4]]),
    "noise": rng.standard_normal((30, len(axis))),
}
for kind, spectra in strange.items():
    print(f"{kind:18} {len(spectra)} spectra")

# %%
# Probabilities do not tell
# -------------------------
# A small network is trained on the three materials. It is sure of all spectra of TiO2: one label
# is less wrong than the two others, and a probability compares only labels. Each known spectrum is
# predicted by a network that has not seen it.
from sklearn.model_selection import LeaveOneGroupOut, StratifiedKFold, cross_val_predict

from skspectra import PooledMLP

folds = StratifiedKFold(5, shuffle=True, random_state=0)
network = PooledMLP(early_stopping=False, n_threads=1, random_state=0)
proba = {"known materials": cross_val_predict(network, X, y, cv=folds, method="predict_proba")}
network.fit(X, y)
proba |= {kind: network.predict_proba(spectra) for kind, spectra in strange.items()}
proba = {kind: values.max(axis=1) for kind, values in proba.items()}
for kind, largest in proba.items():
    low, middle = largest.min(), np.median(largest)
    print(f"{kind:18} largest probability: median {middle:.3f}, never below {low:.3f}")

# %%
# Distances do
# ------------
# :class:`~skspectra.uncertainty.ConformalClassifier` measures how far a spectrum is from the
# training spectra, and compares this distance with that of spectra that were left out of training.
# So the rate of false alarms is about what one asks for, here 5 %, or lower.
from skspectra import PooledSVC
from skspectra.uncertainty import ConformalClassifier

model = ConformalClassifier(PooledSVC(), unknown_label="none of these", random_state=0)


def novelty_of_known(splits):
    """Return the p-value of each known spectrum, from a model that has not seen it."""
    p = np.empty(len(X))
    for train, test in splits:
        p[test] = model.fit(X[train], y[train]).novelty_p_values(X[test])
    return p


novelty = {"known materials": novelty_of_known(folds.split(X, y))}
new_instruments = novelty_of_known(LeaveOneGroupOut().split(X, y, instrument))
model.fit(X, y)
novelty |= {kind: model.novelty_p_values(spectra) for kind, spectra in strange.items()}
for kind, p in (novelty | {"known, new instrument": new_instruments}).items():
    print(f"{kind:22} {100 * (p <= 0.05).mean():5.1f} % rejected")

# %%
import matplotlib.pyplot as plt

fig, axes = plt.subplots(1, 2, figsize=(6.8, 3.6), layout="constrained", sharey=True)
for place, kind in enumerate(novelty):
    color = "#0072B2" if kind == "known materials" else "#D55E00"
    height = place + rng.uniform(-0.3, 0.3, len(proba[kind]))
    axes[0].plot(proba[kind], height, ".", color=color, markersize=4)
    axes[1].plot(novelty[kind], height, ".", color=color, markersize=4)
axes[0].set(title="the network says", xlabel="largest probability", xlim=(0, 1.03))
axes[1].set(title="is it like anything seen?", xlabel="novelty p-value", xscale="log")
axes[1].axvline(0.05, color="black", linewidth=1)
axes[1].text(0.045, -0.65, "rejected", ha="right", va="center")
axes[0].set(yticks=range(len(novelty)), yticklabels=novelty, ylim=(len(novelty) - 0.5, -1))
for ax in axes:
    ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# The false alarms among known materials stay below 5 %, as asked for, as long as the instruments
# are those of the training spectra. On an instrument that was left out there are more false
# alarms. Such spectra *are* unlike anything seen.

# %%
# What the user reads
# -------------------
# ``predict`` writes the word that we chose where a spectrum is unlike anything seen. For the
# others the set of plausible labels says what else they could be.
for spectrum in (X[0], X[40], strange["TiO2"][0], strange["mixtures of two"][0]):
    label = model.predict(spectrum[None])[0]
    plausible = model.classes_[model.predict_set(spectrum[None])[0] == 1]
    print(label, "" if label == "none of these" else f"(plausible: {', '.join(plausible)})")

# %%
# May it promise the same for a new instrument?
# ---------------------------------------------
# With ``groups`` the classifier counts instruments instead of spectra. Then the rate of false
# alarms holds for an instrument that it has not seen. But ten instruments differ so much from each
# other that TiO2 no longer stands out.
model.set_params(false_alarm_rate=0.1).fit(X, y, groups=instrument)
p = model.novelty_p_values(strange["TiO2"])
print(f"TiO2, instruments as groups: p-values from {p.min():.2f} to {p.max():.2f}")
print(f"smallest possible p-value: {1 / (model.n_calibration_ + 1):.2f}")

# %%
# A rejected spectrum is one that a person should look at: is the axis right, is it a mixture, was
# the instrument changed, is a material missing from the training spectra?
#
# **To take away:** a probability compares the known classes, so let a distance decide whether a
# spectrum is any of them.
