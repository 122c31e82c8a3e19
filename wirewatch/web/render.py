"""Rendering of pages: every page shows the system status and holds a form token."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import StrictUndefined

from config.faults import FAILED_TEST
from config.i18n import Translator
from config.secrets import mask
from core.clock import Clock
from core.store import Store
from core.store import deliveries as delivery_store
from core.store import feeds as feed_store
from core.store import targets as target_store
from core.store.accounts import AccountRole
from core.store.feed_record import FeedState
from core.store.targets import TargetState
from wirewatch.web.actor import may, principal_of
from wirewatch.web.language import ZONE_COOKIE, preferred_translator
from wirewatch.web.runtime_status import RuntimeStatus
from wirewatch.web.status import SystemStatus, system_status
from wirewatch.web.sub_path import prefix_of, with_prefix

HERE = Path(__file__).parent

READ_METHODS = ["GET", "HEAD"]
"""Methods of a page."""

UNDELIVERED = ("failed", "unknown")
"""States of the deliveries that the navigation counts: somebody should look at them."""


class PageRenderer:
    """Renders templates, and holds what every page works with.

    Args:
        store: What the console shows.
        clock: The present.
        runtime: State of the program around the console.
    """

    def __init__(self, store: Store, clock: Clock, runtime: RuntimeStatus) -> None:
        self.store = store
        self.clock = clock
        self.runtime = runtime
        self._started_at = clock()

    def translator(self, request: Request) -> Translator:
        """Return the translator of the reader's language and time zone.

        Where the browser has not named its time zone, it is the one of ``alerts.yaml``.
        """
        zone = request.cookies.get(ZONE_COOKIE) or self.runtime.catalog().alerts.time_zone
        return preferred_translator(request.headers.get("accept-language", ""), zone)

    def render(self, request: Request, template: str, *, tab: str, **context: Any) -> HTMLResponse:
        """Render a page.

        Args:
            request: The request for it.
            template: Name of the template.
            tab: Entry of the navigation that is marked as current; empty marks none.
            **context: Variables of the template.
        """
        t = self.translator(request)
        with self.store.read() as connection:
            states = feed_store.load_feed_states(connection, self.clock())
            counts = delivery_store.count_by_state(connection, *UNDELIVERED)
            broken = [target for target, _ in target_store.list_broken(connection)]
        common = {
            "tab": tab,
            "status": self._status(states, broken, t),
            "undelivered": sum(counts.get(state, 0) for state in UNDELIVERED),
        }
        return self._respond(request, template, t, common | context)

    def render_without_store(
        self, request: Request, template: str, *, tab: str = "", status: int = 200, **context: Any
    ) -> HTMLResponse:
        """Render a page that must work when the store does not: sign-in and errors."""
        common = {"tab": tab, "status": SystemStatus(), "undelivered": 0}
        return self._respond(request, template, self.translator(request), common | context, status)

    def _status(
        self, states: list[FeedState], broken: list[TargetState], t: Translator
    ) -> SystemStatus:
        faults = self.runtime.faults()
        errors = [fault for fault in faults if fault.is_error]
        failed = [fault for fault in faults if fault.code == FAILED_TEST]
        now, ill = self.clock(), self.runtime.ill()
        canary = self.runtime.canary()
        return system_status(states, now, self._started_at, ill, errors, broken, t, canary, failed)

    def _respond(
        self,
        request: Request,
        template: str,
        t: Translator,
        context: dict[str, Any],
        status: int = 200,
    ) -> HTMLResponse:
        url, state, principal = request.url, request.state, principal_of(request)
        context |= {
            "t": t,
            "now": self.clock(),
            "csrf_token": getattr(state, "csrf", ""),
            "signed_in": getattr(state, "signed_in", False),
            "user": principal.name if principal else "",
            "may_act": may(request, AccountRole.ANALYST),
            "may_operate": may(request, AccountRole.OPERATOR),
            "address": f"{url.path}?{url.query}" if url.query else url.path,
        }
        headers = {"Vary": "Accept-Language, Cookie"}
        html = _templates().get_template(template).render(context | {"request": request})
        return HTMLResponse(with_prefix(html, prefix_of(request)), status, headers)


@cache
def _templates() -> Jinja2Templates:
    templates = Jinja2Templates(directory=HERE / "templates")
    templates.env.undefined = StrictUndefined
    templates.env.filters["mask"] = mask
    templates.env.trim_blocks = templates.env.lstrip_blocks = True
    return templates
