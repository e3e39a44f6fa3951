"""The walk finds every message, and a cycle of messages found at once is the one found step by step."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.fit.budget import budget_for
from ingest.formats.fit.envelope import Part
from ingest.formats.fit.walk import Walked, walk
from tests.ingest.formats.fit.fit_programs import programs

#: Bytes of a data message behind its header, by local number.
SIZES = (3, 1, 7, 0, 20)


def define(local: int, size: int, number: int = 20) -> bytes:
    return struct.pack("<BBBHB", 0x40 | local, 0, 0, number, 1) + bytes((1, size, 0x0D))


DEFINITIONS = b"".join(define(local, size) for local, size in enumerate(SIZES))


def body_of(locals_: Sequence[int]) -> tuple[bytes, list[int]]:
    """Messages with payloads that look like headers, and where they begin."""
    body, at = DEFINITIONS, list[int]()
    for local in locals_:
        at.append(len(body))
        body += bytes((local,)) + bytes((local + 1,)) * SIZES[local & 0xF]
    return body, at


def walked(body: bytes, *, start: int = 0, end: int | None = None) -> Walked:
    return walk(body, Part(start, len(body) if end is None else end), budget_for(len(body)))


@given(
    cycle=st.lists(st.integers(0, 4), min_size=1, max_size=6),
    n_cycles=st.integers(0, 900),
    before=st.lists(st.integers(0, 4), max_size=20),
    after=st.lists(st.integers(0, 4), max_size=300),
)
def test_a_cycle_changes_nothing(cycle: list[int], n_cycles: int, before: list[int], after: list[int]) -> None:
    locals_ = before + cycle * n_cycles + after
    body, at = body_of(locals_)
    found = walked(body)
    assert found.at.tolist() == at
    assert [SIZES.index(d.size) for d in map(found.definitions.__getitem__, found.layout)] == locals_
    assert found.stopped == ""


@pytest.mark.parametrize("n_cut", range(1, 9))
def test_a_cycle_ends_with_the_last_whole_message(n_cut: int) -> None:
    body, at = body_of([0, 2] * 400)
    found = walked(body[:-n_cut])
    assert found.at.tolist() == at[:-1]
    assert ("cut off" in found.stopped) == (n_cut < 8)


def test_nothing_behind_the_part_is_looked_at() -> None:
    body, at = body_of([0, 2] * 600)
    assert walked(body, end=at[1000]).at.tolist() == at[:1000]


@given(programs(), st.data())
def test_a_part_that_is_cut_anywhere_keeps_the_messages_before_the_cut(file: bytes, data: st.DataObject) -> None:
    whole = walked(file, start=14, end=len(file) - 2)
    end = data.draw(st.integers(14, len(file) - 2))
    cut = walked(file, start=14, end=end)
    sizes = np.array([whole.definitions[k].size for k in whole.layout], dtype=np.int64)
    n_whole = int((whole.at + 1 + sizes <= end).sum())
    assert cut.at.tolist() == whole.at[:n_whole].tolist()
    assert [cut.definitions[k] for k in cut.layout] == [whole.definitions[k] for k in whole.layout[:n_whole]]


def test_a_layout_holds_until_its_local_number_is_defined_anew() -> None:
    body = define(0, 1) + bytes(2) + define(1, 2) + bytes(2) + define(0, 3) + bytes(4) + b"\x01" + bytes(2)
    found = walked(body)
    assert [found.definitions[k].size for k in found.layout] == [1, 1, 3, 2]


def test_equal_definitions_are_one_layout() -> None:
    found = walked((define(0, 1) + bytes(2)) * 50 + define(5, 1) + b"\x05\x00")
    assert len(found.definitions) == 1
    assert len(found) == 51


@pytest.mark.parametrize(
    ("header", "local"),
    [(0x00, 0), (0x30, 0), (0x13, 3), (0x80, 0), (0x9F, 0), (0xFF, 3), (0x0F, 15)],
)
def test_a_header_names_its_local_number(header: int, local: int) -> None:
    body = define(local, 1, number=7) + bytes((header, 0))
    found = walked(body)
    assert (len(found), found.stopped) == (1, "")


@pytest.mark.parametrize(("header", "local"), [(0x01, 1), (0x3F, 15), (0xBF, 1)])
def test_a_message_that_nobody_defined_ends_the_walk(header: int, local: int) -> None:
    body = define(0, 1) + bytes(2) + bytes((header, 0, 0))
    found = walked(body)
    assert len(found) == 1
    assert found.stopped == f"after 11 of {len(body)} bytes: invalid local message type {local}"


@pytest.mark.parametrize("n_left", range(1, 9))
def test_a_definition_that_is_cut_off_ends_the_walk(n_left: int) -> None:
    found = walked(define(0, 1) + bytes(2) + define(1, 2)[:n_left])
    assert len(found) == 1
    assert "the last definition is cut off" in found.stopped


def test_developer_fields_count_for_the_size_and_nothing_else() -> None:
    head = struct.pack("<BBBHB", 0x60, 0, 0, 20, 1) + bytes((1, 2, 0x84)) + bytes((2, 0, 5, 0, 1, 3, 0))
    found = walked(head + bytes(11) + bytes(11))
    assert len(found) == 2
    (definition,) = found.definitions
    assert (definition.own_size, definition.size) == (2, 10)
    for n in range(1, 8):
        assert "cut off" in walked(head[:-n]).stopped


@pytest.mark.parametrize(
    ("n_bytes", "n_messages"),
    [(0, 500_000), (8_000_000, 500_000), (8_000_016, 500_001), (80_000_000, 5_000_000), (1 << 30, 5_000_000)],
)
def test_many_messages_are_allowed_in_a_file_that_has_the_bytes_for_them(n_bytes: int, n_messages: int) -> None:
    assert budget_for(n_bytes).n_messages == n_messages


def test_messages_of_no_bytes_are_bounded() -> None:
    body = define(0, 0) + bytes(600_000)
    found = walked(body)
    assert len(found) == 500_000
    assert "more than 500,000 messages" in found.stopped
