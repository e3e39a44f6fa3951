"""A message quotes what a file says at a length that a person reads, and in no way of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.errors import IngestError
from ingest.quoting import listed, quoted, shortened
from ingest.reading import read_recording
from tests.paths import ROOT

#: What names of columns, values and ids are called in `ingest`: quoted in a message they may be of any length.
_OF_A_FILE = frozenset(
    {"name", "names", "texts", "value", "values", "held", "serials", "devices", "readable", "channels"}
)
_OWNER = frozenset({"quoted", "shortened", "listed", "_quoted", "_example", "_no_moment", "_shown", "len"})
_LONG = "x" * 1_000


@given(st.text(max_size=200))
@example("\x00" * 200)
@example("'" * 60)
@example("\U000e0001" * 60)
def test_a_quoted_text_is_short_and_can_be_seen(text: str) -> None:
    for shown in (quoted(text), shortened(text)):
        assert len(shown) <= 60
        assert shown.isprintable()


@pytest.mark.parametrize("n", [50, 51])
def test_only_a_text_of_more_than_50_characters_is_shortened(n: int) -> None:
    dots = "..." if n > 50 else ""
    assert quoted("a" * n) == f"'{'a' * 50}{dots}'"
    assert shortened("a" * n) == f"{'a' * 50}{dots}"


def test_of_many_texts_the_first_are_listed() -> None:
    assert listed(map(str, range(100)), 3, word=" and ") == "'0' and '1' and '2'"
    assert listed(["a", "b"], plain=True) == "a, b"


@pytest.mark.parametrize(
    "table",
    [
        f"time (ms){_LONG},x,y,z\n" + "0,0.1,0.2,0.9\n" * 50,
        f"{_LONG} time,x,y,z\n" + "22:15:00,0.1,0.2,0.9\n" * 50,
        f"{_LONG} time,x,y,z\n" + f"{_LONG},0.1,0.2,0.9\n" * 50,
        "time,seconds_elapsed,a,b" + f",{_LONG}" * 20 + "\n" + f"1773008100000000000,0{',0.5' * 22}\n" * 50,
        f"time,{_LONG}1,{_LONG}2,{_LONG}3\n" + "2026-03-07 22:00:00,0.1,0.2,0.9\n" * 50,
        f"time{',x' * 900},y,z\n" + f"2026-03-07 22:00:00{',0.5' * 902}\n" * 5,
        f"time,x,y,z,sensor\n2026-03-07 22:00:00,0.1,0.2,0.9,{_LONG}\n2026-03-07 22:00:01,0.1,0.2,0.9,b\n" * 9,
        f"time,{_LONG}_x (volt),{_LONG}_y (volt),{_LONG}_z (volt)\n" + "2026-03-07 22:00:00,0.1,0.2,0.9\n" * 50,
    ],
    ids=["count", "clock", "no_clock", "sensor_logger", "no_axes", "many_axes", "two_sensors", "unit"],
)
def test_an_error_about_a_name_of_any_length_is_one_line(table: str, tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_text(table)
    with pytest.raises(IngestError) as refused:
        read_recording(file)
    assert len(refused.value.what) < 700
    assert len(refused.value.hint) < 300


def _messages(tree: ast.AST) -> Iterator[ast.expr]:
    """What the f-strings of an error's arguments show."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id.endswith("Error"):
            for text in ast.walk(call):
                if isinstance(text, ast.FormattedValue) and text.format_spec is None:
                    yield text.value


def _bare(shown: ast.expr) -> Iterator[str]:
    """Names of what a file says that an expression shows without the owner of quoting."""
    if isinstance(shown, ast.Call) and isinstance(shown.func, ast.Name) and shown.func.id in _OWNER:
        return
    if isinstance(shown, ast.Name | ast.Attribute):
        found = shown.id if isinstance(shown, ast.Name) else shown.attr
        if found in _OF_A_FILE and not (isinstance(shown, ast.Attribute) and _is_ours(shown.value)):
            yield found
    for inner in ast.iter_child_nodes(shown):
        if isinstance(inner, ast.expr):
            yield from _bare(inner)


def _is_ours(value: ast.expr) -> bool:
    """Whether the name of something is one that we or the settings gave it."""
    return isinstance(value, ast.Name) and value.id in {"mapping", "named", "unit", "measured"}


def _in_ways_of_their_own(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    for shown in _messages(tree):
        yield from (f"{name} in line {shown.lineno}" for name in _bare(shown))
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and node.conversion == ord("r"):
            yield f"!r in line {node.lineno}"
        if isinstance(node, ast.Name) and node.id == "repr":
            yield f"repr in line {node.lineno}"


@pytest.mark.parametrize(
    "source",
    [
        "f'{a!r}'",
        "map(repr, a)",
        "FormatError(f'no {names[0]}')",
        "FormatError(f'{\", \".join(names)}')",
        "AnError(f'{f.value}')",
    ],
)
def test_a_quotation_without_its_owner_is_found(source: str) -> None:
    assert list(_in_ways_of_their_own(source))


def test_messages_quote_files_by_one_owner() -> None:
    ours = {ROOT / "ingest" / "quoting.py", ROOT / "ingest" / "__init__.py"}
    files = [
        file for file in sorted((ROOT / "ingest").rglob("*.py")) if file not in ours and "writers" not in str(file)
    ]
    found = {
        str(file.relative_to(ROOT)): said
        for file in files
        if (said := list(_in_ways_of_their_own(file.read_text(encoding="utf-8"))))
    }
    assert not found
