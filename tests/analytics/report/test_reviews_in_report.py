"""What reviewers wrote, in the report: every kind of entry can bear a note, and a flag says why it stands or falls."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from analytics.flag import Flag, FlagReview
from analytics.nights.edits.kinds import Edit
from analytics.report import page_of
from analytics.report.gathering import Report
from analytics.report.night import ReportNight
from analytics.said import Review, Said


def with_night(report: Report, one: ReportNight) -> Report:
    return replace(report, nights=(one,))


def test_a_note_on_any_kind_of_entry_is_printed(report: Report) -> None:
    one = report.nights[0]
    key, start_us = (one.night.subject, one.night.night_date), one.night.recorded_from_us
    notes = tuple(
        Review(*key, said, "dr", start_us, note=f"because of {said}", edit=Edit("wake") if said == "edit" else None)
        for said in get_args(Said)
    )
    html = page_of(with_night(report, replace(one, holds=replace(one.holds, notes=notes))))
    assert [said for said in get_args(Said) if f"because of {said}" not in html] == []


def test_a_flag_that_edits_lower_is_no_longer_met_and_not_dismissed(report: Report) -> None:
    one = next(n for n in report.nights if any(flag.raised for flag in n.flags))
    flag = next(flag for flag in one.flags if flag.raised)
    lowered = FlagReview(None, "not_raised", edited=replace(flag, raised=False, reason="Only 3.1 an hour are left."))
    held = replace(one, flag_reviews={flag.name: lowered})
    html = page_of(with_night(report, held))
    assert (flag in held.dismissed_flags, flag in held.lowered_flags) == (False, True)
    assert "no longer met as reviewed: Only 3.1 an hour are left." in html
    assert "dismissed by a reviewer: </p>" not in html
    dismissed = replace(one, flag_reviews={flag.name: FlagReview("dismiss", "not_raised")})
    assert (flag in dismissed.dismissed_flags, flag in dismissed.lowered_flags) == (True, False)


def test_a_flag_that_edits_raise_carries_the_reason_as_reviewed(report: Report) -> None:
    one = next(n for n in report.nights if any(not flag.raised for flag in n.flags))
    flag = next(flag for flag in one.flags if not flag.raised)
    raised: Flag = replace(flag, raised=True, reason="17 an hour with what was added.")
    held = replace(one, flag_reviews={flag.name: FlagReview(None, "raised", edited=raised)})
    assert raised in held.standing_flags
    html = page_of(with_night(report, held))
    assert "17 an hour with what was added." in html
    if all(other.name == flag.name or not other.raised for other in one.flags):
        assert "No pattern found" not in html


def test_a_flag_that_edits_lower_and_a_reviewer_dismissed_before_is_dismissed(report: Report) -> None:
    one = next(n for n in report.nights if any(flag.raised for flag in n.flags))
    flag = next(flag for flag in one.flags if flag.raised)
    both = FlagReview("dismiss", "not_raised", edited=replace(flag, raised=False, reason="Only 3.1 are left."))
    held = replace(one, flag_reviews={flag.name: both})
    assert (flag in held.dismissed_flags, flag in held.lowered_flags) == (True, False)
