"""A refusal names a way out that works: each is followed here, or stands among those that need more than a file."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import ingest
from ingest import errors, read_recording
from ingest.errors import IngestError
from tests.ingest.archives.archive_remedies import ATTEMPTS
from tests.ingest.recognising.foreign_remedies import FOREIGN_REMEDIES
from tests.ingest.remedies import NOT_FOLLOWED, REMEDIES, N, Remedy
from tests.ingest.tables.table_remedies import TABLE_REMEDIES

_ALL = (*REMEDIES, *FOREIGN_REMEDIES, *TABLE_REMEDIES)
_INGEST = Path(ingest.__file__).parent
_NOT_ABOUT_FILES = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and not issubclass(kind, IngestError)
}


def _name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


@cache
def hints() -> frozenset[tuple[str, str]]:
    """Every hint about an input that `ingest` can give: the module, and the hint as its text has it."""
    found = set[tuple[str, str]]()
    for path in sorted(_INGEST.rglob("*.py")):
        module = path.relative_to(_INGEST).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or _name(node) in _NOT_ABOUT_FILES or module.startswith("writers/"):
                continue
            given = [keyword.value for keyword in node.keywords if keyword.arg == "hint"]
            given += node.args[2:3] if _name(node) == "kind" and module.startswith("recognising/") else []
            found.update((module, ast.unparse(hint).strip("'\"")) for hint in given)
    return frozenset(found)


def _is_not_followed(hint: str) -> bool:
    pieces = (piece for pieces in NOT_FOLLOWED.values() for piece in pieces)
    return any(hint == piece or (len(piece) > 6 and piece in hint) for piece in pieces)


def test_every_hint_is_followed_by_a_test_or_has_a_reason_why_not() -> None:
    pieces = [(one.module, one.hint) for one in (*_ALL, *ATTEMPTS)]
    followed = {(at, hint) for at, hint in hints() for module, piece in pieces if at == module and piece in hint}
    open_ = sorted((module, hint) for module, hint in hints() - followed if not _is_not_followed(hint))
    assert open_ == []


@pytest.mark.parametrize("remedy", _ALL, ids=lambda one: f"{one.module}: {one.says}")
def test_what_a_refusal_advises_gives_a_recording(tmp_path: Path, remedy: Remedy) -> None:
    assert any(module == remedy.module and remedy.hint in hint for module, hint in hints())
    with pytest.raises(IngestError) as caught:
        read_recording(remedy.refused(tmp_path / "refused"), tables=remedy.tables_before)
    assert remedy.says in caught.value.hint
    recording = read_recording(remedy.mended(tmp_path / "mended"), remedy.declare, tables=remedy.tables)
    assert recording.quality.n_samples == N
    assert 0.5 < recording.quality.median_norm_g < 1.5
