"""skspectra compare: which model, and how sure."""

from pathlib import Path

from skspectra._cli._data import (
    add_label_options,
    add_reading_options,
    read_labelled,
)
from skspectra._cli._models import choose_models, length_in_points, make_models
from skspectra._cli._results import check_same_data, kept_runs, write_result
from skspectra._cli._shared import (
    UserError,
    add_command,
    check_folder,
    show_progress,
    whole_number,
)
from skspectra._cli._spectra import (
    count_classes,
    source,
)
from skspectra._options import NORMS
from skspectra._words import count

N_FOLDS, N_REPEATS = 5, 2
TEXT = """\
Compare models on the same splits, and say which differences the data support and which model to
take. FILES are a folder, files of one spectrum each, or a table. Without FILES the published
challenge of 27 classes is run."""
EXAMPLES = """\
  skspectra compare meats.csv --target meat --group sample
  skspectra compare FOLDER --labels labels.csv --no-net --n-jobs 2
  skspectra compare FOLDER --labels folder --models "ridge classifier,pooled SVC"
  skspectra compare FOLDER --labels labels.csv --group instrument --leave-one-group-out
  skspectra compare"""


def add_parser(commands):
    """Add the command."""
    command = add_command(commands, "compare", "compare models", TEXT, EXAMPLES)
    command.add_argument("paths", metavar="FILES", nargs="*", help="files, or a folder of them")
    command.add_argument(
        *("-o", "--output"),
        metavar="FOLDER",
        default="comparison",
        help="folder for the results; what is in it is not fitted again (default: comparison)",
    )
    add_label_options(command)
    add_reading_options(command)
    add_comparison_options(command)
    command.set_defaults(run=run)


def add_comparison_options(parser):
    """Add the options of a comparison, which `fit` has, too."""
    group = parser.add_argument_group("comparison")
    group.add_argument("--models", metavar="NAMES", help="only these, separated by commas")
    group.add_argument("--no-net", action="store_true", help="leave the networks out")
    group.add_argument("--full", action="store_true", help="add the published networks (slow)")
    group.add_argument("--normalize", choices=NORMS, default="max", help="default: max")
    group.add_argument(
        "--window",
        metavar="LENGTH",
        help="windows of pooled models are searched from a quarter to twice this length, in "
        "points (20) or in units of the axis (0.4deg)",
    )
    group.add_argument("--splits", metavar="K", type=whole_number(2), help="folds, default: 5")
    group.add_argument("--repeats", metavar="R", type=whole_number(1), help="default: 2")
    group.add_argument("--leave-one-group-out", action="store_true", help="one fold per group")
    group.add_argument("--no-search", action="store_true", help="keep the default parameters")
    group.add_argument(
        "--shift",
        metavar="LENGTH",
        help="displacement of the shift test, in points (8) or in units of the axis (0.4deg); "
        "default: 0.5 %% of the points",
    )
    group.add_argument("--n-jobs", metavar="N", type=int, help="fits at a time, -1 for all cores")
    group.add_argument("--seed", metavar="N", type=whole_number(0), default=0, help="default: 0")


def run(options):
    """Run the command and return the exit status."""
    check_options(options)
    folder = check_folder(options.output)
    check_same_data(folder, options)
    if options.paths:
        spectra, status = read_labelled(options)
        check_counts(spectra, options)
        result = compare_spectra(spectra, options, folder)
        result.settings["data"] = ", ".join(Path(path).name for path in options.paths)
    else:
        result, status = _compare_challenge(options, folder), 0
    result.settings["normalize"] = options.normalize
    write_result(result, folder, options.output, options)
    return status


def check_options(options):
    """Raise a UserError where options do not go together."""
    if not options.paths:
        names = ("labels", "groups", "target", "group", "multilabel", "min_class", "range")
        names += ("splits", "repeats", "leave_one_group_out", "window")
        given = [f"--{name.replace('_', '-')}" for name in names if getattr(options, name)]
        if given:
            raise UserError(f"{given[0]} needs FILES")
    if options.leave_one_group_out:
        if options.group is None and options.groups is None:
            raise UserError("--leave-one-group-out needs --group or --groups")
        if options.splits or options.repeats:
            raise UserError("--leave-one-group-out leaves no choice of --splits or --repeats")
    if options.n_jobs == 0:
        raise UserError("--n-jobs: needs a whole number other than 0, got 0")
    highest = 2**32 - 1 - (options.repeats or N_REPEATS)
    if options.seed > highest:
        raise UserError(f"--seed: needs a whole number from 0 to {highest}, got {options.seed}")


