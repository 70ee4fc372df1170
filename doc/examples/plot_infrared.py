"""
Smooth spectra: start with a chemometric recipe
===============================================

Infrared bands are broad, and they hardly move. Classes differ by small changes of shape. A maximum
over windows discards slopes, so a recipe of chemometrics is the better start. The spectra of this
story are simulated, because their law is then known.
"""

# %%
# Three oils that differ by a shoulder
# ------------------------------------
# Six broad bands. The classes differ by 2 % in the height of a shoulder. Every spectrum has its
# own thickness, its own sloping baseline and a little noise.
import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(0)
axis = np.linspace(800, 1800, 501)
bands = {860: 25, 970: 40, 1100: 45, 1160: 30, 1460: 25, 1740: 18}
heights = np.array([0.3, 0.2, 0.5, 0.9, 0.5, 1.0])


def draw_oils(n):
    """Return spectra of three classes, n of each."""
    y = np.repeat(["Greece", "Italy", "Spain"], n)
    shoulder = np.repeat([0.00, 0.02, 0.04], n)[:, None]
    scale = rng.normal(1, 0.02, (3 * n, len(bands)))
    X = sum(
        (scale[:, i, None] * heights[i]) * np.exp(-(((axis - place) / width) ** 2))
        for i, (place, width) in enumerate(bands.items())
    )
    X += shoulder * np.exp(-(((axis - 1200) / 18) ** 2))
    X *= rng.uniform(0.7, 1.3, (3 * n, 1))
    X += rng.uniform(0, 0.2, (3 * n, 1)) + rng.uniform(-0.1, 0.1, (3 * n, 1)) * (axis - 1300) / 500
    return X + rng.normal(0, 0.001, X.shape), y


X, y = draw_oils(30)
X_new, y_new = draw_oils(300)

# %%
# Four recipes
# ------------
# The chemometric front is the standard normal variate (SNV) and a first derivative. A linear model
# follows. Which linear model matters: principal components first drop most of the noise that a
# derivative brings.
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import RidgeClassifierCV
from sklearn.pipeline import make_pipeline

from skspectra import PooledSVC
from skspectra.preprocessing import SavitzkyGolayFilter, SpectrumNormalizer

front = SpectrumNormalizer("snv"), SavitzkyGolayFilter(15, 2, deriv=1)
models = {
    "pooled SVM (windows of 4 %)": PooledSVC(),
    "SVM without pooling": PooledSVC(1, 1, compression="none", C=100),
    "SNV + derivative + ridge": make_pipeline(*front, RidgeClassifierCV(np.logspace(-9, 0, 10))),
    "SNV + derivative + PCA + LDA": make_pipeline(*front, PCA(15), LinearDiscriminantAnalysis()),
}
scores = {name: 100 * model.fit(X, y).score(X_new, y_new) for name, model in models.items()}
for name, score in scores.items():
    print(f"{name:30} {score:5.1f}")

# %%
fig, axes = plt.subplots(1, 3, figsize=(12, 3.6), layout="constrained", width_ratios=[1, 1, 0.9])
colors = dict(zip(np.unique(y), ("#0072B2", "#D55E00", "#009E73"), strict=True))
derived = make_pipeline(*front).fit_transform(X)
derived -= derived.mean(axis=0)
for ax, rows, title in (
    (axes[0], X, "as measured"),
    (axes[1], derived, "SNV and first derivative,\nminus the mean"),
):
    for label, color in colors.items():
        ax.plot(axis, rows[y == label][:8].T, color=color, linewidth=0.6)
        ax.plot([], [], color=color, label=label)
    ax.set(title=title, xlabel="wavenumber (cm-1)")
axes[1].set(xlim=(1150, 1260), ylim=(-0.02, 0.02))
axes[0].legend(frameon=False)
axes[2].barh(
    list(scores), list(scores.values()), color=["#56B4E9", "#7F7F7F", "#0072B2", "#0072B2"]
)
axes[2].axvline(100 / 3, color="black", linestyle=":")
axes[2].set(xlabel="accuracy on fresh spectra (%)", xlim=(0, 100), title="chance is dotted")
axes[2].invert_yaxis()
plt.show()

# %%
# **To take away:** on smooth spectra start with SNV, a derivative, principal components and LDA,
# and pool only if a comparison says so.
