"""The commands that ask: of stored nights, of the database, of lists of movements.

As in `flows.cli`, which puts them on the command line, a body imports what it needs when it runs.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from flows.terminal.options import Csv, Database, Json, Out

if TYPE_CHECKING:
    from flows.terminal.values import Shape

#: As `analytics.model.Label`, which would load numpy.
Label = Literal[
    "periodic",
    "hypnic_jerk",
    "isolated",
    "short_interval",
    "wake",
    "rhythmic",
    "posture_change",
    "large_movement",
]


def nights(
    *,
    flagged: bool = False,
    unreviewed: bool = False,
    since: date | None = None,
    until: date | None = None,
    subject: str | None = None,
    db: Database = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """List the nights, with what was found in them and why some are flagged.

    Parameters
    ----------
    flagged
        Only nights with a flag.
    unreviewed
        Only nights that nobody has reviewed.
    since
        First evening, YYYY-MM-DD.
    until
        Last evening, YYYY-MM-DD.
    subject
        Only this person's.
    db
        Database file.
    as_json
        Print one JSON document.
    as_csv
        Print CSV.
    """
    from flows.commands.nights import nights_command
    from flows.terminal.night_table import Selection

    shape = _shape(as_json=as_json, as_csv=as_csv)
    selection = Selection(flagged=flagged, unreviewed=unreviewed, since=since, until=until, subject=subject)
    nights_command(selection, database=db, shape=shape)


def show(night: date, /, *, subject: str | None = None, db: Database = None, as_json: Json = False) -> None:
    """Show one night: measures, each criterion of each flag, and a raster of its movements.

    Parameters
    ----------
    night
        Date of the evening, YYYY-MM-DD.
    subject
        Whose, where several people recorded that night.
    db
        Database file.
    as_json
        Print one JSON document.
    """
    from flows.commands.show import show_command

    show_command(night, subject=subject, database=db, as_json=as_json)


def movements(
    night: date | None = None,
    /,
    *,
    flagged: bool = False,
    unreviewed: bool = False,
    since: date | None = None,
    until: date | None = None,
    subject: str | None = None,
    label: Label | None = None,
    db: Database = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """List the movements of a night, or of all nights that are meant.

    Parameters
    ----------
    night
        Date of the evening, YYYY-MM-DD; without it, of all nights.
    flagged
        Only of nights with a flag.
    unreviewed
        Only of nights that nobody has reviewed.
    since
        First evening, YYYY-MM-DD.
    until
        Last evening, YYYY-MM-DD.
    subject
        Only this person's.
    label
        Only these.
    db
        Database file.
    as_json
        Print one JSON document.
    as_csv
        Print CSV.
    """
    from flows.commands.movements import movements_command
    from flows.terminal.night_table import Selection

    shape = _shape(as_json=as_json, as_csv=as_csv)
    _at_most_one("a night", night is not None, "--since or --until", (since or until) is not None)
    selection = Selection(
        flagged=flagged, unreviewed=unreviewed, since=night or since, until=night or until, subject=subject
    )
    movements_command(selection, label=label, database=db, shape=shape)


def report(
    nights: str,
    /,
    *,
    out: Out,
    subject: str | None = None,
    db: Database = None,
) -> None:
    """Make one printable page of a night, or of all nights from one to another, for a clinician.

    Parameters
    ----------
    nights
        Date of the evening, YYYY-MM-DD, or two of them: 2026-03-01..2026-03-14.
    out
        HTML file to write; it needs no other file and no network.
    subject
        Whose, where several people recorded these nights.
    db
        Database file.
    """
    from flows.commands.report import report_command

    report_command(nights, out=out, subject=subject, database=db)


def sql(
    query: str,
    /,
    *,
    db: Database = None,
    as_json: Json = False,
    as_csv: Csv = False,
    parquet: Path | None = None,
) -> int:
    """Ask the database: one statement that reads. It cannot write, attach, or touch files.

    Parameters
    ----------
    query
        SQL, such as "select night_date, plms_index, flags from nights order by night_date".
    db
        Database file.
    as_json
        Print one JSON document.
    as_csv
        Print CSV.
    parquet
        Write the rows to this file instead.
    """
    from flows.commands.sql import sql_command

    _at_most_one("--json", as_json, "--csv", as_csv, "--parquet", parquet is not None)
    return sql_command(query, database=db, shape=_shape(as_json=as_json, as_csv=as_csv), parquet=parquet)


def score(
    movements: Path,
    /,
    *,
    out: Out,
    hypnogram: Path | None = None,
    respiration: Path | None = None,
    arousals: Path | None = None,
    ruleset: str = "wasm2016",
    file_format: Annotated[Literal["csv", "parquet"], Parameter(name="--format")] = "csv",
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
    from analytics.scoring.rulesets import RULESETS
    from flows.commands.score import score_command
    from flows.settings.rulesets import ruleset_named

    known = RULESETS
    if ruleset not in known:
        from flows.settings.settings import load

        known = load().rulesets()
    score_command(
        movements,
        hypnogram=hypnogram,
        respiration=respiration,
        arousals=arousals,
        ruleset=ruleset_named(ruleset, known),
        out=out,
        file_format=file_format,
    )


def patterns(
    *, subject: str | None = None, since: date | None = None, db: Database = None, as_json: Json = False
) -> None:
    """What holds over a person's nights, and the signs that send people to a clinician.

    Parameters
    ----------
    subject
        Only this person.
    since
        First evening, like 2026-03-01.
    db
        Database file.
    as_json
        Print one JSON document.
    """
    from flows.commands.patterns import patterns_command

    patterns_command(subject=subject, since=since, database=db, as_json=as_json)


def _shape(*, as_json: bool, as_csv: bool) -> Shape:
    _at_most_one("--json", as_json, "--csv", as_csv)
    return "json" if as_json else "csv" if as_csv else "text"


def _at_most_one(*names_and_values: str | bool) -> None:
    """Refuse two ways out at once."""
    from ingest.errors import UsageError

    pairs = zip(names_and_values[::2], names_and_values[1::2], strict=True)
    chosen = [str(name) for name, is_given in pairs if is_given]
    if len(chosen) > 1:
        raise UsageError(f"{' and '.join(chosen)} cannot be combined", hint="choose one")
