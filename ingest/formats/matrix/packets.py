"""What the bytes of a Matrix file mean: its header, its packets, and which packets can be believed.

All numbers are little-endian. 512 bytes of remarks, which are free text, then the header: ``MDTC``, the number of
packets (u32), the range of the accelerometer in g (u16) and that of the gyroscope (u16). Then packets: ``MDTCPACK``,
the CRC-32 of all that follows in the packet, unix seconds of its start and its end, the numbers of samples of
acceleration, rotation, temperature and heart rate, seven u32 in all, then the samples in this order: three int16
for acceleration and rotation, two for temperature and heart rate. A packet holds minutes, and as many samples as
there were. So read by GGIRread (``readParmayMatrix``) and actipy (``matrix_reader``), which agree. The two temperatures
are tenths of a degree C at the body's surface and around the device (GGIRread); the first is used, and its readings lie
evenly between the packet's stamps.

Acceleration is an int16 of which 32768 stands for the range. Those readers divide positive values by 32767 instead:
thirty parts in a million, less than a step below full scale, for which the integers are not given up.

A packet ends at the latest where the next one begins, so however often its counts lie, no byte is looked at more
than a few times.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ingest.byte_source import ByteSource
from ingest.quality.thermometer import MinuteMeans
from ingest.recording import Temperature

REMARKS_BYTES = 512
HEADER_MAGIC = b"MDTC"
PACKET_MAGIC = b"MDTCPACK"
#: A value of this size stands for the range.
FULL_SCALE_STEPS = 32_768
#: Powers of two that accelerometers have; 8 g in all files seen.
RANGES_G = (2, 4, 8, 16, 32)

HEADER = np.dtype([("magic", "S4"), ("packets", "<u4"), ("range_g", "<u2"), ("gyroscope_range", "<u2")])
_COUNTS = ("acceleration", "rotation", "temperature", "heart")
PACKET = np.dtype(
    [("magic", "S8"), ("crc", "<u4"), ("start_s", "<u4"), ("end_s", "<u4")] + [(n, "<u4") for n in _COUNTS]
)
#: From here on a packet is covered by its checksum.
_SUMMED_FROM = 12
#: actipy speaks of 16 bytes of header but reads 12 of them.
_FIRST_PACKET_AT = REMARKS_BYTES + 16
_WINDOW_BYTES = 1 << 22
_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class PacketSurvey:
    """What was found, from one walk over the file.

    Attributes
    ----------
    packets : array of `PACKET`, shape (n,)
        Those that can be believed and hold acceleration, in file order.
    begin : int64 array, shape (n,)
        Where each begins.
    number : int64 array, shape (n,)
        Its place among all packets and strays, so that a step of more than 1 tells of something left out between.
    n_found : int
        All packets, with those that are damaged or hold no acceleration.
    n_damaged : int
        Packets with a wrong checksum or impossible counts.
    cut_bytes : int
        Bytes of the last packet, which the file's end cuts.
    strays, stray_bytes
        Stretches between packets that are part of none, and are not blank.
    blank_bytes : int
        Zeros or ones between packets and behind the last one.
    temperature : Temperature
        At the body's surface, of all packets with a right checksum.
    said_of_temperature : tuple of str
        What of it was kept out.
    """

    packets: NDArray[np.void]
    begin: NDArray[np.int64]
    number: NDArray[np.int64]
    n_found: int
    n_damaged: int
    cut_bytes: int
    strays: int
    stray_bytes: int
    blank_bytes: int
    temperature: Temperature
    said_of_temperature: tuple[str, ...]


def header_of(data: bytes) -> np.void | None:
    """The file's header from its first bytes; None where it is destroyed."""
    if len(data) < REMARKS_BYTES + HEADER.itemsize:
        return None
    header: np.void = np.frombuffer(data, HEADER, 1, REMARKS_BYTES)[0]
    return header if header["magic"] == HEADER_MAGIC else None


def remarks_of(data: bytes) -> str:
    """The free text at the start of the file, up to the first NUL."""
    return data[:REMARKS_BYTES].split(b"\0", 1)[0].decode("utf-8", "replace")


