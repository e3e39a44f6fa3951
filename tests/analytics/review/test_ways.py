"""The page behind a TLS proxy: what comes through it is let in by a secret of its own, and nothing else from elsewhere.

Addresses of the loopback network stand for other machines, so that nothing here leaves this one.
"""

from __future__ import annotations

import re
import socket
import stat
import sys
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from analytics.review.door import Door
from analytics.review.protection import TOKEN_HEADER
from analytics.review.ways import Proxy, typed_secret, way_of
from tests.analytics.review.browsing import key_of, page_of, served
from tests.analytics.review.program import Review, raw, reviewing
from tests.flows.stored import EVENING, SUBJECT, build

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8"),
]

NAME = "nights.example"
THROUGH = {"host": NAME, "x-forwarded-proto": "https"}
#: As if they were other machines.
LISTENS, PROXY, STRANGER = "127.0.0.2", "127.0.0.3", "127.0.0.4"
FORM = {"content-type": "application/x-www-form-urlencoded", "origin": f"https://{NAME}"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("ways") / "x.duckdb").path


@pytest.fixture
def proxy() -> Proxy:
    return Proxy(NAME)


@pytest.fixture
def at(database: Path, proxy: Proxy) -> Iterator[str]:
    """The page behind a proxy of this machine."""
    with served(replace(page_of(database), proxy=proxy)) as at:
        yield at


@pytest.fixture
def elsewhere(database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Review]:
    """The real program behind a proxy on another machine."""
    monkeypatch.setenv("NIGHTKICK_REVIEW__LISTEN", LISTENS)
    monkeypatch.setenv("NIGHTKICK_REVIEW__PROXY", NAME)
    monkeypatch.setenv("NIGHTKICK_REVIEW__PROXY_ADDRESS", PROXY)
    with reviewing(database) as running:
        yield running


def _let_in(at: str, secret: str, **headers: str) -> httpx.Response:
    return httpx.post(f"{at}/open", content=urlencode({"secret": secret}), headers={**THROUGH, **FORM, **headers})


def _cookie(at: str, proxy: Proxy) -> dict[str, str]:
    kept = _let_in(at, proxy.door.secret).headers["set-cookie"]
    return {"cookie": kept.partition(";")[0]}


def _is_refused(answer: httpx.Response) -> None:
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert SUBJECT not in answer.text


def _asked_by(client: str, at: str, path: str = "/", **headers: str) -> httpx.Response:
    with httpx.Client(transport=httpx.HTTPTransport(local_address=client)) as other:
        return other.get(at + path, headers=headers)


def test_through_the_proxy_nothing_is_shown_without_the_secret(at: str) -> None:
    for path in ("/", "/api/nights", "/export/nights.csv", "/static/app.js", "/open"):
        answer = httpx.get(at + path, headers=THROUGH)
        _is_refused(answer)
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
    _is_refused(_let_in(at, "guessed"))
    _is_refused(_let_in(at, ""))


def test_a_browser_is_told_how_it_is_let_in_where_it_is(at: str) -> None:
    answers = {
        "only-elsewhere": [httpx.get(f"{at}/", headers=THROUGH), _let_in(at, "guessed")],
        "only-here": [httpx.get(f"{at}/")],
        "anywhere": [httpx.get(f"{at}/", headers={**THROUGH, "host": "elsewhere.example"})],
    }
    for where, of_where in answers.items():
        for answer in of_where:
            assert answer.status_code == 403
            assert f'<body class="{where}">' in answer.text
            style = re.search("<style>(.*?)</style>", answer.text, re.DOTALL)
            assert style
            assert b64encode(sha256(style[1].encode()).digest()).decode() in answer.headers["content-security-policy"]


