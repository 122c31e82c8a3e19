"""The start page: stories, newest first, and the actions on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from config.catalog.models import Catalog
from config.errors import UsageError
from config.i18n import Translator
from core.store import Connection
from core.store.console import actions, story_list, undo
from core.store.console.actions import ActionResult
from core.store.console.story_list import Facets, StoryCard, StoryCursor
from wirewatch.web import display, forms
from wirewatch.web.flash import flash, redirect, redirect_to_reasons, redirect_with_undo
from wirewatch.web.pages.story_card import card_view
from wirewatch.web.pages.story_filter import StoryQuery, active_filters, preset_links
from wirewatch.web.render import READ_METHODS, PageRenderer

PAGE_SIZE = 50

ACTOR = "console"
"""Author of every action taken here: the console knows an access token, not people."""


class StoriesPage:
    """The list of stories, the count of newer ones, and the actions on stories."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the page and its actions to the app."""
        app.add_api_route("/", self.page, methods=READ_METHODS, response_class=HTMLResponse)
        app.add_api_route("/newer", self.newer, methods=READ_METHODS)
        app.add_api_route("/act", self.act, methods=["POST"])
        app.add_api_route("/undo", self.undo, methods=["POST"])

    def page(self, request: Request) -> HTMLResponse:
        """Show the newest stories that match the filter, or those before a cursor."""
        renderer, now = self._renderer, self._renderer.clock()
        t, query = renderer.translator(request), StoryQuery.read(request.query_params)
        position = request.query_params.get("before", "")
        before = StoryCursor.parse(position) if position else None
        with renderer.store.read() as connection:
            cards = story_list.list_stories(
                connection, query.story_filter(now), before=before, limit=PAGE_SIZE + 1
            )
            facets = story_list.load_facets(connection)
        catalog = renderer.runtime.catalog()
        return renderer.render(
            request,
            "stories.html",
            tab="stories",
            **_filter_context(query, facets, catalog, t),
            **_list_context(query, cards, before, now),
            stories=[card_view(card, catalog, t) for card in cards[:PAGE_SIZE]],
            reasons=actions.REASONS,
            flash=flash(request.query_params, now, t),
            topic_count=len(catalog.topics),
        )

    def newer(self, request: Request, than: str = "") -> JSONResponse:
        """Return how many stories of the filter are newer than a cursor."""
        query = StoryQuery.read(request.query_params).story_filter(self._renderer.clock())
        with self._renderer.store.read() as connection:
            count = story_list.count_newer(connection, query, StoryCursor.parse(than))
        return JSONResponse({"newer": count})

    async def act(self, request: Request) -> RedirectResponse:
        """Acknowledge, close or judge one story or the selected ones.

        A story's own button sends ``one=<verb>:<alert id>``; the buttons above the list send
        ``act=<verb>`` with the selected ids in ``pick``.
        """
        form = await forms.read(request)
        verb, _, alert_id = form.get("one").partition(":")
        alert_ids = [alert_id] if alert_id else form.all("pick")
        verb, address = verb or form.get("act"), forms.return_address(form)
        if not alert_ids:
            return redirect(address, "nothing", self._renderer.clock())
        if verb == actions.IRRELEVANT and not form.get("reason"):
            return redirect_to_reasons(address, alert_ids)
        result = await run_in_threadpool(self._apply, verb, alert_ids, form.get("reason"))
        return redirect_with_undo(address, verb, result, self._renderer.clock())

    async def undo(self, request: Request) -> RedirectResponse:
        """Undo an action of the last seconds."""
        form = await forms.read(request)
        address = forms.return_address(form)
        try:
            result = await run_in_threadpool(self._undo, form.get("undo"))
        except UsageError:
            return redirect(address, "too_late", self._renderer.clock())
        return redirect_with_undo(address, "undone", result, self._renderer.clock())

    def _apply(self, verb: str, alert_ids: Sequence[str], reason: str) -> ActionResult:
        author: Any = {"by": ACTOR, "at": self._renderer.clock()}

        def apply(connection: Connection) -> ActionResult:
            if verb == "ack":
                return actions.ack(connection, alert_ids, **author)
            if verb == "close":
                return actions.close(connection, alert_ids, **author)
            return actions.judge(connection, alert_ids, verdict=verb, reason=reason, **author)

        return self._renderer.store.transact(apply)

    def _undo(self, action_id: str) -> ActionResult:
        now = self._renderer.clock()
        return self._renderer.store.transact(
            lambda connection: undo.undo(connection, action_id, by=ACTOR, at=now)
        )


def _filter_context(
    query: StoryQuery, facets: Facets, catalog: Catalog, t: Translator
) -> dict[str, Any]:
    """Return the variables of the filter's form and links."""
    options = _options(query, facets, catalog, t)
    return {
        "options": options,
        "form": query.form(),
        "presets": preset_links(query, t),
        "active_filters": active_filters(query, dict(options["topic"]), t),
        "is_filtered": bool(query.values),
    }


def _list_context(
    query: StoryQuery, cards: Sequence[StoryCard], before: StoryCursor | None, now: datetime
) -> dict[str, Any]:
    """Return the variables of paging, and of the announcement of newer stories.

    Args:
        query: The filter.
        cards: The stories of this page, and one more if there is another page.
        before: The cursor that this page begins after; None on the first page.
        now: The present.
    """
    has_older = len(cards) > PAGE_SIZE
    newest = cards[0].cursor if cards else StoryCursor(now, "0" * 32)
    return {
        "newest": "" if before else str(newest),
        "query_string": query.address().partition("?")[2],
        "first_page": query.address(),
        "older": query.address(before=str(cards[PAGE_SIZE - 1].cursor)) if has_older else "",
        "is_later_page": before is not None,
    }


def _options(
    query: StoryQuery, facets: Facets, catalog: Catalog, t: Translator
) -> dict[str, list[tuple[str, str]]]:
    """Return the options of each selection in the filter; the chosen value is always one."""
    options = {
        "topic": [(i, display.topic_title(catalog, i, title)) for i, title in facets.topics],
        "outlet": [(i, display.outlet_name(catalog, i)) for i in facets.outlets],
        "language": [(code, t.language(code)) for code in facets.languages],
        "country": [(code, code) for code in facets.countries],
        "severity": [(value, t.of("story.severity", value)) for value in facets.severities],
    }
    for name, pairs in options.items():
        pairs.sort(key=lambda pair: pair[1].casefold())
        if (chosen := query.get(name)) and chosen not in dict(pairs):
            pairs.append((chosen, display.line(chosen, 80)))
    return options | {"state": [(s, t.of("story.state", s)) for s in story_list.STATES]}
