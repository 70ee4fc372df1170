"""What the commands share: errors, progress, and where results go."""

import argparse
import os
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

# Work that takes longer than this many seconds says so.
PATIENCE = 2.0
# Seconds between two signs of life.
PULSE = 10.0


class UserError(Exception):
    """An error that the user can correct; it is shown as one line, without a traceback."""


class Interrupted(KeyboardInterrupt):
    """The command was ended by Ctrl-C; the text says what was finished and is kept."""


class Parser(argparse.ArgumentParser):
    """Parser that reports errors in the same way as all other errors."""

    def error(self, message):
        raise UserError(f"{message}; see '{self.prog} --help'")


def add_command(commands, name, summary, text, examples):
    """Add a command whose help shows examples as they are written.

    Parameters
    ----------
    commands : object
        What ``add_subparsers`` returned.
    name, summary, text, examples : str
        Name of the command, a line in the list of commands, what it does, and examples.

    Returns
    -------
    parser : Parser
        The parser of the command.
    """
    return commands.add_parser(
        name,
        help=summary,
        description=text,
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def whole_number(minimum):
    """Return a type for options that take a whole number from `minimum` on."""

    def parse(text):
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or value < minimum:
            raise argparse.ArgumentTypeError(f"needs a whole number >= {minimum}, got {text!r}")
        return value

    return parse


def check_folder(folder, option="--output"):
    """Return the real folder; raise an error before the work instead of after it."""
    if not folder:
        raise UserError(f"{option}: needs the name of a folder, got ''")
    try:
        there = path = Path(os.path.realpath(folder))
        while not _is_there(there):
            there = there.parent
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {error.strerror}") from None
    return path


def check_file(name, option="--output"):
    """Return the path of a file to write; raise an error before the work instead of after it."""
    if not name:
        raise UserError(f"{option}: needs the name of a file, got ''")
    path = Path(os.path.realpath(name))
    if path.is_dir():
        raise UserError(f"cannot write to {name}: it is a folder; {option} needs a file")
    if not path.parent.is_dir():
        raise UserError(f"cannot write to {name}: there is no folder {path.parent}")
    # What is no regular file, such as /dev/null, is written to; nothing is put beside it.
    if path.is_file() or not path.exists():
        check_folder(path.parent, option)
    if path.exists() and not os.access(path, os.W_OK):
        raise UserError(f"cannot write to {name}: Permission denied")
    return path


def _is_there(path):
    """Return whether a path exists; problems other than absence raise OSError."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    return True


def show_progress(line):
    """Write a line of progress, which is no result, to the error stream."""
    print(line, file=sys.stderr, flush=True)


def show_warning(message, category=None, filename=None, lineno=None, file=None, line=None):
    """Write a warning as one line."""
    print(f"skspectra: warning: {message}", file=sys.stderr, flush=True)


@contextmanager
def busy(what):
    """Say what is being done, again and again, if it takes more than two seconds."""
    started, done = time.monotonic(), Event()

    def tell():
        wait = PATIENCE
        while not done.wait(wait):
            show_progress(f"{what}: {time.monotonic() - started:.0f} s")
            wait = PULSE

    thread = Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
