"""Nights and their events under pseudonyms: who, when, where and by which device cannot be read from them.

People become P1, P2, .. in an order of chance. The first evening of each person is put on a day of chance in the years
of `FIRST_DAYS`, and all others as far from it as they were: the number of days is kept nowhere, and because the new
day does not depend on the true one, it says nothing about it. Weekdays and seasons are lost with that, the time of day
stays. Within a night all times have the offset from UTC that its evening had, so that no clock change shows, which
would name two Sundays of the year.

This is a pseudonym, not anonymity: who has the same recording can still find its movements by their intervals.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

import polars as pl

#: Long before any device, so that no date is taken for a true one and none can be one; spreadsheets know them.
FIRST_DAYS = (date(1930, 1, 1), date(1949, 12, 31))
#: No evening may come this close to devices that exist.
LAST_DAY = date(1979, 12, 31)

#: Columns of the views that are handed on as they are: numbers, truths, and words out of lists of this program.
NIGHT_COLUMNS = (
    "site", "legs", "recorded_h", "recorded_share", "unworn_h", "short_gaps_per_h", "longest_gap_s", "sleep_source",
    "onset_sd_min", "tst_h", "tst_low_h", "tst_high_h", "wake_h", "waso_min", "sleep_efficiency", "sleep_doubt_h",
    "hidden_h", "wear_doubt_h", "n_naps", "nap_h", "n_lm", "n_clm", "n_plm", "n_plms", "n_plmw", "plms_index",
    "plms_index_low", "plms_index_high", "plmw_index", "periodicity_index_share", "periodicity_index_runs",
    "periodicity_unstable", "share_imi_20_40", "median_imi_s", "n_series", "n_series_in_sleep", "n_isolated",
    "n_hypnic_jerks", "blind_below_mg", "tier", "assessable", "flags", "flags_untold", "is_reviewed",
)  # fmt: skip
NIGHT_TIMES = ("recorded_from", "recorded_to", "in_bed_at", "sleep_onset_at", "wake_at")
EVENT_COLUMNS = (
    "movement_no", "duration_s", "leg", "site", "peak_g", "posture_change_deg", "sleep_state", "label", "imi_s",
    "series_no", "is_lm", "is_clm", "is_plm", "p_near_onset", "confidence", "p_sleep",
)  # fmt: skip
EVENT_TIMES = ("onset_at", "offset_at")

EventsOf = Callable[[Sequence[tuple[str, date]]], pl.DataFrame]
_KEY = ["subject", "night_date"]
#: Whose events are taken at once: so many nights, or the next person's last.
_NIGHTS_AT_ONCE = 250
_NO_TIME = pl.Datetime("us")


def pseudonymous(nights: pl.DataFrame, events: EventsOf, *, built_in: Sequence[str]) -> dict[str, pl.DataFrame]:
    """The tables ``nights`` and ``events`` as they may be handed on; of events those of these nights.

    Events are taken some people at a time: those of all people, with names and files, would fill a memory.

    Parameters
    ----------
    nights : DataFrame
        Rows of the view ``nights``; at least one.
    events : callable
        Rows of the view ``events`` of some nights.
    built_in : sequence of str
        Names of rule sets that may be named; another one's name is a person's own word, and becomes "own".

    Raises
    ------
    ValueError
        Nights of one person lie so far apart that new dates would reach into the years of devices.
    """
    clock = pl.col("recorded_from_local") - pl.col("recorded_from").dt.replace_time_zone(None)
    keys = nights.select(*_KEY, clock=clock).join(_renamed(nights), on="subject", how="left")
    keys = keys.with_columns(evening=pl.col("night_date") + pl.col("shift")).sort("person", "evening")
    if keys["evening"].max() > LAST_DAY:  # type: ignore[operator]  # dates, and at least one
        raise ValueError("nights of one person lie more than 30 years apart")
    rules = pl.when(pl.col("ruleset").is_in(list(built_in))).then(pl.col("ruleset")).otherwise(pl.lit("own"))
    return {
        "nights": _told(nights.with_columns(ruleset=rules), keys, NIGHT_TIMES, ("ruleset", *NIGHT_COLUMNS)),
        "events": pl.concat([_told(events(some), keys, EVENT_TIMES, EVENT_COLUMNS) for some in _some_people(keys)]),
    }


def _some_people(keys: pl.DataFrame) -> Iterator[list[tuple[str, date]]]:
    """The nights of some people after the other, in the order of their pseudonyms, in which tables are sorted."""
    some: list[tuple[str, date]] = []
    for mine in keys.partition_by("person", maintain_order=True):
        some += mine.select(_KEY).rows()
        if len(some) >= _NIGHTS_AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _renamed(nights: pl.DataFrame) -> pl.DataFrame:
    """Each subject with its pseudonym and the shift of its dates. No seed brings them back: chance is the system's."""
    chance = secrets.SystemRandom()
    firsts = nights.group_by("subject").agg(first=pl.col("night_date").min())
    order = chance.sample(range(1, firsts.height + 1), firsts.height)
    earliest, latest = FIRST_DAYS
    new = [earliest + timedelta(days=chance.randint(0, (latest - earliest).days)) for _ in order]
    return firsts.select(
        "subject",
        person=pl.Series([f"P{number}" for number in order], dtype=pl.String),
        shift=pl.Series(new, dtype=pl.Date) - pl.col("first"),
    )


def _told(frame: pl.DataFrame, keys: pl.DataFrame, times: Sequence[str], columns: Sequence[str]) -> pl.DataFrame:
    """The columns that are handed on, in an order that does not give the true one of people away.

    Parameters
    ----------
    keys : DataFrame
        Of each night: ``person``, ``evening``, ``shift`` of dates, ``clock`` (offset from UTC).
    times, columns : sequence of str
        Instants that are shifted, and columns that stay as they are.
    """
    local = [
        (pl.col(name).dt.replace_time_zone(None) + pl.col("clock") + pl.col("shift"))
        .cast(_NO_TIME)
        .alias(f"{name.removesuffix('_at')}_local")
        for name in times
    ]
    joined = frame.join(keys, on=_KEY, how="inner")
    return joined.select("person", "evening", *local, *columns).sort("person", "evening", local[0].meta.output_name())
