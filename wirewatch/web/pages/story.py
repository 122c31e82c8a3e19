"""A story's page: its timeline, why it matched, who was notified, what is held or suppressed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, PlainTextResponse

from config.catalog.models import Catalog
from config.errors import NotFoundError
from config.i18n import Translator
from core.messages import ArticleRevision, Evidence
from core.messages.alert import ASSIGNED, MERGED, SNOOZE_ENDED, SNOOZED, SPLIT, UNASSIGNED
from core.store import Connection
from core.store import articles as article_store
from core.store.alerts import DecisionRow
from core.store.console import actions, story_list, story_page
from core.store.console.history import StoryAction
from core.store.console.story_list import StoryFilter
from core.store.console.story_page import (
    NotificationDeliveries,
    RevisionText,
    StoryArticleView,
    StoryView,
)
from core.store.deliveries import Delivery
from core.store.escalations import EscalationRow
from core.store.held_items import HeldItem
from core.store.match_counts import NOTIFIED
from core.store.told_revisions import LaterRevision
from core.text import clean, lang_attribute
from core.text.excerpt import excerpt_around
from processors import Explanation
from wirewatch.judged_tests import load_tests_of_alert, tests_yaml
from wirewatch.web import display
from wirewatch.web.actor import author_name
from wirewatch.web.diff import diff
from wirewatch.web.explain import Explainer
from wirewatch.web.flash import flash
from wirewatch.web.pages.deliveries import MOODS, RESENDABLE
from wirewatch.web.pages.story_actions import SNOOZES
from wirewatch.web.pages.story_card import card_view
from wirewatch.web.render import READ_METHODS, PageRenderer

MAX_SPANS = 12
"""Matches shown per rule, and per other topic."""

TIMELINE_SPANS = 3

OTHER_STORIES = 20
"""Newest stories of the topic that a story can be merged with on its page."""

NO_TEST = "# The story is not judged, or the topic's file has this test already."
"""What is shown instead of a test where there is none."""


class StoryPage:
    """The page of one story."""

    def __init__(self, renderer: PageRenderer, explainer: Explainer) -> None:
        self._renderer = renderer
        self._explainer = explainer

    def mount(self, app: FastAPI) -> None:
        """Add the page to the app."""
        path = "/alerts/{alert_id}"
        app.add_api_route(path, self.page, methods=READ_METHODS, response_class=HTMLResponse)
        app.add_api_route(
            f"{path}/tests.yaml", self.tests, methods=READ_METHODS, response_class=PlainTextResponse
        )

    def page(self, request: Request, alert_id: str) -> HTMLResponse:
        """Show everything about one story."""
        renderer = self._renderer
        t, catalog = renderer.translator(request), renderer.runtime.catalog()
        with renderer.store.read() as connection:
            story = story_page.load_story(connection, alert_id)
            others = _other_stories(connection, story)
            article = _main_article(story)
            revisions = (
                article_store.load_revisions(connection, article.article_id) if article else []
            )
        newest = revisions[-1] if revisions else None
        topic_id = story.card.topic_id
        return renderer.render(
            request,
            "story.html",
            tab="",
            **story_context(story, catalog, t),
            others=others,
            name=author_name(request),
            why=score_view(article, topic_id, catalog) if article else None,
            other_topics=self._other_topics(newest, topic_id, catalog, t),
            flash=flash(request.query_params, renderer.clock(), t),
        )

    def tests(self, alert_id: str) -> PlainTextResponse:
        """Return the judged story as a test for the file of its topic.

        Raises:
            NotFoundError: There is no such story, or its topic is not evaluated.
        """
        processors = self._explainer.processors()
        with self._renderer.store.read() as connection:
            card = story_page.load_story(connection, alert_id).card
            topic = next((t for t in processors.compiled.topics if t.id == card.topic_id), None)
            if topic is None:
                raise NotFoundError(f"There is no topic {card.topic_id!r} that is evaluated.")
            tests = load_tests_of_alert(connection, topic, processors, card.alert_id)
        return PlainTextResponse(tests_yaml(topic, tests) if tests else NO_TEST)

    def _other_topics(
        self, article: ArticleRevision | None, topic_id: str, catalog: Catalog, t: Translator
    ) -> list[dict[str, Any]]:
        if article is None:
            return []
        explanations = self._explainer.explain_others(article, topic_id)
        return [explanation_view(explanation, catalog, t) for explanation in explanations]


def _other_stories(connection: Connection, story: StoryView) -> list[tuple[str, str]]:
    """Return id and headline of the newest other stories of the topic, which it may be part of."""
    if not story.card.told:
        return []
    of_topic = StoryFilter(topic=story.card.topic_id)
    cards = story_list.list_stories(connection, of_topic, limit=OTHER_STORIES + 1)
    others = [card for card in cards if card.alert_id != story.card.alert_id]
    return [(card.alert_id, display.title(card.title)) for card in others[:OTHER_STORIES]]


def story_context(story: StoryView, catalog: Catalog, t: Translator) -> dict[str, Any]:
    """Return the variables that show what is stored about a story."""
    suppressed = [row for row in story.decisions if row.event == "suppressed"]
    return {
        "story": card_view(story.card, catalog, t),
        "independent_outlets": story.independent_outlets,
        "timeline": timeline(story, catalog),
        "article_count": len(story.articles),
        "notifications": [notification_view(n, t) for n in story.notifications],
        "held": [held_view(held, t) for held in story.held],
        "suppressed": [decision_view(row, catalog, t) for row in suppressed],
        "elsewhere": [decision_view(row, catalog, t) for row in story.elsewhere],
        "actions": [action_view(action) for action in story.actions if action.undone_at is None],
        "escalations": [escalation_view(row) for row in story.escalations],
        "reasons": actions.REASONS,
        "snoozes": SNOOZES,
    }


def timeline(story: StoryView, catalog: Catalog) -> list[dict[str, Any]]:
    """Return the articles and their later revisions in the order in which they came."""
    entries = [entry for article in story.articles for entry in _entries(article, catalog)]
    return sorted(entries, key=lambda entry: entry["at"])


def score_view(article: StoryArticleView, topic_id: str, catalog: Catalog) -> dict[str, Any]:
    """Return the score of an article with the rules that fired, their weights and matches."""
    topic = catalog.topic(topic_id)
    weights = {rule.id: rule.weight for rule in topic.rules} if topic else {}
    rules = [
        {
            "id": rule,
            "weight": weights.get(rule),
            "spans": spans(
                [e for e in article.evidence if e.rule == rule][:MAX_SPANS], article.later
            ),
        }
        for rule in article.rules
    ]
    return {
        "score": article.score,
        "threshold": topic.threshold if topic else None,
        "rules": rules,
        "language": lang_attribute(article.language),
    }


def spans(evidence: Sequence[Evidence], later: LaterRevision | None = None) -> list[dict[str, Any]]:
    """Return the sentences in which rules fired, each once, with all rules that fired in it.

    Args:
        evidence: The spans.
        later: What a newer revision has changed: ``missing_in`` is its number where it no longer
            has a sentence.
    """
    missing = dict.fromkeys(later.missing, later.revision) if later else {}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for span in evidence:
        field = span.field.value
        view: dict[str, Any] = {
            "rule": span.rule,
            "field": field,
            "pieces": excerpt_around(span, evidence),
        }
        view["missing_in"] = missing.get(span.sentence)
        known = found.setdefault((field, span.sentence), view)
        if span.rule not in known["rule"].split(", "):
            known["rule"] += f", {span.rule}"
    return list(found.values())


def explanation_view(explanation: Explanation, catalog: Catalog, t: Translator) -> dict[str, Any]:
    """Return why a topic matches an article, or why not, as the templates show it."""
    gates = [
        {"passed": gate.passed, "reason": display.reason(gate.why, t)} for gate in explanation.gates
    ]
    return {
        "title": display.topic_title(catalog, explanation.topic),
        "match": explanation.match,
        "score": explanation.score,
        "threshold": explanation.threshold,
        "gates": gates,
        "fired": [rule for rule in explanation.rules if rule.fired],
        "rule_count": len(explanation.rules),
        "spans": spans(explanation.evidence[:MAX_SPANS]),
    }


def decision_view(row: DecisionRow, catalog: Catalog, t: Translator) -> dict[str, Any]:
    """Return a decision about one of the story's articles, here or under another topic."""
    return {
        "alert_id": row.alert_id,
        "topic": display.topic_title(catalog, row.topic_id),
        "outlet": display.outlet_name(catalog, row.outlet),
        "code": row.reason_code,
        "reason": display.reason(row.reason, t, catalog),
    }


