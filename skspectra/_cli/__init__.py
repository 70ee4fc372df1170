"""The command line: a thin layer over the package, with one small file for each command."""

import argparse
import os
import sys
import warnings

from skspectra import __version__
from skspectra._cli import _compare, _example, _fit, _identify, _predict, _show
from skspectra._cli._shared import Parser, UserError, show_warning

__all__ = ["main"]

DESCRIPTION = """\
Classify one-dimensional spectra. From files to predictions:

  skspectra show FOLDER -o spectra.png                     what is in the files
  skspectra compare FOLDER --labels labels.csv             which model, and how sure
  skspectra fit FOLDER --labels labels.csv -o model.skops  fit it and keep it
  skspectra predict model.skops FILES -o predictions.csv   use it

Phases of powder patterns, without any training spectra:

  skspectra identify PATTERNS --phases CIF_FOLDER --wavelength CuKa -o found

'skspectra example FOLDER' writes measured files to try this with."""


def main(argv=None):
    """Run the command line.

    Parameters
    ----------
    argv : list of str, default=None
        Arguments; None takes those of the process.

    Returns
    -------
    status : int
        0 after success, 1 if files were left out, 2 for invalid input, 130 after Ctrl-C, 141 if
        nobody reads the output.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        options = _parser().parse_args(argv)
        with warnings.catch_warnings():
            warnings.showwarning = show_warning
            status = options.run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Buffered output is discarded; otherwise Python would print an error at exit.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere, stream.fileno())
        return 141
    except UserError as error:
        print(f"skspectra: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print(f"skspectra: interrupted, {stop or 'nothing was written'}", file=sys.stderr)
        return 130


def _parser():
    parser = Parser(
        prog="skspectra",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"skspectra {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in (_show, _compare, _fit, _predict, _identify, _example):
        module.add_parser(commands)
    return parser
