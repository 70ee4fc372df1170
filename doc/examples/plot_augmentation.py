"""
What each augmenter imitates
============================

An augmenter should do to a training spectrum what instruments and samples will do to later ones,
and no more. So look at it before training:
:class:`~skspectra.augmentation.AugmentationDisplay` draws a spectrum over many variants of it.
"""

# %%
# A measured diffractogram
# ------------------------
# The pattern of a mixture of ZnO and In2O3 was measured with Cu K-alpha radiation and comes with
# the package. Here its maximum is scaled to 100, so that amplitudes can be read as per cent.
from skspectra.datasets import load_precursors

data = load_precursors()
angles, X = data.x_axis, 100 * data.X[:1] / data.X[0].max()
ends = angles[0], angles[-1]
print(f"{data.names[0]}: {len(angles)} points from {ends[0]:.2f} to {ends[1]:.2f} degrees")

# %%
# One augmenter for each artefact
# -------------------------------
# The amplitudes are larger than one would train with, so that they can be seen. At each angle the
# band holds 90 % of the variants. Changes of shape from variant to variant are better seen on five
# single variants.
import matplotlib.pyplot as plt

from skspectra import PeakShiftAugmenter
from skspectra.augmentation import (
    AugmentationDisplay,
    BackgroundAugmenter,
    BroadeningAugmenter,
    CalibrationAugmenter,
    CrystalliteSizeAugmenter,
    DiffractionShiftAugmenter,
    ExtraPeakAugmenter,
    IntensityAugmenter,
    NoiseAugmenter,
)

augmenters = {
    "lattice strain, 1 %": DiffractionShiftAugmenter(
        ends, max_strain=0.01, max_zero_shift=0, max_displacement=0
    ),
    "sample displacement, 1 mm": DiffractionShiftAugmenter(
        ends, max_strain=0, max_zero_shift=0, max_displacement=1
    ),
    "stretched axis, 1 degree at its ends": CalibrationAugmenter(0, 1, 0, x_axis=ends),
    "every peak on its own, 15 points": PeakShiftAugmenter(15, mode="peak"),
    "intensities, 50 %": IntensityAugmenter(max_change=0.5),
    "crystallites of 5 to 30 nm": CrystalliteSizeAugmenter(ends, 1.5406, min_size=5, max_size=30),
    "resolution, up to 20 points": BroadeningAugmenter(max_width=20),
    "noise, 200 counts at most": NoiseAugmenter(level=0, counts_at_max=200),
    "background": BackgroundAugmenter(max_curve=0.1, max_hump=0.1, max_air=0.1, x_axis=ends),
    "impurity lines, 10 %": ExtraPeakAugmenter(max_peaks=20, max_height=0.1, min_width=5),
}
shapes = "intensities", "resolution", "background", "impurity"
fig, axes = plt.subplots(5, 2, figsize=(6.8, 8.4), sharex=True, sharey=True, layout="constrained")
for (title, augmenter), ax in zip(augmenters.items(), axes.flat, strict=True):
    kind = "variants" if title.startswith(shapes) else "band"
    AugmentationDisplay.from_augmenter(augmenter, X, ends, kind=kind, random_state=0, axes=ax)
    ax.set_title(title, fontsize="medium")
    ax.get_legend().set_visible(ax in (axes[0, 1], axes[-1, 1]))
axes[0, 0].set(xlim=(59.5, 69.5), ylim=(0, 35))
for ax in axes[-1]:
    ax.set_xlabel("2theta (degrees)")
fig.supylabel("intensity (% of maximum)", fontsize="medium")
plt.show()

# %%
# Strain moves peaks the more the higher their angle is, and a stretched axis the more the farther
# they are from its middle. Sample displacement moves all peaks of this window by nearly the same
# distance. The peaks of ``mode="peak"`` obey no law: that is the choice where the structure may
# change or where nothing is known.

# %%
# Several at once
# ---------------
# A Pipeline of augmenters is an augmenter. The order is that of the measurement: first what the
# sample does, then the instrument, and noise last. These amplitudes are of a size to train with.
from sklearn.pipeline import make_pipeline

together = make_pipeline(
    IntensityAugmenter(max_change=0.3),
    CrystalliteSizeAugmenter(ends, 1.5406),
    DiffractionShiftAugmenter(ends),
    BackgroundAugmenter(max_curve=0.05, max_hump=0.05),
    NoiseAugmenter(level=0.005),
)
fig, ax = plt.subplots(figsize=(6.8, 3.4), layout="constrained")
AugmentationDisplay.from_augmenter(together, X, ends, kind="variants", random_state=0, axes=ax)
ax.set(
    xlim=(59.5, 69.5), ylim=(0, 35), xlabel="2theta (degrees)", ylabel="intensity (% of maximum)"
)
plt.show()

# %%
# Train with ``AugmentedClassifier(PooledSVC(), together)`` or ``PooledMLP(augmenter=together)``.
# The user guide says how, and what to search: :ref:`augmentation`.
#
# **To take away:** draw the variants before you train with them, and ask whether your instrument
# could have measured them.
