"""Run the fuzzing, say what was found, and keep what has to be looked at."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzzing import seeds
from tests.fuzzing.mutants import Name, mutant_of
from tests.fuzzing.outcomes import Outcome
from tests.fuzzing.pool import Pool, pool
from tests.fuzzing.worker import outcome_of, write

#: Of findings that are one, so many are kept.
_KEPT_ALIKE = 3


@dataclass(slots=True)
class Tally:
    """What became of the mutants of a family."""

    n: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    slowest: Outcome | None = None
    largest: Outcome | None = None
    findings: dict[str, list[Outcome]] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        self.n += 1
        self.verdicts["FINDING" if outcome.is_finding else outcome.verdict] += 1
        if self.slowest is None or outcome.seconds > self.slowest.seconds:
            self.slowest = outcome
        if self.largest is None or outcome.peak_bytes > self.largest.peak_bytes:
            self.largest = outcome
        if outcome.is_finding:
            self.findings.setdefault(outcome.signature, []).append(outcome)


def names_of(family: str, n: int, seed: int, *, real: bool = True) -> Iterator[Name]:
    """`n` mutants of a family or of a single seed, in turn of each seed file; real files are one half at most."""
    chosen = [
        [name for name in kind if family in (name, seeds.family_of(name))] for kind in (seeds.made(), seeds.real())
    ]
    groups = [group for group in chosen[: 1 + real] if group]
    for number in range(n):
        turn, group = number // len(groups), groups[number % len(groups)]
        yield Name(group[turn % len(group)], seed, turn // len(group))


def smallest(outcome: Outcome, workers: Pool) -> Outcome:
    """The same finding with as few steps as it needs."""
    kept = tuple(range(len(mutant_of(outcome.name).steps)))
    for step in kept:
        fewer = tuple(other for other in kept if other != step)
        tried = workers.outcome(replace(outcome.name, kept=fewer))
        if tried.is_finding and tried.signature == outcome.signature:
            kept, outcome = fewer, tried
    return outcome


def main() -> int:
    """The command line; 1 where anything was found."""
    arguments = _arguments()
    if arguments.replay:
        return _replay(arguments.replay)
    n_findings = 0
    with pool(arguments.jobs) as workers:
        for family in arguments.format or seeds.families():
            begun, tally = time.perf_counter(), Tally()
            for outcome in workers.outcomes(names_of(family, arguments.mutants, arguments.seed)):
                tally.add(outcome)
            print(_summary(family, tally, time.perf_counter() - begun), flush=True)
            for alike in tally.findings.values():
                _keep([smallest(alike[0], workers), *alike[1:]], Path(arguments.findings))
            n_findings += len(tally.findings)
    return 1 if n_findings else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("--format", action="append", help=f"a family ({', '.join(seeds.families())}) or one seed of it")
    parser.add_argument("--mutants", type=int, default=5_000, help="of each format")
    parser.add_argument("--seed", type=int, default=1, help="another one makes other mutants")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--findings", default="fuzzing-findings", help="folder for what has to be looked at")
    parser.add_argument("--replay", metavar="NAME:SEED:INDEX", help="one mutant again, in this process")
    return parser.parse_args()


def _summary(family: str, tally: Tally, seconds: float) -> str:
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in tally.verdicts.most_common())
    lines = [f"{family}: {tally.n} mutants in {seconds:.0f} s: {verdicts}"]
    if tally.slowest is not None and tally.largest is not None:
        lines.append(f"  slowest {tally.slowest.seconds:.2f} s ({tally.slowest.name}, {tally.slowest.size} bytes)")
        lines.append(
            f"  most memory {tally.largest.peak_bytes / 1e6:.0f} MB ({tally.largest.name}, {tally.largest.size} bytes)"
        )
    lines += [f"  {len(alike):5} x {signature}" for signature, alike in tally.findings.items()]
    return "\n".join(lines)


def _keep(alike: list[Outcome], folder: Path) -> None:
    """The files of some findings that are one, with what was done to them and what came of it."""
    for outcome in alike[:_KEPT_ALIKE]:
        place = folder / str(outcome.name).replace("/", "-").replace(":", "_")
        place.mkdir(parents=True, exist_ok=True)
        mutant = mutant_of(outcome.name)
        write(mutant.files, place / "files")
        (place / "finding.txt").write_text(_told(outcome, mutant.steps))


def _told(outcome: Outcome, steps: tuple[str, ...]) -> str:
    said = outcome.detail or f"{outcome.verdict}: nothing found"
    return "\n".join([f"{outcome.name}: {outcome.signature}", *(f"  {step}" for step in steps), "", said, ""])


def _replay(text: str) -> int:
    of, seed, index = text.rsplit(":", 2)
    name = Name(of, int(seed), int(index))
    with TemporaryDirectory(prefix="fuzzing-") as folder:
        outcome = outcome_of(name, Path(folder))
    print(_told(outcome, mutant_of(name).steps))
    return 1 if outcome.is_finding else 0


if __name__ == "__main__":
    sys.exit(main())
