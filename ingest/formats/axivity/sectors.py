"""What the bytes of an Axivity CWA file mean: its header, its sectors, and which sectors can be believed.

Layout after the maker's description (Open Movement, ``cwa.h`` and "AX Device - Technical Documentation"):
1024 bytes of header, then sectors of 512 bytes, all little-endian. A sector is believed when its 16-bit
words sum to zero *and* its fields can be true: a checksum alone also fits a sector of zeros. A checksum word
of 0 is nothing special here: it occurs by chance once in 65,536 sectors, and no description of the format
gives it the meaning "not checked". Very old firmware left the rate code 0 and wrote the rate in Hz where the place of
the stamp stands now, so that a stamp is good to a second only and its place is unknown (GGIRread and its followers
take it for the first sample's). Such sectors are told apart, and not read.

Everything here is a pure function of bytes. Times are made in `clock`, files are read in `reader`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import parse_qs

import numpy as np
from numpy.typing import NDArray

HEADER_BYTES = 1024
SECTOR_BYTES = 512
HEADER_MAGIC = b"MD\xfc\x03"
SECTOR_MAGIC = b"AX\xfc\x01"

HEADER = np.dtype(
    [
        ("magic", "<u4"),
        ("hardware", "u1"),
        ("device_low", "<u2"),
        ("session", "<u4"),
        ("device_high", "<u2"),
        ("start", "<u4"),
        ("end", "<u4"),
        ("unused_a", "V14"),
        ("gyroscope", "u1"),
        ("rate", "u1"),
        ("changed", "<u4"),
        ("firmware", "u1"),
        ("zone", "<i2"),
        ("unused_b", "V20"),
        ("annotation", "V448"),
        ("unused_c", "V512"),
    ]
)

SECTOR = np.dtype(
    [
        ("magic", "<u4"),
        ("fraction", "<u2"),
        ("session", "<u4"),
        ("sequence", "<u4"),
        ("stamp", "<u4"),
        ("light", "<u2"),
        ("temperature", "<u2"),
        ("events", "u1"),
        ("battery", "u1"),
        ("rate", "u1"),
        ("axes", "u1"),
        ("offset", "<i2"),
        ("count", "<u2"),
        ("data", "u1", (480,)),
        ("checksum", "<u2"),
    ]
)

#: What is kept of every believed sector while its samples stay in the file: 24 of 512 bytes.
STAMP = np.dtype(
    [(name, SECTOR[name]) for name in ("fraction", "session", "sequence", "stamp", "light", "temperature")]
    + [(name, SECTOR[name]) for name in ("rate", "axes", "offset", "count")]
)

PACKED = 0x30
#: Samples that fit a sector, by the code for number of axes (high nibble) and packing (low nibble).
CAPACITY = {PACKED: 120, 0x32: 80, 0x62: 40, 0x92: 26}
#: The lowest and highest code with a documented rate: 6.25 and 3200 Hz.
RATE_CODES = (6, 15)
#: The same in Hz, as very old firmware wrote it, cut to whole numbers.
EARLY_HZ = (6, 3200)

_DATA_BYTES = SECTOR["data"].itemsize
_DATA_AT = SECTOR_BYTES - SECTOR["checksum"].itemsize - _DATA_BYTES
_MAGIC_WORD = int.from_bytes(SECTOR_MAGIC, "little")
_CAPACITY_BY_CODE = np.zeros(256, dtype=np.int64)
_CAPACITY_BY_CODE[list(CAPACITY)] = list(CAPACITY.values())
_AX6_HARDWARE = 0x64
_UNSET_WORD = 0xFFFF
_TOP_TEN_BITS = np.uint32(0xFFC0_0000)


class SectorVerdict(IntEnum):
    """Why a sector is believed or not; the first reason that applies."""

    GOOD = 0
    BLANK = 1
    FOREIGN = 2
    BAD_CHECKSUM = 3
    NONSENSE = 4
    EARLY = 5


@dataclass(frozen=True, slots=True)
class CwaHeader:
    """What the file header says; ``serial`` is empty where it says nothing usable."""

    serial: str
    model: str
    annotation: str


def as_sectors(data: bytes) -> NDArray[np.void]:
    """View whole sectors; bytes after the last whole one are left out."""
    return np.frombuffer(data, dtype=SECTOR, count=len(data) // SECTOR_BYTES)


def judge(sectors: NDArray[np.void]) -> NDArray[np.uint8]:
    """Give each sector its `SectorVerdict`."""
    words = sectors.view("<u2").reshape(-1, SECTOR_BYTES // 2)
    verdict = np.where(_is_possible(sectors), SectorVerdict.GOOD, SectorVerdict.NONSENSE).astype(np.uint8)
    verdict[(verdict == SectorVerdict.NONSENSE) & _is_early(sectors)] = SectorVerdict.EARLY
    # uint16 wraps around, which is how the checksum is defined.
    verdict[words.sum(axis=1, dtype=np.uint16) != 0] = SectorVerdict.BAD_CHECKSUM
    foreign = np.flatnonzero(sectors["magic"] != _MAGIC_WORD)
    verdict[foreign] = SectorVerdict.FOREIGN
    blank = (words[foreign] == words[foreign, :1]).all(axis=1) & np.isin(words[foreign, 0], (0, _UNSET_WORD))
    verdict[foreign[blank]] = SectorVerdict.BLANK
    return verdict


def stamps_of(sectors: NDArray[np.void]) -> NDArray[np.void]:
    """Copy the fields of `STAMP` out of their sectors."""
    stamps = np.empty(len(sectors), dtype=STAMP)
    for name in STAMP.names or ():
        stamps[name] = sectors[name]
    return stamps


def capacity(axes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Samples that fit a sector of this layout code; 0 for a layout that does not exist."""
    return _CAPACITY_BY_CODE[axes]


