"""The application: which address answers with what, and how failures are said.

Every page is one shell that asks for JSON, so a night replaces another without a load. Every answer is read from the
store in its own short connection, so an import may run at the same time.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp

from analytics.journal.planned import file_too_large
from analytics.pictures import night_rows
from analytics.pictures.colours import screen_sheet
from analytics.review.edits.answering import as_edited, edited_payload, turned_payload
from analytics.review.export import Filter, csv_of
from analytics.review.home import nights_payload, only_person, people_payload, strip_payload, ticks_payload
from analytics.review.journal import journal_payload, reading_payload, saved_payload, week_payload
from analytics.review.journal_files import LARGEST_UPLOAD, import_payload
from analytics.review.night import night_payload
from analytics.review.over_nights.drawing import over_nights_payload
from analytics.review.over_nights.ranges import ranges_payload
from analytics.review.page import Page
from analytics.review.protection import Protected
from analytics.review.queue.filters import F, NightsPage, NightsWalk, PeoplePage, QueueFilter, parsed
from analytics.review.queue.nights import counts_payload, csv_of_queue, next_night, nights_page
from analytics.review.queue.people import people_page
from analytics.review.static_files import modules, static_address, static_routes
from analytics.review.verdicts import reviewed_payload, reviews_from
from analytics.review.waveform import window_payload
from analytics.review.words import for_page
from analytics.selfcheck.telling import plan_document
from analytics.store import snapshot, write_reviews
from analytics.words import SHORT_CAVEAT
from ingest.errors import DatabaseBusyError, NightkickError, StoreError, UsageError

_TEMPLATES = Jinja2Templates(directory=Path(__file__).parent / "templates")  # escapes whatever is put into it
#: A note of the longest length, of four bytes a character and escaped, fits.
LARGEST_BODY = 256 * 1024

Answer = Callable[[Request], object]


def create_app(page: Page) -> ASGIApp:
    """The protected application."""

    def shell(request: Request) -> Response:
        _day_of_path(request)
        known = {
            "token": page.token,
            "static": static_address(),
            "modules": modules(),
            "is_home": request.url.path == "/",
            "reviewer": page.reviewer,
            "blind": page.store.only_reviewer is not None,
            "version": page.version,
            "words": for_page(),
            "looks": night_rows.for_page(),
            "caveat": SHORT_CAVEAT,
        }
        return _TEMPLATES.TemplateResponse(request, "page.html", known)

    async def review(request: Request) -> Response:
        said = await _json_body(request)
        return JSONResponse(await run_in_threadpool(_reviewed, page, said))

    async def journal(request: Request) -> Response:
        said = await _json_body(request)
        return JSONResponse(await run_in_threadpool(saved_payload, page, said))

    async def journal_file(request: Request) -> Response:
        said = await _json_body(request, LARGEST_UPLOAD, file_too_large)
        return JSONResponse(await run_in_threadpool(import_payload, page, said))

    async def edit(request: Request) -> Response:
        said = await _json_body(request)
        return JSONResponse(await run_in_threadpool(edited_payload, page, said))

    async def turn(request: Request) -> Response:
        said = await _json_body(request)
        return JSONResponse(await run_in_threadpool(turned_payload, page, said, request.url.path.rpartition("/")[2]))

    routes = [
        Route("/", shell),
        Route("/night/{night_date}", shell),
        Route("/check", shell),
        Route("/journal", shell),
        Route("/journal/{day}", shell),
        Route(
            "/api/nights", _kept(page, lambda asked: nights_payload(page, asked.query_params.get("subject") or None))
        ),
        Route("/api/people", lambda asked: JSONResponse(people_payload(page.store))),
        Route("/api/strip", _kept(page, lambda asked: strip_payload(page, asked.query_params.get("subject", "")))),
        *_queue(page),
        Route(
            "/api/ticks",
            _kept(page, lambda asked: _ticks(page, asked)),
        ),
        Route("/api/over-nights", _kept(page, lambda asked: _over_nights(page, asked))),
        Route("/api/ranges", _kept(page, lambda asked: _ranges(page, asked))),
        Route("/api/night", _json(page, lambda asked: night_payload(page, *_key(page, asked)))),
        Route("/api/window", _json(page, lambda asked: _window(page, asked))),
        Route("/api/check-plan", lambda asked: JSONResponse(_check_plan(asked))),
        Route("/api/reviews", _json(page, lambda asked: reviewed_payload(page, *_key(page, asked))), methods=["GET"]),
        Route("/api/reviews", review, methods=["POST"]),
        Route("/api/edits", _json(page, lambda asked: as_edited(page, *_key(page, asked))), methods=["GET"]),
        Route("/api/edits", edit, methods=["POST"]),
        Route("/api/undo", turn, methods=["POST"]),
        Route("/api/redo", turn, methods=["POST"]),
        Route("/api/journal", _json(page, lambda asked: _journal(page, asked)), methods=["GET"]),
        Route("/api/journal", journal, methods=["POST"]),
        Route("/api/journal-file", journal_file, methods=["POST"]),
        Route(
            "/api/journal-week",
            lambda asked: JSONResponse(week_payload(page, asked.query_params.get("subject", ""))),
        ),
        Route("/api/journal-reading", lambda asked: JSONResponse(_reading(asked))),
        Route("/export/nights.csv", lambda asked: _csv(csv_of(page.store, "nights", _filter(asked)))),
        Route("/export/movements.csv", lambda asked: _csv(csv_of(page.store, "movements", _filter(asked)))),
        Route("/looks.css", lambda asked: Response(screen_sheet(), media_type="text/css")),
        *static_routes(),
    ]
    handlers: Any = {NightkickError: _failed, HTTPException: _not_there, Exception: _broken}
    return Protected(Starlette(routes=routes, exception_handlers=handlers), page.token, page.door, page.proxy)


def _queue(page: Page) -> list[Route]:
    """What the queue over all people asks."""
    store = page.store

    def asked(request: Request, kind: type[F]) -> F:
        return parsed(request.query_params.multi_items(), kind)

    def csv(request: Request) -> Response:
        wanted = [(name, value) for name, value in request.query_params.multi_items() if name != "of"]
        return _csv(csv_of_queue(store, parsed(wanted, NightsPage), request.query_params.get("of", "")))

    return [
        Route("/api/queue/nights", _json(page, lambda request: nights_page(store, asked(request, NightsPage)))),
        Route("/api/queue/counts", _json(page, lambda request: counts_payload(store, asked(request, QueueFilter)))),
        Route("/api/queue/next", _json(page, lambda request: next_night(page, asked(request, NightsWalk)))),
        Route("/api/queue/people", _json(page, lambda request: people_page(store, asked(request, PeoplePage)))),
        Route("/export/queue.csv", csv),
    ]


def _json(page: Page, answer: Answer) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        with snapshot(page.store):
            return JSONResponse(answer(request))

    return endpoint


def _kept(page: Page, answer: Answer) -> Callable[[Request], Response]:
    """As `_json`, for what rests on nothing but the database: made once between two changes of it."""

    def endpoint(request: Request) -> Response:
        asked = request.url.path, request.url.query
        said = page.kept.of(page.store, asked, lambda: JSONResponse(answer(request)).body)
        return Response(bytes(said), media_type="application/json")

    return endpoint


def _csv(parts: Iterator[str]) -> Response:
    """The first part is made at once: what fails there is told in words, later it breaks the download off."""
    return StreamingResponse(chain((next(parts),), parts), media_type="text/csv; charset=utf-8")


def _reviewed(page: Page, said: dict[str, Any]) -> dict[str, Any]:
    """Store a review; what holds of its night then."""
    stored = write_reviews(page.store, reviews_from(page, said, page.reviewer))[0]
    return reviewed_payload(page, stored.subject, stored.night_date)


def _ticks(page: Page, asked: Request) -> object:
    return ticks_payload(page.store, _day(asked, "since"), _day(asked, "until"))


def _over_nights(page: Page, asked: Request) -> dict[str, Any] | None:
    return over_nights_payload(page, asked.query_params.get("subject", ""))


def _ranges(page: Page, asked: Request) -> dict[str, Any]:
    first = _day(asked, "a_from"), _day(asked, "a_to")
    second = (_day(asked, "b_from"), _day(asked, "b_to")) if "b_from" in asked.query_params else None
    return ranges_payload(page, asked.query_params.get("subject", ""), first, second)


def _window(page: Page, asked: Request) -> dict[str, Any]:
    subject, night_date = _key(page, asked)
    return window_payload(page.store, subject, night_date, _ms(asked, "from"), _ms(asked, "to"), page.criteria)


def _journal(page: Page, asked: Request) -> dict[str, Any]:
    return journal_payload(page, asked.query_params.get("subject", ""), _day(asked, "day"))


def _reading(asked: Request) -> dict[str, Any]:
    return reading_payload(asked.query_params.get("kind", ""), asked.query_params.get("cell", ""))


def _check_plan(asked: Request) -> dict[str, Any]:
    """The plan of a check of sensors; the store has no part in it."""
    legs = asked.query_params.get("legs", "one")
    if legs not in ("one", "both"):
        raise UsageError(f"legs={legs!r} is no choice of legs", hint="one or both")
    return plan_document("one" if legs == "one" else "both", None)


def _key(page: Page, asked: Request) -> tuple[str, date]:
    """The night that is asked for; where no person is named, that of the only one."""
    return asked.query_params.get("subject") or only_person(page.store), _day(asked, "night")


def _filter(asked: Request) -> Filter:
    wanted = asked.query_params
    return Filter(wanted.get("subject") or None, "flagged" in wanted, "unreviewed" in wanted)


def _day_of_path(request: Request) -> None:
    """Refuse an address of a page whose last part is no date."""
    for day in request.path_params.values():
        try:
            date.fromisoformat(day)
        except ValueError:
            raise HTTPException(404) from None


def _day(asked: Request, name: str) -> date:
    text = asked.query_params.get(name, "")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{name}={text!r} is not a date", hint="YYYY-MM-DD") from None


def _ms(asked: Request, name: str) -> int:
    text = asked.query_params.get(name, "")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) < 1e14:  # also what is no number
        raise UsageError(f"{name}={text!r} is not a moment", hint="milliseconds since 1970")
    return round(value)


def _too_much() -> UsageError:
    return UsageError("that is too much to keep", hint="shorten the note")


async def _json_body(
    request: Request, largest: int = LARGEST_BODY, refusal: Callable[[], UsageError] = _too_much
) -> dict[str, Any]:
    """The body, if it is a JSON object of a size that makes sense."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise refusal()
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise UsageError("what is written here is a JSON object")
    return said


