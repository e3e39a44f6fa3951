"""``nightkick nights``: the table of nights, which are flagged, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analytics.circles import nothing_to_collect
from flows.settings.database import store_for
from flows.terminal.night_table import decoded, nights_with_reasons, print_nights, select_nights, whole_nights
from flows.terminal.options import EVERY_NIGHT, FOR_PEOPLE, Database, JsonOrCsv, Selection
from flows.terminal.talk import complain, emit, say
from flows.terminal.values import Row, csv_text, json_document
from ingest.errors import UsageError

if TYPE_CHECKING:
    from analytics.store import Store


def nights(*, selection: Selection = EVERY_NIGHT, db: Database = None, form: JsonOrCsv = FOR_PEOPLE) -> None:
    """List the nights, with what was found in them and why some are flagged."""
    shape = form.shape()
    with nothing_to_collect():
        store = store_for(db)
        if shape == "json":
            emit(json_document(nights=[_with_flags(*night) for night in nights_with_reasons(store, selection)]))
        elif shape == "csv":
            emit(csv_text(*whole_nights(store, selection)))
        else:
            print_nights(select_nights(store, selection))
        _tell_outdated(store)


def _tell_outdated(store: Store) -> None:
    """Say on stderr that not all nights were analysed alike; without valid settings, that this cannot be told."""
    from flows.settings.settings import load
    from flows.settings.wanted import outdated_by

    try:
        settings = load()
    except UsageError as error:
        complain(error.line())
        return
    if remark := outdated_by(settings, store).remark():
        say(remark)


def _with_flags(row: Row, raised: Sequence[Row]) -> dict[str, Any]:
    reasons = [{"flag": why["flag"], "reason": why["reason"], "criteria": decoded(why["criteria"])} for why in raised]
    return {**row, "reasons": reasons}
