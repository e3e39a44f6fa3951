"""Whether a recording needs an import at all. Of a file that is known nothing of decoding or analysing is loaded."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from analytics.store import check_samples
from flows.importing.declared import corrects, decided, differs
from ingest.clock import microseconds
from ingest.errors import SamplesLostError

if TYPE_CHECKING:
    from analytics.store import StoredRecording
    from flows.importing.import_run import Context


def is_settled(known: StoredRecording | None, context: Context) -> bool:
    """Whether nothing is left to do for a recording: it is stored as it is wished and assigned, its samples are there.

    Importing a file again brings lost samples back.

    Raises
    ------
    UsageError
        The assignments contradict each other about it.
    """
    if known is None or corrects(context.wishes, known) or differs(decided(known, context.assignments), known):
        return False
    try:
        check_samples(context.store, known.sha256, n_samples=known.n_samples, first_us=known.first_us)
    except SamplesLostError:
        return False
    return True


def now_us() -> int:
    """UTC microseconds since 1970."""
    return microseconds(datetime.now(UTC))
