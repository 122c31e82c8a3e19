"""The start page: stories, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse

from config.catalog.models import Catalog
from config.i18n import Translator
from core.store import Connection
from core.store.console import actions, story_list, story_rows
from core.store.console.saved_views import SavedView, list_views
from core.store.console.story_list import Facets, StoryCard, StoryCursor, StoryFilter
from core.store.console.story_rows import StoryRow
from wirewatch.web import display, last_look, preferences
from wirewatch.web.actor import author_name
from wirewatch.web.flash import flash
from wirewatch.web.last_look import LastLook
from wirewatch.web.pages.saved_views import ViewQuery, view_links
from wirewatch.web.pages.story_card import card_view
from wirewatch.web.pages.story_filter import StoryQuery, active_filters, preset_links
from wirewatch.web.pages.story_row import row_view
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
        layout, catalog = preferences.choose_layout(request), renderer.runtime.catalog()
        look, is_visit = _last_look(request, now), _is_visit(request, before)
        look = look.visit(now) if is_visit else look
        with renderer.store.read() as connection:
            stories, views = _load_stories(
                connection, query.story_filter(now, t.zone), before, layout, catalog, t
            )
            facets = story_list.load_facets(connection)
            saved = list_views(connection)
        answer = renderer.render(
            request,
            "stories.html",
            tab="stories",
            **_filter_context(query, facets, catalog, t),
            **_list_context(query, stories, before, now),
            **_mark_new(views, look.since),
            **_view_context(saved, query, layout),
            stories=views,
            layout=layout,
            layouts=[(name, query.address(list=name)) for name in preferences.LAYOUTS],
            reasons=actions.REASONS,
            flash=flash(request.query_params, now, t),
            topic_count=len(catalog.topics),
            name=author_name(request),
        )
        preferences.remember_layout(answer, request, layout)
        if is_visit:
            preferences.remember(answer, request, last_look.COOKIE, str(look))
        return answer

    def newer(self, request: Request, than: str = "") -> JSONResponse:
        """Return how many stories of a filter are newer than a cursor, and the newest headline."""
        renderer, query = self._renderer, StoryQuery.read(request.query_params)
        chosen = query.story_filter(renderer.clock(), renderer.translator(request).zone)
        with renderer.store.read() as connection:
            count = story_list.count_newer(connection, chosen, StoryCursor.parse(than))
            newest = story_rows.list_rows(connection, chosen, limit=1) if count else []
        title = display.title(newest[0].title) if newest else ""
        return JSONResponse({"newer": count, "title": title})


def _load_stories(
    connection: Connection,
    story_filter: StoryFilter,
    before: StoryCursor | None,
    layout: str,
    catalog: Catalog,
    t: Translator,
) -> tuple[Sequence[StoryCard | StoryRow], list[dict[str, Any]]]:
    """Return the stories of a page and one more if there is another page, and their views."""
    limit = PAGE_SIZE + 1
    if layout == preferences.COMPACT:
        rows = story_rows.list_rows(connection, story_filter, before=before, limit=limit)
        return rows, [row_view(row, catalog) for row in rows[:PAGE_SIZE]]
    cards = story_list.list_stories(connection, story_filter, before=before, limit=limit)
    return cards, [card_view(card, catalog, t) for card in cards[:PAGE_SIZE]]


def _last_look(request: Request, now: datetime) -> LastLook:
    """Return what the browser remembers, with what the address says was seen since."""
    look = LastLook.read(request.cookies.get(last_look.COOKIE, ""), now)
    return look.seen_until(request.query_params.get("looked", ""), now)


def _is_visit(request: Request, before: StoryCursor | None) -> bool:
    """Return whether somebody opens the list. A script that updates a page in place does not."""
    is_page = request.headers.get("sec-fetch-dest", "document") == "document"
    return before is None and request.method == "GET" and is_page


def _mark_new(views: Sequence[dict[str, Any]], since: datetime) -> dict[str, int]:
    """Mark the open stories that are new to the reader, and return how many there are."""
    for view in views:
        view["is_new"] = view["state"] == "open" and view["at"] > since
    return {"new_count": sum(view["is_new"] for view in views)}


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


def _view_context(saved: Sequence[SavedView], query: StoryQuery, layout: str) -> dict[str, Any]:
    """Return the variables of the saved views, and of the wall with the same filter."""
    current = ViewQuery(query, layout)
    links = view_links(saved, current)
    return {
        "views": links,
        "view_name": next((link["name"] for link in links if link["chosen"]), ""),
        "view_owner": next((link["owner"] for link in links if link["chosen"]), ""),
        "view_query": str(current),
        "wall": "/wall" + query.address().removeprefix("/"),
    }


def _list_context(
    query: StoryQuery,
    stories: Sequence[StoryCard | StoryRow],
    before: StoryCursor | None,
    now: datetime,
) -> dict[str, Any]:
    """Return the variables of paging, and of the announcement of newer stories.

    Args:
        query: The filter.
        stories: The stories of this page, and one more if there is another page.
        before: The cursor that this page begins after; None on the first page.
        now: The present.
    """
    has_older = len(stories) > PAGE_SIZE
    newest = stories[0].cursor if stories else StoryCursor(now, "0" * 32)
    return {
        "newest": "" if before else str(newest),
        "query_string": query.address().partition("?")[2],
        "first_page": query.address(),
        "newer_page": query.address(looked=last_look.format_time(now - last_look.LATE_COMMIT)),
        "all_seen": query.address(looked=last_look.format_time(now)),
        "older": query.address(before=str(stories[PAGE_SIZE - 1].cursor)) if has_older else "",
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
