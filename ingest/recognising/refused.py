"""Files that are recognised only to be refused with good advice.

Here are documents, archives and what else is no recording; counts and summaries of nights stand in
`ingest.recognising.summaries`. All are looked at before the readers, because some begin like a table. A kind leaves
these lists when it gets a reader.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from ingest.archives.zips import members
from ingest.recognising.refused_kind import Foreign, kind
from ingest.recognising.summaries import COUNTS, SUMMARIES

_EXPORT_CSV = "export it as a CSV with a time column and x, y, z in g"
_UNPACK = "unpack it and import the recordings in it"
_ORIGINAL = "download the original recording instead"

#: Version, patient, recording; then the date and time of the start, each field padded with blanks.
_EDF = rb"0 {7}[\s\S]{160}\d\d\.\d\d\.\d\d\d\d\.\d\d\.\d\d"
_FROM_LABORATORY = (
    "no acceleration is read from it: export its stages or scored movements as CSV for nightkick score, or a"
    " sensor's acceleration as CSV with a time column and x, y, z in g"
)

_PLAIN: tuple[Foreign, ...] = (
    *COUNTS,
    *SUMMARIES,
    kind("a recording of a GENEA, the forerunner of GENEActiv", rb"GENEA/1\.", _EXPORT_CSV, ".bin", recording=True),
    kind("an SQLite database", rb"SQLite format 3\x00", _EXPORT_CSV, ".db", ".sqlite", recording=True),
    kind("a DuckDB database", rb"[\s\S]{8}DUCK", "a database is named with --db", ".duckdb", ".db"),
    kind("a PDF document", rb"%PDF-", "import the recording that it reports on", ".pdf"),
    kind("a web page", rb"(?i)\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html)", _ORIGINAL, ".html", ".htm"),
    kind("a GPX track", rb"(?i)\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)?<gpx\b", _ORIGINAL, ".gpx"),
    kind("a TCX activity", rb"(?i)\s*(?:<\?xml[^>]*>\s*)?<TrainingCenterDatabase", _ORIGINAL, ".tcx"),
    # The document of a Unisens folder has a reader.
    kind("an XML document", rb"\s*<\?xml(?![\s\S]*<(?:[\w.-]+:)?unisens[\s/>])", _ORIGINAL, ".xml"),
    kind("a rich text document", rb"\{\\rtf", "save the table as CSV", ".rtf"),
    # That of Movesense sensors has a reader.
    kind("a JSON document", rb'\s*[{\[](?![\s\S]*"(?:Meas|Array(?:Acc|Gyro|Magn))"\s*:)', _ORIGINAL, ".json"),
    kind(
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
    kind("an image or a video", rb"[\s\S]{4}ftyp", "import the recording itself", ".heic", ".mp4", ".mov"),
    kind("an old office document", rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save the table as CSV", ".xls", ".doc"),
    kind(
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
    kind(
        "an Avro file, as Empatica EmbracePlus writes them, not supported yet",
        rb"Obj\x01",
        _EXPORT_CSV,
        ".avro",
        recording=True,
    ),
    kind("an EDF+ file, as sleep laboratories write them", _EDF + rb"[\s\S]{8}EDF\+", _FROM_LABORATORY, ".edf"),
    kind("an EDF file, as sleep laboratories write them", _EDF, _FROM_LABORATORY, ".edf"),
    kind("a BDF file, as sleep laboratories write them", rb"\xffBIOSEMI", _FROM_LABORATORY, ".bdf"),
    kind(
        "a WAV file, as OMGUI exports recordings of Axivity sensors",
        rb"RIFF[\s\S]{4}WAVE",
        "import the .cwa file that it was made from",
        ".wav",
        recording=True,
    ),
    kind(
        "a MATLAB file",
        rb"MATLAB [57]\.|\x89HDF\r\n\x1a\n",
        "import the device's own file that it was made from, or " + _EXPORT_CSV,
        ".mat",
        ".h5",
        ".hdf5",
        recording=True,
    ),
    kind(
        "data of R",
        rb"RDX[2-5]\n|RDA[2-5]\n|[XAB]\n\x00\x00\x00[\x02\x03]",
        "import the device's own file that it was made from, or " + _EXPORT_CSV,
        ".rda",
        ".rds",
        ".rdata",
        recording=True,
    ),
    kind("nothing but zeros", rb"\x00{512}", "a copy that was broken off: copy it from the device again"),
)
#: A Matrix recording begins with remarks: mostly zeros, but free text that may look like anything.
_MATRIX = re.compile(rb"[\s\S]{512}MDTC")
_ZIP = rb"PK(?:\x03\x04|\x05\x06)"
_AGDC = kind(
    "an ActiGraph AGDC recording, not supported yet",
    _ZIP,
    "export its raw data as CSV from CentrePoint or ActiLife",
    ".agdc",
    ".gt3x",
    recording=True,
)
_OFFICE = kind("an office document", _ZIP, "save the table as CSV", ".xlsx", ".docx", ".ods", ".odt")
#: A zip of files, one of which may be a recording; `ingest.archives.reading` takes it apart.
ARCHIVE = kind("a zip archive", _ZIP, _UNPACK, ".zip", recording=True)


def recognised(head: bytes, path: Path) -> Foreign | None:
    """The foreign kind of a file that begins with `head`, if it is one; only a zip is opened once more."""
    if ARCHIVE.begins.match(head):
        inside = members(path)
        return _zip_kind(frozenset((*(member.name for member in inside.members), *inside.lost)))
    if _MATRIX.match(head):
        return None
    content = head.removeprefix(codecs.BOM_UTF8)
    return next((known for known in _PLAIN if known.begins.match(content)), None)


def _zip_kind(names: frozenset[str]) -> Foreign | None:
    """What a zip is by the names in it; None for a GT3X recording, which has a reader."""
    if any(name.lower().endswith((".gt3x", ".agdc", ".zip")) for name in names):
        return ARCHIVE
    if "info.txt" not in names and names >= {"manifest.json", "calibration.json"}:
        return _AGDC
    if names & {"log.bin", "activity.bin"}:
        return None
    return _OFFICE if names & {"[Content_Types].xml", "mimetype"} else ARCHIVE
