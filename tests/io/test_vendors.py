"""Files of instruments that need a library.

jcamp ships measured spectra, and one of them is read here. The other libraries ship none, so
their files are written after the formats' descriptions, by the library itself where it can.
"""

import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from skspectra.io import read_spectra
from skspectra.io._readers import READERS

DATA = Path(__file__).parent / "data"
X = np.arange(400.0, 420.0, 2)
Y = np.arange(10.0) ** 2 + 1


def test_jcamp_measured_spectrum():
    """Its header states the range of axis and absorbance and the number of points."""
    spectra = read_spectra(DATA / "isopropanol.jdx")
    assert spectra.X.shape == (1, 9541)
    np.testing.assert_allclose(spectra.x_axis[[0, -1]], [400.1963, 5000.042])
    assert (spectra.unit, spectra.quantity) == ("cm-1", "absorbance")
    assert spectra.X.max() == pytest.approx(0.37, abs=0.005)
    assert spectra.X.min() == pytest.approx(-0.09, abs=0.005)
    # The C-O band of isopropanol and its neighbours are the strongest of the fingerprint.
    fingerprint = (spectra.x_axis > 900) & (spectra.x_axis < 1500)
    top = spectra.x_axis[fingerprint][spectra.X[0, fingerprint].argmax()]
    assert 930 < top < 1480


def jdx(xunits="1/CM", yunits="ABSORBANCE", more="", values=Y, first=400, last=418):
    rows = "".join(
        f"{x:g} {' '.join(f'{y:g}' for y in values[i : i + 5])}\n"
        for i, x in ((0, first), (5, first + 10))
    )
    return (
        "##TITLE=sample\n##JCAMP-DX=4.24\n##DATA TYPE=INFRARED SPECTRUM\n"
        f"##XUNITS={xunits}\n##YUNITS={yunits}\n##XFACTOR=1\n##YFACTOR=1\n{more}"
        f"##FIRSTX={first}\n##LASTX={last}\n##NPOINTS=10\n##XYDATA=(X++(Y..Y))\n{rows}##END=\n"
    )


@pytest.mark.parametrize(
    ("xunits", "more", "unit", "factor"),
    [
        *[("1/CM", "", "cm-1", 1), ("NANOMETERS", "", "nm", 1), ("MICROMETERS", "", "nm", 1000)],
        ("HZ", "##.OBSERVE FREQUENCY=400\n", "ppm", 1 / 400),
        ("SECONDS", "", None, 1),
    ],
)
def test_jcamp_axis(write, xunits, more, unit, factor):
    spectra = read_spectra(write(jdx(xunits, more=more), "a.jdx"))
    np.testing.assert_allclose(spectra.x_axis, X * factor)
    np.testing.assert_array_equal(spectra.X, [Y])
    assert spectra.unit == unit
    assert len(spectra.remarks) == (unit is None)


@pytest.mark.parametrize(
    ("yunits", "scale"), [("TRANSMITTANCE", 1), ("% TRANSMITTANCE", 100), ("TRANSMITTANCE", 100)]
)
def test_jcamp_transmittance(write, yunits, scale):
    share = np.linspace(0.1, 1, 10)
    path = write(jdx(yunits=yunits, values=share * scale), "a.dx")
    with pytest.raises(ValueError, match="holds transmittance"):
        read_spectra(path)
    spectra = read_spectra(path, transmittance="convert")
    np.testing.assert_allclose(spectra.X[0], -np.log10(share), atol=1e-6)


def test_jcamp_blocks(write):
    head = "##TITLE=all\n##DATA TYPE=LINK\n##BLOCKS=2\n"
    spectra = read_spectra(write(head + jdx() + jdx(values=2 * Y), "a.jdx"))
    np.testing.assert_array_equal(spectra.X, [Y, 2 * Y])
    assert spectra.names.tolist() == ["a.jdx:block 1", "a.jdx:block 2"]
    path = write(head + jdx() + jdx(first=500, last=518), "a.jdx")
    with pytest.raises(ValueError, match="2 blocks differ in axis"):
        read_spectra(path)


