"""What the templates show, made from stored rows. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from alerts.notification import ShownArticle
from config.faults import Fault
from core.messages import Evidence, Field
from core.store.alerts import Alert
from core.store.deliveries import Delivery, Notification
from core.store.feeds import FeedState
from core.store.stories import StoryArticle
from core.text import clean_line

LONGEST_TITLE = 300
"""Characters; real headlines have a third of that."""

SHOWN_EVIDENCE = 5

OVERDUE = timedelta(minutes=15)
"""A feed due for so long is not late but forgotten: polls take seconds and come in turn."""

WORST_FIRST = ("failing", "gone", "paused", "quiet", "new", "ok", "off")

MOODS = {"ok": "good", "quiet": "warn", "paused": "warn", "failing": "bad", "gone": "bad"}
"""Colour of a feed's state; the others have none. The word says the same."""

DELIVERY_MOODS = {"delivered": "good", "failed": "bad", "pending": "warn", "unknown": "warn"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence, marked where a rule matched."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Pulse:
    """Is it quiet, or broken? On every page.

    Attributes:
        mood: good, warn or bad; the words say the same.
        words: One line.
        troubles: What is wrong, one sentence each.
    """

    mood: str
    words: str
    troubles: tuple[str, ...]


def pulse(
    states: Sequence[FeedState],
    now: datetime,
    since: datetime,
    ill: Sequence[str],
    faults: Sequence[Fault],
) -> Pulse:
    """The state of everything in one line, the worst first.

    Args:
        states: Of every feed.
        now: The present.
        since: When the program started: what was due before could not be polled.
        ill: Stages that do not run, with reasons.
        faults: Errors that keep the newest operator files out of force.
    """
    counts = Counter(s.state for s in states if s.state != "off")
    total, broken = sum(counts.values()), counts["failing"] + counts["gone"]
    troubles = [f"Stopped, and tried again soon: {stage}" for stage in ill]
    if faults:
        more = f" And {len(faults) - 1} more." if len(faults) > 1 else ""
        files = "The newest configuration is refused, the one before stays in force."
        troubles.append(f"{files} {faults[0]}{more}")
    due = min((s.feed.next_due_at for s in states if _is_polled(s)), default=now)
    overdue = now - max(due, since)
    if not total:
        return Pulse("warn", "No feed is configured", tuple(troubles))
    if broken == total:
        return Pulse("bad", f"Broken: no feed can be read, {_failing(broken)}", tuple(troubles))
    if ill:
        return Pulse("bad", "Broken: a part of the program is down", tuple(troubles))
    if overdue > OVERDUE:
        words = f"Broken: feeds have been due for {_span(overdue)} and are not polled"
        return Pulse("bad", words, tuple(troubles))
    return _working(states, counts, now, tuple(troubles))


def _working(
    states: Sequence[FeedState], counts: Counter[str], now: datetime, troubles: tuple[str, ...]
) -> Pulse:
    total, broken = sum(counts.values()), counts["failing"] + counts["gone"]
    newest = max((s.feed.last_new_at for s in states if s.feed.last_new_at), default=None)
    news = f"newest entry {ago(newest, now)}" if newest else "no entry yet"
    if broken:
        return Pulse("warn", f"Working, {news}; {_failing(broken)} of {total}", troubles)
    if counts["new"] == total:
        return Pulse("warn", f"Starting: {_feeds(total)} to be read", troubles)
    mood = "warn" if troubles else "good"
    return Pulse(mood, f"Working: {_feeds(total)}, {news}", troubles)


def _is_polled(state: FeedState) -> bool:
    return state.state in ("new", "ok", "quiet", "failing")


def _feeds(number: int) -> str:
    return f"{number} feed{'s' if number != 1 else ''}"


def _failing(number: int) -> str:
    return f"{_feeds(number)} failing"


def marked(evidence: Evidence) -> tuple[Piece, ...]:
    """The evidence's sentence with the surface marked at its first occurrence."""
    sentence, surface = clean_line(evidence.sentence), clean_line(evidence.surface)
    if not surface or surface not in sentence:
        return (Piece(sentence, False),) if sentence else ()
    before, found, after = sentence.partition(surface)
    pieces = (Piece(before, False), Piece(found, True), Piece(after, False))
    return tuple(piece for piece in pieces if piece.text)


def ago(moment: datetime, now: datetime) -> str:
    """``just now``, ``12 min ago``, ``5 h ago``, ``3 days ago``."""
    age = now - moment
    return "just now" if age < timedelta(minutes=1) else f"{_span(age)} ago"


def _span(time: timedelta) -> str:
    if time < timedelta(hours=1):
        return f"{max(1, time // timedelta(minutes=1))} min"
    return f"{time // timedelta(hours=1)} h" if time < timedelta(days=2) else f"{time.days} days"


def link(url: str) -> str:
    """The URL where it is one a page may link to, else nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def card(alert: Alert, articles: Sequence[StoryArticle], now: datetime) -> dict[str, Any]:
    """A story as the list shows it."""
    shown = [ShownArticle.model_validate_json(a.facts) for a in articles]
    first = next((s for s in shown if s.id == alert.article_id), shown[0] if shown else None)
    best = _telling(first.evidence) if first else None
    return {
        "id": alert.id,
        "at": alert.opened_at,
        "ago": ago(alert.opened_at, now),
        "topic": alert.topic_title,
        "severity": alert.severity,
        "state": alert.state,
        "acked_by": clean_line(alert.acked_by, 80),
        "title": clean_line(alert.title, LONGEST_TITLE) or "(no title)",
        "reason": clean_line(alert.reason),
        "score": first.score if first else 0,
        "sentence": marked(best) if best else (),
        "outlet": first.outlet if first else "",
        "language": language(first.language) if first else "",
        "also_in": len({s.outlet for s in shown} - {first.outlet}) if first else 0,
    }


def _telling(evidence: Sequence[Evidence]) -> Evidence | None:
    """The first span outside the title, which stands above it anyway; else the first."""
    below = (e for e in evidence if e.field is not Field.TITLE)
    return next(below, evidence[0] if evidence else None)


def article(row: StoryArticle) -> dict[str, Any]:
    """An article of a story as its page shows it."""
    shown = ShownArticle.model_validate_json(row.facts)
    return {
        "at": shown.published_at or shown.first_seen_at,
        "outlet": shown.outlet,
        "revision": shown.revision,
        "is_copy": row.copy_of is not None,
        "score": shown.score,
        "language": language(shown.language),
        "url": link(shown.url),
        "title": clean_line(shown.title, LONGEST_TITLE) or "(no title)",
        "evidence": [
            {"rule": e.rule, "field": e.field.value, "sentence": marked(e)}
            for e in shown.evidence[:SHOWN_EVIDENCE]
        ],
        "more": max(0, len(shown.evidence) - SHOWN_EVIDENCE),
    }


def language(code: str) -> str:
    """A language code fit for a ``lang`` attribute, else nothing."""
    return code if re.fullmatch(r"[a-z]{2,3}", code) else ""


def told(
    notifications: Sequence[tuple[Notification, Sequence[Delivery]]], now: datetime
) -> list[dict[str, str]]:
    """Each delivery of each notification."""
    return [
        {
            "kind": n.kind.replace("_", " "),
            "receiver": n.receiver,
            "target": clean_line(d.target, 200),
            "state": d.state,
            "mood": DELIVERY_MOODS.get(d.state, ""),
            "when": ago(d.delivered_at or d.updated_at, now),
            "last_error": clean_line(d.last_error),
        }
        for n, deliveries in notifications
        for d in deliveries
    ]


def feed(state: FeedState, now: datetime) -> dict[str, str]:
    """A feed as the table shows it."""
    record = state.feed
    polled = state.state != "off"
    return {
        "state": state.state,
        "mood": MOODS.get(state.state, ""),
        "outlet": record.outlet,
        "url": record.url,
        "why": "" if state.state == "ok" else clean_line(state.reason),
        "last_success": ago(record.last_success_at, now) if record.last_success_at else "never",
        "last_new": ago(record.last_new_at, now) if record.last_new_at else "never",
        "next_due": _until(record.next_due_at, now) if polled else "-",
        "due_why": clean_line(record.due_reason) if polled else "",
    }


def _until(moment: datetime, now: datetime) -> str:
    return "now" if moment <= now else f"in {_span(moment - now)}"
