import numpy as np

from skspectra import PeakShiftAugmenter
from skspectra.comparison._parameters import in_axis_units
from skspectra.preprocessing import BaselineCorrector, SavitzkyGolayFilter

X_AXIS = np.linspace(10, 90, 4001)


def test_lengths_get_the_unit_of_the_axis():
    chosen = {"derive__window_length": 25, "classify__pool_size": 1, "C": 1e4, "lr": 5e-4}
    assert in_axis_units(chosen, X_AXIS, "deg") == {
        "derive__window_length": "0.5 deg (25 points)",
        "classify__pool_size": "0.02 deg (1 point)",
        "C": "10000",
        "lr": "0.0005",
    }
    assert in_axis_units(chosen, X_AXIS)["derive__window_length"] == "0.5 (25 points)"
    assert in_axis_units(chosen)["derive__window_length"] == "25"


def test_what_is_no_length_stays():
    chosen = {"pool_size": "auto", "augmenter": None, "n_neighbors": 3, "derive": "passthrough"}
    assert in_axis_units(chosen, X_AXIS, "deg") == {name: str(v) for name, v in chosen.items()}


def test_lengths_inside_estimators():
    chosen = {
        "derive": SavitzkyGolayFilter(25, 2, 1),
        "baseline": BaselineCorrector("arpls", {"lam": 1e5}),
        "augmenter": PeakShiftAugmenter(max_shift=10),
    }
    assert in_axis_units(chosen, X_AXIS, "deg") == {
        "derive": "SavitzkyGolayFilter(deriv=1, window_length=0.5 deg (25 points))",
        "baseline": "BaselineCorrector(parameters={'lam': 100000.0})",
        "augmenter": "PeakShiftAugmenter(max_shift=0.2 deg (10 points))",
    }
