"""
Smooth spectra: start with a chemometric recipe
===============================================

Infrared bands are broad. A small movement of a band may be all that tells two classes apart, and
then it must not be absorbed. Start with a recipe of chemometrics. The spectra of this story are
simulated, so that the place of each band is known.
"""

# %%
# Three oils that differ by the place of a band
# ---------------------------------------------
# Each spectrum has six broad bands. In one class the band at 1160 is moved up by 1 per centimetre,
# and in another class the band at 1460 is. Every spectrum has its own thickness, its own sloping
# baseline and a little noise; each band varies by 2 % in height and by 0.3 per centimetre in
# place.
import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(0)
axis = np.linspace(800, 1800, 501)
places = np.array([860, 970, 1100, 1160, 1460, 1740])
widths = np.array([25, 40, 45, 30, 25, 18])
heights = np.array([0.3, 0.2, 0.5, 0.9, 0.5, 1.0])
moves = {"Greece": 0, "Italy": places == 1160, "Spain": places == 1460}


def draw_oils(n):
    """Return spectra of three classes, n of each."""
    y = np.repeat(list(moves), n)
    place = np.concatenate([np.tile(places + move, (n, 1)) for move in moves.values()])
    place = place + rng.normal(0, 0.3, place.shape)
    height = heights * rng.normal(1, 0.02, place.shape)
    bands = np.exp(-(((axis - place[:, :, None]) / widths[:, None]) ** 2))
    X = np.einsum("ij,ijk->ik", height, bands) * rng.uniform(0.7, 1.3, (3 * n, 1))
    X += rng.uniform(0, 0.2, (3 * n, 1)) + rng.uniform(-0.1, 0.1, (3 * n, 1)) * (axis - 1300) / 500
    return X + rng.normal(0, 0.001, X.shape), y


X, y = draw_oils(30)
X_new, y_new = draw_oils(300)

# %%
# The recipe, and what pooling does to it
# ---------------------------------------
# The chemometric front is the standard normal variate (SNV) and a first derivative; principal
# components and linear discriminant analysis (LDA) follow. Then windows are put into the same
# recipe. The pooled SVM is tried as it comes, and with shifted copies of the training spectra.
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline

from skspectra import AugmentedClassifier, MaxPoolDownsampler, PeakShiftAugmenter, PooledSVC
from skspectra.preprocessing import SavitzkyGolayFilter, SpectrumNormalizer

front = SpectrumNormalizer("snv"), SavitzkyGolayFilter(15, 2, deriv=1)
end = PCA(15), LinearDiscriminantAnalysis()
shifter = PeakShiftAugmenter(max_shift=5)
models = {
    "SNV, derivative, PCA, LDA": make_pipeline(*front, *end),
    "the same, with windows": make_pipeline(*front, MaxPoolDownsampler(), *end),
    "pooled SVM": PooledSVC(),
    "pooled SVM + shift copies": AugmentedClassifier(PooledSVC(), shifter, random_state=0),
}
scores = {name: 100 * model.fit(X, y).score(X_new, y_new) for name, model in models.items()}
for name, score in scores.items():
    print(f"{name:26} {score:5.1f}")

# %%
fig = plt.figure(figsize=(6.8, 6.4), layout="constrained")
axes = fig.subplot_mosaic([["measured", "derived"], ["scores", "scores"]])
colors = dict(zip(moves, ("#0072B2", "#D55E00", "#009E73"), strict=True))
derived = make_pipeline(*front).fit_transform(X)
derived -= derived.mean(axis=0)  # Only the differences can be seen.
for name, rows in (("measured", X), ("derived", derived)):
    for label, color in colors.items():
        axes[name].plot(axis, rows[y == label][:8].T, color=color, linewidth=0.6)
        axes[name].plot([], [], color=color, label=label)
    axes[name].set_xlabel("wavenumber (cm$^{-1}$)")
axes["measured"].set_title("eight spectra per class", fontsize="medium")
axes["measured"].set(ylabel="absorbance", ylim=(-0.2, 2.3))
axes["measured"].legend(frameon=False, loc="upper center")
axes["derived"].set_title("SNV and derivative", fontsize="medium")
axes["derived"].set(xlim=(1080, 1240), ylim=(-0.02, 0.02), ylabel="difference from the mean")
axes["scores"].barh(list(scores), list(scores.values()), color=["#0072B2"] + ["#7F7F7F"] * 3)
axes["scores"].axvline(100 / 3, color="black", linestyle=":")
axes["scores"].set(xlabel="accuracy on fresh spectra (%); chance is dotted", xlim=(0, 100))
axes["scores"].invert_yaxis()
plt.show()

# %%
# Windows gain the recipe nothing. The pooled SVM takes no derivative, and does worse. Shift copies
# teach a model to ignore the place of a band, which is all that tells these classes apart. On
# measured infrared spectra the differences are smaller; :ref:`measured` has the scores of three
# sets.
#
# **To take away:** on smooth spectra start with SNV, a derivative, principal components and LDA,
# and pool only if a comparison says so.
