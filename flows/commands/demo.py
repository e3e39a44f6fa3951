"""``nightkick demo``: the main job on the sample recordings, through the Prefect flow, as a stranger sees it first."""

from __future__ import annotations

from pathlib import Path

from analytics.files.belongings import kept_as
from analytics.store import query
from flows.commands.import_files import run_import
from flows.importing.declared import Wishes
from flows.importing.telling import summary, tell
from flows.settings.database import store_for
from flows.terminal.night_table import Nights, Selection, print_nights, select_nights
from flows.terminal.talk import emit
from ingest.errors import UsageError
from ingest.workspace import own_folder

DATABASE = "nightkick.duckdb"


def sample_data() -> Path:
    """The sample recordings: in the working directory, else in the source tree this runs from.

    Raises
    ------
    UsageError
        Neither has them; an installed program does not carry them along.
    """
    places = (Path.cwd() / "sample_data", Path(__file__).resolve().parents[2] / "sample_data")
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        raise UsageError("no sample_data folder here", hint="run the demo in a clone of the repository")
    return found


def demo_command(out: Path) -> bool:
    """Import the samples and print the nights, what was imported, and where to go from there.

    Returns
    -------
    bool
        Whether every sample is stored.
    """
    database = out / DATABASE
    try:
        _refuse_to_mix(database)
        own_folder(out)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot be made: {reason}", path=out, hint="name another with -o") from None
    # What sample_data/README.md says of all three; two of the files could not say it themselves.
    worn = Wishes(site="ankle", side="left", tz="UTC")
    outcomes = run_import([sample_data()], worn, database=database, use_flow=True)
    tell(outcomes)
    nights = select_nights(store_for(database), Selection())
    print_nights(nights)
    emit(f"\n{summary(outcomes)} -> {database}\n\n{_next_steps(database, nights)}")
    return all(outcome.error is None for outcome in outcomes)


def _refuse_to_mix(database: Path) -> None:
    """No sample is imported among a person's nights: the demo's database is new, or holds nothing but samples.

    Raises
    ------
    UsageError
        It holds something else; or the folder is part of a store.
    """
    if found := kept_as(database.parent / "demo"):
        raise UsageError(f"the demo cannot go there: {found}", path=database.parent, hint="name another with -o")
    if not database.exists():
        return
    samples = {path.name for path in sample_data().iterdir()}
    stored = query(store_for(database), "SELECT path FROM imports WHERE status = 'imported'")["path"].to_list()
    if not {Path(path).name for path in stored} <= samples:
        raise UsageError("not the demo's database", path=database, hint="name another folder with -o")


def _next_steps(database: Path, nights: Nights) -> str:
    flagged = next((row for row in nights.rows if row["flags"]), None)
    questions = (
        "nightkick nights --flagged",
        *([f"nightkick show {flagged['night_date']}"] if flagged else []),
        'nightkick sql "select night_date, plms_index, flags from nights order by night_date"',
        "nightkick review",
    )
    lines = "".join(f"  {question} --db {database}\n" for question in questions)
    return f"Ask on (after `. .venv/bin/activate`):\n{lines}"
