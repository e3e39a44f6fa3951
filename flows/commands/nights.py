"""``nightkick nights``: the table of nights, which are flagged, and why."""

from __future__ import annotations

from typing import Any

from flows.settings.database import store_for
from flows.terminal.night_table import Nights, decoded, print_nights, select_nights
from flows.terminal.options import EVERY_NIGHT, FOR_PEOPLE, Database, JsonOrCsv, Selection
from flows.terminal.talk import emit
from flows.terminal.values import Row, csv_text, json_document


def nights(*, selection: Selection = EVERY_NIGHT, db: Database = None, form: JsonOrCsv = FOR_PEOPLE) -> None:
    """List the nights, with what was found in them and why some are flagged."""
    shape = form.shape()
    found = select_nights(store_for(db), selection)
    if shape == "json":
        emit(json_document(nights=[_with_flags(row, found) for row in found.rows]))
    elif shape == "csv":
        emit(csv_text(found.columns, found.rows))
    else:
        print_nights(found)


def _with_flags(row: Row, nights: Nights) -> dict[str, Any]:
    reasons = [
        {"flag": why["flag"], "reason": why["reason"], "criteria": decoded(why["criteria"])}
        for why in nights.reasons_of(row)
    ]
    return {**row, "reasons": reasons}
