"""Whatever was imported, said and forgotten, in whatever order: the copy shows what one made row by row would."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from shutil import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.said import JournalEntry, Review
from analytics.store import Store, Wish, publish, query, set_default_ruleset, write_journal, write_review
from analytics.store.database import publish as publishing
from analytics.store.database.publish import copied, is_published
from tests.analytics.store.forgetting import files_with, forgotten
from tests.analytics.store.making import EVENING, bring_in, contents, stored

#: Long and odd: found in a file if it is there in any form.
WHO = "Wilhelmina-Zaubermaus"
OTHER = "Bertram-Haselstrauch"
VIEWS = "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1"
#: In these a copy says of itself what the database does not.
OF_ITSELF = {"published", "samples"}


def has(store: Store, subject: str) -> bool:
    return bool(query(store, "SELECT count(*) AS n FROM recording WHERE subject = ?", (subject,)).item())


def imported(store: Store, subject: str) -> None:
    bring_in(store, stored(subject, subject=subject), subject)


def forget_all(store: Store, subject: str) -> None:
    if has(store, subject):
        forgotten(store, Wish(subject=subject))
        assert files_with(store.path.parent, subject) == set()


def judged(store: Store, subject: str) -> None:
    if has(store, subject):
        write_review(store, Review(subject, EVENING, "confirm", "dr", 1_800_000_000_000_000))


ACTS: dict[str, Callable[[Store, str], None]] = {
    "import": imported,
    "forget": forget_all,
    "review": judged,
    "journal": lambda s, who: write_journal(s, [JournalEntry(who, EVENING + timedelta(1), "caffeine_mg", 80.0)]),
    "rules": lambda s, who: set_default_ruleset(s, "aasm" if who == WHO else "wasm2016"),
    "publish": lambda s, who: None,
}


@pytest.mark.slow
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from([WHO, OTHER])), min_size=2, max_size=5))
def test_the_copy_has_the_rows_of_one_made_row_by_row_in_every_view(
    empty_database: Path, acts: list[tuple[str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        store = Store(Path(copy(empty_database, Path(temporary) / "nights.duckdb")), wait_s=20)
        imported(store, WHO)
        publish(store)
        for act, subject in acts:
            ACTS[act](store, subject)
            publish(store)
            assert is_published(store)
        room = Path(temporary) / "row by row"
        room.mkdir()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(publishing, "_is_all_in_its_file", lambda *_: False)
            whole, shown = Store(copied(store, room)), Store(store.published)
        assert contents(shown.path) == contents(whole.path) == contents(store.path)
        for view in set(query(whole, VIEWS)["view_name"]) - OF_ITSELF:
            ordered = f"FROM {view} ORDER BY ALL"
            assert query(shown, ordered).equals(query(whole, ordered), null_equal=True), view
