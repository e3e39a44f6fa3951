"""What a Prefect server off this machine is told: counts, unless a setting allows names, dates and reasons.

It keeps what it is told, and others may read it there. Prefect records the parameters of a run, the names of its
tasks, and the text of whatever goes wrong, so all three are replaced here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from ingest.errors import NightkickError

T = TypeVar("T")
P = ParamSpec("P")
NOT_TOLD = "the reason is not told to this server"


class WithheldError(Exception):
    """Stands for an error whose words a server is not to read; Prefect sees only this one's."""

    stands_for: BaseException | None = None


def is_here(address: str) -> bool:
    """Whether a server is on this machine for certain: by number, or by the one name that no other machine may have.

    A name is not looked up: what it means may change between the question and the use.
    """
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(address: str) -> str:
    """Scheme, host and port of an address: its path, its query and what stands before the @ may be secrets."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{host}{port}" if host else "an address without a host"


def with_words_withheld(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """What ``function`` returns. Its errors arrive as `WithheldError`.

    Raises
    ------
    WithheldError
    """
    try:
        return function(*args, **kwargs)
    except Exception as error:
        stand_in = error if isinstance(error, WithheldError) else WithheldError(f"{type(error).__name__}: {NOT_TOLD}")
        stand_in.stands_for = stand_in.stands_for or error
    # Outside the handler: an error that is raised while another is handled carries that one along.
    raise stand_in from None


def meant(error: BaseException) -> BaseException:
    """The error itself, or the one it stands for."""
    return error.stands_for or error if isinstance(error, WithheldError) else error


@contextmanager
def words_given_back() -> Iterator[None]:
    """Raise what was meant, here where no server reads along.

    Raises
    ------
    NightkickError
    """
    try:
        yield
    except WithheldError as error:
        if isinstance(error.stands_for, NightkickError):
            raise error.stands_for from None
        raise
