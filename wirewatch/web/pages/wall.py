"""The wall: the newest stories of a filter in large type, for a screen that nobody operates."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from core.store.console.saved_views import list_views
from core.store.console.story_rows import list_rows
from wirewatch.web.pages.saved_views import chosen_name
from wirewatch.web.pages.story_filter import StoryQuery
from wirewatch.web.pages.story_row import row_view
from wirewatch.web.render import READ_METHODS, PageRenderer

MOST_STORIES = 8


class WallPage:
    """The newest stories of a filter. It renews itself, also without a script."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the page to the app."""
        app.add_api_route("/wall", self.page, methods=READ_METHODS, response_class=HTMLResponse)

    def page(self, request: Request) -> HTMLResponse:
        """Show the newest stories of the filter in the address. This is no visit to the list."""
        renderer, query = self._renderer, StoryQuery.read(request.query_params)
        catalog = renderer.runtime.catalog()
        with renderer.store.read() as connection:
            rows = list_rows(connection, query.story_filter(renderer.clock()), limit=MOST_STORIES)
            views = list_views(connection)
        return renderer.render(
            request,
            "wall.html",
            tab="",
            stories=[row_view(row, catalog) for row in rows],
            name=chosen_name(views, query),
            list_address=query.address(),
            is_filtered=bool(query.values),
        )
