"""The results of a comparison: where they are kept, and what is printed of them."""

import json
import os
from contextlib import contextmanager
from pathlib import Path

from skspectra._cli._shared import Interrupted, UserError
from skspectra._words import count
from skspectra._writing import write_whole

RUNS = "runs"
# It lies among the runs and says which data the results beside them belong to.
DATA = "data.json"


def check_same_data(folder, options, option="--output"):
    """Raise a UserError where a folder holds the results of other data.

    Data are the same if their files and the source of their labels are; what is in the files may
    have changed, and a column that one of the commands does not name may be that of the other.
    """
    try:
        found = json.loads((folder / RUNS / DATA).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Nothing was finished here by this command.
        return
    ours = identify_data(options)
    both_named = found.get("target") and ours["target"]
    if any(found.get(key) != ours[key] for key in ours if key != "target" or both_named):
        raise UserError(
            f"{folder.name} holds the results of {found['name']}; name another folder with "
            f"{option}, or remove this one"
        )


def identify_data(options):
    """Return what tells the data of a command from others, with a name to call them by."""
    labels = options.labels
    return {
        "name": ", ".join(Path(path).name for path in options.paths) or "the published challenge",
        "target": options.target,
        "paths": [os.path.realpath(path) for path in options.paths],
        "labels": os.path.realpath(labels) if labels and Path(labels).is_file() else labels,
        "multilabel": options.multilabel,
    }


@contextmanager
def kept_runs(folder):
    """Give the folder of the finished fits; Ctrl-C says how many there are."""
    runs = folder / RUNS
    try:
        yield runs
    except KeyboardInterrupt:
        n_kept = sum(1 for _ in runs.rglob("*.npz"))
        them = "is" if n_kept == 1 else "are"
        raise Interrupted(
            f"but {count(n_kept, 'finished fits')} {them} kept in {runs}; the same command goes "
            "on from there"
            if n_kept
            else "nothing was written"
        ) from None


def write_result(result, folder, shown, options):
    """Write the files of a result and print it."""
    try:
        (folder / RUNS).mkdir(parents=True, exist_ok=True)
        write_whole(folder / RUNS / DATA, json.dumps(identify_data(options)))
        paths = result.to_csv(folder)
        paths += _draw(result, folder / "comparison.png")
        result.to_html(folder / "report.html")
    except OSError as error:
        raise UserError(f"cannot write to {shown}: {error.strerror}") from None
    paths.append(folder / "report.html")
    level = f"{100 * result.level:g} %"
    settings = "; ".join(f"{name} {value}" for name, value in result.settings.items())
    print(f"\nSettings: {settings}\n\nScores in percent, each with its own {level} interval:\n")
    print(f"{result.table()}\n")
    n_pairs = len(result.pairs)
    together = f"all {n_pairs} verdicts hold together" if n_pairs > 1 else "the verdict holds"
    print(f"Differences of balanced accuracy; {together} at {level}:\n")
    for sentence in result.sentences():
        print(sentence)
    print()
    for sentence in result.advice():
        print(sentence)
    if result.recommendation.code:
        print(f"\nThe recommended model in Python:\n\n{result.recommendation.code}")
    print()
    if not any(path.suffix == ".png" for path in paths):
        print('no figure: matplotlib is not installed (pip install "skspectra[plot]")')
    names = [path.name for path in paths]
    print(f"written to {shown}: {', '.join(names)}; the fits are kept in {shown}/{RUNS}")
    if result.recommendation.model and options.command == "compare" and options.paths:
        print(
            "'skspectra fit' with the same options and -o MODEL.skops writes the model to a file"
        )


def _draw(result, path):
    try:
        import matplotlib.pyplot
    except ImportError:
        path.unlink(missing_ok=True)
        return []
    from skspectra.comparison import ComparisonDisplay

    with matplotlib.rc_context({"backend": "agg"}):
        figure = ComparisonDisplay.from_comparison(result).figure_
        figure.savefig(path)
        matplotlib.pyplot.close(figure)
    return [path]
