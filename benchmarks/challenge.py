"""Run the published challenge and write its table and its conclusion into the README.

The models are those of ``skspectra compare`` without a file. The results go to results/challenge
(CSV files and a figure); what stands between the two markers of the README is made from the CSV
files alone. Usage: python benchmarks/challenge.py [--full] [--table]
       [--results FOLDER]

--full adds the published networks cnn2 and cnn6 (long without a GPU); --table runs nothing and
only writes the README anew.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

from _study import RESULTS, read_rows

from skspectra.comparison import ComparisonDisplay, _challenge, compare_challenge, default_models
from skspectra.comparison._verdict import MARGIN, PairResult
from skspectra.comparison._wording import conclusion
from skspectra.datasets import make_challenge
from skspectra.preprocessing import band_width

ROOT = Path(__file__).resolve().parents[1]
CHALLENGE = RESULTS / "challenge"
README = ROOT / "README.md"
BEGIN, END = "<!-- results:begin -->\n", "<!-- results:end -->\n"


def run(full, results):
    """Run the comparison and write CSV files and figure; `results` keeps finished fits."""
    import matplotlib

    matplotlib.use("agg")
    width = band_width(make_challenge().X_train)
    models = default_models(_challenge.N_POINTS, band_width=width, full=full)
    show = partial(print, file=sys.stderr, flush=True)
    result = compare_challenge(models, results=results, progress=show)
    print(f"\n{result.table()}\n", *result.sentences(), result.conclusion(), sep="\n")
    result.to_csv(CHALLENGE)
    # A row for each of 10,125 spectra and model is too much to commit.
    (CHALLENGE / "predictions.csv").unlink()
    ComparisonDisplay.from_comparison(result).figure_.savefig(CHALLENGE / "comparison.png")


def conclude():
    """Return the sentence that the comparison ends with."""
    rows = read_rows(CHALLENGE / "comparison.csv")
    families = {row["model"]: row["family"] for row in rows if row["source"] == "measured"}
    numbers = "difference", "low", "high", "p_value"
    pairs = [
        PairResult(
            row["model_a"],
            row["model_b"],
            *(float(row[name]) for name in numbers),
            row["verdict"],
            row["reason"],
        )
        for row in read_rows(CHALLENGE / "pairs.csv")
    ]
    return conclusion(pairs, families, MARGIN)


def make_table():
    """Return the table as Markdown: measured models first, the best first."""
    rows = read_rows(CHALLENGE / "comparison.csv")
    measured = [row for row in rows if row["source"] == "measured"]
    measured.sort(key=lambda row: -float(row["balanced_accuracy"]))
    published = [row for row in rows if row["source"] == "published"]
    published.sort(key=lambda row: -float(row["holdout"]))
    lines = [
        "| model | accuracy, fresh spectra | of the best possible | published grid | one fit |",
        "|---|---|---|---|---|",
    ]
    for row in measured:
        note = "" if row["converged"] == "True" else " (not converged)"
        score, low, high = (
            _percent(row[f"balanced_accuracy{end}"]) for end in ("", "_low", "_high")
        )
        share, grid = _percent(row["share_of_optimum"]), _percent(row["holdout"])
        seconds = float(row["fit_seconds"])
        fit = f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"
        lines.append(
            f"| {row['model']}{note} | {score} ({low} to {high}) | {share} | {grid} | {fit} |"
        )
    lines += [
        f"| {row['model']} (published, mean of 5 seeds) | | | {_percent(row['holdout'])} | |"
        for row in published[:2]
    ]
    figure = (CHALLENGE / "comparison.png").relative_to(ROOT).as_posix()
    alt = "Accuracy, accuracy under shifts and fit times of the models"
    return "\n".join([*lines, "", f"> {conclude()}", "", f"![{alt}]({figure})", ""])


def _percent(fraction):
    return f"{100 * float(fraction):.1f}"


def write_table():
    """Replace what is between the markers of the README."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    README.write_text(before + BEGIN + make_table() + END + after, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="add the published networks")
    parser.add_argument("--table", action="store_true", help="only write the table anew")
    parser.add_argument("--results", metavar="FOLDER", help="keep finished fits, to go on later")
    options = parser.parse_args()
    if not options.table:
        run(options.full, options.results)
    write_table()
