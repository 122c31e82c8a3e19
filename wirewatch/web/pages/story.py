"""One story: how it grew, why it was told, why not under other topics, and who heard of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from config.catalog.models import Catalog
from config.i18n import Translator
from core.messages import ArticleRevision, Evidence
from core.store import articles as article_store
from core.store.alerts import DecisionRow
from core.store.console import actions, story_page
from core.store.console.story_page import RevisionText, StoryArticleView, StoryView
from core.text import clean, lang_attribute
from core.text.excerpt import sentence_of
from processors import Explanation
from wirewatch.web import display
from wirewatch.web.diff import diff
from wirewatch.web.explain import Explainer
from wirewatch.web.pages.deliveries import MOODS
from wirewatch.web.pages.stories import READ, card, flash, outlet_name, topic_title
from wirewatch.web.render import PageRenderer

SHOWN_SPANS = 12
"""Spans of one article that are listed; the count says how many there are."""


class StoryPage:
    """The page."""

    def __init__(self, frame: PageRenderer, explainer: Explainer) -> None:
        self._frame = frame
        self._explainer = explainer

    def mount(self, app: FastAPI) -> None:
        """Put it where it is called."""
        path = "/alerts/{alert_id}"
        app.add_api_route(path, self.page, methods=READ, response_class=HTMLResponse)

    def page(self, request: Request, alert_id: str) -> HTMLResponse:
        """Everything about one story."""
        frame, now = self._frame, self._frame.clock()
        t, catalog = frame.words(request), frame.running.catalog()
        with frame.store.read() as connection:
            found = story_page.load_story(connection, alert_id)
            first = _first(found)
            versions = article_store.load_revisions(connection, first.article_id) if first else []
        newest = versions[-1] if versions else None
        return frame.show(
            request,
            "story.html",
            page="",
            story=card(found.card, catalog, t),
            entries=list(timeline(found, catalog)),
            why=why(first, found.card.topic_id, catalog) if first else None,
            others=self._others(newest, found.card.topic_id, catalog, t),
            elsewhere=[elsewhere(row, catalog, t) for row in found.elsewhere],
            told=[told(one.notification.kind, one.deliveries, t) for one in found.notifications],
            held=[held(row, catalog, t) for row in found.decisions if row.event == "suppressed"],
            actions=[a for a in found.actions if a.undone_at is None],
            first_seen=found.card.first_seen,
            last_seen=found.card.last_seen,
            reasons=actions.REASONS,
            flash=flash(request.query_params, now, t),
        )

    def _others(
        self, article: ArticleRevision | None, topic_id: str, catalog: Catalog, t: Translator
    ) -> list[dict[str, Any]]:
        if article is None:
            return []
        return [explained(e, catalog, t) for e in self._explainer.others(article, topic_id)]


def timeline(story: StoryView, catalog: Catalog) -> Iterator[dict[str, Any]]:
    """Articles and their later versions, in the order they came."""
    found = [entry for part in story.articles for entry in _entries(part, catalog)]
    yield from sorted(found, key=lambda entry: entry["at"])


def _entries(part: StoryArticleView, catalog: Catalog) -> Iterator[dict[str, Any]]:
    common = {
        "outlet": outlet_name(catalog, part.outlet),
        "language": lang_attribute(part.language),
        "url": display.link(part.url),
    }
    first = part.revisions[0] if part.revisions else None
    yield common | {
        "kind": "copy" if part.copy_of else "article",
        "at": part.first_seen_at,
        "published": part.published_at,
        "title": display.title(first.title if first else part.title),
        "similarity": round(100 * part.similarity),
        "score": part.score,
        "spans": spans(part.evidence[:3]) if not part.copy_of else [],
    }
    for before, after in zip(part.revisions, part.revisions[1:], strict=False):
        yield common | {
            "kind": "revision",
            "at": after.fetched_at,
            "number": after.revision,
            "title": display.title(after.title),
            "retitled": display.title(before.title) if before.title != after.title else "",
            "diff": diff(_text(before), _text(after)),
        }


def _text(version: RevisionText) -> str:
    return clean("\n".join(part for part in (version.title, version.lead, version.text) if part))


def why(part: StoryArticleView, topic_id: str, catalog: Catalog) -> dict[str, Any]:
    """The rules that fired with their weights, and every span."""
    topic = next((topic for topic in catalog.topics if topic.id == topic_id), None)
    weights = {rule.id: rule.weight for rule in topic.rules} if topic else {}
    rules = [
        {
            "id": rule,
            "weight": weights.get(rule),
            "spans": spans([e for e in part.evidence if e.rule == rule][:SHOWN_SPANS]),
        }
        for rule in part.rules
    ]
    return {
        "score": part.score,
        "threshold": topic.threshold if topic else None,
        "rules": rules,
        "language": lang_attribute(part.language),
    }


def spans(evidence: Sequence[Evidence]) -> list[dict[str, Any]]:
    """Where rules fired; a sentence is listed once."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in evidence:
        row = {"rule": one.rule, "field": one.field.value, "pieces": sentence_of(one, evidence)}
        found.setdefault((one.field.value, one.sentence), row)
    return list(found.values())


def explained(found: Explanation, catalog: Catalog, t: Translator) -> dict[str, Any]:
    """A topic's answer, as short as a line and as long as its table."""
    return {
        "id": found.topic,
        "title": topic_title(catalog, found.topic),
        "match": found.match,
        "score": found.score,
        "threshold": found.threshold,
        "gates": [
            {"name": gate.name, "passed": gate.passed, "why": display.reason(gate.why, t)}
            for gate in found.gates
        ],
        "fired": [rule for rule in found.rules if rule.fired],
        "asked": len(found.rules),
        "spans": spans(found.evidence[:SHOWN_SPANS]),
    }


def elsewhere(row: DecisionRow, catalog: Catalog, t: Translator) -> dict[str, Any]:
    """What another topic made of one of the articles."""
    return held(row, catalog, t) | {
        "topic": topic_title(catalog, row.topic_id),
        "alert_id": row.alert_id,
        "event": row.event,
    }


def held(row: DecisionRow, catalog: Catalog, t: Translator) -> dict[str, Any]:
    """An article nobody was told of, and why."""
    return {
        "outlet": outlet_name(catalog, row.outlet),
        "title": display.title(row.title),
        "code": row.reason_code,
        "reason": display.reason(row.reason, t),
        "at": row.decided_at,
    }


def told(kind: str, deliveries: Sequence[Any], t: Translator) -> dict[str, Any]:
    """A notification with its state per target."""
    return {
        "kind": kind,
        "targets": [
            {
                "id": d.id,
                "receiver": d.receiver,
                "target": display.line(d.target, 200),
                "state": d.state,
                "mood": MOODS.get(d.state, ""),
                "at": d.delivered_at or d.updated_at,
                "attempts": d.attempts,
                "error": display.reason(d.last_error, t),
                "may_resend": d.state in ("failed", "unknown", "pending"),
            }
            for d in deliveries
        ],
    }


def _first(story: StoryView) -> StoryArticleView | None:
    """The article it began with, else the one with the highest score."""
    opened = next((d.article_id for d in story.decisions if d.event == "opened"), "")
    by_score: Sequence[StoryArticleView] = sorted(story.articles, key=lambda p: -p.score)
    return next((p for p in story.articles if p.article_id == opened), next(iter(by_score), None))
