"""
Spikes and background, one step at a time
=========================================

A Raman spectrum of calcite stands on a strong fluorescence background. Each cleaning step is an
ordinary step of a Pipeline, so a search can tell whether the step helps.
"""

# %%
# A spectrum with faults
# ----------------------
# The background is measured. No spectrum of this set has a cosmic ray, so one is added. Another
# instrument measured the same sample with hardly any fluorescence. It shows what should come out.
import matplotlib.pyplot as plt
import numpy as np

from skspectra.datasets import load_raman_calibrants

data = load_raman_calibrants()
axis, instrument = data.x_axis, data.groups


def spectrum_of(specimen, name):
    """Return the spectrum of a specimen on an instrument."""
    return data.X[(data.specimen == specimen) & (instrument == name)][:1].copy()


faulty = spectrum_of("nCAL", "FNMT_BWtek532_01")
faulty[0, axis == 1300] += 1.5 * np.ptp(faulty)
reference = spectrum_of("nCAL", "TOP_Horiba633_010")[0]
reference = (reference - np.median(reference)) / np.ptp(reference)

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
    "subtract the baseline (arPLS)": BaselineCorrector("arpls", {"lam": 1e5}),
    "normalise": SpectrumNormalizer(),
    "smooth": SavitzkyGolayFilter(),
}
X = faulty
fig, axes = plt.subplots(len(steps) + 1, 1, figsize=(6.8, 9), sharex=True, layout="constrained")
axes[0].plot(axis, X[0], color="#7F7F7F")
axes[0].set_title("as measured, with a spike", fontsize="medium")
for ax, (title, step) in zip(axes[1:], steps.items(), strict=True):
    X = step.fit_transform(X)
    ax.plot(axis, X[0], color="#0072B2")
    ax.set_title(title, fontsize="medium")
for ax in axes[:3]:
    ax.set_ylabel("counts")
for ax in axes[3:]:
    ax.plot(
        axis,
        reference,
        color="#D55E00",
        linewidth=0.8,
        linestyle="--",
        label="the other instrument",
    )
    ax.set_ylabel("share of maximum")
axes[-1].legend(frameon=False, loc="upper right")
axes[-1].set_xlabel("Raman shift (cm$^{-1}$)")
plt.show()
print(f"height of the strongest band after smoothing: {X.max():.2f}")

# %%
# The bands now stand where the other instrument reads them; their relative heights differ between
# the instruments. Smoothing lowers narrow bands, so its window must not be wider than they are.

# %%
# Does a step help?
# -----------------
# Ask the search. In a grid, ``"passthrough"`` leaves a step out. The model is trained on the
# spectra of one instrument and names the materials on the nine others, for each instrument in
# turn.
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from skspectra import PooledSVC

splits = [
    (np.flatnonzero(instrument == one), np.flatnonzero(instrument != one))
    for one in np.unique(instrument)
]
model = Pipeline([("baseline", BaselineCorrector()), ("svc", PooledSVC(40))])
grid = {"baseline": ["passthrough", BaselineCorrector()]}
search = GridSearchCV(model, grid, cv=splits, scoring="balanced_accuracy").fit(data.X, data.y)
for step, score in zip(grid["baseline"], search.cv_results_["mean_test_score"], strict=True):
    print(f"{'without' if step == 'passthrough' else 'with'} baseline correction: {score:.2f}")

# %%
# **To take away:** clean before you normalise, and let a search decide whether cleaning helps.
