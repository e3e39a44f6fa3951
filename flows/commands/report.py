"""``nightkick report``: one printable page of a night, or of a range of nights."""

from __future__ import annotations

from datetime import UTC, date, datetime

from analytics import store as the_store
from flows import __version__
from flows.settings.database import store_for
from flows.terminal.options import Database, Out, WhoseNight
from flows.terminal.talk import say
from ingest.errors import UsageError


def report(nights: str, /, *, out: Out, summary: bool = False, subject: WhoseNight = None, db: Database = None) -> None:
    """Make one printable page of a night, or of all nights from one to another, for a clinician.

    Parameters
    ----------
    nights
        Date of the evening, YYYY-MM-DD, or two of them: 2026-03-01..2026-03-14.
    out
        HTML file to write; it needs no other file and no network.
    summary
        Only the summary for a chart: one sheet of A4 for up to 31 nights, two for a year, in black and white.
    """
    from analytics.files.outputs import REPORT, refuse_taken, write_whole
    from analytics.report import About, page_of, read_report, read_summary, summary_page
    from flows.settings.settings import load

    first, last = parsed_range(nights)
    refuse_taken(out, REPORT)
    settings = load()
    about = About(
        version=__version__,
        made_on=datetime.now(UTC).astimezone().date(),
        criteria=settings.analysis_criteria(),
        rulesets=settings.rulesets(),
    )
    store = store_for(db, settings)
    if store.path.exists():
        the_store.initialise(store)  # an older database lacks what pictures are drawn from
    with the_store.snapshot(store):  # an import may remove a night between two questions
        if summary:
            summed_up = read_summary(store, first, last, subject=subject, about=about)
            page, n = summary_page(summed_up), len(summed_up.nights)
        else:
            found = read_report(store, first, last, subject=subject, about=about)
            page, n = page_of(found), len(found.nights)
    write_whole(out, lambda file: file.write(page.encode()), kind=REPORT)
    say(f"wrote {n} night{'' if n == 1 else 's'} to {out}; print it from any browser")


def parsed_range(nights: str) -> tuple[date, date]:
    """The first and the last evening of ``2026-03-01`` or ``2026-03-01..2026-03-14``.

    Raises
    ------
    UsageError
        Not dates, or the last is before the first.
    """
    first_text, dots, last_text = nights.partition("..")
    try:
        first = date.fromisoformat(first_text)
        last = date.fromisoformat(last_text) if dots else first
    except ValueError:
        hint = "a date like 2026-03-01, or two like 2026-03-01..2026-03-14"
        raise UsageError(f"{nights!r} names no nights", hint=hint) from None
    if last < first:
        raise UsageError(f"the last night {last} is before the first one {first}", hint=f"{last}..{first}")
    return first, last
