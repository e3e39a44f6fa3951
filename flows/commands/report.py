"""``nightkick report``: one printable page of a night, or of a range of nights."""

from __future__ import annotations

from datetime import UTC, datetime

from analytics import store as the_store
from flows import __version__
from flows.settings.database import store_for
from flows.terminal.dates import evenings
from flows.terminal.options import Database, OutFile, WhoseNight
from flows.terminal.talk import say
from flows.terminal.whose import refuse_unknown


def report(
    nights: str,
    /,
    *,
    out: OutFile,
    summary: bool = False,
    large: bool = False,
    subject: WhoseNight = None,
    db: Database = None,
) -> None:
    """Make one printable page of a night, or of all nights from one to another, for a clinician.

    Parameters
    ----------
    nights
        Date of the evening: YYYY-MM-DD, YYYY/MM/DD, DD.MM.YYYY, today, yesterday, last, -7d or a
        weekday; or two of them: 2026-03-01..2026-03-14, -7d..last.
    out
        HTML file to write; it needs no other file and no network.
    summary
        Only the summary for a chart: one sheet of A4 for up to 31 nights, two for a year, in black and white.
    large
        A page a night also of more than 31 nights, which are drawn smaller otherwise: 55 kB a night instead of 8.
    """
    from analytics.files.outputs import REPORT, refuse_taken, write_whole
    from analytics.report import About, page_of, read_report, read_summary, summary_page
    from flows.settings.settings import load

    refuse_taken(out, REPORT)
    settings = load()
    about = About(
        version=__version__,
        made_on=datetime.now(UTC).astimezone().date(),
        criteria=settings.analysis_criteria(),
        rulesets=settings.rulesets(),
    )
    store = store_for(db, settings)
    refuse_unknown(store, subject)
    first, last = evenings(nights, store=store, subject=subject)
    if store.path.exists():
        the_store.initialise(store)  # an older database lacks what pictures are drawn from
    with the_store.snapshot(store):  # an import may remove a night between two questions
        if summary:
            summed_up = read_summary(store, first, last, subject=subject, about=about)
            page, n = summary_page(summed_up), len(summed_up.nights)
        else:
            found = read_report(store, first, last, subject=subject, about=about)
            page, n = page_of(found, large=large), len(found.nights)
    write_whole(out, lambda file: file.write(page.encode()), kind=REPORT)
    say(f"wrote {n} night{'' if n == 1 else 's'} to {out}; print it from any browser")
