"""``nightkick show``: one night, its measures, the reasoning behind each flag, and its raster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from analytics import store as the_store
from analytics.flag import URGE_CRITERION, Criterion
from analytics.nights.doubt import beside, footing_of_row, not_own_words
from analytics.phrases import clock_words, damage_words, interval_words, onset_doubt, ruleset_words, span_words
from analytics.words import (
    BLANKS,
    CAVEAT,
    COUNTS_ONLY,
    DOUBTS,
    FLAG_STATES,
    MEASURES,
    NAPS,
    NIGHT_FACTS,
    NOT_ASSESSABLE,
    SHORT_MEASURES,
    SLEEP_SOURCES,
    TIERS,
    URGE_NOT_ASKED,
    VERDICTS,
)
from flows.settings.database import store_for
from flows.terminal.dates import When, evening, when
from flows.terminal.night_table import decoded
from flows.terminal.options import Database, Json, WhoseNight
from flows.terminal.raster import LEGEND, raster
from flows.terminal.talk import emit, emit_lines
from flows.terminal.values import Row, json_document
from flows.terminal.whose import refuse_unknown
from ingest.errors import UsageError, visible

if TYPE_CHECKING:
    from analytics.person import Person


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything the store has about one night; ``flags`` with those that were not raised.

    Attributes
    ----------
    damage : tuple of str
        What is missing of files that are damaged, in sentences.
    """

    night: Row
    flags: tuple[Mapping[str, Any], ...]
    series: tuple[Row, ...]
    bouts: tuple[Row, ...]
    events: tuple[Row, ...]
    damage: tuple[str, ...] = ()


def show(
    night: Annotated[When, Parameter(converter=when)],
    /,
    *,
    subject: WhoseNight = None,
    db: Database = None,
    as_json: Json = False,
) -> None:
    """Show one night: measures, each criterion of each flag, and a raster of its movements.

    Parameters
    ----------
    night
        Date of the evening: YYYY-MM-DD, YYYY/MM/DD, DD.MM.YYYY, today, yesterday, last, -7d or a weekday.
    """
    store = store_for(db)
    refuse_unknown(store, subject)
    with the_store.snapshot(store):  # an import may replace the night between two questions
        stored = read_night(store, evening(night, store=store, subject=subject), subject)
    if as_json:
        emit(json_document(**asdict(stored)))
    else:
        emit_lines([*_lines(stored), "", CAVEAT])


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
    nights = the_store.row_dicts(store, "SELECT * FROM nights WHERE night_date = ? ORDER BY subject", [night_date])
    chosen = [night for night in nights if subject in (None, night["subject"])]
    if not chosen:
        raise UsageError(f"no night {night_date}{_of(subject)}", hint=_nearest(store, night_date, subject))
    if len(chosen) > 1:
        names = ", ".join(night["subject"] for night in chosen)
        raise UsageError(f"several people recorded {night_date}", hint=f"--subject, one of {names}")
    (night,) = chosen
    key = (night["subject"], night_date)

    def rows(table: str, order: str) -> tuple[Row, ...]:
        statement = f"SELECT * FROM {table} WHERE subject = ? AND night_date = ? ORDER BY {order}"
        return tuple(the_store.row_dicts(store, statement, key))

    person = the_store.people_of(store).get(night["subject"])
    flags = rows("night_flags", "state <> 'raised', state <> 'cannot_tell', flag")
    return Stored(
        night=night,
        flags=tuple(_flag(flag, night, person) for flag in flags),
        series=tuple(map(_without_key, rows("series", "series_no"))),
        bouts=tuple(map(_without_key, rows("bout", "start_at"))),
        events=tuple(map(_without_key, rows("events", "movement_no"))),
        damage=the_store.damaged_files(store, key).get(key, ()),
    )


def _flag(row: Row, night: Row, person: Person | None) -> dict[str, Any]:
    """A flag with its criteria, and what stands beside it."""
    return {
        "name": row["flag"],
        "raised": row["state"] == "raised",
        **{name: row[name] for name in ("state", "review", "state_as_reviewed", "reason")},
        "criteria": decoded(row["criteria"]),
        "stands_on": beside(row["flag"], row["state"], footing_of_row(night), person),
    }


def _without_key(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("subject", "night_date", "ruleset")}


def _of(subject: str | None) -> str:
    return "" if subject is None else f" of {subject}"


def _nearest(store: the_store.Store, night_date: date, subject: str | None) -> str:
    statement = """
        SELECT night_date, subject FROM nights
        ORDER BY subject IS DISTINCT FROM ?, abs(night_date - ?), night_date LIMIT 1
    """
    found = the_store.row_dicts(store, statement, [subject, night_date])
    if not found:
        return "nothing is stored yet; import a recording"
    whose = "" if subject is None else f" of {found[0]['subject']}"
    return f"the nearest is {found[0]['night_date']}{whose}"


def _lines(stored: Stored) -> Iterator[str]:
    from analytics.scoring.rulesets import DEFAULT_RULESET
    from ingest.clock import zone_info

    night, zone = stored.night, zone_info(stored.night["tz"])
    yield visible(f"Night of {night['night_date']}, {night['subject']}, times in {night['tz']}")
    yield ""
    if not night["assessable"]:
        yield visible(f"{NOT_ASSESSABLE.capitalize()}: {night['not_assessable_reason']} {COUNTS_ONLY}")
        yield ""
    if stored.damage:
        yield from (visible(damage_words(missing)) for missing in stored.damage)
        yield ""
    rules = (NIGHT_FACTS["ruleset"], ruleset_words(night["ruleset"], DEFAULT_RULESET.name))
    measures = [(name, text) for name, text in (rules, *_measures(stored, zone)) if text is not None]
    yield from (visible(f"{name:<22}{text}") for name, text in measures)
    for flag in stored.flags:
        yield ""
        yield from _flag_lines(flag)
    yield ""
    yield from raster(night["recorded_from"], night["recorded_to"], stored.bouts, stored.events, zone)
    yield ""
    yield LEGEND


