"""Assembles the console: its pages, its JSON API and its events.

::

    request ─▶ SecurityHeaders ─▶ TrustedHosts ─▶ AccessControl ─┬─▶ pages     HTML, forms
                                                                ├─▶ /api/v1   JSON
                                                                ├─▶ /events   server-sent events
                                                                └─▶ /static   style, script, icon
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from config.errors import NotFoundError, StoreFullError, UsageError, WirewatchError
from config.i18n import Phrase, Translator, written_in_english
from config.settings import Settings, secret
from core.clock import Clock
from core.store import Store
from wirewatch.web.api import create_api
from wirewatch.web.auth.access import CALLBACKS, AccessControl
from wirewatch.web.auth.permissions import PAGES, RoleCheck, RoleError
from wirewatch.web.auth.principal import AccountDirectory, StoredAccounts
from wirewatch.web.auth.proxy_identity import ProxyIdentity
from wirewatch.web.events import StoryWatcher
from wirewatch.web.explain import Explainer
from wirewatch.web.limits import AnswerLimit
from wirewatch.web.pages.alert_feed import AlertFeedEndpoint
from wirewatch.web.pages.deliveries import DeliveriesPage
from wirewatch.web.pages.export import BriefingPage, ListExport, ListFeeds
from wirewatch.web.pages.feeds import FeedsPage
from wirewatch.web.pages.handover import HandoverPage
from wirewatch.web.pages.health import HealthEndpoints
from wirewatch.web.pages.login import LoginPage
from wirewatch.web.pages.missed import MissedPage
from wirewatch.web.pages.review import ReviewPage
from wirewatch.web.pages.saved_views import SavedViewActions
from wirewatch.web.pages.search import ArchivePage
from wirewatch.web.pages.status import StatusFragment
from wirewatch.web.pages.stories import StoriesPage
from wirewatch.web.pages.story import StoryPage
from wirewatch.web.pages.story_actions import StoryActions
from wirewatch.web.pages.subscriptions import AddFeedsPage, EditFeedPage
from wirewatch.web.pages.topics import TopicsPage
from wirewatch.web.pages.users import UsersPage
from wirewatch.web.pages.wall import WallPage
from wirewatch.web.pages.websub import WebSubEndpoint
from wirewatch.web.pages.workbench import WorkbenchPage
from wirewatch.web.render import HERE, PageRenderer
from wirewatch.web.runtime_status import RuntimeStatus
from wirewatch.web.security_headers import SecurityHeaders
from wirewatch.web.sub_path import SubPath
from wirewatch.web.trusted_hosts import TrustedHosts, host_of


def create_app(store: Store, clock: Clock, runtime: RuntimeStatus) -> ASGIApp:
    """Return the console, behind its access control.

    Args:
        store: What it shows.
        clock: The present.
        runtime: State of the program around it.
    """
    app = create_pages(store, clock, runtime)
    return protect(app, clock, runtime.settings, StoredAccounts(store, clock))


def create_pages(store: Store, clock: Clock, runtime: RuntimeStatus) -> FastAPI:
    """Return the console without its access control, which sets who sends a request.

    Args:
        store: What it shows.
        clock: The present.
        runtime: State of the program around it.
    """
    app = FastAPI(
        title="Wirewatch",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(RoleCheck(PAGES))],
    )
    renderer = PageRenderer(store, clock, runtime)
    explainer = Explainer(runtime.catalog, runtime.settings, clock)
    for page in (
        StoriesPage(renderer),
        ListExport(renderer),
        ListFeeds(renderer),
        BriefingPage(renderer),
        StoryPage(renderer, explainer),
        StoryActions(renderer),
        SavedViewActions(renderer),
        WallPage(renderer),
        TopicsPage(renderer, explainer),
        WorkbenchPage(renderer),
        MissedPage(renderer, explainer),
        ArchivePage(renderer),
        FeedsPage(renderer),
        AddFeedsPage(renderer),
        EditFeedPage(renderer),
        ReviewPage(renderer),
        DeliveriesPage(renderer),
        LoginPage(renderer),
        StatusFragment(renderer),
        UsersPage(renderer),
        HandoverPage(renderer),
        HealthEndpoints(renderer),
        AlertFeedEndpoint(renderer),
        WebSubEndpoint(renderer),
    ):
        page.mount(app)
    app.add_api_route("/events", StoryWatcher(store).endpoint, methods=["GET"])
    app.mount("/api/v1", MadeWhenRequested(partial(create_api, store, clock, runtime, explainer)))
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    error_page = _ErrorPage(renderer)
    app.add_exception_handler(WirewatchError, error_page)
    app.add_exception_handler(HTTPException, error_page)
    app.add_exception_handler(RequestValidationError, error_page)
    app.add_exception_handler(Exception, error_page)
    return app


def protect(app: ASGIApp, clock: Clock, settings: Settings, directory: AccountDirectory) -> ASGIApp:
    """Wrap an app in what every request must pass: host names, access control, compression.

    Compressing pages that contain secrets (form tokens) is safe here. To guess a secret by the
    size of answers (BREACH), another site would have to send requests with our cookie, which
    ``SameSite=Strict`` prevents.

    Args:
        app: The app to protect.
        clock: The present.
        settings: Host names, access token, and trusted proxies.
        directory: The accounts.
    """
    compressed = GZipMiddleware(AnswerLimit(app), minimum_size=1_000, compresslevel=5)
    token, proxies = secret(settings.web_token), settings.web_proxies
    guarded = AccessControl(
        compressed,
        clock,
        directory,
        token=token,
        proxies=proxies,
        proxy_identity=ProxyIdentity(settings),
    )
    trusted = TrustedHosts(
        guarded,
        settings.web_names,
        any_address=settings.web_everywhere,
        public=host_of(settings.public_url),
        open_folder=CALLBACKS,
    )
    return SubPath(SecurityHeaders(trusted), proxies)


class MadeWhenRequested:
    """An app that is made when it is requested first.

    Making the API takes longer than making all pages, and not every console is asked for it.

    Args:
        make: Makes the app; called once.
    """

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._app = cache(make)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await self._app()(scope, receive, send)


class _ErrorPage:
    """Shows why a page or an action failed: unknown address, invalid form, store not available."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    async def __call__(self, request: Request, error: Exception) -> HTMLResponse:
        t, status = self._renderer.translator(request), _status_of(request, error)
        heading = t(f"error.{status if status in (403, 404, 500, 503) else 400}")
        text = error_page_text(error, status, t)
        answer = self._renderer.render_without_store(
            request, "error.html", status=status, heading=heading, text=text
        )
        if isinstance(error, HTTPException) and error.headers:
            answer.headers.update(error.headers)
        return answer


def _status_of(request: Request, error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, RequestValidationError):
        return 422
    if isinstance(error, UsageError):
        return 400 if request.method == "POST" else 404
    return 503 if isinstance(error, WirewatchError) else 500


def error_page_text(error: Exception, status: int, t: Translator) -> str:
    """Return what to say about an error, in the reader's language."""
    if isinstance(error, NotFoundError) or (isinstance(error, HTTPException) and status == 404):
        return t("error.404.text")
    if status == 500:
        return t("error.500.text")
    if isinstance(error, RoleError):
        return t("error.403.text", role=t.of("role", str(error.role)))
    if isinstance(error, StoreFullError):
        return t("error.store_full.text")
    if isinstance(error, WirewatchError):
        return t.phrase(error.phrase)
    meaning = Phrase("trouble.request")
    if isinstance(error, HTTPException):
        return t.phrase(written_in_english(f"{error.detail}.", meaning))
    return t.phrase(meaning)
