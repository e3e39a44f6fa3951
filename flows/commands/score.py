"""``nightkick score``: event lists in, scored movements, series and nights out. No sensor and no database.

Nothing is replaced before everything is scored and written beside it, and never one of the files that were read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from flows.terminal.options import OutFolder
from flows.terminal.out_folder import about_folder
from flows.terminal.talk import emit, say
from ingest.errors import UsageError
from ingest.workspace import own_folder

if TYPE_CHECKING:
    import polars as pl

    from analytics.scoring.event_lists import ListName
    from analytics.scoring.rulesets import Ruleset
    from analytics.scoring.score import Scored

FileFormat = Literal["csv", "parquet"]


def score(
    movements: Path,
    /,
    *,
    out: OutFolder,
    hypnogram: Path | None = None,
    respiration: Path | None = None,
    arousals: Path | None = None,
    ruleset: str = "wasm2016",
    file_format: Annotated[FileFormat, Parameter(name="--format")] = "csv",
) -> None:
    """Score lists of leg movements by a standard; no sensor and no database.

    Parameters
    ----------
    movements
        CSV or Parquet with night_id, leg, onset_s, offset_s.
    out
        Folder for movements, series and nights; made if missing.
    hypnogram
        List with night_id, start_s, duration_s, stage.
    respiration
        List with night_id, onset_s, offset_s.
    arousals
        List with night_id, onset_s, offset_s.
    ruleset
        Rules to score by: wasm2016, aasm, source-20-40, or one of the settings.
    file_format
        Kind of the files that are written.
    """
    score_lists(
        movements,
        hypnogram=hypnogram,
        respiration=respiration,
        arousals=arousals,
        ruleset=_ruleset(ruleset),
        out=out,
        file_format=file_format,
    )


def _ruleset(name: str) -> Ruleset:
    """A rule set of the program, or of the settings, which are read only if need be."""
    from analytics.scoring.rulesets import RULESETS
    from flows.settings.rulesets import ruleset_named
    from flows.settings.settings import load

    return ruleset_named(name, RULESETS if name in RULESETS else load().rulesets())


def score_lists(
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
    from analytics.scoring.event_lists import gaps
    from flows.importing.event_files import read_event_lists

    given: dict[ListName, Path | None] = {
        "movements": movements,
        "hypnogram": hypnogram,
        "respiration": respiration,
        "arousals": arousals,
    }
    paths = {name: path for name, path in given.items() if path is not None}
    tables = read_event_lists(paths)
    scored = _scored(tables, ruleset)
    results = {out / f"{name}.{file_format}": rows for name, rows in _results(scored, ruleset).items()}
    _write(results, out, file_format, keep=tuple(paths.values()))
    for sentence in gaps(tables, scored.nights):
        say(sentence)
    counts = {"nights": scored.nights, "movements": scored.movements, "series": scored.series}
    say(f"scored by {ruleset.name}; {', '.join(f'{name}: {len(rows)}' for name, rows in counts.items())}")
    emit("".join(f"{path}\n" for path in results))


def _scored(tables: Mapping[ListName, pl.DataFrame], ruleset: Ruleset) -> Scored:
    from analytics.scoring import score as scoring

    return scoring.score(
        tables["movements"],
        ruleset=ruleset,
        hypnogram=tables.get("hypnogram"),
        respiration=tables.get("respiration"),
        arousals=tables.get("arousals"),
    )


def _results(scored: Scored, ruleset: Ruleset) -> dict[str, pl.DataFrame]:
    from analytics.scoring.event_lists import movement_rows, night_rows, series_rows

    return {
        "movements": movement_rows(scored.movements),
        "series": series_rows(scored.series),
        "nights": night_rows(scored.nights, ruleset),
    }


def _write(results: Mapping[Path, pl.DataFrame], out: Path, file_format: FileFormat, *, keep: Sequence[Path]) -> None:
    """Write all, then put them in place: half a file is never read. ``keep`` is not replaced."""
    from analytics.files.outputs import ANOTHER_FOLDER, Output, refuse_taken, table_like, write_all

    outputs = [
        Output(
            path,
            table_like(f"list of {path.stem} as nightkick score writes it", rows.columns),
            _writer(rows, file_format),
        )
        for path, rows in results.items()
    ]
    with about_folder(out):
        if taken := _read_from(keep, results):
            raise UsageError("the result would replace this list", path=taken, hint=ANOTHER_FOLDER)
        for output in outputs:
            refuse_taken(output.target, output.kind)
        own_folder(out)
        write_all(outputs)


def _writer(rows: pl.DataFrame, file_format: FileFormat) -> Callable[[IO[bytes]], None]:
    from analytics.files.csv_text import disarmed_frame
    from analytics.scoring.event_lists import csv_form

    return disarmed_frame(csv_form(rows)).write_csv if file_format == "csv" else rows.write_parquet


def _read_from(keep: Iterable[Path], targets: Iterable[Path]) -> Path | None:
    """One of the lists that were read, where a result would go; None: none is in the way."""
    return next((path for path, target in product(keep, targets) if target.exists() and target.samefile(path)), None)
