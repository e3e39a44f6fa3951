"""``nightkick show``: one night, its measures, the reasoning behind each flag, and its raster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, tzinfo
from textwrap import fill
from typing import Any

from analytics import store as the_store
from analytics.words import (
    BLANKS,
    CAVEAT,
    COUNTS_ONLY,
    FLAG_STATES,
    NAPS,
    NIGHT_FACTS,
    NOT_ASSESSABLE,
    SHORT_MEASURES,
    SLEEP_SOURCES,
    TIERS,
    clock_words,
    onset_doubt,
    ruleset_words,
)
from flows.settings.database import store_for
from flows.terminal.night_table import decoded
from flows.terminal.options import Database, Json, WhoseNight
from flows.terminal.raster import LEGEND, raster
from flows.terminal.talk import emit
from flows.terminal.values import Row, json_document
from ingest.errors import UsageError, visible

#: Of the caveat under it all.
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything the store has about one night; ``flags`` with those that were not raised."""

    night: Row
    flags: tuple[Mapping[str, Any], ...]
    series: tuple[Row, ...]
    bouts: tuple[Row, ...]
    events: tuple[Row, ...]


def show(night: date, /, *, subject: WhoseNight = None, db: Database = None, as_json: Json = False) -> None:
    """Show one night: measures, each criterion of each flag, and a raster of its movements.

    Parameters
    ----------
    night
        Date of the evening, YYYY-MM-DD.
    """
    store = store_for(db)
    with the_store.snapshot(store):  # an import may replace the night between two questions
        stored = read_night(store, night, subject)
    if as_json:
        emit(json_document(**asdict(stored)))
    else:
        emit("".join(f"{line}\n" for line in _lines(stored)) + f"\n{fill(CAVEAT, _WIDTH)}\n")


def read_night(store: the_store.Store, night_date: date, subject: str | None) -> Stored:
    """Read one night.

    Parameters
    ----------
    night_date : date
        The evening on which the night begins.
    subject : str or None
        None: the one person who has that night.

    Raises
    ------
    UsageError
        There is no such night, or several people have one and ``subject`` does not say whose.
    """
    nights = the_store.query(
        store, "SELECT * FROM nights WHERE night_date = ? ORDER BY subject", [night_date]
    ).to_dicts()
    chosen = [night for night in nights if subject in (None, night["subject"])]
    if not chosen:
        raise UsageError(f"no night {night_date}{_of(subject)}", hint=_nearest(store, night_date))
    if len(chosen) > 1:
        names = ", ".join(night["subject"] for night in chosen)
        raise UsageError(f"several people recorded {night_date}", hint=f"--subject, one of {names}")
    (night,) = chosen
    key = [night["subject"], night_date]

    def rows(table: str, order: str) -> tuple[Row, ...]:
        statement = f"SELECT * FROM {table} WHERE subject = ? AND night_date = ? ORDER BY {order}"
        return tuple(the_store.query(store, statement, key).to_dicts())

    flags = [flag for flag in rows("flag", "raised DESC, name") if flag["ruleset"] == night["ruleset"]]
    return Stored(
        night=night,
        flags=tuple(_without_key(flag) | {"criteria": decoded(flag["criteria"])} for flag in flags),
        series=tuple(map(_without_key, rows("series", "series_no"))),
        bouts=tuple(map(_without_key, rows("bout", "start_at"))),
        events=tuple(map(_without_key, rows("events", "movement_no"))),
    )


def _without_key(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("subject", "night_date", "ruleset")}


def _of(subject: str | None) -> str:
    return "" if subject is None else f" of {subject}"


def _nearest(store: the_store.Store, night_date: date) -> str:
    statement = "SELECT night_date FROM nights ORDER BY abs(night_date - ?), night_date LIMIT 1"
    found = the_store.query(store, statement, [night_date]).to_dicts()
    return f"the nearest is {found[0]['night_date']}" if found else "nothing is stored yet; import a recording"


def _lines(stored: Stored) -> Iterator[str]:
    from analytics.scoring.rulesets import DEFAULT_RULESET
    from ingest.clock import zone_info

    night, zone = stored.night, zone_info(stored.night["tz"])
    yield visible(f"Night of {night['night_date']}, {night['subject']}, times in {night['tz']}")
    yield ""
    if not night["assessable"]:
        yield visible(f"{NOT_ASSESSABLE.capitalize()}: {night['not_assessable_reason']} {COUNTS_ONLY}")
        yield ""
    rules = (NIGHT_FACTS["ruleset"], ruleset_words(night["ruleset"], DEFAULT_RULESET.name))
    measures = [(name, text) for name, text in (rules, *_measures(night, zone)) if text is not None]
    yield from (visible(f"{name:<22}{text}") for name, text in measures)
    for flag in stored.flags:
        yield ""
        yield from _flag_lines(flag)
    yield ""
    yield from raster(night["recorded_from"], night["recorded_to"], stored.bouts, stored.events, zone)
    yield ""
    yield LEGEND.rstrip()


