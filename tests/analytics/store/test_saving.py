"""Saving: all or nothing, once, and the same whatever the order."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.store import (
    Store,
    StoredRecording,
    check,
    find_recording,
    initialise,
    nights_to_analyse,
    query,
    record_attempts,
    recordings_of_night,
    save,
    save_nights,
    stage_samples,
    stored_recording,
)
from ingest.errors import StaleAnalysisError, StoreError
from tests.analytics.store.conftest import Child
from tests.analytics.store.making import (
    EVENING,
    HOUR_US,
    START_US,
    analysed,
    attempt,
    block,
    bring_in,
    contents,
    evenings,
    night,
    recording,
    sha,
    stored,
)

DAY_US = 24 * HOUR_US


def rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything but the time at which the database was made."""
    return {name: found for name, found in contents(path).items() if name != "schema_migration"}


def of_nights(name: str, first: int, n: int, *, subject: str = "anna") -> StoredRecording:
    """A recording of ``n`` nights from the ``first`` on, with samples in each."""
    blocks = [block(START_US + (first + i) * DAY_US, 10) for i in range(n)]
    return stored(name, subject=subject, blocks=blocks)


# --- what comes back ---------------------------------------------------------------------------------------------


def test_a_recording_comes_back_as_it_was_stored(store: Store) -> None:
    new = stored()
    bring_in(store, new)
    assert find_recording(store, new.sha256) == new


def test_a_recording_nobody_imported_is_not_found(store: Store) -> None:
    assert find_recording(store, sha("nothing")) is None


def test_names_that_are_no_unicode_and_quotes_are_kept_readable(store: Store) -> None:
    odd = replace(stored(), path=Path("/nights/l\udcff'eft.cwa"), device_serial='"; DROP TABLE night; --')
    bring_in(store, odd)
    found = find_recording(store, odd.sha256)
    assert found is not None
    assert (str(found.path), found.device_serial) == ("/nights/l\\udcff'eft.cwa", odd.device_serial)


def test_what_has_no_number_is_none_in_the_quality(store: Store) -> None:
    assert stored().quality["noise_mg"] is None
    assert stored().quality["gaps"] == [{"start_us": START_US + 1_000, "end_us": START_US + 2_000, "kind": "gap"}]


def test_the_recordings_of_a_night_come_in_the_order_of_their_first_samples(store: Store) -> None:
    late, early = stored("late", blocks=[block(START_US + HOUR_US, 5)]), stored("early")
    for new in (late, early):
        bring_in(store, new)
    assert recordings_of_night(store, "anna", EVENING) == (early, late)
    assert recordings_of_night(store, "berta", EVENING) == ()


def test_a_recording_of_three_nights_lies_in_three_nights(store: Store) -> None:
    new = of_nights("week", 0, 3)
    assert new.night_dates == evenings(3)
    bring_in(store, new)
    assert query(store, "SELECT night_date FROM nights ORDER BY 1")["night_date"].to_list() == list(evenings(3))


# --- once --------------------------------------------------------------------------------------------------------


def test_saving_twice_is_saving_once_but_for_the_attempt(store: Store) -> None:
    bring_in(store, stored())
    once = rows(store.path)
    bring_in(store, stored())
    twice = rows(store.path)
    assert len(twice.pop("import_attempt")) == 2
    assert twice == {name: found for name, found in once.items() if name != "import_attempt"}


def test_attempts_are_only_ever_added(store: Store) -> None:
    refused = replace(attempt(), sha256=None, status="refused", error="not a recording")
    record_attempts(store, [refused, refused])
    record_attempts(store, [])
    assert (
        query(store, "SELECT status, sha256, error FROM imports").rows() == [("refused", None, "not a recording")] * 2
    )


# --- stale -------------------------------------------------------------------------------------------------------


