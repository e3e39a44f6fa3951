"""Refusals of tables, counts and foreign files whose remedy is another export, with that export."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.writers.fit import write_fit
from tests.ingest import exports
from tests.ingest.format_remedies.whole import content
from tests.ingest.formats import actilife_files, unisens_files
from tests.ingest.formats.actigraph.actigraph_writer import write_gt3x
from tests.ingest.recognising.foreign_remedies import SNIFF, WHOLE, cwa
from tests.ingest.remedies import FIRST_S, RATE_HZ, STAMPS, N, Remedy, Write, csv, lying, mapping, moments, parquet

REFUSED, SUMMARIES, SHEET, TABLE = (
    "recognising/refused.py",
    "recognising/summaries.py",
    "tables/sheet.py",
    "tables/table.py",
)
COLUMNS = "tables/columns.py"
#: When the fixed files begin, UTC: devices without a zone count local time, an hour ahead in Berlin.
LOCAL_S, ACTILIFE_S, EMPATICA_S, MOVISENS_S = FIRST_S - 3600, 1_698_262_200, 1_710_281_700, 1_772_919_000
PLAIN = "a plain number under each of x, y and z"


def rows(head: str, line: Callable[[int, float, float, float], str], times: list[str] | None = None) -> Write:
    """A table whose lines behind the time are written by ``line``."""

    def write(path: Path) -> Path:
        path = path.with_suffix(".csv")
        numbered = enumerate(zip(moments() if times is None else times, lying().tolist(), strict=True))
        lines = (f"{stamp},{line(i, *row)}\n" for i, (stamp, row) in numbered)
        path.write_text(f"{head}\n" * bool(head) + "".join(lines), encoding="utf-8")
        return path

    return write


def shuffled(path: Path) -> Path:
    """The lines of a table in no order, as after a sort by another column."""
    return _reordered(path, np.random.default_rng(2).permutation(N))


def newest_first(path: Path) -> Path:
    """The lines of a table from the last to the first."""
    return _reordered(path, np.arange(N)[::-1])


def _reordered(path: Path, order: NDArray[np.int64]) -> Path:
    path = WHOLE(path)
    head, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text(head + "".join(lines[i] for i in order), encoding="utf-8")
    return path


def gt3x(path: Path) -> Path:
    """The recording of an ActiGraph sensor, at the lowest of its rates."""
    time_us = FIRST_S * 1_000_000 + np.arange(N, dtype=np.int64) * 1_000_000 // 30
    write_gt3x(path, time_us, lying(), rate_hz=30)
    return path


def actilife(path: Path) -> Path:
    """What ActiLife exports as raw data."""
    values = np.rint(lying() * 1000).astype(np.int64)
    text = actilife_files.document(values, actilife_files.Export(rate_hz=30, with_stamps=True))
    path.write_text(text, encoding="utf-8", newline="")
    return path


def centrepoint(path: Path) -> Path:
    """What CentrePoint exports as raw data: seconds that repeat."""
    return csv("Timestamp,Accelerometer X,Accelerometer Y,Accelerometer Z", moments("%Y-%m-%dT%H:%M:%SZ"))(path)


def fit(path: Path) -> Path:
    """A file of a watch with a logging app."""
    time_us = FIRST_S * 1_000_000 + np.arange(N, dtype=np.int64) * (1_000_000 // RATE_HZ)
    write_fit(path, time_us, lying().astype(np.float32), rate_hz=RATE_HZ, serial=4711)
    return path


def rubbed_out(path: Path) -> Path:
    """A table in Parquet whose values were overwritten, and not what describes them."""
    path = parquet(time=STAMPS)(path)
    data = path.read_bytes()
    path.write_bytes(data[:100] + b"\xff" * 4_000 + data[4_100:])
    return path


def empatica(name: str) -> Write:
    """A file of the folder of an E4."""

    def write(path: Path) -> Path:
        return exports.empatica(path, N).with_name(name)

    return write


def movisens(name: str) -> Write:
    """A file of the folder of a movisens sensor."""

    def write(path: Path) -> Path:
        path.mkdir()
        unisens_files.Measurement().write(path, unisens_files.still(N))
        return path / name

    return write


def agdc(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("manifest.json", "calibration.json", "data.bin"):
            archive.writestr(name, "{}")
    return path


def named(suffix: str, write: Write) -> Write:
    """The same under another name."""
    return lambda path: write(path.with_suffix(suffix))


def _plain(line: Callable[[int, float, float, float], str], head: str = "time,x,y,z", mended: Write = WHOLE) -> Remedy:
    return Remedy(SHEET, "_PLAIN_NUMBERS", PLAIN, rows(head, line), mended)


WIDE = "time,x,y,z,temperature,light"
ACTIWATCH = "Name\n02-Mar-2026\n22:30\n4\n33\nV1\nM\n120\n130\n"

TABLE_REMEDIES = (
    _plain(lambda _, x, y, z: f"{x},none felt,{z}"),
    _plain(lambda _, x, y, z: f"{x},,{z}"),
    _plain(lambda _, x, y, z: f"{x},n/a,{z}"),
    _plain(lambda _, x, y, z: f"{x:.4f} g,{y:.4f} g,{z:.4f} g"),
    _plain(lambda _, x, y, z: f"{x},\u2212{abs(y)},{z}"),
    _plain(lambda _, x, y, z: f"{x};{y};{z}"),
    _plain(lambda i, x, y, z: f"{x},{y if i % 9 == 0 else 'off'},{z}"),
    _plain(lambda _, x, y, z: f"{x},none felt,{z},31.5,4", WIDE),
    _plain(
        lambda _, x, y, z: f"{x},none felt,{z},31.5,4",
        WIDE,
        rows(WIDE, lambda _, x, y, z: f"{x},{y},{z},31.5,4"),
    ),
    Remedy(
        SHEET,
        "_PLAIN_NUMBERS",
        PLAIN,
        rows("time,a,b,c,d,e", lambda _, x, y, z: f"{x},high,{z},3,4"),
        rows("time,a,b,c,d,e", lambda _, x, y, z: f"{x},{y},{z},3,4"),
        (mapping(axes="abc"),),
        tables_before=(mapping(axes="abc"),),
    ),
    Remedy(
        SHEET,
        "_PLAIN_NUMBERS",
        PLAIN,
        rows("", lambda _, x, y, z: f"{x},high,{z}", [f"{FIRST_S + i / RATE_HZ:.2f}" for i in range(N)]),
        csv("", [f"{FIRST_S + i / RATE_HZ:.2f}" for i in range(N)]),
    ),
    Remedy(
        COLUMNS,
        "WRITE_A_CLOCK",
        "2024-03-12T22:15:00.000Z",
        csv(times=[stamp if i % 3 == 0 else "at night" for i, stamp in enumerate(moments())]),
        WHOLE,
    ),
    Remedy(
        TABLE,
        "look at that place",
        "look at that place",
        rows("time,x,y,z", lambda i, x, y, z: f"{x},{y if i % 3 == 0 else '-'},{z}"),
        WHOLE,
    ),
    Remedy(
        SHEET, "copy it from the device again", "from the device", content("time,x,y,z\ns,m/s^2,m/s^2,m/s^2\n"), WHOLE
    ),
    Remedy(
        SHEET,
        "export it again, one sample a line",
        "one sample a line",
        content("time,x,y,z," + "1768510800.04,0.1,-0.3,0.95," * 5_000),
        WHOLE,
    ),
    Remedy(TABLE, "s by their time, the oldest first", "sort its lines by their time", shuffled, WHOLE),
    Remedy(TABLE, "s by their time, the oldest first", "sort its lines by their time", newest_first, WHOLE),
    Remedy(TABLE, "copy the file again", "copy the file again", rubbed_out, parquet(time=STAMPS)),
    Remedy(REFUSED, "export its raw data as CSV from CentrePoint", "CentrePoint", agdc, centrepoint),
    Remedy(
        REFUSED,
        "export its raw data as CSV from CentrePoint",
        "ActiLife",
        named(".gt3x", agdc),
        actilife,
        first_s=ACTILIFE_S,
    ),
    Remedy(
        REFUSED, "import the recording itself", "the recording itself", content(bytes(4) + b"ftypmp42" + bytes(99)), cwa
    ),
    Remedy(REFUSED, "_ORIGINAL", "the original recording", content('<?xml version="1.0"?>\n<gpx version="1.1">'), fit),
    Remedy(REFUSED, "_ORIGINAL", "the original recording", content("<TrainingCenterDatabase>"), fit),
    Remedy(REFUSED, "_ORIGINAL", "the original recording", content('<?xml version="1.0"?>\n<night/>'), fit),
    Remedy(
        SNIFF, "kind.hint + aside", "the content does not agree", named(".fit", content("<html>sign in</html>")), fit
    ),
    Remedy(
        SNIFF,
        "name its {_DOCUMENT} instead",
        "unisens.xml",
        movisens("acc.bin"),
        movisens("unisens.xml"),
        first_s=MOVISENS_S,
        lies=False,
    ),
    Remedy(SUMMARIES, "_EMPATICA", "ACC.csv", empatica("EDA.csv"), empatica("ACC.csv"), first_s=EMPATICA_S, lies=False),
    Remedy(SUMMARIES, "_EMPATICA", "ACC.csv", empatica("IBI.csv"), empatica("ACC.csv"), first_s=EMPATICA_S, lies=False),
    Remedy(
        SUMMARIES, "_FROM_ACTILIFE", ".gt3x file", content("SQLite format 3\x00 dataTimestamp"), gt3x, first_s=LOCAL_S
    ),
    Remedy(
        SUMMARIES,
        "_FROM_ACTILIFE",
        "from raw to raw",
        content("------------ Data File Created By ActiGraph GT3X+ ActiLife v6.13.3 -----------\n"),
        actilife,
        first_s=ACTILIFE_S,
    ),
    Remedy(SUMMARIES, "_NO_RAW", "keeps raw acceleration", content(ACTIWATCH), cwa),
    Remedy(
        SUMMARIES,
        "_NO_RAW",
        "keeps raw acceleration",
        content("+-- Condor Instruments Report --+\n"),
        gt3x,
        first_s=LOCAL_S,
    ),
    Remedy(SUMMARIES, "_GARMIN", ".fit files", content("Activity Type,Date,Distance\nRunning,2026,3\n"), fit),
    Remedy(SUMMARIES, "hint", "a sensor or an app", content("Id,Tz,From,To,Sched,Hours,\n"), WHOLE),
    Remedy(SUMMARIES, "hint", "a sensor or an app", content("<HealthData>"), cwa),
)
