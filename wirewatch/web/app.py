"""The console's pages, ``/healthz`` and ``/metrics``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from jinja2 import StrictUndefined
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.middleware.trustedhost import TrustedHostMiddleware

from config.errors import UsageError, WirewatchError
from core.clock import Clock, rfc3339
from core.store import Store
from core.store import alerts as kept
from core.store import deliveries as sent
from core.store import feeds as feed_store
from core.store import stories as seen
from wirewatch.web import views

PAGE_SIZE = 50

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every answer. No script runs at all; nothing is fetched from elsewhere."""

_HERE = Path(__file__).parent


def create_app(
    store: Store,
    clock: Clock,
    *,
    hosts: Sequence[str],
    topics: Callable[[], int],
    ill: Callable[[], list[str]],
) -> FastAPI:
    """The console.

    Args:
        store: What it shows.
        clock: The present.
        hosts: Names it may be called by; a request under another name is refused, so that no
            foreign page can read it through a name of its own (DNS rebinding).
        topics: How many topics are tracked.
        ill: What is wrong with the running stages, in words; empty while all is well.
    """
    app = FastAPI(title="Wirewatch", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    templates = Jinja2Templates(directory=_HERE / "templates")
    templates.env.undefined = StrictUndefined

    def show(request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
        now = clock()
        with store.read() as connection:
            pulse = views.pulse(feed_store.feed_states(connection, now))
        context |= {"now": now, "pulse": pulse}
        return templates.TemplateResponse(request, name, context, status_code=status)

    @app.middleware("http")
    async def with_headers(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        response.headers.update(HEADERS)
        return response

    @app.exception_handler(WirewatchError)
    def in_words(request: Request, error: WirewatchError) -> HTMLResponse:
        missing = isinstance(error, UsageError)
        page = "missing.html"
        context = {"words": error.message, "page": "", "now": clock()}
        context["pulse"] = {"mood": "" if missing else "bad", "words": ""}
        return templates.TemplateResponse(
            request, page, context, status_code=404 if missing else 503
        )

    @app.get("/", response_class=HTMLResponse)
    def stories(request: Request, before: str = "") -> HTMLResponse:
        now = clock()
        with store.read() as connection:
            found = kept.list_alerts(connection, until=_moment(before), limit=PAGE_SIZE)
            cards = [views.card(a, seen.articles_of(connection, a.story_id), now) for a in found]
        older = rfc3339(found[-1].opened_at) if len(found) == PAGE_SIZE else ""
        return show(
            request, "stories.html", page="stories", stories=cards, older=older, topics=topics()
        )

    @app.get("/alerts/{alert_id}", response_class=HTMLResponse)
    def story(request: Request, alert_id: str) -> HTMLResponse:
        with store.read() as connection:
            alert = kept.alert(connection, alert_id)
            articles = seen.articles_of(connection, alert.story_id)
            told = views.told(sent.notifications_of(connection, alert.id))
        card = views.card(alert, articles, clock())
        shown = [views.article(a) for a in articles]
        return show(request, "story.html", page="", story=card, articles=shown, deliveries=told)

    @app.get("/feeds", response_class=HTMLResponse)
    def feeds(request: Request) -> HTMLResponse:
        now = clock()
        with store.read() as connection:
            states = feed_store.feed_states(connection, now)
        worst = ["failing", "gone", "paused", "quiet", "new", "ok", "off"]
        states.sort(key=lambda s: worst.index(s.state))
        return show(request, "feeds.html", page="feeds", feeds=[views.feed(s, now) for s in states])

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        wrong = ill()
        try:
            with store.read() as connection:
                kept.list_alerts(connection, limit=1)
        except WirewatchError as error:
            wrong = [*wrong, str(error)]
        body = {"status": "ill" if wrong else "ok", "wrong": wrong, "at": rfc3339(clock())}
        return JSONResponse(body, status_code=503 if wrong else 200)

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return app


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    if moment is None:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