def spc(path, xtype="XWAVEN", ytype="YABSRB", n_spectra=1):
    """Write a file of a header of 512 bytes, and for each spectrum one of 32 bytes and floats."""
    kinds = {"XARB": 0, "XWAVEN": 1, "XNMETR": 3, "XSECS": 4, "YABSRB": 2, "YTRANS": 128}
    flags, exponent = (4 if n_spectra > 1 else 0), 128
    head = struct.pack("<4BI2dI2B", flags, 0x4B, 0, exponent, 10, 400, 418, n_spectra, *(0, 0))
    head = bytearray(head.ljust(512, b"\0"))
    head[28], head[29] = kinds[xtype], kinds[ytype]
    for i in range(n_spectra):
        sub = struct.pack("<2BH3f2If", 0, exponent, i, i, i + 1, 0, 10, 0, 0)
        head += sub.ljust(32, b"\0") + (Y * (i + 1)).astype("<f4").tobytes()
    path.write_bytes(head)
    return path


def test_spc(tmp_path):
    spectra = read_spectra(spc(tmp_path / "a.spc"))
    np.testing.assert_allclose(spectra.x_axis, X)
    np.testing.assert_array_equal(spectra.X, [Y])
    assert (spectra.unit, spectra.quantity) == ("cm-1", "absorbance")
    several = read_spectra(spc(tmp_path / "B.SPC", "XNMETR", n_spectra=3))
    np.testing.assert_array_equal(several.X, [Y, 2 * Y, 3 * Y])
    assert (several.unit, several.names[2]) == ("nm", "B.SPC:3")
    with pytest.raises(ValueError, match="holds transmittance"):
        read_spectra(spc(tmp_path / "c.spc", ytype="YTRANS"))
    assert read_spectra(spc(tmp_path / "d.spc", "XARB")).remarks == ()
    (remark,) = read_spectra(spc(tmp_path / "e.spc", "XSECS")).remarks
    assert remark.startswith("e.spc: its axis is in 'XSECS', which is no unit that is known")


