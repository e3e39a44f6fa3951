"""How much of a recording's samples could not be used, and from when on that is no footnote.

A few damaged rows change nothing in a night. Where more than `MOST_LOST_UNSAID` are lost, what a night shows is of a
part of it, and the import counts as partly failed.
"""

from __future__ import annotations

from collections.abc import Sequence

#: A twentieth of an 8 h night are 24 minutes, as long as a whole series of periodic movements. own.
MOST_LOST_UNSAID = 0.05
#: How the warning begins, so that it can be found among others and stand beside the night.
_MARK = "A PART IS MISSING: "


def share_lost(n_lost: int, n_used: int) -> float:
    """Share of what a file holds that could not be used; 0 of nothing."""
    return n_lost / (n_lost + n_used) if n_lost > 0 else 0.0


def warning_of_loss(share: float) -> tuple[str, ...]:
    """The warning of a loss, marked for `loss_among`; empty where the loss is a footnote."""
    if share <= MOST_LOST_UNSAID:
        return ()
    percent = f"{100 * share:.0f}" if share < 0.995 else "more than 99"
    return (f"{_MARK}{percent} % of its samples could not be used, so the nights show only the rest",)


def loss_among(warnings: Sequence[str]) -> str | None:
    """The marked one among the warnings of a recording, also of a stored one; None where little is lost."""
    return next((warning for warning in warnings if warning.startswith(_MARK)), None)
