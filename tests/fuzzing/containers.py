"""Files inside files: a zip or gzip is damaged as it lies there, or unpacked, damaged inside and packed again."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable

#: A path into nested packages: names of members, `GUNZIPPED` for what a gzip holds. Empty for the file itself.
Way = tuple[str, ...]
GUNZIPPED = "(gunzipped)"
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"


def ways_into(data: bytes) -> list[Way]:
    """The file itself and everything packed in it."""
    if data.startswith(_GZIP):
        return [(), *((GUNZIPPED, *way) for way in ways_into(gzip.decompress(data)))]
    if is_zip(data):
        return [(), *((name, *way) for name, member in members_of(data).items() for way in ways_into(member))]
    return [()]


def at(data: bytes, way: Way) -> bytes:
    """What lies at the end of a way; it has to be there."""
    if not way:
        return data
    inside = gzip.decompress(data) if way[0] == GUNZIPPED else members_of(data)[way[0]]
    return at(inside, way[1:])


def changed(data: bytes, way: Way, change: Callable[[bytes], bytes]) -> bytes:
    """The same file with something in it changed and everything round it packed anew; as it is if nothing is there."""
    if not way:
        return change(data)
    if way[0] == GUNZIPPED and data.startswith(_GZIP):
        return gzip.compress(changed(gzip.decompress(data), way[1:], change), 4, mtime=0)
    members = members_of(data) if is_zip(data) else {}
    if way[0] not in members:
        return data
    members[way[0]] = changed(members[way[0]], way[1:], change)
    return zipped(members, stored=_is_stored(data))


def is_zip(data: bytes) -> bool:
    """Whether it begins as a zip."""
    return data.startswith(_ZIP)


def members_of(data: bytes) -> dict[str, bytes]:
    """The members of an intact zip, in its order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: dict[str, bytes], *, stored: bool = False) -> bytes:
    """A zip of which the bytes depend on nothing but the members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return packed.getvalue()


def _is_stored(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return all(entry.compress_type == zipfile.ZIP_STORED for entry in archive.infolist())
