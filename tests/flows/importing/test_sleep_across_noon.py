"""Sleep across noon is one night, dated by the day before, whatever order and pieces its recording comes in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from analytics.criteria import Criteria
from analytics.store import Store, query
from flows.importing.declared import Wishes
from flows.importing.outcomes import Outcome
from flows.importing.pipeline import import_run, open_context
from flows.importing.reanalysis import analyse_again
from tests.flows.importing.wearing import Worn, file_of, local, worn
from tests.flows.making import Pretend, pretending

DAY, ONE = date(2026, 3, 2), timedelta(days=1)
#: Sleeps of a day by the hours of its clock (of the day after above 24), dates counted from that day, hours asleep.
SHIFTS: dict[str, tuple[tuple[tuple[float, float], ...], int, float]] = {
    "08-16": (((8, 16),), -1, 8.0),
    "06-13": (((6, 13),), -1, 7.0),
    "04-13": (((4, 13),), -1, 9.0),
    "22-02 and 05-09": (((22, 26), (29, 33)), 0, 8.0),
    "23-07 and a nap": (((12.5, 14), (23, 31)), 0, 8.0),
}
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata")
#: The day before each change of the clocks.
CHANGES = (("Europe/Berlin", date(2026, 3, 28)), ("Europe/Berlin", date(2026, 10, 24)),
           ("America/New_York", date(2026, 3, 7)), ("America/New_York", date(2026, 10, 31)))  # fmt: skip


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Pretend:
    return pretending(monkeypatch)


def brought_in(db: Path, *files: Path, zone: str) -> tuple[Outcome, ...]:
    outcomes = import_run(files, open_context(Wishes(tz=zone, site="ankle", side="left"), database=db))
    assert [outcome.status for outcome in outcomes] == ["imported"] * len(files), outcomes
    return outcomes


def rows(db: Path, statement: str) -> list[tuple[Any, ...]]:
    return query(Store(db), statement).rows()


def everything(db: Path) -> list[list[tuple[Any, ...]]]:
    tables = ("night", "recording_night", "bout", "nap", "blank", "movement", "event", "score", "flag", "envelope")
    return [rows(db, f"SELECT * FROM {table} ORDER BY ALL") for table in tables]


def days_of(shift: str, zone: str, *, first: date = DAY, n_days: int = 1) -> Worn:
    """The sensor is put on an hour before the first sleep and taken off an hour after the last."""
    sleeps = [
        (local(first + k * ONE, a, zone), local(first + k * ONE, b, zone))
        for k in range(n_days)
        for a, b in SHIFTS[shift][0]
    ]
    spare = timedelta(hours=1)
    return worn(sleeps[0][0] - spare, sleeps[-1][1] + spare, sleeps)


def lasted_h(shift: str, zone: str, day: date) -> float:
    """How long the main sleep of a day really was: the clock's hours, and what a change of the clocks makes of them."""
    sleeps, _, by_clock_h = SHIFTS[shift]
    night = [(a, b) for a, b in sleeps if b - a > 2]
    real = [(local(day, b, zone).astimezone(UTC) - local(day, a, zone).astimezone(UTC)) for a, b in night]
    return by_clock_h + sum(length / timedelta(hours=1) for length in real) - sum(b - a for a, b in night)


def halves_h(shift: str, zone: str, day: date) -> float | None:
    """How long each half was where a change of the clocks puts them as far apart as a split night may be at most."""
    sleeps = [(a, b) for a, b in SHIFTS[shift][0] if b - a > 2]
    if len(sleeps) < 2:
        return None
    (first, end), (start, _) = sleeps
    apart = local(day, start, zone).astimezone(UTC) - local(day, end, zone).astimezone(UTC)
    limit = timedelta(minutes=Criteria().sleep.max_split_min)
    return None if apart < limit else end - first


def check_nights(db: Path, shift: str, *, zone: str = "Europe/Berlin", first: date = DAY, n_days: int = 1) -> None:
    """One main night a day, of the right date and length; windows that tile time."""
    offset = SHIFTS[shift][1]
    found = rows(db, "SELECT night_date, tst_h, window_from, window_to FROM nights ORDER BY night_date")
    slept = [(day, h) for day, h, *_ in found if h is not None]
    assert [day for day, _ in slept] == [first + (k + offset) * ONE for k in range(n_days)]
    for k, (_, tst_h) in enumerate(slept):
        day = first + k * ONE
        # At the limit itself, which the ends of sleep are not told to the minute for, one half may be the night.
        either = [h for h in (lasted_h(shift, zone, day), halves_h(shift, zone, day)) if h is not None]
        assert any(tst_h == pytest.approx(h, abs=0.75) for h in either)
    edges = [(a, b) for *_, a, b in found]
    assert [b for _, b in edges[:-1]] == [a for a, _ in edges[1:]]
    assert all(b > a for a, b in edges)


