"""``nightkick movements``: every movement of the nights that are meant, for spreadsheets and scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from analytics import store as the_store
from analytics.files.csv_text import csv_parts
from flows.settings.database import store_for
from flows.terminal.dates import When, when
from flows.terminal.night_table import condition
from flows.terminal.options import EVERY_NIGHT, FOR_PEOPLE, Database, JsonOrCsv, Selection, at_most_one
from flows.terminal.talk import emit, emit_table
from flows.terminal.values import Row, Shape, json_parts
from ingest.errors import UsageError

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
#: As many as say something; programs get all of them.
_DIGITS = {"duration_s": 1, "peak_g": 3, "imi_s": 1}
#: Rows of the table for people: those of a year, and then some.
MOST_SHOWN = 250_000
#: What a narrow screen does without first.
_FIRST_TO_GO = ("movement_no", "sleep_state", "duration_s", "peak_g", "leg", "imi_s")


def movements(
    night: Annotated[When | None, Parameter(converter=when)] = None,
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
        Date of the evening: YYYY-MM-DD, YYYY/MM/DD, DD.MM.YYYY, today, yesterday, last, -7d or a
        weekday; without it, of all nights.
    label
        Only these.
    """
    shape = form.shape()
    given = {"a night": night is not None, "--since or --until": (selection.since or selection.until) is not None}
    at_most_one(given)
    store = store_for(db)
    meant = selection if night is None else replace(selection, since=night, until=night)
    where, parameters = condition(meant, store)
    keys = the_store.row_table(store, f"SELECT subject, night_date FROM nights WHERE {where}", parameters)[1]
    _print(
        the_store.movements_in_parts(store, [(row["subject"], row["night_date"]) for row in keys], label=label), shape
    )


def _print(parts: Iterator[pl.DataFrame], shape: Shape) -> None:
    """A few columns for people, or all."""
    if shape == "text":
        _print_table(parts)
        return
    texts = csv_parts(parts) if shape == "csv" else json_parts("movements", (part.to_dicts() for part in parts))
    for text in texts:
        emit(text)


def _print_table(parts: Iterator[pl.DataFrame]) -> None:
    """All of it at once, for a column is as wide as its widest cell.

    Raises
    ------
    UsageError
        There are more than `MOST_SHOWN`.
    """
    rows: list[Row] = []
    for part in parts:
        rows += part.select("subject", *_FOR_PEOPLE).to_dicts()
        if len(rows) > MOST_SHOWN:
            raise UsageError(
                f"more than {MOST_SHOWN:,} movements are too many for a table",
                hint="choose nights with --since and --until, or write all with --csv",
            )
    if not rows:
        emit("no movements\n")
        return
    several = len({row["subject"] for row in rows}) > 1
    columns = ("subject", *_FOR_PEOPLE) if several else _FOR_PEOPLE
    emit_table(columns, [_shown(row) for row in rows], to_right=tuple(_DIGITS), first_to_go=_FIRST_TO_GO)


def _shown(row: Row) -> dict[str, object]:
    """A movement as people read it."""
    rounded = {name: None if row[name] is None else f"{row[name]:.{n}f}" for name, n in _DIGITS.items()}
    return {**row, **rounded, "onset_at": row["onset_at"].isoformat(timespec="seconds")}
