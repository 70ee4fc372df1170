"""skspectra compare: which model, and how sure."""

from contextlib import contextmanager
from pathlib import Path

from skspectra._cli._data import (
    add_label_options,
    add_reading_options,
    count_classes,
    read_labelled,
    source,
)
from skspectra._cli._shared import (
    Interrupted,
    UserError,
    add_command,
    check_folder,
    show_progress,
    whole_number,
)
from skspectra._options import NORMS

N_FOLDS, N_REPEATS = 5, 2
RUNS = "runs"
TEXT = """\
Compare models on the same splits, and say which differences the data support and which model to
take. FILES are a folder, files with a spectrum each, or a table. Without FILES the published
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
    if options.paths:
        spectra, status = read_labelled(options)
        check_counts(spectra, options)
        result = compare_spectra(spectra, options, folder)
        result.settings["data"] = ", ".join(Path(path).name for path in options.paths)
    else:
        result, status = _compare_challenge(options, folder), 0
    result.settings["normalize"] = options.normalize
    write_result(result, folder, options.output)
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
                f"{source(options)}: there are {n_groups} groups, but {why} need at least "
                f"{least}; measure more groups, or take fewer --splits"
            )
    name = min(counts, key=counts.get)
    if counts[name] >= needed:
        return
    one = unit[:-1] if unit == "groups" and counts[name] == 1 else unit
    one = "spectrum" if unit == "spectra" and counts[name] == 1 else one
    rare = [other for other, n in counts.items() if n < needed]
    advice = "measure more of it"
    if len(counts) - len(rare) >= (1 if multilabel else 2):
        several = f"{len(rare)} classes" if len(rare) > 1 else "it"
        advice = f"--min-class {needed} leaves {several} out"
    # Fewer folds help down to the four spectra that every class needs in any case.
    if not options.leave_one_group_out and counts[name] >= 4 and unit == "spectra":
        advice += f"; --splits {counts[name]} makes fewer folds"
    raise UserError(
        f"{source(options)}: class {name!r} has {counts[name]} {one}, but {why} need {needed}; "
        f"{advice}"
    )


def make_models(n_points, options, spectra=None):
    """Return the models to compare."""
    from skspectra import comparison
    from skspectra.comparison._models import POOLED_MLP, PUBLISHED_NETS

    # Networks that nobody asked for are not made, because torch takes seconds to load.
    asked = options.models or getattr(options, "model", None)
    nets = [POOLED_MLP, *PUBLISHED_NETS.values()]
    networks = asked is None or any(name.lower() in asked.lower() for name in nets)
    search = not options.no_search and spectra is not None
    more = {}
    if spectra is not None:
        more = {"x_axis": spectra.x_axis, "band_width": _band_width(spectra)}
        more["multilabel"] = spectra.y.ndim == 2
    models = comparison.default_models(
        n_points,
        normalize=options.normalize,
        full=options.full,
        search=search,
        networks=networks and not options.no_net,
        random_state=options.seed,
        **more,
    )
    if spectra is not None and options.window is not None:
        models = with_window(models, _length("--window", options.window, spectra), n_points)
    return models


def choose_models(models, names):
    """Return those models whose names are asked for, and the majority class."""
    if names is None:
        return models
    from skspectra.comparison._models import MAJORITY

    there = {name.lower(): name for name in models}
    asked = [name.strip().lower() for name in names.split(",") if name.strip()]
    for name in asked:
        if name not in there:
            raise UserError(f"--models: no model {name!r}; there are {', '.join(models)}")
    if not asked:
        raise UserError(f"--models: needs names of models: {', '.join(models)}")
    return {name: models[name] for name in models if name == MAJORITY or name.lower() in asked}


def with_window(models, window, n_points):
    """Return models whose windows are searched around one size, as many of them as before."""
    factors = (0.25, 0.5, 0.75, 1, 1.5, 2)
    sizes = []
    for factor in factors:
        size = max(1, round(factor * window))
        sizes.append(min(max(size, sizes[-1] + 1 if sizes else 1), n_points))

    def changed(grid, places):
        if isinstance(grid, list):
            return [changed(one, places) for one in grid]
        return {
            # A single window of one point pools nothing, and stays.
            name: [places.get(value, value) for value in values]
            if name.endswith("pool_size") and list(values) != [1]
            else values
            for name, values in (grid or {}).items()
        }

    from skspectra.comparison._models import window_sizes

    places = dict(zip(window_sizes(n_points), sizes, strict=True))
    found = {}
    for name, model in models.items():
        estimator, grid = model if isinstance(model, tuple) else (model, None)
        for parameter, value in estimator.get_params().items():
            if parameter.endswith("pool_size") and value == "auto":
                estimator.set_params(**{parameter: min(max(1, window), n_points)})
        grid = changed(grid, places) if grid else grid
        found[name] = (estimator, grid) if isinstance(model, tuple) else estimator
    return found


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
        "max_shift": None if options.shift is None else _length("--shift", options.shift, spectra),
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
    with _kept_runs(folder) as runs:
        return comparison.compare(
            X,
            y,
            models,
            n_jobs=options.n_jobs,
            results=runs,
            progress=show_progress,
            **plan,
        )


@contextmanager
def _kept_runs(folder):
    """Give the folder of the finished fits; Ctrl-C says how many there are."""
    runs = folder / RUNS
    try:
        yield runs
    except KeyboardInterrupt:
        n_kept = sum(1 for path in runs.rglob("*") if path.is_file()) if runs.is_dir() else 0
        raise Interrupted(
            f"but {n_kept} finished fits are kept in {runs}; the same command goes on from there"
            if n_kept
            else "nothing was written"
        ) from None


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


def _length(option, text, spectra):
    from skspectra.io import to_points

    try:
        return to_points(text, spectra.x_axis, spectra.unit)
    except ValueError as error:
        raise UserError(f"{option}: {error}") from None


def _band_width(spectra):
    """Return the width of the bands in units of the axis; None where it cannot be found."""
    from skspectra.preprocessing import band_width

    try:
        return band_width(spectra.X, spectra.x_axis)
    except ValueError:
        return None


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
    with _kept_runs(folder) as runs:
        return compare_challenge(
            models,
            max_shift=shift,
            random_state=options.seed,
            n_jobs=options.n_jobs,
            results=runs,
            progress=show_progress,
        )


def write_result(result, folder, shown):
    """Write the files of a result and print it."""
    try:
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
    print(
        f"Differences of balanced accuracy; all {len(result.pairs)} verdicts hold together at "
        f"{level}:\n"
    )
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
    print(f"written to {shown}: {', '.join(names)}; the fits are kept in {RUNS}")


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
