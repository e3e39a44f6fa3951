"""Writes Axivity CWA files as an AX3 or AX6 would have recorded them, for simulated nights and for tests.

Every sector carries the sequence number, the stamp with a 15-bit fraction of a second, the sample offset and
the checksum that the format asks for (Open Movement, ``cwa.h``), so other readers take the files too.

What the format keeps: values to the device's step; one time per sector, to 1/32768 s. Samples between two
stamps come back evenly spread, so jitter inside a sector is lost. A device stamps each sector near its end;
here the first sector of an uninterrupted stretch is stamped at its first sample and any other at its last,
and no stretch of two or more samples has fewer than two sectors. So both ends of each stretch are exact.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.errors import UsageError
from ingest.formats.axivity import sectors as cwa
from ingest.formats.axivity.clock import JITTER_S, RATE_TOLERANCE
from ingest.writers.axivity_encoding import AX6_SCALE, RANGES_G, one_of, pack, quantised, split_time, stamp

RATES_HZ = tuple(3200.0 / (1 << (15 - code)) for code in range(cwa.RATE_CODES[0], cwa.RATE_CODES[1] + 1))

_ANNOTATION_BYTES = 448
_AX3_HARDWARE, _AX6_HARDWARE = 0x17, 0x64
#: "2000 degrees/s": the gyroscope's columns are zeros.
_GYROSCOPE = 2
_TEMPERATURE_21_C = 242
_MOST_STEPS = 0x3FF
_BATTERY_FULL = 207
_CHUNK_SECTORS = 4096
#: What six bits of years can hold, less a second for rounding up.
_FIRST_US, _LAST_US = np.array(["2000-01-01", "2063-12-31T23:59:59"], dtype="datetime64[us]").astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Setup:
    """How the device was set up: the same in every sector."""

    rate_hz: float
    range_g: int
    packed: bool
    six_axes: bool
    session: int

    @property
    def axes(self) -> int:
        return cwa.PACKED if self.packed else 0x62 if self.six_axes else 0x32

    @property
    def rate_code(self) -> int:
        return RANGES_G[::-1].index(self.range_g) << 6 | cwa.RATE_CODES[0] + RATES_HZ.index(self.rate_hz)

    @property
    def scales(self) -> int:
        """The top six bits of the light field."""
        return (AX6_SCALE[self.range_g] << 13 | _GYROSCOPE << 10) if self.six_axes else 0


@dataclass(frozen=True, slots=True)
class _Plan:
    """One entry a sector: which samples it holds, which of them bears the stamp, its sequence number."""

    start: NDArray[np.int64]
    count: NDArray[np.int64]
    stamped: NDArray[np.int64]
    sequence: NDArray[np.int64]


def write_cwa(
    path: Path,
    time_us: NDArray[np.int64],
    xyz_g: NDArray[np.floating],
    *,
    rate_hz: float,
    serial: int,
    annotation: str = "",
    packed: bool = False,
    six_axes: bool = False,
    range_g: int = 8,
    session: int = 1,
    restarts_at: Collection[int] = (),
    bad_sectors: Collection[int] = (),
    celsius: NDArray[np.floating] | None = None,
) -> None:
    """Write one recording.

    Parameters
    ----------
    path : Path
        Replaced if it exists.
    time_us : int64 array, shape (n,), n >= 1
        Microseconds since 1970 on the device's own (local) clock, 2000 to 2063. Evenly spaced within 5 % of
        the nominal rate; a step that is off by more than half of the nominal one begins a new stretch.
    xyz_g : float array, shape (n, 3)
        Acceleration; rounded to the device's steps and cut at its range, see `axivity_encoding.quantised`.
    rate_hz : float
        Nominal rate, one of `RATES_HZ`. The true one follows from ``time_us``.
    serial : int
        Device number, below 0xFFFF0000.
    annotation : str
        URL-encoded name-value pairs, such as ``_p=left+ankle``; at most 448 bytes.
    packed, six_axes : bool
        AX3 with 3 x 10 bits a sample, or AX6 with a gyroscope (all zeros); neither is an AX3 with 16 bits.
    range_g : int
        End stop, one of `RANGES_G`.
    session : int
        Session number of header and sectors.
    restarts_at : collection of int
        Samples at which the device began anew: a new sector with sequence number 0.
    bad_sectors : collection of int
        Sectors to be given a wrong checksum.
    celsius : float array, shape (n,), optional
        Temperature beside each sample, degrees C; a sector keeps that of its middle one, to 0.3 degrees, NaN as none.
        Without it all sectors say 21.

    Raises
    ------
    UsageError
        Arguments that no device could have recorded, or a path that cannot be written.
    """
    setup = _Setup(rate_hz, range_g, packed, six_axes, session)
    _check_setup(setup)
    _check_samples(time_us, xyz_g)
    header = _header(setup, time_us, serial=serial, annotation=annotation)
    if celsius is not None and celsius.shape != time_us.shape:
        raise UsageError(f"{len(time_us)} times do not fit {len(celsius)} temperatures")
    plan = _plan(setup, time_us, np.unique(np.asarray(list(restarts_at), dtype=np.int64)))
    bad = np.asarray(list(bad_sectors), dtype=np.int64)
    try:
        with path.open("wb") as file:
            file.write(header)
            for first in range(0, len(plan.start), _CHUNK_SECTORS):
                numbers = np.arange(first, min(first + _CHUNK_SECTORS, len(plan.start)))
                sectors = _sectors(setup, plan, numbers, time_us, xyz_g)
                if celsius is not None:
                    middle = plan.start[numbers] + plan.count[numbers] // 2
                    sectors["temperature"] = _temperature_steps(celsius[middle])
                _sum_up(sectors)
                sectors["checksum"] ^= np.isin(numbers, bad)
                file.write(sectors.tobytes())
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", path=path) from error


def _check_setup(setup: _Setup) -> None:
    if setup.rate_hz not in RATES_HZ:
        raise UsageError(f"no Axivity device records at {setup.rate_hz:g} Hz", hint=one_of(RATES_HZ))
    if setup.range_g not in RANGES_G:
        raise UsageError(f"no Axivity device has a range of {setup.range_g} g", hint=one_of(RANGES_G))
    if setup.packed and setup.six_axes:
        raise UsageError("six axes cannot be packed")
    if not 0 <= setup.session <= 0xFFFF_FFFF:
        raise UsageError(f"session {setup.session} does not fit 32 bits")


def _check_samples(time_us: NDArray[np.int64], xyz_g: NDArray[np.floating]) -> None:
    if len(time_us) == 0 or xyz_g.shape != (len(time_us), 3):
        raise UsageError(f"{len(time_us)} times do not fit samples of shape {xyz_g.shape}")
    if not np.isfinite(xyz_g).all():
        raise UsageError("an acceleration is not a finite number")
    if time_us.min() < _FIRST_US or time_us.max() > _LAST_US:
        raise UsageError("an Axivity clock runs from 2000 to 2063")


def _plan(setup: _Setup, time_us: NDArray[np.int64], restarts: NDArray[np.int64]) -> _Plan:
    capacity = cwa.CAPACITY[setup.axes]
    first = _stretches(setup.rate_hz, time_us, restarts)
    length = np.diff(np.append(first, len(time_us)))
    size = np.where(length <= capacity, (length + 1) // 2, capacity)
    sectors = -(-length // size)
    stretch = np.repeat(np.arange(len(first)), sectors)
    number = np.arange(len(stretch))
    place = number - np.repeat(np.cumsum(sectors) - sectors, sectors)
    start = first[stretch] + place * size[stretch]
    count = np.minimum(size[stretch], first[stretch] + length[stretch] - start)
    anew = (place == 0) & np.isin(start, restarts)
    return _Plan(
        start=start,
        count=count,
        stamped=np.where(place == 0, start, start + count - 1),
        sequence=number - np.maximum.accumulate(np.where(anew, number, 0)),
    )


def _stretches(rate_hz: float, time_us: NDArray[np.int64], restarts: NDArray[np.int64]) -> NDArray[np.int64]:
    """First samples of the stretches of even time, after checking that each is near the nominal rate."""
    if len(restarts) and not 0 <= restarts[0] <= restarts[-1] < len(time_us):
        raise UsageError(f"a restart lies outside the {len(time_us)} samples")
    uneven = np.abs(np.diff(time_us) - 1e6 / rate_hz) > 0.5e6 / rate_hz
    breaks = np.flatnonzero(uneven) + 1
    first = np.union1d(np.append(breaks, 0), restarts)
    last = np.append(first[1:], len(time_us)) - 1
    nominal_s, true_s = (last - first) / rate_hz, (time_us[last] - time_us[first]) / 1e6
    if (np.abs(true_s - nominal_s) > RATE_TOLERANCE * nominal_s + JITTER_S).any():
        raise UsageError(
            f"a stretch of samples is too far from {rate_hz:g} Hz", hint=f"at most {RATE_TOLERANCE:.0%} off"
        )
    return first


def _header(setup: _Setup, time_us: NDArray[np.int64], *, serial: int, annotation: str) -> bytes:
    note = annotation.encode()
    if len(note) > _ANNOTATION_BYTES:
        raise UsageError(f"the annotation takes {len(note)} bytes", hint=f"at most {_ANNOTATION_BYTES}")
    if not 0 <= serial < 0xFFFF_0000:
        raise UsageError(f"{serial} is no Axivity device number", hint="below 4294901760")
    start, end = stamp(np.array([time_us.min(), time_us.max()]) // 1_000_000)
    header = np.zeros(1, dtype=cwa.HEADER)
    header["magic"] = int.from_bytes(cwa.HEADER_MAGIC, "little")
    header["hardware"] = _AX6_HARDWARE if setup.six_axes else _AX3_HARDWARE
    header["device_low"], header["device_high"] = serial & 0xFFFF, serial >> 16
    header["session"] = setup.session
    header["start"], header["end"], header["changed"] = start, end, start
    header["gyroscope"] = _GYROSCOPE if setup.six_axes else 0
    header["rate"] = setup.rate_code
    header["zone"] = -1
    header["annotation"] = note.ljust(_ANNOTATION_BYTES, b" ")
    return header.tobytes()


def _sectors(
    setup: _Setup,
    plan: _Plan,
    numbers: NDArray[np.int64],
    time_us: NDArray[np.int64],
    xyz_g: NDArray[np.floating],
) -> NDArray[np.void]:
    start, count, stamped = plan.start[numbers], plan.count[numbers], plan.stamped[numbers]
    whole_s, fraction = split_time(time_us[stamped])
    sectors = np.zeros(len(numbers), dtype=cwa.SECTOR)
    sectors["magic"] = int.from_bytes(cwa.SECTOR_MAGIC, "little")
    sectors["fraction"] = 0x8000 | fraction
    sectors["session"] = setup.session
    sectors["sequence"] = plan.sequence[numbers]
    sectors["stamp"] = stamp(whole_s)
    sectors["light"] = setup.scales
    sectors["temperature"] = _TEMPERATURE_21_C
    sectors["battery"] = _BATTERY_FULL
    sectors["rate"], sectors["axes"] = setup.rate_code, setup.axes
    # The firmware takes off the samples within the fraction, at the nominal rate cut to an integer.
    sectors["offset"] = stamped - start - ((fraction * 2 * int(setup.rate_hz)) >> 16)
    sectors["count"] = count
    samples = quantised(
        xyz_g[start[0] : start[-1] + count[-1]],
        packed=setup.packed,
        six_axes=setup.six_axes,
        range_g=setup.range_g,
    )
    sectors["data"] = _data(setup, samples, start - start[0], count)
    return sectors


def _sum_up(sectors: NDArray[np.void]) -> None:
    words = sectors.view("<u2").reshape(len(sectors), -1)
    sectors["checksum"] = -words.sum(axis=1, dtype=np.uint16)


def _temperature_steps(celsius: NDArray[np.floating]) -> NDArray[np.uint16]:
    """The temperature field: the reverse of `sectors.celsius`."""
    steps = np.clip(np.rint((celsius.astype(np.float64) + 50) * 256 / 75), 1, _MOST_STEPS)
    return np.where(np.isnan(celsius), 0, np.nan_to_num(steps)).astype(np.uint16)


def _data(
    setup: _Setup, samples: NDArray[np.int16], start: NDArray[np.int64], count: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Samples as the 480 bytes of each sector, zeros behind the last one."""
    place = np.arange(cwa.CAPACITY[setup.axes])
    rows = samples[np.minimum(start[:, np.newaxis] + place, len(samples) - 1)]
    rows[place >= count[:, np.newaxis]] = 0
    if setup.packed:
        rows = pack(rows)
    elif setup.six_axes:
        rows = np.concatenate((np.zeros_like(rows), rows), axis=2)
    return np.ascontiguousarray(rows.astype(rows.dtype.newbyteorder("<"))).reshape(len(start), -1).view(np.uint8)