def opus(kind=4):
    """Return a file of OPUS: a header, a directory, and blocks of data and of its parameters."""

    found = {"DPF": 1, "NPT": 10, "FXV": 418.0, "LXV": 400.0, "CSF": 1.0, "DXU": "WN"}
    found |= {"MXY": float(Y.max()), "MNY": float(Y.min())}
    status = b""
    for key, value in found.items():
        code, packed = {
            int: lambda value: (0, struct.pack("<i", value)),
            float: lambda value: (1, struct.pack("<d", value)),
            str: lambda value: (2, value.encode().ljust(4, b"\0")),
        }[type(value)](value)
        status += key.encode() + b"\0" + struct.pack("<2h", code, len(packed) // 2) + packed
    status += b"END\0" + struct.pack("<2h", 0, 0)
    values = Y.astype("<f4").tobytes()
    start = 24 + 3 * 12 + 12
    # A type is 2 bits of amplitude, 2 of the channel (3 is a ratio), 6 of the kind of parameters
    # and 7 of the kind of data.
    of_data = 3 | 3 << 2 | kind << 10
    blocks = [(of_data, values), (of_data | 1 << 4, status)]
    directory, body, place = b"", b"", start
    for code, content in blocks:
        directory += struct.pack("<3i", code, len(content) // 4, place)
        body += content
        place += len(content)
    own = struct.pack("<3i", 13 << 10, (start - 24) // 4, 24)
    directory = (own + directory).ljust(start - 24, b"\0")
    header = b"\n\n\xfe\xfe" + struct.pack("<d3i", 920622.0, 24, 40, 3)
    return header + directory + body


@pytest.mark.parametrize("name", ["sample.0", "sample.0012", "sample.opus"])
def test_opus(write, name):
    spectra = read_spectra(write(opus(), name))
    np.testing.assert_allclose(spectra.x_axis, X)
    # It was written from high to low wavenumbers.
    np.testing.assert_array_equal(spectra.X, [Y[::-1]])
    assert (spectra.unit, spectra.quantity) == ("cm-1", "absorbance")


def test_opus_transmittance_and_others(write):
    with pytest.raises(ValueError, match="holds transmittance"):
        read_spectra(write(opus(5), "a.0"))
    with pytest.raises(ValueError, match="no spectrum that is known, but ph"):
        read_spectra(write(opus(3), "a.0"))
    with pytest.raises(ValueError, match="does not begin like a file of OPUS"):
        read_spectra(write("1 2\n2 3\n3 4\n", "a.0"))


def wdf(n_spectra=1):
    """Return a file of WiRE: blocks of a name, a number, a size and the data."""
    header = bytearray(512)
    header[:16] = struct.pack("<4sIQ", b"WDF1", 1, 512)
    struct.pack_into("<IQQIIII", header, 0x3C, 10, n_spectra, n_spectra, 1, 1, 10, 0)
    header[0x60:0x64] = b"WiRE"
    struct.pack_into("<II", header, 0x80, 1, 1 if n_spectra == 1 else 2)
    struct.pack_into("<If", header, 0x98, 6, 1e7 / 532)

    def block(name, content):
        return struct.pack("<4sIQ", name, 0, 16 + len(content)) + content

    values = np.concatenate([Y * (i + 1) for i in range(n_spectra)]).astype("<f4")
    return b"".join(
        [
            *(bytes(header), block(b"DATA", values.tobytes())),
            # The axis is a Raman shift in cm-1.
            block(b"XLST", struct.pack("<II", 1, 1) + X[::-1].astype("<f4").tobytes()),
            block(b"YLST", struct.pack("<IIf", 0, 0, 0.0)),
        ]
    )


def test_wdf(write):
    spectra = read_spectra(write(wdf(), "a.wdf"))
    np.testing.assert_allclose(spectra.x_axis, X)
    np.testing.assert_array_equal(spectra.X, [Y[::-1]])
    assert spectra.unit == "cm-1"
    spectra = read_spectra(write(wdf(3), "a.wdf"))
    np.testing.assert_array_equal(spectra.X, [Y[::-1], 2 * Y[::-1], 3 * Y[::-1]])


XRDML = """<?xml version="1.0" encoding="UTF-8"?>
<xrdMeasurements xmlns="http://www.xrdml.com/XRDMeasurement/1.5" status="Completed">
<xrdMeasurement measurementType="Scan" status="Completed">
<usedWavelength intended="K-Alpha"><kAlpha1 unit="Angstrom">1.5405980</kAlpha1></usedWavelength>
<scan scanAxis="Gonio" status="Completed" mode="Continuous"><dataPoints>
<positions axis="2Theta" unit="deg"><startPosition>400</startPosition>
<endPosition>418</endPosition></positions>
<commonCountingTime unit="seconds">2.0</commonCountingTime>
<intensities unit="counts">{values}</intensities>
</dataPoints></scan></xrdMeasurement></xrdMeasurements>"""


def xrdml():
    return XRDML.format(values=" ".join(f"{y:g}" for y in Y))


def rasx(path):
    profile = "".join(f"{x:.2f}\t{y:g}\t1.0\n" for x, y in zip(X, Y, strict=True))
    conditions = """<Measurement><ScanInformation><AxisName>TwoTheta</AxisName>
<Mode>Continuous</Mode><SpeedUnit>deg/min</SpeedUnit><PositionUnit>deg</PositionUnit>
<Step>2</Step><Speed>4</Speed></ScanInformation>
<HWConfigurations><Categories><Category Name="Detector" SelectedUnit="D"/></Categories>
<Optics/><Distances/><XrayGenerator><TargetName>Cu</TargetName>
<WavelengthKalpha1>1.540593</WavelengthKalpha1></XrayGenerator></HWConfigurations>
<RASHeader><Pair><Name>MEAS_COND_AXIS_NAME-0</Name><Value>TwoTheta</Value></Pair></RASHeader>
<Axes><Axis Name="TwoTheta" Unit="deg" Offset="0" Position="0"/></Axes></Measurement>"""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("Data0/Profile0.txt", "\ufeff" + profile)
        file.writestr("Data0/MesurementConditions0.xml", conditions)


def brml(path):
    rows = "".join(f"<Datum>2,1,{x},{x / 2},{y:g}</Datum>" for x, y in zip(X, Y, strict=True))
    raw = f"""<RawData xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<FixedInformation><Drives><InfoData LogicName="Theta"><Position Value="1" Unit="deg"/></InfoData>
</Drives><Instrument><PrimaryTracks><TrackInfoData><MountedOptics>
<InfoData xsi:type="TubeMountInfoData"><Tube><TubeMaterial>Cu</TubeMaterial>
<WaveLengthAlpha1 Unit="Å" Value="1.540598"/></Tube></InfoData>
<InfoData xsi:type="SlitInfoData"/>
</MountedOptics></TrackInfoData></PrimaryTracks></Instrument></FixedInformation>
<DataRoutes><DataRoute><ScanInformation ScanName="Scan1"><MeasurementPoints>10</MeasurementPoints>
<TimePerStep>1</TimePerStep><TimePerStepEffective>1</TimePerStepEffective>
<ScanMode>StillScan</ScanMode><ScanAxes>
<ScanAxisInfo AxisName="TwoTheta"><Unit Base="deg"/><Reference>0</Reference>
<Start>400</Start><Stop>418</Stop><Increment>2</Increment></ScanAxisInfo></ScanAxes>
</ScanInformation><DataViews>
<RawDataView xsi:type="RecordedRawDataView" Start="4" Length="1">
<Recording LogicName="Counter1D"/></RawDataView></DataViews>
{rows}</DataRoute></DataRoutes></RawData>"""
    listed = "Experiment0/RawData0.xml"
    container = (
        "<DataContainer><RawDataReferenceList><string>"
        f"{listed}</string></RawDataReferenceList></DataContainer>"
    )
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("Experiment0/DataContainer.xml", container)
        file.writestr(listed, raw)


def raw4():
    """Return a .raw file of version 4 with what is read of it at its fixed places."""
    content = bytearray(0x51F)
    content[:8] = b"RAW4.00\0"
    content[0x1A8:0x1AA] = b"Cu"
    struct.pack_into("<H", content, 0x1C3, 10)
    struct.pack_into("<d", content, 0x20F, 2.0)
    struct.pack_into("<d", content, 0x4FB, 400.0)
    content[0x4D0:0x4D5] = b"Theta"
    return bytes(content) + b"".join(struct.pack("<ff", y, 0) for y in Y)


def write_xrd(folder, suffix):
    path = folder / f"a{suffix}"
    if suffix == ".xrdml":
        path.write_text(xrdml())
    elif suffix == ".raw":
        path.write_bytes(raw4())
    else:
        {".rasx": rasx, ".brml": brml}[suffix](path)
    return path


@pytest.mark.parametrize("suffix", [".xrdml", ".rasx", ".brml", ".raw"])
def test_diffractograms(tmp_path, suffix):
    spectra = read_spectra(write_xrd(tmp_path, suffix))
    np.testing.assert_allclose(spectra.x_axis, X)
    np.testing.assert_allclose(spectra.X, [Y])
    assert (spectra.unit, spectra.quantity) == ("deg", "counts")
    assert spectra.wavelength == pytest.approx(1.5406, abs=1e-5)


def test_raw_of_other_versions(write):
    with pytest.raises(ValueError, match=r"a\.raw: .*of \.raw files, version 4 is read"):
        read_spectra(write(b"RAW1.01" + b"\0" * 999, "a.raw"))


@pytest.mark.parametrize("suffix", [*READERS, ".7"])
def test_damaged_files_give_no_other_error(tmp_path, suffix):
    rng = np.random.default_rng(0)
    path = tmp_path / f"a{suffix}"
    seeds = {".spc": lambda: spc(path).read_bytes(), ".wdf": wdf, ".xrdml": xrdml, ".raw": raw4}
    seeds |= {".opus": opus, ".7": opus}
    if suffix in (".rasx", ".brml"):
        whole = write_xrd(tmp_path, suffix).read_bytes()
    else:
        whole = seeds.get(suffix, jdx)()
        whole = whole.encode() if isinstance(whole, str) else whole
    for i in range(60):
        content = bytearray(whole)
        if i % 3:
            for place in rng.integers(len(content), size=i):
                content[place] = rng.integers(256)
        if i % 2:
            del content[rng.integers(len(content)) :]
        path.write_bytes(content)
        try:
            spectra = read_spectra(path, transmittance="keep")
        except (ValueError, OSError):
            continue
        assert np.isfinite(spectra.X).all()


@pytest.mark.parametrize(("suffix", "reader"), [(s, r) for s, r in READERS.items()])
def test_without_the_library_an_error_names_the_extra(write, monkeypatch, suffix, reader):
    package, _ = reader
    module = {"spc-io": "spc_io", "fairmat-readers-xrd": "fairmat_readers_xrd"}
    monkeypatch.setitem(sys.modules, module.get(package, package), None)
    with pytest.raises(ImportError, match=rf"{package} is needed .*skspectra\[readers\]"):
        read_spectra(write(b"", f"a{suffix}"))


def test_importing_the_readers_imports_no_library():
    script = "import sys, skspectra.io; print(*({'jcamp', 'spc_io', 'pandas'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
