"""What reviewers say is only ever added, outlives every import and analysis, and finds its movement again."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics.flag import FlagName, FlagReview
from analytics.levels import levelled
from analytics.model import Blank, Envelope
from analytics.said import Review
from analytics.store import (
    Store,
    flag_reviews,
    load_night,
    query,
    reviews_of,
    save_nights,
    set_default_ruleset,
    untold,
    write_review,
)
from analytics.store.database.migrate import initialise
from ingest.errors import UsageError
from tests.analytics.store.aging import aged
from tests.analytics.store.making import EVENING, START_US, bring_in, execute, night, sha, stored
from tests.paths import ROOT

AT_US = START_US + 86_400_000_000
HOUR_US = 3_600_000_000
#: Of the first movement of the night that `filled` holds.
ONSET_US = START_US + 2 * HOUR_US


def said(verdict: Any, *, after_s: int = 0, **about: Any) -> Review:
    return Review("anna", EVENING, verdict, "dr", AT_US + after_s * 1_000_000, **about)


def verdict_of_night(store: Store) -> object:
    return query(store, "SELECT review FROM nights").item()


# --- writing -----------------------------------------------------------------------------------------------------


def test_a_verdict_on_a_night_is_what_the_view_shows(filled: Store) -> None:
    write_review(filled, said("confirm", note="clear"))
    assert verdict_of_night(filled) == "confirm"
    assert reviews_of(filled, "anna", EVENING) == (said("confirm", note="clear"),)


def test_an_undo_is_a_row_of_its_own_and_leaves_the_night_unreviewed(filled: Store) -> None:
    write_review(filled, said("dismiss"))
    write_review(filled, said("undo", after_s=1))
    assert verdict_of_night(filled) is None
    assert [r.verdict for r in reviews_of(filled, "anna")] == ["dismiss", "undo"]


def test_the_later_of_two_verdicts_of_one_moment_counts(filled: Store) -> None:
    for verdict in ("unsure", "confirm", "dismiss"):
        write_review(filled, said(verdict))
    assert verdict_of_night(filled) == "dismiss"


@pytest.mark.parametrize(
    "about", [{"onset_us": ONSET_US}, {"start_us": START_US, "end_us": START_US + HOUR_US}, {"note": "words"}]
)
def test_words_about_anything_less_than_the_night_leave_its_verdict(filled: Store, about: dict[str, Any]) -> None:
    write_review(filled, said("confirm"))
    verdict = "dismiss" if "onset_us" in about else "exclude" if "start_us" in about else "note"
    write_review(filled, said(verdict, after_s=1, **about))
    assert verdict_of_night(filled) == "confirm"


@pytest.mark.parametrize("off_us", [-500_000, 0, 500_000])
def test_a_movement_is_found_by_its_onset_and_kept_with_number_and_recording(filled: Store, off_us: int) -> None:
    kept = write_review(filled, said("dismiss", onset_us=ONSET_US + off_us))
    assert kept == said("dismiss", onset_us=ONSET_US, movement_no=1, recording=sha("left"))
    assert reviews_of(filled, "anna", EVENING) == (kept,)


def test_a_movement_is_found_by_its_number_too(filled: Store) -> None:
    assert write_review(filled, said("confirm", movement_no=2)).onset_us == ONSET_US + 25_000_000


def test_an_onset_beats_a_number_of_an_older_analysis(filled: Store) -> None:
    assert write_review(filled, said("confirm", movement_no=4, onset_us=ONSET_US)).movement_no == 1


@pytest.mark.parametrize("about", [{"onset_us": ONSET_US + 500_001}, {"movement_no": 99}])
def test_a_movement_that_is_not_there_is_refused(filled: Store, about: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="no such movement"):
        write_review(filled, said("dismiss", **about))


@pytest.mark.parametrize(
    ("review", "words"),
    [
        (said("maybe"), "no verdict"),
        (replace(said("confirm"), reviewer=" "), "name of the reviewer"),
        (said("note"), "without words"),
        (said("confirm", note="x" * 20_001), "20001 characters"),
        (said("exclude"), "a span with a start and an end"),
        (said("confirm", start_us=START_US, end_us=START_US + 1), "cannot be judged"),
        (said("exclude", start_us=START_US, end_us=START_US), "ends after it starts"),
        (said("exclude", start_us=START_US), "ends after it starts"),
        (said("undo", start_us=START_US, end_us=START_US + 1, movement_no=1), "not both"),
        (said("exclude", start_us=START_US - HOUR_US, end_us=START_US), "no night"),
        (replace(said("confirm"), night_date=date(1999, 1, 1)), "no night 1999-01-01 of anna"),
        (replace(said("confirm"), subject="nobody"), "no night"),
    ],
)
def test_a_review_that_contradicts_itself_or_the_night_is_refused(filled: Store, review: Review, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        write_review(filled, review)
    assert reviews_of(filled, review.subject) == ()


def test_hostile_words_come_back_as_they_were(filled: Store) -> None:
    hostile = "<script>alert('x')</script> \"; DROP TABLE night; -- \u202e" + "10 kB " * 1_700
    write_review(filled, replace(said("confirm", note=hostile), reviewer=hostile[:40]))
    (found,) = reviews_of(filled, "anna")
    assert (found.note, found.reviewer) == (hostile, hostile[:40])


# --- outliving ---------------------------------------------------------------------------------------------------


def test_reviews_outlive_another_import_and_another_analysis(filled: Store) -> None:
    write_review(filled, said("confirm"))
    write_review(filled, said("dismiss", movement_no=3))
    before = reviews_of(filled, "anna")
    bring_in(filled, stored())
    save_nights(filled, [night("anna", EVENING, [sha("left")], n_events=1)])
    bring_in(filled, stored("right", side="right"), "right")
    assert reviews_of(filled, "anna") == before
    assert verdict_of_night(filled) == "confirm"


# --- a night read back -------------------------------------------------------------------------------------------


def full_night() -> Any:
    values = levelled(np.array([3.1, np.nan, 80.5, 0.0]))
    whole = np.arange(1_201, dtype=np.float32)
    return night(
        "anna",
        EVENING,
        [sha("left")],
        blanks=(Blank(START_US, START_US + 5, "gap"), Blank(START_US, START_US + 9, "unworn")),
        envelopes=(
            Envelope(sha("left"), "ankle", "left", START_US, 0.5, levelled(np.where(whole % 7 == 0, np.nan, whole))),
            Envelope(sha("left"), "ankle", "right", START_US + 1, 1.0, values),
        ),
    )


def test_a_night_is_read_back_as_it_was_stored(filled: Store) -> None:
    save_nights(filled, [full_night()])
    found = load_night(filled, ("anna", EVENING))
    assert found is not None
    known = [replace(s, flags=sorted_flags(s)) for s in found.scores]
    wanted = sorted(full_night().scores, key=lambda s: s.ruleset)
    assert known == [replace(s, flags=sorted_flags(s)) for s in wanted]
    assert replace(found, scores=()) == replace(full_night(), scores=())


def sorted_flags(score: Any) -> tuple[Any, ...]:
    return tuple(sorted(score.flags, key=lambda f: f.name))


def test_only_the_rule_sets_asked_for_are_read(filled: Store) -> None:
    set_default_ruleset(filled, "aasm")
    found = load_night(filled, ("anna", EVENING), rulesets=frozenset({"aasm"}))
    assert found is not None
    assert [score.ruleset for score in found.scores] == ["aasm"]


def test_a_night_that_is_not_there_is_none(filled: Store) -> None:
    assert load_night(filled, ("nobody", EVENING)) is None


def test_a_second_analysis_replaces_envelope_and_blanks(filled: Store) -> None:
    for _ in range(2):
        save_nights(filled, [full_night()])
    assert query(filled, "SELECT list(len(levels) ORDER BY leg, start_at) FROM envelope").item().to_list() == [
        *(600, 600, 1),
        4,
    ]
    assert query(filled, "SELECT count(*) FROM blank").item() == 2


# --- flags -------------------------------------------------------------------------------------------------------

STANDS = "SELECT flag, state, review, state_as_reviewed FROM night_flags ORDER BY flag"
PLMD: FlagName = "possible_plmd"
RLS: FlagName = "possible_rls"


def of_plmd(store: Store) -> tuple[object, ...]:
    return query(store, f"SELECT state, review, state_as_reviewed FROM night_flags WHERE flag = '{PLMD}'").row(0)


def test_every_flag_of_a_night_has_a_state_and_no_verdict_before_it_is_judged(filled: Store) -> None:
    assert query(filled, STANDS).rows() == [(PLMD, "raised", None, "raised"), (RLS, "not_raised", None, "not_raised")]


def test_a_verdict_on_a_flag_leaves_the_night_s_own_and_counts_for_it_alone(filled: Store) -> None:
    write_review(filled, said("dismiss", flag=PLMD))
    assert query(filled, STANDS).rows() == [
        (PLMD, "raised", "dismiss", "not_raised"),
        (RLS, "not_raised", None, "not_raised"),
    ]
    assert verdict_of_night(filled) is None
    night_row = query(filled, "SELECT flags, flags_as_reviewed, flags_to_review, is_reviewed FROM nights").row(0)
    assert night_row == ([PLMD], [], [], True)
    assert query(filled, "SELECT flag, review FROM flagged_nights").rows() == [(PLMD, "dismiss")]
    assert reviews_of(filled, "anna") == (said("dismiss", flag=PLMD),)
    assert flag_reviews(filled, "anna")[EVENING][PLMD] == FlagReview("dismiss", "not_raised")


def test_a_verdict_on_a_whole_night_counts_for_every_flag_that_was_raised_then(filled: Store) -> None:
    write_review(filled, said("dismiss"))
    assert of_plmd(filled) == ("raised", "dismiss", "not_raised")
    execute(filled, f"UPDATE flag SET raised = true, state = 'raised' WHERE name = '{RLS}'")
    assert query(filled, STANDS).rows()[1] == (RLS, "raised", None, "raised")
    assert query(filled, "SELECT flags_to_review, is_reviewed, review FROM nights").row(0) == ([RLS], False, "dismiss")


@pytest.mark.parametrize(
    ("order", "stands"),
    [
        ([("dismiss", None), ("confirm", PLMD)], "confirm"),
        ([("dismiss", PLMD), ("confirm", None)], "confirm"),
        ([("dismiss", PLMD), ("confirm", None), ("undo", None)], "dismiss"),
        ([("dismiss", None), ("undo", PLMD)], None),
        ([("dismiss", PLMD), ("undo", PLMD)], None),
        ([("unsure", PLMD), ("note", None), ("note", PLMD)], "unsure"),
    ],
)
@pytest.mark.parametrize("apart_s", [0, 1])
def test_the_later_of_the_words_on_a_flag_and_on_its_night_holds(
    filled: Store, order: list[tuple[str, Any]], stands: str | None, apart_s: int
) -> None:
    for i, (verdict, flag) in enumerate(order):
        write_review(filled, said(verdict, after_s=i * apart_s, flag=flag, note="words"))
    assert of_plmd(filled)[1] == stands


@pytest.mark.parametrize(
    ("review", "words"),
    [
        (said("confirm", flag="possible_flu"), "no flag 'possible_flu'"),
        (said("dismiss", flag=RLS), "has no raised flag possible_rls"),
        (said("dismiss", flag=PLMD, onset_us=ONSET_US), "not two of them"),
        (said("note", flag=PLMD, start_us=START_US, end_us=START_US + 1, note="x"), "not two of them"),
        (said("exclude", flag=PLMD), "a span with a start and an end"),
    ],
)
def test_a_verdict_on_a_flag_that_is_not_raised_is_refused(filled: Store, review: Review, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        write_review(filled, review)
    assert reviews_of(filled, "anna") == ()


def test_what_is_dismissed_counts_in_no_pattern_and_is_told_to_nobody(filled: Store) -> None:
    counted = "SELECT flag, n_flagged FROM patterns WHERE n_flagged > 0"
    assert query(filled, counted).rows() == [(PLMD, 1)]
    assert [notice.about for notice in untold(filled, since=None)] == [PLMD]
    write_review(filled, said("dismiss", flag=PLMD))
    assert query(filled, counted).is_empty()
    assert untold(filled, since=None) == ()


def test_verdicts_of_old_databases_count_for_the_flags_that_were_raised(tmp_path: Path, filled: Store) -> None:
    for verdict in ("confirm", "dismiss"):  # of one moment: the later row counts, before the step and after
        write_review(filled, said(verdict))
    write_review(filled, said("dismiss", movement_no=1))
    old = Store(aged(filled.path, tmp_path / "old" / "nights.duckdb", 16))
    initialise(old)
    assert of_plmd(old) == ("raised", "dismiss", "not_raised")
    assert query(old, "SELECT flag, flags_then, movement_no FROM reviews").rows() == [
        (None, [PLMD], None),
        (None, [PLMD], None),
        (None, None, 1),
    ]
    execute(old, f"UPDATE flag SET raised = true, state = 'raised' WHERE name = '{RLS}'")
    assert query(old, STANDS).rows()[1] == (RLS, "raised", None, "raised")


def test_how_a_flag_stands_after_review_is_decided_in_one_place() -> None:
    """No other file weighs a verdict against a flag: all read what the view ``night_flags`` says."""
    weighs = re.compile(
        r"""review\w*\W{1,4}(=|==|===|!=|!==|<>)=? *['"]dismiss|DISTINCT FROM 'dismiss'""", re.IGNORECASE
    )
    found = {
        file.relative_to(ROOT).as_posix()
        for folder in ("analytics", "flows")
        for file in (ROOT / folder).rglob("*")
        if file.suffix in {".py", ".sql", ".js"} and weighs.search(file.read_text("utf-8"))
    }
    assert found == {"analytics/store/database/views.sql"}
