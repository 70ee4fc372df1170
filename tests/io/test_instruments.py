"""Text formats of diffractometers, written after their public descriptions."""

import numpy as np
import pytest

from skspectra.io import read_spectra

VALUES = (np.arange(20) * 3 + 1).tolist()
XY = [(10 + i / 2, value) for i, value in enumerate(VALUES)]


def ras_range(start=10.0, unit="counts", speed="5", speed_unit="deg/min", attenuation="1.0"):
    keys = {
        "HW_XG_WAVE_LENGTH_ALPHA1": "1.540593",
        "MEAS_SCAN_STEP": "0.5",
        "MEAS_SCAN_SPEED": speed,
        "MEAS_SCAN_SPEED_UNIT": speed_unit,
        "MEAS_SCAN_UNIT_Y": unit,
    }
    head = "".join(f'*{key} "{value}"\n' for key, value in keys.items())
    body = "".join(f"{x - 10 + start:.4f} {y} {attenuation}\n" for x, y in XY)
    return f"*RAS_HEADER_START\n{head}*RAS_HEADER_END\n*RAS_INT_START\n{body}*RAS_INT_END\n"


def ras(*ranges):
    return "*RAS_DATA_START\n" + "".join(ranges) + "*RAS_DATA_END\n"


def asc(keys="", yunit="counts"):
    rows = "\n".join(", ".join(map(str, VALUES[i : i + 4])) + "," for i in range(0, 20, 4))
    return (
        "*TYPE\t\t=  Raw\n*CLASS\t\t=  STANDARD\n*BEGIN\n*START\t\t=  10.0\n*STOP = 19.5\n"
        f"*STEP\t\t=  0.5\n*YUNIT = {yunit}\n*WAVE_LENGTH1 = 1.54056\n{keys}*COUNT = 20\n"
        f"{rows}\n*END\n*EOF\n"
    )


def uxd_range(start=10, seconds=2, kind="_COUNTS"):
    return (
        f"; Data for range\n_STEPTIME={seconds}\n_STEPSIZE=0.5\n_STEPCOUNT=20\n_START={start}\n"
        f"{kind}\n{' '.join(map(str, VALUES[:8]))}\n{' '.join(map(str, VALUES[8:]))}\n"
    )


UXD = "; C:\\DATA\\a.raw\n_FILEVERSION=2\n_SAMPLE='quartz'\n_WL1=1.540600\n"
PAIRS = "\n".join(f"{x:.4f} {y}" for x, y in XY)


def gsas(style, body):
    return f"quartz, 25 C{' ' * 60}\nBANK 1 20 4 CONST 1000.00 50.00 0 0 {style}\n{body}\n"


STD = "\n".join("".join(f"{1:2}{y:6}" for y in VALUES[i : i + 10]) for i in (0, 10))
ESD = "\n".join("".join(f"{y:8.1f}{1:8.2f}" for y in VALUES[i : i + 5]) for i in range(0, 20, 5))
PLAIN = "\n".join(" ".join(map(str, VALUES[i : i + 10])) for i in (0, 10))
FXYE = "\n".join(f"{100 * x:.2f} {y} 1.0" for x, y in XY)
CONDITIONS = (
    "[Measurement conditions]\nSample identification,quartz\nK-Alpha1 wavelength,1.5405980\n\n"
    "[Scan points]\n"
)

FORMATS = {
    "ras": ("a.ras", ras(ras_range()), 1.540593, "counts"),
    "ras by content": ("a.txt", ras(ras_range()), 1.540593, "counts"),
    "ras rates": ("a.ras", ras(ras_range(unit="cps")), 1.540593, "counts per second"),
    "asc": ("a.asc", asc(), 1.54056, "counts"),
    "asc rates": ("a.asc", asc(yunit="cps"), 1.54056, "counts per second"),
    "uxd counts": ("a.uxd", UXD + uxd_range(), 1.5406, "counts"),
    "uxd rates": ("a.uxd", UXD + uxd_range(kind="_CPS"), 1.5406, "counts per second"),
    "uxd pairs": ("a.uxd", f"{UXD}_STEPTIME=1\n_2THETACOUNTS\n{PAIRS}\n", 1.5406, "counts"),
    "gsas std": ("a.gsa", gsas("STD", STD), None, "counts"),
    "gsas esd": ("a.gsa", gsas("ESD", ESD), None, "counts"),
    "gsas fxye": ("a.fxye", gsas("FXYE", FXYE), None, "counts"),
    "gsas by content": ("a.dat", gsas("FXYE", FXYE), None, "counts"),
    "fullprof": ("a.dat", f"10.0 0.5 19.5 quartz\n{PLAIN}\n", None, "counts"),
    "fullprof title": (
        "a.dat",
        f"title\n10.0 0.5 19.5\n{PLAIN}",
        None,
        "counts",
    ),
    "csv": (
        "a.csv",
        f"{CONDITIONS}Angle,Intensity\n{PAIRS.replace(' ', ',')}\n",
        1.540598,
        "counts",
    ),
    "csv in German": (
        "a.csv",
        (CONDITIONS + "Angle;Intensity\n").replace(",", ";").replace("1.54", "1,54")
        + PAIRS.replace(" ", ";").replace(".", ","),
        1.540598,
        "counts",
    ),
}


