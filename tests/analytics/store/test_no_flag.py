"""What is said where no flag was raised: of which nights it holds, flag by flag."""

from __future__ import annotations

from analytics.flag import FlagName
from analytics.store.over_nights.findings import _no_flag

ALL: tuple[FlagName, ...] = ("possible_plmd", "frequent_hypnic_jerks", "possible_rls")


def said(assessable: int, *able: int) -> str:
    return _no_flag(assessable, dict(zip(ALL, able, strict=True)))


def test_a_flag_that_could_not_be_told_is_not_said_to_be_absent() -> None:
    """It said "No flag on 1 assessable night." where only one of three could be told."""
    assert said(1, 0, 1, 0) == (
        "No frequent hypnic jerks on 1 assessable night; possible PLMD not told on the one assessable night; "
        "possible RLS not told on the one assessable night."
    )
    assert said(4, 3, 4, 0) == (
        "No frequent hypnic jerks on 4 assessable nights; possible PLMD on 0 of 3 judged nights; "
        "possible RLS told on none of 4 assessable nights."
    )


def test_all_told_and_nothing_told_are_short() -> None:
    assert said(1, 1, 1, 1) == "No flag on 1 assessable night."
    assert said(3, 0, 0, 0) == "Cannot tell: no flag could be told on any of 3 assessable nights."
    assert said(1, 0, 0, 0) == "Cannot tell: no flag could be told on 1 assessable night."
    assert said(0, 0, 0, 0) == "No night could be assessed."


def test_what_each_was_told_on_is_said_where_none_was_told_on_all() -> None:
    assert said(2, 1, 1, 0).startswith("No flag raised: possible PLMD on 0 of 1 judged night; ")
