"""Tables without a clock, and the advice for them taken by the letter: one column more, and all others as they were."""

from __future__ import annotations

from collections.abc import Sequence

from tests.ingest.format_remedies.whole import content
from tests.ingest.remedies import N, Remedy, Write, counted, lying, moments

MOMENTS, CLOCKS, COUNTS = moments(), moments("%H:%M:%S.%f"), counted(0)
AXES = [[f"{value:.4f}" for value in axis] for axis in lying().T]
WORDS = ["?"] * N


def table(*columns: Sequence[str], names: str = "") -> Write:
    lines = [",".join(row) for row in zip(*columns, strict=True)]
    return content("\n".join([*([names] if names else []), *lines, ""]))


def named(*before: Sequence[str], names: str, behind: Sequence[Sequence[str]] = ()) -> Write:
    return table(*before, *AXES, *behind, names=names)


COLUMNS, DELIMITED = "tables/columns.py", "formats/delimited.py"
CALLED_TIME, IN_FRONT = "a column called time", "move the column of these to the front"

CLOCK_REMEDIES = (
    Remedy(DELIMITED, "before them", "a column with date and time before them", table(*AXES), table(MOMENTS, *AXES)),
    Remedy(COLUMNS, "to the front", IN_FRONT, table(*AXES, MOMENTS), table(MOMENTS, *AXES)),
    *(
        Remedy(COLUMNS, "to the front", "write date and time in it", table(first, *AXES), table(MOMENTS, *AXES))
        for first in (CLOCKS, COUNTS)
    ),
    *(
        Remedy(COLUMNS, "WRITE_A_CLOCK", CALLED_TIME, refused, mended)
        for refused, mended in (
            (named(names="x,y,z"), named(names="x,y,z,time", behind=[MOMENTS])),
            (named(names="x,y,z"), named(MOMENTS, names="time,x,y,z")),
            (named(CLOCKS, names="a,x,y,z"), named(CLOCKS, names="a,x,y,z,time", behind=[MOMENTS])),
            (named(CLOCKS, names="time,x,y,z"), named(CLOCKS, names="time,x,y,z,time", behind=[MOMENTS])),
            (named(CLOCKS, names="clock,x,y,z"), named(CLOCKS, MOMENTS, names="clock,time,x,y,z")),
            (named(WORDS, names="timestamp,x,y,z"), named(WORDS, names="timestamp,x,y,z,time", behind=[MOMENTS])),
        )
    ),
)
