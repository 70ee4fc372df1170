"""skspectra fit: the recommended model, or the one that is asked for, in a file."""

import shlex
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from skspectra._cli._compare import (
    add_comparison_options,
    check_counts,
    check_options,
    compare_spectra,
    labels_of,
)
from skspectra._cli._data import (
    add_label_options,
    add_reading_options,
    read_labelled,
)
from skspectra._cli._models import find_model, make_models
from skspectra._cli._results import check_same_data, write_result
from skspectra._cli._shared import UserError, add_command, busy, check_file, check_folder
from skspectra._cli._spectra import source
from skspectra._words import count

# Spectra or groups with which a p-value of 5 % can be told.
N_FOR_NOVELTY = 19
TEXT = """\
Fit a model on all spectra and write it to a file, with its axis and its classes. Without --model
the models are compared first, as 'skspectra compare' does, and the recommended one is taken."""
EXAMPLES = """\
  skspectra fit FOLDER --labels labels.csv -o phases.skops
  skspectra fit FOLDER --labels labels.csv -o phases.skops --model "pooled SVC"
  skspectra fit meats.csv --target meat --group sample --no-net -o meats.skops"""


def add_parser(commands):
    """Add the command."""
    command = add_command(commands, "fit", "fit a model and write it to a file", TEXT, EXAMPLES)
    command.add_argument("paths", metavar="FILES", nargs="+", help="files, or a folder of them")
    command.add_argument(
        *("-o", "--output"), metavar="FILE", required=True, help="the model file to write"
    )
    command.add_argument("--model", metavar="NAME", help="fit this model, without a comparison")
    command.add_argument(
        "--results",
        metavar="FOLDER",
        help="folder for the results of the comparison (default: beside the model file)",
    )
    add_label_options(command)
    add_reading_options(command)
    add_comparison_options(command)
    command.set_defaults(run=run)


def run(options):
    """Run the command and return the exit status."""
    check_options(options)
    if find_spec("skops") is None:
        raise UserError('model files need skops: pip install "skspectra[files]"')
    path = check_file(options.output)
    shown = options.results or str(Path(options.output).with_suffix("")) + "_comparison"
    folder = None if options.model else check_folder(shown, "--results")
    if folder and options.results:
        check_same_data(folder, options, "--results")
    if options.model and options.models:
        raise UserError("--model takes one model and --models several; give one of them")
    spectra, status = read_labelled(options)
    if options.model:
        name, model = _fit_one(spectra, options)
        scores, verdict = {}, "fitted without a comparison, so its score is not known"
    else:
        check_counts(spectra, options)
        print("no --model, so the models are compared first", flush=True)
        result = compare_spectra(spectra, options, folder)
        result.settings["data"] = ", ".join(Path(one).name for one in options.paths)
        result.settings["normalize"] = options.normalize
        write_result(result, folder, shown, options)
        name, verdict = result.recommendation.model, result.recommendation.reason
        if not name:
            raise UserError(f"{verdict} Choose a model yourself with --model.")
        with busy(f"fitting {name} on all spectra"):
            model = result.model_
        scores = _scores(result, name)
    with busy(f"fitting {name} on parts, so that predict can tell what is unlike all of them"):
        model = _add_novelty(model, spectra, options.seed)
    _write(model, path, spectra, scores, verdict)
    fitted_on = count(len(spectra), "spectra")
    print(f"\n{name} was fitted on {fitted_on} and written to {options.output}")
    print(f"use it: {shlex.join(['skspectra', 'predict', options.output, 'FILES'])}")
    return status


def _fit_one(spectra, options):
    """Return name and fitted model of ``--model``."""
    from skspectra.comparison._jobs import fit_on_all
    from skspectra.comparison._labels import check_labels

    models = make_models(spectra.X.shape[1], options, spectra)
    name = find_model(models, options.model, "--model")
    model = models[name]
    estimator, grid = model if isinstance(model, tuple) else (model, None)
    try:
        y, classes = check_labels(labels_of(spectra))
        with busy(f"fitting {name}"):
            return name, fit_on_all(
                *(estimator, grid, spectra.X, y, spectra.groups),
                classes=classes,
                random_state=options.seed,
            )
    except ValueError as error:
        advice = "; --no-search keeps the default parameters" if grid else ""
        raise UserError(f"{source(options)}: {error}{advice}") from None


def _scores(result, name):
    """Return the scores of a model as they are kept in its file."""
    model = next(model for model in result.models if model.model == name)
    return {
        "model": name,
        "balanced accuracy": float(model.balanced_accuracy),
        "from": float(model.balanced_accuracy_low),
        "to": float(model.balanced_accuracy_high),
        "accuracy": float(model.accuracy),
        "splits": str(result.settings["splits"]),
        "groups": str(result.settings["groups"]),
    }


def _add_novelty(model, spectra, seed):
    """Return the model inside one that can tell what is unlike all training spectra.

    Groups calibrate where there are enough of them; otherwise single spectra do, and this is said.
    """
    from sklearn import config_context
    from sklearn.base import clone

    from skspectra.uncertainty import ConformalClassifier
    from skspectra.uncertainty._checks import requests_groups

    if len(spectra) < N_FOR_NOVELTY:
        print(
            f"{count(len(spectra), 'spectra')} are too few to tell what is unlike them, so "
            f"'skspectra predict' gives every new spectrum one of the labels: {N_FOR_NOVELTY} are "
            "needed"
        )
        return model
    groups = spectra.groups
    n_groups = 0 if groups is None else len(set(groups.tolist()))
    if groups is not None and n_groups < N_FOR_NOVELTY:
        print(
            f"{count(n_groups, 'groups')} are too few to tell what a new group looks like "
            f"({N_FOR_NOVELTY} are needed), so single spectra tell what is unlike them: ordinary "
            "spectra of a new group may be reported, too"
        )
        groups = None
    wrapped = ConformalClassifier(clone(model), random_state=seed)
    # A network that keeps groups together where it stops early is fitted here as it was compared.
    with config_context(enable_metadata_routing=True):
        routed = spectra.groups is not None and requests_groups(model)
    try:
        with config_context(enable_metadata_routing=routed):
            wrapped.fit(spectra.X, spectra.y, groups=groups)
    except ValueError as error:
        print(f"what is unlike the training spectra cannot be told: {error}")
        return model
    if routed and groups is None:
        # Single spectra calibrate, but what predicts was fitted with groups.
        wrapped.estimator_ = model
    return wrapped


def _write(model, path, spectra, scores, verdict):
    from skspectra.io import save

    classes = spectra.classes.tolist() if spectra.y.ndim == 2 else None
    try:
        save(
            model,
            path,
            spectra=replace(spectra, classes=None),
            classes=classes,
            scores=scores,
            verdict=verdict,
        )
    except OSError as error:
        raise UserError(f"cannot write to {path}: {error.strerror}") from None
