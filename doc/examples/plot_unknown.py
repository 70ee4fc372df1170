"""
The spectrum that is none of these
==================================

A classifier must name one of its classes, whatever it is shown. So it names one, with a
probability near 1, for a phase that it was never trained on. Here the classifier says so.
"""

# %%
# What is in the drawer
# ---------------------
# Eight of the nine triplets of the published challenge are the known phases. The ninth, three
# phases, is what nobody thought of. Beside it: noise, a spike on the detector, a mixture of two
# known phases, and a pattern that was measured with another wavelength, so that its axis is wrong.
import numpy as np

from skspectra.datasets import challenge_table, make_spectra

table = challenge_table()
X, y = make_spectra(table, 20, dtype=np.float32, random_state=0)
new, truth = make_spectra(table, 20, dtype=np.float32, random_state=1)
known, new_known = y < 24, truth < 24
rng = np.random.default_rng(0)
points = np.arange(5000)
first, second = rng.permutation(np.flatnonzero(new_known))[:120].reshape(2, 60)
apart = truth[first] // 3 != truth[second] // 3
tests = {
    "known phases": new[new_known],
    "three unknown phases": new[~new_known],
    "mixtures of two": new[first[apart]] + new[second[apart]],
    "another wavelength": np.array(
        [np.interp(points / 0.46, points, row, 0, 0) for row in new[:480:8]]
    ),
    "a single spike": np.eye(5000)[rng.integers(5000, size=60)],
    "noise": rng.standard_normal((60, 5000)),
}
for kind, spectra in tests.items():
    print(f"{kind:22} {len(spectra)} spectra")

# %%
# Probabilities do not tell
# -------------------------
# A small network is surer of phases that it has never seen than of those that it knows. For an
# unknown phase one label is less wrong than all others, and a probability compares only labels.
from skspectra import PooledMLP

network = PooledMLP(n_iter_no_change=15, n_threads=1, random_state=0).fit(X[known], y[known])
proba = {kind: network.predict_proba(spectra).max(axis=1) for kind, spectra in tests.items()}
for kind, largest in proba.items():
    print(f"{kind:22} largest probability: median {np.median(largest):.3f}")

# %%
# Distances do
# ------------
# :class:`~skspectra.uncertainty.ConformalClassifier` measures how far a spectrum is from the
# training spectra, and compares that with spectra that were left out of training. So the rate of
# false alarms is what one asks for.
from skspectra import PooledSVC
from skspectra.uncertainty import ConformalClassifier

model = ConformalClassifier(PooledSVC(), unknown_label=-1, false_alarm_rate=0.05, random_state=0)
model.fit(X[known], y[known])
unusual = {kind: model.novelty_p_values(spectra) for kind, spectra in tests.items()}
for kind, p in unusual.items():
    print(f"{kind:22} {100 * (p <= 0.05).mean():5.1f} % rejected")

# %%
# The figure
# ----------
import matplotlib.pyplot as plt

BLUE, ORANGE = "#0072B2", "#D55E00"

fig, axes = plt.subplots(1, 2, figsize=(11, 3.8), layout="constrained", sharey=True)
for place, kind in enumerate(tests):
    color = BLUE if place == 0 else ORANGE
    height = place + rng.uniform(-0.3, 0.3, len(proba[kind]))
    axes[0].plot(proba[kind], height, ".", color=color, markersize=4)
    axes[1].plot(unusual[kind], height, ".", color=color, markersize=4)
axes[0].set(title="The network's largest probability", xlabel="probability", xlim=(0, 1.02))
axes[1].set(title="Is it like anything seen?", xlabel="novelty p-value", xscale="log")
axes[1].axvline(0.05, color="black", linewidth=1)
axes[1].text(0.045, -0.75, "rejected", ha="right", va="center")
axes[0].set(yticks=range(len(tests)), yticklabels=tests, ylim=(5.5, -1))
for ax in axes:
    ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# What the user reads
# -------------------
# ``predict`` writes -1 where a spectrum is unlike anything seen. For the others the set of
# plausible labels says what else it could be. The three phases of a triplet are near twins, so
# some sets hold two of them: then measure better, or report both.
for row in new[[45, 205, 485]]:
    label = model.predict(row[None])[0]
    plausible = model.classes_[model.predict_set(row[None])[0] == 1]
    print(f"phase {label}, plausible: {plausible.tolist()}" if label >= 0 else "none of these")

# %%
# An empty set is another matter. It means that no label fits the spectrum as well as its own fits
# 90 % of spectra, which must happen to some. Then raise ``level``. Only the novelty p-value says
# that a spectrum is of none of the classes. Then a person should look at it: is the axis right, is
# it a mixture, is a phase missing from the training spectra?
