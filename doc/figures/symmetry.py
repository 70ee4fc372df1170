"""The figure of the page on symmetry, from the committed CSV files."""

from collections import defaultdict

import matplotlib.pyplot as plt
import numpy as np

from .common import BLUE, GREY, LIGHT, ORANGE, read


def symmetry():
    """Crystal system against the number of training crystals, and for real structures."""
    rows = [row for row in read("symmetry.csv") if row["label"] == "crystal system"]
    colors = {
        "two-theta": GREY,
        "log q": BLUE,
        "first lines": LIGHT,
        "figures of merit": "#E69F00",
        "first lines and figures of merit": ORANGE,
    }
    markers = {"extra trees": "o", "pooled MLP": "D", "pooled SVC": "s", "SpectralCNN": "^"}
    fig, axes = plt.subplots(1, 2, figsize=(6.4, 6), layout="constrained", sharey=True)
    found = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row["input"], row["model"]][int(row["n_train"])].append(float(row["accuracy"]))
    real = defaultdict(dict)
    for row in read("symmetry_real.csv"):
        if row["label"] == "crystal system" and row["seed"] == "0":
            # Rows ascend in the number of crystals, so the largest stays.
            share = [float(row[name]) for name in ("accuracy", "low", "high")]
            real[row["input"], row["model"]][row["set"]] = share
    sets = ["AFLOW prototypes", "reference structures"]
    place = 0
    for key, color in ((key, color) for color in colors.items() for key in found):
        name, shade = color
        if key[0] != name or key[1] not in markers:
            continue
        sizes = sorted(found[key])
        shares = [np.mean(found[key][n]) for n in sizes]
        style = {"color": shade, "marker": markers[key[1]], "markersize": 5}
        axes[0].plot(sizes, shares, **style)
        for i, which in enumerate(sets):
            if which in real[key]:
                share, low, high = real[key][which]
                bar = [[share - low], [high - share]]
                axes[1].errorbar(i + 0.06 * (place - 5), share, bar, **style, linewidth=1)
        place += 1
    majority = found["two-theta", "majority class"]
    axes[0].plot(sorted(majority), [np.mean(majority[n]) for n in sorted(majority)], "k:")
    axes[0].set(xscale="log", xlabel="training crystals", ylabel="right crystal system")
    axes[0].set(title="random crystals\nof other prototypes", ylim=(0, 1))
    axes[1].set(title="simulated patterns\nof real structures", xticks=range(len(sets)))
    axes[1].set(
        xticklabels=["180 AFLOW\nprototypes", "84 reference\nstructures"], xlim=(-0.5, 1.5)
    )
    for ax in axes:
        ax.grid(alpha=0.3)
    for name, shade in colors.items():
        axes[0].plot([], [], color=shade, linewidth=4, label=name)
    for name, marker in markers.items():
        axes[0].plot([], [], marker, color="black", label=name)
    axes[0].plot([], [], "k:", label="majority class")
    fig.legend(loc="outside lower center", ncols=2, frameon=False)
    return fig


DRAWINGS = (symmetry,)
