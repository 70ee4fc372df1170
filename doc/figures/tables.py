"""The tables of the pages that choose from a committed CSV file what a reader needs."""

from collections import defaultdict

import numpy as np

from .common import DOC, FIGURES, read


def _write(name, header, rows):
    """Write a table as a csv-table that a page includes."""
    lines = [
        ".. csv-table::",
        "   :header: " + ", ".join(f'"{cell}"' for cell in header),
        "   :widths: auto",
        "",
        *("   " + ", ".join(f'"{cell}"' for cell in row) for row in rows),
    ]
    (FIGURES / f"{name}.rst").write_text("\n".join(lines) + "\n", encoding="utf-8")


def challenge():
    """Scores on the published challenge, the best first, and the sentence that comes out."""
    rows = read("challenge/comparison.csv")
    measured = [row for row in rows if row["source"] == "measured"]
    measured.sort(key=lambda row: -float(row["balanced_accuracy"]))
    published = [row for row in rows if row["source"] == "published"]
    published.sort(key=lambda row: -float(row["holdout"]))
    table = []
    for row in measured[:7]:
        share, grid = 100 * float(row["share_of_optimum"]), 100 * float(row["holdout"])
        seconds = f"{float(row['fit_seconds']):.1f} s"
        table.append((row["model"], f"{share:.1f}", f"{grid:.1f}", seconds))
    for row in published[:1]:
        grid = f"{100 * float(row['holdout']):.1f}"
        table.append((f"{row['model']} (published, mean of 5 seeds)", "", grid, ""))
    header = "model", "of the best possible (%)", "published test grid (%)", "one fit"
    _write("challenge", header, table)
    readme = (DOC.parent / "README.md").read_text(encoding="utf-8").splitlines()
    said = next(line[2:] for line in readme if line.startswith("> "))
    with (FIGURES / "challenge.rst").open("a", encoding="utf-8") as file:
        file.write(f"\nThe comparison ends with this sentence:\n\n   {said}\n")


def evidence():
    """What verdicts and choices were worth in simulated comparisons."""
    rows = {row["figure"]: row for row in read("evidence_summary.csv") if row["sd"] == "all sd"}
    shown = {
        "any false verdict among 15 pairs": "data sets with any false verdict (%)",
        "pairs decided": "pairs decided (%)",
        "coverage of a score": "intervals that hold the true score (%)",
        "coverage of plus-minus": "the same for a symmetric interval (%)",
        "regret of risk 0.2": "loss of the recommended model to the best (points)",
        "regret of argmax": "loss of the highest score (points)",
        "regret of one standard error": "loss of the cheapest within a standard error (points)",
    }
    columns = "mean", "lowest cell", "highest cell"
    table = [
        (meaning, *(f"{100 * float(rows[name][key]):.2f}" for key in columns))
        for name, meaning in shown.items()
    ]
    _write("evidence", ("", "mean", "lowest", "highest"), table)


def coverage():
    """Sets of plausible labels: what they hold and how large they are."""
    sets = {
        "overall": "overall",
        "by class": "in every class",
        "split, by class": "in every class, frozen",
    }
    table = []
    for row in read("coverage_summary.csv"):
        kind = sets[row["sets"]]
        if row["set"] != "challenge":
            kind = row["set"].replace("replicated", "replicates")
        held, accuracy = 100 * float(row["coverage"]), 100 * float(row["accuracy"])
        size = f"{float(row['set_size']):.2f}"
        table.append((kind, row["model"], f"{held:.1f}", size, f"{accuracy:.1f}", row["draws"]))
    header = "sets", "model", "hold the true label (%)", "labels in a set", "accuracy (%)", "draws"
    _write("coverage", header, sorted(table))


def novelty():
    """How much of what is unknown five scores reject."""
    rejected = {
        (row["set"], row["score"], row["kind"]): f"{100 * float(row['rejected']):.1f}"
        for row in read("novelty_summary.csv")
    }
    scores = list(dict.fromkeys(score for kind, score, _ in rejected if kind == "tables"))
    spectra = [kind for place, score, kind in rejected if (place, score) == ("tables", scores[0])]
    table = [
        (
            kind,
            *(rejected["tables", score, kind] for score in scores),
            rejected["published table", scores[0], kind],
        )
        for kind in spectra
    ]
    header = "spectra", *scores, f"{scores[0]}, published table"
    _write("novelty", header, table)
    kinds = [f"{name} left out" for name in ("calcite", "polystyrene", "silicon")]
    kinds.append("false alarms on an instrument left out")
    ways = "with groups", "without groups"
    raman = [
        (kind, *(rejected["raman", scores[0], f"{kind}, {way}"] for way in ways)) for kind in kinds
    ]
    _write("novelty_raman", ("spectra", *ways), raman)


