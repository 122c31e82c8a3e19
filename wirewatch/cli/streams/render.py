"""Records for people: one compact block each, by what they carry.

::

    Record ─▶ kind (ce_type, else the stream) ─▶ the fields a person wants ─▶ Block ─▶ lines

Everything in a record is untrusted: each piece is cleaned and cut before it reaches a terminal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import typer

from config.errors import PoisonError
from core.messages import AlertEvent, ArticleRevision, Enriched, FeedHealth, Match, Message, Origin
from core.messages.envelope import (
    ALERTS,
    ARTICLES,
    DEAD_LETTER,
    ENRICHED,
    FEED_HEALTH,
    MATCHES,
    from_record,
)
from core.streams.dead_letter_replay import parse_dead_letter
from core.streams.port import Record
from core.text import clean_line

SENTENCES, ENTITIES = 3, 8
"""Most sentences and entities shown of one record."""

_EVENTS = {
    "notification_delivered": "notification delivered",
    "notification_failed": "notification failed",
}


@dataclass(frozen=True, slots=True)
class RecordSummary:
    """A record as a person reads it.

    Attributes:
        kind: What it is, in words.
        about: Short facts beside it.
        title: The line that matters most; empty where there is none.
        lines: The rest.
    """

    kind: str
    about: tuple[str, ...] = ()
    title: str = ""
    lines: tuple[str, ...] = ()


def lines_of(
    record: Record, *, zone: tzinfo | None = None, colour: bool = False, name: str = ""
) -> list[str]:
    """The lines of a record; the first says when, what and where, the others are indented.

    Args:
        record: From any stream.
        zone: Time zone of the times shown; None is this machine's.
        colour: Whether the terminal shows colours.
        name: The stream as consumers know it; by default as we do.
    """
    block = block_of(record, zone)
    place = f"{name or record.stream} {record.partition}:{record.offset}"
    facts = " · ".join(fact for fact in map(_short, block.about) if fact)
    head = "  ".join(p for p in (_styled(block.kind, colour, bold=True), facts) if p)
    stamp = _styled(_time(record.time, zone), colour, dim=True)
    found = [f"{stamp}  {head}  {_styled(place, colour, dim=True)}"]
    if title := clean_line(block.title, 300):
        found.append(f"  {_styled(title, colour, bold=True)}")
    return found + [f"  {line}" for raw in block.lines if (line := clean_line(raw, 400))]


def block_of(record: Record, zone: tzinfo | None = None) -> RecordSummary:
    """What a person wants to know of a record."""
    if record.stream == DEAD_LETTER:
        return _letter(record)
    home = (record.header("ce_type") or record.stream).removeprefix("wirewatch.")
    message, shown = _KINDS.get(home, (None, None))
    if message and shown:
        try:
            return shown(from_record(record, message), zone)
        except PoisonError:
            pass  # its header names a kind its value is not of: shown as what it holds
    return _raw(record)


def _article(article: ArticleRevision, zone: tzinfo | None) -> RecordSummary:
    published = f"published {_time(article.published_at, zone)}" if article.published_at else ""
    return RecordSummary(
        "article" if article.revision == 1 else f"article, revision {article.revision}",
        (article.outlet, article.language, _origin(article), article.agency or ""),
        article.title,
        (article.lead, article.url, _facts(_id("id", article.article_id), published)),
    )


def _match(match: Match, _zone: tzinfo | None) -> RecordSummary:
    article = match.article
    seen = dict.fromkeys((e.sentence, e.rule) for e in match.evidence)
    sentences = [f"“{sentence}” ({rule})" for sentence, rule in list(seen)[:SENTENCES]]
    revision = f"revision {match.revision}"
    return RecordSummary(
        "match",
        (
            match.topic_id,
            f"score {match.score} of {match.threshold}",
            article.outlet,
            match.language,
            _origin(article),
        ),
        article.title,
        (*sentences, article.url, _facts(_id("id", match.article_id), revision)),
    )


def _enriched(enriched: Enriched, _zone: tzinfo | None) -> RecordSummary:
    topics = ", ".join(f"{t.topic_id} {t.score}" for t in enriched.topics)
    named = list(dict.fromkeys(e.surface for e in enriched.entities))
    return RecordSummary(
        "enriched",
        (f"{enriched.language} ({enriched.language_source})",),
        f"topics: {topics}" if topics else "",
        (
            f"names: {', '.join(named[:ENTITIES])}" if named else "",
            _facts(_id("id", enriched.article_id), f"revision {enriched.revision}"),
        ),
    )


def _alert(event: AlertEvent, _zone: tzinfo | None) -> RecordSummary:
    ids = {"alert": event.alert_id, "story": event.story_id, "article": event.article_id}
    return RecordSummary(
        _EVENTS.get(event.event.value, f"alert {event.event.value}"),
        (event.topic_id, event.severity, event.reason_code, event.target or ""),
        event.reason,
        (_facts(*(_id(name, value) for name, value in ids.items() if value)),),
    )


def _feed(health: FeedHealth, _zone: tzinfo | None) -> RecordSummary:
    words = health.event.value.replace("_", " ")
    return RecordSummary(
        f"feed {words}", (health.outlet, health.outcome), health.message, (health.url,)
    )  # fmt: skip


def _letter(record: Record) -> RecordSummary:
    letter = parse_dead_letter(record)
    origin = f"{letter.original_stream} {letter.original_partition}:{letter.original_offset}"
    return RecordSummary(
        "dead letter",
        (
            letter.stage or "",
            letter.error_class or "",
            f"{letter.attempts} attempt(s)" if letter.attempts else "",
        ),
        letter.error_message or "",
        (
            _facts(
                f"from {origin}" if letter.target else "it does not say where it came from",
                f"key {letter.key}" if letter.key else "",
                f"first failed {letter.first_failed_at}" if letter.first_failed_at else "",
            ),
            _excerpt(record.value),
        ),
    )


def _raw(record: Record) -> RecordSummary:
    key = "" if record.key is None else f"key {record.key.decode('utf-8', 'replace')}"
    kind = record.header("ce_type") or "record"
    headers = [
        f"{name}={value.decode('utf-8', 'replace')}"
        for name, value in record.headers
        if not name.startswith("ce_")
    ]
    return RecordSummary(kind, (key,), "", (_excerpt(record.value), " ".join(headers)))


def _excerpt(value: bytes | None) -> str:
    if value is None:
        return "(no value)"
    return value[:2_000].decode("utf-8", "replace") or "(empty)"


def _origin(article: ArticleRevision) -> str:
    """Said where it is not the usual one."""
    return "" if article.origin is Origin.LIVE else article.origin.value


def _facts(*facts: str) -> str:
    return " · ".join(fact for fact in facts if fact)


def _id(name: str, value: str) -> str:
    return f"{name} {value[:8]}"


def _short(text: str) -> str:
    return clean_line(text, 60)


def _time(moment: datetime, zone: tzinfo | None) -> str:
    try:
        return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError):  # year 1 or 9999 in a zone that leads out of the calendar
        return moment.strftime("%Y-%m-%d %H:%M:%S")


def _styled(text: str, colour: bool, **style: bool) -> str:
    return typer.style(text, **style) if colour and text else text


_KINDS: dict[str, tuple[type[Message], Callable[[Any, tzinfo | None], RecordSummary]]] = {
    ARTICLES: (ArticleRevision, _article),
    MATCHES: (Match, _match),
    ENRICHED: (Enriched, _enriched),
    ALERTS: (AlertEvent, _alert),
    FEED_HEALTH: (FeedHealth, _feed),
}
