"""All figures of speed and memory with one command, written into docs/speed.md.

    python -m benchmarks.speed [--quick] [--peers FOLDER] [--rounds 3] [--document docs/speed.md]

Everything is made from seeds. Each measurement is a process of its own; the ways that are compared take turns, round
after round. CPU is user and system time of all threads, memory the largest of the process. `make speed` installs the
peers first; one that cannot be had is named in the document. ``--quick`` does one day, 100 nights and one format, and
leaves Prefect out: a few minutes.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.accuracy_document import brought_up_to_date
from benchmarks.peers import READERS
from benchmarks.reading import HEAD, rounds_of, rows_of
from benchmarks.speed_tables import Costs, about, against_days, against_nights, table, took_no_part

ROOT = Path(__file__).parents[1]
SEED, HOURS_ASLEEP = 22, 9.0
FEWEST_ROUNDS = 3
#: A line of `benchmarks.many_nights`.
_COMMAND = re.compile(r"(?P<name>\S.*?) +(?P<cpu_s>[\d.]+) +(?P<clock_s>[\d.]+) +(?P<most_mb>\d+)  exit (?P<code>\d+)")
_PREFECT = re.compile(r"more by the flow: (.+)")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured.

    Attributes
    ----------
    days, nights : tuple of int
        Lengths of recordings, and numbers of stored nights.
    formats : str
        A part of the names of the nights that readers read; empty: all.
    hours : float
        Of those nights.
    only : str
        A part of the names of the commands that are measured; empty: all.
    files : int
        Go through Prefect; 0: none.
    """

    days: tuple[int, ...] = (1, 3, 7)
    nights: tuple[int, ...] = (100, 1_000)
    formats: str = ""
    hours: float = 8.0
    only: str = ""
    files: int = 200


QUICK = Plan(days=(1,), nights=(100,), formats="ax3-packed", hours=2.0, only="nights", files=0)


