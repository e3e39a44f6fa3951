"""A Prefect server that refuses us, is not there, or is none: one line, whichever part of Prefect ran into it.

Loads Prefect where a server is asked: see `flows.unattended.prefect_environment.prepare_prefect`. Addresses are named
by scheme and host alone, and nothing that a server answered is repeated: both may hold secrets.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx

from flows.unattended.withholding import host_of
from ingest.errors import NightkickError, UsageError

#: So long an answer is waited for, seconds.
ANSWER_S = 20.0
CHANGE = "start it, or change what names it: PREFECT_API_URL, or prefect.api_url in the settings"
SECRET = "put its password into PREFECT_API_AUTH_STRING, or its key into PREFECT_API_KEY"
NO_SERVER = "give the address of its API, like http://127.0.0.1:4200/api"


class PrefectServerError(UsageError):
    """The Prefect server that is named cannot be used."""


class ServerAbsentError(PrefectServerError):
    """The Prefect server does not answer, or answers that it cannot; it may another time."""


def ask_server(address: str) -> None:
    """Ask the server that Prefect's settings name, once, for something that takes the right secret.

    Raises
    ------
    PrefectServerError
        It is not there, refuses us, or is no Prefect server.
    """
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_REQUEST_TIMEOUT, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    once = {PREFECT_CLIENT_MAX_RETRIES: 0, PREFECT_API_REQUEST_TIMEOUT: ANSWER_S}
    try:
        with temporary_settings(once), get_client(sync_client=True) as client:
            client.read_flows(limit=1)
    except Exception as error:
        if (known := in_one_line(error, address)) is not None:
            raise known from None
        if isinstance(error, ValueError):  # no JSON, or none of Prefect's
            raise _no_server(address, "its answer is none of Prefect's") from None
        raise


def in_one_line(error: BaseException, address: str) -> NightkickError | None:
    """The error of ours that lies below, or what it means where a server is the cause; None: something else."""
    below = list(_below(error))
    ours = next((e for e in below if isinstance(e, NightkickError)), None)
    return ours or next((line for e in below if (line := _of_server(e, below, address)) is not None), None)


def _of_server(error: BaseException, below: list[BaseException], address: str) -> PrefectServerError | None:
    if isinstance(error, httpx.HTTPStatusError):
        return _answered(error.response.status_code, address)
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL)):
        return _no_server(address, "that is no web address")
    if isinstance(error, httpx.TimeoutException):
        return _absent(address, "it does not answer in time")
    if isinstance(error, httpx.NetworkError):
        return _absent(address, *_why(below))
    if isinstance(error, httpx.TransportError):
        return _no_server(address, "its answer is none of Prefect's")
    return None


def _answered(code: int, address: str) -> PrefectServerError:
    if code in (401, 403):
        return PrefectServerError(f"Prefect's server at {host_of(address)} refuses us ({code})", hint=SECRET)
    if code in (404, 405):
        return _no_server(address, f"it answers {code}")
    return _absent(address, f"it answers {code}")


def _why(below: list[BaseException]) -> tuple[str, ...]:
    """Why no connection came about, in the system's words, and what to do where that is not to start the server."""
    for error in below:
        if isinstance(error, ssl.SSLCertVerificationError):
            hint = "name the file of its authority in PREFECT_API_SSL_CERT_FILE"
            return f"its certificate is not accepted ({getattr(error, 'verify_message', 'unknown reason')})", hint
        if isinstance(error, ssl.SSLError):
            return (
                f"TLS fails ({getattr(error, 'reason', None) or 'unknown reason'})",
                "check whether it is http:// or https://",
            )
        if isinstance(error, socket.gaierror):
            return "its name is not known", CHANGE
    system = next((e.strerror for e in below if isinstance(e, OSError) and e.errno and e.strerror), None)
    return (system or "no connection",)


def _absent(address: str, why: str, hint: str = CHANGE) -> ServerAbsentError:
    return ServerAbsentError(f"Prefect's server at {host_of(address)} cannot be used: {why}", hint=hint)


def _no_server(address: str, why: str) -> PrefectServerError:
    return PrefectServerError(f"no Prefect server is at {host_of(address)}: {why}", hint=NO_SERVER)


def _below(error: BaseException) -> Iterator[BaseException]:
    """The error and all that led to it, each once."""
    waiting, seen = [error], set[int]()
    while waiting:
        found = waiting.pop(0)
        if id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        parts = found.exceptions if isinstance(found, BaseExceptionGroup) else ()
        waiting += [e for e in (*parts, found.__cause__, found.__context__) if e is not None]
