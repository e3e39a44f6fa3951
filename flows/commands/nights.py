"""``nightkick nights``: the table of nights, which are flagged, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flows.settings.database import store_for
from flows.terminal.night_table import Nights, Selection, decoded, print_nights, select_nights
from flows.terminal.talk import emit
from flows.terminal.values import Row, Shape, csv_text, json_document


def nights_command(selection: Selection, *, database: Path | None, shape: Shape) -> None:
    """Print the selected nights: for people with the reasons below, as JSON with every column, or as CSV."""
    nights = select_nights(store_for(database), selection)
    if shape == "json":
        emit(json_document(nights=[_with_flags(row, nights) for row in nights.rows]))
    elif shape == "csv":
        emit(csv_text(nights.columns, nights.rows))
    else:
        print_nights(nights)


def _with_flags(row: Row, nights: Nights) -> dict[str, Any]:
    reasons = [
        {"flag": why["flag"], "reason": why["reason"], "criteria": decoded(why["criteria"])}
        for why in nights.reasons_of(row)
    ]
    return {**row, "reasons": reasons}
