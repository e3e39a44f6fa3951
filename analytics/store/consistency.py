"""Whether what is stored still fits together: what foreign keys would guard, and what no database can.

Recounts: indices are stored once, when a night is analysed, and here compared with its events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from analytics.files.places import has_neighbours, is_copy, shared_samples, way_back
from analytics.phrases import counted
from analytics.store.copies.kept import kept_databases
from analytics.store.copies.published import changed_beside_nights, shows_the_same_nights
from analytics.store.database.connection import Store, first_row, reading, reading_every_row
from analytics.store.database.failures import is_damage, way_out
from analytics.store.database.publish import log_of, published
from analytics.store.database.steps import is_current, known_migrations
from analytics.store.pruning import pruned
from analytics.store.read import NightKey
from analytics.store.samples.removing import is_unfinished
from analytics.store.samples.staged import check_samples, decode_samples, target_path
from analytics.store.statements.without_frames import NIGHT_TABLES
from ingest.errors import DatabaseUnreadableError, SamplesLostError, StoreError
from ingest.workspace import OTHERS, abandoned


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: ``what`` was found, and a ``hint`` where something is to be done."""

    ok: bool
    what: str
    hint: str = ""


_REANALYSE = "nightkick doctor --repair, or analyse again with: nightkick reanalyse"

_RECORDED = "SELECT sha256, n_samples, epoch_us(first_at) FROM recording ORDER BY sha256"

_ORPHANS = {
    **{
        table: f"SELECT DISTINCT subject, night_date FROM {table} ANTI JOIN night USING (subject, night_date)"
        for table in NIGHT_TABLES
        if table != "night"
    },
    **{
        f"{table} without score": f"""
            SELECT DISTINCT subject, night_date, ruleset FROM {table}
            ANTI JOIN score USING (subject, night_date, ruleset)
        """
        for table in ("event_row", "series_row", "flag")
    },
    "event without movement": """
        SELECT subject, night_date, movement_no FROM event_row e
        ANTI JOIN movement m ON m.subject = e.subject AND m.night_date = e.night_date AND m.number = e.lead
    """,
    "event without series": """
        SELECT subject, night_date, movement_no FROM event_row
        ANTI JOIN series_row USING (subject, night_date, ruleset, series_no)
        WHERE series_no IS NOT NULL
    """,
    "recording_night": "SELECT sha256 FROM recording_night ANTI JOIN recording USING (sha256)",
    "night": """
        SELECT subject, night_date FROM (SELECT subject, night_date, unnest(recordings) AS sha256 FROM night)
        ANTI JOIN recording_night USING (subject, night_date, sha256)
    """,
    "movement": """
        SELECT DISTINCT subject, night_date FROM movement m
        ANTI JOIN night n
            ON n.subject = m.subject AND n.night_date = m.night_date AND list_contains(n.recordings, m.recording)
    """,
}

_MISCOUNTED = """
    WITH counted AS (
        SELECT subject, night_date, ruleset,
            count(*) FILTER (is_lm) AS n_lm,
            count(*) FILTER (is_clm) AS n_clm,
            count(*) FILTER (is_plm) AS n_plm,
            count(*) FILTER (is_plm AND sleep_state = 'sleep') AS n_plms
        FROM event_row GROUP BY ALL
    ),
    -- Awake out of bed is awake too, and no PLMW: those are counted while lying awake.
    awake AS (
        SELECT e.subject, e.night_date, e.ruleset, count(*) AS n_plmw
        FROM event e JOIN bout b ON e.subject = b.subject AND e.night_date = b.night_date
            AND b.state = 'wake' AND e.onset_at >= b.start_at AND e.onset_at < b.end_at
        WHERE e.is_plm GROUP BY ALL
    ),
    runs AS (
        SELECT subject, night_date, ruleset, count(*) AS n_series, count(*) FILTER (n_in_sleep > 0) AS n_in_sleep
        FROM series_row GROUP BY ALL
    )
    SELECT subject, night_date, ruleset
    FROM score s
    JOIN night n USING (subject, night_date)
    LEFT JOIN counted c USING (subject, night_date, ruleset)
    LEFT JOIN awake a USING (subject, night_date, ruleset)
    LEFT JOIN runs r USING (subject, night_date, ruleset)
    WHERE s.n_lm <> coalesce(c.n_lm, 0)
        OR s.n_clm <> coalesce(c.n_clm, 0)
        OR s.n_plm <> coalesce(c.n_plm, 0)
        OR s.n_plms <> coalesce(c.n_plms, 0)
        OR s.n_plmw <> coalesce(a.n_plmw, 0)
        OR s.n_series <> coalesce(r.n_series, 0)
        OR s.n_series_in_sleep <> coalesce(r.n_in_sleep, 0)
        OR abs(s.plms_index * n.tst_h - coalesce(c.n_plms, 0)) > 0.05
"""


