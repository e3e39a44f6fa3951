"""Addresses as filters: what each parameter means, and that what cannot be read is refused by its name."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.review.queue.filters import NightsPage, NightsWalk, PeoplePage, QueueFilter, parsed
from ingest.errors import UsageError

#: Nothing here depends on the version of DuckDB beyond what other tests run on both.
pytestmark = pytest.mark.once


def test_an_address_without_parameters_holds_no_night_back() -> None:
    assert parsed([], QueueFilter) == QueueFilter()


def test_a_list_is_given_by_its_name_several_times_and_a_repeated_value_counts_once() -> None:
    wanted = parsed([("legs", "left"), ("legs", "both"), ("legs", "left")], QueueFilter)
    assert wanted.legs == ("left", "both")


def test_every_kind_of_filter_is_read() -> None:
    said = [
        ("q", "Jo"), ("person", "Ann"), ("flag", "possible_rls"), ("state", "cannot_tell"), ("verdict", "partly"),
        ("site", "ankle"), ("reviewer", ""), ("assessable", "no"), ("since", "2026-03-02"), ("until", "2026-03-02"),
        ("index_from", "15"), ("index_to", "40.5"), ("jerks_from", "0"), ("jerks_to", "9"), ("sort", "-index"),
        ("offset", "50"),
    ]  # fmt: skip
    wanted = parsed(said, NightsPage)
    assert (wanted.q, wanted.person, wanted.reviewer, wanted.since) == ("Jo", "Ann", ("",), date(2026, 3, 2))
    assert (wanted.index_from, wanted.index_to, wanted.jerks_to) == (15.0, 40.5, 9)
    assert (wanted.column, wanted.descending, wanted.offset) == ("index", True, 50)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("flag", "plmd"),
        ("state", "Raised"),
        ("verdict", "undo"),
        ("legs", "three"),
        ("assessable", "1"),
        ("since", "1700000000"),
        ("since", "2026-02-30"),
        ("since", ""),
        ("until", "2026-3-2"),
        ("index_from", "nan"),
        ("index_to", "inf"),
        ("index_from", "-1"),
        ("jerks_from", "1.5"),
        ("jerks_to", "many"),
        ("sort", "criteria; DROP TABLE night"),
        ("sort", "-"),
        ("offset", "-1"),
        ("q", "x" * 201),
        ("person", ""),
        ("whose", "anna"),
        ("subject", "anna"),
    ],
)
def test_what_is_unknown_or_malformed_is_refused_in_one_line_that_names_it(name: str, value: str) -> None:
    with pytest.raises(UsageError) as refused:
        parsed([(name, value)], NightsPage)
    assert name in refused.value.line()
    assert "\n" not in refused.value.line()


@pytest.mark.parametrize(
    "said",
    [
        [("since", "2026-03-03"), ("until", "2026-03-02")],
        [("index_from", "5"), ("index_to", "4")],
        [("jerks_from", "5"), ("jerks_to", "4")],
    ],
)
def test_a_range_that_ends_before_it_begins_is_refused_by_the_name_of_its_end(said: list[tuple[str, str]]) -> None:
    with pytest.raises(UsageError, match=said[1][0]):
        parsed(said, QueueFilter)


def test_a_single_value_given_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="q is given twice"):
        parsed([("q", "a"), ("q", "b")], QueueFilter)


def test_people_are_sorted_by_their_own_columns() -> None:
    assert parsed([], PeoplePage).column == "open"
    with pytest.raises(UsageError, match="sort"):
        parsed([("sort", "jerks")], PeoplePage)


def test_a_walk_needs_a_night_to_start_from() -> None:
    with pytest.raises(UsageError, match="night is missing"):
        parsed([("subject", "anna")], NightsWalk)


@given(st.lists(st.tuples(st.sampled_from([*NightsPage.model_fields, "x"]), st.text(max_size=300)), max_size=6))
def test_any_address_is_read_or_refused_in_one_line(said: list[tuple[str, str]]) -> None:
    refused = _refusal(said)
    assert len(refused) < 700
    assert "\n" not in refused


def _refusal(said: list[tuple[str, str]]) -> str:
    """Why an address is refused; nothing where it is read."""
    try:
        parsed(said, NightsPage)
    except UsageError as error:
        return error.line()
    return ""
