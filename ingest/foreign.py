"""Files that are recognised only to be refused with good advice.

The only place that knows them. They are looked at before the readers, because some begin like a table. A kind
leaves this list when it gets a reader.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import IngestError, UnknownFormatError, UnsupportedRecordingError
from ingest.zips import members

_EXPORT_CSV = "export it as a CSV with a time column and x, y, z in g"
_EXPORT_RAW = "movements of 0.5-10 s do not show in counts: export the raw acceleration instead"
_UNPACK = "unpack it and import the recordings in it"
_ORIGINAL = "download the original recording instead"


@dataclass(frozen=True, slots=True)
class Foreign:
    """A kind of file that no reader takes.

    Attributes
    ----------
    what : str
        The kind, with its article.
    begins : pattern
        Matches at the start of the content, after a byte order mark.
    error : type
        `UnsupportedRecordingError` where movements were recorded, or might be inside.
    hint : str
        What to bring instead.
    suffixes : tuple of str
        What such a file is normally called.
    """

    what: str
    begins: re.Pattern[bytes]
    error: type[IngestError]
    hint: str
    suffixes: tuple[str, ...]


def _kind(what: str, begins: bytes, hint: str, *suffixes: str, recording: bool = False) -> Foreign:
    error = UnsupportedRecordingError if recording else UnknownFormatError
    return Foreign(what, re.compile(begins), error, hint, suffixes)


_ACTILIFE = rb"(?i)\W*-{3,} *data (?:table )?file created by "
_RAW = rb"(?=[^\r\n]* at \d+ *hz)(?![\s\S]*\nepoch period[^\r\n]*(?!00:00:00)\d\d:\d\d:\d\d)"
_PLAIN: tuple[Foreign, ...] = (
    _kind("a raw ActiLife CSV, not supported yet", _ACTILIFE + _RAW, _EXPORT_CSV, ".csv", recording=True),
    _kind("an ActiLife table of counts", _ACTILIFE, _EXPORT_RAW, ".csv", recording=True),
    _kind("a recording of a GENEA, the forerunner of GENEActiv", rb"GENEA/1\.", _EXPORT_CSV, ".bin", recording=True),
    _kind(
        "an SQLite database, as ActiLife keeps counts in",
        rb"SQLite format 3\x00",
        _EXPORT_RAW,
        ".agd",
        ".db",
        ".sqlite",
        recording=True,
    ),
    _kind("a DuckDB database", rb"[\s\S]{8}DUCK", "a database is named with --db", ".duckdb", ".db"),
    _kind("a PDF document", rb"%PDF-", "import the recording that it reports on", ".pdf"),
    _kind("a web page", rb"(?i)\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html)", _ORIGINAL, ".html", ".htm"),
    _kind("a GPX track", rb"(?i)\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)?<gpx\b", _ORIGINAL, ".gpx"),
    _kind("a TCX activity", rb"(?i)\s*(?:<\?xml[^>]*>\s*)?<TrainingCenterDatabase", _ORIGINAL, ".tcx"),
    _kind("an XML document", rb"\s*<\?xml", _ORIGINAL, ".xml"),
    _kind("a rich text document", rb"\{\\rtf", "save the table as CSV", ".rtf"),
    _kind("a JSON document", rb"\s*[{\[]", _ORIGINAL, ".json"),
    _kind(
        "an image",
        rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|II\*\x00|MM\x00\*|RIFF....WEBP",
        "import the recording that it shows",
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".tif",
        ".tiff",
        ".webp",
    ),
    _kind("an image or a video", rb"[\s\S]{4}ftyp", "import the recording itself", ".heic", ".mp4", ".mov"),
    _kind("an old office document", rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save the table as CSV", ".xls", ".doc"),
    _kind(
        "a packed archive",
        rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|\xfd7zXZ\x00|BZh[1-9]|\x28\xb5\x2f\xfd|[\s\S]{257}ustar",
        _UNPACK,
        ".7z",
        ".rar",
        ".xz",
        ".bz2",
        ".zst",
        ".tar",
        ".tgz",
        recording=True,
    ),
    _kind("nothing but zeros", rb"\x00{512}", "a copy that was broken off: copy it from the device again"),
)
_ZIP = rb"PK(?:\x03\x04|\x05\x06)"
_AGDC = _kind(
    "an ActiGraph AGDC recording, not supported yet",
    _ZIP,
    "export its raw data as CSV from CentrePoint or ActiLife",
    ".agdc",
    ".gt3x",
    recording=True,
)
_OFFICE = _kind("an office document", _ZIP, "save the table as CSV", ".xlsx", ".docx", ".ods", ".odt")
#: A zip of files, one of which may be a recording; `ingest.archives` takes it apart.
ARCHIVE = _kind("a zip archive", _ZIP, _UNPACK, ".zip", recording=True)


def recognised(head: bytes, path: Path) -> Foreign | None:
    """The foreign kind of a file that begins with `head`, if it is one; only a zip is opened once more."""
    if ARCHIVE.begins.match(head):
        inside = members(path)
        return _zip_kind(frozenset((*(member.name for member in inside.members), *inside.lost)))
    content = head.removeprefix(codecs.BOM_UTF8)
    return next((kind for kind in _PLAIN if kind.begins.match(content)), None)


def _zip_kind(names: frozenset[str]) -> Foreign | None:
    """What a zip is by the names in it; None for a GT3X recording, which has a reader."""
    if any(name.lower().endswith((".gt3x", ".agdc", ".zip")) for name in names):
        return ARCHIVE
    if "info.txt" not in names and names >= {"manifest.json", "calibration.json"}:
        return _AGDC
    if names & {"log.bin", "activity.bin"}:
        return None
    return _OFFICE if names & {"[Content_Types].xml", "mimetype"} else ARCHIVE
