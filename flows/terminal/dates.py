"""Evenings as people write them: every option and argument that takes a date is read here.

The days among them are read as the journal reads them (`analytics.journal.cells.day_of`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ingest.errors import UsageError, visible

if TYPE_CHECKING:
    from analytics.store import Store

#: The newest night that is stored.
LAST = "last"
#: An evening, or `LAST`.
When = date | str
#: What is taken, for help texts and refusals.
TAKEN = "YYYY-MM-DD, YYYY/MM/DD, DD.MM.YYYY, today, yesterday, last, -7d or a weekday"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: No shorter: "t" or "s" would be two days each.
_SHORTEST_NAME = 3
_AGO = re.compile(r"-?(\d{1,5})d")
#: The parser takes what begins with a minus for an option.
_MINUS = re.compile(r"-\d{1,5}d(?:\.\..*)?")
#: Options whose value is a date, and commands with a date as an argument. A test reads them off the commands.
DATE_OPTIONS = frozenset({"--since", "--until", "--night", "--prune-samples", "--before-after"})
DATE_COMMANDS = frozenset({"movements", "report", "show"})
#: Options of one command whose value is a date; elsewhere they take something else.
DATE_OPTIONS_OF = {"simulate": frozenset({"--start"})}
#: Options of these commands that take no value, so that an argument may follow.
FLAGS = frozenset({"--csv", "--flagged", "--json", "--large", "--summary", "--unreviewed"})
#: Two numbers of which either may be the month.
_OTHER_ORDER = re.compile(r"\d{1,2}[/-]\d{1,2}[/-](\d{2}|\d{4})")


def without_minus(arguments: list[str]) -> list[str]:
    """A command line in which -7d is 7d where a date is meant, which is the same and no option.

    That is behind an option of `DATE_OPTIONS`, and as an argument in a command of `DATE_COMMANDS`. Anywhere else a
    minus means something: ``--time-shift -7d`` is not ``7d``. After ``--`` nothing is changed.
    """
    n = arguments.index("--") if "--" in arguments else len(arguments)
    command, before = arguments[0] if arguments else "", ["", *arguments]
    return [
        one[1:] if i < n and _MINUS.fullmatch(one) and _takes_date(before[i], command) else one
        for i, one in enumerate(arguments)
    ]


def _takes_date(before: str, command: str) -> bool:
    is_value = before.startswith("-") and before not in FLAGS
    return before in DATE_OPTIONS | DATE_OPTIONS_OF.get(command, frozenset()) or (
        command in DATE_COMMANDS and not is_value
    )


def evening(said: When, *, store: Store | None = None, subject: str | None = None, today: date | None = None) -> date:
    """The evening that is meant.

    Parameters
    ----------
    said : date or str
        A date, which is given back, or a word for one; a weekday is the newest one, today among them.
    store : Store or None
        Knows the night that is ``last``; None: that word is refused.
    subject : str or None
        Whose last night; None: that of all people.
    today : date or None
        None: by this computer's clock.

    Raises
    ------
    UsageError
        It is no date, or could be two.
    """
    if not isinstance(said, str):
        return said
    word = said.strip().casefold()
    today = datetime.now().astimezone().date() if today is None else today
    if word in ("today", "yesterday"):
        return today - timedelta(days=word == "yesterday")
    if word == LAST:
        return _last(store, subject)
    if ago := _AGO.fullmatch(word):
        return _days_before(today, int(ago[1]), said)
    named = [i for i, name in enumerate(_WEEKDAYS) if len(word) >= _SHORTEST_NAME and name.startswith(word)]
    if named:
        return today - timedelta(days=(today.weekday() - named[0]) % 7)
    from analytics.journal.cells import UnreadableError, day_of

    try:
        return day_of(said)
    except UnreadableError as error:
        what = f"{said!r} could be two dates" if _OTHER_ORDER.fullmatch(word) else error.what
        raise UsageError(visible(what), hint=f"write it as {TAKEN}") from None


def when(_kind: object, tokens: Sequence[Any]) -> When:
    """Read the value of an option; the last night is found when the database is open."""
    said: str = tokens[0].value
    return LAST if said.strip().casefold() == LAST else evening(said)


def day(_kind: object, tokens: Sequence[Any]) -> date:
    """Read the value of an option that knows no stored night, so that ``last`` is refused."""
    return evening(tokens[0].value)


def on(meant: When | None, store: Store, subject: str | None) -> date | None:
    """The evening that `when` read; None of None.

    Parameters
    ----------
    meant : date, ``last`` or None
    store : Store
        Knows the last night.
    subject : str or None
        Whose last night; None: that of all people.
    """
    return None if meant is None else evening(meant, store=store, subject=subject)


def evenings(said: str, *, store: Store | None = None, subject: str | None = None) -> tuple[date, date]:
    """The first and the last evening of ``2026-03-01``, ``2026-03-01..2026-03-14`` or ``-7d..last``.

    Parameters
    ----------
    said, store, subject
        As for `evening`.

    Raises
    ------
    UsageError
        Not dates, or the last is before the first.
    """
    first_said, dots, last_said = said.partition("..")
    first = evening(first_said, store=store, subject=subject)
    last = evening(last_said, store=store, subject=subject) if dots else first
    if last < first:
        raise UsageError(f"the last night {last} is before the first one {first}", hint=f"{last}..{first}")
    return first, last


def _days_before(today: date, days: int, said: str) -> date:
    try:
        return today - timedelta(days=days)
    except OverflowError:
        raise UsageError(f"{said!r} is before all dates", hint=f"write it as {TAKEN}") from None


def _last(store: Store | None, subject: str | None) -> date:
    if store is None:
        raise UsageError("there is no last night without a database", hint="write it like 2026-03-02")
    from analytics import store as the_store

    statement = "SELECT max(night_date) AS newest FROM nights WHERE ? IS NULL OR subject = ?"
    newest: date | None = the_store.row_dicts(store, statement, [subject, subject])[0]["newest"]
    if newest is None:
        raise UsageError("no night is stored yet", hint="import a recording")
    return newest