def rate_hz(code: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Nominal samples per second of a rate code."""
    return 3200.0 / (1 << (15 - (code & 0x0F).astype(np.int64)))


def full_scale_g(code: int) -> float:
    """End stop of the accelerometer that a rate code names."""
    return float(16 >> (code >> 6))


def step_g(axes: int, light: int) -> float:
    """Size of one step of `values`: 1/256 g when packed, else by the scale in the light field's top bits."""
    return 1 / 256 if axes == PACKED else 1 / (1 << (8 + (light >> 13)))


def celsius(temperature: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Degrees C of the temperature field; NaN for 0, which stands for none.

    The lower 10 bits are those of a converter behind an MCP9700 (Open Movement, ``omapi``: the value
    ``OM_VALUE_TEMPERATURE_MC`` in ``omapi-reader.c``). Older converters of the maker took an MCP9701 for granted and
    are up to 7 degrees lower (openmovement issue 11).
    """
    steps = (temperature & 0x3FF).astype(np.float32)
    return np.where(steps > 0, steps * np.float32(75 / 256) - np.float32(50), np.float32(np.nan))


def values(sectors: NDArray[np.void], axes: int) -> NDArray[np.int16]:
    """Decode the acceleration of sectors that share a layout.

    Returns
    -------
    int16 array, shape (n sectors, capacity, 3)
        x y z in steps of `step_g`; rows from the sector's ``count`` on mean nothing.
    """
    if axes == PACKED:
        return _unpack(np.ascontiguousarray(sectors["data"]).view("<u4"))
    words = sectors.view("<i2").reshape(len(sectors), -1)
    return _unpacked(words[:, _DATA_AT // 2 :], columns=axes >> 4)


def seconds(stamp: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Turn packed date-times into seconds since 1970 on the same clock, and say which ones exist."""
    year, month, day = stamp >> 26, (stamp >> 22) & 0x0F, (stamp >> 17) & 0x1F
    hour, minute, second = (stamp >> 12) & 0x1F, (stamp >> 6) & 0x3F, stamp & 0x3F
    months = (year.astype(np.int64) + 30) * 12 + month.astype(np.int64) - 1
    first_day = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    next_month = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    exists = (month >= 1) & (month <= 12) & (day >= 1) & (day <= next_month - first_day)
    exists &= (hour < 24) & (minute < 60) & (second < 60)
    days = first_day + day.astype(np.int64) - 1
    clock = hour.astype(np.int64) * 3600 + minute.astype(np.int64) * 60 + second.astype(np.int64)
    return days * 86_400 + clock, exists


def parse_header(data: bytes) -> CwaHeader | None:
    """Read the file header; None where it is not one."""
    if len(data) < HEADER_BYTES or not data.startswith(HEADER_MAGIC):
        return None
    header = np.frombuffer(data, dtype=HEADER, count=1)[0]
    high = int(header["device_high"])
    serial = int(header["device_low"]) + ((0 if high == _UNSET_WORD else high) << 16)
    note = bytes(header["annotation"]).rstrip(b"\x00\x20\xff").decode("utf-8", errors="replace")
    unset = serial in (0, _UNSET_WORD)
    model = "AX6" if int(header["hardware"]) == _AX6_HARDWARE else "AX3"
    return CwaHeader(serial="" if unset else str(serial), model=model, annotation=note)


def site_note(annotation: str) -> str:
    """Return the part of the annotation that may say where the device was worn.

    The configuration tool writes name-value pairs in URL encoding, with the site under ``_p``. Other pairs
    hold names, notes and handedness and must not be searched for body parts. Free text is taken whole.
    """
    if "=" not in annotation:
        return annotation.replace("\x00", " ").strip()
    return " ".join(parse_qs(annotation, errors="replace").get("_p", []))


def _is_possible(sectors: NDArray[np.void]) -> NDArray[np.bool_]:
    rate = sectors["rate"] & 0x0F
    known: NDArray[np.bool_] = (rate >= RATE_CODES[0]) & (rate <= RATE_CODES[1])
    return _is_filled_right(sectors) & known


def _is_early(sectors: NDArray[np.void]) -> NDArray[np.bool_]:
    """Whether the rate stands in Hz where very old firmware wrote it."""
    rate = sectors["offset"]
    early: NDArray[np.bool_] = (sectors["rate"] == 0) & (rate >= EARLY_HZ[0]) & (rate <= EARLY_HZ[1])
    return _is_filled_right(sectors) & early


def _is_filled_right(sectors: NDArray[np.void]) -> NDArray[np.bool_]:
    fits = capacity(sectors["axes"])
    _, exists = seconds(sectors["stamp"])
    right: NDArray[np.bool_] = exists & (fits > 0) & (sectors["count"] <= fits)
    return right


def _unpack(words: NDArray[np.uint32]) -> NDArray[np.int16]:
    # eezzzzzz zzzzyyyy yyyyyyxx xxxxxxxx: each axis goes to the top of a signed word and its neighbour out
    # of the word, so that one shift down both extends the sign and leaves the value multiplied by 2**ee.
    down = (22 - (words >> 30)).astype(np.int32)
    out = np.empty((*words.shape, 3), dtype=np.int16)
    for axis, up in enumerate((22, 12, 2)):
        out[..., axis] = ((words << up) & _TOP_TEN_BITS).view(np.int32) >> down
    return out


def _unpacked(words: NDArray[np.int16], columns: int) -> NDArray[np.int16]:
    rows = _DATA_BYTES // (2 * columns)
    table = words[:, : rows * columns].reshape(len(words), rows, columns)
    first = 0 if columns == 3 else 3  # a gyroscope's three columns come before the accelerometer's
    out = np.empty((len(words), rows, 3), dtype=np.int16)
    for axis in range(3):  # a quarter of the time of copying runs of three
        out[..., axis] = table[..., first + axis]
    return out
