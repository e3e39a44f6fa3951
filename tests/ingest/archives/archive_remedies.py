"""Refusals of archives and of files that cannot be had, with what their owner does about it.

Unlike a `Remedy`, these need a limit made small, a disk that is full, or a file that changes under the reader.
"""

from __future__ import annotations

import errno
import gzip
import os
import socket
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest

from ingest import Recording, byte_source, read_recording
from ingest.archives import unpacking
from ingest.archives.own_files import G_PER_VALUE, SHA256
from ingest.archives.reading import MOST_DEEP, Unpacked, is_archive, unpacked
from ingest.archives.zips import content as zip_content
from ingest.archives.zips import find, opened
from ingest.recognising import sniff
from ingest.recording import DeviceClock
from ingest.tables import textfile
from ingest.tables.sheet import open_sheet
from ingest.tables.table import Table, decode
from tests.ingest.archives.zip_files import directory_entry, patched
from tests.ingest.format_remedies.whole import changed
from tests.ingest.making import MAGIC, FakeReader, decoded
from tests.ingest.recognising.foreign_remedies import WHOLE, cwa
from tests.ingest.remedies import BERLIN, Write
from tests.ingest.tables.table_remedies import gt3x

Patch = pytest.MonkeyPatch
Limit = tuple[ModuleType, str, float]
READING, UNPACKING, CONTENT = "archives/reading.py", "archives/unpacking.py", "archives/zips/content.py"
BYTES, INPUT = "byte_source.py", "input_file.py"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A refusal, and one of the ways out that it names, as in a `Remedy`.

    Attributes
    ----------
    refused
        Raises it. What it patches stays patched for ``mended``, unless it takes it back itself.
    """

    module: str
    hint: str
    says: str
    refused: Callable[[Path, Patch], object]
    mended: Write


def recordings_in(path: Path) -> list[Recording]:
    """What a file holds: itself, or what comes out of it where it is an archive; raises what does not."""
    if not is_archive(path):
        return [read_recording(path, lambda _: BERLIN)]
    found = []
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        for item in unpacked(path, Path(folder)):
            if not isinstance(item, Unpacked):
                raise item
            found.append(read_recording(item.file, lambda _: BERLIN))
    return found


def zipped(*members: tuple[str, Write], method: int = zipfile.ZIP_DEFLATED) -> Write:
    """An archive of these files."""

    def write(path: Path) -> Path:
        path = path.with_suffix(".zip")
        with zipfile.ZipFile(path, "w", method) as archive:
            for i, (name, member) in enumerate(members):
                archive.writestr(zipfile.ZipInfo(name), member(path.with_name(f"in{i}")).read_bytes(), method)
        return path

    return write


def repacked(whole: Write, method: int) -> Write:
    """The same zip with its members packed another way."""

    def write(path: Path) -> Path:
        source = whole(path.with_name("source"))
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", method) as new:
            for info in old.infolist():
                new.writestr(info.filename, old.read(info), method)
        return path

    return write


def nested(deep: int) -> Write:
    """Archives in archives."""
    whole = WHOLE
    for level in range(deep):
        whole = zipped(("n.csv" if level == 0 else "z.zip", whole))
    return whole


def _directory(whole: Write, name: bytes, offset: int, form: str, value: int) -> Write:
    return changed(whole, lambda data: patched(data, directory_entry(data, name) + offset, form, value))


def _everywhere_encrypted(data: bytes) -> bytes:
    """Every entry of the directory says that its member is encrypted."""
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data = patched(data, at + 8, "<H", 1)
        at = data.find(b"PK\x01\x02", at + 4)
    return data


def read(write: Write, *limits: Limit) -> Callable[[Path, Patch], object]:
    """Read a file, with limits of modules made smaller."""

    def attempt(folder: Path, patch: Patch) -> object:
        for module, name, value in limits:
            patch.setattr(module, name, value)
        return recordings_in(write(folder / "refused"))

    return attempt


def _failing(code: int) -> Callable[[Path, Patch], object]:
    """Read a file that the system does not open."""

    def attempt(folder: Path, patch: Patch) -> object:
        path = WHOLE(folder / "refused")

        def fail(*_args: object, **_more: object) -> int:
            raise OSError(code, os.strerror(code))

        with patch.context() as only_now:
            only_now.setattr(os, "open", fail)
            return read_recording(path)

    return attempt


def _at(make: Callable[[Path], object], name: str = "refused") -> Callable[[Path, Patch], object]:
    """Read what ``make`` puts under a path, or only names."""

    def attempt(folder: Path, _patch: Patch) -> object:
        path = folder / name
        made = make(path)
        try:
            return read_recording(made if isinstance(made, Path) else path)
        finally:
            if isinstance(made, socket.socket):
                made.close()

    return attempt


def _full_disk(folder: Path, patch: Patch) -> object:
    def fail() -> object:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = changed(cwa, gzip.compress)(folder / "refused")
    with patch.context() as only_now:
        only_now.setattr(tempfile, "TemporaryFile", fail)
        return read_recording(path)


def _full_disk_of_archive(folder: Path, patch: Patch) -> object:
    path = zipped(("a.csv", WHOLE))(folder / "refused")
    real: Callable[..., Any] = Path.open

    def fail(at: Path, mode: str = "r", *more: Any, **named: Any) -> Any:
        if mode == "xb":
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(at, mode, *more, **named)

    with patch.context() as only_now:
        only_now.setattr(Path, "open", fail)
        return recordings_in(path)


def _kept_samples(path: Path) -> Path:
    """As they lie beside a database."""
    table = pl.DataFrame({"time": [0], "x": [0], "y": [0], "z": [256]})
    table.write_parquet(path, metadata={G_PER_VALUE: "0.00390625", SHA256: "0" * 64})
    return path


def _shrinking(folder: Path, _patch: Patch) -> object:
    source = byte_source.open_bytes(cwa(folder / "refused"))
    os.truncate(folder / "refused", 600)
    return source.read(512, 512)


def _shrinking_zip(folder: Path, _patch: Patch) -> object:
    path = gt3x(folder / "refused")
    member = find(path, ("log.bin",)).members["log.bin"]
    with opened(path, member) as cursor:
        os.truncate(path, member.at)
        return cursor.take_exactly(member.packed)


def _growing(folder: Path, patch: Patch) -> object:
    path = WHOLE(folder / "refused")
    real = sniff.reader_of

    def meanwhile(of: Path) -> Any:
        with path.open("ab") as file:
            file.write(b"2026")
        return real(of)

    with patch.context() as only_now:
        only_now.setattr(sniff, "reader_of", meanwhile)
        return read_recording(path)


def _decoding(**content: Any) -> Callable[[Path, Patch], object]:
    """Read a file that a reader decodes to this."""

    def attempt(folder: Path, patch: Patch) -> object:
        path = folder / "refused"
        path.write_bytes(MAGIC + b"x" * 99)
        with patch.context() as only_now:
            only_now.setattr(sniff, "readers", lambda: iter([FakeReader(lambda _: decoded(**content))]))
            return read_recording(path)

    return attempt


def _breaking_off() -> Iterable[Any]:
    raise EOFError("ended before the marker")


def _prose(folder: Path, _patch: Patch) -> object:
    """A reader of tables that is given something else: none claims it."""
    path = folder / "refused.csv"
    path.write_text("The night was calm.\n" * 9)
    return open_sheet(path)


def _no_text(folder: Path, _patch: Patch) -> object:
    path = folder / "refused.gz"
    path.write_bytes(gzip.compress(b""))
    return open_sheet(path)


def _bomb_of_text(folder: Path, patch: Patch) -> object:
    patch.setattr(textfile, "LARGEST_UNPACKED_BYTES", 1000)
    return open_sheet(PACKED_TABLE(folder / "refused"))


def _no_rows(folder: Path, _patch: Patch) -> object:
    table = Table("csv-generic", DeviceClock("utc"), None, 3, "line", lambda: iter(()))
    return decode(table, folder / "refused")


def _sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, (1 << 30) + 1)


def _two(path: Path) -> Path:
    """A folder with a recording in it."""
    path.mkdir()
    return WHOLE(path / "inside").parent


def _broken_link(path: Path) -> None:
    path.symlink_to(path.with_name("gone.csv"))


def _listening(path: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    return listening


ONE = zipped(("a.csv", WHOLE))
#: As small as every packed night is larger than.
TIGHT = ((zip_content, "MAX_RATIO", 1), (zip_content, "RATIO_FREE_BYTES", 1000))
ALL_TIGHT = ((unpacking, "MOST_RATIO", 1), (unpacking, "RATIO_FREE_BYTES", 1000))
BYTES_TIGHT = ((byte_source, "MAX_RATIO", 1), (byte_source, "RATIO_FREE_BYTES", 1000))
PACKED_CWA = changed(cwa, gzip.compress)
PACKED_TABLE = changed(WHOLE, gzip.compress)
GARBLED = changed(ONE, lambda data: data[:35] + b"\xff" * 20 + data[55:])
STORED = zipfile.ZIP_STORED
AGAIN, TRUST = "copy it again", "unpack it yourself"
UNCOMPRESSED = "zip it again without compression"
#: Behind the end of each archive here.
_MISSING = 0x7FFF_FFFF

ATTEMPTS = (
    Attempt("archives/own_files.py", "_FROM_THE_DEVICE", "the file that came from the device", _at(_kept_samples), cwa),
    Attempt(READING, "_COPY_AGAIN", AGAIN, read(changed(ONE, lambda data: data[:-60])), ONE),
    Attempt(READING, "_COPY_AGAIN", "unpack what is left", read(changed(ONE, lambda data: data[:-60])), WHOLE),
    Attempt(READING, "_COPY_AGAIN", AGAIN, read(_directory(ONE, b"a.csv", 42, "<I", _MISSING)), ONE),
    Attempt(READING, "_COPY_AGAIN", AGAIN, read(GARBLED), ONE),
    Attempt(READING, "unpack it and import what is in it", "unpack it", read(nested(MOST_DEEP + 1)), nested(MOST_DEEP)),
    Attempt(UNPACKING, "_TRUST", TRUST, read(ONE, *ALL_TIGHT), WHOLE),
    Attempt(UNPACKING, "_TRUST", TRUST, read(ONE, (unpacking, "MOST_FILES", 0)), WHOLE),
    Attempt(UNPACKING, "_TRUST", TRUST, read(ONE, (unpacking, "MOST_BYTES", 99)), WHOLE),
    Attempt(UNPACKING, "_TRUST", TRUST, read(ONE, (unpacking, "MOST_SECONDS", -1.0)), WHOLE),
    Attempt(UNPACKING, "_TRUST", TRUST, read(changed(gt3x, gzip.compress), (unpacking, "MOST_BYTES_OF_ONE", 99)), gt3x),
    Attempt(CONTENT, "without compression", UNCOMPRESSED, read(ONE, *TIGHT), zipped(("a.csv", WHOLE), method=STORED)),
    Attempt(
        CONTENT,
        "without compression",
        UNCOMPRESSED,
        read(repacked(gt3x, zipfile.ZIP_DEFLATED), *TIGHT),
        repacked(gt3x, STORED),
    ),
    Attempt(CONTENT, "without a password", "without a password", read(_directory(ONE, b"a.csv", 8, "<H", 1)), ONE),
    Attempt(CONTENT, "without a password", "without a password", read(changed(gt3x, _everywhere_encrypted)), gt3x),
    Attempt(CONTENT, "again as usual", "as usual", read(zipped(("a.csv", WHOLE), method=zipfile.ZIP_BZIP2)), ONE),
    Attempt(CONTENT, "again as usual", "as usual", read(repacked(gt3x, zipfile.ZIP_LZMA)), repacked(gt3x, 8)),
    Attempt(CONTENT, "import it again", "import it again", _shrinking_zip, gt3x),
    Attempt(BYTES, "import it again", "import it again", _shrinking, cwa),
    Attempt(BYTES, "unpack it by hand if it is genuine", "by hand", read(PACKED_CWA, *BYTES_TIGHT), cwa),
    Attempt(BYTES, "free some space", "free some space", _full_disk, PACKED_CWA),
    Attempt(BYTES, "free some space", "or unpack it by hand", _full_disk, cwa),
    Attempt(INPUT, "check the spelling", "check the spelling", _at(lambda path: path.with_name("a\0b")), WHOLE),
    Attempt(INPUT, "copy it again", "copy it again", _at(_sparse), WHOLE),
    Attempt(INPUT, "copy the file again", "copy the file again", _decoding(blocks=_breaking_off), PACKED_TABLE),
    Attempt(INPUT, "try again", "once the copy has finished", _growing, WHOLE),
    Attempt(INPUT, "hint", "check the spelling and the folder", _at(lambda _: None), WHOLE),
    Attempt(INPUT, "hint", "name the file where it is now", _at(_broken_link), WHOLE),
    Attempt(INPUT, "hint", "name the file it should lead to", _at(lambda path: path.symlink_to(path)), WHOLE),
    Attempt(INPUT, "hint", "name the recordings inside it", _at(_two), lambda path: _two(path) / "inside.csv"),
    Attempt(INPUT, "hint", "save its content to a file", _at(os.mkfifo), WHOLE),
    Attempt(INPUT, "hint", "copy the recording from it first", _at(lambda _: Path("/dev/null")), cwa),
    Attempt(INPUT, "hint", "allow your user to read the file", _failing(errno.EACCES), WHOLE),
    Attempt(INPUT, "hint", "copy the file from the device again", _failing(errno.EIO), cwa),
    Attempt(INPUT, "hint", "make room and try again", _full_disk_of_archive, ONE),
    Attempt("reading.py", "check that it was started", "started", _decoding(blocks=lambda: iter(())), cwa),
    Attempt("reading.py", "copy the file again", "again", _decoding(blocks=lambda: iter(()), bad_blocks=7), cwa),
    Attempt("tables/table.py", "copy it from the device again", "from the device", _no_rows, WHOLE),
    Attempt("tables/sheet.py", "export the recording as CSV", "time, x, y, z", _prose, WHOLE),
    Attempt("tables/textfile.py", "copy the file again", "copy the file again", _no_text, PACKED_TABLE),
    Attempt("tables/textfile.py", "if you trust it", "unpack it yourself", _bomb_of_text, WHOLE),
)