@pytest.mark.parametrize(("name", "text", "wavelength", "quantity"), FORMATS.values(), ids=FORMATS)
def test_formats(write, check_spectrum, name, text, wavelength, quantity):
    spectra = read_spectra(write(text, name))
    check_spectrum(spectra, "deg", wavelength, quantity)
    assert spectra.remarks == ()


def test_attenuation_is_a_factor(write, check_spectrum):
    path = write(ras(ras_range(attenuation="2.5")), "a.ras")
    check_spectrum(read_spectra(path), "deg", 1.540593, "counts", factor=2.5)


RANGES = {
    # 0.5 degrees at 5 degrees a minute are 6 seconds.
    "ras": ("a.ras", ras(ras_range(), ras_range(20, speed="10")), 6, 3),
    "ras seconds": (
        "a.ras",
        ras(ras_range(speed="4", speed_unit="sec"), ras_range(20, speed="8", speed_unit="sec")),
        *(4, 8),
    ),
    "uxd": ("a.uxd", UXD + uxd_range() + uxd_range(20, 4), 2, 4),
    "out of order": ("a.uxd", UXD + uxd_range(20, 4) + uxd_range(), 2, 4),
}


@pytest.mark.parametrize(("name", "text", "first", "second"), RANGES.values(), ids=RANGES)
def test_several_ranges_become_counts_per_second(write, name, text, first, second):
    spectra = read_spectra(write(text, name))
    np.testing.assert_allclose(spectra.x_axis, np.arange(10, 30, 0.5))
    rates = [np.array(VALUES) / first, np.array(VALUES) / second]
    np.testing.assert_allclose(spectra.X[0], np.concatenate(rates))
    assert spectra.quantity == "counts per second"
    assert spectra.remarks == (f"{name}: 2 ranges: intensities are counts per second",)


def test_different_counting_times_become_counts_per_second(write):
    rows = "".join(f"{x},{1 if x < 15 else 4},{y},1\n" for x, y in XY)
    path = write(f"{CONDITIONS}Angle,TimePerStep,Intensity,ESD\n{rows}", "a.csv")
    spectra = read_spectra(path)
    np.testing.assert_allclose(spectra.X[0], np.array(VALUES) / np.repeat([1, 4], 10))
    assert "counting times differ" in spectra.remarks[0]


def test_ranges_that_meet_share_a_point(write):
    spectra = read_spectra(write(UXD + uxd_range() + uxd_range(19.5), "a.uxd"))
    assert spectra.X.shape == (1, 39)


BAD = {
    "overlap": ("a.uxd", UXD + uxd_range() + uxd_range(15), "scans overlap at 15"),
    "cut ras": ("a.ras", ras(ras_range())[:-60], "cut off"),
    "cut uxd": ("a.uxd", (UXD + uxd_range())[:-10], "17 intensities, but 20 points"),
    "cut asc": ("a.asc", asc().replace("1, 4, 7, 10,", ""), "16 intensities, but 20 points"),
    "text in ras": (
        "a.ras",
        ras(ras_range()).replace("10.5000 4", "10.5000 x"),
        "line 11, column 2",
    ),
    "no step": ("a.asc", asc().replace("*STEP", "*STAP"), "*START or *STEP is missing"),
    "no start": ("a.uxd", f"{UXD}_COUNTS\n1 2 3 4\n", "_START or _STEPSIZE"),
    "time of flight": ("a.gsa", gsas("FXYE", FXYE).replace("CONST", "RALF"), "RALF FXYE is not"),
    "cut gsas": ("a.gsa", gsas("FXYE", FXYE[:100]), "20 points are announced"),
    "two banks": ("a.gsa", gsas("STD", STD) + gsas("STD", STD), "2 banks"),
    "no bank": ("a.gsa", "quartz\n1 2\n", "no line begins with BANK"),
    "no angle": ("a.csv", f"{CONDITIONS}Omega,Intensity\n1,2\n", "line 6: columns Angle"),
    "no points": ("a.csv", CONDITIONS, "has no points"),
    "no time": ("a.csv", f"{CONDITIONS}Angle,TimePerStep,Intensity\n1,0,2\n", "not positive"),
    "empty range": ("a.uxd", UXD, "no scan of 3 points"),
}


@pytest.mark.parametrize(("name", "text", "message"), BAD.values(), ids=BAD)
def test_bad_files(write, name, text, message):
    with pytest.raises(ValueError, match=rf"{name}: ") as error:
        read_spectra(write(text, name))
    assert message in str(error.value)
    assert "\n" not in str(error.value)
