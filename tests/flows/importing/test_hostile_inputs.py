"""Inputs that would never end: the real program says a line about each, within seconds."""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.importing import outcomes
from flows.importing.inputs import find_inputs
from ingest import input_file
from ingest.archives.companion_files import companions_of
from ingest.errors import EmptyFileError, UnreadableFileError
from ingest.fingerprint import sha256_of
from tests.flows.conftest import Run
from tests.paths import ROOT

#: The program starts in a second, or in ten where others keep the machine busy. To read 50 GB takes minutes.
SECONDS = 40
HUGE = 50 << 30
#: What files that hold nothing may begin like.
HEADS = {
    "zeros.bin": b"",
    "zeros.cwa": b"MD\xfc\x03",
    "zeros.fit": b"\x0e\x10\xd9\x07\xff\xff\xff\x0f.FIT\0\0",
    "zeros.parquet": b"PAR1",
    "zeros.gz": gzip.compress(b"time,x,y,z\n"),
    "zeros.zip": b"PK\x03\x04",
    "zeros.gt3x": b"PK\x03\x04\x14\0\0\0\0\0" + bytes(16) + b"\x07\0\0\0log.bin",
    "zeros.csv": b"time,x,y,z\n2026-01-01 00:00:00,0,0,1\n",
    "utf16.csv": b"\xff\xfe" + "time,x,y,z\n".encode("utf-16-le"),
}
KERNEL = (
    "/proc/kmsg",
    "/proc/self/mem",
    "/proc/self/environ",
    "/proc/sys/kernel/hostname",
    "/sys/kernel/uevent_seqnum",
)
DEVICES = ("/dev/zero", "/dev/random", "/dev/tty", "/dev/full")


def program(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows", *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=SECONDS, check=False)


def imported(*arguments: object) -> list[str]:
    done = program("import", *arguments, "--tz", "UTC", "--db", "db/n.duckdb")
    assert done.returncode == 1, done.stderr
    return [line for line in done.stderr.splitlines() if not line.startswith("a new database was made")]


@pytest.fixture
def hollow() -> Iterator[Path]:
    """A folder of files of 50 GB each that take no room on the disk."""
    folder = Path("hollow")
    folder.mkdir()
    for name, head in HEADS.items():
        with (folder / name).open("wb") as file:
            file.write(head)
            try:
                file.truncate(HUGE)
            except OSError:
                pytest.skip("this file system has no files with holes")
    yield folder
    shutil.rmtree(folder)


def test_50_gb_of_zeros_under_any_name_end_in_seconds_with_a_line_each(hollow: Path) -> None:
    *lines, summary = imported(hollow)
    assert lines == [
        f"nightkick: hollow/{name}: nearly all of its 53.7 GB are zeros, which no recording is (copy it again)"
        for name in sorted(HEADS)
    ]
    assert summary.startswith("0 imported, 0 known")
    one = program("inspect", hollow / "zeros.csv")
    assert (one.returncode, one.stderr) == (1, lines[sorted(HEADS).index("zeros.csv")] + "\n")


def test_a_large_file_that_no_reader_claims_is_not_hashed_first(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.importing.pipeline.LARGE_BYTES", 1000)
    monkeypatch.setattr("ingest.reading.LARGE_BYTES", 1000)
    monkeypatch.setattr("flows.importing.pipeline.sha256_of_all", lambda *_: pytest.fail("hashed"))
    Path("film.bin").write_bytes(b"\x01\x02\x03\xff" * 1000)
    said = run("import", "film.bin", "--db", "n.duckdb", "--tz", "UTC")
    assert "film.bin: no kind of recording that is known" in said.err


def test_a_large_file_with_data_in_some_places_is_not_called_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_file, "LARGE_BYTES", 1 << 20)
    path = Path("night.cwa")
    path.write_bytes(b"x" * (1 << 20) + bytes(3 << 20))
    input_file.check_filled(path)
    path.write_bytes(b"x" * 5000 + bytes(4 << 20))
    with pytest.raises(EmptyFileError, match="zeros"):
        sha256_of(path)


@pytest.mark.slow
def test_gzip_of_zeros_without_end_is_left_soon() -> None:
    zeros = gzip.compress(bytes(1 << 26))  # 64 MB in 64 kB; hundreds of them unpack to as many GB as one likes
    for name, head in (("z.bin.gz", b""), ("z.csv.gz", HEADS["zeros.csv"] + b"2026-01-01 00:00:01,0,0,1\n")):
        Path(name).write_bytes((gzip.compress(head) if head else b"") + 400 * zeros)
    *lines, _ = imported("z.bin.gz", "z.csv.gz")
    assert len(lines) == 2
    assert all("no recording's do" in line for line in lines), lines


def links() -> list[str]:
    """A folder of links to all that never ends or waits for ever; the names in it."""
    folder = Path("in")
    folder.mkdir()
    for number, target in enumerate((*KERNEL, *DEVICES)):
        if Path(target).exists():
            (folder / f"{number}.csv").symlink_to(target)
    os.mkfifo(folder / "pipe.cwa")
    (folder / "link-to-pipe.cwa").symlink_to("pipe.cwa")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(folder / "socket.cwa"))
    found = sorted(path.name for path in folder.iterdir())
    (folder / "kernel").symlink_to("/proc")
    (folder / "system").symlink_to("/sys")
    return found