def acceleration_begins(begin: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the acceleration of packets begins: first of all samples."""
    return begin + PACKET.itemsize


def survey(source: ByteSource) -> PacketSurvey:
    """Find every packet and check it."""
    begin = _marks(source)
    end = np.append(begin[1:], source.size)
    means = MinuteMeans()
    packets, good, stray = _judged(source, begin, end, means)
    temperature, said_of_temperature = means.result()
    sizes = _sizes(packets)
    extra = np.where(good, end - begin - sizes, 0)
    cut = bool(len(begin) and not good[-1] and end[-1] - begin[-1] < sizes[-1])
    ahead = max(int(begin[0] if len(begin) else source.size) - _FIRST_PACKET_AT, 0)
    if ahead and _View(source, _FIRST_PACKET_AT, ahead).is_blank(_FIRST_PACKET_AT, _FIRST_PACKET_AT + ahead):
        ahead = 0
    used = np.flatnonzero(good & (packets["acceleration"] > 0))
    return PacketSurvey(
        packets=packets[used],
        begin=begin[used],
        number=used + (np.cumsum(stray) - stray)[used],
        n_found=len(begin),
        n_damaged=int(np.count_nonzero(~good)) - cut,
        cut_bytes=int(end[-1] - begin[-1]) if cut else 0,
        strays=int(np.count_nonzero(stray)) + bool(ahead),
        stray_bytes=int(extra[stray].sum()) + ahead,
        blank_bytes=int(extra[~stray].sum()),
        temperature=temperature,
        said_of_temperature=said_of_temperature,
    )


def _judged(
    source: ByteSource, begin: NDArray[np.int64], end: NDArray[np.int64], means: MinuteMeans
) -> tuple[NDArray[np.void], NDArray[np.bool_], NDArray[np.bool_]]:
    """The headers of packets, whether each is good, and whether something other than padding follows it.

    The temperature of good ones goes into ``means``, while their bytes are at hand.
    """
    packets = np.zeros(len(begin), PACKET)
    good, stray = np.zeros(len(begin), np.bool_), np.zeros(len(begin), np.bool_)
    windows = np.flatnonzero(np.diff(begin // _WINDOW_BYTES)) + 1
    for start, stop in pairwise([0, *windows.tolist(), len(begin)] if len(begin) else []):
        part = slice(start, stop)
        view = _View(source, int(begin[start]), int(end[stop - 1] - begin[start]))
        packets[part] = view.headers(begin[part], end[part])
        body_end = begin[part] + _sizes(packets[part])
        for i in (np.flatnonzero(body_end <= end[part]) + start).tolist():
            last = int(body_end[i - start])
            good[i] = view.crc(int(begin[i]) + _SUMMED_FROM, last) == packets["crc"][i]
            stray[i] = good[i] and not view.is_blank(last, int(end[i]))
            if good[i] and packets["temperature"][i]:
                _take_temperature(view, int(begin[i]), packets[i], means)
    return packets, good, stray


def _take_temperature(view: _View, begin: int, packet: np.void, means: MinuteMeans) -> None:
    n, n_triples = int(packet["temperature"]), int(packet["acceleration"]) + int(packet["rotation"])
    start_us, end_us = (int(packet[name]) * 1_000_000 for name in ("start_s", "end_s"))
    at = begin + PACKET.itemsize + 6 * n_triples
    for first in range(0, n, _PIECE_BYTES):
        number = np.arange(first, min(first + _PIECE_BYTES, n))
        pairs = np.frombuffer(view.bytes_between(at + 4 * first, at + 4 * (first + len(number))), "<i2").reshape(-1, 2)
        # Where the clock was set inside of a packet, its start is all that can be used.
        time_us = start_us + number * max(end_us - start_us, 0) // n
        means.add(time_us, pairs[:, 0] / np.float32(10))


def _sizes(packets: NDArray[np.void]) -> NDArray[np.int64]:
    """Bytes of packets as their counts have it."""
    triples = packets["acceleration"].astype(np.int64) + packets["rotation"]
    pairs = packets["temperature"].astype(np.int64) + packets["heart"]
    return np.asarray(PACKET.itemsize + 6 * triples + 4 * pairs)


def _marks(source: ByteSource) -> NDArray[np.int64]:
    """Where a packet's mark stands, after the header."""
    after = REMARKS_BYTES + HEADER.itemsize
    found: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    for start in range(after, source.size, _WINDOW_BYTES):
        # As many bytes more that a mark across the border is seen, and seen once.
        data = source.read(start, min(_WINDOW_BYTES + len(PACKET_MAGIC) - 1, source.size - start))
        found.append(np.array([start + mark.start() for mark in re.finditer(PACKET_MAGIC, data)], np.int64))
    return np.concatenate(found)


class _View:
    """The bytes of some packets; what lies beyond a window is read piece by piece."""

    def __init__(self, source: ByteSource, begin: int, length: int) -> None:
        self._source = source
        self._begin = begin
        self._data = source.read(begin, min(length, 2 * _WINDOW_BYTES))

    def _pieces(self, begin: int, end: int) -> Iterator[memoryview | bytes]:
        if end - self._begin <= len(self._data):
            yield memoryview(self._data)[begin - self._begin : end - self._begin]
            return
        for start in range(begin, end, _PIECE_BYTES):
            yield self._source.read(start, min(_PIECE_BYTES, end - start))

    def bytes_between(self, begin: int, end: int) -> bytes:
        return b"".join(self._pieces(begin, end))

    def headers(self, begin: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.void]:
        """The headers of packets that begin here; one that is cut short has impossible counts."""
        headers = np.full((len(begin), PACKET.itemsize), 0xFF, np.uint8)
        whole = end - begin >= PACKET.itemsize
        if whole.any():
            windows = sliding_window_view(np.frombuffer(self._data, np.uint8), PACKET.itemsize)
            headers[whole] = windows[begin[whole] - self._begin]
        packets: NDArray[np.void] = headers.view(PACKET)[:, 0]
        return packets

    def crc(self, begin: int, end: int) -> int:
        crc = 0
        for piece in self._pieces(begin, end):
            crc = zlib.crc32(piece, crc)
        return crc

    def is_blank(self, begin: int, end: int) -> bool:
        return not any(bytes(piece).strip(b"\x00\xff") for piece in self._pieces(begin, end))
