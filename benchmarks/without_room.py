"""Every operation that writes, on a disk that is full or read-only: one line that says so, and nothing lost.

    python -m benchmarks.without_room [--only NAME ...]        (as root: it mounts a small file system in memory)

The operations are those of `benchmarks.killed`. Each runs in a file system that holds the folder and so much room:
none, and then a share of what an undisturbed run needs at its height. It must end in one line and exit code 1, 2 or 3
(or succeed), leave every row as before or as after, and finish once there is room. Then the same with the file system
read-only.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.killed import LONGEST_S, Undisturbed, must_hold, rows_of, said, start
from benchmarks.killed_operations import OPERATIONS, Operation, make_template

#: Of what an undisturbed run takes at its height.
SHARES = (0.0, 0.15, 0.4, 0.7, 0.95)
MIB = 1 << 20
#: What a file system in memory needs for itself, and for folders.
SLACK_BYTES = 256 * 1024


def main() -> int:
    """Try every operation at every size; fails at the first thing that must not be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", nargs="+", help="names of operations")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.environ.update(
            {f"XDG_{name}_HOME": str(folder / "home") for name in ("CONFIG", "DATA", "STATE")} | {"HOME": temporary}
        )
        for operation in OPERATIONS:
            if chosen.only is None or operation.name in chosen.only:
                print(f"{operation.name:15} {tried(operation, folder / operation.name.replace(' ', '-'))}", flush=True)
    return 0


def tried(operation: Operation, folder: Path) -> str:
    """Run one operation with every share of the room that it needs, and without leave to write; what came of it."""
    template, place = folder / "template", folder / "place"
    make_template(operation, template)
    place.mkdir()
    undisturbed, needed = with_room(operation, template, place)
    ends = [without(operation, template, place, undisturbed, int(share * needed)) for share in SHARES]
    ends.append(without(operation, template, place, undisturbed, None))
    failed = sum(code != 0 for code in ends)
    return f"needs {needed / MIB:.1f} MiB; {failed} of {len(ends)} ended in a line, exit codes {ends}"


def with_room(operation: Operation, template: Path, place: Path) -> tuple[Undisturbed, int]:
    """An undisturbed run, and how much room it takes beyond the folder at its height, bytes."""
    with mounted(place, 1 << 30):
        here = filled(template, place)
        before, used = rows_of(operation, here), used_bytes(place)
        process, began, most = start(operation, here), time.monotonic(), 0
        while process.poll() is None:
            most = max(most, used_bytes(place))
            time.sleep(0.002)
        assert process.returncode == 0, (operation.name, said(here))
        return Undisturbed(before, rows_of(operation, here), time.monotonic() - began, 0), most - used


def without(operation: Operation, template: Path, place: Path, undisturbed: Undisturbed, room_bytes: int | None) -> int:
    """Run it with so much room, or read-only (None); the exit code, once everything has been found to hold."""
    with mounted(place, 1 << 30):
        here = filled(template, place)
        used = used_bytes(place)
        if room_bytes is None:
            subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        else:
            subprocess.run(["mount", "-o", f"remount,size={used + room_bytes + SLACK_BYTES}", str(place)], check=True)
        process = start(operation, here, talk=place.parent / "talk.txt")
        code = process.wait(LONGEST_S)
        if code != 0:
            refused_well(operation, here, code, (place.parent / "talk.txt").read_text(errors="replace"))
        subprocess.run(["mount", "-o", f"remount,rw,size={1 << 30}", str(place)], check=True)
        must_hold(operation, here, undisturbed)
        return code


def refused_well(operation: Operation, here: Path, code: int, talk: str) -> None:
    """The program ends in a line of ours; what is no command, but code that calls the store, in an error of ours."""
    last = talk.strip().splitlines()[-1]
    if operation.command(here)[0] == "-c":
        # An OSError is the script's own, of the list of what was acknowledged.
        assert last.startswith(("ingest.errors.", "OSError: ")), (operation.name, talk)
        return
    assert code in (1, 2, 3), (operation.name, code, talk)
    assert not any(word in talk for word in ("Traceback", "defect")), (operation.name, talk)


@contextmanager
def mounted(place: Path, size_bytes: int) -> Iterator[None]:
    """A file system in memory at ``place``."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(place)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def filled(template: Path, place: Path) -> Path:
    """The operation's folder, in the small file system."""
    return Path(shutil.copytree(template, place / "here"))


def used_bytes(place: Path) -> int:
    """What the file system holds."""
    found = os.statvfs(place)
    return (found.f_blocks - found.f_bfree) * found.f_frsize


if __name__ == "__main__":
    sys.exit(main())
