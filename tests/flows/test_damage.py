"""A damaged database: every command says so in one line with a way out that works, and nothing gets worse.

Bytes are flipped, overwritten and cut off at seeded places of the headers, of the blocks, of the log and of the
published copy. Whatever is asked then is answered as before, where the damage is not in what is read, or refused.
"""

from __future__ import annotations

import random
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from analytics.store import Store, initialise, publish
from analytics.store.database.failures import is_damage
from flows.terminal.exit_codes import ExitCode
from tests.analytics.store.making import EVENING, bring_in, contents, execute, stored
from tests.flows.conftest import Run, Said

DB, COPY = "my nights.duckdb", "my nights.published.duckdb"
#: Three headers of 4 kB come before the blocks.
HEADERS_BYTES = 3 * 4096
READING = (
    ["nights"], ["nights", "--flagged", "--json"], ["show", EVENING], ["show", EVENING, "--json"],
    ["report", EVENING, "-o", "r.html"], ["patterns"], ["movements", EVENING], ["backup", "b.zip"],
    ["sql", "SELECT * FROM events"],
)  # fmt: skip
LOG = """
import os, sys, duckdb
con = duckdb.connect(sys.argv[1], config={"checkpoint_threshold": "1GB"})
con.execute("INSERT INTO setting SELECT 'x' || range, 'y' FROM range(500)")
con.execute("UPDATE review_entry SET note = 'in the log'")
os._exit(0)
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database, its published copy, and another database whose log was left by a kill."""
    folder = tmp_path_factory.mktemp("whole")
    store = Store(folder / DB)
    initialise(store)
    bring_in(store, stored())
    execute(
        store,
        "INSERT INTO review_entry (subject, night_date, verdict, note, reviewer, reviewed_at)"
        f" VALUES ('anna', '{EVENING}', 'confirm', 'mine', 'dr', now())",
    )
    publish(store)
    logged = folder / "logged.duckdb"
    shutil.copy(store.path, logged)
    subprocess.run([sys.executable, "-c", LOG, logged], check=True, timeout=60)
    return folder


@pytest.fixture
def healthy(whole: Path) -> Path:
    for name in (DB, COPY):
        shutil.copy(whole / name, name)
    return Path(DB)


def damaged(content: bytes, chance: random.Random, at: int) -> bytes:
    """Something that a disk, a cable or a program may do to a file."""
    one = bytearray(content)
    match chance.choice(("bit", "bit", "zeros", "noise", "cut")):
        case "bit":
            one[at] ^= 1 << chance.randrange(8)
        case "zeros":
            one[at : at + 512] = bytes(len(one[at : at + 512]))
        case "noise":
            one[at : at + 64] = chance.randbytes(len(one[at : at + 64]))
        case "cut":
            del one[at:]
    return bytes(one)


def places(size: int, chance: random.Random, n: int) -> Iterator[int]:
    """Half of them where a file says what it is."""
    for number in range(n):
        yield chance.randrange(HEADERS_BYTES) if number % 2 else chance.randrange(min(HEADERS_BYTES, size), size)


