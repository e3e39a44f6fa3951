"""Writes ActiGraph GT3X files as a device and its software would leave them, for tests.

`write_gt3x` makes the present kind, a log of one record a second, among the other records that a log has;
`write_gt3x_v1` the older one, a bare stream of samples. Layout after the maker's descriptions, see
`ingest.formats.actigraph`; other readers take the files too.

What the format keeps: values to the device's step, and the second of every sample. Inside its second a sample
comes back at ``k / rate``, or evenly spread where the second holds a few more or fewer samples; so times come back
within `MOST_STEPS_OFF` steps between samples, and exactly where they lay so. A device begins on a whole second.
"""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.errors import UsageError
from ingest.formats.actigraph.device import SMALL_RANGE_STEPS
from ingest.formats.actigraph.records import Kind
from ingest.formats.actigraph.samples import NEARLY_FULL, places_us
from tests.ingest.formats.actigraph import actigraph_encoding as encoding

#: What the devices offer.
RATES_HZ = tuple(range(30, 101, 10))
SMALL_RANGE_G = 6.0
#: A free-running sensor begins a second up to one step late, and may run apart from the clock within it.
MOST_STEPS_OFF = 3

_US = 1_000_000
_CHUNK_SECONDS = 600
_BATTERY, _BATTERY_MV = 2, 4000
_FELL_ASLEEP, _WOKE_UP = b"\x08", b"\x09"
_CABLE = b"\x5a"
_LAST_SECOND = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class _Setup:
    """How the device was set up."""

    rate_hz: int
    serial: str
    limb: str
    side: str
    utc_offset_s: int | None
    on_utc: bool
    int16: bool
    steps_per_g: float
    range_g: float
    idle_sleep: bool


@dataclass(frozen=True, slots=True)
class _Seconds:
    """One entry a record: its second, its first sample, its number of samples."""

    second: NDArray[np.int64]
    start: NDArray[np.int64]
    count: NDArray[np.int64]


def write_gt3x(
    path: Path,
    time_us: NDArray[np.int64],
    xyz_g: NDArray[np.floating],
    *,
    rate_hz: int,
    serial: str = "MOS2A00004711",
    limb: str = "",
    side: str = "",
    utc_offset_s: int | None = None,
    on_utc: bool = False,
    int16: bool = False,
    steps_per_g: float = 256.0,
    range_g: float = 8.0,
    idle_sleep: bool = False,
    bad_seconds: Collection[int] = (),
    deflated: bool = False,
) -> None:
    """Write one recording.

    Parameters
    ----------
    path : Path
        Replaced if it exists.
    time_us : int64 array, shape (n,), n >= 1
        Microseconds since 1970 on the device's own clock, 1970 to 2106. In each second, to `MOST_STEPS_OFF` steps,
        at ``k / rate_hz`` from its start, or evenly spread if it holds a few more or fewer samples. A time that is not
        later than the one before begins a new record, also in the same second.
    xyz_g : float array, shape (n, 3)
        Acceleration; rounded to the device's steps and cut at its range.
    rate_hz : int
        One of `RATES_HZ`.
    serial : str
        Serial number; see `device.SMALL_RANGE_SERIALS` for those that mean another scale.
    limb, side : str
        Where it is worn, in the words of ActiLife: ``Ankle``, ``Left``.
    utc_offset_s : int or None
        What the computer's clock was ahead of UTC; not written where None.
    on_utc : bool
        Whether the clock shows UTC, as the maker's web portal may set it.
    int16 : bool
        Records of 16 bits an axis (GT9X Link) instead of 12.
    steps_per_g, range_g : float
        Scale and end stop.
    idle_sleep : bool
        Whether the device slept where whole seconds are missing, and marks it.
    bad_seconds : collection of int
        Records, by their number among those with samples, to be given a wrong checksum.
    deflated : bool
        Whether the zip compresses.

    Raises
    ------
    UsageError
        Arguments that no device could have recorded, or a path that cannot be written.
    """
    setup = _Setup(rate_hz, serial, limb, side, utc_offset_s, on_utc, int16, steps_per_g, range_g, idle_sleep)
    _check(time_us, xyz_g, rate_hz)
    seconds = _seconds(time_us, rate_hz)
    bad = np.isin(np.arange(len(seconds.second)), list(bad_seconds))
    log = _log(setup, seconds, xyz_g, bad)
    _write_zip(path, {"log.bin": log, "info.txt": iter((_info(setup, seconds),))}, deflated=deflated)


