"""Views of the list of stories that are saved by name: their links, and the forms about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from config.errors import UsageError
from core.store.console.saved_views import SavedView, delete_view, save_view
from wirewatch.web import display, forms
from wirewatch.web.actor import actor
from wirewatch.web.flash import redirect
from wirewatch.web.pages.story_filter import StoryQuery
from wirewatch.web.preferences import CARDS, LAYOUTS
from wirewatch.web.render import PageRenderer


@dataclass(frozen=True, slots=True)
class ViewQuery:
    """The filter and the layout of a view.

    Attributes:
        filter: The filter.
        layout: One of :data:`wirewatch.web.preferences.LAYOUTS`.
    """

    filter: StoryQuery
    layout: str

    @classmethod
    def parse(cls, query: str) -> ViewQuery:
        """Read a query string of the stories page; untrusted."""
        pairs = dict(parse_qsl(query[:4_000]))
        layout = pairs.get("list", "")
        return cls(StoryQuery.read(pairs), layout if layout in LAYOUTS else CARDS)

    def __str__(self) -> str:
        """Return the query string, always in the same form."""
        return urlencode([*self.filter.values.items(), ("list", self.layout)])


def view_links(views: Sequence[SavedView], current: ViewQuery) -> list[dict[str, Any]]:
    """Return the links to views, the one that the page shows marked as chosen."""
    return [
        {
            "name": display.line(view.name),
            "href": f"/?{view.query}",
            "chosen": view.query == str(current),
            "owner": display.line(view.owner or view.saved_by, 40),
            "saved_by": display.line(view.saved_by, 40),
            "at": view.saved_at,
        }
        for view in views
    ]


def chosen_name(views: Sequence[SavedView], current: StoryQuery) -> str:
    """Return the name of the first view with a filter; empty if there is none."""
    names = (v.name for v in views if ViewQuery.parse(v.query).filter.values == current.values)
    return display.line(next(names, "")) if current.values else ""


class SavedViewActions:
    """Saving and deleting views."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the actions to the app."""
        app.add_api_route("/views", self.save, methods=["POST"])
        app.add_api_route("/views/delete", self.delete, methods=["POST"])

    async def save(self, request: Request) -> RedirectResponse:
        """Save the filter of the page that the form was on, and show it by its name."""
        form, now = await forms.read(request), self._renderer.clock()
        query = str(ViewQuery.parse(form.get("query", 4_000)))
        view = SavedView(form.get("name"), query, actor(request), now, form.get("owner"))
        try:
            await run_in_threadpool(self._save, view)
        except UsageError:
            return redirect(f"/?{query}", "view_not_saved", now)
        return redirect(f"/?{query}", "view_saved", now)

    async def delete(self, request: Request) -> RedirectResponse:
        """Delete a view; what it showed stays."""
        form, now = await forms.read(request), self._renderer.clock()
        await run_in_threadpool(self._delete, form.get("name"), actor(request))
        return redirect(forms.return_address(form), "view_deleted", now)

    def _save(self, view: SavedView) -> None:
        self._renderer.store.transact(lambda connection: save_view(connection, view))

    def _delete(self, name: str, by: str) -> None:
        at = self._renderer.clock()
        self._renderer.store.transact(
            lambda connection: delete_view(connection, name, by=by, at=at)
        )
