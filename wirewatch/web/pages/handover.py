"""The handover page: what is open, taken, held, and was told since the shift began."""

from __future__ import annotations

from collections.abc import Set
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse

from config.catalog.models import Catalog
from core.store.console.handover import Handover, HandoverAlert, HandoverList, load_handover
from core.store.held_items import list_held_titles
from wirewatch.web import display
from wirewatch.web.pages.deliveries import held_row
from wirewatch.web.render import READ_METHODS, PageRenderer

SHIFTS = (4, 8, 12, 24)
"""Hours since the shift began that the page offers."""

MOST_HELD = 100


class HandoverPage:
    """Shows what the next shift must know."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the page to the app."""
        app.add_api_route("/handover", self.page, methods=READ_METHODS, response_class=HTMLResponse)

    def page(
        self, request: Request, hours: Annotated[Literal["4", "8", "12", "24"], Query()] = "8"
    ) -> HTMLResponse:
        """Show the page.

        Args:
            request: The request.
            hours: How long ago the shift began.
        """
        renderer = self._renderer
        t, catalog = renderer.translator(request), renderer.runtime.catalog()
        since = renderer.clock() - timedelta(hours=int(hours))
        with renderer.store.read() as connection:
            handover = load_handover(connection, since)
            held = list_held_titles(connection)
        waiting = {each.item.alert_id for each, _ in held}
        return renderer.render(
            request,
            "handover.html",
            tab="handover",
            sections=[
                section_view("open", handover.open, handover, catalog, waiting),
                section_view("taken", handover.taken, handover, catalog, waiting),
                section_view("told", handover.told, handover, catalog, waiting),
            ],
            held=[held_row(each, title, catalog, t) for each, title in held[:MOST_HELD]],
            held_count=len(held),
            since=since,
            hours=int(hours),
            shifts=[(n, t.plural("handover.hours", n)) for n in SHIFTS],
        )


def section_view(
    name: str, listed: HandoverList, handover: Handover, catalog: Catalog, waiting: Set[str]
) -> dict[str, Any]:
    """Return a part of the page: its name, how many alerts it has, and those that are shown.

    Args:
        name: ``open``, ``taken`` or ``told``.
        listed: The alerts of the part.
        handover: Has the notes.
        catalog: Has the titles of topics.
        waiting: Ids of alerts of which a message is held.
    """
    return {
        "name": name,
        "count": listed.count,
        "left_out": listed.count - len(listed.alerts),
        "stories": [
            alert_view(alert, handover, catalog) | {"is_held": alert.id in waiting}
            for alert in listed.alerts
        ],
    }


def alert_view(alert: HandoverAlert, handover: Handover, catalog: Catalog) -> dict[str, Any]:
    """Return an alert with its notes as the page shows it."""
    return {
        "id": alert.id,
        "at": alert.opened_at,
        "title": display.title(alert.title),
        "topic": display.topic_title(catalog, alert.topic_id, alert.topic_title),
        "severity": alert.severity,
        "state": alert.state,
        "taken_by": display.line(alert.taken_by, 40),
        "notes": [
            {"text": display.line(note.text, 1_000), "by": display.line(note.by, 40), "at": note.at}
            for note in handover.notes
            if note.alert_id == alert.id
        ],
    }