def test_the_secret_of_the_proxy_opens_once_and_leaves_a_cookie_for_https_alone(at: str, proxy: Proxy) -> None:
    first = proxy.door.secret
    answer = _let_in(at, first)
    assert answer.status_code == 200
    name, *rest = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-nightkick=")
    assert set(rest) == {"HttpOnly", "Path=/", "SameSite=strict", "Secure"}
    shown = httpx.get(f"{at}/api/nights", headers={**THROUGH, "cookie": name})
    assert shown.json()["nights"][0]["subject"] == SUBJECT
    assert shown.headers["strict-transport-security"]
    _is_refused(_let_in(at, first))


def test_what_opens_one_way_opens_nothing_on_the_other(at: str, proxy: Proxy, database: Path) -> None:
    ((name, value),) = key_of(at).items()
    for cookie in (f"{name}={value}", f"__Host-nightkick={value}"):
        _is_refused(httpx.get(f"{at}/api/nights", headers={**THROUGH, "cookie": cookie}))
    secret = proxy.door.secret
    _is_refused(httpx.post(f"{at}/open", content=urlencode({"secret": secret}), headers={**FORM, "origin": "null"}))
    assert proxy.door.secret == secret
    ours = _cookie(at, proxy)["cookie"]
    for cookie in (ours, f"{name}={ours.partition('=')[2]}"):
        _is_refused(httpx.get(f"{at}/api/nights", headers={"cookie": cookie}))


@pytest.mark.parametrize(
    "headers",
    [
        [("host", "elsewhere.example"), ("x-forwarded-proto", "https")],
        [("host", f"{NAME}:8443"), ("x-forwarded-proto", "https")],
        [("host", f"{NAME}."), ("x-forwarded-proto", "https")],
        [("host", f"x.{NAME}"), ("x-forwarded-proto", "https")],
        [("host", NAME)],
        [("host", NAME), ("x-forwarded-proto", "http")],
        [("host", NAME), ("x-forwarded-proto", "https, http")],
        [("host", NAME), ("x-forwarded-proto", "https"), ("x-forwarded-proto", "https")],
        [("host", "127.0.0.1"), ("x-forwarded-proto", "https")],
    ],
)
def test_the_cookie_helps_only_under_the_name_of_the_proxy_and_by_https(
    at: str, proxy: Proxy, headers: list[tuple[str, str]]
) -> None:
    cookie = _cookie(at, proxy)["cookie"]
    ((name, value),) = key_of(at).items()
    answer = httpx.get(f"{at}/api/nights", headers=[*headers, ("cookie", f"{cookie}; {name}={value}")])
    _is_refused(answer)
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("origin", [f"http://{NAME}", "https://elsewhere.example", "null", f"https://{NAME}:8443"])
def test_only_a_page_of_the_proxys_https_origin_may_ask_or_bring_the_secret(at: str, proxy: Proxy, origin: str) -> None:
    _is_refused(_let_in(at, proxy.door.secret, origin=origin))
    cookie = _cookie(at, proxy)
    _is_refused(httpx.get(f"{at}/api/nights", headers={**THROUGH, **cookie, "origin": origin}))


def test_a_review_is_written_through_the_proxy_with_the_token_and_not_without(tmp_path: Path, proxy: Proxy) -> None:
    page = replace(page_of(build(tmp_path / "x.duckdb").path), proxy=proxy)
    said = {"subject": SUBJECT, "night": EVENING.isoformat(), "verdict": "confirm"}
    with served(page) as at:
        headers = {**THROUGH, **_cookie(at, proxy), "origin": f"https://{NAME}", "sec-fetch-site": "same-origin"}
        assert httpx.post(f"{at}/api/reviews", json=said, headers=headers).status_code == 403
        headers[TOKEN_HEADER] = page.token
        assert httpx.post(f"{at}/api/reviews", json=said, headers=headers).status_code == 200


def test_this_machine_is_answered_as_without_a_proxy(at: str) -> None:
    answer = httpx.get(f"{at}/api/nights", cookies=key_of(at))
    assert answer.status_code == 200
    assert "strict-transport-security" not in answer.headers
    _is_refused(httpx.get(f"{at}/api/nights"))


