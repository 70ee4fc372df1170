"""
What each augmenter imitates
============================

An augmenter should do to a training spectrum what instruments and samples will do to later ones,
and no more. So look at it before training:
:class:`~skspectra.augmentation.AugmentationDisplay` draws a spectrum over many variants of it.
"""

# %%
# A diffractogram
# ---------------
# Peaks like those of quartz in Cu K-alpha radiation, on a flat background with a little noise.
import numpy as np

angles = np.linspace(15, 75, 3001)
peaks = {20.9: 22, 26.6: 100, 36.5: 8, 39.5: 8, 42.5: 6, 50.1: 14, 60.0: 9, 67.7: 6, 68.3: 10}
X = np.full((1, len(angles)), 2.0)
for angle, height in peaks.items():
    X += height / (1 + ((angles - angle) / 0.06) ** 2)
X += 0.3 * np.random.default_rng(0).standard_normal(X.shape)

# %%
# One augmenter for each artefact
# -------------------------------
# The amplitudes are larger than one would train with, so that they can be seen; the strongest peak
# lies outside of the window. The band holds 90 % of the variants at each angle. What differs from
# variant to variant in shape is better seen on five single ones.
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

ends = angles[0], angles[-1]
aligned = {"max_zero_shift": 0, "max_displacement": 0}
augmenters = {
    "lattice strain, 1 %": DiffractionShiftAugmenter(ends, max_strain=0.01, **aligned),
    "sample displacement, 1 mm": DiffractionShiftAugmenter(
        ends, max_strain=0, max_zero_shift=0, max_displacement=1
    ),
    "stretched axis, 0.3 degrees": CalibrationAugmenter(0, 0.3, 0, x_axis=ends),
    "every peak on its own, 15 points": PeakShiftAugmenter(15, mode="peak"),
    "intensities, 50 %": IntensityAugmenter(max_change=0.5),
    "crystallites of 5 to 30 nm": CrystalliteSizeAugmenter(ends, 1.5406, min_size=5, max_size=30),
    "resolution, up to 20 points": BroadeningAugmenter(max_width=20),
    "noise, 200 counts at most": NoiseAugmenter(level=0, counts_at_max=200),
    "background": BackgroundAugmenter(max_curve=0.1, max_hump=0.1, max_air=0.1, x_axis=ends),
    "impurities, 10 %": ExtraPeakAugmenter(max_peaks=5, max_height=0.1, min_width=5),
}
shapes = {"intensities, 50 %", "background", "impurities, 10 %"}
fig, axes = plt.subplots(5, 2, figsize=(12, 12), sharex=True, sharey=True, layout="constrained")
for (title, augmenter), ax in zip(augmenters.items(), axes.flat, strict=True):
    kind = "variants" if title in shapes else "band"
    AugmentationDisplay.from_augmenter(augmenter, X, ends, kind=kind, random_state=0, axes=ax)
    ax.set_title(title)
    ax.get_legend().set_visible(ax in (axes[0, 0], axes[-1, 0]))
axes[0, 0].set(xlim=(48, 70), ylim=(-1, 25))
for ax in axes[-1]:
    ax.set_xlabel("2theta (degrees)")
plt.show()

# %%
# Strain moves peaks the more the higher their angle; sample displacement moves low angles a little
# more than high ones. The peaks of ``mode="peak"`` obey no law: that is the choice where the
# structure may change or nothing is known.

# %%
# Several at once
# ---------------
# A Pipeline of augmenters is an augmenter. The order is that of the measurement: first what the
# sample does, then the instrument, noise last. These amplitudes are of a size to train with.
from sklearn.pipeline import make_pipeline

together = make_pipeline(
    IntensityAugmenter(max_change=0.3),
    CrystalliteSizeAugmenter(ends, 1.5406),
    DiffractionShiftAugmenter(ends),
    BackgroundAugmenter(max_curve=0.05, max_hump=0.05),
    NoiseAugmenter(level=0.005),
)
display = AugmentationDisplay.from_augmenter(together, X, ends, kind="variants", random_state=0)
display.axes_[0].set(xlim=(48, 70), ylim=(-1, 22), xlabel="2theta (degrees)", ylabel="intensity")
plt.show()

# %%
# Train with ``AugmentedClassifier(PooledSVC(), together)`` or ``PooledMLP(augmenter=together)``;
# the user guide says how, and what to search: :ref:`augmentation`.
