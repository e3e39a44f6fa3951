"""The words of a GENEActiv file: headers, stamps and notes as the maker's devices and software write them."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.clock import wall_iso
from ingest.formats.geneactiv.header import USUAL_GAIN, USUAL_OFFSET

_EXPORT_HEADER_LINES = 100
_OF_SENSOR = ("Sensor type", "Range", "Resolution", "Units", "Additional information")


@dataclass(frozen=True, slots=True)
class Setup:
    """How a device was set up.

    Attributes
    ----------
    rate_hz : float
        The rate that header and pages name; the true one follows from the times.
    serial : str
        Device number.
    gain, offset : tuple of 3 float
        The maker's calibration: g = (100 x value - offset) / gain.
    location : str
        Where it was worn, as ``left ankle``.
    utc_offset_s : int
        Of the computer that set it up.
    gained_s : float or None
        How far the device's clock was ahead when it was read out. The device was set up ten minutes before the first
        sample and read out ten minutes after the last one.
    newline : str
        What ends a line.
    decimal : str
        How the computer writes decimals.
    """

    rate_hz: float
    serial: str = "012345"
    gain: tuple[float, float, float] = (USUAL_GAIN, USUAL_GAIN, USUAL_GAIN)
    offset: tuple[float, float, float] = (USUAL_OFFSET, USUAL_OFFSET, USUAL_OFFSET)
    location: str = ""
    utc_offset_s: int = 0
    gained_s: float | None = None
    newline: str = "\n"
    decimal: str = "."


@dataclass(frozen=True, slots=True)
class Occasions:
    """When the device was set up, took its first sample and was read out, in microseconds on its clock."""

    set_up_us: int
    first_us: int
    read_out_us: int


def bin_header(setup: Setup, when: Occasions, n_pages: int) -> list[str]:
    """The 59 lines above the pages."""
    calibration = [
        f"{axis} {name}:{value:.0f}"
        for axis, *pair in zip("xyz", setup.gain, setup.offset, strict=True)
        for name, value in zip(("gain", "offset"), pair, strict=True)
    ]
    return [
        "Device Identity",
        f"Device Unique Serial Code:{setup.serial}",
        "Device Type:GENEActiv           ",
        "Device Model:1.2                 ",
        "Device Firmware Version:Ver06.17 15June23   ",
        f"Calibration Date:{stamp(when.set_up_us)}",
        "",
        "Device Capabilities",
        "Accelerometer Range:-8 to 8             ",
        "Accelerometer Resolution:0.0039              ",
        "Accelerometer Units:g                   ",
        "Light Meter Range:0 to 20000          ",
        "Light Meter Resolution:3 to 48             ",
        "Light Meter Units:lux                 ",
        "Temperature Sensor Range:0 to 70             ",
        "Temperature Sensor Resolution:0.1                 ",
        "Temperature Sensor Units:deg. C              ",
        "",
        "Configuration Info",
        f"Measurement Frequency:{number(setup.rate_hz, setup)} Hz",
        "Measurement Period:576 Hours",
        f"Start Time:{stamp(when.first_us)}",
        f"Time Zone:{_zone(setup.utc_offset_s)}",
        "",
        "Trial Info",
        *(f"{name}:" for name in ("Study Centre", "Study Code", "Investigator ID", "Exercise Type")),
        "Config Operator ID:",
        f"Config Time:{stamp(when.set_up_us)}",
        "Config Notes:",
        "Extract Operator ID:",
        f"Extract Time:{stamp(when.read_out_us)}",
        f"Extract Notes:{_note(setup)}",
        "",
        "Subject Info",
        f"Device Location Code:{setup.location}",
        "Subject Code:",
        "Date of Birth:1900-01-01",
        *(f"{name}:" for name in ("Sex", "Height", "Weight", "Handedness Code", "Subject Notes")),
        "",
        "Calibration Data",
        *calibration,
        "Volts:60",
        "Lux:988",
        "",
        "Memory Status",
        f"Number of Pages:{n_pages}          ",
        "",
    ]


def export_header(setup: Setup, when: Occasions) -> list[str]:
    """The 100 lines above the rows of a CSV."""
    lines = {
        1: ["Device Type,GENEActiv           ", "Device Model,1.2", f"Device Unique Serial Code,{setup.serial}"],
        4: ["Device Firmware Version,Ver06.17 15June23", f"Calibration Date,{stamp(when.set_up_us)}"],
        6: ["Application name & version ,nightkick"],
        11: [f"Measurement Frequency,{number(setup.rate_hz, setup)} Hz", f"Start Time,{stamp(when.first_us)}"],
        13: ["Last measurement,", f"Device Location Code,{setup.location}", f"Time Zone,{_zone(setup.utc_offset_s)}"],
        21: ["Subject Code,", "Date of Birth,1900-01-01", "Sex,", "Height,", "Weight,", "Handedness Code,"],
        27: ["Subject Notes,"],
        31: ["Study Centre,", "Study Code,", "Investigator ID,", "Exercise Type,", "Config Operator ID,"],
        36: [f"Config Time,{stamp(when.set_up_us)}", "Config Notes,", "Extract Operator ID,"],
        39: [f"Extract Time,{stamp(when.read_out_us)}", f"Extract Notes,{_note(setup)}"],
        51: _sensor("MEMS accelerometer x-axis", "-8 to 8", "0.0039", "g"),
        56: _sensor("MEMS accelerometer y-axis", "-8 to 8", "0.0039", "g"),
        61: _sensor("MEMS accelerometer z-axis", "-8 to 8", "0.0039", "g"),
        66: _sensor("Lux Photodiode 400nm - 1100nm", "0 to 20000", "3 to 48", "lux"),
        71: _sensor("User button event marker", "1 or 0", "", ""),
        76: _sensor("Linear active thermistor", "0 to 70", "0.1", "deg. C"),
    }
    header = [""] * _EXPORT_HEADER_LINES
    for line, texts in lines.items():
        header[line - 1 : line - 1 + len(texts)] = texts
    return header


def _sensor(kind: str, limits: str, resolution: str, units: str) -> list[str]:
    values = (kind, limits, resolution, units, "")
    return [f"{name},{value}" for name, value in zip(_OF_SENSOR, values, strict=True)]


def joined(lines: list[str], setup: Setup) -> bytes:
    """Lines as they stand in the file."""
    return "".join(f"{line}{setup.newline}" for line in lines).encode()


def stamp(us: int) -> str:
    """A moment, cut to milliseconds, with a colon before them."""
    day, clock = wall_iso(us).split("T")
    return f"{day} {clock.replace('.', ':')}"


def number(value: float, setup: Setup) -> str:
    """A number in the computer's language."""
    return f"{value}".replace(".", setup.decimal)


def _zone(offset_s: int) -> str:
    minutes = abs(offset_s) // 60
    return f"GMT {'-' if offset_s < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"


def _note(setup: Setup) -> str:
    if setup.gained_s is None:
        return ""
    grouped = f"{setup.gained_s:,.3f}"
    if setup.decimal == ",":
        grouped = grouped.translate(str.maketrans(",.", ".,"))
    return f"(device clock drift {grouped}s)"
