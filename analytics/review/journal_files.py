"""A journal from a file on the page: first what would happen, by line and column; stored only once that is confirmed.

A file is read and held against what is noted by `analytics.journal.planned`, as on the command line. What was shown is
what is stored: if anything has changed between, nothing is stored and the new plan is shown.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from analytics.journal.fields import misspelt
from analytics.journal.planned import (
    MOST_BYTES,
    ImportPlan,
    cell_words,
    changing,
    file_too_large,
    noted_of_file,
    planned,
    problem_words,
    summary,
)
from analytics.review.page import Page
from analytics.store import snapshot, unread_nights, whole_journal, write_journal
from ingest.errors import UsageError

#: Base64 makes four bytes of three; the rest is for names.
LARGEST_UPLOAD = MOST_BYTES // 3 * 4 + 64 * 1024
#: Of what would change and of what is left out, so many lines are shown.
_MOST_LINES = 200


def bounds() -> dict[str, Any]:
    """What a page needs to refuse a file that is too large before it is sent."""
    return {"most_bytes": MOST_BYTES, "too_large": file_too_large().line()}


def import_payload(page: Page, said: Mapping[str, Any]) -> dict[str, Any]:
    """What a file would do, or, where its plan was seen and is confirmed, what it did.

    Parameters
    ----------
    said : mapping
        ``name`` of the file, its content as ``base64``, ``subject`` of rows that name no one, and ``confirmed``: the
        fingerprint of the plan that was shown, or None.

    Raises
    ------
    UsageError
        It is no journal.
    StoreError
    """
    name, data, subject, confirmed = _sent(said)
    noted = noted_of_file(data, name, subject)
    with snapshot(page.store):
        plan = planned(noted, whole_journal(page.store))
    is_stored = confirmed == plan.fingerprint
    if is_stored:
        write_journal(page.store, noted.entries)
    return {
        **_told(plan),
        "is_stored": is_stored,
        "has_changed": confirmed is not None and not is_stored,
        "remark": _remark(page, plan) if is_stored else None,
    }


def _told(plan: ImportPlan) -> dict[str, Any]:
    cells = list(changing(plan))
    problems = [[one.line, one.column, problem_words(one)] for one in plan.problems[:_MOST_LINES]]
    return {
        "says": f"{summary(plan)}.",
        "fingerprint": plan.fingerprint,
        "n_changing": len(cells),
        "cells": [
            [cell.line, cell.column, f"{cell_words(cell)} ({cell.day} of {cell.subject})"]
            for cell in cells[:_MOST_LINES]
        ],
        "n_left_out": len(plan.problems),
        "left_out": problems,
        "misspelt": [
            f"{name} would be a factor of your own; if {field} is meant, name the column so"
            for name, field in misspelt(dict.fromkeys(entry.kind for entry in plan.noted.entries)).items()
        ],
    }


def _remark(page: Page, plan: ImportPlan) -> str | None:
    named = {(entry.subject, entry.day) for entry in plan.noted.entries}
    n = len(named & unread_nights(page.store))
    if not n:
        return None
    nights = "1 night" if n == 1 else f"{n} nights"
    return f"What the analysis of {nights} reads is new: nightkick reanalyse takes it in."


def _sent(said: Mapping[str, Any]) -> tuple[str, bytes, str, str | None]:
    name, text, subject, confirmed = (said.get(key) for key in ("name", "base64", "subject", "confirmed"))
    if not isinstance(name, str) or not isinstance(subject, str) or not subject.strip():
        raise UsageError("a journal file needs its 'name', and a person's name as 'subject'")
    if not isinstance(text, str) or not (confirmed is None or isinstance(confirmed, str)):
        raise UsageError("a journal file needs its content as 'base64', and what is 'confirmed' as text")
    try:
        data = base64.b64decode(text, validate=True)
        subject.encode()
    except (binascii.Error, ValueError):
        raise UsageError("a journal file needs its content as 'base64'") from None
    return name, data, subject.strip(), confirmed
