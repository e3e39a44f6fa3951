"""The house: rooms that are not too large, imports that never go in a circle, and one class to a name."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.paths import ROOT

PACKAGES = ("nightkick", "flows", "analytics", "ingest")
#: More names than this are no longer seen at a glance.
MOST_MODULES = 22
#: Libraries that stand for a decision, and the modules that take it; all others ask these.
OWNERS = {
    "fcntl": {"ingest.locks"},
    "tomli_w": {"flows.settings.settings"},
}
#: Words that hide who does what, or claim what no test holds. Quoted names ("~nobody", `nobody`) are no prose.
VAGUE = re.compile(r"(?<![~`'\"])\b(nobody|somebody|whoever|one's own|the only place)\b", re.IGNORECASE)
PROSE = ("*.py", "*.sql", "*.js", "*.ts", "*.html", "*.md")
#: A step of the schema that has landed, which is never edited.
LANDED = {"analytics/store/database/migrations/0001_recordings.sql"}


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def sources() -> dict[str, Path]:
    return {module(path): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}


def imported(tree: ast.Module, modules: Mapping[str, object]) -> Iterator[str]:
    """Names of our own modules that are imported anywhere in a file, but for what only a type check sees."""
    unseen = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if node in unseen:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module in modules:
            for alias in node.names:
                inner_name = f"{node.module}.{alias.name}"
                yield inner_name if inner_name in modules else str(node.module)


def graph() -> dict[str, set[str]]:
    paths = sources()
    return {
        name: set(imported(ast.parse(path.read_text(encoding="utf-8")), paths)) - {name} for name, path in paths.items()
    }


def circles(edges: Mapping[str, set[str]]) -> list[list[str]]:
    """Groups of modules each of which can be reached from every other one, after Kosaraju."""
    backwards: defaultdict[str, set[str]] = defaultdict(set)
    for name, others in edges.items():
        for other in others:
            backwards[other].add(name)
    finished: list[str] = []
    for name in edges:
        finished += reached(name, edges, set(finished))
    found, seen = [], set[str]()
    for name in reversed(finished):
        group = reached(name, backwards, seen)
        seen.update(group)
        if len(group) > 1:
            found.append(sorted(group))
    return found


def reached(start: str, edges: Mapping[str, set[str]], seen: set[str]) -> list[str]:
    """What can be reached and was not seen, in the order in which the search leaves it."""
    if start in seen:
        return []
    left, known = [], {*seen, start}
    path = [(start, iter(sorted(edges.get(start, ()))))]
    while path:
        name, others = path[-1]
        following = next((other for other in others if other not in known), None)
        if following is None:
            left.append(name)
            path.pop()
        else:
            known.add(following)
            path.append((following, iter(sorted(edges.get(following, ())))))
    return left


def test_circles_are_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}) == [["b", "c"]]
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_no_imports_go_in_a_circle_also_not_inside_functions() -> None:
    assert circles(graph()) == []


@pytest.mark.parametrize("package", [*PACKAGES, "tests"])
def test_no_folder_holds_more_modules_than_one_can_see_at_a_glance(package: str) -> None:
    folders = [folder for folder in (ROOT / package).rglob("*") if folder.is_dir()]
    sizes = {str(folder.relative_to(ROOT)): len(list(folder.glob("*.py"))) for folder in [ROOT / package, *folders]}
    assert {folder: size for folder, size in sizes.items() if size > MOST_MODULES} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_public_class_has_its_name_for_itself_in_a_package(package: str) -> None:
    homes = defaultdict(list)
    for name, path in sources().items():
        if name.partition(".")[0] == package:
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    homes[node.name].append(name)
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


@pytest.mark.parametrize("library", OWNERS)
def test_a_decision_that_a_library_stands_for_has_its_owners(library: str) -> None:
    def names(tree: ast.Module) -> Iterator[str]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.partition(".")[0]

    found = {name for name, path in sources().items() if library in names(ast.parse(path.read_text(encoding="utf-8")))}
    assert found == OWNERS[library]


def test_csv_is_written_by_its_owner_or_disarmed_by_it() -> None:
    lines = [
        (name, line.strip())
        for name, path in sources().items()
        if not name.startswith("ingest.") and name != "analytics.files.csv_text"
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert [(name, line) for name, line in lines if "csv.writer" in line or "csv.DictWriter" in line] == []
    assert [(name, line) for name, line in lines if ".write_csv" in line and "disarmed_frame(" not in line] == []


def vague(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if VAGUE.search(line)]


def test_vague_words_are_found() -> None:
    assert vague("sleep\nNobody knows.\n# Kicks of one's own\n") == ["Nobody knows.", "# Kicks of one's own"]
    assert vague('except RuntimeError:  # "~nobody"\nsomebodys\n') == []


@pytest.mark.parametrize("folder", [*PACKAGES, "benchmarks", "docs"])
def test_prose_names_who_does_what(folder: str) -> None:
    paths = (path for ending in PROSE for path in (ROOT / folder).rglob(ending))
    found = {str(path.relative_to(ROOT)): vague(path.read_text(encoding="utf-8")) for path in paths}
    assert {name: lines for name, lines in found.items() if lines and name not in LANDED} == {}
