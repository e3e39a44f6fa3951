"""Refused exports of makers' programs - ActiLife, GENEActiv, Unisens - and Parquet tables, and their remedies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.formats.unisens.document import MOST_BYTES
from ingest.tables.dialect import HEAD_BYTES, MOST_COLUMNS
from tests.ingest.format_remedies.whole import (
    actilife,
    changed,
    geneactiv,
    geneactiv_csv,
    gt3x,
    while_it_changes,
)
from tests.ingest.formats.unisens_files import OTHERS, SIGNAL, STEP_G, Measurement, signal_entry
from tests.ingest.remedies import STAMPS, N, Remedy, Write, lying, parquet

START = "2026-01-15T22:00:00.000"
AT_25_HZ = {**SIGNAL, "sampleRate": "25"}
STEPS = np.rint(lying() / STEP_G).astype(np.int16)
AXES = ("accX", "accY", "accZ")


def unisens(
    acceleration: Mapping[str, str] | None = AT_25_HZ,
    numbers: NDArray[np.generic] = STEPS,
    *,
    channels: tuple[str, ...] = AXES,
    form: str = "binFileFormat",
    document: Callable[[str], str] = lambda text: text,
) -> Write:
    """A folder whose document says this of its acceleration; without it where that is None."""

    def write(path: Path) -> Path:
        path.mkdir(parents=True)
        of_acceleration = () if acceleration is None else (signal_entry(acceleration, channels, form=form),)
        xml = Measurement((OTHERS[0], *of_acceleration, OTHERS[1]), start=START).write(path, numbers)
        xml.write_text(document(xml.read_text(encoding="utf-8")), encoding="utf-8")
        return xml

    return write


def without_samples(path: Path) -> Path:
    xml = unisens()(path)
    (path / "acc.bin").unlink()
    return xml


def _says(**attributes: str) -> Write:
    return unisens({**AT_25_HZ, **attributes})


def _below_header(lines: Callable[[list[str]], list[str]], n_header: int = 100) -> Callable[[bytes], bytes]:
    """The lines of samples of an export, changed."""

    def change(data: bytes) -> bytes:
        text = data.decode().split("\n")
        return "\n".join([*text[:n_header], *lines(text[n_header:])]).encode()

    return change


def _without_rate(data: bytes) -> bytes:
    return data.replace(b" at 30 Hz", b" at 0 Hz")


def _without_start(data: bytes) -> bytes:
    return data.replace(b"Start Date 1/15/2026\r\n", b"")


def _decimal_commas(path: Path) -> Path:
    """As ActiLife writes in a language of decimal commas, without names."""
    return actilife(path, with_names=False)


def _negative_page(data: bytes) -> bytes:
    """A page states less than no values: a zigzag number behind the mark of a 32-bit number in field 1."""
    return data.replace(b"\x15\xb0\x09", b"\x15\xaf\x09", 1)


def plain_parquet(path: Path) -> Path:
    axes = {name: lying()[:, i] for i, name in enumerate("xyz")}
    pl.DataFrame({"time": STAMPS, **axes}).write_parquet(path, compression="uncompressed", statistics=False)
    return path


ACTILIFE, GENEACTIV, PAGES, PARQUET = (
    "formats/actilife/reader.py",
    "formats/geneactiv/export.py",
    "formats/parquet/pages.py",
    "formats/parquet/reader.py",
)
DOCUMENT, LAYOUT, FOLDER = (f"formats/unisens/{name}.py" for name in ("document", "layout", "reader"))
STAMPED, FOLDER_AGAIN, MEASURED_AGAIN, EXPORTED_AGAIN = (
    "raw CSV with time stamps",
    "copy the whole folder again",
    "export the measurement again",
    "export the raw data again",
)


def _even(path: Path) -> Path:
    """An ActiLife export that rests on the start and the rate of its header."""
    return actilife(path, with_stamps=False)


_ACTILIFE = (
    Remedy(ACTILIFE, "_RAW_WITH_STAMPS", STAMPED, changed(_even, _without_rate), actilife),
    Remedy(ACTILIFE, "_RAW_WITH_STAMPS", "the .gt3x file itself", changed(_even, _without_rate), gt3x),
    Remedy(ACTILIFE, "_RAW_WITH_STAMPS", STAMPED, changed(_even, _without_start), actilife),
    Remedy(ACTILIFE, "_RAW_WITH_STAMPS", STAMPED, changed(actilife, _below_header(lambda _: [], 11)), actilife),
    Remedy(
        ACTILIFE,
        "export it again",
        "export it again",
        changed(actilife, _below_header(lambda _: ["?" * 60] * (HEAD_BYTES // 60), 11)),
        actilife,
    ),
    Remedy(
        ACTILIFE,
        "export the .gt3x file again",
        "decimal points",
        changed(_decimal_commas, _below_header(lambda rows: [row.replace(".", ",") for row in rows], 10)),
        actilife,
    ),
)
_EPOCHS = _below_header(lambda rows: [f"{row.rstrip()},0,0,0,0,0" if row.strip() else row for row in rows])
_NO_AXIS = _below_header(lambda rows: [",".join(row.split(",")[:3]) for row in rows])
_GENEACTIV = (
    Remedy(GENEACTIV, "without epochs", "without epochs", changed(geneactiv_csv, _EPOCHS), geneactiv_csv),
    Remedy(
        GENEACTIV,
        "without epochs",
        "with decimal points",
        changed(geneactiv_csv, _below_header(lambda rows: [row.replace(".", ",") for row in rows])),
        geneactiv_csv,
    ),
    Remedy(GENEACTIV, "without epochs", "the .bin file", changed(geneactiv_csv, _EPOCHS), geneactiv),
    Remedy(GENEACTIV, "_EXPORT_AGAIN", EXPORTED_AGAIN, changed(geneactiv_csv, _NO_AXIS), geneactiv_csv),
    Remedy(
        GENEACTIV,
        "_EXPORT_AGAIN",
        "the .bin file",
        changed(geneactiv_csv, _below_header(lambda rows: ["?" * 60] * len(rows))),
        geneactiv,
    ),
    Remedy(
        GENEACTIV,
        "_EXPORT_AGAIN",
        EXPORTED_AGAIN,
        changed(geneactiv_csv, _below_header(lambda _: [])),
        geneactiv_csv,
    ),
)
_DEEP = unisens(document=lambda text: text.replace("<signalEntry", "<a>" * 40 + "</a>" * 40 + "<signalEntry", 1))
_DTD = unisens(document=lambda text: text.replace("<unisens", "<!DOCTYPE unisens []><unisens", 1))
_LONG = unisens(document=lambda text: text + " " * MOST_BYTES)
_NO_ELEMENT = unisens(document=lambda text: text.replace('version="2.0"', 'version="2.0'))
_CUT = unisens(document=lambda text: text[: text.index("acc.bin")])
_UNISENS = (
    Remedy(DOCUMENT, FOLDER_AGAIN, FOLDER_AGAIN, _NO_ELEMENT, unisens()),
    Remedy(DOCUMENT, "export it again", "export it again", _DTD, unisens()),
    Remedy(DOCUMENT, "export it again", "export it again", _DEEP, unisens()),
    Remedy(LAYOUT, FOLDER_AGAIN, FOLDER_AGAIN, _CUT, unisens()),
    *(
        Remedy(LAYOUT, "_EXPORT", MEASURED_AGAIN, refused, unisens())
        for refused in (
            _says(id="../acc.bin"),
            _says(lsbValue="0"),
            _says(dataType="complex"),
            _says(sampleRate="often"),
            unisens(channels=("left", "right", "accZ")),
            unisens(channels=AXES[:2]),
            unisens(form="csvFileFormat"),
        )
    ),
    Remedy(LAYOUT, "set the device to 25 Hz", "25 Hz or more", _says(sampleRate="1"), unisens()),
    Remedy(LAYOUT, "switch the accelerometer on", "switch the accelerometer on", unisens(None), unisens()),
    Remedy(FOLDER, "_COPY_FOLDER", FOLDER_AGAIN, without_samples, unisens()),
    Remedy(FOLDER, "_COPY_FOLDER", FOLDER_AGAIN, unisens(numbers=STEPS[0, :1]), unisens()),
    Remedy(
        FOLDER,
        "_COPY_FOLDER",
        FOLDER_AGAIN,
        unisens({**AT_25_HZ, "dataType": "float"}, np.full((N, 3), np.nan, np.float32)),
        unisens({**AT_25_HZ, "dataType": "float"}, STEPS.astype(np.float32)),
    ),
    Remedy(FOLDER, "export it again", "export it again", _LONG, unisens()),
    Remedy(
        FOLDER,
        "import it again",
        "import it again",
        unisens(),
        unisens(),
        reading=while_it_changes(lambda data: data[:60], beside="acc.bin"),
    ),
)
_PARQUET = (
    Remedy(PAGES, "_COPY_AGAIN", "copy the file again", changed(plain_parquet, _negative_page), plain_parquet),
    Remedy(
        PAGES,
        "_COPY_AGAIN",
        "copy the file again",
        changed(plain_parquet, lambda data: data[:-8] + b"\xff\xff\xff\x7fPAR1"),
        plain_parquet,
    ),
    Remedy(
        PARQUET,
        "export the recording again",
        "export the recording again",
        lambda path: _write(pl.read_parquet(plain_parquet(path)).clear(), path),
        plain_parquet,
    ),
    Remedy(
        PARQUET,
        "keep time and acceleration",
        "1000 at most",
        parquet(time=STAMPS, **{f"c{i}": np.zeros(N) for i in range(MOST_COLUMNS)}),
        parquet(time=STAMPS),
    ),
)


def _write(table: pl.DataFrame, path: Path) -> Path:
    table.write_parquet(path)
    return path


EXPORT_REMEDIES = (*_ACTILIFE, *_GENEACTIV, *_UNISENS, *_PARQUET)
