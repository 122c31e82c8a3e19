"""The report of a simulation: messages and decisions in the form that programs read. Pure.

The body of a notification is read as the JSON that its receiver would get, so that kinds and
fields that a newer version writes appear here by themselves.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alerts.decide import Decision
from config.i18n import in_english
from core.clock import rfc3339
from core.dispositions import Drop
from core.messages import Match
from core.store.deliveries import Notification

ROLES: Mapping[str, str] = {"member": "minor"}
"""Roles that are reported by another name."""

CORRECTING = ("correction", "retraction")
"""Reason codes that are roles of their own in a report."""

DROPPED = "dropped"
"""Event of a match that was decided before: nothing was published."""


@dataclass
class SimulationReport:
    """What a simulation has shown.

    Attributes:
        articles: Revisions that went through the topics.
        matches: Matches of them.
        gone: Reports that a page has vanished.
        messages: One object for each notification of a receiver, in the order of time.
        decisions: One object for each match, in the order of time.
    """

    articles: int = 0
    matches: int = 0
    gone: int = 0
    messages: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the report as one JSON object."""
        return {
            "articles": self.articles,
            "matches": self.matches,
            "gone": self.gone,
            "messages": self.messages,
            "decisions": self.decisions,
        }


def decision_row(
    match: Match, decision: Decision | Drop, stored_role: str, at: datetime
) -> dict[str, Any]:
    """Return a decision for the report.

    Args:
        match: The match.
        decision: The decision about it.
        stored_role: The article's role in its story as it is stored now; empty where it is in none.
        at: When it was decided.
    """
    row = {
        "at": shown_time(at),
        "topic": match.topic_id,
        "url": match.article.url,
        "revision": match.revision,
    }
    if isinstance(decision, Drop):
        result = {"story": None, "role": None, "event": DROPPED, "reason_code": decision.reason}
        return row | result | {"reason": decision.detail}
    return row | {
        "story": decision.story_id,
        "role": _role(decision, stored_role),
        "event": decision.event.value,
        "reason_code": decision.code.value,
        "reason": in_english(decision.reason),
    }


def _role(decision: Decision, stored: str) -> str | None:
    """Return the role of a revision in its story, or None where it was not compared.

    A revision that leaves its article's role as it is says nothing new: it is minor.
    """
    code = decision.code.value
    if code in CORRECTING:
        return code
    if decision.role is not None:
        return ROLES.get(decision.role.value, decision.role.value)
    return ("copy" if stored == "copy" else "minor") if stored else None


class MessageRows:
    """Turns notifications into rows, and remembers which articles each receiver knows."""

    def __init__(self) -> None:
        self._told: defaultdict[tuple[str, str, bool], dict[str, int]] = defaultdict(dict)

    def row(
        self, notification: Notification, at: datetime, held_until: datetime | None = None
    ) -> dict[str, Any]:
        """Return a message for the report.

        Args:
            notification: As it is stored.
            at: When it goes out, or when it was decided where it is held.
            held_until: Until when it is held.
        """
        body = json.loads(notification.body)
        story, topic = body.get("story") or {}, body.get("topic") or {}
        row = {
            "at": shown_time(at),
            "kind": body.get("kind", notification.kind),
            "topic": topic.get("id"),
            "story": story.get("id"),
            "title": story.get("title"),
            "urls": self._newly_told(notification.receiver, body),
            "development": story.get("development") or None,
            "reason": body.get("reason", ""),
            "receivers": [notification.receiver],
            "held_until": held_until and shown_time(held_until),
        }
        more = {name: body[name] for name in ("topics", "digest", "escalation") if body.get(name)}
        items = [_item(item) for item in body.get("items") or ()]
        return row | more | ({"items": items} if items else {})

    def _newly_told(self, receiver: str, body: dict[str, Any]) -> list[str]:
        """Return the articles that the receiver is told for the first time.

        Those that a message only lists below count once. One that it is about counts although an
        earlier message listed it, and again in a newer revision.
        """
        urls = []
        for story, is_about, article in _articles_of(body):
            told = self._told[receiver, story, is_about]
            listed = self._told[receiver, story, not is_about]
            url, revision = str(article.get("url")), int(article.get("revision") or 1)
            is_known = url in told or (url in listed and not is_about)
            if not is_known or (is_about and revision > told[url]):
                urls.append(url)
            told[url] = max(revision, told.get(url, 0))
        return list(dict.fromkeys(urls))


def _item(item: dict[str, Any]) -> dict[str, Any]:
    """Return a message that a digest replaces, without the article's text."""
    story = item.get("story") or {}
    return {
        "kind": item.get("kind"),
        "topic": (item.get("topic") or {}).get("id"),
        "story": story.get("id"),
        "title": story.get("title"),
        "urls": [article.get("url") for article in item.get("articles") or ()],
        "development": story.get("development") or None,
        "held_reason": item.get("held_reason"),
    }


def _articles_of(body: dict[str, Any]) -> Iterator[tuple[str, bool, dict[str, Any]]]:
    """Yield the articles of a message, each with its story and whether the message is about it.

    A digest has several stories.
    """
    for part in (body, *(body.get("items") or ())):
        story = (part.get("story") or {}).get("id", "")
        for number, article in enumerate(part.get("articles") or ()):
            yield story, number == 0 or article.get("id") in part.get("about", ()), article


def shown_time(moment: datetime) -> str:
    """Return a time for the report, cut to milliseconds."""
    return rfc3339(moment.replace(microsecond=moment.microsecond // 1000 * 1000))
