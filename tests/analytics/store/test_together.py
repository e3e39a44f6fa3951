"""Many readers and writers at once: everybody gets a turn, and who waits in vain is told for whom."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from analytics.store import Store, query, record_attempts
from ingest.errors import DatabaseBusyError
from tests.analytics.store.conftest import Child
from tests.analytics.store.making import attempt
from tests.paths import ROOT

READ_BUSILY = """
import sys
from pathlib import Path
from analytics.store import Store, query
while True:
    query(Store(Path(sys.argv[1]), wait_s=60), "SELECT count(*) FROM range(3000000) t(i) WHERE i % 7 = 3")
    print("read", flush=True)
"""


def test_readers_without_a_pause_leave_a_writer_its_turn(filled: Store, child: Child) -> None:
    readers = [child(READ_BUSILY, filled.path) for _ in range(4)]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "read\n"
    began = time.monotonic()
    for _ in range(3):
        record_attempts(filled, [attempt()])
    assert time.monotonic() - began < 15  # without turns a single one takes longer than that
    assert all(reader.poll() is None for reader in readers)


HOLD = """
import sys
import duckdb
con = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "reading")
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("how", ["reading", "writing"])
def test_who_waits_in_vain_is_told_for_whom(filled: Store, child: Child, how: str) -> None:
    holder = child(HOLD, filled.path, how)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    with pytest.raises(DatabaseBusyError, match=rf"in use by .+ \(process {holder.pid}\) for 0\.3 s"):
        record_attempts(Store(filled.path, wait_s=0.3), [attempt()])
    if how == "reading":
        assert query(filled, "SELECT count(*) FROM imports").item() == 1


@pytest.mark.slow
def test_imports_questions_verdicts_and_exports_together() -> None:
    command = [sys.executable, "-m", "benchmarks.together", "--seconds", "4"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lock errors: 0, lost verdicts: 0" in done.stdout
