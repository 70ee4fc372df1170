"""Draw the figures of the benchmark pages from the committed CSV files."""

import csv
from collections import defaultdict
from pathlib import Path
from statistics import median

import matplotlib
import numpy as np

matplotlib.use("agg")
import matplotlib.pyplot as plt

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "benchmarks" / "results"
FIGURES = HERE / "_figures"
BLUE, ORANGE, LIGHT, GREY = "#0072B2", "#D55E00", "#56B4E9", "#7F7F7F"


def read(name):
    """Return the rows of a CSV file as dictionaries."""
    with (RESULTS / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def number(cell):
    """Return the mean of a cell such as "81.5 ± 0.6"."""
    return float(cell.split(" ")[0]) if cell else np.nan


def classical():
    """Ten classical models on raw, pooled and compressed spectra."""
    rows = read("classical_summary.csv")
    models = list(dict.fromkeys(row["model"] for row in rows))[::-1]
    fig, axes = plt.subplots(1, 2, figsize=(10, 4.2), sharey=True, layout="constrained")
    for ax, disturbance in zip(axes, ("none", "1 % noise"), strict=True):
        for kind, marker, color in (
            ("raw", "s", GREY),
            ("pooled", "o", LIGHT),
            ("compressed", "D", BLUE),
        ):
            shares = {
                row["model"]: number(row[disturbance]) for row in rows if row["input"] == kind
            }
            ax.plot(
                [shares.get(model, np.nan) for model in models],
                range(len(models)),
                marker,
                color=color,
                label="pooled and compressed" if kind == "compressed" else kind,
            )
        ax.set(
            title="without noise" if disturbance == "none" else f"with {disturbance}",
            xlabel="share of the best possible accuracy (%)",
        )
        ax.set(xlim=(30, 102), yticks=range(len(models)), yticklabels=models)
        ax.grid(alpha=0.3)
    axes[0].legend(loc="lower left", frameon=False)
    return fig


def networks():
    """Networks on the challenge and on fresh tables, beside the pooled SVM."""
    rows = [row for row in read("networks_summary.csv") if row["set"] in ("challenge", "tables")]
    names = list(dict.fromkeys(row["network"] for row in rows))
    svm = [row for row in read("classical_summary.csv") if row["model"] == "SVM + 10 shift copies"]
    fig, ax = plt.subplots(figsize=(8, 3.8), layout="constrained")
    for kind, marker, color in (("challenge", "o", BLUE), ("tables", "D", ORANGE)):
        found = {
            r["network"]: float(r["of the best possible (%)"]) for r in rows if r["set"] == kind
        }
        label = "published challenge" if kind == "challenge" else "fresh tables"
        ax.plot(
            [found.get(name, np.nan) for name in names],
            range(len(names)),
            marker,
            color=color,
            label=label,
        )
    ax.axvline(
        number(svm[0]["none"]),
        color=GREY,
        linestyle="--",
        label="pooled SVM + shift copies, fresh tables",
    )
    ax.set(
        yticks=range(len(names)),
        yticklabels=names,
        xlabel="share of the best possible accuracy (%)",
    )
    ax.invert_yaxis()
    ax.grid(alpha=0.3)
    ax.legend(loc="lower left", frameon=False)
    return fig


def mixtures():
    """Exact matches and F1 of five models on mixtures."""
    found = defaultdict(list)
    for row in read("mixtures.csv"):
        found[row["model"]].append(
            [float(row[key]) for key in ("exact_match_2", "exact_match_3", "f1")]
        )
    means = {name: np.mean(values, axis=0) for name, values in found.items()}
    names = sorted(means, key=lambda name: means[name][2])
    fig, ax = plt.subplots(figsize=(8, 3), layout="constrained")
    labels = ("two phases, all right", "three phases, all right", "F1, mean over phases")
    for i, (label, marker, color) in enumerate(
        zip(labels, "osD", (BLUE, LIGHT, ORANGE), strict=True)
    ):
        ax.plot(
            [100 * means[name][i] for name in names],
            range(len(names)),
            marker,
            color=color,
            label=label,
        )
    ax.set(yticks=range(len(names)), yticklabels=names, xlabel="percent", xlim=(0, 100))
    ax.grid(alpha=0.3)
    ax.legend(frameon=False, loc="center right")
    return fig


def classes():
    """Avoidable errors in 20,000 fresh spectra of 500 classes, by table."""
    rows = read("classes.csv")
    accuracy, optimum = (
        next(name for name in rows[0] if name.startswith(start))
        for start in ("accuracy", "optimum")
    )
    fig, ax = plt.subplots(figsize=(8, 3.2), layout="constrained")
    models = list(dict.fromkeys(row["model"] for row in rows))
    for model, marker in zip(models, "osD^vP*X<>hd", strict=False):
        mine = [row for row in rows if row["model"] == model]
        errors = [20000 * (float(row[optimum]) - float(row[accuracy])) for row in mine]
        ax.plot([row["table"] for row in mine], errors, marker, label=model, alpha=0.8)
    ax.set(xlabel="table", ylabel="errors of 20,000\nbeyond the unavoidable")
    ax.grid(alpha=0.3)
    ax.legend(frameon=False, fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def speed():
    """PooledSVC against its Pipeline, and max pooling against the maximum."""
    fig, axes = plt.subplots(1, 2, figsize=(10, 3.4), layout="constrained")
    ours, theirs = defaultdict(list), defaultdict(list)
    for row in read("svc_speed.csv"):
        key = int(row["n_classes"]), int(row["n_predicted"])
        ours[key].append(float(row["predict_seconds"]))
        theirs[key].append(float(row["svc_predict_seconds"]))
    for n, marker in ((1, "o"), (9500, "D")):
        keys = sorted(key for key in ours if key[1] == n)
        ratios = [median(theirs[key]) / median(ours[key]) for key in keys]
        label = "one spectrum" if n == 1 else "9,500 spectra"
        axes[0].loglog([key[0] for key in keys], ratios, marker + "-", label=label)
    axes[0].axhline(1, color=GREY, linestyle="--")
    axes[0].set(
        xlabel="classes", ylabel="times as fast as its Pipeline", title="PooledSVC.predict"
    )
    axes[0].legend(frameon=False)
    seconds = defaultdict(list)
    for row in read("pooling_speed.csv"):
        if row["what"] == "float32":
            seconds[row["who"], int(row["pool_size"]), int(row["stride"])].append(
                float(row["seconds"])
            )
    strides = sorted({key[2] for key in seconds if key[0] == "ours"})
    ratios = [
        median(
            median(times) / median(seconds["X.max", key[1], key[2]])
            for key, times in seconds.items()
            if key[0] == "ours" and key[2] == stride
        )
        for stride in strides
    ]
    axes[1].semilogx(strides, ratios, "o-", color=BLUE)
    axes[1].set(
        xlabel="stride (points)", ylabel="time over that of X.max()", title="MaxPoolDownsampler"
    )
    axes[1].set_ylim(bottom=0)
    for ax in axes:
        ax.grid(alpha=0.3)
    return fig


def measured():
    """Balanced accuracy of every model on the measured sets."""
    rows = [row for row in read("measured.csv") if row["model"] != "majority class"]
    sets = [name for name in rows[0] if name != "model"]
    fig, axes = plt.subplots(1, len(sets), figsize=(12, 4), sharey=True, layout="constrained")
    pooled = {"nearest neighbour", "extra trees"}
    for ax, name in zip(axes, sets, strict=True):
        for i, row in enumerate(rows):
            if row[name]:
                is_pooled = row["model"].startswith("pooled") or row["model"] in pooled
                ax.plot(
                    number(row[name]),
                    i,
                    "o" if is_pooled else "s",
                    color=BLUE if is_pooled else GREY,
                )
        ax.set_title(name.replace(", ", "\n"), fontsize="small")
        ax.set(yticks=range(len(rows)), yticklabels=[row["model"] for row in rows])
        ax.set(xlim=(0.75, 1.02), xticks=[0.8, 0.9, 1.0])
        ax.grid(alpha=0.3)
    axes[0].invert_yaxis()
    axes[0].plot([], [], "o", color=BLUE, label="pools, or may pool")
    axes[0].plot([], [], "s", color=GREY, label="does not pool")
    fig.legend(loc="outside upper right", ncols=2, frameon=False)
    fig.supxlabel("balanced accuracy", fontsize="medium")
    return fig


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
    fig, axes = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained", sharey=True)
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
                axes[1].errorbar(i + 0.05 * (place - 5), share, bar, **style, linewidth=1)
        place += 1
    majority = found["two-theta", "majority class"]
    axes[0].plot(sorted(majority), [np.mean(majority[n]) for n in sorted(majority)], "k:")
    axes[0].set(xscale="log", xlabel="training crystals", ylabel="right crystal system")
    axes[0].set(title="random crystals of other prototypes", ylim=(0, 1))
    axes[1].set(title="simulated patterns of real structures", xticks=range(len(sets)))
    axes[1].set(xticklabels=["180 AFLOW prototypes", "84 reference structures"], xlim=(-0.5, 1.5))
    for ax in axes:
        ax.grid(alpha=0.3)
    for name, shade in colors.items():
        axes[0].plot([], [], color=shade, linewidth=4, label=name)
    for name, marker in markers.items():
        axes[0].plot([], [], marker, color="black", label=name)
    axes[0].plot([], [], "k:", label="majority class")
    fig.legend(loc="outside lower center", ncols=5, frameon=False, fontsize="small")
    return fig


def write_challenge():
    """Write the table of the start page: scores on the published challenge, the best first."""
    rows = read("challenge/comparison.csv")
    measured = [row for row in rows if row["source"] == "measured"]
    measured.sort(key=lambda row: -float(row["balanced_accuracy"]))
    published = [row for row in rows if row["source"] == "published"]
    published.sort(key=lambda row: -float(row["holdout"]))
    lines = [
        ".. csv-table::",
        '   :header: "model", "of the best possible (%)", "published test grid (%)", "one fit"',
        "   :widths: auto",
        "",
    ]
    for row in measured[:9]:
        share, grid = 100 * float(row["share_of_optimum"]), 100 * float(row["holdout"])
        seconds = float(row["fit_seconds"])
        lines.append(f'   "{row["model"]}", "{share:.1f}", "{grid:.1f}", "{seconds:.1f} s"')
    for row in published[:1]:
        grid = 100 * float(row["holdout"])
        lines.append(f'   "{row["model"]} (published, mean of 5 seeds)", "", "{grid:.1f}", ""')
    (FIGURES / "challenge.rst").write_text("\n".join(lines) + "\n", encoding="utf-8")


def draw_all(app=None):
    """Draw every figure and write every table; Sphinx calls this before it reads the pages."""
    FIGURES.mkdir(exist_ok=True)
    for draw in (classical, networks, mixtures, classes, speed, measured, symmetry):
        fig = draw()
        fig.savefig(FIGURES / f"{draw.__name__}.png", dpi=150)
        plt.close(fig)
    write_challenge()


if __name__ == "__main__":
    draw_all()
