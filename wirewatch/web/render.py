"""What every page has around it: the reader's language, the pulse, the form token."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import StrictUndefined

from config.i18n import Translator
from core.clock import Clock
from core.store import Store
from core.store import deliveries as delivery_store
from core.store import feeds as feed_store
from wirewatch.web.language import preferred
from wirewatch.web.runtime_status import RuntimeStatus
from wirewatch.web.status import SystemStatus, system_status

HERE = Path(__file__).parent
STUCK = ("failed", "unknown")


class PageRenderer:
    """Renders pages.

    Args:
        store: What the console shows.
        clock: The present.
        running: The program around it.
    """

    def __init__(self, store: Store, clock: Clock, running: RuntimeStatus) -> None:
        self.store = store
        self.clock = clock
        self.running = running
        self._since = clock()
        self._templates = Jinja2Templates(directory=HERE / "templates")
        environment = self._templates.env
        environment.undefined = StrictUndefined
        environment.trim_blocks = environment.lstrip_blocks = True

    def words(self, request: Request) -> Translator:
        """The reader's language."""
        return preferred(request.headers.get("accept-language", ""))

    def show(self, request: Request, name: str, *, page: str, **context: Any) -> HTMLResponse:
        """A page with the state of everything on top."""
        now, t = self.clock(), self.words(request)
        with self.store.read() as connection:
            states = feed_store.load_feed_states(connection, now)
            waiting = delivery_store.count_by_state(connection)
        faults = [fault for fault in self.running.faults() if fault.is_error]
        beat = system_status(states, now, self._since, self.running.ill(), faults, t)
        stuck = sum(waiting.get(state, 0) for state in STUCK)
        return self._render(request, name, 200, page, beat, stuck, now, t, context)

    def bare(
        self, request: Request, name: str, *, page: str = "", status: int = 200, **context: Any
    ) -> HTMLResponse:
        """A page that needs no store: signing in, and what went wrong."""
        now, t = self.clock(), self.words(request)
        return self._render(request, name, status, page, SystemStatus("", ""), 0, now, t, context)

    def _render(
        self,
        request: Request,
        name: str,
        status: int,
        page: str,
        beat: SystemStatus,
        stuck: int,
        now: Any,
        t: Translator,
        context: dict[str, Any],
    ) -> HTMLResponse:
        state = request.state
        common = {
            "t": t,
            "now": now,
            "pulse": beat,
            "stuck": stuck,
            "page": page,
            "token": getattr(state, "csrf", ""),
            "may_leave": getattr(state, "signed_in", False),
            "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        }
        return self._templates.TemplateResponse(
            request, name, common | context, status_code=status, headers={"Vary": "Accept-Language"}
        )
