"""The deliveries page: shows what was not delivered, or not yet, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from config.catalog.models import Catalog
from config.errors import NotFoundError
from config.i18n import Phrase, Translator
from core.store import deliveries as delivery_store
from core.store import held_items, targets
from core.store import resend as resend_store
from core.store.console import overviews
from core.store.console.overviews import DELIVERY_STATES, DeliveryOverview
from core.store.console.story_list import StoryCursor
from core.store.held_items import HeldItem
from core.store.resend import Selection
from core.store.targets import TargetState
from wirewatch.owners import owner_of_receiver
from wirewatch.web import display, forms
from wirewatch.web.actor import actor
from wirewatch.web.flash import flash, redirect_with_count, redirect_with_outcome
from wirewatch.web.forms import with_query
from wirewatch.web.outcome_texts import resend_phrase
from wirewatch.web.render import READ_METHODS, PageRenderer

MOODS = {"delivered": "good", "failed": "bad", "pending": "warn", "unknown": "warn",
         "sending": "info"}  # fmt: skip
"""Colour of a delivery's state; the label says the same."""

RESENDABLE = ("failed", "pending", "unknown")
"""States in which the page offers to send again."""

PAGE_SIZE = 50


class DeliveriesPage:
    """The list of deliveries, and the action that sends one again."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the page and its action to the app."""
        app.add_api_route(
            "/deliveries", self.page, methods=READ_METHODS, response_class=HTMLResponse
        )
        app.add_api_route("/deliveries/resend", self.resend, methods=["POST"])
        app.add_api_route("/deliveries/resend-all", self.resend_all, methods=["POST"])

    def page(self, request: Request, state: str = "", before: str = "") -> HTMLResponse:
        """Show the deliveries in a state, newest first."""
        renderer, now = self._renderer, self._renderer.clock()
        t, catalog = renderer.translator(request), renderer.runtime.catalog()
        state = state if state in DELIVERY_STATES else "undelivered"
        position = StoryCursor.parse(before) if before else None
        with renderer.store.read() as connection:
            found = overviews.list_deliveries(
                connection, state=state, before=position, limit=PAGE_SIZE + 1
            )
            counts = delivery_store.count_by_state(connection)
            broken = targets.list_broken(connection)
            held = held_items.list_held_titles(connection)
        return renderer.render(
            request,
            "deliveries.html",
            tab="deliveries",
            counts=count_by_filter(counts),
            state=state,
            deliveries=[delivery_row(d, catalog, now, t) for d in found[:PAGE_SIZE]],
            broken=[broken_row(target, waiting, catalog, t) for target, waiting in broken],
            held=[held_row(each, title, catalog, t) for each, title in held[:PAGE_SIZE]],
            held_count=len(held),
            older=_older_page(state, found),
            is_later_page=position is not None,
            flash=flash(request.query_params, now, t),
        )

    async def resend(self, request: Request) -> RedirectResponse:
        """Send a delivery again, with the same id."""
        form = await forms.read(request)
        phrase = await run_in_threadpool(self._resend, form.get("delivery"), actor(request))
        address = forms.return_address(form, "/deliveries")
        return redirect_with_outcome(address, phrase, self._renderer.clock())

    async def resend_all(self, request: Request) -> RedirectResponse:
        """Send again all that failed, or everything undelivered of a receiver."""
        form = await forms.read(request)
        receiver = form.get("receiver")
        selection = Selection(target=receiver, failed_only=not receiver)
        n = await run_in_threadpool(self._resend_all, selection, actor(request))
        address = forms.return_address(form, "/deliveries")
        return redirect_with_count(address, "resent", n, self._renderer.clock())

    def _resend_all(self, selection: Selection, by: str) -> int:
        """Return how many are sent again."""
        now = self._renderer.clock()
        outcomes = self._renderer.store.transact(
            lambda c: resend_store.resend_selected(c, selection, now=now, by=by)
        )
        return sum(outcome.is_accepted for _, outcome in outcomes)

    def _resend(self, delivery_id: str, by: str) -> Phrase:
        now = self._renderer.clock()
        try:
            outcome = self._renderer.store.transact(
                lambda c: resend_store.resend_one(c, delivery_id, now=now, by=by)
            )
        except NotFoundError:
            return Phrase("resend.not_found")
        return resend_phrase(outcome)


def count_by_filter(counts: Mapping[str, int]) -> dict[str, int]:
    """Return how many deliveries each filter of the page shows.

    Args:
        counts: Number of deliveries by state.
    """
    return {
        name: sum(counts.get(state, 0) for state in states)
        for name, states in DELIVERY_STATES.items()
    }


def broken_row(
    target: TargetState, waiting: int, catalog: Catalog, t: Translator
) -> dict[str, Any]:
    """Return a broken target as the page shows it."""
    return {
        "receiver": target.receiver,
        "owner": _owner(catalog, target.receiver),
        "target": display.line(target.target, 200),
        "since": target.broken_since,
        "waiting": waiting,
        "next_attempt": target.probe_at,
        "error": display.reason(target.reason, t),
    }


def held_row(held: HeldItem, title: str, catalog: Catalog, t: Translator) -> dict[str, Any]:
    """Return a message that a cap or quiet hours hold, as the page shows it."""
    return {
        "alert_id": held.item.alert_id,
        "title": display.line(title, 200),
        "topic": display.topic_title(catalog, held.item.topic_id),
        "kind": held.item.kind,
        "receiver": held.receiver,
        "until": held.held_until,
        "reason": display.reason(held.item.hold_reason, t),
    }


def delivery_row(
    overview: DeliveryOverview, catalog: Catalog, now: datetime, t: Translator
) -> dict[str, Any]:
    """Return a delivery as a row of the table."""
    delivery = overview.delivery
    is_waiting = delivery.state in ("pending", "unknown")
    return {
        "id": delivery.id,
        "state": delivery.state,
        "mood": MOODS.get(delivery.state, ""),
        "kind": overview.kind,
        "alert_id": overview.alert_id,
        "topic": display.topic_title(catalog, overview.topic_id),
        "title": display.title(overview.title),
        "is_system": overview.kind == delivery_store.SYSTEM,
        "receiver": delivery.receiver,
        "owner": _owner(catalog, delivery.receiver),
        "target": display.line(delivery.target, 200),
        "attempts": delivery.attempts,
        "may_repeat": delivery.possible_repeat,
        "time": delivery.delivered_at or delivery.updated_at,
        "next_attempt": delivery.next_attempt_at if is_waiting else None,
        "is_due": delivery.next_attempt_at <= now + timedelta(seconds=1),
        "error": display.reason(delivery.last_error, t),
        "can_resend": delivery.state in RESENDABLE,
    }


def _owner(catalog: Catalog, receiver: str) -> str:
    return display.line(owner_of_receiver(catalog, receiver), display.LONGEST_NAME)


def _older_page(state: str, found: Sequence[DeliveryOverview]) -> str:
    """Return the address of the next page; empty if ``found`` holds no more than one page."""
    if len(found) <= PAGE_SIZE:
        return ""
    return with_query("/deliveries", [("state", state)], before=str(found[PAGE_SIZE - 1].cursor))
