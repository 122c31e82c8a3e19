"""The page that searches all articles in the query language, matched by a topic or not."""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from config.catalog.models import Catalog
from config.errors import ArchiveTimeoutError, BusyError, QueryError, WirewatchError
from config.i18n import Translator
from core.archive import Archive, ArchiveFilter
from core.archive.excerpts import is_excerpt
from core.archive.open import open_archive
from core.metrics import CONSOLE_REFUSED
from core.text import for_log, lang_attribute
from core.text.excerpt import excerpt
from processors.archive import Hit, SearchLimits, SearchPage, Stopped, compile_search, search
from processors.archive.words import words_of
from wirewatch.web import display
from wirewatch.web.render import READ_METHODS, PageRenderer
from wirewatch.web.search_count import COUNTED, search_count

LIMITS = SearchLimits(hits=25, read=3_000, seconds=2.0, counted=COUNTED)
"""Of one page. 3,000 articles take the engine about two seconds."""
MAX_QUERY = 2_000
CONCURRENT_SEARCHES = 3
"""Searches at the same time; each keeps a core busy for up to two seconds."""

PERIODS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
FIELDS = ("q", "last", "outlet", "language")

log = structlog.get_logger(__name__)


class ArchivePage:
    """A form for a query, and the articles that it matches, newest first."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer
        self._lock = threading.Lock()
        self._archive: Archive | None = None
        self._slots = threading.BoundedSemaphore(CONCURRENT_SEARCHES)

    def mount(self, app: FastAPI) -> None:
        """Add the page to the app."""
        app.add_api_route("/search", self.page, methods=READ_METHODS, response_class=HTMLResponse)

    def page(self, request: Request) -> HTMLResponse:
        """Show the form and, where there is a query, a page of what it matches."""
        renderer = self._renderer
        t, catalog = renderer.translator(request), renderer.runtime.catalog()
        form = {name: request.query_params.get(name, "")[:MAX_QUERY].strip() for name in FIELDS}
        before = request.query_params.get("before", "")
        context: dict[str, Any] = {"result": None, "fault": None, "trouble": None}
        context["is_outdated"] = False
        if form["q"]:
            context |= self._search(form, catalog, t, int(before) if is_number(before) else None)
        return renderer.render(
            request,
            "search.html",
            tab="search",
            form=form,
            is_later_page=bool(before),
            periods=tuple(PERIODS),
            outlets=[(o.id, display.outlet_name(catalog, o.id)) for o in catalog.outlets],
            languages=[(c, t.language(c)) for c in renderer.runtime.settings.language_codes],
            **context,
        )

    def _search(
        self, form: dict[str, str], catalog: Catalog, t: Translator, before: int | None
    ) -> dict[str, Any]:
        """Return the variables of what was found, or of why nothing could be."""
        settings = self._renderer.runtime.settings
        if not self._slots.acquire(blocking=False):
            CONSOLE_REFUSED.labels("searches").inc()
            raise BusyError("Too many searches at once.", mend="Try again in a few seconds.")
        try:
            query = compile_search(form["q"], catalog, settings.language_codes)
            selection = selected(form, self._renderer.clock())
            archive = self._open()
            found = search(archive, query, selection, before=before, limits=LIMITS)
            is_outdated = not archive.index_state().is_current
        except QueryError as error:
            return {"fault": error.faults[0]}
        except ArchiveTimeoutError:
            return {"trouble": t("search.timeout")}
        except WirewatchError as error:
            log.warning("archive_not_searched", reason=for_log(str(error)))
            return {"trouble": t("search.unavailable")}
        finally:
            self._slots.release()
        result = result_view(found, form, catalog, t)
        result["count"] = search_count(found, t) if before is None else ""
        return {"result": result, "is_outdated": is_outdated}

    def _open(self) -> Archive:
        """Return the archive, which is opened by the first search."""
        with self._lock:
            if self._archive is None:
                self._archive = open_archive(self._renderer.runtime.settings, words_of)
            return self._archive


def is_number(text: str) -> bool:
    """Return whether a text is a number that a page may begin before."""
    return re.fullmatch("-?[0-9]{1,18}", text) is not None


def selected(form: dict[str, str], now: datetime) -> ArchiveFilter:
    """Return the selection of a form."""
    period = PERIODS.get(form["last"])
    return ArchiveFilter(
        since=now - period if period else None, outlet=form["outlet"], language=form["language"]
    )


def result_view(
    found: SearchPage, form: dict[str, str], catalog: Catalog, t: Translator
) -> dict[str, Any]:
    """Return a page of hits as the template shows it."""
    more = {name: value for name, value in form.items() if value}
    older = urlencode(more | {"before": str(found.next)}) if found.next is not None else ""
    return {
        "hits": [article_view(hit, catalog) for hit in found.hits],
        "older": f"/search?{older}" if older else "",
        "first_page": f"/search?{urlencode(more)}",
        "note": note_of(found, t),
    }


def note_of(found: SearchPage, t: Translator) -> str:
    """Return what a reader must know of how far the search read; empty where that is all."""
    back_to = t.moment(found.back_to) if found.back_to else ""
    if not found.is_indexed:
        return t("search.not_indexed", back_to=back_to) if found.read else ""
    if found.stopped in (Stopped.READ, Stopped.TIME):
        return t("search.stopped", back_to=back_to)
    return ""


def article_view(hit: Hit, catalog: Catalog) -> dict[str, Any]:
    """Return a hit as the template shows it."""
    article, enriched = hit.revision.article, hit.revision.enriched
    topics = [score.topic_id for score in enriched.topics] if enriched else []
    return {
        "title": display.title(article.title),
        "url": display.link(article.url),
        "outlet": display.outlet_name(catalog, article.outlet),
        "at": article.published_at or article.fetched_at,
        "language": lang_attribute(hit.revision.language),
        "excerpt": excerpt(hit.evidence),
        "is_excerpt": is_excerpt(article),
        "topics": [(topic, display.topic_title(catalog, topic)) for topic in topics],
    }
