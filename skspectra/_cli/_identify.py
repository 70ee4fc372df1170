"""skspectra identify: the phases of powder patterns, from structure files."""

import csv
import re
from pathlib import Path

from skspectra._cli._data import (
    add_reading_options,
    angstrom,
    in_options,
    number_or_name,
    read,
    report_skipped,
)
from skspectra._cli._shared import (
    UserError,
    add_command,
    busy,
    check_file,
    check_folder,
    show_warning,
)
from skspectra._cli._spectra import describe
from skspectra._words import count

# A saved table knows neither, so they cannot be chosen with one.
DEFAULTS = {"slit": "fixed", "polarization": 1.0}
TEXT = """\
Find the crystalline phases of measured powder patterns, their amounts, and what is left
unexplained. The phases come from a folder of CIF files, or from a table that --save-table wrote.
Written are phases.csv (one row per phase found), patterns.csv (one row per pattern) and one figure
per pattern. A wavelength is never assumed."""
EXAMPLES = """\
  skspectra identify PATTERNS --phases CIF_FOLDER --wavelength CuKa -o found
  skspectra identify a.xy b.xy --phases CIF_FOLDER --wavelength 0.7093 --elements Li Mn O
  skspectra identify PATTERNS --phases CIF_FOLDER --wavelength CuKa --save-table phases.npz
  skspectra identify MORE_PATTERNS --phases phases.npz -o more"""


def add_parser(commands):
    """Add the command."""
    command = add_command(commands, "identify", "find phases in powder patterns", TEXT, EXAMPLES)
    command.add_argument("paths", metavar="PATTERNS", nargs="+", help="files, or a folder of them")
    command.add_argument(
        "--phases", metavar="SOURCE", required=True, help="a folder of CIF files, or a saved table"
    )
    command.add_argument(
        "--elements", metavar="SYMBOL", nargs="+", help="keep phases made of these elements only"
    )
    command.add_argument(
        "--slit", choices=("fixed", "automatic"), default=DEFAULTS["slit"], help="divergence slit"
    )
    command.add_argument(
        "--polarization",
        metavar="K",
        type=float,
        default=DEFAULTS["polarization"],
        help="1 without a monochromator (default), about 0.8 with graphite, 0 at a synchrotron",
    )
    command.add_argument(
        "--internal-standard",
        metavar="PHASE=FRACTION",
        help="a phase that was added, with its weight fraction: Al2O3_167=0.2",
    )
    command.add_argument("--save-table", metavar="FILE", help="keep the table of phases (.npz)")
    command.add_argument(
        *("-o", "--output"), metavar="FOLDER", default="phases", help="default: phases"
    )
    add_reading_options(command)
    command.set_defaults(run=run)


def run(options):
    """Run the command and return the exit status."""
    folder = check_folder(options.output)
    table_file = options.save_table and check_file(options.save_table, "--save-table")
    standard = _standard(options.internal_standard)
    line, options.wavelength = options.wavelength, None
    spectra = read(options)
    status = report_skipped(spectra)
    describe(spectra, options)
    if spectra.unit not in (None, "deg"):
        raise UserError(
            f"the axis is in {spectra.unit}, but patterns need 2theta in degrees (--unit deg)"
        )
    # Patterns are fitted on this axis, so it has to be one of angles.
    low, high = float(spectra.x_axis[0]), float(spectra.x_axis[-1])
    if not 0 <= low < high < 180:
        raise UserError(f"the axis goes from {low:g} to {high:g}, which is no 2theta in degrees")
    _check_same_patterns(folder, spectra, options.output)
    from skspectra.mixtures import identify

    try:
        with busy("making the table of phases"):
            table = _table(options, _wavelength(line, spectra), low, high)
        if table_file:
            table.save(table_file)
        print(f"{count(len(table), 'phases')} from {options.phases}")
        with busy(f"identifying {count(len(spectra), 'patterns')}"):
            found = identify(spectra, table, internal_standard=standard)
        found.to_csv(folder)
        written = _draw(found, folder)
    except OSError as error:
        name = error.filename or options.output
        raise UserError(f"{name}: {error.strerror}") from None
    except (ImportError, ValueError) as error:
        text = in_options(error, options)
        given = f"--internal-standard {options.internal_standard}"
        raise UserError(text.replace(f"internal_standard={standard!r}", given)) from None
    _show(found, standard)
    print(f"\nwritten to {options.output}: phases.csv, patterns.csv{written}")
    if found.phases:
        print(f"amounts and detection limits are in {Path(options.output, 'phases.csv')}")
    return status


def _check_same_patterns(folder, spectra, shown):
    """Raise a UserError where a folder holds the results of patterns that are not read now."""
    try:
        with (folder / "patterns.csv").open(newline="", encoding="utf-8") as file:
            names = [row["file"] for row in csv.DictReader(file)]
    except (OSError, ValueError, KeyError, csv.Error):
        # It holds no results of this command.
        return
    here = set(spectra.names)
    others = [name for name in names if name not in here]
    if others:
        raise UserError(
            f"{shown} holds the results of {others[0]}; name another folder with --output, or "
            "remove this one"
        )


