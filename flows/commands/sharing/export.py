"""``nightkick export``: nights and events as tables that bear no name and no true date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from flows.settings.database import store_for
from flows.terminal.options import EVERY_NIGHT, Database, OutFolder, Selection
from flows.terminal.out_folder import about_folder
from flows.terminal.talk import emit, say
from ingest.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

    from analytics.files.outputs import Output
    from analytics.store import NightKey, Store

FileFormat = Literal["csv", "parquet"]
HEAD = "Nights under pseudonyms, by nightkick"

_INSIDE = """\
{head}

{files}

What is in them
  person     P1, P2, ..: in an order of chance, the same in both tables
  evening    the date of the evening, moved: see below
  the rest   measures, labels and flags, as the columns of the same names in `nightkick sql`

What was done
  Dates      The first evening of each person was put on a day of chance in the years {first} to {last}, and all others
             as far from it as they were. The number of days is kept nowhere. Weekdays and seasons are not kept; the
             time of day is. A night keeps one offset from UTC, so that no clock change shows.
  Left out   names, time zones, serials, devices, files, journal, reviews, notes, ages, medication, raw samples,
             reasons in words, and what was imported when. Of the journal remains what the analysis took from it: when
             the person went to bed, slept and got up
  Rule sets  "own" in place of the name of one that is not built in

What remains
  This is a pseudonym, not anonymity. Times of movements are exact: who has the same recording can find it by them. A
  rare combination of habits can tell a person to people who know that person. It is health data still.
"""


def export(
    *,
    out: OutFolder,
    pseudonymous: bool = False,
    selection: Selection = EVERY_NIGHT,
    file_format: Annotated[FileFormat, Parameter(name="--format")] = "csv",
    db: Database = None,
) -> None:
    """Write nights and events to hand on: no name, no serial, no file, no note, and dates that were moved.

    Parameters
    ----------
    out
        Folder for nights, events and CONTENTS.txt; made if missing.
    pseudonymous
        Has to be given: a reminder that this is not anonymous. Without it nothing is written.
    file_format
        Kind of the tables.
    """
    from ingest.workspace import own_folder

    if not pseudonymous:
        hint = "add --pseudonymous; for yourself: nightkick sql --csv"
        raise UsageError("nothing is exported under true names and dates", hint=hint)
    tables = _tables(store_for(db), selection)
    with about_folder(out):
        own_folder(out)
    written = _write(out, tables, file_format)
    emit("".join(f"{path}\n" for path in written))
    say(f"{_counted(tables)}; pseudonymous, not anonymous: read {written[-1]} before you hand them on")


def _tables(store: Store, selection: Selection) -> Mapping[str, pl.DataFrame]:
    from analytics import store as the_store
    from analytics.scoring.rulesets import RULESETS
    from analytics.sharing.pseudonyms import pseudonymous
    from flows.terminal.night_table import condition

    where, parameters = condition(selection, store)
    with the_store.snapshot(store):  # an import may replace a night between the two
        nights = the_store.query(store, f"SELECT * FROM nights WHERE {where}", parameters)
        if nights.is_empty():
            raise UsageError("no nights are meant", path=store.path, hint="nightkick nights lists those there are")
        try:
            return pseudonymous(nights, partial(_events, store), built_in=list(RULESETS))
        except ValueError as error:
            hint = "choose fewer with --since and --until"
            raise UsageError(f"not exported: {error}", hint=hint) from None


def _events(store: Store, nights: Sequence[NightKey]) -> pl.DataFrame:
    import polars as pl

    from analytics.store import movements_in_parts

    return pl.concat(movements_in_parts(store, nights))


def _write(folder: Path, tables: Mapping[str, pl.DataFrame], file_format: FileFormat) -> list[Path]:
    from analytics.files.outputs import ANOTHER_FOLDER, Kind, Output, begins_with, write_all
    from analytics.sharing.pseudonyms import FIRST_DAYS

    outputs = [_output(folder / f"{name}.{file_format}", frame) for name, frame in tables.items()]
    heights = (frame.height for frame in tables.values())
    files = "\n".join(f"  {output.target.name}: {height} rows" for output, height in zip(outputs, heights, strict=True))
    text = _INSIDE.format(head=HEAD, files=files, first=FIRST_DAYS[0].year, last=FIRST_DAYS[1].year).encode()
    contents = Kind("list of an export", lambda path: begins_with(path, HEAD.encode()), ANOTHER_FOLDER)
    outputs.append(Output(folder / "CONTENTS.txt", contents, lambda file: file.write(text)))
    write_all(outputs)
    return [output.target for output in outputs]


def _output(target: Path, frame: pl.DataFrame) -> Output:
    from analytics.files.csv_text import csv_lines
    from analytics.files.outputs import Output, table_like

    kind = table_like("export of nightkick", frame.columns)
    if target.suffix == ".parquet":
        return Output(target, kind, frame.write_parquet)
    lines = csv_lines(frame.columns, frame.iter_rows(named=True))  # of millions of events, never all at once
    return Output(target, kind, lambda file: file.writelines(line.encode() for line in lines))


def _counted(tables: Mapping[str, pl.DataFrame]) -> str:
    n_nights, n_events = tables["nights"].height, tables["events"].height
    return f"{n_nights} night{'' if n_nights == 1 else 's'}, {n_events} event{'' if n_events == 1 else 's'}"