def action_view(action: StoryAction) -> dict[str, Any]:
    """Return what a person did, with the time or the other story that it is about."""
    is_regrouping = action.verb in (SPLIT, MERGED)
    is_snooze = action.verb == SNOOZED and action.detail != ""
    ended = {ASSIGNED: UNASSIGNED, SNOOZED: SNOOZE_ENDED} if not action.detail else {}
    return {
        "verb": ended.get(action.verb, action.verb),
        "reason_code": action.reason_code,
        "by": display.line(action.by, 40),
        "at": action.at,
        "other": action.detail if is_regrouping else "",
        "until": datetime.fromisoformat(action.detail) if is_snooze else None,
        "text": "" if is_regrouping or is_snooze else display.line(action.detail, 1_000),
    }


def escalation_view(row: EscalationRow) -> dict[str, Any]:
    """Return a step of an escalation."""
    return {
        "step": row.step,
        "receivers": ", ".join(row.receivers),
        "state": row.state,
        "at": row.ended_at or row.due_at,
        "code": row.ended_code,
        "mood": {"waiting": "warn", "sent": "strong"}.get(row.state, ""),
    }


def held_view(held: HeldItem, t: Translator) -> dict[str, Any]:
    """Return a message that a cap or quiet hours hold."""
    return {
        "receiver": held.receiver,
        "kind": held.item.kind,
        "until": held.held_until,
        "reason": display.reason(held.item.hold_reason, t),
    }


