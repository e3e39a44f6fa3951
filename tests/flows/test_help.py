"""What `--help` says: plain English, and what holds where an option is not given."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from cyclopts import App

from flows.cli import app
from tests.flows.conftest import Run

BANNED = re.compile(
    r"\b(said|says|say|told|nobody|somebody|everybody|whoever|one's own|the only place)\b", re.IGNORECASE
)
#: Without them nothing is left out, or nothing else is done.
NARROWING = re.compile(r"Only|First evening|Last evening|All that is stored|One recording and|List with|Write the rows")


def commands() -> list[list[str]]:
    names = [name for name in app if not name.startswith("-")]
    below = [
        [name, inner]
        for name in names
        if isinstance(app[name], App)
        for inner in app[name]
        if not inner.startswith("-")
    ]
    return [[name] for name in names] + below


def options(text: str) -> dict[str, str]:
    """Each option's words, without its name."""
    boxed = [line.strip("│ ") for line in text.splitlines() if line.startswith("│")]
    found: dict[str, str] = {}
    for line in boxed:
        match = re.match(r"(?:\*\s+)?(--[\w-]+(?: -\w)?)\s{2,}(.*)|(--[\w-]+(?: -\w)?) (.*)", line)
        if match:
            name, words = (match[1], match[2]) if match[1] else (match[3], match[4])
            found[name] = words
        elif found and not re.match(r"(?:\*\s+)?[A-Z]{3,}", line):
            found[list(found)[-1]] += f" {line}"
    return found


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_help_is_plain_english_and_names_defaults(command: list[str], run: Run) -> None:
    code, out, _ = run(*command, "--help")
    assert (code, BANNED.findall(out)) == (0, [])
    open_ = {
        name: words
        for name, words in options(out).items()
        if not name.startswith(("--help", "--version"))
        and not re.search(r"\[(default|required)|default:|without", re.sub(r"\s+", " ", words), re.IGNORECASE)
        and not NARROWING.match(words)
    }
    assert open_ == {}


def test_the_list_of_commands_loads_nothing_that_reads_markdown() -> None:
    code = "import sys; from flows.cli import main; main(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "Commands" in done.stdout
    assert not {"markdown_it", "rich.markdown", "polars", "numpy", "duckdb", "prefect"} & set(eval(done.stderr))


def test_the_help_of_a_command_has_no_marks_of_markdown(run: Run) -> None:
    for command in ("journal", "people"):
        assert "`" not in run(command, "--help").out
