"""
Are 90 % really 90 %?
=====================

Of the labels that a model gives with a probability of .9, nine in ten should be right. A network
that learns from few spectra promises more than it keeps. One number, the temperature, mends most
of that.
"""

# %%
# A network that is too sure
# --------------------------
# The classes of the published challenge are hard, and there are only ten spectra of each class to
# learn from. Ten more per class calibrate, and forty more show what is true. These spectra are
# simulated, because no measured set of the package is large enough to count how often a model is
# right.
import numpy as np

from skspectra import PooledMLP, PooledSVC
from skspectra.datasets import challenge_table, make_spectra

table = challenge_table()
X, y = make_spectra(table, 10, dtype=np.float32, random_state=0)
X_cal, y_cal = make_spectra(table, 10, dtype=np.float32, random_state=1)
X_test, y_test = make_spectra(table, 40, dtype=np.float32, random_state=2)
network = PooledMLP(early_stopping=False, n_iter_no_change=30, n_threads=1, random_state=0).fit(
    X, y
)

# %%
# Calibrate what is fitted
# ------------------------
# ``FrozenEstimator`` keeps the network from being fitted again, and ``method="temperature"``
# divides its scores by one number. No label changes, only how sure the network says it is. A
# support vector machine has no probabilities at all; the same wrapper gives it some.
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss

models = {
    "PooledMLP": network,
    "PooledMLP, temperature": CalibratedClassifierCV(
        FrozenEstimator(network), method="temperature"
    ).fit(X_cal, y_cal),
    "PooledSVC, temperature": CalibratedClassifierCV(
        FrozenEstimator(PooledSVC().fit(X, y)), method="temperature"
    ).fit(X_cal, y_cal),
}
for name, model in models.items():
    proba = model.predict_proba(X_test).astype(float)
    proba /= proba.sum(axis=1, keepdims=True)
    accuracy, said = model.score(X_test, y_test), proba.max(axis=1).mean()
    brier = ((proba - np.eye(27)[y_test]) ** 2).sum(axis=1).mean()
    print(f"{name:23} says {said:.2f}, is right {accuracy:.2f}", end="; ")
    print(f"log loss {log_loss(y_test, proba):.2f}, Brier score {brier:.2f}")

# %%
# The reliability diagram
# -----------------------
# Spectra are sorted by the probability of their label into ten bins of equal number. On the
# diagonal a model keeps what it promises.
import matplotlib.pyplot as plt
from scipy.stats import beta

COLORS = "#D55E00", "#0072B2", "#009E73"

fig, ax = plt.subplots(figsize=(5.6, 4.4), layout="constrained")
ax.plot([0, 1], [0, 1], color="black", linewidth=1)
for (name, model), color in zip(models.items(), COLORS, strict=True):
    proba = model.predict_proba(X_test)
    said, right = proba.max(axis=1), model.classes_[proba.argmax(axis=1)] == y_test
    bins = np.array_split(np.argsort(said), 10)
    said, right = ([values[rows].mean() for rows in bins] for values in (said, right))
    ax.plot(said, right, "o-", color=color, label=name)
ax.set(
    title="Reliability", xlabel="probability that the model states", ylabel="share of right labels"
)
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# What four validation spectra can say
# ------------------------------------
# A lab has four spectra with known labels, and the model names all of them rightly. Is the model
# good? The interval of Clopper and Pearson says what accuracies are compatible with that.
for right, of in ((4, 4), (36, 36), (2, 4)):
    low = beta.ppf(0.025, right, of - right + 1)
    high = beta.ppf(0.975, right + 1, of - right) if right < of else 1
    print(f"{right:2} of {of:2} right: the accuracy is between {low:.2f} and {high:.2f}")

# %%
# The band of the figure holds the accuracies that are possible where 90 % of the spectra were
# named rightly. It takes hundreds of spectra to see whether "95 %" should have been "90 %".
numbers = np.unique(np.geomspace(4, 1000, 40).round()).astype(int)
all_right = beta.ppf(0.025, numbers, 1)
low, high = (
    beta.ppf(q, 0.9 * numbers + a, 0.1 * numbers + 1 - a) for q, a in ((0.025, 0), (0.975, 1))
)
fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
ax.fill_between(numbers, low, high, color="#56B4E9", alpha=0.4, label="if 90 % were right")
ax.plot(numbers, all_right, color="#0072B2", label="at least, if all were right")
ax.plot(4, all_right[0], "o", color="#0072B2")
ax.annotate("4 of 4", (4, all_right[0]), (6, all_right[0] - 0.03))
ax.set(
    title="Accuracies that the spectra allow (95 %)",
    xlabel="number of validation spectra",
    ylabel="accuracy",
    xscale="log",
    ylim=(0, 1.02),
)
ax.legend(frameon=False, loc="lower right")
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# So four spectra cannot calibrate a model, and cannot show that a model is calibrated. They can
# show that something is badly wrong, as the third line above does. If there are few spectra, train
# on all of them, and let cross-validation calibrate: ``CalibratedClassifierCV(PooledSVC(),
# method="temperature", cv=5)``.
#
# A calibrated probability still compares the known classes with each other. It says nothing of a
# spectrum that is none of them; see :ref:`sphx_glr_auto_examples_plot_unknown.py`.
#
# **To take away:** before you rely on a probability, calibrate it on spectra that the model has
# not seen, and count whether you have enough of them to see a difference.
