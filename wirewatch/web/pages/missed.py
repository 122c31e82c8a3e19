"""The page on which people report an article that they missed, and learn what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from config.catalog.models import Catalog
from config.errors import NotFoundError
from config.i18n import Translator
from core.store.missed_articles import MissedArticle, list_missed, report_missed
from wirewatch.missed_outcome import (
    KnownArticle,
    MissedOutcome,
    find_article,
    find_outcome,
    missed_article,
)
from wirewatch.web import display, forms
from wirewatch.web.actor import actor
from wirewatch.web.explain import Explainer
from wirewatch.web.explained_rules import rules_view
from wirewatch.web.pages.story import explanation_view
from wirewatch.web.render import READ_METHODS, PageRenderer

MAX_URL = 2_048
REPORTED_DAYS = 30
"""Days of which the page lists what was reported."""

Found = tuple[KnownArticle, MissedOutcome]


class MissedPage:
    """A form for the URL of an article, what became of that, and what was reported before."""

    def __init__(self, renderer: PageRenderer, explainer: Explainer) -> None:
        self._renderer = renderer
        self._explainer = explainer

    def mount(self, app: FastAPI) -> None:
        """Add the page and its form to the app."""
        app.add_api_route("/missed", self.page, methods=READ_METHODS, response_class=HTMLResponse)
        app.add_api_route("/missed", self.report, methods=["POST"], response_class=HTMLResponse)

    def page(self, request: Request, topic: str = "") -> HTMLResponse:
        """Show the form, and what was reported."""
        return self._page(request, topic, None)

    async def report(self, request: Request) -> HTMLResponse:
        """Show what became of an article, and record that it was missed unless it was told."""
        form = await forms.read(request)
        topic, url = form.get("topic"), form.get("url", MAX_URL)
        found = await run_in_threadpool(self._report, topic, url, actor(request)) if url else None
        return await run_in_threadpool(self._page, request, topic, found)

    def _report(self, topic: str, url: str, by: str) -> Found:
        store, processors = self._renderer.store, self._explainer.processors()
        if topic not in {definition.id for definition in processors.compiled.topics}:
            raise NotFoundError(f"There is no topic {topic[:80]!r} that is evaluated.")
        with store.read() as connection:
            article = find_article(connection, url)
            outcome = find_outcome(connection, article, topic, processors)
        if not outcome.is_told:
            row = missed_article(article, [outcome], topic, by=by, at=self._renderer.clock())
            store.transact(lambda connection: report_missed(connection, row))
        return article, outcome

    def _page(self, request: Request, topic: str, found: Found | None) -> HTMLResponse:
        renderer = self._renderer
        t, catalog = renderer.translator(request), renderer.runtime.catalog()
        since = renderer.clock() - timedelta(days=REPORTED_DAYS)
        with renderer.store.read() as connection:
            reported = list_missed(connection, since=since)
        return renderer.render(
            request,
            "missed.html",
            tab="topics",
            topic=topic,
            topics=[(each.id, display.line(each.title, 120)) for each in catalog.topics],
            found=found_view(found, catalog, t) if found else None,
            reported=[reported_row(row, catalog, t) for row in reported],
        )


def found_view(found: Found, catalog: Catalog, t: Translator) -> dict[str, Any]:
    """Return what became of an article, as the page shows it."""
    article, outcome = found
    explanation = outcome.explanation
    answer = explanation_view(explanation, catalog, t) if explanation else None
    if explanation and answer:
        answer["rules"] = rules_view(explanation, t)
    return {
        "title": display.title(article.title),
        "url": display.link(article.url),
        "outcome": outcome.outcome,
        "reason": display.reason(outcome.reason.dump(), t, catalog),
        "alert_id": outcome.decision.alert_id if outcome.decision else "",
        "is_recorded": not outcome.is_told,
        "answer": answer,
    }


def reported_row(row: MissedArticle, catalog: Catalog, t: Translator) -> dict[str, Any]:
    """Return a reported article as a row of the list."""
    return {
        "topic": display.topic_title(catalog, row.topic_id) if row.topic_id else "",
        "title": display.title(row.title) or display.line(row.url, 120),
        "url": display.link(row.url),
        "outcome": row.outcome,
        "reason": display.reason(row.reason, t, catalog),
        "by": row.by,
        "at": row.at,
    }