def test_an_address_with_a_slash_too_many_leads_on_by_https(at: str, proxy: Proxy) -> None:
    answer = httpx.get(f"{at}/api/nights/", headers={**THROUGH, **_cookie(at, proxy)})
    assert answer.headers["location"] == f"https://{NAME}/api/nights"


@pytest.mark.parametrize(
    ("far", "near", "address", "is_taken"),
    [
        ("127.0.0.1", "127.0.0.1", None, True),
        ("192.168.1.5", "192.168.1.5", None, True),
        ("192.168.1.9", "192.168.1.5", None, False),
        ("192.168.1.9", "192.168.1.5", "192.168.1.9", True),
        ("192.168.1.5", "192.168.1.5", "192.168.1.9", False),
        ("", "", None, False),
    ],
)
def test_the_proxy_is_known_by_where_its_connections_come_from(
    far: str, near: str, address: str | None, *, is_taken: bool
) -> None:
    headers = [(name.encode(), value.encode()) for name, value in THROUGH.items()]
    ends = {"client": (far, 1) if far else None, "server": (near, 2) if near else None}
    way = way_of({"type": "http", "headers": headers, **ends}, Door(), Proxy(NAME, address))
    assert (way is not None) is is_taken


def test_the_program_listens_for_the_proxy_and_answers_no_other_machine(elsewhere: Review) -> None:
    there = f"http://{LISTENS}:{elsewhere.port}"
    assert elsewhere.process.stderr is not None
    line = elsewhere.process.stderr.readline()
    found = re.search(r"/\S+\.txt", line)
    assert found, line
    laid_out = Path(found[0])
    assert stat.S_IMODE(laid_out.stat().st_mode) == 0o600
    address, _, secret = laid_out.read_text().strip().partition("/open#")
    assert address == f"https://{NAME}"
    assert secret not in line
    assert _asked_by(PROXY, there, **THROUGH).status_code == 403
    with httpx.Client(transport=httpx.HTTPTransport(local_address=PROXY)) as through:
        content = urlencode({"secret": secret})
        kept = through.post(f"{there}/open", content=content, headers={**THROUGH, **FORM}).headers["set-cookie"]
    cookie = {"cookie": kept.partition(";")[0]}
    assert _asked_by(PROXY, there, "/api/nights", **THROUGH, **cookie).status_code == 200
    assert secret not in laid_out.read_text()
    for other in (STRANGER, "127.0.0.1"):
        _is_refused(_asked_by(other, there, "/api/nights", **THROUGH, **cookie))
    here = "; ".join(f"{name}={value}" for name, value in elsewhere.cookie().items())
    _is_refused(_asked_by(STRANGER, there, "/api/nights", host=f"127.0.0.1:{elsewhere.port}", cookie=here))
    assert httpx.get(f"{elsewhere.address}/api/nights", headers={"cookie": here}).status_code == 200


def test_plain_http_to_the_listening_address_is_refused(elsewhere: Review) -> None:
    for host in (f"{LISTENS}:{elsewhere.port}", NAME, f"127.0.0.1:{elsewhere.port}"):
        asked = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        assert raw(elsewhere.port, asked, host=LISTENS).startswith(b"HTTP/1.1 403"), host


def test_without_the_setting_nothing_listens_beyond_this_machine(database: Path) -> None:
    with reviewing(database) as running:
        with pytest.raises(ConnectionRefusedError), socket.create_connection((LISTENS, running.port), timeout=5):
            pass
        _is_refused(httpx.get(running.address, headers=THROUGH))
        assert running.stop() == ""  # no line about a phone


def test_a_secret_to_type_has_99_bits_and_no_letter_that_looks_like_another() -> None:
    secrets = {typed_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert all(re.fullmatch("([2-9a-hjkmnp-z]{4}-){4}[2-9a-hjkmnp-z]{4}", secret) for secret in secrets)
