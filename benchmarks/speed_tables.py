"""What `benchmarks.speed` measured, as tables of docs/speed.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

#: CPU s, clock s, most memory in MB.
Costs = tuple[float, float, float]
#: Of the costs of a command, by place, with the digits behind the point: CPU and memory.
_SHOWN = ((0, 2), (2, 0))
LIBRARIES = ("numpy", "scipy", "polars", "duckdb")


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1) -> str:
    """A table in Markdown.

    Parameters
    ----------
    head : sequence of str
    rows : iterable of sequence of str
        As long as the head.
    words : int
        So many columns from the left hold words; the others hold numbers.
    """
    ruler = ["---"] * words + ["--:"] * (len(head) - words)
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ruler, *rows))


def spread(values: Sequence[float], digits: int = 2) -> str:
    """The median with the least and the largest value.

    Parameters
    ----------
    values : sequence of float
        One a round.
    digits : int
        Behind the point.
    """
    least, middle, most = (f"{value:.{digits}f}" for value in (min(values), median(values), max(values)))
    return f"{middle} ({least}-{most})"


def against_days(measured: Mapping[int, tuple[Sequence[Costs], Sequence[Costs]]]) -> str:
    """What an import and the pass over the same samples cost, by days.

    Parameters
    ----------
    measured : mapping of int to (imports, passes)
        Of so many days, one of each a round.
    """
    head = ("days", "the pass, CPU s", "import, CPU s", "times the pass", "import, clock s", "pass, MB", "import, MB")
    rows = []
    for days, (imports, passes) in measured.items():
        ratios = [one[0] / other[0] for one, other in zip(imports, passes, strict=True)]
        rows.append(
            [
                str(days),
                spread([cost[0] for cost in passes]),
                spread([cost[0] for cost in imports]),
                spread(ratios),
                spread([cost[1] for cost in imports], 1),
                spread([cost[2] for cost in passes], 0),
                spread([cost[2] for cost in imports], 0),
            ]
        )
    return table(head, rows, words=0)


def against_nights(measured: Mapping[int, Mapping[str, Sequence[Costs]]]) -> str:
    """What commands cost, by nights in the database.

    Parameters
    ----------
    measured : mapping of int to mapping of str to sequence of Costs
        For so many stored nights, each command's rounds.
    """
    counts = list(measured)
    head = ["command", *(f"{what}, {n:,} nights" for what in ("CPU s", "MB") for n in counts)]
    rows = [
        [name, *(spread([cost[at] for cost in measured[n][name]], digits) for at, digits in _SHOWN for n in counts)]
        for name in measured[counts[0]]
    ]
    return table(head, rows)


def took_no_part(absent: Iterable[str], not_asked: Iterable[str]) -> str:
    """Sentences that name the peers without figures, and why they have none.

    Parameters
    ----------
    absent : iterable of str
        Not installed.
    not_asked : iterable of str
        Read none of the formats that were measured.
    """
    reasons = (("Could not be had", absent), ("Read none of these formats", not_asked))
    said = [f"{why}: {', '.join(sorted(names))}." for why, each in reasons if (names := set(each))]
    return " ".join(said) or "Every peer took part."


def about(rounds: int, loads: Sequence[float], *, is_quick: bool) -> str:
    """When, where and with what it was measured.

    Parameters
    ----------
    rounds : int
    loads : sequence of float
        Of the machine, before and after.
    is_quick : bool
        Less was measured than could be.
    """
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    cores = os.cpu_count() or 1
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {cores} cores, {_processor()}, {platform.system()}; "
        f"Python {platform.python_version()}, {libraries}. Medians of {rounds} rounds, least and largest in brackets. ",
        f"Load of the machine {loads[0]:.1f} before and {loads[-1]:.1f} after.",
    ]
    if max(loads) > cores:
        lines.append(" **Others used the machine at the same time: compare ratios, not seconds.**")
    if is_quick:
        lines.append(" Measured with `--quick`, which does less.")
    return "".join(lines)


def _processor() -> str:
    """What the processor is called."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
