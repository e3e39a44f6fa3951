"""What people query: the contract's names, a comment on everything, and the questions of the README."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from analytics.measures import NAMES
from analytics.store import Store, find_recording, query, save, set_default_ruleset, stored_recording
from analytics.store.rows import MEASURES
from analytics.store.statements.without_frames import NIGHT_TABLES
from ingest.clock import microseconds
from ingest.recording import Temperature
from tests.analytics.store.making import (
    EVENING,
    START_US,
    attempt,
    bring_in,
    evenings,
    execute,
    night,
    recording,
    sha,
    stored,
)

CONTRACT = {
    "events": "subject night_date movement_no onset_at offset_at duration_s leg site peak_g posture_change_deg"
    " sleep_state label imi_s series_no is_clm is_plm confidence",
    "nights": "subject night_date tz site legs recorded_h sleep_source in_bed_at sleep_onset_at wake_at tst_h waso_min"
    " sleep_efficiency ruleset n_lm n_clm n_plms n_plmw plms_index plmw_index periodicity_index_share"
    " periodicity_index_runs share_imi_20_40 median_imi_s n_series n_hypnic_jerks plms_with_arousal assessable"
    " not_assessable_reason flags review",
    "flagged_nights": "subject night_date flag criteria reason review",
    "night_flags": "subject night_date flag state review state_as_reviewed criteria reason",
    "events_reviewed": "subject night_date movement_no onset_at offset_at duration_s leg site peak_g label imi_s is_clm"
    " is_plm series_no sleep_state origin",
    "nights_reviewed": "subject night_date ruleset n_lm n_clm n_plms n_plmw plms_index tst_h waso_min flags is_changed"
    " why_not n_edits n_unfit n_dismissed excluded_h",
    "nights_changed": "subject night_date is_changed why_not",
    "edits_unfit": "subject night_date act_no edit from_at from_local why",
    "taken_back_acts": "act_no",
    "series": "subject night_date series_no start_at end_at n_movements n_in_sleep median_imi_s",
    "imports": "path sha256 status error started_at finished_at version warnings tz tz_source changes",
    "recordings": "sha256 path subject site side format device serial tz tz_source first_at last_at n_samples"
    " rate_hz_nominal rate_hz_true unit lsb_mg noise_mg clipped_share bad_blocks restarts n_gaps duplicate_stamps"
    " backward_steps n_idle idle_s is_calibrated residual_mg time_shift_s warnings shared_h speaks_h notes",
    "journal": "subject day kind value text",
    "reviews": "subject night_date movement_no onset_at recording start_at end_at verdict note reviewer reviewed_at"
    " flag flags_then",
    "answers": "subject answered_at answer says evidence missing n_nights n_judged rule_version version is_latest",
    "patterns": "subject flag n_flagged n_assessable is_pattern finding note n_nights n_able n_raised share share_low "
    "share_high state",
    "sleep_stages": "subject night_date stage start_at end_at recording",
    "event": "subject night_date ruleset movement_no parts lead leg onset_at offset_at is_lm is_clm is_plm imi_s"
    " series_no sleep_state label p_near_onset confidence p_sleep",
    "sensor_clocks": "subject night_date recording site leg stays behind_s drift_ppm compared_at confidence shared_h",
    "heart_rate": "subject night_date minute_at heart_bpm rmssd_ms recording",
    "sleep_bouts": "subject night_date start_at start_local end_at end_local duration_h state",
    "sleep_epochs": "subject night_date start_at start_local p_sleep",
    "naps": "subject night_date start_at start_local end_at end_local duration_h asleep_h",
    "blanks": "subject night_date start_at end_at duration_s kind",
    "event_parts": "subject night_date movement_no is_strongest recording site leg onset_at offset_at peak_g shape",
    "scores": "subject night_date ruleset is_default ruleset_hash tst_h wake_h n_plms plms_index n_isolated",
    "flag_criteria": "subject night_date ruleset flag raised criterion state value threshold says",
    "thresholds": "subject night_date criteria_hash part name value",
    "rules": "ruleset ruleset_hash name value",
    "night_recordings": "subject night_date recording",
    "samples": "sha256 path g_per_value n_samples first_at last_at rate_hz_true time_shift_s is_pruned",
    "published": "made_at changed_at n_nights first_night last_night n_recordings",
    "people": "subject born age_group sex medication said_by",
    "temperature": "subject night_date minute_at minute_local celsius recording",
}


def row(store: Store, sql: str) -> dict[str, object]:
    rows = query(store, sql).to_dicts()
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize("view", CONTRACT)
def test_a_view_has_the_columns_of_the_contract(store: Store, view: str) -> None:
    columns = query(store, f"FROM {view}").columns
    assert [column for column in CONTRACT[view].split() if column not in columns] == []


def test_the_views_are_those_of_the_contract(store: Store) -> None:
    views = query(store, "SELECT view_name FROM duckdb_views() WHERE NOT internal")["view_name"]
    assert set(views) == set(CONTRACT)


@pytest.mark.parametrize("view", CONTRACT)
def test_instants_of_a_view_are_utc(store: Store, view: str) -> None:
    schema = query(store, f"FROM {view}").schema
    assert all(schema[name] == pl.Datetime("us", "UTC") for name in schema if name.endswith("_at"))


@pytest.mark.parametrize(
    ("catalog", "name"),
    [
        ("duckdb_tables() WHERE NOT internal", "table_name"),
        ("duckdb_views() WHERE NOT internal", "view_name"),
        ("duckdb_columns() WHERE NOT internal", "table_name || '.' || column_name"),
    ],
)
def test_nothing_lacks_a_comment(store: Store, catalog: str, name: str) -> None:
    found = query(store, f"SELECT {name} AS name, comment FROM {catalog}")
    assert found.height > 5
    assert found.filter(pl.col("comment").is_null())["name"].to_list() == []


def test_every_measure_has_a_column_of_its_type(store: Store) -> None:
    schema = query(store, f"SELECT {', '.join(MEASURES)} FROM score").schema
    assert dict(schema) == dict(MEASURES)


def test_a_recording_shows_how_good_it_is_and_what_was_said_of_it(filled: Store) -> None:
    found = row(filled, f"FROM recordings WHERE sha256 = '{sha('left')}'")
    assert (found["device"], found["serial"], found["tz_source"]) == ("Axivity AX3", "17'408", "user")
    assert (found["lsb_mg"], found["noise_mg"], found["clipped_share"]) == (3.9, None, None)
    assert (found["bad_blocks"], found["restarts"], found["n_gaps"], found["duplicate_stamps"]) == (2, 1, 1, 1)
    assert (found["is_calibrated"], found["residual_mg"], found["idle_s"]) == (False, None, 0.0)
    assert found["warnings"] == ["the clock was never set"]
    assert query(filled, "SELECT DISTINCT warnings FROM imports WHERE status = 'imported'")["warnings"].to_list() == [
        ["the clock was never set"]
    ]


# --- nights ------------------------------------------------------------------------------------------------------


def test_a_night_shows_its_measures_and_flags(filled: Store) -> None:
    found = row(filled, "FROM nights")
    assert found["night_date"] == EVENING
    assert found["tz"] == "Europe/Berlin"
    assert (found["n_plms"], found["plms_index"]) == (4, pytest.approx(4 / 7.5))
    assert (found["flags"], found["review"]) == (["possible_plmd"], None)
    assert found["in_bed_at"] == datetime(2026, 3, 10, 21, tzinfo=UTC)


def test_a_measure_that_was_left_out_is_null_and_not_zero(filled: Store) -> None:
    found = row(filled, "SELECT median_imi_s, plms_with_arousal, plms_index_low FROM nights")
    assert set(found.values()) == {None}


def test_a_night_without_raised_flags_has_an_empty_list(store: Store) -> None:
    new = stored()
    save(store, new, [night("anna", EVENING, [new.sha256], raised=False)], attempt())
    assert row(store, "SELECT flags FROM nights") == {"flags": []}
    assert query(store, "FROM flagged_nights").is_empty()


def test_a_night_that_cannot_be_assessed_has_no_index_whatever_was_counted(store: Store) -> None:
    new = stored()
    unworn = night("anna", EVENING, [new.sha256], assessable=False, not_assessable_reason="The sensor was not worn.")
    save(store, new, [unworn], attempt())
    indices = "plms_index, plmw_index, plms_index_low, periodicity_index_share, periodicity_index_runs"
    assert set(row(store, f"SELECT {indices} FROM nights").values()) == {None}
    assert row(store, "SELECT n_plms, not_assessable_reason FROM nights") == {
        "n_plms": 4,
        "not_assessable_reason": "The sensor was not worn.",
    }


def test_the_latest_verdict_on_the_whole_night_counts(filled: Store) -> None:
    columns = "subject, night_date, movement_no, verdict, reviewer, reviewed_at"
    add = f"INSERT INTO review_entry ({columns}) VALUES ('anna', '2026-03-10', ?, ?, 'dr', ?::TIMESTAMPTZ)"
    for movement_no, verdict, at in [
        (None, "unsure", "2026-03-12 10:00:00+00"),
        (None, "confirm", "2026-03-13 10:00:00+00"),
        (None, "dismiss", "2026-03-11 10:00:00+00"),
        (3, "dismiss", "2026-03-14 10:00:00+00"),
    ]:
        execute(filled, add, [movement_no, verdict, at])
    assert row(filled, "SELECT review FROM nights") == {"review": "confirm"}
    assert query(filled, "FROM reviews").height == 4


def test_another_rule_set_can_be_shown(filled: Store) -> None:
    set_default_ruleset(filled, "aasm")
    assert row(filled, "SELECT ruleset, n_lm, flags FROM nights") == {"ruleset": "aasm", "n_lm": 0, "flags": []}
    assert query(filled, "FROM events").is_empty()
    assert query(filled, "FROM series").is_empty()


def test_a_night_that_was_not_scored_under_the_rule_set_is_shown_without_numbers(filled: Store) -> None:
    set_default_ruleset(filled, "of-tomorrow")
    assert row(filled, "SELECT recorded_h, plms_index FROM nights") == {"recorded_h": 8.0, "plms_index": None}


# --- the other views ---------------------------------------------------------------------------------------------


def test_an_event_is_seen_with_what_its_strongest_part_showed(filled: Store) -> None:
    found = row(filled, "FROM events WHERE movement_no = 2")
    assert found["onset_at"] == datetime(2026, 3, 10, 23, 0, 25, tzinfo=UTC)
    assert (found["duration_s"], found["peak_g"], found["site"], found["imi_s"]) == (2.5, 0.13, "ankle", 25.0)


def test_a_flag_gives_each_criterion(filled: Store) -> None:
    found = row(filled, "FROM flagged_nights")
    assert found["flag"] == "possible_plmd"
    (criterion,) = json.loads(str(found["criteria"]))
    assert (criterion["state"], criterion["threshold"]) == ("met", 15.0)


def test_criteria_can_be_asked_in_sql(filled: Store) -> None:
    assert row(filled, "SELECT criteria->0->>'state' AS state FROM flagged_nights") == {"state": "met"}


def test_a_criterion_that_is_not_a_number_becomes_null_in_json(store: Store) -> None:
    new = stored()
    plain = night("anna", EVENING, [new.sha256])
    flag = plain.scores[0].flags[1]
    odd = replace(flag, criteria=(replace(flag.criteria[0], value=float("nan")),))
    save(store, new, [replace(plain, scores=(replace(plain.scores[0], flags=(odd,)),))], attempt())
    assert row(store, "SELECT criteria->0->>'value' AS value FROM flagged_nights") == {"value": None}


def nights_with(store: Store, raised: list[bool], *, subject: str = "anna", assessable: bool = True) -> None:
    new = stored(subject, subject=subject, blocks=None)
    days = evenings(len(raised))
    new = replace(new, night_dates=days, last_us=START_US + len(raised) * 86_400_000_000)
    nights = [
        night(subject, day, [new.sha256], raised=flag, assessable=assessable)
        for day, flag in zip(days, raised, strict=True)
    ]
    save(store, new, nights, attempt(subject))


def with_index(store: Store, *index: float, subject: str = "anna", doubtful: tuple[int, ...] = ()) -> None:
    """Nights of a person with these PLMS indices, 1/h; flagged above 15, the doubtful ones in doubt."""
    nights_with(store, [value > 15 for value in index], subject=subject)
    statements = []
    for k, (day, value) in enumerate(zip(evenings(len(index)), index, strict=True)):
        of = f"subject = '{subject}' AND night_date = DATE '{day}'"
        statements.append(f"UPDATE score SET plms_index = {value} WHERE {of}")
        if k in doubtful:
            statements.append(f"UPDATE flag SET state = 'cannot_tell', raised = false WHERE {of}")
    execute(store, "; ".join(statements))


def plmd(store: Store, subject: str = "anna") -> dict[str, Any]:
    return row(store, f"FROM patterns WHERE flag = 'possible_plmd' AND subject = '{subject}'")


def width(found: dict[str, object]) -> float:
    low, high = found["mean_index_low"], found["mean_index_high"]
    assert isinstance(low, float)
    assert isinstance(high, float)
    return high - low


def test_two_flagged_nights_of_many_are_no_pattern(store: Store) -> None:
    """A person at 8/h exceeds 15/h now and then: of any number of nights two are."""
    with_index(store, *[20, 22], *[6, 9, 5, 4, 8, 7] * 3)
    found = plmd(store)
    assert (found["n_nights"], found["n_able"], found["n_raised"], found["share"]) == (20, 20, 2, 0.1)
    assert (found["state"], found["is_pattern"], found["more_nights"]) == ("no_pattern", False, None)
    assert found["mean_index_low"] < found["mean_index"] < found["mean_index_high"] < 15 == found["threshold"]
    assert found["share_low"] < 0.1 < found["share_high"] < 0.5


def test_a_person_far_above_the_threshold_has_a_pattern_after_a_week(store: Store) -> None:
    with_index(store, 40, 35, 52, 38, 29, 44, 47)
    assert (plmd(store)["state"], plmd(store)["mean_index_low"] > 15) == ("pattern", True)


@pytest.mark.parametrize("index", [(45.0,), (45.0, 50.0), (2.0, 1.0)])
def test_one_night_or_two_are_no_pattern_and_not_its_absence(store: Store, index: tuple[float, ...]) -> None:
    with_index(store, *index)
    assert plmd(store)["state"] == "cannot_tell_yet"
    assert plmd(store)["note"] == "fewer than 5 nights: nights differ, record more"


def test_near_the_threshold_more_nights_are_asked_for_and_fewer_the_more_there_are(store: Store) -> None:
    with_index(store, *[18, 22, 13] * 2, subject="few")
    with_index(store, *[18, 22, 13] * 4, subject="more")
    few, more = plmd(store, "few"), plmd(store, "more")
    assert few["state"] == "cannot_tell_yet"
    assert few["more_nights"] > more["more_nights"] >= 1
    assert width(more) < width(few)


def test_nights_in_doubt_widen_the_intervals_and_speak_for_neither_side(store: Store) -> None:
    index = [24, 30, 19, 27, 22, 31, 25, 20, 28, 26]
    with_index(store, *index, subject="sure")
    with_index(store, *index, subject="doubt", doubtful=(1, 3, 5))
    with_index(store, *index, subject="all", doubtful=tuple(range(7)))
    sure, doubt, every = (plmd(store, name) for name in ("sure", "doubt", "all"))
    assert (sure["state"], every["state"]) == ("pattern", "cannot_tell_yet")
    assert sure["mean_index_low"] > doubt["mean_index_low"] > every["mean_index_low"]
    assert sure["share_high"] - sure["share_low"] < doubt["share_high"] - doubt["share_low"]


def test_jerks_are_a_pattern_on_most_nights_and_none_on_few(store: Store) -> None:
    for subject, raised in {"most": [True] * 9, "few": [True] + [False] * 11, "half": [True, False] * 6}.items():
        nights_with(store, raised, subject=subject)
    execute(store, "UPDATE flag SET name = 'frequent_hypnic_jerks' WHERE name = 'possible_plmd'")
    said = "SELECT subject, state FROM patterns WHERE flag = 'frequent_hypnic_jerks'"
    assert dict(query(store, said).rows()) == {"most": "pattern", "few": "no_pattern", "half": "cannot_tell_yet"}


def test_nights_on_which_a_flag_could_not_be_told_are_none_without_it(store: Store) -> None:
    nights_with(store, [True, True, False, False])
    execute(store, "UPDATE flag SET state = 'cannot_tell' WHERE NOT raised AND night_date > DATE '2026-03-12'")
    found = plmd(store)
    assert (found["n_flagged"], found["n_able"], found["n_assessable"], found["share"]) == (2, 3, 4, 2 / 3)
    assert found["finding"] == "possible PLMD on 2 of 3 judged nights"


def test_nights_that_cannot_be_assessed_make_no_pattern(store: Store) -> None:
    nights_with(store, [True, True, True], assessable=False)
    assert query(store, "FROM patterns").is_empty()


def test_each_measure_has_its_column() -> None:
    assert tuple(MEASURES) == NAMES


# --- speed -------------------------------------------------------------------------------------------------------


def test_a_thousand_nights_are_asked_in_well_under_a_second(store: Store) -> None:
    """1,000 nights of 300 events; the contract asks for well under a second."""
    new = stored()
    save(store, new, [night("anna", EVENING, [new.sha256], n_events=300)], attempt())
    for table in NIGHT_TABLES:
        copies = f"SELECT * REPLACE (night_date + i::INTEGER AS night_date) FROM {table}, range(1, 1000) r(i)"
        execute(
            store, f"INSERT INTO {table} SELECT COLUMNS(c -> c <> 'i') FROM ({copies})".replace("c ->", "lambda c:")
        )
    assert query(store, "SELECT count(*) FROM events").item() == 300_000
    for sql in ("SELECT night_date, plms_index, flags FROM nights ORDER BY night_date", "FROM patterns"):
        began = datetime.now(UTC)
        query(store, sql)
        assert (datetime.now(UTC) - began).total_seconds() < 1
    assert isinstance(query(store, "SELECT max(night_date) FROM nights").item(), date)
    assert duckdb.__version__ >= "1.5"


@pytest.mark.parametrize(("zone", "local_hour"), [("Europe/Berlin", 22), ("+05:30", 2), ("-03:00", 18), ("UTC", 21)])
def test_temperature_is_kept_by_the_minute_and_shown_in_the_wearers_time(
    store: Store, zone: str, local_hour: int
) -> None:
    celsius = np.array([31.25, 31.5, 20.0], np.float32)
    found = Temperature(START_US + 60_000_000 * np.array([0, 1, 24 * 60]), celsius)
    given = stored_recording(replace(recording(zone=zone), temperature=found), subject="anna")
    new = replace(given, night_dates=(EVENING,))
    save(store, new, (night("anna", EVENING, (new.sha256,), zone=zone),), attempt=attempt())
    rows = query(store, "FROM temperature ORDER BY minute_at").to_dicts()
    # What lies behind the night is kept and not shown.
    assert [(r["subject"], r["night_date"], r["celsius"], r["recording"]) for r in rows] == [
        ("anna", EVENING, 31.25, new.sha256),
        ("anna", EVENING, 31.5, new.sha256),
    ]
    assert [microseconds(r["minute_at"]) for r in rows] == found.minute_us[:2].tolist()
    assert {r["minute_local"].hour for r in rows} == {local_hour}
    assert find_recording(store, new.sha256) == new


def test_a_recording_without_a_thermometer_has_no_temperature(store: Store) -> None:
    bring_in(store, stored())
    assert query(store, "FROM temperature").is_empty()
