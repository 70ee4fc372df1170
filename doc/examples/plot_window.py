"""
Choosing the window
===================

The window of a pooled model decides what it can tell apart. It must be wide enough to absorb the
shifts, and narrow enough to keep neighbouring peaks apart. Compression decides whether a minor
peak counts.
"""

# %%
# What pool size and stride do to a spectrum
# ------------------------------------------
# Two spectra of one class. Their peaks stand at 300, 420 and 700, and every peak moves by up to 12
# points.
import matplotlib.pyplot as plt

from skspectra import MaxPoolDownsampler
from skspectra.datasets import make_spectra
from skspectra.preprocessing import IntensityCompressor, SpectrumNormalizer

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#7F7F7F"
peaks = [300, 420, 700], [1.0, 0.5, 0.04]
law = {"n_points": 1000, "max_shift": 12, "noise": 0.002}
X, _ = make_spectra([peaks], 2, random_state=3, **law)
X = SpectrumNormalizer().fit_transform(X)

fig, axes = plt.subplots(3, 2, figsize=(11, 7.5), layout="constrained", sharex=True)
settings = [
    ("the spectra: peaks move", None),
    ("window 10, stride 5: too narrow for the shifts", (10, 5)),
    ("window 40, stride 10: the shifts are absorbed", (40, 10)),
    ("window 200, stride 50: two peaks become one", (200, 50)),
]
for ax, (title, window) in zip(axes.flat, settings, strict=False):
    pool = MaxPoolDownsampler(*(window or (1, 1))).fit(X)
    for row, color in zip(pool.transform(X), (BLUE, ORANGE), strict=True):
        ax.plot(pool.centers_, row, color=color, marker="." if window else None)
    ax.set(title=title, ylim=(-0.05, 1.08))
pool = MaxPoolDownsampler(40, 10).fit(X)
pooled = pool.transform(X)
compressed = IntensityCompressor().fit_transform(pooled)
for ax, features, title in (
    (axes[2, 0], pooled, "before compression the minor peak at 700 hardly shows"),
    (axes[2, 1], compressed, "after compression it counts, and the noise does not"),
):
    for row, color in zip(features, (BLUE, ORANGE), strict=True):
        ax.plot(pool.centers_, row, color=color, marker=".")
    ax.axvline(700, color=GREY, linestyle=":")
    ax.set(title=title, ylim=(-0.05, 1.08), xlabel="point")
for ax in axes[:, 0]:
    ax.set_ylabel("intensity / maximum")
plt.show()

# %%
# Search it, with the defaults on the grid
# ----------------------------------------
# Three classes: the second differs from the first in the position of one peak, the third in a
# minor peak. The search runs on the training spectra, and the curve shows the score on fresh
# spectra as well.
from sklearn.model_selection import GridSearchCV

from skspectra import PooledSVC

table = [
    ([300, 420, 700], [1.0, 0.5, 0.3]),
    ([300, 450, 700], [1.0, 0.5, 0.3]),
    ([300, 420, 700, 850], [1.0, 0.5, 0.3, 0.03]),
]
X, y = make_spectra(table, 30, random_state=0, **law)
X_new, y_new = make_spectra(table, 300, random_state=1, **law)
windows = [2, 5, 10, 20, 40, 80, 160, 320]
search = GridSearchCV(PooledSVC(), {"pool_size": windows}, cv=5).fit(X, y)
inner = 100 * search.cv_results_["mean_test_score"]
fresh = [100 * PooledSVC(window).fit(X, y).score(X_new, y_new) for window in windows]
print(f"chosen: windows of {search.best_params_['pool_size']} points")

fig, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
ax.semilogx(windows, inner, "o--", color=GREY, label="cross-validation on the training spectra")
ax.semilogx(windows, fresh, "D-", color=BLUE, label="fresh spectra")
ax.axvspan(12, 30, color=BLUE, alpha=0.1, label="from one shift to the distance of two peaks")
ax.set(xlabel="pool_size (points)", ylabel="accuracy (%)", xticks=windows, xticklabels=windows)
ax.minorticks_off()
ax.grid(alpha=0.3)
ax.legend(frameon=False)
plt.show()

# %%
# The best windows are wider than the shifts, and even wider than the distance between the two
# peaks, because windows overlap: a peak enters one window a few points before its neighbour. Too
# wide a window holds everything at once.
#
# **To take away:** put windows from one to ten times the shift of your peaks on the grid, and let
# cross-validation choose.
