"""The nights that a selection means, and the table that shows them to people.

Flags and verdicts bear the names that SQL, ``--json`` and scripts take, so that what is read can be asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics import store as the_store
from analytics.flag import Flag, stored_flag
from analytics.nights.doubt import NEGATIVE_OF, Footing, footing_of_row, negatives_words
from analytics.phrases import damage_words, flag_marks, long_sleep, ruleset_words
from analytics.words import (
    CANNOT_TELL,
    FLAG_MARKS,
    FLAGS,
    MEASURE_COLUMNS,
    NIGHT_FACTS,
    NOT_ASKED,
    NOT_ASSESSABLE,
    VERDICTS,
)
from flows.terminal.dates import on
from flows.terminal.options import Selection
from flows.terminal.talk import emit, emit_lines, emit_table
from flows.terminal.values import Row
from flows.terminal.whose import refuse_unknown

UNKNOWN = "-"
#: Of the nights from one evening to another, of one person or of all.
_AMONG = "night_date BETWEEN $first AND $last AND ($subject IS NULL OR subject = $subject)"
_FLAGS = f"""
SELECT subject, night_date, flag, state, criteria, reason, review FROM night_flags
WHERE (state <> 'not_raised' OR flag = $negative) AND {_AMONG}
ORDER BY night_date, subject, flag
"""

#: What `for_people` and the lines below the table take of the view ``nights``. DuckDB needs four times as long for all.
_SHOWN = tuple(
    dict.fromkeys(
        (
            *("subject", "night_date", "site", "legs", "ruleset", "assessable", "not_assessable_reason", "review"),
            *("flags", "flags_as_reviewed", "flags_untold"),
            *MEASURE_COLUMNS,
            *Footing.__slots__,
        )
    )
)
#: Columns of the table for people that hold formatted numbers.
NUMBERS = tuple(MEASURE_COLUMNS.values())
#: What a narrow screen does without first. Which night it was, whose, and its flags are always there.
_FIRST_TO_GO = (
    "review",
    MEASURE_COLUMNS["share_imi_20_40"],
    MEASURE_COLUMNS["n_series_in_sleep"],
    MEASURE_COLUMNS["periodicity_index_share"],
    MEASURE_COLUMNS["n_hypnic_jerks"],
    "site",
    MEASURE_COLUMNS["n_plms"],
    MEASURE_COLUMNS["tst_h"],
    MEASURE_COLUMNS["plms_index"],
)


@dataclass(frozen=True, slots=True)
class Nights:
    """Selected rows of the view ``nights`` with the columns that the table shows, and the flags of these nights.

    Attributes
    ----------
    raised, untold : mapping
        By subject and evening, the raised flags, and those that could not be told, each with its reason.
    unasked : mapping
        By subject and evening, those of ``untold`` that lack no more than an answer of the person.
    negatives : frozenset
        Subject and evening of every night on which `NEGATIVE_OF` could be told and was not raised.
    damage : mapping
        By subject and evening, what is missing of files that are damaged.
    """

    rows: tuple[Row, ...]
    raised: Mapping[the_store.NightKey, list[Row]]
    untold: Mapping[the_store.NightKey, list[Row]]
    unasked: Mapping[the_store.NightKey, list[str]]
    negatives: frozenset[the_store.NightKey]
    damage: Mapping[the_store.NightKey, tuple[str, ...]]

    def reasons_of(self, night: Row) -> list[Row]:
        """The raised flags of one night."""
        return self.raised.get(_key(night), [])

    def untold_of(self, night: Row) -> list[Row]:
        """The flags of one night that could not be told; none where the night as a whole cannot be assessed."""
        return self.untold.get(_key(night), []) if night["assessable"] else []

    def unasked_of(self, night: Row) -> list[str]:
        """The flags of one night that lack no more than an answer of the person."""
        return self.unasked.get(_key(night), []) if night["assessable"] else []

    def n_unasked(self) -> int:
        """Nights on which such an answer is missing."""
        return sum(bool(self.unasked_of(row)) for row in self.rows)

    def beside_negatives(self, rows: Sequence[Row]) -> str | None:
        """What the negatives among these rows stand on, in one line; None without any."""
        found = [row for row in rows if _key(row) in self.negatives]
        if not found:
            return None
        return negatives_words([footing_of_row(row) for row in found], len(rows))


def _stored(row: Row, *, raised: bool = False) -> Flag:
    return stored_flag(row["flag"], row["criteria"], row["reason"], raised=raised)


def _key(row: Row) -> the_store.NightKey:
    return row["subject"], row["night_date"]


def _by_night(rows: Iterable[Row]) -> dict[the_store.NightKey, list[Row]]:
    """Rows in their order, by the night that they are of."""
    found: dict[the_store.NightKey, list[Row]] = {}
    for row in rows:
        found.setdefault(_key(row), []).append(row)
    return found


def select_nights(store: the_store.Store, selection: Selection) -> Nights:
    """Read the selected nights, by evening and person, and what the table for people says of them."""
    among = condition(selection, store)
    with the_store.snapshot(store):  # an import may replace a night between the two
        _, found = _rows(store, among, _SHOWN)
        flags = _flags(store, selection, found)
        damage = the_store.damaged_files(store)
    untold = [row for row in flags if row["state"] == "cannot_tell"]
    unasked = _by_night(row for row in untold if _stored(row).lacks_answer)
    return Nights(
        tuple(found),
        raised=_by_night(row for row in flags if row["state"] == "raised"),
        untold=_by_night(untold),
        unasked={key: [row["flag"] for row in rows] for key, rows in unasked.items()},
        negatives=frozenset(_key(row) for row in flags if row["state"] == "not_raised"),
        damage=damage,
    )


def whole_nights(store: the_store.Store, selection: Selection) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """The columns of the view ``nights``, and its selected rows, by evening and person: what programs read."""
    return _rows(store, condition(selection, store), ("*",))


def nights_with_reasons(store: the_store.Store, selection: Selection) -> list[tuple[Row, list[Row]]]:
    """The rows of `whole_nights`, each with the raised flags of its night and their reasons."""
    among = condition(selection, store)
    with the_store.snapshot(store):
        _, found = _rows(store, among, ("*",))
        raised = _by_night(row for row in _flags(store, selection, found) if row["state"] == "raised")
    return [(row, raised.get(_key(row), [])) for row in found]


def _rows(
    store: the_store.Store, among: tuple[str, list[object]], columns: Sequence[str]
) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    where, parameters = among
    sql = f"SELECT {', '.join(columns)} FROM nights WHERE {where} ORDER BY night_date, subject"
    return the_store.row_table(store, sql, parameters)


def _flags(store: the_store.Store, selection: Selection, found: Sequence[Row]) -> list[dict[str, Any]]:
    """Of the evenings that were found, the flags that are raised or cannot be told, and every `NEGATIVE_OF`."""
    days = [row["night_date"] for row in found]
    among = {"first": min(days, default=None), "last": max(days, default=None), "subject": selection.subject}
    return the_store.row_dicts(store, _FLAGS, {**among, "negative": NEGATIVE_OF})


def print_nights(nights: Nights) -> None:
    """The table, then one line for each flag and for each night that says nothing; ``nightkick show`` has the whole."""
    from analytics.scoring.rulesets import DEFAULT_RULESET  # late, for it loads pydantic

    if not nights.rows:
        emit("no nights\n")
        return
    several = len({row["subject"] for row in nights.rows}) > 1
    rows = [for_people(row, nights, with_subject=several) for row in nights.rows]
    emit_table(tuple(rows[0]), rows, to_right=NUMBERS, first_to_go=_FIRST_TO_GO, to_stay=("subject", "flags"))
    if any(sign in str(row["flags"]) for row in rows for sign in "(?"):
        emit_lines([FLAG_MARKS])
    rules = ruleset_words(nights.rows[0]["ruleset"], DEFAULT_RULESET.name)
    sentences = [] if rules is None else [f"{NIGHT_FACTS['ruleset']} of this table: {rules}"]
    sentences += [line for row in nights.rows for line in _sentences(row, nights, with_subject=several)]
    if n := nights.n_unasked():
        sentences.append(f"{NOT_ASKED}{'' if len(nights.rows) == 1 else f', on {n} of {len(nights.rows)} nights'}")
    if (negative := nights.beside_negatives(nights.rows)) is not None:
        sentences.append(negative)
    if sentences:
        emit_lines(["", *sentences])


def condition(selection: Selection, store: the_store.Store) -> tuple[str, list[object]]:
    """SQL over the columns of the view ``nights``, with a placeholder for each value.

    Raises
    ------
    UsageError
        Nothing is stored of the person who is meant.
    """
    refuse_unknown(store, selection.subject)
    tests: list[tuple[str, object]] = [
        ("subject = ?", selection.subject),
        ("night_date >= ?", on(selection.since, store, selection.subject)),
        ("night_date <= ?", on(selection.until, store, selection.subject)),
    ]
    given = [(test, value) for test, value in tests if value is not None]
    fixed = ["true", *(["len(flags_as_reviewed) > 0"] if selection.flagged else [])]
    if selection.unreviewed:
        fixed.append("NOT is_reviewed")
    return " AND ".join([*fixed, *(test for test, _ in given)]), [value for _, value in given]


def for_people(row: Row, nights: Nights, *, with_subject: bool) -> dict[str, object]:
    """A night as a row of the table for people; PLMS and series are those in sleep.

    Of a night that is not assessable only the hours asleep are shown: a 0 would read as "no movements".
    """
    who = {"subject": row["subject"]} if with_subject else {}
    told = row if row["assessable"] else {**row, **dict.fromkeys(MEASURE_COLUMNS), "tst_h": row["tst_h"]}
    return {
        "night": row["night_date"],
        **who,
        "site": f"{row['site']} ({row['legs']})",
        MEASURE_COLUMNS["tst_h"]: _hours(row["tst_h"]),
        MEASURE_COLUMNS["plms_index"]: _fixed(told["plms_index"], 1),
        MEASURE_COLUMNS["n_plms"]: _fixed(told["n_plms"], 0),
        MEASURE_COLUMNS["n_series_in_sleep"]: _fixed(told["n_series_in_sleep"], 0),
        MEASURE_COLUMNS["periodicity_index_share"]: _percent(told["periodicity_index_share"]),
        MEASURE_COLUMNS["share_imi_20_40"]: _percent(told["share_imi_20_40"]),
        MEASURE_COLUMNS["n_hypnic_jerks"]: _fixed(told["n_hypnic_jerks"], 0),
        "flags": ", ".join(_marks(row, nights)),
        "review": ", ".join(_verdicts(row, nights)),
    }


def _verdicts(row: Row, nights: Nights) -> Iterator[str]:
    """What was said of the raised flags, each verdict once, and whether one is still to review; else of the night."""
    given = [why["review"] for why in nights.reasons_of(row)] or [row["review"]]
    yield from dict.fromkeys(one for one in given if one)
    if any(given) and None in given:
        yield "to_review"


def _marks(row: Row, nights: Nights) -> tuple[str, ...]:
    return flag_marks(
        {name: name for name in FLAGS},
        flags=row["flags"],
        as_reviewed=row["flags_as_reviewed"],
        untold=row["flags_untold"],
        assessable=row["assessable"],
        unasked=nights.unasked_of(row),
    )


def _sentences(row: Row, nights: Nights, *, with_subject: bool) -> Iterator[str]:
    name = f"{row['night_date']} {row['subject']}" if with_subject else f"{row['night_date']}"
    for why in nights.reasons_of(row):
        said = f" ({VERDICTS[why['review']]})" if why["review"] else ""
        yield f"{name} {why['flag']}{said}: {_stored(why, raised=True).short_reason}"
    unasked = nights.unasked_of(row)
    for why in (one for one in nights.untold_of(row) if one["flag"] not in unasked):
        yield f"{name} {why['flag']} ({CANNOT_TELL}): {_stored(why).short_reason}"
    if doubt := long_sleep(row["tst_h"]):
        yield f"{name} doubtful: {doubt}"
    for missing in nights.damage.get(_key(row), ()):
        yield damage_words(missing, name)
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