def refused_save(store: Store, new: StoredRecording, recordings: Sequence[Sequence[str]]) -> None:
    """Whatever was analysed from these recordings is refused, and nothing of it is written."""
    before = contents(store.path)
    nights = [night(new.subject, EVENING, names) for names in recordings]
    with pytest.raises(StaleAnalysisError):
        save(store, new, nights, attempt())
    assert contents(store.path) == before


def test_a_night_analysed_without_the_other_leg_is_refused(store: Store) -> None:
    bring_in(store, stored("right"))
    refused_save(store, stored("left"), [[sha("left")]])


def test_a_night_analysed_without_the_recording_itself_is_refused(store: Store) -> None:
    bring_in(store, stored("right"))
    refused_save(store, stored("left"), [[sha("right")]])


def test_a_night_analysed_from_a_recording_nobody_knows_is_refused(store: Store) -> None:
    refused_save(store, stored("left"), [[sha("left"), sha("unknown")]])


def test_a_night_analysed_from_nothing_is_refused(store: Store) -> None:
    refused_save(store, stored("left"), [[]])


def test_a_night_that_was_not_analysed_is_refused(store: Store) -> None:
    refused_save(store, stored("left"), [])


def test_the_same_night_given_twice_is_refused(store: Store) -> None:
    before = contents(store.path)
    with pytest.raises(StoreError, match="given twice"):
        save(store, stored(), [night("anna", EVENING, [sha("left")])] * 2, attempt())
    assert contents(store.path) == before


def test_a_night_in_which_the_recording_has_no_samples_may_be_left_out(store: Store) -> None:
    gappy = recording("gappy", blocks=[block(START_US, 5), block(START_US + 2 * DAY_US, 5)])
    stage_samples(store, gappy)
    first, _, last = evenings(3)
    nights = [night("anna", day, [gappy.sha256]) for day in (first, last)]
    save(store, stored_recording(gappy, subject="anna"), nights, attempt())
    assert query(store, "FROM nights").height == 2
    assert all(finding.ok for finding in check(store)), check(store)


def test_a_recording_without_samples_in_a_night_need_not_be_among_those_it_was_analysed_from(store: Store) -> None:
    gappy = recording("gappy", blocks=[block(START_US, 5), block(START_US + 2 * DAY_US, 5)])
    stage_samples(store, gappy)
    days = evenings(3)
    save(
        store,
        stored_recording(gappy, subject="anna"),
        [night("anna", day, [gappy.sha256]) for day in (days[0], days[2])],
        attempt(),
    )
    other = of_nights("other", 1, 1)
    save(store, other, [night("anna", days[1], [other.sha256])], attempt("other"))
    assert query(store, "FROM nights").height == 3


def test_nights_can_be_analysed_again_without_a_new_recording(store: Store) -> None:
    bring_in(store, stored())
    save_nights(store, [night("anna", EVENING, [sha("left")], n_events=9, version="0.2.0")])
    assert query(store, "SELECT n_lm FROM nights").item() == 9
    assert query(store, "SELECT count(*) FROM events").item() == 9
    assert query(store, "SELECT count(*) FROM imports").item() == 1


def test_nights_analysed_again_from_other_recordings_are_refused(store: Store) -> None:
    bring_in(store, stored())
    with pytest.raises(StaleAnalysisError):
        save_nights(store, [night("anna", EVENING, [sha("other")])])


# --- corrected ---------------------------------------------------------------------------------------------------


def test_a_recording_under_a_new_subject_takes_its_night_with_it(store: Store) -> None:
    bring_in(store, stored(subject="anna"))
    bring_in(store, stored(subject="berta"))
    assert query(store, "SELECT subject FROM nights")["subject"].to_list() == ["berta"]
    assert query(store, "SELECT DISTINCT subject FROM events")["subject"].to_list() == ["berta"]


