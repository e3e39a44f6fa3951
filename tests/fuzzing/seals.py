"""Checksums put right after the damage, so that it gets past the first door of a reader and into its rooms."""

from __future__ import annotations

import struct
import zlib
from functools import reduce
from operator import xor

from ingest.formats.fit.crc import fit_crc

_SECTOR = 512
_CWA_HEADER = 1024
_FIT_HEADER = 14
_MATRIX_PACKET = b"MDTCPACK"


def sealed(data: bytes) -> bytes:
    """The same bytes with the checksums of their format right again; as they are where no format has any."""
    return next((seal(data) for belongs, seal in _SEALS if belongs(data)), data)


def _is_cwa(data: bytes) -> bool:
    return data[:2] == b"MD" and data[_CWA_HEADER : _CWA_HEADER + 2] == b"AX"


def _sealed_cwa(data: bytes) -> bytes:
    """The words of each sector add up to zero."""
    whole = len(data) // _SECTOR * _SECTOR
    sectors = [data[:_CWA_HEADER]]
    for start in range(_CWA_HEADER, whole, _SECTOR):
        body = data[start : start + _SECTOR - 2]
        sectors.append(body + struct.pack("<H", -sum(struct.unpack("<255H", body)) % 65_536))
    return b"".join(sectors) + data[whole:]


def _is_gt3x_log(data: bytes) -> bool:
    return data[:1] == b"\x1e" and len(data) > 9


def _sealed_gt3x_log(data: bytes) -> bytes:
    """A record ends with the complement of all its bytes, one over the other."""
    sealed_log, start = bytearray(data), 0
    while start + 9 <= len(data) and data[start] == 0x1E:
        end = start + 8 + int.from_bytes(data[start + 6 : start + 8], "little")
        if end >= len(data):
            break
        sealed_log[end] = reduce(xor, data[start:end]) ^ 0xFF
        start = end + 1
    return bytes(sealed_log)


def _is_fit(data: bytes) -> bool:
    return data[8:12] == b".FIT" and len(data) > _FIT_HEADER + 2


def _sealed_fit(data: bytes) -> bytes:
    """The header says how long the body is; one checksum over the header, one over everything."""
    header = data[:4] + struct.pack("<I", len(data) - _FIT_HEADER - 2) + data[8:12]
    start = header + struct.pack("<H", fit_crc(header)) + data[_FIT_HEADER:-2]
    return start + struct.pack("<H", fit_crc(start))


def _is_matrix(data: bytes) -> bool:
    return _MATRIX_PACKET in data


def _sealed_matrix(data: bytes) -> bytes:
    """A packet begins with the CRC-32 of all behind it; it is taken to end where the next one begins."""
    head, *packets = data.split(_MATRIX_PACKET)
    return _MATRIX_PACKET.join([head, *(struct.pack("<I", zlib.crc32(packet[4:])) + packet[4:] for packet in packets)])


_SEALS = (
    (_is_cwa, _sealed_cwa),
    (_is_gt3x_log, _sealed_gt3x_log),
    (_is_fit, _sealed_fit),
    (_is_matrix, _sealed_matrix),
)
