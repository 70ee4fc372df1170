"""Draw the figures of the pages when the documentation is built."""

import matplotlib.pyplot as plt

from . import benchmarks, sketches, spectra, symmetry, tables
from .common import FIGURES


def draw_all(app=None):
    """Draw every figure and write every table; Sphinx calls this before it reads the pages."""
    FIGURES.mkdir(exist_ok=True)
    # A figure is at most 6.4 inches wide, so that its text can be read on a telephone.
    with plt.rc_context({"font.size": 11, "axes.titlesize": "medium"}):
        for draw in (
            *benchmarks.DRAWINGS,
            *symmetry.DRAWINGS,
            *sketches.DRAWINGS,
            *spectra.DRAWINGS,
        ):
            fig = draw()
            fig.savefig(FIGURES / f"{draw.__name__}.png", dpi=150)
            plt.close(fig)
    for write in tables.TABLES:
        write()
    spectra.write_show()
    spectra.write_predictions()
