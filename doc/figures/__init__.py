"""Draw the figures of the pages when the documentation is built."""

import matplotlib.pyplot as plt

from . import benchmarks
from .common import FIGURES


def draw_all(app=None):
    """Draw every figure and write every table; Sphinx calls this before it reads the pages."""
    FIGURES.mkdir(exist_ok=True)
    for draw in benchmarks.DRAWINGS:
        fig = draw()
        fig.savefig(FIGURES / f"{draw.__name__}.png", dpi=150)
        plt.close(fig)
    benchmarks.write_challenge()
