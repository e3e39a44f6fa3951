"""What the refusals of archives, and of files that cannot be had, advise gives a recording."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from ingest import read_recording
from ingest.errors import IngestError
from tests.ingest.archives.archive_remedies import ATTEMPTS, Attempt, recordings_in
from tests.ingest.recognising.foreign_remedies import FOREIGN_REMEDIES
from tests.ingest.remedies import N, Remedy
from tests.ingest.tables.table_remedies import TABLE_REMEDIES
from tests.ingest.test_remedies import hints


def _modules_of(error: BaseException) -> set[str]:
    """Through which modules of `ingest` an error went, and what it was raised from."""
    found = set[str]()
    reason: BaseException | None = error
    while reason is not None:
        found |= {frame.filename.partition("/ingest/")[2] for frame in traceback.extract_tb(reason.__traceback__)}
        reason = reason.__cause__
    return found


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda one: f"{one.module}: {one.says}")
def test_what_a_refusal_advises_gives_a_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attempt: Attempt
) -> None:
    assert any(module == attempt.module and attempt.hint in hint for module, hint in hints())
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
    with pytest.raises(IngestError) as caught:
        attempt.refused(tmp_path / "before", monkeypatch)
    assert attempt.says in caught.value.hint
    (recording,) = recordings_in(attempt.mended(tmp_path / "after" / "mended"))
    assert recording.quality.n_samples == N
    assert 0.5 < recording.quality.median_norm_g < 1.5


@pytest.mark.parametrize(
    "remedy",
    [one for one in (*FOREIGN_REMEDIES, *TABLE_REMEDIES) if not one.module.startswith("recognising/")],
    ids=lambda one: f"{one.module}: {one.says}",
)
def test_a_refusal_comes_from_the_module_whose_remedy_is_followed(tmp_path: Path, remedy: Remedy) -> None:
    """Two modules may say the same words. What is recognised only to be refused is listed apart from what raises it."""
    with pytest.raises(IngestError) as caught:
        read_recording(remedy.refused(tmp_path / "refused"), tables=remedy.tables_before)
    assert remedy.module in _modules_of(caught.value)
