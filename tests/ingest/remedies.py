"""What a refusal advises, followed: small files that are refused, and the same ones as their owner mends them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest import Declared, TableMapping, read_recording
from ingest.recording import Device

N, RATE_HZ = 600, 25
FIRST_S = 1_768_510_800  # 2026-01-15T21:00Z
BERLIN = Declared(zone="Europe/Berlin")
START = Declared(zone="Europe/Berlin", start=datetime(2026, 1, 15, 22, 0))  # noqa: DTZ001 - the wearer's clocks
ISO = "%Y-%m-%dT%H:%M:%S.%fZ"
Write = Callable[[Path], Path]
Vectors = NDArray[np.float64]


def as_it_is(path: Path, tables: tuple[TableMapping, ...]) -> object:
    """A file that stays as it is while it is read."""
    return read_recording(path, tables=tables)


@dataclass(frozen=True, slots=True)
class Remedy:
    """A refusal, and one of the ways out that it names.

    Attributes
    ----------
    module, hint
        Where in `ingest` it is raised, and a piece of its hint as the program's text has it.
    says
        A piece of the hint as a person reads it.
    reading
        How the refused file is read; where it changes meanwhile, that is done here.
    n_samples
        How many the mended file has; none where its sleep and heart rates are all that is wanted.
    lies
        Whether the mended file is of a sensor that lies as `lying` has it.
    """

    module: str
    hint: str
    says: str
    refused: Write
    mended: Write
    tables: tuple[TableMapping, ...] = ()
    declared: Declared = BERLIN
    tables_before: tuple[TableMapping, ...] = ()
    reading: Callable[[Path, tuple[TableMapping, ...]], object] = as_it_is
    n_samples: int = N
    first_s: int = FIRST_S
    lies: bool = True

    def declare(self, _: Device) -> Declared:
        return self.declared


def lying(size: float = 1.0, n: int = N) -> Vectors:
    return np.random.default_rng(2).normal((0.1, -0.3, 0.95), 0.004, (n, 3)) * size


def moments(pattern: str = ISO, *, first_s: int = FIRST_S) -> list[str]:
    return list(_moments(pattern, first_s))


@cache
def _moments(pattern: str, first_s: int) -> tuple[str, ...]:
    stamps = np.datetime64(first_s, "s") + (np.arange(N) * 1000 // RATE_HZ).astype("timedelta64[ms]")
    return tuple(t.strftime(pattern).replace("000Z", "Z") for t in stamps.astype("datetime64[us]").tolist())


def counted(first: float = 46_037.0) -> list[str]:
    return [f"{first + i / RATE_HZ:.3f}" for i in range(N)]


def csv(
    head: str = "time,x,y,z",
    times: Sequence[str] | None = None,
    xyz: Vectors | None = None,
    *,
    columns: Callable[[int], str] = lambda i: "",
    digits: int = 4,
) -> Write:
    """A table; ``columns`` stand before the axes."""

    def write(path: Path) -> Path:
        stamps, values = moments() if times is None else times, lying() if xyz is None else xyz
        lines = (
            f"{stamp},{columns(i)}{','.join(f'{v:.{digits}f}' for v in row)}\n"
            for i, (stamp, row) in enumerate(zip(stamps, values, strict=True))
        )
        path = path.with_suffix(".csv")
        path.write_text((f"{head}\n" if head else "") + "".join(lines), encoding="utf-8")
        return path

    return write


def parquet(**columns: object) -> Write:
    def write(path: Path) -> Path:
        path = path.with_suffix(".parquet")
        axes = {name: lying()[:, i] for i, name in enumerate("xyz")}
        pl.DataFrame({**axes, **columns}).write_parquet(path)
        return path

    return write


def mapping(time: str = "time", axes: str = "xyz", **more: object) -> TableMapping:
    x, y, z = axes.split(",") if "," in axes else tuple(axes)
    return TableMapping("mine", (time,), (x, y, z), **more)  # type: ignore[arg-type]


WIDE = "time,l_x,l_y,l_z,r_x,r_y,r_z"
TWICE = np.hstack([lying(), lying()])
SLASHED = "%d/%m/%Y %H:%M:%S.%f"
#: The 5th of June: no midnight to the 6th tells day from month here.
JUNE_S = 1_780_635_600
JUNE_UTC_S = JUNE_S - 7200
NOISE = np.random.default_rng(1).normal(0, 0.65, (N, 3))
COUNTS = lying(64.0)
#: On the wearer's clock, as all times without a zone.
STAMPS = np.datetime64(FIRST_S + 3600, "s") + (np.arange(N) * 1000 // RATE_HZ).astype("timedelta64[ms]")
UNSURE = "export acceleration with gravity, or name the unit in the header"
COLUMNS, STAMPED, UNITS, DELIMITED = "tables/columns.py", "tables/timestamps.py", "units.py", "formats/delimited.py"
PARQUET, CLOCK = "formats/parquet/reader.py", "clock.py"


def half_decimal(path: Path) -> Path:
    """Decimal commas in a table whose columns commas separate."""
    path = path.with_suffix(".csv")
    rows = (",".join(f"{v:.3f}".replace(".", ",") for v in row) for row in lying())
    lines = (f"{stamp},{row}\n" for stamp, row in zip(moments(), rows, strict=True))
    path.write_text("time,x,y,z\n" + "".join(lines), encoding="utf-8")
    return path


def semicolons(path: Path) -> Path:
    text = csv()(path).read_text().replace(",", ";").replace(".", ",")
    path.with_suffix(".csv").write_text(text, encoding="utf-8")
    return path.with_suffix(".csv")


def movesense(*serials: str) -> Write:
    """Messages of Movesense sensors, line by line."""

    def make(path: Path) -> Path:
        path = path.with_suffix(".json")
        samples = [dict(zip("xyz", row, strict=True)) for row in (lying() * 9.80665).tolist()]
        bodies = [{"Timestamp": 1000 * i // RATE_HZ, "ArrayAcc": samples[i : i + 8]} for i in range(0, N, 8)]
        lines = [json.dumps({"Body": body, "Uri": f"{serial}/Meas/Acc/26"}) for serial in serials for body in bodies]
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return make


REMEDIES = (
    Remedy(
        "formats/apps/movesense.py",
        "write a file for each",
        "write a file for each",
        movesense("1111", "2222"),
        movesense("1111"),
        declared=START,
    ),
    Remedy(
        COLUMNS,
        "name one unit for all three",
        "like x (g), y (g), z (g)",
        csv("time,x (g),y (mg),z (g)"),
        csv("time,x (g),y (g),z (g)"),
    ),
    Remedy(COLUMNS, "name them x, y and z", "acc_x, acc_y, acc_z", csv("time,a,b,c"), csv("time,acc_x,acc_y,acc_z")),
    Remedy(
        COLUMNS, "name them x, y and z", "[table.NAME]", csv("time,a,b,c"), csv("time,a,b,c"), (mapping(axes="abc"),)
    ),
    Remedy(COLUMNS, "keep the columns of one", "keep the columns", csv(WIDE, xyz=TWICE), csv("time,l_x,l_y,l_z")),
    Remedy(
        COLUMNS,
        "keep the columns of one",
        "[table.NAME]",
        csv(WIDE, xyz=TWICE),
        csv(WIDE, xyz=TWICE),
        (mapping(axes="r_x,r_y,r_z"),),
    ),
    Remedy(COLUMNS, "WRITE_A_CLOCK", "2024-03-12T22:15:00.000Z", csv(times=moments("%H:%M:%S.%f")), csv()),
    Remedy(COLUMNS, "WRITE_A_CLOCK", "2024-03-12T22:15:00.000Z", csv(times=moments("%M:%S.%f")), csv()),
    Remedy(COLUMNS, "WRITE_A_CLOCK", "2024-03-12T22:15:00.000Z", csv("a,x,y,z", moments("%H:%M:%S.%f")), csv()),
    Remedy(
        COLUMNS,
        "name the unit in the header, like time (s)",
        "time (s)",
        csv(times=counted()),
        csv("time (s),x,y,z", counted()),
        declared=START,
    ),
    Remedy(
        COLUMNS,
        "name the unit in the header, like time (s)",
        "time_unit",
        csv(times=counted()),
        csv(times=counted()),
        (mapping(time_unit="s"),),
        START,
    ),
    Remedy(
        COLUMNS,
        "write a file for each",
        "write a file for each",
        csv("time,sensor,x,y,z", columns=lambda i: f"S{i % 2},"),
        csv("time,sensor,x,y,z", columns=lambda i: "S1,"),
    ),
    Remedy(
        "tables/mapped.py",
        "see time and time_unit",
        "[table.mine]",
        csv(times=counted()),
        csv(times=counted()),
        (mapping(time_unit="s"),),
        START,
        (mapping(),),
    ),
    Remedy(
        "tables/table.py",
        "export times with their fractions",
        "scientific",
        csv(times=["1.76851E+12"] * 6_000, xyz=lying(n=6_000)),
        csv(),
    ),
    Remedy(
        "tables/table.py",
        "export the raw acceleration",
        "raw acceleration",
        csv(times=[str(FIRST_S + 60 * i) for i in range(N)]),
        csv(),
    ),
    Remedy(
        STAMPED,
        "set day_first under",
        "day_first",
        csv(times=moments(SLASHED, first_s=JUNE_S)),
        csv(times=moments(SLASHED, first_s=JUNE_S)),
        (mapping(day_first=True),),
        first_s=JUNE_UTC_S,
    ),
    Remedy(
        STAMPED,
        "set day_first under",
        "YYYY-MM-DD",
        csv(times=moments(SLASHED, first_s=JUNE_S)),
        csv(times=moments("%Y-%m-%d %H:%M:%S.%f")),
        first_s=FIRST_S - 3600,
    ),
    Remedy(
        STAMPED,
        "set day_first under",
        "YYYY-MM-DD",
        csv(times=moments("%y-%m-%d %H:%M:%S.%f")),
        csv(times=moments("%Y-%m-%d %H:%M:%S.%f")),
        first_s=FIRST_S - 3600,
    ),
    Remedy(
        STAMPED,
        "set day_first under",
        "day_first",
        csv(times=moments("%d-%m-%y %H:%M:%S.%f")),
        csv(times=moments("%d-%m-%y %H:%M:%S.%f")),
        (mapping(day_first=True),),
        first_s=FIRST_S - 3600,
    ),
    Remedy(
        UNITS,
        "say_it",
        "name the unit in the header",
        csv(xyz=lying(0.7)),
        csv("time,x (g),y (g),z (g)", xyz=lying(0.7)),
    ),
    Remedy(UNITS, "say_it", "counts_per_g", csv(xyz=COUNTS), csv(xyz=COUNTS), (mapping(counts_per_g=64.0),)),
    Remedy(
        UNITS,
        "say_it",
        "[table.mine]",
        csv(xyz=lying(1000)),
        csv(xyz=lying(1000)),
        (mapping(unit="mg"),),
        tables_before=(mapping(unit="g"),),
    ),
    Remedy(
        UNITS,
        "say_it",
        "[table.mine]",
        csv(xyz=COUNTS),
        csv(xyz=COUNTS),
        (mapping(counts_per_g=64.0),),
        tables_before=(mapping(),),
    ),
    Remedy(UNITS, "export acceleration with gravity, or ", UNSURE, csv(xyz=NOISE), csv()),
    Remedy(
        UNITS,
        "export acceleration with gravity, or ",
        UNSURE,
        csv(xyz=NOISE),
        csv("time,x (g),y (g),z (g)", xyz=NOISE),
        lies=False,
    ),
    Remedy(UNITS, "which some apps call total or raw", "raw acceleration", csv(xyz=NOISE / 10), csv()),
    Remedy(
        DELIMITED,
        "add a first line that names them",
        "time,x,y,z,temperature",
        csv("", xyz=np.hstack([lying(), lying()[:, :1]])),
        csv("time,x,y,z,temperature", xyz=np.hstack([lying(), lying()[:, :1]])),
    ),
    Remedy(DELIMITED, "export it with decimal points", "decimal points", half_decimal, csv()),
    Remedy(DELIMITED, "export it with decimal points", "semicolons", half_decimal, semicolons),
    Remedy(PARQUET, "add a column of date-times called time", "called time", parquet(), parquet(time=STAMPS)),
    Remedy(
        PARQUET,
        "store it as one of them",
        "store it as",
        parquet(time=STAMPS, x=[True] * N),
        parquet(time=STAMPS),
        tables_before=(mapping(),),
    ),
    Remedy(
        CLOCK,
        "SAY_START",
        "--start",
        csv("time (s),x,y,z", counted()),
        csv("time (s),x,y,z", counted()),
        declared=START,
    ),
    Remedy(
        COLUMNS,
        "name the unit in the header, like time (s)",
        "time (s)",
        csv("elapsed,x,y,z", counted(0)),
        csv("elapsed (s),x,y,z", counted(0)),
        declared=START,
    ),
)