def _measures(night: Row, zone: tzinfo) -> Iterator[tuple[str, str | None]]:
    """Names and values; None is unknown and left out."""
    yield "worn on", f"{night['site']} (legs recorded: {night['legs']})"
    yield (
        NIGHT_FACTS["recorded_h"],
        f"{_clock(night['recorded_from'], zone)} to {_clock(night['recorded_to'], zone)}, {night['recorded_h']:.1f} h",
    )
    yield BLANKS["unworn"], _number(night["unworn_h"] or None, ".1f", " h")
    clock = (night["leg_offset_s"], night["leg_drift_ppm"], night["leg_alignment_confidence"])
    yield "clocks of the legs", clock_words(*clock)
    yield NIGHT_FACTS["longest_gap_s"], _number(night["longest_gap_s"], ".0f", " s")
    yield NIGHT_FACTS["sleep_source"], SLEEP_SOURCES.get(night["sleep_source"])
    yield NIGHT_FACTS["sleep_onset_at"], _moment(night["sleep_onset_at"], zone, night["onset_sd_min"])
    yield NIGHT_FACTS["wake_at"], _moment(night["wake_at"], zone, None)
    yield SHORT_MEASURES["tst_h"], _number(night["tst_h"], ".1f", " h")
    yield NIGHT_FACTS["waso_min"], _number(night["waso_min"], ".0f", " min")
    yield NIGHT_FACTS["sleep_efficiency"], _number(night["sleep_efficiency"], ".0%", "")
    yield NAPS, f"{night['n_naps']}, {night['nap_h']:.1f} h still" if night["n_naps"] else None
    yield SHORT_MEASURES["plms_index"], _number(night["plms_index"], ".1f", f" per hour asleep{_range(night)}")
    yield SHORT_MEASURES["n_plms"], _number(night["n_plms"], "d", _of_candidates(night))
    yield SHORT_MEASURES["plmw_index"], _number(night["plmw_index"], ".1f", " per hour awake in bed")
    yield SHORT_MEASURES["periodicity_index_share"], _number(night["periodicity_index_share"], ".0%", "")
    yield SHORT_MEASURES["median_imi_s"], _number(night["median_imi_s"], ".1f", " s")
    yield SHORT_MEASURES["share_imi_20_40"], _number(night["share_imi_20_40"], ".0%", "")
    yield SHORT_MEASURES["n_hypnic_jerks"], _number(night["n_hypnic_jerks"], "d", "")
    yield NIGHT_FACTS["blind_below_mg"], _number(night["blind_below_mg"], ".0f", " mg")
    yield NIGHT_FACTS["tier"], f"{night['tier']} ({TIERS})"
    yield "review", night["review"]


def _flag_lines(flag: Mapping[str, Any]) -> Iterator[str]:
    """A flag with its sentence, then each criterion and whether it is met."""
    words = FLAG_STATES[flag["state"]]
    yield visible(f"{flag['name']}: {words.upper() if flag['raised'] else words}")
    yield visible(f"  {flag['reason']}")
    for criterion in flag["criteria"]:
        value = criterion["value"]
        shown = "" if value is None else f" = {value:.3g}" if isinstance(value, float) else f" = {value}"
        yield visible(f"  {criterion['state']:<16}{criterion['name']}{shown} ({criterion['says']})")


def _number(value: float | None, spec: str, unit: str) -> str | None:
    return None if value is None else f"{value:{spec}}{unit}"


def _clock(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"


def _moment(moment: datetime | None, zone: tzinfo, sd_min: float | None) -> str | None:
    if moment is None:
        return None
    return _clock(moment, zone) + onset_doubt(sd_min)


def _range(night: Row) -> str:
    low, high = night["plms_index_low"], night["plms_index_high"]
    return "" if low is None or high is None else f" ({low:.1f} to {high:.1f})"


def _of_candidates(night: Row) -> str:
    """Each number with what it counts: asleep, then asleep or awake."""
    series = f" in {night['n_series_in_sleep']} series" if night["n_series_in_sleep"] is not None else ""
    return f"{series}; asleep or awake {night['n_clm']} candidate movements, {night['n_series']} series"