def notification_view(notification: NotificationDeliveries, t: Translator) -> dict[str, Any]:
    """Return a notification with its deliveries, one per target."""
    return {
        "kind": notification.notification.kind,
        "escalation": notification.notification.escalation,
        "deliveries": [_delivery_view(delivery, t) for delivery in notification.deliveries],
    }


def _delivery_view(delivery: Delivery, t: Translator) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "receiver": delivery.receiver,
        "target": display.line(delivery.target, 200),
        "state": delivery.state,
        "mood": MOODS.get(delivery.state, ""),
        "time": delivery.delivered_at or delivery.updated_at,
        "attempts": delivery.attempts,
        "error": display.reason(delivery.last_error, t),
        "can_resend": delivery.state in RESENDABLE,
    }


def _entries(article: StoryArticleView, catalog: Catalog) -> Iterator[dict[str, Any]]:
    """Return an article's entries in the timeline: itself, then each later revision."""
    common = {
        "article_id": article.article_id,
        "outlet": display.outlet_name(catalog, article.outlet),
        "language": lang_attribute(article.language),
        "url": display.link(article.url),
    }
    yield common | _article_entry(article)
    for before, after in zip(article.revisions, article.revisions[1:], strict=False):
        yield common | _revision_entry(before, after)


def _article_entry(article: StoryArticleView) -> dict[str, Any]:
    evidence = () if article.copy_of else article.evidence[:TIMELINE_SPANS]
    return {
        "kind": "copy" if article.copy_of else "article",
        "unread": article.unread,
        "at": article.first_seen_at,
        "title": display.title(article.title),
        "revision": article.revision if article.later or article.revision > 1 else None,
        "is_told": article.is_told,
        "similarity": article.similarity,
        "score": article.score,
        "spans": spans(evidence, article.later),
    }


def _revision_entry(before: RevisionText, after: RevisionText) -> dict[str, Any]:
    if after.gone:
        return {"kind": "gone", "at": after.fetched_at, "title": display.title(after.title)}
    return {
        "kind": "revision",
        "at": after.fetched_at,
        "number": after.revision,
        "retitled": before.title != after.title,
        "diff": diff(_full_text(before), _full_text(after)),
    }


def _full_text(revision: RevisionText) -> str:
    parts = (revision.title, revision.lead, revision.text)
    return clean("\n".join(part for part in parts if part))


def _main_article(story: StoryView) -> StoryArticleView | None:
    """Return the article under whose headline the story is shown, else that of the best score."""
    told = next((r.article_id for r in reversed(story.decisions) if r.match_end == NOTIFIED), "")
    newest = next((a for a in story.articles if a.article_id == told), None)
    return newest or max(story.articles, key=lambda article: article.score, default=None)