def write_gt3x_v1(
    path: Path,
    start_us: int,
    xyz_g: NDArray[np.floating],
    *,
    rate_hz: int,
    serial: str = "NEO1B00004711",
    deflated: bool = True,
) -> None:
    """Write one recording of the older kind: +-6 g, a start and a stream of samples.

    Raises
    ------
    UsageError
        Arguments that no device could have recorded, or a path that cannot be written.
    """
    _check(start_us + np.arange(len(xyz_g)), xyz_g, rate_hz)
    values = encoding.quantised(xyz_g, steps_per_g=SMALL_RANGE_STEPS, range_g=SMALL_RANGE_G)
    lines = {
        "Serial Number": serial,
        "Firmware": "2.5.0",
        "Sample Rate": rate_hz,
        "Start Date": encoding.ticks(start_us),
        "Stop Date": 0,
        "Board Revision": 1,
    }
    stream = encoding.pack(values[np.newaxis]).tobytes()
    _write_zip(path, {"activity.bin": iter((stream,)), "info.txt": iter((_lines(lines),))}, deflated=deflated)


def _check(time_us: NDArray[np.int64], xyz_g: NDArray[np.floating], rate_hz: int) -> None:
    if rate_hz not in RATES_HZ:
        raise UsageError(f"no ActiGraph records at {rate_hz:g} Hz", hint=f"one of {', '.join(map(str, RATES_HZ))}")
    if len(time_us) == 0 or xyz_g.shape != (len(time_us), 3):
        raise UsageError(f"{len(time_us)} times do not fit samples of shape {xyz_g.shape}")
    if not np.isfinite(xyz_g).all():
        raise UsageError("an acceleration is not a finite number")
    if time_us.min() < 0 or time_us.max() // _US > _LAST_SECOND:
        raise UsageError("an ActiGraph clock runs from 1970 to 2106")


def _seconds(time_us: NDArray[np.int64], rate_hz: int) -> _Seconds:
    """The records, after checking that the samples lie where a reader will put them."""
    second = time_us // _US
    new = (np.diff(second) != 0) | (np.diff(time_us) <= 0)
    start = np.concatenate(([0], np.flatnonzero(new) + 1))
    count = np.diff(np.append(start, len(time_us)))
    for n in np.unique(count).tolist():
        first = start[count == n]
        place_us = places_us(n, n if n >= NEARLY_FULL * rate_hz else rate_hz)
        off_us = time_us[first[:, np.newaxis] + np.arange(n)] - second[first, np.newaxis] * _US - place_us
        if n > 2 * rate_hz or np.abs(off_us).max() > MOST_STEPS_OFF * _US / rate_hz:
            raise UsageError(
                f"samples that no device at {rate_hz} Hz would take then",
                hint="begin on a whole second, at an even rate",
            )
    return _Seconds(second[start], start, count)


def _log(setup: _Setup, seconds: _Seconds, xyz_g: NDArray[np.floating], bad: NDArray[np.bool_]) -> Iterator[bytes]:
    yield _opening(setup, int(seconds.second[0]))
    kind = Kind.INT16 if setup.int16 else Kind.PACKED
    previous = int(seconds.second[0])
    for first in range(0, len(seconds.second), _CHUNK_SECONDS):
        part = slice(first, min(first + _CHUNK_SECONDS, len(seconds.second)))
        pieces = []
        made = _activity(setup, seconds, part, xyz_g, bad)
        for second, activity in zip(seconds.second[part].tolist(), made, strict=True):
            pieces += [_between(setup, previous, second), activity]
            previous = second
        yield b"".join(pieces)
    yield encoding.record(kind, previous + 1, _CABLE)


