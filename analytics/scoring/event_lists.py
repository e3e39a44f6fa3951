"""Event lists as people keep them, turned into the tables that scoring takes, and its results turned back.

Knows the columns of such lists and what may stand in them: times in seconds, words for legs and
stages, gaps that were not scored. `analytics.scoring.event_tables` behind it takes whole milliseconds and fixed names
only. Nothing is guessed: what is not understood is refused with `UsageError`, which names the first bad row by its
number from 1, the heading and blank lines not counted.

Times may be negative: a list may count from lights off, and a movement may come before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import polars as pl
from polars import selectors as cs

from analytics.scoring.event_tables import UNKNOWN
from analytics.scoring.rulesets import Ruleset, ruleset_hash
from ingest.errors import UsageError

ListName = Literal["movements", "hypnogram", "respiration", "arousals"]

NIGHT = "night_id"
#: What the only night is called where no list says.
NAMELESS_NIGHT = "1"
#: Needed in each list, beside `NIGHT` where there are several nights.
COLUMNS: Mapping[ListName, tuple[str, ...]] = {
    "movements": ("leg", "onset_s", "offset_s"),
    "hypnogram": ("start_s", "duration_s", "stage"),
    "respiration": ("onset_s", "offset_s"),
    "arousals": ("onset_s", "offset_s"),
}

#: 31 years: no list that counts from its own night gets there; one that counts from 1970 does, and is told so.
FARTHEST_S = 1e9
_FAR_HINT = "seconds from a zero of the night itself, at most 1,000,000,000"
_NIGHT_HINT = "say which night a row is of"
_LEGS = {"l": "L", "left": "L", "r": "R", "right": "R", "u": "U", "unknown": "U"}
_LEG_HINT = "L, R, U or left, right, unknown; a movement of both legs is two rows"
_STAGES = {
    **{stage: stage for stage in ("W", "N1", "N2", "N3", "R", "S", UNKNOWN)},
    "WAKE": "W",
    "REM": "R",
    "SLEEP": "S",
    "UNKNOWN": UNKNOWN,
}
_STAGE_HINT = "W, N1, N2, N3, R, S for sleep that is not staged, ? or nothing for unknown"
#: As polysomnographs write it into their annotations: "Sleep stage N2".
_STAGE_PREFIX = "^(SLEEP )?STAGE "
#: How many names a sentence lists before it only counts.
_NAMED = 5
_SHOWN_CHARACTERS = 40


def scoring_table(name: ListName, columns: pl.DataFrame, *, others: Iterable[str] = ()) -> pl.DataFrame:
    """One list as `analytics.scoring.score.score` takes it, row by row in the given order.

    Parameters
    ----------
    columns : DataFrame
        Of the columns in `COLUMNS`, and `NIGHT`; others are left out. Numbers, or text that holds them.
    others : iterable of str
        Columns of the list that were not read, to be named where one is missing.

    Returns
    -------
    DataFrame
        Without `NIGHT` where the list has none: see `with_night`.

    Raises
    ------
    UsageError
        If a column is missing or is of a type that cannot be it, or naming the first row that makes no sense.
    """
    missing = [column for column in COLUMNS[name] if column not in columns.columns]
    if missing:
        found = listed([*columns.columns, *others])
        raise UsageError(f"there is no column {missing[0]} among {found or 'none'}", hint=_needs(name))
    nights = {NIGHT: _night_ids(columns)} if NIGHT in columns.columns else {}
    if name == "hypnogram":
        return pl.DataFrame({**nights, **_epochs(columns)})
    legs = {"leg": _legs(columns)} if name == "movements" else {}
    return pl.DataFrame({**nights, **legs, **_spans(columns)})


def only_night(tables: Iterable[pl.DataFrame]) -> str | None:
    """The night that lists without `NIGHT` are of; None where the others name several."""
    named = [table[NIGHT] for table in tables if NIGHT in table.columns]
    nights = pl.concat(named).unique().to_list() if named else []
    if len(nights) > 1:
        return None
    return str(nights[0]) if nights else NAMELESS_NIGHT


def with_night(table: pl.DataFrame, night: str | None) -> pl.DataFrame:
    """The table with `NIGHT`, as `only_night` has it where it lacks one.

    Raises
    ------
    UsageError
        If it lacks one and there are several nights.
    """
    if NIGHT in table.columns:
        return table
    if night is None:
        raise UsageError(f"there is no column {NIGHT}, but there are several nights", hint=_NIGHT_HINT)
    return table.select(pl.lit(night).alias(NIGHT), *table.columns)


def repeated_rows(table: pl.DataFrame) -> int:
    """How many rows are equal to an earlier one."""
    return len(table) - table.n_unique() if len(table) else 0


def gaps(tables: Mapping[ListName, pl.DataFrame], nights: pl.DataFrame) -> list[str]:
    """Sentences about nights that are in one list and missing in another.

    A respiration or arousal list that does not name a night says that nothing happened in it: that is no gap.

    Parameters
    ----------
    nights : DataFrame
        `Scored.nights` of these lists.
    """
    unstaged = nights.filter(pl.col("tst_h").is_null())[NIGHT].to_list() if "hypnogram" in tables else []
    still = nights.join(tables["movements"], on=NIGHT, how="anti", maintain_order="left")[NIGHT].to_list()
    found = {
        "without a scored epoch, so that sleep and its indices are unknown": unstaged,
        "not among the movements, so counted as without any": still,
    }
    return [f"{what}: {listed(names)}" for what, names in found.items() if names]


def listed(names: Iterable[str]) -> str:
    """A few names, and how many more there are."""
    every = [name[:_SHOWN_CHARACTERS] for name in names]
    more = len(every) - _NAMED
    return ", ".join(every[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def movement_rows(movements: pl.DataFrame) -> pl.DataFrame:
    """`Scored.movements` with times in seconds. Null is unknown."""
    yes_no = ("is_respiratory", "is_plm_nonrespiratory", "is_arousal")
    return movements.select(
        *(NIGHT, _in_seconds("onset"), _in_seconds("offset"), "side", "n_mono", "is_clm", "is_plm", "series_id"),
        *(_in_seconds("imi"), "stage", *yes_no),
    )


def series_rows(series: pl.DataFrame) -> pl.DataFrame:
    """`Scored.series` with times in seconds, from the first onset to the last offset."""
    times = (_in_seconds("start"), _in_seconds("end"))
    return series.select(NIGHT, "series_id", *times, "n_movements", "n_in_sleep", "median_imi_s")


def night_rows(nights: pl.DataFrame, ruleset: Ruleset) -> pl.DataFrame:
    """`Scored.nights` with the rules that they were scored by."""
    return nights.with_columns(ruleset=pl.lit(ruleset.name), ruleset_hash=pl.lit(ruleset_hash(ruleset)))


def csv_form(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows for a CSV file: seconds with 3 decimals, 0 or 1 for no and yes; null stays null and is written empty."""
    return rows.with_columns((cs.ends_with("_s") & cs.float()).cast(pl.Decimal(20, 3)), cs.boolean().cast(pl.Int8))


