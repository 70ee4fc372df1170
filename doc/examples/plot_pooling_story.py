"""
The pooling story
=================

Peaks move, and a support vector machine that looks at single points does not survive it. The
same machine on pooled spectra does, and with shifted copies of its training spectra it comes
close to the best that is possible. No network is needed for that.
"""

# %%
# Spectra whose peaks move
# ------------------------
# The 27 classes of the published challenge come in nine triplets that differ in a minor peak, in
# the position of a peak, or in the height of one. We train on ten spectra per class in which every
# peak moves by at most 5 points, as if all had been measured on one well adjusted instrument.
# Later spectra are less well behaved: their peaks move by up to 50 points, each on its own.
import numpy as np

from skspectra.datasets import bayes_optimum, challenge_table, make_spectra

table = challenge_table()
X, y = make_spectra(table, 10, max_shift=5, dtype=np.float32, random_state=0)
shifts = [0, 10, 20, 30, 40, 50]
tests = []
for shift in shifts:
    test = make_spectra(table, 20, max_shift=shift, dtype=np.float32, random_state=1)
    tests.append(test)
print(f"{len(X)} training spectra, {len(tests)} tests of {len(test[0])} spectra")

# %%
# Three models
# ------------
# All three divide each spectrum by its maximum and end in the same kind of machine.
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skspectra import AugmentedClassifier, PeakShiftAugmenter, PooledSVC
from skspectra.preprocessing import SpectrumNormalizer

shifter = PeakShiftAugmenter(max_shift=50)
models = {
    "raw SVM": make_pipeline(SpectrumNormalizer(), SVC(C=100)),
    "pooled SVM": PooledSVC(),
    "pooled SVM + shift copies": AugmentedClassifier(PooledSVC(), shifter, random_state=0),
}
accuracy = {}
for name, model in models.items():
    model.fit(X, y)
    accuracy[name] = [100 * model.score(*test) for test in tests]
    print(f"{name:26}", *(f"{score:5.1f}" for score in accuracy[name]))

# %%
# The law of these spectra is known, so the accuracy that no classifier can pass is known as well.
# It falls too: a peak that may move far can stand where that of another class may stand.
accuracy["best possible"] = []
for shift in shifts:
    optimum = bayes_optimum(table, n_samples=500, max_shift=shift, random_state=0)
    accuracy["best possible"].append(100 * optimum.accuracy)
print(f"{'best possible':26}", *(f"{score:5.1f}" for score in accuracy["best possible"]))

# %%
# The figure
# ----------
# Two spectra of one class share hardly a point of their peaks: to a machine that compares point by
# point they are as different as two classes. Their pooled features overlap.
import matplotlib.pyplot as plt

from skspectra import MaxPoolDownsampler

BLUE, ORANGE, LIGHT, GREY = "#0072B2", "#D55E00", "#56B4E9", "#7F7F7F"

pool = MaxPoolDownsampler()
X_far, y_far = tests[-1]
# Class 9, one spectrum from the training set and one that has moved; the surroundings of a peak.
scale = SpectrumNormalizer().fit(X)
seen, moved = scale.transform(X[y == 9])[:1], scale.transform(X_far[y_far == 9])[2:3]
window = 2700, 3300
points = np.arange(*window)
features = pool.fit(seen).centers_
near = (features >= window[0]) & (features < window[1])

fig = plt.figure(figsize=(6.8, 6.6), layout="constrained")
axes = fig.subplot_mosaic([["moved", "pooled"], ["tests", "tests"]], height_ratios=[1, 1.3])
for spectrum, color, label in [(seen, BLUE, "training"), (moved, ORANGE, "later")]:
    axes["moved"].plot(points, spectrum[0, slice(*window)], color=color, label=label)
    axes["pooled"].plot(
        features[near], pool.transform(spectrum)[0, near], "o-", color=color, label=label
    )
axes["moved"].set(
    title="One class: the peak moves ...", xlabel="point", ylabel="intensity / maximum"
)
axes["pooled"].set(title="... and pooling absorbs it", xlabel="centre of the window (point)")
for ax in (axes["moved"], axes["pooled"]):
    ax.set(xlim=window, xticks=range(window[0], window[1] + 1, 200))
axes["moved"].legend(frameon=False)

styles = {
    "raw SVM": {"color": LIGHT, "marker": "s"},
    "pooled SVM": {"color": BLUE, "marker": "o"},
    "pooled SVM + shift copies": {"color": BLUE, "marker": "D", "linewidth": 2.5},
    "best possible": {"color": GREY, "linestyle": "--"},
}
for name, style in styles.items():
    axes["tests"].plot(shifts, accuracy[name], label=name, **style)
axes["tests"].set(
    title="Accuracy on 27 hard classes",
    xlabel="test peaks move by up to (points)",
    ylabel="accuracy (%)",
    ylim=(0, 100),
)
axes["tests"].grid(alpha=0.3)
axes["tests"].legend(loc="lower left", frameon=False)
for ax in axes.values():
    ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# Raw, the machine is right only as long as peaks stay where they were. Pooling makes it tolerant,
# and the copies teach it the rest: what may move, and how far.
#
# This is so because the peaks are narrow and move. On smooth spectra, such as infrared ones,
# pooling is neutral or harmful. :func:`skspectra.comparison.compare` says which case yours is.
#
# **To take away:** where narrow peaks move, pool the spectra and train with shifted copies before
# you try a network.
