"""
A powder mixture with amounts
=============================

Two powders were weighed, mixed and measured for eight minutes. Nothing is trained on measured
spectra: six structures say which lines to expect, and the pattern is explained as a sum of phases.
"""

# %%
# The pattern and the structures
# ------------------------------
# Both come with the package. Patterns and structures of your own are files in a folder.
import tempfile
from pathlib import Path

from skspectra.datasets import load_precursors, write_precursors
from skspectra.diffraction import make_table, read_phases

data = load_precursors()
folder = Path(tempfile.mkdtemp())
write_precursors(folder)
phases = read_phases(folder / "structures")
print(*phases, sep="\n")

# %%
# Identify
# --------
# The wavelength is given, because none is ever assumed. Each cell may be strained a little within
# its symmetry.
from skspectra.mixtures import identify

table = make_table(phases, wavelength=data.wavelength, two_theta_range=(10, 100))
found = identify((data.x_axis, data.X, data.names), table)
for row in found.phases:
    share = next(
        weight
        for name, weights in zip(data.names, data.W, strict=True)
        for phase, weight in zip(data.phases, weights, strict=True)
        if name == row["file"] and phase == row["phase"].partition("_")[0]
    )
    print(f"{row['file']:30} {row['phase']:10} {row['amount']:.2f}  weighed {share:.2f}")

# %%
# Each amount is a weight fraction of the identified crystalline part. A remark warns where one
# phase absorbs much more than another:
from textwrap import fill

for row in found.patterns:
    print(fill(f"{row['phases']}: {row['remark'] or 'no remark'}", 88))

# %%
# Two patterns carry the remark. The amounts of ZnO with In2O3 are right all the same, and those of
# NiO with Bi2O3 are off by 15 points. V2O5 with MnCO3 has no remark and is off by 5 points.

# %%
import matplotlib.pyplot as plt

fig = plt.figure(figsize=(7, 5), layout="constrained")
found.plot(0, figure=fig)
fig.axes[0].set_ylabel("intensity (counts)")
plt.show()

# %%
# What if a structure is missing?
# -------------------------------
# Without the structure of In2O3 its lines stay, and the pattern is reported to hold an unknown
# phase.
known = [phase for phase in phases if not phase.name.startswith("In2O3")]
table = make_table(known, wavelength=data.wavelength, two_theta_range=(10, 100))
left = identify((data.x_axis, data.X[:1], data.names[:1]), table)
row = left.patterns[0]
print(f"phases: {row['phases']}; unknown: {row['unknown']}; unexplained: {row['unexplained']:.2f}")
fig = plt.figure(figsize=(7, 5), layout="constrained")
left.plot(0, figure=fig)
fig.axes[0].set_ylabel("intensity (counts)")
plt.show()

# %%
# **To take away:** with structure files you need no training spectra, and what is left unexplained
# is told.
