"""The runner of studies: an arm is a table of tasks, and each task adds rows to a CSV file."""

import argparse
import csv
import inspect
import itertools
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).resolve().parent / "results"
STUDIES = {}


def study(file, arms, columns, finish=None):
    """Make a study of the function that measures one task.

    An arm is a dictionary of key columns and their values; its tasks are all combinations. A
    function takes the values of a task and returns the other `columns` of its row as a tuple, or
    several rows as a list. `finish` makes a summary or a figure of all rows.
    """

    def register(measure):
        header = [*arms[0], *columns.split()]
        STUDIES[measure.__name__] = measure, RESULTS / file, arms, header, finish
        return measure

    return register


def read_rows(path):
    """Return the rows of a file as dictionaries."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_rows(path, header, rows):
    """Write a file anew."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


def shares(accuracy, optimum):
    """Return the cells of an accuracy, of the best possible one, and of its share of that."""
    return tuple(f"{value:.4f}" for value in (accuracy, optimum, accuracy / optimum))


def with_spread(values, style=".1f"):
    """Return the mean and, where there are several values, the standard deviation."""
    if not len(values):
        return ""
    spread = f" ± {np.std(values, ddof=1):.1f}" if len(values) > 1 else ""
    return f"{np.mean(values):{style}}{spread}"


def find_tasks(arms, wanted):
    """Yield the tasks of all arms that have the `wanted` values in their columns.

    A range holds seeds, in whose place any others may be asked for.
    """
    for arm in arms:
        axes = dict(arm)
        for column, values in wanted.items():
            if isinstance(arm[column], range):
                axes[column] = map(int, values)
            else:
                axes[column] = [value for value in arm[column] if str(value) in values]
        yield from itertools.product(*axes.values())


def run(name, wanted, again=False):
    """Measure every task that has no row yet, or all of them again."""
    measure, path, arms, header, _ = STUDIES[name]
    for task in find_tasks(arms, wanted):
        # Read each time: another process may have added rows.
        rows = [tuple(row.values()) for row in read_rows(path)]
        others = [row for row in rows if row[: len(task)] != tuple(map(str, task))]
        if len(others) < len(rows) and not again:
            continue
        measured = measure(*task)
        if again or not rows:
            write_rows(path, header, others)
        with path.open("a", newline="", encoding="utf-8") as file:
            for figures in measured if isinstance(measured, list) else [measured]:
                csv.writer(file).writerow([*task, *figures])
                print(*task, *figures, sep="  ", flush=True)


def main(description):
    """Run the study that the command line names."""
    style = {"formatter_class": argparse.RawDescriptionHelpFormatter}
    parser = argparse.ArgumentParser(description=description, **style)
    names = parser.add_subparsers(dest="name", required=True)
    for name, (measure, _, arms, *_) in STUDIES.items():
        one = names.add_parser(name, description=inspect.getdoc(measure), **style)
        for column in arms[0]:
            seeds = isinstance(arms[0][column], range)
            known = None if seeds else dict.fromkeys(str(v) for arm in arms for v in arm[column])
            option = {"nargs": "+", "dest": column, "metavar": "VALUE", "choices": known}
            one.add_argument(f"--{column.rstrip('s')}s", **option)
        one.add_argument("--again", action="store_true", help="measure what has rows, too")
        one.add_argument("--finish", action="store_true", help="only write summary or figure")
    options = vars(parser.parse_args())
    name, again, only_finish = (options.pop(key) for key in ("name", "again", "finish"))
    if not only_finish:
        run(name, {column: values for column, values in options.items() if values}, again)
    _, path, *_, finish = STUDIES[name]
    if finish:
        finish(read_rows(path))
