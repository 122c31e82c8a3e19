"""The start page: stories, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse

from config.catalog.models import Catalog
from config.i18n import Translator
from core.store.console import actions, story_list
from core.store.console.story_list import Facets, StoryCard, StoryCursor
from wirewatch.web import display
from wirewatch.web.actor import typed_name
from wirewatch.web.flash import flash
from wirewatch.web.pages.story_card import card_view
from wirewatch.web.pages.story_filter import StoryQuery, active_filters, preset_links
from wirewatch.web.render import READ_METHODS, PageRenderer

PAGE_SIZE = 50


class StoriesPage:
    """The list of stories, and the count of newer ones."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the page to the app."""
        app.add_api_route("/", self.page, methods=READ_METHODS, response_class=HTMLResponse)
        app.add_api_route("/newer", self.newer, methods=READ_METHODS)

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
            name=typed_name(request),
        )

    def newer(self, request: Request, than: str = "") -> JSONResponse:
        """Return how many stories of the filter are newer than a cursor."""
        query = StoryQuery.read(request.query_params).story_filter(self._renderer.clock())
        with self._renderer.store.read() as connection:
            count = story_list.count_newer(connection, query, StoryCursor.parse(than))
        return JSONResponse({"newer": count})


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
