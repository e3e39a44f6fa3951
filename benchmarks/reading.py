"""Reading whole nights: this project beside every reader of the same formats that can be imported.

    python -m benchmarks.reading [--peers FOLDER] [--rounds 5] [--nights ax3 gt3x ...]

The peers are in no lock. Install them into a folder of their own and name it (`make reading-peers` does both):

    pip install --target FOLDER actfast cwa-reader-rs scikit-digital-health pygt3x garmin-fit-sdk fitdecode fitfast

Each reading is a fresh process (`benchmarks.peers`), so that memory is that of one reader and nothing is warm but the
file. All readers of a night take turns, round after round, after one round that does not count; what the table shows
are medians over rounds, and the ratio is the median of the ratios within rounds. CPU time is user and system time of
all threads, without that of imports. A reader that finds other samples than this project's is marked: its speed
means nothing. "bytes alone" reads the file and unpacks what is zipped, below which no reader can come.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.peers import NOT_THERE, OURS, OURS_WHOLE, READERS

#: Three conventions for the time inside an Axivity sector exist, and they are up to this far apart.
TIME_WITHIN_S = 0.025
#: Text is rounded to four decimals.
VALUES_WITHIN_G = 0.0001
MOST_SECONDS = 600
HEAD = ("night", "reader", "CPU s", "of ours", "wall s", "peak MB", "imports s", "same samples")


@dataclass(frozen=True, slots=True)
class Reading:
    """One process: what it spent, what it found, and the version of the reader; or why there is none."""

    cost: dict[str, float]
    n_samples: int
    rows: list[list[float]]
    version: str
    failure: str = ""


def main() -> int:
    """Write the nights, let everyone read them, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--peers", type=Path, help="folder into which the peers were installed")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hours", type=float, default=8)
    parser.add_argument("--nights", nargs="+", default=[""], help="parts of file names, such as cwa or packed-30")
    parser.add_argument("--folder", type=Path, help="where nights lie or are to be kept")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        # In a process of its own: what this one has in memory would count as the peak of those that it starts.
        _run(["benchmarks.nights", str(folder), "--hours", str(chosen.hours)], check=True)
        titles = dict(line.split("\t") for line in _run(["benchmarks.nights"], check=True).stdout.splitlines())
        absent: set[str] = set()
        _print_head(chosen.hours, chosen.rounds)
        for file, title in titles.items():
            if any(part in file for part in chosen.nights):
                _print_night(title, rounds_of(folder / file, chosen.peers, chosen.rounds, absent))
    if absent:
        print(f"\nNot there: {', '.join(sorted(absent))}.")
    return 0


def rounds_of(path: Path, peers: Path | None, rounds: int, absent: set[str]) -> dict[str, list[Reading]]:
    """What each reader that is there did in each round; a round in which one failed is its last.

    Parameters
    ----------
    path : Path
        The night.
    peers : Path or None
        Folder into which the peers were installed.
    rounds : int
        That count; one before them does not.
    absent : set of str
        Readers that are not installed are added to it.
    """
    takes_part = [name for name, reader in READERS.items() if path.suffix in reader.suffixes]
    readings: dict[str, list[Reading]] = {name: [] for name in takes_part}
    for round_number in range(rounds + 1):
        for name in [name for name in takes_part if name in readings]:
            reading = _read(name, path, peers)
            if reading is None:
                absent.add(name)
                del readings[name]
            elif round_number or reading.failure:
                readings[name].append(reading)
        takes_part = [name for name in takes_part if not _failed(readings.get(name, []))]
    return readings


def _failed(readings: Sequence[Reading]) -> bool:
    return any(reading.failure for reading in readings)


def _read(name: str, path: Path, peers: Path | None) -> Reading | None:
    """Let a process read; None where the reader is not installed."""
    command = ["benchmarks.peers", name, str(path), *(["--peers", str(peers)] if peers else [])]
    try:
        done = _run(command, check=False)
    except subprocess.TimeoutExpired:
        return Reading({}, 0, [], "", f"more than {MOST_SECONDS} s")
    if done.returncode == NOT_THERE:
        return None
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        return Reading({}, 0, [], "", last[0])
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return Reading(said["cost"], said["result"]["n_samples"], said["result"]["rows"], said["version"])


def _run(module: Sequence[str], *, check: bool) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *module],
        check=check,
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        cwd=Path(__file__).parents[1],
    )


def _print_head(hours: float, rounds: int) -> None:
    print(
        f"Nights of {hours:g} h, medians of {rounds} rounds, Python {sys.version.split()[0]}, {os.cpu_count()} cores.\n"
    )
    print(f"| {' | '.join(HEAD)} |")
    print("|---|---|--:|--:|--:|--:|--:|---|")


def _print_night(title: str, readings: dict[str, list[Reading]]) -> None:
    for row in rows_of(title, readings):
        print("| " + " | ".join(row) + " |", flush=True)


def rows_of(title: str, readings: dict[str, list[Reading]]) -> Iterator[list[str]]:
    """A row for each reader of a night, under `HEAD`.

    Parameters
    ----------
    title : str
        Of the night; stands in the first row only.
    readings : dict
        As `rounds_of` returns it.
    """
    ours = readings[OURS]
    for name, theirs in readings.items():
        cells = _failure(theirs) if _failed(theirs) else _figures(name, theirs, ours)
        yield [title, f"{name} {theirs[0].version}".strip(), *cells]
        title = ""


def _failure(theirs: Sequence[Reading]) -> list[str]:
    return ["", "", "", "", "", f"**failed**: {theirs[-1].failure}"]


def _figures(name: str, theirs: Sequence[Reading], ours: Sequence[Reading]) -> list[str]:
    ratio = median(a.cost["cpu_s"] / b.cost["cpu_s"] for a, b in zip(theirs, ours, strict=True))
    cost = {key: median(reading.cost[key] for reading in theirs) for key in theirs[0].cost}
    return [
        f"{cost['cpu_s']:.3f}",
        f"{ratio:.2f}",
        f"{cost['wall_s']:.3f}",
        f"{cost['peak_mb']:.0f}",
        f"{cost['imports_s']:.2f}",
        "" if name not in (OURS_WHOLE, *_PEERS) else "; ".join(_differences(theirs[0], ours[0])) or "yes",
    ]


_PEERS = [name for name, reader in READERS.items() if reader.package]


def _differences(theirs: Reading, ours: Reading) -> Iterator[str]:
    """In what a reading is not ours, beyond what rounding and conventions explain."""
    if theirs.n_samples != ours.n_samples:
        yield f"**no**: {theirs.n_samples:,} of {ours.n_samples:,}"
    if not theirs.rows:
        return
    pairs = list(zip(theirs.rows, ours.rows, strict=False))
    late_s = max((abs(a[0] - b[0]) for a, b in pairs), default=0.0)
    off_g = max((abs(x - y) for a, b in pairs for x, y in zip(a[1:], b[1:], strict=True)), default=0.0)
    if late_s > TIME_WITHIN_S:
        yield f"**no**: up to {late_s:.3g} s apart"
    if off_g > VALUES_WITHIN_G:
        yield f"**no**: up to {off_g:.3g} g apart"


if __name__ == "__main__":
    sys.exit(main())
