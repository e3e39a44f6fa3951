"""``nightkick demo``: the main job on the sample recordings, through the Prefect flow, as a stranger sees it first."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

from analytics import store as the_store
from analytics.files.belongings import kept_as
from flows.commands.import_files import run_import
from flows.importing.outcomes import Outcome, all_well
from flows.importing.telling import command_on, summary, tell
from flows.settings.database import store_for
from flows.terminal.exit_codes import ExitCode
from flows.terminal.night_table import Nights, print_nights, select_nights
from flows.terminal.options import EVERY_NIGHT, OutFolder
from flows.terminal.out_folder import about_folder
from flows.terminal.talk import emit
from ingest.errors import UsageError
from ingest.workspace import own_folder, workspace

DATABASE = "nightkick.duckdb"


#: One of the samples: a folder of that name without it is not ours.
A_SAMPLE = "periodic_night.cwa"


def sample_data() -> Path:
    """The sample recordings: where an installed program has them, else in the source tree this runs from.

    Raises
    ------
    UsageError
        Neither has them.
    """
    home = Path(__file__).resolve().parents[2]
    places = (home / "nightkick" / "sample_data", home / "sample_data")
    found = next((place for place in places if (place / A_SAMPLE).is_file()), None)
    if found is None:
        raise UsageError("the sample recordings are missing", path=home, hint="install nightkick again")
    return found


def demo(*, out: OutFolder = Path("demo-output")) -> ExitCode:
    """Import the sample recordings through the flow and show what was found.

    Parameters
    ----------
    out
        Folder for the demo's database; made if missing.
    """
    from flows.importing.declared import Wishes

    database = out / DATABASE
    with about_folder(out):
        _refuse_to_mix(database)
        own_folder(out)
    # What sample_data/README.md says of all three; two of the files could not say it themselves.
    worn = Wishes(site="ankle", side="left", tz="UTC")
    outcomes = run_import([sample_data()], worn, database=database, use_flow=True)
    outcomes += _import_story(out, database)
    tell(outcomes, database)
    nights = select_nights(store_for(database), EVERY_NIGHT)
    print_nights(nights)
    _show_story(database)
    emit(f"\n{summary(outcomes)} -> {database}\n\n{_next_steps(database, nights)}")
    return ExitCode.DONE if all_well(outcomes) else ExitCode.SOME_FAILED


def _import_story(out: Path, database: Path) -> tuple[Outcome, ...]:
    """The journal of the story, then its nights, made on the spot."""
    from analytics.journal.planned import noted_of_file
    from analytics.simulate.story import SUBJECT, write_story_nights
    from flows.importing.declared import Wishes

    file = sample_data() / "journal.csv"
    the_store.write_journal(store_for(database), noted_of_file(file.read_bytes(), file.name, SUBJECT).entries)
    with workspace(out) as room:
        worn = Wishes(subject=SUBJECT, site="ankle", side="left", tz="UTC")
        return run_import(write_story_nights(room), worn, database=database, use_flow=False)


def _show_story(database: Path) -> None:
    """The answer of the story, and what goes with its nights."""
    from analytics.simulate.story import SUBJECT
    from flows.commands.over_nights.answer import answer
    from flows.commands.over_nights.triggers import triggers

    emit(f"\nThe journal and the nights of {SUBJECT} (nightkick answer, nightkick triggers):\n\n")
    answer(subject=SUBJECT, db=database)
    emit("\n")
    triggers(subject=SUBJECT, outcome="jerks_felt", db=database)


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
    from analytics.simulate.story import night_name, story_days

    samples = {path.name for path in sample_data().iterdir()} | {night_name(one.day) for one in story_days()}
    imported = the_store.query(store_for(database), "SELECT path FROM imports WHERE status = 'imported'")
    if not {Path(path).name for path in imported["path"]} <= samples:
        raise UsageError("not the demo's database", path=database, hint="name another folder with -o")


def _next_steps(database: Path, nights: Nights) -> str:
    flagged = next((row for row in nights.rows if row["flags_as_reviewed"]), None)
    questions = (
        "nights --flagged",
        *([f"show {flagged['night_date']}"] if flagged else []),
        'sql "select night_date, plms_index, flags from nights order by night_date"',
        "review",
    )
    lines = "".join(f"  {command_on(database, question)}\n" for question in questions)
    return f"Ask on{_where_it_is_called()}:\n{lines}"


def _where_it_is_called() -> str:
    """What to do first where the script `nightkick` is not on the shell's path."""
    return "" if shutil.which("nightkick") else f" (first: . {shlex.quote(str(Path(sys.prefix) / 'bin' / 'activate'))})"
