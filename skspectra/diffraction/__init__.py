"""Crystalline phases: their powder lines, and simulated powder patterns."""

from skspectra.diffraction._phase import Lines, Phase
from skspectra.diffraction._profile import InstrumentProfile
from skspectra.diffraction._read_phases import read_phases
from skspectra.diffraction._simulate import PowderPatterns, make_powder_patterns
from skspectra.diffraction._table import PhaseTable, make_table
from skspectra.diffraction._wavelengths import wavelengths

__all__ = [
    "InstrumentProfile",
    "Lines",
    "Phase",
    "PhaseTable",
    "PowderPatterns",
    "make_powder_patterns",
    "make_table",
    "read_phases",
    "wavelengths",
]
