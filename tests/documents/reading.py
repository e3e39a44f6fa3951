"""What stands in a document: blocks, the commands in them, queries with their output, links and headings."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.paths import ROOT

DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
#: What is in a fence of these languages is no shell.
NO_SHELL = ("python", "sql", "toml", "yaml", "json", "text", "r")
INDENTED = "indented"
_CALLED = re.compile(r"(?:^|[\s/])nightkick +(?P<rest>[a-z-].*)$")
_NAMED = re.compile(r"`nightkick ([a-z][^`]*)`", re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\((?!\w+:)([^)\s]*)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fence with its language, or lines that are indented."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """What follows ``nightkick``: arguments, the file that takes what it prints, and the output that is shown."""

    arguments: tuple[str, ...]
    to: str | None = None
    output: str | None = None


def blocks(text: str) -> Iterator[Block | None]:
    """Fences and indented lines in order; None where prose stands between."""
    language, held = "", list[str]()
    for line in [*text.splitlines(), "prose"]:
        if line.startswith("```"):
            if language and language != INDENTED:
                yield Block(language, "\n".join(held))
                language = ""
            else:
                yield from _indented(language, held)
                language = line[3:].strip() or "text"
            held = []
        elif language and language != INDENTED:
            held.append(line)
        elif line.startswith("    "):
            language, held = INDENTED, [*held, line[4:]]
        elif line:
            yield from _indented(language, held)
            language, held = "", []
            yield None


def _indented(language: str, held: list[str]) -> Iterator[Block]:
    if language == INDENTED:
        yield Block(INDENTED, "\n".join(held))


def commands(text: str) -> list[Command]:
    """Every command of the program in blocks of shell; the last of a block has what a fence of text beneath shows."""
    found = list[Command]()
    is_beneath = False
    for block in blocks(text):
        if block is None:
            is_beneath = False
        elif block.language not in NO_SHELL:
            new = [_command(match["rest"]) for line in block.text.splitlines() if (match := _CALLED.search(line))]
            found += new
            is_beneath = bool(new)
        elif block.language == "text" and is_beneath:
            found[-1] = Command(found[-1].arguments, found[-1].to, block.text)
            is_beneath = False
    return found


def _command(line: str) -> Command:
    words = shlex.split(line, comments=True)
    if ">" in words:
        at = words.index(">")
        return Command(tuple(words[:at]), words[at + 1])
    return Command(tuple(words))


def named(text: str) -> list[list[str]]:
    """Commands that prose names between backticks, by their words."""
    return [" ".join(found.split()).split(" ") for found in _NAMED.findall(text)]


def links(text: str) -> list[tuple[str, str]]:
    """Relative links: a path, empty for the document itself, and a heading's anchor, empty for none."""
    return [(path, anchor) for path, _, anchor in (link.partition("#") for link in _LINK.findall(text))]


def anchors(text: str) -> set[str]:
    """Anchors of the headings, as hosts of repositories make them."""
    headings = re.findall(r"^#+ +(.+?) *$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@dataclass(frozen=True, slots=True)
class Recipe:
    """A query with its title, the part of the document it stands in, and its output."""

    part: str
    title: str
    sql: str
    output: str | None


def recipes(path: Path) -> list[Recipe]:
    """Every query in a fence of the document, with the fence of text right beneath it."""
    found = list[Recipe]()
    for part in re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        for section in part.split("\n### "):
            title = section.partition("\n")[0]
            held = [block for block in blocks(section) if block is None or block.language in ("sql", "text")]
            for one, next_one in zip(held, [*held[1:], None], strict=True):
                if one is not None and one.language == "sql":
                    output = next_one.text if next_one is not None and next_one.language == "text" else None
                    found.append(Recipe(part.partition("\n")[0], title, one.text, output))
    return found
