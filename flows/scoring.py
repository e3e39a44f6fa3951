"""``nightkick score``: event lists in, scored movements, series and nights out. No sensor and no database.

Nothing is replaced before everything is scored and written beside it, and never one of the files that were read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Literal

import polars as pl

from analytics.event_lists import (
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
from analytics.event_tables import checked_hypnogram
from analytics.periodicity import Scored, score
from analytics.rulesets import RULESETS, Ruleset
from flows.event_files import naming, read_event_file
from flows.terminal import emit, say
from ingest.errors import UsageError

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
        CSV or Parquet; columns: `analytics.event_lists.COLUMNS`. A channel that is None was not recorded.
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


def ruleset_named(name: str, known: Mapping[str, Ruleset] = RULESETS) -> Ruleset:
    """The rule set that is called so.

    Raises
    ------
    UsageError
        If none is; names those that are there.
    """
    if name not in known:
        raise UsageError(f"no rule set is called {name}", hint=f"there are {listed(known)}")
    return known[name]


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
    """Write all under temporary names, then rename them: nobody ever reads half a file. ``keep`` is not replaced."""
    unfinished = {path.with_name(f".{path.name}.{os.getpid()}.part"): path for path in results}
    try:
        out.mkdir(parents=True, exist_ok=True)
        _refuse_to_replace(keep, results)
        for part, path in unfinished.items():
            _write_one(results[path], part, file_format)
        for part, path in unfinished.items():
            part.replace(path)
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot be written: {reason}", path=out, hint="choose another folder with -o") from error
    finally:
        # Where the folder itself is what is wrong, nothing was written, and the refusal says so.
        with suppress(OSError, ValueError):
            for part in unfinished:
                part.unlink(missing_ok=True)


def _write_one(rows: pl.DataFrame, part: Path, file_format: FileFormat) -> None:
    with part.open("wb") as file:
        if file_format == "csv":
            csv_form(rows).write_csv(file)
        else:
            rows.write_parquet(file)


def _refuse_to_replace(keep: Iterable[Path], targets: Iterable[Path]) -> None:
    for path, target in product(keep, targets):
        if target.exists() and target.samefile(path):
            raise UsageError("the result would replace this list", path=path, hint="choose another folder with -o")