def main() -> int:
    """Measure, and bring the document up to date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="do less")
    parser.add_argument("--peers", type=Path, help="folder into which the peers were installed")
    parser.add_argument("--rounds", type=int, default=FEWEST_ROUNDS, help=f"at least {FEWEST_ROUNDS}, the default")
    parser.add_argument("--document", type=Path, default=ROOT / "docs" / "speed.md")
    given = parser.parse_args()
    if given.rounds < FEWEST_ROUNDS:
        parser.error(f"at least {FEWEST_ROUNDS} rounds: fewer show no spread")
    plan = QUICK if given.quick else Plan()
    loads = [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory() as scratch:
        tables = dict(measured(plan, Path(scratch), given.peers, given.rounds))
    loads.append(os.getloadavg()[0])
    tables["measured"] = about(given.rounds, loads, is_quick=given.quick)
    given.document.write_text(brought_up_to_date(given.document.read_text(encoding="utf-8"), tables), encoding="utf-8")
    return 0


def measured(plan: Plan, scratch: Path, peers: Path | None, rounds: int) -> Iterator[tuple[str, str]]:
    """Each table's title and text.

    Parameters
    ----------
    plan : Plan
    scratch : Path
        Where recordings and databases are made.
    peers : Path or None
        Folder into which the peers were installed.
    rounds : int
    """
    yield "import", against_days({days: import_and_pass(scratch, days, rounds) for days in plan.days})
    _done("import")
    yield "reading", read_by_all(plan, scratch, peers, rounds)
    _done("reading")
    yield "commands", against_nights({n: commands(scratch / str(n), n, plan.only, rounds) for n in plan.nights})
    _done("commands")
    yield "Prefect", by_prefect(plan.files, rounds)


def import_and_pass(scratch: Path, days: int, rounds: int) -> tuple[list[Costs], list[Costs]]:
    """Costs of an import and of the pass over the same samples, in turns.

    Parameters
    ----------
    scratch : Path
    days : int
        Length of the recording.
    rounds : int
    """
    # What has been imported here counts as memory of each process that is started, so it is little.
    file = Path(_said(["-c", _MAKES, str(scratch), str(days), str(SEED), str(HOURS_ASLEEP)]).strip())
    imports, passes = [], []
    for number in range(rounds):
        database = scratch / f"{days}-{number}" / "nights.duckdb"
        passes.append(_costs(["-c", _PASSES, str(file), str(days)]))
        imports.append(_costs(["-c", _IMPORTS, str(file), str(database)]))
    return imports, passes


_MAKES = """
import sys
from pathlib import Path
from benchmarks.import_cost import made
folder, days, seed, hours_asleep = sys.argv[1:]
print(made(Path(folder), int(days), int(seed), float(hours_asleep))[0])
"""
# `benchmarks.import_cost` waits for the process it starts, and tells what that one took.
_PASSES = """
import sys
from pathlib import Path
from benchmarks.import_cost import one_pass
print(*one_pass(Path(sys.argv[1]), int(sys.argv[2])))
"""
_IMPORTS = """
import sys
from pathlib import Path
from benchmarks.import_cost import whole_import
print(*whole_import(Path(sys.argv[1]), Path(sys.argv[2])))
"""


def _costs(arguments: Sequence[str]) -> Costs:
    cpu_s, clock_s, most_mb = map(float, _said(arguments).split())
    return cpu_s, clock_s, most_mb


def read_by_all(plan: Plan, scratch: Path, peers: Path | None, rounds: int) -> str:
    """The readers beside their peers, and which peers were not there.

    Parameters
    ----------
    plan : Plan
    scratch : Path
    peers : Path or None
        Folder into which the peers were installed.
    rounds : int
    """
    folder = scratch / "nights"
    folder.mkdir()
    _said(["-m", "benchmarks.nights", str(folder), "--hours", str(plan.hours)])
    titles = dict(line.split("\t") for line in _said(["-m", "benchmarks.nights"]).splitlines())
    absent: set[str] = set()
    chosen = [Path(file) for file in titles if plan.formats in file]
    rows = [
        row for file in chosen for row in rows_of(titles[file.name], rounds_of(folder / file, peers, rounds, absent))
    ]
    suffixes = {file.suffix for file in chosen}
    not_asked = {name for name, reader in READERS.items() if suffixes.isdisjoint(reader.suffixes)}
    return f"Nights of {plan.hours:g} h.\n\n{table(HEAD, rows, words=2)}\n\n{took_no_part(absent, not_asked)}"


def commands(folder: Path, n_nights: int, only: str, rounds: int) -> dict[str, list[Costs]]:
    """Costs of commands on a database of so many nights.

    Parameters
    ----------
    folder : Path
        Where the database is made.
    n_nights : int
    only : str
        A part of the names of commands; empty: all.
    rounds : int
    """
    found: dict[str, list[Costs]] = {}
    for _ in range(rounds):
        chosen = ["--only", only] if only else []
        said = _said(["-m", "benchmarks.many_nights", str(folder), "--nights", str(n_nights), *chosen])
        for line in filter(None, map(_COMMAND.fullmatch, said.splitlines())):
            if line["code"] != "0":
                raise SystemExit(f"{line['name']} ended with {line['code']}")
            costs = (float(line["cpu_s"]), float(line["clock_s"]), float(line["most_mb"]))
            found.setdefault(line["name"], []).append(costs)
    if not found:
        raise SystemExit("benchmarks.many_nights told nothing that is understood here")
    return found


def by_prefect(files: int, parts: int) -> str:
    """What Prefect adds to each file.

    Parameters
    ----------
    files : int
        Imported both ways; 0: not measured.
    parts : int
        In which they take turns.
    """
    if not files:
        return "Not measured this time."
    said = _said(["-m", "benchmarks.flow_overhead", "--files", str(files), "--parts", str(parts)])
    told = _PREFECT.search(said)
    if told is None:
        raise SystemExit("benchmarks.flow_overhead told nothing that is understood here")
    return f"{files} recordings of 10 minutes, clock time more than a plain import: {told[1]}."


def _said(arguments: Sequence[str]) -> str:
    """What a Python process prints; the end of everything where it fails."""
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments[:2])} failed with {done.returncode}:\n{done.stderr}")
    return done.stdout


def _done(what: str) -> None:
    print(f"{what}: measured", flush=True)


if __name__ == "__main__":
    sys.exit(main())
