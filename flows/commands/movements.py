"""``nightkick movements``: every movement of the nights that are meant, for spreadsheets and scripts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from analytics import store as the_store
from flows.settings.database import store_for
from flows.terminal.night_table import condition
from flows.terminal.options import EVERY_NIGHT, FOR_PEOPLE, Database, JsonOrCsv, Selection, at_most_one
from flows.terminal.talk import emit, emit_table
from flows.terminal.values import Shape, csv_text, json_document

if TYPE_CHECKING:
    import polars as pl

#: As `analytics.model.Label`, which would load numpy.
Label = Literal[
    "periodic",
    "hypnic_jerk",
    "isolated",
    "short_interval",
    "wake",
    "rhythmic",
    "posture_change",
    "large_movement",
]

_FOR_PEOPLE = ("night_date", "movement_no", "onset_at", "duration_s", "leg", "peak_g", "sleep_state", "label", "imi_s")


def movements(
    night: date | None = None,
    /,
    *,
    selection: Selection = EVERY_NIGHT,
    label: Label | None = None,
    db: Database = None,
    form: JsonOrCsv = FOR_PEOPLE,
) -> None:
    """List the movements of a night, or of all nights that are meant.

    Parameters
    ----------
    night
        Date of the evening, YYYY-MM-DD; without it, of all nights.
    label
        Only these.
    """
    shape = form.shape()
    given = {"a night": night is not None, "--since or --until": (selection.since or selection.until) is not None}
    at_most_one(given)
    where, parameters = condition(selection if night is None else replace(selection, since=night, until=night))
    frame = the_store.query(
        store_for(db),
        f"""
        SELECT * FROM events
        SEMI JOIN (SELECT subject, night_date FROM nights WHERE {where}) USING (subject, night_date)
        WHERE ? IS NULL OR label = ?
        ORDER BY night_date, subject, movement_no
        """,
        [*parameters, label, label],
    )
    _print(frame, shape)


def _print(frame: pl.DataFrame, shape: Shape) -> None:
    """A few columns for people, or all."""
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