def _means(name, keys, values):
    """Return the means in percent of columns of a file, by the values of other columns."""
    found = defaultdict(list)
    for row in read(name):
        found[tuple(row[key] for key in keys)].append([100 * value(row) for value in values])
    return {key: np.mean(rows, axis=0) for key, rows in found.items()}


def defaults():
    """What pooled models with other windows and other pooling reach."""
    share = _means(
        "defaults.csv", ("model", "disturbance"), [lambda row: float(row["share_of_optimum"])]
    )
    columns = "none", "0.2 % noise", "1 % noise", "background"
    shown = {
        "PooledSVC, maximum of 200 points": "PooledSVC, adaptive",
        "PooledSVC, mean of 200 points": "PooledSVC, mean pooling",
        "PooledSVC, every 50th point": "PooledSVC, decimation",
        "PooledSVC, 300 points": "PooledSVC, pool 300/75",
        "PooledSVC, 400 points": "PooledSVC, pool 400/100",
        "PooledSVC, 400 and 200 points": "PooledSVC, two scales, 400/100 and 200/50",
        "shift copies, maximum of 200 points": "copies, defaults (10 copies, max_shift 50, "
        "length_scale 400)",
        "shift copies, mean of 200 points": "copies, mean pooling",
        "shift copies, 300 points": "copies, pool 300/75",
    }
    table = [
        (
            meaning,
            *(f"{share[name, key][0]:.1f}" if (name, key) in share else "" for key in columns),
        )
        for meaning, name in shown.items()
    ]
    _write("defaults", ("model", "clean", *columns[1:]), table)


def network_design():
    """What the pooled MLP reaches with one thing changed."""
    shares = _means(
        "network_design.csv",
        ("variant",),
        [
            lambda row: float(row["share_of_optimum"]),
            lambda row: float(row["noisy_accuracy"]) / float(row["optimum"]),
        ],
    )
    default = shares.pop(("pooled MLP",))
    rows = [("the default", *default), *((name, *found) for (name,), found in shares.items())]
    table = [(name, f"{clean:.1f}", f"{noisy:.1f}") for name, clean, noisy in rows]
    _write("network_design", ("pooled MLP", "clean", "0.2 % noise"), table)


def mixture_models():
    """Which phases of mixtures are found, by model, the best first."""
    keys = "exact_match", "exact_match_2", "exact_match_3", "f1"
    means = _means(
        "mixtures.csv", ("model",), [lambda row, key=key: float(row[key]) for key in keys]
    )
    rows = sorted(means.items(), key=lambda item: -item[1][0])
    table = [(name, *(f"{value:.1f}" for value in found)) for (name,), found in rows]
    header = "model", "all phases right", "of two", "of three", "F1"
    _write("mixture_models", header, table)


def peers():
    """Scores of other packages beside models of this one; rows and cells without any are left."""
    rows = read("peers_summary.csv")
    *sets, seconds = list(rows[0])[1:]
    table = []
    for row in rows:
        shares = [f"{100 * float(row[name]):.1f}" if row[name] else "" for name in sets]
        if any(shares):
            table.append((row["model"], *shares, row[seconds]))
    _write("peers", ("model", *sets, seconds), table)


def network_speed():
    """Time and memory of a training step over those of a plain loop."""
    steps = defaultdict(list)
    for row in read("network_speed.csv"):
        cells = float(row["seconds_a_step"]), float(row["peak_mib"])
        steps[row["architecture"], row["what"]].append(cells)
    ours = ("SpectralCNN", "PooledMLP")
    table = []
    for (name, what), cells in steps.items():
        if what in ours:
            time, memory = np.median(cells, axis=0) / np.median(steps[name, "plain"], axis=0)
            table.append((name, f"{time:.2f}", f"{memory:.2f}"))
    _write("network_speed", ("network", "time", "memory"), table)


TABLES = (
    *(challenge, evidence, coverage, novelty, defaults),
    *(network_design, mixture_models, peers, network_speed),
)
