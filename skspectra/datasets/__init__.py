"""Synthetic spectra of known distribution, and a reader of the user's files."""

from skspectra.datasets._bayes import bayes_optimum
from skspectra.datasets._generate import make_spectra
from skspectra.datasets._precursors import load_precursors, write_precursors
from skspectra.datasets._published import make_benchmark, make_challenge
from skspectra.datasets._read import read_spectra
from skspectra.datasets._tables import challenge_table, draw_challenge_table, draw_class_table
from skspectra.datasets._validation import PeakList

__all__ = [
    "PeakList",
    "bayes_optimum",
    "challenge_table",
    "draw_challenge_table",
    "draw_class_table",
    "load_precursors",
    "make_benchmark",
    "make_challenge",
    "make_spectra",
    "read_spectra",
    "write_precursors",
]
