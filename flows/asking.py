"""``nightkick sql``: one statement that reads. The store refuses everything else; this only shapes the rows."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from analytics.outputs import PARQUET, write_whole
from analytics.store import query
from flows.database import store_for
from flows.exits import answer
from flows.output import Shape, csv_text, json_document
from flows.terminal import emit, emit_table, say
from ingest.errors import QueryRefusedError


def sql_command(statement: str, *, database: Path | None, shape: Shape, parquet: Path | None) -> None:
    """Run the statement and print its rows, or write them to ``parquet``."""
    frame = query(store_for(database), statement, on_deaf=_end)
    if parquet is not None:
        write_whole(parquet, frame.write_parquet, kind=PARQUET)
        say(f"wrote {frame.height} rows to {parquet}")
        return
    rows = frame.to_dicts()
    if shape == "json":
        emit(json_document(columns=frame.columns, rows=rows))
    elif shape == "csv":
        emit(csv_text(frame.columns, rows))
    elif frame.columns:
        emit_table(frame.columns, rows)


def _end(refusal: QueryRefusedError) -> None:
    """End this process at once: the statement does not stop, and it can have changed nothing."""
    code = answer(refusal)
    sys.stderr.flush()
    os._exit(code)
