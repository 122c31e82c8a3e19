"""What the templates show, made from stored rows. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from alerts.notification import ShownArticle
from core.messages import Evidence
from core.store.alerts import Alert
from core.store.deliveries import Delivery, Notification
from core.store.feeds import FeedState
from core.store.stories import StoryArticle

MOODS = {
    "ok": "good",
    "new": "",
    "quiet": "warn",
    "paused": "warn",
    "failing": "bad",
    "gone": "bad",
}
"""Colour of a feed's state; ``off`` has none."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence, marked where a rule matched."""

    text: str
    marked: bool


def marked(evidence: Evidence) -> tuple[Piece, ...]:
    """The evidence's sentence with the surface marked at its first occurrence."""
    before, found, after = evidence.sentence.partition(evidence.surface)
    pieces = (Piece(before, False), Piece(found, True), Piece(after, False))
    return tuple(piece for piece in pieces if piece.text)


def ago(moment: datetime, now: datetime) -> str:
    """``just now``, ``12 min ago``, ``5 h ago``, ``3 days ago``."""
    age = now - moment
    if age < timedelta(minutes=1):
        return "just now"
    if age < timedelta(hours=1):
        return f"{age // timedelta(minutes=1)} min ago"
    if age < timedelta(days=2):
        return f"{age // timedelta(hours=1)} h ago"
    return f"{age.days} days ago"


def link(url: str) -> str:
    """The URL where it is one a page may link to, else nothing."""
    return url if urlsplit(url).scheme in ("http", "https") else ""


def card(alert: Alert, articles: Sequence[StoryArticle], now: datetime) -> dict[str, Any]:
    """A story as the list shows it."""
    shown = [ShownArticle.model_validate_json(a.facts) for a in articles]
    first = next((s for s in shown if s.id == alert.article_id), shown[0] if shown else None)
    best = next(iter(first.evidence), None) if first else None
    return {
        "id": alert.id,
        "at": alert.opened_at,
        "ago": ago(alert.opened_at, now),
        "topic": alert.topic_title,
        "severity": alert.severity,
        "state": alert.state,
        "title": alert.title,
        "reason": alert.reason,
        "score": first.score if first else 0,
        "sentence": marked(best) if best else (),
        "outlet": first.outlet if first else "",
        "language": first.language if first else "",
        "also_in": len({s.outlet for s in shown} - {first.outlet}) if first else 0,
    }


def article(row: StoryArticle) -> dict[str, Any]:
    """An article of a story as its page shows it."""
    shown = ShownArticle.model_validate_json(row.facts)
    return {
        "at": shown.published_at or shown.first_seen_at,
        "outlet": shown.outlet,
        "revision": shown.revision,
        "role": row.role,
        "score": shown.score,
        "url": link(shown.url),
        "title": shown.title,
        "evidence": [
            {"rule": e.rule, "field": e.field.value, "sentence": marked(e)}
            for e in shown.evidence[:5]
        ],
    }


def told(
    notifications: Sequence[tuple[Notification, Sequence[Delivery]]],
) -> list[dict[str, str]]:
    """Each delivery of each notification."""
    return [
        {"kind": n.kind, "target": d.target, "state": d.state, "last_error": d.last_error}
        for n, deliveries in notifications
        for d in deliveries
    ]


def feed(state: FeedState, now: datetime) -> dict[str, str]:
    """A feed as the table shows it."""
    record = state.feed
    return {
        "state": state.state,
        "mood": MOODS.get(state.state, ""),
        "outlet": record.outlet,
        "url": record.url,
        "why": state.reason,
        "last_success": ago(record.last_success_at, now) if record.last_success_at else "never",
        "last_new": ago(record.last_new_at, now) if record.last_new_at else "never",
        "next_due": f"{_until(record.next_due_at, now)} ({record.due_reason})",
    }


def _until(moment: datetime, now: datetime) -> str:
    wait = moment - now
    if wait <= timedelta(0):
        return "now"
    if wait < timedelta(hours=1):
        return f"in {max(1, wait // timedelta(minutes=1))} min"
    return f"in {wait // timedelta(hours=1)} h"


def pulse(states: Sequence[FeedState]) -> dict[str, str]:
    """One line for every page: is it quiet, or broken?"""
    counts = Counter(s.state for s in states if s.state != "off")
    total = sum(counts.values())
    if not total:
        return {"mood": "warn", "words": "no feeds configured"}
    broken = counts["failing"] + counts["gone"]
    words = ", ".join(f"{number} {state}" for state, number in sorted(counts.items()))
    mood = "bad" if broken == total else "warn" if broken else "good"
    return {"mood": mood, "words": f"{total} feeds: {words}"}
