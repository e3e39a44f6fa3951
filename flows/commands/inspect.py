"""``nightkick inspect``: what one recording holds, decoded and not stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from flows.terminal.options import Json, Sensor, Start, TimeShift, Zone
from flows.terminal.talk import emit, emit_lines, say
from flows.terminal.values import text_cell

_APART = ("schema", "sensors", "warnings")
_SENSOR = "Of an export of several sensors the one to show: telephone or watch; default: the watch."


def inspect(
    file: Path,
    /,
    *,
    tz: Zone = None,
    time_shift: TimeShift = None,
    start: Start = None,
    sensor: Annotated[Sensor, Parameter(help=_SENSOR)] = None,
    as_json: Json = False,
) -> None:
    """Decode one file and show what is in it; nothing is stored.

    Parameters
    ----------
    file
        A recording, or an archive or folder with a single one. Of an export with a telephone and a watch both are
        listed, and the watch is shown, unless another is named.
    """
    from flows.importing.declared import Wishes
    from flows.importing.one_recording import description_of

    document = description_of(file, Wishes.parsed(tz=tz, time_shift=time_shift, start=start, sensor=sensor))
    if as_json:
        emit(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return
    emit_lines(_lines({key: value for key, value in document.items() if key not in _APART}))
    emit_lines(map(_sensor_line, document["sensors"] if len(document["sensors"]) > 1 else ()))
    for warning in document["warnings"]:
        say(f"warning: {warning}")


def _lines(document: dict[str, Any]) -> list[str]:
    width = max(map(len, document))
    return [f"{key:<{width}}  {_text(value)}".rstrip() for key, value in document.items()]


def _sensor_line(row: dict[str, Any]) -> str:
    """A line on a sensor of an export, below the fields of the one that is shown."""
    if row["error"]:
        return f"sensor {row['name']}: {text_cell(row['file'])}: {text_cell(row['error'])}"
    where = ", ".join(f"{key} {text_cell(row[key])}" for key in ("site", "side", "n_samples", "rate_hz_true"))
    return f"sensor {row['name']}: {text_cell(row['file'])}, {where}, {row['first_sample']} to {row['last_sample']}"


def _text(value: object) -> str:
    """Gaps can be thousands; people get the number and the first few."""
    if isinstance(value, list) and len(value) > 3 and isinstance(value[0], dict):
        return f"{len(value)}, the first: {text_cell(value[:3])}"
    return text_cell(value)
