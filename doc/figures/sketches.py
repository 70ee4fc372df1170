"""The sketches of the guide: one idea each, computed by the classes that the page is about."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch
from sklearn.model_selection import KFold, StratifiedGroupKFold

from skspectra import MaxPoolDownsampler
from skspectra.datasets import load_raman_calibrants
from skspectra.preprocessing import BaselineCorrector, IntensityCompressor, SpectrumNormalizer

from .common import BLUE, GREY, LIGHT, ORANGE, number, read


def steps():
    """A measured spectrum on its way to a classifier, one panel per step."""
    data = load_raman_calibrants()
    heights = data.X - data.X.min(axis=1, keepdims=True)
    slope = heights[:, -200:].mean(axis=1) / heights.max(axis=1)
    chosen = np.argmin(np.abs(slope - 0.3) + (data.y != "calcite"))
    X = data.X[[chosen]]
    cleaned = BaselineCorrector("arpls", {"lam": 1e6}).fit_transform(X)
    normalised = SpectrumNormalizer().fit_transform(cleaned)
    pool = MaxPoolDownsampler(40, 20).fit(normalised)
    pooled = pool.transform(normalised)
    places = data.x_axis[0] + pool.centers_
    drawn = [
        ("as measured", data.x_axis, X),
        ("1. background subtracted", data.x_axis, cleaned),
        ("2. normalised", data.x_axis, normalised),
        ("3. pooled", places, pooled),
        (
            "4. compressed, ready for a classifier",
            places,
            IntensityCompressor().fit_transform(pooled),
        ),
    ]
    fig, axes = plt.subplots(5, 1, figsize=(6.4, 7), sharex=True, layout="constrained")
    for ax, (title, x, rows) in zip(axes, drawn, strict=True):
        ax.plot(x, rows[0], color=BLUE, marker="." if len(x) < 200 else None, markersize=4)
        ax.set_title(title, loc="left")
    axes[-1].set_xlabel("Raman shift (cm$^{-1}$)")
    return fig


def pool_and_stride():
    """A spectrum, and what pools of three sizes and strides make of it."""
    rng = np.random.default_rng(0)
    points = np.arange(96)
    spectrum = sum(
        height * np.exp(-(((points - place) / 1.5) ** 2))
        for place, height in ((22, 1.0), (40, 0.6), (72, 0.35))
    )
    spectrum += 0.01 * rng.random(96)
    settings = [(8, 8), (8, 4), (24, 8)]
    fig, axes = plt.subplots(4, 1, figsize=(6.4, 5.2), sharex=True, layout="constrained")
    axes[0].plot(points, spectrum, color=GREY)
    axes[0].set_title("the spectrum: 96 points", loc="left")
    for ax, (pool_size, stride) in zip(axes[1:], settings, strict=True):
        pool = MaxPoolDownsampler(pool_size, stride).fit(spectrum[None])
        values = pool.transform(spectrum[None])[0]
        ax.plot(points, spectrum, color=GREY, linewidth=0.8)
        starts = np.minimum(np.arange(len(values)) * stride, 96 - pool_size)
        ax.hlines(values, starts - 0.4, starts + pool_size - 0.6, color=LIGHT, linewidth=2.5)
        ax.plot(pool.centers_, values, "o", color=BLUE, markersize=4)
        ax.set_title(f"pool_size={pool_size}, stride={stride}: {len(values)} features", loc="left")
    for ax in axes:
        ax.set(ylim=(-0.05, 1.15), yticks=[0, 1])
    axes[-1].set_xlabel("point")
    return fig


def compression():
    """A pooled spectrum with a minor peak, before and after compression."""
    points = np.arange(1000)
    X = sum(
        height * np.exp(-(((points - place) / 5) ** 2))
        for place, height in ((250, 1.0), (450, 0.5), (750, 0.04))
    )
    X = X[None] + np.random.default_rng(0).normal(0, 0.003, (1, 1000))
    pool = MaxPoolDownsampler(40, 20).fit(X)
    pooled = pool.transform(X)
    compressed = IntensityCompressor().fit_transform(pooled)
    fig, axes = plt.subplots(1, 2, figsize=(6.4, 2.6), sharey=True, layout="constrained")
    for ax, values, title in zip(
        axes, (pooled[0], compressed[0]), ("pooled", "pooled and compressed"), strict=True
    ):
        ax.plot(pool.centers_, values, ".-", color=BLUE)
        height = values[np.abs(pool.centers_ - 750) < 30].max()
        ax.annotate(
            f"minor peak:\n{height:.2f}",
            (750, height),
            (760, 0.55),
            ha="center",
            color=ORANGE,
            arrowprops={"arrowstyle": "->", "color": ORANGE},
        )
        ax.set(title=title, xlabel="point")
    return fig


def groups():
    """Which replicates are tested in the first fold, with and without groups."""
    samples = np.repeat(np.arange(6), 3)
    y = samples % 2
    splitters = {
        "without groups": KFold(3, shuffle=True, random_state=3),
        "with groups": StratifiedGroupKFold(3, shuffle=True, random_state=0),
    }
    fig, axes = plt.subplots(2, 1, figsize=(6.4, 3), layout="constrained")
    for ax, (name, splitter) in zip(axes, splitters.items(), strict=True):
        told = None if isinstance(splitter, KFold) else samples
        _, test = next(splitter.split(samples[:, None], y, told))
        tested = np.isin(np.arange(18), test)
        mixed = [len(set(tested[samples == sample])) == 2 for sample in range(6)]
        ax.imshow(
            tested[None], cmap=ListedColormap([LIGHT, ORANGE]), aspect="auto", vmin=0, vmax=1
        )
        for edge in np.arange(0.5, 17):
            ax.axvline(edge, color="white", linewidth=4 if edge % 3 == 2.5 else 1)
        ax.set_xticks(
            np.arange(1, 18, 3),
            [f"sample {i + 1}" + ("\nin both" if both else "") for i, both in enumerate(mixed)],
        )
        ax.set(yticks=[])
        ax.tick_params(length=0)
        ax.set_title(name, loc="left")
    fig.legend(
        handles=[Patch(color=LIGHT, label="training"), Patch(color=ORANGE, label="test")],
        loc="outside upper right",
        ncols=2,
        frameon=False,
    )
    return fig


def verdicts():
    """The four verdicts as intervals against the margin of two points."""
    shown = [
        ("better", 3, 9),
        ("worse", -8, -2.8),
        ("equivalent", -1.2, 1.5),
        ("cannot tell", -3, 6),
    ]
    fig, ax = plt.subplots(figsize=(6.4, 2.6), layout="constrained")
    ax.axvspan(-2, 2, color=LIGHT, alpha=0.3)
    for i, (verdict, low, high) in enumerate(shown):
        color = GREY if verdict == "cannot tell" else BLUE
        ax.errorbar((low + high) / 2, i, xerr=(high - low) / 2, fmt="o", color=color, capsize=4)
    ax.text(0, -0.62, "margin", ha="center", va="center")
    ax.set(yticks=range(4), yticklabels=[verdict for verdict, *_ in shown], ylim=(3.5, -0.95))
    ax.set(xlim=(-10, 10), xlabel="first model - second model (points)")
    return fig


def jobs():
    """The jobs of a comparison: what is on disk, and what another run still fits."""
    models = ["1-NN", "3-NN", "naive Bayes"]
    fig, axes = plt.subplots(2, 1, figsize=(6.4, 3.6), layout="constrained", sharex=True)
    done, fitted, missing = 2, 1, 0
    first = np.full((3, 10), missing)
    first[:2] = fitted
    second = np.where(first == fitted, done, fitted)
    titles = ["first run: two models on ten splits", "second run: one more model"]
    for ax, grid, title in zip(axes, (first, second), titles, strict=True):
        shown = models if grid is second else models[:2]
        ax.imshow(
            grid[: len(shown)],
            cmap=ListedColormap(["white", ORANGE, LIGHT]),
            vmin=0,
            vmax=2,
            aspect="auto",
        )
        ax.set_yticks(range(len(shown)), shown)
        for edge in np.arange(0.5, 9):
            ax.axvline(edge, color="white", linewidth=2)
        for edge in np.arange(0.5, len(shown) - 1):
            ax.axhline(edge, color="white", linewidth=2)
        ax.set_title(title, loc="left")
        ax.tick_params(length=0)
    axes[1].set_xticks(range(10), range(1, 11))
    axes[1].set_xlabel("split")
    fig.legend(
        handles=[
            Patch(color=ORANGE, label="fitted now"),
            Patch(color=LIGHT, label="read from results="),
        ],
        loc="outside lower center",
        ncols=2,
        frameon=False,
    )
    return fig


def contestants():
    """Accuracy and time of one fit of the models in a comparison."""
    rows = [row for row in read("challenge/comparison.csv") if row["source"] == "measured"]
    rows.sort(key=lambda row: float(row["share_of_optimum"]))
    fig, axes = plt.subplots(1, 2, figsize=(6.4, 4.6), sharey=True, layout="constrained")
    for i, row in enumerate(rows):
        seconds, share = float(row["fit_seconds"]), 100 * float(row["share_of_optimum"])
        may_pool = row["family"] in ("pooled", "net")
        style = {"marker": "o" if may_pool else "s", "color": BLUE if may_pool else GREY}
        axes[0].plot(share, i, **style)
        axes[1].semilogx(seconds, i, **style)
    axes[0].set_yticks(range(len(rows)), [row["model"] for row in rows])
    axes[0].set(xlabel="share of the best\npossible accuracy (%)", xlim=(0, 103))
    axes[1].set_xlabel("seconds of one fit")
    for ax in axes:
        ax.grid(alpha=0.3)
    pooled = axes[0].plot([], [], "o", color=BLUE, label="pooled")
    raw = axes[0].plot([], [], "s", color=GREY, label="not pooled")
    fig.legend(handles=[*pooled, *raw], loc="outside upper right", ncols=2, frameon=False)
    return fig


def measured():
    """Balanced accuracy of every model on the measured sets, as a map of numbers."""
    rows = [row for row in read("measured.csv") if row["model"] != "majority class"]
    sets = [name for name in rows[0] if name != "model"]
    scores = np.array([[100 * number(row[name]) for name in sets] for row in rows])
    fig, ax = plt.subplots(figsize=(6.4, 5.6), layout="constrained")
    ax.imshow(scores - scores.max(axis=0), cmap="Blues", vmin=-20, vmax=12, aspect="auto")
    for (i, j), score in np.ndenumerate(scores):
        best = score == scores[:, j].max()
        ax.text(j, i, f"{score:.0f}", ha="center", va="center", weight="bold" if best else None)
    ax.set_yticks(range(len(rows)), [row["model"] for row in rows])
    ax.set_xticks(range(len(sets)), sets, rotation=60, ha="left", rotation_mode="anchor")
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    fig.supxlabel("balanced accuracy (%), the best in bold", fontsize="medium")
    return fig


DRAWINGS = (
    steps,
    pool_and_stride,
    compression,
    groups,
    verdicts,
    jobs,
    contestants,
    measured,
)
