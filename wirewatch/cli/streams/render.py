"""Render records for people: a few lines for each, depending on its kind.

::

    Record ─▶ kind (ce_type, else the stream) ─▶ its main fields ─▶ RecordSummary ─▶ lines

Everything in a record is untrusted: each part is cleaned and shortened for the terminal.
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
"""Most sentences and entities of one record."""

_EVENTS = {
    "notification_delivered": "notification delivered",
    "notification_failed": "notification failed",
}


@dataclass(frozen=True, slots=True)
class RecordSummary:
    """The summary of a record for people.

    Attributes:
        kind: What kind of record it is.
        about: Short facts for the first line.
        title: The most important line; may be empty.
        lines: Further lines.
    """

    kind: str
    about: tuple[str, ...] = ()
    title: str = ""
    lines: tuple[str, ...] = ()


def render_record(
    record: Record, *, zone: tzinfo | None = None, colour: bool = False, name: str = ""
) -> list[str]:
    """Return the lines of a record: time, kind and position first, the others indented.

    Args:
        record: A record of any stream.
        zone: Time zone of the times; None is this machine's.
        colour: Whether the terminal shows colours.
        name: Full name of the stream; by default its name without prefix.
    """
    summary = summarize(record, zone)
    position = f"{name or record.stream} {record.partition}:{record.offset}"
    facts = " · ".join(fact for fact in map(_short, summary.about) if fact)
    head = "  ".join(p for p in (_styled(summary.kind, colour, bold=True), facts) if p)
    time = _styled(_format_time(record.time, zone), colour, dim=True)
    lines = [f"{time}  {head}  {_styled(position, colour, dim=True)}"]
    if title := clean_line(summary.title, 300):
        lines.append(f"  {_styled(title, colour, bold=True)}")
    return lines + [f"  {line}" for raw in summary.lines if (line := clean_line(raw, 400))]


def summarize(record: Record, zone: tzinfo | None = None) -> RecordSummary:
    """Return the summary of a record."""
    if record.stream == DEAD_LETTER:
        return _dead_letter(record)
    kind = (record.header("ce_type") or record.stream).removeprefix("wirewatch.")
    message, summarize_message = _KINDS.get(kind, (None, None))
    if message and summarize_message:
        try:
            return summarize_message(from_record(record, message), zone)
        except PoisonError:
            pass  # the value is not of the kind that its header names
    return _raw(record)


def _article(article: ArticleRevision, zone: tzinfo | None) -> RecordSummary:
    published = (
        f"published {_format_time(article.published_at, zone)}" if article.published_at else ""
    )
    return RecordSummary(
        "article" if article.revision == 1 else f"article, revision {article.revision}",
        (article.outlet, article.language, _origin(article), article.agency or ""),
        article.title,
        (article.lead, article.url, _facts(_id("id", article.article_id), published)),
    )


def _match(match: Match, _zone: tzinfo | None) -> RecordSummary:
    article = match.article
    unique = dict.fromkeys((e.sentence, e.rule) for e in match.evidence)
    sentences = [f"“{sentence}” ({rule})" for sentence, rule in list(unique)[:SENTENCES]]
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
    names = list(dict.fromkeys(e.surface for e in enriched.entities))
    return RecordSummary(
        "enriched",
        (f"{enriched.language} ({enriched.language_source})",),
        f"topics: {topics}" if topics else "",
        (
            f"names: {', '.join(names[:ENTITIES])}" if names else "",
            _facts(_id("id", enriched.article_id), f"revision {enriched.revision}"),
        ),
    )


def _alert(event: AlertEvent, _zone: tzinfo | None) -> RecordSummary:
    ids = {"alert": event.alert_id, "story": event.story_id, "article": event.article_id}
    return RecordSummary(
        _EVENTS.get(event.event.value, f"alert {event.event.value}"),
        (event.topic_id, event.severity, event.reason_code, event.target or "", event.outlet or ""),
        event.headline or event.reason,
        (
            event.reason if event.headline else "",
            event.url or "",
            _facts(*(_id(name, value) for name, value in ids.items() if value)),
        ),
    )


def _feed(health: FeedHealth, _zone: tzinfo | None) -> RecordSummary:
    event = health.event.value.replace("_", " ")
    return RecordSummary(
        f"feed {event}", (health.outlet, health.outcome), health.message, (health.url,)
    )  # fmt: skip


def _dead_letter(record: Record) -> RecordSummary:
    letter = parse_dead_letter(record)
    origin = f"{letter.original_stream} {letter.original_partition}:{letter.original_offset}"
    return RecordSummary(
        "dead letter",
        (
            letter.stage or "",
            letter.error_class or "",
            f"attempts: {letter.attempts}" if letter.attempts else "",
        ),
        letter.error_message or "",
        (
            _facts(
                f"from {origin}" if letter.target else "of unknown origin",
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
    """Return the origin where it is not the usual one."""
    return "" if article.origin is Origin.LIVE else article.origin.value


def _facts(*facts: str) -> str:
    return " · ".join(fact for fact in facts if fact)


def _id(name: str, value: str) -> str:
    return f"{name} {value[:8]}"


def _short(text: str) -> str:
    return clean_line(text, 60)


def _format_time(moment: datetime, zone: tzinfo | None) -> str:
    try:
        return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError):  # year 1 or 9999 in a zone that leaves the calendar
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
