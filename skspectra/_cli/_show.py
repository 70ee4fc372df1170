"""skspectra show: what is in files of spectra, or in a model file."""

import shlex

from skspectra._cli._data import (
    add_label_options,
    add_reading_options,
    is_model,
    labels_beside,
    read_described,
)
from skspectra._cli._shared import UserError, add_command, check_file
from skspectra._cli._spectra import drop_rare

# Spectra drawn as lines for each class; the heat map has all of them.
N_LINES = 30
N_LISTED = 8
TEXT = """\
Say what is in files of spectra (axis, unit, classes, groups, what was done to bring them onto one
axis) and draw them, or say what a model file holds."""
EXAMPLES = """\
  skspectra show FOLDER -o spectra.png
  skspectra show FOLDER --labels labels.csv -o spectra.png
  skspectra show phases.skops"""


def add_parser(commands):
    """Add the command."""
    command = add_command(commands, "show", "show what files hold", TEXT, EXAMPLES)
    command.add_argument(
        "paths", metavar="FILES", nargs="+", help="files, a folder of them, or a model file"
    )
    command.add_argument(
        *("-o", "--output"), metavar="FILE", help="figure to write: overlay and heat map"
    )
    add_label_options(command)
    add_reading_options(command)
    command.set_defaults(run=run)


def run(options):
    """Run the command and return the exit status."""
    if len(options.paths) == 1 and is_model(options.paths[0]):
        return _show_model(options)
    path = None if options.output is None else check_file(options.output)
    labels = options.labels
    if labels is None and options.target is None:
        labels = labels_beside(options.paths)
        if labels is not None:
            print(f"labels from {labels}")
    spectra, status = read_described(options, labels)
    if spectra.y is not None and options.min_class:
        spectra = drop_rare(spectra, options)
    _list(spectra)
    if path is not None:
        _draw(spectra, path, options.output)
        print(f"written to {options.output}")
    print(f"next: {_next_command(options, labels, spectra)}")
    return status


def _next_command(options, labels, spectra):
    """Return the command that compares models on what was read, as far as it is known."""
    words = ["skspectra", "compare", options.paths[0] if len(options.paths) == 1 else "FILES"]
    given = {
        "--labels": labels,
        "--target": options.target,
        "--groups": options.groups,
        "--group": options.group,
    }
    if spectra.y is None:
        given["--target" if spectra.metadata else "--labels"] = "..."
    words += [word for option, value in given.items() if value for word in (option, value)]
    others = ("unit", "wavelength", "layout", "absorbance", "drop_incomplete", "multilabel")
    others += ("range", "min_class")
    same = ", with the other options as here" if any(getattr(options, o) for o in others) else ""
    return shlex.join(words) + same


def _show_model(options):
    from skspectra.io import load

    if options.output is not None:
        raise UserError("--output: a model file has no figure")
    try:
        print(load(options.paths[0]))
    except (ImportError, ValueError) as error:
        raise UserError(error) from None
    return 0


def _list(spectra):
    """List a few spectra with their ranges of intensities."""
    print()
    width = max(len(str(name)) for name in spectra.names[:N_LISTED])
    for i, name in enumerate(spectra.names[:N_LISTED]):
        label = "" if spectra.y is None else f"  {_label(spectra, i)}"
        row = spectra.X[i]
        print(f"{name!s:{width}}  {row.min():.4g} to {row.max():.4g}{label}")
    if len(spectra) > N_LISTED:
        print(f"... and {len(spectra) - N_LISTED} more")
    is_flat = spectra.X.min(axis=1) == spectra.X.max(axis=1)
    flat = [str(name) for name in spectra.names[is_flat]]
    if flat:
        print(f"constant: {', '.join(flat[:N_LISTED])}")


def _label(spectra, i):
    if spectra.y.ndim == 1:
        return str(spectra.y[i])
    return "+".join(spectra.classes[spectra.y[i] == 1]) or "none"


def _draw(spectra, path, shown):
    """Draw an overlay of the spectra, by class, and a heat map of all."""
    import numpy as np

    try:
        import matplotlib
    except ImportError as error:
        raise UserError(
            f'a figure needs matplotlib: pip install "skspectra[plot]" ({error})'
        ) from None
    has_labels = spectra.y is not None
    labels = np.array([_label(spectra, i) if has_labels else "" for i in range(len(spectra))])
    low, high = spectra.X.min(axis=1, keepdims=True), spectra.X.max(axis=1, keepdims=True)
    X = (spectra.X - low) / np.where(high > low, high - low, 1)
    order = np.argsort(labels, kind="stable")
    with matplotlib.rc_context({"backend": "agg"}):
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9, 7), layout="constrained")
        lines, heat = figure.subplots(2, 1, sharex=True, height_ratios=(1, 1))
        classes = sorted(set(labels.tolist()))
        for number, name in enumerate(classes):
            rows = np.flatnonzero(labels == name)
            rows = rows[:: -(-len(rows) // N_LINES)]
            lines.plot(
                spectra.x_axis, (X[rows] + number).T, color=f"C{number % 10}", lw=0.6, alpha=0.6
            )
            place = spectra.x_axis[-1], number + 0.9
            lines.text(*place, f"{name} ", ha="right", color=f"C{number % 10}")
        lines.set(ylabel="intensity, each scaled to 0..1", yticks=[])
        edges = np.concatenate([[spectra.x_axis[0]], spectra.x_axis])
        heat.pcolormesh(edges, np.arange(len(X) + 1), X[order], cmap="magma", rasterized=True)
        ends = np.cumsum([np.count_nonzero(labels == name) for name in classes])
        for end in ends[:-1]:
            heat.axhline(end, color="white", lw=0.8)
        unit = f" ({spectra.unit})" if spectra.unit else ""
        heat.set(xlabel=f"axis{unit}", ylabel="spectra, by class" if classes[1:] else "spectra")
        try:
            figure.savefig(path)
        except (OSError, ValueError) as error:
            raise UserError(f"cannot write to {shown}: {error}") from None
