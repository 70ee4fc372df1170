"""Run a study: what has no row in its CSV file is measured, so a study can be split and go on.

Usage: python benchmarks/study.py NAME [--COLUMNs VALUE ...] [--again] [--finish]

NAME is classical, classes, defaults, scaling, networks, network_design, mixtures, augmentation,
robustness, windows, evidence, occlusion, coverage, conformity_scores, novelty or calibration;
--help after it tells its protocol. Without options all of its arms run. With options (--models,
--numbers, ...) only those tasks run that have one of the values in the column. --again measures
anew what has rows; --finish only writes the summary or draws the figure.
"""

import warnings

# Importing them registers their studies.
import _augmentation  # noqa: F401
import _classical  # noqa: F401
import _evidence  # noqa: F401
import _networks  # noqa: F401
import _occlusion  # noqa: F401
import _uncertainty  # noqa: F401
import _windows  # noqa: F401
from _study import main
from sklearn.exceptions import ConvergenceWarning

if __name__ == "__main__":
    warnings.simplefilter("ignore", ConvergenceWarning)
    main(__doc__)