def _needs(name: ListName) -> str:
    return f"it needs {', '.join(COLUMNS[name])}, and {NIGHT} where there are several nights"


def _spans(columns: pl.DataFrame) -> dict[str, pl.Series]:
    onset, offset = _seconds(columns, "onset_s"), _seconds(columns, "offset_s")
    onset_ms, offset_ms = _milliseconds(onset), _milliseconds(offset)
    _refuse(columns, offset_ms < onset_ms, "offset_s", "no event ends before its onset_s")
    return {"onset_ms": onset_ms, "offset_ms": offset_ms}


def _epochs(columns: pl.DataFrame) -> dict[str, pl.Series]:
    start, duration = _seconds(columns, "start_s"), _seconds(columns, "duration_s")
    _refuse(columns, duration < 0, "duration_s", "0 or more")
    start_ms = _milliseconds(start)
    # The end is rounded, not the duration: epochs of a third of a second would overlap by a millisecond.
    return {
        "start_ms": start_ms,
        "duration_ms": _milliseconds(start + duration) - start_ms,
        "stage": _stages(columns),
    }


def _seconds(columns: pl.DataFrame, name: str) -> pl.Series:
    given = columns[name]
    if given.dtype == pl.String:
        given = given.str.strip_chars()
    elif not (given.dtype.is_numeric() or given.dtype == pl.Null):
        raise UsageError(f"{name} is {given.dtype}", hint="a number of seconds")
    seconds = given.cast(pl.Float64, strict=False)
    _refuse(columns, ~seconds.is_finite().fill_null(value=False), name, "a number of seconds, such as 12.5")
    _refuse(columns, seconds.abs() > FARTHEST_S, name, _FAR_HINT)
    return seconds


def _milliseconds(seconds: pl.Series) -> pl.Series:
    return (seconds * 1000).round().cast(pl.Int64)


def _night_ids(columns: pl.DataFrame) -> pl.Series:
    nights = _words(columns, NIGHT)
    _refuse(columns, nights.is_null(), NIGHT, _NIGHT_HINT)
    return nights


def _legs(columns: pl.DataFrame) -> pl.Series:
    words = _words(columns, "leg").str.to_lowercase()
    legs = words.replace_strict(_LEGS, default=None, return_dtype=pl.String)
    _refuse(columns, legs.is_null(), "leg", _LEG_HINT)
    return legs


def _stages(columns: pl.DataFrame) -> pl.Series:
    words = _words(columns, "stage").str.to_uppercase().str.replace(_STAGE_PREFIX, "").fill_null(UNKNOWN)
    stages = words.replace_strict(_STAGES, default=None, return_dtype=pl.String)
    _refuse(columns, stages.is_null(), "stage", _STAGE_HINT)
    return stages


def _words(columns: pl.DataFrame, name: str) -> pl.Series:
    """A column as text without blanks round it; null where nothing is left."""
    given = columns[name]
    kinds = (pl.String, pl.Categorical, pl.Enum, pl.Date, pl.Null)
    if not (given.dtype in kinds or given.dtype.is_integer()):
        raise UsageError(f"{name} is {given.dtype}", hint="write it as text")
    text = given.cast(pl.String).str.strip_chars()
    return text.set(text == "", None)


def _refuse(columns: pl.DataFrame, bad: pl.Series, column: str, hint: str) -> None:
    rows = bad.fill_null(value=False).arg_true()
    if len(rows):
        row = int(rows[0])
        night = f" (night {_shown(columns[NIGHT][row])})" if NIGHT in columns.columns else ""
        raise UsageError(f"row {row + 1}{night}: {column} is {_shown(columns[column][row])}", hint=hint)


def _shown(value: object) -> str:
    text = "" if value is None else str(value).strip()
    return text[:_SHOWN_CHARACTERS] or "empty"


def _in_seconds(time: str) -> pl.Expr:
    """Rounded, because polars multiplies by the inverse of a constant: 4.999 s could be 4.999000000000001."""
    return (pl.col(f"{time}_ms") / 1000).round(3).alias(f"{time}_s")
