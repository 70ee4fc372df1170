"""
What did it look at?
====================

A model may be right for a wrong reason: a lamp that was on, a substrate, an instrument. So ask
where the model looks, before you believe its labels. The guide says what to do with the answer:
:ref:`inspection`.
"""

# %%
# A model of three calibrants
# ---------------------------
# Raman spectra of calcite, polystyrene and silicon come with the package. Ten instruments measured
# them; half of the instruments are held out, for what a model does on its training spectra tells
# little about new ones.
import matplotlib.pyplot as plt
import numpy as np
from sklearn.pipeline import make_pipeline

from skspectra import PooledSVC
from skspectra.datasets import load_raman_calibrants
from skspectra.preprocessing import BaselineCorrector

data = load_raman_calibrants()
instruments = np.unique(data.groups)
held_out = np.isin(data.groups, instruments[::2])
X, y = data.X[~held_out], data.y[~held_out]
X_test, y_test, groups = data.X[held_out], data.y[held_out], data.groups[held_out]

model = make_pipeline(BaselineCorrector(), PooledSVC()).fit(X, y)
print(f"accuracy on instruments held out: {model.score(X_test, y_test):.2f}")

# %%
# Window by window
# ----------------
# Each window of the axis is exchanged with that of another spectrum, and the loss shows whether
# the model used the window. The loss of the yellow windows is above the level that chance stays
# below. This level is found by flipping the signs of whole instruments, because spectra of one
# instrument are alike.
from skspectra.inspection import OcclusionDisplay

options = {"x_axis": data.x_axis, "x_label": "Raman shift (cm$^{-1}$)"}


def draw_importance(model, X_test, **more):
    """Draw the importance of each window below the mean spectrum of each class."""
    _, axes = plt.subplots(2, 1, figsize=(6.8, 5), sharex=True, layout="constrained")
    OcclusionDisplay.from_estimator(
        model, X_test, y_test, groups=groups, random_state=0, axes=axes, **options, **more
    )


draw_importance(model, X_test)
plt.show()

# %%
# The model used the line of silicon at 520 and that of calcite at 1086 per centimetre. It did not
# need those of polystyrene, which are many: where several lines say the same, the loss of one line
# shows little. So ask also what each window tells alone.
draw_importance(model, X_test, mode="keep")
plt.show()

# %%
# Now the strongest line of polystyrene, at 1001 per centimetre, is there as well.

# %%
# Right for a wrong reason
# ------------------------
# Suppose that a lamp was on whenever silicon was measured, in every laboratory. Its line, which is
# added here, lies at 1850 per centimetre, where no calibrant has a line. The accuracy does not
# show it; the figure does. (The line of a weaker lamp may stay below the level, because a
# classifier has other lines to look at.)
lamp = np.exp(-(((data.x_axis - 1850) / 6) ** 2))
heights = np.ptp(data.X, axis=1) * (data.y == "silicon")
X_lamp = data.X + 0.8 * heights[:, None] * lamp

deceived = make_pipeline(BaselineCorrector(), PooledSVC()).fit(X_lamp[~held_out], y)
print(f"accuracy with the lamp: {deceived.score(X_lamp[held_out], y_test):.2f}")
draw_importance(deceived, X_lamp[held_out])
plt.show()

# %%
# The window of the lamp passes the level, and that of the silicon line no longer does. So the line
# of the lamp has to go, from the axis or from the laboratory.

# %%
# One spectrum
# ------------
# Before you believe a single label, lay the spectrum over the most similar spectra that the model
# was trained on. Here is a spectrum of silicon. Its difference to the nearest silicon, on the
# left, is 29 % as large as the spectrum, and that to the nearest calcite 129 %.
from skspectra.inspection import NearestReferenceDisplay

new = X_test[np.flatnonzero(y_test == "silicon")[0]]


def side_by_side():
    """Return axes for two spectra above their differences, narrower than the default."""
    options = {"height_ratios": [2, 1], "sharex": True, "sharey": "row"}
    return plt.subplots(2, 2, figsize=(7.6, 4.8), layout="constrained", **options)[1]


NearestReferenceDisplay.from_estimator(model, X, y, new, axes=side_by_side(), **options)
plt.show()

# %%
# And here is a spectrum of titanium dioxide, which the model has never seen, and to which it must
# give one of its three names. Neither reference explains the lines. To have such spectra rejected
# without looking, use :class:`~skspectra.uncertainty.ConformalClassifier`.
more = load_raman_calibrants(titanium_dioxide=True)
unknown = more.X[more.y == "TiO2"][0]
NearestReferenceDisplay.from_estimator(model, X, y, unknown, axes=side_by_side(), **options)
plt.show()

# %%
# **To take away:** before you believe a score, ask which windows of the axis it needs, on spectra
# and instruments that were not in training.