def said_well(said: Said, path: Path | str) -> bool:
    """Whether the command was refused for the damage; it must have been done or refused, in one line."""
    if said.code == ExitCode.DONE:
        return False
    assert said.code == ExitCode.DATABASE, said
    line = said.err.splitlines()[-1]
    assert len([one for one in said.err.splitlines() if "nightkick:" in one]) == 1, said.err
    assert str(path) in line, line
    for raw in ("defect", "stack", "INTERNAL", "FATAL", "checksum", "IO Error", "invalidated", "block"):
        assert raw not in line, line
    return True


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_damage_anywhere_is_one_line_with_a_way_out_that_works(run: Run, healthy: Path, seed: int) -> None:
    chance, content = random.Random(seed), healthy.read_bytes()
    before = run("nights", "--json", "--db", DB).out
    refused = 0
    for at in places(len(content), chance, 7):
        healthy.write_bytes(damaged(content, chance, at))
        said = [run(*arguments, "--db", DB) for arguments in READING]
        doctor = run("doctor", "--db", DB)
        wrong = [one for one in said if said_well(one, healthy.absolute())]
        if wrong:
            refused += 1
            assert all("nightkick restore BACKUP --force --db " in one.err for one in wrong)
            assert (doctor.code, "BAD" in doctor.out) == (1, True), doctor.out
            command = wrong[0].err.strip().rpartition("as of the last import: ")[2].removesuffix(")")
            back = run(*shlex.split(command)[1:])
            assert back.code == 0, (command, back.err)
            for other in READING[:5]:
                assert run(*other, "--db", DB).code == 0, other
            assert run("nights", "--json", "--db", DB).out == before
            assert contents(healthy)["review_entry"]
        for left in Path().glob("*.replaced*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    assert refused > 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_damage_in_the_log_is_refused_or_leaves_what_was_before(run: Run, whole: Path, seed: int) -> None:
    chance, log = random.Random(seed), (whole / "logged.duckdb.wal").read_bytes()
    refused = 0
    for _ in range(6):
        shutil.copy(whole / "logged.duckdb", DB)
        shutil.copy(whole / COPY, COPY)
        Path(f"{DB}.wal").write_bytes(damaged(log, chance, chance.randrange(len(log))))
        said = [run(*arguments, "--db", DB) for arguments in READING[:6]]
        wrong = [one for one in said if said_well(one, Path(DB).absolute())]
        refused += bool(wrong)
        if wrong:
            assert run("doctor", "--repair", "--db", DB).code == 1
            assert run("restore", COPY, "--force", "--db", DB).code == 0
        assert run("nights", "--db", DB).code == 0
        assert not Path(f"{DB}.wal").exists() or not wrong
        for left in Path().glob("my nights.*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    assert refused


@pytest.mark.slow
def test_a_damaged_published_copy_names_the_database(run: Run, healthy: Path) -> None:
    chance, content = random.Random(1), Path(COPY).read_bytes()
    refused = 0
    for at in places(len(content), chance, 7):
        Path(COPY).write_bytes(damaged(content, chance, at))
        said = [run(*arguments, "--db", COPY) for arguments in READING[:6]]
        wrong = [one for one in said if said_well(one, Path(COPY).absolute())]
        refused += bool(wrong)
        assert all("the next import writes the published copy anew" in one.err for one in wrong)
        if wrong:
            before = contents(Path(DB))
            again = run("restore", COPY, "--force", "--db", DB)  # may be done: an index can be damaged and no row
            assert said_well(again, Path(COPY).name) or contents(Path(DB)) == before
        assert run("nights", "--db", DB).code == 0
    assert refused > 1


@pytest.mark.slow
def test_repair_writes_nothing_to_a_damaged_database(run: Run, healthy: Path) -> None:
    chance, content = random.Random(7), healthy.read_bytes()
    found = 0
    for _ in range(8):
        broken = damaged(content, chance, chance.randrange(HEADERS_BYTES, len(content)))
        healthy.write_bytes(broken)
        published = Path(COPY).read_bytes()
        said = run("doctor", "--repair", "--db", DB)
        if "damaged" in said.out:
            found += 1
            assert (said.code, "BAD" in said.out) == (1, True)
            assert healthy.read_bytes() == broken, said
            assert Path(COPY).read_bytes() == published, said
    assert found > 2


def test_a_file_that_is_no_database_is_not_offered_to_be_replaced(run: Run) -> None:
    Path("table.csv").write_text("a,b\n" * 10_000)
    said = run("nights", "--db", "table.csv")
    assert said.code == 3
    assert "name another file" in said.err


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT error('IO Error: Corrupt database file: computed checksum 1 does not match')",
        "SELECT error('got external error: IO Error: Corrupt database file')",
        "SELECT 'checksum'::INTEGER",
    ],
)
def test_a_statement_that_speaks_of_damage_is_none(run: Run, healthy: Path, statement: str) -> None:
    said = run("sql", statement, "--db", DB)
    assert said.code == ExitCode.USAGE
    assert "restore" not in said.err


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (duckdb.IOException("IO Error: Corrupt database file: computed checksum 1 does not match"), True),
        (duckdb.IOException('IO Error: Could not read enough bytes from file "x"'), True),
        (duckdb.FatalException("FATAL Error: Failed: database has been invalidated"), True),
        (duckdb.FatalException("FATAL Error: Failed to create checkpoint: No space left on device"), False),
        (duckdb.InternalException("INTERNAL Error: Attempted to access index 3"), True),
        (duckdb.IOException("IO Error: Cannot open file: No such file or directory"), False),
        (pl.exceptions.ComputeError("got external error: IO Error: Corrupt database file: checksum"), True),
        (pl.exceptions.ComputeError("a checksum"), False),
        (ValueError("IO Error: checksum"), False),
    ],
)
def test_damage_is_told_by_the_kind_of_error(error: Exception, *, expected: bool) -> None:
    assert is_damage(error) is expected