def check(store: Store) -> tuple[Finding, ...]:
    """Everything that can be checked without the original files, one finding each.

    Raises
    ------
    DatabaseBusyError, DatabaseUnreadableError, DatabaseNewerError
        The database cannot be read at all.
    """
    with reading_every_row(store) as con:
        if not is_current(con, store.path, known_migrations()):
            return (Finding(ok=False, what="the database is of an older nightkick", hint="nightkick doctor --repair"),)
        recorded = con.execute(_RECORDED).fetchall()
        rows = _rows(con, store.path)
        if not rows.ok:
            return (rows,)
        current = Finding(ok=True, what="the database is up to date")
        findings = (current, rows, _orphans(con), _miscounted(con))
    files = (_samples(store, recorded), _strays(store), _left(store), _exposed(store), _published(store))
    return (*findings, *files, *_unfinished(store))


def refuse_damaged(store: Store) -> None:
    """Make sure that every row can be read: what mends a database writes to it.

    Raises
    ------
    DatabaseUnreadableError
    StoreError
        As `check`.
    """
    with reading(store, any_schema=True) as con:
        rows = _rows(con, store.path)
    if not rows.ok:
        raise DatabaseUnreadableError(f"{rows.what}: nothing was repaired", hint=rows.hint)


def damaged_nights(store: Store) -> tuple[NightKey, ...]:
    """Nights with recordings of which rows are missing, left over, or miscounted."""
    recorded = "SEMI JOIN recording_night USING (subject, night_date)"
    queries = [_MISCOUNTED, *(query for query in _ORPHANS.values() if "night_date" in query)]
    with reading(store) as con:
        found = [
            con.execute(f"SELECT DISTINCT subject, night_date FROM ({query}) {recorded}").fetchall()
            for query in queries
        ]
    return tuple(sorted({(subject, night_date) for rows in found for subject, night_date in rows}))


def lost_samples(store: Store) -> tuple[Path, ...]:
    """Where the files lay whose samples are missing or damaged."""
    with reading(store) as con:
        recorded = con.execute(
            "SELECT path, sha256, n_samples, epoch_us(first_at) FROM recording ORDER BY 1"
        ).fetchall()
    on_purpose = pruned(store)
    return tuple(Path(path) for path, *row in recorded if row[0] not in on_purpose and not _has_samples(store, *row))


def missing_samples(store: Store) -> tuple[tuple[str, int, int], ...]:
    """Recordings whose samples are missing or damaged: hash, number of samples, time of the first."""
    with reading(store) as con:
        recorded = con.execute(_RECORDED).fetchall()
    return tuple(row for row in recorded if not _has_samples(store, *row))


def stray_samples(store: Store) -> tuple[Path, ...]:
    """Samples of no recording: of an import that was killed, or that is under way.

    In the shared folder of older databases any database beside it may have some: while there is one, none is stray.
    There, samples are stray too of which the database has its own by now.
    """
    with reading(store) as con:
        recorded = {row[0]: row for row in con.execute(_RECORDED).fetchall()}
    own = [path for path in sorted(store.recordings.glob("*.parquet")) if path.stem not in recorded]
    if has_neighbours(store.path) or is_copy(store.path):
        return tuple(own)
    shared = sorted(shared_samples(store.path).glob("*.parquet"))
    return (*own, *(path for path in shared if path.stem not in recorded or _is_replaced(store, recorded[path.stem])))


def exposed(store: Store) -> tuple[Path, ...]:
    """Files and folders of the store that others than the owner may read or write."""
    databases = (store.path, store.published, *kept_databases(store))
    files = [path for database in databases for path in (database, log_of(database))]
    for folder in (store.recordings, shared_samples(store.path)):
        files += [folder, *folder.glob("*.parquet")]
    return tuple(path for path in files if path.exists() and path.stat().st_mode & OTHERS)


def folders_in_use(store: Store) -> tuple[Path, ...]:
    """Folders in which temporary ones are made, or were."""
    return (store.path.parent, store.recordings, shared_samples(store.path))


def _is_replaced(store: Store, row: tuple[str, int, int]) -> bool:
    return target_path(store, row[0]).exists() and _has_samples(store, *row)