def _measures(stored: Stored, zone: tzinfo) -> Iterator[tuple[str, str | None]]:
    """Names and values; None is unknown and left out."""
    night = stored.night
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
    yield NIGHT_FACTS["sleep_onset_at"], _onset(night, zone)
    yield NIGHT_FACTS["wake_at"], _moment(night["wake_at"], zone)
    asleep_between = interval_words(night["tst_low_h"], night["tst_high_h"])
    yield SHORT_MEASURES["tst_h"], _number(night["tst_h"], ".1f", f" h{asleep_between}")
    awake_between = interval_words(night["waso_low_min"], night["waso_high_min"], 0)
    yield NIGHT_FACTS["waso_min"], _number(night["waso_min"], ".0f", f" min{awake_between}")
    hidden, _, where = MEASURES["hidden_h"].partition(": ")
    yield DOUBTS["sleep_doubt_h"], _number(night["sleep_doubt_h"], ".1f", " h")
    yield hidden, _number(night["hidden_h"], ".1f", f" h {where}")
    yield DOUBTS["wear_doubt_h"], _number(night["wear_doubt_h"], ".1f", " h")
    yield NIGHT_FACTS["sleep_efficiency"], _number(night["sleep_efficiency"], ".0%", "")
    yield NAPS, f"{night['n_naps']}, {night['nap_h']:.1f} h still" if night["n_naps"] else None
    between = interval_words(night["plms_index_low"], night["plms_index_high"])
    yield SHORT_MEASURES["plms_index"], _number(night["plms_index"], ".1f", f" per hour asleep{between}")
    yield SHORT_MEASURES["plms_rate"], _rate(night)
    yield SHORT_MEASURES["plms_index_sure"], _number(night["plms_index_sure"], ".1f", " per hour of sure sleep")
    yield SHORT_MEASURES["n_plms"], _number(night["n_plms"], "d", _of_candidates(night))
    not_own = not_own_words(run["perhaps_not_own"] for run in stored.series)
    yield (
        SHORT_MEASURES["perhaps_not_own"],
        f"{not_own} {MEASURES['perhaps_not_own']}" if not_own and stored.series else None,
    )
    yield SHORT_MEASURES["plmw_index"], _number(night["plmw_index"], ".1f", " per hour awake in bed")
    yield SHORT_MEASURES["periodicity_index_share"], _number(night["periodicity_index_share"], ".0%", "")
    yield SHORT_MEASURES["median_imi_s"], _number(night["median_imi_s"], ".1f", " s")
    yield SHORT_MEASURES["median_peak_mg"], _number(night["median_peak_mg"], ".0f", " mg, median")
    yield SHORT_MEASURES["share_imi_20_40"], _number(night["share_imi_20_40"], ".0%", "")
    yield SHORT_MEASURES["n_hypnic_jerks"], _number(night["n_hypnic_jerks"], "d", "")
    yield NIGHT_FACTS["blind_below_mg"], _number(night["blind_below_mg"], ".0f", " mg")
    yield NIGHT_FACTS["tier"], f"{night['tier']} ({TIERS})"
    yield "review", night["review"]


def _flag_lines(flag: Mapping[str, Any]) -> Iterator[str]:
    """A flag with its sentence, then each criterion and whether it is met."""
    words = FLAG_STATES[flag["state"]]
    said = f", {VERDICTS[flag['review']]} by a reviewer" if flag["review"] else ""
    unasked = f", {URGE_NOT_ASKED}" if any(map(_is_unasked, flag["criteria"])) else ""
    yield visible(f"{flag['name']}: {words.upper() if flag['raised'] else words}{said}{unasked}")
    yield visible(f"  {flag['reason']}")
    if flag["stands_on"] is not None:
        yield f"  {flag['stands_on']}"
    for criterion in flag["criteria"]:
        told = Criterion(**criterion).told
        value = f" = {told}" if told else ""
        state = "not asked" if _is_unasked(criterion) else criterion["state"]
        yield visible(f"  {state:<16}{criterion['name']}{value} ({criterion['says']})")


def _is_unasked(criterion: Mapping[str, Any]) -> bool:
    """Whether it is the one that only the person can answer, and was not asked."""
    return bool(criterion["name"] == URGE_CRITERION and criterion["state"] == "not measurable")


def _number(value: float | None, spec: str, unit: str) -> str | None:
    return None if value is None else f"{value:{spec}}{unit}"


def _clock(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"


def _moment(moment: datetime | None, zone: tzinfo) -> str | None:
    return None if moment is None else _clock(moment, zone)


def _onset(night: Row, zone: tzinfo) -> str | None:
    onset = _moment(night["sleep_onset_at"], zone)
    between = (_moment(night[name], zone) for name in ("sleep_onset_low_at", "sleep_onset_high_at"))
    return None if onset is None else onset + onset_doubt(night["onset_sd_min"], *between)


def _rate(night: Row) -> str | None:
    """The rate behind the night, which has no middle of its own."""
    between = span_words(night["plms_rate_low"], night["plms_rate_high"])
    return f"{between} per hour asleep (95 %)" if between else None


def _of_candidates(night: Row) -> str:
    """Each number with what it counts: asleep, then asleep or awake."""
    series = f" in {night['n_series_in_sleep']} series" if night["n_series_in_sleep"] is not None else ""
    return f"{series}; asleep or awake {night['n_clm']} candidate movements, {night['n_series']} series"
