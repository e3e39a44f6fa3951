"""The folder that ``-o`` names: one line about it where it cannot be made or written, from all commands with one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import UsageError


@contextmanager
def about_folder(out: Path) -> Iterator[None]:
    """Inside, what keeps ``out`` from being made or written becomes one line about it; other refusals stay.

    Raises
    ------
    UsageError
        It names ``out``, the reason of the system, and ``-o``.
    """
    from analytics.files.outputs import ANOTHER_FOLDER, ELSEWHERE, in_one_line  # late, for it loads polars

    try:
        with in_one_line(out):
            yield
    except UsageError as error:
        if error.hint != ELSEWHERE:
            raise
        raise UsageError(error.what, path=out, hint=ANOTHER_FOLDER) from error
