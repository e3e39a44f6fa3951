"""``nightkick inspect``: what one recording holds, decoded and not stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flows.terminal.options import Json, Start, TimeShift, Zone
from flows.terminal.talk import emit, say
from flows.terminal.values import text_cell


def inspect(
    file: Path,
    /,
    *,
    tz: Zone = None,
    time_shift: TimeShift = None,
    start: Start = None,
    as_json: Json = False,
) -> None:
    """Decode one file and say what is in it; nothing is stored.

    Parameters
    ----------
    file
        A recording, or an archive or folder with a single one.
    """
    from flows.importing.declared import Wishes
    from flows.importing.one_recording import description_of

    document = description_of(file, Wishes.parsed(tz=tz, time_shift=time_shift, start=start))
    if as_json:
        emit(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return
    emit("".join(_lines({key: value for key, value in document.items() if key not in ("schema", "warnings")})))
    for warning in document["warnings"]:
        say(f"warning: {warning}")


def _lines(document: dict[str, Any]) -> list[str]:
    width = max(map(len, document))
    return [f"{key:<{width}}  {_text(value)}".rstrip() + "\n" for key, value in document.items()]


def _text(value: object) -> str:
    """Gaps can be thousands; people get the number and the first few."""
    if isinstance(value, list) and len(value) > 3 and isinstance(value[0], dict):
        return f"{len(value)}, the first: {text_cell(value[:3])}"
    return text_cell(value)