@pytest.mark.first_case
@pytest.mark.parametrize("shift", SHIFTS)
def test_each_shift_has_one_main_night_of_its_date_and_whole_length(
    tmp_path: Path, pretend: Pretend, shift: str
) -> None:
    db = tmp_path / "n.duckdb"
    brought_in(db, file_of(pretend, "a.fake", days_of(shift, "Europe/Berlin")), zone="Europe/Berlin")
    check_nights(db, shift)


def test_a_nap_at_noon_stays_a_nap_and_visible(tmp_path: Path, pretend: Pretend) -> None:
    db = tmp_path / "n.duckdb"
    brought_in(db, file_of(pretend, "a.fake", days_of("23-07 and a nap", "Europe/Berlin")), zone="Europe/Berlin")
    check_nights(db, "23-07 and a nap")
    ((day, start, hours),) = rows(db, "SELECT night_date, start_local, asleep_h FROM naps")
    assert (day, start.hour) == (DAY, 12)
    assert hours == pytest.approx(1.5, abs=0.3)
    assert rows(db, "SELECT n_naps, nap_h = (SELECT sum(asleep_h) FROM naps) FROM nights WHERE tst_h > 0") == [
        (1, True)
    ]


def pieces(pretend: Pretend, recording: Worn, zone: str, hours: Sequence[float]) -> list[Path]:
    at = [None, *(local(DAY, hour, zone) for hour in hours), None]
    return [file_of(pretend, f"{k}.fake", recording, a, b) for k, (a, b) in enumerate(pairwise(at))]


@pytest.mark.slow
def test_an_import_counts_its_own_nights_and_none_of_another_file_that_was_analysed_again(
    tmp_path: Path, pretend: Pretend
) -> None:
    """The morning moves the edge to the night after, in which it has no sample: "2 nights" were said of it."""
    zone, db = "Europe/Berlin", tmp_path / "n.duckdb"
    morning, rest = pieces(pretend, days_of("08-16", zone, n_days=2), zone, [12.1])
    brought_in(db, rest, zone=zone)
    ((window_from,),) = rows(db, f"SELECT window_from FROM nights WHERE night_date = '{DAY}'")
    (outcome,) = brought_in(db, morning, zone=zone)
    assert rows(db, f"SELECT window_from > '{window_from}' FROM nights WHERE night_date = '{DAY}'") == [(True,)]
    assert outcome.nights == (DAY - ONE,)


@pytest.mark.slow
@pytest.mark.first_case
@pytest.mark.parametrize("cut_h", [12, 10, 14.5])
def test_two_halves_of_a_day_s_sleep_give_the_same_rows_in_either_order(
    tmp_path: Path, pretend: Pretend, cut_h: float
) -> None:
    zone = "Europe/Berlin"
    files = pieces(pretend, days_of("08-16", zone), zone, [cut_h])
    found = []
    for name, order in (("one", files), ("two", files[::-1])):
        db = tmp_path / name / "n.duckdb"
        for file in order:
            brought_in(db, file, zone=zone)
        check_nights(db, "08-16")
        found.append(everything(db))
    assert found[0] == found[1]


@pytest.mark.slow
def test_days_round_the_clock_do_not_drift_and_analysing_again_changes_nothing(
    tmp_path: Path, pretend: Pretend
) -> None:
    zone, db = "Europe/Berlin", tmp_path / "n.duckdb"
    brought_in(db, file_of(pretend, "a.fake", days_of("08-16", zone, n_days=2)), zone=zone)
    check_nights(db, "08-16", n_days=2)
    before = everything(db)
    context = open_context(Wishes(), database=db)
    assert analyse_again(context, [("me", DAY - ONE), ("me", DAY)]) == 0
    assert everything(db) == before


@pytest.mark.slow
@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize(("zone", "first"), [*((zone, DAY) for zone in ZONES), *CHANGES])
def test_in_every_zone_and_over_both_changes_of_the_clocks(
    tmp_path: Path, pretend: Pretend, shift: str, zone: str, first: date
) -> None:
    db = tmp_path / "n.duckdb"
    brought_in(db, file_of(pretend, "a.fake", days_of(shift, zone, first=first, n_days=3)), zone=zone)
    check_nights(db, shift, zone=zone, first=first, n_days=3)
