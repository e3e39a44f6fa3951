"""``nightkick demo``: the main job on the sample recordings, through the Prefect flow, as a stranger sees it first."""

from __future__ import annotations

from pathlib import Path

from flows.database import store_for
from flows.importing import run_import, summary, tell
from flows.nights import Nights, Selection, print_nights, select_nights
from flows.terminal import emit
from flows.wishes import Wishes
from ingest.errors import UsageError

DATABASE = "nightkick.duckdb"


def sample_data() -> Path:
    """The sample recordings: in the working directory, else in the source tree this runs from.

    Raises
    ------
    UsageError
        Neither has them; an installed program does not carry them along.
    """
    places = (Path.cwd() / "sample_data", Path(__file__).resolve().parents[1] / "sample_data")
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
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot be made: {error.strerror}", path=out, hint="name another with -o") from None
    database = out / DATABASE
    # What sample_data/README.md says of all three; two of the files could not say it themselves.
    worn = Wishes(site="ankle", side="left", tz="UTC")
    outcomes = run_import([sample_data()], worn, database=database, use_flow=True)
    tell(outcomes)
    nights = select_nights(store_for(database), Selection())
    print_nights(nights)
    emit(f"\n{summary(outcomes)} -> {database}\n\n{_next_steps(database, nights)}")
    return all(outcome.error is None for outcome in outcomes)


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
