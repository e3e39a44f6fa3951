"""How much of a recording's samples could not be used, and from when on that is no footnote.

A few damaged rows change nothing in a night. Where more than `MOST_LOST_UNSAID` are lost, what a night shows is of a
part of it, and the import counts as partly failed. A file that ends too early is told beside its nights however much
of it is missing: that is not known.
"""

from __future__ import annotations

from collections.abc import Sequence

#: A twentieth of an 8 h night are 24 minutes, as long as a whole series of periodic movements. own.
MOST_LOST_UNSAID = 0.05
#: How the warning begins, so that it can be found among others and stand beside the night.
_MARK = "A PART IS MISSING: "
#: Of a file whose end was never copied, whichever piece it ends in.
ENDS_INSIDE, IS_CUT_SHORT, NOT_FINISHED = "ends inside a", "is cut short", "the copy was probably not finished"
#: Of a file that was read up to where it ends too early, or is damaged.
CUT_SHORT = f"the compressed file {IS_CUT_SHORT}: everything up to there was read"
DAMAGED_INSIDE = "the compressed file is damaged: everything before the damage was read"
BREAKS_OFF = "the file breaks off: everything up to there was read"
#: Of a part of a file that cannot be decoded: with it ends what is said of where reading stopped.
REST_IS_LOST = "What follows it is lost."


def share_lost(n_lost: int, n_used: int) -> float:
    """Share of what a file holds that could not be used; 0 of nothing."""
    return n_lost / (n_lost + n_used) if n_lost > 0 else 0.0


def warning_of_loss(share: float) -> tuple[str, ...]:
    """The warning of a loss, marked for `loss_among`; empty where the loss is a footnote."""
    if share <= MOST_LOST_UNSAID:
        return ()
    percent = f"{100 * share:.0f}" if share < 0.995 else "more than 99"
    return (f"{_MARK}{percent} % of its samples could not be used, so the nights show only the rest",)


def damage_among(warnings: Sequence[str]) -> tuple[str, ...]:
    """What among the warnings of a recording says that its file is damaged, and which part is missing; loss first."""
    told = (_MARK, DAMAGED_INSIDE, BREAKS_OFF, ENDS_INSIDE, IS_CUT_SHORT, NOT_FINISHED, REST_IS_LOST)
    found = [warning for warning in warnings if any(words in warning for words in told)]
    return tuple(sorted(found, key=lambda warning: not warning.startswith(_MARK)))


def loss_among(warnings: Sequence[str]) -> str | None:
    """The marked one among the warnings of a recording, also of a stored one; None where little is lost."""
    return next((warning for warning in warnings if warning.startswith(_MARK)), None)
