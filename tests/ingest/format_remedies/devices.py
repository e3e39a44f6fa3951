"""Refused files of ActiGraph, GENEActiv, Matrix and Axivity devices, and what their owner does about them."""

from __future__ import annotations

import zipfile
from functools import partial
from pathlib import Path

import pytest

from ingest import TableMapping
from ingest.formats.actigraph import records
from tests.ingest.format_remedies.whole import (
    SLOW_GENEACTIV,
    actilife,
    centrepoint,
    changed,
    content,
    cut,
    geneactiv,
    gt3x,
    gt3x_v1,
    matrix,
    packed_and_cut,
    while_it_changes,
)
from tests.ingest.formats.actigraph.actigraph_files import EVENING_S, Record, zipped
from tests.ingest.formats.actigraph.actigraph_files import gt3x as gt3x_of
from tests.ingest.formats.matrix_files import HEADER_BYTES
from tests.ingest.remedies import Remedy, Write, as_it_is

AGAIN, STARTED = "copy it from the device again", "it may never have started to record"
V1_INFO = b"Sample Rate: 30\r\nStart Date: 634236966000000000"


def repacked(whole: Write, **others: bytes | None) -> Write:
    """A zip with other members in it, or without one of them."""

    def write(path: Path) -> Path:
        with zipfile.ZipFile(whole(path)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        members |= {name.replace("_", "."): data for name, data in others.items() if data is not None}
        path.write_bytes(zipped({name: data for name, data in members.items() if others.get(name, b"") is not None}))
        return path

    return write


def soiled(data: bytes) -> bytes:
    return bytes(byte ^ 0x55 for byte in data)


def _pages_soiled(data: bytes) -> bytes:
    """Every page of a GENEActiv file keeps its lines, and loses its digits."""
    header, *pages = data.split(b"Recorded Data")
    return b"Recorded Data".join([header, *(page.replace(b"Sequence", b"Sequel") for page in pages)])


def _packets_soiled(data: bytes) -> bytes:
    head, *packets = data.split(b"MDTCPACK")
    return b"MDTCPACK".join([head, *(packet[:50] + soiled(packet[50:]) for packet in packets)])


def _as_if_few_fit(path: Path, tables: tuple[TableMapping, ...]) -> object:
    """Two million records would take seconds: here a hundred are too many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "_RECORDS_FREE", 100)
        return as_it_is(path, tables)


GT3X, NHANES, BIN, MATRIX = (
    "formats/actigraph/reader.py",
    "formats/actigraph/nhanes.py",
    "formats/geneactiv/reader.py",
    "formats/matrix/reader.py",
)
_CROWDED = content(gt3x_of(Record(2, EVENING_S, b"").encoded() * 9_999, method=zipfile.ZIP_DEFLATED))
_24_BITS = content(gt3x_of(Record(27, EVENING_S, bytes(9 * 32)).encoded()))
_UNCALIBRATED = repacked(gt3x, calibration_json=b'{"isCalibrated": false}')

DEVICE_REMEDIES = (
    Remedy(GT3X, "_COPY_AGAIN", AGAIN, repacked(gt3x, log_bin=soiled(bytes(5000))), gt3x),
    Remedy(GT3X, "_COPY_AGAIN", AGAIN, changed(gt3x, cut(200)), gt3x),
    Remedy(GT3X, "_COPY_AGAIN}; it may", STARTED, repacked(gt3x, log_bin=b""), gt3x),
    Remedy(GT3X, "_EXPORT", "CSV from CentrePoint", _24_BITS, centrepoint),
    Remedy(GT3X, "_EXPORT", "or ActiLife", _24_BITS, actilife),
    Remedy(GT3X, "_EXPORT", "CSV from CentrePoint", _UNCALIBRATED, centrepoint),
    Remedy("formats/actigraph/records.py", AGAIN, AGAIN, _CROWDED, gt3x, reading=_as_if_few_fit),
    Remedy(NHANES, "_COPY_AGAIN", AGAIN, changed(repacked(gt3x_v1, activity_bin=b""), cut(60)), gt3x_v1),
    Remedy(NHANES, "_COPY_AGAIN if problems", AGAIN, changed(gt3x_v1, cut(2000)), gt3x_v1),
    Remedy(
        NHANES,
        "else 'export it from ActiLife",
        "CSV with a time column",
        repacked(gt3x_v1, info_txt=b"Sample Rate: 30"),
        actilife,
    ),
    Remedy(NHANES, "_COPY_AGAIN}; it may", STARTED, repacked(gt3x_v1, activity_bin=b""), gt3x_v1),
    Remedy(BIN, "_COPY_AGAIN", AGAIN, changed(geneactiv, packed_and_cut), geneactiv),
    Remedy(BIN, "_COPY_AGAIN", AGAIN, changed(geneactiv, _pages_soiled), geneactiv),
    Remedy(BIN, "_COPY_AGAIN", AGAIN, changed(geneactiv, lambda d: d[:1000] + bytes(1 << 20)), geneactiv),
    Remedy(BIN, "_COPY_AGAIN}; it may", STARTED, changed(geneactiv, lambda d: d.split(b"Recorded")[0]), geneactiv),
    Remedy(BIN, "set the device to 25 Hz", "25 Hz or more", SLOW_GENEACTIV, geneactiv),
    Remedy(
        BIN,
        "import it again",
        "import it again",
        geneactiv,
        geneactiv,
        reading=while_it_changes(lambda data: data.replace(b"F", b"~")),
    ),
    Remedy(MATRIX, "_COPY_AGAIN", AGAIN, changed(matrix, packed_and_cut), matrix),
    Remedy(MATRIX, "_COPY_AGAIN", AGAIN, changed(matrix, _packets_soiled), matrix),
    Remedy(MATRIX, "_COPY_AGAIN", AGAIN, changed(matrix, lambda d: d[:HEADER_BYTES] + b"x" * 5000), matrix),
    Remedy(MATRIX, "_COPY_AGAIN", AGAIN, changed(matrix, lambda d: d[:512] + bytes(12) + d[524:]), matrix),
    Remedy(MATRIX, "_COPY_AGAIN}; it may", STARTED, changed(matrix, cut(HEADER_BYTES)), matrix),
    Remedy(MATRIX, "if that changes nothing", "set its clock", partial(matrix, runs=False), matrix),
    Remedy(MATRIX, "switch the accelerometer on", "for nights", partial(matrix, with_movement=False), matrix),
)
