"""The command line: a thin layer over :mod:`skspectra.comparison`."""

import argparse
import os
import sys
import tempfile
import warnings
from pathlib import Path

from skspectra import __version__
from skspectra._options import NORMS

N_FOLDS, N_REPEATS = 5, 2
POOLING_NOTE = (
    "Pooling helps where peaks are narrow and move; on smooth spectra (infrared) it is neutral "
    "or harmful."
)
DESCRIPTION = """\
Compare classical models and a network on the same splits, and say which differences the data
support. Without FILE the published challenge of 27 classes is run."""


class UserError(Exception):
    """An error that the user can correct; it is shown as one line, without a traceback."""


def main(argv=None):
    """Run the command line.

    Parameters
    ----------
    argv : list of str, default=None
        Arguments; None takes those of the process.

    Returns
    -------
    status : int
        0 after success, 2 for invalid input, 130 after Ctrl-C, 141 if nobody reads the output.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        options = _parser().parse_args(argv)
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            _compare(options)
        sys.stdout.flush()
        return 0
    except BrokenPipeError:
        # Buffered output is discarded; otherwise Python would print an error at exit.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere, stream.fileno())
        return 141
    except UserError as error:
        print(f"skspectra: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("skspectra: interrupted, nothing was written", file=sys.stderr)
        return 130


class _Parser(argparse.ArgumentParser):
    """Parser that reports errors in the same way as all other errors."""

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
        help="CSV file with one row per spectrum; columns named by numbers are the axis",
    )
    command.add_argument("--target", metavar="COLUMN", help="column with the class labels")
    command.add_argument("--group", metavar="COLUMN", help="rows of one group are not divided")
    command.add_argument("--normalize", choices=NORMS, default="max", help="default: max")
    command.add_argument("--full", action="store_true", help="add the published networks (slow)")
    command.add_argument("--splits", metavar="K", type=_number(2), help="folds, default: 5")
    command.add_argument("--repeats", metavar="R", type=_number(1), help="default: 2")
    command.add_argument("--leave-one-group-out", action="store_true", help="one fold per group")
    command.add_argument("--no-search", action="store_true", help="keep the default parameters")
    command.add_argument(
        "--shift",
        metavar="POINTS",
        type=_number(0),
        help="displacement of the shift test, default: 0.5 %% of the points",
    )
    command.add_argument(
        "--output", metavar="FOLDER", default="comparison", help="folder for the results"
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
    folder = _check_folder(options.output)
    result = _compare_challenge(options) if options.file is None else _compare_file(options)
    result.settings["normalize"] = options.normalize
    try:
        paths = result.to_csv(folder)
        paths += _draw(result, folder / "comparison.png")
    except OSError as error:
        raise UserError(f"cannot write to {options.output}: {error.strerror}") from None
    level = f"{100 * result.level:g} %"
    settings = "; ".join(f"{name} {value}" for name, value in result.settings.items())
    print(f"\nSettings: {settings}\n\nScores in percent, each with its own {level} interval:\n")
    print(f"{result.table()}\n")
    print(
        "Differences of balanced accuracy; the intervals are widened so that all "
        f"{len(result.pairs)} verdicts hold\ntogether at {level}:\n"
    )
    for sentence in result.sentences():
        print(sentence)
    print(f"\n{result.conclusion()}\n\n{POOLING_NOTE}\n")
    if paths[-1].suffix != ".png":
        print('no figure: matplotlib is not installed (pip install "skspectra[plot]")')
    print(f"written to {options.output}: " + ", ".join(path.name for path in paths))


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
    highest = 2**32 - 1 - (options.repeats or N_REPEATS)
    if options.seed > highest:
        raise UserError(f"--seed: needs a whole number from 0 to {highest}, got {options.seed}")


def _check_folder(folder):
    """Return the real folder; raise an error before the work instead of after it."""
    if not folder:
        raise UserError("--output: needs the name of a folder, got ''")
    try:
        there = path = Path(os.path.realpath(folder))
        while not _is_there(there):
            there = there.parent
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {error.strerror}") from None
    return path


def _is_there(path):
    """Return whether a path exists; problems other than absence raise OSError."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    return True


def _compare_challenge(options):
    from skspectra.comparison import _challenge, compare_challenge, default_models

    n_classes, n_test = _challenge.N_CLASSES, _challenge.N_CLASSES * _challenge.N_TEST_PER_CLASS
    print(
        f"The published challenge: {n_classes} classes, {_challenge.N_TRAIN_PER_CLASS} training "
        f"spectra each. {_challenge.N_REPLICATES} replicates, the\n"
        f"first on the published training set, the others on fresh ones; each is scored on "
        f"{n_test:,}\n"
        "fresh spectra of its own. The published test grid, with many ties, is scored too."
    )
    models = default_models(
        _challenge.N_POINTS,
        normalize=options.normalize,
        full=options.full,
        random_state=options.seed,
    )
    return compare_challenge(
        models, max_shift=options.shift, random_state=options.seed, progress=_show_progress
    )


def _compare_file(options):
    from skspectra.comparison import compare, default_models, default_pairs
    from skspectra.comparison._splits import make_inner_splits, make_splits
    from skspectra.io import read_spectra

    try:
        data = read_spectra(options.file, target=options.target, group=options.group)
    except OSError as error:
        raise UserError(f"{options.file}: {error.strerror}") from None
    except ValueError as error:
        raise UserError(error) from None
    _describe(data, options)
    n_groups = None if data.groups is None else len(set(data.groups.tolist()))
    if n_groups and options.splits and options.splits > n_groups:
        raise UserError(
            f"{options.file}: --splits {options.splits} is more than the {n_groups} groups in "
            f"{options.group!r}"
        )
    cv = "leave-one-group-out" if options.leave_one_group_out else options.splits or N_FOLDS
    plan = {"cv": cv, "n_repeats": options.repeats or N_REPEATS, "random_state": options.seed}
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
    result = compare(
        data.X,
        data.y,
        models,
        groups=data.groups,
        max_shift=options.shift,
        pairs=default_pairs(models),
        progress=_show_progress,
        **plan,
    )
    result.settings["data"] = Path(options.file).name
    return result


def _describe(data, options):
    from collections import Counter

    from skspectra.io._part import list_names

    counts = [f"{label} {n}" for label, n in sorted(Counter(data.y.tolist()).items())]
    print(
        f"{options.file}: {len(data.X)} spectra of {data.X.shape[1]} points, "
        f"{data.x_axis[0]:g} to {data.x_axis[-1]:g}"
    )
    print(f"classes ({options.target}): {list_names(counts)}")
    if data.metadata:
        print(f"columns not used: {list_names(list(data.metadata))}")
    if data.groups is not None:
        print(f"groups ({options.group}): {len(set(data.groups.tolist()))}")
        return
    repeating = [
        name
        for name, values in data.metadata.items()
        if 1 < len(set(values.tolist())) < len(values)
    ]
    hint = f"; values repeat in {list_names(repeating, 3)}" if repeating else ""
    print(f"no --group: every row is taken as an independent sample{hint}")


def _draw(result, path):
    try:
        import matplotlib
    except ImportError:
        path.unlink(missing_ok=True)
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
