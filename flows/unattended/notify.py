"""Telling the user what an unattended run found: a command of the user's own, or a web address, as they set it.

`message` alone decides what such a message says, and this module alone sends it. Nothing is sent unless the
settings name where; redirects and proxies are not followed, so that it goes there and nowhere else. A failure is handed
back and never raised. An address is a secret (who knows it can write there), and a failure may be read by others: it
names scheme and host.
"""

from __future__ import annotations

import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence

from analytics.store import ASSUMED_ZONE, NO_DATA, Notice
from flows.settings.unattended import NotifySettings
from flows.terminal.values import json_document
from flows.unattended.news import Item
from flows.unattended.withholding import host_of
from ingest.errors import NightkickError

#: A message that takes longer is given up: the import is done.
LIMIT_S = 30.0


def tell_of(notices: Sequence[Notice], notify: NotifySettings, news: Sequence[Item] = ()) -> list[NightkickError]:
    """Send one JSON document.

    Parameters
    ----------
    notices : sequence of Notice
        Nights to tell of.
    notify : NotifySettings
        The command and the address that get the document.
    news : sequence of Item
        Files and runs to tell of.

    Returns
    -------
    list of NightkickError
        What failed; empty where neither is set, or where there is nothing to tell.
    """
    if not notices and not news:
        return []
    document = message(notices, news).encode()
    failures = []
    if notify.command is not None:
        failures.append(_run(notify.command, document))
    if notify.url is not None:
        failures.append(_post(notify.url, document))
    return [failure for failure in failures if failure is not None]


def message(notices: Sequence[Notice], news: Sequence[Item] = ()) -> str:
    """The document: newly flagged nights with their reasons, zones that were assumed, people who sent nothing.

    Files that were refused or failed, and runs that were missed, stand in it where there are any.
    """
    flagged = [
        {"subject": n.subject, "night_date": n.night_date, "flag": n.about, "reason": n.reason}
        for n in notices
        if n.is_flag
    ]
    assumed = [
        {"subject": n.subject, "zone": n.zone, "last_night": n.night_date, "reason": n.reason}
        for n in notices
        if n.about == ASSUMED_ZONE
    ]
    no_data = [
        {"subject": n.subject, "last_night": n.night_date, "reason": n.reason} for n in notices if n.about == NO_DATA
    ]
    rest = {
        "refused": [{"path": item.what, "reason": item.reason} for item in news if item.about == "refused"],
        "failed": [{"path": item.what, "reason": item.reason} for item in news if item.about == "failed"],
        "missed": [{"due": item.what, "reason": item.reason} for item in news if item.about == "missed"],
    }
    present = {name: rows for name, rows in rest.items() if rows}
    return json_document(flagged=flagged, assumed_zones=assumed, no_data=no_data, **present)


def _run(command: Sequence[str], document: bytes) -> NightkickError | None:
    try:
        done = subprocess.run(
            list(command), input=document, env=_environment(), capture_output=True, timeout=LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return _failed(command[0], f"did not end within {LIMIT_S:g} s")
    except (OSError, ValueError) as error:
        return _failed(command[0], str(error))
    if done.returncode:
        says = done.stderr.decode(errors="replace").strip().splitlines()
        return _failed(command[0], f"ended with code {done.returncode}{': ' + says[-1] if says else ''}")
    return None


def _environment() -> Mapping[str, str]:
    """Ours without the secret of our Prefect server: a program that reports its environment must not report that."""
    return {name: value for name, value in os.environ.items() if not name.upper().endswith("_AUTH_STRING")}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Lets an answer that points elsewhere be the error that it is."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Follow nothing."""


def _post(url: str, document: bytes) -> NightkickError | None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
    try:
        request = urllib.request.Request(url, document, {"Content-Type": "application/json"})
        with opener.open(request, timeout=LIMIT_S):
            return None
    except urllib.error.HTTPError as error:
        with error:
            return _failed(host_of(url), f"it answers {error.code}")
    except Exception as error:  # http.client has errors of its own for what a stranger may answer
        return _failed(host_of(url), _without_address(error))


def _without_address(error: Exception) -> str:
    """Why, in words that cannot hold a part of the address: the system's own, or the kind of error."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return f"no answer within {LIMIT_S:g} s"
    if isinstance(reason, OSError) and reason.errno and reason.strerror:
        return reason.strerror
    return type(reason).__name__


def _failed(whom: str, why: str) -> NightkickError:
    return NightkickError(f"{whom} could not be told: {why}", hint="it is tried again with the next run")
