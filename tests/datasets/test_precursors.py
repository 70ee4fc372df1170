"""The measured powder patterns that the package ships, and what is found in them."""

import numpy as np
import pytest

from skspectra.datasets import load_precursors, write_precursors
from skspectra.diffraction import make_table, read_phases
from skspectra.mixtures import identify


def test_patterns_and_weights():
    data = load_precursors()
    assert data.X.shape == (3, 4498)
    assert (data.x_axis[0], data.x_axis[-1]) == pytest.approx((10.02, 99.98), abs=0.03)
    np.testing.assert_allclose(data.W.sum(axis=1), 1)
    for name, weights in zip(data.names, data.W, strict=True):
        present = [phase for phase, weight in zip(data.phases, weights, strict=True) if weight]
        assert all(phase in name for phase in present)
    assert sorted(name.partition("_")[0] for name in data.structures) == sorted(data.phases)
    assert "MIT licence" in data.DESCR


def test_files_lead_to_the_phases_and_their_amounts(tmp_path):
    """The walk-through: amounts are within 10 wt% where no remark says that they may be wrong."""
    assert write_precursors(tmp_path / "x") == 3 + 6 + 1
    data = load_precursors()
    loaded = [np.loadtxt(tmp_path / "x" / "patterns" / name) for name in data.names]
    np.testing.assert_allclose(loaded[0][:, 0], data.x_axis, atol=0.006)
    np.testing.assert_array_equal([values[:, 1] for values in loaded], data.X)
    phases = read_phases(tmp_path / "x" / "structures")
    table = make_table(phases, wavelength=data.wavelength, two_theta_range=(10, 100))
    found = identify((data.x_axis, data.X, data.names), table)
    remarks = {row["file"]: row["remark"] for row in found.patterns}
    doubtful = ["mass absorption differs" in remarks[name] for name in data.names]
    assert doubtful == [True, True, False]
    for name, weights in zip(data.names, data.W, strict=True):
        rows = {row["phase"]: row["amount"] for row in found.phases if row["file"] == name}
        true = {p: w for p, w in zip(data.phases, weights, strict=True) if w}
        assert sorted(phase.partition("_")[0] for phase in rows) == sorted(true)
        for phase, amount in rows.items():
            limit = 0.2 if remarks[name] else 0.1
            assert amount == pytest.approx(true[phase.partition("_")[0]], abs=limit)
    assert [row["unknown"] for row in found.patterns] == ["no"] * 3
    for phase in phases:
        assert phase.name.endswith(f"_{phase.space_group}")
        named = [
            (e.found.index(phase.name), e) for e in found.explanations if phase.name in e.found
        ]
        for i, explanation in named:
            strain = np.tensordot(explanation.moves[i], phase.strains, 1)
            assert abs(strain).max() < 0.006
