"""A Prefect server of our own for as long as runs need one, on the loopback interface only.

A child process. It is told of its parent's end by a pipe, however that ended: a server left behind by a killed parent
would go on creating runs. It lives in a session of its own, because Ctrl-C goes to every process of a terminal and the
last states still have to be told to it.

Who may create a run here runs commands as the user, so the server answers nothing but static files without a secret
that is new at each start (`flows.unattended.server_guard`). It travels in the environment, which only the same user can
read, and lies in a file of the same user for who wants to see Prefect's pages.
"""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from flows.settings.settings import Settings, load
from flows.terminal.talk import complain, say, say_on_terminal
from flows.unattended.prefect_files import hear_the_environment_alone
from flows.unattended.prefect_home import cannot_be_kept, secret_file
from flows.unattended.server_guard import NAMES, App, Receive, Scope, Send, guarded, origins
from flows.unattended.withholding import host_of, is_here
from ingest.errors import NightkickError
from ingest.workspace import OTHERS

#: Prefect's usual port; another one is taken where it is in use.
PORT = 4200
START_S, STOP_S, REACH_S = 180.0, 2.0, 5.0
#: Prefect's own sign of a server that schedules nothing and has no pages; it is there while ours is such a one.
SHORT_LIVED = "PREFECT__SERVER_EPHEMERAL"
#: The interface of the server that this process has started.
_ours: str | None = None
#: Settings that would have our server answer elsewhere than we ask, or ask for more than it is given.
_ELSEWHERE = (
    "PREFECT_SERVER_API_BASE_PATH",
    "PREFECT_SERVER_UI_SERVE_BASE",
    "PREFECT_UI_SERVE_BASE",
    "PREFECT_API_KEY",
    "PREFECT_CLIENT_CUSTOM_HEADERS",
)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers, at an address to be told to people.

    ``process`` is None for one that others run, ``secret`` for one without pages: the file with their password.
    """

    address: str
    process: subprocess.Popen[bytes] | None
    secret: Path | None = None

    @property
    def has_ended(self) -> bool:
        """Whether the server will certainly not answer any more."""
        return self.process is not None and self.process.poll() is not None

    @property
    def way_in(self) -> str:
        """How a person gets to see its pages, as the end of a line."""
        return f" (the password is in {self.secret})" if self.secret else ""

    def show_secret(self) -> None:
        """Show the password where a person looks, and never where a journal or a file takes it down."""
        if self.secret is not None:
            say_on_terminal(f"password of these pages: {self.secret.read_text(encoding='ascii').strip()}")


@contextmanager
def prefect_server(settings: Settings | None = None, *, is_short: bool = False) -> Iterator[Server]:
    """The server that ``PREFECT_API_URL`` or the settings name, or one of our own, which that variable names inside.

    Parameters
    ----------
    is_short : bool
        Ours need not schedule anything, nor have pages.

    Raises
    ------
    NightkickError
        Ours does not start, or cannot go on with its records.
    UsageError
        The one that is named is not there, or refuses us.
    """
    settings = settings or load()
    variable = _in_environment("PREFECT_API_URL")
    if named := variable or settings.prefect.api_url:
        is_told = is_here(named) or settings.prefect.tell_names
        if named != _ours:
            whose = "the variable PREFECT_API_URL" if variable else "the setting prefect.api_url"
            limit = "" if is_told else "; it is told counts only"
            say(f"Prefect's server is {host_of(named)}, named by {whose}{limit}")
        with _variables({"PREFECT_API_URL": named, **({} if is_told else {"PREFECT_LOGGING_TO_API_ENABLED": "false"})}):
            hear_the_environment_alone(_home())
            if named != _ours:
                from flows.unattended.prefect_refusals import ask_server

                ask_server(named)
            yield Server(host_of(named), None)
    else:
        with _own_server(is_short=is_short) as server:
            yield server


@contextmanager
def _own_server(*, is_short: bool) -> Iterator[Server]:
    global _ours
    if (error := cannot_be_kept(_home())) is not None:
        raise error
    secret = f"nightkick:{secrets.token_urlsafe(32)}"
    with contextlib.closing(_listening()) as listener:
        _can_be_reached(listener)
        port = listener.getsockname()[1]
        with _variables(_for_client_and_server(secret, port, is_short=is_short)):
            process = _started(listener.fileno())
            listener.close()
            try:
                server = Server(f"http://{NAMES[0]}:{port}", process)
                _ours = f"{server.address}/api"
                hear_the_environment_alone(_home())  # while the server starts
                _wait_for(server, secret)
                with contextlib.nullcontext() if is_short else secret_file(_home(), secret) as file:
                    yield replace(server, secret=file)
            finally:
                _ours = None
                _send_log()
                _stop(process)


def _send_log() -> None:
    """What Prefect holds back of its log goes while the server listens; after that it would fail on stderr."""
    if (handlers := sys.modules.get("prefect.logging.handlers")) is not None:
        handlers.APILogHandler().flush()


def _home() -> Path:
    return Path(os.environ["PREFECT_HOME"])


def _for_client_and_server(secret: str, port: int, *, is_short: bool) -> Mapping[str, str | None]:
    """Variables that let our processes and the server know each other, and no others."""
    address = f"http://{NAMES[0]}:{port}"
    others = _in_environment("NO_PROXY")
    no_proxy = others if others == "*" else ",".join(filter(None, (*NAMES, others)))
    return {
        **dict.fromkeys(_ELSEWHERE),
        "PREFECT_API_URL": f"{address}/api",
        "PREFECT_UI_API_URL": f"{address}/api",
        "PREFECT_SERVER_UI_API_URL": f"{address}/api",
        "PREFECT_API_AUTH_STRING": secret,
        "PREFECT_SERVER_API_AUTH_STRING": secret,
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": ",".join(origins(port)),
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": ",".join(origins(port)),
        "NO_PROXY": no_proxy,  # what we ask our own server is for no proxy to see
        **({SHORT_LIVED: "1", "PREFECT_SERVER_UI_ENABLED": "false", "PREFECT_UI_ENABLED": "false"} if is_short else {}),
    }


def _started(handle: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", __name__, str(handle)],  # -P: no module of the working directory
        env={**os.environ, "PYTHONPATH": os.pathsep.join(_python_path())},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        pass_fds=[handle],
        start_new_session=True,
        umask=OTHERS,
    )


def _python_path() -> list[str]:
    """Where our own modules are, also where they are not installed; last, for it holds many others too."""
    given = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    return [*given, str(Path(__file__).resolve().parents[2])]


def _in_environment(name: str) -> str | None:
    """The value of a variable, however it is spelt: Prefect does not mind."""
    return next((value for key, value in os.environ.items() if key.upper() == name and value), None)


@contextmanager
def _variables(wanted: Mapping[str, str | None]) -> Iterator[None]:
    """Have variables in the environment, in this spelling alone; None: have none of that name."""
    before = {key: value for key, value in os.environ.items() if key.upper() in wanted}
    for key in before:
        del os.environ[key]
    os.environ.update({key: value for key, value in wanted.items() if value is not None})
    try:
        yield
    finally:
        for key in wanted:
            os.environ.pop(key, None)
        os.environ.update(before)


def _listening() -> socket.socket:
    """Bound here and handed on, so that no other program takes the port in between."""
    try:
        return socket.create_server(("127.0.0.1", PORT))
    except OSError:
        return socket.create_server(("127.0.0.1", 0))


def _can_be_reached(listener: socket.socket) -> None:
    """Have no one wait minutes for a server in a container or namespace whose loopback interface is down."""
    host, port = listener.getsockname()
    try:
        socket.create_connection((host, port), timeout=REACH_S).close()
    except OSError as error:
        raise NightkickError(
            f"programs of this machine cannot reach each other at {host}: {error.strerror or error}",
            hint="bring the loopback interface up (ip link set lo up), or import without --flow, which needs no server",
        ) from None


def _wait_for(server: Server, secret: str) -> None:
    give_up_at = time.monotonic() + START_S
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.addheaders = [("Authorization", f"Basic {base64.b64encode(secret.encode()).decode()}")]
    while time.monotonic() < give_up_at and not server.has_ended:
        with contextlib.suppress(OSError), opener.open(f"{server.address}/api/health", timeout=2):
            return
        time.sleep(0.2)
    raise NightkickError("Prefect's server does not start", hint="see nightkick doctor")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _app(port: int) -> App:
    from prefect.server.api.server import create_app

    app: App = create_app()
    return guarded(app, os.environ["PREFECT_SERVER_API_AUTH_STRING"], port)


def told_why(app: App) -> App:
    """Say in one line why the app cannot begin or end its work; all else of it stays as it is."""

    async def telling(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except Exception as error:
            if scope["type"] == "lifespan":
                says = str(error).partition("\n")[0]
                complain(f"Prefect's server: {type(error).__name__}: {says}")
            raise

    return telling


def _serve(handle: int) -> None:
    """The child: serve until the pipe on standard input is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a service manager sends it to every process of a service
    hear_the_environment_alone(_home())
    import uvicorn

    class UntilParentEnds(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            """Leave at once when told to; of Ctrl-C the parent hears, and needs us until its runs have ended."""
            if sig != signal.SIGINT:
                end()

    def end() -> None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())  # what is cut off is no fault
        server.should_exit = True

    bound = socket.socket(fileno=handle)
    app = told_why(_app(bound.getsockname()[1]))
    config = uvicorn.Config(app, log_level="critical", lifespan="on", timeout_graceful_shutdown=2)
    server = UntilParentEnds(config)

    def end_with_parent() -> None:
        os.read(sys.stdin.fileno(), 1)  # not its buffer: a thread that waits in it lets Python end with a fatal error
        end()
        time.sleep(STOP_S)
        os._exit(0)  # a request that never ends must not keep it

    threading.Thread(target=end_with_parent, daemon=True).start()
    server.run([bound])


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
