"""CSV files to which runs add rows, so that long studies can be split and go on."""

import csv


def read_rows(path, columns):
    """Return the rows of a file as dictionaries; make it where there is none."""
    if not path.exists():
        add_row(path, columns)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def add_row(path, row):
    """Add one row."""
    with path.open("a", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow(row)
