"""What a GT3X file says of its device, its wearer and its clock: ``info.txt``, metadata and parameter records.

After the maker's "GT3X File Format" (info.txt, METADATA, PARAMETERS). The same facts stand in several places. The
scale is taken from the device's own parameters, as that description asks for, then from info.txt, then by serial
number. Everything else comes from info.txt first; the records serve a file that lost it.

The clock is that of the computer that set the device up, and free-running from then on: it knows no change of
daylight-saving time, so the offset at that moment serves the whole recording. Some files of the maker's web
portal run on UTC and say so. ``Dominance`` names no side of the body and is not used.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.formats.actigraph.encoded_floats import parameter_float
from ingest.formats.actigraph.records import Kind
from ingest.placement import placement_from
from ingest.recording import Device, DeviceClock, Placement

#: +-6 g in 12 bits (GT3X+ and ActiSleep+; wGT3X+); all others have +-8 g.
SMALL_RANGE_SERIALS = ("NEO", "MRA", "CLE")
SMALL_RANGE_STEPS, USUAL_STEPS = 341.0, 256.0

#: Devices offer 30 to 256 Hz.
_RATES_HZ = (1, 1000)
_STEPS = (16, 1 << 15)
_FULL_SCALES_G = (1, 64)
_TICKS_A_SECOND = 10_000_000
#: .NET ticks at 1970-01-01 and at the end of the year 9999.
_EPOCH_TICKS, _LAST_TICKS = 621_355_968_000_000_000, 3_155_378_975_999_999_999
_OFFSET = re.compile(r"([+-]?)(\d{1,2}):(\d\d)(?::(\d\d))?", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{0,12})?", re.ASCII)
#: Address space and identifier of parameters.
_ACCEL_SCALE, _SAMPLE_RATE = (0, 55), (1, 10)

Note = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Setup:
    """How the device was set up.

    Attributes
    ----------
    rate_hz : float or None
        What the file says.
    steps_per_g : float
        Steps of its values.
    full_scale_g : float or None
        Where the sensor clips.
    start_us : int or None
        When it was to begin, on its own clock.
    problems : tuple of str
        What it does not say, or says twice and differently.
    """

    device: Device
    placement: Placement
    clock: DeviceClock
    rate_hz: float | None
    steps_per_g: float
    full_scale_g: float | None
    start_us: int | None
    problems: tuple[str, ...]


def setup(info: dict[str, str], notes: Sequence[Note] = (), *, steps_per_g: float | None = None) -> Setup:
    """Bring together what info.txt and the records say.

    Parameters
    ----------
    info : dict
        From `parsed`.
    notes : sequence of (kind, payload)
        Metadata and parameter records.
    steps_per_g : float or None
        The scale where the format fixes it.
    """
    parameters = _parameters(notes)
    metadata = list(_metadata(notes))
    serial = info.get("serial number", "")
    steps, problems = (steps_per_g, ()) if steps_per_g else _steps(info, parameters, serial)
    rate_hz = _between(number(info.get("sample rate", "")), _RATES_HZ)
    if rate_hz is None and _SAMPLE_RATE in parameters:
        rate_hz = _between(float(parameters[_SAMPLE_RATE]), _RATES_HZ)
    return Setup(
        device=Device("ActiGraph", info.get("device type", ""), serial),
        placement=_placement(info, metadata),
        clock=_clock(info, metadata),
        rate_hz=rate_hz,
        steps_per_g=steps,
        full_scale_g=_between(number(info.get("acceleration max", "")), _FULL_SCALES_G),
        start_us=ticks_us(info.get("start date", "")),
        problems=problems,
    )


def parsed(content: bytes) -> dict[str, str]:
    """The pairs of info.txt, a line each; names in small letters."""
    pairs = (line.partition(":") for line in content.decode("utf-8-sig", "replace").splitlines())
    return {name.strip().casefold(): value.strip() for name, colon, value in pairs if colon}


def is_uncalibrated(content: bytes) -> bool:
    """Whether calibration.json says that the values still want the correction in it."""
    said = _json(content)
    return said.get("isCalibrated") is False


def number(text: str) -> float | None:
    """A number with a decimal point or, from a computer set up so, a comma; None for anything else."""
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def ticks_us(text: str) -> int | None:
    """.NET ticks (100 ns since the year 1) as microseconds since 1970; None for 0, which means unset."""
    if not re.fullmatch(r"\d{1,19}", text, re.ASCII) or not 0 < int(text) <= _LAST_TICKS:
        return None
    return (int(text) - _EPOCH_TICKS) * 1_000_000 // _TICKS_A_SECOND


def offset_s(text: str) -> int | None:
    """``-05:00:00`` or ``02:00:00`` in seconds east of UTC."""
    found = _OFFSET.fullmatch(text)
    if found is None:
        return None
    sign, hours, minutes, seconds = found.groups(default="0")
    total = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    return -total if sign == "-" else total


def _between(value: float | None, bounds: tuple[float, float]) -> float | None:
    return value if value is not None and bounds[0] <= value <= bounds[1] else None


def _parameters(notes: Sequence[Note]) -> dict[tuple[int, int], int]:
    found = {}
    for kind, payload in notes:
        if kind == Kind.PARAMETERS:
            for space, identifier, value in struct.iter_unpack("<HHI", payload[: len(payload) // 8 * 8]):
                found[space, identifier] = value
    return found


def _metadata(notes: Sequence[Note]) -> Iterator[dict[str, Any]]:
    for kind, payload in notes:
        if kind == Kind.METADATA:
            yield _json(payload)


def _json(content: bytes) -> dict[str, Any]:
    """A JSON object; empty where there is none."""
    try:
        said = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _steps(info: dict[str, str], parameters: dict[tuple[int, int], int], serial: str) -> tuple[float, tuple[str, ...]]:
    own = parameter_float(parameters[_ACCEL_SCALE]) if _ACCEL_SCALE in parameters else None
    own, said = _between(own, _STEPS), _between(number(info.get("acceleration scale", "")), _STEPS)
    if own is not None and said is not None and not math.isclose(own, said, rel_tol=1e-3):
        return own, (f"info.txt says {said:g} steps a g, the device itself {own:g}: the device's are used",)
    known = own if said is None else said
    if known is not None:
        return known, ()
    if serial.startswith(SMALL_RANGE_SERIALS):
        return SMALL_RANGE_STEPS, ()
    return USUAL_STEPS, (f"the file names no scale: {USUAL_STEPS:g} steps a g are assumed",)


def _placement(info: dict[str, str], metadata: list[dict[str, Any]]) -> Placement:
    words = [info.get(name, "") for name in ("limb", "side")]
    if not any(words):
        words = [str(said.get(name, "")) for said in metadata for name in ("Limb", "Side")]
    return placement_from(" ".join(words))


def _clock(info: dict[str, str], metadata: list[dict[str, Any]]) -> DeviceClock:
    offsets = {str(said.get("MetadataType")): offset_s(str(said.get("UtcOffset"))) for said in metadata}
    local = offset_s(info.get("timezone", ""))
    if any(said.get("MetadataType") == "LocalTimeLog" and said.get("UsedUtc") is True for said in metadata):
        subject = offsets.get("SubjectTimeLog")
        return DeviceClock("utc", local if subject is None else subject)
    return DeviceClock("local", offsets.get("LocalTimeLog") if local is None else local, runs_on=True)
