import numpy as np
import pytest

# One spectrum, as whatever format it is written in gives it back.
AXIS = np.arange(10, 20, 0.5)
COUNTS = np.arange(20) * 3.0 + 1


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a file and returns its path."""

    def write(content, name="spectrum.xy"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def lines(separator=" ", decimal=".", axis=AXIS, values=COUNTS):
    """Return lines of axis and values."""
    text = "\n".join(f"{x:.2f}\t{value:g}" for x, value in zip(axis, values, strict=True))
    return text.replace(".", decimal).replace("\t", separator)


@pytest.fixture(scope="session")
def make_lines():
    return lines


@pytest.fixture(scope="session")
def check_spectrum():
    """Return a function that checks the one spectrum of a result."""

    def check(spectra, unit=None, wavelength=None, quantity=None, factor=1):
        np.testing.assert_allclose(spectra.x_axis, AXIS)
        np.testing.assert_allclose(spectra.X, COUNTS[None] * factor)
        assert spectra.X.dtype == spectra.x_axis.dtype == np.float64
        assert (spectra.unit, spectra.wavelength, spectra.quantity) == (unit, wavelength, quantity)

    return check
