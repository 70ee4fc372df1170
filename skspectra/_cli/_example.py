"""skspectra example: measured spectra as files, to try the other commands with."""

import csv

from skspectra._cli._shared import UserError, add_command, check_folder

TEXT = """\
Write 71 measured Raman spectra of three materials as files: a folder as three laboratories would
send it, with semicolons and decimal commas, tabs and a header, or two descending columns on
another range and step; and labels.csv with material and instrument. With --diffraction: three
measured powder patterns of weighed mixtures, and CIF files of their phases."""
EXAMPLES = """\
  skspectra example raman
  skspectra show raman -o spectra.png
  skspectra compare raman --labels raman/labels.csv --group instrument --no-net
  skspectra fit raman --labels raman/labels.csv --group instrument --no-net -o raman.skops
  skspectra predict raman.skops raman -o predictions.csv"""

DIFFRACTION = """\
  skspectra example powder --diffraction
  skspectra identify powder/patterns --phases powder/structures --wavelength CuKa -o found"""


def add_parser(commands):
    """Add the command."""
    command = add_command(
        commands, "example", "write example files", TEXT, f"{EXAMPLES}\n\n{DIFFRACTION}"
    )
    command.add_argument("folder", metavar="FOLDER", help="a new folder, or an empty one")
    command.add_argument(
        "--diffraction", action="store_true", help="powder patterns and structures instead"
    )
    command.set_defaults(run=run)


def run(options):
    """Run the command and return the exit status."""
    folder = check_folder(options.folder, "FOLDER")
    try:
        if folder.exists() and any(folder.iterdir()):
            raise UserError(f"{options.folder}: there are files in it; name a new folder")
        folder.mkdir(parents=True, exist_ok=True)
        n_files = _write_powder(folder) if options.diffraction else _write_raman(folder)
    except OSError as error:
        raise UserError(f"cannot write to {options.folder}: {error.strerror}") from None
    word, examples, beside = ("raman", EXAMPLES, "labels.csv")
    if options.diffraction:
        word, examples, beside = ("powder", DIFFRACTION, "weights.csv")
    print(f"{n_files} files and {beside} were written to {options.folder}. Try:\n")
    print(examples.partition("\n")[2].replace(word, options.folder.rstrip("/")))
    return 0


def _write_powder(folder):
    """Write the powder patterns and their structures; return the number of files."""
    from skspectra.datasets import write_precursors

    return write_precursors(folder) - 1


def _write_raman(folder):
    """Write the Raman calibrants and their labels; return the number of files."""
    from skspectra.datasets import load_raman_calibrants

    data = load_raman_calibrants()
    rows, counts = [], {}
    for spectrum, label, instrument, specimen in zip(
        data.X, data.y, data.groups, data.specimen, strict=True
    ):
        key = f"{specimen}_{instrument}"
        counts[key] = counts.get(key, 0) + 1
        number = "" if counts[key] == 1 else f"_{counts[key]}"
        laboratory = instrument.partition("_")[0]
        suffix, text = _DIALECTS[laboratory](data.x_axis, spectrum, specimen)
        name = f"{key}{number}.{suffix}"
        (folder / name).write_text(text, encoding="utf-8")
        rows.append((name, label, instrument, specimen))
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([("file", "material", "instrument", "specimen"), *rows])
    return len(rows)


def _with_commas(x_axis, spectrum, specimen):
    """Return a table with semicolons and decimal commas, without a header."""
    lines = [f"{x:.1f};{y:.6g}".replace(".", ",") for x, y in zip(x_axis, spectrum, strict=True)]
    return "csv", "\n".join(lines) + "\n"


def _with_tabs(x_axis, spectrum, specimen):
    """Return columns separated by tabs below a comment and a header with units."""
    lines = [f"{x:g}\t{y:.6g}" for x, y in zip(x_axis, spectrum, strict=True)]
    header = f"# sample: {specimen}\nRaman shift (cm-1)\tIntensity (counts)\n"
    return "txt", header + "\n".join(lines) + "\n"


def _descending(x_axis, spectrum, specimen):
    """Return two columns from high to low, from 1950 to 160 in steps of 2."""
    inside = (x_axis >= 160) & (x_axis <= 1950) & (x_axis % 2 == 0)
    points = zip(x_axis[inside][::-1], spectrum[inside][::-1], strict=True)
    return "xy", "\n".join(f"{x:.2f} {y:.6g}" for x, y in points) + "\n"


_DIALECTS = {"FNMT": _with_commas, "ICV": _with_tabs, "TOP": _descending}
