"""
Spikes and background, one step at a time
=========================================

A Raman spectrum with a cosmic ray and a curved background. Normalising divides by the spike, and
pooling keeps it. Each cleaning step is an ordinary step of a Pipeline.
"""

# %%
# A spectrum with faults
# ----------------------
import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(0)
shift = np.linspace(200, 1800, 1601)
lines = {620: 0.3, 1001: 1.0, 1032: 0.35, 1155: 0.1, 1450: 0.12, 1602: 0.4}
clean = sum(height * 36 / ((shift - place) ** 2 + 36) for place, height in lines.items())
background = 1.5 * np.exp(-(((shift - 1300) / 700) ** 2))
faulty = clean + background + rng.normal(0, 0.01, len(shift))
faulty[430] += 4

# %%
# The steps, and what each one leaves
# -----------------------------------
# The order matters. The spike goes first, because a baseline and a maximum would both follow it.
from skspectra.preprocessing import (
    BaselineCorrector,
    SavitzkyGolayFilter,
    SpectrumNormalizer,
    SpikeRemover,
)

steps = {
    "remove the spike": SpikeRemover(),
    "subtract the baseline (arPLS)": BaselineCorrector("arpls", {"lam": 1e6}),
    "normalise": SpectrumNormalizer(),
    "smooth": SavitzkyGolayFilter(),
}
X = faulty[None]
fig, axes = plt.subplots(len(steps) + 1, 1, figsize=(9, 9), sharex=True, layout="constrained")
axes[0].plot(shift, X[0], color="#7F7F7F")
axes[0].set_title("as measured: the spike is the largest value")
for ax, (title, step) in zip(axes[1:], steps.items(), strict=True):
    X = step.fit_transform(X)
    ax.plot(shift, X[0], color="#0072B2")
    ax.plot(shift, clean * X.max() / clean.max(), color="#D55E00", linewidth=0.8, linestyle="--")
    ax.set_title(title)
axes[-1].plot(
    [], [], color="#D55E00", linestyle="--", label="the true spectrum, to the same height"
)
axes[-1].legend(frameon=False, loc="upper left")
axes[-1].set_xlabel("Raman shift (cm-1)")
plt.show()

# %%
# The same in a Pipeline
# ----------------------
# In a search, ``"passthrough"`` leaves a step out. So the data decide whether a step helps.
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from skspectra import PooledSVC

y = np.repeat(["mono", "di"], 20)
heights = np.where(y == "mono", 0.10, 0.22)
spectra = np.stack([clean + (h - 0.1) * 36 / ((shift - 1155) ** 2 + 36) for h in heights])
curves = rng.uniform(0, 2, (40, 1)) * np.exp(
    -(((shift - rng.uniform(900, 1700, (40, 1))) / 600) ** 2)
)
spectra += curves + rng.normal(0, 0.01, spectra.shape)
model = Pipeline([("baseline", BaselineCorrector("arpls", {"lam": 1e6})), ("svc", PooledSVC(40))])
grid = {"baseline": ["passthrough", BaselineCorrector("arpls", {"lam": 1e6})]}
search = GridSearchCV(model, grid, cv=5).fit(spectra, y)
for step, score in zip(grid["baseline"], search.cv_results_["mean_test_score"], strict=True):
    print(f"{'without' if step == 'passthrough' else 'with'} baseline correction: {score:.2f}")

# %%
# **To take away:** clean before you normalise, and let a search decide whether cleaning helps.
