"""``nightkick inspect``: what one file holds, decoded and not stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flows.output import text_cell
from flows.settings import load
from flows.terminal import emit, say
from flows.wishes import Wishes, declaration
from ingest import describe, read_recording


def inspect_command(file: Path, wishes: Wishes, *, as_json: bool) -> None:
    """Print the document of `ingest.describe`, as JSON or as one line a field."""
    settings = load()
    document = describe(read_recording(file, declaration(wishes, settings), tables=settings.tables()))
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
