"""Reviews of copies, brought together: once each, in any order, for nights that are here; other files are refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from analytics.model import Night
from analytics.said import Review
from analytics.store import Acted, Store, WantedEdit, query, take_back, write_edit, write_review, write_reviews
from analytics.store.edits.exchange import acts_of, lines_of
from analytics.store.edits.merging import merge_acts, stored_acts
from ingest.errors import UsageError
from tests.analytics.store.making import EVENING, execute

#: Nothing here depends on the version of DuckDB beyond what other tests run on both.
pytestmark = pytest.mark.once

KEY = ("anna", EVENING)
AT_US = 1_800_000_000_000_000
SAID = "SELECT * EXCLUDE (reviewed_local) FROM reviews ORDER BY act_no NULLS FIRST, reviewed_at, onset_at, verdict"


def copied(store: Store, folder: Path) -> Store:
    folder.mkdir()
    return Store(Path(shutil.copy(store.path, folder / "nights.duckdb")), wait_s=20)


def text_of(store: Store) -> str:
    return "\n".join(lines_of(stored_acts(store)))


def bring(into: Store, text: str) -> Any:
    return merge_acts(into, acts_of(text))


def onsets(night: Night) -> list[int]:
    return [e.onset_us for e in night.scores[0].events]


def everything(store: Store) -> list[Any]:
    asked = (
        SAID,
        "SELECT * FROM nights_reviewed",
        "SELECT * FROM events_reviewed ORDER BY movement_no",
        "SELECT flag, review, state_as_reviewed FROM night_flags ORDER BY ALL",
    )
    return [query(store, sql).rows() for sql in asked]


@pytest.fixture(scope="module")
def reviewed_copies(kept_database: Path, night: Night, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database ``kept`` and two copies of it, each reviewed by another person; they are copied, and not opened."""
    folder = tmp_path_factory.mktemp("reviewed")
    kept = Store(Path(shutil.copy(kept_database, folder / "nights.duckdb")))
    write_review(kept, Review(*KEY, "note", "owner", AT_US, note="before the copies"))
    one, other = copied(kept, folder / "one"), copied(kept, folder / "other")
    at = onsets(night)
    write_review(one, Review(*KEY, "dismiss", "ann", AT_US + 10, flag="possible_plmd", note='a "pet" \u202e'))
    write_edit(one, WantedEdit(*KEY, "relabel", "ann", AT_US + 30, (at[4], at[9]), name="posture_change"))
    write_edit(other, WantedEdit(*KEY, "delete", "ben", AT_US + 20, (at[4],)))
    take_back(other, Acted(*KEY, "ben", AT_US + 40))
    write_reviews(other, [Review(*KEY, "confirm", "ben", AT_US + 50, onset_us=us) for us in at[:3]])
    write_review(other, Review(*KEY, "confirm", "ben", AT_US + 60, flag="possible_plmd"))
    return folder


@pytest.fixture
def copies(kept: Store, reviewed_copies: Path, tmp_path: Path) -> tuple[Store, Store]:
    """Two copies of one database, each reviewed by another person, with notes, an edit and an act taken back."""
    shutil.copytree(reviewed_copies, tmp_path, dirs_exist_ok=True)
    one, other = (Store(tmp_path / name / "nights.duckdb", wait_s=20) for name in ("one", "other"))
    return one, other


@pytest.mark.slow
def test_copies_that_exchanged_their_reviews_say_the_same_whichever_came_first(
    copies: tuple[Store, Store], kept: Store
) -> None:
    one, other = copies
    texts = text_of(one), text_of(other)
    assert bring(one, texts[1]).new == 4
    assert bring(other, texts[0]).new == 2
    assert everything(one) == everything(other)
    for text in reversed(texts):
        bring(kept, text)
    assert everything(kept) == everything(one)
    assert text_of(kept) == text_of(one)
    assert query(one, "SELECT review FROM night_flags WHERE flag = 'possible_plmd'").item() == "confirm"


def test_a_file_read_twice_adds_nothing(copies: tuple[Store, Store]) -> None:
    one, other = copies
    bring(one, text_of(other))
    before = everything(one)
    again = bring(one, text_of(other))
    assert (again.new, again.known) == (0, 5)
    assert everything(one) == before


def test_reviews_of_nights_that_are_not_here_are_named_and_left_out(copies: tuple[Store, Store]) -> None:
    one, other = copies
    text = text_of(other)
    for table in ("night", "flag", "event_row"):
        execute(one, f"UPDATE {table} SET subject = 'cleo'", [])
    before = query(one, SAID).rows()
    merged = bring(one, text)
    assert (merged.new, merged.unknown) == (0, (("anna", EVENING, 4),))
    assert query(one, SAID).rows() == before


def test_a_file_of_another_kind_or_schema_is_refused_by_its_first_line(kept: Store) -> None:
    for line, words in (
        ("", "no JSON"),
        ("[]", "no JSON"),
        ("{}", "no reviews of nightkick"),
        ("[" * 10**5, "no JSON"),
    ):
        with pytest.raises(UsageError, match=f"line 1: {words}"):
            acts_of(line)
    with pytest.raises(UsageError, match="line 1: schema 99"):
        acts_of(json.dumps({"what": "nightkick reviews", "schema": 99}))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda act: act["rows"][0].update(reviewer="eve"), "changed after it was exported"),
        (lambda act: act["rows"][0].update(verdict="drop"), "rows.0.verdict"),
        (lambda act: act["rows"][0].update(reviewed_at=10**30), "rows.0.reviewed_at"),
        (lambda act: act["rows"][0].update(reviewed_at=True), "rows.0.reviewed_at"),
        (lambda act: act["rows"][0].update(extra=1), "rows.0.extra"),
        (lambda act: act["rows"][0].update(parts=[[["../x", 1, 2]]]), "rows.0.parts"),
        (lambda act: act["rows"][0].update(parts=7), "rows.0.parts"),
        (lambda act: act["rows"][0].update(edit="move"), "move needs from_us"),
        (lambda act: act["rows"][0].update(note="x" * 30_000), "rows.0.note"),
        (lambda act: act["rows"][0].update(night_date="no day"), "rows.0.night_date"),
        (lambda act: act.update(rows=[]), "rows"),
        (lambda act: act.update(id="../../etc"), "id"),
        (lambda act: act.update(of="0" * 64), "taken back"),
    ],
)
def test_a_line_that_is_hostile_is_refused_by_its_number_and_nothing_is_kept(
    copies: tuple[Store, Store], kept: Store, change: Any, words: str
) -> None:
    lines = text_of(copies[1]).split("\n")
    act = json.loads(lines[2])
    assert act["rows"][0]["edit"] == "delete"
    change(act)
    before = everything(kept)
    with pytest.raises(UsageError) as refused:
        bring(kept, "\n".join([*lines[:2], json.dumps(act), *lines[3:]]))
    assert refused.value.line().startswith("line 3: ")
    assert words in refused.value.line()
    assert "\n" not in refused.value.line()
    assert everything(kept) == before


def test_an_act_taken_back_that_is_not_there_is_refused(copies: tuple[Store, Store], kept: Store) -> None:
    lines = text_of(copies[1]).split("\n")
    without = [line for line in lines if '"edit": "delete"' not in line]
    assert len(without) == len(lines) - 1
    with pytest.raises(UsageError, match="is not among them"):
        bring(kept, "\n".join(without))