def check_counts(spectra, options):
    """Raise a UserError with advice where there are too few spectra; scikit-learn stays unloaded.

    It is the rule of the splits of :func:`skspectra.comparison.compare`.
    """
    counts, unit = count_classes(spectra)
    n_folds = options.splits or N_FOLDS
    multilabel = spectra.y.ndim == 2
    if options.leave_one_group_out:
        needed, why = 2, "--leave-one-group-out"
    else:
        why = f"{n_folds} folds"
        needed = n_folds if multilabel else 2 if unit == "groups" else max(n_folds, 4)
        if needed > n_folds and unit == "spectra":
            why = "folds of any number"
    if unit == "groups":
        n_groups = len(set(spectra.groups.tolist()))
        least = 3 if options.leave_one_group_out else max(n_folds, 3)
        if n_groups < least:
            raise UserError(
                f"{source(options)}: there {'is' if n_groups == 1 else 'are'} "
                f"{count(n_groups, 'groups')}, but {why} need at least {least}; measure more "
                "groups, or take fewer --splits"
            )
    name = min(counts, key=counts.get)
    if counts[name] >= needed:
        return
    rare = [other for other, n in counts.items() if n < needed]
    advice = "measure more of it"
    if len(counts) - len(rare) >= (1 if multilabel else 2):
        several = f"{len(rare)} classes" if len(rare) > 1 else "it"
        advice = f"--min-class {needed} leaves {several} out"
    # Fewer folds help down to the four spectra that every class needs in any case.
    if not options.leave_one_group_out and counts[name] >= 4 and unit == "spectra":
        advice += f"; --splits {counts[name]} makes fewer folds"
    raise UserError(
        f"{source(options)}: class {name!r} has {count(counts[name], unit)}, but {why} need "
        f"{needed}; "
        f"{advice}"
    )


def compare_spectra(spectra, options, folder):
    """Check everything, compare, and return the result."""
    from skspectra import comparison
    from skspectra.comparison._plan import make_plan

    models = choose_models(make_models(spectra.X.shape[1], options, spectra), options.models)
    cv = "leave-one-group-out" if options.leave_one_group_out else options.splits or N_FOLDS
    plan = {
        "groups": spectra.groups,
        "cv": cv,
        "n_repeats": options.repeats or N_REPEATS,
        "random_state": options.seed,
        "max_shift": None
        if options.shift is None
        else length_in_points("--shift", options.shift, spectra),
        "pairs": comparison.default_pairs(models) or "all",
        "names": spectra.names,
        "x_axis": spectra.x_axis,
        "unit": spectra.unit,
    }
    X, y = spectra.X, labels_of(spectra)
    try:
        make_plan(X, y, models, **plan)
    except ValueError as error:
        raise UserError(f"{source(options)}: {error}") from None
    with kept_runs(folder) as runs:
        return comparison.compare(
            X,
            y,
            models,
            n_jobs=options.n_jobs,
            results=runs,
            progress=show_progress,
            **plan,
        )


def labels_of(spectra):
    """Return the labels; the columns of a matrix are given their names."""
    if spectra.y.ndim == 1:
        return spectra.y
    return _Named(spectra.y, spectra.classes)


class _Named:
    """A 0/1 matrix whose columns have names, for :func:`skspectra.comparison.compare`."""

    def __init__(self, matrix, columns):
        self.matrix, self.columns = matrix, columns
        self.shape, self.ndim = matrix.shape, 2

    def __len__(self):
        return len(self.matrix)

    def __array__(self, dtype=None, copy=None):
        return self.matrix if dtype is None else self.matrix.astype(dtype)


def _compare_challenge(options, folder):
    from skspectra.comparison import _challenge, compare_challenge

    n_classes, n_test = _challenge.N_CLASSES, _challenge.N_CLASSES * _challenge.N_TEST_PER_CLASS
    print(
        f"The published challenge: {n_classes} classes, {_challenge.N_TRAIN_PER_CLASS} training "
        f"spectra each. {_challenge.N_REPLICATES} replicates, the\n"
        f"first on the published training set, the others on fresh ones; each is scored on "
        f"{n_test:,}\n"
        "fresh spectra of its own. The published test grid, with many ties, is scored too."
    )
    models = choose_models(make_models(_challenge.N_POINTS, options), options.models)
    shift = options.shift
    if shift is not None:
        if not shift.isdigit():
            raise UserError(f"--shift: the challenge has no axis, so give points, not {shift!r}")
        shift = int(shift)
    with kept_runs(folder) as runs:
        return compare_challenge(
            models,
            max_shift=shift,
            random_state=options.seed,
            n_jobs=options.n_jobs,
            results=runs,
            progress=show_progress,
        )