def _standard(text):
    """Return the internal standard as (phase, weight fraction)."""
    if text is None:
        return None
    name, _, share = text.rpartition("=")
    try:
        share = float(share)
    except ValueError:
        share = 0.0
    if not name or not 0 < share < 1:
        raise UserError(
            f"--internal-standard: needs PHASE=FRACTION with a fraction between 0 and 1, "
            f"got {text!r}"
        )
    return name, share


def _wavelength(line, spectra):
    """Return the wavelength that was given, or else that of the files, or None."""
    from skspectra.io._merge import is_same_wavelength

    if line is None:
        return spectra.wavelength
    given, known = angstrom(line), spectra.wavelength
    if known is not None and not is_same_wavelength(given, known):
        raise UserError(
            f"--wavelength {line}: the files say that they were measured at {known:g} angstrom; "
            "leave --wavelength out to take that of the files"
        )
    return number_or_name(line)


def _load_table(options, wavelength):
    """Return a saved table, if it fits the options and the wavelength."""
    from skspectra.diffraction import PhaseTable, wavelengths
    from skspectra.io._merge import is_same_wavelength

    if options.elements:
        raise UserError("--elements chooses among CIF files; a table holds what it holds")
    for name in ("polarization", "slit"):
        value = getattr(options, name)
        if value != DEFAULTS[name]:
            raise UserError(
                f"--{name} {value}: the intensities of a saved table are those it was made with; "
                f"leave --{name} out, or give the folder of CIF files as --phases"
            )
    if Path(options.phases).suffix.lower() == ".cif":
        raise UserError(
            f"--phases {options.phases}: is one structure file; give a folder that holds it, or a "
            "table that --save-table wrote"
        )
    table = PhaseTable.load(options.phases)
    if wavelength is None:
        return table
    own, asked = table.wavelengths[:, 0], wavelengths(wavelength)[:, 0]
    # A number is that of K-alpha1 in many files, so it says nothing of K-alpha2; a name does.
    named = isinstance(wavelength, str)
    if not is_same_wavelength(asked[0], own[0]) or (named and len(asked) != len(own)):
        own, asked = (" and ".join(f"{value:g}" for value in values) for values in (own, asked))
        raise UserError(
            f"{options.phases}: the table was made for {own} angstrom, but the patterns were "
            f"measured at {asked}; give the folder of CIF files as --phases"
        )
    return table


def _table(options, wavelength, low, high):
    """Return the table of phases, read or made."""
    from skspectra.diffraction import make_table, read_phases

    if not Path(options.phases).is_dir():
        return _load_table(options, wavelength)
    if wavelength is None:
        raise UserError(
            "the files do not tell the wavelength, and none is assumed: give --wavelength, for "
            "example --wavelength CuKa"
        )
    phases = read_phases(options.phases, elements=options.elements)
    assumed = [phase.name for phase in phases if phase.remarks]
    if assumed:
        first = next(phase for phase in phases if phase.remarks)
        others = f" The same holds for {len(assumed) - 1} more." if assumed[1:] else ""
        show_warning(f"{first.name}: {first.remarks[0]}{others}")
    return make_table(
        phases,
        wavelength=wavelength,
        two_theta_range=(low, high),
        polarization=options.polarization,
        slit=options.slit,
    )


def _draw(found, folder):
    """Write a figure for each pattern, and return what was written in words."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return '; no figures: matplotlib is not installed (pip install "skspectra[plot]")'
    used = set()
    for i, row in enumerate(found.patterns):
        stem = name = re.sub(r"[^\w.+-]+", "_", row["file"]).strip("._") or "pattern"
        number = 2
        while name.lower() in used:
            name, number = f"{stem}_{number}", number + 1
        used.add(name.lower())
        found.plot(i).savefig(folder / f"{name}.png", dpi=120)
    return f" and {count(len(found.patterns), 'figures')}"


def _show(found, standard):
    """Say what each pattern holds, and what to do where something is left."""
    amounts, kinds = {}, set()
    for row in found.phases:
        kind = "amount" if row["amount"] == row["amount"] else "contribution"
        text = f"{row['phase']} {100 * row[kind]:.0f} %"
        if kind == "contribution":
            text += " of the fitted area"
        amounts.setdefault(row["file"], []).append(text)
        kinds.add(kind)
    print()
    for row in found.patterns:
        text = " + ".join(amounts.get(row["file"], ["no phase found"]))
        if row["unknown"] == "yes" and not row["unexplained"]:
            text += ", UNKNOWN"
        elif row["unknown"] == "yes":
            text += (
                f"; UNKNOWN phase: {100 * row['unexplained']:.0f} % of the peaks stay unexplained "
                "(see the marks in the figure; add structures that could explain them)"
            )
        remark = row["remark"].replace("no phase found", "").strip("; ")
        print(f"{row['file']}: {text}" + (f" ({remark})" if remark else ""))
    if "amount" in kinds:
        whole = "sample" if standard else "identified crystalline part"
        print(f"\nAmounts are weight fractions of the {whole}.")
