"""Synthetic spectra of known distribution, and two small measured sets."""

from skspectra.datasets._bayes import bayes_optimum
from skspectra.datasets._generate import make_spectra
from skspectra.datasets._precursors import load_precursors, write_precursors
from skspectra.datasets._published import make_benchmark, make_challenge
from skspectra.datasets._raman import load_raman_calibrants
from skspectra.datasets._tables import challenge_table, draw_challenge_table, draw_class_table
from skspectra.datasets._validation import PeakList

__all__ = [
    "PeakList",
    "bayes_optimum",
    "challenge_table",
    "draw_challenge_table",
    "draw_class_table",
    "load_precursors",
    "load_raman_calibrants",
    "make_benchmark",
    "make_challenge",
    "make_spectra",
    "write_precursors",
]
