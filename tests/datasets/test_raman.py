from pathlib import Path

import numpy as np
import pytest

from skspectra import datasets
from skspectra.datasets import load_raman_calibrants


def test_three_materials_on_ten_instruments():
    data = load_raman_calibrants()
    assert data.X.shape == (71, 1851)
    assert dict(zip(*np.unique(data.y, return_counts=True), strict=True)) == {
        "calcite": 20,
        "polystyrene": 10,
        "silicon": 41,
    }
    assert len(np.unique(data.groups)) == 10
    assert set(data.specimen[data.y == "calcite"]) == {"nCAL", "sCAL"}
    np.testing.assert_array_equal(data.x_axis, np.arange(150, 2001))
    for words in ("MIT licence", "ramanchada2", "two instruments", "14 bits"):
        assert words in data.DESCR


def test_titanium_dioxide_on_request():
    data = load_raman_calibrants(titanium_dioxide=True)
    assert np.count_nonzero(data.y == "TiO2") == 50
    assert len(data.X) == 121
    assert not set(data.groups[data.y == "TiO2"]) & set(data.groups[data.y != "TiO2"])


def test_frame():
    data = load_raman_calibrants(as_frame=True)
    assert data.frame.columns[:4].tolist() == ["material", "instrument", "specimen", "150"]
    X, y = load_raman_calibrants(as_frame=True, return_X_y=True)
    assert X.equals(data.frame.iloc[:, 3:])
    assert y.equals(data.frame["material"])
    arrays = load_raman_calibrants(return_X_y=True)
    np.testing.assert_array_equal(X, arrays[0])
    np.testing.assert_array_equal(y, arrays[1])


def test_it_is_the_measured_set_to_within_its_rounding(measured):
    source, data = (
        measured("raman_calibrants_multi_instrument"),
        load_raman_calibrants(titanium_dioxide=True),
    )
    half_a_step = np.ptp(source["X"], axis=1, keepdims=True) / (2**14 - 1) / 2
    assert (abs(source["X"] - data.X) <= half_a_step * (1 + 1e-6)).all()
    np.testing.assert_array_equal(source["material"], data.y)
    np.testing.assert_array_equal(source["instrument"], data.groups)


def test_what_is_shipped_is_small_and_has_its_licence():
    folder = Path(datasets.__file__).parent / "data"
    assert (folder / "raman_calibrants.npz").stat().st_size < 300_000
    assert "MIT License" in (folder / "LICENSE_raman_calibrants.txt").read_text()


def test_without_pandas(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="as_frame=True needs pandas"):
        load_raman_calibrants(as_frame=True)