def test_what_the_other_leg_left_behind_is_analysed_again(store: Store) -> None:
    bring_in(store, stored("left"))
    bring_in(store, stored("right"), "right")
    corrected = stored("left", subject="berta")
    plan = nights_to_analyse(store, corrected)
    assert {key: [r.sha256 for r in found] for key, found in plan.items()} == {
        ("anna", EVENING): [sha("right")],
        ("berta", EVENING): [sha("left")],
    }
    bring_in(store, corrected)
    assert query(store, "SELECT subject, legs FROM nights ORDER BY subject").rows() == [
        ("anna", "left"),
        ("berta", "left"),
    ]


def test_a_correction_that_forgets_the_night_left_behind_is_refused(store: Store) -> None:
    bring_in(store, stored("left"))
    bring_in(store, stored("right"), "right")
    corrected = stored("left", subject="berta")
    with pytest.raises(StaleAnalysisError, match="of anna"):
        save(store, corrected, [night("berta", EVENING, [sha("left")])], attempt())


def test_a_corrected_zone_moves_the_nights(store: Store) -> None:
    bring_in(store, of_nights("left", 0, 1))
    shifted = stored("left", zone="Pacific/Honolulu", blocks=[block(START_US, 10)])
    assert shifted.night_dates != (EVENING,)
    bring_in(store, shifted)
    assert query(store, "SELECT night_date FROM nights")["night_date"].to_list() == list(shifted.night_dates)


def test_a_correction_and_back_leaves_no_trace_but_the_attempts(store: Store) -> None:
    for new in (stored("left"), stored("right")):
        bring_in(store, new)
    before = {name: found for name, found in rows(store.path).items() if name != "import_attempt"}
    for subject in ("berta", "anna"):
        bring_in(store, stored("left", subject=subject))
    assert {name: found for name, found in rows(store.path).items() if name != "import_attempt"} == before


# --- in any order ------------------------------------------------------------------------------------------------

LEGS = (
    of_nights("left week", 0, 2),
    of_nights("right", 0, 1),
    of_nights("right later", 1, 1),
    of_nights("other person", 0, 1, subject="berta"),
)


def bring_in_stubbornly(store: Store, new: StoredRecording) -> None:
    """As an import does it: analyse once more when another one came between."""
    while True:
        try:
            return save(store, new, analysed(store, new), attempt(new.path.stem))
        except StaleAnalysisError:
            continue


@pytest.fixture(scope="session")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    store = Store(tmp_path_factory.mktemp("in order") / "nights.duckdb")
    initialise(store)
    for new in LEGS:
        bring_in_stubbornly(store, new)
    return rows(store.path)


@settings(max_examples=3)
@given(order=st.sampled_from(list(permutations(LEGS))[1:]))
def test_the_order_of_imports_does_not_matter(
    order: Sequence[StoredRecording],
    in_order: dict[str, list[tuple[Any, ...]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    store = Store(tmp_path_factory.mktemp("shuffled") / "nights.duckdb")
    initialise(store)
    for new in order:
        bring_in_stubbornly(store, new)
    assert rows(store.path) == in_order


def test_imports_at_once_in_threads_come_out_the_same(store: Store, in_order: dict[str, list[tuple[Any, ...]]]) -> None:
    threads = [threading.Thread(target=bring_in_stubbornly, args=(store, new)) for new in LEGS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(store.path) == in_order


IMPORT_ONE = """
import sys
from pathlib import Path
from analytics.store import Store
from tests.analytics.store.test_saving import LEGS, bring_in_stubbornly

print("ready", flush=True)
sys.stdin.readline()
bring_in_stubbornly(Store(Path(sys.argv[1]), wait_s=30), LEGS[int(sys.argv[2])])
"""


@pytest.mark.slow
def test_imports_at_once_in_processes_come_out_the_same(
    store: Store, child: Child, in_order: dict[str, list[tuple[Any, ...]]]
) -> None:
    imports = [child(IMPORT_ONE, store.path, number) for number in range(len(LEGS))]
    for process in imports:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in imports:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in imports:
        _, complaints = process.communicate(timeout=60)
        assert process.returncode == 0, complaints
    assert rows(store.path) == in_order
