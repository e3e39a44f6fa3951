"""Every operation that writes, killed at random moments: nothing stored is lost, and nothing is half.

    python -m benchmarks.killed [--kills 20] [--seed 1] [--only NAME ...] [--folder FOLDER]

Each operation runs as a process of its own on a copy of the same folder: a database with nights of three people, with
journal and reviews, samples, a published copy, a backup. A first run, undisturbed, tells what the operation leaves
behind, how long it takes, and when it has files of that folder open for writing. Then it gets SIGKILL at moments that
are drawn from that length, until there were enough and half of them came while it wrote. Three of four kills are drawn
from the looks at which the first run had a file open for writing; before each kill the process is stopped, and what it
has open is looked at.

After each kill every row that is there must be one from before or one from after, every check of `nightkick doctor`
must hold but for what a dead process may leave behind, and the same operation, run once more, must leave what the
undisturbed one left. What else must hold is in each operation's `holds`. SIGKILL is not a power cut: what the system
had been told to write is still written.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from analytics.store import Finding, Store, check
from benchmarks.killed_operations import OPERATIONS, Operation, make_template
from tests.flows.killing import MAY_BE_LEFT, State, rows

ROOT = Path(__file__).resolve().parents[1]
#: So many of the kills wait until a file is open for writing.
SHARE_AIMED = 0.75
LOOK_S = 0.002
LONGEST_S = 240.0


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What an operation does that is left alone: rows before and after, length, at how many looks it wrote."""

    before: State
    after: State
    takes_s: float
    n_writing: int


@dataclass(slots=True)
class Tally:
    """What came of the kills of one operation."""

    kills: int = 0
    while_writing: int = 0
    finished_before: int = 0
    left_before: int = 0
    left_after: int = 0

    def line(self, name: str) -> str:
        """For people."""
        between = self.kills - self.left_before - self.left_after
        return (
            f"{name:15} {self.kills:3} kills, {self.while_writing:3} while it wrote "
            f"({self.while_writing / max(self.kills, 1):.0%}); left as before {self.left_before}, "
            f"as after {self.left_after}, between {between}"
        )


