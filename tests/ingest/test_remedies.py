"""A refusal names a way out that works: each is followed here, or stands among those that need more than a file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import ingest
from ingest import Recording, errors, read_recording
from ingest.archives.reading import is_archive, unpacked
from ingest.errors import IngestError
from tests.ingest.archives.archive_remedies import ATTEMPTS, Attempt
from tests.ingest.format_remedies import FORMAT_REMEDIES
from tests.ingest.format_remedies.not_followed import NOT_FOLLOWED, WITHOUT_ADVICE
from tests.ingest.recognising.foreign_remedies import FOREIGN_REMEDIES
from tests.ingest.remedies import REMEDIES, Remedy, lying
from tests.ingest.tables.table_remedies import TABLE_REMEDIES

_ALL = (*REMEDIES, *FOREIGN_REMEDIES, *FORMAT_REMEDIES, *TABLE_REMEDIES)
_FOLLOWED: tuple[Remedy | Attempt, ...] = (*_ALL, *ATTEMPTS)
_INGEST = Path(ingest.__file__).parent
_NOT_ABOUT_FILES = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and not issubclass(kind, IngestError)
}
_ABOUT_FILES = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, IngestError)}


def _name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _calls() -> Iterator[tuple[str, ast.Call]]:
    """Everything that the readers call, and in which module."""
    for path in sorted(_INGEST.rglob("*.py")):
        module = path.relative_to(_INGEST).as_posix()
        if not module.startswith("writers/"):
            calls = (
                node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
            )
            yield from ((module, node) for node in calls)


@cache
def hints() -> frozenset[tuple[str, str]]:
    """Every hint about an input that `ingest` can give: the module, and the hint as its text has it."""
    found = set[tuple[str, str]]()
    for module, call in _calls():
        if _name(call) not in _NOT_ABOUT_FILES:
            given = [keyword.value for keyword in call.keywords if keyword.arg == "hint"]
            given += call.args[2:3] if _name(call) == "kind" and module.startswith("recognising/") else []
            found.update((module, ast.unparse(hint).strip("'\"")) for hint in given)
    return frozenset(found)


def hint_of(remedy: Remedy | Attempt) -> tuple[str, str]:
    """The one hint that a remedy follows: its text as a whole, else the only one of the module with that piece."""
    found = [hint for module, hint in hints() if module == remedy.module and remedy.hint in hint]
    exact = [hint for hint in found if hint == remedy.hint]
    assert len(exact or found) == 1, f"{remedy.hint!r} is a piece of {found} in {remedy.module}"
    return remedy.module, (exact or found)[0]


def test_every_refusal_names_a_way_out_or_none_is_known() -> None:
    mute = {
        (module, ast.unparse(call.args[0]).strip("'\""))
        for module, call in _calls()
        if _name(call) in _ABOUT_FILES and not any(keyword.arg == "hint" for keyword in call.keywords)
    }
    assert sorted(mute) == sorted(WITHOUT_ADVICE)


def test_every_hint_is_followed_by_a_test_or_has_a_reason_why_not() -> None:
    """A hint is excused by its own module and its whole text, so that no new one is excused by accident."""
    excused = [pair for pairs in NOT_FOLLOWED.values() for pair in pairs]
    assert sorted(hints() - {hint_of(remedy) for remedy in _FOLLOWED}) == sorted(excused)


#: The way in which the sensor of a mended file lies.
LIES = lying().mean(axis=0) / np.linalg.norm(lying().mean(axis=0))


def _read(path: Path, folder: Path, remedy: Remedy) -> Recording:
    """The file as an import reads it: an archive is taken apart."""
    if not is_archive(path):
        return read_recording(path, remedy.declare, tables=remedy.tables)
    folder.mkdir()
    for found in unpacked(path, folder):
        if isinstance(found, IngestError):
            raise found
        return _with_samples(read_recording(found.file, remedy.declare, tables=remedy.tables))
    raise AssertionError("nothing in the archive")


def _with_samples(recording: Recording) -> Recording:
    """The file of a member is gone when the next is asked for."""
    kept = tuple(recording.blocks())
    return replace(recording, blocks=lambda: iter(kept))


@pytest.mark.parametrize("remedy", _ALL, ids=lambda one: f"{one.module}: {one.says}")
def test_what_a_refusal_advises_gives_a_recording(tmp_path: Path, remedy: Remedy) -> None:
    with pytest.raises(IngestError) as caught:
        remedy.reading(remedy.refused(tmp_path / "refused"), remedy.tables_before)
    assert remedy.says in caught.value.hint
    recording = _read(remedy.mended(tmp_path / "mended"), tmp_path / "unpacked", remedy)
    assert recording.quality.n_samples == remedy.n_samples
    if not remedy.n_samples:
        assert len(recording.vitals.heart_us)
        return
    assert 0.5 < recording.quality.median_norm_g < 1.5
    assert abs(recording.quality.first_us - remedy.first_s * 1_000_000) < 1_000_000
    means = np.concatenate([block.xyz_g() for block in recording.blocks()]).mean(axis=0)
    assert not remedy.lies or np.allclose(means / np.linalg.norm(means), LIES, atol=0.01)
