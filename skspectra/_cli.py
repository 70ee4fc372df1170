"""The command line: a thin layer over :mod:`skspectra.comparison`."""

import argparse
import os
import sys
import warnings
from pathlib import Path

from skspectra import __version__

NORMS = ["max", "area", "snv", "none"]
POOLING_NOTE = (
    "Pooling helps where peaks are narrow and move; on smooth spectra (infrared) it is neutral "
    "or harmful."
)
DESCRIPTION = """\
Compare classical models and a network on the same splits, and say which differences the data
support. Without FILE the published challenge of 27 classes is run."""


class UserError(Exception):
    """What the user can mend: shown as one line, without a traceback."""


def main(argv=None):
    """Run the command line.

    Parameters
    ----------
    argv : list of str, default=None
        Arguments; None takes those of the process.

    Returns
    -------
    status : int
        0 where it worked, 2 for bad input, 130 after Ctrl-C.
    """
    try:
        options = _parser().parse_args(argv)
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            return _compare(options)
    except UserError as error:
        print(f"skspectra: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("skspectra: interrupted, nothing was written", file=sys.stderr)
        return 130


class _Parser(argparse.ArgumentParser):
    """Report errors as all others are reported."""

    def error(self, message):
        raise UserError(message)


def _parser():
    parser = _Parser(prog="skspectra", description="Classify one-dimensional spectra.")
    parser.add_argument("--version", action="version", version=f"skspectra {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("compare", description=DESCRIPTION, help="compare models")
    command.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help="CSV file, one row a spectrum; columns named by numbers are the axis",
    )
    command.add_argument("--target", metavar="COLUMN", help="column with the class labels")
    command.add_argument("--group", metavar="COLUMN", help="rows of one group are not divided")
    command.add_argument("--normalize", choices=NORMS, default="max", help="default: max")
    command.add_argument("--full", action="store_true", help="add the published networks (slow)")
    command.add_argument("--splits", metavar="K", type=_number(2), help="folds, default: 5")
    command.add_argument("--repeats", metavar="R", type=_number(1), help="default: 2")
    command.add_argument("--leave-one-group-out", action="store_true", help="one fold a group")
    command.add_argument("--no-search", action="store_true", help="keep the default parameters")
    command.add_argument(
        "--shift",
        metavar="POINTS",
        type=_number(0),
        help="displacement of the shift test, default: 0.5 %% of the points",
    )
    command.add_argument(
        "--output", metavar="FOLDER", type=Path, default=Path("comparison"), help="for the results"
    )
    command.add_argument("--seed", metavar="N", type=_number(0), default=0, help="default: 0")
    return parser


def _number(minimum):
    def parse(text):
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or value < minimum:
            raise argparse.ArgumentTypeError(f"needs a whole number >= {minimum}, got {text!r}")
        return value

    return parse


def _compare(options):
    _check_options(options)
    _check_folder(options.output)
    result = _compare_challenge(options) if options.file is None else _compare_file(options)
    print(f"\nScores in percent, with 95 % intervals:\n\n{result.table()}\n")
    for sentence in result.sentences():
        print(sentence)
    print(f"\n{result.conclusion()}\n\n{POOLING_NOTE}\n")
    try:
        paths = result.to_csv(options.output)
        paths += _draw(result, options.output / "comparison.png")
    except OSError as error:
        raise UserError(f"cannot write to {options.output}: {error.strerror}") from None
    print("written: " + ", ".join(map(str, paths)))
    return 0


def _check_options(options):
    if options.file is None:
        given = [
            f"--{name.replace('_', '-')}"
            for name in ("target", "group", "splits", "repeats", "leave_one_group_out")
            if getattr(options, name)
        ]
        if given:
            raise UserError(f"{given[0]} needs a FILE")
    elif options.target is None:
        raise UserError("a FILE needs --target, the column with the class labels")
    if options.leave_one_group_out:
        if options.group is None:
            raise UserError("--leave-one-group-out needs --group")
        if options.splits or options.repeats:
            raise UserError("--leave-one-group-out leaves no choice of --splits or --repeats")


def _check_folder(folder):
    """Fail before the work rather than after it."""
    if folder.exists() and not folder.is_dir():
        raise UserError(f"cannot write to {folder}: it is not a folder")
    there = next(parent for parent in [folder, *folder.absolute().parents] if parent.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise UserError(f"cannot write to {folder}: no permission in {there}")


def _compare_challenge(options):
    from skspectra.comparison import compare_challenge, default_models

    print(
        "The published challenge: 27 classes, 50 training spectra each. Five replicates, the\n"
        "first on the published training set, the others on fresh ones; each is scored on 2,025\n"
        "fresh spectra of its own. The published test grid, with many ties, is scored beside."
    )
    models = default_models(
        5000, normalize=options.normalize, full=options.full, random_state=options.seed
    )
    return compare_challenge(
        models, max_shift=options.shift, random_state=options.seed, progress=_show_progress
    )


def _compare_file(options):
    from skspectra.comparison import compare, default_models, default_pairs
    from skspectra.comparison._splits import make_inner_splits, make_splits
    from skspectra.datasets import read_spectra

    try:
        data = read_spectra(options.file, options.target, options.group)
    except OSError as error:
        raise UserError(f"{options.file}: {error.strerror}") from None
    except ValueError as error:
        raise UserError(error) from None
    _describe(data, options)
    cv = "leave-one-group-out" if options.leave_one_group_out else options.splits or 5
    plan = {"cv": cv, "n_repeats": options.repeats or 2, "random_state": options.seed}
    try:
        splits = make_splits(data.y, data.groups, **plan)
        if not options.no_search:
            make_inner_splits(splits, data.y, data.groups, random_state=options.seed)
    except ValueError as error:
        raise UserError(f"{options.file}: {error}") from None
    models = default_models(
        data.X.shape[1],
        normalize=options.normalize,
        full=options.full,
        search=not options.no_search,
        random_state=options.seed,
    )
    return compare(
        data.X,
        data.y,
        models,
        groups=data.groups,
        max_shift=options.shift,
        pairs=default_pairs(models),
        progress=_show_progress,
        **plan,
    )


def _describe(data, options):
    from collections import Counter

    counts = ", ".join(f"{label} {n}" for label, n in sorted(Counter(data.y.tolist()).items()))
    print(
        f"{options.file}: {len(data.X)} spectra of {data.X.shape[1]} points, "
        f"{data.x_axis[0]:g} to {data.x_axis[-1]:g}"
    )
    print(f"classes ({options.target}): {counts}")
    if data.groups is not None:
        print(f"groups ({options.group}): {len(set(data.groups.tolist()))}")
    if data.metadata:
        print(f"columns not used: {', '.join(data.metadata)}")


def _draw(result, path):
    try:
        import matplotlib
    except ImportError:
        print('no figure: matplotlib is not installed (pip install "skspectra[plot]")')
        return []
    from skspectra.comparison import ComparisonDisplay

    with matplotlib.rc_context({"backend": "agg"}):
        figure = ComparisonDisplay.from_comparison(result).figure_
        figure.savefig(path)
    return [path]


def _show_progress(line):
    print(line, file=sys.stderr, flush=True)


def _show_warning(message, category, filename, lineno, file=None, line=None):
    print(f"skspectra: warning: {message}", file=sys.stderr)