def _failed(request: Request, error: NightkickError) -> Response:
    """A failure in words. One of the store may pass, so it is worth another try."""
    busy = isinstance(error, DatabaseBusyError)
    status = 503 if busy else 500 if isinstance(error, StoreError) else 400
    return _said(request, status, "This cannot be shown now", error.line(), {"retry-after": "5"} if busy else None)


def _not_there(request: Request, error: HTTPException) -> Response:
    path = request.url.path
    if error.status_code == 404:
        return _said(request, 404, "There is no such page", f"nightkick has nothing at {path}")
    return _said(request, error.status_code, "This cannot be done here", f"{path}: {error.detail}", error.headers)


def _broken(request: Request, _: Exception) -> Response:
    """What is a defect of the program; the terminal has its traceback."""
    says = "this is a defect of nightkick: the terminal in which it runs says more"
    return _said(request, 500, "This cannot be shown", says, {"connection": "close"})  # as the server closes it


def _said(request: Request, status: int, title: str, says: str, headers: Mapping[str, str] | None = None) -> Response:
    """A failure, to a browser that opens an address as a page with a way home; to what asks for data as JSON."""
    is_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api")
    if not is_page:
        return JSONResponse({"error": says}, status_code=status, headers=headers)
    known = {"static": static_address(), "title": title, "says": says}
    return _TEMPLATES.TemplateResponse(request, "failure.html", known, status_code=status, headers=headers)
