"""What a scheduled run shows in Prefect: a page of Markdown with its nights, what failed and why, and where to look."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from analytics.phrases import flag_words
from analytics.store import NO_DATA
from flows.importing.import_run import Context
from flows.terminal.night_table import Nights, for_people, select_nights
from flows.terminal.options import Selection
from flows.terminal.values import Row, text_cell
from flows.unattended.inbox_run import Visit
from ingest.errors import visible

#: What Markdown or HTML would take for its own.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#])")


def report(visit: Visit, context: Context) -> str:
    """The page of Markdown."""
    parts = [
        f"**{_plain(visit.summary())}**",
        _nights(visit, context),
        _listed(
            "Time zone assumed, because nothing names one",
            [f"{o.path}: {o.assumed_zone}, this machine's" for o in visit.outcomes if o.assumed_zone is not None],
        ),
        _listed("Changed", [f"{o.path}: {change}" for o in visit.outcomes for change in o.changes]),
        _listed("Could not be used", [o.error for o in visit.outcomes if o.error is not None]),
        _listed("Used in part", [f"{o.path}: {o.lost}" for o in visit.outcomes if o.lost is not None]),
        _listed("Still being written, left for the next run", map(str, visit.waiting)),
        _listed("Beside the import", visit.problems),
        _listed("New", [f"{n.night_date} {n.subject}: {flag_words(n.about)}: {n.reason}" for n in visit.notices]),
        _where_to_look(context.store.path),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def counts_only(visit: Visit) -> str:
    """What a server off this machine may know: how many files ended how, and how many nights are flagged."""
    return replace(visit, notices=tuple(notice for notice in visit.notices if notice.about != NO_DATA)).summary()


def _nights(visit: Visit, context: Context) -> str:
    """The nights that the run analysed."""
    dates = {night for outcome in visit.outcomes for night in outcome.nights}
    if not dates:
        return ""
    nights = select_nights(context.store, Selection(since=min(dates), until=max(dates)))
    rows = [row for row in nights.rows if row["night_date"] in dates]
    table = _table([for_people(row, nights, with_subject=True) for row in rows])
    return "\n\n".join([table, *_reasons(rows, nights)])


def _reasons(rows: Sequence[Row], nights: Nights) -> list[str]:
    sentences = [
        f"{row['night_date']} {flag_words(why['flag'])}: {why['reason']}"
        for row in rows
        for why in nights.reasons_of(row)
    ]
    if (negative := nights.beside_negatives(rows)) is not None:
        sentences.append(negative)
    return ["\n".join(f"- {_plain(sentence)}" for sentence in sentences)] if sentences else []


def _table(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    heading = list(rows[0])
    lines = [heading, ["---"] * len(heading), *([_plain(text_cell(row[name])) for name in heading] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _listed(title: str, lines: Iterable[str]) -> str:
    items = [f"- {_plain(line)}" for line in lines]
    return "\n".join([f"## {title}", "", *items]) if items else ""


def _where_to_look(database: Path) -> str:
    name = visible(str(database))
    return "\n".join(
        ["## Look", "", *(f"    nightkick {what} --db '{name}'" for what in ("review", "nights --flagged"))]
    )


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    return _SPECIAL.sub(r"\\\1", visible(" ".join(text.split())))
