"""The pages on which people compare two readings of disputed pages."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from config.catalog.models import Catalog
from config.errors import NotFoundError
from config.i18n import Phrase, Translator
from core.store.disputed_pages import DisputedPage, find_disputed, list_disputed
from core.text import clean
from wirewatch.web import display
from wirewatch.web.render import READ_METHODS, PageRenderer

MOST_ROWS = 200


class ReviewPage:
    """The list of disputed pages, and one of them with both texts side by side."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the pages to the app."""
        for path, page in (
            ("/articles/review", self.list_page),
            ("/articles/review/{article_id}", self.page),
        ):
            app.add_api_route(path, page, methods=READ_METHODS, response_class=HTMLResponse)

    def list_page(self, request: Request, outlet: str = "") -> HTMLResponse:
        """Show disputed pages, newest first."""
        renderer = self._renderer
        t, catalog = renderer.translator(request), renderer.runtime.catalog()
        with renderer.store.read() as connection:
            pages = list_disputed(connection, outlet=outlet or None, limit=MOST_ROWS)
        return renderer.render(
            request,
            "review.html",
            tab="review",
            outlet=outlet,
            outlets=[(o.id, display.outlet_name(catalog, o.id)) for o in catalog.outlets],
            pages=[review_row(page, catalog, t) for page in pages],
            page=None,
        )

    def page(self, request: Request, article_id: str) -> HTMLResponse:
        """Show both texts of one page."""
        renderer = self._renderer
        t, catalog = renderer.translator(request), renderer.runtime.catalog()
        with renderer.store.read() as connection:
            page = find_disputed(connection, article_id)
        if page is None:
            raise NotFoundError(f"There is no disputed page {article_id[:40]!r}.")
        texts = (
            (t("review.article"), page.source, page.size, page.text),
            (t("review.other"), page.other_source, page.other_size, page.other),
        )
        return renderer.render(
            request,
            "review.html",
            tab="review",
            page=review_row(page, catalog, t),
            texts=[_text_view(*values, t=t) for values in texts],
        )


def review_row(page: DisputedPage, catalog: Catalog, t: Translator) -> dict[str, Any]:
    """Return a disputed page as a row of the list."""
    return {
        "article_id": page.article_id,
        "outlet": display.outlet_name(catalog, page.outlet),
        "title": display.title(page.title),
        "url": display.link(page.url),
        "reason": display.reason(Phrase(f"opinion.{page.reason}"), t),
        "size": page.size,
        "source": t.phrase(Phrase(f"opinion.from.{page.source}")),
        "other_size": page.other_size,
        "other_source": t.phrase(Phrase(f"opinion.from.{page.other_source}")),
        "at": page.at,
    }


def _text_view(heading: str, source: str, size: int, text: str, t: Translator) -> dict[str, Any]:
    return {
        "heading": heading,
        "source": t.phrase(Phrase(f"opinion.from.{source}")),
        "size": size,
        "text": clean(text),
        "is_cut": size > len(text),
    }
