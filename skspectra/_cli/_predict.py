"""skspectra predict: labels of new files, by a model from a file."""

import csv
import os
import time
from pathlib import Path

from skspectra._cli._data import (
    add_reading_options,
    angstrom,
    in_options,
    is_model,
    labels_beside,
    refuse_models,
)
from skspectra._cli._scores import FALSE_ALARMS, label_spectra
from skspectra._cli._shared import (
    PATIENCE,
    Interrupted,
    UserError,
    add_command,
    busy,
    check_file,
    show_progress,
    show_warning,
)
from skspectra._cli._spectra import (
    with_place,
)
from skspectra._words import count

COLUMNS = ("file", "label", "score", "second", "second_score", "remark")
# Spectra that are predicted at a time.
N_TOGETHER = 100
NOT_READ, NOT_COVERED = "cannot be read", "axis not covered"
CONSTANT, UNLIKE = "constant", "unlike anything it was trained on"
TEXT = """\
Predict the labels of new files and write them as CSV, with the columns file, label, score, second,
second_score and remark. Spectra are brought onto the axis of the model; a file that does not
cover it gets a remark instead of a label. A file that cannot be read, or a row that
--drop-incomplete leaves out, is named and gets a remark, too, and the exit status is 1."""
EXAMPLES = """\
  skspectra predict phases.skops NEW_FILES... -o predictions.csv
  skspectra predict phases.skops FOLDER -o predictions.csv --strict
  skspectra predict phases.skops unknown.xy"""


def add_parser(commands):
    """Add the command."""
    command = add_command(commands, "predict", "predict labels of new files", TEXT, EXAMPLES)
    command.add_argument("model", metavar="MODEL", help="a model file that 'fit' wrote")
    command.add_argument("paths", metavar="FILES", nargs="+", help="files, or a folder of them")
    command.add_argument(
        *("-o", "--output"), metavar="FILE", help="the CSV file to write (default: the terminal)"
    )
    add_reading_options(command)
    command.set_defaults(run=run)


def run(options):
    """Run the command and return the exit status."""
    path = None if options.output is None else check_file(options.output)
    if path is not None and path == Path(os.path.realpath(options.model)):
        raise UserError(f"--output {options.output}: this is the model file; name another file")
    from skspectra.io._model_file import tells_unlike

    if Path(options.model).is_dir() or (
        not is_model(options.model) and any(map(is_model, options.paths))
    ):
        raise UserError(
            f"{options.model} is no model; the model comes first: skspectra predict MODEL FILES"
        )
    refuse_models(options.paths)
    files = _find(options)
    file = _load(options.model)
    _check_axis(options, file)
    if not tells_unlike(file.model, FALSE_ALARMS):
        show_warning(
            f"{options.model} cannot tell what is unlike its training spectra, so every spectrum "
            "gets one of its labels, whatever it is"
        )
    rows, status = [], 0
    writer = _Writer(path, options.output)
    started = told = time.monotonic()
    n_done, waiting, remarks = 0, [], set()
    try:
        for n_done, (name, source) in enumerate(files.items(), start=1):
            try:
                spectra = _read(name, source, file, options)
                waiting.append(_rows(name, source, spectra))
                _say(name, source, spectra, remarks)
                status = max(status, int(bool(spectra.skipped)))
            except UserError as error:
                if options.strict:
                    raise
                status = 1
                remark = NOT_COVERED if "the axis covers" in str(error) else NOT_READ
                show_warning(f"{remark}: {error}")
                waiting.append([(name, None, remark)])
            is_enough = sum(map(len, waiting)) >= N_TOGETHER and not options.strict
            if is_enough or n_done == len(files):
                rows = [row for one in waiting for row in one]
                writer.write(_predict(rows, file))
                waiting = []
            now = time.monotonic()
            if now - started > PATIENCE and (now - told > PATIENCE or n_done == len(files)):
                show_progress(f"[{n_done}/{len(files)}] {now - started:.0f} s")
                told = now
    except KeyboardInterrupt:
        kept = f"but {writer.n_rows} predictions are in {options.output}" if path else ""
        raise Interrupted(kept if writer.n_rows and path else "nothing was written") from None
    finally:
        writer.close()
    if not writer.n_labels:
        raise UserError("no file could be predicted; the reasons are above")
    if path is not None:
        were = "was" if writer.n_rows == 1 else "were"
        print(f"{count(writer.n_rows, 'predictions')} {were} written to {options.output}")
        if writer.n_remarks:
            have = "has" if writer.n_remarks == 1 else "have"
            print(f"{writer.n_remarks} of them {have} a remark")
    return status


def _find(options):
    """Return the files to read, by name."""
    from skspectra.io._read import find_files

    try:
        # A table of labels in the folder is no spectrum.
        files, remarks = find_files(options.paths, labels_beside(options.paths))
    except (OSError, ValueError) as error:
        raise UserError(in_options(error, options)) from None
    for remark in remarks:
        show_warning(remark)
    return files


