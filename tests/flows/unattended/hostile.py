"""A working directory and a home whose files try to send Prefect elsewhere, and a server that hears of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def elsewhere() -> Iterator[tuple[str, list[bytes]]]:
    """Address of an API that is not ours, and what it heard."""
    heard: list[bytes] = []
    bound = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        while True:
            try:
                caller, _ = bound.accept()
            except OSError:
                return
            with caller:
                caller.settimeout(5)
                heard.append(caller.recv(65536))
                caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Type: application/json\r\n\r\ntrue")

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/api", heard
    finally:
        bound.close()


def lay_files(folder: Path, home: Path, address: str) -> tuple[Path, ...]:
    """Settings of every kind that Prefect reads. Returns what would be made if one of them had an effect."""
    trap = folder / "trap"
    database = f"sqlite+aiosqlite:///{trap}/prefect.db"
    variables = {
        "PREFECT_API_URL": address,
        "PREFECT_API_KEY": "pnu_theirs",
        "PREFECT_CLIENT_CUSTOM_HEADERS": '{"x-theirs": "1"}',
        "PREFECT_HOME": str(trap),
        "PREFECT_PROFILES_PATH": str(folder / "profiles.toml"),
        "PREFECT_SERVER_API_HOST": "0.0.0.0",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": database,
        "PREFECT_LOCAL_STORAGE_PATH": str(trap),
        "PREFECT_LOGGING_LEVEL": "DEBUG",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "true",
    }
    (folder / ".env").write_text("".join(f"{name}='{value}'\n" for name, value in variables.items()))
    toml = (
        f'home = "{trap}"\nprofiles_path = "{folder / "profiles.toml"}"\n[api]\nurl = "{address}"\nkey = "pnu_theirs"\n'
    )
    server = f'[server.database]\nconnection_url = "{database}"\n[results]\npersist_by_default = true\n'
    (folder / "prefect.toml").write_text(toml + server)
    nested = (toml + server).replace("[", "[tool.prefect.")
    (folder / "pyproject.toml").write_text(f"[tool.prefect]\n{nested}")
    lines = "".join(f"{name} = '{value}'\n" for name, value in variables.items())
    profiles = f'active = "theirs"\n[profiles.theirs]\n{lines}\n[profiles.ephemeral]\n{lines}'
    (home / ".prefect").mkdir(exist_ok=True)
    for path in (folder / "profiles.toml", home / ".prefect" / "profiles.toml"):
        path.write_text(profiles)
    # A module of this name must not be taken for the real one.
    for name in ("prefect.py", "uvicorn.py", "sitecustomize.py"):
        (folder / name).write_text(f"from pathlib import Path\nPath({str(trap)!r}).mkdir(exist_ok=True)\n")
    return (trap,)
