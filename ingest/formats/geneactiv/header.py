"""What the text above the samples of a GENEActiv file says.

The ``.bin`` file and the CSV carry the same facts, as ``name:value`` and as ``name,value``. Fields are found by
name and not by line, because headers shorter than the usual 59 lines exist. Values are padded with blanks or NULs,
and numbers follow the language of the computer: ``85.7 Hz`` or ``85,7 Hz``.

The layout is that of the maker's "GENEActiv Instructions for Use". The clock is that of the computer that set the
device up and runs on through a change of daylight-saving time; ``Time Zone`` is that computer's offset at the time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from ingest.clock import microseconds
from ingest.placement import placement_from
from ingest.recording import Device, Placement

#: The real ones have 1.5 to 3 kB.
MOST_BYTES = 16 << 10
#: What a device puts in its header when the battery ran flat before the download (release notes of GGIRread 0.3.3;
#: GENEAcore knows the same moment, 2010-09-16 09:08:54).
RESET_DAY = date(2010, 9, 16)
#: 0.0039 g a step, as each header says.
USUAL_GAIN, USUAL_OFFSET = 25_600, 0

_AXES = "xyz"
_TELLING = frozenset({"Device Type", "Time Zone", "Config Time", "x gain"})
#: Real gains are within 3 % of the usual one; a factor of two leaves room for every sensor and for no damaged digit.
_GAINS = (USUAL_GAIN / 2, USUAL_GAIN * 2)
_NUMBER = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,9})?", re.ASCII)
_MOMENT = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[:.,](\d{1,3}))?(?!\d)", re.ASCII)
_OFFSET = re.compile(r"GMT\s*([+-]?)(\d{1,2})(?::?([0-5]\d))?(?!\d)", re.ASCII)
_DRIFT = re.compile(r"clock drift\s*([+-]?)([\d.,' \u00a0\u202f]{1,40}?)\s*s\b", re.ASCII)
_RANGE = re.compile(r"-?\d{1,3} to (\d{1,3})\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class FactoryCalibration:
    """The maker's calibration: g = (100 x value - offset) / gain, per axis.

    Attributes
    ----------
    gain, offset : tuple of 3 float
        x, y, z.
    assumed : str
        The axes of which the header says nothing possible, so that the usual figures had to do.
    """

    gain: tuple[float, float, float]
    offset: tuple[float, float, float]
    assumed: str


@dataclass(frozen=True, slots=True)
class BinHeader:
    """What a header says; None or empty where it does not. Times are microseconds on the device's clock.

    Attributes
    ----------
    rate_hz : float or None
        As it was set up.
    n_pages : int or None
        As counted by the device. It need not be true.
    configured_us, extracted_us : int or None
        When the device was set up and when it was read out, by the clocks of the computers that did it.
    start_us : int or None
        When it was to begin.
    gained_s : float or None
        How far the device's clock was ahead of the computer's when it was read out.
    full_scale_g : float or None
        The range of its accelerometer.
    says_nothing : bool
        Whether there is no header at all; a serial number and a rate are named by each page as well.
    """

    device: Device
    placement: Placement
    utc_offset_s: int | None
    rate_hz: float | None
    n_pages: int | None
    start_us: int | None
    configured_us: int | None
    extracted_us: int | None
    gained_s: float | None
    full_scale_g: float | None
    calibration: FactoryCalibration
    says_nothing: bool

    @property
    def was_reset(self) -> bool:
        """Whether it holds the times of a device whose battery ran flat."""
        return any(is_reset(moment_us) for moment_us in (self.start_us, self.configured_us))


def parsed(text: bytes, separator: str = ":") -> BinHeader:
    """Read a header.

    Parameters
    ----------
    text : bytes
        The beginning of the file; whatever is no field is passed over.
    separator : str
        What stands between name and value.
    """
    said = fields(text, separator)
    model = " ".join(filter(None, (said.get("Device Type", ""), said.get("Device Model", ""))))
    pages = said.get("Number of Pages", "")
    full_scale = _RANGE.match(said.get("Accelerometer Range", said.get("Range", "")))
    return BinHeader(
        device=Device("Activinsights", model or "GENEActiv", said.get("Device Unique Serial Code", "")),
        placement=placement_from(said.get("Device Location Code", "")),
        utc_offset_s=offset_s(said.get("Time Zone", "")),
        rate_hz=number(said.get("Measurement Frequency", "")),
        n_pages=int(pages) if re.fullmatch(r"\d{1,9}", pages, re.ASCII) else None,
        start_us=moment_us(said.get("Start Time", "")),
        configured_us=moment_us(said.get("Config Time", "")),
        extracted_us=moment_us(said.get("Extract Time", "")),
        gained_s=drift_s(said.get("Extract Notes", "")),
        full_scale_g=float(full_scale[1]) if full_scale else None,
        calibration=_calibration(said),
        says_nothing=not _TELLING.intersection(said),
    )


def fields(text: bytes, separator: str = ":") -> dict[str, str]:
    """The first value of every name, without the padding."""
    found: dict[str, str] = {}
    for line in text.decode("utf-8-sig", "replace").split("\n"):
        name, between, value = line.partition(separator)
        if between:
            found.setdefault(name.strip(), value.strip(f" \t\r\0{separator}"))
    return found


def number(text: str) -> float | None:
    """The number that a text begins with, with a decimal point or comma."""
    found = _NUMBER.match(text)
    return float(found[0].replace(",", ".")) if found else None


def moment_us(text: str) -> int | None:
    """``2011-10-09 10:16:39:671`` as microseconds since 1970; also ``2011-10-9 11:24:8:453``, as some CSVs have it."""
    found = _MOMENT.match(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, millis = (int(part or 0) for part in found.groups())
    try:
        moment = datetime(year, month, day, hour, minute, second, millis * 1_000, tzinfo=UTC)
    except ValueError:
        return None
    return microseconds(moment)


def is_reset(us: int | None) -> bool:
    """Whether a moment lies on the day on which a clock begins anew after a flat battery."""
    return us is not None and us // 86_400_000_000 == (RESET_DAY - date(1970, 1, 1)).days


def offset_s(text: str) -> int | None:
    """``GMT +01:00``, ``GMT +01`` or ``GMT -05:00`` in seconds east of UTC."""
    found = _OFFSET.match(text)
    if found is None:
        return None
    sign, hours, minutes = found.groups(default="0")
    east = int(hours) * 3600 + int(minutes) * 60
    return -east if sign == "-" else east


def drift_s(text: str) -> float | None:
    """The figure in ``(device clock drift -33,078,823.924s)`` or ``(device clock drift 0,283s)``.

    It is always printed with three decimals, so that a single comma or point is the decimal one. Of two kinds the
    later one is; a kind that occurs twice only groups digits.
    """
    found = _DRIFT.search(text)
    if found is None:
        return None
    figure = re.sub(r"[^\d.,]", "", found[2])
    last = max(figure.rfind("."), figure.rfind(","))
    if last >= 0 and figure.count(figure[last]) == 1:
        whole, decimals = figure[:last], figure[last + 1 :]
    else:
        whole, decimals = figure, ""
    digits = re.sub(r"[.,]", "", whole)
    if not digits:
        return None
    return float(f"{found[1]}{digits}.{decimals or 0}")


def _calibration(said: dict[str, str]) -> FactoryCalibration:
    found = {axis: _axis(said, axis) for axis in _AXES}
    x, y, z = (pair or (float(USUAL_GAIN), float(USUAL_OFFSET)) for pair in found.values())
    assumed = "".join(axis for axis, pair in found.items() if pair is None)
    return FactoryCalibration((x[0], y[0], z[0]), (x[1], y[1], z[1]), assumed)


def _axis(said: dict[str, str], axis: str) -> tuple[float, float] | None:
    """Gain and offset of one axis where they can be true: an offset of at most 1 g."""
    gain, offset = (number(said.get(f"{axis} {name}", "")) for name in ("gain", "offset"))
    if gain is None or offset is None or not _GAINS[0] <= gain <= _GAINS[1] or abs(offset) > gain:
        return None
    return gain, offset