def _activity(
    setup: _Setup, seconds: _Seconds, part: slice, xyz_g: NDArray[np.floating], bad: NDArray[np.bool_]
) -> list[bytes]:
    """The records with samples of some seconds; those of one size are made together."""
    second, start, count = seconds.second[part], seconds.start[part], seconds.count[part]
    made: dict[int, bytes] = {}
    for n in np.unique(count).tolist():
        alike = np.flatnonzero(count == n)
        values = encoding.quantised(
            xyz_g[start[alike, np.newaxis] + np.arange(n)],
            steps_per_g=setup.steps_per_g,
            range_g=setup.range_g,
            packed=not setup.int16,
        )
        payload = encoding.spread(values) if setup.int16 else encoding.pack(values)
        rows = encoding.records(Kind.INT16 if setup.int16 else Kind.PACKED, second[alike], payload)
        rows[:, -1] ^= bad[part][alike]
        made |= zip(alike.tolist(), map(bytes, rows), strict=True)
    return [made[number] for number in range(len(second))]


def _between(setup: _Setup, previous: int, second: int) -> bytes:
    """What a device writes on its way from one second with samples to the next."""
    slept = setup.idle_sleep and second > previous + 1
    asleep = encoding.record(Kind.EVENT, previous + 1, _FELL_ASLEEP) if slept else b""
    awake = encoding.record(Kind.EVENT, second, _WOKE_UP) if slept else b""
    battery = encoding.record(_BATTERY, second, _BATTERY_MV.to_bytes(2, "little")) if second % 60 == 0 else b""
    return asleep + awake + battery


def _opening(setup: _Setup, second: int) -> bytes:
    notes = [encoding.metadata(MetadataType="Bio", SubjectName=setup.serial, Limb=setup.limb, Side=setup.side)]
    if setup.utc_offset_s is not None:
        offset = encoding.offset_text(setup.utc_offset_s)
        notes.append(encoding.metadata(MetadataType="LocalTimeLog", UtcOffset=offset, UsedUtc=setup.on_utc))
    values = {
        (0, 55): encoding.parameter_float(setup.steps_per_g),
        (1, 2): 0x80 | 0x100 | (0x04 if setup.idle_sleep else 0),
        (1, 10): setup.rate_hz,
        (1, 12): second,
        (1, 14): second,
    }
    opening = [encoding.record(Kind.METADATA, second, note) for note in notes]
    return b"".join(opening) + encoding.record(Kind.PARAMETERS, second, encoding.parameters(values))


def _info(setup: _Setup, seconds: _Seconds) -> bytes:
    lines: dict[str, object] = {
        "Serial Number": setup.serial,
        "Device Type": "Link" if setup.int16 else "wGT3XBT",
        "Firmware": "1.9.2",
        "Battery Voltage": _BATTERY_MV / 1000,
        "Sample Rate": setup.rate_hz,
        "Start Date": encoding.ticks(int(seconds.second[0]) * _US),
        "Stop Date": 0,
        "Last Sample Time": encoding.ticks((int(seconds.second[-1]) + 1) * _US),
    }
    if setup.utc_offset_s is not None:
        lines["TimeZone"] = encoding.offset_text(setup.utc_offset_s)
    lines |= {
        "Unexpected Resets": 0,
        "Acceleration Scale": setup.steps_per_g,
        "Acceleration Min": -setup.range_g,
        "Acceleration Max": setup.range_g,
    }
    lines |= {name: words for name, words in (("Limb", setup.limb), ("Side", setup.side)) if words}
    return _lines(lines)


def _lines(lines: dict[str, object]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode()


def _write_zip(path: Path, members: dict[str, Iterator[bytes]], *, deflated: bool) -> None:
    method = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    try:
        with zipfile.ZipFile(path, "w") as archive:
            for name, pieces in members.items():
                entry = zipfile.ZipInfo(name)  # with a fixed date, so that the same samples give the same file
                entry.compress_type = method
                with archive.open(entry, "w") as member:
                    for piece in pieces:
                        member.write(piece)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", path=path) from error
