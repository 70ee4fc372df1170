"""
Reading a comparison
====================

A comparison of models ends in a table, in verdicts, in probabilities and in one recommendation.
This story reads them line by line, and says what to do next.
"""

# %%
# The comparison
# --------------
# Ten Raman instruments measured three materials. The question is which model to take for an
# eleventh instrument. So the instruments are the groups: no instrument is in training and test at
# once. Four models are given in the order of their cost, and each may try three candidates, except
# for the majority class, which has nothing to search. Only three pairs are asked for, because
# every further pair makes the verdicts less precise. The printed line comes before the first fit,
# and says what such data can decide at all.
import tempfile
from textwrap import fill

from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skspectra import PooledSVC
from skspectra.comparison import ComparisonDisplay, compare
from skspectra.datasets import load_raman_calibrants
from skspectra.preprocessing import SpectrumNormalizer

data = load_raman_calibrants()
linear = make_pipeline(SpectrumNormalizer(), LogisticRegression(max_iter=5000, random_state=0))
models = {
    "majority class": (DummyClassifier(random_state=0), None),
    "logistic regression": (linear, {"logisticregression__C": [1, 100, 10000]}),
    "raw SVC": (PooledSVC(1, 1, compression="none"), {"C": [1, 100, 10000]}),
    "pooled SVC": (PooledSVC(), {"pool_size": [10, 40, 160]}),
}
pairs = [
    ("pooled SVC", "majority class"),
    ("pooled SVC", "logistic regression"),
    ("pooled SVC", "raw SVC"),
]
folder = tempfile.mkdtemp()


def print_prospect(line):
    """Print what the data can decide, and skip the progress of the jobs."""
    if line.startswith("With"):
        print(line)


options = {"groups": data.groups, "pairs": pairs, "x_axis": data.x_axis, "unit": "cm-1"}
options["results"] = folder
result = compare(data.X, data.y, models, progress=print_prospect, **options)

# %%
# The table
# ---------
# Each row belongs to one model. The balanced accuracy is the mean over the materials of the share
# that was named rightly, so guessing gives a third. The interval in brackets is wide, because ten
# instruments are ten pieces of evidence, however many spectra each has measured. The fourth column
# is the score after all test spectra were moved along the axis. The times are those of one fit, of
# one prediction and of one search.
print(result.table())

# %%
# The figure
# ----------
# The figure shows the same: scores with their intervals, what happens when the test spectra are
# moved, and the time of one fit. A curve that stays level belongs to a model that a shift does not
# hurt.
import matplotlib.pyplot as plt

fig = plt.figure(figsize=(6.8, 6), layout="constrained")
axes = fig.subplot_mosaic([["scores", "scores"], ["shifts", "times"]], width_ratios=[1.3, 1])
ComparisonDisplay.from_comparison(result, axes=list(axes.values()))
fig.legends[0].remove()  # The first panel names the models.
plt.show()

# %%
# The verdicts
# ------------
# Intervals of single models that overlap decide nothing. A verdict looks at the *difference* of
# two models on the same spectra. The margin of 2 points is the smallest difference that matters.
# If the whole interval lies beyond the margin, one model is better. If it lies within the margin,
# the two are equivalent. Otherwise the data cannot tell.
fig, ax = plt.subplots(figsize=(6.8, 2.6), layout="constrained")
# sphinx_gallery_thumbnail_number = 2
for row, pair in enumerate(result.pairs):
    color = "#7F7F7F" if pair.verdict == "cannot tell" else "#0072B2"
    ax.plot([100 * pair.low, 100 * pair.high], [row, row], color=color, linewidth=2)
    ax.plot(100 * pair.difference, row, "o", color=color)
    ax.text(100 * pair.high + 2, row, pair.verdict, va="center", color=color)
names = [f"pooled SVC -\n{pair.model_b}" for pair in result.pairs]
ax.set(yticks=range(len(names)), yticklabels=names, xlim=(-12, 95), ylim=(-0.5, 2.5))
ax.axvspan(-100 * result.margin, 100 * result.margin, color="#D55E00", alpha=0.3)
ax.set_xlabel("difference of balanced accuracy (points); the margin is shaded")
ax.invert_yaxis()
plt.show()

# %%
# "Cannot tell" is not "equal". It says that these data leave both possibilities open. In words, a
# verdict ends with about how many instruments would decide. Whoever has to choose today may look
# at the probabilities. They belong to one pair alone, so do not pick the largest of many.
for sentence in result.sentences()[1:3]:
    print(fill(sentence, 88), end="\n\n")

# %%
# The advice
# ----------
# The first sentence is the audit: it says what is odd about the data themselves, and what to do
# about it. The others follow from the results, and the last one is the recommendation. Its rule is
# stated: the first model, in the order of cost, that is not likely to be worse than the best.
for text in result.advice():
    print(fill(text, 88), end="\n\n")

# %%
# The recommendation is code, too. ``result.model_`` is this model, searched and fitted anew on all
# spectra.
print(result.recommendation.code)

# %%
# What to do next
# ---------------
# One sentence of the advice is a warning: the raw SVC took the upper end of its grid, so it may be
# better than shown. A rival must be given its best chance before it is called worse. So its grid
# goes on to larger values. The runs of the other models are read from the folder ``results``.
models["raw SVC"] = (PooledSVC(1, 1, compression="none"), {"C": [1e4, 1e6, 1e8]})
again = compare(data.X, data.y, models, **options)
for before, after in zip(result.models, again.models, strict=True):
    scores = before.balanced_accuracy, after.balanced_accuracy
    print(f"{before.model:20} {100 * scores[0]:5.1f} {100 * scores[1]:5.1f}")
print(fill(again.sentences()[2], 88))

# %%
# Larger values hardly change the score, so the grid was not the reason, and the verdict stays
# open. What would decide is spectra from more instruments, not more spectra from these ten. Until
# then the recommendation stands: it names the cheapest model that is unlikely to be worse than the
# best.
#
# **To take away:** read the audit first, then the verdicts, and take "cannot tell" for what it
# says: get more groups.