def main() -> int:
    """Kill as often as asked; fails at the first thing that must not be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", help="names of operations")
    parser.add_argument("--folder", type=Path, help="where to work")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as temporary:
        folder = Path(temporary)
        os.environ.update(
            {f"XDG_{name}_HOME": str(folder / "home") for name in ("CONFIG", "DATA", "STATE")} | {"HOME": temporary}
        )
        for operation in OPERATIONS:
            if chosen.only is None or operation.name in chosen.only:
                tally = killed(operation, folder / operation.name.replace(" ", "-"), chosen.kills, chosen.seed)
                print(tally.line(operation.name), flush=True)
    return 0


def killed(operation: Operation, folder: Path, kills: int, seed: int) -> Tally:
    """Kill one operation until there were enough kills, half of them while it wrote."""
    template, here = folder / "template", folder / "here"
    make_template(operation, template)
    undisturbed = left_alone(operation, template, here)
    chance, tally = random.Random(f"{operation.name} {seed}"), Tally()
    while tally.kills < kills or 2 * tally.while_writing < tally.kills:
        if tally.kills + tally.finished_before > 6 * kills:
            raise AssertionError(f"{operation.name}: {tally}")
        fresh(template, here)
        aimed = chance.random() < SHARE_AIMED
        if aimed:
            was_writing = killed_at(operation, here, n_writing=chance.randint(1, undisturbed.n_writing))
        else:
            was_writing = killed_at(operation, here, at_s=chance.uniform(0, undisturbed.takes_s))
        if was_writing is None:
            tally.finished_before += 1
            continue
        tally.kills += 1
        tally.while_writing += was_writing
        left = must_hold(operation, here, undisturbed)
        tally.left_before += left == "before"
        tally.left_after += left == "after"
    return tally


def left_alone(operation: Operation, template: Path, here: Path) -> Undisturbed:
    """Run the operation to its end, and look at what it has open all the time."""
    fresh(template, here)
    before = rows_of(operation, here)
    process, began = start(operation, here), time.monotonic()
    n_writing = 0
    while process.poll() is None:
        n_writing += is_writing(process.pid, here)
        time.sleep(LOOK_S)
    takes_s = time.monotonic() - began
    assert process.returncode == 0, (operation.name, said(here))
    after = rows_of(operation, here)
    operation.holds(here, "finished")
    assert n_writing, f"{operation.name} was never seen to write"
    return Undisturbed(before, after, takes_s, n_writing)


def killed_at(operation: Operation, here: Path, *, at_s: float = 0, n_writing: int = 0) -> bool | None:
    """Kill the operation then, or when it is seen to write for the n-th time.

    Returns
    -------
    bool or None
        Whether it had files open for writing; None where it had ended before.
    """
    process = start(operation, here)
    time.sleep(at_s)
    while n_writing and process.poll() is None:
        n_writing -= is_writing(process.pid, here)
        time.sleep(LOOK_S if n_writing else 0)
    if process.poll() is not None:
        return None
    for pid in family(process.pid):
        signal_to(pid, signal.SIGSTOP)
    was_writing = is_writing(process.pid, here)
    for pid in family(process.pid):
        signal_to(pid, signal.SIGKILL)
    process.wait()
    return was_writing


def must_hold(operation: Operation, here: Path, undisturbed: Undisturbed) -> str:
    """Whether what is left is as before, as after, or between; raises where it must not be so."""
    state = rows_of(operation, here)
    left = "before" if state == undisturbed.before else "after" if state == undisturbed.after else "between"
    assert left != "between" or not operation.is_one_step, f"{operation.name}: half of it is there"
    for table, of in state.items():
        known = {*map(repr, undisturbed.before.get(table, [])), *map(repr, undisturbed.after.get(table, []))}
        strange = [row for row in map(repr, of) if row not in known]
        assert not strange or table in operation.grows, (operation.name, table, strange[:3])
    operation.holds(here, left)
    bad = [found for found in findings(operation, here) if not any(may in found.what for may in MAY_BE_LEFT)]
    assert not bad, (operation.name, bad)
    process = start(operation, here, operation.finished_by if left == "after" else None)
    assert process.wait(LONGEST_S) == 0, (operation.name, said(here))
    if not operation.grows:
        assert rows_of(operation, here) == undisturbed.after, f"{operation.name}: the next run did not finish it"
    assert not findings(operation, here), (operation.name, findings(operation, here))
    operation.holds(here, "finished")
    return left


def findings(operation: Operation, here: Path) -> list[Finding]:
    """What `nightkick doctor` finds wrong."""
    return [found for found in check(Store(here / operation.database)) if not found.ok] if operation.is_checked else []


def rows_of(operation: Operation, here: Path) -> State:
    """Every row of the database that the operation is about; none where it is not there yet."""
    path = here / operation.database
    return rows(path) if path.exists() else {}


def start(
    operation: Operation, here: Path, instead: Callable[[Path], list[str]] | None = None, *, talk: Path | None = None
) -> subprocess.Popen[bytes]:
    """The operation, or another command, in a process of its own; what it prints goes to ``talk``, or see `said`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **operation.environment}
    command = [sys.executable, *(instead or operation.command)(here)]
    with (talk or here.parent / "said.txt").open("wb") as heard:
        return subprocess.Popen(
            command,
            cwd=here,
            env=environment,
            stdout=heard,
            stderr=heard,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )


def said(here: Path) -> str:
    """What the last process printed."""
    return (here.parent / "said.txt").read_text(errors="replace")


def fresh(template: Path, here: Path) -> None:
    """The folder as it was before the operation."""
    shutil.rmtree(here, ignore_errors=True)
    shutil.copytree(template, here)


def family(pid: int) -> list[int]:
    """A process and all that descend from it, the process first."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def is_writing(pid: int, folder: Path) -> bool:
    """Whether a process or a descendant has a file below ``folder`` open for writing."""
    return any(is_below(target, folder) for one in family(pid) for target in open_for_writing(one))


def is_below(target: str, folder: Path) -> bool:
    """Also for a file that was deleted meanwhile."""
    return target.startswith(f"{folder}{os.sep}")


def open_for_writing(pid: int) -> Iterator[str]:
    """Names of the files that a process has open for writing."""
    try:
        handles = [*Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return
    for handle in handles:
        try:
            flags = Path(f"/proc/{pid}/fdinfo/{handle.name}").read_text().split("flags:")[1].split()[0]
            target = str(handle.readlink())
        except (OSError, IndexError):
            continue
        if int(flags, 8) & os.O_ACCMODE != os.O_RDONLY:
            yield target


def signal_to(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that may be gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    sys.exit(main())