def _load(name):
    """Return what the model file holds."""
    from skspectra.io import load

    try:
        with busy(f"loading {name}"):
            file = load(name)
    except OSError as error:
        raise UserError(f"{name}: {error.strerror}") from None
    except (ImportError, ValueError) as error:
        raise UserError(error) from None
    if file.x_axis is None:
        raise UserError(f"{name}: the model knows no axis; save it with x_axis=...")
    return file


def _check_axis(options, file):
    """Raise a UserError if the unit or the wavelength that is given is not that of the model."""
    from skspectra.io._merge import is_same_wavelength
    from skspectra.io._units import unit_name

    unit, wavelength = options.unit, angstrom(options.wavelength)
    if unit and file.unit and unit_name(unit) != unit_name(file.unit):
        raise UserError(
            f"--unit {unit}: the model was trained on spectra in {file.unit}; leave --unit out if "
            "the files are in this unit, otherwise convert them"
        )
    known = file.wavelength
    if wavelength is not None and known and not is_same_wavelength(wavelength, known):
        raise UserError(
            f"--wavelength {options.wavelength}: the model was trained on spectra measured at "
            f"{known:g} angstrom; leave --wavelength out if the files were measured at it, "
            "otherwise train another model"
        )


def _read(name, path, file, options):
    """Return the spectra of one file on the axis of the model."""
    from skspectra.io import read_spectra
    from skspectra.io._units import UNITS

    try:
        return read_spectra(
            path,
            x_axis=file.x_axis,
            # A model may know its unit from an object that stated any text.
            unit=options.unit or (file.unit if file.unit in UNITS else None),
            wavelength=angstrom(options.wavelength) or file.wavelength,
            layout=options.layout,
            transmittance="convert" if options.absorbance else None,
            drop_incomplete=options.drop_incomplete,
        )
    except OSError as error:
        raise UserError(f"{name}: {error.strerror}") from None
    except (ImportError, ValueError) as error:
        raise UserError(in_options(error)) from None


def _rows(name, path, spectra):
    """Return the spectra of one file as (name, spectrum, remark), and the rows left out of it."""
    found = [
        (one, row, CONSTANT if row.min() == row.max() else "")
        for one, row in zip(spectra.names.tolist(), spectra.X, strict=True)
    ]
    found += [(one, None, NOT_READ) for one in spectra.skipped]
    return [(name + one.removeprefix(path.name), *more) for one, *more in found]


def _say(name, path, spectra, said):
    """Say which rows of a file were left out, and what was remarked of it, each remark once."""
    for one, reason in spectra.skipped.items():
        show_warning(f"{NOT_READ}: {with_place(name + one.removeprefix(path.name), reason)}")
    for remark in spectra.remarks:
        text = remark.removeprefix(f"{path.name}: ")
        # That spectra are brought onto the axis of the model is no news.
        if text not in said and not text.startswith("one axis: "):
            said.add(text)
            show_warning(f"{name}: {text}")


def _predict(rows, file):
    """Return the rows of the table, one for each spectrum and each file that was not read."""
    import numpy as np

    X = np.array([spectrum for _, spectrum, _ in rows if spectrum is not None])
    found = iter(label_spectra(X, file) if len(X) else [])
    table = []
    for name, spectrum, remark in rows:
        if spectrum is None:
            table.append((name, "", "", "", "", remark))
            continue
        label, score, second, second_score, unlike = next(found)
        remarks = "; ".join(filter(None, [remark, UNLIKE if unlike else ""]))
        table.append((name, label, score, second, second_score, remarks))
    return table


class _Writer:
    """Write rows as they come, to a file or to the terminal; it is made with the first label."""

    def __init__(self, path, shown):
        self.path, self.shown = path, shown
        self.stream, self.kept = None, []
        self.n_rows = self.n_labels = self.n_remarks = 0

    def write(self, rows):
        """Write rows; those without a label wait for the first one with a label."""
        self.n_labels += sum(1 for row in rows if row[1] != "")
        self.n_remarks += sum(1 for row in rows if row[-1])
        self.kept += rows
        if not self.n_labels:
            return
        try:
            self._write(self.kept)
        except OSError as error:
            raise UserError(f"cannot write to {self.shown}: {error.strerror}") from None
        self.n_rows += len(self.kept)
        self.kept = []

    def _write(self, rows):
        import sys

        if self.stream is None:
            self.stream = sys.stdout
            if self.path is not None:
                self.stream = self.path.open("w", newline="", encoding="utf-8")
            csv.writer(self.stream, lineterminator="\n").writerow(COLUMNS)
        csv.writer(self.stream, lineterminator="\n").writerows(rows)
        self.stream.flush()

    def close(self):
        """Close the file, if there is one."""
        if self.path is not None and self.stream is not None:
            self.stream.close()
