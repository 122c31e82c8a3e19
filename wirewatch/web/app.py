"""The console put together: its pages, its JSON API, its events.

::

    request ─▶ Guard ─▶ Access ─┬─▶ pages        HTML, forms
                                ├─▶ /api/v1      JSON
                                ├─▶ /events      server-sent events
                                └─▶ /static      style, script, icon
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from config.errors import UsageError, WirewatchError
from core.clock import Clock
from core.store import Store
from wirewatch.web.api import create_api
from wirewatch.web.auth.access import protected
from wirewatch.web.events import StoryWatcher
from wirewatch.web.explain import Explainer
from wirewatch.web.pages.deliveries import DeliveriesPage
from wirewatch.web.pages.feeds import FeedsPage
from wirewatch.web.pages.health import HealthEndpoints
from wirewatch.web.pages.login import LoginPage
from wirewatch.web.pages.stories import StoriesPage
from wirewatch.web.pages.story import StoryPage
from wirewatch.web.pages.topics import TopicsPage
from wirewatch.web.render import HERE, PageRenderer
from wirewatch.web.runtime_status import RuntimeStatus


def create_app(store: Store, clock: Clock, running: RuntimeStatus) -> ASGIApp:
    """The console.

    Args:
        store: What it shows.
        clock: The present.
        running: The program around it.
    """
    app = FastAPI(title="Wirewatch", docs_url=None, redoc_url=None, openapi_url=None)
    frame = PageRenderer(store, clock, running)
    explainer = Explainer(running.catalog, running.settings, clock)
    for page in (
        StoriesPage(frame),
        FeedsPage(frame),
        DeliveriesPage(frame),
        HealthEndpoints(frame),
        LoginPage(frame),
    ):
        page.mount(app)
    for asked in (StoryPage(frame, explainer), TopicsPage(frame, explainer)):
        asked.mount(app)
    app.add_api_route("/events", StoryWatcher(store).endpoint, methods=["GET"])
    app.mount("/api/v1", create_api(store, clock, running, explainer))
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    failed = _Failed(frame)
    app.add_exception_handler(WirewatchError, failed)
    app.add_exception_handler(HTTPException, failed)
    return protected(app, clock, running.settings)


class _Failed:
    """A page that is not there, a form that cannot be followed, or a store that is away."""

    def __init__(self, frame: PageRenderer) -> None:
        self._frame = frame

    async def __call__(self, request: Request, error: Exception) -> HTMLResponse:
        t = self._frame.words(request)
        if isinstance(error, HTTPException):
            status = error.status_code
            words = t("failed.404.words") if status == 404 else f"{error.detail}."
        else:
            asked = 400 if request.method == "POST" else 404
            status = asked if isinstance(error, UsageError) else 503
            words = error.message if isinstance(error, WirewatchError) else ""
        known = status if status in (404, 503) else 400
        answer = self._frame.bare(
            request, "failed.html", status=status, words=words, heading=t(f"failed.{known}")
        )
        if isinstance(error, HTTPException) and error.headers:
            answer.headers.update(error.headers)
        return answer
