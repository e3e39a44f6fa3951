"""Real TLS proxies, run with the lines that docs/phone.md gives; only ports and files are others."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import pytest

from tests.paths import ROOT

#: What docs/phone.md calls the page.
NAME = "nights.example.home"
_PAGE_PORT = "127.0.0.1:4711"


def lines_of(first: str) -> str:
    """The block of docs/phone.md that begins with some words."""
    text = (ROOT / "docs" / "phone.md").read_text(encoding="utf-8")
    blocks = (dedent(found).strip() for found in re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, re.MULTILINE))
    (block,) = (block for block in blocks if block.startswith(first))
    return block


def _put(lines: str, was: str, now: str) -> str:
    """The lines with one thing replaced, which must be there."""
    assert was in lines, was
    return lines.replace(was, now)


def _caddy(folder: Path, port: int, page_port: int) -> list[str]:
    lines = _put(lines_of(NAME), _PAGE_PORT, f"127.0.0.1:{page_port}")
    lines = _put(lines, f"{NAME} {{", f"{NAME}:{port} {{\n    bind 127.0.0.1")
    ours = f"admin off\nskip_install_trust\nauto_https disable_redirects\nstorage file_system {folder / 'kept'}\n"
    (folder / "Caddyfile").write_text(f"{{\n{ours}}}\n{lines}")
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def _nginx(folder: Path, port: int, page_port: int) -> list[str]:
    key, certificate = folder / "nights.key", folder / "nights.pem"
    made: list[str | Path] = [
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        f"/CN={NAME}",
        "-keyout",
        key,
        "-out",
        certificate,
    ]
    subprocess.run(["openssl", "req", "-x509", *made], check=True, capture_output=True, timeout=60)
    lines = _put(lines_of("server {"), _PAGE_PORT, f"127.0.0.1:{page_port}")
    lines = _put(lines, "listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    lines = _put(lines, "/etc/ssl/nights.pem", str(certificate))
    lines = _put(lines, "/etc/ssl/nights.key", str(key))
    kept = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    ours = "".join(f"{name}_temp_path {folder / name};\n" for name in kept)
    # One process of ours, which writes where we may.
    (folder / "nginx.conf").write_text(
        f"daemon off;\nmaster_process off;\npid {folder / 'pid'};\nerror_log {folder / 'error.log'};\nevents {{}}\n"
        f"http {{\naccess_log off;\ngzip on;\n{ours}{lines}}}\n"
    )
    return ["nginx", "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]


_PROXIES: dict[str, tuple[tuple[str, ...], Callable[[Path, int, int], list[str]]]] = {
    "caddy": (("caddy",), _caddy),
    "nginx": (("nginx", "openssl"), _nginx),
}
KINDS = tuple(_PROXIES)


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def skip_without(kind: str) -> None:
    """Skip a test where the proxy is not installed."""
    missing = [name for name in _PROXIES[kind][0] if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


@contextmanager
def proxying(kind: str, folder: Path, port: int, page_port: int) -> Iterator[None]:
    """A proxy at a port of this machine, before the page at another, until the block ends."""
    command = _PROXIES[kind][1](folder, port, page_port)
    with (folder / "said").open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
        try:
            _wait_for(process, port, folder / "said")
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_for(process: subprocess.Popen[bytes], port: int, said: Path) -> None:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    for _ in range(300):
        assert process.poll() is None, said.read_text()
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
                trusting.wrap_socket(line, server_hostname=NAME).close()
                return
        except OSError:  # it does not listen yet, or has no certificate yet
            time.sleep(0.1)
    raise AssertionError(said.read_text())
