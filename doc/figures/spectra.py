"""The figures of the guide that show spectra and files that come with the package."""

import contextlib
import io
import os
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from skspectra._cli import main
from skspectra.datasets import (
    challenge_table,
    draw_class_table,
    load_precursors,
    load_raman_calibrants,
    make_spectra,
)
from skspectra.io import Spectra, read_spectra, resample

from .common import BLUE, FIGURES, GREY, LIGHT, ORANGE

DIALECTS = "S0N_ICV_BWtek532_050.txt", "PST_FNMT_Horiba785_02.csv", "PST_TOP_Horiba633_010.xy"


@contextlib.contextmanager
def _example():
    """Write the Raman files of the package into a folder for a while."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                main(["example", "raman"])
            yield Path(folder) / "raman"
        finally:
            os.chdir(before)


def files():
    """Three files of three programs, and the matrix with labels and groups that they become."""
    fig = plt.figure(figsize=(6.4, 7.6), layout="constrained")
    rows = fig.add_gridspec(4, 2, width_ratios=[1.5, 1], height_ratios=[1, 1, 1, 1.9])
    with _example() as folder:
        for i, name in enumerate(DIALECTS):
            lines = (folder / name).read_text().splitlines()
            text = fig.add_subplot(rows[i, 0])
            text.axis("off")
            text.text(0, 1, name, va="top", weight="bold")
            shown = "\n".join([*lines[:4], "..."]).expandtabs(10)
            text.text(0, 0.78, shown, va="top", fontsize=10, family="monospace")
            alone = read_spectra(folder / name)
            ax = fig.add_subplot(rows[i, 1])
            ax.plot(alone.x_axis, alone.X[0], color=BLUE, linewidth=0.8)
            ax.set(xlim=(140, 2010), yticks=[])
            ax.set_xlabel(
                f"{alone.x_axis[0]:g} to {alone.x_axis[-1]:g}, step {np.diff(alone.x_axis)[0]:g}"
            )
        spectra = read_spectra(
            folder,
            labels=folder / "labels.csv",
            groups=folder / "labels.csv",
            target="material",
            group="instrument",
        )
    order = np.argsort(spectra.y, kind="stable")
    ax = fig.add_subplot(rows[3, :])
    X = spectra.X[order] - spectra.X[order].min(axis=1, keepdims=True)
    X /= X.max(axis=1, keepdims=True)
    extent = spectra.x_axis[0], spectra.x_axis[-1], len(X), 0
    ax.imshow(X, aspect="auto", cmap="Blues", extent=extent, vmax=0.7)
    labels, starts = np.unique(spectra.y[order], return_index=True)
    ends = [*starts[1:], len(X)]
    for start in starts:
        ax.axhline(start, color=ORANGE, linewidth=1)
    ax.set_yticks([(a + b) / 2 for a, b in zip(starts, ends, strict=True)], labels)
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel="one axis for all (cm$^{-1}$)")
    n_groups = len(set(spectra.groups))
    ax.set_title(
        f"X: {X.shape[0]} rows, {X.shape[1]} columns;  y: {len(labels)} labels;  "
        f"groups: {n_groups}",
        loc="left",
    )
    return fig


def model_file():
    """A spectrum on a coarse axis is brought onto the axis of a model; a short one is refused."""
    data = load_raman_calibrants()
    row = data.X[np.flatnonzero(data.y == "polystyrene")[0]]
    window = (data.x_axis >= 980) & (data.x_axis <= 1050)
    coarse = Spectra(row[None, ::4], data.x_axis[::4], unit="cm-1")
    ready = resample(coarse, data.x_axis[: coarse.X.shape[1] * 4 - 3])
    fig, axes = plt.subplots(2, 1, figsize=(6.4, 5), layout="constrained")
    axes[0].plot(ready.x_axis, ready.X[0], ".", color=LIGHT, label="on the axis of the model")
    axes[0].plot(coarse.x_axis, coarse.X[0], "o", color=BLUE, label="as measured")
    axes[0].set(xlim=(data.x_axis[window][0], data.x_axis[window][-1]))
    axes[0].set_title("another step: resampled, then predicted", loc="left")
    axes[0].legend(frameon=False, loc="upper right")
    part = data.x_axis >= 400
    axes[1].axvspan(data.x_axis[0], 400, color=ORANGE, alpha=0.25)
    axes[1].plot(data.x_axis[part], row[part], color=BLUE)
    axes[1].text(275, row.max() / 2, "not\nmeasured", ha="center", va="center")
    axes[1].set(xlim=(data.x_axis[0], data.x_axis[-1]), xlabel="Raman shift (cm$^{-1}$)")
    axes[1].set_title("the axis of the model is not covered: refused", loc="left")
    for ax in axes:
        ax.set_yticks([])
    return fig


def sets():
    """The sets of the package, a small panel each."""
    fig, axes = plt.subplots(3, 2, figsize=(6.4, 6.6), layout="constrained")
    table = challenge_table()
    shown = ((0, "a minor peak"), (9, "a position"), (18, "a height"))
    for ax, (first, title) in zip(axes.flat, shown, strict=False):
        triplet = table[first : first + 3]
        places = np.concatenate([positions for positions, _ in triplet])
        X, _ = make_spectra(triplet, 1, max_shift=0, height_variation=0, random_state=0)
        for i, (row, color) in enumerate(zip(X, (BLUE, ORANGE, GREY), strict=True)):
            ax.plot(np.sqrt(row / row.max()) + 1.1 * i, color=color)
        ax.set_xlim(places.min() - 150, places.max() + 150)
        ax.set_title(f"challenge: {title}", loc="left")
    X, _ = make_spectra(draw_class_table(4, random_state=1), 1, random_state=1)
    for i, row in enumerate(X):
        axes[1, 1].plot(row / row.max() + 1.1 * i, color=(BLUE, ORANGE, GREY, LIGHT)[i])
    axes[1, 1].set_title("random classes", loc="left")
    raman = load_raman_calibrants()
    for i, name in enumerate(("calcite", "polystyrene", "silicon")):
        rows = raman.X[raman.y == name]
        rows = rows - np.median(rows, axis=1, keepdims=True)
        rows = rows / rows.max(axis=1, keepdims=True)
        ax = axes[2, 0]
        ax.plot(raman.x_axis, np.median(rows, axis=0) + 1.1 * i, color=(BLUE, ORANGE, GREY)[i])
        ax.text(1980, 1.1 * i + 0.35, name, ha="right")
    axes[2, 0].set_title("Raman calibrants (measured)", loc="left")
    powder = load_precursors()
    axes[2, 1].plot(powder.x_axis, np.sqrt(powder.X[0]), color=BLUE, linewidth=0.8)
    axes[2, 1].set_title("powder mixtures (measured)", loc="left")
    for ax in axes.flat:
        ax.set_yticks([])
    for ax, label in (
        (axes[1, 0], "point"),
        (axes[1, 1], "point"),
        (axes[2, 0], "Raman shift (cm$^{-1}$)"),
        (axes[2, 1], "2theta (degrees)"),
    ):
        ax.set_xlabel(label)
    return fig


def _door(x, rows, label):
    """Draw a few spectra with thick lines, for a picture that is shown small."""
    fig, ax = plt.subplots(figsize=(4, 1.9), layout="constrained")
    for i, (row, color) in enumerate(zip(rows, (BLUE, ORANGE), strict=False)):
        ax.plot(x, row / row.max() + 0.15 * i, color=color, linewidth=2)
    ax.set(yticks=[], xlim=(x[0], x[-1]))
    ax.set_xlabel(label, fontsize="large")
    ax.spines[["top", "left", "right"]].set_visible(False)
    return fig


def door_powder():
    """A part of a measured powder pattern of two phases."""
    data = load_precursors()
    part = (data.x_axis > 28) & (data.x_axis < 42)
    return _door(data.x_axis[part], data.X[:1, part] - data.X[0, part].min(), "2theta (degrees)")


def door_raman():
    """The strongest band of polystyrene, as the two instruments read it that agree least."""
    data = load_raman_calibrants()
    part = (data.x_axis > 960) & (data.x_axis < 1060)
    rows = data.X[data.y == "polystyrene"][:, part]
    rows = rows - rows.min(axis=1, keepdims=True)
    places = rows.argmax(axis=1)
    rows = rows[[places.argmin(), places.argmax()]]
    return _door(data.x_axis[part], rows, "Raman shift (cm$^{-1}$)")


def door_infrared():
    """Two simulated spectra with broad bands, of which one band lies at another place."""
    x = np.linspace(800, 1800, 501)
    places, widths = np.array([[900, 1090, 1240, 1460, 1700]]), np.array([60, 80, 60, 60, 45])
    moved = places + [[0], [1]] * np.array([[0, 25, 0, 0, 0]])
    bands = np.exp(-(((x - moved[:, :, None]) / widths[:, None]) ** 2))
    rows = np.einsum("j,ijk->ik", [0.4, 0.9, 0.5, 0.6, 1], bands)
    return _door(x, rows, "wavenumber (cm$^{-1}$)")


def door_nmr():
    """A simulated spectrum with very narrow lines: a doublet, a triplet and a quartet."""
    x = np.linspace(5, 0, 4000)
    lines = ((4.1, (1, 3, 3, 1)), (2.3, (2, 2)), (1.2, (3, 6, 3)))
    row = sum(
        height / (1 + ((x - place - 0.05 * (i - (len(heights) - 1) / 2)) / 0.006) ** 2)
        for place, heights in lines
        for i, height in enumerate(heights)
    )
    return _door(x, row[None], "chemical shift (ppm)")


def write_show():
    """Keep what ``skspectra show`` prints and draws for the example files."""
    printed = io.StringIO()
    with _example(), contextlib.redirect_stdout(printed):
        main(["show", "raman", "-o", str(FIGURES / "show.png")])
    lines = [line for line in printed.getvalue().splitlines() if not line.startswith("written")]
    (FIGURES / "show.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_predictions():
    """Keep what ``skspectra predict`` writes for an ordinary file and for four odd ones."""
    x = np.arange(150, 2001)
    files = {
        "flat.xy": np.ones(len(x)),
        "part.xy": np.exp(-(((x[x < 900] - 520) / 5) ** 2)),
        "unknown.xy": np.exp(-(((x - 1700) / 40) ** 2)),
    }
    silent = io.StringIO()
    with (
        _example() as folder,
        contextlib.redirect_stdout(silent),
        contextlib.redirect_stderr(silent),
    ):
        fit = "fit raman --labels raman/labels.csv --group instrument --no-search -o raman.skops"
        main([*fit.split(), "--model", "pooled SVC"])
        for name, values in files.items():
            np.savetxt(name, np.column_stack([x[: len(values)], values]), fmt="%.6g")
        Path("bad.txt").write_text("no numbers\n", encoding="utf-8")
        names = [str(folder / DIALECTS[0]), *files, "bad.txt"]
        main(["predict", "raman.skops", *names, "-o", "predictions.csv"])
        written = Path("predictions.csv").read_text(encoding="utf-8")
    (FIGURES / "predictions.txt").write_text(written, encoding="utf-8")


DRAWINGS = (files, model_file, sets, door_powder, door_raman, door_infrared, door_nmr)
