"""docs/promises.md: every promise names tests, and each of them exists."""

from __future__ import annotations

import ast
import re

from tests.paths import ROOT

PAGE = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| promise")]
TEST = re.compile(r"`(?P<file>tests/[\w/]+\.py)::(?P<name>\w+)`")


def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_promise_names_a_test() -> None:
    assert len(ROWS) > 30
    assert [row for row in ROWS if not TEST.search(row)] == []


def test_every_test_that_a_promise_names_exists() -> None:
    named = [(found["file"], found["name"]) for found in TEST.finditer(PAGE)]
    known = {file: functions(file) for file, _ in named if (ROOT / file).exists()}
    assert [f"{file}::{name}" for file, name in named if name not in known.get(file, set())] == []


def test_nothing_else_in_the_page_looks_like_a_test() -> None:
    assert len(re.findall(r"tests/", PAGE)) == len(TEST.findall(PAGE))
