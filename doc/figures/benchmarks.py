"""The figures of the benchmark pages, from the committed CSV files."""

from collections import defaultdict
from statistics import median

import matplotlib.pyplot as plt
import numpy as np

from .common import BLUE, GREY, LIGHT, ORANGE, number, read


def classical():
    """Ten classical models on raw, pooled and compressed spectra."""
    rows = read("classical_summary.csv")
    models = list(dict.fromkeys(row["model"] for row in rows))[::-1]
    fig, axes = plt.subplots(1, 2, figsize=(6.4, 5), sharey=True, layout="constrained")
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
        )
        ax.set(xlim=(30, 102), yticks=range(len(models)), yticklabels=models)
        ax.grid(alpha=0.3)
    fig.supxlabel("share of the best possible accuracy (%)", fontsize="medium")
    handles, labels = axes[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside upper center", ncols=3, frameon=False)
    return fig


def networks():
    """Networks on the challenge and on fresh tables, beside the pooled SVM."""
    rows = [row for row in read("networks_summary.csv") if row["set"] in ("challenge", "tables")]
    names = list(dict.fromkeys(row["network"] for row in rows))
    svm = [row for row in read("classical_summary.csv") if row["model"] == "SVM + 10 shift copies"]
    fig, ax = plt.subplots(figsize=(6.4, 5), layout="constrained")
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
    fig.legend(loc="outside upper center", frameon=False)
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
    fig, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
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
    fig.legend(loc="outside upper center", ncols=2, frameon=False)
    return fig


def classes():
    """Avoidable errors in 20,000 fresh spectra of 500 classes, by table."""
    rows = read("classes.csv")
    accuracy, optimum = (
        next(name for name in rows[0] if name.startswith(start))
        for start in ("accuracy", "optimum")
    )
    fig, ax = plt.subplots(figsize=(6.4, 5.2), layout="constrained")
    models = list(dict.fromkeys(row["model"] for row in rows))
    for model, marker in zip(models, "osD^vP*X<>hd", strict=False):
        mine = [row for row in rows if row["model"] == model]
        errors = [20000 * (float(row[optimum]) - float(row[accuracy])) for row in mine]
        ax.plot([row["table"] for row in mine], errors, marker, label=model, alpha=0.8)
    ax.set(xlabel="table", ylabel="errors of 20,000\nbeyond the unavoidable")
    ax.grid(alpha=0.3)
    fig.legend(loc="outside lower center", frameon=False)
    return fig


def speed():
    """PooledSVC against its Pipeline, and max pooling against the maximum."""
    fig, axes = plt.subplots(2, 1, figsize=(6.4, 6.4), layout="constrained")
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


def powder_models():
    """Share of patterns with exactly the right phases, by model, with intervals of 95 %."""
    rows = [row for row in read("powder_models.csv") if row["what"] == "patterns"]
    models = list(dict.fromkeys(row["model"] for row in rows))
    fig, axes = plt.subplots(1, 2, figsize=(6.4, 5), sharey=True, layout="constrained")
    for ax, kind in zip(axes, ("simulated, ", ""), strict=True):
        for table, marker, color, up in (
            ("Li-Mn-Ti-O-F", "o", BLUE, -0.13),
            ("precursors", "D", ORANGE, 0.13),
        ):
            found = {row["model"]: row for row in rows if row["set"] == kind + table}
            for i, model in enumerate(models):
                if model in found:
                    low, share, high = (
                        100 * float(found[model][key]) for key in ("low", "share", "high")
                    )
                    ax.plot([low, high], [i + up] * 2, color=color, alpha=0.6)
                    ax.plot(share, i + up, marker, color=color)
            if not kind:
                size = 56 if table == "Li-Mn-Ti-O-F" else 88
                n = next(iter(found.values()))["n"]
                label = f"table of {size} structures, {n} measured patterns"
                ax.plot([], [], marker, color=color, label=label)
        labels = [model.replace(", ", ",\n", 1) for model in models]
        ax.set(xlim=(0, 103), yticks=range(len(models)), yticklabels=labels)
        ax.set(title="simulated by other laws" if kind else "measured")
        ax.grid(alpha=0.3)
    fig.supxlabel("patterns with exactly the right phases (%)", fontsize="medium")
    fig.legend(loc="outside upper center", frameon=False)
    axes[0].invert_yaxis()
    return fig


DRAWINGS = (classical, networks, mixtures, classes, speed, powder_models)
