"""Edits in the store: they outlive analyses, those that no longer fit are listed, and copies and old databases keep."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from analytics.model import Night
from analytics.store import (
    Acted,
    Store,
    WantedEdit,
    back_up,
    free_acts,
    initialise,
    query,
    redo,
    restore,
    save_nights,
    take_back,
    write_edit,
)
from ingest.errors import UsageError
from tests.analytics.store.aging import aged
from tests.analytics.store.making import EVENING, execute

AT_US = 1_800_000_000_000_000


def edit(store: Store, kind: str, *onsets_us: int, **how: object) -> int:
    return write_edit(store, WantedEdit("anna", EVENING, kind, "dr", AT_US, onsets_us, **how))  # type: ignore[arg-type]


def plms(store: Store) -> tuple[object, ...]:
    return query(store, "SELECT n_plms, n_edits, n_unfit, is_changed FROM nights_reviewed").row(0)


def onsets(night: Night) -> list[int]:
    return [e.onset_us for e in night.scores[0].events if e.is_plm and e.sleep_state == "sleep"]


def test_what_is_edited_counts_at_once_under_every_rule_set(kept: Store, night: Night) -> None:
    before = {s.ruleset: s.measures.n_plms for s in night.scores}
    assert plms(kept) == (before["wasm2016"], 0, 0, False)
    edit(kept, "delete", *onsets(night)[:25])
    after = query(kept, "SELECT ruleset, n_plms FROM reviewed_score ORDER BY ruleset").rows()
    assert [name for name, _ in after] == sorted(before)
    assert all((n or 0) <= (before[name] or 0) for name, n in after)
    assert plms(kept) == ((before["wasm2016"] or 0) - 25, 25, 0, True)
    assert query(kept, "SELECT count(*) FROM events_reviewed WHERE is_plm AND sleep_state = 'sleep'").item() == (
        (before["wasm2016"] or 0) - 25
    )


def test_an_analysis_keeps_edits_that_fit_and_lists_those_that_do_not(kept: Store, night: Night) -> None:
    gone, stays = onsets(night)[3], onsets(night)[40]
    edit(kept, "delete", gone)
    edit(kept, "relabel", stays, name="posture_change")
    again = replace(night, movements=tuple(m for m in night.movements if m.onset_us != gone))
    kept_numbers = {m.number for m in again.movements}
    scores = tuple(replace(s, events=tuple(e for e in s.events if {*e.parts} <= kept_numbers)) for s in night.scores)
    save_nights(kept, [replace(again, scores=scores)])
    assert plms(kept)[1:] == (2, 1, True)
    assert query(kept, "SELECT edit, epoch_us(from_at), why FROM edits_unfit").rows() == [
        ("delete", gone, "no movement lies there any more")
    ]
    labels = query(kept, "SELECT label, origin FROM events_reviewed WHERE epoch_us(onset_at) = ?", [stays]).rows()
    assert labels == [("posture_change", "edited")]


@pytest.fixture
def reanalysed(kept: Store, night: Night) -> Store:
    """One movement deleted (act 1), two at once (2), one renamed (3); then the first of each deletion is gone."""
    first, second, third, stays = (onsets(night)[place] for place in (3, 10, 20, 40))
    edit(kept, "delete", first)
    edit(kept, "delete", second, third)
    edit(kept, "relabel", stays, name="posture_change")
    movements = tuple(m for m in night.movements if m.onset_us not in (first, second))
    numbers = {m.number for m in movements}
    scores = tuple(replace(s, events=tuple(e for e in s.events if {*e.parts} <= numbers)) for s in night.scores)
    save_nights(kept, [replace(night, movements=movements, scores=scores)])
    return kept


def test_an_edit_that_no_longer_fits_is_taken_back_alone_and_changes_nothing_else(reanalysed: Store) -> None:
    whole = "SELECT * EXCLUDE (n_edits, n_unfit) FROM nights_reviewed", "SELECT * FROM events_reviewed ORDER BY ALL"
    before = [query(reanalysed, sql).rows() for sql in whole]
    written = query(reanalysed, "SELECT * FROM review_entry ORDER BY act_no, onset_at").rows()
    assert plms(reanalysed)[1:] == (4, 2, True)
    assert free_acts(reanalysed, "anna", EVENING) == {1}
    act = take_back(reanalysed, Acted("anna", EVENING, "dr", AT_US, 1))
    assert plms(reanalysed)[1:] == (3, 1, True)
    assert [query(reanalysed, sql).rows() for sql in whole] == before
    assert free_acts(reanalysed, "anna", EVENING) == frozenset()
    rows = query(reanalysed, "SELECT * FROM review_entry ORDER BY act_no, onset_at")
    assert rows.rows()[:4] == written
    assert rows.select("act_no", "of_act", "verdict").rows()[4:] == [(act, 1, "take_back")]
    assert redo(reanalysed, Acted("anna", EVENING, "dr", AT_US)) == act + 1
    assert plms(reanalysed)[1:] == (4, 2, True)


@pytest.mark.parametrize("act_no", [2, 99])
def test_an_act_that_still_fits_in_part_waits_for_those_after_it(reanalysed: Store, act_no: int) -> None:
    with pytest.raises(UsageError, match=f"act {act_no} is not the one to be taken back: 3 is"):
        take_back(reanalysed, Acted("anna", EVENING, "dr", AT_US, act_no))
    assert plms(reanalysed)[1:] == (4, 2, True)


def test_edits_move_a_flag_under_its_threshold_and_undo_brings_it_back(kept: Store, night: Night) -> None:
    stands = "SELECT state, state_as_reviewed FROM night_flags WHERE flag = 'possible_plmd'"
    assert query(kept, stands).rows() == [("raised", "raised")]
    edit(kept, "delete", *onsets(night)[5:])
    assert query(kept, stands).rows() == [("raised", "not_raised")]
    assert query(kept, "SELECT flags, flags_as_reviewed FROM nights").row(0) == (["possible_plmd"], [])
    take_back(kept, Acted("anna", EVENING, "dr", AT_US))
    assert query(kept, stands).rows() == [("raised", "raised")]


def test_judged_again_without_a_change_flags_come_out_as_they_were(kept: Store, night: Night) -> None:
    last = max(e.offset_us for e in night.scores[0].events)
    start_us = (last + night.recorded_to_us) // 2
    act = edit(kept, "add", from_us=start_us, to_us=start_us + 1_000_000, leg=night.legs)
    assert act > 0
    again = query(kept, "SELECT ruleset, name, state FROM reviewed_flag ORDER BY ALL").rows()
    assert again == query(kept, "SELECT ruleset, name, state FROM flag ORDER BY ALL").rows()


def test_edits_outlive_backup_and_restore(kept: Store, night: Night, tmp_path: Path) -> None:
    edit(kept, "delete", onsets(night)[0])
    wanted = plms(kept), query(kept, "SELECT * FROM reviews").rows()
    back_up(kept, tmp_path / "nights.backup", with_samples=False)
    other = Store(tmp_path / "other" / "nights.duckdb")
    other.path.parent.mkdir()
    restore(other, tmp_path / "nights.backup", force=False)
    assert (plms(other), query(other, "SELECT * FROM reviews").rows()) == wanted


def test_a_night_of_other_rules_takes_no_edit(filled: Store) -> None:
    onset_us = int(query(filled, "SELECT epoch_us(min(onset_at)) FROM events").item())
    with pytest.raises(UsageError, match="thresholds or rules of another nightkick"):
        edit(filled, "delete", onset_us)
    with pytest.raises(UsageError, match="no night"):
        write_edit(filled, WantedEdit("anna", date(1999, 1, 1), "delete", "dr", AT_US, (1,)))


def test_reviews_of_an_older_database_are_not_shown_as_if_they_changed_nothing(filled: Store, tmp_path: Path) -> None:
    old = Store(aged(filled.path, tmp_path / "old" / "nights.duckdb", 22))
    initialise(old)
    assert plms(old) == (4, 0, 0, False)
    execute(
        old,
        "INSERT INTO review_entry (subject, night_date, verdict, reviewer, reviewed_at, movement_no, onset_at)"
        " SELECT 'anna', ?, 'dismiss', 'dr', now(), 1, onset_at FROM events WHERE movement_no = 1",
        [EVENING],
    )
    row = query(old, "SELECT n_plms, why_not FROM nights_reviewed").row(0)
    assert row[0] is None
    assert "nightkick reanalyse" in row[1]
