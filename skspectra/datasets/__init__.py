"""Synthetic spectra with a known law, and readers of the user's files."""

from ._bayes import bayes_optimum
from ._generate import make_spectra
from ._published import make_benchmark, make_challenge
from ._tables import challenge_table, draw_challenge_table, draw_class_table
from ._validation import PeakList

__all__ = [
    "PeakList",
    "bayes_optimum",
    "challenge_table",
    "draw_challenge_table",
    "draw_class_table",
    "make_benchmark",
    "make_challenge",
    "make_spectra",
]
