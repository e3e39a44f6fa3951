"""Which Prefect server is used, whatever lies in the working directory, and what one that is not ours is told."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from flows.settings.unattended import PrefectSettings
from flows.unattended.withholding import WithheldError, host_of, is_here, meant, with_words_withheld, words_given_back
from ingest.errors import UsageError
from tests.flows.conftest import Run
from tests.flows.making import tiny
from tests.flows.unattended.hostile import elsewhere, lay_files
from tests.flows.unattended.serving import environment, home_of, served

#: Starts a Prefect server as others run one: without any of our checks, and with records in PREFECT_HOME.
THEIRS = """
import sys
import uvicorn
uvicorn.run("prefect.server.api.server:create_app", factory=True, port=int(sys.argv[1]), log_level="critical")
"""


def nightkick(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "flows", *map(str, arguments)],
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.prefect
def test_no_file_of_the_working_directory_or_the_home_has_a_say(
    home: Path, with_records: Callable[[Path], None]
) -> None:
    ours = home / ".local" / "state" / "nightkick" / "prefect"
    with_records(ours)
    tiny(Path("in/a.csv"))
    with elsewhere() as (address, heard):
        (trap,) = lay_files(Path.cwd(), home, address)
        done = nightkick("import", "in", "--flow", "--tz", "UTC", "--db", "n.duckdb", PREFECT_PROFILE="theirs")
    assert heard == []
    assert not trap.exists()
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[0] == "starting Prefect (8-17 s)"
    assert "Prefect's server is" not in done.stderr
    with closing(sqlite3.connect(ours / "prefect.db")) as records:
        assert records.execute("SELECT count(*) FROM flow_run").fetchone() == (1,)


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory, empty_records: Path) -> Iterator[tuple[str, Path]]:
    """A Prefect server of others under a name that means this machine and does not look like it, and its records."""
    folder = tmp_path_factory.mktemp("theirs")
    shutil.copyfile(empty_records, folder / "prefect.db")
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
    more = {
        "PREFECT_HOME": str(folder),
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    }
    process = subprocess.Popen([sys.executable, "-c", THEIRS, str(port)], env=environment(**more), cwd=folder)
    try:
        give_up_at = time.monotonic() + 200
        while time.monotonic() < give_up_at:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.3)
        yield f"http://127.1:{port}/api", folder
    finally:
        process.kill()
        process.wait()


def words_kept(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("prefect.db*")))


@pytest.mark.slow
@pytest.mark.prefect
def test_a_server_off_this_machine_is_told_counts_only(theirs: tuple[str, Path], home: Path) -> None:
    address, folder = theirs
    tiny(Path("secretfolder/anna_smith.csv"))
    Path("secretfolder/ben_jones.cwa").touch()
    arguments = ("import", "secretfolder", "--flow", "--subject", "annasubject", "--tz", "Asia/Tokyo")
    done = nightkick(*arguments, "--db", "secretbase.duckdb", PREFECT_API_URL=address)
    assert done.returncode == 1, done.stderr
    assert "named by the variable PREFECT_API_URL; it is told counts only" in done.stderr
    assert "imported secretfolder/anna_smith.csv: night" in done.stderr
    kept = words_kept(folder)
    assert b"1 file" in kept
    assert b"1 imported, 0 known, 0 refused, 0 failed" in kept
    assert b"0 imported, 0 known, 1 refused, 0 failed" in kept
    names = (b"secretfolder", b"anna", b"ben_jones", b"secretbase", b"Tokyo", b"2026-03-0", str(home).encode())
    assert [name for name in names if name in kept] == []

    Path("secretbase.duckdb").write_bytes(b"anna_smith is no database" * 100)
    broken = nightkick(*arguments, "--db", "secretbase.duckdb", PREFECT_API_URL=address)
    assert broken.returncode == 3, broken.stderr
    assert "secretbase" in broken.stderr
    assert [name for name in names if name in words_kept(folder)] == []


@pytest.mark.slow
@pytest.mark.prefect
@pytest.mark.timeout(600)
def test_a_schedule_at_a_server_off_this_machine_tells_counts_only(theirs: tuple[str, Path], home: Path) -> None:
    address, folder = theirs
    tiny(Path("secretfolder/anna_smith.csv"))
    (Path("secretfolder") / "ben_jones.cwa").touch()
    for path in Path("secretfolder").iterdir():
        os.utime(path, (1_800_000_000, 1_700_000_000))
    Path("nightkick.toml").write_text(f'subject = "annasubject"\n[prefect]\napi_url = "{address}"\n', encoding="utf-8")
    (home_of("secretbase.duckdb")).mkdir(parents=True)
    arguments = ("--inbox", "secretfolder", "--at", "09:00", "--tz", "Asia/Tokyo", "--db", "secretbase.duckdb")
    with served(home, *arguments) as schedule:
        assert "named by the setting prefect.api_url; it is told counts only" in schedule.said()
        (deployment,) = schedule.call("POST", "/deployments/filter", {})
        run = schedule.call("POST", f"/deployments/{deployment['id']}/create_flow_run", {})["id"]
        schedule.wait_for(lambda: schedule.call("GET", f"/flow_runs/{run}")["state"]["type"] in ("COMPLETED", "FAILED"))
        state = schedule.call("GET", f"/flow_runs/{run}")["state"]
        assert (state["type"], state["message"]) == ("COMPLETED", "1 imported, 0 known, 1 refused")
        (page,) = schedule.call("POST", "/artifacts/filter", {})
        assert page["data"] == "1 imported, 0 known, 1 refused"
    names = (b"secretfolder", b"anna", b"ben_jones", b"secretbase", b"2026-03-0", str(home).encode())
    assert [name for name in names if name in words_kept(folder)] == []


@pytest.mark.parametrize(
    "address",
    [
        "http://127.1:4200/api",
        "http://127.0.0.1.evil.example/api",
        "http://127.0.0.1@evil.example/api",
        "http://localhost.evil.example/api",
        "http://evil.example/?http://127.0.0.1",
        "http://0.0.0.0:4200/api",
        "http://[::1",
        "",
    ],
)
def test_what_is_not_for_certain_this_machine_is_off_it(address: str) -> None:
    assert not is_here(address)


@pytest.mark.parametrize("address", ["http://127.0.0.1:4200/api", "http://LOCALHOST/api", "https://[::1]:4200/api"])
def test_what_is_for_certain_this_machine_is_here(address: str) -> None:
    assert is_here(address)


def test_of_an_address_scheme_and_host_are_said() -> None:
    assert host_of("https://anna:pass@example.org:8443/hook/secret?token=x#y") == "https://example.org:8443"
    assert host_of("http://[::1]:80/x") == "http://[::1]:80"
    assert "secret" not in host_of("http://[secret") + host_of("secret") + host_of("http://h:secret/")


def test_words_are_withheld_and_given_back() -> None:
    def fails() -> None:
        raise UsageError("anna", path="secret.csv")

    with pytest.raises(UsageError, match="anna"), words_given_back():
        with_words_withheld(fails)
    with pytest.raises(WithheldError) as caught:
        with_words_withheld(fails)
    assert str(caught.value) == "UsageError: the reason is not told to this server"
    assert (caught.value.__context__, caught.value.__cause__) == (None, None)
    assert isinstance(meant(caught.value), UsageError)


def test_a_server_is_named_by_a_web_address(run: Run) -> None:
    Path("nightkick.toml").write_text('[prefect]\napi_url = "example.org"\n', encoding="utf-8")
    said = run("config", "validate")
    assert (said.code, "prefect.api_url" in said.err) == (2, True), said.err
    assert json.loads(PrefectSettings().model_dump_json()) == {"api_url": None, "tell_names": False}
