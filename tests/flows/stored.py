"""A small database built by hand: two nights whose every shown number is known, with names that are hard."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from analytics.flag import Criterion, Flag
from analytics.measures import Measures
from analytics.model import Bout, Event, Movement, Night, Score, Series
from analytics.store import Attempt, Store, StoredRecording, initialise, save
from ingest.clock import microseconds
from ingest.workspace import own_folder

#: Unicode, quotes, a comma, and an escape sequence that would repaint a terminal.
SUBJECT = 'Zoë "日本", \x1b[31mred'
EVENING = date(2026, 3, 2)
ZONE = "Europe/Berlin"
IN_BED = datetime(2026, 3, 2, 21, 40, tzinfo=UTC)


def us(minutes: float) -> int:
    """An instant, in minutes after going to bed."""
    return microseconds(IN_BED + timedelta(minutes=minutes))


def periodic_night() -> Night:
    """Flagged: four movements 27 s apart, asleep."""
    onsets = [us(60 + 27 * k / 60) for k in range(4)]
    movements = tuple(
        Movement(k, "a" * 64, "ankle", "left", onset, onset + 2_500_000, 0.13, 0.01, 1.1, 2.0, 1, "leg_movement")
        for k, onset in enumerate(onsets, 1)
    )
    events = tuple(
        Event(
            movement_no=m.number,
            parts=(m.number,),
            lead=m.number,
            leg="left",
            onset_us=m.onset_us,
            offset_us=m.offset_us,
            is_lm=True,
            is_clm=True,
            is_plm=True,
            imi_s=None if m.number == 1 else 27.0,
            series_no=1,
            sleep_state="sleep",
            label="periodic",
            p_near_onset=0.0,
            confidence=0.9,
        )
        for m in movements
    )
    criteria = (
        Criterion("PLMS per hour of sleep", "met", 45.04, 15.0, "more than 15 (adults, ICSD-3-TR)"),
        Criterion("no better explanation", "not measurable", None, None, "a sensor cannot tell"),
    )
    flags = (
        Flag("possible_plmd", raised=True, criteria=criteria, reason="45.0 periodic leg movements per hour of sleep."),
        Flag("possible_rls", raised=False, criteria=(), reason="No possible RLS: no wake."),
    )
    measures = Measures(
        n_lm=4,
        n_clm=4,
        n_plm=4,
        n_plms=4,
        n_plmw=0,
        plms_index=45.04,
        periodicity_index_share=1.0,
        share_imi_20_40=1.0,
        median_imi_s=27.0,
        n_series=1,
        n_series_in_sleep=1,
        periodicity_unstable=False,
    )
    series = (Series(1, onsets[0], onsets[-1] + 2_500_000, 4, 4, 27.0),)
    return _night(EVENING, movements, Score("wasm2016", "0" * 16, measures, events, series, flags), assessable=True)


def short_night() -> Night:
    """Too short to say anything: no index, one jerk."""
    movement = Movement(
        1, "a" * 64, "ankle", "left", us(1450), us(1450) + 300_000, 0.4, 0.01, 0.2, 1.0, 1, "brief_jerk"
    )
    event = Event(
        movement_no=1,
        parts=(1,),
        lead=1,
        leg="left",
        onset_us=movement.onset_us,
        offset_us=movement.offset_us,
        is_lm=False,
        is_clm=False,
        is_plm=False,
        imi_s=None,
        series_no=None,
        sleep_state="sleep",
        label="hypnic_jerk",
        p_near_onset=0.4,
        confidence=0.5,
    )
    measures = Measures(n_lm=0, n_clm=0, n_plms=0, n_plmw=0, n_series=0, n_series_in_sleep=0)
    score = Score("wasm2016", "0" * 16, measures, events=(event,), series=(), flags=())
    return _night(date(2026, 3, 3), (movement,), score, assessable=False)


def _night(night_date: date, movements: tuple[Movement, ...], score: Score, *, assessable: bool) -> Night:
    day = 0 if night_date == EVENING else 1440
    return Night(
        subject=SUBJECT,
        night_date=night_date,
        zone=ZONE,
        recordings=("a" * 64,),
        site="ankle",
        legs="left",
        recorded_from_us=us(day),
        recorded_to_us=us(day + (120 if assessable else 30)),
        recorded_h=2.0 if assessable else 0.5,
        recorded_share=1.0,
        unworn_h=0.0,
        short_gaps_per_h=0.0,
        longest_gap_s=0.0,
        sleep_source="accelerometer" if assessable else "none",
        in_bed_us=us(day) if assessable else None,
        sleep_onset_us=us(15) if assessable else None,
        onset_sd_min=15.0 if assessable else None,
        wake_us=us(120) if assessable else None,
        tst_h=1.75 if assessable else None,
        waso_min=0.0 if assessable else None,
        sleep_efficiency=0.875 if assessable else None,
        blind_below_mg=8.0,
        tier="B" if assessable else "D",
        assessable=assessable,
        not_assessable_reason=None if assessable else "Only 0.5 h recorded.",
        n_hypnic_jerks=sum(event.label == "hypnic_jerk" for event in score.events),
        bouts=(Bout(us(0), us(15), "wake"), Bout(us(15), us(120), "sleep")) if assessable else (),
        movements=movements,
        scores=(score,),
        criteria_hash="0" * 16,
        version="0.1.0",
    )


def recording() -> StoredRecording:
    """The one file behind both nights."""
    return StoredRecording(
        sha256="a" * 64,
        path=Path("nächte/\x07bell.cwa"),
        subject=SUBJECT,
        site="ankle",
        side="left",
        zone=ZONE,
        zone_source="user",
        format="axivity-cwa",
        device_maker="Axivity",
        device_model="AX3",
        device_serial="17",
        first_us=us(0),
        last_us=us(1470),
        n_samples=1,
        rate_hz_nominal=50.0,
        rate_hz_true=50.0,
        lsb_g=0.004,
        unit="g",
        bad_blocks=0,
        restarts=0,
        instants_known=True,
        quality={},
        warnings=(),
        stages=(),
        night_dates=(EVENING, date(2026, 3, 3)),
    )


def build(path: Path) -> Store:
    """Make the database at ``path``: a copy of one that each process makes once, where there is none yet."""
    store = Store(path)
    own_folder(path.parent)
    if path.exists():
        return _filled(store)
    path.touch(0o600)
    path.write_bytes(_built())
    return store


@cache
def _built() -> bytes:
    with TemporaryDirectory() as folder:
        return _filled(Store(Path(folder) / "n.duckdb")).path.read_bytes()


def _filled(store: Store) -> Store:
    initialise(store)
    attempt = Attempt(Path("nächte/\x07bell.cwa"), "a" * 64, "imported", None, us(2000), us(2000.05), "0.1.0")
    save(store, recording(), (periodic_night(), short_night()), attempt)
    return store
