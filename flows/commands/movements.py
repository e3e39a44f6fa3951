"""``nightkick movements``: every movement of the nights that are meant, for spreadsheets and scripts."""

from __future__ import annotations

from pathlib import Path

from analytics.store import query
from flows.settings.database import store_for
from flows.terminal.night_table import Selection, condition
from flows.terminal.talk import emit, emit_table
from flows.terminal.values import Shape, csv_text, json_document

_FOR_PEOPLE = ("night_date", "movement_no", "onset_at", "duration_s", "leg", "peak_g", "sleep_state", "label", "imi_s")


def movements_command(selection: Selection, *, label: str | None, database: Path | None, shape: Shape) -> None:
    """Print the movements of the selected nights under the rule set that is shown: a few columns for people, or all."""
    where, parameters = condition(selection)
    frame = query(
        store_for(database),
        f"""
        SELECT * FROM events
        SEMI JOIN (SELECT subject, night_date FROM nights WHERE {where}) USING (subject, night_date)
        WHERE ? IS NULL OR label = ?
        ORDER BY night_date, subject, movement_no
        """,
        [*parameters, label, label],
    )
    if shape == "json":
        emit(json_document(movements=frame.to_dicts()))
    elif shape == "csv":
        emit(csv_text(frame.columns, frame.to_dicts()))
    elif frame.is_empty():
        emit("no movements\n")
    else:
        several = frame["subject"].n_unique() > 1
        columns = ("subject", *_FOR_PEOPLE) if several else _FOR_PEOPLE
        emit_table(columns, frame.select(columns).to_dicts())
