"""The console's pages, ``/healthz`` and ``/metrics``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from jinja2 import StrictUndefined
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from config.errors import UsageError, WirewatchError
from config.faults import Fault
from core.clock import Clock, rfc3339
from core.store import Store
from core.store import alerts as kept
from core.store import deliveries as sent
from core.store import feeds as feed_store
from core.store import stories as seen
from wirewatch.web import views
from wirewatch.web.guard import Guard

PAGE_SIZE = 50
READ = ["GET", "HEAD"]

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Running:
    """What the console asks of the program it runs in.

    Attributes:
        topics: How many topics are tracked.
        ill: The stages that do not run, with reasons; empty while all is well.
        faults: Errors of the newest operator files, which are not in force because of them.
    """

    topics: Callable[[], int]
    ill: Callable[[], list[str]]
    faults: Callable[[], Sequence[Fault]]


def create_app(store: Store, clock: Clock, running: Running, hosts: Collection[str]) -> ASGIApp:
    """The console.

    Args:
        store: What it shows.
        clock: The present.
        running: The program around it.
        hosts: Names it may be called by.
    """
    app = FastAPI(title="Wirewatch", docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    pages = Pages(store, clock, running)
    for path, page in (("/", pages.stories), ("/alerts/{alert_id}", pages.story)):
        app.add_api_route(path, page, methods=READ, response_class=HTMLResponse)
    app.add_api_route("/feeds", pages.feeds, methods=READ, response_class=HTMLResponse)
    app.add_api_route("/healthz", pages.healthz, methods=READ)
    app.add_api_route("/metrics", pages.metrics, methods=READ)
    app.add_exception_handler(WirewatchError, pages.failed)
    app.add_exception_handler(HTTPException, pages.failed)
    return Guard(app, hosts)


class Pages:
    """The pages; each reads the store and shows what it finds."""

    def __init__(self, store: Store, clock: Clock, running: Running) -> None:
        self._store = store
        self._clock = clock
        self._running = running
        self._since = clock()
        self._templates = Jinja2Templates(directory=_HERE / "templates")
        self._templates.env.undefined = StrictUndefined

    def stories(self, request: Request, before: str = "") -> HTMLResponse:
        """The newest stories, or those before one of them."""
        now = self._clock()
        with self._store.read() as connection:
            last = kept.alert(connection, before) if before else None
            found = kept.list_alerts(connection, before=last, limit=PAGE_SIZE + 1)
            shown = found[:PAGE_SIZE]
            cards = [views.card(a, seen.articles_of(connection, a.story_id), now) for a in shown]
        older = shown[-1].id if len(found) > PAGE_SIZE else ""
        context = {"stories": cards, "older": older, "topics": self._running.topics()}
        return self._show(request, "stories.html", page="stories", later=bool(before), **context)

    def story(self, request: Request, alert_id: str) -> HTMLResponse:
        """One story: its articles with the evidence, and who was told."""
        now = self._clock()
        with self._store.read() as connection:
            alert = kept.alert(connection, alert_id)
            articles = seen.articles_of(connection, alert.story_id)
            told = views.told(sent.notifications_of(connection, alert.id), now)
        card = views.card(alert, articles, now)
        shown = [views.article(a) for a in articles]
        return self._show(
            request, "story.html", page="", story=card, articles=shown, deliveries=told
        )

    def feeds(self, request: Request) -> HTMLResponse:
        """Every feed, the broken ones first."""
        now = self._clock()
        with self._store.read() as connection:
            states = feed_store.feed_states(connection, now)
        states.sort(key=lambda s: views.WORST_FIRST.index(s.state))
        shown = [views.feed(s, now) for s in states]
        return self._show(request, "feeds.html", page="feeds", feeds=shown)

    def healthz(self) -> JSONResponse:
        """200 while the store answers and every stage runs, else 503 with what is wrong."""
        wrong = self._running.ill()
        try:
            with self._store.read() as connection:
                kept.list_alerts(connection, limit=1)
        except WirewatchError as error:
            wrong = [*wrong, str(error)]
        body = {"status": "ill" if wrong else "ok", "wrong": wrong, "at": rfc3339(self._clock())}
        return JSONResponse(body, status_code=503 if wrong else 200)

    def metrics(self) -> Response:
        """For Prometheus."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    def failed(self, request: Request, error: Exception) -> HTMLResponse:
        """A page that is not there, or a store that is away, in words."""
        if isinstance(error, HTTPException):
            status = error.status_code
            words = "There is no such page." if status == 404 else f"{error.detail}."
        else:
            status = 404 if isinstance(error, UsageError) else 503
            words = error.message if isinstance(error, WirewatchError) else "It failed."
        context = {"words": words, "status": status, "page": "", "now": self._clock()}
        context["pulse"] = views.Pulse("", "", ())
        return self._templates.TemplateResponse(request, "failed.html", context, status_code=status)

    def _show(self, request: Request, name: str, **context: Any) -> HTMLResponse:
        now = self._clock()
        with self._store.read() as connection:
            states = feed_store.feed_states(connection, now)
        pulse = views.pulse(states, now, self._since, self._running.ill(), self._running.faults())
        return self._templates.TemplateResponse(
            request, name, context | {"now": now, "pulse": pulse}
        )
