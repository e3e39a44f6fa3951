"""What became of a file in words for Prefect: paths begin at the inbox, and of a file elsewhere its name is told.

Without Prefect.
"""

from __future__ import annotations

from pathlib import Path

from flows.importing.outcomes import Outcome


def line_of(outcome: Outcome, inbox: Path | None) -> str:
    """What became of a file and why, in one line.

    Parameters
    ----------
    outcome : Outcome
    inbox : Path or None
        As for `RunLog`.
    """
    return f"{name_of(outcome.path, inbox)}: {outcome.status}{_why(outcome, inbox)}"


def reason_of(outcome: Outcome, inbox: Path | None) -> str:
    """Why a file could not be used, without its name; what is to be known of one that was.

    Parameters
    ----------
    outcome : Outcome
    inbox : Path or None
        As for `RunLog`.
    """
    if outcome.error is not None:
        return below(outcome.error.removeprefix(f"{outcome.path}: "), inbox)
    changed = [f"changed: {change}" for change in outcome.changes]
    return below("; ".join([*_nights(outcome), *changed, *outcome.warnings]), inbox)


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


def _nights(outcome: Outcome) -> list[str]:
    if outcome.status != "imported":
        return []
    if not outcome.nights:
        return ["no night with movement beside it yet"]
    first, last = outcome.nights[0], outcome.nights[-1]
    return [f"night {first}" if first == last else f"{len(outcome.nights)} nights, {first} to {last}"]
