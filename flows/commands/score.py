"""``nightkick score``: event lists in, scored movements, series and nights out. No sensor and no database.

Nothing is replaced before everything is scored and written beside it, and never one of the files that were read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import IO, Literal

import polars as pl

from analytics.files.outputs import ANOTHER_FOLDER, Kind, Output, in_one_line, refuse_taken, table_like, write_all
from analytics.scoring.event_lists import (
    COLUMNS,
    NIGHT,
    ListName,
    csv_form,
    gaps,
    listed,
    movement_rows,
    night_rows,
    only_night,
    repeated_rows,
    scoring_table,
    series_rows,
    with_night,
)
from analytics.scoring.event_tables import checked_hypnogram
from analytics.scoring.rulesets import Ruleset
from analytics.scoring.score import Scored, score
from flows.importing.event_files import naming, read_event_file
from flows.terminal.talk import emit, say
from ingest.errors import UsageError
from ingest.workspace import own_folder

FileFormat = Literal["csv", "parquet"]


def score_command(
    movements: Path,
    *,
    hypnogram: Path | None,
    respiration: Path | None,
    arousals: Path | None,
    ruleset: Ruleset,
    out: Path,
    file_format: FileFormat,
) -> None:
    """Score the lists, write ``movements``, ``series`` and ``nights`` into ``out``, and print their paths.

    Parameters
    ----------
    movements, hypnogram, respiration, arousals : Path
        CSV or Parquet; columns: `analytics.scoring.event_lists.COLUMNS`. A channel that is None was not recorded.
    out : Path
        Made if missing. Earlier results in it are replaced.

    Raises
    ------
    UsageError
        A list cannot be read or makes no sense, or the results cannot be written.
    """
    given: dict[ListName, Path | None] = {
        "movements": movements,
        "hypnogram": hypnogram,
        "respiration": respiration,
        "arousals": arousals,
    }
    paths = {name: path for name, path in given.items() if path is not None}
    tables = _event_lists(paths)
    scored = score(
        tables["movements"],
        ruleset=ruleset,
        hypnogram=tables.get("hypnogram"),
        respiration=tables.get("respiration"),
        arousals=tables.get("arousals"),
    )
    results = {out / f"{name}.{file_format}": rows for name, rows in _results(scored, ruleset).items()}
    _write(results, out, file_format, keep=tuple(paths.values()))
    for sentence in gaps(tables, scored.nights):
        say(sentence)
    counts = {"nights": scored.nights, "movements": scored.movements, "series": scored.series}
    say(f"scored by {ruleset.name}; {', '.join(f'{name}: {len(rows)}' for name, rows in counts.items())}")
    emit("".join(f"{path}\n" for path in results))


def _event_lists(paths: Mapping[ListName, Path]) -> dict[ListName, pl.DataFrame]:
    """The lists as tables for `score`, checked one by one, so that every refusal names its file."""
    tables = {name: _event_list(name, path) for name, path in paths.items()}
    night = only_night(tables.values())
    for name, path in paths.items():
        with naming(path):
            tables[name] = with_night(tables[name], night)
            if name == "hypnogram":
                checked_hypnogram(tables[name])
    return tables


def _event_list(name: ListName, path: Path) -> pl.DataFrame:
    file = read_event_file(path, (NIGHT, *COLUMNS[name]))
    with naming(path):
        table = scoring_table(name, file.columns, others=file.ignored)
    if file.ignored:
        say(f"{path}: not used: {listed(file.ignored)}")
    if file.is_cut:
        say(f"{path}: the last line does not end; check that it is complete")
    if repeated := repeated_rows(table):
        say(f"{path}: rows that repeat an earlier one, kept: {repeated}")
    return table


def _results(scored: Scored, ruleset: Ruleset) -> dict[str, pl.DataFrame]:
    return {
        "movements": movement_rows(scored.movements),
        "series": series_rows(scored.series),
        "nights": night_rows(scored.nights, ruleset),
    }


def _write(results: Mapping[Path, pl.DataFrame], out: Path, file_format: FileFormat, *, keep: Sequence[Path]) -> None:
    """Write all, then put them in place: nobody ever reads half a file. ``keep`` is not replaced."""
    outputs = [Output(path, _kind(path, rows), _writer(rows, file_format)) for path, rows in results.items()]
    try:
        with in_one_line(out):
            _refuse_to_replace(keep, results)
            for output in outputs:
                refuse_taken(output.target, output.kind)
            own_folder(out)
        write_all(outputs)
    except UsageError as error:
        raise error if error.hint else UsageError(error.what, path=out, hint=ANOTHER_FOLDER) from error


def _kind(path: Path, rows: pl.DataFrame) -> Kind:
    return table_like(f"list of {path.stem} as nightkick score writes it", rows.columns)


def _writer(rows: pl.DataFrame, file_format: FileFormat) -> Callable[[IO[bytes]], None]:
    return csv_form(rows).write_csv if file_format == "csv" else rows.write_parquet


def _refuse_to_replace(keep: Iterable[Path], targets: Iterable[Path]) -> None:
    for path, target in product(keep, targets):
        if target.exists() and target.samefile(path):
            raise UsageError("the result would replace this list", path=path, hint=ANOTHER_FOLDER)
