"""How many files a task of the flow takes."""

from __future__ import annotations

from pathlib import Path

from flows.importing.outcomes import Outcome
from flows.importing.store_order import Turns
from flows.unattended.flow_batches import BATCH_BYTES, BATCH_FILES, FEW_FILES, Batch, batches


def sized(path: Path, n_bytes: int) -> Path:
    with path.open("wb") as stream:
        stream.truncate(n_bytes)
    return path


def test_each_file_has_a_task_of_its_own(tmp_path: Path) -> None:
    files = [sized(tmp_path / f"{number:02}.csv", 1000) for number in range(FEW_FILES)]
    assert list(batches(files)) == [(file,) for file in files]
    assert list(batches([])) == []


def test_of_very_many_files_small_ones_share_a_task_and_a_night_has_its_own(tmp_path: Path) -> None:
    small = [sized(tmp_path / f"{number:02}.csv", 1000) for number in range(2 * BATCH_FILES + 1)]
    nights = [sized(tmp_path / f"night{number}.cwa", BATCH_BYTES) for number in range(2)]
    found = list(batches([*small, *nights, tmp_path / "missing"]))
    assert [len(batch) for batch in found] == [BATCH_FILES, BATCH_FILES, 2, 1, 1]
    assert [file for batch in found for file in batch] == [*small, *nights, tmp_path / "missing"]


def test_a_batch_goes_on_where_it_was_when_it_failed() -> None:
    batch = Batch([Path("in/a.csv"), Path("b.csv"), Path("c.csv")], Turns().take())
    batch.done.append((Outcome(Path("in/a.csv"), "imported", 0),))
    assert list(batch.left()) == [Path("b.csv"), Path("c.csv")]
    assert str(batch) == "a.csv and 2 more"
    assert str(Batch([Path("in/a.csv")], Turns().take())) == "a.csv"