def _rows(con: duckdb.DuckDBPyConnection, path: Path) -> Finding:
    """Reading every value makes DuckDB compare every block with its checksum."""
    tables = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
    n_rows = 0
    for table in tables:
        try:
            row = first_row(con, f"SELECT count(*), bit_xor(hash({table})) FROM {table}")
        except duckdb.Error as error:
            if not is_damage(error):
                raise
            return Finding(ok=False, what=f"{path}: the table {table} is damaged", hint=way_out(path))
        n_rows += row[0] if row else 0
    return Finding(ok=True, what=f"all {n_rows} rows can be read")


def _orphans(con: duckdb.DuckDBPyConnection) -> Finding:
    found = {what: _count(con, query) for what, query in _ORPHANS.items()}
    broken = [f"{what}: {n}" for what, n in found.items() if n]
    if broken:
        return Finding(ok=False, what=f"rows that belong to nothing ({', '.join(broken)})", hint=_REANALYSE)
    return Finding(ok=True, what="every row belongs to its night and recording")


def _miscounted(con: duckdb.DuckDBPyConnection) -> Finding:
    if n := _count(con, _MISCOUNTED):
        return Finding(ok=False, what=f"counts that do not equal their events, in {n} scores", hint=_REANALYSE)
    return Finding(ok=True, what="counts and indices equal a recount of the events")


def _samples(store: Store, recorded: Sequence[tuple[str, int, int]]) -> Finding:
    on_purpose = pruned(store)
    lost = [row[0] for row in recorded if row[0] not in on_purpose and not _has_samples(store, *row)]
    if lost:
        what = f"{len(lost)} of {len(recorded)} recordings without their samples (first: {lost[0]})"
        hint = (
            way_back(store.path, target_path(store, lost[0]).name)
            or "import their files again; nightkick doctor --repair does"
        )
        return Finding(ok=False, what=what, hint=hint)
    if on_purpose:
        there = len(recorded) - len(on_purpose)
        return Finding(ok=True, what=f"samples of {there} recordings are in place, those of {len(on_purpose)} pruned")
    return Finding(ok=True, what=f"samples of all {len(recorded)} recordings are in place")


def _has_samples(store: Store, sha256: str, n_samples: int, first_us: int) -> bool:
    try:
        check_samples(store, sha256, n_samples=n_samples, first_us=first_us)
        decode_samples(store, sha256)
    except SamplesLostError:
        return False
    return True


def _strays(store: Store) -> Finding:
    if strays := stray_samples(store):
        what = f"{len(strays)} files of samples without a recording (first: {strays[0].name})"
        return Finding(ok=False, what=what, hint="import the recording again, or nightkick doctor --repair")
    return Finding(ok=True, what="no samples without a recording")


def _left(store: Store) -> Finding:
    left = [path for folder in folders_in_use(store) for path in abandoned(folder)]
    if left:
        return Finding(
            ok=False, what=f"{len(left)} temporary folders of ended runs", hint="the next import removes them"
        )
    return Finding(ok=True, what="no temporary folders of ended runs")


def _unfinished(store: Store) -> tuple[Finding, ...]:
    if not is_unfinished(store):
        return ()
    hint = "nightkick doctor --repair finishes it, as the next import does"
    return (Finding(ok=False, what="a nightkick forget that was ended half-way", hint=hint),)


def _exposed(store: Store) -> Finding:
    if paths := exposed(store):
        what = f"{len(paths)} files or folders that others may read or write (first: {paths[0]})"
        return Finding(ok=False, what=what, hint="chmod go= them, or nightkick doctor --repair")
    return Finding(ok=True, what="database and samples are for their owner only")


def _published(store: Store) -> Finding:
    if not store.published.exists():
        return Finding(ok=True, what="no published copy yet; the next import makes it")
    try:
        found = published(store)
    except StoreError as error:
        return Finding(ok=False, what=f"the published copy: {error.what}", hint="the next import replaces it")
    if found is None:
        return Finding(ok=True, what="the published copy is of an older nightkick; the next import makes it anew")
    made = f"the published copy was made {found.made_at:%Y-%m-%d %H:%M:%S} UTC"
    if not found.is_current and shows_the_same_nights(store):
        changed = ", ".join(changed_beside_nights(store))
        return Finding(ok=True, what=f"{made} and holds all nights{f'; changed since: {changed}' if changed else ''}")
    if not found.is_current:
        what = f"{made}, and the database was changed since: nightkick was ended before it was renewed"
        return Finding(ok=False, what=what, hint="nightkick doctor --repair renews it, if nightkick is not at work now")
    return Finding(ok=True, what=f"{made} and holds {counted(found.n_nights, 'night')}")


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = first_row(con, f"SELECT count(*) FROM ({query})")
    return int(row[0]) if row else 0
