"""What is committed: names nobody's machine, fetches from nowhere but the lock, and says one version."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

import flows
from flows.cli import app
from tests.flows.conftest import Run, run  # noqa: F401 - a fixture
from tests.paths import ROOT
from tests.test_house import PACKAGES

OURS = (
    "nightkick",
    "flows",
    "ingest",
    "analytics",
    "tests",
    "sample_data",
    "requirements",
    "docs",
    "benchmarks",
    "examples",
    ".ci",
    ".github",
)
TEXT = (
    ".py",
    ".md",
    ".toml",
    ".lock",
    ".in",
    ".txt",
    ".sql",
    ".csv",
    "",
    ".yml",
    ".html",
    ".css",
    ".js",
    ".ts",
    ".json",
)

#: Put together here, so that this file does not name them either.
MACHINE_PATHS = re.compile("/" + "(?:work|tmp|root|home/[a-z]+|Users/[a-z]+)" + "/[a-z.]")
REGISTRIES = re.compile("|".join(("py" + r"pi\.", "python" + "hosted", "npm" + r"js\.", "deb" + r"ian\.org")))


def committed() -> list[Path]:
    """Text files of the repository, without what tools leave behind."""
    top = [path for path in ROOT.iterdir() if path.is_file() and path.suffix not in (".duckdb", ".wal")]
    below = [path for folder in OURS for path in (ROOT / folder).rglob("*") if path.is_file()]
    return [path for path in (*top, *below) if path.suffix in TEXT and "__pycache__" not in path.parts]


@pytest.mark.parametrize("pattern", [MACHINE_PATHS, REGISTRIES], ids=["a machine's paths", "a registry"])
def test_no_file_names(pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in committed()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if path.name != Path(__file__).name and pattern.search(line)
    ]
    assert not found


@pytest.mark.parametrize("lock", ["run.lock", "test.lock"])
def test_every_locked_package_is_pinned_with_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    assert "://" not in text
    entries = text.replace("\\\n", " ").splitlines()
    assert entries
    assert all(re.match(r"[\w.-]+(?:\[[\w, -]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)


def test_the_tools_for_the_page_are_pinned_with_hashes_and_no_address() -> None:
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text
    locked = json.loads(text)["packages"]
    wanted = locked.pop("")["devDependencies"]
    assert wanted == json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert (
        wanted.items() <= {name.removeprefix("node_modules/"): pin["version"] for name, pin in locked.items()}.items()
    )
    assert all(pin["integrity"].startswith("sha512-") for pin in locked.values())


def test_what_runs_is_tested_in_the_same_versions() -> None:
    run_lock, test_lock = (pins(name) for name in ("run.lock", "test.lock"))
    assert run_lock.items() <= test_lock.items()


def test_the_tests_have_the_cluster_that_they_would_skip_without_and_who_only_runs_does_not_pay_for_it() -> None:
    assert "prefect-dask" in pins("test.lock")
    assert "prefect-dask" not in pins("run.lock")


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w, -]+\])?==(\S+)", text, flags=re.MULTILINE))


def test_no_lock_that_records_addresses_lies_here() -> None:
    assert not [name for name in ("uv.lock", "pylock.toml", "poetry.lock") if (ROOT / name).exists()]


def test_the_version_stands_in_one_place_and_the_program_reads_it_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == flows.__version__ == version("nightkick")
    again = re.compile(rf"""__version__ = ["']|["']{re.escape(project["version"])}["']""")
    sources = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    assert [str(path.relative_to(ROOT)) for path in sources if again.search(path.read_text(encoding="utf-8"))] == []


def test_the_citation_names_the_version_that_is_released_next() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    assert cited
    assert cited[1] == project["version"]


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_tells_type_checkers_that_it_is_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").read_bytes() == b""


def test_the_wheel_carries_the_samples_that_the_demo_imports() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    carried = build["wheel"]["force-include"]
    samples = {f"sample_data/{path.name}" for path in (ROOT / "sample_data").iterdir() if path.suffix != ".py"}
    assert set(carried) == {name for name in samples if "__pycache__" not in name}
    assert all(target == f"nightkick/{source}" for source, target in carried.items())
    assert set(PACKAGES) == set(build["wheel"]["packages"])


def commands() -> list[list[str]]:
    names = [name for name in app if not name.startswith("-")]
    below = [["config", name] for name in app["config"] if not name.startswith("-")]
    return [[name] for name in names] + below


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_and_every_option_of_it_has_help(command: list[str], run: Run) -> None:  # noqa: F811
    code, out, _ = run(*command, "--help")
    assert code == 0
    assert len(out.splitlines()[2]) > 10
    options = re.findall(r"│ \*?\s*((?:--?[\w-]+|[A-Z_]+)(?:[ ,(]+--?\w+\)?)*)(.*?)│", out)
    assert all(words.strip() for _, words in options), options


def test_no_module_is_longer_than_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in ("flows", "ingest", "analytics")
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_each_file_that_contributing_names_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = {path for path in re.findall(r"`((?:flows|analytics|ingest|tests|docs)/[\w/.]+)`", text) if "<" not in path}
    assert named, "the map names files"
    assert sorted(path for path in named if not (ROOT / path).exists()) == []
