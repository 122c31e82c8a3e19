"""Deliveries: what did not arrive, or not yet, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from config.catalog.models import Catalog
from config.errors import NotFoundError
from config.i18n import Translator
from core.store import deliveries as delivery_store
from core.store.console import overviews
from core.store.console.overviews import DeliveryOverview
from core.store.console.story_list import StoryCursor
from wirewatch.web import display, forms
from wirewatch.web.flash import note, noted
from wirewatch.web.forms import with_query
from wirewatch.web.pages.stories import READ, topic_title
from wirewatch.web.render import PageRenderer

STATES = tuple(overviews.DELIVERY_STATES)
MOODS = {"delivered": "good", "failed": "bad", "pending": "warn", "unknown": "warn",
         "sending": "info"}  # fmt: skip
PAGE_SIZE = 50


class DeliveriesPage:
    """The page, and sending again."""

    def __init__(self, frame: PageRenderer) -> None:
        self._frame = frame

    def mount(self, app: FastAPI) -> None:
        """Put them where they are called."""
        app.add_api_route("/deliveries", self.page, methods=READ, response_class=HTMLResponse)
        app.add_api_route("/deliveries/resend", self.resend, methods=["POST"])

    def page(self, request: Request, state: str = "", before: str = "") -> HTMLResponse:
        """Deliveries in a state, newest first."""
        frame, now = self._frame, self._frame.clock()
        t = frame.words(request)
        state = state if state in STATES else STATES[0]
        place = StoryCursor.parse(before) if before else None
        with frame.store.read() as connection:
            found = overviews.list_deliveries(
                connection, state=state, before=place, limit=PAGE_SIZE + 1
            )
            waiting = counted(delivery_store.count_by_state(connection))
        rows = found[:PAGE_SIZE]
        older = ""
        if len(found) > PAGE_SIZE:
            older = with_query("/deliveries", [("state", state)], before=str(rows[-1].cursor))
        return frame.show(
            request,
            "deliveries.html",
            page="deliveries",
            states=[(s, waiting.get(s, 0)) for s in STATES],
            state=state,
            deliveries=[row(d, frame.running.catalog(), now, t) for d in rows],
            older=older,
            later=bool(before),
            flash=noted(request.query_params, now, t),
        )

    async def resend(self, request: Request) -> RedirectResponse:
        """Try a delivery again, with the same id."""
        form = await forms.read(request)
        said = await run_in_threadpool(self._resend, form.get("delivery"))
        return note(forms.back(form, "/deliveries"), said, self._frame.clock())

    def _resend(self, delivery_id: str) -> str:
        now = self._frame.clock()
        try:
            outcome = self._frame.store.transact(
                lambda c: delivery_store.resend(c, delivery_id, now=now)
            )
        except NotFoundError:
            return "not_resent"
        return "resent" if outcome.is_accepted else "not_resent"


def counted(by_state: Mapping[str, int]) -> dict[str, int]:
    """How many deliveries stand under each heading of the page."""
    headings = overviews.DELIVERY_STATES.items()
    return {word: sum(by_state.get(s, 0) for s in states) for word, states in headings}


def row(found: DeliveryOverview, catalog: Catalog, now: datetime, t: Translator) -> dict[str, Any]:
    """A delivery as the table shows it."""
    delivery = found.delivery
    return {
        "id": delivery.id,
        "state": delivery.state,
        "mood": MOODS.get(delivery.state, ""),
        "kind": found.kind,
        "alert_id": found.alert_id,
        "topic": topic_title(catalog, found.topic_id),
        "title": display.title(found.title),
        "receiver": delivery.receiver,
        "target": display.line(delivery.target, 200),
        "attempts": delivery.attempts,
        "repeat": delivery.possible_repeat,
        "when": delivery.delivered_at or delivery.updated_at,
        "again": delivery.next_attempt_at if delivery.state in ("pending", "unknown") else None,
        "is_due": delivery.next_attempt_at <= now + timedelta(seconds=1),
        "error": display.reason(delivery.last_error, t),
        "may_resend": delivery.state in ("failed", "pending", "unknown"),
    }
