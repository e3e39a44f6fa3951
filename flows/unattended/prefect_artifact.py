"""What a scheduled run shows in Prefect: a page of Markdown with its nights, what failed and why, and where to look.

The words about a file are those of the log and of the tasks too (`flows.unattended.prefect_log`). Without Prefect.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from analytics.phrases import flag_words
from analytics.store import NO_DATA, Notice
from flows.importing.import_run import Context
from flows.importing.outcomes import Outcome, Status
from flows.importing.telling import counts
from flows.terminal.night_table import Nights, for_people, select_nights
from flows.terminal.options import Selection
from flows.terminal.values import Row, text_cell
from flows.unattended.inbox_run import Visit
from ingest.errors import visible

_OF_A_NIGHT = ("night", "subject", "asleep", "PLMS/h", "flags", "review")
#: So many files have a line.
_MOST_FILES = 200
#: So many files are named in the state of a task or a run.
NAMED = 3
#: What Markdown or HTML would take for its own.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#])")
#: How the words about what was passed over may begin, which stands before them already.
_AGAIN = re.compile(r"^passed over[:,] ")


def report(visit: Visit, context: Context, inbox: Path | None = None) -> str:
    """The page of Markdown, without the counts: Prefect shows them above it, as its description.

    Parameters
    ----------
    visit : Visit
    context : Context
    inbox : Path or None
        Paths are shown from there.
    """
    nights = _nights(visit, context)
    parts = [
        nights,
        _files(visit.outcomes, inbox),
        _listed(
            "Time zone assumed, because nothing names one",
            [
                f"{name_of(o.path, inbox)}: {o.assumed_zone}, this machine's"
                for o in visit.outcomes
                if o.assumed_zone is not None
            ],
        ),
        _listed("Still being written, left for the next run", [name_of(path, inbox) for path in visit.waiting]),
        _listed("Beside the import", [below(problem, inbox) for problem in visit.problems]),
        _listed("New", [_notice(notice, nights) for notice in visit.notices]),
        _where_to_look(context.store.path),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def artifact_key(deployment: str | None) -> str:
    """What the page of a deployment is called, the same after every run; Prefect takes small letters, digits and -."""
    return re.sub(r"[^a-z0-9]+", "-", (deployment or "nightly").lower()).strip("-") or "nightly"


def of_files_failed(outcomes: Sequence[Outcome]) -> str | None:
    """How many of how many files failed, in words; None where none did."""
    found = counts(outcomes)
    n = sum(found.values())
    return f"{found['failed']} of {n} file{'' if n == 1 else 's'} failed" if found["failed"] else None


def with_reasons(outcomes: Sequence[Outcome], status: Status, inbox: Path | None) -> str:
    """The first files that ended so, each with its reason, and how many more did.

    Parameters
    ----------
    inbox : Path or None
        As for `reason_of`.
    """
    meant = [outcome for outcome in outcomes if outcome.status == status]
    lines = [f"{name_of(one.path, inbox)}: {reason_of(one, inbox)}" for one in meant[:NAMED]]
    return "; ".join([*lines, *([f"and {len(meant) - NAMED} more"] if len(meant) > NAMED else [])])


def _files(outcomes: Sequence[Outcome], inbox: Path | None) -> str:
    """What became of each file, the worst first; of very many known ones none is worth a line.

    A list and no table: Prefect folds no cell, so that a long name would push the reason out of the page.
    """
    order = ("failed", "refused", "passed over", "imported", "known")
    found = sorted(outcomes, key=lambda outcome: order.index(outcome.status))
    if not found:
        return ""
    lines = [f"- **{one.status}** {_plain(name_of(one.path, inbox) + _why(one, inbox))}" for one in found[:_MOST_FILES]]
    more = [f"and {len(found) - _MOST_FILES} more, in the view `imports`"] if len(found) > _MOST_FILES else []
    return "\n\n".join(["## Files", "\n".join(lines), *more])


def counts_only(visit: Visit) -> str:
    """What a server off this machine may know: how many files ended how, and how many nights are flagged."""
    return replace(visit, notices=tuple(notice for notice in visit.notices if notice.about != NO_DATA)).summary()


def _nights(visit: Visit, context: Context) -> str:
    """The nights of the recordings that the run stored."""
    dates = {night for outcome in visit.outcomes for night in outcome.nights}
    if not dates:
        return ""
    nights = select_nights(context.store, Selection(since=min(dates), until=max(dates)))
    rows = [row for row in nights.rows if row["night_date"] in dates]
    shown = [for_people(row, nights, with_subject=True) for row in rows]
    table = _table([{name: row[name] for name in _OF_A_NIGHT if name in row} for row in shown])
    return "\n\n".join(["## Nights", table, *_reasons(rows, nights)])


def _reasons(rows: Sequence[Row], nights: Nights) -> list[str]:
    sentences = [
        f"{row['night_date']} {row['subject']}: {flag_words(why['flag'])}: {why['reason']}"
        for row in rows
        for why in nights.reasons_of(row)
    ]
    if (negative := nights.beside_negatives(rows)) is not None:
        sentences.append(negative)
    return ["\n".join(f"- {_plain(sentence)}" for sentence in sentences)] if sentences else []


def _notice(notice: Notice, said: str) -> str:
    """What is new, with its reason where the page has not said that yet."""
    line = f"{notice.night_date} {notice.subject}: {flag_words(notice.about)}"
    return line if _plain(notice.reason) in said else f"{line}: {notice.reason}"


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
    commands = [f"    nightkick {what} --db '{name}'" for what in ("review", "nights --flagged")]
    opens = "The first opens the review page in your browser. Its address is new at each start and not written here."
    return "\n".join(["## Look", "", "In a terminal of this machine:", "", *commands, "", opens])


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    return _SPECIAL.sub(r"\\\1", visible(" ".join(text.split())))


def line_of(outcome: Outcome, inbox: Path | None) -> str:
    """What became of a file and why, in one line.

    Parameters
    ----------
    outcome : Outcome
    inbox : Path or None
        Absolute; paths are shown from there, and of a file elsewhere its name. None: names only.
    """
    return f"{name_of(outcome.path, inbox)}: {outcome.status}{_why(outcome, inbox)}"


def reason_of(outcome: Outcome, inbox: Path | None) -> str:
    """Why a file could not be used, without its name; what is to be known of one that was.

    Parameters
    ----------
    outcome : Outcome
    inbox : Path or None
        Absolute; paths are shown from there, and of a file elsewhere its name. None: names only.
    """
    if outcome.error is not None:
        return below(outcome.error.removeprefix(f"{outcome.path}: "), inbox)
    changed = [f"changed: {change}" for change in outcome.changes]
    warnings = [_AGAIN.sub("", warning) if outcome.status == "passed over" else warning for warning in outcome.warnings]
    return below("; ".join([*_nights_of(outcome), *changed, *warnings]), inbox)


def name_of(path: Path, inbox: Path | None) -> str:
    """The way below the inbox, or the last part of a path elsewhere."""
    is_below = inbox is not None and path != inbox and path.is_relative_to(inbox)
    return str(path.relative_to(inbox)) if inbox is not None and is_below else path.name


def below(text: str, inbox: Path | None) -> str:
    """Words with paths that begin at the inbox."""
    return text if inbox is None else text.replace(f"{inbox}/", "")


def _why(outcome: Outcome, inbox: Path | None) -> str:
    reason = reason_of(outcome, inbox)
    return f": {reason}" if reason else ""


def _nights_of(outcome: Outcome) -> list[str]:
    if outcome.status != "imported":
        return []
    if not outcome.nights:
        return ["no night with movement beside it yet"]
    first, last = outcome.nights[0], outcome.nights[-1]
    return [f"night {first}" if first == last else f"{len(outcome.nights)} nights, {first} to {last}"]
