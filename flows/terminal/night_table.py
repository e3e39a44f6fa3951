"""The nights that a selection means, and the table that shows them to people.

Flags and verdicts bear the names that SQL, ``--json`` and scripts take, so that what is read can be asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from analytics import store as the_store
from analytics.words import NOT_ASSESSABLE, long_sleep, unraised_words
from flows.terminal.options import Selection
from flows.terminal.talk import emit, emit_table
from flows.terminal.values import Row
from ingest.errors import visible

UNKNOWN = "-"


#: Columns of the table for people that hold formatted numbers.
NUMBERS = ("asleep", "PLMS/h", "PLMS", "series", "periodic", "20-40 s", "jerks")


@dataclass(frozen=True, slots=True)
class Nights:
    """Selected rows of the view ``nights`` with its columns, and of ``flagged_nights``, by evening."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    reasons: tuple[Row, ...]

    def reasons_of(self, night: Row) -> list[Row]:
        """The flags of one night."""
        key = (night["subject"], night["night_date"])
        return [row for row in self.reasons if (row["subject"], row["night_date"]) == key]


def select_nights(store: the_store.Store, selection: Selection) -> Nights:
    """Read the selected nights, by evening and person."""
    where, parameters = condition(selection)
    with the_store.snapshot(store):  # an import may replace a night between the two
        frame = the_store.query(store, f"SELECT * FROM nights WHERE {where} ORDER BY night_date, subject", parameters)
        why = the_store.query(store, "SELECT * FROM flagged_nights ORDER BY night_date, subject, flag")
    return Nights(tuple(frame.columns), tuple(frame.to_dicts()), tuple(why.to_dicts()))


def print_nights(nights: Nights) -> None:
    """The table, then one sentence for each flag and for each night that says nothing."""
    if not nights.rows:
        emit("no nights\n")
        return
    several = len({row["subject"] for row in nights.rows}) > 1
    rows = [for_people(row, with_subject=several) for row in nights.rows]
    emit_table(tuple(rows[0]), rows, to_right=NUMBERS)
    sentences = [line for row in nights.rows for line in _sentences(row, nights, with_subject=several)]
    if sentences:
        emit("\n" + "".join(f"{visible(line)}\n" for line in sentences))


def condition(selection: Selection) -> tuple[str, list[object]]:
    """SQL over the columns of the view ``nights``, with a placeholder for each value."""
    tests: list[tuple[str, object]] = [
        ("subject = ?", selection.subject),
        ("night_date >= ?", selection.since),
        ("night_date <= ?", selection.until),
    ]
    given = [(test, value) for test, value in tests if value is not None]
    fixed = ["true", *(["len(flags) > 0"] if selection.flagged else [])]
    if selection.unreviewed:
        fixed.append("review IS NULL")
    return " AND ".join([*fixed, *(test for test, _ in given)]), [value for _, value in given]


def for_people(row: Row, *, with_subject: bool) -> dict[str, object]:
    """A night as a row of the table for people; PLMS and series are those in sleep."""
    who = {"subject": row["subject"]} if with_subject else {}
    return {
        "night": row["night_date"],
        **who,
        "site": f"{row['site']} ({row['legs']})",
        "asleep": _hours(row["tst_h"]),
        "PLMS/h": _fixed(row["plms_index"], 1),
        "PLMS": _fixed(row["n_plms"], 0),
        "series": _fixed(row["n_series_in_sleep"], 0),
        "periodic": _percent(row["periodicity_index_share"]),
        "20-40 s": _percent(row["share_imi_20_40"]),
        "jerks": _fixed(row["n_hypnic_jerks"], 0),
        "flags": ", ".join(row["flags"]) or unraised_words(assessable=row["assessable"], untold=row["flags_untold"]),
        "review": row["review"] or "",
    }


def _sentences(row: Row, nights: Nights, *, with_subject: bool) -> Iterator[str]:
    name = f"{row['night_date']} {row['subject']}" if with_subject else f"{row['night_date']}"
    yield from (f"{name} {why['flag']}: {why['reason']}" for why in nights.reasons_of(row))
    if doubt := long_sleep(row["tst_h"]):
        yield f"{name} doubtful: {doubt}"
    if not row["assessable"]:
        yield f"{name} {NOT_ASSESSABLE}: {row['not_assessable_reason']}"


def decoded(value: object) -> object:
    """A JSON column as what it holds."""
    return json.loads(value) if isinstance(value, str) else value


def _fixed(value: float | None, digits: int) -> str:
    return UNKNOWN if value is None else f"{value:.{digits}f}"


def _hours(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.1f} h"


def _percent(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.0%}"
