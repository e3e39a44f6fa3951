"""Raw CSVs as ActiLife writes them, for the tests of their reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.formats import actilife
from ingest.recording import Decoded
from tests.ingest.table_files import joined

#: 2023-10-25T21:30:00 and 2023-11-02T16:48:59 on the device's clock.
START_US = 1_698_269_400_000_000
DOWNLOAD_US = 1_698_943_739_000_000
NO_STAMPS = (
    "the file has no time stamps that can be read: all times rest on its start and the nominal 100 Hz, from which a"
    " real sensor drifts by minutes over a night"
)


@dataclass(frozen=True, slots=True)
class Export:
    """How an export was made.

    Attributes
    ----------
    date_format : str
        As line 1 names it: ``M/d/yyyy``.
    separator : str
        Between the parts of a date, where the computer's language has another than the format.
    with_names, with_stamps : bool
        What was ticked when it was made.
    decimal : str
        Point or comma; with a comma fields are separated by semicolons unless they are quoted.
    """

    rate_hz: int = 100
    date_format: str = "M/d/yyyy"
    separator: str = ""
    with_names: bool = True
    with_stamps: bool = False
    decimal: str = "."
    quoted: bool = False
    newline: str = "\r\n"
    device: str = "ActiGraph GT3X+"
    start_us: int = START_US
    download_us: int = DOWNLOAD_US


def document(xyz_mg: NDArray[np.int64], export: Export = Export()) -> str:
    """A whole file with these values in whole milli-g, shape (n, 3)."""
    lines = [*header(export), *_names(export)]
    for number, row in enumerate(xyz_mg.tolist()):
        fields = [f"{value / 1000:.3f}" for value in row]
        if export.with_stamps:
            fields.insert(0, _moment(export.start_us + round(number * 1e6 / export.rate_hz), export))
        lines.append(_line(fields, export))
    return export.newline.join([*lines, ""])


def header(export: Export) -> list[str]:
    """The ten lines above names and samples."""
    began, read_out = (_parts(us) for us in (export.start_us, export.download_us))
    return [
        f"------------ Data File Created By {export.device} ActiLife v6.13.3 Firmware v3.2.1 date format"
        f" {export.date_format} at {export.rate_hz} Hz  Filter Normal -----------",
        "Serial Number: NEO1D12345678",
        f"Start Time {began[3]}",
        f"Start Date {_date(export.start_us, export)}",
        "Epoch Period (hh:mm:ss) 00:00:00",
        f"Download Time {read_out[3]}",
        f"Download Date {_date(export.download_us, export)}",
        "Current Memory Address: 0",
        "Current Battery Voltage: 4.07     Mode = 12",
        "--------------------------------------------------",
    ]


def _names(export: Export) -> list[str]:
    if not export.with_names:
        return []
    names = [f"Accelerometer {axis}" for axis in "XYZ"]
    return [_separator(export).join(["Timestamp", *names] if export.with_stamps else names)]


def _line(fields: list[str], export: Export) -> str:
    fields = [field.replace(".", export.decimal) if _is_number(field) else field for field in fields]
    return _separator(export).join(f'"{field}"' if export.quoted else field for field in fields)


def _is_number(field: str) -> bool:
    return re.fullmatch(r"-?\d+\.\d+", field) is not None


def _separator(export: Export) -> str:
    return ";" if export.decimal == "," and not export.quoted else ","


def _moment(us: int, export: Export) -> str:
    return f"{_date(us, export)} {_parts(us)[3]}{export.decimal}{us // 1000 % 1000:03}"


def _parts(us: int) -> tuple[int, int, int, str]:
    text = str(np.datetime64(us, "us").astype("datetime64[s]"))
    year, month, day = text[:10].split("-")
    return int(year), int(month), int(day), text[11:]


def _date(us: int, export: Export) -> str:
    """The date as .NET writes it: M and MM, d and dd, yy and yyyy."""
    year, month, day, _ = _parts(us)
    values = {"y": year, "m": month, "d": day}

    def written(found: re.Match[str]) -> str:
        letters = found[0]
        number = values[letters[0].lower()]
        return f"{number % 100:02}" if letters.lower() == "yy" else f"{number:0{len(letters)}}"

    text = re.sub(r"[dMmy]+", written, export.date_format)
    return re.sub(r"[^\d]+", export.separator, text) if export.separator else text


def read(path: Path, text: str) -> Decoded:
    path.write_text(text, encoding="utf-8", newline="")
    assert actilife.claims(path.read_bytes()[:4096], path)
    return actilife.read(path)


def even_us(n: int, rate_hz: float = 100, start_us: int = START_US) -> NDArray[np.int64]:
    after_us: NDArray[np.int64] = np.rint(np.arange(n) * 1e6 / rate_hz).astype(np.int64)
    return start_us + after_us


def in_mg(decoded: Decoded) -> NDArray[np.int64]:
    mg: NDArray[np.int64] = np.rint(joined(decoded).xyz_g() * 1000).astype(np.int64)
    return mg