def test_links_to_files_that_never_end_get_a_line_each_where_they_are_named_and_one_in_a_folder() -> None:
    names = links()
    lines = imported("in")[:-1]
    (line,) = (one for one in lines if "links lead out of the imported folder and were not followed" in one)
    others = [one for one in lines if one != line]
    assert sorted(other.split(": ")[1] for other in others) == ["in/link-to-pipe.cwa", "in/socket.cwa"]
    *lines, _ = imported(*(f"in/{name}" for name in names))
    said = [line.split(": ")[1] for line in lines]
    assert sorted(said) == sorted(f"in/{name}" for name in names if name != "pipe.cwa")  # one pipe by two names
    for name in ("0.csv", "pipe.cwa"):
        done = program("inspect", f"in/{name}")
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(not Path("/proc/self/mountinfo").exists(), reason="no such file system")
def test_a_folder_of_the_kernel_is_refused_in_a_line() -> None:
    (problem,) = find_inputs([Path("/proc/self")]).problems
    assert problem.line() == "/proc/self: the system makes this folder up: no recording is in it"


@pytest.mark.parametrize(
    "opened", [input_file.open_plain, sha256_of, input_file.stamp_of], ids=lambda opened: opened.__name__
)
def test_a_file_of_the_kernel_is_no_plain_file_though_it_says_so(opened: Callable[[Path], object]) -> None:
    if not Path("/proc/self/status").is_file():
        pytest.skip("no such file system")
    with pytest.raises(UnreadableFileError, match="the system makes up"):
        opened(Path("/proc/self/status"))


def test_what_belongs_to_a_recording_may_be_a_pipe_without_harm() -> None:
    folder = Path("phone/meta")
    folder.mkdir(parents=True)
    rows = "".join(f"{number / 100},0.1,0.2,9.8\n" for number in range(500))
    main = Path("phone/Raw Data.csv")
    main.write_text("Time (s),Acceleration x (m/s^2),Acceleration y (m/s^2),Acceleration z (m/s^2)\n" + rows)
    os.mkfifo(folder / "time.csv")
    (folder / "device.csv").symlink_to("/proc/kmsg")
    assert companions_of(main) == ()
    assert "its times count from a start" in program("inspect", main).stderr


def zipped(name: str, n: int, member: str, body: bytes) -> Path:
    path = Path(name)
    with zipfile.ZipFile(path, "w") as packed:
        for number in range(n):
            packed.writestr(zipfile.ZipInfo(member.format(number)), body)
    return path


def test_a_zip_of_100_000_members_is_refused_at_once() -> None:
    path = Path("many.zip")
    names, local, listed = [b"%06d.csv" % number for number in range(100_000)], 40, bytearray()
    for number, name in enumerate(names):
        listed += struct.pack("<4s6H3I5H2I", b"PK\1\2", *(0,) * 9, len(name), *(0,) * 5, number * local) + name
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(listed), 100_000 * local, 0)
    headers = b"".join(struct.pack("<4s5H3I2H", b"PK\3\4", *(0,) * 8, len(name), 0) + name for name in names)
    path.write_bytes(headers + listed + end)
    line, _ = imported(path)
    assert line == (
        "nightkick: many.zip: unpacking stopped: it holds more than 65,535 files"
        " (unpack it yourself if you trust it, and import what is inside)"
    )


def test_an_archive_is_left_when_one_file_after_the_other_is_no_recording(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "MOST_IN_VAIN", 20)
    for name, body in (("text", b"hello"), ("damaged", b"MD" + bytes(1022))):
        path = zipped(f"{name}.zip", 50, "{}.cwa", body)
        said = run("import", path, "--db", "n.duckdb", "--tz", "UTC")
        assert said.code == 1
        assert "20 files one after the other are no recordings, so the rest was not looked at" in said.err
        assert "20 files in it cannot be used" in said.err
        assert run("inspect", path).code == 1
