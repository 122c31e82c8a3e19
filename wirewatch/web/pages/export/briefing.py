"""A story as a briefing: one page to print, or to save as PDF, for people without the console.

::

    GET /alerts/<id>/briefing ─▶ StoryView ─┬─▶ developments   what people were told, oldest first
                                            ├─▶ sources        each text once, its copies counted
                                            └─▶ remarks        what people wrote
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from config.catalog.models import Catalog
from config.i18n import Translator
from core.messages import Evidence
from core.store.alerts import DecisionRow
from core.store.console import story_page
from core.store.console.actions import IRRELEVANT, RELEVANT
from core.store.console.history import StoryAction
from core.store.console.notes import NOTED
from core.store.console.story_page import StoryArticleView, StoryView
from core.store.match_counts import NOTIFIED
from core.store.told_revisions import ToldRevision, load_told_revisions
from core.text import lang_attribute
from wirewatch.web import display
from wirewatch.web.pages.story import TIMELINE_SPANS, action_view, spans
from wirewatch.web.pages.story_card import card_view
from wirewatch.web.render import READ_METHODS, PageRenderer

MAX_NAMES = 12
"""Outlets with a copy that are named."""


class BriefingPage:
    """The briefing of a story."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the page to the app."""
        path = "/alerts/{alert_id}/briefing"
        app.add_api_route(path, self.page, methods=READ_METHODS, response_class=HTMLResponse)

    def page(self, request: Request, alert_id: str) -> HTMLResponse:
        """Show the briefing of a story.

        Raises:
            NotFoundError: There is no such story.
        """
        renderer = self._renderer
        t, catalog = renderer.translator(request), renderer.runtime.catalog()
        with renderer.store.read() as connection:
            story = story_page.load_story(connection, alert_id)
            told = load_told_revisions(connection, story.card.alert_id)
        console = f"{catalog.alerts.console_url.rstrip('/')}/alerts/{story.card.alert_id}"
        context = briefing_context(story, told, catalog, t)
        return renderer.render_without_store(request, "briefing.html", console=console, **context)


def briefing_context(
    story: StoryView, told: Sequence[ToldRevision], catalog: Catalog, t: Translator
) -> dict[str, Any]:
    """Return the variables of the template.

    Args:
        story: The story.
        told: The revisions of its articles that people were told of.
        catalog: Names of topics and outlets.
        t: The reader's language.
    """
    sources = [article for article in story.articles if not article.copy_of]
    listed = {article.article_id for article in sources}
    strays = [a for a in story.articles if a.copy_of and a.copy_of not in listed]
    return {
        "story": card_view(story.card, catalog, t),
        "first_seen": story.card.first_seen,
        "article_count": len(story.articles),
        "outlet_count": len({article.outlet for article in story.articles}),
        "independent_outlets": story.independent_outlets,
        "developments": developments(story, told, catalog, t),
        "sources": [_source(article, story.articles, catalog) for article in sources],
        "other_copies": _copies(strays, catalog),
        "remarks": remarks(story.actions),
    }


def developments(
    story: StoryView, told: Sequence[ToldRevision], catalog: Catalog, t: Translator
) -> list[dict[str, Any]]:
    """Return what people were told of a story, oldest first, with the sentences that matched then.

    Of a story that nobody was told of, return the decisions about its articles.
    """
    notified = [row for row in story.decisions if row.match_end == NOTIFIED]
    evidence = {(a.article_id, a.revision): a.evidence for a in story.articles}
    evidence |= {(row.article_id, row.revision): row.shown().evidence for row in told}
    rows = sorted(notified or story.decisions, key=lambda row: row.decided_at)
    return [
        _development(row, evidence.get((row.article_id, row.revision), ()), catalog, t)
        for row in rows
    ]


def remarks(actions: Sequence[StoryAction]) -> list[dict[str, Any]]:
    """Return what people wrote about a story, oldest first: their verdicts and notes."""
    views = [action_view(action) for action in actions if action.undone_at is None]
    return [view for view in views if view["verb"] in (RELEVANT, IRRELEVANT, NOTED)]


def _development(
    row: DecisionRow, evidence: Sequence[Evidence], catalog: Catalog, t: Translator
) -> dict[str, Any]:
    return {
        "at": row.decided_at,
        "reason": display.reason(row.reason, t, catalog),
        "title": display.title(row.title),
        "outlet": display.outlet_name(catalog, row.outlet),
        "language": lang_attribute(row.language),
        "spans": spans(evidence[:TIMELINE_SPANS]),
    }


def _source(
    article: StoryArticleView, articles: Sequence[StoryArticleView], catalog: Catalog
) -> dict[str, Any]:
    copies = [other for other in articles if other.copy_of == article.article_id]
    return {
        "at": article.published_at or article.first_seen_at,
        "is_published": article.published_at is not None,
        "outlet": display.outlet_name(catalog, article.outlet),
        "title": display.title(article.title),
        "language": lang_attribute(article.language),
        "url": display.link(article.url),
        "is_gone": bool(article.revisions) and article.revisions[-1].gone,
        "copies": _copies(copies, catalog),
    }


def _copies(copies: Sequence[StoryArticleView], catalog: Catalog) -> dict[str, Any]:
    """Return the number of copies of a text, and the names of their outlets."""
    outlets = dict.fromkeys(display.outlet_name(catalog, copy.outlet) for copy in copies)
    names = ", ".join([*outlets][:MAX_NAMES])
    return {"count": len(copies), "outlets": f"{names} …" if len(outlets) > MAX_NAMES else names}
