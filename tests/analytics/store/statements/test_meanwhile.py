"""A person's statement beside other processes, and where it needs more memory than it may take."""

from __future__ import annotations

import pytest

from analytics.store import Store
from analytics.store.statements.asked import ask
from ingest.errors import QueryRefusedError
from tests.analytics.store.conftest import Child


def test_a_query_that_needs_too_much_memory_is_ended_and_leaves_no_file(filled: Store) -> None:
    with pytest.raises(QueryRefusedError, match="more memory"):
        ask(filled, "SELECT list(range::VARCHAR || 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx') FROM range(50000000)")
    assert [*filled.path.parent.iterdir()] == [filled.path]


TAKE_MUCH = """
import os, sys, time
from pathlib import Path
from analytics.store.statements.asked import ask
from analytics.store.database.connection import Store
from analytics.store.statements.limits import limited_memory

def end(refusal):
    print(refusal.what, flush=True)
    os._exit(2)

with limited_memory(end, most_bytes=400 << 20):
    ask(Store(Path(sys.argv[1])), sys.argv[2])
"""


@pytest.mark.slow
@pytest.mark.first_case
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT length(lpad('a', 2000000000, 'b'))",  # DuckDB does not count it, and does not let itself be interrupted
        "SELECT repeat('x', 100000) FROM range(4000000)",
    ],
)
def test_memory_that_duckdb_does_not_count_is_limited_too(filled: Store, child: Child, sql: str) -> None:
    process = child(TAKE_MUCH, filled.path, sql)
    said, complaints = process.communicate(timeout=60)
    assert "needs more memory than a query may take" in said + complaints
    assert process.returncode in (1, 2)


WRITE_BUSILY = """
import sys
from pathlib import Path
from analytics.store import Store, record_attempts
from tests.analytics.store.making import attempt
print("ready", flush=True)
for _ in range(20):
    record_attempts(Store(Path(sys.argv[1])), [attempt()])
"""


def test_queries_are_answered_while_another_process_writes(filled: Store, child: Child) -> None:
    writer = child(WRITE_BUSILY, filled.path)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    counts = [ask(filled, "SELECT count(*) FROM imports").rows[0][0] for _ in range(10)]
    assert counts == sorted(counts)
    assert writer.wait(timeout=60) == 0
    assert ask(filled, "SELECT count(*) FROM imports").rows[0][0] == 21
