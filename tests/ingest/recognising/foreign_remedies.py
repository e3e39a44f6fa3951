"""Refusals of what is no recording, or only the shell or the rest of one, with what their owner does about it."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import numpy as np

from ingest.writers.axivity import write_cwa
from tests.ingest.format_remedies.whole import changed, content
from tests.ingest.remedies import FIRST_S, RATE_HZ, STAMPS, N, Remedy, Write, csv, lying, parquet

WHOLE = csv()
IN_G = csv("time,x (g),y (g),z (g)")
REFUSED, SNIFF, SHEET = "recognising/refused.py", "recognising/sniff.py", "tables/sheet.py"
#: A version, 160 bytes of names, and the start, as European Data Format has them.
EDF = b"0" + b" " * 167 + b"02.03.2622.30.00"


def zipped(*names: str) -> Write:
    """An archive with a table under each of the names."""

    def write(path: Path) -> Path:
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, WHOLE(path.with_name("inside.csv")).read_bytes())
        return path

    return write


def cwa(path: Path) -> Path:
    """The recording of an Axivity sensor."""
    time_us = (FIRST_S + 3600) * 1_000_000 + np.arange(N, dtype=np.int64) * (1_000_000 // RATE_HZ)
    write_cwa(path, time_us, lying(), rate_hz=RATE_HZ, serial=4711)
    return path


def omgui(path: Path) -> Path:
    """The table that the maker's program exports from it."""
    stamps = np.datetime_as_string(STAMPS, unit="ms")
    rows = zip((stamp.replace("T", " ") for stamp in stamps), lying().tolist(), strict=True)
    path.write_text("".join(f"{stamp},{x:.6f},{y:.6f},{z:.6f}\n" for stamp, (x, y, z) in rows), encoding="utf-8")
    return path


def early(path: Path) -> Path:
    """The same as firmware of long ago wrote it: no rate code, and the rate in Hz where the offset is."""
    data = np.frombuffer(cwa(path).read_bytes(), "<u2").copy()
    sectors = data[512:].reshape(-1, 256)
    sectors[:, 12] &= 0xFF00
    sectors[:, 13] = RATE_HZ
    sectors[:, 255] = 0
    sectors[:, 255] = -sectors.sum(axis=1, dtype=np.uint16)
    path.write_bytes(data.tobytes())
    return path


def _kind(hint: str, says: str, data: bytes | str, mended: Write = WHOLE) -> Remedy:
    return Remedy(REFUSED, hint, says, content(data), mended)


FOREIGN_REMEDIES = (
    _kind("_EXPORT_CSV", "x, y, z in g", b"GENEA/1.00\r\n" + b"a" * 99, IN_G),
    _kind("_EXPORT_CSV", "x, y, z in g", b"SQLite format 3\x00" + bytes(99), IN_G),
    _kind("_EXPORT_CSV", "x, y, z in g", b"Obj\x01" + bytes(99), IN_G),
    _kind("own file that it was made from", "own file", b"MATLAB 5.0 MAT-file" + b" " * 99, cwa),
    _kind("own file that it was made from", "x, y, z in g", b"RDX3\n" + bytes(99), IN_G),
    _kind("import the .cwa file", ".cwa", b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(99), cwa),
    _kind("_FROM_LABORATORY", "x, y, z in g", EDF + b"256     EDF+C" + b" " * 99, IN_G),
    _kind("_FROM_LABORATORY", "x, y, z in g", EDF + b"256     " + b" " * 99, IN_G),
    _kind("save the table as CSV", "as CSV", b"{\\rtf1 time x y z}"),
    _kind("save the table as CSV", "as CSV", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99)),
    _kind("_ORIGINAL", "the original recording", '{"night": [1, 2, 3]}'),
    _kind("_ORIGINAL", "the original recording", "<html><body>sign in</body></html>"),
    _kind("import the recording that it reports on", "the recording", b"%PDF-1.7\n" + bytes(99)),
    _kind("import the recording that it shows", "the recording", b"\x89PNG\r\n\x1a\n" + bytes(99)),
    _kind("_UNPACK", "unpack it", b"7z\xbc\xaf\x27\x1c" + bytes(99)),
    _kind("a copy that was broken off", "copy it from the device again", bytes(2048), cwa),
    Remedy(REFUSED, "_UNPACK", "unpack it", zipped("a.csv", "b.csv"), WHOLE),
    Remedy(REFUSED, "save the table as CSV", "as CSV", zipped("[Content_Types].xml", "xl/sheet1.xml"), WHOLE),
    Remedy(
        SNIFF, "unpack it first", "unpack it first", changed(parquet(time=STAMPS), gzip.compress), parquet(time=STAMPS)
    ),
    Remedy(
        SNIFF,
        "copy the file again",
        "copy the file again",
        content(b"\x1f\x8b" + b"\xff" * 99),
        changed(WHOLE, gzip.compress),
    ),
    Remedy(SNIFF, "_READ", "CSV with a time column and three axes", content("nothing but a few words\n" * 9), WHOLE),
    Remedy("input_file.py", "copy it from the device again", "from the device", content(b""), cwa),
    Remedy(SHEET, "copy it from the device again", "from the device", content("time,x,y,z\n"), WHOLE),
    Remedy(
        "formats/axivity/reader.py",
        "again",
        "from the device",
        changed(cwa, lambda d: d[:1024] + d[1024:].swapcase()),
        cwa,
    ),
    Remedy("formats/axivity/reader.py", "it may never have started", "started", changed(cwa, lambda d: d[:1024]), cwa),
    Remedy("formats/axivity/reader.py", "the maker's OMGUI", "OMGUI", early, omgui),
    Remedy("formats/axivity/reader.py", "the maker's OMGUI", "OMGUI", early, WHOLE),
    Remedy("tables/table.py", "check the device", "check the device", csv(xyz=lying(0.0)), WHOLE),
)
