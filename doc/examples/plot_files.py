"""
From files to a verdict
=======================

Three laboratories have sent files in three dialects. Nothing is converted by hand: the files
become one matrix, and a comparison says which model to take.
"""

# %%
# The files
# ---------
# ``skspectra example FOLDER`` writes measured Raman spectra as files, with a table of labels. This
# story runs the same command from Python.
import subprocess
import sys
import tempfile
from pathlib import Path

folder = Path(tempfile.mkdtemp()) / "raman"
command = [sys.executable, "-m", "skspectra", "example", str(folder)]
subprocess.run(command, check=True, capture_output=True)
for name in ("csv", "txt", "xy"):
    file = next(iter(sorted(folder.glob(f"*.{name}"))))
    if file.name != "labels.csv":
        print(file.name, file.read_text().splitlines()[:3], sep="\n   ")

# %%
# Read them
# ---------
# Files on another range and step are resampled onto what all have in common. The remarks say what
# was done.
from textwrap import fill

from skspectra.io import read_spectra

spectra = read_spectra(
    folder, labels=folder / "labels.csv", target="material", group="instrument", unit="cm-1"
)
print(spectra.X.shape, f"{spectra.x_axis[0]:g} to {spectra.x_axis[-1]:g} {spectra.unit}")
print(*(fill(remark, 88) for remark in spectra.remarks), sep="\n")

# %%
# Compare a few models
# --------------------
# The instruments are groups, so no instrument is in training and test at once.
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skspectra import PooledSVC
from skspectra.comparison import ComparisonDisplay, compare
from skspectra.preprocessing import SpectrumNormalizer

models = {
    "logistic regression": make_pipeline(
        SpectrumNormalizer(), StandardScaler(), LogisticRegression(max_iter=5000)
    ),
    "raw SVC": PooledSVC(1, 1, compression="none", C=100),
    "pooled SVC": PooledSVC(),
}
result = compare(
    spectra.X, spectra.y, models, groups=spectra.groups, x_axis=spectra.x_axis, unit=spectra.unit
)
print(result.table())

# %%
# The verdicts come first, and then what follows from them.
for text in [*result.sentences(), *result.advice()]:
    print(fill(text, 88), end="\n\n")

# %%
import matplotlib.pyplot as plt

fig = plt.figure(figsize=(6.8, 5.6), layout="constrained")
axes = fig.subplot_mosaic([["scores", "scores"], ["shifts", "times"]], width_ratios=[1.3, 1])
ComparisonDisplay.from_comparison(result, axes=list(axes.values()))
fig.legends[0].remove()  # The first panel names the models.
plt.show()

# %%
# The story :ref:`sphx_glr_auto_examples_plot_comparison.py` goes through such a result line by
# line.
#
# **To take away:** name the folder, the labels and the groups, and the rest follows.
