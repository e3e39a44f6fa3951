from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.placement import placed, placement_from
from ingest.recording import Placement, Side, Site


@pytest.mark.parametrize(
    ("text", "site", "side"),
    [
        ("left ankle", "ankle", "left"),
        ("right+wrist", "wrist", "right"),
        ("Right_Hip", "hip", "right"),
        ("LEFT THIGH", "thigh", "left"),
        ("LeftAnkle", "ankle", "left"),
        ("waist", "hip", "unknown"),
        ("shank, left", "ankle", "left"),
        ("big toe", "foot", "unknown"),
        ("foot", "foot", "unknown"),
        ("non-dominant wrist", "wrist", "unknown"),
    ],
)
def test_whole_words_name_a_placement(text: str, site: Site, side: Side) -> None:
    assert placement_from(text) == Placement(site, side)


@pytest.mark.parametrize("text", ["", "LA", "L", "leftover whiplash", "chest", "links Knöchel", "anklet", "\x00\udcff"])
def test_what_is_no_such_word_is_not_guessed_at(text: str) -> None:
    assert placement_from(text) == Placement()


def test_two_sites_or_two_sides_are_as_good_as_none() -> None:
    assert placement_from("right-handed, left wrist") == Placement("wrist", "unknown")
    assert placement_from("left hip or ankle") == Placement("unknown", "left")


def test_two_words_for_one_site_agree() -> None:
    assert placement_from("toe of the right foot") == Placement("foot", "right")


@given(st.text(max_size=200))
def test_any_text_gives_a_placement(text: str) -> None:
    assert isinstance(placement_from(text), Placement)


def test_the_declaration_beats_the_file_and_the_conflict_is_said() -> None:
    placement, warnings = placed(Placement("wrist", "right"), site="ankle", side="left")
    assert placement == Placement("ankle", "left")
    assert warnings == (
        "the file says site wrist, declared is ankle: declared is used",
        "the file says side right, declared is left: declared is used",
    )


def test_a_declaration_that_agrees_or_adds_is_no_conflict() -> None:
    assert placed(Placement("ankle"), site="ankle", side="left") == (Placement("ankle", "left"), ())


def test_without_a_declaration_the_file_stands() -> None:
    assert placed(Placement("foot", "left")) == (Placement("foot", "left"), ())
